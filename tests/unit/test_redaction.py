from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.redaction import REDACTED, Redaction

PAYLOAD = {
    "user": {"Password": "p", "name": "ada"},
    "cards": [{"number": 1, "kind": "a"}, {"number": 2}],
    "deep": [{"x": {"token": ["t"]}}],
    "a.b": {"c d": 1},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("password", {"user": {"Password": REDACTED, "name": "ada"}}),
        ("user", {"user": REDACTED}),
        ("$.user.name", {"user": {"Password": "p", "name": REDACTED}}),
        ("$.user.*", {"user": {"Password": REDACTED, "name": REDACTED}}),
        ("$.cards[*].number", {"cards": [{"number": REDACTED, "kind": "a"}, {"number": REDACTED}]}),
        ("$.cards[1]", {"cards": [{"number": 1, "kind": "a"}, REDACTED]}),
        ("$..token", {"deep": [{"x": {"token": REDACTED}}]}),
        ("$['a.b']['c d']", {"a.b": {"c d": REDACTED}}),
        ('$["a.b"]', {"a.b": REDACTED}),
        ("$.nowhere", {}),
    ],
)
def test_a_pattern_hides_what_it_names_and_nothing_else(
    pattern: str, expected: dict[str, Any]
) -> None:
    assert Redaction([pattern]).applied(PAYLOAD) == {**PAYLOAD, **expected}


def test_without_patterns_a_value_is_itself() -> None:
    assert Redaction().applied(PAYLOAD) is PAYLOAD
    assert not Redaction()
    assert Redaction(["a"])
    assert Redaction(["$.a"])


def test_a_part_of_what_is_hidden_is_hidden() -> None:
    redaction = Redaction(["$.user", "token"])
    assert redaction.applied("ada", ("user", "name")) == REDACTED
    assert redaction.applied("t", ("deep", 0, "token", 0)) == REDACTED
    assert redaction.applied({"token": 1, "b": 2}, ("x",)) == {"token": REDACTED, "b": 2}
    assert redaction.visible(("user", "name", "first")) == ("user",)
    assert redaction.visible(("users", "token")) == ("users", "token")
    assert not redaction.hides(())
    assert not redaction.hides(("users", 0))


@pytest.mark.parametrize("pattern", ["$.", "$.a[", "$.a[x]", "$ a]", "$.a.[b"])
def test_a_path_that_cannot_be_understood_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no path; write it as"):
        Redaction([pattern])


@pytest.mark.parametrize("pattern", ["$", "$..", "$.a.."])
def test_a_path_that_names_no_value_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="names no value; write it as"):
        Redaction([pattern])


JSON = st.recursive(
    st.integers() | st.just("plain"),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "secret"]), inner),
    max_leaves=10,
)


@given(JSON)
def test_nothing_under_a_hidden_name_is_ever_left(payload: Any) -> None:
    def left(value: Any) -> bool:
        if isinstance(value, dict):
            hidden = value.get("secret", REDACTED) == REDACTED
            return hidden and all(left(each) for each in value.values())
        return all(left(each) for each in value) if isinstance(value, list) else True

    assert left(Redaction(["SECRET"]).applied(payload))
    assert left(Redaction(["$..secret"]).applied(payload))


def test_a_name_may_be_a_pattern() -> None:
    redaction = Redaction(["Pass*"])
    payload = {"password": "x", "PassPhrase": "y", "compass": "z"}
    hidden = {"password": REDACTED, "PassPhrase": REDACTED, "compass": "z"}
    assert redaction.applied(payload) == hidden
