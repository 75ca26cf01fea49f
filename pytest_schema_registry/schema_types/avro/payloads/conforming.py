"""The values that conform to a schema of Avro."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_schema_registry.schema_types.avro.payloads.documents import Documents
from pytest_schema_registry.schema_types.payloads import Payloads, compact

if TYPE_CHECKING:
    from typing import Any

    from pytest_schema_registry.schema_types.avro.validation import AvroValidator

_NONE = "no value conforms: the type contains itself in each of its values, or has none"


def conforming(validator: AvroValidator, limit: int) -> Payloads[Any]:
    """Return values that a validator accepts, see :meth:`SchemaType.conforming_payloads`."""
    documents = Documents(validator.walker)
    made = documents.of(validator.types.root)
    texts = sorted(set(map(compact, made)), key=lambda text: (len(text), text))
    found = [text for text in texts if validator.is_valid(validator.from_json(json.loads(text)))]
    reason = "" if found else documents.cut or _NONE
    lines = [reason or documents.cut]
    if found[limit:]:
        lines.append(f"{len(found) - limit} more values: left out, since the limit is {limit}")
    return Payloads(
        str(validator.schema),
        found[:limit],
        tuple(filter(None, lines)),
        reason,
        lambda _, document: validator.from_json(document),
    )
