from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import InvalidSettings
from pytest_schema_registry.settings import OPTIONS
from pytest_schema_registry.settings.ini_files import find

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [option.name for option in OPTIONS]


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.parent


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\nregistry_url = a\nregistry_versions = v1 'v 2'\n"),
        (".pytest.ini", "[pytest]\nregistry_url = a\nregistry_versions = v1 'v 2'\n"),
        ("tox.ini", "[tox]\nx=1\n[pytest]\nregistry_url = a\nregistry_versions = v1 'v 2'\n"),
        ("setup.cfg", "[tool:pytest]\nregistry_url = a\nregistry_versions = v1 'v 2'\n"),
        ("pytest.toml", "[pytest]\nregistry_url = 'a'\nregistry_versions = ['v1', 'v 2']\n"),
        (".pytest.toml", "[pytest]\nregistry_url = 'a'\nregistry_versions = ['v1', 'v 2']\n"),
        ("pyproject.toml", "[tool.pytest]\nregistry_url='a'\nregistry_versions=['v1', 'v 2']\n"),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\nregistry_url='a'\nregistry_versions=\"v1 'v 2'\"\n",
        ),
    ],
)
def test_each_file_that_configures_pytest_is_read(tmp_path: Path, name: str, text: str) -> None:
    assert find(written(tmp_path / name, text), NAMES) == (
        tmp_path,
        {"url": "a", "versions": ["v1", "v 2"]},
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\nregistry_url = .\nregistry_cache_ttl = 5\n"),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\nregistry_url = '.'\nregistry_cache_ttl = 5\n",
        ),
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\nregistry_url = 5\nregistry_cache_ttl = '5'\n",
        ),
    ],
)
def test_pytest_itself_reads_the_same_values(tmp_path: Path, name: str, text: str) -> None:
    folder = written(tmp_path / name, text)
    (folder / "conftest.py").write_text(
        "def pytest_configure(config):\n"
        "    print('root', config.rootpath)\n"
        "    print('url', config.getini('registry_url'))\n"
        "    print('ttl', config.getini('registry_cache_ttl'))\n"
    )
    (folder / "below").mkdir()
    command = [sys.executable, "-m", "pytest", "-q", "-s"]
    done = subprocess.run(
        command, cwd=folder / "below", capture_output=True, text=True, check=False
    )
    found = find(folder / "below", NAMES)
    assert f"root {found.root}\nurl {found.values['url']}\n" in done.stdout
    assert float(found.values["cache-ttl"]) == 5
    assert "ttl 5.0\n" in done.stdout


def test_the_nearest_directory_wins_and_in_it_the_first_file(tmp_path: Path) -> None:
    written(tmp_path / "pytest.ini", "[pytest]\nregistry_url = above\n")
    below = written(tmp_path / "below" / "tox.ini", "[pytest]\nregistry_url = second\n")
    written(below / "pyproject.toml", "[tool.other]\n")
    assert find(below / "deeper", NAMES) == (below, {"url": "second"})
    written(below / ".pytest.ini", "")
    assert find(below, NAMES) == (below, {})


def test_files_that_do_not_configure_pytest_are_passed_over(tmp_path: Path) -> None:
    written(tmp_path / "a" / "pyproject.toml", "tool = 1\n[project]\nname = 'a'\n")
    below = written(tmp_path / "a" / "b" / "setup.cfg", "[metadata]\n")
    written(below / "tox.ini", "[tox]\n")
    found = find(below, NAMES)
    assert found == (tmp_path / "a", {})
    assert find(tmp_path, NAMES) == (tmp_path, {})


def test_options_that_nobody_asked_for_are_not_read(tmp_path: Path) -> None:
    folder = written(tmp_path / "pytest.toml", "[pytest]\nregistry_url = 'a'\nregistry_mode = 1\n")
    assert find(folder, ["url"]) == (folder, {"url": "a"})


@pytest.mark.parametrize(
    ("line", "option", "value"),
    [
        ("registry_cache_ttl = 2.5", "cache-ttl", 2.5),
        ("registry_max_in_flight = 3", "max-in-flight", 3),
        ("registry_format_assertion = false", "format-assertion", False),
        ("registry_format_assertion = 'off'", "format-assertion", "off"),
        ("registry_compatibility = ['a: v1 -> v2']", "compatibility", ["a: v1 -> v2"]),
        ("registry_compatibility = 'a: v1 -> v2'", "compatibility", "a: v1 -> v2"),
    ],
)
def test_values_of_toml_keep_their_types(
    tmp_path: Path, line: str, option: str, value: Any
) -> None:
    folder = written(tmp_path / "pytest.toml", f"[pytest]\n{line}\n")
    assert find(folder, NAMES).values == {option: value}


@pytest.mark.parametrize(
    ("line", "option", "value"),
    [
        ("registry_default_draft = 7", "default-draft", "7"),
        ("registry_versions = 1", "versions", ["1"]),
        ("registry_versions = ['v1']", "versions", ["v1"]),
        ("registry_format_assertion = 1", "format-assertion", "1"),
        ("registry_format_assertion = true", "format-assertion", "True"),
        ("registry_max_in_flight = 1.5", "max-in-flight", "1.5"),
    ],
)
def test_values_of_the_table_for_ini_options_are_texts_as_in_an_ini_file(
    tmp_path: Path, line: str, option: str, value: Any
) -> None:
    folder = written(tmp_path / "pyproject.toml", f"[tool.pytest.ini_options]\n{line}\n")
    assert find(folder, NAMES).values == {option: value}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("registry_url = 1", "registry_url (ini file): it is of type int, not a text; see {}"),
        ("registry_url = ['a']", "registry_url (ini file): it is of type list, not a text; see {}"),
        (
            "registry_versions = [1]",
            "registry_versions (ini file): it is of type list, not a list of texts; see {}",
        ),
        (
            "registry_compatibility = 1",
            "registry_compatibility (ini file): it is of type int, not a list of texts; see {}",
        ),
        (
            "registry_cache_ttl = true",
            "registry_cache_ttl (ini file): it is of type bool, not a number; see {}",
        ),
        (
            "registry_max_in_flight = 1.5",
            "registry_max_in_flight (ini file): it is of type float, not a whole number; see {}",
        ),
        (
            "registry_max_in_flight = true",
            "registry_max_in_flight (ini file): it is of type bool, not a whole number; see {}",
        ),
        (
            "registry_max_in_flight = []",
            "registry_max_in_flight (ini file): it is of type list, not a whole number; see {}",
        ),
        (
            "registry_format_assertion = 1",
            "registry_format_assertion (ini file): it is of type int, not true or false; see {}",
        ),
        ('registry_versions = "\'a"', "registry_versions (ini file): No closing quotation; see {}"),
        (
            "registry_url",
            (
                "{}: the ini file cannot be read: Expected '=' after a key in a key/value pair "
                "(at line 2, column 13)"
            ),
        ),
    ],
)
def test_a_wrong_value_says_where_it_is(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "pytest.toml"
    written(path, f"[pytest]\n{line}\n")
    with pytest.raises(InvalidSettings) as caught:
        find(tmp_path, NAMES)
    assert str(caught.value) == said.format(path)


def test_an_ini_file_that_is_none_says_so_without_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "pytest.ini"
    for text, reason in (
        ("registry_url = a\n", "line 1: no section header defined"),
        ("[pytest]\nregistry_url https//secret\n", "line 2: unexpected line"),
    ):
        written(path, text)
        with pytest.raises(InvalidSettings) as caught:
            find(tmp_path, NAMES)
        assert str(caught.value) == f"{path}: the ini file cannot be read: {reason}"
