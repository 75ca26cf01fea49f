"""The search for schemas that assert nothing, and for words that only look like keywords.

A schema that asserts nothing is valid, and every payload conforms to it. Common causes are a
misspelled keyword, an OpenAPI document in place of a schema, and a schema wrapped in an object.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from pytest_schema_registry.json_values import json_pointer
from pytest_schema_registry.schema_types.json_schema.compatibility.engine import asserts
from pytest_schema_registry.schema_types.json_schema.compatibility.formats import EXAMPLES
from pytest_schema_registry.schema_types.json_schema.compatibility.idle_keywords import (
    asserts_content,
)
from pytest_schema_registry.schema_types.json_schema.document import (
    NAMED_SCHEMAS,
    REFERENCES,
    Document,
    is_reference,
)
from pytest_schema_registry.schema_types.json_schema.drafts import (
    draft_numbered,
    draft_of,
    number_of,
)
from pytest_schema_registry.schema_types.json_schema.keywords import (
    ANNOTATIONS,
    DEFINITIONS,
    SCHEMAS,
    SILENT,
    keywords_of,
)
from pytest_schema_registry.schema_types.json_schema.references import base_uri, document_name
from pytest_schema_registry.text import printable, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_schema_registry.schema_types.json_schema.document import Part
    from pytest_schema_registry.schemas import Schema

#: ``contentSchema`` is no assertion about the value that has it, but a note about a text's content.
_APPLIED = SCHEMAS - {"contentSchema"}
#: These keywords are taken for assertions, whatever their value is.
_ASSERTIONS = frozenset(
    {"type", "enum", "const", "pattern", "format", "not", "contains", "propertyNames"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
    | {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}
)
#: These keywords assert something unless their value is false or empty.
_UNLESS_EMPTY = frozenset({"required", "uniqueItems", "dependentRequired"})
#: Nobody takes these words for assertions. So no remark names them, even if the draft has no such
#: keyword.
_NO_ASSERTIONS = SILENT | ANNOTATIONS | {"deprecation_note", "comment", "nullable", "xml"}
_NO_ASSERTIONS |= {"externalDocs", "contentEncoding", "contentMediaType", "contentSchema"}
_NO_ASSERTIONS |= {"errorMessage", "enumNames", "propertyOrder", "schema"}
#: Words that only another kind of document has, with the text of the remark.
_OTHERS = {
    "openapi": "an OpenAPI document: its schemas are inside, below #/components/schemas",
    "swagger": "an OpenAPI document: its schemas are inside, below #/definitions",
    "asyncapi": "an AsyncAPI document: its schemas are inside, below #/components/schemas",
}
#: Names of members that a schema may be wrapped in.
_WRAPPERS = ("schema", "content", "definition", "value", "payload", "body")
#: The most words that a remark names.
MAX_NAMED = 3
_NEAR = 0.8
#: The keywords of all drafts, and Avro's word for properties, which a remark explains.
_ALL_KEYWORDS = frozenset().union(*map(keywords_of, (4, 6, 7, 2019, 2020))) | {"fields"}
_SCHEMA_WORDS = _ALL_KEYWORDS | _NO_ASSERTIONS | _OTHERS.keys()


def remarks(
    schema: Schema, referred: Mapping[str, Any], default_draft: str, *, formats: bool
) -> Iterator[tuple[str, str]]:
    """Yield remarks on a schema that asserts nothing, and on words and formats without effect.

    Each remark is a pair of its subject and its text. The subject lets a caller give each remark
    only once.

    Args:
        schema: A schema that its draft allows.
        referred: The other schemas that it needs, by the URI that it refers to them with.
        default_draft: The draft of a schema without ``$schema``.
        formats: Whether formats are to be checked.
    """
    content, base = schema.content, base_uri(schema)
    draft = _draft(content, number_of(default_draft))
    rules = _Rules.of(content, draft)
    words = _joined(rules)
    documents = [Document(content, base), *(Document(each, uri) for uri, each in referred.items())]
    if _asserts(documents):
        if words:
            yield str(schema), f"{schema}: {words}"
    else:
        what = _what_it_is(content, words)
        yield str(schema), f"{schema} asserts nothing, and any payload conforms to it: {what}"
    others = {uri: _Rules.of(each, draft) for uri, each in referred.items()}
    for uri, each in others.items():
        if words := _joined(each):
            name = printable(document_name(schema, uri))
            yield f"{name} {schema.version}", f"{name}: {words} ({schema} needs it)"
    if formats:
        for about, text in _unchecked([rules, *others.values()]):
            yield about, f"{schema}: {text}"


def has_schema_words(content: dict[str, Any]) -> bool:
    """Check whether an object has a keyword, another word of schemas, or a misspelled keyword.

    An empty object is a schema.
    """
    if not content or not _SCHEMA_WORDS.isdisjoint(content):
        return True
    return any(
        word.startswith(("$", "x-"))
        or get_close_matches(word, _ALL_KEYWORDS, n=1, cutoff=_NEAR)
        or (word in _WRAPPERS and isinstance(inner, dict) and _asserts([Document(inner)]))
        # What was passed as a schema by mistake may have any keys.
        for word, inner in ((str(key), value) for key, value in content.items())
    )


class _Rules(NamedTuple):
    """The rules of a document, listed once, because a large one has tens of thousands.

    Args:
        draft: The draft of the document.
        found: Every object that is a schema of that draft, after the path to it.
    """

    draft: int
    found: list[tuple[tuple[str | int, ...], dict[str, Any]]]

    @classmethod
    def of(cls, content: Any, default: int) -> Self:
        draft = _draft(content, default)
        return cls(draft, list(_rules(content, draft)))


def _joined(rules: _Rules) -> str:
    """Join the remarks on the words of a schema to one line, which is empty without remarks."""
    words = list(_idle_words(rules))
    said = "; ".join(words[:MAX_NAMED])
    rest = len(words[MAX_NAMED:])
    return f"{said}; and {rest} more" if rest else said


def _unchecked(documents: list[_Rules]) -> Iterator[tuple[str, str]]:
    """Yield a remark, with its subject, on each format that is not checked."""
    found = {
        (name, stated)
        for stated, rules in documents
        for _, rule in rules
        if isinstance(name := rule.get("format"), str)
    }
    for name, stated in sorted(found):
        if _is_checked(name, stated):
            continue
        text = f"the format {shown(name)} is not checked"
        if name in EXAMPLES:
            text += f": draft {draft_numbered(stated).name} does not know it"
        elif near := get_close_matches(name, EXAMPLES, n=1, cutoff=_NEAR):
            text += f"; did you mean {shown(near[0])}?"
        yield f"{name} {stated}", text


def _is_checked(name: str, draft: int) -> bool:
    return asserts(name, draft_numbered(draft).metaschema)


def _draft(content: Any, default: int) -> int:
    return draft_of(content) if isinstance(content, dict) and "$schema" in content else default


def _rules(content: Any, draft: int) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Yield every object that is a schema of a draft, with the path to it.

    An object whose reference hides its keywords is left out.
    """
    keywords = keywords_of(draft)
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), content)]
    for path, node in pending:  # grows while it is walked
        if not isinstance(node, dict) or ("$schema" in node and draft_of(node) != draft):
            continue
        if is_reference(node, draft):
            below = node.keys() & DEFINITIONS
        else:
            yield path, node
            below = node.keys() & keywords
        for word in below:
            pending.extend(((*path, *steps), each) for steps, each in _below(word, node[word]))


def _below(word: str, value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield the schemas below a keyword, with the path from the schema that has the keyword."""
    if word in NAMED_SCHEMAS and isinstance(value, dict):
        yield from (((word, name), each) for name, each in value.items())
    elif word in _APPLIED and isinstance(value, list):
        yield from (((word, index), each) for index, each in enumerate(value))
    elif word in _APPLIED:
        yield (word,), value


def _idle_words(rules: _Rules) -> Iterator[str]:
    """Yield a remark on each word that looks like a keyword and is none of the draft."""
    draft = rules.draft
    keywords = keywords_of(draft)
    later = keywords_of(2019) | keywords_of(2020)
    nearest: dict[str, list[str]] = {}  # a tool's own words are everywhere in its schemas
    for path, rule in rules.found:
        for word in rule:
            if word in keywords or word in _NO_ASSERTIONS:
                continue
            if word in later:
                yield f"{_where(word, path)} is no keyword of draft {draft_numbered(draft).name}"
            elif word == "fields" and isinstance(rule[word], list):
                yield f"{_where(word, path)} is Avro's, and no keyword; did you mean 'properties'?"
            elif not word.startswith("x-"):
                if word not in nearest:
                    nearest[word] = get_close_matches(word, keywords, n=1, cutoff=_NEAR)
                if near := nearest[word]:
                    where = _where(word, path)
                    yield f"{where} is no keyword; did you mean {shown(near[0])}?"


def _where(word: str, path: tuple[str | int, ...]) -> str:
    return f"{shown(word)} at {printable(json_pointer(path))}"


def _asserts(documents: list[Document]) -> bool:
    """Check whether a schema can refuse anything, as far as its keywords tell."""
    pending = [documents[0].part()]
    seen = set()
    while pending:
        part = pending.pop()
        if part.schema is False:
            return True
        if not isinstance(part.schema, dict) or id(part.schema) in seen:
            continue
        seen.add(id(part.schema))
        if not part.is_reference and _has_assertion(part.schema, part.document.draft):
            return True
        for word in part.schema.keys() & set(REFERENCES):
            target = _target(part, part.schema[word], documents)
            if target is None:
                return True  # a meta-schema, or a dangling reference, which the engine reports
            pending.append(target)
        if not part.is_reference:
            words = part.schema.keys() & keywords_of(part.document.draft) - DEFINITIONS
            pending.extend(
                part.below(*steps) for word in words for steps, _ in _below(word, part.schema[word])
            )
    return False


def _has_assertion(rule: dict[str, Any], draft: int) -> bool:
    known = rule.keys() & keywords_of(draft)
    if not _ASSERTIONS.isdisjoint(known) or any(rule[word] for word in known & _UNLESS_EMPTY):
        return True
    if asserts_content(rule, draft):
        return True
    # Several branches assert that no two of them hold.
    several = "oneOf" in known and len(rule["oneOf"]) > 1
    return several or any(isinstance(each, list) for each in _dependencies(rule))


def _dependencies(rule: dict[str, Any]) -> list[Any]:
    dependencies = rule.get("dependencies")
    return list(dependencies.values()) if isinstance(dependencies, dict) else []


def _target(part: Part, reference: str, documents: list[Document]) -> Part | None:
    target = part.document.resolve(reference, part.pointer)
    if target is not None:
        return target
    uri = part.document.uri_of(reference, part.pointer)
    found = (document.find(uri) for document in documents)
    return next((each for each in found if each is not None), None)


def _what_it_is(content: Any, words: str) -> str:
    """Describe a schema that asserts nothing, with the likely mistake where one is found.

    Args:
        content: The schema.
        words: The remarks on its words.
    """
    if not isinstance(content, dict) or not content:
        return f"it is {shown(content)}"
    for word, what in _OTHERS.items():
        if word in content:
            return f"it is {what}"
    for word in _WRAPPERS:
        inner = content.get(word)
        if isinstance(inner, dict) and _asserts([Document(inner)]):
            return f"the schema is inside, at #/{word}"
    if words:
        return words
    definitions = sorted(content.keys() & DEFINITIONS)
    if definitions and "$ref" not in content:
        return f"nothing refers to what is below #/{definitions[0]}; is a '$ref' missing?"
    if "properties" in content:
        return "it names properties, and says nothing of any of them"
    return (
        f"none of its words is an assertion ({', '.join(map(shown, sorted(content)[:MAX_NAMED]))})"
    )
