"""Negotiation: the choice of a version line among those that a test can do with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_schema_registry.errors import SchemaNotFound
from pytest_schema_registry.schemas import age

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_schema_registry.schemas import OldCopy, Schema


def negotiated(
    schema_in: Callable[[str], Schema], candidates: Sequence[str], release: str | None = None
) -> Schema:
    """Return the schema in the first version line that has it and does not deprecate it.

    If every line that has the schema deprecates it, the first of these lines is taken.

    Args:
        schema_in: Returns the schema in a version line.
        candidates: The version lines, the preferred one first.
        release: The release that is asked for, for the error; None for the current one.

    Raises:
        SchemaNotFound: None of the version lines has the schema.
        SchemaRegistryError: A version line could not be asked. An outage never falls back to the
            next line silently.
    """
    passed_over: list[str] = []
    old: tuple[OldCopy, ...] = ()
    deprecated: Schema | None = None
    missing: SchemaNotFound | None = None
    for candidate in candidates:
        try:
            schema = schema_in(candidate)
        except SchemaNotFound as exc:
            missing = exc
            old += exc.old_copies
            passed_over.append(_is_missing(candidate, exc.old_copies))
            continue
        old += schema.old_copies
        if not schema.deprecated:
            reason = _reason(candidate, passed_over)
            return replace(schema, reason=reason, old_copies=old)
        deprecated = deprecated or schema
        note = f": {schema.deprecation_note}" if schema.deprecation_note else ""
        said = _is_deprecated(candidate, schema)
        passed_over.append(f"{said}{note}")
    if deprecated is not None:
        reason = _reason(deprecated.version, passed_over)
        return replace(deprecated, reason=reason, old_copies=old)
    assert missing is not None  # noqa: S101  # there is at least one candidate
    raise (
        SchemaNotFound(
            missing.name, " or ".join(candidates), release, missing.where, missing.advice
        )
        .resting_on(old)
        .addressed_by(missing.address_variable)
    )


def _reason(chosen: str, passed_over: list[str]) -> str:
    if not passed_over:
        return f"{chosen} is preferred, and has it"
    return f"{chosen}, because {' and '.join(passed_over)}"


def _is_missing(version: str, old: tuple[OldCopy, ...]) -> str:
    if not old:
        return f"{version} does not have it"
    return f"{version} could not be asked; {_ago(old[0].fetched_at)} it did not have it"


def _is_deprecated(version: str, schema: Schema) -> str:
    if schema.outage is None:
        return f"{version} is deprecated"
    then = schema.fetched_at.timestamp()
    return f"{version} could not be asked; {_ago(then)} it was deprecated"


def _ago(then: float) -> str:
    return f"{age(datetime.fromtimestamp(then, UTC))} ago"
