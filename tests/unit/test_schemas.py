from __future__ import annotations

import dataclasses
import json
import pickle
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.json_values import (
    Content,
    canonical,
    digest,
    json_path,
    json_pointer,
    path_steps,
)
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.schemas import (
    IndexEntry,
    Schema,
    SchemaKey,
    Source,
    Violation,
    age,
    in_lines,
    origin,
    plain_name,
)
from pytest_schema_registry.schemas import given as given_schema

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
SCHEMA = Schema(
    name="a.B",
    version="v1",
    release="1.0",
    published=Content.of({"type": "object"}),
    token="0",
    deprecated=False,
    deprecation_note=None,
    source="registry",
    fetched_at=NOW,
    url="http://registry.example/schemas/v1/a.B",
)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("a.A@v1", SchemaKey("a.A", "v1")),
        (" a.A @ v1 ", SchemaKey("a.A", "v1")),
        ("a.A.schema@v1", SchemaKey("a.A", "v1")),
        (".schema@v1", SchemaKey(".schema", "v1")),
        ("team@example.org@v1", SchemaKey("team@example.org", "v1")),
        ("@a.A@v1", SchemaKey("@a.A", "v1")),
    ],
)
def test_a_pair_is_read_from_a_text_and_the_last_at_sign_splits(text: str, pair: SchemaKey) -> None:
    assert SchemaKey.parse(text) == pair == SchemaKey.parse(str(pair))


@pytest.mark.parametrize("text", ["", "a.A", "a.A@", "@v1", " @v1", "a.A@ ", "@"])
def test_a_text_without_a_name_or_a_version_is_no_pair(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not NAME@VERSION, such as telemetry\."):
        SchemaKey.parse(text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (Query(Kind.INDEX), "the index"),
        (Query(Kind.BY_ID, name="urn:x"), "the schema with the id urn:x"),
        (Query(Kind.USERS_OF_ID, name="7\x1b"), r"the subjects that use the id 7\x1b"),
        (Query(Kind.PROTOCOL), "the registry's protocol"),
        (Query(Kind.REFERENCE, "3", "a\x1b"), r"a\x1b 3"),
        (Query(Kind.RELEASES, "v1", "a.B"), "the releases of a.B v1"),
        (Query(Kind.SCHEMA, "v1", "a.B"), "a.B v1"),
        (
            Query(Kind.COMPATIBILITY, "v1", "a.B", later="v2"),
            "the compatibility of a.B v1 -> v2",
        ),
        (Query(Kind.SCHEMA, "v1", "a.B", "1.0"), "a.B v1 release 1.0"),
    ],
)
def test_a_question_reads_as_what_is_asked_for(question: Query, text: str) -> None:
    assert str(question) == text


def test_a_schema_is_shown_by_name_version_and_release() -> None:
    assert str(SCHEMA) == "a.B v1 release 1.0"
    assert SCHEMA.label == "a.B v1"
    assert str(dataclasses.replace(SCHEMA, release=None)) == "a.B v1"
    assert dataclasses.replace(SCHEMA, version="").label == "a.B"


def test_changing_the_content_changes_nothing_for_anyone_else() -> None:
    SCHEMA.content["type"] = "array"
    assert SCHEMA.content == {"type": "object"}


def test_a_schema_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SCHEMA.name = "c.D"  # type: ignore[misc]


def test_a_schema_pickles() -> None:
    assert pickle.loads(pickle.dumps(SCHEMA)) == SCHEMA


def test_the_text_of_a_schema_is_not_in_its_repr() -> None:
    assert "object" not in repr(SCHEMA)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("value", "given as a value"),
        ("registry", "registry http://r"),
        ("directory", "directory http://r"),
        ("cassette", "cassette of http://r, fetched 3 days ago"),
        ("stale cache", "stale cache of http://r, fetched 3 days ago"),
    ],
)
def test_an_origin_has_an_age_where_the_registry_was_not_asked_just_now(
    source: Source, text: str
) -> None:
    then = datetime.now(UTC) - timedelta(days=3, minutes=1)
    assert origin(source, "http://r", then) == text
    schema = dataclasses.replace(SCHEMA, source=source, url="http://r", fetched_at=then)
    assert schema.origin == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
        (31_536_000, "365 days"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_of_which_there_are_two(seconds: int, text: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == text


def test_a_violation_reads_as_the_place_and_the_rule() -> None:
    assert str(Violation("$.id", "#/type", "type", 1, "not a string")) == "$.id: not a string"


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a.B", "a.B"), ("a.B.schema", "a.B"), (".schema", ".schema"), ("a.schema.B", "a.schema.B")],
)
def test_the_ending_that_some_registries_list_is_no_part_of_a_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(JSON)
def test_canonical_json_says_the_same_as_the_document(document: Any) -> None:
    assert json.loads(canonical(document)) == document


@given(st.dictionaries(st.text(), JSON))
def test_the_order_of_keys_changes_no_digest(document: dict[str, Any]) -> None:
    assert digest(dict(reversed(document.items()))) == digest(document)


def test_a_digest_is_of_canonical_json_in_utf_8() -> None:
    assert digest({"b": [1, "é"], "a": None}) == (
        sha256('{"a":null,"b":[1,"é"]}'.encode()).hexdigest()
    )


def test_half_of_a_surrogate_pair_has_a_digest_too() -> None:
    assert digest("\ud800") != digest("\ud801")


@pytest.mark.parametrize("content", [{"type": "object"}, True, False])
def test_a_schema_that_is_given_as_a_value_is_in_no_registry(content: Any) -> None:
    schema = given_schema(content)
    assert schema.content == content
    assert schema.digest == schema.sha256 == digest(content)
    assert (schema.label, schema.release, schema.url) == ("the given schema", None, "")
    assert schema.origin == "given as a value"


DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (DEEP, "it is nested too deeply"),
        ({1}, "Object of type set is not JSON serializable"),
    ],
    ids=["deep", "set"],
)
def test_a_value_that_is_no_json_is_no_schema(value: Any, reason: str) -> None:
    with pytest.raises(InvalidSchema) as caught:
        given_schema({"enum": value})
    assert str(caught.value).splitlines() == [
        f"the given schema: the schema is itself wrong: {reason}",
        "  at: #",
        "  from: given as a value",
        "  next: publish a corrected schema; nothing can be checked against this one",
    ]


def test_a_value_that_holds_itself_is_no_schema() -> None:
    circle: dict[str, Any] = {}
    circle["not"] = circle
    with pytest.raises(InvalidSchema, match="Circular reference detected"):
        given_schema(circle)


STEPS = st.lists(st.integers(min_value=0) | st.text() | st.from_regex(r"[a-z_]\w*\Z"))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ([], "$"),
        (["items", 0, "price"], "$.items[0].price"),
        (["größe"], "$['größe']"),
        (["a b", "", "0"], "$['a b']['']['0']"),
        (["order-id", "*", "[*]"], "$['order-id']['*']['[*]']"),
        (['say "hi"', "it's\n\\"], r"""$['say "hi"']['it\'s\n\\']"""),
        (["\x1b\u202e\U000e0001"], r"$['\u001b\u202e\udb40\udc01']"),
    ],
)
def test_a_place_in_a_payload_reads_as_a_person_writes_it(path: list[str | int], text: str) -> None:
    assert json_path(path) == text


@given(STEPS)
def test_a_place_in_a_payload_can_be_read_back(path: list[str | int]) -> None:
    text = json_path(path)
    read = path_steps(text)
    assert read == path
    assert "\n" not in text


@pytest.mark.parametrize(
    ("path", "text"),
    [([], "#"), (["$defs", "a/b", "m~n", 0, ""], "#/$defs/a~1b/m~0n/0/")],
)
def test_a_place_in_a_schema_is_a_json_pointer(path: list[str | int], text: str) -> None:
    assert json_pointer(path) == text


@given(STEPS)
def test_a_place_in_a_schema_can_be_read_back(path: list[str | int]) -> None:
    steps = json_pointer(path).split("/")
    read = [step.replace("~1", "/").replace("~0", "~") for step in steps]
    assert read == ["#", *map(str, path)]


def test_equal_schemas_are_one_whatever_their_text() -> None:
    spaced, plain = Content('{ "b": 1,\n"a": 2 }'), Content.of({"a": 2, "b": 1})
    assert spaced == plain
    assert hash(spaced) == hash(plain)
    assert spaced.digest == plain.digest
    assert spaced.text != plain.text
    assert plain != "a text"


@pytest.mark.parametrize("key", [1, None, True, 1.5])
def test_a_key_that_is_no_text_is_refused_at_any_depth(key: Any) -> None:
    said = re.escape(f"the key {key!r} is no text")
    for content in ({key: {"type": "object"}}, {"anyOf": [{"enum": [{key: 1}]}]}):
        with pytest.raises(InvalidSchema, match=said):
            given_schema(content)


@pytest.mark.parametrize("text", ["[1e999]", "NaN", "-Infinity", "-1e999"])
def test_a_number_that_is_none_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not JSON|beyond what a number can be"):
        Content(text).parsed()


def entry(name: str, version: str = "") -> IndexEntry:
    return IndexEntry(name, version, None, None, False, None)


def test_an_entry_without_a_line_may_be_in_any() -> None:
    found = in_lines([entry("b"), entry("a"), entry("c", "v1")], ("v2", "latest"))
    assert [(each.version, each.name) for each in found] == [
        ("latest", "a"),
        ("latest", "b"),
        ("v1", "c"),
        ("v2", "a"),
        ("v2", "b"),
    ]
    assert in_lines([], ("v1",)) == ()
    assert in_lines([entry("a")], ()) == ()
