from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple

import pytest

import pytest_schema_registry

NAME = pytest_schema_registry.__name__
PACKAGE = Path(pytest_schema_registry.__file__).parent


class Imports(NamedTuple):
    """What a module may import: modules of this package, and third parties."""

    ours: str = ""
    theirs: str = ""


#: A folder is one row. Imports for type checkers only do not count; those inside functions do.
MAY_IMPORT = {
    "__init__": Imports(),
    "__main__": Imports("connections server wording"),
    "answers": Imports("schemas wording"),
    "arguments": Imports("errors options schemas settings"),
    "asked": Imports("registry"),
    "assertions": Imports("blame compatibility json_values references wording"),
    "blame": Imports("errors json_values references wording"),
    "bundle": Imports("compatibility references"),
    "cache": Imports("answers errors files protocol schemas", "filelock"),
    "cassette_reader": Imports(theirs="yaml"),
    "cassette_writer": Imports(theirs="vcr yaml"),
    "cassettes": Imports(
        "answers cassette_reader cassette_writer doubles errors files protocol schemas"
    ),
    "catalogue": Imports("answers errors protocol schemas wording"),
    "client": Imports("answers doubles errors exchange protocol secrets", "httpx"),
    "compatibility": Imports("json_values", "jsonschema_rs"),
    "conformance": Imports(
        "blame compatibility doubles errors json_values limits references shelf wording",
        "jsonschema_rs",
    ),
    "connections": Imports(theirs="uvicorn"),
    "contract": Imports("errors recorder schemas wording"),
    "controller": Imports("errors ratchet reporting schemas session wording", "pytest"),
    "dead_letters": Imports("errors files json_values"),
    "declarations": Imports("enforcement errors parsers"),
    "diagnosis": Imports(
        "blame json_values limits redaction references schemas walk wording",
        "jsonschema referencing",
    ),
    "directory": Imports(
        "answers compatibility doubles errors files json_values options protocol schemas wording"
    ),
    "display": Imports("errors wording"),
    "doubles": Imports("json_values wording"),
    "drift": Imports("compatibility errors json_values parsers protocol schemas sources"),
    "enforcement": Imports("schemas"),
    "errors": Imports("wording"),
    "evolution": Imports("compatibility errors recorder schemas waivers wording"),
    "exchange": Imports(theirs="httpx httpx_retries"),
    "expectations": Imports("errors unseen", "pytest"),
    "explanation": Imports("wording"),
    "files": Imports(theirs="filelock"),
    "golden": Imports("dead_letters declarations errors json_values redaction wording", "pytest"),
    "hooks": Imports(
        "controller display errors files host options outcomes payload_folder rule_items session",
        "pytest",
    ),
    "host": Imports("declarations errors expectations options", "pytest"),
    "json_values": Imports(),
    "limits": Imports(),
    "opinion": Imports("compatibility"),
    "options": Imports(),
    "outcomes": Imports("errors host unseen", "pytest"),
    "parsers": Imports("enforcement options redaction rules"),
    "pauses": Imports(),
    "payload_folder": Imports("golden", "pytest"),
    "payloads": Imports("errors json_values redaction wording"),
    "plugin": Imports("hooks", "pytest"),
    "prefetch": Imports("answers schemas"),
    "protocol": Imports("answers doubles json_values schemas"),
    "ratchet": Imports("errors files parsers schemas"),
    "realm": Imports("json_values parsers"),
    "recorder": Imports(),
    "redaction": Imports(theirs="jsonpath_rfc9535"),
    "references": Imports("json_values schemas"),
    "registry": Imports(
        "arguments assertions bundle cache catalogue conformance diagnosis errors explanation files opinion pauses payloads prefetch realm redaction references resolver schemas sources"
    ),
    "reporting": Imports("answers drift errors files schemas waivers wording", "prometheus_client"),
    "resolver": Imports("answers cache errors protocol schemas"),
    "rollout": Imports("dead_letters enforcement errors ratchet recorder schemas unseen"),
    "rule_items": Imports("declarations errors rules schemas wording", "pytest"),
    "rules": Imports("compatibility schemas"),
    "schemas": Imports("errors json_values wording"),
    "secrets": Imports("parsers"),
    "server": Imports("answers compatibility directory errors json_values", "fastapi"),
    "session": Imports(
        "asked cache contract drift errors evolution expectations files golden host prefetch registry rollout successors unseen waivers written",
        "pytest",
    ),
    "settings": Imports("errors options parsers"),
    "shelf": Imports(),
    "sources": Imports("cassettes client directory"),
    "successors": Imports("errors json_values schemas"),
    "unseen": Imports("errors"),
    "waivers": Imports("compatibility errors schemas"),
    "walk": Imports("errors json_values references wording", "jsonschema"),
    "wording": Imports(),
    "written": Imports("errors options settings"),
}


def modules() -> dict[str, list[Path]]:
    """The files of each module; those of a folder are one module's."""
    found: dict[str, list[Path]] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        first = file.relative_to(PACKAGE).parts[0]
        found.setdefault(first.removesuffix(".py"), []).append(file)
    return found


def imported(node: ast.AST, package: str = NAME) -> set[str]:
    """The dotted names that a piece of code in a package imports when it runs."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return {name for child in node.orelse for name in imported(child, package)}
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        base = resolve_name("." * node.level + (node.module or ""), package)
        return {f"{base}.{alias.name}" for alias in node.names}
    children = ast.iter_child_nodes(node)
    return {name for child in children for name in imported(child, package)}


def imported_by(module: str) -> set[str]:
    names = set()
    for file in modules()[module]:
        package = ".".join((NAME, *file.relative_to(PACKAGE).parent.parts))
        names |= imported(ast.parse(file.read_text(encoding="utf-8")), package)
    return names


def table() -> str:
    """The table of CONTRIBUTING.md."""
    rows = [
        f"| `{module}` | {quoted(row.ours)} | {quoted(row.theirs)} |"
        for module, row in sorted(MAY_IMPORT.items())
    ]
    header = ["| module | of this package | third parties |", "|---|---|---|"]
    return "\n".join([*header, *rows])


def quoted(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split())


EVERY_MODULE = pytest.mark.parametrize("module", modules())


def test_the_walk_sees_what_runs_and_nothing_else() -> None:
    source = """
import a.b, c as d
from e.f import g
from .h import i
if TYPE_CHECKING:
    import never
else:
    import j
def function():
    try:
        import k
    except ImportError:
        from l import m
"""
    assert imported(ast.parse(source), "z") == {"a.b", "c", "e.f.g", "z.h.i", "j", "k", "l.m"}


def test_every_module_has_a_row_and_every_row_a_module() -> None:
    assert set(MAY_IMPORT) == set(modules())


def test_contributing_shows_the_same_table() -> None:
    assert table() in (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


@EVERY_MODULE
def test_a_module_imports_of_this_package_what_its_row_says(module: str) -> None:
    ours = {name.split(".")[1] for name in imported_by(module) if name.startswith(f"{NAME}.")}
    assert ours - {module} == set(MAY_IMPORT[module].ours.split())


@EVERY_MODULE
def test_a_module_imports_of_third_parties_what_its_row_says(module: str) -> None:
    libraries = {name.split(".")[0] for name in imported_by(module)}
    theirs = libraries - {NAME} - sys.stdlib_module_names
    assert theirs == set(MAY_IMPORT[module].theirs.split())


@pytest.mark.parametrize(
    ("library", "importers"),
    [
        ("httpx", ["client", "exchange"]),
        ("httpx_retries", ["exchange"]),
        ("filelock", ["cache", "files"]),
        ("vcr", ["cassette_writer"]),
        ("yaml", ["cassette_reader", "cassette_writer"]),
        ("jsonschema", ["diagnosis", "walk"]),
        ("referencing", ["diagnosis"]),
        ("fastapi", ["server"]),
        ("uvicorn", ["connections"]),
    ],
)
def test_a_library_is_known_to_few_modules(library: str, importers: list[str]) -> None:
    knowing = [name for name, row in MAY_IMPORT.items() if library in row.theirs.split()]
    assert knowing == importers


@EVERY_MODULE
def test_no_module_imports_what_is_private_to_another(module: str) -> None:
    private = [
        name
        for name in imported_by(module)
        if any(part.startswith("_") and part != "__future__" for part in name.split("."))
    ]
    assert private == []


def test_no_two_modules_need_each_other() -> None:
    graph = {module: row.ours.split() for module, row in MAY_IMPORT.items()}
    assert len(list(TopologicalSorter(graph).static_order())) == len(MAY_IMPORT)


def test_the_errors_import_nothing_but_what_makes_their_texts_printable() -> None:
    names = imported_by("errors")
    ours = {f"{NAME}.wording.printable_text"}
    assert {name for name in names if name.startswith(NAME)} == ours
    assert {name.split(".")[0] for name in names - ours} == {"__future__", "typing"}
    standard = {name.split(".")[0] for name in imported_by("wording")}
    assert standard <= {"__future__", "collections", "json", "re", "typing"}
