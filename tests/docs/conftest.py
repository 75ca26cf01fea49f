from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import SchemaRegistry
from tests.docs.pages import named_file, page
from tests.docs.projects import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.local_registry import LocalRegistry


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """A user's project that has this project's directory of schemas."""
    shutil.copytree(REGISTRY, pytester.path / "tests" / "contracts" / "registry")
    return pytester.path


@pytest.fixture
def headline(project: Path) -> Path:
    """The project with the first test of the pages in it, where its first line says."""
    (block, *_) = page("writing_tests").blocks("python")
    (project / named_file(block)).write_text(block, encoding="utf-8")
    return project


@pytest.fixture
def served(headline: Path, local_registry: LocalRegistry) -> LocalRegistry:
    """That project, and the same schemas over HTTP."""
    shutil.copytree(REGISTRY, local_registry.directory, dirs_exist_ok=True)
    return local_registry


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    with SchemaRegistry(REGISTRY) as registry:
        yield registry
