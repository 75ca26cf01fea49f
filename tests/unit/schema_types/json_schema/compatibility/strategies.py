"""Random schemas, changed copies of them, and payloads: blind ones, and ones that may well fit."""

import copy
import random
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "x_a"])
LITERALS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, 2, 1.5, -1, 10, "", "x", "ab", [], [1], {}]
)
PATTERNS = st.sampled_from(["^x_", "a$", "^[a-c]$", "^[A-Z]{2}$"])


def _some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


def _scalars() -> st.SearchStrategy[Any]:
    kinds = ["string", "integer", "number", "boolean", "null", ["string", "null"]]
    return _some(
        type=st.sampled_from(kinds),
        enum=st.lists(LITERALS, min_size=1, max_size=3),
        const=LITERALS,
        minimum=st.sampled_from([0, 1, 2.5]),
        maximum=st.sampled_from([1, 5, 9.5]),
        multipleOf=st.sampled_from([2, 3, 0.5]),
        minLength=st.integers(0, 2),
        maxLength=st.integers(0, 3),
        pattern=PATTERNS,
    )


def _compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    listed = st.lists(inner, min_size=1, max_size=3)
    objects = _some(
        type=st.just("object"),
        properties=st.dictionaries(NAMES, inner, max_size=3),
        required=st.lists(NAMES, max_size=2, unique=True),
        additionalProperties=st.one_of(st.just(False), inner),
        patternProperties=st.dictionaries(PATTERNS, inner, max_size=1),
        propertyNames=st.sampled_from([{"pattern": "^[a-z]"}, {"enum": ["a", "b"]}]),
        maxProperties=st.integers(0, 3),
        dependentRequired=st.just({"a": ["b"]}),
        dependentSchemas=st.dictionaries(NAMES, inner, max_size=1),
        unevaluatedProperties=st.one_of(st.just(False), inner),
    )
    arrays = _some(
        type=st.just("array"),
        items=inner,
        prefixItems=listed,
        minItems=st.integers(0, 2),
        maxItems=st.integers(0, 3),
        uniqueItems=st.booleans(),
        contains=inner,
    )
    unions = _some(anyOf=listed, oneOf=listed, allOf=listed)
    others = _some(**{"not": inner, "if": inner, "then": inner, "else": inner})
    recursive = st.just({"$ref": "#"})
    return st.one_of(objects, arrays, unions, others, recursive, inner)


SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.booleans(), _scalars()), _compound, max_leaves=6
)
PAYLOADS: st.SearchStrategy[Any] = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(NAMES, st.just("zz")), inner)
    ),
    max_leaves=6,
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """A schema, and either an unrelated one or a copy in which a keyword went or came."""
    old = draw(SCHEMAS)
    if isinstance(old, bool) or not old or draw(st.integers(0, 3)) == 0:
        return old, draw(SCHEMAS)
    new = copy.deepcopy(old)
    objects = [new]
    for node in objects:
        for value in node.values():
            nested = value if isinstance(value, list) else [value]
            objects += [one for one in nested if isinstance(one, dict)]
    node = draw(st.sampled_from(objects))
    if node and draw(st.booleans()):
        del node[draw(st.sampled_from(sorted(node)))]
    else:
        more = draw(SCHEMAS)
        node.update(more if isinstance(more, dict) else {})
    return old, new


_NAMED = ("properties", "patternProperties", "dependentSchemas")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = frozenset(
    {"items", "additionalProperties", "unevaluatedProperties", "contains"}
    | {"not", "if", "then", "else"}
)


def is_circular(schema: Any) -> bool:
    """Whether a value would have to obey the whole schema to obey it: what that means is open."""
    if not isinstance(schema, dict):
        return False
    beside = [schema[word] for word in ("not", "if", "then", "else") if word in schema]
    beside += [each for word in ("anyOf", "oneOf", "allOf") for each in schema.get(word, [])]
    beside += schema.get("dependentSchemas", {}).values()
    return "$ref" in schema or any(map(is_circular, beside))


def referring(schema: Any, chance: random.Random) -> Any:
    """The same schema, of which some parts stand in definitions. Chance gives them their names."""
    definitions: dict[str, Any] = {}
    names = ["A", "B", "C"]
    chance.shuffle(names)

    def inner(value: Any) -> Any:
        moved = outer(value)
        if not names or not isinstance(value, dict) or chance.random() < 0.5:
            return moved
        name = names.pop()
        definitions[name] = moved
        return {"$ref": f"#/$defs/{name}"}

    def outer(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        found = dict(value)
        for word in value:
            if word in _NAMED:
                found[word] = {name: inner(each) for name, each in value[word].items()}
            elif word in _LISTS:
                found[word] = [inner(each) for each in value[word]]
            elif word in _SINGLE:
                found[word] = inner(value[word])
        return found

    moved = outer(schema)
    return {**moved, "$defs": definitions} if definitions else moved


def _said(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(NAMES, inner, min_size=1, max_size=2)
    described = st.dictionaries(PATTERNS, inner, min_size=1, max_size=2)
    depending = st.dictionaries(NAMES, inner, min_size=1, max_size=1)
    required = st.lists(NAMES, min_size=1, max_size=1)
    return st.one_of(
        st.fixed_dictionaries({"properties": members}),
        st.fixed_dictionaries({"properties": members, "dependentSchemas": depending}),
        st.fixed_dictionaries({"properties": members, "if": inner, "then": inner}),
        st.fixed_dictionaries({"patternProperties": described, "required": required}),
        st.fixed_dictionaries({"allOf": st.lists(inner, min_size=2, max_size=3)}),
    )


# Schemas without a choice, so that it is plain which members they declare.
DECLARATIONS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([{}, {"type": "integer"}]), _said, max_leaves=8
)


def _beside(schemas: list[Any]) -> Iterator[Any]:
    for schema in schemas:
        yield schema
        inner = [schema[word] for word in ("if", "then") if word in schema]
        inner += schema.get("allOf", [])
        yield from _beside([*inner, *schema.get("dependentSchemas", {}).values()])


def declares(schemas: list[Any], payload: Any) -> bool:
    """Whether all members in a payload are declared by DECLARATIONS that apply to it."""
    if not isinstance(payload, dict):
        return True
    parts = list(_beside(schemas))
    named = {name for part in parts for name in part.get("required", [])}
    named |= {name for part in parts for name in part.get("dependentSchemas", {})}
    is_open = not any(part.get("properties") for part in parts)
    for name, value in payload.items():
        found = [part["properties"][name] for part in parts if name in part.get("properties", {})]
        found += [
            schema
            for part in parts
            for pattern, schema in part.get("patternProperties", {}).items()
            if re.search(pattern, name)
        ]
        if not (found or is_open or name in named) or not declares(found, value):
            return False
    return True


def _resolved(root: Any, schema: Any, chance: random.Random, depth: int = 3) -> dict[str, Any]:
    """The keywords of a schema and of what it is made of, one branch of each union."""
    if not isinstance(schema, dict) or not depth:
        return {}
    made = [schema.get("then"), schema.get("if"), *schema.get("allOf", [])]
    made += [chance.choice(schema[word]) for word in ("anyOf", "oneOf") if schema.get(word)]
    made += [*schema.get("dependentSchemas", {}).values(), root if "$ref" in schema else None]
    found: dict[str, Any] = {}
    for part in [*(_resolved(root, one, chance, depth - 1) for one in made), schema]:
        members = {**found.get("properties", {}), **part.get("properties", {})}
        found |= {**part, "properties": members}
    return found


def likely(root: Any, schema: Any, chance: random.Random, depth: int = 4) -> Any:
    """A payload that a schema may well accept.

    Args:
        root: The schema that references lead to.
        schema: The schema to obey.
        chance: Makes the choices.
        depth: How many containers may stand inside each other.
    """
    parts = _resolved(root, schema, chance)
    literals = [*parts.get("enum", []), *(parts[word] for word in ("const",) if word in parts)]
    if literals:
        return chance.choice(literals)
    kinds = parts.get("type", ["object", "array", "string", "number"])
    kind = kinds if isinstance(kinds, str) else chance.choice(kinds)
    if kind == "object" and depth:
        members = parts.get("properties", {})
        wanted = {*parts.get("required", []), *(n for n in members if chance.random() < 0.6)}
        wanted |= set(chance.choices(["a", "b", "x_a", "zz"], k=chance.randint(0, 1)))
        rest = parts.get("additionalProperties", parts.get("unevaluatedProperties", {}))
        return {
            name: likely(root, members.get(name, rest), chance, depth - 1)
            for name in sorted(wanted)
        }
    if kind == "array" and depth:
        listed = [*parts.get("prefixItems", []), *([parts.get("items", {})] * 3)]
        count = chance.randint(0, len(listed))
        return [likely(root, one, chance, depth - 1) for one in listed[:count]]
    scalars: dict[str, list[Any]] = {
        "string": ["", "x", "ab", "a", "x_a", "AB"],
        "integer": [0, 1, 2, 6, 10, 3.0],
        "number": [0, 1.5, 2.5, 9.5, 6, -1],
        "boolean": [True, False],
        "null": [None],
    }
    return chance.choice(scalars.get(kind, [{}, []]))


def payloads(schemas: Any, chance: random.Random, count: int) -> list[Any]:
    """Payloads that fit one of the schemas, or nearly."""
    return [likely(root, root, chance) for root in schemas for _ in range(count)]
