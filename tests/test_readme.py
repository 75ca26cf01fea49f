"""Every block of the README runs, and what it says of the code is so.

``python -m tests.test_readme`` writes the table of options anew.
"""

from __future__ import annotations

import inspect
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from pytest_schema_registry import SchemaRegistry, diagnosis, payloads, prefetch
from pytest_schema_registry.contract import Contract
from pytest_schema_registry.options import MODES, OPTIONS
from tests.local_registry import Reply

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REGISTRY = ROOT / "tests" / "contracts" / "registry"
BEGIN, END = "<!-- options -->\n", "<!-- /options -->"
WARNINGS = ("-W", "ignore::DeprecationWarning")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def options_table() -> str:
    rows = ["| option | environment | ini file | default | meaning |", "|---|---|---|---|---|"]
    for option in OPTIONS:
        flag = f"{option.flag} {option.metavar}".replace("|", r"\|")
        default = option.default if " " in option.default else f"`{option.default}`"
        names = f"`{flag}` | `{option.variable}` | `{option.ini}`"
        rows.append(f"| {names} | {default} | {option.help} |")
    return "\n".join(rows) + "\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """A user's project that has this project's directory of schemas."""
    shutil.copytree(REGISTRY, pytester.path / "tests" / "contracts" / "registry")
    return pytester.path


@pytest.fixture
def headline(project: Path) -> Path:
    """The project with the README's first test in it."""
    test = project / "tests" / "contracts" / "test_feedback_event.py"
    test.write_text(blocks("python")[0], encoding="utf-8")
    return project


@pytest.fixture
def served(headline: Path, local_registry: LocalRegistry) -> LocalRegistry:
    """That project, and the same schemas over HTTP."""
    shutil.copytree(REGISTRY, local_registry.directory, dirs_exist_ok=True)
    return local_registry


@pytest.mark.usefixtures("headline")
def test_the_first_test_passes_on_v1_and_fails_on_v2_as_printed(run: Run) -> None:
    result = run("tests/contracts", "--registry-url=tests/contracts/registry", *WARNINGS)
    result.assert_outcomes(passed=1, failed=1)
    assert blocks("text")[0] in result.stdout.str()


def test_the_block_on_markers_passes(project: Path, run: Run) -> None:
    (project / "test_markers.py").write_text(blocks("python")[1], encoding="utf-8")
    result = run("test_markers.py", "--registry-url=tests/contracts/registry")
    result.assert_outcomes(passed=8)


@pytest.mark.parametrize("place", [2, 3])
def test_the_blocks_without_pytest_run(project: Path, place: int) -> None:
    command = [sys.executable, "-W", "error", "-c", blocks("python")[place]]
    subprocess.run(command, cwd=project, check=True)


def test_the_commands_record_and_then_replay_without_a_registry(
    run: Run, served: LocalRegistry
) -> None:
    lines = [line for block in blocks("console") for line in block.splitlines()]
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ pytest ")]
    assert len(commands) == 3
    for command in commands:
        arguments = command.replace("https://registry.example", served.url).split()[1:]
        served.requests.clear()
        run(*arguments, *WARNINGS).assert_outcomes(passed=1, failed=1)
        assert bool(served.requests) == ("--registry-offline" not in arguments)


def test_the_workflow_runs_a_command_of_the_readme() -> None:
    (workflow,) = (yaml.safe_load(block) for block in blocks("yaml"))
    steps = workflow["jobs"]["contracts"]["steps"]
    assert f"$ {steps[-1]['run']}\n" in "".join(blocks("console"))


def test_the_ini_block_is_understood(project: Path, run: Run) -> None:
    (block,) = blocks("toml")
    assert tomllib.loads(block)
    (project / "pyproject.toml").write_text(block, encoding="utf-8")
    run("--collect-only").stdout.fnmatch_lines(
        ["schema registry: https://registry.example, mode auto, versions v1,v2, *"]
    )


def test_the_summary_of_old_copies_is_as_printed(run: Run, served: LocalRegistry) -> None:
    record = (f"--registry-url={served.url}", "--registry-mode=record", "-k", "v1", *WARNINGS)
    run("tests/contracts", *record).assert_outcomes(passed=1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        down = f"--registry-url=http://127.0.0.1:{free.getsockname()[1]}"
    result = run("tests/contracts", down, "-k", "v1", "--tb=no", *WARNINGS)
    result.assert_outcomes(passed=1, warnings=1)
    printed = re.sub(r"\d+ (s|days)", "AGE", result.stdout.str())
    assert re.sub(r"\d+ (s|days)", "AGE", blocks("text")[1]) in printed


def test_serve_answers(tmp_path: Path) -> None:
    (line,) = [line for line in "".join(blocks("sh")).splitlines() if " serve " in line]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _, *arguments = shlex.split(line.replace("8000", str(port)))
    shutil.copytree(REGISTRY, tmp_path / "tests" / "contracts" / "registry")
    with subprocess.Popen([sys.executable, *arguments], cwd=tmp_path, stderr=-3) as server:
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                        assert answer.status == 200
                    break
                except urllib.error.URLError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
        finally:
            server.terminate()


def test_the_two_commands_are_what_the_project_runs() -> None:
    contracts, everything = blocks("sh")[0].splitlines()
    assert contracts.endswith("/pytest tests/contracts --registry-url tests/contracts/registry")
    assert everything.endswith("pip install tox && .venv/bin/tox")
    assert '/tox" run' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_options_are_those_of_the_code() -> None:
    written = README.partition(BEGIN)[2].partition(END)[0]
    assert written == options_table()


def test_every_option_that_is_named_exists() -> None:
    named = set(re.findall(r"--registry-[a-z-]+[a-z]", README))
    known = {option.flag for option in OPTIONS} | {"--registry-offline", "--registry-show"}
    assert named == known


def test_the_modes_are_those_of_the_code() -> None:
    assert re.findall(r"^\| `(\w+)` \| .* \| .* \| .* \|$", README, re.MULTILINE) == list(MODES)


@pytest.mark.parametrize("name", ["assert_conforms", "registry_schema"])
def test_the_signatures_are_those_of_the_code(name: str) -> None:
    (written,) = re.findall(rf"^\| `{name}\((.*)\)` \|", README, re.MULTILINE)
    attribute = {"registry_schema": "schema"}.get(name, name)
    parameters = list(inspect.signature(getattr(Contract, attribute)).parameters.values())[1:]
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    assert f"({written})" == str(inspect.Signature(bare)).replace("'", '"')


def test_the_limits_are_those_of_the_code() -> None:
    limits = README.partition("## Limits")[2]
    for number in (payloads.MAX_DEPTH, payloads.MAX_VALUES, diagnosis.MAX_VIOLATIONS):
        assert f"{number:,}" in limits
    assert diagnosis.SECONDS == 2
    assert prefetch.MAX_IN_FLIGHT == 16
    size = inspect.signature(SchemaRegistry).parameters["max_schema_size"].default
    assert f"{size / 1e6:g} MB" in limits


def test_every_message_of_the_troubleshooting_table_is_one_of_ours() -> None:
    table = README.partition("## Troubleshooting")[2].partition("##")[0]
    source = (Path(inspect.getfile(SchemaRegistry)).parent / "errors.py").read_text("utf-8")
    for message in re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE):
        for part in message.replace(" 401", "").replace(" in v2", "").split("…"):
            assert part.strip() in source, message


def test_every_link_leads_to_a_file() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).is_file()


def test_a_refused_request_names_the_token(run: Run, served: LocalRegistry) -> None:
    served.always(Reply(401))
    result = run("tests/contracts", f"--registry-url={served.url}", *WARNINGS)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["E *next: set SCHEMA_REGISTRY_TOKEN"])


if __name__ == "__main__":
    before, _, rest = README.partition(BEGIN)
    text = before + BEGIN + options_table() + END + rest.partition(END)[2]
    (ROOT / "README.md").write_text(text, encoding="utf-8")
    os.write(1, options_table().encode())
