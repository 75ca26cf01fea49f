from __future__ import annotations

import re
from collections import Counter

import pytest_schema_registry
from pytest_schema_registry import SchemaRegistryError, SchemaRegistryWarning
from tests.docs.pages import code, page, table

PAGE = page("api")


def shown(prefix: str) -> Counter[str]:
    return Counter(re.findall(rf"^\.\. auto\w+:: {prefix}\.(\w+)$", PAGE.text, re.MULTILINE))


def test_every_public_name_is_shown_once() -> None:
    assert shown("pytest_schema_registry") == dict.fromkeys(pytest_schema_registry.__all__, 1)


def test_every_fixture_is_shown_once() -> None:
    rows = table(page("writing_tests").section("Fixtures"))
    names = {code(cell)[0].partition("(")[0] for cell, _ in rows}
    assert shown("fixtures") == dict.fromkeys(names, 1)


def test_errors_and_warnings_stand_where_they_belong() -> None:
    for title, base, others in (
        ("Errors", SchemaRegistryError, {"ContractViolation", "IncompatibleSchemas"}),
        ("Warnings", SchemaRegistryWarning, set()),
    ):
        named = set(
            re.findall(r"autoexception:: pytest_schema_registry\.(\w+)", PAGE.section(title))
        )
        kinds = {
            name
            for name in pytest_schema_registry.__all__
            for value in [getattr(pytest_schema_registry, name)]
            if isinstance(value, type) and issubclass(value, base)
        }
        assert named == kinds | others
