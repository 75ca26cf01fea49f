from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.plugin.payload_folder import (
    PayloadCollection,
    is_mistaken,
    is_payload,
    is_something_else,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "path",
    [
        "a.B.payloads.jsonl",
        "a.B.Payloads.JSONL",
        "below/a.B.payloads.jsonl",
        "a.B/valid/one.json",
        "a.B/invalid/one.JSON",
        "build/valid/.one.json",
        ".a/valid/one.json",
        "a.B/valid/#1.json",
        "a.B/valid/license.json",
        "readme.payloads.jsonl",
    ],
)
def test_a_payload_is_known_by_its_place(path: str) -> None:
    parts = tuple(path.split("/"))
    assert is_payload(parts)
    assert not is_something_else(parts)


@pytest.mark.parametrize(
    "path",
    [
        "README",
        "a.B/valid/README.md",
        "notes.rst",
        "a.B/licenses.adoc",
        "a.B/valid/.gitkeep",
        ".DS_Store",
        "conftest.py",
        "payloads.py",
        "a.B/valid/one.json~",
        "a.B/valid/.#one.json",
        "a.B/valid/#one.json#",
        "a.B/valid/.one.json.swp",
    ],
)
def test_texts_and_what_tools_leave_may_lie_beside_payloads(path: str) -> None:
    assert is_something_else(tuple(path.split("/")))


@pytest.mark.parametrize(
    "path",
    [
        "a.B.json",
        "a.B.payload.jsonl",
        "a.B.payloads.ndjson",
        "a.B.payloads.txt",
        ".payloads.jsonl",
        ".one.json",
        "a.B/one.json",
        "a.B/one.jsn",
        "a.B/vaild/one.json",
        "a.B/Valid/one.json",
        "a.B/VALID/one",
        "a.B/valid/one",
        "a.B/valid/one.txt",
        "a.B/valid/one.json5",
        "a.B/valid/one.json.gz",
        "a.B/valid/below/one.json",
        "a.B/one.yml",
        "a.B.yaml",
    ],
)
def test_what_is_meant_as_a_payload_is_no_other_file(path: str) -> None:
    parts = tuple(path.split("/"))
    assert not is_payload(parts)
    assert not is_something_else(parts)
    assert is_mistaken(parts)


@pytest.mark.parametrize("path", ["notes.txt", "Makefile", "a.B/schema.avsc", "waivers.toml"])
def test_nothing_is_said_of_files_that_nobody_takes_for_payloads(path: str) -> None:
    parts = tuple(path.split("/"))
    assert not any(rule(parts) for rule in (is_payload, is_something_else, is_mistaken))


def test_a_payload_on_another_drive_has_its_whole_path_as_its_id(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never_called() -> Any:
        raise AssertionError

    def other_drive(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    collection = PayloadCollection(request.config, tmp_path, never_called, is_named=True)
    payload = tmp_path / "a.B" / "valid" / "one.json"
    monkeypatch.setattr(os.path, "relpath", other_drive)
    assert collection.node_id(payload, request.session) == payload.as_posix()
