from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_schema_registry.reporting.marks import Marks
from tests.docs.pages import page, table

if TYPE_CHECKING:
    import pytest

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

PAGE = page("reports")


def test_a_run_closes_as_printed(
    run: Run, served: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("tests/contracts", f"--registry-url={served.url}", "--registry-enforcement=warn")
    sizes_and_times = re.compile(r"[\d.,]+(?= (s|KB|ms|% of))")
    printed = sizes_and_times.sub("0", result.stdout.str())
    assert sizes_and_times.sub("0", PAGE.block("text")) in printed


def test_the_marks_are_those_of_the_code() -> None:
    assert {mark for mark, _ in table(PAGE.section("The closing lines"))} == {*Marks()}
