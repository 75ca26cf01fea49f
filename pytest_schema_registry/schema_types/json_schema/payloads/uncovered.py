"""What no payload shows of a schema, and why, in words."""

from collections.abc import Iterator

from pytest_schema_registry.schema_types.json_schema.payloads.exploration import Exploration
from pytest_schema_registry.schema_types.json_schema.payloads.goals import Goal, below, wanted
from pytest_schema_registry.schema_types.payloads import compact
from pytest_schema_registry.text import cut

_MOST_DETAIL = 60
_WORDS = {
    "enum": ("the value", "values"),
    "type": ("the type", "types"),
    "boolean": ("the value", "values"),
    "with": ("the member", "members"),
    "without": ("a payload without the member", "payloads without a member"),
}
#: The details of these goals are names.
_NAMING = ("with", "without")


def wanted_of(found: Exploration) -> list[Goal]:
    """Return the goals that payloads of an explored schema should show, in the schema's order."""
    goals: list[Goal] = []
    for part in found.visited.values():
        if isinstance(part.schema, dict):
            goals += wanted(part)
            goals += (Goal(pointer, "visited") for pointer in below(part))
    return list(dict.fromkeys(goals))


def uncovered(found: Exploration, goals: list[Goal], shown: int, limit: int) -> Iterator[str]:
    """Yield a line for each schema and keyword of which some goal is not shown.

    Args:
        found: The finished exploration.
        goals: What should be shown.
        shown: What the chosen payloads show, as a set of bits.
        limit: The number of payloads that were asked for.
    """
    lost = "the search found none in its steps" if found.is_cut else "no such payload was found"
    grouped: dict[tuple[str, str, str], list[Goal]] = {}
    for goal in goals:
        if not found.bits.has(shown, goal):
            is_found = found.bits.has(found.met, goal)
            reason = f"left out, since the limit is {limit}" if is_found else lost
            grouped.setdefault((goal.pointer, goal.what, reason), []).append(goal)
    for (pointer, what, reason), missed in grouped.items():
        yield f"{_described(pointer, what, missed)}: {reason}"


def _described(pointer: str, what: str, missed: list[Goal]) -> str:
    if what == "visited":
        return pointer
    if what == "fraction":
        return f"{pointer}: a number with a fraction"
    if what not in _WORDS:
        return f"{pointer}/{what}"
    one, many = _WORDS[what]
    detail = missed[0].detail
    first = cut(compact(detail) if what in _NAMING else detail, _MOST_DETAIL)
    return f"{pointer}: " + (
        f"{one} {first}" if len(missed) == 1 else f"{len(missed)} {many}, such as {first}"
    )
