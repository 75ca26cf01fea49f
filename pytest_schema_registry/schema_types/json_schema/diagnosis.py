"""What is wrong with a payload that does not conform: its violations, best match first.

jsonschema walks the schema and ranks what it finds; the verdict on every single rule is the
engine's own, so that the two cannot disagree, and no regular expression of a schema ever runs in
Python's ``re``. With ``walk`` the only importer of jsonschema; only a failure imports them.
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
from pytest_schema_registry.schema_types.json_schema.explaining_validator import (
    DRAFT_4_FLAGS,
    OutOfTime,
    Walk,
)
from pytest_schema_registry.schema_types.json_schema.limits import is_explainable
from pytest_schema_registry.schema_types.json_schema.references import (
    base_uri,
    document_name,
    places,
)
from pytest_schema_registry.schemas import Violation
from pytest_schema_registry.text import cut, sentence, shown

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.schema_types.json_schema.validation import Compiled, Conformance
    from pytest_schema_registry.schemas import Schema

MAX_VIOLATIONS = 10_000
SECONDS = 2.0
#: The most characters of the engine's own words.
MAX_MESSAGE = 500
#: The keywords whose violation names a property of the payload.
QUOTING = frozenset({"additionalProperties", "unevaluatedProperties"})
#: What is said of a value that is never shown, where a rule's own words may quote a name in it.
HIDDEN = f"{shown(REDACTED)} has something that the schema does not allow"

# An attrs class, which a type checker cannot see through.
_Registry: Any = referencing.Registry

_DRAFTS: dict[str, Any] = {
    "4": validators.Draft4Validator,
    "6": validators.Draft6Validator,
    "7": validators.Draft7Validator,
    "2019-09": validators.Draft201909Validator,
    "2020-12": validators.Draft202012Validator,
}


def diagnose(
    compiled: Compiled, payload: Any, conformance: Conformance, redaction: Redaction
) -> tuple[Violation, ...]:
    """The violations of a payload that the engine refused, best match first.

    At most 10,000 of them, and those that are found within 2 seconds; never none.

    Args:
        compiled: The schema that refused it.
        payload: The payload's JSON form.
        conformance: Judges single rules.
        redaction: Hides values.

    Raises:
        InvalidSchema: A pattern of the schema takes too many steps to be decided.
    """
    schema = compiled.schema
    # By the validator: what the schema refers to may be another by now.
    known_as = (schema.name, schema.version, compiled.validator)
    prepared = conformance.prepared.take(known_as)
    if prepared is None:
        if not is_explainable(schema.text, *map(canonical, compiled.referred.values())):
            return (_unexplained(redaction.applied(payload), "in so large a schema"),)
        prepared = _Prepared(compiled, conformance)
    describe = _Describe(payload, redaction, prepared.locations, elsewhere=prepared.draft)
    relevance = exceptions.by_relevance()
    found: list[tuple[Any, Violation]] = []
    prepared.walk.begin(time.monotonic() + SECONDS)
    errors = _errors(prepared, payload)
    try:
        for error in islice(errors, MAX_VIOLATIONS):
            key: Any = relevance(error)
            found.append((key[:1] + key[2:], describe(error)))
    except OutOfTime:
        # The engine would take as long, and cannot be interrupted.
        found = found or [((), _unexplained(describe.safe, f"in {SECONDS:g} s"))]
    except (RecursionError, referencing.exceptions.Unresolvable):
        pass
    else:
        errors.close()
        conformance.prepared.put(known_as, prepared, prepared.weight)
    if not found:
        return (_first(compiled, payload, describe),)
    # Stable, so that what is equally relevant stays in the schema's order.
    found.sort(key=lambda each: each[0], reverse=True)
    # What two rules refer to is refused once.
    once = {(each.path, each.schema_path, each.message): each for _, each in reversed(found)}
    return tuple(reversed(once.values()))


class _Prepared:
    """What a walk through a schema begins with, whatever the payload."""

    def __init__(self, compiled: Compiled, conformance: Conformance) -> None:
        schema = compiled.schema
        content = schema.content
        base: Any = validators.validator_for(content, default=_DRAFTS[conformance.default_draft])
        self.base = base
        self.draft = base.ID_OF(base.META_SCHEMA)
        self.documents = {uri: _one_draft(each) for uri, each in compiled.referred.items()}
        uri = base_uri(schema)
        self.documents[uri] = _one_draft(content)
        # Its relative references are relative to its own identifier, where it has one.
        start = urljoin(uri, _resource(self.documents[uri], base).id() or "")
        self.root = {"$ref": start}
        self.locations = {id(self.root): "#", **_locations(schema, self.documents)}
        self.documents[start] = self.documents[uri]
        self.walker: Any = None
        self.walk = Walk(base, compiled, conformance)

    @property
    def weight(self) -> int:
        """How much memory it takes, in objects of a schema."""
        return len(self.locations) + 100 * self.walk.leaves


def _errors(prepared: _Prepared, payload: Any) -> Generator[Any]:
    """What the walk finds, as far as what it comes to is a schema."""
    base, documents = prepared.base, prepared.documents
    resources = ((uri, _resource(document, base)) for uri, document in documents.items())
    try:
        if prepared.walker is None:
            registry: Any = _Registry().with_resources(resources)
            prepared.walker = prepared.walk.validator(prepared.root, registry=registry)
        yield from prepared.walker.iter_errors(payload)
    except (AttributeError, TypeError, ValueError):
        # A reference may lead to where no meta-schema has looked, and to what is none.
        return


def _resource(content: Any, base: Any) -> Any:
    default = specification_with(base.ID_OF(base.META_SCHEMA))
    return referencing.Resource.from_contents(content, default_specification=default)


def _one_draft(schema: Any) -> Any:
    """A copy without ``$schema``, at which jsonschema would go on with a class of its own."""
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
    """Where each object of the documents stands, by its identity: no reference leads astray."""
    own = base_uri(schema)
    return {
        id(node): ("" if uri == own else document_name(schema, uri)) + json_pointer(path)
        for uri, document in documents.items()
        for path, node in places(document)
    }


def _unexplained(value: Any, limit: str) -> Violation:
    message = f"{shown(value)} does not conform; why could not be found {limit}"
    return Violation("$", "#", "", value, message)


def _first(compiled: Compiled, payload: Any, describe: _Describe) -> Violation:
    """The engine's own first error, where the walk found none."""
    try:
        error = next(compiled.validator.iter_errors(payload))
    except ValueError:  # its verdict goes deeper than its errors
        return _unexplained(describe.safe, "so deep in it")
    path = describe.visible(error.instance_path)
    value = _at(describe.safe, path)
    location = json_pointer(error.schema_path)
    # The path is the one within the schema, embedded or not, that the keyword stands in.
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
    """jsonschema's errors as violations.

    Args:
        payload: The payload's JSON form.
        redaction: Hides values.
        locations: Where each object of the schema stands, by its identity.
        elsewhere: The metaschema, which needs no registry to be referred to.
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
        """A path as far as it may be shown: in what is hidden, the names are hidden, too."""
        value = self.safe
        for end, step in enumerate(path):
            if value == REDACTED:
                return path[:end]
            value = value[step]
        return path

    def _location(self, error: Any) -> str:
        """The place of a rule in the schema that it is written in."""
        parent = self._locations.get(id(error.schema))
        if parent is None:
            return self._elsewhere
        if error.validator is not None:
            return parent + json_pointer((error.validator,)).removeprefix("#")
        # A false schema has no identity, so it is found from the object around it.
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
    """The errors of the branch that came closest."""

    def distance(branch: list[Any]) -> tuple[bool, bool, bool, int]:
        # Another type is another branch, and so is another tag of a discriminated union.
        type_differs = any(each.validator == "type" and not each.path for each in branch)
        tag_differs = any(each.validator == "const" for each in branch)
        choice_differs = any(each.validator == "enum" for each in branch)
        return type_differs, tag_differs, choice_differs, len(branch)

    branches = [list(each) for _, each in groupby(errors, key=_branch)]
    return min(branches, key=distance)


def _branch(error: Any) -> Any:
    return error.schema_path[0]


def _types(error: Any) -> list[str]:
    """The types that alternatives ask for, where they ask for nothing else."""
    if any(each.validator != "type" or each.path for each in error.context):
        return []
    asked = [each.validator_value for each in error.context]
    names = (name for types in asked for name in ([types] if isinstance(types, str) else types))
    return list(dict.fromkeys(names))
