"""Why a payload does not conform, in an order and in words that a person can act on.

The ranking is jsonschema's ``relevance``: the only importer of jsonschema, and only a failure
imports it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.conformance import MASK
from pytest_schema_registry.schemas import Violation, json_path, json_pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import jsonschema_rs

    from pytest_schema_registry.schemas import Schema

MAX_SHOWN = 10


def violations(
    errors: Iterable[jsonschema_rs.ValidationError], payload: Any
) -> tuple[Violation, ...]:
    """The engine's errors as violations, best match first.

    Args:
        errors: What the engine found.
        payload: The payload that it found them in.
    """
    from jsonschema import exceptions

    relevance = exceptions.by_relevance()

    def key(error: jsonschema_rs.ValidationError) -> Any:
        return relevance(
            exceptions.ValidationError(
                error.message,
                path=error.instance_path,
                validator=error.kind.name,
                schema_path=error.schema_path,
            )
        )

    ranked = sorted(errors, key=key, reverse=True)
    return tuple(_violation(error, payload) for error in ranked)


def _violation(error: jsonschema_rs.ValidationError, payload: Any) -> Violation:
    value = _at(payload, error.instance_path)
    return Violation(
        path=json_path(error.instance_path),
        schema_path=json_pointer(error.schema_path),
        keyword=error.kind.name,
        value=value,
        message=error.message.replace(MASK, shown(value)),
    )


def _at(document: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        document = document[step]
    return document


def shown(value: Any, length: int = 60) -> str:
    """A value as JSON, cut to a length."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= length else f"{text[: length - 3]}..."


def explain(schema: Schema, found: Sequence[Violation], *, limit: int | None = MAX_SHOWN) -> str:
    """The text of a failure: what, where, from where, what to do next.

    Args:
        schema: The schema that judged.
        found: What is wrong, best match first.
        limit: How many violations are shown; None for all.
    """
    count = f"{len(found)} violation{'s' if len(found) != 1 else ''}"
    lines = [f"{schema} ({schema.digest[:8]}): {count}"]
    for violation in found[:limit]:
        lines.append(f"  {violation}")
        lines.append(f"    rule: {violation.schema_path}")
    if limit is not None and len(found) > limit:
        lines.append(f"  and {len(found) - limit} more (-vv shows all)")
    lines.append(f"  schema from: {schema.origin}")
    lines.append("  next: correct the producer, or publish a schema that allows what it sends")
    return "\n".join("".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines)
