"""The check behind ``assert_compatible``, which compares two versions of a schema."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pytest_schema_registry.compatibility.registry_verdict import ask_registry
from pytest_schema_registry.compatibility.waivers import apply, load
from pytest_schema_registry.contracts.recorder import SchemaUsage
from pytest_schema_registry.errors import (
    CompatibilityWarning,
    IncompatibleSchemas,
    InvalidSettings,
    SchemaRegistryError,
)
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schemas import Schema, SchemaKey, given
from pytest_schema_registry.text import printable_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_schema_registry.compatibility import CompatibilityReport
    from pytest_schema_registry.compatibility.report import Level, Policy
    from pytest_schema_registry.compatibility.waivers import Waiver
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.settings.settings import Settings

#: The most breaks that a failure offers to waive.
MAX_OFFERED = 5


class AssertCompatible(Protocol):
    """The type of the ``assert_compatible`` fixture."""

    def __call__(
        self,
        old: str | Schema | dict[str, Any] | bool,
        new: str | Schema | dict[str, Any] | bool,
        *,
        level: Level = "backward",
        policy: Policy = "tolerant",
        defaults: bool = False,
    ) -> CompatibilityReport:
        """Fail the test unless two schemas are compatible; return the report."""


class _Side(NamedTuple):
    """One of the two schemas in a comparison.

    Args:
        content: The schema with all that it refers to.
        name: The schema's name; empty if it has none.
        version: The schema's version line; "old" or "new" for a plain JSON Schema.
        key: The schema's key in the registry, if the test named it as ``NAME@VERSION``; then the
            registry can compare its current release itself.
    """

    content: Any
    name: str
    version: str
    key: SchemaKey | None = None


class Evolution:
    """The comparisons of schemas that one process's tests make, with the waivers for them.

    Args:
        source: Gives the schemas.
        rollout: Records each usage and each comparison.
        settings: The session's settings.
    """

    def __init__(
        self,
        source: SchemaSource,
        rollout: Rollout,
        settings: Settings,
    ) -> None:
        self._source = source
        self._rollout = rollout
        self._compared_by = settings.compat_source
        self._schema_type = all_types(formats=settings.format_assertion)["JSON"]
        self._waivers: Sequence[Waiver] = ()
        if settings.waivers is not None:
            self._waivers = load(settings.waivers, settings.root)

    def assert_compatible(
        self,
        old: str | Schema | dict[str, Any] | bool,
        new: str | Schema | dict[str, Any] | bool,
        *,
        level: Level = "backward",
        policy: Policy = "tolerant",
        defaults: bool = False,
    ) -> CompatibilityReport:
        """Fail the test unless two schemas are compatible; return the report.

        Args:
            old: The older schema: a name with its version (``telemetry.FeedbackEvent@v1``), a
                ``Schema``, or a plain JSON Schema.
            new: The newer schema.
            level: "backward" for new consumers of old payloads, "forward" for old consumers of new
                payloads, "full" for both.
            policy: "tolerant" for producers that send only what they declare and consumers that
                ignore what they do not know, "strict" for JSON Schema as written.
            defaults: True if a producer may leave out a required member that has a default.

        Raises:
            IncompatibleSchemas: The schemas have a break that no waiver covers, or compatibility
                cannot be decided.
            SchemaRegistryError: The comparison could not be made.
            ValueError: ``level`` or ``policy`` has another value.
        """
        __tracebackhide__ = True
        started = perf_counter()
        self._rollout.test.has_checked = True
        try:
            sides = self._side(old, "old"), self._side(new, "new")
            report = self._report(*sides, level=level, policy=policy, defaults=defaults)
            return self._judged(report, *sides)
        except SchemaRegistryError as exc:
            self._record("impossible")
            self._rollout.test.unseen.add(exc)
            raise exc.with_traceback(None) from None
        except IncompatibleSchemas as exc:
            self._rollout.test.unseen.add(exc)
            raise exc.with_traceback(None) from None
        finally:
            self._rollout.recorder.seconds += perf_counter() - started

    def _side(self, asked: Any, which: str) -> _Side:
        if isinstance(asked, dict | bool):
            schema = given(asked)
            validator = self._source.catalogue.validator(schema)
            self._rollout.served(validator.old_copies)
            return _Side(validator.bundled(), "", which)
        if isinstance(asked, Schema):
            return _Side(self._used(asked), asked.name, asked.version)
        try:
            key = SchemaKey.parse(asked if isinstance(asked, str) else "")
        except ValueError:
            raise InvalidSettings(
                "assert_compatible",
                f"{asked!r} is no schema; give a name with its version, such as "
                "telemetry.FeedbackEvent@v1, a Schema, or a JSON Schema",
            ) from None
        try:
            schema = self._source.schema(*key)
            return _Side(self._used(schema), *key, key)
        except SchemaRegistryError as exc:
            self._rollout.recorder.failed(key, exc)
            self._rollout.served(exc.old_copies)
            raise

    def _used(self, schema: Schema) -> Any:
        validator = self._source.catalogue.validator(schema)
        usage = SchemaUsage(SchemaKey(schema.name, schema.version), "off", schema, validator)
        self._rollout.begin(usage)
        usage.lookups += 1
        return validator.bundled()

    def _report(self, old: _Side, new: _Side, **asked: Any) -> CompatibilityReport:
        __tracebackhide__ = True
        if self._compared_by == "registry":
            return self._registry_verdict(old, new, asked["level"])
        ours = self._schema_type.compare(old.content, new.content, **asked)
        if self._compared_by == "both" and _is_known(old, new):
            theirs = self._registry_verdict(old, new, asked["level"])
            if {ours.compatible, theirs.compatible} == {True, False}:
                headline = _headline(old, new)
                text = f"{theirs.render(headline)}\nand here\n{ours.render(headline)}"
                warnings.warn(CompatibilityWarning(text), stacklevel=3)
        return ours

    def _registry_verdict(self, old: _Side, new: _Side, level: Level) -> CompatibilityReport:
        if not _is_known(old, new):
            raise InvalidSettings(
                "--registry-compat-source registry",
                "the registry compares two version lines of one schema, each given as "
                "NAME@VERSION; local compares anything",
            )
        ask = partial(self._source.catalogue.compatibility, new.name)
        return ask_registry(ask, old.version, new.version, level)

    def _judged(self, report: CompatibilityReport, old: _Side, new: _Side) -> CompatibilityReport:
        name, headline = new.name or old.name, _headline(old, new)
        report, used = apply(self._waivers, report, name, datetime.now(UTC).date())
        self._record(
            _outcome(report),
            name,
            waived=[
                f"{headline}: {each.reason.rule} at {each.reason.path} until {each.until}: "
                f"{each.why}"
                for each in report.waived
            ],
            waivers=[waiver.place for waiver in used],
        )
        if report.passes:
            return report
        text = "\n".join([report.render(headline), *_next_steps(report, name)])
        raise IncompatibleSchemas(printable_text(text), report)

    def _record(
        self,
        outcome: str,
        name: str = "",
        *,
        waived: Sequence[str] = (),
        waivers: Sequence[str] = (),
    ) -> None:
        self._rollout.recorder.compared(
            {
                "name": name,
                "outcome": outcome,
                "waived": list(waived),
                "waivers": list(waivers),
            }
        )


def _outcome(report: CompatibilityReport) -> str:
    if report.waived and report.passes:
        return "waived"
    return {True: "compatible", False: "incompatible", None: "undecided"}[report.compatible]


def _is_known(old: _Side, new: _Side) -> bool:
    """Check whether the registry can compare the two: both have a key, and the same name."""
    return None not in (old.key, new.key) and old.name == new.name


def _headline(old: _Side, new: _Side) -> str:
    if old.name == new.name:
        return f"{old.name} {old.version} -> {new.version}".lstrip()
    return f"{old.name} {old.version} -> {new.name} {new.version}".lstrip()


def _next_steps(report: CompatibilityReport, name: str) -> list[str]:
    undecided = report.compatible is None
    steps = ["  next: look at it yourself" if undecided else "  next: take the change back"]
    if not name:
        return steps
    steps[0] += ", or accept it for a time, in the file that registry_waivers names:"
    steps += [
        f'    schema = "{name}", fingerprint = "{reason.fingerprint}"    '
        f"({reason.rule} at {reason.path})"
        for reason in report.reasons[:MAX_OFFERED]
    ]
    if rest := len(report.reasons[MAX_OFFERED:]):
        steps.append(f"    and {rest} more")
    return steps
