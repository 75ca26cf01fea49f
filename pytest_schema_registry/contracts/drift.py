"""Drift: the differences between a registry's schemas and their cassettes, in grades.

    same         the content is equal, and so are the release and the deprecation
    formatting   the content is equal, but was published in other bytes
    annotations  only annotations differ: titles, defaults, a deprecation, the release
    compatible   every payload that conforms to the recorded schema conforms to the registry's
    new          the registry has the schema; the cassette is missing, or records that it had none
    breaking     some payload that conforms to the recorded schema violates the registry's
    unknown      the difference cannot be decided, or the cassette is damaged
    gone         the registry no longer has the schema

Each grade is worse than those above it. In Avro, a default and an alias are no annotations.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_schema_registry.errors import CassetteDamaged, CassetteMissing, SchemaRegistryError
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.schema_type import NotASchema
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.settings.parsers import DRIFT_GRADES

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.registries.queries import Query, Result
    from pytest_schema_registry.retrieval.cassettes.store import Cassettes
    from pytest_schema_registry.schema_types.schema_type import SchemaType
    from pytest_schema_registry.schemas import Schema
    from pytest_schema_registry.settings.settings import Settings

    #: A drift without its grade, with the recorded schema and the registry's.
    _Unsettled: TypeAlias = tuple["Drift", Schema, Schema]

GRADES = ("same", *DRIFT_GRADES)
#: The mildest grade that the setting ``fail`` fails on, unless it names another.
FAILS_FROM = "annotations"
TOO_DEEP = {"rule": "budget-exceeded", "path": "$", "change": "nested too deeply"}
#: The note of a comparison that tells of values that conformed to the older schema only.
_REFUSED = "default-removed"
#: The most characters that are quoted of another library's message.
MAX_QUOTED = 200


@dataclass(frozen=True, slots=True)
class Drift:
    """The comparison of one schema in the registry with its cassette.

    Args:
        name: The schema's name, or its global id if the query named that.
        version: The version line.
        asked: The release that the query named; None for the current one.
        grade: The grade of the difference; None if only the cassette was read.
        recorded_at: The time of the recording, in seconds since the epoch; None if there is no
            recording, or the cassette is damaged.
        local_release: The release in the cassette.
        local_digest: The digest of the content in the cassette; None if it has no schema.
        registry_release: The release in the registry.
        registry_digest: The digest of the content in the registry; None if it has no schema.
        reasons: The reasons why the two are incompatible, or why that cannot be decided.
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
        """The grade as a number, from 0 for ``same`` upwards; -1 if nothing was compared."""
        return -1 if self.grade is None else GRADES.index(self.grade)

    def __str__(self) -> str:
        label = f"{self.name} {self.version}".rstrip()
        return f"{label} release {self.asked}" if self.asked else label


def watch(
    settings: Settings,
    drifted: Callable[[dict[str, Any]], None],
    cassettes: Callable[[], Cassettes],
) -> Watch | None:
    """Return a watch on the session's results; None if there are no cassettes to compare with.

    Args:
        settings: The session's settings.
        drifted: Receives each schema's drift, as plain data.
        cassettes: Opens the session's cassettes.
    """
    insists = settings.drift.action != "warn" or settings.drift_report is not None
    # A user who asked for drift learns that there are no cassettes: each schema is new.
    insists = insists or settings.offline or settings.mode == "record"
    if not insists and not (settings.root / settings.cassettes).is_dir():
        return None
    return Watch(cassettes, drifted, formats=settings.format_assertion)


class Watch:
    """A watch that compares each schema that one process uses with its cassette, once.

    Args:
        cassettes: Opens the cassettes.
        drifted: Receives each schema's drift, as plain data.
        formats: True if ``format`` is an assertion.
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
        self._unsettled: list[_Unsettled] = []

    def answered(self, answer: Result) -> Callable[[], None]:
        """Compare a result of the registry with its cassette, before a recording replaces that.

        Returns:
            A function that reports the drift. It is called once the recording is written.
        """
        query = answer.query
        if not query.is_for_schema or query in self._seen:
            return _nothing
        asked = Drift(plain_name(query.name), query.version, query.release)
        if answer.source == "cassette":
            drift: Drift | _Unsettled | None = replace(asked, recorded_at=answer.fetched_at)
        elif answer.outage is None:
            try:
                drift = self._compared(asked, answer)
            except RecursionError:  # pragma: no cover  # Python versions differ in what they read
                drift = replace(asked, grade="unknown", reasons=[TOO_DEEP])
        else:
            return _nothing  # an old copy does not show the registry's present state
        return partial(self._report, query, drift)

    def _report(self, query: Query, found: Drift | _Unsettled | None) -> None:
        self._seen.add(query)
        if isinstance(found, Drift):
            self._drifted(asdict(found))
        elif found is not None:
            self._unsettled.append(found)

    def _compared(self, asked: Drift, answer: Result) -> Drift | _Unsettled | None:
        now = _schema(answer)
        if now is not None:
            asked = replace(asked, registry_release=now.release, registry_digest=now.digest)
        try:
            recorded = self._cassettes().load(answer.query)
        except CassetteMissing:
            # Neither side has the schema, as for the other spelling of a name: no drift.
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
        # Grading waits for `settle`: other results are still pending, and references need them.
        return asked, before, now

    def settle(self, bundled: Callable[[Schema], Any]) -> None:
        """Grade the schemas that wait for it, and report their drift.

        Both sides refer to the registry's present schemas. A change in one of those is its own
        drift.

        Args:
            bundled: Returns a schema's content with all that it refers to. It must not be called
                while a query is pending.
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


def _nothing() -> None:
    """Report nothing."""


def _schema(answer: Result) -> Schema | None:
    return None if answer.is_missing else answer.schema


def compared(
    before: Schema,
    now: Schema,
    *,
    formats: bool = True,
    bundled: Callable[[Schema], Any] = attrgetter("content"),
) -> tuple[str, list[dict[str, str]]]:
    """Compare a schema with its recording. Return the grade, and the reasons for it.

    Args:
        before: The recorded schema.
        now: The registry's schema.
        formats: True if ``format`` is an assertion.
        bundled: Returns a schema's content with all that it refers to.

    Raises:
        SchemaRegistryError: A schema that one of them refers to cannot be retrieved.
    """
    # Of an equal text, the language and what its references lead to may differ.
    is_alike = (before.schema_type, before.references) == (now.schema_type, now.references)
    if is_alike and before.digest == now.digest:
        if _said_of(before) != _said_of(now):
            return "annotations", []
        # Two addresses may make their change tokens differently, so compare those of one only.
        reformatted = before.url == now.url and before.sha256 != now.sha256
        return "formatting" if reformatted else "same", []
    schema_type = all_types(formats=formats).get(now.schema_type)
    if schema_type is None or before.schema_type != now.schema_type:
        change = f"{before.schema_type} -> {now.schema_type}"
        return "unknown", [{"rule": "schema-type", "path": "$", "change": change}]
    if is_alike and schema_type.differ_in_annotations_only(before, now):
        return "annotations", []
    return _compatibility(schema_type, bundled(before), bundled(now))


def _said_of(schema: Schema) -> tuple[Any, ...]:
    return schema.release, schema.deprecated, schema.deprecation_note


def _compatibility(
    schema_type: SchemaType, before: Any, now: Any
) -> tuple[str, list[dict[str, str]]]:
    try:
        report = schema_type.compare(before, now)
    except NotASchema as exc:
        change = str(exc)[:MAX_QUOTED]
        return "unknown", [{"rule": "not-a-schema", "path": "$", "change": change}]
    grade = {True: "compatible", False: "breaking", None: "unknown"}[report.compatible]
    refused = [
        {"rule": note.kind, "path": note.path, "change": note.message}
        for note in report.notes
        if note.kind == _REFUSED
    ]
    # What was written can be read, and yet a value that conformed does so no longer.
    if grade == "compatible" and refused:
        return "breaking", refused
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
