"""What a comparison of two versions costs, on schemas as pydantic makes them.

The engine alone says yes, no or unknown about schemas as they are written, and gives no reasons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import jsonschema_rs

from pytest_schema_registry.schema_types.json_schema.compatibility import compare
from tests.benchmarks.measure import Row, each_of, interleaved
from tests.benchmarks.models import alerts_v1, alerts_v1_1, alerts_v2
from tests.benchmarks.models.catalogue import PAIRS, nested, pair
from tests.benchmarks.samples import size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SchemaKey: TypeAlias = "tuple[dict[str, Any], dict[str, Any]]"
REASONS = "reasons, each shown by a payload"
COMPATIBLE = "compatible"
SCALES = {"ms": 1e3, "s": 1}
_UNKNOWN = jsonschema_rs.canonical.Containment.UNKNOWN


def rows(_directory: Path, *, short: bool) -> list[Row]:
    """Row group 9.

    Args:
        short: Whether proof that it works is enough.
    """
    event = alerts_v1.Alert.model_json_schema()
    broken, extended = (each.Alert.model_json_schema() for each in (alerts_v2, alerts_v1_1))
    models = nested()
    pairs = [pair(number) for number in range(10 if short else PAIRS)]
    sizes = [size(schema) / 1000 for versions in pairs for schema in versions]
    rounds = 1 if short else 9
    cases: tuple[tuple[str, SchemaKey, float, dict[str, float]], ...] = (
        (f"an event of {_kb(event)}, broken", (event, broken), 150, {REASONS: 6}),
        (f"an event of {_kb(event)}, extended", (event, extended), 150, {COMPATIBLE: 1}),
        (
            f"40 models of {_kb(models)}, broken",
            (models, nested(changed=True)),
            2_000,
            {REASONS: 40},
        ),
    )
    found: list[Row] = []
    for what, versions, at_most, targets in cases:
        found += _compared(what, [versions], rounds, "ms", at_most=at_most, targets=targets)
    what = f"{len(pairs)} pairs of {min(sizes):.1f} to {max(sizes):.1f} KB"
    rounds = 1 if short else 3
    targets = {COMPATIBLE: len(pairs) / 2}
    return [*found, *_compared(what, pairs, rounds, "s", at_most=5, targets=targets)]


def _compared(
    what: str,
    pairs: Sequence[SchemaKey],
    rounds: int,
    unit: str,
    *,
    at_most: float,
    targets: Mapping[str, float],
) -> list[Row]:
    """What all pairs cost together, and what was found out about them."""
    reports = [compare(old, new) for old, new in pairs]
    as_written = [compare(old, new, policy="strict") for old, new in pairs]
    by_engine = [_covers(old, new) for old, new in pairs]
    ours, engine = "compare", "jsonschema-rs alone"
    timings = interleaved(
        {
            ours: each_of(1, lambda: [compare(*versions) for versions in pairs]),
            engine: each_of(1, lambda: [_covers(*versions) for versions in pairs]),
        },
        rounds,
    )
    counted = {
        REASONS: sum(reason.shown for each in reports for reason in each.reasons),
        COMPATIBLE: sum(each.compatible is True for each in reports),
        "as written, undecided": sum(each.compatible is None for each in as_written),
        f"as written, undecided by {engine}": by_engine.count(_UNKNOWN),
    }
    undecided = sum(each.compatible is None for each in reports)
    return [
        Row(9, f"{what}: {ours}", timings.scaled(ours, SCALES[unit]), unit, at_most=at_most),
        Row(9, f"  {ours} / {engine}", timings.ratios(ours, engine)),
        Row(9, "  undecided", [undecided], "", at_most=0),
        *(
            Row(9, f"  {name}", [count], "", at_least=targets.get(name))
            for name, count in counted.items()
        ),
    ]


def _covers(old: dict[str, Any], new: dict[str, Any]) -> jsonschema_rs.canonical.Containment:
    """What the engine makes of two schemas as they are written."""
    consumer, producer = (
        jsonschema_rs.canonicalize(schema, validate_formats=True, offline=True)
        for schema in (new, old)
    )
    return consumer.covers(producer)


def _kb(schema: dict[str, Any]) -> str:
    return f"{size(schema) / 1000:.1f} KB"
