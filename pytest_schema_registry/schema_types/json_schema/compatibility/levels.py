"""The levels of compatibility: two schemas are compared in one direction or in both."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytest_schema_registry.compatibility.report import (
    DIRECTIONS,
    SIDES,
    CompatibilityReport,
    Direction,
    Level,
    Note,
    Policy,
    Reason,
    ReasonVerdict,
    Sides,
    refuse_unknown,
)
from pytest_schema_registry.json_values import json_path
from pytest_schema_registry.schema_types.json_schema.compatibility.budget import (
    DEFAULT_STEPS,
    Budget,
    BudgetExceeded,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.declared import (
    Confirmed,
    Declared,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.draft_4 import in_draft_7
from pytest_schema_registry.schema_types.json_schema.compatibility.dynamic_references import (
    with_plain_references,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.embedded_metaschema import (
    with_embedded_metaschema,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import (
    Checker,
    TooDeep,
    UnresolvableReference,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.idle_keywords import (
    without_idle_keywords,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.judgement import (
    Breaks,
    Explained,
    Judgement,
    judge,
    undecided,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.notes import notes
from pytest_schema_registry.schema_types.json_schema.compatibility.object_unions import (
    with_typed_branches,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.policy import (
    as_consumer,
    as_producer,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.sameness import (
    Known,
    Sameness,
)
from pytest_schema_registry.schema_types.json_schema.compatibility.values import check, equality_key
from pytest_schema_registry.schema_types.json_schema.document import Schema
from pytest_schema_registry.schema_types.json_schema.draft_keywords import without_unknown_keywords
from pytest_schema_registry.schema_types.schema_type import NotASchema

# The engine compiles up to 255 levels, and a policy may add a few; C code that copies and
# compares may go less deep.
_DEEPEST = 250
_DRAFT_4 = 4
#: What brings a schema into the form that the comparison knows; none changes its meaning.
_REWRITINGS: tuple[Callable[[Schema], Schema], ...] = (
    without_unknown_keywords,
    with_embedded_metaschema,
    with_plain_references,
    without_idle_keywords,
    with_typed_branches,
)
#: The strict comparison, made for notes only, gets the verdict's steps divided by this.
_SECOND_OPINION = 4


def compare(
    old: Schema,
    new: Schema,
    *,
    level: Level = "backward",
    policy: Policy = "tolerant",
    defaults: bool = False,
    formats: bool = True,
    budget: int = DEFAULT_STEPS,
    sides: Sides | None = None,
    confirms: Callable[[Any], bool] | None = None,
) -> CompatibilityReport:
    """Report whether payloads written by one version of a schema can be read by the other.

    Args:
        old: The older schema.
        new: The newer schema.
        level: "backward" for new consumers of old payloads, "forward" for old consumers of new
            payloads, "full" for both.
        policy: "tolerant" for producers that send only what they declare and consumers that ignore
            what they do not know, "strict" for JSON Schema as written.
        defaults: Whether a consumer may be sent a payload without a required member that has a
            default. Validators do not fill in defaults (2020-12 validation, section 9.2).
        formats: Whether `format` is asserted (2020-12 validation, section 7).
        budget: Steps for each direction, some 50 microseconds each; when they are used up, the
            answer is None. They are counted, not timed: the same pair gets the same answer.
        sides: What is assumed of the producer and of the consumer, where that is another pair than
            the policy stands for. One of them may be a model, whose schema says all.
        confirms: Tells of a payload that shows a break whether it really happens; a payload for
            which it is false shows nothing. None where the two schemas have the last word.

    Raises:
        NotASchema: One of the schemas is not JSON, or does not follow its meta-schema.
        ValueError: `level` or `policy` is none of the above.
    """
    refuse_unknown(level, policy)
    readers: tuple[tuple[Schema, Direction], ...] = ((old, "forward"), (new, "backward"))
    assumed = SIDES[policy] if sides is None else sides
    checkers: list[Checker] = []
    for schema, read_in in readers:
        found = _read(schema, read_in, formats)
        if isinstance(found, Reason):
            trouble = replace(found, direction=DIRECTIONS[level][0])
            return CompatibilityReport(None, (trouble,), (), level, policy)
        checkers.append(found)
    checkers = _in_like_drafts(checkers, formats)
    if equality_key(checkers[0].schema) == equality_key(checkers[1].schema):
        # A policy only narrows the producer and widens the consumer: equal schemas stay compatible.
        return CompatibilityReport(True, (), (), level, policy)
    reasons: list[Reason] = []
    all_notes: list[Note] = []
    verdicts: list[bool | None] = []
    for direction in DIRECTIONS[level]:
        producer, consumer = checkers if direction == "backward" else checkers[::-1]
        written = Sameness(producer.document, consumer.document, Budget(budget))
        judgement = _judge(
            producer,
            consumer,
            written,
            sides=assumed,
            defaults=defaults,
            formats=formats,
            budget=budget,
            confirms=confirms,
        )
        verdicts.append(judgement.compatible)
        reasons += _reasons(judgement, direction)
        all_notes += notes(checkers[0].schema, checkers[1].schema, direction)
        if assumed == SIDES["tolerant"] and confirms is None and not _exhausted(judgement):
            all_notes += _strict_only(
                producer,
                consumer,
                written,
                direction,
                judgement,
                defaults=defaults,
                formats=formats,
                budget=budget,
            )
    compatible = False if False in verdicts else None if None in verdicts else True
    return CompatibilityReport(
        compatible, tuple(reasons), tuple(dict.fromkeys(all_notes)), level, policy
    )


def _read(schema: Any, read_in: Direction, formats: bool) -> Checker | Reason:
    """Compile a schema, or return the reason why no comparison with it is possible.

    Args:
        schema: The schema to look at.
        read_in: The direction in which this schema is the consumer's.
        formats: Whether `format` is asserted.

    Raises:
        NotASchema: It is not JSON, or does not follow its meta-schema.
    """
    name = "new" if read_in == "backward" else "old"
    try:
        return _compiled(schema, formats)
    except UnresolvableReference as error:
        judgement = undecided(
            "unresolvable-reference", str(error), without_unknown_keywords(schema)
        )
    except RecursionError as error:
        judgement = undecided("budget-exceeded", f"the {name} schema is {error}")
    except NotASchema as error:
        raise NotASchema(f"the {name} schema is invalid: {error}") from error
    return _reason(judgement.reasons[0], read_in)


def _compiled(schema: Any, formats: bool) -> Checker:
    problem = check(schema, _DEEPEST)
    if problem is None and not isinstance(schema, dict | bool):
        problem = f"a schema is an object or a boolean, not {type(schema).__name__}"
    if problem is not None:
        raise NotASchema(problem)
    Checker(
        schema, formats=formats
    )  # raises for mistakes, which `without_unknown_keywords` could drop
    for rewritten in _REWRITINGS:
        schema = rewritten(schema)
    return Checker(schema, formats=formats)


def _in_like_drafts(checkers: list[Checker], formats: bool) -> list[Checker]:
    """Translate the one of two schemas that is of draft 4, where the other is of a later draft."""
    drafts = {checker.document.draft for checker in checkers}
    if len(drafts) == 1 or min(drafts) > _DRAFT_4:
        return checkers
    found = []
    for checker in checkers:
        is_old = checker.document.draft <= _DRAFT_4
        schema = in_draft_7(checker.schema) if is_old else None
        found.append(checker if schema is None else Checker(schema, formats=formats))
    return found


def _judge(
    producer: Checker,
    consumer: Checker,
    written: Sameness,
    *,
    sides: Sides,
    defaults: bool,
    formats: bool,
    budget: int,
    doubted: bool = True,
    known_breaks: Breaks = frozenset(),
    confirms: Callable[[Any], bool] | None = None,
) -> Judgement:
    granted = Budget(budget)
    emits = Declared(producer, granted) if sides.closed else None
    compared = written
    try:
        if sides.closed:
            producer = Checker(as_producer(producer.schema, granted), formats=formats)
        if sides.opened or defaults:
            read = as_consumer(consumer.schema, opened=sides.opened, defaults=defaults)
            consumer = Checker(read, formats=formats)
            compared = Sameness(producer.document, consumer.document, granted)
    except BudgetExceeded as exc:
        return undecided("budget-exceeded", str(exc))
    except TooDeep as error:
        # A policy adds a few levels below the deepest one.
        return undecided("budget-exceeded", f"a schema is too deep for the policy: {error}")
    return judge(
        producer,
        consumer,
        formats=formats,
        budget=granted,
        doubted=doubted,
        known_breaks=known_breaks,
        emits=emits if confirms is None else Confirmed(emits, confirms),
        known=Known(written, compared),
    )


def _exhausted(judgement: Judgement) -> bool:
    return any(reason.finding.rule == "budget-exceeded" for reason in judgement.reasons)


def _strict_only(
    producer: Checker,
    consumer: Checker,
    written: Sameness,
    direction: Direction,
    first: Judgement,
    *,
    defaults: bool,
    formats: bool,
    budget: int,
) -> list[Note]:
    """Return notes on the breaks that payloads show only for the schemas as they are written."""
    judgement = _judge(
        producer,
        consumer,
        written,
        sides=SIDES["strict"],
        defaults=defaults,
        formats=formats,
        budget=budget // _SECOND_OPINION,
        doubted=False,
        known_breaks=frozenset(
            (each.finding.rule, each.path) for each in first.reasons if each.shown
        ),
    )
    places = {(each.finding.rule, json_path(each.path)) for each in first.reasons}
    # Of a member that must be there now, it says nothing that it was of another type before.
    required = {path for rule, path in places if rule == "required-added"}
    places |= {("property-added-to-open", path) for path in required}
    return [
        Note("strict-only", reason.path, f"{reason.rule}: {reason.change}")
        for reason in _reasons(judgement, direction)
        if reason.shown and (reason.rule, reason.path) not in places
    ]


def _reasons(judgement: Judgement, direction: Direction) -> list[Reason]:
    alone = judgement.compatible is False and len(judgement.reasons) == 1
    found = [_reason(reason, direction) for reason in judgement.reasons]
    # Something is proved to break, and this is the only candidate for it.
    return [
        replace(reason, verdict="proved") if alone and not reason.shown else reason
        for reason in found
    ]


def _reason(found: Explained, direction: Direction) -> Reason:
    sites = (found.finding.producer, found.finding.consumer)
    old, new = sites if direction == "backward" else sites[::-1]
    verdict: ReasonVerdict = "shown by a payload" if found.shown else "unconfirmed"
    return Reason(
        rule=found.finding.rule,
        verdict=verdict,
        direction=direction,
        path=json_path(found.path),
        old_pointer=old.pointer if old else None,
        old_value=old.value if old else None,
        new_pointer=new.pointer if new else None,
        new_value=new.value if new else None,
        change=found.finding.change,
        message=found.shown.message if found.shown else "",
        payload=found.shown.payload if found.shown else None,
        shown=found.shown is not None,
        uses=found.uses,
    )
