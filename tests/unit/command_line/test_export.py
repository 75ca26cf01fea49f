from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import SchemaRegistry
from tests.unit.command_line.documents import document

if TYPE_CHECKING:
    from tests.unit.command_line.conftest import Command

MODELS = """
from dataclasses import dataclass
from typing import Annotated

import msgspec
from pydantic import BaseModel, Field, WithJsonSchema, computed_field

print("imported")


class Order(BaseModel):
    id: str
    quantity: int = 1

    @computed_field
    @property
    def total(self) -> int:
        return 1


class Stricter(BaseModel):
    id: str
    quantity: int
    total: int
    note: str
    unit: str


class Named(BaseModel):
    model_config = {"json_schema_extra": {"$id": "urn:named", "$core_version": "9.9.9"}}
    id: str


class Referring(msgspec.Struct):
    order: Annotated[dict, msgspec.Meta(extra_json_schema={"$ref": "orders.Order"})]


class Impossible(BaseModel):
    order: Annotated[dict, WithJsonSchema({"$ref": "orders.Order"})]


class Wrong(BaseModel):
    order: Annotated[dict, WithJsonSchema({"type": "objekt"})]


@dataclass
class Item:
    id: str


class Outer:
    Order = Order


Lists = list[Order]
"""


@pytest.fixture(autouse=True)
def _models(project: Path) -> None:
    (project / "shop.py").write_text(MODELS)


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_models_become_a_directory_registry(command: Command, project: Path) -> None:
    said = command("export", "shop:Order", "shop:Item", "--to=schemas/v1", "--release=1.0.0")
    assert said == (
        0,
        (
            "schemas/v1/Order.json: new, release 1.0.0\n"
            "schemas/v1/Item.json: new, release 1.0.0\n"
            "2 of 2 schemas written to schemas/v1\n"
        ),
        "imported\n",
    )
    assert (project / "schemas/v1/Item.json").read_text() == (
        '{\n  "$schema": "https://json-schema.org/draft/2020-12/schema",\n'
        '  "$core_version": "1.0.0",\n  "properties": {\n    "id": {\n      "title": "Id",\n'
        '      "type": "string"\n    }\n  },\n  "required": [\n    "id"\n  ],\n'
        '  "title": "Item",\n  "type": "object"\n}\n'
    )
    with SchemaRegistry("schemas") as registry:
        schema = registry.get_schema("Order", "v1")
        assert schema.release == "1.0.0"
        assert registry.validate_payload(schema, {"id": "a", "total": 1})


def test_the_schema_is_that_of_what_the_model_writes_unless_the_mode_says_else(
    command: Command, project: Path
) -> None:
    command("export", "shop:Order", "--to=schemas/v1")
    assert "total" in read(project / "schemas/v1/Order.json")["properties"]
    command("export", "shop:Order", "--to=schemas/v1", "--mode=validation")
    assert "total" not in read(project / "schemas/v1/Order.json")["properties"]


def test_a_name_may_be_given(command: Command, project: Path) -> None:
    command("export", "shop:Outer.Order", "--to=v1", "--name=orders.Order")
    assert files(project / "v1") == ["orders.Order.json"]


def test_what_does_not_change_is_not_written(command: Command, project: Path) -> None:
    command("export", "shop:Order", "--to=schemas/v1", "--release=1.0.0")
    file = project / "schemas/v1/Order.json"
    file.write_text(json.dumps(read(file)))
    before = file.read_text()
    for more in ([], ["--check"], ["--release=1.0.0"]):
        said = command("export", "shop:Order", "--to=schemas/v1", *more)
        would = "would change" if more == ["--check"] else "changed"
        assert (said.status, said.lines) == (
            0,
            ["schemas/v1/Order.json: unchanged", f"nothing {would} in schemas/v1: 1 schema"],
        )
    assert file.read_text() == before


def test_check_writes_nothing_and_grades_what_would_change(command: Command, project: Path) -> None:
    said = command("export", "shop:Order", "--to=schemas/v1", "--check")
    assert (said.status, said.lines) == (
        1,
        [
            "schemas/v1/Order.json: new",
            "1 of 1 schema would change in schemas/v1",
            "  next: export without --check, and review what it writes",
        ],
    )
    assert not (project / "schemas").exists()
    command("export", "shop:Order", "shop:Item", "--to=schemas/v1", "--release=1.0.0")
    check = ["export", "--to=schemas/v1", "--check", "--name=Order"]
    said = command(*check, "shop:Stricter", "--release=1.1.0")
    assert (said.status, said.lines) == (
        1,
        [
            "schemas/v1/Order.json: breaking, 1.0.0 -> 1.1.0",
            "  1.0.0 would be kept in schemas/v1/Order@1.0.0.json",
            '  required-added at $.quantity: "quantity" may be missing -> required',
            '  required-added at $.note: "note" may be missing -> required',
            '  required-added at $.unit: "unit" may be missing -> required',
            "1 of 1 schema would change in schemas/v1",
            "  next: export without --check, and review what it writes",
        ],
    )
    said = command(*check, "shop:Order", "--release=1.0.1")
    assert said.lines[0] == "schemas/v1/Order.json: annotations only, 1.0.0 -> 1.0.1"
    said = command(*check, "shop:Order", "--mode=validation")
    assert said.lines[:2] == [
        "schemas/v1/Order.json: compatible, release 1.0.0",
        "  a new --release keeps the old one",
    ]
    assert files(project / "schemas") == ["Item.json", "Order.json"]


def test_of_many_reasons_the_first_are_listed(command: Command, project: Path) -> None:
    (project / "v1").mkdir()
    (project / "v1/Stricter.json").write_text('{"type": "object"}')
    said = command("export", "shop:Stricter", "--to=v1", "--check")
    assert said.lines[0] == "v1/Stricter.json: breaking"
    assert said.lines[4].startswith("  and ")
    assert said.lines[4].endswith(" more reasons")


def test_another_release_keeps_the_one_that_is_there(command: Command, project: Path) -> None:
    folder = project / "schemas/v1"
    command("export", "shop:Order", "--to=schemas/v1", "--release=1.0.0")
    before = (folder / "Order.json").read_text()
    said = command("export", "shop:Stricter", "--name=Order", "--to=schemas/v1", "--release=1.1.0")
    assert said.lines[:2] == [
        "schemas/v1/Order.json: breaking, 1.0.0 -> 1.1.0",
        "  1.0.0 is kept in schemas/v1/Order@1.0.0.json",
    ]
    assert (folder / "Order@1.0.0.json").read_text() == before
    with SchemaRegistry("schemas") as registry:
        assert [each.release for each in registry.versions("Order")] == ["1.0.0", "1.1.0"]
    said = command("export", "shop:Order", "--to=schemas/v1", "--release=1.0.0")
    assert said.status == 2
    assert said.err.splitlines()[-1] == (
        f"--release: 1.0.0 of Order is there already, in {'schemas/v1/Order@1.0.0.json'}; give "
        "another one"
    )
    # Where the release was kept before, that is not written again.
    (folder / "Order@1.1.0.json").write_text((folder / "Order.json").read_text())
    said = command("export", "shop:Order", "--to=schemas/v1", "--release=1.2.0")
    assert said.lines[0] == "schemas/v1/Order.json: compatible, 1.1.0 -> 1.2.0"
    assert said.lines[1].startswith("1 of 1 schema written")


def test_a_release_that_the_model_has_keeps_the_old_one_too(
    command: Command, project: Path
) -> None:
    (project / "v1").mkdir()
    (project / "v1/Named.json").write_text('{"$core_version": "1.0.0"}')
    said = command("export", "shop:Named", "--to=v1")
    assert said.lines[1] == "  1.0.0 is kept in v1/Named@1.0.0.json"


def test_a_release_that_is_there_twice_is_refused(command: Command, project: Path) -> None:
    command("export", "shop:Order", "--to=v1", "--release=1.0.0")
    (project / "v1/Order@1.0.0.json").write_text("true")
    said = command("export", "shop:Order", "--to=v1", "--release=1.1.0")
    assert said.status == 2
    assert said.err.splitlines()[1].startswith(
        "Order v1: the schema is itself wrong: release 1.0.0 of Order is in two files that differ: "
    )


def test_a_schema_that_refers_to_others_is_compared_as_it_is(
    command: Command, project: Path
) -> None:
    (project / "v1").mkdir()
    (project / "v1/Order.json").write_text('{"$ref": "Other"}')
    said = command("export", "shop:Order", "--to=v1", "--check")
    assert said.status == 1
    assert said.lines[0] in ("v1/Order.json: unknown", "v1/Order.json: breaking")


def test_a_first_release_replaces_what_has_none(command: Command, project: Path) -> None:
    command("export", "shop:Order", "--to=v1")
    said = command("export", "shop:Order", "--to=v1", "--release=1.0.0")
    assert said.lines[0] == "v1/Order.json: annotations only, no release -> 1.0.0"
    assert files(project / "v1") == ["Order.json"]


def test_what_the_registry_says_of_a_schema_stays(command: Command, project: Path) -> None:
    kept = {
        "$id": "urn:order",
        "$schema_id": "orders.Order",
        "$track": "v1",
        "$core_version": "1.0.0",
        "deprecated": True,
        "deprecation_note": "gone soon",
    }
    (project / "v1").mkdir()
    file = project / "v1/Order.schema.json"
    file.write_text(json.dumps({**kept, "title": "Old"}))
    said = command("export", "shop:Order", "--to=v1")
    assert said.lines[0] == "v1/Order.schema.json: breaking, release 1.0.0"
    found = read(file)
    assert {key: found[key] for key in kept} == kept
    assert found["title"] == "Order"
    assert files(project / "v1") == ["Order.schema.json"]


def test_what_the_model_says_itself_counts(command: Command, project: Path) -> None:
    command("export", "shop:Named", "--to=v1")
    found = read(project / "v1/Named.json")
    assert (found["$id"], found["$core_version"]) == ("urn:named", "9.9.9")
    command("export", "shop:Named", "--to=v1", "--release=10.0.0")
    assert read(project / "v1/Named.json")["$core_version"] == "10.0.0"
    assert files(project / "v1") == ["Named.json", "Named@9.9.9.json"]


def test_a_schema_that_is_true_or_false_is_replaced(command: Command, project: Path) -> None:
    (project / "v1").mkdir()
    (project / "v1/Order.json").write_text("true")
    assert command("export", "shop:Order", "--to=v1").lines[0] == "v1/Order.json: breaking"


def test_a_model_may_refer_to_a_schema_of_the_registry(command: Command, project: Path) -> None:
    assert command("export", "shop:Referring", "--to=v1").status == 0
    assert files(project / "v1") == ["Referring.json"]


def test_the_document_has_each_schema(command: Command, project: Path) -> None:
    command("export", "shop:Order", "--to=v1", "--release=1.0.0")
    export = ["export", "shop:Stricter", "--name=Order", "--to=v1", "--release=1.1.0"]
    found = document(command(*export, "--check", "--format=json"), "export")
    assert found["written"] is False
    (schema,) = found["schemas"]
    assert len(schema.pop("reasons")) == 3
    assert schema == {
        "model": "shop:Stricter",
        "name": "Order",
        "version": "v1",
        "file": str(Path("v1", "Order.json")),
        "kept": str(Path("v1", "Order@1.0.0.json")),
        "grade": "breaking",
        "before": "1.0.0",
        "now": "1.1.0",
    }
    found = document(command(*export, "--format=json"), "export")
    assert found["written"] is True
    both = ["export", "shop:Order", "shop:Item", "--name=Order", "--to=v1", "--format=json"]
    found = document(command(*both), "export")
    assert found["errors"] == ["--name: it names one schema; export several models one by one"]


IMPORTABLE = (
    "run the command where Python can import it: in its environment, and from the directory above "
    "its package"
)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shop"], "shop: it is not MODULE:MODEL, such as shop.models:Order"),
        (["shop:Ordr"], "shop:Ordr: shop has no Ordr; did you mean Order?"),
        (["shop:Outer.x"], "shop:Outer.x: shop has no Outer.x"),
        (
            ["gone:Order"],
            (
                "gone:Order: there is no module gone in the working directory or installed; "
                f"{IMPORTABLE}"
            ),
        ),
        (
            ["shop.models:Order"],
            (
                "shop.models:Order: there is no module shop.models in the working directory or "
                f"installed; {IMPORTABLE}"
            ),
        ),
        (
            ["broken:Order"],
            (
                "broken:Order: broken cannot be imported: ModuleNotFoundError: No module named "
                f"'absent', in {{}}/broken.py, line 2; {IMPORTABLE}"
            ),
        ),
        (
            ["shop:Lists"],
            (
                "shop:Lists: 'list[Order]' is no name of a schema's file; give --name, of letters, "
                "digits, '_', '-' and '.', and without the ending .schema"
            ),
        ),
        (
            ["shop:Order", "--name=a.schema"],
            (
                "shop:Order: 'a.schema' is no name of a schema's file; give --name, of letters, "
                "digits, '_', '-' and '.', and without the ending .schema"
            ),
        ),
        (
            ["shop:Order", "shop:Outer.Order"],
            "shop:Outer.Order: another model is named Order, too; export it apart, with --name",
        ),
        (
            ["shop:Order", "--to=a/v 1"],
            "--to: 'a/v 1' is not DIR/VERSION, such as schemas/v1; its end is the version",
        ),
        (
            ["shop:Order", "--to=/"],
            "--to: '/' is not DIR/VERSION, such as schemas/v1; its end is the version",
        ),
        (
            ["shop:Order", "--release=1/2"],
            "--release: '1/2' is no release, such as 1.2.0",
        ),
        (
            ["shop:Order", "shop:Item", "--name=a"],
            "--name: it names one schema; export several models one by one",
        ),
    ],
)
def test_what_cannot_be_exported_writes_nothing(
    command: Command, project: Path, arguments: list[str], said: str
) -> None:
    (project / "broken.py").write_text("\nimport absent\n")
    found = command("export", "--to=v1", *arguments)
    assert (found.status, found.out) == (2, "")
    assert found.err.splitlines()[-1] == said.format(project)
    assert not (project / "v1").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = (\n", "SyntaxError: '(' was never closed (broken.py, line 1), in {}, line 1"),
        ("raise SystemExit", "SystemExit, in {}, line 1"),
        ("1 / 0", "ZeroDivisionError: division by zero, in {}, line 1"),
    ],
)
def test_an_error_of_the_users_module_is_one_line(
    command: Command, project: Path, text: str, said: str
) -> None:
    (project / "broken.py").write_text(text)
    found = command("export", "broken:Order", "--to=v1")
    assert found.status == 2
    where = said.format(project / "broken.py")
    assert found.err == f"broken:Order: broken cannot be imported: {where}; correct it\n"


@pytest.mark.parametrize("file", ["absent.py", "absent/models.py"])
def test_a_module_below_src_is_found_with_a_path(
    command: Command, project: Path, file: str
) -> None:
    module = file.removesuffix(".py").replace("/", ".")
    path = project / "src" / file
    path.parent.mkdir(parents=True)
    path.touch()
    said = command("export", f"{module}:Order", "--to=v1").err
    assert said.endswith(f"; {IMPORTABLE}, or set PYTHONPATH=src\n")


def test_a_schema_that_is_wrong_is_not_written(command: Command, project: Path) -> None:
    said = command("export", "shop:Order", "shop:Wrong", "--to=v1")
    assert said.status == 2
    assert said.err.splitlines()[1].startswith(
        'Wrong v1: the schema is itself wrong: "objekt" is no'
    )
    assert not (project / "v1").exists()


def test_a_directory_of_versions_is_no_version(command: Command, project: Path) -> None:
    command("export", "shop:Order", "--to=schemas/v1")
    said = command("export", "shop:Order", "--to=schemas")
    assert said == (2, "", "--to: schemas has the versions itself; name one, such as schemas/v1\n")
    assert files(project / "schemas") == ["Order.json"]


def test_a_damaged_file_is_not_replaced(command: Command, project: Path) -> None:
    (project / "v1").mkdir()
    (project / "v1/Order.json").write_text("{")
    said = command("export", "shop:Order", "--to=v1")
    assert said.status == 2
    assert said.err.splitlines()[1:] == [
        (
            "Order v1: the schema is itself wrong: the file is not JSON (Expecting property name "
            "enclosed in double quotes: line 1 column 2 (char 1))"
        ),
        "  at: #",
        "  from: v1/Order.json",
        "  next: correct the file, or remove it",
    ]
    assert (project / "v1/Order.json").read_text() == "{"


def test_a_release_that_is_no_name_of_a_file_cannot_be_kept(
    command: Command, project: Path
) -> None:
    (project / "v1").mkdir()
    (project / "v1/Order.json").write_text('{"$core_version": "1/2"}')
    said = command("export", "shop:Order", "--to=v1", "--release=2")
    assert said.err.splitlines()[-1] == (
        "--release: '1/2', which is in v1/Order.json, cannot be kept: it is no name of a file"
    )


def test_a_release_of_the_model_that_cannot_be_printed_is_refused(
    command: Command, project: Path
) -> None:
    (project / "shop_models.py").write_text(
        "from pydantic import BaseModel\n"
        "class Order(BaseModel):\n"
        "    model_config = {'json_schema_extra': {'$core_version': 'a\\x07'}}\n"
    )
    said = command("export", "shop_models:Order", "--to=v1")
    assert said.err == "--release: 'core_version' has what cannot be printed\n"


def test_a_file_that_cannot_be_written_says_so(command: Command, project: Path) -> None:
    (project / "dir").mkdir()
    (project / "dir/v1").write_text("")
    said = command("export", "shop:Order", "--to=dir/v1")
    assert said.status == 2
    assert said.err.splitlines()[-1] == (
        "--to: dir/v1/Order.json cannot be written: Not a directory"
    )


def test_a_file_that_cannot_be_read_says_so(command: Command, project: Path) -> None:
    (project / "v1/Order.json").mkdir(parents=True)
    said = command("export", "shop:Order", "--to=v1")
    assert said.status == 2
    assert said.err.splitlines()[1:] == ["--to: v1/Order.json cannot be read: Is a directory"]
    (project / "v1/Order.json").rmdir()
    (project / "v1/Order@1.json").mkdir()
    said = command("export", "shop:Order", "--to=v1", "--release=2")
    assert said.err.splitlines()[1:] == ["--to: v1/Order@1.json cannot be read: Is a directory"]


def test_a_process_that_trusts_no_directory_imports_none(project: Path) -> None:
    command = [sys.executable, "-P", "-m", "pytest_schema_registry", "export", "shop:Order"]
    done = subprocess.run(
        [*command, "--to=v1"], cwd=project, check=False, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("shop:Order: there is no module shop in ")


def test_a_model_without_a_schema_is_told_what_to_do(command: Command, project: Path) -> None:
    (project / "shop_models.py").write_text(
        "from collections.abc import Callable\n"
        "from pydantic import BaseModel\n"
        "class Order(BaseModel):\n"
        "    act: Callable[[], int]\n"
    )
    said = command("export", "shop_models:Order", "--to=v1", "--mode=validation")
    assert said.status == 2
    assert said.err.startswith("export shop_models:Order: pydantic has no JSON Schema for Order: ")


def test_a_schema_that_the_library_cannot_make_is_one_line(command: Command) -> None:
    said = command("export", "shop:Impossible", "--to=v1")
    assert (said.status, said.err) == (
        2,
        (
            "imported\nexport shop:Impossible: pydantic has no JSON Schema for Impossible: "
            "KeyError: 'orders.Order'; give that type one with WithJsonSchema (pydantic's "
            "documentation, JSON Schema), or leave the member out of what is sent with "
            "Field(exclude=True)\n"
        ),
    )


def test_a_model_is_not_written_over_a_schema_of_avro(command: Command, project: Path) -> None:
    file = project / "schemas/v1/Item.avsc"
    file.parent.mkdir(parents=True)
    file.write_text('"int"')
    code, _, errors = command("export", "shop:Item", "--to=schemas/v1")
    assert code == 2
    assert errors.splitlines()[1:] == [
        (
            "--name: a model has a JSON Schema, and schemas/v1/Item.avsc is one of AVRO; give "
            "another name"
        )
    ]
    assert file.read_text() == '"int"'
