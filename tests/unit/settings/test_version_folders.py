from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry import SchemaRegistry
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.settings.settings import Settings
from tests.parts import source_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_version_lines_of_a_directory_are_its_folders_as_people_sort_them(
    tmp_path: Path,
) -> None:
    for name in ("v10", "v2", "not a version", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "v3").write_text("a file")
    with SchemaRegistry(tmp_path) as registry:
        assert source_of(registry).versions == ("v2", "v10")
    with SchemaRegistry(tmp_path, mode="replay") as registry:
        assert source_of(registry).versions == ("v2", "v10")
    with SchemaRegistry(tmp_path, versions="v1") as registry:
        assert source_of(registry).versions == ("v1",)


def test_without_folders_the_version_lines_are_the_protocols(tmp_path: Path) -> None:
    with SchemaRegistry(tmp_path) as registry:
        assert source_of(registry).versions == ("v1", "v2")


def test_a_directory_that_cannot_be_read_has_no_folders(tmp_path: Path) -> None:
    gone = Location("gone", directory=tmp_path / "gone")
    assert Settings(location=gone).version_folders == ()
    assert Settings().version_folders == ()


def test_the_version_lines_of_a_layout_are_those_that_its_template_finds(tmp_path: Path) -> None:
    for name in ("a.v10", "a.v2", "b.v2", "b.not a version", "notes"):
        (tmp_path / f"{name}.schema.json").touch()
    (tmp_path / "v3").mkdir()
    layout = "{name}.{version}.schema.json"
    with SchemaRegistry(tmp_path, layout=layout) as registry:
        assert source_of(registry).versions == ("v2", "v10")
    with SchemaRegistry(tmp_path, layout="{name}.schema.json") as registry:
        assert source_of(registry).versions == ("latest",)
