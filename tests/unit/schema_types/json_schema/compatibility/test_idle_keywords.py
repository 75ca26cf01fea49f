from __future__ import annotations

import copy
import itertools
from typing import Any

import jsonschema_rs
import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import Patterns
from pytest_schema_registry.schema_types.json_schema.compatibility.idle_keywords import (
    is_in_every_text,
    without_idle_keywords,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.levels import compare

DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"
TEXTS = (
    "",
    "a",
    "B",
    "7",
    " ",
    "\n",
    "é",
    "ab\ncd",
    "a-b",
    "^",
    "$",
    "aGk=",
    "{}",
    "{",
    "e30=",
    "\0é{=",
)
MEDIA_TYPES = (None, "application/json", "image/png", "application/vnd.events+json")
ENCODINGS = (None, "base64", "base32", "base16", "quoted-printable", "8bit", "unheard-of")


@pytest.mark.parametrize(
    "pattern",
    ["", "[a-z]*", ".*", "a?", "(?:a|b)*", r"\d*[^a]{0,3}", r"(ab)*\.?", r"\w*|x+", "()"],
)
def test_a_pattern_that_is_in_every_text_is_removed(pattern: str) -> None:
    assert is_in_every_text(pattern, Patterns())
    assert all(map(jsonschema_rs.validator_for({"pattern": pattern}).is_valid, TEXTS))
    assert without_idle_keywords({"pattern": pattern, "minLength": 1}) == {"minLength": 1}


@pytest.mark.parametrize(
    "pattern",
    ["^[a-z]*", "[a-z]*$", "[a-z]+", "a*b", r"a*\b", r"\B", "(?=a)", "(?!a)", "(?<=a)", r"(a?)\1b"],
)
def test_any_other_pattern_stays(pattern: str) -> None:
    assert not is_in_every_text(pattern, Patterns())
    assert without_idle_keywords({"pattern": pattern}) == {"pattern": pattern}


@pytest.mark.parametrize("draft", [DRAFT_6, DRAFT_7, DRAFT_2020])
@pytest.mark.parametrize("words", [*itertools.product(MEDIA_TYPES, ENCODINGS)])
def test_content_that_the_engine_does_not_read_is_removed_and_nothing_else(
    draft: str, words: tuple[str | None, str | None]
) -> None:
    found = zip(("contentMediaType", "contentEncoding"), words, strict=True)
    schema: dict[str, Any] = {"$schema": draft, "properties": {"a": dict(found)}}
    inner = schema["properties"]["a"]
    for word in [word for word, value in inner.items() if value is None]:
        del inner[word]
    left: Any = without_idle_keywords(copy.deepcopy(schema))
    payloads = [{"a": text} for text in TEXTS]
    before = list(map(jsonschema_rs.validator_for(schema).is_valid, payloads))
    assert list(map(jsonschema_rs.validator_for(left).is_valid, payloads)) == before
    is_read = not all(before)
    assert left["properties"]["a"] == (inner if is_read or draft == DRAFT_2020 else {})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string"}, {"type": "string", "pattern": "[a-z]*"}),
        ({"type": "string", "pattern": "[a-z]*"}, {"type": "string", "pattern": "[A-Z]*"}),
        ({"contentMediaType": "image/png"}, {"contentMediaType": "image/jpeg"}),
        ({"contentEncoding": "base64"}, {"contentEncoding": "base1"}),
    ],
)
def test_what_refuses_nothing_is_no_difference(old: Any, new: Any) -> None:
    assert compare({"$schema": DRAFT_7, **old}, {"$schema": DRAFT_7, **new}).compatible


@pytest.mark.parametrize(
    "content", [{"contentEncoding": "base64"}, {"contentMediaType": "application/json"}]
)
def test_content_that_becomes_asserted_breaks_a_rule_of_its_own(content: dict[str, Any]) -> None:
    old, new = {"$schema": DRAFT_7}, {"$schema": DRAFT_7, **content}
    assert {each.rule for each in compare(old, new).reasons} == {"format-changed"}


def test_encoded_content_that_is_no_longer_encoded_is_still_a_difference() -> None:
    old, new = {"$schema": DRAFT_7}, {"$schema": DRAFT_7, "contentEncoding": "base64"}
    assert compare(old, new).compatible is not True
