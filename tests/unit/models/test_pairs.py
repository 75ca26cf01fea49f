from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest
from pydantic import TypeAdapter

from pytest_schema_registry.models.comparison import compare_sides
from pytest_schema_registry.models.direction import RESTS_ON
from pytest_schema_registry.models.model import model_of
from pytest_schema_registry.models.sides import ModelSide, SchemaSide
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schemas import given
from tests.unit.models.pairs import PAIRS

if TYPE_CHECKING:
    from pytest_schema_registry import CompatibilityReport, Schema
    from tests.unit.models.pairs import Pair

JSON = all_types()["JSON"]


def basis(report: CompatibilityReport) -> str:
    """What a verdict rests on, in one word or two."""
    if report.compatible is None:
        return "undecided"
    if report.compatible:
        (note,) = (each for each in report.notes if each.kind == RESTS_ON)
        return note.message.split()[0]
    by_trial = all(each.rule in ("sent-by-model", "refused-by-model") for each in report.reasons)
    return "shown by trial" if by_trial else "shown"


def sides(pair: Pair) -> tuple[ModelSide, SchemaSide]:
    model = ModelSide(model_of(pair.model, "test"), JSON, **pair.options)
    return model, SchemaSide(JSON, JSON.compile(given(pair.schema), never_called))


def never_called(reference: Any) -> Schema:
    pytest.fail(f"{reference} leads nowhere")


def accepts(model: Any, payload: Any) -> bool:
    """What the library itself says of a payload."""
    try:
        if "msgspec" in model_of(model, "test").library:
            msgspec.json.decode(json.dumps(payload), type=model)
        else:
            adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
            adapter.validate_json(json.dumps(payload))
    except ValueError:
        return False
    return True


def conforms(schema: Any, payload: Any) -> bool:
    """What another validator than ours says of a payload."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(payload)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_what_a_model_sends_conforms_or_a_payload_of_its_own_shows_that_it_does_not(
    pair: Pair,
) -> None:
    report = compare_sides(*sides(pair), policy="strict")
    assert (report.compatible, basis(report)) == (pair.produces, pair.produces_by), report
    for reason in report.reasons:
        assert not conforms(pair.schema, reason.payload)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_model_accepts_what_is_allowed_or_refuses_a_payload_that_is(pair: Pair) -> None:
    report = compare_sides(*reversed(sides(pair)))
    assert (report.compatible, basis(report)) == (pair.consumes, pair.consumes_by), report
    for reason in report.reasons:
        assert conforms(pair.schema, reason.payload)
        assert not accepts(pair.model, reason.payload)
