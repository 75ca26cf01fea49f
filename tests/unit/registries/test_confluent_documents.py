from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_schema_registry.duplicate_keys import KeyTwice
from pytest_schema_registry.registries import confluent_documents as documents
from pytest_schema_registry.registries.messages import Response
from pytest_schema_registry.registries.protocol import WrongAnswer
from pytest_schema_registry.registries.queries import (
    Kind,
    Missing,
    Query,
    RegisteredSchema,
    RegistryVerdict,
    UserOfId,
)
from pytest_schema_registry.schemas import ListedReference, Release

LATEST = Query(Kind.SCHEMA, "latest", "orders")
DOCUMENT: dict[str, Any] = {
    "subject": "orders-value",
    "version": 3,
    "id": 7,
    "schemaType": "JSON",
    "schema": '{"type": "object"}',
}
#: The largest number that Python reads from JSON has 4,300 digits.
HUGE = 10**4_000
NO_NUMBERS: list[Any] = [None, 0, -1, 1.0, "3", True, False, [], {}, 2**32, HUGE]


def schema(document: Any, subject: str = "orders-value", release: str | None = None) -> Any:
    return documents.schema(LATEST, document, subject, release)


def reason(call: Any, *arguments: Any) -> str:
    with pytest.raises(WrongAnswer) as caught:
        call(*arguments)
    assert str(caught.value).isprintable()
    return str(caught.value)


def not_found(body: Any, status: int = 404) -> Response:
    return Response(status, body if isinstance(body, str) else json.dumps(body))


# A schema


def test_a_schema_has_its_number_its_id_and_its_subject() -> None:
    found = schema(DOCUMENT)
    assert isinstance(found, RegisteredSchema)
    assert (found.name, found.version, found.release) == ("orders", "latest", "3")
    assert (found.id, found.subject, found.schema_type) == ("7", "orders-value", "JSON")
    assert (found.deprecated, found.deprecation_note, found.references) == (False, None, ())
    assert found.token is None
    assert found.content.text == DOCUMENT["schema"]


def test_members_that_nobody_named_and_those_that_are_null_are_ignored() -> None:
    more = {"guid": "a", "ts": 1, "ruleSet": None, "references": None, "metadata": None}
    assert schema(DOCUMENT | more) == schema(DOCUMENT)


@pytest.mark.parametrize("document", [None, [], "text", 1, True, {}, {"schema": {}, "version": 1}])
def test_without_the_text_of_a_schema_there_is_none(document: Any) -> None:
    assert reason(schema, document) == "the answer has no 'schema' that is a text"


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_a_version_is_a_number(number: Any) -> None:
    wrong = "the answer has no 'version' that is a number"
    assert reason(schema, DOCUMENT | {"version": number}) == wrong


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_an_id_that_is_no_number_is_none(number: Any) -> None:
    assert schema(DOCUMENT | {"id": number}).id is None


@pytest.mark.parametrize("given", [None, ""])
def test_a_schema_without_a_type_is_avro_whatever_its_text(given: Any) -> None:
    text = '{"type": "string"}'
    found = schema({"version": 1, "schema": text, "schemaType": given})
    assert (found.schema_type, found.content.text) == ("AVRO", text)
    assert schema({"version": 1, "schema": text}).schema_type == "AVRO"


@pytest.mark.parametrize("given", [1, True, ["JSON"], {"a": 1}, "JSON\n", "\x1b[2J", "\ud800"])
def test_a_type_is_a_word_that_can_be_printed(given: Any) -> None:
    assert reason(schema, DOCUMENT | {"schemaType": given}) == "'schemaType' is not a word"


@pytest.mark.parametrize("given", ["json", "AVRO", "PROTOBUF", "XML"])
def test_another_type_is_another_language(given: str) -> None:
    assert schema(DOCUMENT | {"schemaType": given}).schema_type == given


@pytest.mark.parametrize(
    "text", ["", "{", "null", "1", '"text"', "[]", '{"minimum": NaN}', "[" * 100_000, "9" * 5_000]
)
def test_a_json_schema_is_the_text_of_an_object_or_a_boolean(text: str) -> None:
    wrong = "'schema' is not the JSON text of an object or a boolean"
    assert reason(schema, DOCUMENT | {"schema": text}) == wrong


@pytest.mark.parametrize("text", ["true", "false", "{}"])
def test_a_boolean_is_a_json_schema(text: str) -> None:
    assert schema(DOCUMENT | {"schema": text}).content.text == text


@pytest.mark.parametrize("text", ['syntax = "proto3";', "", "[" * 100_000, "NaN", "\ud800"])
def test_a_text_that_is_no_json_is_kept_as_a_string(text: str) -> None:
    content = schema(DOCUMENT | {"schemaType": "PROTOBUF", "schema": text}).content
    assert content.parsed() == text


@pytest.mark.parametrize(
    ("schema_text", "metadata", "expected"),
    [
        ({"deprecated": True}, None, (True, None)),
        ({"deprecated": "true"}, None, (False, None)),
        ({"deprecated": 1}, None, (False, None)),
        ({}, {"properties": {"deprecated": "true"}}, (True, None)),
        ({}, {"properties": {"deprecated": True}}, (False, None)),
        ({}, {"properties": {"deprecated": "yes"}}, (False, None)),
        (
            {"deprecation_note": "a\n\x1bb"},
            {"properties": {"deprecation_note": "c"}},
            (False, "a b"),
        ),
        ({}, {"properties": {"deprecation_note": "c"}}, (False, "c")),
        ({"deprecation_note": 5}, None, (False, None)),
        (True, {"properties": {"deprecated": "true"}}, (True, None)),
        ({}, {"properties": ["deprecated"]}, (False, None)),
        ({}, ["deprecated"], (False, None)),
    ],
)
def test_the_schema_or_a_property_says_that_it_is_deprecated(
    schema_text: Any, metadata: Any, expected: tuple[bool, str | None]
) -> None:
    found = schema(DOCUMENT | {"schema": json.dumps(schema_text), "metadata": metadata})
    assert (found.deprecated, found.deprecation_note) == expected


def test_only_a_json_schema_says_of_itself_that_it_is_deprecated() -> None:
    text = '{"deprecated": true, "type": "string"}'
    assert not schema({"version": 1, "schema": text}).deprecated


def test_the_number_that_was_asked_for_is_the_one_of_the_answer() -> None:
    assert schema(DOCUMENT, release="3").release == "3"
    wrong = "asked for version 4 of a subject, it answered with 3"
    assert reason(lambda: schema(DOCUMENT, release="4")) == wrong


# References


def listed(*entries: Any, subject: str = "orders-value") -> Any:
    return schema(DOCUMENT | {"references": list(entries)}, subject).references


ENTRY: dict[str, Any] = {"name": "address.json", "subject": "address", "version": 1}


def test_a_reference_has_a_name_a_subject_and_a_version() -> None:
    newest = {"name": "", "subject": "item", "version": -1, "more": 1}
    assert listed(ENTRY, newest) == (
        ListedReference("address.json", "address", "1"),
        ListedReference("", "item", "latest"),
    )


@pytest.mark.parametrize(
    ("subject", "target", "expected"),
    [
        (":.team:orders", "address", ":.team:address"),
        (":.team:orders", ":.other:address", ":.other:address"),
        ("orders", ":.other:address", ":.other:address"),
        ("orders", "address", "address"),
        (":.team", "address", "address"),
        (":team:orders", "address", "address"),
    ],
)
def test_a_subject_is_relative_to_the_context_of_the_one_that_refers_to_it(
    subject: str, target: str, expected: str
) -> None:
    assert listed(ENTRY | {"subject": target}, subject=subject)[0].subject == expected


@pytest.mark.parametrize("value", [{}, "text", 1, True])
def test_references_are_a_list(value: Any) -> None:
    assert reason(schema, DOCUMENT | {"references": value}) == "'references' is not a list"


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "address",
        {},
        {"name": "a"},
        ENTRY | {"name": 1},
        ENTRY | {"subject": ""},
        ENTRY | {"subject": None},
        *(ENTRY | {"version": number} for number in NO_NUMBERS if number != -1),
        ENTRY | {"version": -1.0},
        ENTRY | {"version": -2},
    ],
)
def test_an_entry_that_leads_nowhere_is_wrong(entry: Any) -> None:
    wrong = "an entry of 'references' has no name, subject and version"
    assert reason(listed, ENTRY, entry) == wrong


@pytest.mark.parametrize("target", ["a\nb", "\x1b]0;", "\ud800"])
def test_a_reference_leads_to_a_subject_that_can_be_printed(target: str) -> None:
    wrong = "an entry of 'references' has a subject that cannot be printed"
    assert reason(listed, ENTRY | {"subject": target}) == wrong


def test_a_huge_list_of_references_is_read() -> None:
    assert len(listed(*[ENTRY] * 100_000)) == 100_000


# What is not there


@pytest.mark.parametrize("code", [40402, 40403, 40404, 40406])
def test_a_404_with_a_code_says_what_is_not_there(code: int) -> None:
    expected = "it was deleted" if code in documents.DELETED else ""
    if code == documents.NO_VERSION:
        expected = "see which versions there are with pytest-schema-registry list"
    said = not_found({"error_code": code, "message": "\x1b"})
    assert documents.missing(said, "orders") == Missing(expected)


@pytest.mark.parametrize(
    ("subject", "is_told"),
    [("", False), ("orders", True), ("orders-value", False), ("orders-key", False)],
)
def test_a_subject_that_is_not_there_may_be_hidden_or_a_topic_s(
    subject: str, is_told: bool
) -> None:
    advice = documents.missing(not_found({"error_code": 40401}), subject).advice
    assert advice.startswith("see what there is with pytest-schema-registry list; or the cred")
    assert ("end in -value and -key" in advice) is is_told


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        '"Not Found"',
        "null",
        "[40401]",
        '{"error_code": 404}',
        '{"error_code": "40401"}',
        '{"error_code": [40401]}',
        '{"error_code": true}',
        '{"error_code": NaN}',
        '{"error_code": ' + "4" * 5_000 + "}",
        '{"error_code": 40401' + "0" * 4_000 + "}",
        "[" * 100_000,
        '{"message": "Not Found"}',
        "\ud800",
    ],
)
def test_any_other_404_is_not_the_registry_s(body: str) -> None:
    assert "404 without a code of the registry" in reason(documents.missing, not_found(body))


def test_a_410_is_not_the_registry_s() -> None:
    said = not_found({"error_code": 40401}, 410)
    assert "without a code" in reason(documents.missing, said)


# Lists


def test_numbers_are_sorted_and_a_release_has_no_more_than_its_number() -> None:
    query = Query(Kind.RELEASES, "latest", "orders")
    assert documents.releases(query, [10, 2, 1]) == tuple(
        Release("orders", "latest", number, "", None, deprecated=False)
        for number in ("1", "2", "10")
    )
    assert documents.releases(query, []) == ()


@pytest.mark.parametrize("document", [None, {}, "1", [None], *([n] for n in NO_NUMBERS)])
def test_a_list_of_versions_is_one_of_numbers(document: Any) -> None:
    wrong = "a list of versions is a JSON array of numbers"
    assert reason(documents.numbers, document) == wrong


def test_no_subjects_may_be_null() -> None:
    assert documents.subjects(None) == []
    assert documents.subjects(["b", "a"]) == ["b", "a"]


@pytest.mark.parametrize("document", [{}, "a", [1], [["a"]], [None]])
def test_a_list_of_subjects_is_one_of_texts(document: Any) -> None:
    wrong = "a list of subjects is a JSON array of texts"
    assert reason(documents.subjects, document) == wrong


@pytest.mark.parametrize("name", ["a\n", "\x1b[2J", "\ud800"])
def test_a_subject_can_be_printed(name: str) -> None:
    assert reason(documents.subjects, [name]) == "a subject has a name that cannot be printed"


def test_an_id_is_used_by_versions_of_subjects() -> None:
    said = [{"subject": "a", "version": 1, "more": 2}, {"subject": "b", "version": 2}]
    assert documents.users_of_id(said) == (UserOfId("a", "1"), UserOfId("b", "2"))
    assert documents.users_of_id([]) == ()


@pytest.mark.parametrize(
    "document",
    [None, "a", {"subject": "a"}, [None], [{"subject": 1, "version": 1}], [{"version": 1}]],
)
def test_what_names_no_user_of_an_id_is_wrong(document: Any) -> None:
    assert reason(documents.users_of_id, document) == "an entry has no 'subject' and 'version'"


# Compatibility


@pytest.mark.parametrize("stem", ["BACKWARD", "FORWARD", "FULL"])
def test_a_level_is_like_its_stem(stem: str) -> None:
    assert documents.level({"compatibilityLevel": stem}) == stem
    assert documents.level({"compatibilityLevel": f"{stem}_TRANSITIVE"}) == stem


def test_a_level_that_compares_nothing_gives_no_verdict() -> None:
    said = reason(documents.level, {"compatibilityLevel": "NONE"})
    assert "NONE, which compares nothing" in said


@pytest.mark.parametrize("value", [None, True, 1, "", "backward", "_TRANSITIVE", ["FULL"], "\x1b"])
def test_a_level_that_is_not_known_is_none(value: Any) -> None:
    wrong = "the answer has no 'compatibilityLevel' that is known"
    assert reason(documents.level, {"compatibilityLevel": value}) == wrong
    assert reason(documents.level, [value]) == wrong


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"is_compatible": True}, RegistryVerdict(True)),
        ({"is_compatible": True, "messages": ["x"]}, RegistryVerdict(True)),
        ({"is_compatible": False}, RegistryVerdict(False)),
        ({"is_compatible": False, "messages": None}, RegistryVerdict(False)),
        (
            {"is_compatible": False, "messages": ["a\n\x1bb", "", "\ud800", {"c": 1}, None]},
            RegistryVerdict(False, ("a b", "{'c': 1}", "None")),
        ),
    ],
)
def test_a_verdict_has_its_reasons_one_line_each(document: Any, expected: RegistryVerdict) -> None:
    assert documents.verdict(document) == expected


@pytest.mark.parametrize("value", [None, 0, 1, "true", "false", []])
def test_a_verdict_is_a_boolean(value: Any) -> None:
    wrong = "the answer has no 'is_compatible' that is a boolean"
    assert reason(documents.verdict, {"is_compatible": value}) == wrong
    assert reason(documents.verdict, value) == wrong


@pytest.mark.parametrize("messages", ["text", {"a": 1}, 1, True])
def test_messages_are_a_list(messages: Any) -> None:
    document = {"is_compatible": True, "messages": messages}
    assert reason(documents.verdict, document) == "'messages' is not a list"


# What a cassette keeps


def test_a_cassette_keeps_what_is_read_and_nothing_else() -> None:
    document = DOCUMENT | {
        "guid": "g",
        "ts": 1,
        "references": [ENTRY],
        "metadata": {"properties": {"a": "b"}, "sensitive": ["c"]},
        "ruleSet": {},
        "id": None,
    }
    assert json.loads(documents.kept(document)) == {
        "metadata": {"properties": {"a": "b"}},
        "references": [ENTRY],
        "schema": DOCUMENT["schema"],
        "schemaType": "JSON",
        "subject": "orders-value",
        "version": 3,
    }


@pytest.mark.parametrize("text", ["{}", "true", '"a"', "syntax", "", "NaN", "\ud800", "9" * 5_000])
def test_the_readable_copy_of_any_text_is_json(text: str) -> None:
    read = json.loads(documents.readable(text))
    assert read == text or documents.readable(text) == text


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(KeyTwice):
        documents.read('{"version": 1, "version": 2}')


# Any document

TEXTS = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    ["JSON", "AVRO", "{}", "true", '{"deprecated": true}', ":.a:b", "BACKWARD", "\x1b[2J", "\ud800"]
)
NUMBERS = st.integers() | st.sampled_from([-1, 0, 1, 2**32, HUGE, 40401, 40406])
ANY = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False) | TEXTS,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["name", "subject", "version"]), inner)
    ),
    max_leaves=8,
)
MEMBERS = ("schema", "schemaType", "version", "id", "references", "metadata", "messages")
LEVELS = ("compatibilityLevel", "is_compatible", "error_code")
NAMED = st.fixed_dictionaries({}, optional=dict.fromkeys((*MEMBERS, *LEVELS), ANY))
SCHEMAS = st.fixed_dictionaries(
    {"schema": TEXTS, "version": NUMBERS},
    optional={"schemaType": TEXTS, "id": ANY, "references": ANY, "metadata": ANY},
)


@settings(deadline=None)
@given(ANY | NAMED | SCHEMAS)
def test_any_document_is_read_or_refused(document: Any) -> None:
    query = Query(Kind.RELEASES, "latest", "orders")
    for read in (
        schema,
        documents.numbers,
        documents.subjects,
        documents.users_of_id,
        documents.level,
        documents.verdict,
        lambda said: documents.releases(query, said),
        lambda said: documents.missing(not_found(said), "orders"),
    ):
        try:
            found = read(document)
        except WrongAnswer as exc:
            assert str(exc).isprintable()  # noqa: PT017  # either way is right
        else:
            assert_printable(found)


def assert_printable(found: Any) -> None:
    match found:
        case RegisteredSchema():
            shown: tuple[Any, ...] = (found.release, found.id, found.schema_type)
            shown += (found.deprecation_note, *(each.subject for each in found.references or ()))
        case RegistryVerdict():
            shown = found.reasons
        case Missing():
            shown = (found.advice,)
        case _:
            shown = ()
    assert all(each is None or each.isprintable() for each in shown)
