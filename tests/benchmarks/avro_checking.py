"""What the check of a value of Avro costs, beside fastavro alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import fastavro
from fastavro.validation import validate

from tests.benchmarks.measure import Row, interleaved, per_call
from tests.benchmarks.sessions import session

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry import AssertConforms

RESULTS = "rows.json"
TESTS = """
from pathlib import Path
from tests.benchmarks.avro_checking import measured

def test_measure(assert_conforms):
    measured(assert_conforms, Path.cwd(), short={short})
"""
PRIMITIVES = ("string", "long", "double", "boolean")
#: Records of 11 fields: of primitive types, and of all that an order may have.
EVENT = {
    "type": "record",
    "name": "Event",
    "fields": [{"name": f"field{at}", "type": PRIMITIVES[at % 4]} for at in range(11)],
}
LINE = {
    "type": "record",
    "name": "Line",
    "fields": [{"name": "sku", "type": "string"}, {"name": "qty", "type": "int"}],
}
MONEY = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
ORDER = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "number", "type": "long"},
        {"name": "weight", "type": "double"},
        {"name": "paid", "type": "boolean"},
        {"name": "size", "type": "int"},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "price", "type": MONEY},
        {"name": "color", "type": {"type": "enum", "name": "Color", "symbols": ["RED", "GREEN"]}},
        {"name": "tags", "type": {"type": "map", "values": "string"}},
        {"name": "lines", "type": {"type": "array", "items": LINE}},
    ],
}
EVENT_VALUE = {f"field{at}": ("text", 12_345, 1.5, True)[at % 4] for at in range(11)}
ORDER_VALUE = {
    "id": "o-1",
    "number": 12_345,
    "weight": 1.5,
    "paid": True,
    "size": 3,
    "note": "to the door",
    "at": datetime(2026, 1, 2, tzinfo=UTC),
    "price": Decimal("12.50"),
    "color": "RED",
    "tags": {"channel": "web"},
    "lines": [{"sku": "a", "qty": 1}, {"sku": "b", "qty": 2}],
}
#: A field that is left out, which fastavro fills in.
ORDER_WITHOUT_NOTE = {name: each for name, each in ORDER_VALUE.items() if name != "note"}
#: A time in milliseconds, of which a reader gets a datetime: fastavro decides.
ORDER_IN_MILLIS = ORDER_VALUE | {"at": 1_767_312_000_000}
CASES = [
    ("of primitive types", "event", EVENT, EVENT_VALUE, 1.5),
    ("with logical types", "order", ORDER, ORDER_VALUE, 1.5),
    ("with a default filled in", "order", ORDER, ORDER_WITHOUT_NOTE, 1.5),
    ("with a time that is converted", "order", ORDER, ORDER_IN_MILLIS, None),
]


def rows(directory: Path, *, short: bool) -> list[Row]:
    """Row group 14.

    Args:
        directory: An empty one.
        short: Whether proof that it works is enough.
    """
    registry = directory / "registry"
    registry.joinpath("v1").mkdir(parents=True)
    for _, name, content, _, _ in CASES:
        registry.joinpath("v1", f"{name}.avsc").write_text(json.dumps(content))
    directory.joinpath("test_measure.py").write_text(TESTS.format(short=short))
    session(directory, f"--registry-url={registry}", outcome="1 passed")
    return [Row(**row) for row in json.loads(directory.joinpath(RESULTS).read_text())]


def measured(assert_conforms: AssertConforms, directory: Path, *, short: bool) -> None:
    """Measure with a session's fixture, and leave the rows in a file of the directory."""
    rounds, batch = (3, 0.001) if short else (25, 0.005)
    found: list[Row] = []
    for what, name, content, value, target in CASES:
        found += _valid(what, assert_conforms, name, content, value, rounds, batch, target)
    directory.joinpath(RESULTS).write_text(json.dumps([asdict(row) for row in found]))


def _valid(  # one fact each
    what: str,
    assert_conforms: AssertConforms,
    name: str,
    content: Any,
    value: Any,
    rounds: int,
    batch: float,
    target: float | None,
) -> list[Row]:
    parsed = fastavro.parse_schema(content)

    def round_trip() -> Any:
        validate(value, parsed)
        out = BytesIO()
        fastavro.schemaless_writer(out, parsed, value, strict_allow_default=True)
        out.seek(0)
        return fastavro.schemaless_reader(out, parsed, None)

    assert assert_conforms(value, name) == round_trip()
    ours, verdict, whole = "assert_conforms", "fastavro's validate", "validate, write and read"
    contenders = {
        ours: per_call(lambda: assert_conforms(value, name), batch),
        verdict: per_call(lambda: validate(value, parsed), batch),
        whole: per_call(round_trip, batch),
    }
    timings = interleaved(contenders, rounds)
    return [
        Row(14, f"record of 11 fields {what}: {ours}", timings.scaled(ours, 1e6), "us"),
        Row(14, f"  {ours} / {verdict}", timings.ratios(ours, verdict), at_most=target),
        Row(14, f"  {ours} / fastavro's {whole}", timings.ratios(ours, whole)),
    ]
