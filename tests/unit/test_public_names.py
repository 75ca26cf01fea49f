from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

import pytest_schema_registry

HEAVY = {
    "fastapi",
    "filelock",
    "httpx",
    "httpx_retries",
    "jsonschema",
    "jsonschema_rs",
    "msgspec",
    "pydantic",
    "referencing",
    "uvicorn",
    "vcr",
    "yaml",
}

NAMES = [
    "AssertCompatible",
    "AssertConforms",
    "AssertConsumes",
    "AssertProduces",
    "AsyncSchemaRegistry",
    "CacheLocked",
    "CacheWarning",
    "CassetteDamaged",
    "CassetteMissing",
    "CassetteNotWritten",
    "CompatibilityReport",
    "CompatibilityWarning",
    "ConformingPayloads",
    "ContractViolation",
    "ContractWarning",
    "DeprecatedSchemaWarning",
    "IncompatibleSchemas",
    "IndexEntry",
    "InvalidAnswer",
    "InvalidSchema",
    "InvalidSettings",
    "NothingChecked",
    "PayloadNotJSON",
    "Payloads",
    "RegistryRefused",
    "RegistrySchema",
    "RegistryServer",
    "RegistryUnavailable",
    "Release",
    "Schema",
    "SchemaDeprecated",
    "SchemaNotFound",
    "SchemaRegistry",
    "SchemaRegistryError",
    "SchemaRegistryWarning",
    "StaleSchemaWarning",
    "UncheckedWarning",
    "UnsupportedPattern",
    "UnsupportedSchemaType",
    "Verdict",
    "Violating",
    "ViolatingPayloads",
    "Violation",
    "WrongSchemaId",
    "compare",
]


def imported_by(script: str) -> set[str]:
    """Which modules a fresh process has imported after a script."""
    script = f"{textwrap.dedent(script)}\nimport sys\nprint(*sys.modules)"
    command = [sys.executable, "-c", script]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_the_public_names_are_these() -> None:
    assert pytest_schema_registry.__all__ == NAMES
    assert dir(pytest_schema_registry) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_what_it_says(name: str) -> None:
    assert getattr(pytest_schema_registry, name).__name__ == name


def test_a_star_import_gives_the_public_names() -> None:
    namespace: dict[str, object] = {}
    exec("from pytest_schema_registry import *", namespace)
    assert set(namespace) - {"__builtins__"} == set(NAMES)


def test_any_other_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = pytest_schema_registry.Registry
    assert str(caught.value) == "module 'pytest_schema_registry' has no attribute 'Registry'"


@pytest.mark.parametrize(
    "script",
    [
        "import pytest_schema_registry",
        "from pytest_schema_registry import SchemaRegistryError, ContractViolation, Schema",
        "import pytest, pytest_schema_registry.plugin",
    ],
)
def test_an_import_of_the_package_or_the_plugin_imports_nothing_heavy(script: str) -> None:
    assert imported_by(script) & HEAVY == set()


def test_an_import_of_the_package_imports_none_of_its_modules() -> None:
    modules = imported_by("import pytest_schema_registry")
    assert [name for name in modules if name.startswith("pytest_schema_registry.")] == []


def test_the_look_at_what_was_imported_finds_what_is_heavy() -> None:
    assert imported_by("import yaml, filelock") & HEAVY == {"yaml", "filelock"}


def test_the_plugin_imports_nothing_that_pytest_has_not_loaded_already(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    session = "import pytest; pytest.main(['--version'])"
    before = imported_by(session)
    after = imported_by(f"{session}; import pytest_schema_registry.plugin")
    assert "pytest_schema_registry.plugin" in after - before
    assert [name for name in after - before if not name.startswith("pytest_schema_registry")] == []


@pytest.mark.parametrize("name", ["SchemaRegistry", "AssertConforms"])
def test_the_public_names_work_without_pytest(name: str) -> None:
    assert "pytest" not in imported_by(f"from pytest_schema_registry import {name}")
