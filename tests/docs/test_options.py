from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry.settings import (
    OPTIONS,
)
from pytest_schema_registry.settings.credentials import VARIABLES
from tests.docs.options_tables import GROUPS, with_tables
from tests.docs.pages import all_pages, page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

PAGE = page("options")


def test_the_ini_block_is_obeyed(project: Path, run: Run, served: LocalRegistry) -> None:
    block = PAGE.block("toml")
    assert tomllib.loads(block)
    block = block.replace("https://registry.example", served.url)
    (project / "pyproject.toml").write_text(block, encoding="utf-8")
    result = run("tests/contracts")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"schema registry: {served.url}, mode auto, versions v1,v2, *"])
    assert served.requests


def test_the_options_are_those_of_the_code() -> None:
    assert with_tables(PAGE.text) == PAGE.text
    assert set(GROUPS.values()) <= {option.name for option in OPTIONS}
    assert set(GROUPS) <= set(PAGE.titles)


def test_every_option_that_is_named_exists() -> None:
    text = "\n".join(each.text for each in all_pages())
    named = set(re.findall(r"--registry-[a-z0-9-]+[a-z0-9]", text))
    assert named == {option.flag for option in OPTIONS} | {"--registry-offline", "--registry-show"}
    variables = set(re.findall(r"SCHEMA_REGISTRY_[A-Z0-9_]+", text))
    assert variables == {option.variable for option in OPTIONS} | set(VARIABLES)
    blocks = [block for each in all_pages() for block in each.blocks("toml") + each.blocks("ini")]
    written = set(re.findall(r"^registry_\w+", "\n".join(blocks), re.MULTILINE))
    assert written <= {option.ini for option in OPTIONS}
    arguments = set(re.findall(r"`(\w+)=\d+`", page("library").text))
    assert arguments <= {option.argument for option in OPTIONS}


@pytest.mark.parametrize(
    ("file", "head"),
    [
        ("pytest.ini", "[pytest]"),
        ("tox.ini", "[pytest]"),
        ("pyproject.toml", "[tool.pytest.ini_options]"),
    ],
)
def test_the_command_line_goes_before_the_environment_and_that_before_the_ini_file(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, file: str, head: str
) -> None:
    assert f"`{file}`" in PAGE.section("Options")
    quote = '"' if file.endswith("toml") else ""
    ini = {"url": "tests/contracts/registry", "versions": "v1", "cassettes": "ini"}
    lines = [f"registry_{name} = {quote}{value}{quote}" for name, value in ini.items()]
    (project / file).write_text("\n".join([head, *lines]))
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", "")
    monkeypatch.setenv("SCHEMA_REGISTRY_VERSIONS", "v1,v2")
    monkeypatch.setenv("SCHEMA_REGISTRY_CASSETTES", "environment")
    result = run("--collect-only", "--registry-cassettes=line")
    expected = "tests/contracts/registry, mode auto, versions v1,v2, cassettes line"
    result.stdout.fnmatch_lines([f"schema registry: {expected}"])


def test_a_wrong_value_stops_the_session_or_in_the_environment_the_tests_it_concerns(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("""
        def test_own(): pass
        def test_contract(schema_registry): pass
    """)
    result = run("--registry-mode=wrong")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not result.stdout.str().count("passed")
    monkeypatch.setenv("SCHEMA_REGISTRY_MODE", "wrong")
    run().assert_outcomes(passed=1, errors=1)


@pytest.mark.usefixtures("project")
def test_show_prints_a_schema_in_each_version_and_exits(run: Run) -> None:
    url = "--registry-url=tests/contracts/registry"
    result = run("--registry-show=telemetry.HealthStatus", url)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["telemetry.HealthStatus v1", "telemetry.HealthStatus v2"])
    result.stdout.no_fnmatch_line("*test session starts*")
