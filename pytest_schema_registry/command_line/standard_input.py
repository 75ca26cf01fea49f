"""The standard input, which ``-`` stands for."""

from __future__ import annotations

import io
import sys
from typing import BinaryIO

NAME = "-"
LABEL = "standard input"


def stream() -> BinaryIO:
    """Return the standard input; a closed one is empty."""
    # Python has no stream for an input that is closed (`<&-`).
    return sys.stdin.buffer if sys.stdin else io.BytesIO()
