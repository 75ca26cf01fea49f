"""The payloads that conform to a schema."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.json_values import canonical
from pytest_schema_registry.schema_types.json_schema.document import Document
from pytest_schema_registry.schema_types.json_schema.payloads.acceptance import Acceptance
from pytest_schema_registry.schema_types.json_schema.payloads.exploration import Exploration
from pytest_schema_registry.schema_types.json_schema.payloads.selection import select
from pytest_schema_registry.schema_types.json_schema.payloads.uncovered import uncovered, wanted_of
from pytest_schema_registry.schema_types.payloads import Payloads

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaValidator

#: The steps that the search may take: some 50 microseconds each.
_STEPS = 30_000


def conforming(validator: JSONSchemaValidator, limit: int) -> Payloads[Any]:
    """Return payloads that a validator accepts, see :meth:`SchemaType.conforming_payloads`."""
    found = explored(validator, limit)
    goals = wanted_of(found)
    chosen = select(found.examples, found.bits.of(goals), limit)
    shown = reduce(or_, (each.goals for each in chosen), 0)
    reason = "" if found.examples else why_none(found)
    lines = (reason,) if reason else tuple(uncovered(found, goals, shown, limit))
    texts = [each.text for each in chosen]
    return Payloads(str(validator.schema), texts, lines, reason, lambda _, made: made)


def why_none(found: Exploration) -> str:
    """Return the reason why an exploration has found no payload."""
    if found.is_cut:
        return "no payload that conforms was found in the steps that the search has"
    return "no payload that conforms was found: the rules may contradict each other"


def explored(validator: JSONSchemaValidator, most: int) -> Exploration:
    """Return the finished exploration of a validator's schema.

    Args:
        validator: The validator.
        most: The number of payloads after which those that show nothing new are dropped.
    """
    content = validator.bundled()
    engine = validator.engine
    if validator.referred:
        engine = validator.schema_type.engine(content, canonical(content), offline=True)
    document = Document(content)
    accepts = Acceptance(validator.schema_type, document).accepts
    found = Exploration(document, engine, validator.is_valid, accepts, _STEPS, 4 * most)
    found.run()
    return found
