"""A schema of Avro in a document of the Core Schema Registry, which has JSON Schemas only.

The recording of a directory has such documents. They have two members more, ``schemaType`` and
``references``, with the words of the other protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.schemas import ListedReference

if TYPE_CHECKING:
    from pytest_schema_registry.registries.queries import RegisteredSchema

_AVRO = "AVRO"
_MEMBERS = ("name", "subject", "version")


def is_avro(document: dict[str, Any]) -> bool:
    """Check whether a document says that its schema is one of Avro."""
    return bool(document.get("schemaType") == _AVRO)


def references_fault(document: dict[str, Any]) -> str | None:
    """Return the reason why the references of a schema of Avro are none, or None."""
    listed = document.get("references")
    is_list = isinstance(listed, list) and all(
        isinstance(each, dict) and all(isinstance(each.get(key), str) for key in _MEMBERS)
        for each in listed
    )
    wanted = "objects with a 'name', a 'subject' and a 'version'"
    return None if is_list else f"'references' is not a list of {wanted}"


def facts(document: dict[str, Any]) -> dict[str, Any]:
    """Return what a document says of its schema's language, as fields of the schema."""
    if not is_avro(document):
        return {}
    listed = [ListedReference(*(each[key] for key in _MEMBERS)) for each in document["references"]]
    return {"schema_type": _AVRO, "references": tuple(listed)}


def members(found: RegisteredSchema) -> dict[str, Any]:
    """Return the members by which a document says that a schema is one of Avro, if it is."""
    if found.schema_type != _AVRO:
        return {}
    listed = [dict(zip(_MEMBERS, each, strict=True)) for each in found.references or ()]
    return {"schemaType": _AVRO, "references": listed}
