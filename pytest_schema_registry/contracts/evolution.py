"""The check behind ``assert_compatible``, which compares two versions of a schema or of a model."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.compatibility.registry_verdict import ask_registry, cannot_ask
from pytest_schema_registry.compatibility.report import refuse_unknown
from pytest_schema_registry.compatibility.waivers import apply, load
from pytest_schema_registry.contracts.comparison_facts import facts
from pytest_schema_registry.contracts.recorder import SchemaUsage
from pytest_schema_registry.errors import (
    CompatibilityWarning,
    IncompatibleSchemas,
    InvalidSettings,
    SchemaRegistryError,
)
from pytest_schema_registry.models.aliases import is_better_by_alias
from pytest_schema_registry.models.comparison import compare_sides
from pytest_schema_registry.models.model import is_model, model_of
from pytest_schema_registry.models.sides import ModelSide, SchemaSide
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
#: How long the offered waivers count.
WAIVED_FOR = timedelta(days=30)
#: What to do where a model would be compatible if it sent its aliases.
SEND_ALIASES = "if it is sent under its aliases, pass by_alias=True"


class _Side(NamedTuple):
    """One of the two sides of a comparison: a schema or a model.

    Args:
        of: The schema, ready to check payloads, or the model.
        name: The schema's or the model's name; empty if it has none.
        version: The schema's version line; "old" or "new" for a plain JSON Schema, empty for a
            model.
        key: The schema's key in the registry, if the test named it as ``NAME@VERSION``; then the
            registry can compare its current release itself.
    """

    of: SchemaSide | ModelSide
    name: str
    version: str
    key: SchemaKey | None = None


class Evolution:
    """The comparisons that one process's tests make of schemas and models, with their waivers.

    Args:
        source: Gives the schemas.
        rollout: Records each usage and each comparison.
        settings: The session's settings.
        columns: The width of a report's lines; 0 where nothing gives one.
    """

    def __init__(
        self, source: SchemaSource, rollout: Rollout, settings: Settings, *, columns: int
    ) -> None:
        self._source = source
        self._rollout = rollout
        self._columns = columns
        self._compared_by = settings.compat_source
        self._hide = settings.redact
        #: The language of the schemas of models.
        self.schema_type = all_types(formats=settings.format_assertion)["JSON"]
        self._waivers: Sequence[Waiver] = ()
        if settings.waivers is not None:
            self._waivers = load(settings.waivers, settings.root)

    def assert_compatible(
        self,
        old: Any,
        new: Any,
        *,
        level: Level = "backward",
        policy: Policy = "tolerant",
        defaults: bool = False,
        by_alias: bool | None = None,
    ) -> CompatibilityReport:
        """Fail the test unless two schemas or models are compatible; return the report.

        Args:
            old: The older schema: a name with its version (``telemetry.FeedbackEvent@v1``), a
                ``Schema``, or a plain JSON Schema. Or a model, as it sends payloads.
            new: The newer schema, or a model, as it accepts payloads.
            level: "backward" for new consumers of old payloads, "forward" for old consumers of new
                payloads, "full" for both.
            policy: "tolerant" for producers that send only what they declare and consumers that
                ignore what they do not know, "strict" for JSON Schema as written. It is about
                schemas only: a model tells itself what it sends and accepts.
            defaults: True if a producer may leave out a required member that has a default.
            by_alias: True if models send members under their aliases; None for what the
                configuration of each says.

        Raises:
            IncompatibleSchemas: The schemas have a break that no waiver covers, or compatibility
                cannot be decided.
            InvalidSettings: ``level`` or ``policy`` has another value.
            SchemaRegistryError: The comparison could not be made.
        """
        __tracebackhide__ = True
        started = perf_counter()
        self._rollout.test.has_checked = True
        try:
            _refuse_unknown(level, policy)
            sides = self._side(old, "old", by_alias), self._side(new, "new", by_alias)
            asked: dict[str, Any] = {"level": level, "policy": policy, "defaults": defaults}
            report = self._report(*sides, **asked)
            return self._judged(report, *sides, **asked)
        except SchemaRegistryError as exc:
            self._record("impossible")
            self._rollout.test.unseen.add(exc)
            raise exc.with_traceback(None) from None
        except IncompatibleSchemas as exc:
            self._rollout.test.unseen.add(exc)
            raise exc.with_traceback(None) from None
        finally:
            self._rollout.recorder.seconds += perf_counter() - started

    def _side(self, asked: Any, which: str, by_alias: bool | None) -> _Side:
        if isinstance(asked, dict | bool):
            schema = given(asked)
            validator = self._source.catalogue.validator(schema)
            self._rollout.served(validator.old_copies)
            self._rollout.remark(schema, validator.remarks)
            return _Side(SchemaSide(self.schema_type, validator), "", which)
        if isinstance(asked, Schema):
            return _Side(self._used(asked), asked.name, asked.version)
        if is_model(asked):
            model = model_of(asked, "assert_compatible")
            return _Side(ModelSide(model, self.schema_type, by_alias), model.name, "")
        try:
            key = SchemaKey.parse(asked if isinstance(asked, str) else "")
        except ValueError:
            raise InvalidSettings(
                "assert_compatible",
                f"{asked!r} is no schema; give a name with its version, such as "
                "telemetry.FeedbackEvent@v1, a Schema, a JSON Schema, or a model",
            ) from None
        try:
            schema = self._source.schema(*key)
            return _Side(self._used(schema), *key, key)
        except SchemaRegistryError as exc:
            self._rollout.recorder.failed(key, exc)
            self._rollout.served(exc.old_copies)
            raise

    def _used(self, schema: Schema) -> SchemaSide:
        validator = self._source.catalogue.validator(schema)
        usage = SchemaUsage(SchemaKey(schema.name, schema.version), "off", schema, validator)
        self._rollout.begin(usage)
        usage.lookups += 1
        self._rollout.remark(schema, validator.remarks)
        return SchemaSide(self._source.catalogue.type_of(schema), validator)

    def _report(self, old: _Side, new: _Side, **asked: Any) -> CompatibilityReport:
        __tracebackhide__ = True
        if self._compared_by == "registry":
            return self._registry_verdict(old, new, asked["level"])
        ours = compare_sides(old.of, new.of, asked_by="assert_compatible", **asked)
        if self._compared_by == "both" and _is_known(old, new):
            theirs = self._registry_verdict(old, new, asked["level"])
            if {ours.compatible, theirs.compatible} == {True, False}:
                headline = _headline(old, new)
                both = (each.render(headline, self._columns) for each in (theirs, ours))
                text = "\nand here\n".join(both)
                warnings.warn(CompatibilityWarning(text), stacklevel=3)
        return ours

    def _registry_verdict(self, old: _Side, new: _Side, level: Level) -> CompatibilityReport:
        if not _is_known(old, new):
            raise cannot_ask()
        ask = partial(self._source.catalogue.compatibility, new.name)
        return ask_registry(ask, old.version, new.version, level)

    def _judged(
        self, report: CompatibilityReport, old: _Side, new: _Side, **asked: Any
    ) -> CompatibilityReport:
        # A waiver names a schema; the name of a model serves where there is none.
        by_kind = sorted((new, old), key=lambda each: isinstance(each.of, ModelSide))
        name = by_kind[0].name or by_kind[1].name
        headline = _headline(old, new)
        report = self.without_waived(report, name, headline, sides=_sides(old, new))
        if report.passes:
            return report
        is_better = is_better_by_alias(report, old.of, new.of, **asked)
        steps = next_steps(report, name, SEND_ALIASES if is_better else "")
        text = "\n".join([report.render(headline, self._columns), *steps])
        raise IncompatibleSchemas(printable_text(text), report)

    def without_waived(
        self,
        report: CompatibilityReport,
        name: str,
        headline: str,
        *,
        sides: tuple[str, str] | None = None,
        counts: bool = True,
    ) -> CompatibilityReport:
        """Return a report without the breaks that a waiver covers, and record the comparison.

        Args:
            report: The report.
            name: The schema's name.
            headline: The two sides, in one text.
            sides: The names of the two sides, for a page; None for no place on it.
            counts: False for a check that is counted as one of a payload is: then only the use of
                waivers is recorded.
        """
        report, used = apply(self._waivers, report, name, datetime.now(UTC).date())
        if not (counts or used):
            return report
        self._record(
            _outcome(report),
            name,
            waived=[
                f"{headline}: {each.reason.rule} at {each.reason.path} until {each.until}: "
                f"{each.why}"
                for each in report.waived
            ],
            waivers=[waiver.place for waiver in used],
            details=self._details(report, sides),
        )
        return report

    def _details(
        self, report: CompatibilityReport, sides: tuple[str, str] | None
    ) -> dict[str, Any] | None:
        """Return what a page shows of a comparison; None where there is no page."""
        if sides is None or not self._rollout.recorder.tells_all:
            return None
        return facts(report, *sides, test=self._rollout.test.id, hide=self._hide)

    def _record(
        self,
        outcome: str,
        name: str = "",
        *,
        waived: Sequence[str] = (),
        waivers: Sequence[str] = (),
        details: dict[str, Any] | None = None,
    ) -> None:
        made: dict[str, Any] = {
            "name": name,
            "outcome": outcome,
            "waived": list(waived),
            "waivers": list(waivers),
        }
        self._rollout.recorder.compared(made if details is None else made | {"details": details})


def _refuse_unknown(level: str, policy: str) -> None:
    try:
        refuse_unknown(level, policy)
    except ValueError as exc:
        raise InvalidSettings("assert_compatible", str(exc)) from None


def _outcome(report: CompatibilityReport) -> str:
    if report.waived and report.passes:
        return "waived"
    return {True: "compatible", False: "incompatible", None: "undecided"}[report.compatible]


def _is_known(old: _Side, new: _Side) -> bool:
    """Check whether the registry can compare the two: both have a key, and the same name."""
    return None not in (old.key, new.key) and old.name == new.name


def _sides(old: _Side, new: _Side) -> tuple[str, str]:
    """Return the names of two sides: their versions alone, where they are of one schema."""
    if old.name == new.name:
        return old.version, new.version
    return f"{old.name} {old.version}".strip(), f"{new.name} {new.version}".strip()


def _headline(old: _Side, new: _Side) -> str:
    if old.name == new.name and old.version and new.version:
        return f"{old.name} {old.version} -> {new.version}".lstrip()
    return " -> ".join(f"{each.name} {each.version}".strip() for each in (old, new))


def next_steps(report: CompatibilityReport, name: str, first: str = "") -> list[str]:
    """Return the lines that say what to do about what is not compatible.

    Args:
        report: The report.
        name: The schema's name; empty if it has none.
        first: What to do before all else; empty if nothing is known.
    """
    steps = ["look at it yourself" if report.compatible is None else "take the change back"]
    if first:
        steps.insert(0, first)
    between = ", " if name else ", or "
    return with_waivers([f"  next: {between.join(steps)}"], report, name)


def with_waivers(steps: list[str], report: CompatibilityReport, name: str) -> list[str]:
    """Return the lines on what to do next, with waivers to paste where the schema has a name."""
    if not name:
        return steps
    until = datetime.now(UTC).date() + WAIVED_FOR
    *before, last = steps
    steps = [*before, f"{last}, or accept it for a time, in the file that registry_waivers names:"]
    for reason in report.reasons[:MAX_OFFERED]:
        steps += [
            "    [[waiver]]",
            f"    schema = {json.dumps(name, ensure_ascii=False)}",
            f'    fingerprint = "{reason.fingerprint}"  # {reason.rule} at {reason.path}',
            '    reason = "say why"',
            f"    expires = {until}",
        ]
    if rest := len(report.reasons[MAX_OFFERED:]):
        steps.append(f"    # and {rest} more")
    return steps
