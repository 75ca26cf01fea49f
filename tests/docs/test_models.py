from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import pydantic

from pytest_schema_registry import (
    SchemaRegistry,
    compare,
)
from tests.docs.pages import code, page, table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

PAGE = page("models")


def test_the_block_on_payloads_that_nobody_writes_passes(project: Path, run: Run) -> None:
    block = PAGE.block("python", "violating_payloads")
    (project / "test_payloads.py").write_text(block, encoding="utf-8")
    run("--registry-url=tests/contracts/registry").assert_outcomes(passed=2)


def test_the_block_on_models_passes_and_a_failure_is_as_printed(project: Path, run: Run) -> None:
    block = PAGE.block("python", "assert_produces")
    printed = PAGE.block("text")
    (project / "test_models.py").write_text(block, encoding="utf-8")
    (project / "test_rename.py").write_text(
        block.replace("HealthStatus", "FeedbackEvent"), encoding="utf-8"
    )
    run("--registry-url=tests/contracts/registry", "test_models.py").assert_outcomes(passed=4)
    result = run("--registry-url=tests/contracts/registry", "test_rename.py", "-k", "send")
    result.assert_outcomes(passed=1, failed=1)
    assert printed in result.stdout.str()


def test_a_field_whose_schema_says_too_little_is_mended_as_written() -> None:
    names = {"Annotated": Annotated, "Decimal": Decimal, "datetime": datetime}
    names |= {"pydantic": pydantic, "msgspec": msgspec}
    of_pydantic, of_msgspec = re.findall(r"`(Annotated\[.+?\])`", PAGE.text)
    price = pydantic.create_model("Order", price=eval(of_pydantic, names))
    at = msgspec.defstruct("Order", [("at", eval(of_msgspec, names))])
    assert compare(price.model_json_schema(), price)
    assert compare(msgspec.json.schema(at), at)
    at = msgspec.defstruct("Order", [("at", datetime)])
    assert not compare(msgspec.json.schema(at), at)


def test_what_a_report_on_a_model_rests_on_is_said(registry: SchemaRegistry) -> None:
    class Order(pydantic.BaseModel):
        qty: int

    class Even(Order):
        @pydantic.field_validator("qty")
        @classmethod
        def even(cls, qty: int) -> int:
            if qty % 2:
                raise ValueError("qty is even")
            return qty

    class Never(Order):
        @pydantic.model_validator(mode="before")
        @classmethod
        def never(cls, data: Any) -> Any:
            raise ValueError("never")

    schema = {"type": "object", "properties": {"qty": {"type": "integer"}}, "required": ["qty"]}
    even = {**schema, "properties": {"qty": {"type": "integer", "multipleOf": 2}}}
    compared = [
        compare(Order, schema),
        compare(even, Even),
        compare(schema, Even),
        compare(Never, even),
    ]
    said = [each.notes[-1].message for each in compared]
    assert {each.notes[-1].kind for each in compared} == {"rests-on"}
    written = [code(cell)[0] for cell, _ in table(PAGE.section("What a report rests on"))]
    for message, pattern in zip(said, written, strict=True):
        assert re.match(re.escape(pattern).replace("…", r"\d+"), message), message
