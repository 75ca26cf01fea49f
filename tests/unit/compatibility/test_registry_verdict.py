"""What a registry itself says about compatibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import CassetteMissing, InvalidAnswer, SchemaNotFound, SchemaRegistry
from pytest_schema_registry.compatibility.registry_verdict import ask_registry
from pytest_schema_registry.registries.queries import RegistryVerdict
from tests.local_registry import ORDER, LocalRegistry, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.compatibility.report import Level

CHECK = "compat/check"
#: Of v2, the registry names no release.
FORTH = "from_track=v1&from_version=1.2&to_track=v2"
BACK = "from_track=v2&to_track=v1&to_version=1.2"
# ORDER_V2 requires what ORDER_V1 does not.
BROKEN = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id", "n"]}


@pytest.fixture
def url(local_registry: LocalRegistry) -> str:
    schema = BROKEN | {"required": ["id"], "$core_version": "1.2"}
    local_registry.publish(ORDER, v1=schema, v2=BROKEN)
    return local_registry.url


@pytest.mark.parametrize(
    ("level", "compatible", "asked"),
    [
        ("backward", False, [FORTH]),
        ("forward", True, [BACK]),
        ("full", False, [FORTH, BACK]),
    ],
)
def test_a_level_is_one_question_or_two_about_the_releases_that_the_lines_have(
    url: str, local_registry: LocalRegistry, level: Level, compatible: bool, asked: list[str]
) -> None:
    with SchemaRegistry(url) as registry:
        report = registry.check_compatibility(ORDER, "v1", "v2", level=level)
    assert report.compatible is report.passes is compatible
    assert (report.level, report.policy) == (level, "the registry's")
    paths = [request.path for request in local_registry.requests if CHECK in request.path]
    assert paths == [f"/{CHECK}?name={ORDER}&{lines}" for lines in asked]


def test_its_reasons_read_as_ours(url: str) -> None:
    with SchemaRegistry(url) as registry:
        report = registry.check_compatibility(f"{ORDER}.schema", "v1", "v2")
    (reason,) = report.reasons
    assert (reason.rule, reason.path) == ("required-added", "$.n")
    assert (reason.verdict, reason.direction) == ("said by the registry", "backward")
    assert report.render(f"{ORDER} v1 -> v2").splitlines() == [
        f"{ORDER} v1 -> v2 is not backward compatible   (the registry's; 1 reason, 1 note)",
        "  ✗ required-added  $.n  producers of v1 may omit it; consumers of v2 refuse that",
        (
            "  i advice          $    Keep $.n optional, or give it a default and compare with "
            "defaults."
        ),
    ]


@pytest.mark.parametrize(
    ("said", "compatible", "reasons"),
    [
        ({"compatible": True}, True, []),
        ({"compatible": False}, False, [("breaking", "$", "the registry gives no reason")]),
        (
            {"compatible": False, "breaking_reasons": ["it is \x1b[31mred"], "x_compat": {"a": 1}},
            False,
            [("breaking", "$", "it is [31mred")],
        ),
    ],
)
def test_it_may_say_anything(
    url: str,
    local_registry: LocalRegistry,
    said: dict[str, object],
    compatible: bool,
    reasons: list[tuple[str, str, str]],
) -> None:
    local_registry.always(Reply(body=said), CHECK)
    with SchemaRegistry(url) as registry:
        report = registry.check_compatibility(ORDER, "v1", "v2")
    assert report.compatible is compatible
    assert [(each.rule, each.path, each.change) for each in report.reasons] == reasons


def test_what_it_has_not_and_what_is_no_verdict_are_errors(
    url: str, local_registry: LocalRegistry
) -> None:
    with SchemaRegistry(url) as registry:
        with pytest.raises(SchemaNotFound, match=r"no schema orders\.Order in v9"):
            registry.check_compatibility(ORDER, "v1", "v9")
        with pytest.raises(ValueError, match="level is one of backward, forward, full, not 'up'"):
            registry.check_compatibility(ORDER, "v1", "v2", level="up")  # type: ignore[arg-type]
        local_registry.always(Reply(404), CHECK)
        with pytest.raises(InvalidAnswer, match="has both schemas, and does not compare them"):
            registry.check_compatibility(ORDER, "v2", "v1")
        local_registry.always(Reply(body={"compatible": 1}), CHECK)
        with pytest.raises(InvalidAnswer, match="no 'compatible' that is a boolean"):
            registry.check_compatibility(ORDER, "v1", "v2")


def test_its_opinion_is_recorded_and_replayed(
    url: str, local_registry: LocalRegistry, tmp_path: Path
) -> None:
    with SchemaRegistry(url, mode="record", cassettes=tmp_path) as registry:
        recorded = registry.check_compatibility(ORDER, "v1", "v2")
    local_registry.requests.clear()
    with SchemaRegistry(mode="replay", cassettes=tmp_path) as registry:
        assert registry.check_compatibility(ORDER, "v1", "v2") == recorded
        with pytest.raises(CassetteMissing, match=r"the compatibility of orders\.Order v2 -> v1"):
            registry.check_compatibility(ORDER, "v2", "v1")
    assert local_registry.requests == []


def test_a_directory_has_the_same_opinion(url: str, local_registry: LocalRegistry) -> None:
    reports = []
    for where in (url, local_registry.directory):
        with SchemaRegistry(where) as registry:
            reports.append(registry.check_compatibility(ORDER, "v1", "v2", level="full"))
    assert reports[0] == reports[1]


@pytest.mark.parametrize(
    ("back", "forth", "expected"),
    [
        (True, True, True),
        (True, None, None),
        (None, True, None),
        (None, None, None),
        (None, False, False),
        (False, None, False),
        (False, True, False),
    ],
)
def test_both_directions_are_decided_where_each_is(
    back: bool | None, forth: bool | None, expected: bool | None
) -> None:
    def ask(old: str, _new: str) -> RegistryVerdict:
        return RegistryVerdict(back if old == "v1" else forth, ("undecided",))

    report = ask_registry(ask, "v1", "v2", "full")
    assert report.compatible is expected
    assert ask_registry(ask, "v1", "v2", "backward").compatible is back
    assert ask_registry(ask, "v1", "v2", "forward").compatible is forth


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="level is one of"):
        ask_registry(lambda _old, _new: RegistryVerdict(True), "v1", "v2", "both")  # type: ignore[arg-type]
