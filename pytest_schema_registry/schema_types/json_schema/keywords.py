"""The keywords of JSON Schema: which draft knows which, and what kind each is of."""

#: Keywords that describe a value and say nothing about its validity (2020-12 Validation, sections
#: 8 and 9; ``example`` is OpenAPI's).
_STANDARD_ANNOTATIONS = frozenset(
    {"title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples"}
    | {"$comment", "example"}
)
#: All annotations, with those that the registry adds.
ANNOTATIONS = _STANDARD_ANNOTATIONS | {"$core_version", "$track", "$schema_id"}
DEFINITIONS = frozenset({"$defs", "definitions"})
#: All keywords of some draft that never refuse a value.
SILENT = _STANDARD_ANNOTATIONS | DEFINITIONS | {"$schema", "$id", "id", "discriminator"}
SILENT |= {"$vocabulary", "$anchor", "$dynamicAnchor", "$recursiveAnchor"}
#: The value of these keywords is a schema or a list of schemas.
SCHEMAS = frozenset(
    {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "items", "prefixItems", "contains"}
    | {"additionalItems", "additionalProperties", "propertyNames", "contentSchema"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
_ALWAYS = frozenset(
    {"$ref", "$schema", "title", "description", "default", "type", "enum", "format"}
    | {"allOf", "anyOf", "oneOf", "not", "definitions", "dependencies", "items", "required"}
    | {"properties", "patternProperties", "additionalProperties", "minProperties", "maxProperties"}
    | {"minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    # No draft knows these two of OpenAPI's. A note tells of a changed `discriminator`.
    | {"discriminator", "example"}
)
_LATER = 9999  # later than any draft
#: The first and the last draft in which the engine knows a keyword.
_SPANS = {
    "id": (0, 4),
    "additionalItems": (0, 2019),
    **dict.fromkeys(("$id", "const", "contains", "propertyNames", "examples"), (6, _LATER)),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), (6, _LATER)),
    **dict.fromkeys(("if", "then", "else", "$comment", "readOnly", "writeOnly"), (7, _LATER)),
    **dict.fromkeys(("$defs", "$anchor", "$vocabulary", "deprecated"), (2019, _LATER)),
    **dict.fromkeys(("dependentRequired", "dependentSchemas", "contentSchema"), (2019, _LATER)),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), (2019, _LATER)),
    **dict.fromkeys(("minContains", "maxContains"), (2019, _LATER)),
    **dict.fromkeys(("$recursiveRef", "$recursiveAnchor"), (2019, 2019)),
    **dict.fromkeys(("$dynamicRef", "$dynamicAnchor", "prefixItems"), (2020, _LATER)),
}


def keywords_of(draft: int) -> frozenset[str]:
    """Return the keywords that a draft knows."""
    return _ALWAYS | {word for word, (first, last) in _SPANS.items() if first <= draft <= last}
