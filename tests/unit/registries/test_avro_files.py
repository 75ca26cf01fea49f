"""The files of Avro in a directory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import (
    InvalidAnswer,
    InvalidSchema,
    RegistryUnavailable,
)
from pytest_schema_registry.registries.bare_schemas import registered, verdict_between
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.schemas import IndexEntry, ListedReference
from pytest_schema_registry.settings.layout import Layout
from tests.unit.schema_types.avro.subjects import record

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.schemas import Schema

LINE = record("Line", ("qty", "int"), namespace="shop")
ORDER = record("Order", ("lines", {"type": "array", "items": "Line"}), namespace="shop")
FACTS = {"$core_version": "1.1.0", "deprecated": True, "deprecation_note": "use\nshop.Sale"}


def written(directory: Path, **files: Any) -> DirectoryRegistry:
    """Return the registry of a directory, after writing files of v1: JSON, or a text as it is."""
    (directory / "v1").mkdir(exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (directory / "v1" / name).write_text(text)
    return DirectoryRegistry(directory, "schemas/")


def schema_of(registry: DirectoryRegistry, name: str, release: str | None = None) -> Schema:
    return registry.fetch(Query(Kind.SCHEMA, "v1", name, release)).schema


def test_a_file_of_avro_is_a_schema_with_the_facts_that_it_states(tmp_path: Path) -> None:
    here = written(tmp_path, **{"shop.Line.avsc": LINE | FACTS, "color.avsc": '"string"'})
    found = schema_of(here, "shop.Line")
    assert (found.schema_type, found.content, found.references) == ("AVRO", LINE | FACTS, ())
    assert (found.release, found.deprecated, found.deprecation_note) == (
        "1.1.0",
        True,
        "use shop.Sale",
    )
    assert (found.url, found.subject, found.id) == ("schemas/v1/shop.Line.avsc", None, "shop.Line")
    assert schema_of(here, "color").content == "string"
    assert here.names() == {"v1": {"shop.Line", "color"}}


def test_an_older_release_lies_beside_the_current_one(tmp_path: Path) -> None:
    older = record("Line", ("qty", "long"), namespace="shop")
    files = {"shop.Line.avsc": LINE | FACTS, "shop.Line@1.0.0.avsc": older}
    here = written(tmp_path, **files)
    assert schema_of(here, "shop.Line", "1.0.0").content == older
    listed = here.fetch(Query(Kind.RELEASES, "v1", "shop.Line")).releases
    assert [each.release for each in listed] == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize("release", ["", "@1.0"])
def test_a_name_in_both_languages_is_an_error_that_names_both_files(
    tmp_path: Path, release: str
) -> None:
    files = {f"a.B{release}.avsc": LINE, f"a.B{release}.json": {}}
    here = written(tmp_path, **files)
    with pytest.raises(InvalidAnswer, match="two files are the same schema") as caught:
        schema_of(here, "a.B", release[1:] or None)
    assert all(f"{tmp_path / 'v1' / name}" in caught.value.reason for name in files)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("5", "the file is JSON, but not an Avro schema"),
        ("{", "the file is not JSON ("),
        ('{"a": 1, "a": 2}', 'the key "a" stands twice'),
    ],
)
def test_a_file_that_is_no_schema_of_avro_is_named(tmp_path: Path, text: str, reason: str) -> None:
    here = written(tmp_path, **{"a.avsc": text})
    with pytest.raises(InvalidAnswer) as caught:
        schema_of(here, "a")
    assert caught.value.reason.startswith(reason)
    assert caught.value.url == f"{tmp_path / 'v1' / 'a.avsc'}"


def test_a_file_that_is_nested_too_deeply_is_named(tmp_path: Path) -> None:
    reasons = set()
    for depth in range(900, 1_100, 5):  # from which one on depends on Python, and its stack
        here = written(tmp_path, **{"a.avsc": "[" * depth + '"int"' + "]" * depth})
        try:
            schema_of(here, "a")
        except InvalidAnswer as exc:
            reasons.add(exc.reason)
    here = written(tmp_path, **{"a.avsc": "[" * 100_000 + '"int"' + "]" * 100_000})
    with pytest.raises(InvalidAnswer) as caught:
        schema_of(here, "a")
    assert {*reasons, caught.value.reason} == {"the JSON is nested too deeply to be read"}


def test_the_index_tells_the_language(tmp_path: Path) -> None:
    here = written(tmp_path, **{"a.avsc": LINE, "b.json": {}, "c.avsc": "5"})
    entries: tuple[IndexEntry, ...] = here.fetch(Query(Kind.INDEX)).entries
    assert [(each.name, each.schema_type) for each in entries] == [
        ("a", "AVRO"),
        ("b", "JSON"),
        ("c", None),
    ]


# References


def references(here: DirectoryRegistry, name: str = "order") -> list[tuple[str, ...]]:
    return [tuple(each) for each in schema_of(here, name).references or ()]


def test_a_type_is_that_of_the_file_of_its_name(tmp_path: Path) -> None:
    files = {"order.avsc": ORDER, "shop.Line.avsc": LINE, "copy.avsc": LINE, "broken.avsc": "{"}
    here = written(tmp_path, **files)
    assert references(here) == [("shop.Line", "shop.Line", "v1")]


def test_a_type_is_that_of_the_only_file_that_defines_it(tmp_path: Path) -> None:
    both = [LINE, record("Cash", ("amount", "int"), namespace="shop")]
    files = {"order.avsc": ORDER, "types.avsc": both, "shop.Line.avsc": '"string"', "a.json": LINE}
    here = written(tmp_path, **files)
    assert references(here) == [("shop.Line", "types", "v1")]
    (tmp_path / "v1" / "types.avsc").write_text(json.dumps(both[1]))
    assert references(here) == []
    (tmp_path / "v1" / "types.avsc").write_text(json.dumps(both))
    assert references(here) == [("shop.Line", "types", "v1")]


def test_a_type_that_two_files_define_is_an_error_that_names_both(tmp_path: Path) -> None:
    here = written(tmp_path, **{"order.avsc": ORDER, "a.avsc": LINE, "b.avsc": LINE})
    with pytest.raises(InvalidAnswer) as caught:
        references(here)
    one, other = (tmp_path / "v1" / name for name in ("a.avsc", "b.avsc"))
    assert caught.value.reason == f"the type shop.Line is defined in 2 files: {one} and {other}"
    assert caught.value.advice == "define it once, or in shop.Line.avsc"
    assert references(here, "a") == []


def test_a_file_that_cannot_be_read_may_define_the_type(tmp_path: Path) -> None:
    here = written(tmp_path, **{"order.avsc": ORDER, "a.avsc": "{"})
    with pytest.raises(InvalidAnswer, match="the file is not JSON"):
        references(here)
    (tmp_path / "v1" / "a.avsc").unlink()
    (tmp_path / "v1" / "a.avsc").symlink_to("nowhere")
    with pytest.raises(RegistryUnavailable):
        references(here)
    written(tmp_path, **{"z.avsc": LINE})
    assert references(here) == [("shop.Line", "z", "v1")]


def test_an_older_release_does_not_refer_to_its_own_current_one(tmp_path: Path) -> None:
    whole = record("Order", ("lines", {"type": "array", "items": LINE}), namespace="shop")
    files = {"order.avsc": whole, "order@1.avsc": ORDER, "line.avsc": LINE}
    here = written(tmp_path, **files)
    assert schema_of(here, "order", "1").references == (ListedReference("shop.Line", "line", "v1"),)


@pytest.mark.parametrize("template", ["{version}/{name}.avsc", "{name}.{version}.avsc"])
def test_a_layout_of_avro_finds_types_in_its_version(tmp_path: Path, template: str) -> None:
    layout = Layout(template)
    for version in ("v1", "v2"):
        for name, content in (("shop.Order", ORDER), ("shop.Line", LINE)):
            file = tmp_path / layout.path(version, name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(content))
    here = DirectoryRegistry(tmp_path, "schemas", layout=layout)
    found = here.fetch(Query(Kind.SCHEMA, "v2", "shop.Order")).schema
    assert found.url == f"schemas/{layout.path('v2', 'shop.Order')}"
    assert found.references == (ListedReference("shop.Line", "shop.Line", "v2"),)


# Verdicts


def test_a_directory_judges_by_avros_own_resolution(tmp_path: Path) -> None:
    for version, kind in (("v1", "int"), ("v2", "long"), ("v3", "string")):
        (tmp_path / version).mkdir()
        line = record("Line", ("qty", kind), namespace="shop")
        (tmp_path / version / "line.avsc").write_text(json.dumps(line))
        (tmp_path / version / "order.avsc").write_text(json.dumps(ORDER))
    here = DirectoryRegistry(tmp_path, "schemas")
    told = here.fetch(Query(Kind.COMPATIBILITY, "v1", "order", later="v2")).verdict
    assert told.compatible
    told = here.fetch(Query(Kind.COMPATIBILITY, "v2", "order", later="v3")).verdict
    assert not told.compatible
    assert told.reasons == ("type-changed at $.lines[*].qty: long -> string",)


def test_what_cannot_be_judged_is_an_error(tmp_path: Path) -> None:
    for version in ("v1", "v2", "v3"):
        (tmp_path / version).mkdir()
    (tmp_path / "v1" / "a.avsc").write_text('"int"')
    (tmp_path / "v2" / "a.json").write_text("{}")
    (tmp_path / "v3" / "a.avsc").write_text('"inti"')
    here = DirectoryRegistry(tmp_path, "schemas")
    with pytest.raises(InvalidAnswer, match="schemas of the type AVRO and JSON are not compared"):
        here.fetch(Query(Kind.COMPATIBILITY, "v1", "a", later="v2"))
    with pytest.raises(InvalidAnswer, match="the type inti, which no file beside it defines"):
        here.fetch(Query(Kind.COMPATIBILITY, "v1", "a", later="v3"))


def test_a_reference_that_leads_to_nothing_is_an_error() -> None:
    listed = (ListedReference("shop.Line", "line", "v1"),)
    order = registered(ORDER, "v1", "order", schema_type="AVRO", references=listed)
    reason = "its reference 'shop.Line' leads to no schema (no schema line in v1)"
    with pytest.raises(InvalidAnswer, match=reason.replace("(", "[(]").replace(")", "[)]")):
        verdict_between(order, order, "schemas/v1/order.avsc", lambda _: None)


def test_a_schema_of_json_does_not_refer_to_one_of_avro(tmp_path: Path) -> None:
    from pytest_schema_registry import SchemaRegistry

    written(tmp_path, **{"a.json": {"properties": {"b": {"$ref": "b"}}}, "b.avsc": LINE})
    with SchemaRegistry(str(tmp_path)) as registry, pytest.raises(InvalidSchema) as caught:
        registry.validate_payload("a@v1", {})
    assert caught.value.pointer == "#/properties/b/$ref"
    assert caught.value.reason == "'b' leads to b v1, which is of the type AVRO"
