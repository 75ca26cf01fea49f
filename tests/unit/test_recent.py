from __future__ import annotations

from pytest_schema_registry.recent import Recent


def test_the_one_whose_use_is_the_longest_ago_makes_room() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.get("a") == 1
    recent.keep("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]
    assert len(recent) == 2
    assert recent.newest_last() == ("a", "c")


def test_a_new_value_takes_the_place_of_the_old_one() -> None:
    recent: Recent[str, int] = Recent(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.keep(key, value)
    assert [recent.get(key) for key in "abc"] == [3, None, 4]
