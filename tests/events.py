"""The events that a process records, made without a process, for figures."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registries.queries import Fetch
from pytest_schema_registry.reporting.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable


#: What is told of an old copy, and not of its use.
OLD = ("fetched_at", "outage")


def use(
    name: str,
    version: str = "v1",
    *,
    enforcement: str = "strict",
    source: str = "registry",
    release: str | None = "1.0.0",
    outage: str | None = None,
    fetched_at: float = 0.0,
    deprecated: bool = False,
    **counts: int,
) -> dict[str, Any]:
    """How one test used a schema.

    Args:
        name: The schema's name.
        version: Its version line.
        enforcement: How strictly a violation is taken.
        source: Where the schema came from.
        release: Its release.
        outage: Why an old copy was served.
        fetched_at: When it was fetched.
        deprecated: Whether the registry marks it so.
        counts: Of ``conforming``, ``refused``, ``violating``, ``unchecked`` and ``lookups``, what
            is not 0.
    """
    return {
        "name": name,
        "version": version,
        "enforcement": enforcement,
        "conforming": 0,
        "refused": 0,
        "xfailed": 0,
        "violating": 0,
        "unchecked": 0,
        "lookups": 0,
        "source": source,
        "release": release,
        "outage": outage,
        "fetched_at": fetched_at,
        "deprecated": deprecated,
    } | counts


def old_copy(use: dict[str, Any]) -> dict[str, Any]:
    """What is told of an old copy that a test used."""
    release = f" release {use['release']}" if use["release"] else ""
    what = f"{use['name']} {use['version']}{release}"
    return {"what": what, "source": use["source"], **{key: use[key] for key in OLD}}


def switched_off(name: str, version: str = "v1", *, unchecked: int = 1) -> dict[str, Any]:
    """How one test used a schema that nothing is checked by."""
    return {
        "name": name,
        "version": version,
        "enforcement": "off",
        "conforming": 0,
        "refused": 0,
        "xfailed": 0,
        "violating": 0,
        "unchecked": unchecked,
        "lookups": 0,
    }


def fetch(
    name: str,
    version: str = "v1",
    *,
    seconds: float = 0.01,
    status: int | None = 200,
    attempts: int = 1,
    kind: str = "schema",
    size: int = 100,
) -> dict[str, Any]:
    """One exchange with a registry."""
    return asdict(Fetch(kind, name, version, seconds, size, attempts, status))


def violation(test: str, name: str = "orders.Order", **facts: str) -> dict[str, Any]:
    """A violation that made a test fail, unless the facts say otherwise."""
    return {
        "name": name,
        "version": "v1",
        "test": test,
        "path": "$.id",
        "rule": "#/properties/id/type",
        "message": "1 is not a string",
        "outcome": "violating",
    } | facts


def events_of(*uses: dict[str, Any]) -> dict[str, Any]:
    """The events of a process that used schemas so."""
    return {
        "usages": [{key: each[key] for key in each if key not in OLD} for each in uses],
        "old_copies": [old_copy(each) for each in uses if each.get("outage") is not None],
    }


def figures_of(
    *uses: dict[str, Any],
    fetches: Iterable[dict[str, Any]] = (),
    errors: Iterable[tuple[str, str, str, int]] = (),
    violations: Iterable[dict[str, Any]] = (),
    seconds: float = 0.0,
    session_seconds: float = 0.0,
) -> Figures:
    """The figures of a session in which that happened."""
    figures = Figures()
    figures.add(
        {
            **events_of(*uses),
            "fetches": fetches,
            "errors": errors,
            "violations": violations,
            "seconds": seconds,
            "session_seconds": session_seconds,
        }
    )
    return figures
