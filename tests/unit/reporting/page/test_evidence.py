from __future__ import annotations

from pytest_schema_registry.reporting.page.evidence import Evidence, Origin, Use
from pytest_schema_registry.schemas import SchemaKey
from tests.events import switched_off, use
from tests.pages import THREE_DAYS_BEFORE, comparison, told

KEY = SchemaKey("a", "v1")


def evidence(*events: dict[str, object]) -> Evidence:
    found = Evidence()
    for each in events:
        found.add(each)
    return found


def test_the_worst_uses_come_first_and_those_of_one_test_are_one() -> None:
    found = evidence(
        told("b", use("a", conforming=1), use("a", enforcement="warn", violating=2)),
        told("c", use("a", lookups=1), errors=[["a", "v1", "InvalidSchema", 1]]),
        told("a", switched_off("a")),
        told("d", use("a", violating=1)),
    )
    assert found.uses(KEY) == (
        [
            Use("d", "violates", "1 violating"),
            Use("c", "unchecked", "looked at, could not be checked (InvalidSchema)"),
            Use("b", "warned", "1 conforming, 2 warned"),
            Use("a", "untested", "1 switched off"),
        ],
        0,
    )


def test_what_happened_in_no_test_is_no_use() -> None:
    found = evidence(told("", use("a", lookups=1)))
    assert found.uses(KEY) == ([], 0)
    assert found.origin(KEY, "1.0.0", "registry") is not None


def test_a_release_came_from_where_it_was_first_fetched() -> None:
    first, second = (told("t", use("a", release=None)) for _ in range(2))
    second["usages"][0]["fetched_at"] += 10
    for events in ((first, second), (second, first)):
        origin = evidence(*events).origin(KEY, None, "registry")
        assert origin == Origin("", "registry", "http://r/a", THREE_DAYS_BEFORE)


def test_of_what_nobody_told_there_is_no_origin() -> None:
    assert evidence(told("t", switched_off("a"))).origin(KEY, None, "registry") is None


def test_a_comparison_of_which_nothing_is_told_is_left_out() -> None:
    impossible = {"name": "", "outcome": "impossible", "waived": [], "waivers": []}
    made = [impossible, comparison("compatible"), comparison("incompatible", name="z")]
    found, others = evidence({"comparisons": made}).comparisons
    assert [each.name for each in found] == ["z", "orders.Order"]
    assert others == 0
