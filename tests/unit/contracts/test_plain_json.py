from __future__ import annotations

from typing import Any

import pytest

from pytest_schema_registry import PayloadNotJSON
from pytest_schema_registry.contracts.payloads import to_json


def _nested(levels: int, of: type = list) -> Any:
    payload: Any = 1
    for _ in range(levels):
        payload = of([payload])
    return payload


@pytest.mark.parametrize("of", [list, tuple])
def test_nesting_has_a_limit_that_is_said(of: type) -> None:
    assert to_json(_nested(499, of)) == _nested(499)
    with pytest.raises(PayloadNotJSON, match=r"nested more than 500 levels deep\n.*contain itself"):
        to_json(_nested(502, of))


def test_size_has_a_limit_that_is_said() -> None:
    payload: Any = [0]
    for _ in range(13):
        payload = [payload] * 4
    with pytest.raises(PayloadNotJSON, match="more than 5,000,000 values"):
        to_json(payload)
