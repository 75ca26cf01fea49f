from __future__ import annotations

import pytest

from pytest_schema_registry import RegistryUnavailable
from pytest_schema_registry.retrieval.pauses import Pauses

URL = "http://registry.example/index"
ERROR = RegistryUnavailable(URL, "it answered 503")


class Clock:
    """Stands still until somebody sets it."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_address_that_has_not_failed_may_be_asked() -> None:
    assert Pauses().failure(URL, has_copy=True) is None


def test_pauses_double_up_to_half_a_minute() -> None:
    clock = Clock()
    pauses = Pauses(clock)
    for pause in (1, 2, 4, 8, 16, 30, 30):
        pauses.keep_failure(URL, ERROR)
        clock.now += pause - 0.5
        failure = pauses.failure(URL, has_copy=True)
        assert str(failure) == str(ERROR)
        assert failure is not ERROR
        clock.now += 0.5
        assert pauses.failure(URL, has_copy=True) is None


def test_an_answer_ends_it() -> None:
    clock = Clock()
    pauses = Pauses(clock)
    for _ in range(3):
        pauses.keep_failure(URL, ERROR)
    pauses.recovered(URL, "http://registry.example/other")
    pauses.keep_failure(URL, ERROR)
    clock.now = 1.0
    assert pauses.failure(URL, has_copy=True) is None


def test_one_address_does_not_pause_for_another() -> None:
    pauses = Pauses(Clock())
    pauses.keep_failure(URL, ERROR)
    assert pauses.failure("http://registry.example/other", has_copy=True) is None
    with pytest.raises(RegistryUnavailable):
        raise pauses.failure(URL, has_copy=True) or AssertionError
