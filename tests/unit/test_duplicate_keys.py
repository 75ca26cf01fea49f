from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.duplicate_keys import KeyTwice, read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "pointer", "said"),
    [
        ('{"a": 1, "a": 2}', "#/a", 'the key "a" stands twice in one object: line 1 column 2 and'),
        ('{"a": [0, {"b": {}}, {"b": 1,\n "b": 2}]}', "#/a/2/b", "line 1 column 23 and line 2 col"),
        ('{"a": {}, "b": "a", "\\u0061": {"a": 1}}', "#/a", "line 1 column 2 and line 1 column 21"),
        ('[{"x": "\\"}{"}, {"~/": [], "~/": []}]', "#/1/~0~1", "column 18 and"),
        ('{"\x7f": 1, "\x7f": 1}', "#/\\x7f", "column 2 and"),
        (json.dumps({"a" * 201: 1})[:-1] + f', "{"a" * 201}": 2}}', f"#/{'a' * 201}", "of 201 cha"),
    ],
)
def test_a_key_that_stands_twice_is_said_with_both_places(
    text: str, pointer: str, said: str
) -> None:
    with pytest.raises(KeyTwice) as caught:
        read(text)
    assert caught.value.pointer == pointer
    assert said in str(caught.value)


@given(VALUES)
def test_a_text_without_doubles_is_read_as_by_any_reader(value: Any) -> None:
    assert read(json.dumps(value)) == value


@given(value=VALUES, key=st.text(max_size=3), around=st.sampled_from(["%s", '[1, %s, {"a": 0}]']))
def test_no_double_is_missed(value: Any, key: str, around: str) -> None:
    name = json.dumps(key)
    text = around % f'{{{name}: {json.dumps(value)}, "other": [], {name}: 1}}'
    with pytest.raises(KeyTwice) as caught:
        read(text)
    assert caught.value.key in (key, "other")
