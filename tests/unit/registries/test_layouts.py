from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import InvalidAnswer, RegistryUnavailable
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.queries import Kind, Missing, Query
from pytest_schema_registry.settings.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

FLAT = "schemas/{name}.{version}.schema.json"
YAML = "the file is not JSON written as YAML"
TWICE = "stands twice in one object"
ORDER = Query(Kind.SCHEMA, "v1", "orders.Order")


def registry(directory: Path, template: str = FLAT, **files: Any) -> DirectoryRegistry:
    """A registry with a layout, from schemas, or raw text, by path."""
    for path, schema in files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = schema if isinstance(schema, str) else json.dumps(schema)
        file.write_text(text, encoding="utf-8")
    return DirectoryRegistry(directory, "here/", layout=Layout(template))


@pytest.fixture
def orders(tmp_path: Path) -> DirectoryRegistry:
    return registry(
        tmp_path,
        FLAT,
        **{
            "schemas/orders.Order.v1.schema.json": {"title": "one", "$core_version": "1.2"},
            "schemas/orders.Order.v10.schema.json": {"title": "ten"},
            "schemas/orders.Item.v1.schema.json": {"$id": "urn:item"},
            "schemas/common.json": {"definitions": {"Id": {"type": "string"}}},
            "outside.json": {},
        },
    )


def test_a_schema_is_the_file_that_the_template_says(orders: DirectoryRegistry) -> None:
    result = orders.fetch(ORDER)
    assert result.url == "here/schemas/orders.Order.v1.schema.json"
    assert (result.schema.content["title"], result.schema.release) == ("one", "1.2")
    assert result.schema.id == "file://localhost/schemas/orders.Order.v1.schema.json"
    ten = orders.fetch(Query(Kind.SCHEMA, "v10", "orders.Order")).schema
    assert ten.content == {"title": "ten"}


def test_the_index_and_the_names_are_those_that_the_template_finds(
    orders: DirectoryRegistry,
) -> None:
    entries = orders.fetch(Query(Kind.INDEX)).entries
    assert [(entry.version, entry.name) for entry in entries] == [
        ("v1", "orders.Item"),
        ("v1", "orders.Order"),
        ("v10", "orders.Order"),
    ]
    assert orders.names() == {"v1": {"orders.Item", "orders.Order"}, "v10": {"orders.Order"}}


def test_a_layout_says_that_it_has_no_older_releases(orders: DirectoryRegistry) -> None:
    older = orders.fetch(Query(Kind.SCHEMA, "v1", "orders.Order", "1.1"))
    advice = "older releases need --registry-layout={version}/{name}.json"
    assert older.value == Missing(advice)
    current = orders.fetch(Query(Kind.SCHEMA, "v1", "orders.Order", "1.2"))
    assert current.schema.content["title"] == "one"
    releases = orders.fetch(Query(Kind.RELEASES, "v1", "orders.Order")).releases
    assert [each.release for each in releases] == ["1.2"]


def test_a_template_that_finds_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "orders.Order.json").write_text("{}")
    answer = registry(tmp_path).fetch(ORDER).value
    assert answer == Missing(f"no file has a path as --registry-layout={FLAT} says")


def test_where_the_template_finds_other_files_there_is_no_such_advice(
    orders: DirectoryRegistry,
) -> None:
    assert orders.fetch(Query(Kind.SCHEMA, "v2", "orders.Order")).value == Missing()


@pytest.mark.parametrize(
    "other",
    ["schemas/orders.Order.schema.v1.schema.json", "schemas/gro\u0308\u00dfe.v1.schema.json"],
)
def test_two_files_of_one_schema_are_an_error_that_names_both(tmp_path: Path, other: str) -> None:
    files = ("schemas/orders.Order.v1.schema.json", "schemas/gr\u00f6\u00dfe.v1.schema.json")
    here = registry(tmp_path, FLAT, **dict.fromkeys((*files, other), "{}"))
    name = "orders.Order" if "Order" in other else "gr\u00f6\u00dfe"
    with pytest.raises(InvalidAnswer, match="two files are the same schema") as caught:
        here.fetch(Query(Kind.SCHEMA, "v1", name))
    assert other.rpartition("/")[2] in caught.value.reason


@pytest.mark.parametrize("ending", ["yaml", "yml"])
def test_a_yaml_file_is_read_where_the_template_says_so(tmp_path: Path, ending: str) -> None:
    text = "type: object\nproperties:\n  id: {type: string}\n"
    here = registry(
        tmp_path, f"{{version}}/{{name}}.{ending}", **{f"v1/orders.Order.{ending}": text}
    )
    schema = here.fetch(ORDER).schema
    assert schema.content == {"type": "object", "properties": {"id": {"type": "string"}}}
    assert schema.text.startswith("{")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "enum:\n- yes\n- no\n",
            f'{YAML} (line 2: some readers of YAML take yes for true; write "yes" or true)',
        ),
        ("a: b: c", f"{YAML} (line 1: mapping values are not allowed in this context)"),
        (
            "type: object\ntype: object",
            f'the key "type" {TWICE}: line 1 column 1 and line 2 column 1, at #/type',
        ),
        ("- a", "the file is JSON, but not a JSON Schema"),
        ("- " * 900 + "a", "the JSON is nested too deeply to be read"),
    ],
)
def test_a_yaml_file_that_has_no_json_schema_names_the_line(
    tmp_path: Path, text: str, reason: str
) -> None:
    here = registry(tmp_path, "{version}/{name}.yaml", **{"v1/orders.Order.yaml": text})
    with pytest.raises(InvalidAnswer) as caught:
        here.fetch(ORDER)
    assert caught.value.url == str(tmp_path / "v1" / "orders.Order.yaml")
    assert caught.value.reason == reason


def by_file(here: DirectoryRegistry, uri: str) -> Any:
    return here.fetch(Query(Kind.BY_ID, "v1", uri)).value


@pytest.mark.parametrize(
    ("uri", "version", "name"),
    [
        ("file://localhost/schemas/orders.Order.v10.schema.json", "v10", "orders.Order"),
        ("file:///schemas/orders.Order.v10.schema.json", "v10", "orders.Order"),
        ("file://orders.Order.v10.schema.json", "v10", "orders.Order"),
        ("file://orders.order.v10.schema.json", "v10", "orders.Order"),
        ("file:orders%2EItem.v1.schema.json", "v1", "orders.Item"),
        ("file://common.json", "", "schemas/common.json"),
        ("file://schemas/common.json", "", "schemas/common.json"),
        ("file:///outside.json", "", "outside.json"),
        ("file:///OUTSIDE.json", "", "outside.json"),
        ("file://SCHEMAS/common.json", "", "schemas/common.json"),
    ],
)
def test_a_file_is_found_from_the_directory_or_from_the_folder_of_the_schemas(
    orders: DirectoryRegistry, uri: str, version: str, name: str
) -> None:
    found = by_file(orders, uri)
    assert (found.version, found.name) == (version, name)


@pytest.mark.parametrize(
    "uri",
    [
        "file://",
        "file:///",
        "file:///schemas",
        "file://nowhere.json",
        "file://../secret.json",
        "file:///../secret.json",
        "file:///schemas/..%2F..%2Fsecret.json",
        "file:///schemas/../../secret.json",
        "file:///.git/config.json",
        "file:///schemas%5C..%5Csecret.json",
        "file:///a%00.json",
        "file:///nowhere/a.json",
        "file://[half",
        "file:///\ud800.json",
    ],
)
def test_a_file_is_looked_for_in_the_directory_only(
    orders: DirectoryRegistry, tmp_path: Path, uri: str
) -> None:
    (tmp_path.parent / "secret.json").write_text("{}")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config.json").write_text("{}")
    assert by_file(orders, uri) == Missing()


def test_a_link_out_of_the_directory_is_refused(orders: DirectoryRegistry, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.json").write_text("{}")
    link = tmp_path / "schemas" / "linked.json"
    link.symlink_to(tmp_path.parent / "secret.json")
    with pytest.raises(InvalidAnswer) as caught:
        by_file(orders, "file://linked.json")
    assert caught.value.args == (
        str(link),
        "it is a link out of the directory",
        "put the file itself there",
    )
    (tmp_path / "schemas" / "folder").symlink_to(tmp_path.parent)
    with pytest.raises(InvalidAnswer, match="it is a link out of the directory"):
        by_file(orders, "file:///schemas/folder/secret.json")
    (tmp_path / "schemas" / "within.json").symlink_to(tmp_path / "outside.json")
    assert by_file(orders, "file://within.json").name == "schemas/within.json"


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="has no such two files")
def test_of_two_files_that_differ_in_case_the_exact_name_counts(
    orders: DirectoryRegistry, tmp_path: Path
) -> None:
    for name in ("Id.json", "id.json", "Price.json", "PRICE.json"):
        (tmp_path / "schemas" / name).write_text(json.dumps({"title": name}))
    assert by_file(orders, "file:///schemas/Id.json").content.parsed() == {"title": "Id.json"}
    assert by_file(orders, "file://id.json").content.parsed() == {"title": "id.json"}
    assert by_file(orders, "file://price.json") == Missing()


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="has no such names")
def test_a_file_with_any_name_is_found_by_its_own_address(tmp_path: Path) -> None:
    here = registry(tmp_path)
    (tmp_path / "schemas").mkdir()
    for name in (os.fsdecode(b"\xff"), "größe #1%3F", "?", ":"):
        (tmp_path / "schemas" / f"{name}.v1.schema.json").write_text("{}")
        schema = here.fetch(Query(Kind.SCHEMA, "v1", name)).schema
        assert by_file(here, str(schema.id)).name == name


def test_an_id_finds_a_schema_in_any_layout(orders: DirectoryRegistry) -> None:
    assert by_file(orders, "urn:item").name == "orders.Item"


def test_without_a_layout_a_file_is_no_id(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "a.json").write_text("{}")
    here = DirectoryRegistry(tmp_path, "here")
    assert by_file(here, "file:///v1/a.json") == Missing()


def test_a_directory_that_is_gone_is_a_registry_that_is_down(tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable) as caught:
        registry(tmp_path / "gone").fetch(ORDER)
    assert caught.value.url == "here"
    assert caught.value.unreachable
