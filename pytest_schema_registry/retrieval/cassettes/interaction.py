"""A recorded request and its response."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What only a cassette of ours has. Another tool may keep its cassettes in the same directory.
OURS = b"\n  recorded_at:\n"
#: The line break and indentation before each line of a body, in the layout that we write.
MARGIN = "\n" + 8 * " "
#: Matches what YAML cannot hold in a literal block; JSON can escape it.
UNPRINTABLE = re.compile(
    "[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010fffd]"
)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One recorded request and its response, as vcrpy calls them.

    Args:
        uri: The address that was requested.
        status: The HTTP status of the response.
        body: The JSON text of the response; empty where it has none.
        recorded_at: The time of recording, in seconds since the epoch; None where the cassette does
            not tell it.
        method: The HTTP method of the request.
        margin: The line break and indentation before each line of the body. JSON ignores them;
            without the indentation, the body is as it was recorded.
    """

    uri: str
    status: int
    body: str
    recorded_at: float | None
    method: str = "GET"
    margin: str = "\n"

    @property
    def text(self) -> str:
        """The body as it was recorded."""
        return self.body.replace(self.margin, "\n").removeprefix("\n")
