"""A small consumer of orders, and thirty faults that it may have."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = {
    "type": "object",
    "required": ["id", "status", "lines", "payment"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3,5}$"},
        "status": {"enum": ["open", "paid", "shipped", "returned"]},
        "lines": {"type": "array", "minItems": 1, "maxItems": 4, "items": {"$ref": "#/$defs/line"}},
        "payment": {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["kind", "last4"],
                    "properties": {
                        "kind": {"const": "card"},
                        "last4": {"type": "string", "minLength": 4, "maxLength": 4},
                    },
                },
                {
                    "type": "object",
                    "required": ["kind", "iban"],
                    "properties": {
                        "kind": {"const": "transfer"},
                        "iban": {"type": "string", "minLength": 5, "maxLength": 30},
                    },
                },
                {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {"kind": {"const": "cash"}},
                },
            ]
        },
        "discount": {"type": "integer", "minimum": 0, "maximum": 90},
        "weight": {"type": "number", "exclusiveMinimum": 0},
        "gift": {"type": "boolean"},
        "note": {"type": ["string", "null"], "maxLength": 40},
        "due": {"type": "string", "format": "date"},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "parent": {"$ref": "#"},
    },
    "$defs": {
        "line": {
            "type": "object",
            "required": ["sku", "count"],
            "properties": {
                "sku": {"type": "string", "minLength": 1},
                "count": {"type": "integer", "minimum": 1, "maximum": 99},
                "price": {"type": "number", "minimum": 0},
            },
        }
    },
}


class Fault(Exception):
    """The consumer refuses an order that its contract allows."""


def consume(order: dict[str, Any], fault: str = "") -> None:
    """Read an order as a consumer with one fault does.

    Args:
        order: The order.
        fault: The name of the fault; empty for none.
    """

    def on(name: str, holds: Callable[[], bool]) -> None:
        if fault == name and holds():
            raise Fault(name)

    named = fault.split()
    on(fault, lambda: fault == f"no branch for {order['status']}")
    on(fault, lambda: fault == f"no branch for {order['payment']['kind']}")
    on(fault, lambda: fault.endswith(" is required") and named[0] not in order)
    on(fault, lambda: fault.endswith(" is not known") and named[0] in order)
    on("discount below its maximum", lambda: order.get("discount", 0) >= 90)
    on("discount above its minimum", lambda: order.get("discount", 1) <= 0)
    on("a gift is none", lambda: order.get("gift") is True)
    on("not a gift", lambda: order.get("gift") is False)
    on("the note is no null", lambda: order.get("note", "") is None)
    on("the note is shorter", lambda: len(order.get("note") or "") >= 40)
    on("one line", lambda: len(order["lines"]) < 2)
    on("three lines", lambda: len(order["lines"]) > 3)
    on("the weight is whole", lambda: order.get("weight", 1) != int(order.get("weight", 1)))
    on("the count is smaller", lambda: any(line["count"] >= 99 for line in order["lines"]))
    on("the price is there", lambda: any("price" not in line for line in order["lines"]))
    on("the price is not zero", lambda: any(line.get("price") == 0 for line in order["lines"]))
    on("the number has three digits", lambda: re.fullmatch(r"..-\d{3}", order["id"]) is None)
    on("the IBAN is shorter", lambda: len(order["payment"].get("iban", "")) >= 30)
    on("no tags", lambda: order.get("tags") == [])
    if "due" in order:
        date.fromisoformat(order["due"])


FAULTS = (
    *(f"no branch for {each}" for each in ("open", "paid", "shipped", "returned")),
    *(f"no branch for {each}" for each in ("card", "transfer", "cash")),
    *(f"{each} is required" for each in ("discount", "weight", "gift", "note", "due", "tags")),
    *(f"{each} is not known" for each in ("parent", "due", "tags")),
    "discount below its maximum",
    "discount above its minimum",
    "a gift is none",
    "not a gift",
    "the note is no null",
    "the note is shorter",
    "one line",
    "three lines",
    "the weight is whole",
    "the count is smaller",
    "the price is there",
    "the price is not zero",
    "the number has three digits",
    "the IBAN is shorter",
)
