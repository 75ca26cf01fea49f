"""The places in which each mode looks for a result.

    auto     fresh cache entry, registry, stale cache entry, cassette
    live     fresh cache entry, registry
    record   registry once in this session, written to the cassette
    replay   cassette

A directory of schemas takes the registry's place and needs no cache: it cannot be slow or down.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_schema_registry.settings.settings import Settings


class Step(Enum):
    """One place to look for a result."""

    CACHE = auto()
    ASKED = auto()
    REGISTRY = auto()
    STALE = auto()
    CASSETTE = auto()


def steps(settings: Settings) -> tuple[Step, ...]:
    """Return the places in which a mode looks, in order."""
    if settings.offline:
        return (Step.CASSETTE,)
    match settings.mode, settings.remote:
        case "record", True:
            return (Step.ASKED, Step.REGISTRY)
        case "live", True:
            return (Step.CACHE, Step.REGISTRY)
        case "auto", True:
            return (Step.CACHE, Step.REGISTRY, Step.STALE, Step.CASSETTE)
        case "auto", False:
            return (Step.REGISTRY, Step.CASSETTE)
        case _:
            return (Step.REGISTRY,)
