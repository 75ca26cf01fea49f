"""Rules for negations, conditions and the `unevaluated…` keywords."""

from collections.abc import Iterator

from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.schema_types.json_schema.compatibility.findings import Finding, Site
from pytest_schema_registry.schema_types.json_schema.compatibility.place import (
    all_branches,
    collect,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import Known
from pytest_schema_registry.schema_types.json_schema.document import Place


def not_added(producer: Place, consumer: Place, known: Known) -> Iterator[Finding]:
    """Find values that are newly excluded by `not` (core, section 10.2.1.4)."""
    for part, value in collect(consumer, "not"):
        if any(known.same(other, part, ("not",)) for other, _ in collect(producer, "not")):
            continue
        before = [Site.of(other, "not") for other, _ in collect(producer, "not")]
        yield Finding(
            "not-added",
            before[0] if before else None,
            Site.of(part, "not"),
            f"{brief(value)} is excluded",
        )


def conditional_changed(producer: Place, consumer: Place, known: Known) -> Iterator[Finding]:
    """Find conditions that changed, or whose outcomes did (core, section 10.2.2)."""
    words = ("if", "then", "else")
    for part, value in collect(consumer, "if"):
        if any(known.same(other, part, words) for other, _ in collect(producer, "if")):
            continue
        before = [Site.of(other, "if") for other, _ in collect(producer, "if")]
        outcomes = [part.below(word) for word in words[1:] if part.get(word) is not None]
        yield Finding(
            "conditional-changed",
            before[0] if before else None,
            Site.of(part, "if"),
            f"what holds if {brief(value)}",
            failing=tuple(below.pointer for below in all_branches(outcomes)),
        )


def unevaluated_changed(producer: Place, consumer: Place) -> Iterator[Finding]:
    """Find limits on members and elements that no other keyword evaluated (core, section 11)."""
    for word in ("unevaluatedProperties", "unevaluatedItems"):
        before = collect(producer, word)
        for part, value in collect(consumer, word):
            if value is True:
                continue
            was = brief(before[0][1]) if before else "allowed"
            yield Finding(
                "unevaluated-changed",
                Site.of(before[0][0], word) if before else None,
                Site.of(part, word),
                f"{word}: {was} -> {brief(value)}",
            )
