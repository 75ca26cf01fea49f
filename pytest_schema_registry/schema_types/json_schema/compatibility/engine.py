"""The engine as a comparison uses it: compiles schemas, checks payloads, proves containment.

No other module of the comparison imports jsonschema_rs. This one passes `offline=True` everywhere:
the engine would otherwise fetch a remote `$ref` itself, past every guard that Python code or a test
suite can set up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pytest_schema_registry.json_values import READER, canonical
from pytest_schema_registry.schema_types.json_schema.document import Document, Schema, subschemas
from pytest_schema_registry.schema_types.json_schema.patterns import (
    is_misread,
    patterns_of,
    respelled_schema,
)
from pytest_schema_registry.schema_types.json_schema.unfolding import unfolded
from pytest_schema_registry.schema_types.schema_type import NotASchema

if TYPE_CHECKING:
    import jsonschema_rs

_UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")
_EVALUATING = ("if", "$ref", "$dynamicRef", "$recursiveRef")
_CLOSING = (("additionalProperties",), ("unevaluatedProperties",))
#: Each format of the standard refuses at least one of these texts.
OF_NO_FORMAT = ("", "x", "(", "{", "%", "~2", "\\ ^<>", "http://[", "-x-.", "\0")
#: The engine checks a value against about this many subschemas in one step of a budget.
_CHECKED_IN_A_STEP = 500
# The engine collects all failures before it yields the first one, some 50 microseconds each.
_MOST_EXPLAINED = 4_000
#: The largest compiled pattern, in bytes. A comparison compiles each one dozens of times.
_MAX_COMPILED = 32 * 1024 * 1024
Verdict = Literal["yes", "no", "unknown"]


class UnresolvableReference(Exception):
    """A reference leads out of the document."""


class TooDeep(Exception):
    """A schema nests deeper than the engine goes."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which a payload breaks a schema.

    Args:
        path: Keys from the payload's root to the value that fails.
        member: The missing or unexpected member or element of that value, None if there is none.
        keys: Keys from the schema's root, or from that of an embedded resource, to the keyword.
        kind: The engine's name of the kind of failure.
        message: The engine's message.
    """

    path: tuple[str | int, ...]
    member: str | int | None
    keys: tuple[str, ...]
    kind: str
    message: str


class Checker:
    """One compiled schema.

    Args:
        schema: The schema to compile.
        formats: Whether `format` is asserted; never left to the draft's default.

    Raises:
        NotASchema: The schema does not follow its meta-schema.
        UnresolvableReference: It refers to something outside itself.
        TooDeep: It nests deeper than the engine goes.
    """

    def __init__(self, schema: Schema, *, formats: bool) -> None:
        import jsonschema_rs

        try:
            self._validator = _compiled(schema, formats=formats)
        except jsonschema_rs.ValidationError as error:
            if error.kind.name == "$ref" or isinstance(
                error.kind, jsonschema_rs.ValidationErrorKind.Referencing
            ):
                raise UnresolvableReference(error.message) from error
            raise NotASchema(error.message) from error
        except (ValueError, TypeError) as error:
            if "ecursion limit" in str(error):
                raise TooDeep(str(error)) from error
            raise NotASchema(str(error)) from error
        self.schema = schema

    @cached_property
    def document(self) -> Document:
        """The schema with its references."""
        return Document(self.schema)

    @cached_property
    def size(self) -> int:
        """The number of subschemas that one value may be checked against."""
        return unfolded(self.document)

    @property
    def cost(self) -> int:
        """The steps of a budget that one check may take."""
        return 1 + self.size // _CHECKED_IN_A_STEP

    def accepts(self, payload: Any) -> bool:
        """Check whether a payload is valid. A payload that the engine cannot read is invalid."""
        try:
            return self._validator.is_valid(payload)
        except (ValueError, OverflowError):
            return False

    def failures(self, payload: Any) -> list[Failure]:
        """Return every way in which a payload fails, including those in the branches of unions.

        A schema that explodes when its references are followed gets one failure, which says only
        that the payload is refused: listing all of them would take too long.
        """
        if self.size > _MOST_EXPLAINED:
            return [Failure((), None, (), "", "the payload is refused")]
        return list(_failures(self._validator.iter_errors(payload), payload))

    def gives_up_on(self, payload: Any) -> bool:
        """Check whether the engine cannot decide if some pattern matches a text of this payload.

        The engine then calls the payload invalid, or under a `not` valid. Neither is a fact.
        """
        texts = set(_texts(payload)) if self._patterns else ()
        return any(not _decided(pattern, text) for pattern in self._patterns for text in texts)

    @cached_property
    def _patterns(self) -> "list[jsonschema_rs.Validator]":
        compiled = map(_compile, {each.pattern for each in patterns_of(self.schema)})
        return [pattern for pattern in compiled if pattern is not None]


class Patterns:
    """A matcher for patterns, which keeps the compiled ones.

    It uses the engine, which bounds the backtracking and reads a pattern as it does for payloads.
    """

    def __init__(self) -> None:
        # To compile a pattern takes far longer than to match one: without this, comparisons of
        # schemas with patterns take two thirds longer.
        self._compiled: dict[str, jsonschema_rs.Validator | None] = {}

    def matches(self, pattern: str, text: str) -> bool:
        """Check whether a text matches. A pattern that does not compile matches nothing."""
        if pattern not in self._compiled:
            self._compiled[pattern] = _compile(pattern)
        validator = self._compiled[pattern]
        return validator is not None and validator.is_valid(text)


def asserts(name: str, dialect: str | None) -> bool:
    """Check by trying whether the engine asserts a format in a dialect.

    Args:
        name: The format.
        dialect: The value of `$schema`, None for the engine's default.
    """
    schema = {"format": name, **({"$schema": dialect} if dialect else {})}
    checker = Checker(schema, formats=True)
    return not all(checker.accepts(text) for text in OF_NO_FORMAT)


def metaschema(uri: str) -> dict[str, Any]:
    """Return a copy of a meta-schema as the engine has it; for draft 4, it asserts less.

    Args:
        uri: The URI of a meta-schema up to draft 7, without a fragment.
    """
    import jsonschema_rs

    referring: dict[str, Any] = {"$schema": uri, "allOf": [{"$ref": uri}]}
    found: dict[str, Any] = jsonschema_rs.bundle(referring, offline=True)["definitions"][uri]
    return found


def covers(consumer: Schema, producer: Schema, *, formats: bool) -> Verdict:
    """Ask the engine to prove that the consumer admits every value the producer admits.

    The engine's canonical form is young. The answer is "unknown" for whatever it cannot combine:
    different drafts, a root recursion on both sides, keywords that it does not model.
    """
    import jsonschema_rs

    if _is_misjudged(consumer) or _is_misjudged(producer):
        return "unknown"
    try:
        ours = jsonschema_rs.canonicalize(
            _as_read(consumer), validate_formats=formats, offline=True
        )
        theirs = jsonschema_rs.canonicalize(
            _as_read(producer), validate_formats=formats, offline=True
        )
        answer = ours.covers(theirs)
    except (ValueError, TypeError):
        return "unknown"
    if answer == jsonschema_rs.canonical.Containment.YES:
        return "yes"
    return "no" if answer == jsonschema_rs.canonical.Containment.NO else "unknown"


def _is_misjudged(schema: Schema) -> bool:
    """Check whether the canonical form of a schema is known to be wrong or to end the process.

    The engine loses what an `if` or a reference beside `unevaluated…` evaluates (jsonschema-rs
    0.61). A recursion there never ends.
    """
    keywords = {word for _, subschema in subschemas(schema) for word in subschema}
    return not keywords.isdisjoint(_UNEVALUATED) and not keywords.isdisjoint(_EVALUATING)


def _failures(errors: "Iterable[jsonschema_rs.ValidationError]", payload: Any) -> Iterator[Failure]:
    for error in errors:
        details = error.kind.as_dict()
        kind = type(error.kind).__name__
        path = tuple(error.instance_path)
        keys = tuple(map(str, error.schema_path))
        members: list[str | int | None] = details.get("unexpected") or [None]
        if kind == "FalseSchema" and _closes(keys):
            # If no member is declared beside it, the engine does not name the members it refuses.
            members = _members(payload, path) or [None]
        elif isinstance(details.get("property"), str):
            members = [details["property"]]
        elif isinstance(details.get("limit"), int) and kind == "AdditionalItems":
            members = [details["limit"]]
        for member in members:
            yield Failure(path, member, keys, kind, error.message)
        for branch in details.get("context") or []:
            yield from _failures(branch, payload)


def _members(payload: Any, path: tuple[str | int, ...]) -> list[str | int | None]:
    """Return the names in the object that a path leads to; none if it leads to no object."""
    found = payload
    for key in path:
        # The engine's paths leave out members whose name is the empty string.
        if not isinstance(found, list | dict) or (isinstance(found, dict) and key not in found):
            return []
        found = found[key]  # type: ignore[index]  # a list's keys are integers
    return list(found) if isinstance(found, dict) else []


def _closes(keys: tuple[str, ...]) -> bool:
    return keys[-1:] in _CLOSING and keys[-2:-1] != ("properties",)


def _texts(payload: Any) -> Iterator[str]:
    pending = [payload]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value)
            pending.extend(value.values())


def _compile(pattern: str) -> "jsonschema_rs.Validator | None":
    try:
        return _compiled({"pattern": pattern})
    except ValueError:
        return None


def _compiled(schema: Schema, *, formats: bool | None = None) -> "jsonschema_rs.Validator":
    """Return the engine's validator, with patterns in its spelling where it needs that."""
    import jsonschema_rs

    options: Any = {
        "validate_formats": formats,
        "offline": True,
        "pattern_options": jsonschema_rs.FancyRegexOptions(size_limit=_MAX_COMPILED),
    }
    try:
        made = jsonschema_rs.validator_for(schema, **options)
    except jsonschema_rs.ValidationError:
        respelled = respelled_schema(canonical(schema))
        if respelled is None:
            raise
        return jsonschema_rs.validator_for(respelled, **options)
    read = _as_read(schema)
    return made if read is schema else jsonschema_rs.validator_for(read, **options)


def _as_read(schema: Schema) -> Schema:
    """Return a schema in the engine's spelling, where the engine takes a pattern in another sense.

    Args:
        schema: A schema that the engine takes.
    """
    text = canonical(schema)
    respelled = respelled_schema(text) if is_misread(text) else None
    read: Schema = schema if respelled is None else READER.decode(respelled)
    return read


def _decided(pattern: "jsonschema_rs.Validator", text: str) -> bool:
    import jsonschema_rs

    kinds = {type(error.kind) for error in pattern.iter_errors(text)}
    return kinds <= {jsonschema_rs.ValidationErrorKind.Pattern}
