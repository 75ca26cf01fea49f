from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.json_values import json_path
from pytest_schema_registry.redaction import REDACTED, Redaction

CARD = {"number": 1, "kind": "a"}
PAYLOAD = {
    "*": 5,
    "order-id": 7,
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
        ("$['*']", {"*": REDACTED}),
        ("$.user['name','Password']", {"user": {"Password": REDACTED, "name": REDACTED}}),
        ("$..['c d']", {"a.b": {"c d": REDACTED}}),
        ("$.cards[-1]", {"cards": [{"number": 1, "kind": "a"}, REDACTED]}),
        ("$.cards[0:1]", {"cards": [REDACTED, {"number": 2}]}),
        ("$.cards[?@.number > 1].number", {"cards": [CARD, {"number": REDACTED}]}),
        ("$..[?@.kind == 'a']", {"cards": [REDACTED, {"number": 2}]}),
        ("$.deep..token[0]", {"deep": [{"x": {"token": [REDACTED]}}]}),
        ("$.order-id", {"order-id": REDACTED}),
        ("$..order-id", {"order-id": REDACTED}),
        ("$.cards.1", {"cards": [CARD, REDACTED]}),
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
    assert redaction.visible(("user", "name", "first")) == ("user",)
    assert redaction.visible(("users", "token")) == ("users", "token")
    assert redaction.visible(("users", 0)) == ("users", 0)


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("$.cards[1]", ("cards", 2, "number", "x")),
        ("$.cards[2]", ("cards", 2)),
        ("$.cards[-1]", ("cards", 2)),
        ("$.cards[5:]", ("cards", 2)),
        ("$.cards[?@.x]", ("cards", 2)),
        ("$.cards[*]", ("cards", 2)),
        ("$.cards['2']", ("cards", 2, "number", "x")),
        ("$..[0:2]", ("cards", 2)),
        ("$..number", ("cards", 2, "number")),
        ("$.number", ("cards", 2, "number", "x")),
        ("$.cards.number", ("cards", 2, "number", "x")),
        ("$.cards[?length(@['x,]']) > 1, 'n']", ("cards", 2)),
        ("$.cards['it\\'s', 1, 2][\"],\", 'number']", ("cards", 2, "number")),
        ("$[?@['(']]['x']..[0]", ("cards", 2, "number", "x")),
    ],
)
def test_of_a_payload_that_nobody_can_look_into_whatever_may_be_hidden_is(
    pattern: str, shown: tuple[str | int, ...]
) -> None:
    assert Redaction([pattern]).visible(("cards", 2, "number", "x")) == shown


@pytest.mark.parametrize(
    "pattern", ["$.", "$.a[", "$.a[x]", "$ a]", "$.a.[b", "$..", "$.a..", "$['a", "$.a-b['c"]
)
def test_a_path_that_cannot_be_understood_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"is no path \(.+\); write it as"):
        Redaction([pattern])


def test_a_path_that_names_no_value_is_refused() -> None:
    with pytest.raises(ValueError, match="names no value; write it as"):
        Redaction(["$"])


def test_where_a_path_cannot_be_followed_everything_is_hidden() -> None:
    deep: Any = {"a": 1}
    for _ in range(3_000):
        deep = {"a": deep}
    assert Redaction(["$[?@..secret]"]).applied(deep) == REDACTED


def test_a_path_is_followed_as_deep_as_a_payload_may_be() -> None:
    deep: Any = {"secret": 1}
    for _ in range(499):
        deep = {"a": deep}
    hidden = Redaction(["$..secret"]).applied(deep)
    for _ in range(499):
        hidden = hidden["a"]
    assert hidden == {"secret": REDACTED}


KEYS = st.text(max_size=4) | st.sampled_from(["*", "order-id", "it's", '"', "\\", "\u202e"])


@given(st.lists(KEYS | st.integers(0, 2), min_size=1, max_size=4))
def test_a_path_as_a_message_shows_it_hides_that_place(keys: list[str | int]) -> None:
    payload: Any = "secret"
    for key in reversed(keys):
        payload = {key: payload} if isinstance(key, str) else [0] * key + [payload]
    shown = json_path(keys)
    assert shown.isprintable()
    assert "secret" not in str(Redaction([shown]).applied(payload))


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


def test_a_value_that_two_ways_lead_to_is_hidden_once() -> None:
    hidden = Redaction(["$..a..b"]).applied({"a": {"a": {"b": 1}, "b": 2}, "b": 3})
    assert hidden == {"a": {"a": {"b": REDACTED}, "b": REDACTED}, "b": 3}


def test_redactions_are_equal_where_their_patterns_are() -> None:
    assert {Redaction(["a", "$.b"]), Redaction(["a", "$.b"])} == {Redaction(("a", "$.b"))}
    assert Redaction(["a"]) != Redaction(["b"])
    assert Redaction() != ()
