"""The payloads that break one rule of a schema each."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import value_at
from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import type_of
from pytest_schema_registry.schema_types.json_schema.payloads.breaking import (
    Kept,
    Rule,
    rules,
    wrong_values,
)
from pytest_schema_registry.schema_types.json_schema.payloads.conforming import (
    explored,
    why_none,
)
from pytest_schema_registry.schema_types.json_schema.payloads.exploration import (
    replaced,
)
from pytest_schema_registry.schema_types.json_schema.payloads.selection import order
from pytest_schema_registry.schema_types.json_schema.unfolding import unfolded
from pytest_schema_registry.schema_types.payloads import Payloads, Violating, compact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schema_types.json_schema.document import Place
    from pytest_schema_registry.schema_types.json_schema.payloads.exploration import (
        Example,
        Exploration,
        Path,
    )
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaValidator
    from pytest_schema_registry.schemas import Violation

#: The steps that the search may take: some 50 microseconds each.
_STEPS = 40_000
#: The steps that it takes to list the errors of a payload, for each step of a check.
_EXPLAINED = 4
#: The engine's list has about this many entries for one step.
_UNITS_IN_A_STEP = 10
#: A schema of so many subschemas takes one more step a check: most of them are never looked at.
_CHECKED_IN_A_STEP = 20_000
_MOST_WRONG = 40
_MOST_PLACES = 3
_LONGEST = 100_000


def violating(
    validator: JSONSchemaValidator, limit: int, hide: Redaction | None
) -> Payloads[Violating]:
    """Return payloads that break one rule each, see :meth:`SchemaType.violating_payloads`."""
    found = explored(validator, limit)
    search = _Search(validator, found, Budget(_STEPS))
    search.run()
    texts = sorted(set(search.broken.values()), key=lambda text: (len(text), text))
    lines = tuple(search.unbroken(frozenset(texts[limit:]), limit))
    reason = "" if texts else _why_none(found)
    explained: dict[int, Violation] = {}

    def pair(at: int, payload: Any) -> Violating:
        # An explanation takes far longer than a check, so each is made when it is asked for.
        if at not in explained:
            explained[at] = validator.violations(payload, hide or Redaction())[0]
        return Violating(payload, explained[at])

    lines = (reason, *lines) if reason else lines
    return Payloads(str(validator.schema), texts[:limit], lines, reason, pair)


def _why_none(found: Exploration) -> str:
    if not found.examples:
        return why_none(found)
    return "no payload that breaks exactly one rule was found: the schema may allow everything"


@dataclass(slots=True)
class _Search:
    """The search for payloads that break one rule of a schema.

    Args:
        validator: The validator.
        found: The payloads that conform.
        budget: The budget that the search spends.
    """

    validator: JSONSchemaValidator
    found: Exploration
    budget: Budget
    #: The smallest payload that breaks a rule alone, as text, by pointer and detail of the rule.
    broken: dict[tuple[str, str], str] = field(default_factory=dict)
    is_cut: bool = False
    _cost: int = 1
    _rules: list[Rule] = field(default_factory=list)

    def run(self) -> None:
        """Try to break each rule."""
        document = self.found.document
        self._cost = 1 + unfolded(document) // _CHECKED_IN_A_STEP
        patterns, sampler = self.found.patterns, self.found.sampler(self.budget)
        self._rules = [rule for part in self.found.visited.values() for rule in rules(part)]
        kept = self._kept()
        try:
            for rule in self._rules:
                for example, path, place in kept.get((rule.part.pointer, rule.kind), ()):
                    value = Kept(value_at(example.payload, path), place, sampler, patterns)
                    wrong = islice(wrong_values(rule, value), _MOST_WRONG)
                    if any(self._try(rule, replaced(example.payload, path, one)) for one in wrong):
                        break
        except BudgetExceeded:
            self.is_cut = True

    def _kept(self) -> dict[tuple[str, str], list[tuple[Example, Path, Place]]]:
        """Return the smallest examples in which each schema applies to each type, and where."""
        kept: dict[tuple[str, str], list[tuple[Example, Path, Place]]] = {}
        for example in sorted(self.found.examples, key=order):
            for path, place in example.applied.items():
                kind = type_of(value_at(example.payload, path))
                for key in product(
                    [part.pointer for part in place],
                    ["", "number" if kind == "integer" else kind],
                ):
                    known = kept.setdefault(key, [])
                    if len(known) < _MOST_PLACES:
                        known.append((example, path, place))
        return kept

    def _try(self, rule: Rule, payload: Any) -> bool:
        """Keep a payload if it breaks a rule and no other one; return whether it does."""
        self.budget.spend(self._cost)
        text = compact(payload)
        if len(text) > _LONGEST or self.validator.is_valid(payload):
            return False
        errors = list(islice(self.found.engine.iter_errors(payload), 2))
        self.budget.spend(_EXPLAINED * self._cost)
        if len(errors) != 1:
            return False
        units = self.found.engine.evaluate(payload).list()["details"]
        self.budget.spend(len(units) // _UNITS_IN_A_STEP)
        refusing = (unit["schemaLocation"] for unit in units if not unit["valid"])
        if not any(self.found.pointer_of(location) == rule.pointer for location in refusing):
            return False
        self.broken[rule.pointer, rule.detail] = text
        return True

    def unbroken(self, left_out: frozenset[str], limit: int) -> Iterator[str]:
        """Yield a line for each rule that no payload breaks.

        Args:
            left_out: The payloads that are beyond the limit, as text.
            limit: The most payloads.
        """
        lost = "the search found none in its steps" if self.is_cut else "no payload breaks it alone"
        for rule in self._rules:
            text = self.broken.get((rule.pointer, rule.detail))
            name = f" {compact(rule.detail)}" if rule.detail else ""
            if text is None:
                yield f"{rule.pointer}{name}: {lost}"
            elif text in left_out:
                yield f"{rule.pointer}{name}: left out, since the limit is {limit}"
