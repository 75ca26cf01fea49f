"""What pytest loads: it has our modules found as Python finds any, and takes the hooks from there.

pytest's importer takes every module of a plugin for one whose assertions are to be rewritten. It
compiles them for itself, anew in every run that cannot keep what that makes, and reads what was
kept a byte at a time (``marshal.load`` of a file). Ours have no assertions to be explained; without
it, a contract test in a fresh container starts a tenth of a second earlier.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


class Finder(PathFinder):
    """Finds the modules of this package, before pytest's importer does."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        is_ours = fullname.startswith("pytest_schema_registry.")
        return super().find_spec(fullname, path, target) if is_ours else None


sys.meta_path.insert(0, Finder)

from pytest_schema_registry.plugin.hooks import (  # noqa: E402  # the finder finds it
    pytest_addoption,
    pytest_cmdline_main,
    pytest_configure,
    registry_versions,
    schema_registry,
)

__all__ = [
    "pytest_addoption",
    "pytest_cmdline_main",
    "pytest_configure",
    "registry_versions",
    "schema_registry",
]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Take the finder away: what the interpreter's own list holds outlives its last collection."""
    with suppress(ValueError):  # whoever ran pytest in a process may have put the list back
        sys.meta_path.remove(Finder)
