"""The outcome of a comparison, as data."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from pytest_schema_registry.compatibility import rendering, sentences
from pytest_schema_registry.json_values import first_form

Level = Literal["backward", "forward", "full"]
Direction = Literal["backward", "forward"]
Policy = Literal["tolerant", "strict"]
ReasonVerdict = Literal["proved", "shown by a payload", "unconfirmed", "said by the registry"]
#: What :meth:`CompatibilityReport.as_wire` makes of a reason.
_LINE = re.compile(r"([a-z]+(?:-[a-z]+)+) at (\$\S*): (.+)")


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which two versions do not speak to each other.

    Args:
        rule: The id of the rule, such as `required-added`.
        verdict: What stands behind it.
        direction: "backward" if new consumers refuse what old producers emit, "forward" if old
            consumers refuse what new producers emit.
        path: Where in a payload, such as `$.lines[*].qty`.
        old_pointer: Where in the old schema; where it says nothing, the schema around that.
        old_value: What stands there, None where nothing does.
        new_pointer: Where in the new schema; where it says nothing, the schema around that.
        new_value: What stands there, None where nothing does.
        change: The difference in a few words.
        message: What the refusing side says about the payload.
        payload: A payload that shows it, None without one.
        uses: In how many places the subschema is used.
    """

    rule: str
    verdict: ReasonVerdict
    direction: Direction
    path: str
    old_pointer: str | None
    old_value: Any
    new_pointer: str | None
    new_value: Any
    change: str
    message: str
    payload: Any = None
    shown: bool = False
    uses: int = 1

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that stay the same as long as this reason is the same.

        Payload and wording are left out, so a better sampler invalidates no waiver.
        """
        path = first_form(self.path)
        parts = [self.rule, self.direction, path, self.old_pointer, self.new_pointer]
        if self.verdict == "said by the registry":
            parts.append(self.change)  # there is nothing else to tell its reasons apart
        text_ = rendering.dumps([*parts, self.old_value, self.new_value])
        return hashlib.sha256(text_.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that changes no verdict.

    Args:
        kind: The id of the note, such as `probable-rename`.
        path: Where in a payload.
        message: One sentence, possibly empty.
    """

    kind: str
    path: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Waived:
    """A reason that is accepted for now.

    Args:
        reason: The reason.
        why: Why it is accepted.
        until: The last day of that (ISO 8601).
    """

    reason: Reason
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class CompatibilityReport:
    """Whether two versions of a schema still speak to each other, and why not.

    True where it passes, and only there: undecided is not enough.

    Args:
        compatible: True with a proof, False with a payload or a proof, None if undecided.
        reasons: Why not, or why undecided.
        notes: What changes no verdict.
        level: The level asked for.
        policy: The policy asked for, or whose it is.
        waived: The reasons that are accepted for now; they are not among ``reasons``.
    """

    compatible: bool | None
    reasons: tuple[Reason, ...]
    notes: tuple[Note, ...]
    level: Level
    policy: Policy | Literal["the registry's"]
    waived: tuple[Waived, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether they speak to each other, but for what is waived."""
        return self.compatible is True or bool(self.waived and not self.reasons)

    def __bool__(self) -> bool:
        return self.passes

    @classmethod
    def said(
        cls,
        compatible: bool,
        reasons: Iterable[str],
        advice: Iterable[str] = (),
        direction: Direction = "backward",
    ) -> Self:
        """A registry's own verdict.

        Args:
            compatible: The verdict.
            reasons: What the registry says against it, one line each.
            advice: What it advises, one line each.
            direction: Which question was asked.
        """
        found = tuple(_said(line, direction) for line in reasons)
        if not compatible and not found:
            found = (_said("the registry gives no reason", direction),)
        notes = tuple(Note("advice", "$", line) for line in advice)
        return cls(compatible, found, notes, direction, "the registry's")

    def render(self, headline: str) -> str:
        """The report as a block of text for a terminal.

        Args:
            headline: What was compared, such as `telemetry.FeedbackEvent v1 -> v2`.
        """
        return rendering.block(self, headline)

    def as_dict(self) -> dict[str, Any]:
        """Everything in the report as plain JSON data."""
        return {
            "compatible": self.compatible,
            "level": self.level,
            "policy": self.policy,
            "reasons": [
                {**asdict(reason), "fingerprint": reason.fingerprint} for reason in self.reasons
            ],
            "notes": [asdict(note) for note in self.notes],
            "waived": [
                {**asdict(each), "fingerprint": each.reason.fingerprint} for each in self.waived
            ],
        }

    def as_wire(self) -> dict[str, Any]:
        """The report in the shape a registry answers with: one line for each reason."""
        return {
            "compatible": self.compatible is True,
            "breaking_reasons": [rendering.line(reason) for reason in self.reasons],
            "advice": sentences.advice(self),
        }


def _said(line: str, direction: Direction) -> Reason:
    known = _LINE.fullmatch(line)
    rule, path, change = known.groups() if known else ("breaking", "$", line)
    return Reason(
        rule=rule,
        verdict="said by the registry",
        direction=direction,
        path=path,
        old_pointer=None,
        old_value=None,
        new_pointer=None,
        new_value=None,
        change=change,
        message="",
    )
