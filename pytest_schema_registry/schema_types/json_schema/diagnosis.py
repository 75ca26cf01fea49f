"""The diagnosis of a payload that does not conform: its violations, best match first.

jsonschema walks the schema and ranks the errors that it finds. The engine, jsonschema-rs, gives the
verdict on every single rule. So the two cannot disagree, and no regular expression of a schema ever
runs in Python's ``re``.

This module and ``explaining_validator`` are the only importers of jsonschema, and only a failure
imports them.
"""

from __future__ import annotations

import time
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import referencing
import referencing.exceptions
from jsonschema import exceptions, validators
from referencing.jsonschema import specification_with

from pytest_schema_registry.json_values import canonical, json_path, json_pointer
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.schema_types.json_schema.blame import MASK
from pytest_schema_registry.schema_types.json_schema.drafts import METASCHEMAS
from pytest_schema_registry.schema_types.json_schema.explaining_validator import (
    DRAFT_4_FLAGS,
    OutOfTime,
    Walk,
)
from pytest_schema_registry.schema_types.json_schema.limits import is_explainable
from pytest_schema_registry.schema_types.json_schema.messages import sentence
from pytest_schema_registry.schema_types.json_schema.references import (
    base_uri,
    document_name,
    places,
)
from pytest_schema_registry.schemas import Violation
from pytest_schema_registry.text import cut, shown

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaValidator
    from pytest_schema_registry.schemas import Schema

MAX_VIOLATIONS = 10_000
SECONDS = 2.0
#: The most characters of the engine's own message.
MAX_MESSAGE = 500
#: The keywords whose violation names a property of the payload.
QUOTING = frozenset({"additionalProperties", "unevaluatedProperties"})
#: The message on a hidden value where the rule's own message may quote a name in that value.
HIDDEN = f"{shown(REDACTED)} has something that the schema does not allow"

# An attrs class, which a type checker cannot see through.
_Registry: Any = referencing.Registry


def diagnose(
    validator: JSONSchemaValidator, payload: Any, hide: Redaction
) -> tuple[Violation, ...]:
    """Return the violations of a payload that the engine refused, best match first.

    The search stops after 10,000 violations or 2 seconds. The result has at least one violation.

    Args:
        validator: The schema that refused the payload.
        payload: The payload as JSON.
        hide: The rules by which values are hidden.

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
    describe = _Describe(payload, hide, prepared.locations, elsewhere=prepared.draft)
    relevance = exceptions.by_relevance()
    found: list[tuple[Any, Violation]] = []
    prepared.walk.begin(time.monotonic() + SECONDS)
    errors = _errors(prepared, payload)
    try:
        for error in islice(errors, MAX_VIOLATIONS):
            key: Any = relevance(error)
            found.append((key[:1] + key[2:], describe(error)))
    except OutOfTime:
        # The engine is not asked for its first error here: it may take as long, and nothing can
        # interrupt it.
        found = found or [((), _unexplained(describe.safe, f"in {SECONDS:g} s"))]
    except (RecursionError, referencing.exceptions.Unresolvable):
        pass
    else:
        errors.close()
        shelf.put(known_as, prepared, prepared.weight)
    if not found:
        return (_first(validator, payload, describe),)
    # The sort is stable, so violations of equal relevance stay in the schema's order.
    found.sort(key=lambda each: each[0], reverse=True)
    # A rule that two references lead to is reported once.
    once = {(each.path, each.schema_path, each.message): each for _, each in reversed(found)}
    return tuple(reversed(once.values()))


class _Prepared:
    """The parts of a walk through a schema that do not depend on the payload."""

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
        self.walker: Any = None
        self.walk = Walk(base, validator)

    @property
    def weight(self) -> int:
        """The memory that it takes, counted in objects of a schema."""
        return len(self.locations) + 100 * self.walk.leaves


def _errors(prepared: _Prepared, payload: Any) -> Generator[Any]:
    """Yield the errors that the walk finds, and stop where a reference leads to no schema."""
    base, documents = prepared.base, prepared.documents
    resources = ((uri, _resource(document, base)) for uri, document in documents.items())
    try:
        if prepared.walker is None:
            registry: Any = _Registry().with_resources(resources)
            prepared.walker = prepared.walk.validator(prepared.root, registry=registry)
        yield from prepared.walker.iter_errors(payload)
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
        for path, node in places(document)
    }


def _unexplained(value: Any, limit: str) -> Violation:
    message = f"{shown(value)} does not conform; why could not be found {limit}"
    return Violation("$", "#", "", value, message)


def _first(validator: JSONSchemaValidator, payload: Any, describe: _Describe) -> Violation:
    """Return the engine's own first error as a violation, for where the walk found none."""
    try:
        error = next(validator.engine.iter_errors(payload))
    except ValueError:  # the engine judges deeper values than it can report errors on
        return _unexplained(describe.safe, "so deep in it")
    path = describe.visible(error.instance_path)
    value = _at(describe.safe, path)
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


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


class _Describe:
    """A callable that turns jsonschema's errors into violations.

    Args:
        payload: The payload's JSON form.
        redaction: The rules by which values are hidden.
        locations: The place of each object of the schemas, by the object's ``id()``.
        elsewhere: The location of a rule that is in none of the schemas: the URI of the metaschema,
            to which a schema may refer without the registry.
    """

    def __init__(
        self, payload: Any, redaction: Redaction, locations: dict[int, str], *, elsewhere: str
    ) -> None:
        self.safe = redaction.applied(payload)
        self._payload = payload
        self._locations = locations
        self._elsewhere = elsewhere

    def __call__(self, error: Any) -> Violation:
        whole = tuple(error.absolute_path)
        path = self.visible(whole)
        value = _at(self.safe, path)
        keyword = error.validator or "false"
        causes: tuple[Violation, ...] = ()
        if error.context and not _types(error):
            causes = tuple(self(each) for each in _closest(error.context))
        text = shown(value)
        is_name = isinstance(error.instance, str) and isinstance(_at(self._payload, whole), dict)
        if is_name:
            text = f"the property name {shown(error.instance)}"
        message = _message(error, keyword, text)
        if value == REDACTED and (is_name or keyword in QUOTING):
            message = HIDDEN
        return Violation(
            path=json_path(path),
            schema_path=self._location(error),
            keyword=keyword,
            value=value,
            message=message,
            causes=causes,
        )

    def visible(self, path: Sequence[str | int]) -> Sequence[str | int]:
        """Return the part of a path that may be shown: in a hidden value, names are hidden, too."""
        value = self.safe
        for end, step in enumerate(path):
            if value == REDACTED:
                return path[:end]
            value = value[step]
        return path

    def _location(self, error: Any) -> str:
        """Return the location of a rule in the schema that contains it."""
        parent = self._locations.get(id(error.schema))
        if parent is None:
            return self._elsewhere
        if error.validator is not None:
            return parent + json_pointer((error.validator,)).removeprefix("#")
        # A false schema has no identity of its own. So it is found from the object around it.
        steps = tuple(error.absolute_schema_path)
        for below in (steps[-2:], steps[-1:]):
            node = error.schema
            for step in below:
                node = _child(node, step)
            if node is False:
                return parent + json_pointer(below).removeprefix("#")
        return parent


def _message(error: Any, keyword: str, text: str) -> str:
    match keyword:
        case "required" | "dependentRequired" | "dependencies":
            return str(error.message)
        case "additionalProperties" | "unevaluatedProperties":
            return str(error.message)
        case "false":
            return f"{text} is not allowed: the schema allows nothing here"
        case "minimum" | "maximum" if error.schema.get(DRAFT_4_FLAGS[keyword]) is True:
            keyword = DRAFT_4_FLAGS[keyword]
        case "anyOf" | "oneOf" if error.context:
            if types := _types(error):
                return sentence("type", text, error.instance, types)
        case "oneOf":
            return (
                f"{text} matches more than one of the {len(error.validator_value)} alternatives, "
                "where exactly one is asked for"
            )
    return sentence(keyword, text, error.instance, error.validator_value)


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _closest(errors: Sequence[Any]) -> list[Any]:
    """Return the errors of the branch that came closest."""

    def distance(branch: list[Any]) -> tuple[bool, bool, bool, int]:
        # A value of another type, or with another tag of a discriminated union, was not meant for
        # this branch.
        type_differs = any(each.validator == "type" and not each.path for each in branch)
        tag_differs = any(each.validator == "const" for each in branch)
        choice_differs = any(each.validator == "enum" for each in branch)
        return type_differs, tag_differs, choice_differs, len(branch)

    branches = [list(each) for _, each in groupby(errors, key=_branch)]
    return min(branches, key=distance)


def _branch(error: Any) -> Any:
    return error.schema_path[0]


def _types(error: Any) -> list[str]:
    """Return the types that alternatives ask for; empty where they ask for anything else."""
    if any(each.validator != "type" or each.path for each in error.context):
        return []
    asked = [each.validator_value for each in error.context]
    names = (name for types in asked for name in ([types] if isinstance(types, str) else types))
    return list(dict.fromkeys(names))
