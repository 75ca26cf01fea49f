from __future__ import annotations

import time

import pytest

from pytest_schema_registry.compatibility.budget import Budget


@pytest.fixture(autouse=True)
def _budgets_are_of_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grant comparisons their seconds in CPU time, which others that keep it busy do not use up."""
    # What a comparison is not told, it takes from here; no caller has a clock to pass.
    monkeypatch.setattr(Budget.__init__, "__defaults__", (time.thread_time,))
