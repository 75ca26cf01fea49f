"""The advice on a name that was not found: the version lines that have it, or names like it."""

from __future__ import annotations

from collections import defaultdict
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pytest_schema_registry.addresses import split
from pytest_schema_registry.errors import CassetteMissing, SchemaNotFound
from pytest_schema_registry.registries.queries import Missing
from pytest_schema_registry.schemas import plain_name
from pytest_schema_registry.text import listed, numbered, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pytest_schema_registry.registries.queries import Result

#: The most names that a message has.
_NAMED = 3
_NEAR = 0.75


def advised(
    error: SchemaNotFound | CassetteMissing, name: str, known: Known, versions: Collection[str]
) -> SchemaNotFound | CassetteMissing:
    """Return the error of a name that was not found, with what the registry has instead.

    Args:
        error: The error.
        name: The name that was asked for.
        known: The names that the registry has.
        versions: The session's version lines.
    """
    document, _ = split(plain_name(name))
    if isinstance(error, CassetteMissing):
        lines = listed(known.lines_of(document), "and")
        near = known.like(document)
        said = f"recorded of it: {lines}" if lines else near and f"recorded: {near}"
        return CassetteMissing(
            error.path, error.wanted, error.command, error.unconfigured, said, error.beside
        )
    if error.release is not None or error.name != printable(document):
        return error
    advice = known.advice(document, error.version.split(" or "), versions)
    if not advice:
        return error
    _, _, rest = error.advice.partition("; ")
    if rest:
        is_question = advice.endswith("?")
        joined = f" {rest[0].upper()}{rest[1:]}" if is_question else f"; {rest}"
        advice += joined
    found = SchemaNotFound(error.name, error.version, None, error.where, advice)
    found.resting_on(error.old_copies).addressed_by(error.address_variable)
    return found


class Known:
    """The names that a registry has, each with its version lines.

    Args:
        names: Pairs of a name and a version line, which is empty where it is not known.
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._lines: dict[str, list[str]] = defaultdict(list)
        for name, version in names:
            self._lines[name].append(version)
        self._filled = {version for lines in self._lines.values() for version in lines}

    def lines_of(self, name: str) -> list[str]:
        """Return the version lines that have a name, as far as they are known, ``v2`` < ``v10``."""
        lines = filter(None, self._lines.get(name, ()))
        return [printable(version) for version in sorted(lines, key=numbered)]

    def like(self, name: str) -> str:
        """Return the names that are like one, with their version lines; empty without any."""
        last = name.rpartition(".")[2].casefold()
        found = [each for each in self._lines if each.rpartition(".")[2].casefold() == last]
        found += get_close_matches(name, self._lines, n=_NAMED, cutoff=_NEAR)
        near = [each for each in dict.fromkeys(found) if each != name][:_NAMED]
        return listed([self._shown(each) for each in near])

    def advice(self, name: str, versions: Sequence[str], of_session: Collection[str]) -> str:
        """Return what to do about a name that some version lines lack; empty where nothing helps.

        Args:
            name: The name.
            versions: The version lines that were asked.
            of_session: The session's version lines. Another one was named in a call.
        """
        if lines := self.lines_of(name):
            lacking = listed(versions, "and")
            list_ = "lists" if len(versions) == 1 else "list"
            empty = "" if self._filled & {*versions} else f", and {lacking} {list_} nothing"
            have = "has" if len(lines) == 1 else "have"
            instead = f"test against what there is: --registry-versions={','.join(lines)}"
            if not {*versions} & {*of_session}:
                instead = f"name {listed(lines)} instead"
            return f"{listed(lines, 'and')} {have} it{empty}: publish it in {lacking}, or {instead}"
        near = self.like(name)
        return f"did you mean {near}?" if near else ""

    def _shown(self, name: str) -> str:
        lines = self.lines_of(name)
        return printable(name) + (f" ({', '.join(lines)})" if lines else "")


def advice_on(result: Result) -> str:
    """Return what to do about a result that says that there is nothing.

    Args:
        result: The result.
    """
    match result.source:
        case "cache" | "stale cache":
            advice = "check the name; if it was published since, --registry-cache-ttl 0 asks again"
        case "cassette":
            advice = "check the name; if it was published since, record again"
        case _:
            advice = "check the name and the version"
    known = result.value.advice if isinstance(result.value, Missing) else ""
    return f"{advice}; {known}" if known else advice
