"""Limits on schemas, which are checked on their text before they are compiled or explained.

Nothing can interrupt the engine, so a schema that takes it too long is refused beforehand. To
compile a pattern, the engine takes about 3 microseconds and 500 bytes for each character, and for a
Unicode class as long as for hundreds of characters. To check a value against a pattern with many
lookaheads, it takes a time that grows with the square of their number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import duplicate_keys
from pytest_schema_registry.errors import InvalidSchema

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Schema

#: The longest pattern, in characters. If it is full of lookaheads, each check takes 0.1 s.
MAX_PATTERN = 50_000
#: The most characters that all patterns of a schema may have. They take about 0.6 s to compile.
MAX_PATTERNS = 200_000
#: The largest compiled pattern, in bytes. It takes about 2 s to compile: `^.{1,65535}$` is smaller.
MAX_COMPILED = 128 * 1024 * 1024
#: The most that all quantifiers may add to that, in characters repeated. It takes about 10 s.
MAX_REPEATED = 4_000_000
#: The number of characters that take as long as one Unicode class.
UNICODE_CLASS = 500
#: The most values, and the most objects and arrays, of a schema whose violations are explained.
MAX_VALUES = 500_000
MAX_NESTED = 60_000
_NESTED = (dict, list)
#: Matches a quantifier that repeats ten times or more.
_LARGE = re.compile(r"\{(?:\d+,)?\d{2,}")
#: Matches what a quantifier repeats, or a quantifier.
_PART = re.compile(
    r"\{(?P<count>\d{1,9}(?:,\d{0,9})?)\}|\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\.|.", re.DOTALL
)
#: The weight of a part that is not one character, by its first two.
_WEIGHTS = {r"\p": 250, r"\P": 250, ".": 6, r"\S": 6, r"\W": 6, r"\D": 6}


def read(schema: Schema) -> Any:
    """Return the content of a schema that all readers read alike, and that the engine can stand.

    A large schema takes long to read, so its compilation reads it only here. The content is None
    where the text is no JSON.

    Raises:
        InvalidSchema: An object in it has a key twice, its patterns are so large that the engine
            hangs, or its text is no UTF-8: on Python 3.13, that kills the engine's process.
    """
    try:
        schema.text.encode()
    except UnicodeError:
        why = "a text in it has half a surrogate pair, which has no UTF-8"
        raise InvalidSchema(str(schema), "#", why, schema.origin) from None
    try:
        content = duplicate_keys.read(schema.text)
    except duplicate_keys.KeyTwice as exc:
        raise InvalidSchema(str(schema), exc.pointer, str(exc), schema.origin) from None
    except (ValueError, RecursionError):
        return None  # the engine reports this
    if (reason := excess(schema.text, content)) is not None:
        raise InvalidSchema(str(schema), "#", reason, schema.origin)
    return content


def excess(text: str, content: Any) -> str | None:
    """Return why a schema is too much for the engine; None where it is not.

    Args:
        text: The schema as JSON text.
        content: The same schema, parsed. It is not read where the text alone shows no excess.
    """
    classes = text.count(r"\\p{") + text.count(r"\\P{")
    is_small = len(text) <= MAX_PATTERN and classes * UNICODE_CLASS <= MAX_PATTERNS
    if is_small and _LARGE.search(text) is None:
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
    # One pattern alone may be so large: the engine refuses it then.
    if len(patterns) > 1 and sum(map(_repeated, patterns)) > MAX_REPEATED:
        return (
            f"the quantifiers of its {len(patterns):,} patterns are too much to be compiled; "
            "limit lengths with maxLength"
        )
    return None


def _repeated(pattern: str) -> int:
    """Return about how many characters the quantifiers of a pattern make of it."""
    # For each group around a token: its own weight so far, and that of its last part.
    groups = [[0, 0]]
    for token in _PART.finditer(pattern):
        if token["count"]:
            most = max(int(number) for number in token["count"].split(",") if number)
            groups[-1][1] *= most
        elif token[0] == "(":
            groups.append([0, 0])
        elif token[0] == ")" and len(groups) > 1:
            whole, last = groups.pop()
            groups[-1] = [sum(groups[-1]), whole + last]
        else:
            groups[-1] = [sum(groups[-1]), _weight(token[0])]
    return sum(map(sum, groups))


def _weight(part: str) -> int:
    if part[0] == "[":
        return 250 if r"\p" in part.lower() else 6
    return _WEIGHTS.get(part[:2], 1)


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
    for node in pending:  # grows while it is walked
        if isinstance(node, dict):
            if isinstance(pattern := node.get("pattern"), str):
                found.add(pattern)
            if isinstance(rules := node.get("patternProperties"), dict):
                found |= rules.keys()
            node = node.values()  # noqa: PLW2901  # or the list, whose values are themselves
        pending += [value for value in node if isinstance(value, _NESTED)]
    return found
