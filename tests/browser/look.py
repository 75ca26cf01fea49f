"""A look at a page in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

#: What was measured, for the closing lines.
MEASURED: list[str] = []
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


class Look:
    """A page that a browser shows, with all that it asked for and said.

    Args:
        chromium: The browser.
        file: The page.
        pictures: The folder for pictures.
        options: Of the browser's context.
    """

    def __init__(self, chromium: Any, file: Path, pictures: Path, **options: Any) -> None:
        self.name = file.stem
        self.said: list[str] = []
        self.requests: list[str] = []
        self._pictures = pictures
        self._context = chromium.new_context(
            **{"viewport": {"width": 1400, "height": 900}} | options
        )
        self.page: Any = self._context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.on("request", self._note)
        self.page.goto(file.as_uri())

    def _note(self, request: Any) -> None:
        if not request.url.startswith("data:"):
            self.requests.append(request.url)

    def picture(self, name: str, *, whole: bool = False) -> None:
        """Take a picture of what is seen, or of the whole page."""
        self.page.screenshot(path=self._pictures / f"{self.name}-{name}.png", full_page=whole)

    def pdf(self, name: str) -> bytes:
        """Print the page."""
        printed: bytes = self.page.pdf(path=self._pictures / f"{self.name}-{name}.pdf")
        return printed

    def rows(self) -> list[str]:
        """The names of the rows of the matrix that are seen."""
        names = self.page.locator("tr.row:visible th").all_inner_texts()
        return [str(name) for name in names]

    def close(self) -> None:
        """Close the page, but leave the browser open."""
        self._context.close()
