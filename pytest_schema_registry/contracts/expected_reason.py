"""The reason that an invalid golden payload must fail for, where its author gives one.

A payload that was made invalid in one way may fail in another: the schema changed, or the example
is misspelt. Then its test would pass and check nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_schema_registry.contracts.explanation import sentence
from pytest_schema_registry.text import listed, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_schema_registry.schemas import Violation


class ExpectedReason(NamedTuple):
    """The reason that a payload must be refused for. Without both parts, any reason will do.

    Args:
        rule: The keyword of a violation, such as ``required``; empty for any.
        texts: Parts of an explanation. Some violation must have each in its path and message.
    """

    rule: str = ""
    texts: tuple[str, ...] = ()

    def unmet(self, violations: Iterable[Violation]) -> str:
        """Say which part of the reason no violation has; empty where each part is met.

        Args:
            violations: Those of the payload. A union's causes count as well.
        """
        found = tuple(_with_causes(violations))
        if self.rule and all(each.keyword != self.rule for each in found):
            rules = list(dict.fromkeys(printable(each.keyword) for each in found))
            broken = listed(rules, "and")
            return f"not the rule that its folder names: {self.rule} (it violates {broken})"
        said = [text for each in found for text in (str(each), sentence(each))]
        missing = (text for text in self.texts if not any(text in each for each in said))
        return next((f"nothing says what its .why has: {printable(text)}" for text in missing), "")


def _with_causes(violations: Iterable[Violation]) -> Iterator[Violation]:
    for each in violations:
        yield each
        yield from _with_causes(each.causes)
