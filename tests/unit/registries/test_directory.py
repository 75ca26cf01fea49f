from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.queries import Kind, Missing, Query
from tests.documents import document_of, fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BAD_BYTE = "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
INDEX = Query(Kind.INDEX)
CURRENT = Query(Kind.SCHEMA, "v1", "a.B")
RELEASES = Query(Kind.RELEASES, "v1", "a.B")
WORDED = pytest.mark.skipif(os.name != "posix", reason="Windows words it otherwise")


def registry(directory: Path, **files: Any) -> DirectoryRegistry:
    """A registry of ``v1``, from schemas by file name."""
    (directory / "v1").mkdir(exist_ok=True)
    for name, schema in files.items():
        (directory / "v1" / f"{name}.json").write_text(json.dumps(schema))
    return DirectoryRegistry(directory, "schemas/")


def release(version: str | None) -> Query:
    return Query(Kind.SCHEMA, "v1", "a.B", version)


def test_a_schema_is_answered_as_the_wire_would(tmp_path: Path) -> None:
    schema = {
        "$schema_id": "urn:a",
        "$core_version": "1.2",
        "deprecated": True,
        "deprecation_note": "use c.D",
        "type": "object",
    }
    before = time.time()
    answer = registry(tmp_path, **{"a.B": schema}).fetch(CURRENT)
    assert document_of(answer) == {
        "name": "a.B",
        "track": "v1",
        "core_version": "1.2",
        "sha256": digest(schema),
        "$schema_id": "urn:a",
        "content": schema,
        "deprecated": True,
        "deprecation_note": "use c.D",
    }
    assert (answer.query, answer.source, answer.etag) == (CURRENT, "directory", None)
    assert before <= answer.fetched_at <= time.time()
    assert fault(CURRENT, document_of(answer)) is None


@pytest.mark.parametrize("schema", [{}, True, {"$core_version": 1, "deprecation_note": []}])
def test_what_a_schema_does_not_say_is_left_open(tmp_path: Path, schema: Any) -> None:
    document = document_of(registry(tmp_path, **{"a.B": schema}).fetch(CURRENT))
    assert document["content"] == schema
    assert (document["core_version"], document["deprecation_note"]) == (None, None)
    assert (document["deprecated"], document["$schema_id"]) == (False, "a.B")


@pytest.mark.parametrize("deprecated", ["true", 1, None, False])
def test_only_true_is_deprecated(tmp_path: Path, deprecated: Any) -> None:
    answer = registry(tmp_path, **{"a.B": {"deprecated": deprecated}}).fetch(CURRENT)
    assert document_of(answer)["deprecated"] is False


@pytest.mark.parametrize("file", ["a.B", "a.B.schema"])
@pytest.mark.parametrize("name", ["a.B", "a.B.schema"])
def test_either_form_of_a_name_finds_either_form_of_a_file(
    tmp_path: Path, file: str, name: str
) -> None:
    answer = registry(tmp_path, **{file: {}}).fetch(Query(Kind.SCHEMA, "v1", name))
    assert document_of(answer)["name"] == "a.B"


def test_a_byte_order_mark_is_no_part_of_a_schema(tmp_path: Path) -> None:
    here = registry(tmp_path)
    (tmp_path / "v1" / "a.B.json").write_text('{"title": "größe"}', encoding="utf-8-sig")
    assert document_of(here.fetch(CURRENT))["content"] == {"title": "größe"}


@pytest.mark.parametrize(
    "question",
    [
        Query(Kind.SCHEMA, "v1", "c.D"),
        Query(Kind.SCHEMA, "v2", "a.B"),
        Query(Kind.SCHEMA, "..", "a.B"),
        Query(Kind.SCHEMA, ".", "v1/a.B"),
        Query(Kind.SCHEMA, "v1", "../v1/a.B"),
        Query(Kind.SCHEMA, "v1", "a.B@1.0"),
        Query(Kind.SCHEMA, "v1\0", "a.B"),
        release("9.9"),
        release("../x"),
        Query(Kind.RELEASES, "v1", "c.D"),
        Query(Kind.RELEASES, "v2", "a.B"),
        Query(Kind.BY_ID, name="urn:b"),
        Query(Kind.COMPATIBILITY, "v1", "a.B", later="v2"),
        Query(Kind.COMPATIBILITY, "v2", "a.B", later="v1"),
    ],
)
def test_what_is_not_listed_does_not_exist(tmp_path: Path, question: Query) -> None:
    files = {"a.B": {"$schema_id": "urn:a", "$core_version": "1.1"}, "a.B@1.0": {}}
    (tmp_path / "a.B.json").write_text("{}")
    assert document_of(registry(tmp_path, **files).fetch(question)) is None


def test_a_release_is_the_current_file_s_or_an_older_one_s(tmp_path: Path) -> None:
    here = registry(
        tmp_path,
        **{
            "a.B": {"$core_version": "1.2"},
            "a.B@1.1": {"title": "older", "$core_version": "1.1.0"},
            "a.B@1.0.schema": {"title": "oldest"},
        },
    )
    assert document_of(here.fetch(release(None)))["core_version"] == "1.2"
    assert document_of(here.fetch(release("1.2")))["content"] == {"$core_version": "1.2"}
    assert document_of(here.fetch(release("1.0")))["content"] == {"title": "oldest"}
    older = here.fetch(release("1.1"))
    assert document_of(older)["content"]["title"] == "older"
    assert fault(older.query, document_of(older)) is None


def test_an_older_release_needs_no_current_one(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a.B@1.0": {"title": "old"}})
    assert document_of(here.fetch(CURRENT)) is None
    assert document_of(here.fetch(release("1.0")))["content"] == {"title": "old"}


def test_releases_are_listed_from_the_oldest_to_the_current_one(tmp_path: Path) -> None:
    older = ["1.9.0", "1.10.0-dev", "1.10.0", "2.0.0-rc.2", "2.0.0-rc.10", "2.0.0", "x"]
    files: dict[str, Any] = {f"a.B@{each}": {"title": each} for each in reversed(older)}
    files |= {"a.B": {"$core_version": "0.1", "deprecated": True}, "a.Bx@1.0": {}}
    answer = registry(tmp_path, **files).fetch(RELEASES)
    assert fault(RELEASES, document_of(answer)) is None
    assert {entry["core_version"] for entry in document_of(answer)} == {*older, "0.1"}
    numbered = [entry for entry in document_of(answer) if entry["core_version"] != "x"]
    assert [entry["core_version"] for entry in numbered] == [*older[:-1], "0.1"]
    assert numbered[-1]["deprecated"] is True
    assert numbered[0]["sha256"] == digest({"title": "1.9.0"})
    assert datetime.fromisoformat(numbered[0]["created_at"]).tzinfo is not None


def test_a_release_that_is_in_two_files_is_listed_once_where_they_say_the_same(
    tmp_path: Path,
) -> None:
    files = {"a.B": {"$core_version": "1.1"}, "a.B@1.1": {"$core_version": "1.1"}}
    here = registry(tmp_path, **files)
    assert [each["core_version"] for each in document_of(here.fetch(RELEASES))] == ["1.1"]
    assert document_of(here.fetch(release("1.1")))["content"] == files["a.B"]


def test_a_release_that_two_files_say_otherwise_is_an_error_that_names_both(
    tmp_path: Path,
) -> None:
    here = registry(tmp_path, **{"a.B": {"$core_version": "1.1"}, "a.B@1.1": {"type": "null"}})
    for question in (RELEASES, release("1.1")):
        with pytest.raises(InvalidAnswer, match=r"in two files that differ: .*a\.B\.json") as it:
            here.fetch(question)
        assert it.value.url.endswith("a.B@1.1.json")
    assert document_of(here.fetch(CURRENT))["core_version"] == "1.1"


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [
        ("a.B", "a.B.schema", CURRENT),
        ("a.B@1.0", "a.B@1.0.schema", release("1.0")),
        ("gr\u00f6\u00dfe", "gro\u0308\u00dfe", Query(Kind.SCHEMA, "v1", "gr\u00f6\u00dfe")),
        (
            "gr\u00f6\u00dfe",
            "gro\u0308\u00dfe.schema",
            Query(Kind.SCHEMA, "v1", "gr\u00f6\u00dfe"),
        ),
    ],
)
def test_two_files_of_one_name_are_an_error_that_names_both(
    tmp_path: Path, one: str, other: str, question: Query
) -> None:
    here = registry(tmp_path, **{one: {"type": "object"}, other: True, "c.D": {}})
    with pytest.raises(InvalidAnswer, match="two files are the same schema") as caught:
        here.fetch(question)
    assert all(f"{name}.json" in caught.value.reason for name in (one, other))
    assert caught.value.advice == "take one of the two files away"
    assert document_of(here.fetch(Query(Kind.SCHEMA, "v1", "c.D")))["content"] == {}


def test_a_file_may_have_the_longest_name_that_there_is(tmp_path: Path) -> None:
    longest = "a" * (255 - len(".json"))
    # That of its `.schema` spelling would be too long.
    for name in (longest, longest[: -len(".schema") + 1]):
        found = registry(tmp_path, **{name: True}).fetch(Query(Kind.SCHEMA, "v1", name))
        assert document_of(found)["content"] is True


def test_a_directory_without_version_folders_says_where_files_belong(tmp_path: Path) -> None:
    (tmp_path / "a.B.json").write_text("{}")
    here = DirectoryRegistry(tmp_path, "schemas")
    query = Query(Kind.SCHEMA, "v1", "a.B")
    advice = (
        "there is no version folder: put the file at v1/a.B.json, or say where the files are, as "
        "--registry-layout={name}.json does"
    )
    assert here.fetch(query).value == Missing(advice)
    (tmp_path / "v1").mkdir()
    assert here.fetch(query).value == Missing("")


@pytest.mark.parametrize("text", ["{", "[" * 200_000, "3", '{"a": 1'])
def test_a_file_that_is_wrong_is_to_be_corrected(tmp_path: Path, text: str) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "a.B.json").write_text(text)
    with pytest.raises(InvalidAnswer, match="next: correct the file"):
        DirectoryRegistry(tmp_path, "schemas").fetch(Query(Kind.SCHEMA, "v1", "a.B"))
    small = DirectoryRegistry(tmp_path, "schemas", max_bytes=0)
    with pytest.raises(InvalidAnswer, match="next: make the file smaller, or set --registry-max-"):
        small.fetch(Query(Kind.SCHEMA, "v1", "a.B"))


def test_a_disk_that_finds_a_file_by_either_spelling_has_it_once(tmp_path: Path) -> None:
    here = registry(tmp_path, größe={})
    (tmp_path / "v1" / "gro\u0308\u00dfe.json").hardlink_to(
        tmp_path / "v1" / "gr\u00f6\u00dfe.json"
    )
    assert document_of(here.fetch(Query(Kind.SCHEMA, "v1", "gr\u00f6\u00dfe")))["content"] == {}


def test_a_key_that_stands_twice_in_a_file_is_an_error_that_names_both_places(
    tmp_path: Path,
) -> None:
    here = registry(tmp_path)
    text = '{"required": ["id"],\n "properties": {},\n "required": []}'
    (tmp_path / "v1" / "a.B.json").write_text(text)
    with pytest.raises(InvalidAnswer) as caught:
        here.fetch(CURRENT)
    assert caught.value.reason == (
        'the key "required" stands twice in one object: line 1 column 2 and line 3 column 2, '
        "at #/required"
    )
    assert caught.value.advice.startswith("a merge may have left both; take one of the two out, ")


def test_an_id_leads_to_the_schema_of_the_line_that_it_is_asked_from(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a.B": {"$id": "urn:b", "title": "v1"}})
    (tmp_path / "v2").mkdir()
    (tmp_path / "v2" / "c.D.json").write_text('{"$id": "urn:b", "title": "v2"}')
    for line, title in (("", "v1"), ("v1", "v1"), ("v2", "v2"), ("v3", "v1")):
        found = document_of(here.fetch(Query(Kind.BY_ID, line, "urn:b")))
        assert found["content"]["title"] == title


def test_an_id_that_two_schemas_of_a_line_have_is_an_error_that_names_both(
    tmp_path: Path,
) -> None:
    here = registry(tmp_path, **{"a.B": {"$id": "urn:b"}, "c.D": {"$schema_id": "urn:b"}})
    with pytest.raises(InvalidAnswer) as caught:
        here.fetch(Query(Kind.BY_ID, name="urn:b"))
    v1 = tmp_path / "v1"
    assert caught.value.reason == (
        f"2 schemas of v1 have the id urn:b: {v1 / 'a.B.json'} and {v1 / 'c.D.json'}"
    )
    assert document_of(here.fetch(CURRENT))["name"] == "a.B"


def test_a_current_release_without_a_number_is_listed_without_one(tmp_path: Path) -> None:
    answer = registry(tmp_path, **{"a.B": {}}).fetch(RELEASES)
    assert [entry["core_version"] for entry in document_of(answer)] == [""]


@pytest.mark.parametrize("key", ["$schema_id", "$id"])
def test_a_schema_is_found_by_its_id_in_any_version(tmp_path: Path, key: str) -> None:
    here = registry(tmp_path, **{"a.B": True, "c.D": {key: "urn:d"}})
    (tmp_path / "v0").mkdir()
    question = Query(Kind.BY_ID, name="urn:d")
    answer = here.fetch(question)
    assert (document_of(answer)["name"], document_of(answer)["track"]) == ("c.D", "v1")
    assert document_of(answer)["$schema_id"] == "urn:d"
    assert fault(question, document_of(answer)) is None


def test_a_schema_without_an_id_is_found_by_its_name(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a.B": True})
    assert document_of(here.fetch(Query(Kind.BY_ID, name="a.B")))["content"] is True


def test_what_begins_with_a_dot_is_not_the_registry_s(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a": {}, "._a": [], ".hidden@1.0": {}})
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.json").write_text("{}")
    assert document_of(here.fetch(INDEX))["tracks"].keys() == {"v1"}
    assert document_of(here.fetch(INDEX))["tracks"]["v1"]["count"] == 1
    assert document_of(here.fetch(Query(Kind.SCHEMA, ".git", "a"))) is None
    assert document_of(here.fetch(Query(Kind.RELEASES, "v1", ".hidden"))) is None


def test_a_file_cannot_say_what_a_registry_may_not(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a.B": {"$core_version": "1.0\x1b[2J"}})
    with pytest.raises(InvalidAnswer) as caught:
        here.fetch(CURRENT)
    assert caught.value.url == str(tmp_path / "v1" / "a.B.json")
    assert caught.value.reason == "'core_version' has what cannot be printed"


def test_the_index_lists_what_is_current(tmp_path: Path) -> None:
    here = registry(
        tmp_path,
        **{"b.schema": {}, "a": {"$core_version": "1.0", "deprecated": True}, "a@0.9": {}},
    )
    (tmp_path / "v2").mkdir()
    (tmp_path / "v1" / "README.md").touch()
    (tmp_path / "LICENSE").touch()
    index = document_of(here.fetch(INDEX))
    assert fault(INDEX, index) is None
    assert list(index["tracks"]) == ["v1"]
    assert index["tracks"]["v1"]["count"] == 2
    first, second = index["tracks"]["v1"]["schemas"]
    assert (second["name"], second["latest_core_version"]) == ("b", None)
    assert first == {
        "name": "a",
        "$schema_id": "a",
        "sha256": digest({"$core_version": "1.0", "deprecated": True}),
        "latest_core_version": "1.0",
        "deprecated": True,
    }


@pytest.mark.parametrize(
    ("question", "url"),
    [
        (CURRENT, "schemas/v1/a.B.json"),
        (Query(Kind.SCHEMA, "v1", "a/\ud800"), "schemas/v1/a%2F%ED%A0%80.json"),
        (release("1.0"), "schemas/schemas/v1/a.B?version=1.0"),
        (INDEX, "schemas/index"),
    ],
)
def test_an_address_is_a_file_s_place_or_the_wire_s_path(
    tmp_path: Path, question: Query, url: str
) -> None:
    here = registry(tmp_path)
    assert here.fetch(question).url == url


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "the file is not JSON (Expecting value: line 1 column 1 (char 0))"),
        (
            b"\xff",
            f"the file is not JSON ({BAD_BYTE})",
        ),
        (b"[" * 100_000, "the JSON is nested too deeply to be read"),
        (b"[]", "the file is JSON, but not a JSON Schema"),
        (b"null", "the file is JSON, but not a JSON Schema"),
    ],
)
@pytest.mark.parametrize("question", [CURRENT, RELEASES, Query(Kind.BY_ID, name="urn:x")])
def test_a_file_that_is_no_json_schema_is_named(
    tmp_path: Path, raw: bytes, reason: str, question: Query
) -> None:
    here = registry(tmp_path)
    file = tmp_path / "v1" / "a.B.json"
    file.write_bytes(raw)
    with pytest.raises(InvalidAnswer) as caught:
        here.fetch(question)
    assert (caught.value.url, caught.value.reason) == (str(file), reason)


@WORDED
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    here = registry(tmp_path)
    file = tmp_path / "v1" / "a.B.json"
    file.mkdir()
    with pytest.raises(RegistryUnavailable) as caught:
        here.fetch(CURRENT)
    assert (caught.value.url, caught.value.reason) == (str(file), f"Is a directory: {file}")
    assert not caught.value.unreachable


def damaged(file: Path) -> None:
    file.write_bytes(b"\xff")


def said_unprintably(file: Path) -> None:
    file.write_text('{"$core_version": "1\\u001b[2J"}')


def a_link_to_nothing(file: Path) -> None:
    file.symlink_to("nothing")


def a_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damaged, f"the file is not JSON ({BAD_BYTE})"),
        (said_unprintably, "'core_version' has what cannot be printed"),
        (a_link_to_nothing, "No such file or directory: {file}"),
        pytest.param(a_folder, "Is a directory: {file}", marks=WORDED),
    ],
)
def test_a_file_that_cannot_be_read_fails_nobody_else_and_is_listed(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    here = registry(tmp_path, **{"a.A": {"$id": "urn:a"}, "c.C": {"$id": "urn:c"}})
    file = tmp_path / "v1" / "a.B.schema.json"
    spoil(file)
    index = here.fetch(INDEX)
    assert [entry.name for entry in index.entries] == ["a.A", "a.B", "c.C"]
    assert document_of(index)["tracks"]["v1"]["schemas"][1] == {
        "name": "a.B",
        "deprecated": False,
        "error": said.format(file=file),
    }
    for schema_id in ("urn:a", "urn:c"):
        assert document_of(here.fetch(Query(Kind.BY_ID, name=schema_id)))["$schema_id"] == schema_id
    with pytest.raises((InvalidAnswer, RegistryUnavailable)) as caught:
        here.fetch(CURRENT)
    assert said.format(file=file) in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
@pytest.mark.skipif(sys.platform == "darwin", reason="has no such names")
def test_a_name_that_cannot_be_printed_is_listed_escaped(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a.B": {}, "\x1b[2J": {}, os.fsdecode(b"\xff"): {}})
    (tmp_path / "v\n").mkdir()
    (tmp_path / "v\n" / "a.B.json").write_text("{}")
    index = here.fetch(INDEX)
    names = [(entry.version, entry.name) for entry in index.entries]
    (tmp_path / "v1" / os.fsdecode(b"\xff.json")).write_text("[]")
    json.dumps(document_of(here.fetch(INDEX)), ensure_ascii=False).encode()
    assert names == [("v1", "\\udcff"), ("v1", "\\x1b[2J"), ("v1", "a.B"), ("v\\n", "a.B")]


def test_a_directory_judges_compatibility_as_the_server_does(tmp_path: Path) -> None:
    for version, schema in (("v1", '{"maximum": 9}'), ("v2", '{"maximum": 5}'), ("v3", "5")):
        (tmp_path / version).mkdir()
        (tmp_path / version / "a.B.json").write_text(schema)
    here = DirectoryRegistry(tmp_path, "schemas")
    question = Query(Kind.COMPATIBILITY, "v1", "a.B", later="v2")
    assert document_of(here.fetch(question)) == {
        "compatible": False,
        "breaking_reasons": ["maximum-lowered at $: 9 -> 5"],
        "advice": ["Loosen $ again, or release the change under a new name."],
        "x_compat": None,
    }
    back = Query(Kind.COMPATIBILITY, "v2", "a.B", later="v1")
    assert document_of(here.fetch(back))["compatible"] is True
    (tmp_path / "v2" / "a.B.json").write_text('{"maximum": "high"}')
    with pytest.raises(InvalidAnswer, match="the new schema is invalid"):
        here.fetch(question)


@WORDED
@pytest.mark.parametrize("question", [CURRENT, INDEX, RELEASES, Query(Kind.BY_ID, name="a")])
def test_a_directory_that_is_gone_is_a_registry_that_is_down(
    tmp_path: Path, question: Query
) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(RegistryUnavailable) as caught:
        DirectoryRegistry(gone, "schemas").fetch(question)
    assert caught.value.url == "schemas"
    assert caught.value.reason == f"No such file or directory: {gone}"
    assert caught.value.unreachable


class Vanishing(type(Path())):  # type: ignore[misc]  # the class of this system's paths
    """A directory whose version lines are removed as soon as they were listed."""

    def iterdir(self) -> Iterator[Path]:
        yield from super().iterdir()
        (self / "v1").rmdir()


@WORDED
def test_a_version_that_vanishes_while_it_is_looked_at_is_a_registry_that_is_down(
    tmp_path: Path,
) -> None:
    (tmp_path / "v1").mkdir()
    with pytest.raises(RegistryUnavailable) as caught:
        DirectoryRegistry(Vanishing(tmp_path), "schemas").fetch(CURRENT)
    assert caught.value.reason == f"No such file or directory: {tmp_path / 'v1'}"


def test_it_answers_from_the_files_as_they_are_now(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a.B": {"title": "one"}})
    assert document_of(here.fetch(CURRENT))["content"] == {"title": "one"}
    registry(tmp_path, **{"a.B": {"title": "two"}})
    assert document_of(here.fetch(CURRENT))["content"] == {"title": "two"}
    here.close()
    assert document_of(here.fetch(CURRENT))["content"] == {"title": "two"}


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "a.B.json").write_text(json.dumps({"title": "x" * 1000}), encoding="utf-8")
    question = Query(Kind.SCHEMA, "v1", "a.B")
    assert document_of(DirectoryRegistry(tmp_path, "schemas", max_bytes=2000).fetch(question))
    with pytest.raises(InvalidAnswer, match="it is larger than 1,000 bytes"):
        DirectoryRegistry(tmp_path, "schemas", max_bytes=1000).fetch(question)


def test_an_empty_release_is_none(tmp_path: Path) -> None:
    here = registry(tmp_path, **{"a.B": {"$core_version": ""}})
    assert here.fetch(CURRENT).schema.release is None


def test_a_verdict_is_told_in_lines(tmp_path: Path) -> None:
    for version, most in (("v1", 9), ("v2", 5)):
        (tmp_path / version).mkdir()
        schema = {"properties": {"a  b\x07": {"maximum": most}}}
        (tmp_path / version / "a.B.json").write_text(json.dumps(schema))
    query = Query(Kind.COMPATIBILITY, "v1", "a.B", later="v2")
    verdict = DirectoryRegistry(tmp_path, "schemas").fetch(query).verdict
    assert [" ".join(line.split()) for line in verdict.reasons] == list(verdict.reasons)
    assert all(line.isprintable() for line in verdict.reasons + verdict.advice)
