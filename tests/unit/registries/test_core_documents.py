from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.duplicate_keys import KeyTwice
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.registries import core_documents
from pytest_schema_registry.registries.queries import Kind, Query, RegistryVerdict, Result
from pytest_schema_registry.schemas import IndexEntry, ListedReference, Release
from tests.documents import fault, result_of

INDEX = Query(Kind.INDEX)
RELEASES = Query(Kind.RELEASES, "v1", "a.B")
CURRENT = Query(Kind.SCHEMA, "v1", "a.B")
RELEASE = Query(Kind.SCHEMA, "v1", "a.B", "1.0")
BY_ID = Query(Kind.BY_ID, name="urn:a")


def answer(query: Query, document: Any) -> Result:
    answered = result_of(query, "http://r/x", document, 0.0, "cache")
    return replace(answered, outage="timed out")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, "a schema's answer is a JSON object, not null"),
        ([], "a schema's answer is a JSON object, not an array"),
        ("", "a schema's answer is a JSON object, not a string"),
        (True, "a schema's answer is a JSON object, not a boolean"),
        (1.5, "a schema's answer is a JSON object, not a number"),
        ({}, "the answer has no 'content'"),
        ({"content": None}, "'content' is null, not a JSON Schema"),
        ({"content": 1}, "'content' is a number, not a JSON Schema"),
        ({"content": {}, "name": 1}, "'name' is a number, not a string"),
        ({"content": {}, "track": {}}, "'track' is an object, not a string"),
        ({"content": {}, "core_version": 2}, "'core_version' is a number, not a string"),
        ({"content": {}, "sha256": []}, "'sha256' is an array, not a string"),
        (
            {"content": {}, "deprecation_note": True},
            "'deprecation_note' is a boolean, not a string",
        ),
        ({"content": {}, "deprecated": "no"}, "'deprecated' is a string, not a boolean"),
        ({"content": {}, "deprecated": 0}, "'deprecated' is a number, not a boolean"),
        ({"content": {}, "core_version": "1\n"}, "'core_version' has what cannot be printed"),
    ],
)
@pytest.mark.parametrize("question", [CURRENT, BY_ID])
def test_what_is_no_schema_is_no_answer(question: Query, document: Any, expected: str) -> None:
    assert fault(question, document) == expected


COMPATIBILITY = Query(Kind.COMPATIBILITY, "v1", "a.B", later="v2")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "a verdict on compatibility is a JSON object, not an array"),
        ({}, "the answer has no 'compatible' that is a boolean"),
        ({"compatible": "yes"}, "the answer has no 'compatible' that is a boolean"),
        ({"compatible": True, "advice": "none"}, "'advice' is not a list of strings"),
        ({"compatible": True, "breaking_reasons": [1]}, "'breaking_reasons' is not a list of st"),
    ],
)
def test_what_is_no_verdict_is_no_answer(document: Any, expected: str) -> None:
    assert str(fault(COMPATIBILITY, document)).startswith(expected)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"compatible": True}, RegistryVerdict(True, (), ())),
        ({"compatible": True, "advice": None}, RegistryVerdict(True, (), ())),
        (
            {"compatible": False, "breaking_reasons": ["a\n b\x1b[0m", " "], "advice": ["c"]},
            RegistryVerdict(False, ("a b",), ("c",)),
        ),
    ],
)
def test_a_verdict_is_told_in_lines(document: Any, expected: RegistryVerdict) -> None:
    said = answer(COMPATIBILITY, document).verdict
    assert (said.compatible, said.advice) == (expected.compatible, expected.advice)
    assert [line[:3] for line in said.reasons] == list(expected.reasons)


@pytest.mark.parametrize("content", [{}, {"type": "object"}, True, False])
@pytest.mark.parametrize("question", [CURRENT, RELEASE, BY_ID])
def test_a_json_schema_alone_is_an_answer(question: Query, content: Any) -> None:
    assert fault(question, {"content": content}) is None


@pytest.mark.parametrize(
    ("question", "said", "expected"),
    [
        (CURRENT, {"track": "v2"}, "asked for track 'v1', it answered with 'v2'"),
        (CURRENT, {"name": "c.D"}, "asked for 'a.B', it answered with 'c.D'"),
        (
            CURRENT,
            {"name": "x" * 5_000},
            "asked for 'a.B', it answered with (a text of 5,000 characters)",
        ),
        (RELEASE, {"core_version": "2.0"}, "asked for core_version '1.0', it answered with '2.0'"),
    ],
)
def test_another_schema_is_no_answer(question: Query, said: dict[str, str], expected: str) -> None:
    assert fault(question, {"content": {}} | said) == expected


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (CURRENT, {"name": "a.B.schema", "track": "v1", "core_version": "1.0"}),
        (Query(Kind.SCHEMA, "v1", "a.B.schema"), {"name": "a.B"}),
        (BY_ID, {"name": "c.D", "track": "v2", "core_version": "2.0"}),
    ],
)
def test_the_same_schema_under_either_name_is_an_answer(
    question: Query, said: dict[str, str]
) -> None:
    assert fault(question, {"content": {}} | said) is None


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, "a list of releases is a JSON array, not an object"),
        (["1.0"], "entry 0 of the releases has no 'core_version'"),
        (
            [{"core_version": "1"}, {"core_version": 2}],
            "entry 1 of the releases has no 'core_version'",
        ),
        (
            [{"core_version": "1"}, {"core_version": "2", "created_at": 5}],
            "in entry 1 of the releases, 'created_at' is a number, not a string",
        ),
        (
            [{"core_version": "1", "sha256": []}],
            "in entry 0 of the releases, 'sha256' is an array, not a string",
        ),
        (
            [{"core_version": "1", "deprecated": "false"}],
            "in entry 0 of the releases, 'deprecated' is a string, not a boolean",
        ),
        (
            [{"core_version": "1\x9b"}],
            "in entry 0 of the releases, 'core_version' has what cannot be printed",
        ),
        ([], None),
        ([{"core_version": "1"}], None),
        ([{"core_version": "1", "sha256": None, "created_at": None, "deprecated": None}], None),
    ],
)
def test_a_list_of_releases_has_a_release_in_each_entry(
    document: Any, expected: str | None
) -> None:
    assert fault(RELEASES, document) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([], "an index is a JSON object with 'tracks'"),
        ({"tracks": []}, "an index is a JSON object with 'tracks'"),
        ({"tracks": {"v1": []}}, "track 'v1' has no list of 'schemas'"),
        ({"tracks": {"v1": {"schemas": {}}}}, "track 'v1' has no list of 'schemas'"),
        (
            {"tracks": {"v1": {"schemas": [{"name": "a\x1b"}]}}},
            "entry 0 of track 'v1' has a name that cannot be printed",
        ),
        (
            {"tracks": {"\n": {"schemas": [{"name": "a"}]}}},
            "entry 0 of track '\\n' has a name that cannot be printed",
        ),
        ({"tracks": {"v1": {"schemas": [1]}}}, "entry 0 of track 'v1' has no 'name'"),
        ({"tracks": {"v1": {"schemas": [{"name": 1}]}}}, "entry 0 of track 'v1' has no 'name'"),
        (
            {"tracks": {"v1": {"schemas": [{"name": "a", "sha256": 5}]}}},
            "in entry 0 of track 'v1', 'sha256' is a number, not a string",
        ),
        (
            {"tracks": {"v1": {"schemas": [{"name": "a", "latest_core_version": 2}]}}},
            "in entry 0 of track 'v1', 'latest_core_version' is a number, not a string",
        ),
        (
            {"tracks": {"v1": {"schemas": [{"name": "a"}, {"name": "b", "$schema_id": {}}]}}},
            "in entry 1 of track 'v1', '$schema_id' is an object, not a string",
        ),
        (
            {"tracks": {"v1": {"schemas": [{"name": "a", "deprecated": 1}]}}},
            "in entry 0 of track 'v1', 'deprecated' is a number, not a boolean",
        ),
        ({"tracks": {"x" * 201: 1}}, "track (a text of 201 characters) has no list of 'schemas'"),
        ({"tracks": {}}, None),
        ({"tracks": {"v1": {"schemas": [{"name": "a.B"}]}}}, None),
    ],
)
def test_an_index_has_a_name_in_each_entry(document: Any, expected: str | None) -> None:
    assert fault(INDEX, document) == expected


def test_a_schema_says_what_the_answer_says() -> None:
    document = {
        "name": "a.B.schema",
        "core_version": "1.0",
        "sha256": "token",
        "content": {"type": "object"},
        "deprecated": True,
        "deprecation_note": "use a.C",
    }
    schema = answer(CURRENT, document).schema
    assert (schema.name, schema.version, schema.release) == ("a.B", "v1", "1.0")
    assert (schema.sha256, schema.digest) == ("token", digest({"type": "object"}))
    assert (schema.deprecated, schema.deprecation_note) == (True, "use a.C")
    assert (schema.source, schema.url, schema.outage) == ("cache", "http://r/x", "timed out")
    assert schema.fetched_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert schema.reason is None
    assert schema.content == {"type": "object"}


def test_a_note_on_deprecation_is_one_line_that_no_terminal_obeys() -> None:
    document = {"content": {}, "deprecation_note": "use\n  a.C\x1b[2J\u202e soon\t"}
    assert answer(CURRENT, document).schema.deprecation_note == "use a.C [2J soon"


def test_a_schema_without_particulars_takes_them_from_the_question_and_the_content() -> None:
    schema = answer(RELEASE, {"content": True}).schema
    assert schema.release == "1.0"
    assert schema.sha256 == schema.digest == digest(True)
    assert (schema.deprecated, schema.deprecation_note, schema.reason) == (False, None, None)
    assert schema.content is True


def test_releases_come_in_the_order_of_the_answer() -> None:
    document = [
        {"core_version": "1.9", "sha256": "t", "created_at": "2026-01-01", "deprecated": True},
        {"core_version": "1.10"},
    ]
    assert answer(RELEASES, document).releases == (
        Release("a.B", "v1", "1.9", "t", "2026-01-01", True),
        Release("a.B", "v1", "1.10", "", None, False),
    )


def test_an_index_is_sorted_by_version_and_name() -> None:
    entry = {
        "name": "b.schema",
        "latest_core_version": "1.0",
        "sha256": "t",
        "deprecated": True,
        "$schema_id": "b",
    }
    document = {"tracks": {"v2": {"schemas": [entry, {"name": "a"}]}, "v1": {"schemas": [entry]}}}
    assert answer(INDEX, document).entries == (
        IndexEntry("b", "v1", "1.0", "t", True, "b"),
        IndexEntry("a", "v2", None, None, False, None),
        IndexEntry("b", "v2", "1.0", "t", True, "b"),
    )


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # What a reader that looks for signs, and not for strings, would stumble over.
    | st.text(st.sampled_from('{}":,\\ \nä\ud800')),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('"content:{}'), inner),
    max_leaves=10,
)


@given(VALUES | st.dictionaries(st.sampled_from(["content", "name", ""]), VALUES), st.data())
def test_a_document_is_read_with_the_text_of_the_schema_in_it(
    value: Any, data: st.DataObject
) -> None:
    indent = data.draw(st.sampled_from([None, 0, 2, "\t\r "]))
    separators = data.draw(st.sampled_from([None, (",", ":"), (" ,\n", " :\t")]))
    text = json.dumps(value, indent=indent, separators=separators)
    document, schema = core_documents.read(text)
    assert document == value
    if isinstance(value, dict) and "content" in value:
        assert schema is not None
        assert json.loads(schema) == value["content"]
    else:
        assert schema is None


@pytest.mark.parametrize(
    "text",
    [
        '{"content": 1, "name": "a", "content": {"title": "b"}}',
        '{"tracks": {"v1": {}, "v2": {}, "v1": {}}}',
        '[{"core_version": "1", "core_version": "2"}]',
    ],
)
def test_what_an_answer_says_twice_is_refused(text: str) -> None:
    with pytest.raises(KeyTwice):
        core_documents.read(text)


def test_what_a_schema_says_twice_is_refused_at_once_or_when_it_is_used() -> None:
    text = '{"name": "a", "content": {"title": "b", "title": "c"}}'
    assert core_documents.read(text) == (json.loads(text), '{"title": "b", "title": "c"}')
    with pytest.raises(KeyTwice, match="line 1 column 27 and line 1 column 41"):
        core_documents.read(text, strict=True)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "{1:2}", '{"a" 1}'),
        *('{"a":1}}', '{"a":1} x', "[1", '{"content":NaN}', "-Infinity", '{"a":1 "b":2}'),
    ],
)
def test_what_is_not_json_is_no_document(text: str) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Extra data|Illegal|is not JSON"):
        core_documents.read(text)


def test_an_id_that_is_no_text_is_none() -> None:
    assert (
        answer(CURRENT, {"content": {}, "$schema_id": 42}).value
        == answer(CURRENT, {"content": {}}).value
    )


def test_an_index_tells_why_a_file_cannot_be_read() -> None:
    entry = {"name": "a", "deprecated": False, "error": "it is\nlost"}
    (found,) = answer(INDEX, {"tracks": {"v1": {"schemas": [entry]}}}).entries
    assert found.error == "it is lost"


LISTED = [{"name": "shop.Line", "subject": "line", "version": "v1"}]


def test_a_recorded_schema_of_avro_has_its_language_and_its_references() -> None:
    document = {"content": ["null", "shop.Line"], "schemaType": "AVRO", "references": LISTED}
    schema = answer(CURRENT, document).schema
    assert (schema.schema_type, schema.content) == ("AVRO", ["null", "shop.Line"])
    assert schema.references == (ListedReference("shop.Line", "line", "v1"),)
    value = answer(CURRENT, document).value
    assert document.items() <= core_documents.document(CURRENT, value).items()
    bare = {"content": {}, "schemaType": "JSON", "references": LISTED}
    assert (answer(CURRENT, bare).schema.schema_type) == "JSON"
    assert answer(CURRENT, bare).schema.references is None


@pytest.mark.parametrize("listed", [None, {}, [5], [{"name": "a", "subject": "b", "version": 1}]])
def test_references_of_avro_that_are_none_are_named(listed: Any) -> None:
    document = {"content": {}, "schemaType": "AVRO", "references": listed}
    wanted = "objects with a 'name', a 'subject' and a 'version'"
    assert fault(CURRENT, document) == f"'references' is not a list of {wanted}"
    other = {"content": True, "schemaType": "AVRO", "references": []}
    assert fault(CURRENT, other) == "'content' is a boolean, not an Avro schema"
