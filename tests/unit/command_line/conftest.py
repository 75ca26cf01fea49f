from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from pytest_schema_registry.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

#: The names of the modules that tests write.
MODULES = ("shop", "shop_models", "broken")


class Said(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Command(Protocol):
    def __call__(self, *arguments: str | Path) -> Said: ...


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, from which modules can be imported until the test ends."""
    folder = tmp_path / "project"
    folder.mkdir()
    # What is above it is pytest's, and has no ini file.
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    return folder


@pytest.fixture
def command(project: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process, in the working directory of the test."""

    def run(*arguments: str | Path) -> Said:
        try:
            status = main([str(each) for each in arguments])
        finally:
            for name in MODULES:
                sys.modules.pop(name, None)
        return Said(status, *capsys.readouterr())

    return run
