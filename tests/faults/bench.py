"""The bench: sessions of a small contract suite under a fault, and whether a row holds."""

from __future__ import annotations

import re
import sys
import time
import warnings
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_schema_registry import SchemaRegistry, SchemaRegistryError
from pytest_schema_registry.registries.queries import RegisteredSchema
from pytest_schema_registry.retrieval.cache import Cache, SharedSession
from pytest_schema_registry.retrieval.cassettes.store import Cassettes
from tests.documents import result_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Result
    from tests.faults.published import Published
    from tests.faults.rows import Situation, Trial
    from tests.local_registry import LoggedServer

HOUR = 3600.0
#: Seconds that all may take longer beside other work, and after which a session hangs.
START_UP = 60.0
HANGING = 240.0
#: Kilobytes that one process may hold at its peak.
PEAK = 120_000

CONFORMING = {"id": "a", "quantity": 1}
BREAKING = {"id": 1, "quantity": 1}
SUITE = f"""
import pytest

pytestmark = pytest.mark.registry_schema("NAME")

def test_conforming(assert_conforms, registry_schema):
    assert_conforms({CONFORMING})
    print("source:", registry_schema().source)

def test_breaking(assert_conforms):
    assert_conforms({BREAKING})
"""
CONFTEST = """
import os
from pathlib import Path

def pytest_unconfigure(config):
    status = Path("/proc/self/status")
    if status.exists():
        (config.rootpath / f"{os.getpid()}.status").write_text(status.read_text())
"""


@dataclass(frozen=True)
class Observed:
    """What came of a session.

    Args:
        outcomes: How many tests passed, failed and errored.
        sources: Where schemas were served from.
        output: All that it said.
    """

    outcomes: Mapping[str, int]
    sources: set[str]
    output: str

    @property
    def warnings(self) -> set[str]:
        return set(re.findall(r"\b(\w+Warning): ", self.output))


class Bench:
    """A folder with a contract suite, a cache and cassettes; a registry; and sessions of them.

    A row's functions change the public attributes.
    """

    def __init__(
        self,
        pytester: pytest.Pytester,
        registry: LoggedServer,
        published: Published,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.registry = registry
        self.published = published
        self.setenv = monkeypatch.setenv
        self.path = pytester.path
        self.cache_dir = self.path / "cache"
        self.cassettes = self.path / "cassettes"
        self.requests: Sequence[Any] = registry.requests
        self.ttl = 0.0
        self.prefix: list[str] = []  # what stands in front of the command
        self._pytester = pytester
        pytester.makeconftest(CONFTEST)
        self.write(SUITE.replace("NAME", published.name))

    def write(self, suite: str) -> None:
        """Put another suite in the place of the one there is."""
        self._pytester.makepyfile(test_orders=suite)

    def assert_holds(self, trial: Trial) -> None:
        """Run the suite under a row's fault, and compare."""
        row, situation = trial.row, trial.situation
        expected = row.expect[situation]
        with row.registry(self) as url:
            self.keep(situation, url)
            with row.disk(self):
                before = self.kept(url)
                began = time.monotonic()
                observed = self.session(situation.mode, url, row.timeout, trial.workers)
                seconds = time.monotonic() - began
                after = self.kept(url)
        judged = {"passed": 2, "failed": 2} if expected.source else {"errors": 4}
        assert observed.outcomes == judged, observed.output
        assert observed.sources == {expected.source} - {None}
        assert all(part in observed.output for part in expected.text.split(" … "))
        assert observed.warnings == {expected.warning} - {None}
        count = expected.requests
        assert len(self.requests) in (range(count, count + 1) if isinstance(count, int) else count)
        assert seconds < expected.seconds + START_UP
        assert expected.replaces or before.items() <= after.items()

    def keep(
        self, situation: Situation, url: str, *, age: float = HOUR, absent: bool = False
    ) -> None:
        """Leave what earlier sessions would have left.

        Args:
            situation: Says what.
            url: The registry's.
            age: Seconds since it was fetched.
            absent: Whether there was no such schema.
        """
        for protocol, question, document in self.published.answers():
            found = None if absent else document
            answer = result_of(
                question,
                f"{url}/{protocol.path(question)}",
                found,
                time.time() - age,
                "registry",
                protocol=protocol,
            )
            if situation.cached:
                self._cache().keep(answer)
            if situation.recorded:
                self._recordings(protocol).save(answer, staging=self.path / "staging")

    def kept(self, url: str) -> dict[tuple[str, str], Any]:
        """What the entries and cassettes say that can be used."""
        found = {}
        for protocol, question, _ in self.published.answers():
            if entry := self._cache().stale(f"{url}/{protocol.path(question)}", question):
                found["cache", str(question)] = _said(entry)
            with suppress(SchemaRegistryError):
                recording = self._recordings(protocol).load(question)
                found["cassettes", str(question)] = _said(recording)
        return found

    def session(
        self, mode: str, url: str, timeout: float = 10.0, workers: int | None = 0
    ) -> Observed:
        """One session of the suite, or what says the same without pytest."""
        if workers is None:
            observed = self._without_pytest(mode, url, timeout)
        else:
            command = self.command(mode, url, timeout, workers)
            result = self._pytester.run(*command, timeout=HANGING)
            outcomes = result.parseoutcomes()
            outcomes.pop("warnings", None)
            output = f"{result.stdout}\n{result.stderr}"
            sources = set(re.findall("^source: (.*)", output, re.MULTILINE))
            observed = Observed(outcomes, sources, output)
            for status in self.path.glob("*.status"):
                (peak,) = re.findall(r"VmHWM:\s*(\d+)", status.read_text())
                assert int(peak) < PEAK
        assert_clean(observed.output)
        return observed

    def command(self, mode: str, url: str, timeout: float = 10.0, workers: int = 0) -> list[str]:
        options = {
            "mode": mode,
            "url": url,
            "timeout": timeout,
            "cache-ttl": self.ttl,
            "cache-dir": self.cache_dir,
            "cassettes": self.cassettes,
        }
        versions = tuple(self.published.documents)
        if versions != self.published.protocol.versions:
            options["versions"] = ",".join(versions)
        flags = [f"--registry-{name}={value}" for name, value in options.items()]
        # In the order they are written in, and without what takes longer to start than they to run.
        absent = [f"-pno:{plugin}" for plugin in ("randomly", "hypothesispytest", "anyio")]
        pytest = [sys.executable, "-m", "pytest", *absent, "-rP", "-n", str(workers)]
        return [*self.prefix, *pytest, *flags]

    def _without_pytest(self, mode: str, url: str, timeout: float) -> Observed:
        outcomes: Counter[str] = Counter()
        sources: set[str] = set()
        said = []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with SchemaRegistry(
                url,
                mode=mode,
                timeout=timeout,
                cache_ttl=self.ttl,
                cache_dir=self.cache_dir,
                cassettes=self.cassettes,
            ) as registry:
                for version in self.published.documents:
                    try:
                        schema = registry.get_schema(self.published.name, version)
                        verdicts = [
                            registry.validate_payload(schema, payload).is_valid
                            for payload in (CONFORMING, BREAKING)
                        ]
                    except SchemaRegistryError as exc:
                        outcomes["errors"] += 2
                        said.append(f"{type(exc).__name__}: {exc}")
                    else:
                        outcomes.update("passed" if each else "failed" for each in verdicts)
                        sources.add(schema.source)
                        if schema.outage:
                            said.append(f"StaleSchemaWarning: {schema.outage}")
        said += [f"{each.category.__name__}: {each.message}" for each in caught]
        return Observed(outcomes, sources, "\n".join(said))

    def _cache(self) -> Cache:
        earlier = SharedSession("earlier", self.path / "session")
        return Cache(self.cache_dir, earlier, ttl=0, lock_timeout=10)

    def _recordings(self, protocol: WireProtocol) -> Cassettes:
        return Cassettes(self.path, self.cassettes, protocol, "pytest --registry-mode record")


def _said(result: Result) -> Any:
    """What was published; of how, no matter."""
    value = result.value
    return value.content if isinstance(value, RegisteredSchema) else value


def assert_clean(output: str) -> None:
    """Whatever went wrong, pytest did not break, and nobody has to read this package's code."""
    assert "INTERNALERROR" not in output
    through_us = r'^\S*pytest_schema_registry/[\w/]+\.py:\d+:|File "\S*pytest_schema_registry/'
    assert not re.search(through_us, output, re.MULTILINE), output
