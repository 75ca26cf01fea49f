from __future__ import annotations

import re

from tests.docs.pages import ROOT, page

PAGE = page("costs")


def test_the_benchmarks_are_those_of_the_code() -> None:
    from tests.benchmarks.__main__ import GROUPS

    (groups,) = re.findall(r"`tox -e bench -- ([^`]+)`", PAGE.section("What it costs"))
    assert set(groups.split()) <= set(GROUPS)
    assert "[testenv:bench]" in (ROOT / "tox.ini").read_text(encoding="utf-8")
