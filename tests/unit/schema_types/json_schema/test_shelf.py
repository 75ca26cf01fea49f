from __future__ import annotations

from pytest_schema_registry.schema_types.json_schema.shelf import Shelf


def test_what_is_taken_is_nobody_elses_until_it_is_put_back() -> None:
    shelf = Shelf(10)
    assert shelf.take("a") is None
    shelf.put("a", "thing", 1)
    assert shelf.take("a") == "thing"
    assert shelf.take("a") is None
    shelf.put("a", "thing", 1)
    assert shelf.take("a") == "thing"


def test_the_oldest_go_where_room_is_short() -> None:
    shelf = Shelf(10)
    for key in "abc":
        shelf.put(key, f"thing {key}", 4)
    assert [shelf.take(key) for key in "abc"] == [None, "thing b", "thing c"]


def test_what_is_put_again_is_the_newest_and_weighs_once() -> None:
    shelf = Shelf(10)
    for key in "abac":
        shelf.put(key, f"thing {key}", 4)
    assert [shelf.take(key) for key in "abc"] == ["thing a", None, "thing c"]


def test_what_is_too_heavy_takes_nobodys_place() -> None:
    shelf = Shelf(10)
    shelf.put("a", "thing", 10)
    shelf.put("b", "heavy", 11)
    assert [shelf.take(key) for key in "ab"] == ["thing", None]
