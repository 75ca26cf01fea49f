"""The official tests of JSON Schema, through the public door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import SchemaRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAFTS = {
    "draft4": "4",
    "draft6": "6",
    "draft7": "7",
    "draft2019-09": "2019-09",
    "draft2020-12": "2020-12",
}
_FOLDERS = (
    folder / "../shared/data/json-schema-test-suite/tests" for folder in Path(__file__).parents
)
SUITE = next((folder for folder in _FOLDERS if folder.is_dir()), None)

pytestmark = pytest.mark.skipif(
    SUITE is None, reason="needs ../shared/data/json-schema-test-suite next to the checkout"
)


def _cases(folder: Path) -> Iterator[tuple[str, Any, Any, bool]]:
    for file in sorted(folder.glob("*.json")):
        for group in json.loads(file.read_text(encoding="utf-8")):
            # Those refer to documents on a server that the suite brings along.
            if "localhost:1234" in json.dumps(group["schema"]):
                continue
            for case in group["tests"]:
                label = f"{file.name}: {group['description']}: {case['description']}"
                yield label, group["schema"], case["data"], case["valid"]


def _wrong(folder: Path, at_least: int, **options: Any) -> list[str]:
    wrong = []
    cases = list(_cases(folder))
    assert len(cases) > at_least
    with SchemaRegistry(**options) as registry:
        for label, schema, data, valid in cases:
            is_valid, errors = registry.validate_payload(schema, data)
            if is_valid is not valid or bool(errors) is valid:
                wrong.append(label)
    return wrong


@pytest.mark.parametrize("draft", DRAFTS)
def test_every_required_verdict_is_the_official_one(draft: str) -> None:
    assert SUITE is not None
    # In these files ``format`` is an annotation.
    options: Any = {"format_assertion": False, "default_draft": DRAFTS[draft]}
    assert _wrong(SUITE / draft, 590, **options) == []


@pytest.mark.parametrize("draft", DRAFTS)
def test_every_verdict_on_a_format_is_the_official_one(draft: str) -> None:
    assert SUITE is not None
    assert _wrong(SUITE / draft / "optional" / "format", 210, default_draft=DRAFTS[draft]) == []
