"""The pictures of the docs show what runs print today. ``tox -e pictures`` draws them anew."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.docs.pages import ROOT
from tests.docs.pictures import NAMESPACE, PICTURES, plain, printed, text_of

FOLDER = ROOT / "docs" / "pictures"


def svg_of(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def test_the_folder_has_each_picture_and_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.svg" for name in PICTURES}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_what_a_run_prints_today(name: str) -> None:
    assert text_of(svg_of(name)) == plain(printed(PICTURES[name]))


@pytest.mark.parametrize("name", PICTURES)
def test_who_sees_a_picture_reads_what_others_are_told(name: str) -> None:
    lines = ElementTree.fromstring(svg_of(name)).iter(f"{NAMESPACE}text")
    seen = "".join("".join(line.itertext()) for line in lines)
    assert "".join(seen.split()) == "".join(text_of(svg_of(name)).split())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_asks_no_other_host_for_anything(name: str) -> None:
    elements = ElementTree.fromstring(svg_of(name)).iter()
    assert not any("href" in key for each in elements for key in each.attrib)
    assert "@font-face" not in svg_of(name)
