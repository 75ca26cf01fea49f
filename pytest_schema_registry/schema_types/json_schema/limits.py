"""Which schemas are too much for the engine, or to be explained, as their text says beforehand.

Nothing can interrupt the engine. It takes about 3 microseconds and 500 bytes for each character of
a pattern, 4 milliseconds for one with a Unicode class, and for one of many lookaheads the square of
their number at each check.
"""

from __future__ import annotations

from typing import Any

#: The longest pattern, in characters; as many lookaheads as it holds take 0.1 s at each check.
MAX_PATTERN = 50_000
#: The most characters that all patterns of a schema may have, which take about 0.6 s.
MAX_PATTERNS = 200_000
#: How many characters a Unicode class takes as long as.
UNICODE_CLASS = 500
#: The most values, and the most objects and arrays, of a schema whose violations are looked for.
MAX_VALUES = 500_000
MAX_NESTED = 60_000


def excess(text: str, content: Any) -> str | None:
    """What of a schema is too much for the engine; None where nothing is.

    Args:
        text: The schema as JSON.
        content: The same, parsed; not looked at in an ordinary schema.
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
    """Whether violations of a schema can be looked for in bounded time.

    Args:
        texts: The schema, and those that it refers to, as JSON.
    """
    nested = sum(text.count("{") + text.count("[") for text in texts)
    return nested <= MAX_NESTED and sum(text.count(",") for text in texts) <= MAX_VALUES


def _patterns(content: Any) -> set[str]:
    """Every text that may be a pattern, each once as the engine compiles it once."""
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
