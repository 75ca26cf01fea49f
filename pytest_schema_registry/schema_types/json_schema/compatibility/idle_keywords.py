"""The removal of keywords that refuse nothing, which a comparison would take for a difference.

The pattern `[a-z]*` is one: it has no anchors, so it is found in every text, as an empty match
(2020-12 Validation, section 6.3.3). Up to draft 7, the engine reads content, but of few kinds.
"""

import re
from typing import Any

from pytest_schema_registry.schema_types.json_schema.compatibility.engine import (
    Checker,
    Patterns,
)
from pytest_schema_registry.schema_types.json_schema.document import Document, Schema
from pytest_schema_registry.schema_types.json_schema.drafts import METASCHEMAS

CONTENT = frozenset({"contentMediaType", "contentEncoding"})
_LAST_ASSERTING = 7
#: A text that is no content of any kind, in no encoding.
_NO_CONTENT = "\0é{="
#: The escapes that stand for characters, and the start of a class of all other characters.
_CHARACTERS = re.compile(r"\\[dDwWsSnrtfv.\-/*+?()\[\]{}|\\]|\[\^")
#: Whatever may stand for a place in the text, or for what a group has matched.
_PLACES = re.compile(r"[\^$\\]|\(\?(?!:)")


def without_idle_keywords(schema: Schema) -> Schema:
    """Remove the patterns and the kinds of content that refuse no value.

    Args:
        schema: A valid schema, which is changed in place.
    """
    document = Document(schema)
    patterns = Patterns()
    for _, part in document.subschemas:
        if isinstance(part.get("pattern"), str) and is_in_every_text(part["pattern"], patterns):
            del part["pattern"]
        if document.draft <= _LAST_ASSERTING and not asserts_content(part, document.draft):
            for word in part.keys() & CONTENT:
                del part[word]
    return schema


def is_in_every_text(pattern: str, patterns: Patterns) -> bool:
    """Check whether it is plain that a pattern is found in every text.

    It is if it matches the empty text, and nothing in it depends on the place of the match.
    """
    is_placed = _PLACES.search(_CHARACTERS.sub("", pattern)) is not None
    return not is_placed and patterns.matches(pattern, "")


def asserts_content(rule: dict[str, Any], draft: int) -> bool:
    """Check whether the engine refuses a text that is no content of the kind that a schema states.

    Args:
        rule: The schema.
        draft: Its draft. From 2019-09 on, content is an annotation (validation, section 8.2).
    """
    content = {word: rule[word] for word in rule.keys() & CONTENT}
    if not content or draft > _LAST_ASSERTING:
        return False
    schema = {"$schema": METASCHEMAS[str(draft)], **content}
    return not Checker(schema, formats=False).accepts(_NO_CONTENT)
