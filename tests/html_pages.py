"""A page as a browser reads it, without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

#: The elements that have no end tag.
VOID = frozenset({"meta", "link", "input", "rect", "line"})
#: The elements whose text is not shown.
UNSEEN = frozenset({"style", "script", "title"})


class Page(HTMLParser):
    """The elements and the text of a page. Elements that are not closed, or wrongly, are an error.

    Args:
        html: The page.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._texts: list[str] = []
        self._inner: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside in UNSEEN:
            self._inner[inside] = self._inner.get(inside, "") + data
        else:
            self._texts.append(data)

    @property
    def text(self) -> str:
        """The text that is shown, with white space as in the source."""
        return "".join(self._texts)

    @property
    def words(self) -> str:
        """The text that is shown, in one line."""
        return " ".join(self.text.split())

    def inner(self, tag: str) -> str:
        """The content of the page's style or script."""
        return self._inner[tag]

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of each element of that kind, with those attributes."""
        wanted = attributes.items()
        return [found for name, found in self.elements if name == tag and wanted <= found.items()]

    @property
    def policy(self) -> dict[str, str]:
        """The Content-Security-Policy."""
        (meta,) = self.all("meta", **{"http-equiv": "Content-Security-Policy"})
        parts = (part.strip().partition(" ") for part in meta["content"].split(";"))
        return {name: value for name, _, value in parts}


def hash_of(text: str) -> str:
    """The hash of a text as a Content-Security-Policy writes it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def faults(html: str) -> list[str]:
    """What is wrong with a page that must need nothing and obey nobody."""
    page = Page(html)
    found: list[str] = []
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    found += sorted({f"twice the id {each}" for each in ids if ids.count(each) > 1})
    for tag, attributes in page.elements:
        found += _faults(tag, attributes, ids)
    scripts = [tag for tag, _ in page.elements if tag in ("script", "style")]
    if sorted(scripts) != ["script", "style"]:
        found.append(f"other scripts or styles: {scripts}")
    for tag in ("script", "style"):
        if page.policy[f"{tag}-src"] != hash_of(page.inner(tag)):
            found.append(f"the policy does not know the {tag}")
    if page.policy["default-src"] != "'none'":
        found.append("the policy lets something be loaded")
    return found


def _faults(tag: str, attributes: dict[str, str], ids: list[str]) -> Any:
    for name, value in attributes.items():
        if name.startswith("on") or name == "style":
            yield f"{tag} has {name}"
        if name in ("href", "src", "xlink:href"):
            if value.startswith("#") and value[1:] not in ids:
                yield f"{value} leads nowhere"
            if not re.match(r"#|data:,$", value):
                yield f"{tag} loads {value}"
        if name in ("aria-labelledby", "aria-describedby", "for") and value not in ids:
            yield f"{name} {value} names nothing"
