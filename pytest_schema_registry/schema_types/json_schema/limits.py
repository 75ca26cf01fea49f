"""Limits on schemas, which are checked on their text before they are compiled or explained.

Nothing can interrupt the engine, so a schema that takes it too long is refused beforehand. To
compile a pattern, the engine takes about 3 microseconds and 500 bytes for each character, and for a
Unicode class as long as for hundreds of characters. To check a value against a pattern with many
lookaheads, it takes a time that grows with the square of their number.
"""

from __future__ import annotations

from typing import Any

#: The longest pattern, in characters. If it is full of lookaheads, each check takes 0.1 s.
MAX_PATTERN = 50_000
#: The most characters that all patterns of a schema may have. They take about 0.6 s to compile.
MAX_PATTERNS = 200_000
#: The number of characters that take as long as one Unicode class.
UNICODE_CLASS = 500
#: The most values, and the most objects and arrays, of a schema whose violations are explained.
MAX_VALUES = 500_000
MAX_NESTED = 60_000


def excess(text: str, content: Any) -> str | None:
    """Return why a schema is too much for the engine; None where it is not.

    Args:
        text: The schema as JSON text.
        content: The same schema, parsed. It is not read where the text alone shows no excess.
    """
    classes = text.count(r"\\p{") + text.count(r"\\P{")
    if len(text) <= MAX_PATTERN and classes * UNICODE_CLASS <= MAX_PATTERNS:
        return None
    if "attern" not in text and "\\u00" not in text:
        return None
    patterns = _patterns(content)
    longest = max(map(len, patterns), default=0)
    if longest > MAX_PATTERN:
        return f"it has a pattern of {longest:,} characters, where {MAX_PATTERN:,} are the most"
    size = sum(
        len(each) + UNICODE_CLASS * (each.count(r"\p{") + each.count(r"\P{")) for each in patterns
    )
    if size > MAX_PATTERNS:
        return f"its {len(patterns):,} patterns are too much to be compiled; split the schema"
    return None


def is_explainable(*texts: str) -> bool:
    """Check whether violations of a schema can be explained in bounded time.

    Args:
        texts: The schema and the schemas that it refers to, as JSON text.
    """
    nested = sum(text.count("{") + text.count("[") for text in texts)
    return nested <= MAX_NESTED and sum(text.count(",") for text in texts) <= MAX_VALUES


def _patterns(content: Any) -> set[str]:
    """Return every text that may be a pattern, each once because the engine compiles it once."""
    found: set[str] = set()
    pending = [content]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            pending += node.values()
            if isinstance(pattern := node.get("pattern"), str):
                found.add(pattern)
            if isinstance(rules := node.get("patternProperties"), dict):
                found |= rules.keys()
    return found
