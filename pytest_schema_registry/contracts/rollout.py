"""The consequences of a usage and of a violation: a record, a warning, or a failure."""

from __future__ import annotations

import inspect
import os
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pytest_schema_registry.contracts import ratchet
from pytest_schema_registry.contracts.current_test import CurrentTest
from pytest_schema_registry.contracts.excerpt import excerpt
from pytest_schema_registry.contracts.recorder import Recorder
from pytest_schema_registry.errors import (
    ContractWarning,
    DeprecatedSchemaWarning,
    SchemaDeprecated,
    SchemaRegistryError,
    StaleSchemaWarning,
    UncheckedWarning,
)
from pytest_schema_registry.forks import Lock
from pytest_schema_registry.schemas import SchemaKey, plain_name
from pytest_schema_registry.settings.enforcement import EnforcementRules
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_schema_registry.contracts.dead_letters import DeadLetters
    from pytest_schema_registry.contracts.recorder import SchemaUsage
    from pytest_schema_registry.errors import ContractViolation
    from pytest_schema_registry.retrieval.cache import SharedSession
    from pytest_schema_registry.schemas import IndexEntry, OldCopy, Schema, SchemaRequest
    from pytest_schema_registry.settings.enforcement import Enforcement
    from pytest_schema_registry.settings.settings import Settings

#: The most old copies that a warning names.
MAX_NAMED = 10
#: The most violations of one test that the report lists.
MAX_NOTED = 100
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"


class Rollout:
    """The enforcement of contracts in one process. It records usages, and warns or raises.

    Args:
        enforcement: Gives the enforcement level of each schema.
        recorder: Records usages and old copies.
        first: Claims a fact. It returns True to the first process of the session that asks for the
            fact, so that one warning is given.
        dead_letters: The file that keeps violating payloads; None for no file.
        mode: The mode that schemas are retrieved in.
        refuse_deprecated: True if the use of a deprecated schema is an error.
        test: The current test's state.
        ratchet_file: The file of the ratchet; None without one.
        root: The directory that messages show the file from.
    """

    def __init__(
        self,
        enforcement: EnforcementRules,
        recorder: Recorder,
        first: Callable[[str], bool],
        *,
        dead_letters: DeadLetters | None = None,
        mode: str = "auto",
        refuse_deprecated: bool = False,
        test: CurrentTest | None = None,
        ratchet_file: Path | None = None,
        root: Path = Path(),
    ) -> None:
        self._enforcement = enforcement
        self.recorder = recorder
        self._first = first
        self._dead_letters = dead_letters
        self._mode = mode
        self._refuse_deprecated = refuse_deprecated
        self.test = test or CurrentTest()
        self._beginning = Lock()
        self._ratchet_file = ratchet_file
        self._root = root

    @cached_property
    def _ratchet_lines(self) -> dict[SchemaKey, int]:
        """The lines of the ratchet, read when the first violation is explained."""
        if self._ratchet_file is None:
            return {}
        # The file was read at the start; another run may have changed it since.
        with suppress(SchemaRegistryError):
            return ratchet.lines_of(self._ratchet_file)
        return {}

    @classmethod
    def from_settings(
        cls, settings: Settings, session: SharedSession, test: CurrentTest | None = None
    ) -> Self:
        """Create a process's rollout from the settings.

        Raises:
            InvalidSettings: The ratchet or the file of dead letters cannot be used.
        """
        proved = None if settings.ratchet is None else ratchet.load(settings.ratchet)
        letters = None
        if settings.dead_letters is not None:
            from pytest_schema_registry.contracts.dead_letters import DeadLetters

            letters = DeadLetters(settings.dead_letters)
        return cls(
            EnforcementRules(settings.enforcement, proved),
            Recorder(tells_all=settings.html is not None),
            session.first,
            dead_letters=letters,
            mode=settings.mode,
            refuse_deprecated=settings.fail_on_deprecated,
            test=test,
            ratchet_file=settings.ratchet,
            root=settings.root,
        )

    def enforcement(self, key: SchemaKey) -> Enforcement:
        """Return the enforcement level of a schema, for tests whose marker does not set one."""
        return self._enforcement.of(key)

    def unused_rules(
        self, requests: Iterable[SchemaRequest], index: Callable[[], Iterable[IndexEntry]]
    ) -> list[str]:
        """Return the enforcement rules that cover no schema of the tests or the registry's index.

        Args:
            requests: The schemas that the tests declare.
            index: Returns the index. It is called only if the tests leave a rule unused. If the
                index cannot be retrieved, no rule counts as unused.
        """
        return self._unused(self._enforcement.unused, requests, index)

    def unused_lines(
        self, requests: Iterable[SchemaRequest], index: Callable[[], Iterable[IndexEntry]]
    ) -> list[str]:
        """Return the ratchet's lines that name no schema of the tests or the registry's index.

        Args:
            requests: The schemas that the tests declare.
            index: Returns the index, as in :meth:`unused_rules`.
        """
        return self._unused(self._enforcement.unused_lines, requests, index)

    @staticmethod
    def _unused(
        among: Callable[[set[SchemaKey]], list[str]],
        requests: Iterable[SchemaRequest],
        index: Callable[[], Iterable[IndexEntry]],
    ) -> list[str]:
        keys = {SchemaKey(plain_name(each.name or ""), each.version or "") for each in requests}
        unused = among(keys)
        if not unused:
            return []
        try:
            keys |= {SchemaKey(entry.name, entry.version) for entry in index()}
        except SchemaRegistryError:
            return []
        return among(keys)

    def served(self, old_copies: tuple[OldCopy, ...]) -> None:
        """Record the use of old copies, and warn the current test of them, if a test is running."""
        __tracebackhide__ = True
        self.recorder.served(old_copies)
        if self.test.id:
            self._warn_of(old_copies)

    def _warn_of(self, old_copies: tuple[OldCopy, ...]) -> None:
        """Warn the current test of old copies, of each copy once."""
        __tracebackhide__ = True
        new = [copy for copy in old_copies if copy not in self.test.warned_of]
        if new:
            self.test.warned_of.update(new)
            said = list(map(str, new[:MAX_NAMED]))
            if rest := len(new[MAX_NAMED:]):
                said.append(f"and {rest} more old copies")
            _warn(StaleSchemaWarning("; ".join(said)))

    def begin(self, usage: SchemaUsage) -> None:
        """Record that the current test begins to use a schema, and warn if it is deprecated.

        Raises:
            SchemaDeprecated: The schema is deprecated, and the settings refuse that.
        """
        __tracebackhide__ = True
        # The threads of a test must not begin the same usage twice.
        with self._beginning:
            if usage.unused:
                self._begin(usage)

    def _begin(self, usage: SchemaUsage) -> None:
        __tracebackhide__ = True
        schema = usage.schema
        if schema is not None and schema.deprecated:
            if self._refuse_deprecated:
                raise SchemaDeprecated(str(schema), schema.deprecation_note, schema.origin)
            if self._first(f"deprecated {usage.key}"):
                note = schema.deprecation_note or "the registry says no more"
                _warn(DeprecatedSchemaWarning(f"{schema} is deprecated: {note}"))
        self.recorder.used(usage)
        self.recorder.served(usage.old_copies)
        self._warn_of(usage.old_copies)

    def remark(self, schema: Schema, remarks: Callable[[], Iterable[tuple[str, str]]]) -> None:
        """Warn of the parts of a schema that check nothing, once a session.

        Args:
            schema: The schema that something is about to be checked against.
            remarks: Finds the remarks, as pairs of the subject and the text. It is not called if
                this or another process has called it for the same schema.
        """
        __tracebackhide__ = True
        if self._first(f"remarks {schema} {schema.text}"):
            for about, text in remarks():
                if self._first(f"remark {about}"):
                    _warn(UncheckedWarning(text))

    def written_by(self, schema: Schema, schema_id: str, release: str) -> None:
        """Warn the current test that a payload was written with another version of a subject.

        Args:
            schema: The schema that the payload is checked against.
            schema_id: The id of the content that it was written with.
            release: The version of the subject that has this content.
        """
        __tracebackhide__ = True
        text = f"the payload has the id {schema_id}, which is version {release} of {schema.subject}"
        _warn(ContractWarning(printable(f"{text}; it is checked against {schema}")))

    def violated(self, usage: SchemaUsage, violation: ContractViolation) -> None:
        """Enforce a violation: raise it, or warn of it. Keep the payload as a dead letter.

        Raises:
            ContractViolation: The usage's enforcement is "strict".
        """
        __tracebackhide__ = True
        usage.violating += 1
        is_enforced = usage.enforcement == "strict"
        self._note(usage, violation)
        # `assert_refused` reports a payload that conforms: it has no violations, and no letter.
        # A letter names the schema that it is checked against again: a given one has no name.
        is_named = violation.schema.source != "value"
        if self._dead_letters is not None and violation.violations and is_named:
            from pytest_schema_registry.contracts.dead_letters import letter

            context = {"test": self.test.id, "mode": self._mode, "enforcement": usage.enforcement}
            new = letter(violation, time=datetime.now(UTC), **context)
            if is_enforced:
                self.test.letters.append(new)  # `judged` drops it if the test expected it
            else:
                self._dead_letters.add(new)
        if is_enforced:
            if (line := self._ratchet_lines.get(usage.key)) is not None:
                violation.add_note(f"  strict: {self._shown_ratchet} line {line} lists it")
            self.test.unseen.add(violation)
            raise violation
        _warn(ContractWarning(f"not enforced: {violation.text}"))

    @property
    def _shown_ratchet(self) -> str:
        assert self._ratchet_file is not None  # noqa: S101  # it has lines
        file, root = self._ratchet_file, self._root
        return str(file.relative_to(root) if file.is_relative_to(root) else file)

    def _note(self, usage: SchemaUsage, violation: ContractViolation) -> None:
        """Note a violation for the report, as plain data; redacted, as its texts are already."""
        noted = self.test.violations
        found = [(each.path, each.schema_path, each.message) for each in violation.violations]
        for path, rule, message in found or [("$", "", violation.text.partition("\n")[0])]:
            if len(noted) == MAX_NOTED:
                return
            each = {
                "name": usage.key.name,
                "version": usage.key.version,
                "test": self.test.id,
                "path": path,
                "rule": rule,
                "message": message,
                "outcome": "warned" if usage.enforcement == "warn" else "violating",
            }
            # A test may check thousands of payloads that break one rule.
            if any(each.items() <= other.items() for other in noted):
                continue
            if self.recorder.tells_all:
                each["payload"] = excerpt(violation.payload, path)
            noted.append(each)

    def judged(self) -> None:
        """Settle the violations of the current test, which is over.

        A test that passed, or failed as its ``xfail`` says, expected those that were enforced, and
        leaves no dead letters for them.
        """
        test = self.test
        if not test.has_failed:
            self.recorder.expected(xfailed=test.has_xfailed)
            test.letters.clear()
            kept = [each for each in test.violations if each["outcome"] == "warned"]
            if test.has_xfailed:
                kept = [
                    each if each["outcome"] == "warned" else {**each, "outcome": "xfailed"}
                    for each in test.violations
                ]
            test.violations[:] = kept
        self.recorder.violated(test.violations)
        test.violations.clear()

    def keep_letters(self) -> None:
        """Write the dead letters of the current test, which has failed.

        Raises:
            InvalidSettings: They cannot be written.
        """
        letters, self.test.letters = self.test.letters, []
        for each in letters:
            assert self._dead_letters is not None  # noqa: S101  # there is no letter without it
            self._dead_letters.add(each)


def _warn(warning: Warning) -> None:
    """Issue a warning that points to the test's line that called into this package."""
    __tracebackhide__ = True
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    # Python 3.12 has skip_file_prefixes for this loop.
    warnings.warn(warning, stacklevel=level)
