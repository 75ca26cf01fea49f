"""Schemas and payloads of a known size, the same in every run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

EVENT = "telemetry.FeedbackEvent"
EVENT_SCHEMA: dict[str, Any] = json.loads(
    Path(__file__).parent.parent.joinpath(f"contracts/registry/v1/{EVENT}.json").read_text()
)
SECTIONS = 14
RECORDS = 6


def event() -> dict[str, Any]:
    """A small valid event: six fields."""
    return {
        "coordinator_id": "bars",
        "queue_size": 80,
        "capacity": 100,
        "level": "soft",
        "source": "store",
        "ts": 1.0,
    }


def schema(number: int = 0) -> dict[str, Any]:
    """A schema of 21 KB: an object of sections, each a list of records with nested objects.

    Args:
        number: Schemas of different numbers have different digests.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Warehouse{number:04}",
        "type": "object",
        "properties": {
            _section(place): {
                "type": "array",
                "description": f"The records of section {place}, in the order they came in",
                "items": {"$ref": f"#/$defs/Record{place:02}"},
                "minItems": 1,
            }
            for place in range(SECTIONS)
        },
        "required": [_section(place) for place in range(SECTIONS)],
        "additionalProperties": False,
        "$defs": {f"Record{place:02}": _record_schema(place) for place in range(SECTIONS)},
    }


def payload() -> dict[str, Any]:
    """A payload of 27 KB that conforms to any :func:`schema`."""
    return {
        _section(place): [_record(place, each) for each in range(RECORDS)]
        for place in range(SECTIONS)
    }


def size(document: Any) -> int:
    """The bytes of a document as JSON without insignificant white space."""
    return len(json.dumps(document, separators=(",", ":")))


def _section(place: int) -> str:
    return f"section_{place:02}"


def _record_schema(place: int) -> dict[str, Any]:
    properties = {
        "id": {
            "type": "string",
            "description": "Article number, unique in its section",
            "pattern": "^[A-Z]{3}-[0-9]{6}$",
        },
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "created_at": {"type": "string", "format": "date-time", "description": "Time of entry"},
        "quantity": {"type": "integer", "minimum": 0, "maximum": 10_000 + place},
        "price": {"type": "number", "exclusiveMinimum": 0, "description": "Net, per piece"},
        "currency": {"enum": ["EUR", "USD", "GBP", "CHF", "JPY"]},
        "status": {"enum": ["new", "reserved", "shipped", "returned"], "default": "new"},
        "tags": {
            "type": "array",
            "items": {"type": "string", "minLength": 2},
            "maxItems": 8,
            "uniqueItems": True,
        },
        "place": {
            "type": "object",
            "properties": {
                "hall": {"type": "integer", "minimum": 1},
                "shelf": {"type": "string", "pattern": "^[A-Z][0-9]+$"},
                "level": {"type": "integer", "minimum": 0, "maximum": 12},
            },
            "required": ["hall", "shelf", "level"],
            "additionalProperties": False,
        },
        "note": {"anyOf": [{"type": "string", "maxLength": 200}, {"type": "null"}]},
        "fragile": {"type": "boolean", "description": "Whether it is packed by hand"},
        "share": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "Of the section's turnover, as of last month",
        },
    }
    return {
        "type": "object",
        "title": f"Record {place}",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def referring_schema() -> dict[str, Any]:
    """A schema of 20,000 references to 400 definitions, of 1 MB, as of a tool's settings."""
    settings = {
        f"setting{number}": {
            "type": ["string", "null"],
            "description": "What the tool does in this place, unless a place below says otherwise",
            "maxLength": 100 + number,
        }
        for number in range(400)
    }
    references = {name: {"$ref": f"#/definitions/{name}"} for name in settings}
    groups = {
        f"group{number}": {"type": "object", "properties": references} for number in range(50)
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": settings,
        "type": "object",
        "properties": groups,
    }


def _record(place: int, number: int) -> dict[str, Any]:
    return {
        "id": f"ART-{place * 1000 + number:06}",
        "name": f"Article {number} of section {place}, boxed",
        "created_at": f"2025-03-{number % 28 + 1:02}T08:30:00Z",
        "quantity": 40 + number,
        "price": 3.5 + number,
        "currency": ("EUR", "USD", "GBP")[number % 3],
        "status": ("new", "reserved", "shipped")[number % 3],
        "tags": ["spare part", f"batch {number}", f"supplier {place}", "sent by rail"],
        "place": {"hall": place + 1, "shelf": f"B{number + 1}", "level": number % 12},
        "note": None
        if number % 3
        else "keep dry, and away from direct sunlight; two people to lift it",
        "fragile": number % 4 == 0,
        "share": (number % 10) / 10,
    }
