from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.settings.layout import Layout

if TYPE_CHECKING:
    from pathlib import Path

FLAT = Layout("{name}.{version}.schema.json")
EXAMPLE = "such as {name}.{version}.schema.json"


@pytest.mark.parametrize(
    ("template", "path", "version", "name"),
    [
        ("{name}.{version}.schema.json", "orders.v1.schema.json", "v1", "orders"),
        ("{name}.{version}.schema.json", "orders.Created.v1.schema.json", "v1", "orders.Created"),
        ("{name}.{version}.schema.json", "orders.1.10.0.schema.json", "1.10.0", "orders"),
        ("{name}.{version}.json", "orders.Created.v1.2.json", "v1.2", "orders.Created"),
        ("{name}.{version}.json", "orders.1.0.0-rc.1.json", "1.0.0-rc.1", "orders"),
        ("{name}.{version}.json", "orders.v1beta1.json", "v1beta1", "orders"),
        ("{name}.{version}.json", "ISO.20022.v2.json", "v2", "ISO.20022"),
        ("{name}.{version}.json", "orders.Created.draft.json", "draft", "orders.Created"),
        ("{name}-{version}.json", "order-line-2-v1.json", "v1", "order-line-2"),
        ("{name}@{version}.json", "orders@2025-06-18.json", "2025-06-18", "orders"),
        ("schemas/{name}/{version}.yaml", "schemas/orders/v1.yaml", "v1", "orders"),
        ("{version}/{name}.{version}.yml", "v1/orders.v1.yml", "v1", "orders"),
        ("{name}/{version}/{name}.json", "orders/v1/orders.json", "v1", "orders"),
        (".registry/{name}.{version}.json", ".registry/orders.v1.json", "v1", "orders"),
        ("schemas/{name}.json", "schemas/orders.Created.json", "latest", "orders.Created"),
    ],
)
def test_a_path_and_what_it_has_lead_to_each_other(
    template: str, path: str, version: str, name: str
) -> None:
    layout = Layout(template)
    assert layout.read(path) == (version, name)
    assert layout.path(version, name) == path


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{name}.{version}.schema.json", "orders.schema.json"),
        ("{name}.{version}.schema.json", "orders.v1.schema.json.bak"),
        ("{name}.{version}.schema.json", ".orders.v1.schema.json"),
        ("{name}.{version}.schema.json", "shop/orders.v1.schema.json"),
        ("{name}/{version}.json", "../v1.json"),
        ("{version}/{name}.{version}.json", "v1/orders.v2.json"),
    ],
)
def test_a_path_that_does_not_fit_the_template_has_no_schema(template: str, path: str) -> None:
    assert Layout(template).read(path) is None


NAMES = st.from_regex(r"[A-Za-z_]+(\.[A-Za-z_]+)*", fullmatch=True)


@given(NAMES, st.from_regex("v[0-9]{1,3}", fullmatch=True))
def test_a_name_with_dots_and_a_version_are_told_apart(name: str, version: str) -> None:
    assert FLAT.read(FLAT.path(version, name)) == (version, name)


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{version}.json", f"write {{name}} in it, {EXAMPLE}"),
        ("", f"write {{name}} in it, {EXAMPLE}"),
        ("{track}/{name}.json", f"it has {{track}}; write {{name}} and {{version}}, {EXAMPLE}"),
        ("{name}/{}.json", f"it has {{}}; write {{name}} and {{version}}, {EXAMPLE}"),
        ("{name}}.json", f"it has }}; write {{name}} and {{version}}, {EXAMPLE}"),
        ("{name}{version}.json", f"write a sign between {{name}} and {{version}}, {EXAMPLE}"),
        *(
            (each, f"write a path below the directory, with / between folders, {EXAMPLE}")
            for each in (
                "/{name}.json",
                "../{name}.json",
                "a/./{name}.json",
                "a//{name}.json",
                "a\\{name}.json",
                "a\x1b/{name}.json",
            )
        ),
        ("{version}/{name}", f"end it as the names of the files end, {EXAMPLE}"),
        ("{name}.{version}", f"end it as the names of the files end, {EXAMPLE}"),
    ],
)
def test_a_wrong_template_says_what_to_write(template: str, fault: str) -> None:
    with pytest.raises(ValueError, match="is no layout") as caught:
        Layout(template)
    assert str(caught.value) == f"{template!r} is no layout: {fault}"


def test_files_are_found_as_deep_as_the_template_leads(tmp_path: Path) -> None:
    for path in (
        "schemas/orders/v1.json",
        "schemas/orders/deeper/v1.json",
        "schemas/.hidden/v1.json",
        "schemas/orders/notes.txt",
        "schemas/v1.json",
        "other/orders/v1.json",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "schemas" / "loop").symlink_to("loop")
    assert list(Layout("schemas/{name}/{version}.json").files(tmp_path)) == [
        ("v1", "orders", "schemas/orders/v1.json")
    ]


def test_a_file_that_fits_the_signs_but_not_the_template_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "orders.v2.json").touch()
    assert list(Layout("{version}/{name}.{version}.json").files(tmp_path)) == []


def test_layouts_are_equal_by_their_templates() -> None:
    assert Layout("{name}.json") == Layout("{name}.json")
    assert len({Layout("{name}.json"), Layout("{name}.json"), FLAT}) == 2
    assert FLAT != "{name}.{version}.schema.json"
    assert repr(FLAT) == "Layout('{name}.{version}.schema.json')"
    assert FLAT.folder == ""
    assert Layout("a/b/{version}/c/{name}.json").folder == "a/b"
