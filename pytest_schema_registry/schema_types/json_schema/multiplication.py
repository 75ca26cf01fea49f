"""The limit of references that multiply, since nothing can interrupt the engine.

If each definition refers to the next one twice, the engine's work for one value doubles at each
step.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.schema_types.json_schema.references import base_uri

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Schema

#: The most subschemas that one value may be checked against. They take the engine about 15 ms.
MAX_UNFOLDED = 1_000_000


def refuse_multiplied(
    schema: Schema, content: Any, needed: dict[str, Schema], referred: dict[str, Any]
) -> None:
    """Refuse a schema whose definitions refer to each other so often that no check would end.

    Args:
        schema: The schema.
        content: Its content.
        needed: The other schemas that it needs, by the URI of the reference to them.
        referred: Their content, by the same URI.

    Raises:
        InvalidSchema: One value would be checked against too many subschemas.
    """
    if is_surely_small("".join((schema.text, *(each.text for each in needed.values())))):
        return
    from pytest_schema_registry.schema_types.json_schema.document import Document
    from pytest_schema_registry.schema_types.json_schema.unfolding import unfolded

    documents = {base_uri(schema): content, **referred}
    if unfolded(*(Document(document, uri) for uri, document in documents.items())) > MAX_UNFOLDED:
        reason = f"its references multiply: more than {MAX_UNFOLDED:,} subschemas for one value"
        raise InvalidSchema(str(schema), "#", reason, schema.origin)


def is_surely_small(text: str) -> bool:
    """Check whether a text has too few references for them to multiply beyond the limit.

    This saves most schemas the exact count of `unfolded`.

    Args:
        text: Schemas as JSON text.
    """
    # Chained references multiply the most in groups of three: n of them give up to 3 ** (n / 3)
    # ways. A subschema takes about 20 characters. The count of references misses an escaped
    # keyword, so a text with such an escape never counts as small.
    most = math.log(max(len(text) / 20, 1)) + text.count('ef"') / 3 * math.log(3)
    return most <= math.log(MAX_UNFOLDED) and "\\u00" not in text
