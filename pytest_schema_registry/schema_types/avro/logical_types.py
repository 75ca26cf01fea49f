"""The logical types that Avro defines: what they add to the meaning of a value's bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.avro.names import Type

#: Each with the kinds that it may annotate. A reader ignores any other one (Avro, "Logical Types").
DEFINED = {
    "decimal": ("bytes", "fixed"),
    "big-decimal": ("bytes",),
    "uuid": ("string", "fixed"),
    "date": ("int",),
    "time-millis": ("int",),
    "time-micros": ("long",),
    "timestamp-millis": ("long",),
    "timestamp-micros": ("long",),
    "timestamp-nanos": ("long",),
    "local-timestamp-millis": ("long",),
    "local-timestamp-micros": ("long",),
    "local-timestamp-nanos": ("long",),
    "duration": ("fixed",),
}


class Meaning(NamedTuple):
    """The meaning that a logical type adds to the type proper.

    Args:
        logical: Its name; None where there is none that Avro defines.
        scale: The digits behind the point of a decimal.
        precision: The most digits of a decimal.
    """

    logical: str | None = None
    scale: Any = 0
    precision: Any = None

    @property
    def of_a_value(self) -> tuple[str | None, Any]:
        """The part that tells one value from another: the precision does not."""
        return self.logical, self.scale


def meaning(type_: Type) -> Meaning:
    """Return what the logical type of a type adds to it."""
    logical = type_.logical
    if logical is None or type_.kind not in DEFINED.get(logical, ()):
        return Meaning()
    if logical != "decimal":
        return Meaning(logical)
    return Meaning(logical, type_.schema.get("scale") or 0, type_.schema.get("precision"))
