"""What tools say of ten usual mistakes: ``python -m tests.explanations docs/explanations.md``.

Without a file, the page is printed. The command of check-jsonschema has to be installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import jsonschema
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from pytest_schema_registry import SchemaRegistry
from tests.parts import judge_of

NAME = "orders.Order"
OURS = "pytest-schema-registry"
INTRODUCTION = (
    "This page shows what this plugin says of ten usual mistakes, and what other tools say of the "
    "same schema and payload. `tox -e explanations` writes it from `tests/explanations.py`. A test "
    "checks that this plugin's part is true."
)


class Card(BaseModel):
    kind: Literal["card"]
    number: str


class Bank(BaseModel):
    kind: Literal["debit", "giro"]
    iban: str


class Line(BaseModel):
    sku: str
    quantity: int = Field(ge=1)


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str
    state: Literal["open", "paid", "sent"]
    placed_at: AwareDatetime
    method: Card | Bank = Field(discriminator="kind")
    lines: list[Line]
    note: str = ""


def record(*optional: str, **properties: Any) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **record(
        "note",
        id=TEXT,
        state={"enum": ["open", "paid", "sent"]},
        placed_at={"type": "string", "format": "date-time"},
        method={"oneOf": [{"$ref": "#/$defs/Card"}, {"$ref": "#/$defs/Bank"}]},
        lines={"type": "array", "items": {"$ref": "#/$defs/Line"}},
        note=TEXT,
    ),
    "additionalProperties": False,
    "$defs": {
        "Card": record(kind={"const": "card"}, number=TEXT),
        "Bank": record(kind={"enum": ["debit", "giro"]}, iban=TEXT),
        "Line": record(sku=TEXT, quantity={"type": "integer", "minimum": 1}),
    },
}
#: In v2, the order's ``id`` is its ``key``.
NEXT_SCHEMA = {
    **SCHEMA,
    "properties": {"key": TEXT, **{k: v for k, v in SCHEMA["properties"].items() if k != "id"}},
    "required": ["key", *SCHEMA["required"][1:]],
}
ORDER: dict[str, Any] = {
    "id": "o-1",
    "state": "paid",
    "placed_at": "2026-01-02T03:04:05Z",
    "method": {"kind": "card", "number": "4111"},
    "lines": [{"sku": "tea", "quantity": 2}, {"sku": "cup", "quantity": 1}],
}
#: The mistake, what it is in the payload, and the payload.
MISTAKES: list[tuple[str, str, dict[str, Any]]] = [
    ("A member is missing", "`id` is left out", {k: v for k, v in ORDER.items() if k != "id"}),
    ("A value of another type", "`id` is `7`", {**ORDER, "id": 7}),
    ("A misspelled value of an enum", '`state` is `"pade"`', {**ORDER, "state": "pade"}),
    ("A misspelled member", '`notes` is `"gift"`', {**ORDER, "notes": "gift"}),
    (
        "A time without a time zone",
        '`placed_at` is `"2026-01-02T03:04:05"`',
        {**ORDER, "placed_at": "2026-01-02T03:04:05"},
    ),
    (
        "A wrong value in a union, with the right tag",
        '`method` is `{"kind": "giro", "iban": 1}`',
        {**ORDER, "method": {"kind": "giro", "iban": 1}},
    ),
    (
        "An unknown tag of a union",
        '`method` is `{"kind": "crad", "number": "4111"}`',
        {**ORDER, "method": {"kind": "crad", "number": "4111"}},
    ),
    (
        "A wrong value in an item",
        "the `quantity` of the second line is `0`",
        {**ORDER, "lines": [ORDER["lines"][0], {"sku": "cup", "quantity": 0}]},
    ),
    (
        "The payload of another version",
        "`id` is called `key`, as in v2",
        {("key" if k == "id" else k): v for k, v in ORDER.items()},
    ),
    ("null in place of an absent member", "`note` is `null`", {**ORDER, "note": None}),
]


def ours(payload: Any) -> str:
    """Return the lines of our own failure, but for where the schema is from."""
    with tempfile.TemporaryDirectory() as directory:
        for line, schema in (("v1", SCHEMA), ("v2", NEXT_SCHEMA)):
            file = Path(directory, line, f"{NAME}.json")
            file.parent.mkdir()
            file.write_text(json.dumps(schema), encoding="utf-8")
        with SchemaRegistry(directory) as registry:
            judge = judge_of(registry)
            validator = judge.validator(registry.get_schema(NAME, "v1"))
            text = str(judge.explain(validator, payload, others=("v1", "v2")))
    lines = text.splitlines()[1:]
    return "\n".join(each.removeprefix("  ") for each in lines if not each.startswith("  schema: "))


def of_check_jsonschema(payload: Any) -> str:
    with tempfile.TemporaryDirectory() as directory:
        for name, document in (("schema.json", SCHEMA), ("order.json", payload)):
            Path(directory, name).write_text(json.dumps(document), encoding="utf-8")
        command = ["check-jsonschema", "--schemafile", "schema.json", "order.json"]
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def of_pydantic(payload: Any) -> str:
    try:
        Order.model_validate_json(json.dumps(payload))
    except ValidationError as exc:
        return "\n".join(
            line for line in str(exc).splitlines() if "For further information" not in line
        )
    return "no error"


def of_jsonschema(payload: Any) -> str:
    validator = jsonschema.Draft202012Validator(
        SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    best: Any = jsonschema.exceptions.best_match(validator.iter_errors(payload))
    return "no error" if best is None else f"{best.json_path}: {best.message}"


def block(text: str) -> str:
    return f"```text\n{text.strip()}\n```"


def page() -> str:
    """Return the page as Markdown."""
    others = {
        f"check-jsonschema {version('check-jsonschema')}": of_check_jsonschema,
        f"pydantic {version('pydantic')}": of_pydantic,
        f"jsonschema {version('jsonschema')}, `best_match`": of_jsonschema,
    }
    parts = [
        "# Explanations",
        INTRODUCTION,
        "The payload, before each mistake:",
        f"```json\n{json.dumps(ORDER, indent=2)}\n```",
    ]
    for mistake, change, payload in MISTAKES:
        parts += [f"## {mistake}", f"In the payload, {change}."]
        parts += [f"**{OURS}**", block(ours(payload))]
        for tool, said in others.items():
            parts += [f"**{tool}**", block(said(payload))]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()
