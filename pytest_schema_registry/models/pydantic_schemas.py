"""The JSON Schemas of pydantic's models, as exact as they can be made.

pydantic's own schema of what a model sends lets out that members with defaults are always sent, and
that no other members are. Whoever reads a published schema may need that freedom; who asks what a
model can send does not.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, WithJsonSchema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue

    # The types of pydantic_core.core_schema: dicts, each with a "type".
    _Core = Any

_NULL = {"type": "null"}
#: What a node has beside its own keywords and the nodes below it.
_NO_SCHEMAS = ("metadata", "serialization")
#: The types whose JSON Schema takes more than they do.
_WIDE = {"decimal": "Decimal", "url": "Url", "multi-host-url": "MultiHostUrl", "json": "Json"}
#: What a schema may be given in addition without another meaning.
_HARMLESS = {"title", "description", "example", "examples", "deprecated", "readOnly", "writeOnly"}
#: The modules whose serialisers pydantic adds itself.
_KNOWN = ("pydantic", "pydantic_core", "operator")
_VALIDATORS = ("function-before", "function-after", "function-wrap", "function-plain")


class ExactGenerator(GenerateJsonSchema):
    """A generator of the schema of all that a model can send, or of all that it accepts.

    Args:
        names: True for members under their aliases, False under their own names; None for what
            each class says of itself.
        exclude_none: True if members that are None are left out.
    """

    def __init__(self, *, names: bool | None, exclude_none: bool) -> None:
        super().__init__(by_alias=names is not False)
        self._names = names
        self._exclude_none = exclude_none
        #: True once a time without an offset was met.
        self.naive = False

    def model_schema(self, schema: _Core) -> JsonSchemaValue:
        with self._naming(getattr(schema["cls"], "model_config", None)):
            return self._closed(super().model_schema(schema))

    def dataclass_schema(self, schema: _Core) -> JsonSchemaValue:
        with self._naming(getattr(schema["cls"], "__pydantic_config__", None)):
            return self._closed(super().dataclass_schema(schema))

    def typed_dict_schema(self, schema: _Core) -> JsonSchemaValue:
        with self._naming(getattr(schema.get("cls"), "__pydantic_config__", None)):
            return self._closed(super().typed_dict_schema(schema))

    def field_is_required(self, field: _Core, total: bool) -> bool:
        if self.mode != "serialization":
            return super().field_is_required(field, total)
        if field.get("serialization_exclude_if") is not None:
            return False
        # A default counts as sent. A TypedDict has none, and need not have all its members.
        return field["type"] != "typed-dict-field" or bool(field.get("required", total))

    def datetime_schema(self, schema: _Core) -> JsonSchemaValue:
        self.naive |= schema.get("tz_constraint") != "aware"
        return super().datetime_schema(schema)

    def time_schema(self, schema: _Core) -> JsonSchemaValue:
        self.naive |= schema.get("tz_constraint") != "aware"
        return super().time_schema(schema)

    @contextmanager
    def _naming(self, config: dict[str, Any] | None) -> Iterator[None]:
        kept = self.by_alias
        if self._names is None:
            sends = self.mode == "serialization"
            word = "serialize_by_alias" if sends else "validate_by_alias"
            self.by_alias = bool((config or {}).get(word, not sends))
        try:
            yield
        finally:
            self.by_alias = kept

    def _closed(self, found: JsonSchemaValue) -> JsonSchemaValue:
        """Return the schema of a class without what an instance cannot send."""
        if self.mode != "serialization" or "properties" not in found:
            return found
        closed = {"additionalProperties": False, **found}
        if self._exclude_none:
            listed = found["properties"].items()
            optional = {name for name, each in listed if _may_be_null(each)}
            required = [name for name in found.get("required", ()) if name not in optional]
            closed["required"] = required
            closed["properties"] = {
                name: _without_null(each) for name, each in listed if each.get("type") != "null"
            }
        return closed


def exact_schema(
    core: _Core, mode: JsonSchemaMode, *, names: bool | None = None, exclude_none: bool = False
) -> tuple[dict[str, Any], bool]:
    """Return the schema of all that a model sends or accepts, and whether it has naive times.

    Args:
        core: The model's ``core_schema``.
        mode: "serialization" for what it sends, "validation" for what it accepts.
        names: True for members under their aliases; None for what each class says of itself.
        exclude_none: True if members that are None are left out.

    Raises:
        PydanticUserError: pydantic cannot make it.
    """
    generator = ExactGenerator(names=names, exclude_none=exclude_none)
    content = generator.generate(core, mode=mode)
    return content, generator.naive


def code_of(core: _Core, mode: JsonSchemaMode) -> tuple[str, ...]:
    """Return the names of what a model's JSON Schema does not show, or shows in the user's words.

    Args:
        core: The model's ``core_schema``.
        mode: "serialization" for what makes the payloads that it sends, "validation" for what
            checks those that it accepts.
    """
    found: dict[str, None] = {}
    for each in _nodes(core):
        found.update(dict.fromkeys(_own_words(each)))
        if mode == "validation":
            if each.get("type") in _VALIDATORS:
                found[_name(each["function"]["function"])] = None
            if each.get("type") in _WIDE:
                found[_WIDE[each["type"]]] = None
            if each.get("post_init"):
                found[str(each["post_init"])] = None
        else:
            how = each.get("serialization")
            if isinstance(how, dict) and "function" in how and not _is_known(how["function"]):
                found[_name(how["function"])] = None
            for computed in each.get("computed_fields") or ():
                found[str(computed["property_name"])] = None
    return tuple(found)


def sent_names(core: _Core) -> dict[str, str]:
    """Return the field of each alias that a model sends and does not read.

    An alias that several fields have, under different names, is left out.
    """
    found: dict[str, set[str]] = {}
    for each in _nodes(core):
        fields = each.get("fields")
        pairs: list[tuple[str, Any]] = []
        if isinstance(fields, dict):
            pairs = list(fields.items())
        elif isinstance(fields, list):  # of a dataclass
            pairs = [(field["name"], field) for field in fields if "name" in field]
        for name, field in pairs:
            alias = field.get("serialization_alias")
            if alias is not None and alias != field.get("validation_alias"):
                found.setdefault(alias, set()).add(name)
    return {alias: min(names) for alias, names in found.items() if len(names) == 1}


def _nodes(core: _Core) -> Iterator[dict[str, Any]]:
    pending, seen = [core], set()
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, dict):
            yield each
            pending += [value for key, value in each.items() if key not in _NO_SCHEMAS]
        elif isinstance(each, list | tuple):
            pending += each


def _name(function: Any) -> str:
    inner = getattr(function, "func", function)  # of a partial
    return str(getattr(inner, "__name__", type(inner).__name__))


def _own_words(node: dict[str, Any]) -> Iterator[str]:
    """Yield the names of what replaces pydantic's own JSON Schema of a part by the user's."""
    metadata = node.get("metadata") or {}
    for word in ("pydantic_js_functions", "pydantic_js_annotation_functions"):
        for function in metadata.get(word, ()):
            if isinstance(getattr(function, "__self__", None), WithJsonSchema):
                yield "WithJsonSchema"
            elif not _is_known(function):
                yield "__get_pydantic_json_schema__"
    config = getattr(node.get("cls"), "model_config", {})
    for extra in (metadata.get("pydantic_js_extra"), config.get("json_schema_extra")):
        if callable(extra) or (isinstance(extra, dict) and not extra.keys() <= _HARMLESS):
            yield "json_schema_extra"


def _is_known(function: Any) -> bool:
    """Check whether pydantic itself sends with a function, and so describes what it sends."""
    kind = function if hasattr(function, "__module__") else type(function)
    return str(kind.__module__).partition(".")[0] in _KNOWN


def _may_be_null(schema: Any) -> bool:
    if schema.get("type") == "null" or not _asserts(schema):
        return True
    return any(each == _NULL for each in schema.get("anyOf", ()))


def _asserts(schema: dict[str, Any]) -> bool:
    return not schema.keys() <= _HARMLESS | {"default"}


def _without_null(schema: Any) -> Any:
    if _NULL not in schema.get("anyOf", ()):
        return schema
    left = [each for each in schema["anyOf"] if each != _NULL]
    rest = {word: value for word, value in schema.items() if word != "anyOf"}
    return {**rest, **left[0]} if len(left) == 1 else {**rest, "anyOf": left}
