"""The level at which violations are taken, by schema and version: from rules and a ratchet.

A rule ``warn`` is about every schema. A rule ``KEY=LEVEL`` is about those of a version line
(``v2``), of a name or a pattern of names (``telemetry.*``), or of both (``telemetry.*@v2``). The
user writes a name that holds ``@`` with its version.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from pytest_schema_registry.schemas import SchemaKey, plain_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Level = Literal["off", "warn", "strict"]
LEVELS: tuple[Level, ...] = get_args(Level)


class Rule(NamedTuple):
    """One rule: the level for certain schemas in certain versions."""

    key: str
    name: str
    version: str
    level: Level

    @property
    def specificity(self) -> tuple[bool, int, bool]:
        """The sort key: an exact name counts most, then the longer pattern, then a version."""
        exact = not set(self.name) & set("*?[")
        return exact, len(self.name.replace("*", "")), bool(self.version)

    def covers(self, pair: SchemaKey) -> bool:
        """Check whether the rule is about a name in a version line."""
        if not self.key or self.key == pair.version:
            return True
        return fnmatchcase(pair.name, self.name) and self.version in ("", pair.version)

    def __str__(self) -> str:
        return f"{self.key}={self.level}" if self.key else self.level


class Enforcement:
    """The level of each schema: the most specific rule's, and among equals the last one's.

    Args:
        rules: The rules that the user wrote. A schema that none covers is ``strict``.
        proved: The schemas that have conformed before; None without a ratchet. With a ratchet,
            these are strict. Any other is at ``warn``, unless a rule with a key makes it strict.
            A schema that a rule switches off stays off.

    Raises:
        ValueError: A rule cannot be understood.
    """

    def __init__(
        self, rules: Iterable[str] = (), proved: Collection[SchemaKey] | None = None
    ) -> None:
        self._rules = [_parsed(rule) for rule in rules]
        self._proved = proved

    def level(self, pair: SchemaKey) -> Level:
        """Return the level at which violations of a schema are taken."""
        rule = max(
            (rule for rule in reversed(self._rules) if rule.covers(pair)),
            key=lambda rule: _specificity(rule, pair),
            default=Rule("", "", "", "strict"),
        )
        if self._proved is None or rule.level == "off":
            return rule.level
        return "strict" if pair in self._proved or (rule.key and rule.level == "strict") else "warn"

    def idle(self, pairs: Collection[SchemaKey]) -> list[str]:
        """Return the rules that cover none of the schemas."""
        return [str(rule) for rule in self._rules if not any(rule.covers(pair) for pair in pairs)]

    def idle_lines(self, pairs: Collection[SchemaKey]) -> list[str]:
        """Return the lines of the ratchet that name none of the schemas."""
        return sorted(str(pair) for pair in self._proved or () if pair not in pairs)


def _specificity(rule: Rule, pair: SchemaKey) -> tuple[bool, int, bool]:
    if rule.key in ("", pair.version):
        return False, 0, bool(rule.key)
    return rule.specificity


def _parsed(written: str) -> Rule:
    key, equals, word = written.rpartition("=")
    key, word = key.strip(), word.strip()
    if word not in LEVELS or (equals and not key):
        raise ValueError(
            f"{written!r} is no rule; write {', '.join(LEVELS)} or KEY=LEVEL, such as v2=warn"
        )
    name, version = SchemaKey.parse(key) if "@" in key else (plain_name(key), "")
    return Rule(key, name or "*", version, LEVELS[LEVELS.index(word)])
