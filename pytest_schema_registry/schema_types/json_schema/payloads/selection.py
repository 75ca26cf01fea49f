"""The selection of payloads: few that show much, and the smallest of those that show the same."""

from collections.abc import Sequence

from pytest_schema_registry.schema_types.json_schema.payloads.exploration import Example


def select(examples: Sequence[Example], wanted: int, limit: int) -> list[Example]:
    """Return at most `limit` examples that show as much as they can, smallest first.

    Args:
        examples: The examples.
        wanted: The goals that matter most, as a set of bits.
        limit: The number of examples.
    """
    left = sorted(examples, key=order)
    chosen: list[Example] = []
    shown = 0
    for goals in (wanted, -1):
        while left and len(chosen) < limit:
            missing = goals & ~shown
            best = max(range(len(left)), key=lambda at: (missing & left[at].goals).bit_count())
            if not missing & left[best].goals:
                break
            shown |= left[best].goals
            chosen.append(left.pop(best))
    chosen += left[: limit - len(chosen)]
    return sorted(chosen, key=order)


def order(example: Example) -> tuple[int, str]:
    """Return the key by which examples are sorted: the length of their compact JSON first."""
    return len(example.text), example.text
