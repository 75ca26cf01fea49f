from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.contracts.recorder import Recorder, SchemaUsage
from pytest_schema_registry.errors import SchemaNotFound
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.registries.queries import Fetch
from pytest_schema_registry.reporting.figures import Figures, percentile
from pytest_schema_registry.reporting.report import document
from pytest_schema_registry.schemas import OldCopy, Schema, SchemaKey
from tests.events import fetch, figures_of, switched_off, use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.schemas import Source

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
A, B = SchemaKey("a", "v1"), SchemaKey("b", "v1")


class Key(NamedTuple):
    """What a test asks for."""

    key: SchemaKey
    release: str


class Origin(NamedTuple):
    """Where a session has a schema from: the first who asks, and then any other process.

    Args:
        first: Where the first has it from.
        then: Where the others have it from.
        status: What the registry said to the first, where it was asked and answered.
    """

    first: Source
    then: Source
    status: int | None = None


KEYS = [
    Key(SchemaKey(name, line), release)
    for name in "ab"
    for line in ("v1", "v2")
    for release in "12"
]
ORIGINS = [
    Origin("registry", "cache", 200),
    Origin("registry", "cache", 304),
    Origin("stale cache", "stale cache"),
    Origin("cassette", "cassette"),
    Origin("cache", "cache"),
]
STEPS = ("conforming", "violating", "lookups", "unchecked", "not JSON", "error")
Step = tuple[Key, str]

sessions = st.lists(
    st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(STEPS)), min_size=1, max_size=4),
    max_size=8,
)
origins = st.fixed_dictionaries({key: st.sampled_from(ORIGINS) for key in KEYS})


class PluginSession:
    """One process of a session, as far as it records."""

    def __init__(self, origins: dict[Key, Origin], fetched: set[Key]) -> None:
        self._origins = origins
        self._fetched = fetched
        self._recorder = Recorder()
        self._schemas: dict[Key, Schema] = {}
        self._uses: dict[tuple[Key, bool], SchemaUsage] = {}

    def run(self, test: Sequence[Step]) -> dict[str, Any]:
        """What a test leaves in its report."""
        for key, step in test:
            if step == "error":
                error = SchemaNotFound(*key.key, None, "the registry", "check the name")
                self._recorder.failed(key.key, error)
                continue
            use = self._use(key, step == "unchecked")
            if use.unused:
                self._recorder.used(use)
            if step != "not JSON":
                setattr(use, step, getattr(use, step) + 1)
        self._recorder.seconds += 0.25
        facts: dict[str, Any] = json.loads(json.dumps(self._recorder.flush()))
        return facts

    def _use(self, key: Key, off: bool) -> SchemaUsage:
        if (key, off) not in self._uses:
            level: Any = "off" if off else "warn" if key.key.version == "v2" else "strict"
            schema = None if off else self._schema(key)
            self._uses[key, off] = SchemaUsage(key.key, level, schema)
        return self._uses[key, off]

    def _schema(self, key: Key) -> Schema:
        if key not in self._schemas:
            origin = self._origins[key]
            source = origin.then if key in self._fetched else origin.first
            if key not in self._fetched and origin.status is not None:
                self._recorder.fetched(Fetch("schema", *key.key, 0.5, 100, 1, origin.status))
            self._fetched.add(key)
            outage = "it was down" if source in ("stale cache", "cassette") else None
            self._schemas[key] = Schema(
                name=key.key.name,
                version=key.key.version,
                release=key.release,
                published=Content.of(True),
                token="0",
                deprecated=key.release == "1",
                deprecation_note=None,
                source=source,
                fetched_at=NOON,
                url="",
                outage=outage,
            )
        return self._schemas[key]


def everything(facts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All that there is to say about a session."""
    figures = Figures()
    for each in facts:
        figures.add(each)
    report = document(figures, mode="auto", versions=[], missed=[], exit_status=0, now=NOON)
    return report | {
        "records": figures.records,
        "fetched": Counter(figures.fetches),
        "conformed": figures.conformed(),
    }


@given(tests=sessions, origins=origins, data=st.data())
def test_figures_are_the_same_for_one_process_and_for_eight(
    tests: list[list[Step]], origins: dict[Key, Origin], data: st.DataObject
) -> None:
    alone = PluginSession(origins, set())
    expected = everything([alone.run(test) for test in tests])
    for number in (2, 8):
        fetched: set[Key] = set()
        processes = [PluginSession(origins, fetched) for _ in range(number)]
        facts = [data.draw(st.sampled_from(processes)).run(test) for test in tests]
        assert everything(data.draw(st.permutations(facts))) == expected


def test_a_schema_is_fetched_once_and_then_in_memory() -> None:
    figures = figures_of(
        use("a", conforming=2, lookups=1),
        use("a", source="cache", violating=1),
        fetches=[fetch("a")],
    )
    assert figures.lookups == 4
    assert figures.hits == {"registry": 1, "memory": 3}
    assert figures.hit_rate == 75.0


def test_the_hits_of_a_schema_are_its_own() -> None:
    figures = figures_of(
        use("a", conforming=2), use("b", source="cassette", lookups=1), fetches=[fetch("a")]
    )
    assert figures.hits_of(A) == {"registry": 1, "memory": 1}
    assert figures.hits_of(B) == {"cassette": 1}
    assert figures.hits_of(SchemaKey("c", "v1")) == {}
    assert figures.hits == figures.hits_of(A) + figures.hits_of(B)


def test_a_schema_that_the_registry_calls_unchanged_is_a_hit() -> None:
    figures = figures_of(use("a", conforming=1), fetches=[fetch("a", status=304)])
    assert figures.hits == {"revalidated": 1}
    assert figures.hit_rate == 100.0


def test_of_two_releases_the_one_that_was_sent_is_no_hit() -> None:
    figures = figures_of(
        use("a", conforming=1),
        use("a", release="2.0.0", conforming=1),
        fetches=[fetch("a"), fetch("a", status=304)],
    )
    assert figures.hits == {"registry": 1, "revalidated": 1}


def test_a_schema_that_is_listed_with_the_ending_was_sent_all_the_same() -> None:
    fetches = [fetch("a", status=404), fetch("a.schema")]
    assert figures_of(use("a", conforming=1), fetches=fetches).hits == {"registry": 1}


def test_a_schema_that_was_had_and_not_asked_for_is_no_lookup() -> None:
    figures = figures_of(use("a"), fetches=[fetch("a")])
    assert figures.lookups == 0
    assert figures.hits == {}
    assert figures.hit_rate is None
    assert figures.used


def test_nothing_is_nothing() -> None:
    figures = Figures()
    assert not figures.used
    assert figures.latency(95) is None
    assert figures.overhead is None
    assert (figures.retries, figures.outages, figures.bytes) == (0, 0, 0)
    assert (figures.names, figures.versions) == ([], [])


def test_a_schema_that_could_not_be_had_is_listed_too() -> None:
    figures = figures_of(use("b", "v2"), errors=[("a", "v1", "SchemaNotFound", 2)])
    assert figures.names == ["a", "b"]
    assert figures.versions == ["v1", "v2"]
    assert figures.errors == {(A, "SchemaNotFound"): 2}


def test_an_error_alone_is_a_use() -> None:
    assert figures_of(errors=[("a", "v1", "SchemaNotFound", 1)]).used


def test_retries_outages_and_bytes_are_those_of_all_fetches() -> None:
    figures = figures_of(
        fetches=[
            fetch("a", attempts=3),
            fetch("a", status=503),
            fetch("b", status=None, attempts=2, size=0),
            fetch("b", status=404),
        ]
    )
    assert figures.retries == 3
    assert figures.outages == 2
    assert figures.bytes == 300


def test_overhead_is_the_part_of_the_time_of_all_processes() -> None:
    figures = figures_of(seconds=1.0, session_seconds=20.0)
    figures.add({"seconds": 1.0, "session_seconds": 20.0})
    assert figures.overhead == 5.0


def test_checks_that_are_switched_off_are_neither_checks_nor_lookups() -> None:
    record = figures_of(switched_off("a", unchecked=2)).records[A]
    assert record.unchecked == 2
    assert record.checks == record.lookups == 0
    assert record.enforcements == {"off"}


def test_of_two_old_copies_of_one_schema_the_older_one_is_told() -> None:
    old: dict[str, Any] = {"source": "stale cache", "outage": "it was down", "conforming": 1}
    figures = figures_of(
        use("a", fetched_at=2.0, **old),
        use("a", fetched_at=1.0, **old),
        use("a", fetched_at=4.0, **old),
        use("a", fetched_at=3.0, release=None, **old),
    )
    assert sorted(figures.old_copies.values()) == [
        OldCopy("a v1", "stale cache", 3.0, "it was down"),
        OldCopy("a v1 release 1.0.0", "stale cache", 1.0, "it was down"),
    ]


@pytest.mark.parametrize(
    "spoiled",
    [use("a", violating=1), use("a", enforcement="warn", violating=1)],
    ids=["strict", "warn"],
)
def test_what_was_conformed_to_and_violated_has_not_conformed(spoiled: dict[str, Any]) -> None:
    assert figures_of(use("a", conforming=1), spoiled, use("b", conforming=1)).conformed() == {B}


def test_what_was_only_looked_at_has_not_conformed() -> None:
    assert figures_of(use("a", lookups=1), switched_off("b")).conformed() == set()


def test_a_schema_that_was_given_as_a_value_is_no_contract_of_a_registry() -> None:
    given = use("the given schema", "", source="value", release=None, conforming=1)
    assert figures_of(given).conformed() == set()


@given(
    values=st.lists(st.integers(0, 99), min_size=1), percent=st.integers(min_value=1, max_value=100)
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    values: list[int], percent: int
) -> None:
    def reached(bound: float) -> bool:
        return 100 * sum(value <= bound for value in values) >= percent * len(values)

    found = percentile(values, percent)
    assert found == min(value for value in values if reached(value))


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 95, None),
        ([7], 50, 7),
        ([3, 1, 2], 50, 2),
        ([3, 1, 2], 0, 1),
        ([3, 1, 2], 100, 3),
        (list(range(1, 21)), 95, 19),
    ],
)
def test_a_percentile_is_taken_by_nearest_rank(
    values: list[int], percent: float, expected: float | None
) -> None:
    assert percentile(values, percent) == expected
