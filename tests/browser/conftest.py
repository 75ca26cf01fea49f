from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.reporting.page.page import document
from tests.browser.look import MEASURED, Look
from tests.pages import NOON, hostile, large, small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
#: The page's name -> its session.
PAGES = {"small": small, "large": large, "hostile": hostile}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MEASURED:
        terminalreporter.write_sep("=", "pages")
        for line in MEASURED:
            terminalreporter.write_line(line)


# Playwright has an event loop of its own, which no other test must meet.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Chromium without a window, one for all tests here."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip(f"needs one of {', '.join(CHROMIUM)}")
    with sync_api.sync_playwright() as playwright:
        # Root, as in a container, has no sandbox.
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        MEASURED.append(f"Chromium {browser.version}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages, as files."""
    folder = tmp_path_factory.mktemp("pages")
    files = {}
    for name, make in PAGES.items():
        files[name] = folder / f"{name}.html"
        html = document(make(), NOON).encode("utf-8")
        files[name].write_bytes(html)
        MEASURED.append(f"{name}: {len(html):,} bytes")
    return files


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for pictures, which somebody looks at."""
    named = os.environ.get("SCHEMA_REGISTRY_TEST_PICTURES")
    folder = Path(named) if named else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def look(chromium: Any, written: dict[str, Path], pictures: Path) -> Iterator[Callable[..., Look]]:
    """Open a page, with the browser's options; what its console says fails the test."""
    looks: list[Look] = []

    def opened(name: str, **options: Any) -> Look:
        looks.append(Look(chromium, written[name], pictures, **options))
        return looks[-1]

    yield opened
    for each in looks:
        each.close()
        assert each.said == []
        assert each.requests == [written[each.name].as_uri()]
