"""The walk through the folder of golden payloads: a node for it, and for each folder below."""

# The functions of os.path answer for any path, while methods of Path may raise.
# ruff: noqa: PTH112, PTH114, PTH208

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.plugin.payload_folder import is_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_schema_registry.plugin.payload_folder import Parts, PayloadCollection

#: Folders of tools, which hold copies and settings.
TOOLS = frozenset(
    {
        *("__pycache__", ".pytest_cache", ".ipynb_checkpoints"),
        *(".git", ".hg", ".svn", ".idea", ".vscode"),
    }
)


class PayloadFolder(pytest.Directory):
    """The folder of golden payloads, or one below it.

    Args:
        collection: The collection that it is a part of.
        parts: Its path below the folder of golden payloads.
        is_rest: True where it is collected at the end, without what was collected before.
        has_tests: True where pytest may look at files that are no payloads.
    """

    def __init__(
        self,
        *,
        collection: PayloadCollection,
        parts: Parts,
        is_rest: bool,
        has_tests: bool,
        **node: Any,
    ) -> None:
        super().__init__(**node)
        self._collection = collection
        self._parts = parts
        self._is_rest = is_rest
        self._has_tests = has_tests

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        ours = self._collection
        try:
            names = sorted(os.listdir(self.path))
        except OSError as exc:
            raise self.CollectError(f"{self.path} cannot be read: {exc.strerror}") from None
        needs_payloads = is_place(self._parts) or (not self._parts and ours.is_named)
        has_payloads = bool(names) and not needs_payloads
        for name in names:
            path, parts = self.path / name, (*self._parts, name)
            if ours.is_left_out(path) or (self._is_rest and parts in ours.seen):
                has_payloads = True  # ignored in this run, or reported already
            elif os.path.isdir(path):
                if name not in TOOLS and path not in ours.own:
                    has_payloads = True
                    yield self._below(path, parts)
            elif (file := ours.file(path, self, parts)) is not None:
                has_payloads = True
                yield file
            elif self._has_tests and not self._is_ignored(path):
                yield from self.ihook.pytest_collect_file(file_path=path, parent=self)
        if not has_payloads and self._parts not in ours.seen:
            ours.seen.add(self._parts)
            raise self.CollectError(f"{self.path} has no payload; add one, or remove the folder")

    def _below(self, path: Path, parts: Parts) -> pytest.Collector:
        above = map(os.path.realpath, path.parents)
        if os.path.islink(path) and os.path.realpath(path) in above:
            return self._collection.loop(path, self, parts)
        has_tests = self._has_tests and not self._is_ignored(path)
        return self._collection.folder_node(
            path, self, parts, is_rest=self._is_rest, has_tests=has_tests
        )

    def _is_ignored(self, path: Path) -> bool:
        """Check whether pytest skips a path in its search for tests."""
        ihook, is_asked = self.ihook, self.session.isinitpath(path, with_parents=True)
        return not is_asked and bool(
            ihook.pytest_ignore_collect(collection_path=path, config=self.config)
        )
