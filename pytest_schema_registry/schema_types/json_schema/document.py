"""A schema as a document: its parts by JSON pointer, and the targets of its references."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, TypeVar
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from pytest_schema_registry.schema_types.json_schema.drafts import draft_of, identifier_of

Schema: TypeAlias = "dict[str, Any] | bool"

# Values below these keywords are data, so a "$id" or "$ref" in them identifies nothing.
DATA_KEYWORDS = frozenset({"const", "enum", "default", "examples", "example"})
# Up to draft 7, only the first of these exists.
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
# The schema below these keywords applies to the members that nothing else describes.
REST = ("additionalProperties", "unevaluatedProperties")
# Below these keywords are names that the schema's author chose, each with a schema of its own.
NAMED_SCHEMAS = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)
# The keywords that name a subschema.
_NAMING = frozenset({"$id", "id", "$anchor", "$dynamicAnchor"})

#: The target of a reference that is not a valid URI.
_NOWHERE = "about:invalid"
#: The most digits of a place in a list; Python refuses to read thousands of them.
_MAX_DIGITS = 9
_NESTED = (dict, list)
_Name = TypeVar("_Name")


class Part(NamedTuple):
    """One subschema, with its document and its pointer in it."""

    document: "Document"
    pointer: str
    schema: Any

    def below(self, *keys: str | int) -> "Part":
        """Return the value that `keys` lead to from here."""
        schema = self.schema
        for key in keys:
            schema = schema[key]
        return Part(self.document, join(self.pointer, *keys), schema)

    def get(self, keyword: str) -> Any:
        """Return the value of a keyword; None where it is absent or the schema is a boolean."""
        schema = self.schema
        return schema.get(keyword) if isinstance(schema, dict) else None

    @property
    def is_reference(self) -> bool:
        """True where a reference hides all other keywords, see :func:`is_reference`."""
        return isinstance(self.schema, dict) and is_reference(self.schema, self.document.draft)

    def targets(self) -> Iterator["Part"]:
        """Yield the targets of its references that are in the same document."""
        if isinstance(self.schema, dict):
            for _, reference in references(self.schema):
                target = self.document.resolve(reference, self.pointer)
                if target is not None:
                    yield target


# Every part of a place applies to the same value; without parts anything is allowed.
Place: TypeAlias = tuple[Part, ...]
Key: TypeAlias = tuple[tuple[int, str], ...]


def join(pointer: str, *keys: str | int) -> str:
    """Return a JSON pointer extended by `keys` (RFC 6901, section 3)."""
    for key in keys:
        escaped = str(key)
        if "~" in escaped or "/" in escaped:
            escaped = escaped.replace("~", "~0").replace("/", "~1")
        pointer = f"{pointer}/{escaped}"
    return pointer


def is_index(key: str) -> bool:
    """Check whether a key of a pointer may be a place in a list (RFC 6901, section 4)."""
    is_number = key.isascii() and key.isdecimal() and len(key) <= _MAX_DIGITS
    return is_number and (key == "0" or not key.startswith("0"))


def split(pointer: str) -> list[str]:
    """Return the keys of a JSON pointer in a URI fragment (RFC 6901, sections 4 and 6)."""
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def identity(place: Place) -> Key:
    """Return a key that tells one place from another, valid as long as the documents exist."""
    return tuple((id(part.document), part.pointer) for part in place)


class Document:
    """One schema with its draft, identifiers and anchors.

    Args:
        root: The schema. It is never changed.
        base: The URI that identifies it; empty where there is none.
    """

    def __init__(self, root: Schema, base: str = "") -> None:
        self.root = root
        self.draft = draft_of(root)
        self._base = base
        # A large schema has thousands of references, and few distinct ones.
        self._followed: dict[tuple[str, str], str | None] = {}

    @cached_property
    def subschemas(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """Every object in schema position with its pointer, parents before children."""
        return tuple(subschemas(self.root))

    @property
    def ambiguous(self) -> bool:
        """True where two subschemas have the same identifier."""
        return self._names.ambiguous

    def part(self) -> Part:
        """Return the whole document as a part."""
        return Part(self, "#", self.root)

    def resolve(self, reference: str, pointer: str) -> Part | None:
        """Return the target of a reference at `pointer`; None where it is outside this document."""
        target = self.pointer_of(reference, pointer)
        return None if target is None else self._schema_at(target)

    def uri_of(self, reference: str, pointer: str) -> str:
        """Return the absolute URI of a reference at `pointer`."""
        return _joined(self.base_of(pointer), reference)

    def base_of(self, pointer: str) -> str:
        """Return the URI against which references at `pointer` are resolved."""
        return _base_of(self._names.bases, pointer)

    def find(self, uri: str) -> Part | None:
        """Return the schema that a URI identifies; None where this document has no such schema."""
        pointer = self._located(uri)
        return None if pointer is None else self._schema_at(pointer)

    def _schema_at(self, pointer: str) -> Part | None:
        found = self.at(pointer)
        return found if found is not None and isinstance(found.schema, dict | bool) else None

    def pointer_of(self, reference: str, pointer: str) -> str | None:
        """Return the pointer that a reference at `pointer` leads to; None outside this document.

        Nothing needs to be at that pointer.
        """
        base = self.base_of(pointer)
        key = reference, base
        if key not in self._followed:
            self._followed[key] = self._located(_joined(base, reference))
        return self._followed[key]

    def _located(self, identifier: str) -> str | None:
        uri, fragment = urldefrag(identifier)
        resource = self._names.resources.get(uri)
        if resource is None:
            return None
        if fragment and not fragment.startswith("/"):
            return self._names.anchors.get((uri, fragment))
        return resource + unquote(fragment)

    def at(self, pointer: str) -> Part | None:
        """Return the value at a pointer as a part; None where there is no value."""
        value: Any = self.root
        for key in split(pointer):
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and is_index(key) and int(key) < len(value):
                value = value[int(key)]
            else:
                return None
        return Part(self, pointer, value)

    @cached_property
    def _names(self) -> "_Names":
        names = _Names(self._base)
        keyword = identifier_of(self.draft)
        for pointer, schema in self.subschemas:
            if _NAMING.isdisjoint(schema) or is_reference(schema, self.draft):
                continue
            base = _base_of(names.bases, pointer)
            identifier = schema.get(keyword)
            if isinstance(identifier, str):
                uri, fragment = urldefrag(_joined(base, identifier))
                if fragment and self.draft <= 7:
                    names.add(names.anchors, (uri, fragment), pointer)
                else:
                    base = uri
                    names.bases[pointer] = uri
                    names.add(names.resources, uri, pointer)
            for name in ("$anchor", "$dynamicAnchor"):
                if isinstance(schema.get(name), str):
                    names.add(names.anchors, (base, schema[name]), pointer)
        return names


class _Names:
    """The pointers of a document that have a name.

    Args:
        base: The URI of the document.
    """

    def __init__(self, base: str) -> None:
        self.bases: dict[str, str] = {"#": base}
        self.resources: dict[str, str] = {base: "#"}
        self.anchors: dict[tuple[str, str], str] = {}
        self.ambiguous = False

    def add(self, known: dict[_Name, str], name: _Name, pointer: str) -> None:
        self.ambiguous = self.ambiguous or known.get(name, pointer) != pointer
        known[name] = pointer


def _base_of(bases: dict[str, str], pointer: str) -> str:
    if len(bases) == 1:  # as in most documents
        return bases["#"]
    while pointer not in bases:
        pointer = pointer.rpartition("/")[0]
    return bases[pointer]


def _joined(base: str, reference: str) -> str:
    """Return a reference as an absolute URI (RFC 3986, section 5.2)."""
    try:
        urlsplit(reference)
        # urljoin would lose a base that is a URN.
        return base + reference if reference.startswith("#") else urljoin(base, reference)
    except ValueError:
        return _NOWHERE


def is_reference(schema: dict[str, Any], draft: int) -> bool:
    """Check whether a reference hides its siblings, as up to draft 7 (core, section 8.3)."""
    return draft <= 7 and "$ref" in schema


def references(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the references of a subschema itself, each after its keyword."""
    for word in REFERENCES:
        if isinstance(schema.get(word), str):
            yield word, schema[word]


def subschemas(root: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object in schema position with its pointer, parents before children."""
    # A list in place of recursion: documents may nest deeper than Python calls can. Nothing but
    # what has children goes onto it, because most values of a schema have none.
    pending: list[tuple[str, Any, bool]] = [("#", root, False)]
    while pending:
        pointer, value, holds_names = pending.pop()
        if isinstance(value, list):
            for at, child in enumerate(value):
                if isinstance(child, _NESTED):
                    pending.append((f"{pointer}/{at}", child, False))
        elif isinstance(value, dict):
            if not holds_names:
                yield pointer, value
            for key, child in value.items():
                if not isinstance(child, _NESTED) or not isinstance(key, str):
                    continue
                if holds_names or key not in DATA_KEYWORDS:
                    named = not holds_names and key in NAMED_SCHEMAS
                    pending.append((join(pointer, key), child, named))
