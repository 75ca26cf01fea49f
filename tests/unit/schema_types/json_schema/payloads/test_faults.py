"""Faults of a small consumer that the payloads of its contract find."""

from __future__ import annotations

import pytest

from pytest_schema_registry.schema_types import all_types
from tests.unit.schema_types.json_schema.payloads.faults import FAULTS, ORDER, Fault, consume

PAYLOADS = all_types()["JSON"].conforming_payloads(ORDER)


def consume_all(fault: str) -> None:
    for payload in PAYLOADS:
        consume(payload, fault)


def test_there_are_thirty_faults() -> None:
    assert len(FAULTS) == len(set(FAULTS)) == 30


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    with pytest.raises(Fault, match=f"^{fault}$"):
        consume_all(fault)


def test_a_consumer_without_a_fault_reads_all() -> None:
    consume_all("")
