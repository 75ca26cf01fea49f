"""Schemas as the Confluent Schema Registry has them: subjects with numbered versions.

A subject is the name of a schema. Its versions are the releases of all its version lines.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pytest_schema_registry.errors import (
    InvalidAnswer,
    InvalidSchema,
    RegistryUnavailable,
)
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.registries.bare_schemas import verdict_of
from pytest_schema_registry.registries.confluent_documents import (
    NO_SCHEMA,
    NO_SUBJECT,
    NO_VERSION,
)
from pytest_schema_registry.registries.queries import (
    Kind,
    Query,
    RegisteredSchema,
    RegistryVerdict,
)
from pytest_schema_registry.registries.subject_versions import Posted, Refused, Version
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schemas import ListedReference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_schema_registry.registries.served import ServedSchemas
    from pytest_schema_registry.schema_types.schema_type import Reference, SchemaType
    from pytest_schema_registry.schemas import Schema

_LATEST = ("latest", "-1")
_MOST = 2**31 - 1
#: The draft of a schema without ``$schema``, as the registries of this protocol have it.
_DEFAULT_DRAFT = "7"


class Subjects:
    """The served schemas as subjects with versions, read anew by each method.

    All methods raise `InvalidAnswer` or `RegistryUnavailable` where a schema cannot be read.

    Args:
        schemas: The schemas.
    """

    def __init__(self, schemas: ServedSchemas) -> None:
        self._schemas = schemas
        self._types = all_types(default_draft=_DEFAULT_DRAFT)
        self._json = self._types["JSON"]

    def names(self) -> list[str]:
        """Return all subjects, sorted."""
        return sorted(set().union(*self._schemas.names().values()))

    def versions(self, subject: str) -> list[Version]:
        """Return the versions of a subject.

        Raises:
            Refused: There is no such subject.
        """
        found = list(self._each(subject))
        if not found:
            raise _no_subject(subject)
        return found

    def version(self, subject: str, asked: str) -> Version:
        """Return one version of a subject.

        Args:
            subject: The subject.
            asked: The number, or a word for the latest.

        Raises:
            Refused: There is no such subject or version, or ``asked`` is no number.
        """
        if asked in _LATEST:
            return self.versions(subject)[-1]
        if not re.fullmatch("[0-9]{1,10}", asked) or not 1 <= int(asked) <= _MOST:
            reason = f"{asked!r} is not a version: a number from 1 to 2^31-1, or 'latest'."
            raise Refused(422, 42202, reason)
        version = None
        # Later releases are not read. So one that is broken fails only those who ask for it.
        for version in self._each(subject):
            if version.number == int(asked):
                return version
        if version is None:
            raise _no_subject(subject)
        raise Refused(404, NO_VERSION, f"Version {asked} of {subject!r} not found.")

    def with_properties(self, subject: str, wanted: Mapping[str | None, str | None]) -> Version:
        """Return the latest version of a subject that has all of some metadata properties.

        Raises:
            Refused: There is no such subject or version.
        """
        for version in reversed(self.versions(subject)):
            if wanted.items() <= version.properties.items():
                return version
        raise Refused(404, NO_VERSION, f"No version of {subject!r} has this metadata.")

    def with_id(self, number: str) -> list[Version]:
        """Return the versions, of any subject, that have an id.

        Raises:
            Refused: There is none, or the id is that of two different contents.
        """
        unread: InvalidAnswer | RegistryUnavailable | None = None
        found: list[Version] = []
        lines = self._schemas.names()
        for subject in sorted(self._schemas.held()):
            try:
                versions = self._over(lines, subject)
                found += (each for each in versions if str(self.id_of(each)) == number)
            except (InvalidAnswer, RegistryUnavailable) as exc:
                unread = unread or exc
        if not found:
            # The file that cannot be read may have the id, so a 404 could be wrong.
            raise unread or Refused(404, NO_SCHEMA, f"Schema {number} not found.")
        for other in found:
            if other.found.content != found[0].found.content:
                two = f"{found[0].subject!r} and {other.subject!r}"
                raise Refused(500, 50001, f"Two schemas have the id {number}: of {two}.")
        return found

    def id_of(self, version: Version) -> int:
        """Return the id of a version: a number made of its content, the same in every process.

        The same text refers to other schemas in another version line. So its id has the line in it,
        and the file's place where references lead from that.
        """
        found = version.found
        key = found.content.digest
        is_json = found.schema_type == "JSON"
        if self._json.refers_elsewhere(version.schema) if is_json else found.references:
            place = found.id or ""
            key = digest([key, found.version, *([place] if place.startswith("file:") else [])])
        if not is_json:
            # The same text may be a schema of two languages.
            key = digest([key, found.schema_type])
        return int(key, 16) % _MOST + 1

    def references(self, version: Version) -> tuple[ListedReference, ...]:
        """Return the references of a version that lead to a served schema, by name."""
        listed = version.found.references
        if listed is not None:
            return self._numbered(listed, is_by_line=version.found.subject is None)
        found = set()
        for reference in self._json.references(version.schema):
            target = self._leads_to(reference, version)
            if target is not None:
                name = reference.text.partition("#")[0]
                found.add(ListedReference(name, target.subject, str(target.number)))
        return tuple(sorted(found))

    def look_up(self, subject: str, posted: Posted) -> Version | None:
        """Return the latest version of a subject that a posted schema is equal to, or None.

        Raises:
            Refused: There is no such subject, or a posted reference leads to nothing.
        """
        for version in reversed(self.versions(subject)):
            found = version.found
            if (found.schema_type, found.content) == (posted.schema_type, posted.content):
                wanted = self._referred(posted)
                # A client that has the schema from a file may not know its references.
                if not wanted or wanted == self.references(version):
                    return version
        return None

    def compare(self, old: Version, posted: Posted) -> RegistryVerdict:
        """Return whether a posted schema can read what a version's producers write.

        Raises:
            Refused: The posted schema is wrong, a reference of it leads to nothing, or its language
                is not compared here.
        """
        if posted.schema_type != old.found.schema_type:
            return RegistryVerdict(False, ("the two schemas are of different languages",))
        language = self._types.get(posted.schema_type)
        if language is None:
            raise Refused(501, 50101, f"What compares {posted.schema_type} is not installed here.")
        new = replace(old.schema, published=posted.content, references=self._referred(posted))
        try:
            later = self._bundled(language, new)
        except InvalidSchema as exc:
            raise invalid(f"{exc.reason} (at {exc.pointer})") from None
        try:
            earlier = self._bundled(language, self._with_references(old))
        except InvalidSchema as exc:
            reason = f"version {old.number} of {old.subject!r}: {exc.reason} (at {exc.pointer})"
            raise Refused(500, 50001, reason) from None
        return verdict_of(language.compare(earlier, later, level="backward"))

    def _each(self, subject: str) -> Iterator[Version]:
        return self._over(None, subject)

    def _over(self, lines: Mapping[str, set[str]] | None, subject: str) -> Iterator[Version]:
        """Yield the versions of a subject, over all version lines that have it.

        Args:
            lines: The names in each version line; None to look them up.
            subject: The subject.
        """
        for each in self._schemas.versions(subject, lines):
            yield Version(subject, each.number, each.schema)

    def _numbered(
        self, listed: tuple[ListedReference, ...], *, is_by_line: bool
    ) -> tuple[ListedReference, ...]:
        """Return references that another registry listed, with the numbers of the versions here.

        Args:
            listed: The references.
            is_by_line: True where they name version lines, and each means the current release.
        """
        numbers = {
            each: str(to.number)
            for each in listed
            for to in self._each(each.subject)
            if each.release == (to.found.version if is_by_line else to.found.release)
        }
        return tuple(sorted(each._replace(release=numbers[each]) for each in numbers))

    def _leads_to(self, reference: Reference, writer: Version) -> Version | None:
        if reference.target == (writer.found.version, writer.subject):
            return writer
        found = self._target(reference)
        if found is None:
            return None
        known = found.version, found.release, found.content
        same = (
            each
            for each in self._each(found.name)
            if (each.found.version, each.found.release, each.found.content) == known
        )
        return next(same, None)

    def _target(self, reference: Reference) -> RegisteredSchema | None:
        """Return the schema that a reference leads to, by its name or its id."""
        if reference.target is not None:
            line, name = reference.target
            return self._current(line or "", name)
        found = self._fetched(Query(Kind.BY_ID, reference.version, reference.uri))
        if found is None and reference.name is not None:
            return self._current(reference.version, reference.name)
        return found

    def _current(self, line: str, name: str) -> RegisteredSchema | None:
        return self._fetched(Query(Kind.SCHEMA, line, name))

    def _fetched(self, query: Query) -> RegisteredSchema | None:
        """Return the JSON Schema for a query; None where there is none."""
        value = self._schemas.fetch(query).value
        if isinstance(value, RegisteredSchema) and value.schema_type == "JSON":
            return value
        return None

    def _referred(self, posted: Posted) -> tuple[ListedReference, ...]:
        """Return the references that a posted schema lists, with numbers in place of ``latest``."""
        try:
            numbers = [self.version(each.subject, each.release) for each in posted.references]
        except Refused as exc:
            raise invalid(f"a reference leads to nothing: {exc}") from None
        found = zip(posted.references, numbers, strict=True)
        return tuple(sorted(each._replace(release=str(to.number)) for each, to in found))

    def _with_references(self, version: Version) -> Schema:
        return replace(version.schema, references=self.references(version))

    def _bundled(self, language: SchemaType, schema: Schema) -> Any:
        """Return the content of a schema with all that it refers to, as one document."""

        def resolve(reference: Reference | ListedReference) -> Schema:
            listed = cast("ListedReference", reference)  # as the schema lists its references
            return self._with_references(self.version(listed.subject, listed.release))

        return language.compile(schema, resolve).bundled()


def invalid(reason: str) -> Refused:
    """Return the error of a posted schema that is none."""
    return Refused(422, 42201, f"Invalid schema: {reason}")


def _no_subject(subject: str) -> Refused:
    return Refused(404, NO_SUBJECT, f"Subject {subject!r} not found.")
