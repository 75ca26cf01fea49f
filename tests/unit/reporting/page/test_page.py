# ruff: noqa: RUF001  # the dash is one of the marks
from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pytest_schema_registry.reporting.page.page import MAX_SWITCHES, document, write
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.settings.settings import Settings
from tests.events import use, violation
from tests.html_pages import Page, faults
from tests.pages import (
    HOSTILE,
    NOON,
    PAYLOAD,
    comparison,
    drifted,
    hostile,
    large,
    reason,
    session,
    small,
    told,
)

if TYPE_CHECKING:
    from pathlib import Path


def page_of(*events: dict[str, Any], **facts: Any) -> Page:
    html = document(session(*events, **facts), NOON)
    assert faults(html) == []
    return Page(html)


def lines_of(page: Page) -> list[str]:
    """The lines of text that a page shows."""
    return [line.strip() for line in page.text.splitlines() if line.strip()]


def test_a_page_shows_what_happened() -> None:
    html = document(small(), NOON)
    assert faults(html) == []
    lines = lines_of(Page(html))
    assert lines[: lines.index("Schemas", 10)] == [
        "Skip to the matrix",
        "Schema registry failed",
        "Written2026-01-01 12:00:00 UTC",
        "Registrynone",
        "Modeauto",
        "Versionsv1, v2",
        "Exit status of pytest1",
        "Figures",
        "Matrix",
        "Schemas",
        "Comparisons",
        "Drift",
        "Rollout",
        "Remarks",
        "Gates that failed",
        "hit rate 1.0 %, at least 2 %",
        "Figures",
        (
            "7 checks: 3 conforming, 1 refused as expected, 1 violating as expected (xfail), "
            "1 violating, 1 warned, 1 switched off; 1 check could not be made (0.00 s)"
        ),
        (
            "7 lookups, 100.0 % without a fetch; 2 fetches of 200 bytes: p50 30 ms, p95 20000 ms, "
            "max 20000 ms"
        ),
        "Checks",
        "3 conforming",
        "1 refused as expected",
        "1 violating as expected (xfail)",
        "1 violating",
        "1 warned",
        "1 switched off",
        "1 could not be made",
        "Lookups by source",
        "2 memory",
        "1 cassette",
        "1 directory",
        "1 revalidated",
        "1 stale cache",
        "1 value",
        "Fetches by duration",
        "1 up to 50 ms",
        "1 above 10 s",
        "Matrix",
        "Name",
        "Outcome",
        "any",
        "✗ violates",
        "? could not be checked",
        "! violates, only warned about",
        "~ violates as its xfail expects",
        "✓ conforms",
        "– not tested",
        "Versions",
        "no version",
        "v1",
        "v2",
        "4 schemas",
        "Schemano versionv1v2",
        "orders.Item–not tested!violates, only warned about 1 check–not tested",
        "orders.Order–not tested✓conforms 3 checks✗violates 1 check",
        "the given schema✓conforms 1 check–not tested–not tested",
        (
            "users.User–not tested~violates as its xfail expects 1 check"
            "?could not be checked 1 check"
        ),
    ]


def test_behind_a_cell_are_its_violations_with_their_payload_its_tests_and_its_source() -> None:
    lines = lines_of(Page(document(small(), NOON)))
    place = lines.index("✓ v1: conforms")
    assert lines[place - 1 : lines.index("the given schema ✓ no version: conforms")] == [
        "orders.Order ✓ v1: conforms ✗ v2: violates",
        "✓ v1: conforms",
        "2 conforming, 1 refused as expected (strict)",
        (
            "release 1.0.0 from the cassette http://r/orders.Order, "
            "fetched 2025-12-29 12:00:00 UTC, 3 days before this page"
        ),
        "Tests",
        "✓ test_a.py::test_order[v1] 2 conforming, 1 refused as expected",
        "✗ v2: violates",
        "1 violating (strict)",
        "deprecated: use Item instead",
        (
            "release 1.0.0 from the registry http://r/orders.Order, "
            "fetched 2025-12-29 12:00:00 UTC, 3 days before this page"
        ),
        "Violations",
        "test_a.py::test_order[v2] · the test failed",
        '$ "quantity" is a required property #/required',
        "$.id 1 is not a string #/properties/id/type",
        "{",
        '"id": 1',
        "}",
        "Tests",
        "✗ test_a.py::test_order[v2] 1 violating",
    ]


def test_a_comparison_shows_its_reasons_and_payloads_side_by_side() -> None:
    lines = lines_of(Page(document(small(), NOON)))
    start = lines.index("orders.Order v1 → v2 ✗ incompatible backward, tolerant")
    assert lines[start : lines.index("Drift", start)] == [
        "orders.Order v1 → v2 ✗ incompatible backward, tolerant",
        "pytest.ini::orders.Order[v1->v2]",
        "required-added $.quantity",
        "producers of v1 may omit it; consumers of v2 refuse that (shown by a payload)",
        "v2 #/required",
        '"quantity"',
        "v1 accepts this payload",
        "{",
        '"id": "a"',
        "}",
        'v2 refuses it: "quantity" is a required property',
        "required-added $.quantity",
        "producers of v1 may omit it; consumers of v2 refuse that (proved)",
        "v2 #/required",
        '"quantity"',
        "No payload shows it.",
        "and 2 more reasons",
        "probable-rename $.a -> $.b",
        "orders.Order v1 → v2 ~ waived backward, tolerant",
        "required-added $.quantity",
        "producers of v1 may omit it; consumers of v2 refuse that (shown by a payload)",
        "waived until 2026-02-01: soon",
        "v2 #/required",
        '"quantity"',
        "v1 accepts this payload",
        "{",
        '"id": "a"',
        "}",
        'v2 refuses it: "quantity" is a required property',
        "orders.Item v1 → v2 ✓ compatible backward, tolerant",
        "pytest.ini::orders.Item[v1->v2]",
        "Nothing breaks.",
    ]


def test_drift_rollout_and_remarks_are_shown() -> None:
    lines = lines_of(Page(document(small(), NOON)))
    assert lines[lines.index("Drift", 20) :] == [
        "Drift",
        "2 schemas compared with their cassettes; 1 differs.",
        "SchemaGradeCassetteRegistryRecordedReasons",
        (
            "orders.Order v1breaking1.0.01.1.02025-12-29, 3 days before this page"
            "type-narrowed at $.id: integer no longer"
        ),
        "drift: 1 of 2 schemas differs from its cassette:",
        "Rollout",
        "Rules: orders.Item=warn",
        "Ratchet: ratchet.txt; what it lists is strict, and all else warns",
        "strict from now on: orders.Order@v1",
        "strict a violation fails the test: 4 cells of the matrix, 1 with violations",
        "✓ orders.Order v1, conforms",
        "✗ orders.Order v2, violates",
        "✓ the given schema no version, conforms",
        "~ users.User v1, violates as its xfail expects",
        "warn a violation is a warning: 1 cell of the matrix, 1 with violations",
        "! orders.Item v1, violates, only warned about",
        "off no check is made: 1 cell of the matrix",
        "– orders.Item v2, not tested",
        "Remarks",
        "Old copies",
        "the registry gave no new answer; 1 old copy served:",
        "because it was down",
        "users.User v1: stale cache, fetched 3 days ago",
        (
            "next: check the registry and its address; --registry-mode=live or "
            "--registry-fail-on-stale makes this fail"
        ),
        "Cassettes",
        "1 cassette that no test used; delete it:",
        "a.yaml",
        "Written by pytest-schema-registry. What --registry-redact names is hidden here, too.",
    ]


def test_a_page_of_a_session_that_used_nothing_says_so() -> None:
    page = page_of()
    for line in ("No test used a schema of the registry.", "No schema was asked for."):
        assert line in page.words
    assert "Every schema is strict." in page.words
    assert page.words.startswith("Skip to the matrix Schema registry passed")


@pytest.mark.parametrize(
    ("exit_status", "state"),
    [(0, "passed"), (1, "failed"), (2, "interrupted"), (3, "ended early")],
)
def test_a_page_begins_with_how_the_session_ended(exit_status: int, state: str) -> None:
    assert page_of(exit_status=exit_status).words.startswith(
        f"Skip to the matrix Schema registry {state} Written"
    )


def test_a_comparison_alone_has_a_page() -> None:
    page = page_of(told("", comparisons=[comparison("undecided", reason(payload=""), name="")]))
    assert "v1 → v2 ? undecided backward, tolerant" in page.words


def test_what_has_no_cassette_was_never_recorded() -> None:
    new = drifted("a.A", "new", recorded_at=None, local_digest=None, reasons=[])
    page = page_of(told("", drift=[new]))
    assert "a.A v1newno cassette1.1.0––" in page.words


def test_of_much_drift_the_worst_is_shown_and_the_rest_counted() -> None:
    many = [drifted(f"a.A{number:03}", "breaking") for number in range(400)]
    page = page_of(told("", drift=[drifted("z.Z", "gone"), *many]))
    assert "401 schemas compared with their cassettes; 401 differ." in page.words
    assert page.words.index("z.Z v1") < page.words.index("a.A000 v1")
    assert re.search(r"and \d+ more schemas", page.words)


def test_where_nothing_drifted_the_page_says_so() -> None:
    page = page_of(told("", drift=[drifted("a.A", "same", reasons=[])]))
    assert "1 schema compared with its cassette; none differs." in page.words


@pytest.mark.parametrize(
    "text", [HOSTILE, "</style><style>*{}</style>", "</script><script>hit()</script>", "]]>-->"]
)
def test_hostile_names_and_payloads_are_text(text: str) -> None:
    html = document(hostile(text), NOON)
    assert faults(html) == []
    page = Page(html)
    assert page.text.count(text.partition("\u202e")[0]) > 30
    kinds = {tag for tag, _ in page.elements}
    assert kinds.isdisjoint({"img", "iframe", "object", "form", "base"})


def test_what_no_reader_sees_is_written_as_an_escape() -> None:
    text = page_of(told("t\u202e\ud800\x00", use("a\u200b", conforming=1))).text
    assert "a\\u200b" in text
    assert "t\\u202e\\ud800\\x00" in text


@hypothesis_settings(max_examples=20)
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_whatever_a_name_holds_the_page_needs_nothing_and_obeys_nobody(name: str) -> None:
    page_of(told(name, use(name, name, violating=1), violations=[violation(name, name)]))


def test_a_page_does_not_depend_on_the_order_of_the_tests() -> None:
    uses = [
        told(
            f"test_{number}",
            use(f"s{number % 4}", violating=number % 2, conforming=1),
            violations=[violation(f"test_{number}", f"s{number % 4}")] * (number % 2),
            comparisons=[comparison("compatible", name=f"s{number}")],
        )
        for number in range(40)
    ]
    first = document(session(*uses), NOON)
    random.Random(1).shuffle(uses)
    assert document(session(*uses), NOON) == first


def test_300_schemas_take_less_than_2_mb() -> None:
    html = document(large(), NOON)
    assert len(html.encode()) < 2_000_000
    assert faults(html) == []


def test_a_page_of_which_all_fails_takes_less_than_2_mb_and_counts_what_it_leaves_out() -> None:
    payload = '{\n  "text": "' + '"' * 1_400 + '"\n}'
    events = (
        told(
            f"test_{number}.py::test_{test}[{version}]",
            use(f"telemetry.Event{number}", version, violating=1),
            violations=[
                violation(
                    f"test_{number}.py::test_{test}[{version}]",
                    f"telemetry.Event{number}",
                    version=version,
                    payload=payload,
                )
            ],
            comparisons=[
                comparison(
                    "incompatible", *[reason(payload=payload)] * 9, name=f"telemetry.Event{number}"
                )
            ],
        )
        for number in range(300)
        for version in ("v1", "v2")
        for test in range(5)
    )
    html = document(session(*events), NOON)
    assert len(html.encode()) < 2_000_000
    words = Page(html).words
    assert "and 4 more violations" in words
    assert "and 4 more tests" in words
    assert "(left out: the page would be too large)" in words
    assert re.search(r"and [\d,]+ more comparisons", words)


def test_each_version_line_has_a_switch_up_to_a_number_of_them() -> None:
    events = [told("t", use("a", f"v{number:02}", conforming=1)) for number in range(30)]
    page = page_of(*events)
    assert len(page.all("input", type="checkbox")) == MAX_SWITCHES
    assert "#version-19:not(:checked)) .v19 " in page.inner("style")
    assert "#version-20" not in page.inner("style")


def test_filters_find_a_row_by_its_outcomes() -> None:
    page = page_of(told("t", use("a", violating=1), use("a", "v2", conforming=1)))
    assert page.all("tr", **{"class": "row has-violates has-conforms"})
    assert page.all("details", **{"class": "row schema has-violates has-conforms"})
    kinds = [each["id"] for each in page.all("input", type="radio")][1:]
    for kind in kinds:
        assert f"#{kind}:checked) .row:not(.has-{kind.removeprefix('outcome-')})" in page.inner(
            "style"
        )


def test_a_page_replaces_that_of_an_earlier_session_and_leaves_nothing_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "folder" / "page.html"
    for name in ("first", "second"):
        write(path, session(told("t", use(name, conforming=1))), NOON)
    html = path.read_text(encoding="utf-8")
    assert "second" in html
    assert "first" not in Page(html).words
    assert [each.name for each in path.parent.iterdir()] == ["page.html"]


def test_a_page_names_the_registry_without_credentials() -> None:
    settings = Settings(location=Location("https://r.example/schemas"))
    assert "Registryhttps://r.example/schemas" in page_of(settings=settings).text


def test_a_ratchet_is_shown_from_the_root_where_it_lies_below(tmp_path: Path) -> None:
    for root, shown in ((tmp_path, "a/r.txt"), (tmp_path / "b", str(tmp_path / "a" / "r.txt"))):
        settings = Settings(root=root, ratchet=tmp_path / "a" / "r.txt")
        assert f"Ratchet: {shown};" in page_of(settings=settings).words.replace("\\", "/")


def test_the_payload_is_shown_as_it_was_told() -> None:
    html = document(small(), NOON)
    assert PAYLOAD in Page(html).text
