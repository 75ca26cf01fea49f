from __future__ import annotations

import re
import shlex
import tomllib
from configparser import ConfigParser
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry.settings import OPTIONS
from tests.docs.pages import README, ROOT, all_pages, code, named_file, page, table
from tests.docs.projects import python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

MAX_LINES = 200
TIME = re.compile(r"[\d.]+(?=s =)")


@pytest.fixture
def quick_start(pytester: pytest.Pytester) -> Path:
    """The three files that the quick start has a newcomer write."""
    schema = README.block("json")
    (name,) = (each for each in code(README.section("Quick start")) if each.endswith(".json"))
    (pytester.path / name).parent.mkdir(parents=True)
    (pytester.path / name).write_text(schema, encoding="utf-8")
    for block in (README.blocks("ini")[0], README.blocks("python")[0]):
        (pytester.path / named_file(block)).write_text(block, encoding="utf-8")
    return pytester.path


@pytest.fixture
def second_version(quick_start: Path) -> Path:
    """The quick start with the copy of the schema that the next chapter asks for."""
    (copy,) = (
        each for each in code(README.section("What a failure looks like")) if each.endswith(".json")
    )
    (quick_start / copy).parent.mkdir()
    renamed = README.block("json").replace("quantity", "amount")
    (quick_start / copy).write_text(renamed, encoding="utf-8")
    return quick_start


def test_the_readme_is_short() -> None:
    assert len(README.text.splitlines()) <= MAX_LINES


@pytest.mark.usefixtures("quick_start")
def test_the_quick_start_is_green_as_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("-rA")
    result.assert_outcomes(passed=1)
    (case,) = re.findall(r"It ran `(\S+)`", README.text)
    result.stdout.fnmatch_lines([f"PASSED *::{case.replace('[', '[[]')}"])
    # The line of the time is filled up with signs to the terminal's width.
    printed, _, last = README.blocks("text")[0].rstrip("\n").rpartition("\n")
    *_, closing = result.stdout.lines
    assert printed in result.stdout.str()
    assert TIME.sub("0", last).strip("= ") == TIME.sub("0", closing).strip("= ")


@pytest.mark.usefixtures("second_version")
def test_a_failure_looks_as_printed(run: Run) -> None:
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    assert README.blocks("text")[1] in result.stdout.str()


def test_the_rule_and_the_model_are_tests_of_the_quick_start(
    run: Run, second_version: Path
) -> None:
    for block in (README.blocks("ini")[1], README.blocks("python")[1]):
        (second_version / named_file(block)).write_text(block, encoding="utf-8")
    result = run("--deselect", "test_order.py", "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Order v1 -> v2 is not backward compatible*"])


def test_what_is_to_be_installed_is_what_the_project_has() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert README.block("console", "pip install") == f"$ pip install {about['name']}\n"
    assert f"Python {about['requires-python'].removeprefix('>=')} or later" in README.text
    extras = set(re.findall(r"`\[(\w+)\]`", README.section("Install")))
    assert extras == {"avro", "html", "metrics", "server"}
    for each in all_pages():
        extras |= set(re.findall(rf"'{about['name']}\[(\w+)\]'", each.text))
    assert extras <= set(about["optional-dependencies"])


def test_the_fixtures_are_those_of_their_page() -> None:
    short, full = (
        {code(cell)[0].partition("(")[0] for cell, _ in table(each.section("Fixtures"))}
        for each in (README, page("writing_tests"))
    )
    assert short == full


def test_the_eight_options_are_what_their_help_says() -> None:
    rows = table(README.section("Eight options"))
    assert len(rows) == 8
    helps = {f"`{each.flag} {each.metavar}`": each.help for each in OPTIONS}
    assert [(flag, helps.get(flag)) for flag, _ in rows] == [tuple(row) for row in rows]


def test_the_first_command_runs_the_projects_own_contract_suite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "")  # which leaves out anyio's plugin
    command = README.block("sh").splitlines()[0].rpartition(" && .venv/bin/")[2]
    done = python("-m", *shlex.split(command), "-p", "no:cacheprovider", cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout.splitlines()[-1])


def test_the_second_command_is_what_ci_runs_and_runs_every_test() -> None:
    command = README.block("sh").splitlines()[1]
    assert command.endswith(".venv/bin/pip install tox && .venv/bin/tox")
    tox = ConfigParser(interpolation=None)
    tox.read_string((ROOT / "tox.ini").read_text(encoding="utf-8"))
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f"-m pip install --quiet --disable-pip-version-check '{tox['tox']['requires']}'" in ci
    assert re.search(r'^\S+ "\$work/venv/bin/tox" run ', ci, re.MULTILINE)
    run_by_default = tox["tox"]["env_list"].split(", ")
    assert "coverage" in run_by_default
    everything = tox["testenv:coverage"]["commands"]
    for left_out in re.findall(r"--ignore=tests/(\w+)", everything):
        assert left_out in run_by_default
        assert f"tests/{left_out}" in tox[f"testenv:{left_out}"]["commands"]
