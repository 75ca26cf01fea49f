"""The outcome of a comparison, as data."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple, Self, get_args

from pytest_schema_registry.compatibility import rendering
from pytest_schema_registry.json_values import first_form

Level = Literal["backward", "forward", "full"]
Direction = Literal["backward", "forward"]
Policy = Literal["tolerant", "strict"]
ReasonVerdict = Literal["proved", "shown by a payload", "unconfirmed", "said by the registry"]
#: A reason as :func:`rendering.line` writes it.
_LINE = re.compile(r"([a-z]+(?:-[a-z]+)+) at (\$\S*): (.+)")


class Sides(NamedTuple):
    """The assumptions about the two sides of a comparison.

    Args:
        closed: True for producers that send only what they declare.
        opened: True for consumers that ignore what they do not know.
    """

    closed: bool
    opened: bool


SIDES: dict[Policy, Sides] = {
    "tolerant": Sides(closed=True, opened=True),
    "strict": Sides(closed=False, opened=False),
}


DIRECTIONS: dict[Level, tuple[Direction, ...]] = {
    "backward": ("backward",),
    "forward": ("forward",),
    "full": ("backward", "forward"),
}


def refuse_unknown(level: str, policy: str) -> None:
    """Refuse a level or a policy that there is not.

    Raises:
        ValueError: One of the two is none.
    """
    for name, given, known in (
        ("level", level, get_args(Level)),
        ("policy", policy, get_args(Policy)),
    ):
        if given not in known:
            raise ValueError(f"{name} is one of {', '.join(known)}, not {given!r}")


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which two versions are not compatible.

    Args:
        rule: The id of the rule, such as `required-added`.
        verdict: The evidence for it.
        direction: "backward" if new consumers refuse what old producers emit, "forward" if old
            consumers refuse what new producers emit.
        path: The place in a payload, such as `$.lines[*].qty`.
        old_pointer: The place in the old schema, or the schema around it if it has no such place.
        old_value: The value at that pointer, None if there is none.
        new_pointer: The place in the new schema, or the schema around it if it has no such place.
        new_value: The value at that pointer, None if there is none.
        change: The difference in a few words.
        message: The message of the refusing side about the payload.
        payload: A payload that shows it, None without one.
        shown: Whether there is such a payload; the payload itself may be null.
        uses: The number of places that use the subschema.
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

        It leaves out the payload and the wording, so a better sampler invalidates no waiver.
        """
        path = first_form(self.path)
        parts = [self.rule, self.direction, path, self.old_pointer, self.new_pointer]
        if self.verdict == "said by the registry":
            parts.append(self.change)  # nothing else tells a registry's reasons apart
        # Not `json_values.canonical`: committed waivers hold fingerprints of just this text.
        text = json.dumps([*parts, self.old_value, self.new_value], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that changes no verdict.

    Args:
        kind: The id of the note, such as `probable-rename`.
        path: The place in a payload.
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
        until: The last day on which it is accepted (ISO 8601).
    """

    reason: Reason
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class CompatibilityReport:
    """The verdict on the compatibility of two versions of a schema, with the reasons.

    A report counts as true only if it passes. An undecided one passes only if all its reasons are
    waived.

    Args:
        compatible: True with a proof, False with a payload or a proof, None if undecided.
        reasons: The reasons why they are not compatible, or why that is undecided.
        notes: Facts that do not change the verdict.
        level: The level asked for.
        policy: The policy asked for, "the registry's" for a registry's own verdict, or
            "Avro's own" for the rules of that language.
        waived: The reasons that are accepted for now; they are not among ``reasons``.
    """

    compatible: bool | None
    reasons: tuple[Reason, ...]
    notes: tuple[Note, ...]
    level: Level
    policy: Policy | Literal["the registry's", "Avro's own"]
    waived: tuple[Waived, ...] = ()

    @property
    def passes(self) -> bool:
        """True if the two versions are compatible, or all reasons against that are waived."""
        return self.compatible is True or bool(self.waived and not self.reasons)

    def __bool__(self) -> bool:
        return self.passes

    @classmethod
    def from_registry(
        cls,
        compatible: bool | None,
        reasons: Iterable[str],
        advice: Iterable[str] = (),
        direction: Direction = "backward",
    ) -> Self:
        """Build a report from a registry's own verdict.

        Args:
            compatible: The verdict; None where the registry's rule does not decide.
            reasons: The registry's reasons, one line each.
            advice: The registry's advice, one line each.
            direction: The direction that the registry was asked about.
        """
        rule = "undecided" if compatible is None else "breaking"
        lines = tuple(reasons) or (() if compatible else ("the registry gives no reason",))
        found = tuple(_reason_of_registry(line, direction, rule) for line in lines)
        notes = tuple(Note("advice", "$", line) for line in advice)
        return cls(compatible, found, notes, direction, "the registry's")

    def __str__(self) -> str:
        return self.render("old -> new")

    def render(self, headline: str, columns: int = rendering.COLUMNS) -> str:
        """Write the report as a block of text for a terminal.

        Args:
            headline: The two versions, such as `telemetry.FeedbackEvent v1 -> v2`.
            columns: The width of its lines; 0 where nothing gives one. Paths and values that have
                no space in them may be longer.
        """
        return rendering.block(self, headline, columns)

    def as_dict(self) -> dict[str, Any]:
        """Return everything in the report as plain JSON data."""
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


def _reason_of_registry(line: str, direction: Direction, otherwise: str) -> Reason:
    """Return a reason of a registry; ``otherwise`` is the rule of one that names none."""
    known = _LINE.fullmatch(line)
    rule, path, change = known.groups() if known else (otherwise, "$", line)
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
