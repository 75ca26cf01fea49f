"""How strictly a violation is taken, by schema and version: rules, and what was proved before.

``warn`` as a rule stands for every schema; ``KEY=LEVEL`` for those of a version line (``v2``), of
a name or pattern of names (``telemetry.*``), or of both (``telemetry.*@v2``). A name that holds
``@`` is written with its version.
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
    """One rule: which schemas, in which versions, are taken how strictly."""

    key: str
    name: str
    version: str
    level: Level

    @property
    def specificity(self) -> tuple[bool, int, bool]:
        """An exact name, then the pattern with most to match, then the version, count for more."""
        exact = not set(self.name) & set("*?[")
        return exact, len(self.name.replace("*", "")), bool(self.version)

    def covers(self, pair: SchemaKey) -> bool:
        """Whether the rule is about a name in a version line."""
        if not self.key or self.key == pair.version:
            return True
        return fnmatchcase(pair.name, self.name) and self.version in ("", pair.version)

    def __str__(self) -> str:
        return f"{self.key}={self.level}" if self.key else self.level


class Enforcement:
    """The level of each schema: the most specific rule's, and of equals the last one's.

    Args:
        rules: What the user wrote, without any ``strict``.
        proved: With a ratchet, what has conformed before: it is strict; all else that no rule of
            its own makes strict starts at ``warn``. ``off`` stays off. None without a ratchet.

    Raises:
        ValueError: A rule cannot be understood.
    """

    def __init__(
        self, rules: Iterable[str] = (), proved: Collection[SchemaKey] | None = None
    ) -> None:
        self._rules = [_parsed(rule) for rule in rules]
        self._proved = proved

    def level(self, pair: SchemaKey) -> Level:
        """How strictly a violation by a schema is taken."""
        rule = max(
            (rule for rule in reversed(self._rules) if rule.covers(pair)),
            key=lambda rule: _specificity(rule, pair),
            default=Rule("", "", "", "strict"),
        )
        if self._proved is None or rule.level == "off":
            return rule.level
        return "strict" if pair in self._proved or (rule.key and rule.level == "strict") else "warn"

    def idle(self, pairs: Collection[SchemaKey]) -> list[str]:
        """The rules that cover none of what there is."""
        return [str(rule) for rule in self._rules if not any(rule.covers(pair) for pair in pairs)]

    def idle_lines(self, pairs: Collection[SchemaKey]) -> list[str]:
        """What has conformed before, and is none of what there is."""
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
