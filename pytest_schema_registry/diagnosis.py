"""What is wrong with a payload that does not conform: its violations, best match first.

jsonschema walks the schema and ranks what it finds; the verdict on every single rule is the
engine's own, so that the two cannot disagree, and no regular expression of a schema ever runs in
Python's ``re``. The only importer of jsonschema and referencing, and only a failure imports it.
"""

from __future__ import annotations

import time
from functools import partial
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import referencing
import referencing.exceptions
from jsonschema import exceptions, validators
from referencing.jsonschema import specification_with

from pytest_schema_registry.conformance import MASK
from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.references import base_uri, places
from pytest_schema_registry.schemas import Violation, canonical, json_path, json_pointer
from pytest_schema_registry.wording import sentence, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_schema_registry.conformance import Compiled, Conformance
    from pytest_schema_registry.redaction import Redaction

MAX_VIOLATIONS = 10_000
SECONDS = 2.0

# attrs classes and an unannotated function, which a type checker cannot see through.
_Registry: Any = referencing.Registry
_NoSuchResource: Any = referencing.exceptions.NoSuchResource
_extend: Any = validators.extend

_NO_KEYWORD: Any = {"validator": None, "validator_value": None}

_DRAFTS: dict[str, Any] = {
    "4": validators.Draft4Validator,
    "6": validators.Draft6Validator,
    "7": validators.Draft7Validator,
    "2019-09": validators.Draft201909Validator,
    "2020-12": validators.Draft202012Validator,
}
#: Rules without subschemas: the engine judges them one by one.
_LEAVES = frozenset(
    {"type", "enum", "const", "pattern", "format", "contentEncoding", "contentMediaType"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "uniqueItems"}
    | {"minProperties", "maxProperties"}
)
#: In draft 4 these are flags that change what their companion means.
_FLAGS = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}


class _OutOfTime(Exception):  # not an error: what was found until then is shown
    pass


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
    content = schema.content
    base = validators.validator_for(content, default=_DRAFTS[conformance.default_draft])
    uri = base_uri(schema)
    registry: Any = _Registry(retrieve=_refuse).with_resources(
        (each, _resource(document, base))
        for each, document in {uri: content, **compiled.referred}.items()
    )
    walk = _Walk(base, compiled, conformance, time.monotonic() + SECONDS)
    describe = _Describe(redaction, registry.resolver(uri), content)
    relevance = exceptions.by_relevance()
    found: list[tuple[Any, Violation]] = []
    try:
        errors = walk.validator({"$ref": uri}, registry=registry).iter_errors(payload)
        for error in islice(errors, MAX_VIOLATIONS):
            key: Any = relevance(error)
            found.append((key[:1] + key[2:], describe(error)))
    except _OutOfTime:
        # The engine would take as long, and cannot be interrupted.
        found = found or [((), _unexplained(payload, redaction))]
    except (RecursionError, referencing.exceptions.Unresolvable):
        pass
    if not found:
        return (_first(compiled, payload, redaction),)
    # Stable, so that what is equally relevant stays in the schema's order.
    found.sort(key=lambda each: each[0], reverse=True)
    return tuple(violation for _, violation in found)


def _resource(content: Any, base: Any) -> Any:
    default = specification_with(base.ID_OF(base.META_SCHEMA))
    return referencing.Resource.from_contents(_one_draft(content), default_specification=default)


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


def _refuse(uri: str) -> Any:
    raise _NoSuchResource(ref=uri)


def _unexplained(payload: Any, redaction: Redaction) -> Violation:
    value = redaction.applied(payload)
    message = f"{shown(value)} does not conform; why could not be found in {SECONDS:g} s"
    return Violation("$", "#", "", value, message)


def _first(compiled: Compiled, payload: Any, redaction: Redaction) -> Violation:
    """The engine's own first error, where the walk found none."""
    try:
        compiled.validator.validate(payload)
    except ValueError as exc:
        error: Any = exc
    path = tuple(error.instance_path)
    value = payload
    for step in path:
        value = value[step]
    value = redaction.applied(value, path)
    return Violation(
        path=json_path(path),
        schema_path=json_pointer(error.schema_path),
        keyword=str(error.schema_path[-1]) if error.schema_path else "false",
        value=value,
        message=error.message.replace(MASK, shown(value)),
    )


class _Walk:
    """jsonschema's walk through a schema, with the engine's verdict on each single rule.

    Args:
        base: jsonschema's validator class of the schema's draft.
        compiled: The schema.
        conformance: Judges single rules.
        deadline: When to stop, by the monotonic clock.
    """

    def __init__(
        self, base: Any, compiled: Compiled, conformance: Conformance, deadline: float
    ) -> None:
        self._draft = base.ID_OF(base.META_SCHEMA)
        self._compiled = compiled
        self._conformance = conformance
        self._deadline = deadline
        self._leaves: dict[str, Any] = {}
        keywords = dict(base.VALIDATORS)
        for keyword in _LEAVES & {*keywords, "format"}:
            keywords[keyword] = partial(self._leaf, keyword)
        keywords["required"] = self._required
        keywords["additionalProperties"] = self._additional_properties
        keywords["patternProperties"] = self._pattern_properties
        if '"patternProperties":' in compiled.schema.text:
            # jsonschema would match its patterns with re, whatever they are.
            keywords.pop("unevaluatedProperties", None)
        self.validator = _extend(
            base, {keyword: self._timed(check) for keyword, check in keywords.items()}
        )

        descend = self.validator.descend

        def descend_into_false_too(
            walker: Any,
            instance: Any,
            schema: Any,
            path: Any = None,
            schema_path: Any = None,
            **rest: Any,
        ) -> Iterator[Any]:
            # jsonschema forgets both paths of a false schema.
            if schema is False:
                yield exceptions.ValidationError(
                    "",
                    path=() if path is None else (path,),
                    schema_path=() if schema_path is None else (schema_path,),
                    instance=instance,
                    schema=False,
                    **_NO_KEYWORD,
                )
                return
            yield from descend(walker, instance, schema, path=path, schema_path=schema_path, **rest)

        self.validator.descend = descend_into_false_too

    def _timed(self, check: Callable[..., Any]) -> Callable[..., Any]:
        def timed(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
            if time.monotonic() > self._deadline:
                raise _OutOfTime
            yield from check(validator, rule, instance, schema) or ()

        return timed

    def _leaf(
        self, keyword: str, _validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not self._holds(keyword, rule, instance, schema.get(_FLAGS.get(keyword))):
            yield exceptions.ValidationError(keyword)

    def _holds(self, keyword: str, rule: Any, instance: Any, flag: Any = None) -> bool:
        stated = {"$schema": self._draft, keyword: rule}
        if isinstance(flag, bool):
            stated[_FLAGS[keyword]] = flag
        elif isinstance(rule, bool) and keyword in _FLAGS.values():
            return True  # draft 4's flag, judged with its companion
        text = canonical(stated)
        if text not in self._leaves:
            self._leaves[text] = self._conformance.leaf(text)
        if self._leaves[text].is_valid(instance):
            return True
        if keyword == "pattern":
            self._decided(rule, next(self._leaves[text].iter_errors(instance)))
        return False

    def _decided(self, pattern: str, error: Any) -> None:
        if type(error.kind).__name__ in ("BacktrackLimitExceeded", "RegexEngineFailure"):
            reason = f"the pattern {shown(pattern)} takes too many steps on a payload's value"
            schema = self._compiled.schema
            where = (
                json_pointer((*path, keyword))
                for path, node in places(schema.content)
                for keyword, rule in node.items()
                if rule == pattern or (keyword == pattern and path[-1:] == ("patternProperties",))
            )
            raise InvalidSchema(str(schema), next(where, "#"), reason, schema.origin)

    def _required(self, validator: Any, names: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for name in names:
                if name not in instance:
                    yield exceptions.ValidationError(f"{shown(name)} is a required property")

    def _pattern_properties(
        self, validator: Any, patterns: Any, instance: Any, _schema: Any
    ) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for pattern, rule in patterns.items():
                for name, value in instance.items():
                    if self._holds("pattern", pattern, name):
                        yield from validator.descend(value, rule, path=name, schema_path=pattern)

    def _additional_properties(
        self, validator: Any, rule: Any, instance: Any, schema: Any
    ) -> Iterator[Any]:
        if not validator.is_type(instance, "object"):
            return
        for name, value in instance.items():
            if name in schema.get("properties", {}) or any(
                self._holds("pattern", pattern, name)
                for pattern in schema.get("patternProperties", {})
            ):
                continue
            if rule is False:
                yield exceptions.ValidationError(f"{shown(name)} is not allowed")
            else:
                yield from validator.descend(value, rule, path=name)


class _Describe:
    """jsonschema's errors as violations.

    Args:
        redaction: Hides values.
        resolver: Finds what a reference of the schema leads to.
        content: The schema.
    """

    def __init__(self, redaction: Redaction, resolver: Any, content: Any) -> None:
        self._redaction = redaction
        self._resolver = resolver
        self._content = content

    def __call__(self, error: Any) -> Violation:
        path = tuple(error.absolute_path)
        value = self._redaction.applied(error.instance, path)
        keyword = error.validator or "false"
        causes: tuple[Violation, ...] = ()
        if error.context and not _types(error):
            causes = tuple(self(each) for each in _closest(error.context))
        return Violation(
            path=json_path(path),
            schema_path=self._location(tuple(error.absolute_schema_path)),
            keyword=keyword,
            value=value,
            message=self._message(error, keyword, shown(value)),
            causes=causes,
        )

    def _message(self, error: Any, keyword: str, text: str) -> str:
        match keyword:
            case "required" | "dependentRequired" | "dependencies":
                return str(error.message)
            case "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems":
                return str(error.message)
            case "false":
                return f"{text} is not allowed: the schema allows nothing here"
            case "anyOf" | "oneOf" if error.context:
                if types := _types(error):
                    return sentence("type", text, error.instance, types)
            case "oneOf":
                return f"{text} is more than one of the {len(error.validator_value)} alternatives"
        return sentence(keyword, text, error.instance, error.validator_value)

    def _location(self, path: Sequence[str | int]) -> str:
        """The place of a rule in the schema, each reference on the way replaced by its target."""
        resolver, node, prefix = self._resolver, self._content, ""
        pointer: list[str | int] = []
        for step in path:
            while isinstance(node, dict) and step not in node and isinstance(node.get("$ref"), str):
                target, pointer, text = resolver.lookup(node["$ref"]), [], node["$ref"]
                resolver, node = target.resolver, target.contents
                prefix = text if "#" in text else f"{text}#"
            node = _child(node, step)
            pointer.append(step)
        local = json_pointer(pointer)
        return prefix.rstrip("/") + local.removeprefix("#") if prefix else local


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(step)
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def _closest(errors: Sequence[Any]) -> list[Any]:
    """The errors of the branch that came closest."""

    def distance(branch: list[Any]) -> tuple[bool, bool, int]:
        # Another type is another branch, and so is another tag of a discriminated union.
        type_differs = any(each.validator == "type" and not each.path for each in branch)
        tag_differs = any(each.validator in ("const", "enum") for each in branch)
        return type_differs, tag_differs, len(branch)

    branches = [list(each) for _, each in groupby(errors, key=_branch)]
    return min(branches, key=distance)


def _branch(error: Any) -> Any:
    return error.schema_path[0]


def _types(error: Any) -> list[str]:
    """The types that alternatives ask for, where they ask for nothing else."""
    if any(each.validator != "type" or each.path for each in error.context):
        return []
    asked = [each.validator_value for each in error.context]
    return [name for types in asked for name in ([types] if isinstance(types, str) else types)]
