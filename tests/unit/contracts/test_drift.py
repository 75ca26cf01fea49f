from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.contracts.drift import (
    FAILS_FROM,
    GRADES,
    Drift,
    Watch,
    compared,
    watch,
)
from pytest_schema_registry.errors import CassetteDamaged, CassetteMissing
from pytest_schema_registry.json_values import sha256_of
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.queries import Kind, Query, Result
from pytest_schema_registry.reporting.drift import Fold, document, lines, missed, write
from pytest_schema_registry.retrieval import opening
from pytest_schema_registry.schemas import ListedReference
from pytest_schema_registry.settings import MODES
from pytest_schema_registry.settings.parsers import DRIFT_GRADES
from pytest_schema_registry.settings.settings import Settings, command_line, resolve
from tests.documents import result_of
from tests.report_schemas import report_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.schemas import Schema

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY = 86_400
URL = "http://registry.example/schemas/v1/a.B"
QUESTION = Query(Kind.SCHEMA, "v1", "a.B")
TEXT: dict[str, Any] = {"type": "string"}
ORDER: dict[str, Any] = {"type": "object", "properties": {"id": TEXT}}


def answer(content: Any, *, question: Query = QUESTION, **said: Any) -> Result:
    """What a registry says; None is that it has no such schema."""
    url = said.pop("url", URL)
    source = said.pop("source", "registry")
    outage = said.pop("outage", None)
    body = None if content is None else {"content": content, **said}
    return replace(result_of(question, url, body, NOON.timestamp(), source), outage=outage)


def schema_of(content: Any, **said: Any) -> Schema:
    return answer(content, **said).schema


def grade(before: Any, now: Any) -> str:
    return compared(schema_of(before), schema_of(now))[0]


# How two schemas differ


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"said": 1}, {"said": 1}, "same"),
        ({"sha256": "one"}, {"sha256": "other"}, "formatting"),
        ({"sha256": "one"}, {"sha256": "other", "url": "http://elsewhere"}, "same"),
        ({"core_version": "1.0.0"}, {"core_version": "1.0.1"}, "annotations"),
        ({"deprecated": False}, {"deprecated": True}, "annotations"),
        ({"deprecation_note": "use v2"}, {"deprecation_note": "use v3"}, "annotations"),
    ],
)
def test_equal_content_differs_at_most_in_what_is_said_about_it(
    before: dict[str, Any], now: dict[str, Any], expected: str
) -> None:
    assert compared(schema_of(ORDER, **before), schema_of(ORDER, **now)) == (expected, [])


@pytest.mark.parametrize(
    "now",
    [
        {**ORDER, "title": "An order"},
        {**ORDER, "$core_version": "1.1.0", "$track": "v1", "$schema_id": "a.B"},
        {**ORDER, "properties": {"id": {**TEXT, "description": "…", "examples": [{"a": 1}]}}},
        {**ORDER, "properties": {"id": {**TEXT, "default": "x", "deprecated": True}}},
    ],
)
def test_what_asserts_nothing_is_an_annotation(now: Any) -> None:
    assert grade(ORDER, now) == "annotations"
    assert grade({"allOf": [ORDER, True]}, {"allOf": [now, True]}) == "annotations"
    assert grade({"$defs": {"title": ORDER}}, {"$defs": {"title": now}}) == "annotations"


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # A property may have the name of a keyword.
        ({"properties": {"title": TEXT}}, {"properties": {"title": {"type": "null"}}}, "breaking"),
        # What is data is compared as it stands.
        ({"const": {"title": "a"}}, {"const": {"title": "b"}}, "breaking"),
        ({"enum": [{"title": "a"}]}, {"enum": [{"title": "a"}, 1]}, "compatible"),
        # 1 and true are equal for Python, and not for JSON.
        ({"const": 1}, {"const": True}, "breaking"),
        # Somebody may keep a schema where an annotation stands.
        (
            {"default": TEXT, "$ref": "#/default"},
            {"default": {"type": "null"}, "$ref": "#/default"},
            "breaking",
        ),
        (
            {"default": TEXT, "$ref": "#/%64efault"},
            {"default": {"type": "null"}, "$ref": "#/%64efault"},
            "breaking",
        ),
        (TEXT, {"default": TEXT, "$ref": "#/default"}, "compatible"),
        (TEXT, {**TEXT, "maxLength": 3}, "breaking"),
        ({**TEXT, "maxLength": 3}, TEXT, "compatible"),
        (TEXT, {**TEXT, "format": "date"}, "breaking"),
        (TEXT, {"$ref": "elsewhere"}, "unknown"),
    ],
)
def test_what_asserts_something_is_compatible_or_not(before: Any, now: Any, expected: str) -> None:
    assert grade(before, now) == expected


def test_a_format_that_asserts_nothing_breaks_nothing() -> None:
    before, now = schema_of(TEXT), schema_of({**TEXT, "format": "date"})
    assert compared(before, now, formats=False) == ("compatible", [])


def test_a_break_comes_with_its_reasons() -> None:
    (reason,) = compared(schema_of(TEXT), schema_of({**TEXT, "maxLength": 3}))[1]
    assert len(reason.pop("fingerprint")) == 12
    assert reason == {
        "rule": "length-tightened",
        "path": "$",
        "change": "no maxLength -> 3",
        "verdict": "shown by a payload",
    }


def test_what_is_no_schema_is_compared_with_nothing() -> None:
    assert grade(TEXT, {"type": "x" * 1000}) == "unknown"
    (reason,) = compared(schema_of(TEXT), schema_of({"properties": []}))[1]
    assert reason["rule"] == "not-a-schema"
    assert reason["change"].startswith("the new schema is invalid: ")
    (reason,) = compared(schema_of(TEXT), schema_of({"type": "x" * 1000}))[1]
    assert len(reason["change"]) == 200


def test_what_is_nested_too_deeply_is_not_decided() -> None:
    before: Any = {"const": 1}
    now: Any = {"const": 2}
    for _ in range(700):
        before, now = {"not": before}, {"not": now}
    assert grade(before, now) == "unknown"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=5), st.randoms())
def test_the_order_of_keys_is_no_difference(content: dict[str, Any], random: Any) -> None:
    items = list(content.items())
    random.shuffle(items)
    assert grade(content, dict(items)) == "same"


# What a process looks at


class Recorded:
    """Cassettes that hold one outcome."""

    def __init__(self, outcome: Result | Exception) -> None:
        self._outcome = outcome
        self.loads = 0

    def load(self, _question: Query) -> Result:
        self.loads += 1
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def told(outcome: Result | Exception, *answers: Result) -> list[dict[str, Any]]:
    """What is found when these are answered, beside what was recorded."""
    found: list[dict[str, Any]] = []
    watching = Watch(lambda: Recorded(outcome), found.append, formats=True)  # type: ignore[arg-type, return-value]  # a double
    for each in answers:
        watching.answered(each)()
    watching.settle(attrgetter("content"))
    return found


MISSING = CassetteMissing("a.yaml", "a.B v1", "pytest")
DAMAGED = CassetteDamaged("a.yaml", "its end is missing", "pytest")
DIGEST = schema_of(ORDER).digest
LOCAL = {"recorded_at": NOON.timestamp(), "local_release": "1.0.0", "local_digest": DIGEST}
REGISTRY = {"registry_release": "1.0.0", "registry_digest": DIGEST}


@pytest.mark.parametrize(
    ("recorded", "now", "expected"),
    [
        (answer(ORDER, core_version="1.0.0"), ORDER, {"grade": "same", **LOCAL, **REGISTRY}),
        (answer(ORDER, core_version="1.0.0"), None, {"grade": "gone", **LOCAL}),
        (answer(None), None, {"grade": "same", "recorded_at": NOON.timestamp()}),
        (answer(None), ORDER, {"grade": "new", "recorded_at": NOON.timestamp(), **REGISTRY}),
        (MISSING, ORDER, {"grade": "new", **REGISTRY}),
        (
            DAMAGED,
            ORDER,
            {
                "grade": "unknown",
                **REGISTRY,
                "reasons": [
                    {
                        "rule": "cassette-damaged",
                        "path": "a.yaml",
                        "change": "its end is missing",
                    }
                ],
            },
        ),
    ],
)
def test_an_answer_is_graded_by_its_cassette(
    recorded: Result | Exception, now: Any, expected: dict[str, Any]
) -> None:
    (found,) = told(recorded, answer(now, core_version="1.0.0"))
    assert found == asdict(Drift("a.B", "v1")) | expected
    assert json.loads(json.dumps(found)) == found


def test_of_what_neither_has_nothing_is_said() -> None:
    assert told(MISSING, answer(None)) == []


def test_a_schema_is_looked_at_once() -> None:
    cassettes = Recorded(answer(ORDER))
    found: list[dict[str, Any]] = []
    watching = Watch(lambda: cassettes, found.append, formats=True)  # type: ignore[arg-type, return-value]  # a double
    for _ in range(3):
        watching.answered(answer(ORDER))()
    watching.settle(attrgetter("content"))
    assert (cassettes.loads, len(found)) == (1, 1)


def test_what_is_no_schema_is_not_looked_at() -> None:
    index = Result(Query(Kind.INDEX), URL, (), NOON.timestamp(), "registry")
    assert told(MISSING, index, replace(index, query=Query(Kind.RELEASES))) == []


def test_an_old_copy_says_nothing_about_the_registry() -> None:
    stale = answer(ORDER, source="stale cache", outage="it is down")
    assert told(MISSING, stale) == []
    # Later it may be up again.
    (found,) = told(MISSING, stale, answer(ORDER))
    assert found["grade"] == "new"


@pytest.mark.parametrize("outage", [None, "it is down"])
def test_a_cassette_that_is_served_is_only_dated(outage: str | None) -> None:
    (found,) = told(MISSING, answer(ORDER, source="cassette", outage=outage))
    assert found == asdict(Drift("a.B", "v1", recorded_at=NOON.timestamp()))


def test_a_schema_has_one_name_with_and_without_its_ending() -> None:
    (found,) = told(MISSING, answer(ORDER, question=replace(QUESTION, name="a.B.schema")))
    assert found["name"] == "a.B"


def test_a_schema_that_was_asked_for_by_its_id_has_no_version() -> None:
    (found,) = told(MISSING, answer(ORDER, question=Query(Kind.BY_ID, name="a.B")))
    assert str(Drift(**found)) == "a.B"


def settings(root: Path = Path(), **given: Any) -> Settings:
    written = {name.replace("_", "-"): value for name, value in given.items()}
    return resolve(command_line(written), root=root)


@pytest.mark.parametrize(
    ("given", "has_cassettes", "looks"),
    [
        ({"mode": "auto"}, False, False),
        ({"mode": "auto"}, True, True),
        ({"mode": "live"}, False, False),
        ({"mode": "live"}, True, True),
        ({"mode": "record"}, False, True),
        ({"mode": "replay"}, False, True),
        # Whoever insists is told that there are none.
        ({"mode": "live", "drift": "fail=breaking"}, False, True),
        ({"mode": "live", "drift_report": "drift.json"}, False, True),
    ],
)
def test_a_session_looks_where_there_may_be_something_to_say(
    tmp_path: Path, given: dict[str, Any], has_cassettes: bool, looks: bool
) -> None:
    if has_cassettes:
        (tmp_path / "cassettes").mkdir()
    chosen = settings(tmp_path, url="http://x", cassettes="cassettes", **given)
    cassettes = opening.Lazy(lambda: opening.cassettes(chosen, CoreProtocol()))
    assert (watch(chosen, print, cassettes) is not None) == looks


def test_what_looks_reads_the_sessions_cassettes(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = []
    chosen = settings(tmp_path, url="http://x", mode="record")
    cassettes = opening.Lazy(lambda: opening.cassettes(chosen, CoreProtocol()))
    looking = watch(chosen, found.append, cassettes)
    assert looking is not None
    looking.answered(answer(ORDER))()
    assert [each["grade"] for each in found] == ["new"]


# What all processes found


def drift(name: str, grade: str | None = "same", version: str = "v1", **facts: Any) -> Drift:
    """A schema that both have, with a grade."""
    known: dict[str, Any] = {
        "recorded_at": NOON.timestamp(),
        "local_release": "1.0.0",
        "local_digest": sha256_of(name),
        "registry_release": "1.1.0",
        "registry_digest": sha256_of(name * 2),
    }
    return Drift(name, version, grade=grade, **known | facts)


def fold_of(*drifts: Drift) -> Fold:
    fold = Fold()
    fold.add(map(asdict, drifts))
    return fold


def test_each_schema_is_counted_once_and_by_the_worst_that_a_process_found() -> None:
    recorded, later = drift("a", "breaking"), drift("a", "same")
    for order in ([recorded, later], [later, recorded], [later, recorded, later]):
        assert fold_of(*order).compared == [recorded]


def test_of_two_spellings_of_a_name_the_one_that_there_is_counts() -> None:
    there, absent = drift("a"), Drift("a", "v1", grade="same", recorded_at=1.0)
    assert fold_of(there, absent).compared == [there]
    assert fold_of(absent, there).compared == [there]


def test_versions_and_releases_are_apart() -> None:
    others = [drift("a"), drift("a", version="v2"), drift("a", asked="1.0.0")]
    assert sorted(map(str, fold_of(*others).compared)) == ["a v1", "a v1 release 1.0.0", "a v2"]


def test_the_worst_comes_first_and_then_the_name() -> None:
    fold = fold_of(drift("c", "gone"), drift("b", "same"), drift("a", "same"), drift("d", "new"))
    assert [each.name for each in fold.compared] == ["c", "d", "a", "b"]


def test_a_grade_is_worse_than_those_before_it() -> None:
    assert GRADES == (
        "same",
        "formatting",
        "annotations",
        "compatible",
        "new",
        "breaking",
        "unknown",
        "gone",
    )
    fold = fold_of(*(drift(grade, grade) for grade in GRADES))
    for place, grade in enumerate(GRADES):
        assert [each.grade for each in fold.at_least(grade)] == list(GRADES[place:][::-1])


def test_what_was_only_dated_was_not_compared() -> None:
    dated = Drift("a", "v1", recorded_at=1.0)
    fold = fold_of(dated, Drift("b", "v1", recorded_at=3.0), Drift("c", "v1", grade="new"))
    assert [each.name for each in fold.compared] == ["c"]
    assert fold.recorded_before(2.0) == [dated]


# What a person is told

OLD: dict[str, Any] = {"recorded_at": NOON.timestamp() - 40 * DAY}
COMMAND = "pytest --registry-mode=record --registry-url=http://x"
ANEW = f"record them anew: {COMMAND}"
REASON = {"rule": "required-added", "path": "$.id", "change": '"id" may be missing -> required'}


def shown(*drifts: Drift, **given: Any) -> list[str]:
    return lines(fold_of(*drifts), settings(**({"url": "http://x"} | given)), NOON)


def test_nothing_is_said_where_nothing_differs() -> None:
    assert shown() == []
    assert shown(drift("a"), drift("b"), cassette_max_age=30) == []


def test_each_grade_is_shown_with_the_releases_and_what_to_run() -> None:
    absent: dict[str, Any] = {"local_release": None, "local_digest": None}
    missing = absent | {"recorded_at": None}
    damage = {"rule": "cassette-damaged", "path": "k.yaml", "change": "its end is missing"}
    assert shown(
        drift("a", "formatting", local_release="1.1.0"),
        drift("b", "annotations"),
        drift("c", "compatible", local_release=None, registry_release=None),
        drift("d", "new", **missing),
        drift("e", "new", **absent),
        drift("f", "breaking", reasons=[REASON]),
        drift("g", "breaking", asked="1.0.0", reasons=[REASON] * 5),
        drift("h", "unknown", **missing, reasons=[damage]),
        drift("i", "gone", registry_release=None, registry_digest=None),
        drift("j", "unknown"),
        drift("k", "same"),
    ) == [
        "drift: 10 of 11 schemas differ from their cassettes:",
        "  i v1: gone, 1.0.0 -> no such schema",
        "  h v1: unknown, a damaged cassette -> 1.1.0",
        "    cassette-damaged at k.yaml: its end is missing",
        "  j v1: unknown, 1.0.0 -> 1.1.0",
        "  f v1: breaking, 1.0.0 -> 1.1.0",
        '    required-added at $.id: "id" may be missing -> required',
        "  g v1 release 1.0.0: breaking, 1.0.0 -> 1.1.0",
        '    required-added at $.id: "id" may be missing -> required',
        '    required-added at $.id: "id" may be missing -> required',
        '    required-added at $.id: "id" may be missing -> required',
        "    and 2 more reasons",
        "  d v1: new, no cassette -> 1.1.0",
        "  e v1: new, no such schema -> 1.1.0",
        "  c v1: compatible",
        "  b v1: annotations only, 1.0.0 -> 1.1.0",
        "  a v1: formatting, 1.1.0 -> 1.1.0",
        ANEW,
    ]


def test_one_schema_differs_in_the_singular() -> None:
    assert shown(drift("a", "new"))[0] == "drift: 1 of 1 schema differs from its cassette:"


def test_while_recording_there_is_nothing_to_run_and_nothing_old() -> None:
    assert shown(drift("a", "breaking", **OLD), mode="record", cassette_max_age=30) == [
        "recorded 1 schema (1 changed) in tests/contracts/cassettes; commit them",
        "drift: 1 of 1 schema differs from its cassette as it was before:",
        "  a v1: breaking, 1.0.0 -> 1.1.0",
    ]


def test_a_recording_says_what_became_of_the_cassettes() -> None:
    drifts = (
        drift("a", "new"),
        drift("b", "gone", **OLD),
        drift("c", **OLD),
        drift("d", "formatting"),
    )
    assert shown(*drifts, mode="record", drift="off") == [
        (
            "recorded 4 schemas (1 new, 1 gone, 2 unchanged) in tests/contracts/cassettes; "
            "commit them"
        ),
    ]


def test_what_has_no_release_on_either_side_tells_none() -> None:
    without: dict[str, Any] = {"local_release": None, "registry_release": None}
    assert shown(drift("a", "breaking", **without), mode="live") == [
        "drift: 1 of 1 schema differs from its cassette:",
        "  a v1: breaking",
        ANEW,
    ]


def test_a_recording_that_compared_nothing_says_nothing() -> None:
    assert shown(mode="record") == []


def test_of_many_schemas_the_worst_are_shown() -> None:
    many = [drift(f"a{number:02}", "breaking") for number in range(19)]
    said = shown(*many, drift("b", "new"), drift("c", "compatible"), drift("d", "formatting"))
    assert said[20:] == [
        "  b v1: new, 1.0.0 -> 1.1.0",
        "  and 2 more: 1 compatible, 1 formatting",
        ANEW,
    ]


def test_a_cassette_is_old_beyond_its_maximum_age() -> None:
    at_the_limit = NOON.timestamp() - 30 * DAY
    assert shown(
        drift("a"),
        drift("b", recorded_at=at_the_limit),
        drift("c", None, **OLD),
        Drift("d", "v1", recorded_at=NOON.timestamp() - 31 * DAY),
        cassette_max_age=30,
    ) == [
        "2 cassettes older than 30 days:",
        "  c v1: recorded 40 days ago",
        "  d v1: recorded 31 days ago",
        ANEW,
    ]
    assert shown(drift("c", None, **OLD)) == []


def test_of_many_old_cassettes_the_oldest_are_shown() -> None:
    many = [drift(f"a{number:02}", None, **OLD) for number in range(22)]
    said = shown(*many, cassette_max_age=0.5)
    assert said[0] == "22 cassettes older than 0.5 days:"
    assert said[20:] == ["  a19 v1: recorded 40 days ago", "  and 2 more", ANEW]


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        ([40, 40], "replayed from 2 cassettes, recorded 40 days ago"),
        ([3, 40, 17], "replayed from 3 cassettes, recorded 3 days to 40 days ago"),
        ([40], "replayed from 1 cassette, recorded 40 days ago"),
    ],
)
def test_replay_says_how_old_it_is(ages: list[int], said: str) -> None:
    replayed = [
        Drift(f"a{number}", "v1", recorded_at=NOON.timestamp() - age * DAY)
        for number, age in enumerate(ages)
    ]
    assert shown(*replayed, mode="replay") == [said]
    assert shown(*replayed) == []
    quiet = settings(mode="replay")
    assert lines(fold_of(*replayed), quiet, NOON, verbosity=-1) == []
    assert shown(mode="replay") == []


# What fails a run


def gates(*drifts: Drift, **given: Any) -> list[str]:
    return missed(fold_of(*drifts), settings(**({"url": "http://x", "mode": "live"} | given)), NOON)


@pytest.mark.parametrize(
    ("level", "failing"),
    [
        ("warn", ()),
        ("fail", GRADES[2:]),
        *((f"fail={grade}", GRADES[place:]) for place, grade in enumerate(GRADES) if place),
    ],
)
def test_a_grade_fails_where_it_is_at_least_as_bad_as_the_one_given(
    level: str, failing: tuple[str, ...]
) -> None:
    found = {grade for grade in GRADES if gates(drift("a", grade), drift=level)}
    assert found == set(failing)


def test_fail_leaves_out_what_changes_no_schema() -> None:
    assert FAILS_FROM == "annotations"
    assert GRADES[1:] == DRIFT_GRADES
    assert GRADES.index(FAILS_FROM) == 2


def test_a_missed_gate_says_what_how_many_and_what_to_do() -> None:
    many = [drift(f"a{number}", "breaking", **OLD) for number in range(7)]
    record = "record anew, and review what changes in the cassettes"
    assert gates(*many, drift="fail=breaking", cassette_max_age=30) == [
        (
            "7 schemas drifted, graded breaking or worse (a0 v1, a1 v1, a2 v1, a3 v1, a4 v1 and 2 "
            f"more); --registry-drift fail=breaking allows none: {record}"
        ),
        (
            "7 cassettes are too old (a0 v1, a1 v1, a2 v1, a3 v1, a4 v1 and 2 more); "
            "--registry-cassette-max-age 30 and --registry-drift fail=breaking allow none: "
            f"{record}"
        ),
    ]


@pytest.mark.parametrize("level", ["fail", "fail=gone"])
def test_age_fails_a_run_wherever_drift_can(level: str) -> None:
    assert len(gates(drift("a", None, **OLD), drift=level, cassette_max_age=30)) == 1


def test_recording_fails_no_run() -> None:
    changed = drift("a", "gone", **OLD)
    assert gates(changed, mode="record", drift="fail", cassette_max_age=30) == []


# What machines are given


def report(*drifts: Drift, **given: Any) -> Any:
    return document(fold_of(*drifts), settings(**({"url": "http://x"} | given)), ["one"], NOON)


def faults(report: Any) -> list[str]:
    """What the report's own schema finds in it."""
    validator = jsonschema_rs.Draft202012Validator(report_schema("drift"), validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(report)]


def test_a_report_has_both_sides_of_each_schema() -> None:
    reason = {**REASON, "verdict": "proved", "fingerprint": "0123456789ab"}
    broken = drift("a", "breaking", reasons=[reason])
    served = drift("b", None, **OLD)
    written = report(broken, served, cassette_max_age=30)
    assert written == {
        "format": 1,
        "generated_at": "2026-01-31T12:00:00+00:00",
        "mode": "auto",
        "missed_gates": ["one"],
        "schemas": [
            {
                "name": "a",
                "version": "v1",
                "asked_release": None,
                "grade": "breaking",
                "local": {
                    "release": "1.0.0",
                    "digest": sha256_of("a"),
                    "recorded_at": "2026-01-31T12:00:00+00:00",
                },
                "registry": {"release": "1.1.0", "digest": sha256_of("aa")},
                "reasons": [reason],
            }
        ],
        "old_cassettes": [
            {
                "name": "b",
                "version": "v1",
                "asked_release": None,
                "recorded_at": "2025-12-22T12:00:00+00:00",
            }
        ],
    }
    assert faults(written) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("grade", GRADES)
def test_a_report_follows_its_schema(mode: str, grade: str) -> None:
    missing = Drift("a", "", "1.0.0", grade, reasons=[REASON])
    assert faults(report(missing, drift("b", grade), mode=mode)) == []


def test_a_report_of_nothing_follows_its_schema() -> None:
    assert faults(report()) == []


def test_a_compatible_change_follows_from_the_comparison_to_the_report() -> None:
    (found,) = told(answer(TEXT), answer({**TEXT, "maxLength": 3}))
    assert faults(report(Drift(**found))) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda report: report.pop("mode"),
        lambda report: report.update(more=1),
        lambda report: report["schemas"][0].update(grade="worse"),
        lambda report: report["schemas"][0]["local"].update(digest="sha256"),
    ],
)
def test_the_schema_of_a_report_refuses_what_is_none(spoil: Callable[[Any], Any]) -> None:
    written = report(drift("a"))
    spoil(written)
    assert faults(written)


def test_a_report_replaces_that_of_an_earlier_session(tmp_path: Path) -> None:
    path = tmp_path / "new" / "drift.json"
    for name in ("a", "b"):
        write(path, fold_of(drift(name)), settings(url="http://x"), [], NOON)
    assert [each["name"] for each in json.loads(path.read_text())["schemas"]] == ["b"]
    assert [file.name for file in path.parent.iterdir()] == ["drift.json"]


def test_what_is_nested_too_deeply_to_be_compared_is_unknown() -> None:
    found: list[dict[str, Any]] = []
    watching = Watch(lambda: Recorded(answer(ORDER)), found.append, formats=True)  # type: ignore[arg-type, return-value]  # a double
    watching.answered(answer(TEXT))()

    def too_deep(_schema: Any) -> Any:
        raise RecursionError

    watching.settle(too_deep)
    assert [each["grade"] for each in found] == ["unknown"]
    assert found[0]["reasons"][0]["change"] == "nested too deeply"


# What a registry says beside the text


REFERS = {"properties": {"a": {"$ref": "a"}}}


def listed(release: str, **said: Any) -> Schema:
    references = (ListedReference("a", "a", release),)
    return replace(schema_of(REFERS), references=references, **said)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"type": "string"}, {"type": "string"}, "same"),
        ({"type": "string"}, {"type": "string", "title": "a"}, "compatible"),
        ({"type": "integer"}, {"type": "number"}, "compatible"),
        ({"type": "number"}, {"type": "integer"}, "breaking"),
    ],
)
def test_of_an_equal_text_the_references_may_differ(before: Any, now: Any, expected: str) -> None:
    contents = {"1": before, "2": now}

    def bundled(schema: Schema) -> Any:
        assert schema.references is not None
        return {"properties": {"a": contents[schema.references[0].release]}}

    old, new = listed("1"), listed("1" if before == now else "2")
    assert compared(old, new, bundled=bundled)[0] == expected


@pytest.mark.parametrize(
    ("before", "now"), [("JSON", "AVRO"), ("AVRO", "JSON"), ("JSON", "PROTOBUF")]
)
@pytest.mark.parametrize("content", [TEXT, ORDER])
def test_an_equal_text_in_another_language_is_another_schema(
    before: str, now: str, content: Any
) -> None:
    old, new = schema_of(TEXT), schema_of(content)
    old, new = replace(old, schema_type=before), replace(new, schema_type=now)
    reason = {"rule": "schema-type", "path": "$", "change": f"{before} -> {now}"}
    assert compared(old, new) == ("unknown", [reason])


def test_a_language_that_is_not_checked_is_compared_by_its_content_only() -> None:
    old = replace(schema_of(TEXT), schema_type="PROTOBUF")
    assert compared(old, old) == ("same", [])
    assert compared(old, replace(schema_of(ORDER), schema_type="PROTOBUF"))[0] == "unknown"


def of_avro(*fields: dict[str, Any], **more: Any) -> Schema:
    content = {"type": "record", "name": "R", "fields": list(fields), **more}
    return replace(schema_of(content), schema_type="AVRO")


DEFAULT = {"name": "a", "type": "int", "default": 1}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (of_avro(DEFAULT, doc="a"), "annotations"),
        (of_avro(DEFAULT, aliases=["S"]), "compatible"),
        (of_avro(DEFAULT | {"default": 2}), "compatible"),
        (of_avro(), "compatible"),
        (of_avro(DEFAULT | {"name": "b"}), "compatible"),
        (of_avro({"name": "b", "type": "int"}), "breaking"),
    ],
)
def test_a_default_of_avro_is_no_annotation(now: Schema, expected: str) -> None:
    assert compared(of_avro(DEFAULT), now)[0] == expected


def test_a_default_of_avro_that_is_gone_is_breaking() -> None:
    old, new = of_avro(DEFAULT), of_avro({"name": "a", "type": "int"})
    change = "it has no default any more, so a value may not leave it out"
    reason = {"rule": "default-removed", "path": "$.a", "change": change}
    assert compared(old, new) == ("breaking", [reason])
    assert compared(new, old) == ("compatible", [])


def test_what_is_no_schema_of_avro_is_unknown() -> None:
    old, new = (of_avro({"name": "a", "type": {"type": ["null", each]}}) for each in ("a", "b"))
    grade, reasons = compared(old, new)
    assert (grade, reasons[0]["rule"]) == ("unknown", "not-a-schema")


def test_an_id_differs_between_stages_and_is_no_drift() -> None:
    assert compared(replace(schema_of(TEXT), id="1"), replace(schema_of(TEXT), id="2"))[0] == "same"
