"""Every block of docs/recipes.md and docs/drills.md runs."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run

from tests.docs.pages import README, page
from tests.docs.projects import REGISTRY


def is_test(name: str) -> bool:
    return name.startswith("test_")


PAGES = {name: page(name).text for name in ("recipes", "drills")}
BLOCKS = {
    path: {
        name: block
        for block, name in re.findall(
            r"^```\w+\n(# (\S+)\n.*?)^```$", text, re.MULTILINE | re.DOTALL
        )
    }
    for path, text in PAGES.items()
}
TESTS = [(path, name) for path, blocks in BLOCKS.items() for name in blocks if is_test(name)]
#: What a recipe needs that not every environment has: `tox -e neighbours` installs it.
NEEDED = {"test_bdd.py": "pytest_bdd", "test_messages.py": "_pytest.subtests"}
#: A `TestCase` runs against one version.
RUNS = {
    "test_testcase.py": 1,
    "test_class.py": 4,
    "test_outage.py": 5,
    "test_changes.py": 1,
    "test_confluent.py": 1,
}


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_a_file(name: str) -> None:
    assert len(BLOCKS[name]) == len(page(name).languages)
    assert f"(docs/{name}.md)" in README.text


@pytest.mark.parametrize(("path", "name"), TESTS)
def test_a_block_passes(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, path: str, name: str
) -> None:
    if (needed := NEEDED.get(name)) is not None and find_spec(needed) is None:
        pytest.skip(f"needs {needed}")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")  # which leaves out anyio's plugin
    shutil.copytree(REGISTRY, pytester.path / "registry")
    for each, text in BLOCKS[path].items():
        if each == name or not is_test(each):
            (pytester.path / each).write_text(text, encoding="utf-8")
    result = run("--registry-url=registry", name)
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] == RUNS.get(name, 2)
