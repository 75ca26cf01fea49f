from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_schema_registry import (
    RegistryServer,
)
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.faults import Traffic
from pytest_schema_registry.registries.served import ServedSchemas
from tests.docs.pages import code, page, table
from tests.docs.projects import signature_of

if TYPE_CHECKING:
    from tests.conftest import Run

PAGE = page("registry_server")


def test_the_block_on_the_registry_for_the_code_under_test_passes(project: Path, run: Run) -> None:
    block = PAGE.block("python")
    (project / "test_consumer.py").write_text(block, encoding="utf-8")
    run("--registry-url=tests/contracts/registry").assert_outcomes(passed=2)


def test_the_members_of_the_registry_for_the_code_under_test_are_those_of_the_code() -> None:
    cells = [code(cell) for cell, _ in table(PAGE.section("What it can do"))]
    written = {member for cell in cells for member in cell}
    server = RegistryServer("", "", ServedSchemas(DirectoryRegistry(Path(), "")), Traffic())
    assert written == {
        f"{name}{signature_of(member)}" if callable(member) else name
        for name in dir(server)
        if not name.startswith("_")
        for member in [getattr(server, name)]
    }
