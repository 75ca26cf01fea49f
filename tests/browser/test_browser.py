from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.look import MEASURED, OPEN_ALL
from tests.pages import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.look import Look

WIDTHS = pytest.mark.parametrize("width", [400, 1400])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def barriers(page: Any) -> list[tuple[str, str]]:
    """What axe-core finds that keeps people from using a page."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")
    found = axe.Axe().run(page, options={"runOnly": WCAG_AA}).response["violations"]
    return [(each["id"], node["html"]) for each in found for node in each["nodes"]]


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        *itertools.product(["small", "hostile"], [400, 1400], ["light", "dark"]),
        ("large", 400, "dark"),
        ("large", 1400, "light"),
    ],
)
def test_nobody_is_kept_from_using_the_page(
    look: Callable[..., Look], name: str, width: int, scheme: str
) -> None:
    here = look(name, viewport={"width": width, "height": 900}, color_scheme=scheme)
    here.picture(f"{scheme}-{width}", whole=name != "large")
    assert barriers(here.page) == []
    assert here.page.evaluate("document.documentElement.scrollWidth") <= width


@WIDTHS
@SCHEMES
@pytest.mark.parametrize("name", ["small", "hostile"])
def test_nobody_is_kept_from_using_what_is_behind_a_cell(
    look: Callable[..., Look], name: str, width: int, scheme: str
) -> None:
    here = look(name, viewport={"width": width, "height": 900}, color_scheme=scheme)
    here.page.evaluate(OPEN_ALL)
    here.picture(f"{scheme}-{width}-open", whole=True)
    assert barriers(here.page) == []
    assert here.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_name_is_searched_for(look: Callable[..., Look]) -> None:
    here = look("large")
    assert here.page.locator("#count").inner_text() == "300 schemas"
    here.page.get_by_label("Name").fill("AREA03.event0003")
    assert here.rows() == ["telemetry.area03.Event0003"]
    assert here.page.locator("#count").inner_text() == "1 of 300 schemas"
    assert here.page.locator("details.schema:visible").count() == 1
    here.page.get_by_label("Name").fill("")
    assert len(here.rows()) == 300
    assert here.page.locator("#count").inner_text() == "300 schemas"


@pytest.mark.parametrize("scripts", [True, False])
def test_outcomes_and_versions_are_chosen_with_and_without_a_script(
    look: Callable[..., Look], scripts: bool
) -> None:
    here = look("small", java_script_enabled=scripts)
    here.page.locator("#outcome-violates").check()
    assert here.rows() == ["orders.Order"]
    assert here.page.locator("details.schema:visible").count() == 1
    here.page.locator("#outcome-any").check()
    assert len(here.rows()) == 4
    assert here.page.locator("thead th.v1").is_visible()
    here.page.locator("#version-1").uncheck()
    assert not here.page.locator("thead th.v1").is_visible()
    assert not here.page.locator("td.v1").first.is_visible()


def test_the_number_of_rows_is_told_when_an_outcome_is_chosen(look: Callable[..., Look]) -> None:
    here = look("small")
    here.page.locator("#outcome-unchecked").check()
    assert here.page.locator("#count").inner_text() == "1 of 4 schemas"


def test_without_a_script_nothing_is_offered_that_needs_one(look: Callable[..., Look]) -> None:
    here = look("small", java_script_enabled=False)
    assert not here.page.get_by_label("Name").is_visible()
    here.picture("without-script", whole=True)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_cell_leads_to_what_is_behind_it(look: Callable[..., Look], scripts: bool) -> None:
    here = look("small", java_script_enabled=scripts)
    payload = here.page.locator("#s2v2 ~ .violations pre").first
    assert not payload.is_visible()
    here.page.locator("td.violates a").first.click()
    assert payload.is_visible()


def test_the_page_is_used_with_a_keyboard_alone(look: Callable[..., Look]) -> None:
    here = look("small")
    keyboard = here.page.keyboard
    keyboard.press("Tab")
    assert here.page.locator(".skip").evaluate("each => each === document.activeElement")
    here.page.locator("details.schema summary").nth(1).focus()
    keyboard.press("Enter")
    assert here.page.locator("#s2v2").is_visible()
    keyboard.press("Enter")
    assert not here.page.locator("#s2v2").is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_printed_page_has_all_that_is_behind_its_cells(
    look: Callable[..., Look], scripts: bool
) -> None:
    pypdf = pytest.importorskip("pypdf", reason="needs pypdf")
    here = look("small", java_script_enabled=scripts, color_scheme="dark")
    printed = here.pdf(f"printed-{'with' if scripts else 'without'}-script")
    pages = pypdf.PdfReader(io.BytesIO(printed)).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    for told in ('"id": 1', "test_a.py::test_order[v2]", "Nothing breaks.", "orders.Item v1"):
        assert told in words


def test_hostile_texts_are_shown_and_not_obeyed(look: Callable[..., Look]) -> None:
    here = look("hostile")
    here.page.evaluate(OPEN_ALL)
    shown = here.page.locator("body").inner_text()
    assert HOSTILE.partition("\u202e")[0] in shown
    assert "\\u202e\\ud800" in shown
    assert here.page.locator("img").count() == 0


def test_the_policy_keeps_out_what_would_get_past_the_escapes(look: Callable[..., Look]) -> None:
    here = look("small")
    here.page.evaluate(
        """() => {
            const div = document.createElement("div");
            div.innerHTML = '<img src="http://192.0.2.1/x" onerror="window.hit = 1">';
            document.body.append(div);
            const script = document.createElement("script");
            script.textContent = "window.hit = 2";
            document.body.append(script);
        }"""
    )
    assert here.page.evaluate("window.hit") is None
    assert len(here.said) >= 2
    assert all("Content Security Policy" in each for each in here.said)
    # What the policy has refused is no fault of the page's.
    here.said.clear()
    del here.requests[1:]


def test_a_large_page_is_loaded(look: Callable[..., Look]) -> None:
    # The seconds are told below the tests, and judged by nobody: they are this machine's.
    here = look("large")
    milliseconds = here.page.evaluate(LOADED)
    MEASURED.append(f"large: loaded in {milliseconds:.0f} ms")
    assert len(here.rows()) == 300
