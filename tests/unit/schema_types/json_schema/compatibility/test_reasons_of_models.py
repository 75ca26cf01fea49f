"""The reasons and notes for the changes that people make to models within unions and conditions."""

from typing import Any

import pytest

from pytest_schema_registry.schema_types.json_schema.compatibility import compare

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
NULL = {"type": "null"}


def model(title: str = "", /, **members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        **({"title": title} if title else {}),
    }


def told(old: Any, new: Any, **asked: Any) -> list[str]:
    return sorted(f"{each.rule} {each.path}" for each in compare(old, new, **asked).reasons)


@pytest.mark.parametrize("keys", [{"enum": ["a", "c"]}, {"pattern": "^a$"}])
def test_names_behind_a_reference_are_reported_beside_what_else_breaks(keys: Any) -> None:
    def table(keys: Any, value: Any) -> Any:
        names = {"type": "object", "propertyNames": {"$ref": "#/$defs/K"}}
        return {"$defs": {"K": keys}, **model(d=names, q=value)}

    old, new = table({"enum": ["a", "b"], "title": "K"}, NUMBER), table(keys, TEXT)

    assert told(old, new) == ["property-names-narrowed $.d", "type-narrowed $.q"]
    change = compare(old, new).reasons[0].change
    assert change.startswith('{"enum": ["a", "b"]} -> {')


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "integer", "enum": [1]}, {"type": "string", "enum": ["a"]}),
        ({"type": "boolean"}, {"type": "string", "enum": ["a"]}),
        (
            {"type": ["string", "null"], "enum": ["a", None]},
            {"type": "string", "enum": ["a"]},
        ),
    ],
)
def test_a_value_of_a_type_that_is_gone_is_not_reported_as_a_value_too(old: Any, new: Any) -> None:
    assert told(old, new) == ["type-narrowed $"]


def test_an_array_that_mixes_the_kinds_of_its_elements_shows_that_they_were_split() -> None:
    old = {"type": "array", "items": {"anyOf": [NUMBER, TEXT]}}
    new = {"anyOf": [{"type": "array", "items": kind} for kind in (NUMBER, TEXT)]}

    report = compare(old, new)

    assert report.compatible is False
    assert {type(each) for each in report.reasons[0].payload} == {int, str}
