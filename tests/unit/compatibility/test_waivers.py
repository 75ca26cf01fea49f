from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry.compatibility import waivers
from pytest_schema_registry.compatibility.waivers import RULES, Waiver, apply, load
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schema_types.json_schema.compatibility import compare

if TYPE_CHECKING:
    from pytest_schema_registry.compatibility import CompatibilityReport

TODAY = date(2026, 6, 1)
FILE = """\
# What is accepted for now.

[[waiver]]
schema = "a.B"
rule = "required-added"
reason = "everybody sends it"
expires = 2026-12-31

  [[ waiver ]]  # another
schema = "a.*"
fingerprint = "0123456789ab"
reason = "nobody sends it"
expires = 2026-06-01


"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_waivers_are_read_with_the_lines_to_remove(tmp_path: Path) -> None:
    first, second = load(written(tmp_path, FILE), tmp_path)
    assert first == Waiver(
        "a.B",
        "required-added",
        None,
        "everybody sends it",
        date(2026, 12, 31),
        "waivers.toml lines 3 to 7",
    )
    assert second.place == "waivers.toml lines 9 to 13"
    assert str(first) == "required-added of a.B"
    assert str(second) == "0123456789ab of a.*"


def test_a_waivers_schema_may_be_written_with_its_ending(tmp_path: Path) -> None:
    text = f"[[waiver]]\n{ONE}".replace("a.B", " a.B.schema ")
    (waiver,) = load(written(tmp_path, text), tmp_path)
    assert waiver.concerns("a.B")


def test_a_file_without_waivers_has_none(tmp_path: Path) -> None:
    assert load(written(tmp_path, "# none left\n"), tmp_path) == ()


def test_a_file_elsewhere_is_named_in_full(tmp_path: Path) -> None:
    (first, _) = load(written(tmp_path, FILE), tmp_path / "project")
    assert first.place == f"{tmp_path / 'waivers.toml'} lines 3 to 7"


def test_waivers_in_another_layout_are_counted(tmp_path: Path) -> None:
    inline = 'waiver = [{schema = "a", rule = "not-added", reason = "c", expires = 2026-01-01}]'
    assert [each.place for each in load(written(tmp_path, inline), tmp_path)] == [
        "waivers.toml waiver 1"
    ]


ONE = 'schema = "a.B"\nrule = "not-added"\nreason = "why"\nexpires = 2026-01-01\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[waiver", "waivers.toml cannot be read: Expected"),
        ("a = 1", "waivers.toml has 'a'; each waiver is a [[waiver]]"),
        ("waiver = 1", "waivers.toml: each waiver is a [[waiver]]"),
        ("waiver = [1]", "waivers.toml: each waiver is a [[waiver]]"),
        (f"[[waiver]]\n{ONE}until = 1", "waivers.toml lines 1 to 6: no such key: 'until'"),
        (f'[[waiver]]\n{ONE}fingerprint = "f"', "give a rule or a fingerprint, one of them"),
        ("[[waiver]]\n", "waivers.toml lines 1 to 1: give a rule or a fingerprint"),
        ('[[waiver]]\nrule = "not-added"', "waivers.toml lines 1 to 2: schema is missing"),
        (
            f"[[waiver]]\n{ONE}".replace("not-added", "Required_added"),
            (
                "lines 1 to 5: there is no rule 'Required_added', so it waives nothing; "
                "did you mean required-added?"
            ),
        ),
        (
            f"[[waiver]]\n{ONE}".replace("not-added", "r"),
            "there is no rule 'r', so it waives nothing; a failure shows the rule that it breaks",
        ),
        # A note's, which breaks nothing.
        (f"[[waiver]]\n{ONE}".replace("not-added", "enum-narrowed"), "no rule 'enum-narrowed'"),
        (f"[[waiver]]\n{ONE}".replace('"why"', '" "'), "reason is a text that is not empty"),
        (f"[[waiver]]\n{ONE}".replace('"not-added"', "1"), "rule is a text that is not empty"),
        (f"[[waiver]]\n{ONE}".replace("2026-01-01", '"2026-01-01"'), "expires is a date without"),
        (f"[[waiver]]\n{ONE}".replace("2026-01-01", "2026-01-01T00:00:00"), "expires is a date"),
        (f"[[waiver]]\n{ONE}".replace('reason = "why"\n', ""), "reason is missing"),
    ],
)
def test_what_cannot_be_understood_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        load(written(tmp_path, text), tmp_path)
    assert str(caught.value).startswith("registry_waivers: ")
    assert said in str(caught.value)


def test_every_rule_of_the_comparison_can_be_waived() -> None:
    sources = Path(waivers.__file__).parents[1].rglob("*/compatibility/**/*.py")
    words = {
        word
        for source in sources
        for word in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source.read_text(encoding="utf-8"))
    }
    # Of the others, some are notes, which break nothing, and some are formats.
    others = {"probable-rename", "strict-only", "required-relies-on-default"}
    others |= {"enum-widened", "enum-narrowed"}
    others |= {"uri-template", "uri-reference", "relative-json-pointer", "json-pointer"}
    others |= {"iri-reference", "idn-hostname", "idn-email", "date-time"}
    others |= {"field-dropped", "default-removed", "logical-type-changed"}
    of_models = {"refused-by-model", "sent-by-model"}
    assert words - others == RULES - {"breaking", "undecided"} - of_models


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"waivers.toml cannot be read: No such file"):
        load(tmp_path / "waivers.toml", tmp_path)


OLD = {"type": "object", "properties": {"id": {"type": "string"}, "n": {"maximum": 9}}}
NEW = {"type": "object", "properties": {"id": {"type": "string"}, "n": {"maximum": 5}}}
NEW["required"] = ["id"]


@pytest.fixture
def report() -> CompatibilityReport:
    """Two breaks, ``required-added`` and ``maximum-lowered``."""
    return compare(OLD, NEW)


def waiver(
    rule: str | None, fingerprint: str | None = None, *, schema: str = "a.B", until: date = TODAY
) -> Waiver:
    return Waiver(schema, rule, fingerprint, "for now", until, f"place of {rule or fingerprint}")


def rules(report: CompatibilityReport) -> tuple[list[str], list[str]]:
    return (
        [reason.rule for reason in report.reasons],
        [each.reason.rule for each in report.waived],
    )


def test_a_break_that_is_waived_counts_no_more(report: CompatibilityReport) -> None:
    one, used = apply([waiver("required-added")], report, "a.B", TODAY)
    assert rules(one) == (["maximum-lowered"], ["required-added"])
    assert used == [waiver("required-added")]
    assert (one.compatible, one.passes) == (False, False)
    (fingerprint,) = (each.fingerprint for each in one.reasons)
    both = [waiver("required-added", schema="a.*"), waiver(None, fingerprint)]
    all_of_them, used = apply(both, report, "a.B", TODAY)
    assert used == both
    assert (all_of_them.compatible, all_of_them.passes) == (False, True)


@pytest.mark.parametrize(
    "other",
    [
        waiver("required-added", schema="a.C"),
        waiver("required-added", until=date(2026, 5, 31)),
        waiver("const-changed"),
        waiver(None, "0123456789ab"),
    ],
)
def test_a_waiver_of_something_else_accepts_nothing(
    report: CompatibilityReport, other: Waiver
) -> None:
    assert apply([other], report, "a.B", TODAY) == (report, [])


def test_what_is_compatible_needs_no_waiver() -> None:
    report = compare(OLD, OLD)
    assert apply([waiver("required-added")], report, "a.B", TODAY) == (report, [])


def test_a_waived_break_is_shown_with_its_reason(report: CompatibilityReport) -> None:
    waivers = [waiver("required-added"), waiver("maximum-lowered")]
    some, _ = apply(waivers[:1], report, "a.B", TODAY)
    assert some.render("a.B v1 -> v2").splitlines()[0] == (
        "a.B v1 -> v2 is not backward compatible   (tolerant; 1 reason, 1 waived)"
    )
    everything, _ = apply(waivers, report, "a.B", TODAY)
    assert everything.render("a.B v1 -> v2").splitlines() == [
        "a.B v1 -> v2 is backward compatible, but for what is waived   (tolerant; 2 waived)",
        "  - required-added   $.id  producers of v1 may omit it; consumers of v2 refuse that",
        "        waived until 2026-06-01: for now",
        "  - maximum-lowered  $.n   9 -> 5",
        "        waived until 2026-06-01: for now",
    ]
    assert [each["until"] for each in everything.as_dict()["waived"]] == ["2026-06-01"] * 2
