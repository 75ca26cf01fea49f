"""Drift: how what a registry says differs from its cassettes, graded.

    same         the content is equal, and what is said about it
    formatting   the content is equal, and was published in other bytes
    annotations  all that differs asserts nothing: titles, defaults, a deprecation, the release
    compatible   all that conforms to the recorded schema conforms to the registry's
    new          the registry has a schema, of which nothing was recorded, or that there is none
    breaking     something that conforms to the recorded schema violates the registry's
    unknown      that cannot be decided, or the cassette is damaged
    gone         the registry has no such schema any more

Each is worse than those above it.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import CassetteDamaged, CassetteMissing, SchemaRegistryError
from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.registries import core
from pytest_schema_registry.retrieval import sources
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.settings.parsers import DRIFT_GRADES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_schema_registry.registries.queries import Query, Result
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.schemas import Schema
    from pytest_schema_registry.settings.settings import Settings

GRADES = ("same", *DRIFT_GRADES)
#: The mildest grade that ``fail`` fails on.
FAILS_FROM = "annotations"
#: JSON Schema's own (2020-12 validation, sections 8 and 9), and what this registry adds.
ANNOTATIONS = frozenset(
    {"title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples"}
    | {"$comment", "example"}
    | {"$core_version", "$track", "$schema_id"}
)
#: In canonical JSON, a reference that leads below one of them, or is escaped and so may do.
_REFERENCE = re.compile(
    r'"\$(?:ref|dynamicRef|recursiveRef)":"[^"#]*#[^"]*'
    rf'(?:[%\\]|/(?:{"|".join(map(re.escape, ANNOTATIONS))})[/"])'
)
TOO_DEEP = {"rule": "budget-exceeded", "path": "$", "change": "nested too deeply"}
#: The longest text of a library's that is repeated.
MAX_QUOTED = 200


@dataclass(frozen=True, slots=True)
class Drift:
    """One schema as the registry has it, next to its cassette.

    Args:
        name: The schema's name; its global id where it was asked for by that.
        version: The version line.
        asked: The release that was asked for; None for the current one.
        grade: How they differ; None where only the cassette was looked at.
        recorded_at: When that was recorded; None where nothing was, or the cassette is damaged.
        local_release: The release in the cassette.
        local_digest: The digest of the content there; None where it has no schema.
        registry_release: The release in the registry.
        registry_digest: The digest of the content there; None where it has no schema.
        reasons: Why the two do not speak to each other, or why that cannot be decided.
    """

    name: str
    version: str
    asked: str | None = None
    grade: str | None = None
    recorded_at: float | None = None
    local_release: str | None = None
    local_digest: str | None = None
    registry_release: str | None = None
    registry_digest: str | None = None
    reasons: list[dict[str, str]] = field(default_factory=list)

    @property
    def rank(self) -> int:
        """How bad it is, from 0 for what is the same; less where nothing was compared."""
        return -1 if self.grade is None else GRADES.index(self.grade)

    def __str__(self) -> str:
        label = f"{self.name} {self.version}".rstrip()
        return f"{label} release {self.asked}" if self.asked else label


def watch(settings: Settings, drifted: Callable[[dict[str, Any]], None]) -> Watch | None:
    """What looks at the answers of a session; None where there is nothing to look at.

    Args:
        settings: Of the session.
        drifted: Told each schema's drift, as plain data.
    """
    insists = settings.drift != "warn" or settings.drift_report is not None
    # Whoever insists is told that there are no cassettes: each schema is new.
    insists = insists or settings.offline or settings.mode == "record"
    if not insists and not (settings.root / settings.cassettes).is_dir():
        return None
    cassettes = sources.Lazy(lambda: sources.cassettes(settings))
    return Watch(cassettes, drifted, formats=settings.format_assertion)


class Watch:
    """Looks at each schema that one process uses, once.

    Args:
        cassettes: The recorded exchanges.
        drifted: Told each schema's drift, as plain data.
        formats: Whether ``format`` is an assertion.
    """

    def __init__(
        self,
        cassettes: Callable[[], Cassettes],
        drifted: Callable[[dict[str, Any]], None],
        *,
        formats: bool,
    ) -> None:
        self._cassettes = cassettes
        self._drifted = drifted
        self._formats = formats
        self._seen: set[Query] = set()
        self._unsettled: list[tuple[Drift, Schema, Schema]] = []

    def answered(self, answer: Result) -> None:
        """Compare an answer of the registry with its cassette, which it does not replace yet."""
        question = answer.question
        if not question.is_for_schema or question in self._seen:
            return
        asked = Drift(plain_name(question.name), question.version, question.release)
        if answer.source == "cassette":
            drift: Drift | None = replace(asked, recorded_at=answer.fetched_at)
        elif answer.outage is None:
            try:
                drift = self._compared(asked, answer)
            except RecursionError:  # pragma: no cover  # Python versions differ in what they read
                drift = replace(asked, grade="unknown", reasons=[TOO_DEEP])
        else:
            return  # an old copy says nothing about the registry of today
        self._seen.add(question)
        if drift is not None:
            self._drifted(asdict(drift))

    def _compared(self, asked: Drift, answer: Result) -> Drift | None:
        now = _schema(answer)
        if now is not None:
            asked = replace(asked, registry_release=now.release, registry_digest=now.digest)
        try:
            recorded = self._cassettes().load(answer.question)
        except CassetteMissing:
            # Of what neither has, such as the other spelling of a name, there is nothing to say.
            return None if now is None else replace(asked, grade="new")
        except CassetteDamaged as exc:
            reason = {"rule": "cassette-damaged", "path": exc.path, "change": exc.reason}
            return replace(asked, grade="unknown", reasons=[reason])
        before = _schema(recorded)
        asked = replace(asked, recorded_at=recorded.fetched_at)
        if before is None:
            return replace(asked, grade="same" if now is None else "new")
        asked = replace(asked, local_release=before.release, local_digest=before.digest)
        if now is None:
            return replace(asked, grade="gone")
        # Compared later: here the answers of others wait, and it may refer to some of them.
        self._unsettled.append((asked, before, now))
        return None

    def settle(self, bundled: Callable[[Schema], Any]) -> None:
        """Grade what was answered; what it refers to is taken as it is now.

        How that has changed is its own drift.

        Args:
            bundled: Gives a schema's content with all that it refers to; not to be called while an
                answer is on its way.
        """
        unsettled, self._unsettled = self._unsettled, []
        for asked, before, now in unsettled:
            try:
                grade, reasons = compared(before, now, formats=self._formats, bundled=bundled)
            except SchemaRegistryError as exc:
                reason = {"rule": "unresolvable-reference", "path": "$", "change": exc.headline}
                grade, reasons = "unknown", [reason]
            except RecursionError:
                grade, reasons = "unknown", [TOO_DEEP]
            self._drifted(asdict(replace(asked, grade=grade, reasons=reasons)))


def _schema(answer: Result) -> Schema | None:
    return None if answer.document is None else core.schema(answer)


def compared(
    before: Schema,
    now: Schema,
    *,
    formats: bool = True,
    bundled: Callable[[Schema], Any] = attrgetter("content"),
) -> tuple[str, list[dict[str, str]]]:
    """How a schema differs from what it was: the grade, and the reasons for it.

    Args:
        before: What was recorded.
        now: What the registry has.
        formats: Whether ``format`` is an assertion.
        bundled: Gives a schema's content with all that it refers to.

    Raises:
        SchemaRegistryError: What one of them refers to cannot be had.
    """
    if before.digest == now.digest:
        if _said_of(before) != _said_of(now):
            return "annotations", []
        # Change tokens of two addresses need not be made in the same way.
        reformatted = before.url == now.url and before.sha256 != now.sha256
        return "formatting" if reformatted else "same", []
    if _differ_in_annotations(before, now):
        return "annotations", []
    return _compatibility(bundled(before), bundled(now), formats)


def _said_of(schema: Schema) -> tuple[Any, ...]:
    return schema.release, schema.deprecated, schema.deprecation_note


def _differ_in_annotations(before: Schema, now: Schema) -> bool:
    if any(_REFERENCE.search(each.published.canonical) for each in (before, now)):
        return False
    return canonical(_bare(before.content)) == canonical(_bare(now.content))


def _bare(schema: Any) -> Any:
    """A schema without what asserts nothing."""
    from pytest_schema_registry.schema_types.json_schema.document import (
        DATA_KEYWORDS,
        NAMED_SCHEMAS,
    )

    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    bare = {}
    for keyword, value in schema.items():
        if keyword in NAMED_SCHEMAS and isinstance(value, dict):
            bare[keyword] = {name: _bare(each) for name, each in value.items()}
        elif keyword not in ANNOTATIONS:
            bare[keyword] = value if keyword in DATA_KEYWORDS else _bare(value)
    return bare


def _compatibility(before: Any, now: Any, formats: bool) -> tuple[str, list[dict[str, str]]]:
    from pytest_schema_registry.schema_types.json_schema.compatibility import NotASchema, compare

    try:
        report = compare(before, now, formats=formats)
    except NotASchema as exc:
        change = str(exc)[:MAX_QUOTED]
        return "unknown", [{"rule": "not-a-schema", "path": "$", "change": change}]
    grade = {True: "compatible", False: "breaking", None: "unknown"}[report.compatible]
    return grade, [
        {
            "rule": reason.rule,
            "path": reason.path,
            "change": reason.change,
            "verdict": reason.verdict,
            "fingerprint": reason.fingerprint,
        }
        for reason in report.reasons
    ]


class Fold:
    """The drift that all processes of a session found, each schema once."""

    def __init__(self) -> None:
        self._drifts: dict[tuple[str, str, str | None], Drift] = {}

    def add(self, found: Iterable[dict[str, Any]]) -> None:
        """Fold in what a process found."""
        for each in found:
            drift = Drift(**each)
            key = drift.name, drift.version, drift.asked
            # Whoever came after the one that recorded sees no difference any more.
            self._drifts[key] = max(self._drifts.get(key, drift), drift, key=_weight)

    @property
    def compared(self) -> list[Drift]:
        """What was compared, the worst first."""
        found = [drift for drift in self._drifts.values() if drift.grade is not None]
        return sorted(found, key=lambda drift: (-drift.rank, *_order(drift)))

    def at_least(self, grade: str) -> list[Drift]:
        """What is at least as bad as a grade, the worst first."""
        return [drift for drift in self.compared if drift.rank >= GRADES.index(grade)]

    def recorded_before(self, moment: float) -> list[Drift]:
        """What was recorded before a time, the oldest first."""
        return [drift for drift in self.recorded if (drift.recorded_at or 0) < moment]

    @property
    def recorded(self) -> list[Drift]:
        """What was recorded, the oldest first."""
        old = [drift for drift in self._drifts.values() if drift.recorded_at is not None]
        return sorted(old, key=lambda drift: (drift.recorded_at, *_order(drift)))


def _weight(drift: Drift) -> tuple[int, bool]:
    # Of a name with and without its ending, the one that the registry has.
    return drift.rank, drift.registry_digest is not None


def _order(drift: Drift) -> tuple[str, str, str]:
    return drift.name, drift.version, drift.asked or ""
