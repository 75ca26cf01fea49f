from __future__ import annotations

import configparser
import re
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import pytest_schema_registry
from pytest_schema_registry.command_line.parser import PROGRAM, make_parser

if TYPE_CHECKING:
    from email.message import Message

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pytest_schema_registry"
SUFFIXES = (".py", ".json", ".typed", ".html", ".css", ".js")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    missing = [name for name in ("build", "hatchling") if find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    target = tmp_path_factory.mktemp("dist")
    # Without isolation nothing is downloaded.
    command = [sys.executable, "-P", "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run([*command, "--outdir", target, ROOT], check=True, capture_output=True)
    (file,) = target.glob("*.whl")
    return zipfile.Path(file)


@pytest.fixture(scope="module")
def information(wheel: zipfile.Path) -> zipfile.Path:
    (folder,) = (path for path in wheel.iterdir() if path.name.endswith(".dist-info"))
    return folder


@pytest.fixture(scope="module")
def metadata(information: zipfile.Path) -> Message:
    return HeaderParser().parsestr((information / "METADATA").read_text())


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    document: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return document


def test_the_wheel_holds_the_package_and_nothing_else(
    wheel: zipfile.Path, information: zipfile.Path
) -> None:
    assert {path.name for path in wheel.iterdir()} == {PACKAGE.name, information.name}


def test_the_wheel_holds_every_module_schema_and_the_mark_of_a_typed_package(
    wheel: zipfile.Path,
) -> None:
    files = (path for path in PACKAGE.rglob("*") if path.suffix in SUFFIXES)
    source = {f"{PACKAGE.name}/{path.relative_to(PACKAGE).as_posix()}" for path in files}
    names = (name for name in wheel.root.namelist() if not name.endswith("/"))
    assert {name for name in names if name.startswith(f"{PACKAGE.name}/")} == source
    assert f"{PACKAGE.name}/py.typed" in source


def test_the_wheel_registers_the_plugin_with_pytest_and_the_script(
    information: zipfile.Path,
) -> None:
    entry_points = configparser.ConfigParser()
    entry_points.read_string((information / "entry_points.txt").read_text())
    registered = {name: dict(entry_points[name]) for name in entry_points.sections()}
    assert registered == {
        "console_scripts": {"pytest-schema-registry": "pytest_schema_registry.__main__:main"},
        "pytest11": {"schema_registry": "pytest_schema_registry.plugin"},
    }


def test_the_wheel_holds_the_licence(information: zipfile.Path) -> None:
    assert (information / "licenses" / "LICENSE").read_text().startswith("MIT License")


def test_the_wheel_has_the_version_that_the_package_tells(metadata: Message) -> None:
    assert metadata["Version"] == pytest_schema_registry.__version__


def test_the_newest_version_of_the_changelog_is_that_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest, *_ = re.findall(r"^## \[(\d\S*)\]", changelog, re.MULTILINE)
    assert newest == pytest_schema_registry.__version__


def test_no_requirement_of_the_wheel_has_a_cap(metadata: Message) -> None:
    specifiers = [
        specifier
        for text in metadata.get_all("Requires-Dist", [])
        for specifier in Requirement(text).specifier
    ] + [*SpecifierSet(metadata["Requires-Python"])]
    assert specifiers
    assert {specifier.operator for specifier in specifiers} == {">="}


def test_mindeps_installs_the_oldest_versions_that_the_project_allows(
    project: dict[str, Any],
) -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini")
    extras = project["optional-dependencies"]
    allowed = project["dependencies"] + [
        each for extra in ("avro", "html", "metrics", "server") for each in extras[extra]
    ]
    assert versions(tox["testenv:mindeps"]["deps"].split()) == versions(allowed)


def test_every_action_of_a_workflow_is_pinned_by_its_commit() -> None:
    workflows = ROOT / ".github" / "workflows"
    if not workflows.is_dir():
        pytest.skip("needs the checkout")
    used = [
        line.strip()
        for file in sorted(workflows.iterdir())
        for line in file.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*(- )?uses:", line)
    ]
    assert used
    pinned = re.compile(r"(- )?uses: [\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")
    assert [line for line in used if not pinned.fullmatch(line)] == []


def test_the_hooks_of_pre_commit_are_valid_and_run_commands_that_there_are() -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    if not manifest.is_file():
        pytest.skip("needs the checkout")
    if find_spec("pre_commit") is None:
        pytest.skip("not installed: pre-commit")
    validate = [sys.executable, "-m", "pre_commit", "validate-manifest", str(manifest)]
    subprocess.run(validate, check=True, capture_output=True)
    entries = [hook["entry"].split() for hook in yaml.safe_load(manifest.read_text())]
    arguments = {"export": ["shop:Order", "--to=schemas/v1"], "compare": ["a@v1", "a.json"]}
    for program, *words in entries:
        assert program == PROGRAM
        parsed = make_parser().parse_args([*words, *arguments.pop(words[0])])
        assert parsed.command != "export" or parsed.check
    assert arguments == {}


def versions(requirements: list[str]) -> dict[str, Version]:
    """The one version that each requirement names."""
    named = {}
    for requirement in map(Requirement, requirements):
        (specifier,) = requirement.specifier
        named[requirement.name] = Version(specifier.version)
    return named
