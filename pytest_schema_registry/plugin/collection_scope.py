"""The scope of a run: whether it collects all tests, all contract tests, or a part."""

from __future__ import annotations

from glob import iglob
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from pytest_schema_registry.plugin.session import CollectionScope, PluginSession

LEAVING_OUT = ("ignore", "ignore_glob", "deselect")


class ScopeOfCollection:
    """The hooks that find out the scope of a run, and tell it the session.

    Args:
        process: Gives the settings, and takes the scope.
        config: The session's.
    """

    def __init__(self, process: PluginSession, config: pytest.Config) -> None:
        self._process = process
        self._beside = (config.rootpath / process.settings.cassettes).parent.resolve()
        self._everything = _testpaths(config) or [config.rootpath.resolve()]

    @pytest.hookimpl(wrapper=True, trylast=True)  # before those that add to what is collected
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            self._process.collection_scope = self._scope(collector)
        return report

    def _scope(self, session: pytest.Session) -> CollectionScope:
        """Return the scope of what is collected, before anything is deselected."""
        started_in = session.config.invocation_params.dir
        asked = [(started_in / each).resolve() for each in session.config.args]
        if _covered(self._everything, asked):
            return "project"
        return "contracts" if _covered([self._beside], asked) else "part"

    def pytest_deselected(self) -> None:
        self._process.collection_scope = "part"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if any(session.config.getoption(name) for name in LEAVING_OUT):
            self._process.collection_scope = "part"


def _testpaths(config: pytest.Config) -> list[Path]:
    """Return the ini file's ``testpaths``, which pytest collects if it has no arguments."""
    patterns = (str(config.rootpath / each) for each in config.getini("testpaths"))
    # pathlib's glob refuses a pattern that is absolute or empty.
    found = (path for each in patterns for path in iglob(each, recursive=True))  # noqa: PTH207
    return [Path(path).resolve() for path in found]


def _covered(paths: Iterable[Path], asked: Sequence[Path]) -> bool:
    return all(any(path.is_relative_to(each) for each in asked) for path in paths)
