from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.avro import diagnosis
from pytest_schema_registry.schema_types.avro.diagnosis import Walker
from tests.unit.schema_types.avro.subjects import (
    CARD,
    CASH,
    ORDER,
    VALUE,
    record,
    validator_of,
)

UNION = ["null", "string", CARD, CASH]


def lines(content: Any, value: Any, *hidden: str) -> list[str]:
    validator = validator_of(content)
    assert not validator.is_valid(value)
    return [str(each) for each in validator.violations(value, Redaction(hidden))]


def test_all_violations_are_told_in_the_schemas_order_with_their_places() -> None:
    wrong = VALUE | {
        "id": 1.5,
        "lines": [{"qty": 1, "sku": "a"}, {"qty": "x", "sku": "a"}, {"sku": None}, 5],
        "tags": {"a": 2**40},
        "note": 1,
    }
    validator = validator_of(ORDER)
    found = validator.violations(wrong, Redaction())
    assert [(each.path, each.schema_path, each.keyword) for each in found] == [
        ("$.id", "#/fields/0/type", "type"),
        ("$.lines[1].qty", "#/fields/1/type/items/fields/0/type", "type"),
        ("$.lines[2].qty", "#/fields/1/type/items/fields/0", "missing"),
        ("$.lines[2].sku", "#/fields/1/type/items/fields/1/type", "type"),
        ("$.lines[3]", "#/fields/1/type/items", "type"),
        ("$.tags.a", "#/fields/6/type/values", "type"),
        ("$.note", "#", "unknown-field"),
    ]
    assert [each.value for each in found] == [1.5, "x", None, None, 5, 2**40, 1]


def test_missing_is_told_apart_from_null() -> None:
    content = record("R", ("a", "int"))
    assert lines(content, {}) == ["$.a: it is missing, and has no default"]
    assert lines(content, {"a": None}) == ["$.a: null is not an int"]


def test_a_default_that_fastavro_cannot_write_is_told() -> None:
    content = record("R", ("a", "bytes", "x"))
    assert lines(content, {}) == ['$.a: it is missing, and fastavro cannot write its default "x"']


def test_an_unknown_field_suggests_the_one_that_is_missing() -> None:
    content = record("R", ("quantity", "int", 1), ("price", "int", 1))
    assert lines(content, {"quantty": 1}) == [
        '$.quantty: R has no such field, so no reader gets it; did you mean "quantity"?'
    ]


@pytest.mark.parametrize(
    ("value", "line", "causes"),
    [
        (5, "$: 5 fits none of null, string, Card and Cash", []),
        (
            {"amount": "1", "currency": "E"},
            "$: a dict fits none of null, string, Card and Cash; Cash is the nearest",
            ['$.amount: "1" is a string, not an int'],
        ),
        (("Cart", {}), '$: the union has no branch "Cart"; did you mean "Card"?', []),
        (("Card", {}), "$.number: it is missing, and has no default", []),
    ],
)
def test_a_union_tells_the_nearest_branch(value: Any, line: str, causes: list[str]) -> None:
    (found,) = validator_of(UNION).violations(value, Redaction())
    assert (str(found), list(map(str, found.causes))) == (line, causes)


@pytest.mark.parametrize(
    ("branch", "value"),
    [
        ({"type": "string", "logicalType": "uuid"}, ("string", UUID(int=5))),
        ({"type": "array", "items": "int"}, ("array", [1])),
        ({"type": "map", "values": "int"}, ("map", {"a": 1})),
        ({"type": "fixed", "name": "F", "size": 2}, ("F", b"zz")),
        ({"type": "enum", "name": "E", "symbols": ["a"]}, ("E", "a")),
        ({"type": "null"}, ("null", None)),
    ],
)
def test_a_branch_that_fastavro_knows_by_no_name_is_told_so(branch: Any, value: Any) -> None:
    content = record("R", ("f", ["float", branch]))
    assert validator_of(content).is_valid({"f": value[1]})
    (line,) = lines(content, {"f": value})
    assert line.startswith("$.f: fastavro takes no tuple that names ")
    assert line.endswith("; pass the value alone")


def test_a_null_that_is_written_as_an_object_must_not_be_missing() -> None:
    content = record("R", ("f", {"type": "null"}))
    assert lines(content, {}) == ["$.f: it is missing, and has no default"]
    assert validator_of(content).is_valid({"f": None})


def test_a_union_with_null_tells_of_its_only_branch() -> None:
    assert lines(["null", CARD], {"number": 5}) == ["$.number: 5 is a whole number, not a string"]
    assert lines(["int", "string"], None) == ["$: null fits none of int and string"]


def test_an_empty_union_takes_nothing() -> None:
    content = record("R", ("a", []))
    assert lines(content, {"a": 1}) == ["$.a: 1 does not fit an empty union"]
    assert lines(content, {}) == ["$.a: it is missing, and has no default"]
    assert lines([], ("a", 1)) == ['$: the union has no branch "a"']


def test_a_value_says_its_own_type_wrongly() -> None:
    content = record("a.Card", ("number", "string"))
    assert lines(content, {"-type": "a.Cash", "number": "1"})[0] == (
        "$['-type']: the type is \"a.Cash\" here, not a.Card"
    )


def test_keys_are_strings_and_containers_are_containers() -> None:
    map_of, array_of = {"type": "map", "values": "int"}, {"type": "array", "items": "int"}
    assert lines(map_of, {5: 1, "a": "x"}) == [
        "$['5']: the key 5 is not a string",
        '$.a: "x" is a string, not an int',
    ]
    assert lines(map_of, []) == ["$: a list is no map"]
    assert lines(array_of, "ab") == ['$: "ab" is no array']


def test_what_is_hidden_is_told_of_without_its_values_and_names() -> None:
    wrong = VALUE | {
        "id": "secret",
        "pay": {"amount": "1", "currency": "E"},
        "lines": [{"qty": "x", "sku": "a"}],
    }
    hidden = '"<redacted>"'
    assert lines(ORDER, wrong, "id", "pay", "$.lines") == [
        f"$.id: {hidden} is a string, not a long",
        f"$.lines: {hidden} has something that the schema does not allow",
        f"$.pay: {hidden} fits none of null, string, shop.Card and shop.Cash",
    ]


def test_unions_that_multiply_are_given_up() -> None:
    content = record(
        "A",
        (
            "next",
            ["null", "int", "A", record("B", ("next", ["null", "A"], None), ("k", "int"))],
            None,
        ),
        ("leaf", ["null", "int"], None),
    )
    value: Any = {"leaf": "x"}
    for _ in range(5):
        value = {"next": value}
    validator = validator_of(content)
    assert validator.violations(value, Redaction())[0].keyword == "union"
    walker = Walker(validator.types, max_steps=50)
    (found,) = walker.violations(value, Redaction(), validator.engine)
    assert str(found) == (
        "$: fastavro does not take the payload; the reason could not be found in so large or so "
        "deep a payload"
    )


def test_a_large_array_outside_of_unions_is_searched_whole() -> None:
    validator = validator_of({"type": "array", "items": ["null", "int"]})
    walker = Walker(validator.types, max_steps=50)
    (found,) = walker.violations([1] * 100 + ["x"], Redaction(), validator.engine)
    assert found.path == "$[100]"


def test_no_more_violations_are_looked_for_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "MAX_VIOLATIONS", 3)
    validator = validator_of({"type": "array", "items": "int"})
    looked_at: list[Any] = []

    def refused(_type: Any, value: Any) -> bool:
        looked_at.append(value)
        return True

    monkeypatch.setattr(validator.walker, "refused_by", refused)
    found = validator.violations(list("abcde"), Redaction())
    assert [each.path for each in found] == ["$[0]", "$[1]", "$[2]"]
    assert looked_at == ["a", "b", "c"]


class Shy(dict[str, Any]):
    """A dict that gives nothing to who asks politely, as fastavro does."""

    def get(self, key: str, default: Any = None) -> Any:
        raise LookupError(f"I keep {key} to myself")


def test_what_only_fastavro_finds_wrong_is_told_in_its_words() -> None:
    content, value = record("R", ("a", "int")), Shy(a=1)
    assert lines(content, value) == ["$: fastavro does not take the payload: I keep a to myself"]
    assert lines(content, value, "b") == ["$: fastavro does not take the payload"]


H, K = record("H", ("x", "int")), record("K", ("x", "int"))
UNNAMED = (
    "$.u['-type']: "
    'fastavro takes no "-type" of K, which has no namespace; in a union, pass '
    '("K", {…}), and elsewhere leave it out'
)


@pytest.mark.parametrize(
    ("branches", "value", "said"),
    [
        ([H, K], {"-type": "K", "x": 1}, [UNNAMED]),
        (K, {"-type": "K", "x": 1}, [UNNAMED]),
        ([H, K], ("K", {"x": 1}), []),
        ([H, K | {"namespace": "shop"}], {"-type": "shop.K", "x": 1}, []),
        (
            [H, K | {"namespace": "shop"}],
            {"-type": "shop.K", "x": "1"},
            ['$.u.x: "1" is a string, not an int'],
        ),
        ([H, {"type": "map", "values": ["int", "string"]}], {"-type": "H", "y": 1}, []),
    ],
)
def test_the_name_of_a_record_in_it_is_taken_or_refused_in_plain_words(
    branches: Any, value: Any, said: list[str]
) -> None:
    validator = validator_of(record("W", ("u", branches)))
    assert validator.is_valid({"u": value}) is not bool(said)
    if said:
        assert [str(each) for each in validator.violations({"u": value}, Redaction())] == said
