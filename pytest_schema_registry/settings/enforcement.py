"""The enforcement of contracts, by schema and version: from rules and a ratchet.

A rule ``warn`` is about every schema. A rule ``KEY=LEVEL`` is about those of a version line
(``v2``), of a name or a pattern of names (``telemetry.*``), or of both (``telemetry.*@v2``). The
user writes a name that holds ``@`` with its version.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, NamedTuple, Self, get_args

from pytest_schema_registry.addresses import split
from pytest_schema_registry.patterns import is_pattern
from pytest_schema_registry.schemas import SchemaKey, plain_name
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

#: What a violation does: "off" makes no check, "warn" warns, "strict" fails the test.
Enforcement = Literal["off", "warn", "strict"]
ENFORCEMENTS: tuple[Enforcement, ...] = get_args(Enforcement)
#: How alike a written name and a known one must be, from 0 to 1.
_ALIKE = 0.75


class EnforcementRule(NamedTuple):
    """One rule: the enforcement of certain schemas in certain versions.

    Args:
        key: The text before the ``=``; empty for a rule about every schema.
        name: The name or the pattern of names.
        version: The version line; empty for all of them.
        enforcement: The enforcement.
    """

    key: str
    name: str
    version: str
    enforcement: Enforcement

    @classmethod
    def parse(cls, written: str) -> Self:
        """Parse a rule.

        Raises:
            ValueError: The text is no rule.
        """
        key, equals, word = written.rpartition("=")
        key, word = key.strip(), word.strip()
        if word not in ENFORCEMENTS or (equals and not key):
            raise ValueError(
                f"{written!r} is no rule; write {', '.join(ENFORCEMENTS)} or KEY=LEVEL, such as "
                "v2=warn"
            )
        name, version = SchemaKey.parse(key) if "@" in key else (plain_name(key), "")
        return cls(key, name or "*", version, ENFORCEMENTS[ENFORCEMENTS.index(word)])

    def covers(self, key: SchemaKey) -> bool:
        """Check whether the rule is about a schema in a version line."""
        if not self.key or self.key == key.version:
            return True
        # A rule about a document is one about its parts.
        names = (key.name, split(key.name)[0])
        is_named = any(fnmatchcase(name, self.name) for name in names)
        return is_named and self.version in ("", key.version)

    def specificity(self, key: SchemaKey) -> tuple[bool, int, bool]:
        """Return the sort key of the rules that cover a schema.

        An exact name counts most, then the longer pattern, then a version.
        """
        if self.key in ("", key.version):
            return False, 0, bool(self.key)
        return not is_pattern(self.name), len(self.name.replace("*", "")), bool(self.version)

    def __str__(self) -> str:
        return f"{self.key}={self.enforcement}" if self.key else self.enforcement


class EnforcementRules:
    """The enforcement of each schema: the most specific rule's, and among equals the last one's.

    Args:
        rules: The rules that the user wrote. A schema that none covers is ``strict``.
        proved: The schemas that have conformed before; None without a ratchet. With a ratchet,
            these are strict. Any other is at ``warn``, unless a rule with a key makes it strict.
            A schema that a rule switches off stays off.
    """

    def __init__(
        self, rules: Sequence[EnforcementRule] = (), proved: Collection[SchemaKey] | None = None
    ) -> None:
        self._rules = rules
        self._proved = proved

    def of(self, key: SchemaKey) -> Enforcement:
        """Return the enforcement of a schema."""
        rule = max(
            (rule for rule in reversed(self._rules) if rule.covers(key)),
            key=lambda rule: rule.specificity(key),
            default=EnforcementRule("", "", "", "strict"),
        )
        if self._proved is None or rule.enforcement == "off":
            return rule.enforcement
        is_strict = key in self._proved or (rule.key and rule.enforcement == "strict")
        return "strict" if is_strict else "warn"

    def unused(self, keys: Collection[SchemaKey]) -> list[str]:
        """Return the rules that cover none of the schemas, each with the name that is meant."""
        names = {key.name for key in keys} | {key.version for key in keys} | {*map(str, keys)}
        return [
            f"{rule}{_meant(rule.key, names)}"
            for rule in self._rules
            if not any(map(rule.covers, keys))
        ]

    def unused_lines(self, keys: Collection[SchemaKey]) -> list[str]:
        """Return the ratchet's lines that name none of the schemas, each with what is meant."""
        unused = sorted(str(key) for key in self._proved or () if key not in keys)
        known = {*map(str, keys)}
        return [f"{line}{_meant(line, known)}" for line in unused]


def _meant(written: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(written, sorted(known), n=1, cutoff=_ALIKE)
    return f" (did you mean {printable(near[0])}?)" if near else ""
