"""Random schemas, changed copies of them, and payloads that know nothing of either."""

import copy
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
