"""The values of a type, small ones and those at its bounds, as documents of the JSON encoding.

A document is what the JSON reader of this language takes, so it stands for one value of Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schema_types.avro.json_form import from_json
from pytest_schema_registry.schema_types.avro.names import ABSENT

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.avro.diagnosis import Walker
    from pytest_schema_registry.schema_types.avro.names import Field, Type

#: A field that is left out.
LEFT_OUT: Any = object()
#: The most often that a record occurs on the way down a document.
_MOST_NESTED = 2
#: The most records that are looked into. Types that contain each other multiply.
MAX_RECORDS = 10_000
#: What is said where there were more.
CUT = "the search ended after {:,} records: types that contain each other multiply"
_PRIMITIVES: dict[str, tuple[Any, ...]] = {
    "null": (None,),
    "boolean": (False, True),
    "int": (0, -(2**31), 2**31 - 1),
    "long": (0, -(2**63), 2**63 - 1),
    "float": (0.0, -1.5, 2.0**127),
    "double": (0.0, -1.5, 1e300),
    "string": ("", "a", "ä€"),
    "bytes": ({"$bytes": ""}, {"$bytes": "\x00\xff"}),
}
_DATES = ("1970-01-01", "0001-01-01", "9999-12-31")
_TIMES = ("T00:00:00", "T00:00:00.001000")
_MOMENTS = tuple(f"{day}{clock}" for day in _DATES for clock in _TIMES)
#: The documents of logical types that fastavro converts; all are tried, and kept if it takes them.
_LOGICAL: dict[str, tuple[Any, ...]] = {
    "date": tuple({"$date": each} for each in _DATES),
    "uuid": ({"$UUID": f"{0:032x}"}, {"$UUID": "f" * 32}),
    **dict.fromkeys(
        ("time-millis", "time-micros"),
        ({"$time": "00:00:00"}, {"$time": "23:59:59.999000"}),
    ),
    **dict.fromkeys(
        ("timestamp-millis", "timestamp-micros"),
        tuple({"$datetime": f"{each}+00:00"} for each in _MOMENTS),
    ),
    **dict.fromkeys(
        ("local-timestamp-millis", "local-timestamp-micros"),
        tuple({"$datetime": each} for each in _MOMENTS),
    ),
}


class Documents:
    """The documents of a schema's types.

    Args:
        walker: Asks fastavro for its verdict on parts.
        most: The most records that are looked into.
    """

    def __init__(self, walker: Walker, most: int = MAX_RECORDS) -> None:
        self._walker = walker
        self._most = most
        self._records = 0

    @property
    def cut(self) -> str:
        """The remark on a search that ended early; empty for one that did not."""
        return CUT.format(self._most) if self._records > self._most else ""

    def of(self, type_: Type, above: tuple[str, ...] = ()) -> list[Any]:
        """Return documents of a type, the smallest first; none where no value of it ends.

        Args:
            type_: The type.
            above: The names of the records that it stands in.
        """
        match type_.kind:
            case "record":
                return self._record(type_, above)
            case "array":
                items = self.of(type_.inner[0], above)
                both = [[items[0], items[-1]]] if items else []
                return [[], *([each] for each in items), *both]
            case "map":
                return [{}, *({"a": each} for each in self.of(type_.inner[0], above))]
            case "union":
                return [
                    in_branch(type_, branch, each)
                    for branch in type_.inner
                    for each in self.of(branch, above)
                ]
        return [
            each
            for each in _leaves(type_)
            if not self._walker.refused_by(type_, from_json(type_, each))
        ]

    def least(self, type_: Type, above: tuple[str, ...] = ()) -> Any:
        """Return a document that has hardly anything; LEFT_OUT where no value of the type ends.

        Args:
            type_: The type.
            above: The names of the records that it stands in.
        """
        match type_.kind:
            case "record":
                return self._least_record(type_, above)
            case "array":
                return []
            case "map":
                return {}
            case "union":
                for branch in sorted(type_.inner, key=lambda each: each.kind != "null"):
                    found = self.least(branch, above)
                    if found is not LEFT_OUT:
                        return in_branch(type_, branch, found)
                return LEFT_OUT
        return next(iter(self.of(type_)), LEFT_OUT)

    def _least_record(self, type_: Type, above: tuple[str, ...]) -> Any:
        if self._is_beyond(type_, above):
            return LEFT_OUT
        found = {}
        for each in type_.fields:
            if self.may_be_left_out(each):
                continue
            found[each.name] = self.least(each.type, (*above, type_.name))
            if found[each.name] is LEFT_OUT:
                return LEFT_OUT
        return found

    def _record(self, type_: Type, above: tuple[str, ...]) -> list[Any]:
        """Return documents in which each document of each field occurs, and as few as possible."""
        if self._is_beyond(type_, above):
            return []
        fields: dict[str, list[Any]] = {}
        for each in type_.fields:
            found = self.of(each.type, (*above, type_.name))
            found += [LEFT_OUT] if self.may_be_left_out(each) else []
            if not found:
                return []
            fields[each.name] = found
        count = max(map(len, fields.values()), default=1)
        return [
            {
                name: chosen
                for name, found in fields.items()
                if (chosen := found[at] if at < len(found) else found[0]) is not LEFT_OUT
            }
            for at in range(count)
        ]

    def _is_beyond(self, type_: Type, above: tuple[str, ...]) -> bool:
        """Count a record, and check whether it is nested too often or beyond the search."""
        self._records += 1
        return above.count(type_.name) >= _MOST_NESTED or self._records > self._most

    def must_be_there(self, field: Field) -> bool:
        """Check whether a record without a field is a violation."""
        return self._walker.missing(field) is not None

    def may_be_left_out(self, field: Field) -> bool:
        """Check whether a field has a default, which fastavro can write."""
        return field.default is not ABSENT and not self.must_be_there(field)


def in_branch(union: Type, branch: Type, document: Any) -> Any:
    """Return the document of a union's branch: with the branch's name, unless it is plain."""
    others = [each for each in union.inner if each.kind != "null"]
    return document if branch.kind == "null" or len(others) == 1 else {branch.title: document}


def _leaves(type_: Type) -> tuple[Any, ...]:
    if type_.logical == "decimal":
        digits, scale = type_.schema.get("precision") or 1, type_.schema.get("scale") or 0
        largest = f"{'9' * digits}E-{scale}"
        return tuple({"$Decimal": each} for each in (f"0E-{scale}", largest, f"-{largest}"))
    if type_.logical in _LOGICAL:
        return _LOGICAL[type_.logical]
    match type_.kind:
        case "enum":
            return tuple(type_.symbols)
        case "fixed":
            size = type_.schema["size"]
            return ({"$bytes": "\x00" * size}, {"$bytes": "\xff" * size})
    return _PRIMITIVES[type_.kind]
