"""The drafts of JSON Schema: their names, numbers and meta-schemas."""

from __future__ import annotations

from typing import Any, NamedTuple


class Draft(NamedTuple):
    """One draft.

    Args:
        name: Its name in settings and messages.
        number: A number that grows from draft to draft.
        metaschema: The URI of its meta-schema, which is the ``$schema`` of its schemas.
    """

    name: str
    number: int
    metaschema: str


#: The drafts that the engine knows, oldest first.
DRAFTS = (
    Draft("4", 4, "http://json-schema.org/draft-04/schema#"),
    Draft("6", 6, "http://json-schema.org/draft-06/schema#"),
    Draft("7", 7, "http://json-schema.org/draft-07/schema#"),
    Draft("2019-09", 2019, "https://json-schema.org/draft/2019-09/schema"),
    Draft("2020-12", 2020, "https://json-schema.org/draft/2020-12/schema"),
)
LATEST = DRAFTS[-1]
METASCHEMAS = {draft.name: draft.metaschema for draft in DRAFTS}
_BY_NUMBER = {draft.number: draft for draft in DRAFTS}
_NUMBERS = {draft.name: draft.number for draft in DRAFTS}
#: The segment of a meta-schema's URI that names the draft. Schemas spell the rest differently.
_SEGMENTS = {draft.metaschema.split("/")[-2]: draft.number for draft in DRAFTS}
# The engine refuses draft 3, but a part of a schema may state it.
_SEGMENTS["draft-03"] = 3


def number_of(name: str) -> int:
    """Return the number of the draft that has a name."""
    return _NUMBERS[name]


def draft_numbered(number: int) -> Draft:
    """Return the draft that has a number."""
    return _BY_NUMBER[number]


def draft_of(root: Any) -> int:
    """Return the number of the draft that a schema states; like the engine, by default the latest.

    Args:
        root: The schema.
    """
    stated = root.get("$schema") if isinstance(root, dict) else None
    if isinstance(stated, str):
        for segment, number in _SEGMENTS.items():
            if segment in stated:
                return number
    return LATEST.number


def identifier_of(number: int) -> str:
    """Return the keyword that identifies a schema in a draft."""
    return "id" if number <= 4 else "$id"
