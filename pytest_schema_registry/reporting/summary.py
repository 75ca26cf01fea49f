"""What the tests' processes report, folded into the lines a person reads. No pytest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schemas import age

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.schemas import Schema


def served_old(schema: Schema) -> dict[str, Any]:
    """A schema that was served although it is old, as plain data."""
    return {
        "schema": str(schema),
        "source": schema.source,
        "fetched_at": schema.fetched_at.timestamp(),
        "outage": schema.outage,
    }


class Summary:
    """What was served although it is old, from all processes of a session."""

    def __init__(self) -> None:
        self._served: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, served: Iterable[dict[str, Any]]) -> None:
        for each in served:
            self._served.setdefault((each["schema"], each["source"]), each)

    def lines(self) -> list[str]:
        """Nothing, or why and what, with its age."""
        if not self._served:
            return []
        reasons = dict.fromkeys(each["outage"] for each in self._served.values())
        schemas = f"{len(self._served)} schema{'s' if len(self._served) != 1 else ''}"
        lines = [f"the registry did not answer; {schemas} served from old copies:"]
        lines += [f"  because {reason}" for reason in reasons]
        for _, each in sorted(self._served.items()):
            fetched = datetime.fromtimestamp(each["fetched_at"], UTC)
            lines.append(f"  {each['schema']}: {each['source']}, fetched {age(fetched)} ago")
        return lines
