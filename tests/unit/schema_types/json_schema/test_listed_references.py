from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import InvalidSchema, RegistryUnavailable, SchemaNotFound
from pytest_schema_registry.json_values import Content, canonical
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.compiler import Compiler
from pytest_schema_registry.schema_types.json_schema.listed_references import (
    MAX_BASES,
    listed_schemas,
)
from pytest_schema_registry.schemas import ListedReference, OldCopy, Schema, given

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schema_types.schema_type import Reference

STRING = {"type": "string"}
Entry = tuple[str, str, str]


def schema(content: Any, *references: Entry, subject: str = "order", **said: Any) -> Schema:
    return replace(
        given({}),
        name=subject,
        version="1",
        release="1",
        published=Content(canonical(content)),
        url=f"http://registry.example/subjects/{subject}/versions/1",
        source="registry",
        subject=subject,
        references=tuple(ListedReference(*each) for each in references),
        **said,
    )


class Subjects:
    """The schemas that references lead to."""

    def __init__(self, *schemas: Schema) -> None:
        self._schemas = {each.subject: each for each in schemas}
        self.asked: list[tuple[str, str]] = []

    def __call__(self, reference: Reference | ListedReference) -> Schema:
        assert isinstance(reference, ListedReference)
        self.asked.append((reference.subject, reference.release))
        if reference.subject not in self._schemas:
            raise SchemaNotFound(reference.subject, "version 1", None, "the registry", "check it")
        return replace(self._schemas[reference.subject], release=reference.release)


def is_valid(root: Schema, *referred: Schema) -> Callable[[Any], bool]:
    types = all_types(default_draft="7")
    return Compiler(types, Subjects(*referred)).validator(root).is_valid


def fault(root: Schema, *referred: Schema) -> InvalidSchema:
    with pytest.raises(InvalidSchema) as caught:
        is_valid(root, *referred)
    assert all(line.isprintable() for line in str(caught.value).split("\n"))
    return caught.value


IDS = [
    None,
    "order.json",
    "https://example.com/schemas/order.json",
    "urn:example:order",
    "/schemas/",
    "http://[",
]


@pytest.mark.parametrize("own", IDS)
@pytest.mark.parametrize("other", IDS)
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("text.json", "text.json"),
        ("text.json", "text.json#/definitions/a"),
        ("text.json", "./text.json"),
        ("text.json#/definitions/a", "text.json"),
        ("https://example.com/schemas/text.json", "https://example.com/schemas/text.json"),
        ("urn:example:text", "urn:example:text"),
    ],
)
def test_a_reference_has_a_name_and_any_identifiers(
    own: str | None, other: str | None, name: str, written: str
) -> None:
    content = {"items": {"$ref": written}} | ({} if own is None else {"$id": own})
    text = STRING | {"definitions": {"a": STRING}} | ({} if other is None else {"$id": other})
    order = schema(content, (name, "text", "1"))
    is_relative = ":" not in written
    is_opaque = is_relative and own == "urn:example:order"
    is_opaque |= ":text" in written and other in ("order.json", "/schemas/")
    if is_opaque or "http://[" in (own, other):
        # RFC 3986 section 5.2 resolves nothing against such an identifier.
        assert fault(order, schema(text, subject="text")).reason
        return
    check = is_valid(order, schema(text, subject="text"))
    assert check(["a"])
    assert not check([1])


def test_a_chain_leads_to_the_innermost_and_each_is_asked_for_once() -> None:
    base = "https://example.com/"
    order = schema({"items": {"$ref": "a.json"}, "$id": f"{base}order"}, ("a.json", "a", "1"))
    subjects = Subjects(
        schema(
            {"properties": {"b": {"$ref": f"{base}b.json"}, "c": {"$ref": "c.json"}}},
            (f"{base}b.json", "b", "2"),
            ("c.json", "c", "latest"),
            subject="a",
        ),
        schema(
            {"$id": "elsewhere/b", "items": {"$ref": "c.json"}},
            ("c.json", "c", "latest"),
            subject="b",
        ),
        schema(STRING, subject="c"),
    )
    validator = Compiler(all_types(), subjects).validator(order)
    assert validator.is_valid([{"b": ["x"], "c": "x"}])
    assert not validator.is_valid([{"b": [1]}])
    assert not validator.is_valid([{"c": 1}])
    assert sorted(subjects.asked) == [("a", "1"), ("b", "2"), ("c", "latest")]


@pytest.mark.parametrize("is_swapped", [False, True])
@pytest.mark.parametrize("own", [None, "https://example.com/order.json"])
def test_a_name_that_ends_another_one_is_not_taken_for_it(
    own: str | None, is_swapped: bool
) -> None:
    entries = [("types.json", "text", "1"), ("common/types.json", "number", "1")]
    content = {
        "properties": {"a": {"$ref": "types.json"}, "b": {"$ref": "common/types.json"}},
    } | ({} if own is None else {"$id": own})
    text, number = schema(STRING, subject="text"), schema({"type": "number"}, subject="number")
    check = is_valid(schema(content, *entries[:: -1 if is_swapped else 1]), text, number)
    assert check({"a": "x", "b": 1})
    assert not check({"a": 1})
    assert not check({"b": "x"})


def test_references_that_go_in_circles_end() -> None:
    order = schema({"items": {"$ref": "a"}}, ("a", "a", "latest"))
    a = schema({"items": {"$ref": "order"}}, ("order", "order", "1"), subject="a")
    check = is_valid(order, a, order)
    assert check([[[[]]]])


def test_a_name_that_stands_for_two_versions_is_refused() -> None:
    order = schema({"items": {"$ref": "a"}}, ("a", "a", "1"), ("b", "b", "1"))
    b = schema({}, ("a", "a", "2"), subject="b")
    error = fault(order, schema({}, subject="a"), b)
    assert error.pointer == "#"
    assert error.reason == (
        "among its references, the name 'a' stands for a version 1 and for a version 2"
    )


def test_one_schema_may_have_two_names() -> None:
    order = schema(
        {"items": {"$ref": "a"}, "properties": {"b": {"$ref": "b"}}},
        ("a", "text", "1"),
        ("b", "text", "1"),
    )
    check = is_valid(order, schema(STRING, subject="text"))
    assert not check({"b": 1})
    assert not check([1])


@pytest.mark.parametrize(
    "written", ["a.json", "https://example.com/a.json", "other#/a", "a\x1b[2J", "\ud800"]
)
def test_what_is_not_listed_is_not_fetched(written: str) -> None:
    subjects = Subjects(schema(STRING, subject="text"))
    order = schema({"items": {"$ref": written}}, ("text.json", "text", "1"))
    with pytest.raises(InvalidSchema) as caught:
        Compiler(all_types(), subjects).validator(order)
    assert all(line.isprintable() for line in str(caught.value).split("\n"))
    if written.isprintable():
        assert caught.value.pointer == "#/items/$ref"
        assert "is not among its references in the registry" in caught.value.reason
    assert set(subjects.asked) <= {("text", "1")}


def test_the_writer_of_a_reference_that_is_not_listed_is_named() -> None:
    order = schema({"items": {"$ref": "a"}}, ("a", "a", "1"))
    a = schema({"items": {"$ref": "nowhere"}}, subject="a")
    error = fault(order, a)
    assert error.schema == "a 1 release 1"
    assert error.pointer == "#/items/$ref"


def test_a_reference_that_leads_to_no_schema_is_the_schema_s_fault() -> None:
    order = schema({"items": {"$ref": "a"}}, ("a", "a\x1b", "1"))
    error = fault(order)
    assert error.reason.startswith("its reference 'a' leads to no schema (no schema a")


@pytest.mark.parametrize("kind", ["AVRO", "PROTOBUF", "\x1b"])
def test_a_reference_to_another_language_is_refused(kind: str) -> None:
    order = schema({"items": {"$ref": "a"}}, ("a", "a", "1"))
    error = fault(order, schema(STRING, subject="a", schema_type=kind))
    assert "its reference 'a' is of the type" in error.reason
    assert "not JSON" in error.reason


def test_an_outage_stays_one() -> None:
    def resolve(_reference: Reference | ListedReference) -> Schema:
        raise RegistryUnavailable("http://registry.example", "timed out")

    order = schema({"items": {"$ref": "a"}}, ("a", "a", "1"))
    with pytest.raises(RegistryUnavailable):
        Compiler(all_types(), resolve).validator(order)


def test_an_old_404_is_asked_about_again() -> None:
    old = OldCopy("the 404 of a", "stale cache", 0.0, "timed out")

    def resolve(_reference: Reference | ListedReference) -> Schema:
        raise SchemaNotFound("a", "version 1", None, "the cache", "check it").resting_on((old,))

    order = schema({"items": {"$ref": "a"}}, ("a", "a", "1"))
    with pytest.raises(InvalidSchema) as caught:
        Compiler(all_types(), resolve).validator(order)
    assert caught.value.old_copies == (old,)


@pytest.mark.parametrize("name", ["http://[", "", "#", "//[::1", "\x00", "a" * 10_000])
def test_no_name_is_an_obstacle_to_the_others(name: str) -> None:
    order = schema({"items": {"$ref": "text"}}, (name, "odd", "1"), ("text", "text", "1"))
    check = is_valid(order, schema({}, subject="odd"), schema(STRING, subject="text"))
    assert not check([1])


def test_without_references_there_is_nothing() -> None:
    assert listed_schemas(schema({}), Subjects()) == {}
    assert listed_schemas(replace(schema({}), references=None), Subjects()) == {}


def chain(length: int, identifiers: Callable[[int], dict[str, Any]]) -> list[Schema]:
    return [
        schema(
            identifiers(number) | {"items": {"$ref": f"s{number + 1}"}},
            *([(f"s{number + 1}", f"s{number + 1}", "1")] if number + 1 < length else []),
            subject=f"s{number}",
        )
        for number in range(length)
    ]


@pytest.mark.parametrize(
    "identifiers",
    [
        lambda number: {"$id": f"https://example.com/{number}/s"},
        lambda number: {"$id": f"{number}/s"},
        lambda number: {
            "$id": f"{number}/s",
            "definitions": {str(each): {"$id": f"{each}/{number}/x"} for each in range(1_000)},
        },
        lambda _: {"definitions": {str(each): {"$id": f"#{each}"} for each in range(1_000)}},
    ],
)
def test_a_long_chain_takes_no_time(identifiers: Callable[[int], dict[str, Any]]) -> None:
    root, *others = chain(20, identifiers)
    started = time.perf_counter()
    found = listed_schemas(root, Subjects(*others))
    assert time.perf_counter() - started < 60
    assert {f"s{number}" for number in range(1, 20)} <= set(found)
    assert len(found) <= 20 * 20 * (MAX_BASES + 1)


def test_a_huge_list_takes_no_time() -> None:
    entries = [(f"name{number}", "text", "1") for number in range(10_000)]
    started = time.perf_counter()
    found = listed_schemas(schema({}, *entries), Subjects(schema(STRING, subject="text")))
    assert time.perf_counter() - started < 60
    assert len(found) >= 10_000
