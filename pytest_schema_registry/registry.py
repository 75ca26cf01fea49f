"""SchemaRegistry: the object a user holds, with or without pytest."""

from __future__ import annotations

import shutil
import uuid
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from pytest_schema_registry import files
from pytest_schema_registry.addresses import Address
from pytest_schema_registry.contracts.judge import Judge
from pytest_schema_registry.errors import InvalidSettings, SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.retrieval.cache import SharedSession
from pytest_schema_registry.retrieval.pauses import Pauses
from pytest_schema_registry.retrieval.schema_source import SchemaSource
from pytest_schema_registry.schemas import Schema, Verdict, in_lines
from pytest_schema_registry.schemas import given as given_schema
from pytest_schema_registry.settings.arguments import check_schema, check_texts, settings_of

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_schema_registry.compatibility import CompatibilityReport
    from pytest_schema_registry.compatibility.report import Level
    from pytest_schema_registry.schema_types.schema_type import Validator
    from pytest_schema_registry.schemas import IndexEntry, Release


class SchemaRegistry:
    """Schemas from a registry, its cache or its recordings, and verdicts by them.

    It is a context manager; without pytest: ``with SchemaRegistry("https://registry.example") as
    registry: ...``. An object may be kept for months. What it has holds for ``cache_ttl``; then the
    registry is asked whether it has changed, of many schemas with one request. A registry that is
    down is asked again after a pause, of 1 s at first and of 30 s at most. Meanwhile, old copies
    are served, and their ``outage`` is the reason.

    Args:
        url: ``http(s)://…``, ``file:///dir`` or a directory; None uses recordings only.
        mode: ``auto``, ``live``, ``record`` or ``replay``.
        protocol: ``core``, ``confluent``, or ``auto`` to ask the registry once.
        versions: The version lines, oldest first; None for the protocol's own: ``v1`` and ``v2``,
            or ``latest`` of a Confluent registry.
        subject: The Confluent subject of a schema, of ``{name}`` and ``{version}``.
        version_property: The Confluent metadata property that has the version line as its value.
        layout: The template of the paths of a directory's files.
        cassettes: Directory of the cassettes (``tests/contracts/cassettes``).
        cache_dir: Directory of the cache; None keeps it for the lifetime of this object.
        cache_ttl: Seconds from the fetch during which an answer holds without a request; 0 asks the
            registry each time.
        timeout: Seconds that one request may take; retries stay inside three times that.
        token: Bearer token; None takes the credentials from the environment.
        max_schema_size: The largest schema that is read, in bytes.
        format_assertion: True treats ``format`` as an assertion.
        avro_unknown_fields: True lets an Avro record have fields that its schema does not have.
        default_draft: The draft of schemas without ``$schema``; None for the protocol's own:
            2020-12, or 7 of a Confluent registry.
        redact: Field names and paths whose values are never shown; one text may hold several,
            with commas between them.

    Raises:
        InvalidSettings: An argument is wrong.
    """

    def __init__(
        self,
        url: str | os.PathLike[str] | None = None,
        *,
        mode: str = "auto",
        protocol: str = "auto",
        versions: Sequence[str] | str | None = None,
        subject: str = "{name}",
        version_property: str | None = None,
        layout: str = "{version}/{name}.json",
        cassettes: str | os.PathLike[str] | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        cache_ttl: float = 300,
        timeout: float = 10,
        token: str | None = None,
        max_schema_size: int = 5_000_000,
        format_assertion: bool = True,
        default_draft: str | None = None,
        avro_unknown_fields: bool = False,
        redact: Sequence[str] = (),
    ) -> None:
        given = {
            "url": url,
            "mode": mode,
            "protocol": protocol,
            "versions": versions,
            "subject": subject,
            "version_property": version_property,
            "layout": layout,
            "cassettes": cassettes,
            "cache_dir": cache_dir,
            "cache_ttl": cache_ttl,
            "timeout": timeout,
            "token": token,
            "max_schema_size": max_schema_size,
            "format_assertion": format_assertion,
            "default_draft": default_draft,
            "avro_unknown_fields": avro_unknown_fields,
            "redact": redact,
        }
        try:
            settings = settings_of(given)
        except InvalidSettings as exc:
            # A traceback that shows the locals of this frame would show secrets.
            del given, url, token
            raise InvalidSettings(exc.setting, exc.reason) from None
        session = uuid.uuid4().hex
        own = files.session_directory(session)
        self._own: Path | None = own
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        self._source = SchemaSource(
            settings, SharedSession(session, own), settings.cache_dir, pauses=Pauses()
        )
        self._judge = Judge(self._source)

    @classmethod
    def over(cls, source: SchemaSource, judge: Judge) -> Self:
        """Create a registry over a source and its judge; whoever made them closes the source."""
        self = cls.__new__(cls)
        self._own = None
        self._source = source
        self._judge = judge
        return self

    def get_schema(
        self,
        name: str,
        version: str | None = None,
        *,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """Return a schema in one version line, or in the best one that has it.

        Args:
            name: The schema's name, with or without the ``.schema`` ending; or its address, with
                ``@VERSION``, with ``#/json/pointer`` for a part of it, or with both.
            version: The version line; without it, the versions are negotiated.
            release: A release within the line; without it, the current one.
            prefer: The version line to take where it has the schema and it is not deprecated;
                without it, the registry's versions are tried from the last to the first.
            fallback: The version line to take otherwise.

        Raises:
            SchemaNotFound: None of the version lines has the schema.
            SchemaRegistryError: A version line could not be asked. An outage never falls back to
                the next line silently.
            TypeError: An argument is not text, or one contradicts another.
        """
        check_texts("get_schema", name=name)
        choice = {"version": version, "release": release, "prefer": prefer, "fallback": fallback}
        check_texts("get_schema", or_none=True, **choice)
        address = Address.parse(name)
        if said := address.contradiction(version=version, prefer=prefer, fallback=fallback):
            raise TypeError(f"get_schema(): {said}")
        if address.version is not None:
            name, version, prefer, fallback = address.name, address.version, None, None
        try:
            schema = self._source.schema(name, version, release, prefer, fallback)
        except SchemaNotFound as exc:
            self._source.served(exc.old_copies)
            raise
        self._source.served(schema.old_copies)
        return schema

    def validate_payload(
        self, schema: str | Schema | dict[str, Any] | bool, payload: Any
    ) -> Verdict:
        """Check whether a payload conforms, and return its violations, best match first.

        The verdict is true where the payload conforms, and unpacks into ``is_valid, errors``.

        Args:
            schema: A name or an address (without a version, in its best one), a schema of this
                registry, or a JSON Schema.
            payload: dict, list, JSON scalars, models. Of an Avro schema: the value that a
                serializer takes, or the message that it makes of it.

        Raises:
            PayloadNotJSON: The payload has no JSON form.
            SchemaRegistryError: The schema cannot be had, or is itself wrong.
            TypeError: ``schema`` is none of these.
        """
        validator = self._validator(schema)
        value = self._judge.value(payload, validator)
        if validator.is_valid(value):
            return Verdict(is_valid=True)
        return Verdict(is_valid=False, errors=self._judge.violations(validator, value))

    def check_compatibility(
        self, name: str, old: str, new: str, *, level: Level = "backward"
    ) -> CompatibilityReport:
        """Return the registry's own verdict on two version lines of a schema; true if they pass.

        Args:
            name: The schema's name, with or without the ``.schema`` ending.
            old: The older version line.
            new: The newer version line.
            level: "backward" for new consumers of old payloads, "forward" for old consumers of new
                payloads, "full" for both.

        Raises:
            SchemaNotFound: One of the lines has no such schema.
            InvalidAnswer: The registry does not compare schemas.
            SchemaRegistryError: The verdict cannot be had, for another reason.
            TypeError: A name or a version line is not text.
            ValueError: ``level`` is none of the above.
        """
        from pytest_schema_registry.compatibility.registry_verdict import ask_registry

        check_texts("check_compatibility", name=name, old=old, new=new)
        return ask_registry(partial(self._source.catalogue.compatibility, name), old, new, level)

    def index(self) -> tuple[IndexEntry, ...]:
        """Return the entries of the registry's index, sorted by version and name.

        Raises:
            SchemaNotFound: There is no index.
            SchemaRegistryError: The index cannot be retrieved, for another reason.
        """
        return in_lines(self._source.catalogue.index(), self._source.versions)

    def versions(self, name: str) -> tuple[Release, ...]:
        """Return the releases of a schema in all of the registry's versions, oldest first in each.

        Args:
            name: The schema's name, with or without the ``.schema`` ending; or its address, with
                ``@VERSION`` for that version alone.

        Raises:
            SchemaNotFound: No version has any.
            SchemaRegistryError: A version could not be asked.
            TypeError: The name is not text.
        """
        check_texts("versions", name=name)
        address = Address.parse(name)
        lines = (address.version,) if address.version else self._source.versions
        return self._source.catalogue.releases(address.name, lines)

    def close(self) -> None:
        """Close the connections, and forget what was kept for this object alone."""
        self._source.close()
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _validator(self, schema: str | Schema | dict[str, Any] | bool) -> Validator:
        try:
            validator = self._judge.validator(self._known(schema))
        except SchemaRegistryError as exc:
            self._source.served(exc.old_copies)
            raise
        self._source.served(validator.old_copies)
        return validator

    def _known(self, schema: str | Schema | dict[str, Any] | bool) -> Schema:
        if isinstance(schema, str):
            address = Address.parse(schema)
            return self._source.schema(address.name, address.version)
        if isinstance(schema, dict | bool):
            return given_schema(schema)
        check_schema(
            "validate_payload", schema, or_else="a name, a JSON Schema as a dict or a bool, or "
        )
        return schema
