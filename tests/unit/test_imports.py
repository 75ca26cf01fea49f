"""What import-linter does not look at; its contracts are in pyproject.toml."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pytest_schema_registry

PACKAGE = Path(pytest_schema_registry.__file__).parent


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: file.relative_to(PACKAGE).as_posix()
)
def test_no_module_imports_what_is_private_to_another(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
    ]
    assert [name for name in names if "._" in name] == []
