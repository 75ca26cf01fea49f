"""The equality of subschemas of two documents, with what their references lead to.

References that read alike may lead to different schemas in the two documents, and references that
read differently to equal ones. So the targets of references are put into classes. At first, all
targets of one form are in one class. Then each class is split by the classes that its members
refer to, until none splits any more. Schemas that refer to themselves are the same if nothing ever
tells them apart.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from pytest_schema_registry.schema_types.json_schema.compatibility.budget import Budget
from pytest_schema_registry.schema_types.json_schema.compatibility.premises import hold
from pytest_schema_registry.schema_types.json_schema.compatibility.values import equality_key
from pytest_schema_registry.schema_types.json_schema.document import (
    NAMED_SCHEMAS,
    Document,
    Part,
    Place,
    join,
    split,
)
from pytest_schema_registry.schema_types.json_schema.keywords import (
    DEFINITIONS,
    SCHEMAS,
    SILENT,
    keywords_of,
)

# The order of these lists says nothing.
_SETS = ("enum", "required", "type")
#: About this many references are followed in one step of a budget.
_REFERENCES_IN_A_STEP = 50
#: A place in one of the two documents: whether it is the second one, and the pointer.
_Node: TypeAlias = tuple[bool, str]


class _Form(NamedTuple):
    """A subschema without annotations: as text, and the pointers that its references lead to."""

    text: str
    targets: list[str]


class Sameness:
    """Tells which subschemas of two documents are the same but for their annotations.

    If the two documents state different drafts, or a reference has no certain target, no
    subschemas are the same.

    Args:
        one: A document.
        other: Another document.
        budget: The budget that the search for equal targets spends.
    """

    def __init__(self, one: Document, other: Document, budget: Budget) -> None:
        self._documents = (one, other)
        self._budget = budget
        self._texts: dict[_Node, str | None] = {}

    def among(self, ours: Place, theirs: Part) -> bool:
        """Check whether a part is the same as one of several.

        Args:
            ours: Parts at pointers that count in the one document.
            theirs: A part at a pointer that counts in the other document.

        Raises:
            BudgetExceeded: The search for equal targets takes too long.
        """
        text = self._text((True, theirs.pointer))
        return text is not None and any(text == self._text((False, p.pointer)) for p in ours)

    def _text(self, node: _Node) -> str | None:
        """Return a text that same subschemas share, None where no subschema is known."""
        if node not in self._texts:
            part = self._parts[node[0]].get(node[1]) if self._is_certain else None
            self._texts[node] = None if part is None else self._written(part, node[0])
        return self._texts[node]

    def _written(self, part: Part, second: bool) -> str:
        form = _form(part)
        return equality_key([form.text, [self._classes[second, each] for each in form.targets]])

    @cached_property
    def _is_certain(self) -> bool:
        one, other = self._documents
        return (
            one.draft == other.draft
            and hold(one)
            and hold(other)
            and not any(map(_is_overruled, self._targets.values()))
        )

    @cached_property
    def _parts(self) -> list[dict[str, Part]]:
        return [{part.pointer: part for part in _parts(document)} for document in self._documents]

    @cached_property
    def _targets(self) -> dict[_Node, Part]:
        return {
            (bool(second), target.pointer): target
            for second, parts in enumerate(self._parts)
            for part in parts.values()
            for target in part.targets()
        }

    @cached_property
    def _classes(self) -> dict[_Node, int]:
        forms = {node: _form(target) for node, target in self._targets.items()}
        edges = {node: [(node[0], to) for to in form.targets] for node, form in forms.items()}
        work = 1 + sum(map(len, edges.values())) // _REFERENCES_IN_A_STEP
        classes = _numbered({node: form.text for node, form in forms.items()})
        while True:
            self._budget.spend(work)
            finer = _numbered(
                {node: (classes[node], *(classes[to] for to in edges[node])) for node in classes}
            )
            if max(finer.values(), default=0) == max(classes.values(), default=0):
                return finer
            classes = finer


def _numbered(labels: dict[_Node, Any]) -> dict[_Node, int]:
    numbers: dict[Any, int] = {}
    return {node: numbers.setdefault(label, len(numbers)) for node, label in labels.items()}


def _parts(document: Document) -> Iterator[Part]:
    """Yield each subschema of a document that some value may be checked against."""
    seen: set[str] = set()
    pending = [document.part()]
    while pending:
        part = pending.pop()
        if part.pointer not in seen:
            seen.add(part.pointer)
            yield part
            pending += [*part.targets(), *_inner(part)]


def _inner(part: Part) -> Iterator[Part]:
    # A reference may hide the keywords beside it, and a policy may replace those.
    words = DEFINITIONS if part.is_reference else keywords_of(part.document.draft)
    for word, value in part.schema.items() if isinstance(part.schema, dict) else ():
        if word not in words:
            continue
        # Where only a reference leads to, no meta-schema has checked the values.
        if word in NAMED_SCHEMAS and isinstance(value, dict):
            yield from (part.below(word, name) for name in value)
        elif word in SCHEMAS and isinstance(value, list):
            yield from (part.below(word, at) for at in range(len(value)))
        elif word in SCHEMAS:
            yield part.below(word)


def _is_overruled(target: Part) -> bool:
    """Check whether a part stands below a keyword that a reference beside it hides."""
    keys = split(target.pointer)
    holders = (target.document.at(join("#", *keys[:at])) for at in range(len(keys)))
    return any(
        holder is not None and holder.is_reference and key not in DEFINITIONS
        for holder, key in zip(holders, keys, strict=True)
    )


def _form(part: Part) -> _Form:
    targets: list[str] = []
    return _Form(equality_key(_described(part, targets)), targets)


def _described(part: Part, targets: list[str]) -> Any:
    """Return a subschema without annotations, and add the targets of its references to a list."""
    if not isinstance(part.schema, dict):
        return part.schema
    known = {"$ref"} if part.is_reference else keywords_of(part.document.draft) - SILENT
    return {word: _meaning(part, word, targets) for word in sorted(part.schema) if word in known}


def _meaning(part: Part, word: str, targets: list[str]) -> Any:
    value = part.schema[word]
    if word == "$ref":
        targets += [target.pointer for target in part.targets()]
        return None
    if word in NAMED_SCHEMAS and isinstance(value, dict):
        return {name: _described(part.below(word, name), targets) for name in sorted(value)}
    if word in SCHEMAS and isinstance(value, list):
        return [_described(part.below(word, at), targets) for at in range(len(value))]
    if word in SCHEMAS:
        return _described(part.below(word), targets)
    if word in _SETS:
        return sorted(set(map(equality_key, value if isinstance(value, list) else [value])))
    return value


class Known(NamedTuple):
    """What is known of equal subschemas before two documents are compared.

    A policy narrows each subschema of the producer and widens each of the consumer. So the consumer
    accepts what the producer sends for subschemas that are the same as they are written.

    Args:
        written: The equality of subschemas as they are written.
        compared: The equality of subschemas as a policy has changed them.
    """

    written: Sameness
    compared: Sameness

    @classmethod
    def of(cls, producer: Document, consumer: Document, budget: Budget) -> "Known":
        """Return what is known of two schemas that are compared as they are written."""
        same = Sameness(producer, consumer, budget)
        return cls(same, same)

    def accepted(self, producer: Place, consumer: Part) -> bool:
        """Check whether a consumer's part accepts all that several parts together accept."""
        return self.written.among(producer, consumer) or self.compared.among(producer, consumer)

    def same(self, producer: Part, consumer: Part, words: Iterable[str]) -> bool:
        """Check whether keywords mean the same in two parts, as a policy has changed them."""
        one, other = producer.schema, consumer.schema
        if not isinstance(one, dict) or producer.document.draft != consumer.document.draft:
            return False
        for word in words:
            if (word in one) != (word in other):
                return False
            # Draft 4 has boolean exclusive bounds, which mean nothing alone.
            if isinstance(other.get(word), bool) and word.startswith("excl"):
                return False
            if word in one and not self._is_same(producer.below(word), consumer.below(word)):
                return False
        return True

    def _is_same(self, producer: Part, consumer: Part) -> bool:
        if self.compared.among((producer,), consumer):
            return True
        text = equality_key(consumer.schema)
        return text == equality_key(producer.schema) and is_self_contained(consumer.schema)


def is_self_contained(value: Any) -> bool:
    """Check whether a part of a schema has no reference. Equal ones may lead elsewhere."""
    text = equality_key(value)
    return '"$ref"' not in text and 'Ref"' not in text
