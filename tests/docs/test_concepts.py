from __future__ import annotations

import re

from pytest_schema_registry.contracts.drift import GRADES
from pytest_schema_registry.settings import MODES
from tests.docs.pages import code, page

PAGE = page("concepts")


def explained(word: str) -> str:
    (text,) = re.findall(rf"^- \*\*{word}\*\*.*$", PAGE.text, re.MULTILINE)
    return str(text)


def test_a_word_is_explained_once() -> None:
    words = re.findall(r"\*\*(.+?)\*\*", PAGE.text)
    assert len(words) > 20
    assert len(set(words)) == len(words)


def test_the_words_that_the_code_has_too_are_those_of_the_code() -> None:
    assert code(explained("Mode")) == list(MODES)
    assert re.findall(r"from \*(\w+)\* to \*(\w+)\*", explained("Drift")) == [
        (GRADES[0], GRADES[-1])
    ]
    assert code(explained("Enforcement")) == ["strict", "warn", "off"]
