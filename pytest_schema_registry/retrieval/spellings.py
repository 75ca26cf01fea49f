"""The two spellings of a schema's name: with the ``.schema`` ending, and without it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pytest_schema_registry.errors import CassetteMissing

if TYPE_CHECKING:
    from pytest_schema_registry.registries.queries import Query, Result
    from pytest_schema_registry.retrieval.resolver import Resolver
    from pytest_schema_registry.schemas import OldCopy


class Answer(NamedTuple):
    """The answer to a query by a name.

    Args:
        result: The result that counts.
        old_copies: The old copies that it rests on.
        results: The results by all spellings that were tried.
    """

    result: Result
    old_copies: tuple[OldCopy, ...]
    results: tuple[Result, ...]


def by_either_spelling(resolver: Resolver, query: Query) -> Answer:
    """Return the answer by a name, and where that is missing, the one by its other spelling.

    Raises:
        SchemaRegistryError: No place has a result.
    """
    first = resolver.retrieve(query)
    has_second = resolver.protocol.has_second_spelling and first.source != "directory"
    if first.is_missing and has_second:
        with suppress(CassetteMissing):
            second = resolver.retrieve(query.suffixed)
            results = (first, second)
            if not second.is_missing:
                return Answer(second, first.old_copies + second.old_copies, results)
            return Answer(first, first.old_copies or second.old_copies, results)
    return Answer(first, first.old_copies, (first,))
