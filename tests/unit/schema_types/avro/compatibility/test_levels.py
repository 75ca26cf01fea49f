from __future__ import annotations

import json
from itertools import product
from typing import Any

import avro.schema
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

from pytest_schema_registry.compatibility.report import Note
from pytest_schema_registry.schema_types.avro.compatibility.levels import compare
from pytest_schema_registry.schema_types.schema_type import NotASchema
from tests.unit.schema_types.avro.subjects import chain, logical, record

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")


def enum(*symbols: str, **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def fixed(size: int, name: str = "F") -> dict[str, Any]:
    return {"type": "fixed", "name": name, "size": size}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def map_of(values: Any) -> dict[str, Any]:
    return {"type": "map", "values": values}


A, AB = record("O", ("a", "int")), record("O", ("a", "int"), ("b", "int"))
P = record("P", ("a", "int"))
ALIASED = {"type": "record", "name": "O", "fields": [{"name": "b", "type": "int", "aliases": "a"}]}
ALIASED["fields"][0]["aliases"] = ["a"]  # type: ignore[index]
DECIMAL = logical("bytes", "decimal", precision=4, scale=2)
#: Pairs of an older and a newer schema, in this order.
PAIRS: list[tuple[Any, Any]] = [
    *product(PRIMITIVES, PRIMITIVES),
    (A, AB),
    (A, record("O", ("a", "int"), ("b", "int", 0))),
    (AB, A),
    (A, ALIASED),
    (A, record("O", ("b", "int"))),
    (A, P),
    (A, P | {"aliases": ["O"]}),
    (record("x.O", ("a", "int")), record("y.O", ("a", "int"))),
    (enum("A", "B"), enum("A")),
    (enum("A"), enum("A", "B")),
    (enum("A", "B"), enum("A", default="A")),
    (fixed(4), fixed(4)),
    (fixed(4), fixed(5)),
    (fixed(4), fixed(4, "G")),
    (["null", "int"], "int"),
    ("int", ["null", "int"]),
    (["null", "int"], ["null", "long"]),
    (["null", "int", "string"], ["null", "int"]),
    (["null", "string"], ["null", "int"]),
    ("int", ["null", "string"]),
    (["int"], ["long"]),
    (["int", "long"], "long"),
    ("string", ["null", "bytes"]),
    (array("int"), array("long")),
    (array("int"), array("string")),
    (map_of("int"), map_of("double")),
    (map_of("int"), map_of("boolean")),
    (map_of("int"), array("int")),
    (record("O", ("l", array(record("L", ("q", "int"))))),
     record("O", ("l", array(record("L", ("q", "string")))))),
    (record("O", ("n", ["null", "O"])), record("O", ("n", ["null", "O"]), ("z", "int"))),
    (record("O", ("n", ["null", "O"])), record("O", ("n", ["null", "O"]), ("z", "int", 1))),
    (["null", A, P], ["null", A]),
    (["null", A], ["null", record("O", ("a", "string"))]),
    (record("O", ("a", enum("A", "B"))), record("O", ("a", "string"))),
    (record("O", ("a", "string")), record("O", ("a", enum("A", "B")))),
    (record("O", ("a", DECIMAL)), record("O", ("a", DECIMAL | {"scale": 1}))),
    (record("O", ("a", logical("long", "timestamp-millis"))), record("O", ("a", "long"))),
    (["null", fixed(4)], ["null", fixed(5)]),
    (["string", enum("A")], "string"),
    (["int", "string"], ["string", "int"]),
    (record("O", ("f", array(fixed(2))), ("e", enum("A")), ("m", map_of("int")), ("u", ["int"]),
            ("i", logical("string", "uuid")), ("d", DECIMAL), ("t", logical("int", "date")),
            ("r", A | {"name": "I"}), ("x", "F")),
     record("O", ("y", "int"))),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=repr)
def test_the_verdict_is_that_of_apaches_checker_and_of_bytes(old: Any, new: Any) -> None:
    report = compare(old, new)
    reader, writer = (avro.schema.parse(json.dumps(each)) for each in (new, old))
    checker: Any = ReaderWriterCompatibilityChecker
    theirs = checker().get_compatibility(reader, writer)
    assert report.compatible == (theirs.compatibility is SchemaCompatibilityType.compatible)
    # Each break was seen: one side wrote a value, and the other could not read it.
    assert all(each.verdict == "shown by a payload" and each.message for each in report.reasons)


def told(old: Any, new: Any, **asked: Any) -> list[tuple[str, ...]]:
    return [
        (each.rule, each.direction, each.path, each.change)
        for each in compare(old, new, **asked).reasons
    ]


def test_reasons_are_in_the_readers_order_with_both_places() -> None:
    old = record("O", ("a", "string"), ("l", map_of(array(enum("A", "B")))), ("c", ["null", "int"]))
    new = record("O", ("b", "int"), ("c", "int"), ("l", map_of(array(enum("A")))), ("a", "int"))
    report = compare(old, new)
    assert told(old, new) == [
        (
            "field-without-default",
            "backward",
            "$.b",
            "the writer does not have it, and the reader has no default for it",
        ),
        ("branch-removed", "backward", "$.c", "null no longer allowed"),
        ("symbol-removed", "backward", "$.l.*[*]", '"B" no longer allowed'),
        ("type-changed", "backward", "$.a", "string -> int"),
    ]
    places = [(each.old_pointer, each.new_pointer) for each in report.reasons]
    assert places == [
        ("#", "#/fields/0"),
        ("#/fields/2/type/0", "#/fields/1/type"),
        ("#/fields/1/type/values/items", "#/fields/2/type/values/items"),
        ("#/fields/0/type", "#/fields/3/type"),
    ]
    assert report.reasons[2].payload == {"a": "a", "l": {"a": ["B"]}, "c": None}
    assert [each.message.partition(", known")[0] for each in report.reasons] == [
        "No default value for field b in O",
        "Schema mismatch: null is not int",
        "B not found in reader symbol list E",
        "Schema mismatch: string is not int",
    ]


def test_both_directions_are_looked_at() -> None:
    assert [each[:2] for each in told(AB, A, level="forward")] == [
        ("field-without-default", "forward")
    ]
    assert [each[1] for each in told(A, P, level="full")] == ["backward", "forward"]
    assert told(A, AB, level="forward") == []


def test_notes_tell_what_breaks_nothing() -> None:
    report = compare(
        record("O", ("a", "int"), ("d", DECIMAL), ("f", fixed(4) | DECIMAL | {"type": "fixed"})),
        record("O", ("d", DECIMAL | {"scale": 1}), ("f", fixed(4))),
        policy="strict",
        defaults=True,
        level="full",
    )
    does_not = "does not apply: Avro resolves a reader's schema against a writer's in one way"
    assert report.notes[:2] == (
        Note("policy", "$", f"strict {does_not}"),
        Note("policy", "$", f"defaults {does_not}"),
    )
    assert [(each.kind, each.path) for each in report.notes[2:]] == [
        ("logical-type-changed", "$.d"),
        ("logical-type-changed", "$.f"),
        ("field-dropped", "$.a"),
        ("logical-type-changed", "$.d"),
        ("logical-type-changed", "$.f"),
    ]
    assert report.policy == "Avro's own"


def test_a_type_that_has_no_small_value_is_a_break_without_a_payload() -> None:
    endless = record("O", ("o", "O"), ("a", "int"))
    (found,) = compare(endless, record("O", ("o", "O"), ("a", "string"))).reasons
    assert (found.verdict, found.shown, found.message) == ("proved", False, "")


def test_an_alias_is_of_the_namespace_of_its_type() -> None:
    old = record("x.O", ("a", "int"))
    assert compare(old, record("x.P", ("a", "int"), aliases=["O"])).compatible
    # fastavro reads it all the same: it looks at the last part of the name only.
    (found,) = compare(old, record("y.P", ("a", "int"), aliases=["O"])).reasons
    assert (found.rule, found.change, found.verdict) == ("name-changed", "x.O -> y.P", "proved")
    assert not found.shown


def test_a_type_with_too_many_parts_is_a_break_without_a_payload() -> None:
    # Its smallest value has 16,383 records and integers.
    old = record("O", ("a", "int"), ("big", chain(13)))
    (found,) = compare(old, record("O", ("a", "string"), ("big", chain(13)))).reasons
    assert (found.rule, found.verdict, found.shown) == ("type-changed", "proved", False)
    assert compare(record("O", ("a", "int")), record("O", ("a", "string"))).reasons[0].shown


def test_a_type_without_a_value_is_a_break_without_a_payload() -> None:
    (found,) = compare(record("O", ("a", "int"), ("u", [])), record("P")).reasons
    assert (found.rule, found.shown) == ("name-changed", False)


def test_a_fit_that_rests_on_one_that_fails_is_none() -> None:
    inner = record("y.N", ("next", ["null", "x.N"]))
    of_reader = record("x.N", ("next", ["null", inner]), ("z", "int"))
    old = record("O", ("a", record("N", ("next", ["null", "N"]))))
    (found,) = compare(old, record("O", ("a", [of_reader, "y.N"]))).reasons
    assert (found.rule, found.path) == ("field-without-default", "$.a.z")
    assert found.message == "No default value for field z in N"


@pytest.mark.parametrize("aliases", [None, "O", [5], [5, "P"]])
def test_an_alias_that_is_no_name_is_none(aliases: Any) -> None:
    (found,) = compare(A, P | {"aliases": aliases}).reasons
    assert found.rule == "name-changed"
    assert compare(A, P | {"aliases": [5, "O"]}).compatible
    field = {"name": "b", "type": "int", "aliases": [5, "a"]}
    assert compare(A, A | {"fields": [field]}).compatible


DATE, MILLIS = logical("int", "date"), logical("long", "timestamp-millis")
ANOTHER = "the same bytes mean another value"
PLAIN_DECIMAL = logical("bytes", "decimal", precision=4)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (MILLIS, "long", f'{{"logicalType": "timestamp-millis"}} -> "long": {ANOTHER}'),
        (DATE, MILLIS, ('{"logicalType": "date"} -> {"logicalType": "timestamp-millis"}: '
                        + ANOTHER)),
        ("int", MILLIS, f'"int" -> {{"logicalType": "timestamp-millis"}}: {ANOTHER}'),
        (DATE, "double", f'{{"logicalType": "date"}} -> "double": {ANOTHER}'),
        (PLAIN_DECIMAL, PLAIN_DECIMAL | {"precision": 6},
         ('{"logicalType": "decimal", "precision": 4} -> {"logicalType": "decimal", '
          '"precision": 6}: the value is the same, but to Avro such decimals do not match')),
    ],
)  # fmt: skip
def test_a_note_says_what_a_changed_logical_type_means(old: Any, new: Any, message: str) -> None:
    report = compare(old, new)
    assert report.compatible
    assert report.notes == (Note("logical-type-changed", "$", message),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PLAIN_DECIMAL, PLAIN_DECIMAL | {"scale": 0}),
        ("int", "long"),
        ("int", logical("int", "own")),
        (logical("string", "date"), "string"),
        (logical("string", "own"), "bytes"),
        (fixed(4) | {"logicalType": "own"}, fixed(4)),
    ],
)
def test_what_changes_no_meaning_is_no_note(old: Any, new: Any) -> None:
    report = compare(old, new)
    assert report.compatible
    assert report.notes == ()


def test_a_note_tells_of_a_default_that_is_gone() -> None:
    old, new = record("O", ("a", "int", 1)), record("O", ("a", "int"))
    said = "it has no default any more, so a value may not leave it out"
    report = compare(old, new, level="full")
    assert report.compatible
    assert report.notes == (Note("default-removed", "$.a", said),)
    assert compare(new, old, level="full").notes == ()


def test_a_field_that_may_be_null_may_still_be_left_out() -> None:
    old, new = record("O", ("a", ["null", "int"], None)), record("O", ("a", ["null", "int"]))
    assert compare(old, new).notes == ()
    (note,) = compare(record("O", ("a", "null")), record("O", ("a", {"type": "null"}))).notes
    assert note.kind == "default-removed"


def test_notes_are_given_below_a_union_that_fits() -> None:
    old, new = record("X", ("a", "int"), ("t", MILLIS)), record("X", ("t", "long"))
    for around in (lambda each: ["null", each], lambda each: record("O", ("u", ["null", each]))):
        report = compare(around(old), around(new))
        assert report.compatible
        kinds = [(each.kind, each.path[-2:]) for each in report.notes]
        assert kinds == [("logical-type-changed", ".t"), ("field-dropped", ".a")]
    assert [each.kind for each in compare(old, ["null", new]).notes] == [
        "logical-type-changed",
        "field-dropped",
    ]


def test_notes_on_a_union_that_was_only_tried_are_not_given() -> None:
    kept = record("x.X", ("a", ["null", record("I", ("b", "int"))]))
    tried = record("y.X", ("a", ["null", record("J.I")]), ("z", "int"))
    assert compare(kept, [tried, kept]).notes == ()


@pytest.mark.parametrize("wrong", [{"type": "object"}, 5, "nothing", {"type": "record"}, None])
def test_what_is_no_schema_is_an_error(wrong: Any) -> None:
    with pytest.raises(NotASchema, match="the new schema is no Avro schema"):
        compare("int", wrong)


def test_the_engine_says_what_is_wrong_with_a_schema() -> None:
    with pytest.raises(NotASchema, match=r"no Avro schema \(UnknownType: shop\.Foo\)"):
        compare("int", "shop.Foo")


def test_a_level_or_a_policy_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^level is one of backward, forward, full, not 'both'"):
        compare("int", "int", level="both")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^policy is one of tolerant, strict, not 'lax'"):
        compare("int", "int", policy="lax")  # type: ignore[arg-type]
