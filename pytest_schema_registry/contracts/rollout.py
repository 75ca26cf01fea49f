"""What follows from a use of a schema, and from a violation: a record, a warning, or a failure."""

from __future__ import annotations

import inspect
import os
import threading
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pytest_schema_registry.contracts.ratchet import load
from pytest_schema_registry.contracts.recorder import Recorder
from pytest_schema_registry.contracts.unseen import Unseen
from pytest_schema_registry.errors import (
    ContractWarning,
    DeprecatedSchemaWarning,
    SchemaDeprecated,
    SchemaRegistryError,
    StaleSchemaWarning,
    UncheckedWarning,
)
from pytest_schema_registry.schemas import SchemaKey, plain_name
from pytest_schema_registry.settings.enforcement import Enforcement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_schema_registry.contracts.dead_letters import DeadLetters
    from pytest_schema_registry.contracts.recorder import SchemaUsage
    from pytest_schema_registry.errors import ContractViolation
    from pytest_schema_registry.plugin.markers import SchemaRequest
    from pytest_schema_registry.registry import SchemaRegistry
    from pytest_schema_registry.retrieval.cache import Session
    from pytest_schema_registry.schemas import OldCopy, Schema
    from pytest_schema_registry.settings.enforcement import Level
    from pytest_schema_registry.settings.settings import Settings

#: How many old copies a warning names.
MAX_NAMED = 10
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"


class Rollout:
    """How strictly one process takes contracts, and what it keeps of that.

    Args:
        enforcement: The level of each schema.
        recorder: Where it is noted.
        first: Whether a fact is met for the first time in the session, whichever process asks.
        dead_letters: Where violating payloads are kept.
        mode: The mode that schemas are retrieved in.
        refuse_deprecated: Whether the use of a deprecated schema is an error.
        unseen: Where it is noted what the current test's checks raise.
    """

    def __init__(
        self,
        enforcement: Enforcement,
        recorder: Recorder,
        first: Callable[[str], bool],
        *,
        dead_letters: DeadLetters | None = None,
        mode: str = "auto",
        refuse_deprecated: bool = False,
        unseen: Unseen | None = None,
    ) -> None:
        self._enforcement = enforcement
        self.recorder = recorder
        self._first = first
        self._dead_letters = dead_letters
        self._mode = mode
        self._refuse_deprecated = refuse_deprecated
        self.unseen = unseen or Unseen()
        self._letters: list[dict[str, Any]] = []
        self._beginning = threading.Lock()
        self._warned_of: set[OldCopy] = set()
        self.test = ""
        #: Whether the current test has asked for a check, whatever came of it.
        self.has_checked = False

    @classmethod
    def from_settings(
        cls, settings: Settings, session: Session, unseen: Unseen | None = None
    ) -> Self:
        """A process's rollout as the settings say.

        Raises:
            InvalidSettings: One of its files cannot be used.
        """
        proved = None if settings.ratchet is None else load(settings.ratchet)
        letters = None
        if settings.dead_letters is not None:
            from pytest_schema_registry.contracts.dead_letters import DeadLetters

            letters = DeadLetters(settings.dead_letters)
        return cls(
            Enforcement(settings.enforcement, proved),
            Recorder(),
            session.first,
            dead_letters=letters,
            mode=settings.mode,
            refuse_deprecated=settings.fail_on_deprecated,
            unseen=unseen,
        )

    def level(self, pair: SchemaKey) -> Level:
        """How strictly a violation by a schema is taken, where a marker says nothing else."""
        return self._enforcement.level(pair)

    def idle_rules(self, wanted: Iterable[SchemaRequest], registry: SchemaRegistry) -> list[str]:
        """The rules that cover nothing that is declared, nor anything that the registry lists.

        Args:
            wanted: What the tests are about.
            registry: Asked for its index where the tests alone do not settle it; if it has none,
                a rule has the benefit of the doubt.
        """
        return self._idle(self._enforcement.idle, wanted, registry)

    def idle_lines(self, wanted: Iterable[SchemaRequest], registry: SchemaRegistry) -> list[str]:
        """The lines of the ratchet that are about nothing of it, either.

        Args:
            wanted: What the tests are about.
            registry: As for the rules.
        """
        return self._idle(self._enforcement.idle_lines, wanted, registry)

    @staticmethod
    def _idle(
        among: Callable[[set[SchemaKey]], list[str]],
        wanted: Iterable[SchemaRequest],
        registry: SchemaRegistry,
    ) -> list[str]:
        pairs = {SchemaKey(plain_name(each.name or ""), each.version or "") for each in wanted}
        idle = among(pairs)
        if not idle:
            return []
        try:
            pairs |= {SchemaKey(entry.name, entry.version) for entry in registry.index()}
        except SchemaRegistryError:
            return []
        return among(pairs)

    def begin_test(self, test: str) -> None:
        """Another test begins, with an id."""
        self.test = test
        self.has_checked = False
        self._letters.clear()
        self._warned_of.clear()

    def end_test(self) -> None:
        """The current test is over; what follows is in no test."""
        self.test = ""

    def served(self, old_copies: tuple[OldCopy, ...]) -> None:
        """Something rests on old copies: note them, and warn the test that it is in, if any."""
        __tracebackhide__ = True
        self.recorder.served(old_copies)
        if self.test:
            self._warn_of(old_copies)

    def _warn_of(self, old_copies: tuple[OldCopy, ...]) -> None:
        """Warn the current test of old copies, once of each."""
        __tracebackhide__ = True
        new = [copy for copy in old_copies if copy not in self._warned_of]
        if new:
            self._warned_of.update(new)
            said = list(map(str, new[:MAX_NAMED]))
            if rest := len(new[MAX_NAMED:]):
                said.append(f"and {rest} more old copies")
            _warn(StaleSchemaWarning("; ".join(said)))

    def begin(self, use: SchemaUsage) -> None:
        """The current test uses a schema for the first time.

        Raises:
            SchemaDeprecated: It is deprecated, and that is not accepted.
        """
        __tracebackhide__ = True
        # A test may have threads.
        with self._beginning:
            if use.idle:
                self._begin(use)

    def _begin(self, use: SchemaUsage) -> None:
        __tracebackhide__ = True
        schema = use.schema
        if schema is not None and schema.deprecated:
            if self._refuse_deprecated:
                raise SchemaDeprecated(str(schema), schema.deprecation_note, schema.origin)
            if self._first(f"deprecated {use.pair}"):
                note = schema.deprecation_note or "the registry says no more"
                _warn(DeprecatedSchemaWarning(f"{schema} is deprecated: {note}"))
        self.recorder.used(use)
        self.recorder.served(use.old_copies)
        self._warn_of(use.old_copies)

    def remark(self, schema: Schema, remarks: Callable[[], Iterable[tuple[str, str]]]) -> None:
        """A schema is about to be checked by: say what in it checks nothing, once a session.

        Args:
            schema: The schema.
            remarks: Finds what to say, and of what; not called where another process has done so.
        """
        __tracebackhide__ = True
        if self._first(f"remarks {schema} {schema.text}"):
            for about, text in remarks():
                if self._first(f"remark {about}"):
                    _warn(UncheckedWarning(text))

    def violated(self, use: SchemaUsage, violation: ContractViolation) -> None:
        """A payload does not conform.

        Raises:
            ContractViolation: Where that is not only warned about.
        """
        __tracebackhide__ = True
        use.violating += 1
        is_enforced = use.level == "strict"
        # Without a violation, it is the schema that takes too much.
        if self._dead_letters is not None and violation.violations:
            from pytest_schema_registry.contracts.dead_letters import letter

            facts = {"test": self.test, "mode": self._mode, "enforcement": use.level}
            new = letter(violation, time=datetime.now(UTC), **facts)
            if is_enforced:
                self._letters.append(new)  # until it is known whether the test expects it
            else:
                self._dead_letters.add(new)
        if is_enforced:
            self.unseen.add(violation)
            raise violation
        _warn(ContractWarning(f"not enforced: {violation.text}"))

    def judged(self, *, passed: bool) -> None:
        """The current test is over, or has failed in one of its phases.

        Args:
            passed: Whether all of it passed; then its violations are what it expected.

        Raises:
            InvalidSettings: Its dead letters cannot be written.
        """
        if passed:
            self.recorder.expected()
            self._letters.clear()
        self._keep_letters()

    def _keep_letters(self) -> None:
        letters, self._letters = self._letters, []
        for each in letters:
            assert self._dead_letters is not None  # noqa: S101  # there is no letter without it
            self._dead_letters.add(each)


def _warn(warning: Warning) -> None:
    """Warn of the line that called into this package: the test's."""
    __tracebackhide__ = True
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    # Python 3.12 knows skip_file_prefixes.
    warnings.warn(warning, stacklevel=level)
