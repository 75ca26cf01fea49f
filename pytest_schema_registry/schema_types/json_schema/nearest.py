"""The known word that somebody probably meant: a property's name, or a value of an enum."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pytest_schema_registry.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The most pairs of words that are compared for one payload. They take about 0.1 s.
MAX_COMPARISONS = 10_000
#: How alike two words must be, from 0 to 1.
_ALIKE = 0.7
#: Longer words are no names.
_MAX_LENGTH = 100


class Nearest:
    """Finds the word that was meant. It gives up after a number of comparisons."""

    def __init__(self, comparisons: int = MAX_COMPARISONS) -> None:
        self._left = comparisons

    def __call__(self, word: str, known: Iterable[object]) -> str | None:
        """Return the known text that is most like a word, if one is much like it.

        Upper and lower case, ``-`` and ``_`` make no difference.
        """
        best, found = _ALIKE, None
        plain = _plain(word)
        matcher = SequenceMatcher(b=plain, autojunk=False)
        for each in known:
            if self._left <= 0 or len(word) > _MAX_LENGTH:
                return None
            if not isinstance(each, str) or each == word or len(each) > _MAX_LENGTH:
                continue
            self._left -= 1
            other = _plain(each)
            if other == plain:
                return each
            matcher.set_seq1(other)
            if (
                matcher.real_quick_ratio() > best
                and matcher.quick_ratio() > best
                and (ratio := matcher.ratio()) > best
            ):
                best, found = ratio, each
        return found


def did_you_mean(word: str | None) -> str:
    """Return the end of a sentence that proposes a word; empty without one."""
    return "" if word is None else f"; did you mean {shown(word)}?"


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "")
