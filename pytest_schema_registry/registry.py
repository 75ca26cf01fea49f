"""SchemaRegistry: the object a user holds, with or without pytest."""

from __future__ import annotations

import shutil
import uuid
import weakref
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from pytest_schema_registry import files
from pytest_schema_registry.contracts.explanation import Explanation
from pytest_schema_registry.contracts.payloads import from_text, to_json
from pytest_schema_registry.errors import (
    ContractViolation,
    InvalidSettings,
    SchemaNotFound,
    SchemaRegistryError,
)
from pytest_schema_registry.retrieval import sources
from pytest_schema_registry.retrieval.cache import Cache, Session
from pytest_schema_registry.retrieval.catalogue import Catalogue
from pytest_schema_registry.retrieval.pauses import Pauses
from pytest_schema_registry.retrieval.prefetch import ahead
from pytest_schema_registry.retrieval.realm import realm
from pytest_schema_registry.retrieval.resolver import Resolver
from pytest_schema_registry.retrieval.sources import Lazy
from pytest_schema_registry.schema_types import all_types
from pytest_schema_registry.schema_types.compiler import Compiler
from pytest_schema_registry.schemas import Schema, Verdict
from pytest_schema_registry.schemas import given as given_schema
from pytest_schema_registry.settings.arguments import check_schema, check_texts, settings_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pytest_schema_registry.compatibility import CompatibilityReport
    from pytest_schema_registry.compatibility.report import Level
    from pytest_schema_registry.plugin.markers import SchemaRequest
    from pytest_schema_registry.registries.queries import Fetch, Result
    from pytest_schema_registry.schema_types.schema_type import Validator
    from pytest_schema_registry.schemas import IndexEntry, OldCopy, Release
    from pytest_schema_registry.settings.settings import Settings


class SchemaRegistry:
    """Schemas from a registry, its cache or its recordings, and verdicts by them.

    It is a context manager; without pytest: ``with SchemaRegistry("https://registry.example") as
    registry: ...``. One object does not ask again for what the registry has answered. It repeats a
    failed request after a pause, of 1 s at first and of 30 s at most.

    Args:
        url: ``http(s)://…``, ``file:///dir`` or a directory; None uses recordings only.
        mode: ``auto``, ``live``, ``record`` or ``replay``.
        versions: The version lines, oldest first.
        cassettes: Directory of recorded exchanges (``tests/contracts/cassettes``).
        cache_dir: Directory of the cache; None keeps it for the lifetime of this object.
        cache_ttl: Seconds from the fetch during which a cache entry is served without a request.
        timeout: Seconds that one request may take; retries stay inside three times that.
        token: Bearer token; None takes ``SCHEMA_REGISTRY_TOKEN`` from the environment.
        max_schema_size: The largest schema that is read, in bytes.
        format_assertion: True treats ``format`` as an assertion.
        default_draft: The draft of schemas without ``$schema``.
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
        versions: Sequence[str] | str = ("v1", "v2"),
        cassettes: str | os.PathLike[str] | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        cache_ttl: float = 300,
        timeout: float = 10,
        token: str | None = None,
        max_schema_size: int = 5_000_000,
        format_assertion: bool = True,
        default_draft: str = "2020-12",
        redact: Sequence[str] = (),
    ) -> None:
        given = {
            "url": url,
            "mode": mode,
            "versions": versions,
            "cassettes": cassettes,
            "cache_dir": cache_dir,
            "cache_ttl": cache_ttl,
            "timeout": timeout,
            "token": token,
            "max_schema_size": max_schema_size,
            "format_assertion": format_assertion,
            "default_draft": default_draft,
            "redact": redact,
        }
        try:
            settings = settings_of(given)
        except InvalidSettings as exc:
            # A traceback that shows the locals of this frame would show secrets.
            del given, url, token
            raise exc.with_traceback(None) from None
        session = uuid.uuid4().hex
        own = files.session_directory(session)
        self._own: Path | None = own
        weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        self._assemble(settings, Session(session, own), settings.cache_dir, pauses=Pauses())

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        session: Session,
        cache_dir: Path | None,
        observe: Callable[[Fetch], None] | None = None,
        answered: Callable[[Result], None] | None = None,
        *,
        served: Callable[[tuple[OldCopy, ...]], None] | None = None,
        pauses: Pauses | None = None,
    ) -> Self:
        """Create a registry that shares its cache with the other processes of a session.

        Args:
            settings: Validated settings.
            session: The identity that the processes share; its owner closes it.
            cache_dir: The directory of cache entries; None keeps them for this session only.
            observe: Called with each exchange over HTTP.
            answered: Called with each result, wherever it came from.
            served: Called with the old copies that a value given to the user rests on.
            pauses: The pauses after which failed requests are repeated; None never repeats one in
                this session.
        """
        self = cls.__new__(cls)
        self._own = None
        self._assemble(
            settings, session, cache_dir, observe, answered, served=served, pauses=pauses
        )
        return self

    def _assemble(
        self,
        settings: Settings,
        session: Session,
        cache_dir: Path | None,
        observe: Callable[[Fetch], None] | None = None,
        answered: Callable[[Result], None] | None = None,
        *,
        served: Callable[[tuple[OldCopy, ...]], None] | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self._settings = settings
        self._observe_served = served
        self._registry = Lazy(lambda: sources.registry(settings, observe))
        self._cache = cache = Cache(
            cache_dir,
            session,
            ttl=settings.cache_ttl,
            # The holder of an address's lock may need its whole time budget, and that of the index.
            lock_timeout=2 * (3 * settings.timeout + 5),
            realm=realm(settings.location, settings.token),
        )
        cassettes = Lazy(lambda: sources.cassettes(settings))
        if settings.mode == "record":
            cassettes().prepare()
        self._resolver = Resolver(
            settings,
            sources.protocol(settings),
            self._registry,
            cache,
            cassettes,
            answered=answered,
            pauses=pauses,
        )
        self._catalogue = Catalogue(self._resolver, self._found, self._served)
        self._compiler = Compiler(
            all_types(formats=settings.format_assertion, default_draft=settings.default_draft),
            lambda reference: self._catalogue.referred(reference, settings.versions[::-1]),
        )
        self._redaction = settings.redact

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
            name: The schema's name, with or without the ``.schema`` ending.
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
        try:
            schema = self.schema(name, version, release, prefer, fallback)
        except SchemaNotFound as exc:
            self._served(exc.old_copies)
            raise
        self._served(schema.old_copies)
        return schema

    def schema(
        self,
        name: str,
        version: str | None = None,
        release: str | None = None,
        prefer: str | None = None,
        fallback: str | None = None,
    ) -> Schema:
        """Return a schema as :meth:`get_schema` does, but do not report the old copies.

        The caller reports which old copies the schema rests on.
        """
        if version is not None:
            if prefer is not None or fallback is not None:
                raise TypeError("give a version, or prefer and fallback, not both")
            return self._catalogue.schema(name, version, release)
        candidates: tuple[str, ...]
        if prefer is not None:
            candidates = (prefer,) if fallback is None else (prefer, fallback)
        elif fallback is not None:
            raise TypeError("fallback needs prefer")
        else:
            candidates = self._settings.versions[::-1]
        return self._catalogue.negotiated(name, candidates, release)

    def validate_payload(
        self, schema: str | Schema | dict[str, Any] | bool, payload: Any
    ) -> Verdict:
        """Check whether a payload conforms, and return its violations, best match first.

        The verdict is true where the payload conforms, and unpacks into ``is_valid, errors``.

        Args:
            schema: A name (in its best version), a schema of this registry, or a JSON Schema.
            payload: dict, list, JSON scalars, models.

        Raises:
            PayloadNotJSON: The payload has no JSON form.
            SchemaRegistryError: The schema cannot be had, or is itself wrong.
            TypeError: ``schema`` is none of these.
        """
        try:
            compiled = self.compiled(self._known(schema))
        except SchemaRegistryError as exc:
            self._served(exc.old_copies)
            raise
        self._served(compiled.old_copies)
        form = self.form(payload)
        if compiled.is_valid(form):
            return Verdict(is_valid=True)
        return Verdict(is_valid=False, errors=compiled.violations(form, self._redaction))

    def form(self, payload: Any, *, text: bool = False) -> Any:
        """Return the payload's JSON form.

        Args:
            payload: dict, list, JSON scalars, models; JSON text.
            text: True where the payload is JSON text.

        Raises:
            PayloadNotJSON: The payload has no JSON form.
        """
        if text:
            return from_text(payload, self._redaction)
        return to_json(payload, self._redaction)

    def redacted(self, form: Any) -> Any:
        """Return a payload's JSON form without the values that are never shown."""
        return self._redaction.applied(form)

    def compiled(self, schema: Schema) -> Validator:
        """Compile a schema for checks: ``.is_valid(payload)`` is as fast as a check can be.

        Args:
            schema: A schema of this registry.

        Raises:
            InvalidSchema: The schema is itself wrong.
            SchemaRegistryError: A schema that it refers to cannot be had.
        """
        check_schema("compiled", schema)
        return self._compiler.validator(schema)

    def violation(
        self,
        compiled: Validator,
        form: Any,
        *,
        others: Sequence[str] = (),
        verbose: bool = False,
    ) -> ContractViolation:
        """Return the error to raise for a payload that does not conform.

        Args:
            compiled: The schema that the payload breaks.
            form: The payload's JSON form.
            others: The version lines that the payload may conform to instead.
            verbose: True for a text that shows everything.
        """
        schema = compiled.schema
        found = compiled.violations(form, self._redaction)
        safe = self.redacted(form)
        elsewhere = self._elsewhere(schema, form, others)
        text = Explanation(schema, safe, found, elsewhere, verbose)
        # A verbose text shows the payload, which may change before the text is read.
        return ContractViolation(str(text) if verbose else text, schema, safe, found)

    def remarks(self, compiled: Validator) -> Iterable[tuple[str, str]]:
        """Return remarks on the parts of a schema that look like assertions and are none.

        Each remark is a pair: its subject, and one line of text.
        """
        return compiled.remarks()

    def bundled(self, schema: Schema) -> Any:
        """Return the content of a schema with all that it refers to, as one document.

        Args:
            schema: A schema of this registry.

        Raises:
            SchemaRegistryError: The schema is itself wrong, or one that it refers to cannot be had.
        """
        return self.compiled(schema).bundled()

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
            SchemaNotFound: One of the lines has no such schema, or the registry compares none.
            SchemaRegistryError: The verdict cannot be had, for another reason.
            TypeError: A name or a version line is not text.
            ValueError: ``level`` is none of the above.
        """
        from pytest_schema_registry.compatibility.registry_verdict import ask_registry

        check_texts("check_compatibility", name=name, old=old, new=new)
        return ask_registry(partial(self._catalogue.compatibility, name), old, new, level)

    def _elsewhere(self, schema: Schema, form: Any, versions: Sequence[str]) -> list[Schema]:
        """Return the schema in the other versions that the payload conforms to.

        A version that cannot be had is left out.
        """
        conforms_to = []
        for version in versions:
            if version != schema.version:
                with suppress(SchemaRegistryError):
                    other = self._catalogue.schema(schema.name, version)
                    if self.compiled(other).is_valid(form):
                        conforms_to.append(other)
        return conforms_to

    def index(self) -> tuple[IndexEntry, ...]:
        """Return the entries of the registry's index, sorted by version and name."""
        return self._catalogue.index()

    def versions(self, name: str) -> tuple[Release, ...]:
        """Return the releases of a schema in all of the registry's versions, oldest first in each.

        Raises:
            SchemaNotFound: No version has any.
            TypeError: The name is not text.
        """
        check_texts("versions", name=name)
        return self._catalogue.releases(name, self._settings.versions)

    def prefetch(
        self,
        wanted: Iterable[SchemaRequest],
        observe: Callable[[int, int, int], None] | None = None,
    ) -> None:
        """Retrieve schemas before their use, several at a time, where that takes a network.

        A schema that cannot be had raises no error here: the error is kept, and raised where the
        schema is used.

        Args:
            wanted: The schemas; those without a name are left for later.
            observe: Called after each schema that may need a request of its own, with the numbers
                of schemas that were retrieved, that were tried, and that are to be tried.
        """
        if self._settings.remote:
            ahead(
                [each for each in wanted if each.name is not None],
                self._is_retrieved,
                self._resolver.at_hand,
                at_most=self._settings.max_in_flight,
                observe=observe,
            )

    def _is_retrieved(self, wanted: SchemaRequest) -> bool:
        assert wanted.name is not None  # noqa: S101  # those without are left for later
        try:
            schema = self.schema(
                wanted.name, wanted.version, wanted.release, wanted.prefer, wanted.fallback
            )
            if self._compiler.type_of(schema).refers_elsewhere(schema):
                self.compiled(schema)  # retrieves the schemas it refers to
        except SchemaRegistryError:
            return False
        return True

    def cache_size(self) -> int:
        """Return the number of entries in the cache."""
        return self._cache.size()

    def close(self) -> None:
        """Close the connections, and forget what was kept for this object alone."""
        if self._registry.made is not None:
            self._registry.made.close()
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _served(self, old_copies: tuple[OldCopy, ...]) -> None:
        if old_copies and self._observe_served is not None:
            self._observe_served(old_copies)

    def _found(self, schema: Schema) -> None:
        if self._settings.mode == "record":
            # Compiling records the schemas that it refers to, even in a run that checks nothing.
            with suppress(SchemaRegistryError):
                self.compiled(schema)

    def _known(self, schema: str | Schema | dict[str, Any] | bool) -> Schema:
        if isinstance(schema, str):
            return self.schema(schema)
        if isinstance(schema, dict | bool):
            return given_schema(schema)
        check_schema(
            "validate_payload", schema, or_else="a name, a JSON Schema as a dict or a bool, or "
        )
        return schema
