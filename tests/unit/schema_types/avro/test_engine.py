from __future__ import annotations

import pytest

from pytest_schema_registry.schema_types.avro.engine import Engine, NotAvro, NotReadable
from tests.unit.schema_types.avro.subjects import record

SCHEMA = record("R", ("a", "int"), ("b", ["null", "string"]))


def test_a_value_is_written_and_read_back() -> None:
    engine = Engine(SCHEMA)
    assert engine.validates({"a": 1})
    assert engine.delivered({"a": 1}) == ({"a": 1, "b": None},)
    assert engine.read(engine.written({"a": 1})) == {"a": 1, "b": None}
    assert engine.why_not_delivered({"a": 1}) == "fastavro takes it now"


def test_a_value_is_written_exactly_or_with_what_is_too_much_left_out() -> None:
    engine = Engine(SCHEMA)
    whole = {"a": 1, "b": None}
    assert engine.delivered(whole, exactly=True) == (whole,)
    for value in ({"a": 1}, whole | {"c": 1}):
        assert engine.delivered(value, exactly=True) is None
        assert engine.delivered(value) == (whole,)


def test_what_fastavro_raises_becomes_a_verdict_and_words() -> None:
    engine = Engine({"type": "enum", "name": "E", "symbols": ["A"]})
    assert not engine.validates({})
    assert engine.delivered("B") is None
    assert engine.why_not_delivered("B").startswith("[")
    with pytest.raises(NotReadable, match="list index out of range"):
        engine.read(b"\x08")
    with pytest.raises(NotReadable, match="in the middle of a value"):
        Engine("string").read(b"\x08")
    with pytest.raises(NotAvro, match="UnknownType: nothing"):
        Engine("nothing")


def test_referred_schemas_give_their_names() -> None:
    line = record("Line", ("a", "int"))
    assert Engine({"type": "array", "items": "Line"}, [line]).is_valid([{"a": 1}])
