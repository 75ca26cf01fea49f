from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.plugin.show import show
from pytest_schema_registry.schema_types.json_schema.display import display
from tests.local_registry import ORDER, LocalRegistry, Reply
from tests.parts import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEM = {
    "$defs": {
        "Money": {
            "type": "object",
            "properties": {"amount": {"type": "number", "minimum": 0}, "unit": {"const": "EUR"}},
            "required": ["amount"],
            "additionalProperties": False,
        },
    },
    "type": "object",
    "properties": {
        "id": {"type": "string", "format": "uuid", "minLength": 1},
        "kind": {"enum": ["a", "b"], "default": "a", "deprecated": True},
        "price": {"$ref": "#/$defs/Money"},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "totals": {"type": "array", "items": {"$ref": "#/$defs/Money"}},
    },
    "required": ["id", "price"],
}


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(local_registry.url) as registry:
        yield registry


def _fields(registry: SchemaRegistry, local_registry: LocalRegistry, content: Any) -> list[str]:
    local_registry.publish("a.A", v1=content)
    lines = list(display(registry.get_schema("a.A", "v1")))
    return lines[lines.index("") + 1 :]


def test_a_schema_is_shown_as_its_fields(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    assert "\n".join(_fields(registry, local_registry, ITEM)) == cleandoc("""
        -
          id          required  string, in the format uuid, at least 1 characters
          kind        optional  "a" or "b", default "a", deprecated
          price       required  object
            amount    required  number, at least 0
            unit      optional  "EUR"
            (others)  optional  not allowed
          tags        optional  array of string, no item twice
          totals      optional  array of object
            amount    required  number, at least 0
            unit      optional  "EUR"
            (others)  optional  not allowed
        """).removeprefix("-\n")


def test_above_the_fields_stands_what_is_known_about_it(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    schema = registry.get_schema(ORDER, prefer="v3", fallback="v1")
    assert list(display(schema)) == [
        f"{ORDER} v1",
        "  release     1.0.0",
        "  deprecated  no",
        f"  digest      {schema.digest[:8]}",
        f"  from        registry {local_registry.url}/schemas/v1/{ORDER}",
        "  chosen      v1, because v3 does not have it",
        "",
        "  id  required  string",
    ]


@pytest.mark.parametrize(
    ("published", "line"),
    [
        ({}, "  deprecated  yes"),
        ({"deprecation_note": "use \x1b[31mb.B"}, "  deprecated  yes: use [31mb.B"),
    ],
)
def test_a_deprecation_is_said_with_its_note(
    registry: SchemaRegistry, local_registry: LocalRegistry, published: Any, line: str
) -> None:
    answer = {"content": {}, "deprecated": True, **published}
    local_registry.always(Reply(200, answer), "schemas/v1/a.A")
    lines = list(display(registry.get_schema("a.A", "v1")))
    assert line in lines
    assert "  release     not stated" in lines


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (True, "anything"),
        (False, "nothing"),
        ({}, "anything"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"properties": {}}, "object"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
        ({"type": "array"}, "array"),
        ({"anyOf": [{"type": "string"}, {"const": None}]}, "string or null"),
        ({"oneOf": [{"type": "string"}, {"maximum": 3}]}, "string or anything, at most 3"),
        ({"allOf": [{"type": "object"}, {"$ref": "b.B"}]}, "object and b.B"),
        ({"$ref": "b.B#/$defs/x"}, "b.B#/$defs/x"),
        ({"$ref": "#/$defs/gone"}, "#/$defs/gone"),
        ({"$ref": "#/title/gone"}, "#/title/gone"),
        ({"$ref": "#/$defs/a~1b"}, "boolean"),
        ({"$ref": "#/$defs/again"}, "#/$defs/again"),
        ({"pattern": "^a"}, 'anything, matching "^a"'),
    ],
    ids=str,
)
def test_a_type_is_one_phrase(
    registry: SchemaRegistry, local_registry: LocalRegistry, rule: Any, text: str
) -> None:
    defs = {"a/b": {"type": "boolean"}, "again": {"$ref": "#/$defs/again"}}
    content = {"title": "x", "$defs": defs, "properties": {"x": rule}}
    assert _fields(registry, local_registry, content)[0] == f"  x  optional  {text}"


@pytest.mark.parametrize(
    ("content", "line"),
    [({"type": "string"}, "  string"), (False, "  nothing"), ({"enum": [1, 2]}, "  1 or 2")],
)
def test_a_schema_without_fields_is_its_type(
    registry: SchemaRegistry, local_registry: LocalRegistry, content: Any, line: str
) -> None:
    assert _fields(registry, local_registry, {"items": True, **content} if content else False) == [
        line
    ]


def test_a_schema_that_contains_itself_ends(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    value = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/$defs/Value"}}]}
    tree = {"properties": {"left": {"$ref": "#/$defs/Tree"}}}
    properties = {"tree": {"$ref": "#/$defs/Tree"}, "value": {"$ref": "#/$defs/Value"}}
    content = {"$defs": {"Value": value, "Tree": tree}, "properties": properties}
    lines = _fields(registry, local_registry, content)
    assert lines == [
        "  tree    optional  object",
        "    left  optional  object, with the fields of tree",
        "  value   optional  string or array of string or array of ...",
    ]


def test_a_definition_that_refers_to_itself_seven_times_is_shown_once(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    node = {"properties": {f"n{n}": {"$ref": "#/$defs/Node"} for n in range(7)}}
    content = {"$defs": {"Node": node}, "properties": {"a": {"$ref": "#/$defs/Node"}}}
    lines = _fields(registry, local_registry, content)
    assert lines[:2] == [
        "  a     optional  object",
        "    n0  optional  object, with the fields of a",
    ]
    assert len(lines) == 8


def test_a_long_definition_is_shown_where_it_is_used_first(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    long = {"properties": {f"f{n}": {"type": "string"} for n in range(11)}}
    uses = {name: {"items": {"$ref": "#/$defs/Long"}} for name in ("a", "b")}
    lines = _fields(registry, local_registry, {"$defs": {"Long": long}, "properties": uses})
    assert lines[-1] == "  b      optional  anything, with the fields of a"
    assert len(lines) == 13


def test_a_schema_that_is_an_object_of_itself_says_so(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    content: Any = {"properties": {"x": {"items": {"$ref": "#/$defs/Root"}}}}
    content["$defs"] = {"Root": {"properties": {"y": {"$ref": "#/$defs/Root"}}}}
    lines = _fields(registry, local_registry, content)
    assert lines == [
        "  x    optional  anything",
        "    y  optional  object, with the fields of x",
    ]


def test_of_a_very_long_schema_the_first_lines_are_shown(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    content = {"properties": {f"f{n}": True for n in range(3_000)}}
    local_registry.publish("a.A", v1=content)
    lines, _ = show(source_of(registry).catalogue, ["a.A"], ["v1"])
    assert len(lines) == 2_002
    assert lines[-2:] == ["  and 1,006 more lines", ""]


def test_of_many_values_and_alternatives_the_first_are_shown(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    either = {"anyOf": [{"const": n} for n in range(12)]}
    content = {"properties": {"x": {"enum": list(range(3_000))}, "y": either}}
    assert _fields(registry, local_registry, content) == [
        "  x  optional  0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2,990 more",
        "  y  optional  0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more",
    ]


def test_nothing_of_a_schema_is_obeyed_by_a_terminal(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    rule = {"\x1b[31mred": {"pattern": "\x07", "format": "\x1b]0;x"}}
    lines = _fields(registry, local_registry, {"properties": rule})
    assert all(line.isprintable() for line in lines)


def test_what_is_shown_is_shown_in_each_version_that_has_it(registry: SchemaRegistry) -> None:
    lines, missing = show(source_of(registry).catalogue, [ORDER], ["v1", "v3"])
    assert lines[0] == f"{ORDER} v1"
    assert f"no schema {ORDER} in v3" in lines
    assert not missing


def test_a_schema_that_no_version_has_is_missing(registry: SchemaRegistry) -> None:
    lines, missing = show(source_of(registry).catalogue, [ORDER, "orders.Gone"], ["v1", "v2"])
    assert missing
    assert [line for line in lines if line.startswith("no schema")] == [
        "no schema orders.Gone in v1",
        "no schema orders.Gone in v2",
    ]
