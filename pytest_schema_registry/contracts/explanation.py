"""The text of a failure: each violation, its place, the schema's origin, and the next step."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.json_values import json_path
from pytest_schema_registry.schemas import TIED, SchemaKey
from pytest_schema_registry.text import MAX_LINE, cut, listed, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_schema_registry.contracts.hints import Hints
    from pytest_schema_registry.schemas import Schema, Violation

MAX_SHOWN = 10
MAX_CAUSES_SHOWN = 3
EXCERPT_LINES = 40
MAX_PATH = 500
#: The most characters of the first violation in the first line, which a summary shows.
MAX_HEADLINE = 200
_REQUIRED = " is a required property"
#: The most characters of a line, unless the user asks for everything (``-vv``).
MAX_SHORT_LINE = 1_000


class Advice(NamedTuple):
    """The advice to a user, in the words of the place that shows the failure.

    Args:
        show_all: The option that shows all violations.
        narrow: How to check against one version line only, of ``{address}``, ``{version}`` and
            ``{file}``, which is the address as the name of a file.
    """

    show_all: str = "-vv"
    narrow: str = 'test it against {version} only: @pytest.mark.registry_schema("{address}")'


IN_A_TEST = Advice()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another version of the schema, which the same payload conforms to.

    Args:
        version: The other version line.
        renamed: The properties that seem to be renamed: pairs of the name in ``version`` and the
            name in the schema that the payload breaks.
    """

    version: str
    renamed: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The text of a failure, built only when it is read: a test may expect thousands of failures.

    Args:
        schema: The schema that the payload breaks.
        payload: The payload's JSON form, already redacted.
        found: The violations, best match first.
        conforms_to: The schema's other versions that the payload conforms to.
        verbose: Show all violations, and excerpts of payload and schema.
        hints: Hints from what the test passed; None without any.
        within: The steps to a part of the payload that conforms.
        advice: What a user can do.
    """

    schema: Schema
    payload: Any
    found: Sequence[Violation]
    conforms_to: Sequence[Schema] = ()
    verbose: bool = False
    hints: Hints | None = None
    within: Sequence[str | int] = ()
    advice: Advice = IN_A_TEST

    def __str__(self) -> str:
        others = [
            Elsewhere(each.version, renamed(each.content, self.schema.content, self.found))
            for each in self.conforms_to
        ]
        return explain(
            self.schema,
            self.payload,
            self.found,
            conforms_to=others,
            verbose=self.verbose,
            hints=self.hints,
            within=self.within,
            advice=self.advice,
        )

    def __repr__(self) -> str:
        return repr(str(self))


def explain(
    schema: Schema,
    payload: Any,
    found: Sequence[Violation],
    *,
    conforms_to: Sequence[Elsewhere] = (),
    verbose: bool = False,
    hints: Hints | None = None,
    within: Sequence[str | int] = (),
    advice: Advice = IN_A_TEST,
) -> str:
    """Return the text of a failure.

    Args:
        schema: The schema that the payload breaks.
        payload: The payload's JSON form, already redacted.
        found: The violations, best match first.
        conforms_to: The other versions that the payload conforms to.
        verbose: Show all violations, and excerpts of payload and schema.
        hints: Hints from what the test passed; None without any.
        within: The steps to a part of the payload that conforms.
        advice: What a user can do.
    """
    release = f"release {schema.release}, " if schema.release else ""
    lines = [headline(schema, found)]
    if hints is not None and hints.response:
        lines.append(f"  {hints.response}")
    said = {} if hints is None else hints.lines
    content = schema.content
    limit = len(found) if verbose else MAX_SHOWN
    for violation in found[:limit]:
        lines += _violation(violation, found, content, said)
    if len(found) > limit:
        lines.append(f"  and {len(found) - limit:,} more ({advice.show_all} shows all)")
    lines += [f"  {line}" for line in _elsewhere(schema, conforms_to)]
    if within:
        lines.append(f"  its {_part(within)} conforms")
    if verbose:
        lines += [*_excerpt("payload", payload), *_excerpt("schema", content)]
    lines.append(f"  schema: {schema.origin} ({release}digest {schema.digest[:8]})")
    hinted = "" if hints is None else hints.advice
    lines.append(f"  next: {hinted or _next(schema, conforms_to, within, advice)}")
    longest = MAX_LINE if verbose else MAX_SHORT_LINE
    return "\n".join(printable(cut(line, longest)) for line in lines)


def headline(schema: Schema, found: Sequence[Violation]) -> str:
    """Return the first line, which a summary of failures shows alone: the first violation."""
    rest = f" (+{len(found) - 1:,})" if len(found) > 1 else ""
    return f"{schema.label}: {cut(sentence(found[0]), MAX_HEADLINE)}{rest}"


def sentence(violation: Violation) -> str:
    """Return a violation as one line: a missing member is named by its own path."""
    if violation.keyword == "required" and (name := missing_name(violation.message)) is not None:
        return f"{violation.path}{json_path([name])[1:]} is missing"
    return f"{violation.path}: {violation.message}"


def missing_name(message: str) -> str | None:
    """Return the name of a missing property from a message; None where it is cut or hidden."""
    try:
        name = json.loads(message.removesuffix(_REQUIRED))
    except ValueError:
        return None
    return name if isinstance(name, str) else None


def _violation(
    violation: Violation,
    beside: Sequence[Violation],
    content: Any,
    hints: Mapping[tuple[str, str, str], str],
    indent: str = "  ",
) -> Iterator[str]:
    yield f"{indent}{cut(violation.path, MAX_PATH)}: {violation.message}"
    rule = part(content, violation.schema_path)
    said = f" says {shown(rule)}" if isinstance(rule, str | int | float) else ""
    yield f"{indent}    {violation.schema_path}{said}"
    hint = hints.get((violation.path, violation.schema_path, violation.message))
    if hint is None:
        hint = _near_miss(violation, beside, content)
    if hint:
        yield f"{indent}    {hint}"
    if violation.causes:
        are_tied = violation.message.endswith(TIED)
        closest = "alternatives that come" if are_tied else "alternative that comes"
        yield f"{indent}    the {closest} closest:"
    for cause in violation.causes[:MAX_CAUSES_SHOWN]:
        yield from _violation(cause, violation.causes, content, hints, indent + "      ")
    if len(violation.causes) > MAX_CAUSES_SHOWN:
        yield f"{indent}      and {len(violation.causes) - MAX_CAUSES_SHOWN} more"


def _near_miss(violation: Violation, beside: Sequence[Violation], content: Any) -> str | None:
    """Suggest the missing property that an undeclared one of the payload was meant to be.

    Args:
        violation: A violation.
        beside: The violations beside it. One of them may say it already.
        content: The schema's content.
    """
    if violation.keyword != "required" or not isinstance(violation.value, dict):
        return None
    declared = declared_beside(content, violation.schema_path)
    missing = [
        name
        for name in declared
        if name not in violation.value and violation.message.startswith(shown(name))
    ]
    said = {each.message for each in beside if each.path == violation.path}
    for name in violation.value:
        if name not in declared and (near := difflib.get_close_matches(name, missing, 1)):
            meant = f"did you mean {shown(near[0])}?"
            if any(each.startswith(shown(name)) and each.endswith(meant) for each in said):
                return None
            return f"the payload has {shown(name)}: {meant}"
    return None


def renamed(old: Any, new: Any, found: Sequence[Violation]) -> tuple[tuple[str, str], ...]:
    """Find the properties that a newer schema seems to have renamed. Return pairs of old and new.

    This is a guess from three signs. The payload lacks a property that the new schema requires. It
    has a property that only the old schema declares. Both declare the property alike, apart from
    its title, description and examples.

    Args:
        old: The content of the schema that the payload conforms to.
        new: The content of the schema that it breaks.
        found: The violations of the new schema.
    """
    pairs = []
    for violation in found:
        if violation.keyword != "required" or not isinstance(violation.value, dict):
            continue
        parent = violation.schema_path.rpartition("/")[0]
        before, after = (_properties(content, parent) for content in (old, new))
        lacking = [name for name in after if violation.message.startswith(shown(name))]
        for name in violation.value:
            if name in before and name not in after:
                pairs += [(name, each) for each in lacking if _alike(before[name], after[each])]
    return tuple(dict.fromkeys(pairs))


def declared_beside(content: Any, rule: str) -> dict[str, Any]:
    """Return the properties that are declared beside a rule, by the rule's place in a schema."""
    return _properties(content, rule.rpartition("/")[0])


def _properties(content: Any, pointer: str) -> dict[str, Any]:
    node = part(content, pointer)
    declared = node.get("properties") if isinstance(node, dict) else None
    return declared if isinstance(declared, dict) else {}


def _alike(one: Any, other: Any) -> bool:
    def essence(rule: Any) -> Any:
        if not isinstance(rule, dict):
            return rule
        return {k: v for k, v in rule.items() if k not in ("title", "description", "examples")}

    return bool(essence(one) == essence(other))


def _elsewhere(schema: Schema, conforms_to: Sequence[Elsewhere]) -> Iterator[str]:
    if not conforms_to:
        return
    yield f"it conforms to {listed([each.version for each in conforms_to], 'and')}"
    for each in conforms_to:
        for old, new in each.renamed:
            yield f"{schema.version} renamed {shown(old)} of {each.version} to {shown(new)}?"


def _part(steps: Sequence[str | int]) -> str:
    if len(steps) > 1:
        return f"part {json_path(steps)}"
    return f"item {steps[0]}" if isinstance(steps[0], int) else f"member {shown(steps[0])}"


def _next(
    schema: Schema,
    conforms_to: Sequence[Elsewhere],
    within: Sequence[str | int],
    advice: Advice,
) -> str:
    if within:
        return "check that part alone, or name the schema of the whole payload"
    if conforms_to:
        key = SchemaKey(schema.name, conforms_to[0].version)
        file = str(key).replace("/", "%2F")
        other = advice.narrow.format(address=key, version=key.version, file=file)
        spoken = "the latest version" if schema.version == "latest" else schema.version
        return f"make the producer speak {spoken}, or {other}"
    return "correct the producer, or publish a schema that allows what it sends"


def _excerpt(what: str, document: Any) -> Iterator[str]:
    yield f"  {what}:"
    lines = json.dumps(document, indent=2, ensure_ascii=False).splitlines()
    for line in lines[:EXCERPT_LINES]:
        yield f"    {line[:200]}"
    if len(lines) > EXCERPT_LINES:
        yield f"    ... {len(lines) - EXCERPT_LINES:,} more lines"


def part(content: Any, pointer: str) -> Any:
    """Return the part of a schema that a JSON Pointer names; None if that is in another schema."""
    if not pointer.startswith("#"):
        return None
    node = content
    for step in pointer.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node
