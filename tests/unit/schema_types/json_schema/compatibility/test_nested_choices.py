"""Breaks below unions within unions, and below the outcomes of conditions, as AsyncAPI has them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility.levels import compare

DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def scheme(kind: str, **more: Any) -> dict[str, Any]:
    properties = {"type": {"enum": [kind]}, "name": {"type": "string"}, **more}
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def of(*names: str) -> dict[str, Any]:
    return {"oneOf": [{"$ref": f"#/definitions/{name}"} for name in names]}


NESTED: dict[str, Any] = {
    "$schema": DRAFT_7,
    "type": "object",
    "properties": {"schemes": {"type": "object", "additionalProperties": of("link", "scheme")}},
    "required": ["schemes"],
    "definitions": {
        "link": scheme("link"),
        "scheme": of("password", "symmetric", "http", "sasl"),
        "password": scheme("password"),
        "symmetric": scheme("symmetric"),
        "http": of("basic", "key"),
        "basic": scheme("basic"),
        "key": scheme("key", place={"enum": ["header", "query", "cookie"]}),
        "sasl": of("plain", "scram"),
        "plain": scheme("plain"),
        "scram": scheme("scram"),
    },
}


@pytest.mark.parametrize("policy", ["tolerant", "strict"])
def test_a_break_in_a_union_within_a_union_within_a_union_is_shown(policy: Any) -> None:
    new = copy.deepcopy(NESTED)
    new["definitions"]["key"]["properties"]["place"]["enum"].pop()
    (reason,) = compare(NESTED, new, policy=policy).reasons
    assert (reason.rule, reason.path) == ("enum-value-removed", "$.schemes.*.place")


@pytest.mark.parametrize("policy", ["tolerant", "strict"])
def test_a_member_more_below_a_union_within_a_union_breaks_nothing(policy: Any) -> None:
    """No other event fits the changed branch, which only the parts of that branch show."""
    events = {
        "link": scheme("link", cause={"$ref": "#"}),  # the engine's own proof gives up on that
        "http": of("http.on", "http.off"),
        "http.on": scheme("on", http={}),
        "http.off": scheme("off", http={}),
        "sasl": of("sasl.on", "sasl.off"),
        "sasl.on": scheme("on", sasl={}),
        "sasl.off": scheme("off", sasl={}),
    }
    old = {"$schema": DRAFT_7, **of("link", "http", "sasl"), "definitions": events}
    new = copy.deepcopy(old)
    new["definitions"]["http.on"]["properties"]["since"] = {"type": "string"}
    assert compare(old, new, policy=policy).compatible
    assert not compare(new, old, policy="strict").compatible


def binding(*levels: int) -> dict[str, Any]:
    versions = {"1.0": {"level": {"enum": [1]}}, "2.0": {"level": {"enum": [*levels]}}}
    return {
        "$schema": DRAFT_7,
        "type": "object",
        "properties": {"version": {"enum": [*versions]}},
        "allOf": [
            {
                "if": {"properties": {"version": {"const": version}}, "required": ["version"]},
                "then": {"properties": properties, "required": ["level"]},
            }
            for version, properties in versions.items()
        ],
    }


@pytest.mark.parametrize("policy", ["tolerant", "strict"])
def test_a_break_below_a_condition_is_a_break(policy: Any) -> None:
    (reason,) = compare(binding(1, 2, 3), binding(1, 2), policy=policy).reasons
    assert (reason.rule, reason.path) == ("enum-value-removed", "$.level")
    assert reason.payload == {"version": "2.0", "level": 3}


def formats(*orders: str) -> dict[str, Any]:
    """A message whose payload is a schema of the language that the message names."""
    field = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "order": {"enum": [*orders]}},
        "required": ["name"],
    }
    languages: dict[str, Any] = {
        "json": {"type": ["object", "boolean"]},
        "openapi": {"type": "object", "required": ["openapi"]},
        "raml": {"type": "string"},
        "avro": {"type": "object", "properties": {"fields": {"type": "array", "items": field}}},
    }
    return {
        "$schema": DRAFT_7,
        "type": "object",
        "properties": {"format": {"type": "string"}},
        "allOf": [
            {
                "if": {"required": ["format"], "properties": {"format": {"enum": [language]}}},
                "then": {"properties": {"payload": payload}},
            }
            for language, payload in languages.items()
        ],
    }


def test_a_break_far_below_one_of_several_conditions_is_shown_where_it_is() -> None:
    (reason,) = compare(formats("up", "down"), formats("up")).reasons
    assert (reason.rule, reason.path) == ("enum-value-removed", "$.payload.fields[*].order")
    assert reason.payload["format"] == "avro"
    assert reason.payload["payload"]["fields"][0]["order"] == "down"


def deep(*levels: int) -> dict[str, Any]:
    """A value far below the condition, so that no value of the whole is likely to break it."""
    inner: dict[str, Any] = {"enum": [*levels]}
    for name in "edcba":
        inner = {"type": "object", "properties": {name: inner, f"{name}2": {"type": "string"}}}
    return {"$schema": DRAFT_7, "if": {"required": ["a"]}, "then": inner, "else": {"type": "null"}}


def test_a_break_far_below_a_condition_is_shown_where_it_is() -> None:
    (reason,) = compare(deep(1, 2, 3), deep(1, 2)).reasons
    assert (reason.rule, reason.path) == ("enum-value-removed", "$.a.b.c.d.e")
