"""The search for an event in its envelope: a test passes the whole message, not the event in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_schema_registry.schemas import Violation

#: The levels of an envelope, and the most parts of a payload that are tried.
MAX_LEVELS = 2
MAX_PARTS = 50
#: No schema asks for such a member.
_STRANGER = {"": None}


def conforming_part(
    payload: Any,
    found: Sequence[Violation],
    is_valid: Callable[[Any], bool],
    declared: Callable[[str], Any],
) -> tuple[str | int, ...]:
    """Return the steps to the part of a payload that conforms although the whole does not.

    A part that conforms to a schema which allows almost anything says nothing. So does a part that
    the schema itself describes, such as the next node of a list.

    Args:
        payload: The payload as JSON.
        found: The violations of the whole.
        is_valid: The verdict on a payload.
        declared: The properties beside a rule, by the rule's place in the schema.
    """
    outermost = [each for each in found if each.path == "$"]
    if not outermost:
        return ()
    rules = [*outermost, *(cause for each in outermost for cause in each.causes)]
    known = {name for each in rules for name in declared(each.schema_path)}
    for tried, (steps, part) in enumerate(_parts(payload)):
        if tried >= MAX_PARTS:
            break
        if steps[0] not in known and is_valid(part) and not _is_vacuous(part, is_valid):
            return steps
    return ()


def _is_vacuous(part: Any, is_valid: Callable[[Any], bool]) -> bool:
    """Check whether a schema takes any other object or array as well."""
    others: list[Any] = [{}, _STRANGER] if isinstance(part, dict) else [[], [None]]
    return all(map(is_valid, others))


def _parts(payload: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the objects and arrays in a payload, the outer ones first."""
    level: list[tuple[tuple[str | int, ...], Any]] = [((), payload)]
    for _ in range(MAX_LEVELS):
        below = []
        for steps, value in level:
            for step, part in _members(value):
                if isinstance(part, dict | list) and part:
                    below.append(((*steps, step), part))
                    yield below[-1]
        level = below


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
