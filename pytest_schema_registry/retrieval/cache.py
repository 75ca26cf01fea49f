"""The cache on disk: locked, and written atomically.

Each address has one file, which may be deleted at any moment.

An address that failed has a second file. It holds for one session only: the session's workers share
the failure instead of repeating it.
"""

from __future__ import annotations

import time
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import files
from pytest_schema_registry.errors import (
    CacheLocked,
    CacheWarning,
    CassetteNotWritten,
    InvalidAnswer,
    RegistryRefused,
    RegistryUnavailable,
    SchemaRegistryError,
)
from pytest_schema_registry.forks import Lock
from pytest_schema_registry.retrieval import cache_entries
from pytest_schema_registry.text import said_by
from pytest_schema_registry.turns import others_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_schema_registry.registries.queries import Query, Result
    from pytest_schema_registry.schemas import Source

#: The failures that one process keeps for all processes of the session.
SHARED_FAILURES = (CassetteNotWritten, InvalidAnswer, RegistryRefused, RegistryUnavailable)


@dataclass(frozen=True, slots=True)
class SharedSession:
    """The identity that the processes of one test run share, so that they ask each address once.

    Args:
        id: An unguessable text, the same in all processes.
        directory: The cache directory for a session that can write to no other; its owner removes
            it. It must be private, because the entries of another user are not trusted.
        started_at: The time at which the age of entries is judged, in seconds since the epoch; None
            for the time at which each is read. A test run has one, or a time-to-live that ends
            between two workers would have them test two versions.
    """

    id: str
    directory: Path
    started_at: float | None = None

    def first(self, fact: str) -> bool:
        """Claim `fact`: true for the first process of the run only, so that it warns once."""
        claim = self.directory / f"{sha256(fact.encode()).hexdigest()[:40]}.claim"
        with suppress(OSError):  # two warnings are better than none
            files.private(self.directory)
            try:
                claim.touch(exist_ok=False)
            except FileExistsError:
                return False
        return True


def warn(text: str) -> None:
    """Warn that a cache directory cannot be used, even where users turn warnings into errors.

    As an error, it would stop the collection, or fail whichever test comes first.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("always", CacheWarning)
        warnings.warn(text, CacheWarning, stacklevel=3)


class Cache:
    """The results of a registry, kept on disk for all workers and for the next session.

    Args:
        directory: The directory of the entries; None keeps them for the session only.
        session: The test run that uses the cache.
        ttl: Seconds from the fetch during which another session's entry counts as fresh.
        lock_timeout: Seconds that another process may hold the lock of an address.
        realm: Tells apart registries that share an address; entries do not contain it.
        outlives_entries: True outside a test run: the session's own entries age, too.
        clock: Returns seconds since the epoch.
    """

    def __init__(
        self,
        directory: Path | None,
        session: SharedSession,
        *,
        ttl: float,
        lock_timeout: float,
        realm: str = "",
        outlives_entries: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._directory = directory or session.directory
        self._is_session_s = directory is None
        self.ttl = ttl
        self._lock_timeout = lock_timeout
        self._realm = realm
        self._outlives_entries = outlives_entries
        self._falling_back = Lock()
        self._clock = clock

    def fresh(self, url: str, query: Query) -> Result | None:
        """Return the entry if it does not age, or its time-to-live has not passed."""
        entry = self.stale(url, query)
        return None if entry is None or entry.source == "stale cache" else entry

    def asked(self, url: str, query: Query) -> Result | None:
        """Return the entry if this session fetched it."""
        entry = self.stale(url, query)
        return None if entry is None or entry.source != "registry" else entry

    def stale(self, url: str, query: Query) -> Result | None:
        """Return the entry, however old it is; its source tells whether it is stale."""
        members, schema = self._read(url, "entry")
        return cache_entries.result_of(members, schema, url, query, self._source(members))

    def _source(self, entry: dict[str, Any]) -> Source:
        is_own = entry.get("session") == self._session.id
        if is_own and not self._outlives_entries:
            return "registry"
        fetched_at = entry.get("fetched_at")
        if isinstance(fetched_at, float) and self.is_young(fetched_at):
            return "registry" if is_own else "cache"
        return "stale cache"

    def is_young(self, fetched_at: float) -> bool:
        """Check whether the time-to-live of what was fetched then has not passed."""
        now = self._clock()
        judged_at = now if self._session.started_at is None else self._session.started_at
        # A fetch time in the future means that the clock was set back: the age is unknown.
        return fetched_at <= now and max(0.0, judged_at - fetched_at) < self.ttl

    def failure(self, url: str) -> SchemaRegistryError | None:
        """Return the error of this session's request for the address, or None without one."""
        entry, _ = self._read(url, "failure")
        if entry.get("session") != self._session.id:
            return None
        for kind in SHARED_FAILURES:
            if entry.get("error") == kind.__name__ and isinstance(entry.get("args"), list):
                with suppress(TypeError):
                    return kind(*entry["args"])
        return None

    def keep(self, result: Result) -> None:
        """Write a result as an entry; the caller holds the address's lock."""
        self._write(result.url, "entry", cache_entries.of_result(result, self._session.id))

    def keep_failure(self, url: str, error: SchemaRegistryError) -> None:
        """Keep a request's error for this session; the entry of the address stays as it is."""
        members = {
            "session": self._session.id,
            "error": type(error).__name__,
            "args": error.args,
        }
        self._write(url, "failure", cache_entries.written(members))

    @contextmanager
    def lock(self, url: str) -> Iterator[None]:
        """Hold the lock of an address against all other threads and processes.

        Raises:
            CacheLocked: Another process held it for longer than the timeout.
        """
        import filelock

        def acquire() -> filelock.BaseFileLock:
            self._make_directory()
            path = self._path(url, "lock")
            lock = filelock.FileLock(path, thread_local=False)
            try:
                with others_turn():
                    lock.acquire(timeout=self._lock_timeout)
            except filelock.Timeout:
                raise CacheLocked(str(path), self._lock_timeout) from None
            return lock

        held = None
        try:
            held = acquire()
        except OSError as exc:
            self._fall_back(exc)
            # If that fails, too, this process shares nothing with the others.
            with suppress(OSError):
                held = acquire()
        try:
            yield
        finally:
            if held is not None:
                held.release()

    def size(self) -> int:
        """Return the number of entries."""
        return sum(1 for _ in self._directory.glob("*.entry"))

    def staging(self, key: str) -> Path:
        """Return a path at which a file may be written before it moves to its final place."""
        return self._path(key, "staging")

    def _make_directory(self) -> None:
        if self._is_session_s:
            files.private(self._directory)
        else:
            self._directory.mkdir(parents=True, exist_ok=True)

    def _read(self, url: str, kind: str) -> tuple[dict[str, Any], str | None]:
        # Another user may have forged the files of a directory that is not private.
        if self._is_session_s and not files.is_private(self._directory):
            return {}, None
        return cache_entries.read(self._path(url, kind))

    def _write(self, url: str, kind: str, text: str) -> None:
        def write() -> None:
            self._make_directory()
            files.replace(self._path(url, kind), text, staging=self._path(url, f"{kind}.new"))

        try:
            write()
        except OSError as exc:
            self._fall_back(exc)
            # If that fails, too, the result stays in memory; only other workers ask again.
            with suppress(OSError):
                write()

    def _fall_back(self, exc: OSError) -> None:
        with self._falling_back:
            left, self._directory = self._directory, self._session.directory
            self._is_session_s = True
            if left == self._directory:
                return
            text = (
                f"the cache directory {left} cannot be used ({said_by(exc)}); this session "
                "keeps a cache of its own, the next asks the registry again. --registry-cache-dir "
                "chooses another"
            )
            warn(text)

    def _path(self, url: str, kind: str) -> Path:
        key = f"{self._realm} {url}" if self._realm else url
        return self._directory / f"{sha256(key.encode()).hexdigest()[:40]}.{kind}"
