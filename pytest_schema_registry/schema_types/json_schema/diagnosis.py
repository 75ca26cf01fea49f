"""The diagnosis of a payload that does not conform: its violations, best match first.

jsonschema walks the schema and ranks the errors that it finds. The engine, jsonschema-rs, gives the
verdict on every single rule. So the two cannot disagree, and no regular expression of a schema ever
runs in Python's ``re``.

Only a failure imports this module, and with it jsonschema.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import referencing
import referencing.exceptions
from jsonschema import exceptions, validators
from referencing.jsonschema import specification_with

from pytest_schema_registry.json_values import canonical, json_path, json_pointer, value_at
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.schema_types.json_schema.description import HIDDEN, Describer
from pytest_schema_registry.schema_types.json_schema.drafts import METASCHEMAS
from pytest_schema_registry.schema_types.json_schema.explaining_validator import (
    ExplainingValidator,
    OutOfTime,
)
from pytest_schema_registry.schema_types.json_schema.limits import is_explainable
from pytest_schema_registry.schema_types.json_schema.references import (
    base_uri,
    document_name,
    nodes,
)
from pytest_schema_registry.schema_types.json_schema.refusal import MASK
from pytest_schema_registry.schemas import Violation
from pytest_schema_registry.text import cut, shown

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaValidator
    from pytest_schema_registry.schemas import Schema

MAX_VIOLATIONS = 10_000
SECONDS = 2.0
#: The most characters of the engine's own message.
MAX_MESSAGE = 500
# An attrs class, which a type checker cannot see through.
_Registry: Any = referencing.Registry


def diagnose(
    validator: JSONSchemaValidator, payload: Any, hide: Redaction
) -> tuple[Violation, ...]:
    """Return the violations of a payload that the engine refused, best match first.

    The search stops after 10,000 violations or 2 seconds. The result has at least one violation.

    Args:
        validator: The validator that refused the payload.
        payload: The payload as JSON.
        hide: The values to hide.

    Raises:
        InvalidSchema: A pattern of the schema takes too many steps to be decided.
    """
    schema, shelf = validator.schema, validator.schema_type.prepared
    # The engine is part of the key, since a reference may lead to another schema by now.
    known_as = (schema.name, schema.version, validator.engine)
    prepared = shelf.take(known_as)
    if prepared is None:
        if not is_explainable(schema.text, *map(canonical, validator.referred.values())):
            return (_unexplained(hide.applied(payload), "in so large a schema"),)
        prepared = _Prepared(validator)
    describer = Describer(payload, hide, prepared.locations, elsewhere=prepared.draft)
    relevance = exceptions.by_relevance()
    found: list[tuple[Any, Violation]] = []
    prepared.explaining.begin(time.monotonic() + SECONDS)
    errors = _errors(prepared, payload)
    try:
        for error in islice(errors, MAX_VIOLATIONS):
            key: Any = relevance(error)
            found.append((key[:1] + key[2:], describer.violation(error)))
    except OutOfTime:
        # The engine is not asked for its first error here: it may take as long, and nothing can
        # interrupt it.
        found = found or [((), _unexplained(describer.safe, f"in {SECONDS:g} s"))]
    except (RecursionError, referencing.exceptions.Unresolvable):
        pass
    else:
        errors.close()
        shelf.put(known_as, prepared, prepared.weight)
    if not found:
        return (_first(validator, payload, describer),)
    # The sort is stable, so violations of equal relevance stay in the schema's order.
    found.sort(key=lambda each: each[0], reverse=True)
    # What two rules say alike is reported once.
    once = {_said(each): each for _, each in reversed(found)}
    return tuple(reversed(once.values()))


def _said(violation: Violation) -> tuple[Any, ...]:
    return violation.path, violation.message, *map(_said, violation.causes)


class _Prepared:
    """The parts of an explanation that depend on the schema alone, kept for the next payload."""

    def __init__(self, validator: JSONSchemaValidator) -> None:
        schema = validator.schema
        content = schema.content
        stated = {"$schema": METASCHEMAS[validator.schema_type.default_draft]}
        default = validators.validator_for(stated)
        base: Any = validators.validator_for(content, default=default)
        self.base = base
        self.draft = base.ID_OF(base.META_SCHEMA)
        self.documents = {uri: _one_draft(each) for uri, each in validator.referred.items()}
        uri = base_uri(schema)
        self.documents[uri] = _one_draft(content)
        # Its relative references are resolved against its own identifier, where it has one.
        start = urljoin(uri, _resource(self.documents[uri], base).id() or "")
        self.root = {"$ref": start}
        self.locations = {id(self.root): "#", **_locations(schema, self.documents)}
        self.documents[start] = self.documents[uri]
        self.validator: Any = None
        self.explaining = ExplainingValidator(base, validator)

    @property
    def weight(self) -> int:
        """The memory that it takes, counted in objects of a schema."""
        return len(self.locations) + 100 * self.explaining.leaves


def _errors(prepared: _Prepared, payload: Any) -> Generator[Any]:
    """Yield the errors that the walk finds, and stop where a reference leads to no schema."""
    base, documents = prepared.base, prepared.documents
    resources = ((uri, _resource(document, base)) for uri, document in documents.items())
    try:
        if prepared.validator is None:
            registry: Any = _Registry().with_resources(resources)
            prepared.validator = prepared.explaining.validator_class(
                prepared.root, registry=registry
            )
        yield from prepared.validator.iter_errors(payload)
    except (AttributeError, TypeError, ValueError):
        # A reference may lead to a value that is no schema, at a place where no meta-schema looks.
        return


def _resource(content: Any, base: Any) -> Any:
    default = specification_with(base.ID_OF(base.META_SCHEMA))
    return referencing.Resource.from_contents(content, default_specification=default)


def _one_draft(schema: Any) -> Any:
    """Copy a schema without ``$schema``, at which jsonschema would switch to another class."""
    if isinstance(schema, list):
        return [_one_draft(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value if key in ("const", "enum") else _one_draft(value)
        for key, value in schema.items()
        if key != "$schema" or not isinstance(value, str)
    }


def _locations(schema: Schema, documents: dict[str, Any]) -> dict[int, str]:
    """Return the place of each object of the documents, by the object's ``id()``.

    An object keeps its identity, whichever references lead to it.
    """
    own = base_uri(schema)
    return {
        id(node): ("" if uri == own else document_name(schema, uri)) + json_pointer(path)
        for uri, document in documents.items()
        for path, node in nodes(document)
    }


def _unexplained(value: Any, limit: str) -> Violation:
    message = f"{shown(value)} does not conform; why could not be found {limit}"
    return Violation("$", "#", "", value, message)


def _first(validator: JSONSchemaValidator, payload: Any, describer: Describer) -> Violation:
    """Return the engine's own first error as a violation, for where the walk found none."""
    try:
        error = next(validator.engine.iter_errors(payload))
    except ValueError:  # the engine judges deeper values than it can report errors on
        return _unexplained(describer.safe, "so deep in it")
    path = describer.visible(error.instance_path)
    value = value_at(describer.safe, path)
    location = json_pointer(error.schema_path)
    # The path begins at the schema that has the keyword, which may be an embedded one. After a
    # reference, only the absolute location tells which schema that is.
    if "$ref" in error.evaluation_path and error.absolute_keyword_location:
        location = error.absolute_keyword_location
    message = cut(error.message.replace(MASK, shown(value)), MAX_MESSAGE)
    return Violation(
        path=json_path(path),
        schema_path=location,
        keyword=str(error.schema_path[-1]) if error.schema_path else "false",
        value=value,
        message=HIDDEN if value == REDACTED else message,
    )
