from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.contracts.message import Message, message_of


@given(st.integers(0, 2**32 - 1), st.binary(), st.sampled_from([bytes, bytearray, memoryview]))
def test_a_message_is_taken_apart(schema_id: int, payload: bytes, kind: type[Any]) -> None:
    raw = kind(b"\x00" + schema_id.to_bytes(4, "big") + payload)
    assert message_of(raw) == Message(str(schema_id), payload)


@pytest.mark.parametrize(
    "text",
    [
        None,
        1,
        {},
        "\x00\x00\x00\x00\x01{}",
        b"",
        b"\x00",
        b"\x00\x00\x00\x01",
        b"{}",
        b" \x00\x00\x00\x00\x01{}",
        b"\x01\x00\x00\x00\x01{}",
        [0, 0, 0, 0, 1],
        array("b", [0, 0, 0, 0, 1]),
    ],
)
def test_anything_else_is_none(text: Any) -> None:
    assert message_of(text) is None


@given(st.binary())
def test_no_json_text_is_a_message(raw: bytes) -> None:
    assert (message_of(raw) is None) is (len(raw) < 5 or raw[0] != 0)
