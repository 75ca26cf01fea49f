from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import warnings
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_schema_registry.errors import (
    CacheLocked,
    CacheWarning,
    CassetteNotWritten,
    InvalidAnswer,
    InvalidSchema,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.registries.queries import (
    Kind,
    Missing,
    Query,
    RegisteredSchema,
    RegistryVerdict,
    Result,
    UserOfId,
)
from pytest_schema_registry.retrieval.cache import SHARED_FAILURES, Cache, SharedSession
from pytest_schema_registry.schemas import IndexEntry, ListedReference, Release
from tests.documents import result_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.registries.queries import Value
    from pytest_schema_registry.schemas import Source

URL = "http://registry.example/schemas/v1/a.B"
QUESTION = Query(Kind.SCHEMA, "v1", "a.B")
DOCUMENT = {"name": "a.B", "content": {"title": "größe \U0001f4cf", "type": "object"}}
FETCHED = 1_767_225_600.25
YEAR = 31_536_000.0
FAILURE = RegistryUnavailable(URL, "timed out", True, ("the cache",))

HOLDER = """
import sys, time
from pathlib import Path
from pytest_schema_registry.retrieval.cache import Cache, SharedSession

cache = Cache(Path(sys.argv[1]), SharedSession("other", Path(sys.argv[1])), ttl=0, lock_timeout=5)
with cache.lock(sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: float = FETCHED) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def answer(document: Any = DOCUMENT, fetched_at: float = FETCHED) -> Result:
    return result_of(QUESTION, URL, document, fetched_at, "registry", etag='"1"')


def cache(
    directory: Path,
    session: str = "this",
    ttl: float = 300,
    clock: Callable[[], float] | None = None,
    lock_timeout: float = 5,
) -> Cache:
    shared = SharedSession(session, directory / "never_used")
    return Cache(directory, shared, ttl=ttl, lock_timeout=lock_timeout, clock=clock or Clock())


def entry_file(directory: Path, kind: str = "entry") -> Path:
    (file,) = directory.glob(f"*.{kind}")
    return file


def forge(file: Path, body: bytes) -> None:
    """Write a file with the right mark, whatever the body."""
    file.write_bytes(f"schema-registry-4 {sha256(body).hexdigest()}\n".encode() + body)


def is_a_miss(directory: Path) -> bool:
    same, other = cache(directory), cache(directory, "other")
    looks = (same.fresh, same.asked, same.stale, other.fresh, other.asked, other.stale)
    return all(look(URL, QUESTION) is None for look in looks)


def test_an_empty_cache_has_nothing(tmp_path: Path) -> None:
    assert is_a_miss(tmp_path / "none")
    assert cache(tmp_path / "none").failure(URL) is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("document", [DOCUMENT, None, {"content": {"pattern": "\ud800"}}])
def test_what_was_kept_is_had_back(tmp_path: Path, document: Any) -> None:
    cache(tmp_path).keep(answer(document))
    assert cache(tmp_path).fresh(URL, QUESTION) == answer(document)


@pytest.mark.parametrize(
    ("query", "document"),
    [
        (Query(Kind.BY_ID, name="urn:a"), DOCUMENT | {"$schema_id": "urn:a", "deprecated": True}),
        (Query(Kind.RELEASES, "v1", "a.B"), [{"core_version": "1.0", "created_at": "2026-01-01"}]),
        (Query(Kind.INDEX), {"tracks": {"v1": {"schemas": [{"name": "a.B", "sha256": "t"}]}}}),
        (
            Query(Kind.COMPATIBILITY, "v1", "a.B", later="v2"),
            {"compatible": False, "breaking_reasons": ["a", "b"], "advice": ["c"]},
        ),
    ],
)
def test_a_result_of_any_kind_is_had_back(tmp_path: Path, query: Query, document: Any) -> None:
    result = result_of(query, URL, document, FETCHED, "registry")
    cache(tmp_path).keep(result)
    found = cache(tmp_path).stale(URL, query)
    assert found == result
    assert found.exchanged == result.exchanged


def test_a_session_judges_the_age_of_an_entry_by_its_own_start(tmp_path: Path) -> None:
    cache(tmp_path, "other").keep(answer())
    late = Clock(FETCHED + 400)
    for started_at, source in ((FETCHED + 299, "cache"), (FETCHED + 300, "stale cache")):
        shared = SharedSession("this", tmp_path / "never_used", started_at)
        entry = Cache(tmp_path, shared, ttl=300, lock_timeout=5, clock=late).stale(URL, QUESTION)
        assert entry is not None
        assert entry.source == source


def test_its_own_session_calls_an_entry_the_registry_s_and_another_the_cache_s(
    tmp_path: Path,
) -> None:
    cache(tmp_path, "this").keep(answer())
    found = cache(tmp_path, "this").fresh(URL, QUESTION), cache(tmp_path, "o").fresh(URL, QUESTION)
    assert [each.source for each in found if each] == ["registry", "cache"]


def test_only_its_own_session_asked_for_an_entry(tmp_path: Path) -> None:
    cache(tmp_path, "this").keep(answer())
    assert cache(tmp_path, "this").asked(URL, QUESTION) == answer()
    assert cache(tmp_path, "other").asked(URL, QUESTION) is None


def test_an_entry_is_fresh_for_its_own_session_however_long_that_lasts(tmp_path: Path) -> None:
    clock = Clock()
    mine = cache(tmp_path, ttl=0, clock=clock)
    mine.keep(answer())
    clock.now += YEAR
    assert mine.fresh(URL, QUESTION) == answer()


@pytest.mark.parametrize(
    ("passed", "fresh"),
    [
        (0.0, True),
        (299.9, True),
        (300.0, False),
        (YEAR, False),
        (-0.1, False),
        (-YEAR, False),
    ],
)
def test_an_entry_of_another_session_is_fresh_from_its_fetch_until_its_time_to_live_has_passed(
    tmp_path: Path, passed: float, fresh: bool
) -> None:
    cache(tmp_path, "first").keep(answer())
    clock = Clock(FETCHED + passed)
    assert (cache(tmp_path, clock=clock).fresh(URL, QUESTION) is not None) is fresh


def test_a_read_makes_no_entry_younger(tmp_path: Path) -> None:
    cache(tmp_path, "first").keep(answer())
    clock = Clock()
    mine = cache(tmp_path, clock=clock)
    for _ in range(6):
        clock.now += 50
        served = mine.fresh(URL, QUESTION) or mine.stale(URL, QUESTION)
        assert served is not None
        assert served.fetched_at == FETCHED
    assert mine.fresh(URL, QUESTION) is None


def test_a_time_to_live_of_zero_serves_no_entry_of_another_session(tmp_path: Path) -> None:
    cache(tmp_path, "first").keep(answer())
    assert cache(tmp_path, ttl=0).fresh(URL, QUESTION) is None


@pytest.mark.parametrize(
    ("passed", "source"), [(0.0, "cache"), (YEAR, "stale cache"), (-YEAR, "stale cache")]
)
def test_an_entry_of_any_age_is_there_when_the_registry_is_down(
    tmp_path: Path, passed: float, source: Source
) -> None:
    cache(tmp_path, "first").keep(answer())
    stale = cache(tmp_path, clock=Clock(FETCHED + passed)).stale(URL, QUESTION)
    assert stale == result_of(QUESTION, URL, DOCUMENT, FETCHED, source, etag='"1"')


def test_a_later_answer_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    cache(tmp_path).keep(answer())
    cache(tmp_path).keep(answer(None, FETCHED + 1))
    assert cache(tmp_path).fresh(URL, QUESTION) == answer(None, FETCHED + 1)


def test_an_entry_truncated_anywhere_is_a_miss(tmp_path: Path) -> None:
    cache(tmp_path).keep(answer())
    file = entry_file(tmp_path)
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert cache(tmp_path).stale(URL, QUESTION) is None
    file.write_bytes(whole)
    assert cache(tmp_path).stale(URL, QUESTION) is not None


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80, 0xFF])
def test_an_entry_with_any_byte_flipped_is_a_miss(tmp_path: Path, flip: int) -> None:
    cache(tmp_path).keep(answer())
    file = entry_file(tmp_path)
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
        assert cache(tmp_path).stale(URL, QUESTION) is None


@pytest.mark.parametrize(
    "foreign",
    [
        b"",
        b"\n",
        b"\x00" * 100,
        b"\xff\xfe",
        b"{}",
        json.dumps(DOCUMENT).encode(),
        b"schema-registry-4 \n{}",
        b"schema-registry-2 " + sha256(b"{}").hexdigest().encode() + b"\n{}",
    ],
)
def test_another_program_s_file_is_a_miss(tmp_path: Path, foreign: bytes) -> None:
    cache(tmp_path).keep(answer())
    entry_file(tmp_path).write_bytes(foreign)
    assert is_a_miss(tmp_path)


def test_a_directory_in_the_place_of_an_entry_is_a_miss(tmp_path: Path) -> None:
    cache(tmp_path).keep(answer())
    file = entry_file(tmp_path)
    file.unlink()
    file.mkdir()
    assert is_a_miss(tmp_path)


def test_an_entry_of_another_address_is_a_miss(tmp_path: Path) -> None:
    cache(tmp_path).keep(answer())
    file = entry_file(tmp_path)
    cache(tmp_path).keep(result_of(QUESTION, f"{URL}/other", DOCUMENT, FETCHED, "registry"))
    (other,) = set(tmp_path.glob("*.entry")) - {file}
    file.write_bytes(other.read_bytes())
    assert is_a_miss(tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 10_000,
    ],
)
def test_a_forged_entry_that_is_no_object_is_a_miss(tmp_path: Path, body: bytes) -> None:
    cache(tmp_path).keep(answer())
    forge(entry_file(tmp_path), body)
    assert is_a_miss(tmp_path)


WRONG_VALUES: dict[str, list[Any]] = {
    "url": [None, 1, f"{URL}/other", [URL]],
    "session": [None, 1, ["this"], {}],
    "fetched_at": [
        *(None, 1, "1.0", True, [1.0], -1.0),
        *(1e12, 1e300, float("inf"), float("-inf"), float("nan")),
    ],
    "etag": [1, True, [], {}],
    "value": [
        *(1, "", [], {"name": "c.D"}, {"name": 1, "version": "v1", "release": None}),
        {"name": "a.B", "version": "v1", "release": "1\x1b[2J"},
        {"name": "a.B", "version": "v1", "release": None, "colour": "red"},
    ],
    "exchanged": [None, 1, [1], [[1, 2]], {"a": 1}],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in WRONG_VALUES.items() for value in values]
)
def test_a_forged_entry_with_a_wrong_value_is_a_miss(
    tmp_path: Path, key: str, value: object
) -> None:
    cache(tmp_path).keep(answer())
    file = entry_file(tmp_path)
    _, entry, content = file.read_bytes().split(b"\n")
    forge(file, entry + b"\n" + content)
    assert not is_a_miss(tmp_path)
    forge(file, json.dumps(json.loads(entry) | {key: value}).encode() + b"\n" + content)
    assert is_a_miss(tmp_path)


@pytest.mark.parametrize("key", sorted(WRONG_VALUES.keys() - {"etag"}))
def test_a_forged_entry_without_a_value_is_a_miss(tmp_path: Path, key: str) -> None:
    cache(tmp_path).keep(answer())
    file = entry_file(tmp_path)
    _, line, content = file.read_bytes().split(b"\n")
    entry = json.loads(line)
    del entry[key]
    forge(file, json.dumps(entry).encode() + b"\n" + content)
    assert is_a_miss(tmp_path)


def test_a_forged_entry_with_a_schema_where_none_belongs_is_a_miss(tmp_path: Path) -> None:
    for document in (None, DOCUMENT):
        cache(tmp_path).keep(answer(document))
        _, entry, *content = entry_file(tmp_path).read_bytes().split(b"\n")
        forge(entry_file(tmp_path), entry if content else entry + b"\n{}")
        assert is_a_miss(tmp_path)


def test_a_forged_entry_whose_schema_is_no_json_makes_the_schema_wrong(tmp_path: Path) -> None:
    cache(tmp_path).keep(answer())
    _, entry, _ = entry_file(tmp_path).read_bytes().split(b"\n")
    forge(entry_file(tmp_path), entry + b'\n{"type": obj')
    found = cache(tmp_path).stale(URL, QUESTION)
    assert found is not None
    with pytest.raises(InvalidSchema, match="it cannot be read"):
        found.schema.content  # noqa: B018


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(WRONG_VALUES, JSON)))
def test_no_forged_entry_raises(
    tmp_path_factory: pytest.TempPathFactory, forged: dict[str, Any]
) -> None:
    directory = tmp_path_factory.getbasetemp() / "forged"
    cache(directory).keep(answer())
    _, entry, content = entry_file(directory).read_bytes().split(b"\n")
    forge(entry_file(directory), json.dumps(json.loads(entry) | forged).encode() + b"\n" + content)
    found = cache(directory).stale(URL, QUESTION)
    assert found is None or found.schema.published == answer().schema.published


@pytest.mark.parametrize(
    "failure",
    [
        FAILURE,
        RegistryRefused(URL, 403, "no", True, "SCHEMA_REGISTRY_TOKEN"),
        InvalidAnswer(URL, "the answer has no 'content'"),
        CassetteNotWritten("a.yaml", "Permission denied"),
    ],
)
def test_a_failure_is_shared_by_its_session_and_by_no_other(
    tmp_path: Path, failure: SchemaRegistryError
) -> None:
    cache(tmp_path, "this").keep_failure(URL, failure)
    shared = cache(tmp_path, "this").failure(URL)
    assert type(shared) is type(failure)
    assert vars(shared) == vars(failure)
    assert str(shared) == str(failure)
    assert cache(tmp_path, "other").failure(URL) is None
    assert cache(tmp_path, "this").failure(f"{URL}/other") is None


def test_every_failure_that_is_shared_is_one_of_four() -> None:
    assert set(SHARED_FAILURES) == {
        CassetteNotWritten,
        InvalidAnswer,
        RegistryRefused,
        RegistryUnavailable,
    }


def test_a_failure_leaves_the_entry_as_it_is(tmp_path: Path) -> None:
    cache(tmp_path, "first").keep(answer())
    cache(tmp_path).keep_failure(URL, FAILURE)
    assert cache(tmp_path).stale(URL, QUESTION) is not None


def test_a_failure_truncated_anywhere_is_none(tmp_path: Path) -> None:
    cache(tmp_path).keep_failure(URL, FAILURE)
    file = entry_file(tmp_path, "failure")
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert cache(tmp_path).failure(URL) is None


@pytest.mark.parametrize(
    "forged",
    [
        {"error": "SystemExit"},
        {"error": "SchemaNotFound"},
        {"error": None},
        {"args": []},
        {"args": [1] * 9},
        {"args": "ab"},
        {"args": None},
        {"args": [URL, "timed out", False, 5]},
        {"session": "other"},
        {"session": None},
    ],
)
def test_a_forged_failure_is_none(tmp_path: Path, forged: dict[str, object]) -> None:
    cache(tmp_path).keep_failure(URL, FAILURE)
    file = entry_file(tmp_path, "failure")
    entry = json.loads(file.read_bytes().partition(b"\n")[2])
    forge(file, json.dumps(entry | forged).encode())
    assert cache(tmp_path).failure(URL) is None


def test_without_a_directory_entries_are_kept_for_the_session(tmp_path: Path) -> None:
    mine = Cache(None, SharedSession("this", tmp_path / "own"), ttl=300, lock_timeout=5)
    assert mine._directory == tmp_path / "own"
    mine.keep(answer())
    assert mine.fresh(URL, QUESTION) == answer()
    assert entry_file(tmp_path / "own").is_file()


def test_a_cache_that_was_deleted_while_in_use_is_harmless(tmp_path: Path) -> None:
    mine = cache(tmp_path / "cache")
    mine.keep(answer())
    entry_file(tmp_path / "cache").unlink()
    (tmp_path / "cache").rmdir()
    assert mine.stale(URL, QUESTION) is None
    with mine.lock(URL):
        mine.keep(answer())
    assert mine.fresh(URL, QUESTION) == answer()


@pytest.fixture
def unusable(tmp_path: Path) -> Path:
    """A directory that cannot be made, for anybody: a file is in the way."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "cache"


def keep(mine: Cache) -> None:
    mine.keep(answer())


def keep_failure(mine: Cache) -> None:
    mine.keep_failure(URL, FAILURE)


def lock(mine: Cache) -> None:
    with mine.lock(URL):
        pass


@pytest.mark.skipif(os.name != "posix", reason="Windows words it otherwise")
@pytest.mark.parametrize("use", [keep, keep_failure, lock])
def test_a_directory_that_cannot_be_used_is_said_once_and_left(
    tmp_path: Path, unusable: Path, use: Callable[[Cache], None]
) -> None:
    session = SharedSession("this", tmp_path / "own")
    mine = Cache(unusable, session, ttl=300, lock_timeout=5)
    with pytest.warns(CacheWarning) as caught:
        use(mine)
    (warning,) = caught
    assert str(warning.message) == (
        f"the cache directory {unusable} cannot be used (Not a directory); this session keeps a "
        "cache of its own, the next asks the registry again. --registry-cache-dir chooses another"
    )
    assert mine._directory == session.directory
    with mine.lock(URL):
        mine.keep(answer())
    assert mine.fresh(URL, QUESTION) == answer()


def test_what_is_said_of_a_directory_is_no_error_of_whoever_comes_first(
    tmp_path: Path, unusable: Path
) -> None:
    mine = Cache(unusable, SharedSession("this", tmp_path / "own"), ttl=300, lock_timeout=5)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        keep(mine)
    assert [each.category for each in caught] == [CacheWarning]
    assert mine.fresh(URL, QUESTION) == answer()


def test_where_no_directory_can_be_used_nothing_is_kept_and_nothing_breaks(
    unusable: Path,
) -> None:
    mine = Cache(None, SharedSession("this", unusable), ttl=300, lock_timeout=5)
    with mine.lock(URL):
        mine.keep(answer())
        mine.keep_failure(URL, FAILURE)
    assert mine.fresh(URL, QUESTION) is None
    assert mine.failure(URL) is None


def test_a_staging_file_stands_beside_the_entries(tmp_path: Path) -> None:
    staging = cache(tmp_path).staging("cassettes/v1/a.B.yaml")
    assert staging.parent == tmp_path
    assert staging != cache(tmp_path).staging("cassettes/v1/c.D.yaml")


def test_a_lock_that_another_process_holds_is_waited_for_and_then_named(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), URL], stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            impatient = cache(tmp_path, lock_timeout=0.2)
            with pytest.raises(CacheLocked) as caught, impatient.lock(URL):
                pytest.fail("two hold the lock")
            with impatient.lock(f"{URL}/other"):
                pass
        finally:
            holder.kill()
    assert Path(caught.value.path).parent == tmp_path
    assert caught.value.seconds == 0.2


def test_a_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), URL], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()
    with cache(tmp_path, lock_timeout=1).lock(URL):
        pass


def test_a_lock_is_free_after_an_exception(tmp_path: Path) -> None:
    mine = cache(tmp_path, lock_timeout=0.2)
    with pytest.raises(KeyError), mine.lock(URL):
        raise KeyError
    with mine.lock(URL):
        pass


def test_threads_take_a_lock_one_after_the_other(tmp_path: Path) -> None:
    mine = cache(tmp_path, lock_timeout=30)
    inside: list[str] = []

    def work(name: str) -> None:
        for _ in range(10):
            with mine.lock(URL):
                inside.extend([name, name])

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inside) == 80
    assert inside[::2] == inside[1::2]


def test_a_fact_is_met_for_the_first_time_once_in_a_session(tmp_path: Path) -> None:
    one, same = (SharedSession("s", tmp_path / "session") for _ in range(2))
    assert [one.first("a"), same.first("a"), same.first("b")] == [True, False, True]


def test_a_fact_is_new_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "a_file").touch()
    session = SharedSession("s", tmp_path / "a_file" / "session")
    assert [session.first("a"), session.first("a")] == [True, True]


# Confluent's registries


SUBJECT = "http://registry.example/subjects/a.B-value/versions/latest"
LATEST = Query(Kind.SCHEMA, "latest", "a.B")
CONFLUENT = RegisteredSchema(
    "a.B",
    "latest",
    "3",
    Content('{"type": "object"}'),
    id="7",
    subject="a.B-value",
    references=(ListedReference("a\x1b", "b", "1"), ListedReference("c", "d", "latest")),
)
VALUES: list[tuple[Query, Value]] = [
    (LATEST, CONFLUENT),
    (LATEST, replace(CONFLUENT, schema_type="AVRO", references=())),
    (LATEST, Missing("or the credentials may not read it")),
    (Query(Kind.REFERENCE, "3", "b"), replace(CONFLUENT, name="b", version="3", subject="b")),
    (Query(Kind.REFERENCE, "3", "b"), Missing("it was deleted")),
    (Query(Kind.USERS_OF_ID, name="7"), (UserOfId("a", "1"), UserOfId("b\x1b", "2"))),
    (Query(Kind.USERS_OF_ID, name="7"), ()),
    (Query(Kind.COMPATIBILITY, "1", "a.B", "1"), RegistryVerdict(None, ("undecided",))),
    (Query(Kind.COMPATIBILITY, "1", "a.B", "1"), Missing()),
    (Query(Kind.PROTOCOL), "confluent"),
    (Query(Kind.PROTOCOL), "core"),
    (Query(Kind.RELEASES, "latest", "a.B"), (Release("a.B", "latest", "1", "", None, False),)),
    (Query(Kind.INDEX), (IndexEntry("a.B", "", None, None, False, None),)),
]


def kept(directory: Path, query: Query, value: Value) -> Result:
    result = Result(query, SUBJECT, value, FETCHED, "registry")
    cache(directory).keep(result)
    return result


@pytest.mark.parametrize(("query", "value"), VALUES)
def test_a_value_of_any_protocol_is_had_back(tmp_path: Path, query: Query, value: Value) -> None:
    result = kept(tmp_path, query, value)
    assert cache(tmp_path).fresh(SUBJECT, query) == result


def forged(directory: Path, query: Query, known: Value, members: dict[str, Any]) -> Result | None:
    """Keep a value, change members of it, and read it."""
    kept(directory, query, known)
    file = entry_file(directory)
    _, line, *content = file.read_bytes().split(b"\n")
    entry = json.loads(line)
    written = entry["value"]
    entry["value"] = written | members if isinstance(written, dict) else members["value"]
    forge(file, b"\n".join([json.dumps(entry).encode(), *content]))
    return cache(directory).stale(SUBJECT, query)


@pytest.mark.parametrize(
    ("query", "value", "members"),
    [
        (LATEST, CONFLUENT, {"id": 7}),
        (LATEST, CONFLUENT, {"id": "\x1b"}),
        (LATEST, CONFLUENT, {"schema_type": None}),
        (LATEST, CONFLUENT, {"schema_type": "JSON\n"}),
        (LATEST, CONFLUENT, {"subject": 1}),
        (LATEST, CONFLUENT, {"subject": "\ud800"}),
        (LATEST, CONFLUENT, {"references": 1}),
        (LATEST, CONFLUENT, {"references": [["a", "b"]]}),
        (LATEST, CONFLUENT, {"references": [["a", "b", 1]]}),
        (LATEST, CONFLUENT, {"references": [["a", "b", "../1"]]}),
        (LATEST, CONFLUENT, {"references": [["a", "b", "٣"]]}),
        (LATEST, CONFLUENT, {"references": [["a", "b\x1b", "1"]]}),
        (LATEST, CONFLUENT, {"missing": "a"}),
        (LATEST, Missing(), {"missing": None}),
        (LATEST, Missing(), {"missing": "\x1b[2J"}),
        (Query(Kind.USERS_OF_ID, name="7"), (), {"value": [["a"]]}),
        (Query(Kind.USERS_OF_ID, name="7"), (), {"value": [["a", 1]]}),
        (Query(Kind.USERS_OF_ID, name="7"), (), {"value": 1}),
        (Query(Kind.PROTOCOL), "core", {"value": "kafka"}),
        (Query(Kind.PROTOCOL), "core", {"value": ["core"]}),
        (Query(Kind.PROTOCOL), "core", {"value": None}),
        (Query(Kind.COMPATIBILITY, "1"), RegistryVerdict(False), {"compatible": "no"}),
        (Query(Kind.COMPATIBILITY, "1"), RegistryVerdict(False), {"compatible": 1}),
        (Query(Kind.COMPATIBILITY, "1"), RegistryVerdict(False), {"reasons": [1]}),
        (Query(Kind.COMPATIBILITY, "1"), RegistryVerdict(False), {"reasons": ["\x1b"]}),
        (Query(Kind.COMPATIBILITY, "1"), RegistryVerdict(False), {"advice": None}),
    ],
)
def test_a_forged_value_of_any_protocol_is_a_miss(
    tmp_path: Path, query: Query, value: Value, members: dict[str, Any]
) -> None:
    assert forged(tmp_path, query, value, members) is None


def test_an_entry_without_references_is_a_miss(tmp_path: Path) -> None:
    kept(tmp_path, LATEST, CONFLUENT)
    file = entry_file(tmp_path)
    _, line, content = file.read_bytes().split(b"\n")
    entry = json.loads(line)
    del entry["value"]["references"]
    forge(file, json.dumps(entry).encode() + b"\n" + content)
    assert cache(tmp_path).stale(SUBJECT, LATEST) is None


def of_run(directory: Path, started_at: float, ttl: float, clock: Clock) -> Cache:
    shared = SharedSession("run", directory / "never_used", started_at)
    return Cache(directory, shared, ttl=ttl, lock_timeout=5, clock=clock)


def test_a_run_judges_an_entry_s_age_by_its_own_start(tmp_path: Path) -> None:
    kept(tmp_path, LATEST, CONFLUENT)
    clock = Clock(FETCHED + YEAR)
    assert of_run(tmp_path, FETCHED + 9, 10, clock).fresh(SUBJECT, LATEST) is not None
    assert of_run(tmp_path, FETCHED + 10, 10, clock).fresh(SUBJECT, LATEST) is None


def test_what_another_run_fetched_since_the_start_is_fresh(tmp_path: Path) -> None:
    kept(tmp_path, LATEST, CONFLUENT)
    clock = Clock(FETCHED + 5)
    found = of_run(tmp_path, FETCHED - 5, 10, clock).fresh(SUBJECT, LATEST)
    assert found is not None
    assert found.source == "cache"


def test_a_time_to_live_of_zero_serves_nothing_that_another_run_fetched_since(
    tmp_path: Path,
) -> None:
    kept(tmp_path, LATEST, CONFLUENT)
    clock = Clock(FETCHED + 5)
    assert of_run(tmp_path, FETCHED - 5, 0, clock).fresh(SUBJECT, LATEST) is None


def test_a_run_trusts_no_age_of_an_entry_from_the_future(tmp_path: Path) -> None:
    kept(tmp_path, LATEST, CONFLUENT)
    clock = Clock(FETCHED - 1)
    assert of_run(tmp_path, FETCHED - 5, 10, clock).fresh(SUBJECT, LATEST) is None
