"""The outcome of a comparison, as data."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pytest_schema_registry.compatibility import text

Level = Literal["backward", "forward", "full"]
Direction = Literal["backward", "forward"]
Policy = Literal["tolerant", "strict"]
ReasonVerdict = Literal["proved", "shown by a payload", "unconfirmed"]


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
        parts = (self.rule, self.direction, self.path, self.old_pointer, self.new_pointer)
        text_ = text.dumps([*parts, self.old_value, self.new_value])
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
class CompatibilityReport:
    """Whether two versions of a schema still speak to each other, and why not.

    Args:
        compatible: True with a proof, False with a payload or a proof, None if undecided.
        reasons: Why not, or why undecided.
        notes: What changes no verdict.
        level: The level asked for.
        policy: The policy asked for.
    """

    compatible: bool | None
    reasons: tuple[Reason, ...]
    notes: tuple[Note, ...]
    level: Level
    policy: Policy

    def render(self, headline: str) -> str:
        """The report as a block of text for a terminal.

        Args:
            headline: What was compared, such as `telemetry.FeedbackEvent v1 -> v2`.
        """
        return text.block(self, headline)

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
        }

    def as_wire(self) -> dict[str, Any]:
        """The report in the shape a registry answers with: one line for each reason."""
        return {
            "compatible": self.compatible is True,
            "breaking_reasons": [text.line(reason) for reason in self.reasons],
            "advice": text.advice(self),
        }
