from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.reporting.shares import Shares


def shares(*items: tuple[str, int], most: int) -> Shares[int]:
    found: Shares[int] = Shares(most, lambda item: item)
    for key, item in items:
        found.add(key, item)
    return found


def test_the_first_items_are_kept_and_the_others_counted() -> None:
    found = shares(*(("a", item) for item in (5, 3, 9, 1, 7, 2)), most=2)
    assert (found.of("a"), found.left_out("a")) == ([1, 2], 4)
    assert (found.kept, found.all_left_out) == ([1, 2], 4)


def test_each_key_has_an_equal_share() -> None:
    items = [("a", item) for item in range(100)] + [("b", item) for item in range(100)]
    found = shares(*items, ("c", 1), most=9)
    assert (found.of("a"), found.of("b"), found.of("c")) == ([0, 1, 2], [0, 1, 2], [1])
    assert found.all_left_out == 194


def test_each_key_keeps_one_item_however_many_keys_there_are() -> None:
    assert shares(("a", 2), ("a", 1), ("b", 4), ("c", 3), most=1).kept == [1, 4, 3]


def test_a_key_without_items_has_none() -> None:
    found = shares(most=5)
    assert (found.of("a"), found.left_out("a"), found.kept) == ([], 0, [])


@given(
    items=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50)), max_size=40),
    most=st.integers(1, 12),
    data=st.data(),
)
def test_what_is_kept_does_not_depend_on_the_order(
    items: list[tuple[str, int]], most: int, data: st.DataObject
) -> None:
    one, other = (shares(*each, most=most) for each in (items, data.draw(st.permutations(items))))
    for key in "abc":
        assert (one.of(key), one.left_out(key)) == (other.of(key), other.left_out(key))
        wanted = sorted(item for its, item in items if its == key)
        assert one.of(key) == wanted[: len(one.of(key))]
