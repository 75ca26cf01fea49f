"""What a registry says that does not fit what it, or a clock, said before."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.bench import HOUR, Bench
from tests.faults.published import CONTENTS, document
from tests.faults.rows import (
    NETWORKED,
    Expected,
    Row,
    Situation,
    Trial,
    down,
    missing,
    refusal,
    served,
    trials,
)
from tests.local_registry import ORDER, Reply

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tests.faults.rows import DiskFault, RegistryFault

JSON = {"content-type": "application/json"}
CACHED = (Situation.AUTO_CACHED, Situation.LIVE)
YEAR = 365 * 24 * HOUR


def listing(*listed: str, token: str, schemas: Reply | None = None) -> RegistryFault:
    """A registry whose index lists the schema, in some versions, with a change token.

    Args:
        listed: The versions.
        token: The change token.
        schemas: What is answered in place of the schemas.
    """

    def registry(bench: Bench) -> AbstractContextManager[str]:
        entry = {"name": ORDER, "sha256": token}
        tracks = {version: {"schemas": [entry]} for version in listed}
        bench.registry.always(Reply(200, {"tracks": tracks}, JSON), "index")
        if schemas is not None:
            bench.registry.always(schemas)
        bench.ttl = 1  # with none at all, the index is not asked
        return nullcontext(bench.registry.url)

    return registry


def changing(bench: Bench) -> AbstractContextManager[str]:
    """A registry whose schemas accept anything from the second answer on."""
    for version in CONTENTS:
        path = f"schemas/{version}/{ORDER}"
        lax: dict[str, Any] = document(version) | {"content": {}}
        bench.registry.script(path, Reply(200, document(version), JSON))
        bench.registry.always(Reply(200, lax, JSON), path)
    return nullcontext(bench.registry.url)


def entries(age: float, *, ttl: float = 0, absent: bool = False) -> DiskFault:
    """Cache entries of another age, or that say there is no such schema."""

    def disk(bench: Bench) -> AbstractContextManager[None]:
        bench.ttl = ttl
        bench.keep(Situation.AUTO_CACHED, bench.registry.url, age=age, absent=absent)
        return nullcontext()

    return disk


ROWS = [
    Row("schemas that change within a session", served(), changing),
    Row(
        "schemas that changed, in an index that says they did not",
        served(*CACHED, requests=1),
        listing("v1", "v2", token="unchanged", schemas=Reply(503)),
        in_process=False,
    ),
    Row(
        "index with other tokens than the schemas'",
        served(*CACHED, requests=3),
        listing("v1", "v2", token="other"),
        in_process=False,
    ),
    Row(
        "index without schemas that are there",
        served(*CACHED, requests=3),
        listing(token=""),
        in_process=False,
    ),
    Row(
        "index with schemas that are not there",
        refusal(f"no schema {ORDER} in v1", *CACHED, requests=5, replaces=True),
        listing("v1", "v2", token="other", schemas=Reply(404)),
        in_process=False,
    ),
    Row(
        "schemas that appear between sessions",
        served(*CACHED, replaces=True),
        disk=entries(HOUR, absent=True),
    ),
    Row(
        "schemas that vanish between sessions",
        refusal(f"no schema {ORDER} in v1", *NETWORKED, requests=5, replaces=True),
        missing(404),
    ),
    Row(
        "clock set back by a year",
        served(*CACHED, requests=range(1, 4)),
        disk=entries(-YEAR, ttl=10 * YEAR),
    ),
    Row(
        "clock set forward by a year",
        served(*CACHED, requests=range(1, 4)),
        disk=entries(YEAR, ttl=300),
    ),
    Row(
        "clock set back by a year, and no registry",
        {
            Situation.AUTO_CACHED: Expected("stale cache", "cannot connect", "StaleSchemaWarning"),
            Situation.LIVE: Expected(None, "cannot connect"),
        },
        down,
        disk=entries(-YEAR, ttl=10 * YEAR),
    ),
]


@pytest.mark.parametrize("trial", trials(ROWS), ids=str)
def test_consistency(bench: Bench, trial: Trial) -> None:
    bench.assert_holds(trial)
