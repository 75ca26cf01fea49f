"""The values that break one rule of a schema of Avro each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.json_values import json_path
from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.avro.json_form import from_json
from pytest_schema_registry.schema_types.avro.payloads.documents import (
    LEFT_OUT,
    Documents,
    in_branch,
)
from pytest_schema_registry.schema_types.payloads import Payloads, Violating, compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_schema_registry.schema_types.avro.names import Type
    from pytest_schema_registry.schema_types.avro.validation import AvroValidator

    Path = tuple[str | int, ...]

#: One of these is no value of any type.
_OF_OTHER_TYPES: tuple[Any, ...] = ("x", 1, None, [], {})
#: The most characters of documents that are tried: some microseconds each.
MAX_CHARACTERS = 1_000_000
_NONE = "no value that breaks exactly one rule was found"


class _Rule(NamedTuple):
    """A rule of a schema, and documents that may break it, and no other one.

    Args:
        name: The rule, with its place in the schema.
        path: The place of the violation in the value.
        documents: The documents, the best first.
    """

    name: str
    path: Path
    documents: Sequence[Any]


def violating(validator: AvroValidator, limit: int, hide: Redaction | None) -> Payloads[Violating]:
    """Return values that break one rule each, see :meth:`SchemaType.violating_payloads`."""
    broken: dict[str, tuple[str, str]] = {}
    unbroken: dict[str, None] = {}
    documents = Documents(validator.walker)
    rules = _Rules(documents, allows_unknown=validator.walker.allows_unknown)
    tried = 0
    for rule in rules.of(validator.types.root, (), (), lambda document: document):
        if tried > MAX_CHARACTERS:
            unbroken[f"{rule.name}, and the rules behind it: the search ended here"] = None
            break
        for text in map(compact, rule.documents):
            tried += len(text)
            value = from_json(validator.types.root, json.loads(text))
            if _is_broken(validator, rule, value):
                # With the name of its branch or without, it may be one value.
                broken.setdefault(repr(value), (text, rule.name))
                break
        else:
            unbroken[f"{rule.name}: no value breaks it alone"] = None
    found = dict(broken.values())
    texts = sorted(found, key=lambda text: (len(text), text))
    lines = [f"{found[text]}: left out, since the limit is {limit}" for text in texts[limit:]]
    reason = "" if texts else documents.cut or _NONE

    def pair(_: int, document: Any) -> Violating:
        value = from_json(validator.types.root, document)
        return Violating(value, validator.violations(value, hide or Redaction())[0])

    told = tuple(filter(None, (reason or documents.cut, *unbroken, *lines)))
    return Payloads(str(validator.schema), texts[:limit], told, reason, pair)


def _is_broken(validator: AvroValidator, rule: _Rule, value: Any) -> bool:
    """Check whether a value breaks a rule, and no other one."""
    if validator.is_valid(value):
        return False
    (first, *others) = validator.violations(value, Redaction())
    return not others and first.path == json_path(rule.path)


class _Rules:
    """The rules of a schema.

    Args:
        documents: The documents of its types.
        allows_unknown: True where a record may have unknown fields.
    """

    def __init__(self, documents: Documents, *, allows_unknown: bool) -> None:
        self._documents = documents
        self._allows_unknown = allows_unknown

    def of(
        self, type_: Type, path: Path, above: tuple[str, ...], put: Callable[[Any], Any]
    ) -> Iterator[_Rule]:
        """Yield the rules of a type and of those in it.

        Args:
            type_: The type.
            path: The place of its value.
            above: The names of the records that it stands in.
            put: Returns the whole document with a document at that place.
        """
        least = self._documents.least(type_, above)
        if least is LEFT_OUT:  # no value ends here
            return
        if type_.kind == "union":
            yield from self._union(type_, path, above, put)
            return
        yield _Rule(f"{type_.pointer} type", path, list(map(put, _OF_OTHER_TYPES)))
        match type_.kind:
            case "record":
                yield from self._record(type_, least, path, above, put)
            case "array":
                inner = type_.inner[0]
                yield from self.of(inner, (*path, 0), above, lambda each: put([each]))
            case "map":
                inner = type_.inner[0]
                yield from self.of(inner, (*path, "a"), above, lambda each: put({"a": each}))
            case _:
                for name, wrong in _wrong(type_):
                    yield _Rule(f"{type_.pointer} {name}", path, [put(wrong)])

    def _record(
        self,
        type_: Type,
        least: dict[str, Any],
        path: Path,
        above: tuple[str, ...],
        put: Callable[[Any], Any],
    ) -> Iterator[_Rule]:
        for at, each in enumerate(type_.fields):
            if self._documents.must_be_there(each):
                rest = {name: document for name, document in least.items() if name != each.name}
                place = f"{type_.pointer}/fields/{at}"
                yield _Rule(f"{place} missing", (*path, each.name), [put(rest)])
        if not self._allows_unknown:
            name = "unknown"
            while any(name == each.name for each in type_.fields):
                name += "_"
            yield _Rule(
                f"{type_.pointer} unknown-field", (*path, name), [put({**least, name: None})]
            )
        for each in type_.fields:
            name = each.name
            yield from self.of(
                each.type,
                (*path, name),
                (*above, type_.name),
                lambda document, name=name: put({**least, name: document}),  # type: ignore[misc]
            )

    def _union(
        self, type_: Type, path: Path, above: tuple[str, ...], put: Callable[[Any], Any]
    ) -> Iterator[_Rule]:
        others = [each for each in type_.inner if each.kind != "null"]
        if len(others) != 1:
            yield _Rule(f"{type_.pointer} union", path, list(map(put, _OF_OTHER_TYPES)))
        for branch in others:
            yield from self.of(
                branch,
                path,
                above,
                lambda document, branch=branch: put(  # type: ignore[misc]
                    in_branch(type_, branch, document)
                ),
            )


def _wrong(type_: Type) -> Iterator[tuple[str, Any]]:
    """Yield the other rules of a type without inner ones, each with what breaks it."""
    if type_.logical == "decimal":
        digits, scale = type_.schema.get("precision") or 1, type_.schema.get("scale") or 0
        yield "precision", {"$Decimal": f"1{'0' * digits}E-{scale}"}
        yield "scale", {"$Decimal": f"1E-{scale + 1}"}
        return
    match type_.kind:
        case "int" | "long":
            bound = 2**31 if type_.kind == "int" else 2**63
            yield "maximum", bound
            yield "minimum", -bound - 1
        case "enum":
            yield "symbols", "".join(type_.symbols) + "_"
        case "fixed":
            yield "size", {"$bytes": "\x00" * (type_.schema["size"] + 1)}
