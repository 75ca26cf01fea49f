"""The pages of the documentation: their blocks, their chapters, their tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: A fence with a language. What Sphinx itself acts on, such as ``{toctree}``, has braces.
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """One page, or the README.

    Args:
        path: The file, from the root of the checkout.
    """

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def languages(self) -> list[str]:
        return [language for language, _ in _BLOCK.findall(self.text)]

    def blocks(self, language: str, having: str = "") -> list[str]:
        return [
            block
            for each, block in _BLOCK.findall(self.text)
            if each == language
            if having in block
        ]

    def block(self, language: str, having: str = "") -> str:
        """The only block of a language that has a text."""
        (block,) = self.blocks(language, having)
        return block

    def section(self, title: str) -> str:
        """What stands between a heading, or the title, and the next heading."""
        pattern = rf"^#+ {re.escape(title)}\n(.*?)(?=^##+ |\Z)"
        found = re.search(pattern, self.text, re.MULTILINE | re.DOTALL)
        assert found is not None, title
        return found[1]

    @property
    def titles(self) -> list[str]:
        prose = re.sub(r"^```.*?^```$", "", self.text, flags=re.MULTILINE | re.DOTALL)
        return re.findall(r"^#+ (.+)$", prose, re.MULTILINE)

    @property
    def anchors(self) -> set[str]:
        """The anchors of the headings, as GitHub and Sphinx make them."""
        bare = (re.sub(r"[^\w -]", "", title) for title in self.titles)
        return {title.lower().replace(" ", "-") for title in bare}


README = Page("README.md")


def page(name: str) -> Page:
    return Page(f"docs/{name}.md")


def all_pages() -> list[Page]:
    """The README, and every page in ``docs``."""
    return [README, *(page(file.stem) for file in sorted((ROOT / "docs").glob("*.md")))]


def table(text: str) -> list[list[str]]:
    """The first table in a text: its rows, each a list of cells."""
    found = re.search(r"^\|[-|]+\|\n((?:\|.*\|\n)+)", text, re.MULTILINE)
    assert found is not None
    return [re.split(r"(?<!\\) \| ", row[2:-2]) for row in found[1].splitlines()]


def code(text: str) -> list[str]:
    """What stands between backticks, outside fenced blocks."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`]+)`", prose)


def named_file(block: str) -> str:
    """The name of a file in the first line of a block."""
    return block.splitlines()[0].removeprefix("# ")
