from __future__ import annotations

from typing import TYPE_CHECKING

from tests.real_schemas.fetched import FOLDER
from tests.real_schemas.table import Table

if TYPE_CHECKING:
    import pytest

if FOLDER is None:
    # They are not in the project, and a default run fetches nothing.
    collect_ignore_glob = ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    if FOLDER is not None:
        config.pluginmanager.register(Table())
