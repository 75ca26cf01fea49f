"""What `tox -e real` is made of, without a network: a default run has none of the schemas."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import compare
from tests.real_schemas.fetching import fetch
from tests.real_schemas.members import MEMBER, with_one_member_more
from tests.real_schemas.sources import SOURCES, Repository, Source, files

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
TEXT = {"type": "string"}
ORDER: dict[str, Any] = {"type": "object", "properties": {"id": TEXT}}


@pytest.mark.parametrize(
    ("schema", "place", "member"),
    [
        (ORDER, [], TEXT),
        (
            {"$ref": "#/$defs/order", "$defs": {"line": ORDER, "order": ORDER}},
            ["$defs", "order"],
            TEXT,
        ),
        ({"anyOf": [{"type": "null"}, ORDER]}, ["anyOf", 1], TEXT),
        ({**ORDER, "additionalProperties": False}, [], TEXT),
        ({**ORDER, "additionalProperties": {"type": "number"}}, [], {}),
        ({**ORDER, "patternProperties": {"^x-": {}}}, [], TEXT),
        ({**ORDER, "patternProperties": {"_": {"type": "number"}}}, [], {}),
        ({"type": "object"}, [], {}),
    ],
)
def test_the_member_more_is_one_that_old_producers_do_not_break(
    schema: dict[str, Any], place: list[str | int], member: Mapping[str, str]
) -> None:
    copy = with_one_member_more(schema)
    assert compare(schema, copy).compatible
    assert MEMBER not in str(schema)
    node: Any = copy
    for step in place:
        node = node[step]
    assert node["properties"].pop(MEMBER) == member
    assert MEMBER not in str(copy)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs the git command")
def test_a_source_that_cannot_be_reached_leaves_its_reason(tmp_path: Path) -> None:
    origin = Repository(f"file://{tmp_path}/nothing", "0" * 40, ("/",))
    fetch(Source("orders", origin, files("*.json")), tmp_path)
    assert "nothing 0000000000: fatal: " in (tmp_path / "orders.missing").read_text()
    assert not (tmp_path / "orders").exists()


def run(folder: str) -> subprocess.CompletedProcess[str]:
    # -P, or the checkout would shadow the installed wheel.
    command = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", "tests/real_schemas"]
    environment = {**os.environ, "SCHEMA_REGISTRY_TEST_REAL": folder}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_a_run_that_reached_no_source_fails(tmp_path: Path) -> None:
    (tmp_path / "fhir.missing").write_text("fhir 1: no command npm here")
    done = run(str(tmp_path))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "AssertionError: no source was reached" in done.stdout
    assert "\nnot reached: fhir: fhir 1: no command npm here\n" in done.stdout
    assert "\nnot reached: webhooks: never asked for\n" in done.stdout
    assert f"\nschemas: 0; sources reached: 0 of {len(SOURCES)}\n" in done.stdout


def test_a_default_run_has_none_of_them() -> None:
    assert run("").returncode == pytest.ExitCode.NO_TESTS_COLLECTED
