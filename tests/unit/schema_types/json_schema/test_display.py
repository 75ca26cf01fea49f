from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.errors import CassetteMissing
from pytest_schema_registry.reporting.shown_schemas import Shown
from pytest_schema_registry.schema_types.json_schema import display as module
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
        ({"allOf": [{"$ref": "#/$defs/a~1b"}] * 2}, "boolean"),
        ({"anyOf": [{"$ref": "#/$defs/again"}, {"type": "null"}]}, "#/$defs/again or null"),
        ({"anyOf": [{"$ref": "#/$defs/size"}, {"type": "null"}]}, "size or null"),
        ({"$ref": "#/$defs/size"}, "integer or string"),
    ],
    ids=str,
)
def test_a_type_is_one_phrase(
    registry: SchemaRegistry, local_registry: LocalRegistry, rule: Any, text: str
) -> None:
    defs: Any = {"a/b": {"type": "boolean"}, "again": {"$ref": "#/$defs/again"}}
    defs["size"] = {"anyOf": [{"type": "integer"}, {"type": "string"}]}
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
        "  value   optional  string or array of Value",
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
    lines = Shown(source_of(registry).catalogue, ["a.A"], ["v1"]).lines
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


SHOWN = [
    (
        "What stands beside a reference counts from 2019-09 on.",
        {
            "$ref": "#/$defs/Traced",
            "$defs": {"Traced": {"patternProperties": {"^x-": {"type": "string"}}}},
            "properties": {"id": {"type": "integer"}},
            "required": ["id"],
            "unevaluatedProperties": False,
        },
        """
          id        required  integer
          /^x-/     optional  string
          (others)  optional  not allowed
        """,
    ),
    (
        "Before, a reference hides it.",
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$ref": "#/definitions/Item",
            "definitions": {"Item": {"properties": {"sku": {"type": "string"}}}},
            "properties": {"id": {"type": "integer"}},
        },
        """
          sku  optional  string
        """,
    ),
    (
        "The members of all branches of allOf are members of one object.",
        {
            "allOf": [
                {"type": "object", "properties": {"id": {"type": "string"}}},
                {"properties": {"id": {"minLength": 1}}, "required": ["id", "at"]},
                True,
            ]
        },
        """
          id  required  string, at least 1 characters
          at  required  anything
        """,
    ),
    (
        "Alternatives are shown with their members, by the name of their definition.",
        {
            "properties": {
                "payment": {"oneOf": [{"$ref": "#/$defs/Card"}, {"$ref": "#/$defs/Transfer"}]}
            },
            "$defs": {
                "Card": {"type": "object", "properties": {"number": {"type": "string"}}},
                "Transfer": {"type": "object", "properties": {"iban": {"type": "string"}}},
            },
        },
        """
          payment       optional  Card or Transfer
            (Card)                object
              number    optional  string
            (Transfer)            object
              iban      optional  string
        """,
    ),
    (
        "Alternatives without a name have a number.",
        {
            "anyOf": [
                {"type": "null"},
                {"type": "object", "properties": {"number": {"type": "string"}}},
                {"type": "object", "additionalProperties": False},
            ]
        },
        """
          null, object (2) or object (3)
          (2)                   object
            number    optional  string
          (3)                   object
            (others)  optional  not allowed
        """,
    ),
    (
        "An object and nothing else needs no name of its own.",
        {
            "properties": {"item": {"anyOf": [{"$ref": "#/$defs/Item"}, {"type": "null"}]}},
            "$defs": {"Item": {"properties": {"sku": {"type": "string"}}}},
        },
        """
          item   optional  Item or null
            sku  optional  string
        """,
    ),
    (
        "Alternatives of an object with members of its own are below these.",
        {
            "properties": {"id": True},
            "anyOf": [{"required": ["sku", "at"]}, {"required": ["ean"]}, {"maxProperties": 9}],
        },
        """
          id        optional  anything
          (any of)            with sku and at, with ean or anything
        """,
    ),
    (
        "A recursive definition is shown once, and then named.",
        {
            "$ref": "#/$defs/Node",
            "$defs": {
                "Node": {
                    "properties": {
                        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                        "all": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                    }
                }
            },
        },
        """
          all   optional  array of object, with the fields of the whole
          next  optional  Node or null
        """,
    ),
    (
        "Members without a name are shown where they have members.",
        {
            "properties": {
                "a": {
                    "type": "object",
                    "additionalProperties": {"required": ["b"], "properties": {"b": True}},
                },
                "c": {"properties": {"d": True}, "additionalProperties": {"type": "integer"}},
            }
        },
        """
          a           optional  object of object
            (others)  optional  object
              b       required  anything
          c           optional  object
            d         optional  anything
            (others)  optional  integer
        """,
    ),
    (
        "Conditions are shown with what follows.",
        {
            "properties": {"kind": True},
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"required": ["sku"]},
            "else": {"properties": {"ean": {"type": "string"}}},
            "dependentSchemas": {"at": {"required": ["zone"]}},
        },
        """
          kind       optional  anything
          (then)               with sku
          (else)               object
            ean      optional  string
          (with at)            with zone
        """,
    ),
    (
        "An array is shown with the fields of its items.",
        {"type": "array", "items": {"properties": {"sku": {"type": "string"}}}},
        """
          array of object
          sku  optional  string
        """,
    ),
    (
        "A long alternative is apart from the next one.",
        {"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0}]},
        """
          (string, at least 1 characters) or integer, at least 0
        """,
    ),
]


@pytest.mark.parametrize(
    ("content", "lines"), [case[1:] for case in SHOWN], ids=[case[0] for case in SHOWN]
)
def test_what_a_schema_says_is_shown(
    registry: SchemaRegistry, local_registry: LocalRegistry, content: Any, lines: str
) -> None:
    shown = [line.removeprefix("  ") for line in _fields(registry, local_registry, content)]
    assert "\n".join(shown) == cleandoc(lines)


def test_of_many_alternatives_only_the_numbers_of_fields_are_shown(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    event = {"type": "object", "properties": {"id": True, "at": True}}
    definitions = {f"Event{n}": {**event, "title": str(n)} for n in range(12)}
    content = {"oneOf": [{"$ref": f"#/$defs/{name}"} for name in definitions], "$defs": definitions}
    lines = _fields(registry, local_registry, content)
    assert lines[0].startswith("  Event0, Event1, ")
    assert lines[0].endswith(", Event9 and 2 more")
    assert lines[1] == "  (Event0)     object of 2 fields"
    assert len(lines) == 13


def test_fields_that_are_too_deep_are_told_of(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    content: Any = {"type": "string"}
    for n in range(8):
        content = {"properties": {f"f{n}": content}}
    assert _fields(registry, local_registry, content)[-1] == (
        "              f1  optional  object, with fields that are too deep to be shown"
    )


def test_alternatives_of_alternatives_are_cut(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    content: Any = {"type": "string"}
    for n in range(6):
        content = {"anyOf": [content, *({"const": f"{n}{at}"} for at in range(5))]}
    (line,) = _fields(registry, local_registry, content)
    assert line.startswith(
        '  ((... and 3 more, "30", "31" and 3 more), "40", "41" and 3 more), "50"'
    )


def test_a_schema_that_multiplies_is_shown_in_bounded_time(
    registry: SchemaRegistry, local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAX_FIELDS", 5)
    content = {"properties": {f"f{n}": True for n in range(9)}}
    lines = _fields(registry, local_registry, content)
    assert lines[-2:] == ["  f4  optional  anything", "  and more"]


def test_what_is_shown_is_shown_in_each_version_that_has_it(registry: SchemaRegistry) -> None:
    shown = Shown(source_of(registry).catalogue, [ORDER], ["v1", "v3"])
    assert shown.lines[0] == f"{ORDER} v1"
    assert f"no schema {ORDER} in v3" in shown.lines
    assert not shown.is_missing


def _lines_of(registry: SchemaRegistry, name: str, versions: list[str]) -> tuple[list[str], bool]:
    shown = Shown(source_of(registry).catalogue, [name], versions)
    return shown.lines, shown.is_missing


def test_a_pattern_shows_all_that_match_in_the_lines_that_have_them(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("parcels.Parcel", v1={"type": "object"})
    local_registry.publish("parcels.Label", v2={"type": "object"})
    lines, missing = _lines_of(registry, "parcels.*", ["v1", "v2"])
    assert [line for line in lines if line.startswith("parcels")] == [
        "parcels.Label v2",
        "parcels.Parcel v1",
    ]
    assert not missing


def test_a_pattern_that_matches_nothing_says_what_there_is(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    lines, missing = _lines_of(registry, "parcel.*", ["v1", "v2"])
    assert lines == [
        "no schema has a name like parcel.* in v1 or v2",
        f"  the index has: {ORDER}",
        "  next: correct the pattern, or set --registry-versions",
        "",
    ]
    assert missing
    lines, _ = _lines_of(registry, "parcel.*", ["v9"])
    assert lines[1] == "  the index has: none"


def test_a_pattern_needs_an_index(registry: SchemaRegistry, local_registry: LocalRegistry) -> None:
    local_registry.always(Reply(404, {}), "index")
    lines, missing = _lines_of(registry, "*", ["v1"])
    assert lines[0].startswith("the registry's answer cannot be used: there is no index")
    assert missing


def test_of_a_misspelt_name_the_nearest_names_are_told(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    lines, missing = _lines_of(registry, ORDER.upper(), ["v1"])
    assert lines == [
        f"no schema {ORDER.upper()} in v1",
        f"  according to: registry {local_registry.url}/schemas/v1/{ORDER.upper()}",
        f"  next: did you mean {ORDER} (v1, v2)?",
        "",
    ]
    assert missing


def test_of_a_name_that_another_line_has_that_line_is_told(
    registry: SchemaRegistry,
) -> None:
    lines, _ = _lines_of(registry, ORDER, ["v3"])
    advice = "v1 and v2 have it, and v3 lists nothing: publish it in v3, or test against what there"
    assert lines[-2:] == [f"  next: {advice} is: --registry-versions=v1,v2", ""]


def test_without_an_index_a_misspelt_name_is_an_error_alone(
    registry: SchemaRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> NoReturn:
        raise CassetteMissing("index.yaml", "index", "pytest")

    monkeypatch.setattr(source_of(registry).catalogue, "index", gone)
    lines, _ = _lines_of(registry, "orders.Ordre", ["v1"])
    assert lines[-2:] == ["  next: check the name and the version", ""]


def test_nothing_is_like_a_name_that_is_far_from_all(registry: SchemaRegistry) -> None:
    lines, _ = _lines_of(registry, "xyz", ["v1"])
    assert lines[-2:] == ["  next: check the name and the version", ""]


def test_a_schema_that_no_version_has_is_missing(registry: SchemaRegistry) -> None:
    shown = Shown(source_of(registry).catalogue, [ORDER, "orders.Gone"], ["v1", "v2"])
    assert shown.is_missing
    assert [line for line in shown.lines if line.startswith("no schema")] == [
        "no schema orders.Gone in v1",
        "no schema orders.Gone in v2",
    ]
