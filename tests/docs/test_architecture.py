from __future__ import annotations

from pytest_schema_registry.settings import DRAFTS
from tests.docs.pages import ROOT, code, page, table

PAGE = page("architecture")
PACKAGE = ROOT / "pytest_schema_registry"


def test_the_rooms_and_the_seams_are_there() -> None:
    rooms = [name for cell, _ in table(PAGE.text) for name in code(cell)]
    for name in rooms:
        assert (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file(), name
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - set(rooms) == {"errors"}
    for cell, _ in table(PAGE.section("Seams")):
        assert (PACKAGE / code(cell)[0]).exists()


def test_the_drafts_are_those_of_the_code() -> None:
    assert f"drafts {', '.join(DRAFTS[:-1])} and {DRAFTS[-1]}" in PAGE.section("Verdicts")
