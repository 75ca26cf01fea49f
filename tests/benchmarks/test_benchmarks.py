from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.__main__ import GROUPS
from tests.benchmarks.measure import table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("group", GROUPS)
def test_in_its_short_form_each_group_works_and_no_ratio_points_the_wrong_way(
    group: str, tmp_path: Path
) -> None:
    rows = GROUPS[group](tmp_path, short=True)
    assert not [row for row in rows if row.points_the_wrong_way], f"\n{table(rows)}"
