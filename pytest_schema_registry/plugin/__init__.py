"""The module that pytest loads: it has the hooks, and lets Python's own importer find our modules.

pytest's importer rewrites the assertions of every module of a plugin. It compiles the modules
itself, and again in every run that cannot keep the compiled files. It reads kept files a byte at a
time (``marshal.load`` of a file). Our modules have no assertions to explain. With Python's own
importer, a contract test in a fresh container starts a tenth of a second earlier.
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
    """A finder that finds the modules of this package before pytest's importer does."""

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
    """Remove the finder: objects in ``sys.meta_path`` outlive the last garbage collection."""
    with suppress(ValueError):  # the caller of pytest.main may have restored the list
        sys.meta_path.remove(Finder)
