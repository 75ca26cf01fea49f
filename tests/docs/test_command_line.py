from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from pytest_schema_registry.command_line.output import Status
from pytest_schema_registry.command_line.parser import PROGRAM, make_parser
from pytest_schema_registry.command_line.released_files import KEPT
from tests.docs.pages import ROOT, code, named_file, page, table

if TYPE_CHECKING:
    from pathlib import Path

PAGE = page("command_line")


def test_the_commands_print_what_the_block_says(project: Path) -> None:
    model, console = PAGE.block("python"), PAGE.block("console")
    file = project / named_file(model)
    file.parent.mkdir()
    file.write_text(model, encoding="utf-8")
    steps_ = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE)
    assert len(steps_) == 4
    program = shlex.join([sys.executable, "-m", "pytest_schema_registry"])
    for command, printed in steps_:
        line = command.replace(PROGRAM, program)
        done = subprocess.run(
            line, shell=True, cwd=project, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == (printed, "")


def test_the_commands_are_those_of_the_code() -> None:
    rows = table(PAGE.text)
    (commands,) = (action.choices for action in make_parser()._actions if action.dest == "command")
    assert commands is not None
    assert {code(command)[0].split()[0] for command, *_ in rows} == set(commands)
    for command, _, statuses in rows:
        epilog = commands[code(command)[0].split()[0]].epilog  # type: ignore[index]
        numbers = set(re.findall(r"(\d): ", epilog or "0: "))
        told = {str(status) for status in range(len(statuses.split("; ")))}
        assert numbers == told | set(re.findall(r"\((\d):", statuses))
    shown, closed = re.findall(r"status (\d+)|has (\d{3})\.", PAGE.text)[-2:]
    assert int(shown[0] or shown[1]) == Status.INTERRUPTED
    assert int(closed[0] or closed[1]) == Status.BROKEN_PIPE


def test_the_hooks_of_pre_commit_are_those_of_the_manifest() -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    if not manifest.is_file():
        pytest.skip("needs the checkout")
    block = PAGE.block("yaml")
    (repository,) = yaml.safe_load(block)["repos"]
    entries = {hook["id"]: hook["entry"] for hook in yaml.safe_load(manifest.read_text())}
    assert [hook["id"] for hook in repository["hooks"]] == list(entries)
    for hook in repository["hooks"]:
        _, *words = entries[hook["id"]].split()
        make_parser().parse_args([*words, *hook["args"]])


def test_what_the_registry_says_of_a_schema_is_as_the_code_has_it() -> None:
    (line,) = re.findall(r"^- `export` .*$", PAGE.text, re.MULTILINE)
    assert set(KEPT) <= set(code(line))
