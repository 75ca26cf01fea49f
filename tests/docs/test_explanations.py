from __future__ import annotations

import re

import pytest

from tests.docs.pages import page
from tests.explanations import INTRODUCTION, MISTAKES, OURS, block, of_jsonschema, of_pydantic, ours

PAGE = page("explanations").text


@pytest.mark.parametrize(
    ("mistake", "change", "payload"), MISTAKES, ids=[each[0] for each in MISTAKES]
)
def test_the_page_shows_what_is_said_of_a_mistake(
    mistake: str, change: str, payload: object
) -> None:
    start = f"## {mistake}\n\nIn the payload, {change}.\n\n**{OURS}**\n\n{block(ours(payload))}\n\n"
    assert start in PAGE


def test_the_page_has_each_mistake_and_nothing_else() -> None:
    assert INTRODUCTION in PAGE
    assert re.findall("^## (.+)$", PAGE, re.MULTILINE) == [each[0] for each in MISTAKES]


def test_other_tools_are_asked_the_same() -> None:
    payload = MISTAKES[1][2]
    assert of_jsonschema(payload) == "$.id: 7 is not of type 'string'"
    assert of_pydantic(payload).splitlines()[:2] == ["1 validation error for Order", "id"]
