from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.__main__ import GROUPS
from tests.benchmarks.measure import RATIO, table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("group", GROUPS)
def test_in_its_short_form_each_group_works_and_what_it_counts_meets_the_target(
    group: str, tmp_path: Path
) -> None:
    rows = GROUPS[group](tmp_path, short=True)
    assert not [row for row in rows if row.counts and row.met is False], f"\n{table(rows)}"
    assert all(value > 0 for row in rows if row.unit == RATIO for value in row.values)
