"""Every block of docs/ci.md is checked: workflows by their schemas, and their commands by a run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
import yaml

from pytest_schema_registry.reporting import github
from pytest_schema_registry.reporting.summary import LISTED_BY, MAX_LISTED
from tests.docs.pages import named_file, page
from tests.docs.pictures import PICTURES
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2

if TYPE_CHECKING:
    from tests.local_registry import LocalRegistry

PAGE = page("ci").text
FILES = {named_file(block): block for block in page("ci").blocks("yaml")}
CONTRACTS, DRIFT, CASSETTES = (
    f".github/workflows/{name}.yml" for name in ("contracts", "drift", "cassettes")
)
GITLAB = ".gitlab-ci.yml"
SUITE = f"""
def test_order(assert_conforms):
    assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")
"""
LACKING = SUITE.replace(', "quantity": 1', "")
NARROWER = ORDER_V2 | {"properties": {"id": {"maxLength": 9}, "quantity": {"type": "integer"}}}


class Project:
    """A project in a repository of its own, which runs the commands of a workflow.

    Args:
        path: Its directory.
        environment: What the workflow's commands find in the environment.
    """

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self.path = path
        programs = path / "programs"
        programs.mkdir()
        paths = [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
        # What a workflow installs is installed here: pip has to find that without an index.
        ours = {"PATH": os.pathsep.join(paths), "PIP_NO_INDEX": "1"}
        self._environment = os.environ | ours | environment
        self.asked = path / "asked"
        # GitHub's own program, which needs an account. It has no open pull request at first.
        program = programs / "gh"
        program.write_text(f'#!/bin/sh\necho "$@" >> {self.asked}\n')
        program.chmod(0o755)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as GitHub's runners do."""
        return subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.path,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def project(
    tmp_path: Path, local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A project whose schemas are recorded."""
    if shutil.which("bash") is None or shutil.which("git") is None:
        pytest.skip("needs the commands bash and git")
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "tests" / "contracts"
    folder.mkdir(parents=True)
    (folder / "test_order.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "requirements.txt").touch()
    project = Project(tmp_path, {"SCHEMA_REGISTRY_URL": local_registry.url})
    git = "git -c user.name=a -c user.email=a@example.com"
    recorded = project.run(
        "git init --quiet --bare ../origin && git init --quiet && git remote add origin ../origin"
        " && pytest tests/contracts --registry-mode=record"
        f" && git add tests requirements.txt && {git} commit --quiet --message first"
    )
    assert recorded.returncode == 0, recorded.stdout + recorded.stderr
    return project


def document(name: str) -> Any:
    # YAML 1.1 takes the key `on` for true, GitHub does not.
    return yaml.safe_load(FILES[name].replace("\non:", '\n"on":'))


def commands(name: str) -> list[tuple[str, bool]]:
    """The commands of a workflow, and which of them may fail."""
    (job,) = document(name)["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step]
    return [(step["run"], step.get("continue-on-error", False)) for step in steps]


def test_the_page_has_these_files_and_no_other_block() -> None:
    assert list(FILES) == [CONTRACTS, DRIFT, CASSETTES, GITLAB]
    assert len(re.findall(r"^```\w+$", PAGE, re.MULTILINE)) == len(FILES) + 1


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_valid_for_those_who_read_it(tmp_path: Path, name: str) -> None:
    if find_spec("check_jsonschema") is None:
        pytest.skip("not installed: check-jsonschema")
    schema = "vendor.gitlab-ci" if name == GITLAB else "vendor.github-workflows"
    path = tmp_path / "workflow.yml"
    path.write_text(FILES[name])
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_a_push_replays_without_a_request(project: Project, local_registry: LocalRegistry) -> None:
    local_registry.requests.clear()
    install, replay = commands(CONTRACTS)
    for command, may_fail in (install, replay):
        assert not may_fail
        result = project.run(command)
        assert result.returncode == 0, result.stdout + result.stderr
    assert "replayed from 2 cassettes" in result.stdout
    assert local_registry.requests == []


def test_each_night_a_breaking_difference_fails_the_run(
    project: Project, local_registry: LocalRegistry
) -> None:
    install, (watch, _) = commands(DRIFT)
    assert install == commands(CONTRACTS)[0]
    assert project.run(watch).returncode == 0
    local_registry.publish(ORDER, v1=ORDER_V1 | {"title": "An order"})
    assert project.run(watch).returncode == 0
    local_registry.publish(ORDER, v2=NARROWER)
    result = project.run(watch)
    assert result.returncode == 1
    assert "gate failed: 1 schema drifted, graded breaking or worse" in result.stdout
    assert "2 passed" in result.stdout


def test_each_week_what_changed_is_offered_as_a_pull_request(
    project: Project, local_registry: LocalRegistry
) -> None:
    install, (record, may_fail), (offer, _) = commands(CASSETTES)
    assert install == commands(CONTRACTS)[0]
    assert may_fail
    assert project.run(record).returncode == 0
    offered = project.run(offer)
    assert (offered.returncode, project.asked.exists()) == (0, False)  # only the times differ
    # A payload that violates it fails the recording, and is recorded all the same.
    local_registry.publish(ORDER, v2=ORDER_V2 | {"required": ["id", "quantity", "currency"]})
    assert project.run(record).returncode == 1
    offered = project.run(offer)
    assert offered.returncode == 0, offered.stdout + offered.stderr
    assert project.asked.read_text().splitlines() == [
        "pr list --head cassettes",
        "pr create --head cassettes --fill",
    ]
    shown = project.run("git --git-dir=../origin show --format=%s --name-only cassettes")
    assert shown.stdout.split("\n", 2)[0] == "Record the schemas of the registry"
    assert f"tests/contracts/cassettes/v2/{ORDER}.yaml" in shown.stdout


def test_gitlab_gets_a_failure_with_all_its_lines(
    project: Project, local_registry: LocalRegistry
) -> None:
    job = document(GITLAB)["contracts"]
    install, replay = job["script"]
    assert install == commands(CONTRACTS)[0][0]
    (project.path / "tests" / "contracts" / "test_order.py").write_text(LACKING)
    assert project.run(replay).returncode == 1
    report = ElementTree.parse(project.path / job["artifacts"]["reports"]["junit"])
    (failure,) = report.iter("failure")
    assert "ContractViolation: orders.Order v2: $.quantity is missing" in (failure.text or "")
    assert "next: make the producer speak v2" in (failure.text or "")


def test_github_gets_the_annotation_that_the_page_shows(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (annotation,) = re.findall(r"^::error .+$", PAGE, re.MULTILINE)
    (project.path / "tests" / "contracts" / "test_order.py").write_text(LACKING)
    result = project.run("GITHUB_ACTIONS=true pytest tests/contracts --registry-offline")
    assert annotation in result.stdout.splitlines()


def test_the_numbers_are_those_of_the_code() -> None:
    assert github.MAX_TESTS == 8
    assert "So the first eight tests have an annotation each" in PAGE
    assert f"Of more than {MAX_LISTED} schemas" in PAGE
    assert f"the first {MAX_LISTED} are listed. `-v`, `--registry-report` and" in PAGE
    assert LISTED_BY.startswith("-v, --registry-report or --registry-html")


def test_the_page_has_each_picture() -> None:
    shown = re.findall(r"^!\[(.+)\]\(pictures/(\w+)\.svg\)$", PAGE, re.MULTILINE)
    assert shown == [(picture.shows, name) for name, picture in PICTURES.items()]
