from __future__ import annotations

from typing import Any

from pytest_schema_registry.contracts.excerpt import MAX_LENGTH, MAX_LINES, excerpt


def test_a_small_payload_is_shown_whole() -> None:
    assert excerpt({"a": [1], "b": "ü"}, "$.a[0]") == ('{\n  "a": [\n    1\n  ],\n  "b": "ü"\n}')


def test_of_a_large_payload_the_part_that_matters_is_shown() -> None:
    payload = {"items": [{"id": number, "text": "x" * 50} for number in range(100)]}
    assert excerpt(payload, "$.items[98].id") == (
        f'at $.items[98]:\n{{\n  "id": 98,\n  "text": "{"x" * 50}"\n}}'
    )


def test_where_no_part_fits_the_innermost_begins() -> None:
    text = excerpt({"a": {"b": "x" * 9_000}}, "$.a.b")
    assert text == f'at $.a.b:\n"{"x" * (MAX_LENGTH - 1)}\n...'


def test_many_lines_are_too_many() -> None:
    lines = excerpt(list(range(50)), "$").splitlines()
    assert (len(lines), lines[-2:]) == (MAX_LINES + 1, ["  38,", "..."])


def test_a_place_that_is_missing_or_hidden_is_not_gone_to() -> None:
    payload: dict[str, Any] = {"a": "x" * 9_000, "b": {"c": ["y" * 9_000]}}
    for path in ("$.z", "$['a'].b", "$.a[0].x", "$.b.c[7]"):
        assert excerpt(payload, path).endswith("\n...")
    assert excerpt(payload, "$.b.c[7]").startswith("at $.b.c:\n[")


def test_a_payload_that_is_too_deep_is_shown_as_far_as_it_goes() -> None:
    payload: Any = []
    for _ in range(100_000):
        payload = [payload]
    assert excerpt(payload, "$").endswith("...")
