"""The verdict on one direction of a comparison in which at least one side is a model.

The two schemas decide what can be proved. A payload that shows a break counts only once the model
has made it, or has refused it. What no schema shows is looked for with generated payloads.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.compatibility.report import SIDES, Note, Reason, Sides
from pytest_schema_registry.compatibility.wording import brief
from pytest_schema_registry.json_values import Wildcard, canonical, json_path, path_steps
from pytest_schema_registry.models.model import NotSent
from pytest_schema_registry.models.sides import Made, SchemaSide

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_schema_registry.compatibility.report import Direction, Policy
    from pytest_schema_registry.models.model import Refusal
    from pytest_schema_registry.models.sides import Consumer, Producer
    from pytest_schema_registry.schema_types.schema_type import SchemaType

#: The kind of the note on what a verdict rests on: "proved …", "tried with N payloads …".
RESTS_ON = "rests-on"
#: The most breaks that generated payloads add to those that the schemas show.
_MOST_FOUND = 5
_SHOWN = 80
#: What a published schema says to people; a model's own says it in other words.
_OF_WORDING = ("title-changed", "description-changed", "default-changed", "id-changed")
_WITH_OFFSET = ('"format":"date-time"', '"format":"time"')


@dataclass(frozen=True, slots=True)
class DirectionVerdict:
    """The verdict on one direction.

    Args:
        compatible: True if proved, or if nothing was found; False if shown; None if undecided.
        reasons: The reasons against it.
        notes: What the verdict rests on, and further facts.
    """

    compatible: bool | None
    reasons: tuple[Reason, ...]
    notes: tuple[Note, ...]


def judge(
    producer: Producer,
    consumer: Consumer,
    direction: Direction,
    *,
    schema_type: SchemaType,
    policy: Policy,
    defaults: bool = False,
    **asked: Any,
) -> DirectionVerdict:
    """Decide whether a consumer accepts all that a producer sends, where one of them is a model.

    Args:
        producer: Who sends payloads.
        consumer: Who reads them.
        direction: "backward" if the producer is the older one, "forward" if it is the newer one.
        schema_type: The language of the schemas.
        policy: What is assumed of the side that is a schema; a model tells itself.
        defaults: True where a schema's required member that has a default may be missing.
        asked: Further settings of the language's comparison.
    """
    assumed = SIDES[policy]
    sides = Sides(
        closed=assumed.closed and isinstance(producer, SchemaSide),
        opened=assumed.opened and isinstance(consumer, SchemaSide),
    )
    contents = [producer.exact.content, consumer.exact.content]
    if direction == "forward":
        contents.reverse()
    asked |= {"level": direction, "policy": policy, "sides": sides}
    asked["defaults"] = defaults and isinstance(consumer, SchemaSide)
    refusal = consumer.refusal
    if isinstance(consumer, SchemaSide) and (sides.opened or defaults):
        refusal = partial(consumer.refusal_by, **asked)
    confirmation = _Confirmation(producer, refusal, is_of_schema=isinstance(consumer, SchemaSide))
    found = schema_type.compare(*contents, **asked, confirms=confirmation)
    shown = [confirmation.confirmed(each, direction) for each in found.reasons if each.shown]
    reasons = list({each.fingerprint: each for each in shown}.values())
    notes = [each for each in found.notes if each.kind not in _OF_WORDING]
    undecided: list[Reason] = []
    if found.compatible is None:
        # Without the model's word: is it undecided between the schemas, or is one unlike its model?
        alone = schema_type.compare(*contents, **asked)
        undecided = [each for each in alone.reasons if not each.shown]
        notes += [confirmation.doubt(each) for each in alone.reasons if each.shown]
    made = producer.payloads(consumer.exact.content)
    trial = _Trial(made, confirmation, reasons, direction)
    reasons += trial.reasons
    notes += _naive(producer, consumer)
    is_proved = found.compatible is True and not (producer.exact.code or consumer.exact.code)
    if not (is_proved or reasons or undecided or trial.count):
        undecided = [_untried(direction)]
    compatible = False if reasons else None if undecided else True
    notes.append(_basis(compatible, producer, consumer, trial.count, found.compatible is True))
    return DirectionVerdict(compatible, tuple(reasons or undecided), tuple(notes))


@dataclass(slots=True)
class _Confirmation:
    """The model's word on each payload that shows a break of the schemas.

    Args:
        producer: Sends the payloads.
        refusal: Returns why the consumer refuses a payload; None if it accepts it.
        is_of_schema: True where the consumer is a schema.
        found: By payload, what was sent in its place and why that was refused.
        doubts: By payload, why it shows nothing.
    """

    producer: Producer
    refusal: Callable[[Any], Refusal | None]
    is_of_schema: bool
    found: dict[str, tuple[Made, Refusal]] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)

    def __call__(self, payload: Any) -> bool:
        """Check whether the producer sends a payload, and the consumer refuses what is sent."""
        text = canonical(payload)
        if text not in self.found and text not in self.doubts:
            self._ask(payload, text)
        return text in self.found

    def _ask(self, payload: Any, text: str) -> None:
        try:
            sent = self.producer.made(payload)
        except NotSent as exc:
            self.doubts[text] = f"the model does not send it: {exc}"
            return
        refusal = self.refusal(sent)
        if refusal is not None:
            self.found[text] = Made(sent, payload), refusal
        elif canonical(sent) == text:
            self.doubts[text] = "the model accepts it"
        else:
            self.doubts[text] = f"the model sends {brief(sent, _SHOWN)} instead"

    def confirmed(self, reason: Reason, direction: Direction) -> Reason:
        """Return a reason that a payload shows, with what was really sent and really said."""
        made, refusal = self.found[canonical(reason.payload)]
        place = path_steps(reason.path)
        if any(_meet(place, path) for path in refusal.paths):
            return replace(reason, payload=made.payload, message=_words_at(place, refusal))
        # The payload is refused for something else, which no schema shows.
        return self.by_trial(made, refusal, direction)

    def by_trial(self, made: Made, refusal: Refusal, direction: Direction) -> Reason:
        """Return the reason that a payload shows, and no schema."""
        backward = direction == "backward"
        rule = refusal.rule or None
        return Reason(
            rule="sent-by-model" if self.is_of_schema else "refused-by-model",
            verdict="shown by a payload",
            direction=direction,
            path=json_path(refusal.path),
            old_pointer=None if backward else rule,
            old_value=None,
            new_pointer=rule if backward else None,
            new_value=None,
            change=refusal.message,
            message=refusal.message,
            payload=made.payload,
            shown=True,
        )

    def doubt(self, reason: Reason) -> Note:
        """Return the note on a break of the schemas that is none of the model."""
        said = self.doubts[canonical(reason.payload)]
        text = f"its JSON Schema shows {reason.rule} with {brief(reason.payload, _SHOWN)}: {said}"
        return Note("schema-unlike-model", reason.path, text)


class _Trial:
    """The generated payloads, and what they show beyond the known reasons.

    Args:
        payloads: The payloads, as they are sent.
        confirmation: Tells who refuses them.
        known: The reasons that the schemas show.
        direction: The direction.
    """

    def __init__(
        self,
        payloads: Iterable[Made],
        confirmation: _Confirmation,
        known: list[Reason],
        direction: Direction,
    ) -> None:
        self.reasons: list[Reason] = []
        #: The number of payloads that were sent and read.
        self.count = 0
        places = [path_steps(each.path) for each in known]
        for made in payloads:
            self.count += 1
            refusal = confirmation.refusal(made.payload)
            if refusal is None or len(self.reasons) == _MOST_FOUND:
                continue
            if not any(_meet(place, path) for place in places for path in refusal.paths):
                places.append([*refusal.path])
                self.reasons.append(confirmation.by_trial(made, refusal, direction))


def _untried(direction: Direction) -> Reason:
    return Reason(
        rule="undecided",
        verdict="unconfirmed",
        direction=direction,
        path="$",
        old_pointer=None,
        old_value=None,
        new_pointer=None,
        new_value=None,
        change="code of the model decides, and no payload that was made gets through it",
        message="",
    )


def _basis(
    compatible: bool | None,
    producer: Producer,
    consumer: Consumer,
    count: int,
    is_proved: bool,
) -> Note:
    """Return the note on what a verdict rests on."""
    tried, were = (f"{count} payload", "was") if count == 1 else (f"{count} payloads", "were")
    code = (*producer.exact.code, *consumer.exact.code)
    if compatible is None:
        text = f"nothing: it is neither proved nor refuted; {tried} did not show a break"
    elif not compatible:
        text = f"payloads that the model itself made or refused; {tried} {were} tried besides"
    elif not is_proved:
        text = f"tried with {tried}: the JSON Schemas prove nothing here"
    elif code:
        text = f"tried with {tried}: no schema shows what {', '.join(code)} does"
    else:
        text = "proved over the two schemas"
        text += f", and tried with {tried}" if count else ""
    return Note(RESTS_ON, "$", text)


def _naive(producer: Producer, consumer: Consumer) -> Iterator[Note]:
    if not (producer.exact.naive and isinstance(consumer, SchemaSide)):
        return
    if any(word in canonical(consumer.exact.content) for word in _WITH_OFFSET):
        text = (
            "the model may send a time without an offset, which the schema's format refuses "
            "(RFC 3339); a type with a time zone, such as AwareDatetime, always sends one"
        )
        yield Note("naive-datetime", "$", text)


def _words_at(place: list[str | int], refusal: Refusal) -> str:
    """Return what a refusal says of a place, or of what is nearest to it."""
    name = canonical(place[-1]) if place else ""

    def nearness(path: tuple[str | int, ...], words: str) -> tuple[int, bool, bool]:
        # What is missing is said of the object that lacks it, so the name in the words decides.
        return -abs(len(path) - len(place)), words.startswith(name), name in words

    both = zip(refusal.paths, refusal.words, strict=False)
    met = {words: nearness(path, words) for path, words in both if _meet(place, path)}
    return max(met, key=lambda words: met[words], default=refusal.message)


def _meet(one: list[str | int], other: tuple[str | int, ...]) -> bool:
    """Check whether two places are the same, or one is inside the other."""
    return all(
        mine == theirs or isinstance(mine, Wildcard) or isinstance(theirs, Wildcard)
        for mine, theirs in zip(one, other, strict=False)
    )
