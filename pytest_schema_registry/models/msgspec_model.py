"""Structs of msgspec, and types that are made of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.models.model import (
    DIALECT,
    ExactSchema,
    NotSent,
    Refusal,
    name_of,
    without_steps_beside,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.models.model import Mode

_PLACE = re.compile(r" - at `\$(.*)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_MISSING = re.compile(r"Object missing required field `(.*?)`")


class MsgspecModel:
    """A struct of msgspec, or a type that is made of structs.

    Args:
        given: The class or the type.
        asked_by: The fixture or the command that it is given to, for messages.
    """

    library = "msgspec"

    def __init__(self, given: Any, asked_by: str) -> None:
        self._given = given
        self._asked_by = asked_by
        self.name = name_of(given)

    def json_schema(
        self,
        mode: Mode = "serialization",  # noqa: ARG002  # msgspec has one schema for both
        *,
        by_alias: bool = True,
    ) -> dict[str, Any]:
        """Return the JSON Schema that msgspec publishes: see ``Model``.

        Raises:
            InvalidSettings: msgspec cannot make it, or other names than its own are asked for.
        """
        if not by_alias:
            raise self._refused("by_alias", "which always has the names that rename= gives")
        content = self._schema()
        return {"$schema": DIALECT, **content, "title": content.get("title", self.name)}

    def sending(self, *, by_alias: bool | None = None, exclude_none: bool = False) -> ExactSchema:
        """Return the schema of all that the model can send: see ``Model``."""
        if by_alias is False:
            raise self._refused("by_alias", "which always has the names that rename= gives")
        if exclude_none:
            raise self._refused("exclude_none", "which always sends None as null")
        content = self._schema()
        types = list(_types(msgspec.inspect.type_info(self._given)))
        for each in types:
            if isinstance(each, msgspec.inspect.StructType | msgspec.inspect.DataclassType):
                _close(content, each)
        temporal = (msgspec.inspect.DateTimeType, msgspec.inspect.TimeType)
        naive = any(isinstance(each, temporal) and each.tz is not True for each in types)
        return ExactSchema({"$schema": DIALECT, **content}, naive=naive)

    def accepting(self) -> ExactSchema:
        """Return the schema of all that the model accepts: see ``Model``."""
        content = self._schema()
        types = _types(msgspec.inspect.type_info(self._given))
        classes = [each.cls for each in types if hasattr(each, "cls")]
        code = tuple(f"{cls.__name__}.__post_init__" for cls in classes if _checks(cls))
        return ExactSchema({"$schema": DIALECT, **content}, code)

    def sent(
        self,
        payload: Any,
        *,
        by_alias: bool | None = None,  # noqa: ARG002  # `sending` refuses both
        exclude_none: bool = False,  # noqa: ARG002
    ) -> Any:
        """Return what the model sends once it has read a payload: see ``Model``."""
        try:
            value = msgspec.json.decode(msgspec.json.encode(payload), type=self._given)
            return msgspec.json.decode(msgspec.json.encode(value))
        except Exception as exc:  # noqa: BLE001  # the user's code, which may raise anything
            raise NotSent(str(exc)) from None

    def refusal(self, payload: Any) -> Refusal | None:
        """Return why the model refuses a payload; None if it accepts it: see ``Model``."""
        try:
            msgspec.json.decode(msgspec.json.encode(payload), type=self._given)
        except msgspec.ValidationError as exc:
            text = str(exc)
            place = _PLACE.search(text)
            found = _STEP.findall(place[1]) if place else ()
            steps = tuple(name or int(index) for name, index in found)
            if missing := _MISSING.search(text):
                steps = (*steps, missing[1])
            path = without_steps_beside(payload, steps, is_missing=missing is not None)
            return Refusal((path,), text)
        except Exception as exc:  # noqa: BLE001  # the user's code, which may raise anything
            return Refusal(((),), f"it raises {type(exc).__name__}: {exc}")
        return None

    def _schema(self) -> dict[str, Any]:
        try:
            return msgspec.json.schema(self._given)
        except TypeError as exc:
            raise InvalidSettings(
                self._asked_by,
                f"msgspec has no JSON Schema for {self.name}: {str(exc).splitlines()[0]}; give it "
                "types that msgspec.json.schema takes",
            ) from None

    def _refused(self, argument: str, why: str) -> InvalidSettings:
        reason = f"{self.name} is a msgspec struct, {why}; leave {argument} out"
        return InvalidSettings(self._asked_by, reason)


def _types(info: Any) -> Iterator[Any]:
    """Yield a type's description by msgspec, and those of the types in it."""
    pending, seen = [info], set()
    while pending:
        each = pending.pop()
        if isinstance(each, tuple):
            pending += each
        elif isinstance(each, msgspec.Struct) and id(each) not in seen:
            seen.add(id(each))
            yield each
            pending += [getattr(each, name) for name in each.__struct_fields__]


def _checks(cls: type) -> bool:
    return hasattr(cls, "__post_init__")


def _close(content: dict[str, Any], info: Any) -> None:
    """Close the schema of a struct, and require the members that it always sends."""
    config = getattr(info.cls, "__struct_config__", None)
    omits = getattr(config, "omit_defaults", False)
    names = {each.encode_name for each in info.fields}
    always = {each.encode_name for each in info.fields if not (omits or _may_be_unset(each))}
    always |= {each.encode_name for each in info.fields if each.required}
    if tag := getattr(info, "tag_field", None):
        always.add(tag)
        names.add(tag)
    for each in content.get("$defs", {}).values():
        if str(each.get("title")).partition("[")[0] != info.cls.__name__:
            continue
        if "prefixItems" in each:  # array_like=True
            each["items"] = False
            each["minItems"] = each["minItems"] if omits else len(each["prefixItems"])
        elif each.get("properties", {}).keys() == names:
            each["additionalProperties"] = False
            each["required"] = [name for name in each["properties"] if name in always]


def _may_be_unset(field: Any) -> bool:
    """Check whether a field may be UNSET, and is left out then."""
    nothing = msgspec.NODEFAULT
    return not field.required and (field.default, field.default_factory) == (nothing, nothing)
