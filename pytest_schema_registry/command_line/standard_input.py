"""The standard input, which ``-`` stands for."""

from __future__ import annotations

import sys

NAME = "-"
LABEL = "standard input"


def read(limit: int = -1) -> bytes:
    """Read the standard input; a closed one is empty.

    Args:
        limit: The most bytes to read; -1 for all.
    """
    # Python has no stream for an input that is closed (`<&-`).
    return sys.stdin.buffer.read(limit) if sys.stdin else b""
