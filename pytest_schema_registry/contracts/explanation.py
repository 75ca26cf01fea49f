"""The text of a failure: each violation, its place, the schema's origin, and the next step."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.text import MAX_LINE, cut, listed, printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_schema_registry.schemas import Schema, Violation

MAX_SHOWN = 10
MAX_CAUSES_SHOWN = 3
EXCERPT_LINES = 40
MAX_PATH = 500
#: The most characters of a line, unless the user asks for everything (``-vv``).
MAX_SHORT_LINE = 1_000


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
    """

    schema: Schema
    payload: Any
    found: Sequence[Violation]
    conforms_to: Sequence[Schema] = ()
    verbose: bool = False

    def __str__(self) -> str:
        others = [
            Elsewhere(each.version, renamed(each.content, self.schema.content, self.found))
            for each in self.conforms_to
        ]
        return explain(
            self.schema, self.payload, self.found, conforms_to=others, verbose=self.verbose
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
) -> str:
    """Return the text of a failure.

    Args:
        schema: The schema that the payload breaks.
        payload: The payload's JSON form, already redacted.
        found: The violations, best match first.
        conforms_to: The other versions that the payload conforms to.
        verbose: Show all violations, and excerpts of payload and schema.
    """
    count = f"{len(found):,} violation{'s' if len(found) != 1 else ''}"
    release = f"release {schema.release}, " if schema.release else ""
    lines = [f"{schema.label} ({release}digest {schema.digest[:8]}): {count}"]
    content = schema.content
    limit = len(found) if verbose else MAX_SHOWN
    for violation in found[:limit]:
        lines += _violation(violation, content)
    if len(found) > limit:
        lines.append(f"  and {len(found) - limit:,} more (-vv shows all)")
    lines += [f"  {line}" for line in _elsewhere(schema, conforms_to)]
    if verbose:
        lines += [*_excerpt("payload", payload), *_excerpt("schema", content)]
    lines.append(f"  schema: {schema.origin}")
    lines.append(f"  next: {_next(schema, conforms_to)}")
    longest = MAX_LINE if verbose else MAX_SHORT_LINE
    return "\n".join(printable(cut(line, longest)) for line in lines)


def _violation(violation: Violation, content: Any, indent: str = "  ") -> Iterator[str]:
    yield f"{indent}{cut(violation.path, MAX_PATH)}: {violation.message}"
    rule = _at(content, violation.schema_path)
    said = f" says {shown(rule)}" if isinstance(rule, str | int | float) else ""
    yield f"{indent}    {violation.schema_path}{said}"
    if hint := _near_miss(violation, content):
        yield f"{indent}    {hint}"
    if violation.causes:
        yield f"{indent}    the alternative that comes closest:"
    for cause in violation.causes[:MAX_CAUSES_SHOWN]:
        yield from _violation(cause, content, indent + "      ")
    if len(violation.causes) > MAX_CAUSES_SHOWN:
        yield f"{indent}      and {len(violation.causes) - MAX_CAUSES_SHOWN} more"


def _near_miss(violation: Violation, content: Any) -> str | None:
    """Suggest a declared property whose name is close to an undeclared one of the payload."""
    if violation.keyword not in ("required", "additionalProperties", "unevaluatedProperties"):
        return None
    if not isinstance(violation.value, dict):
        return None
    beside = _at(content, violation.schema_path.rpartition("/")[0])
    declared = beside.get("properties", {}) if isinstance(beside, dict) else {}
    missing = [name for name in declared if name not in violation.value]
    if violation.keyword == "required":
        missing = [name for name in missing if violation.message.startswith(shown(name))]
    for name in violation.value:
        if name not in declared and (near := difflib.get_close_matches(name, missing, 1)):
            return f"the payload has {shown(name)}: did you mean {shown(near[0])}?"
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


def _properties(content: Any, pointer: str) -> dict[str, Any]:
    node = _at(content, pointer)
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


def _next(schema: Schema, conforms_to: Sequence[Elsewhere]) -> str:
    if conforms_to:
        return (
            f"make the producer speak {schema.version}, or test it against "
            f"{conforms_to[0].version} only: versions=[{shown(conforms_to[0].version)}]"
        )
    return "correct the producer, or publish a schema that allows what it sends"


def _excerpt(what: str, document: Any) -> Iterator[str]:
    yield f"  {what}:"
    lines = json.dumps(document, indent=2, ensure_ascii=False).splitlines()
    for line in lines[:EXCERPT_LINES]:
        yield f"    {line[:200]}"
    if len(lines) > EXCERPT_LINES:
        yield f"    ... {len(lines) - EXCERPT_LINES:,} more lines"


def _at(content: Any, pointer: str) -> Any:
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
