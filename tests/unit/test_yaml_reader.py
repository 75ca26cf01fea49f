from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry.duplicate_keys import KeyTwice
from pytest_schema_registry.yaml_reader import NotJSON, read_json

LIMIT = 10_000
#: Each line has ten times what the line before has.
BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{each}: &a{each} [{', '.join([f'*a{each - 1}'] * 10)}]" for each in range(1, 30)]
)


def number(text: str, line: int = 1) -> str:
    return (
        f"line {line}: some readers of YAML take {text} for a number that is none in JSON; "
        f'write "{text}", or the number as JSON has it'
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        (
            "type: object\nrequired: [id, 'no', \"on\"]",
            {"type": "object", "required": ["id", "no", "on"]},
        ),
        ('{"a": true, "b": [1, -2.5, null, 1e3]}', {"a": True, "b": [1, -2.5, None, 1000.0]}),
        (
            "- ~\n-\n- False\n- y\n- yes, both\n- =\n- v1.2",
            [None, None, False, "y", "yes, both", "=", "v1.2"],
        ),
        ("description: |\n  no\n  2025-01-01\n", {"description": "no\n2025-01-01\n"}),
        ("since: !!str 2025-01-01\nmost: !!int 5", {"since": "2025-01-01", "most": 5}),
        (
            "first: &id {type: string}\nsecond: *id",
            {"first": {"type": "string"}, "second": {"type": "string"}},
        ),
    ],
)
def test_a_yaml_file_has_the_value_that_it_has_as_json(text: str, value: Any) -> None:
    assert read_json(text.encode(), LIMIT) == value
    assert repr(read_json(text.encode("utf-8-sig"), LIMIT)) == repr(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("on: 1", 'line 1: some readers of YAML take on for true; write "on" or true'),
        ("a:\n- no", 'line 2: some readers of YAML take no for false; write "no" or false'),
        (
            "a: 2025-01-01",
            'line 1: some readers of YAML take 2025-01-01 for a date; write "2025-01-01"',
        ),
        ("a: 1\nb: 012", number("012", line=2)),
        ("a: 0o17", number("0o17")),
        ("a: 12:30", number("12:30")),
        ("a: .inf", number(".inf")),
        ("a: .5", number(".5")),
        ("a: 1e999", "line 1: 1e999 is beyond what a number can be"),
        (f"a: 0{'1' * 60}", number(f"0{'1' * 36}...")),
        ("a:\n  200: {}", 'line 2: the key 200 is no text; write "200"'),
        ("null: 1", 'line 1: the key null is no text; write "null"'),
        ("? [a]\n: 1", "line 1: a key is a list or a mapping; write a text"),
        ("a: &a {b: 1}\nc:\n  <<: *a", "line 3: << merges keys; write the keys themselves"),
        ("a: &a\n- *a", "line 1: an alias leads to what it stands in"),
        ("a: !!binary aGk=", "line 1: JSON has no tags such as !!binary; leave it out"),
        ("a: !include [b]", "line 1: JSON has no tags such as !include; leave it out"),
        ("a: !!set {b}", "line 1: JSON has no tags such as !!set; leave it out"),
        ("a: !!int '5'", "line 1: JSON has no tags such as !!int; leave it out"),
        ("a: b: c", "line 1: mapping values are not allowed in this context"),
        ("--- a\n--- b", "line 2: but found another document"),
        ("a: \x01", "control characters are not allowed"),
    ],
)
def test_what_is_no_json_value_is_named_with_its_line_and_what_to_write(
    text: str, reason: str
) -> None:
    with pytest.raises(NotJSON) as caught:
        read_json(text.encode(), LIMIT)
    assert str(caught.value) == reason


def test_a_key_that_stands_twice_is_named_as_in_json() -> None:
    with pytest.raises(KeyTwice) as caught:
        read_json(b"a: 1\nb:\n- c: 1\n  'c': 2", LIMIT)
    assert caught.value.pointer == "#/b/0/c"
    assert str(caught.value) == (
        'the key "c" stands twice in one object: line 3 column 3 and line 4 column 3'
    )


def test_aliases_are_not_written_out_without_a_bound() -> None:
    with pytest.raises(NotJSON) as caught:
        read_json(BOMB.encode(), LIMIT)
    assert str(caught.value) == (
        "line 4: with its aliases written out, it is larger than 10,000 characters; use $ref in "
        "place of aliases"
    )
