from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.contracts import payload_replay
from pytest_schema_registry.contracts.payload_replay import PayloadReplay
from pytest_schema_registry.contracts.recorder import Recorder
from pytest_schema_registry.contracts.rollout import Rollout
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.reporting.payload_replay import Fold, lines, missed
from pytest_schema_registry.schemas import SchemaKey
from pytest_schema_registry.settings.enforcement import EnforcementRules
from pytest_schema_registry.settings.settings import Settings
from tests.parts import judge_of, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local_registry import LocalRegistry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = Settings(versions=("v1", "v2"), replay_payloads=("v1", "v2"))
A_V1 = SchemaKey("a.A", "v1")


@pytest.fixture
def following(local_registry: LocalRegistry) -> Iterator[PayloadReplay]:
    """What looks from v1 to v2, where a.A has to be small, from a test that is named ``one``."""
    local_registry.publish("a.A", v1={}, v2={"maximum": 5})
    rollout = Rollout(EnforcementRules(), Recorder(), lambda _fact: True)
    rollout.test.begin("one")
    with SchemaRegistry(local_registry.directory) as registry:
        yield PayloadReplay(source_of(registry), judge_of(registry), rollout, old="v1", new="v2")


def test_each_payload_is_checked_once(following: PayloadReplay) -> None:
    for payload in (1, 9, 1, 9, True):
        following.conformed(A_V1, payload)
    following.conformed(SchemaKey("a.A", "v2"), 9)
    (found,) = following.checked()
    assert len({*found.pop("checked")}) == 3
    assert found == {
        "name": "a.A",
        "enforcement": "strict",
        "left_out": 0,
        "violations": [[digest(9)[:16], "one", "$: 9 is greater than the maximum of 5"]],
    }
    assert following.checked() == []


def test_a_payload_is_kept_as_it_was(following: PayloadReplay) -> None:
    payload = [9]
    following.conformed(A_V1, payload)
    payload[0] = 1
    assert following.checked()[0]["violations"] == []


def test_beyond_a_limit_payloads_are_counted(
    following: PayloadReplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload_replay, "MAX_KEPT", 2)
    for payload in (1, 2, 3, 1, 4):
        following.conformed(A_V1, payload)
    (found,) = following.checked()
    assert (len(found["checked"]), found["left_out"]) == (2, 2)
    assert lines(fold(found), SETTINGS, NOW)[-1] == (
        "  2 payloads beyond the first 10,000 of a schema left out"
    )


def fold(*found: dict[str, Any]) -> Fold:
    folded = Fold()
    folded.add(found)
    return folded


def outcome(name: str, *violations: list[str], **said: Any) -> dict[str, Any]:
    found = {"name": name, "enforcement": "strict", "checked": ["payload"], "left_out": 0}
    return found | {"violations": list(violations)} | said


def test_many_violations_are_counted() -> None:
    many = [outcome(f"a.{number:02}", ["payload", "test", "wrong"]) for number in range(22)]
    said = lines(fold(*many), SETTINGS, NOW)
    assert len(said) == 22
    assert said[0] == "22 payloads of v1 checked against v2: 22 violating"
    assert said[-1] == "  and 2 more"
    (line,) = missed(fold(*many), SETTINGS, NOW)
    assert (
        "(a.00, a.01, a.02, a.03, a.04 and 17 more); --registry-replay-payloads v1:v2 allows none"
        in line
    )


def test_workers_that_say_the_same_say_it_once() -> None:
    same = (
        outcome("a.A", ["payload", "test", "wrong"]),
        outcome("a.A", ["payload", "test", "wrong"]),
    )
    assert lines(fold(*same), SETTINGS, NOW) == [
        "1 payload of v1 checked against v2: 1 violating",
        "  a.A, sent by test: wrong",
    ]
    down = outcome("a.A", error="it is down"), outcome("a.A", error="it is down")
    assert len(missed(fold(*down), SETTINGS, NOW)) == 1


def test_what_the_next_version_does_not_have_is_said_where_it_has_others() -> None:
    some = fold(outcome("a.A"), outcome("a.B", checked=[], missing=True))
    assert lines(some, SETTINGS, NOW)[1:] == ["  v2 does not have a.B"]
    assert missed(some, SETTINGS, NOW) == []
    switched_off = fold(outcome("a.A", checked=[], enforcement="off"))
    assert missed(switched_off, SETTINGS, NOW) == []


def test_each_payload_counts_and_some_are_explained(following: PayloadReplay) -> None:
    for payload in range(6, 40):
        following.conformed(A_V1, payload)
    found = following.checked()
    said = lines(fold(*found), SETTINGS, NOW)
    assert said[0] == "34 payloads of v1 checked against v2: 34 violating"
    assert said[1] == "  a.A, sent by one: $: 10 is greater than the maximum of 5"
    assert said[-1] == "  and 14 more"
    assert sum(bool(message) for _, _, message in found[0]["violations"]) == 20


def test_a_version_line_that_no_test_is_about_is_missed() -> None:
    nothing = fold()
    assert missed(nothing, SETTINGS, NOW) == []
    (line,) = missed(nothing, SETTINGS._replace(replay_payloads=("vl", "v2")), NOW)
    assert line.startswith("no payload of vl was met, required by --registry-replay-payloads vl:v2")


def test_quietly_only_violations_are_told() -> None:
    assert lines(fold(outcome("a.A")), SETTINGS, NOW, verbosity=-1) == []
    assert len(lines(fold(outcome("a.A", ["p", "t", "w"])), SETTINGS, NOW, verbosity=-1)) == 2
