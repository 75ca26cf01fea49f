"""The text of a failure of a model: each payload, its place, who refuses it, and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_schema_registry.contracts.evolution import with_waivers
from pytest_schema_registry.contracts.explanation import (
    MAX_HEADLINE,
    MAX_SHORT_LINE,
    MAX_SHOWN,
    missing_name,
)
from pytest_schema_registry.json_values import json_path, path_steps
from pytest_schema_registry.models.direction import RESTS_ON
from pytest_schema_registry.text import MAX_LINE, cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.compatibility.report import CompatibilityReport, Note, Reason
    from pytest_schema_registry.models.model import Model
    from pytest_schema_registry.schemas import Schema

_BY_TRIAL = ("refused-by-model", "sent-by-model")
#: The most characters of a payload, unless the user asks for everything (``-vv``).
_MAX_PAYLOAD = 400


@dataclass(frozen=True, slots=True)
class ModelExplanation:
    """The text of a failure.

    Args:
        model: The model.
        schema: The schema that it is checked against.
        report: The report, with payloads as they may be shown.
        sends: True where the model sends payloads, False where it accepts them.
        verbose: True to show all breaks, and whole payloads.
        hint: What to do before all else; empty if nothing is known.
    """

    model: Model
    schema: Schema
    report: CompatibilityReport
    sends: bool
    verbose: bool
    hint: str

    def __str__(self) -> str:
        reasons = self.report.reasons
        limit = len(reasons) if self.verbose else MAX_SHOWN
        lines = [self._headline()]
        for reason in reasons[:limit]:
            lines += self._reason(reason)
        if len(reasons) > limit:
            lines.append(f"  and {len(reasons) - limit} more (-vv shows all)")
        lines += map(self._note, self.report.notes)
        schema = self.schema
        release = f"release {schema.release}, " if schema.release else ""
        lines.append(f"  schema: {schema.origin} ({release}digest {schema.digest[:8]})")
        lines += self._steps()
        longest = MAX_LINE if self.verbose else MAX_SHORT_LINE
        return "\n".join(printable(cut(line, longest)) for line in lines)

    def _headline(self) -> str:
        name, label = self.model.name, self.schema.label
        if self.report.compatible is None:
            asked = (
                f"sends only what {label} allows"
                if self.sends
                else f"accepts all that {label} allows"
            )
            return f"it is undecided whether {name} {asked}"
        first, *rest = self.report.reasons
        said = f"{name} refuses what {label} allows"
        if self.sends:
            said = f"{name} can send what {label} refuses"
        more = f" (+{len(rest):,})" if rest else ""
        return f"{said}: {cut(self._sentence(first), MAX_HEADLINE)}{more}"

    def _sentence(self, reason: Reason) -> str:
        if not self.sends:
            return reason.message
        name = missing_name(reason.message)
        if name is not None:
            steps = path_steps(reason.path)
            # What only a payload shows has the place of the object that lacks the member.
            lacking = reason.path if steps[-1:] == [name] else json_path([*steps, name])
            return f"{lacking} is missing"
        return f"{reason.path}: {reason.message}"

    def _reason(self, reason: Reason) -> Iterator[str]:
        if not reason.shown:
            yield f"  {reason.path}: {reason.rule}: {reason.change}"
            return
        said = reason.message if self.sends else f"{self.model.library} says: {reason.message}"
        yield f"  {reason.path}: {said}"
        by_trial = reason.rule in _BY_TRIAL
        change = "a payload shows it, and no schema" if by_trial else reason.change
        yield f"      {reason.rule}: {change}"
        pointer = reason.new_pointer if self.sends else reason.old_pointer
        if pointer not in (None, "#"):
            yield f"      {pointer}"
        payload = json.dumps(reason.payload, ensure_ascii=False)
        who = f"{self.model.name} sends" if self.sends else f"{self.schema.label} allows"
        yield f"      {who} {payload if self.verbose else cut(payload, _MAX_PAYLOAD)}"

    @staticmethod
    def _note(note: Note) -> str:
        if note.kind == RESTS_ON:
            return f"  rests on: {note.message}"
        return f"  {note.kind}: {note.path} {note.message}"

    def _steps(self) -> list[str]:
        name = self.model.name
        if self.report.compatible is None:
            steps = [f"test {name} with payloads of your own"]
        elif self.sends:
            steps = [f"correct {name}", "publish a schema that allows what it sends"]
        else:
            steps = [f"let {name} accept it", "publish a schema that does not allow it"]
        if self.hint:
            steps.insert(0, self.hint)
        if self.schema.source == "value":
            return [f"  next: {', or '.join(steps)}"]
        return with_waivers([f"  next: {', '.join(steps)}"], self.report, self.schema.name)
