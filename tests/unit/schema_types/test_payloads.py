from __future__ import annotations

import pytest

from pytest_schema_registry.schema_types.payloads import Payloads


def made(*texts: str, uncovered: tuple[str, ...] = (), reason: str = "") -> Payloads[object]:
    return Payloads("orders.Order v1", texts, uncovered, reason, lambda _, payload: payload)


def test_payloads_are_a_sequence() -> None:
    payloads = made("1", '"a"', "[]")
    assert list(payloads) == [1, "a", []]
    assert payloads[-1] == []
    assert payloads[:2] == [1, "a"]
    assert len(payloads) == 3
    with pytest.raises(IndexError):
        payloads[3]


@pytest.mark.parametrize(
    ("payloads", "text"),
    [
        (made("1"), "<1 payload for orders.Order v1>"),
        (made("1", "2"), "<2 payloads for orders.Order v1>"),
        (made("1", uncovered=("#/a",)), "<1 payload for orders.Order v1: 1 not covered>"),
        (
            made(uncovered=("nothing conforms",), reason="nothing conforms"),
            "<0 payloads for orders.Order v1: nothing conforms>",
        ),
    ],
)
def test_the_text_of_payloads_has_their_count_and_the_reason_for_none(
    payloads: Payloads[object], text: str
) -> None:
    assert repr(payloads) == text
    assert payloads.is_reason_read is False


def test_payloads_know_whether_their_reason_was_read() -> None:
    payloads = made(reason="nothing conforms")
    assert payloads.reason == "nothing conforms"
    assert payloads.is_reason_read
