"""A contract suite on published schemas: its registry, its sessions, and what came of each test."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pytest_schema_registry import SchemaRegistry
from tests.local_registry import LocalRegistry
from tests.real_schemas.fetched import folder_of
from tests.real_schemas.members import with_one_member_more

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real_schemas.fetched import RealSchema
    from tests.real_schemas.sources import Source

#: Seconds after which a session hangs.
HANGING = 1_800.0
SUITE = """
import json
import pathlib

import pytest

NAMES = json.loads(pathlib.Path("names.json").read_text())

@pytest.mark.parametrize("name", NAMES)
def test_it(schema_registry, record_property, name):
    schema = schema_registry.get_schema(name, "v1")
    record_property("conforms", schema_registry.validate_payload(schema, {}).is_valid)
"""
# A published schema may well be odd, and say so in a warning.
INI = "[pytest]\nregistry_compatibility = *: v1 -> v2 backward\n"


@dataclass(frozen=True)
class Outcome:
    """What came of one test of a session.

    Args:
        seconds: How long it took.
        failure: Its error; empty where it passed.
        conforms: Whether an empty object conforms, as text; empty where that was not asked.
    """

    seconds: float
    failure: str
    conforms: str = ""


class Suite:
    """The schemas of one source in a registry's directory, and sessions that use them.

    Args:
        source: The source.
        fetched: The folder that `fetching` filled.
        folder: An empty folder.
    """

    def __init__(self, source: Source, fetched: Path, folder: Path) -> None:
        self._folder = folder
        self.registry = folder / "registry"
        for line in ("v1", "v2"):
            (self.registry / line).mkdir(parents=True)
        for name, file in source.schemas(fetched):
            shutil.copyfile(file, self.registry / "v1" / f"{name}.json")
            copy = with_one_member_more(json.loads(file.read_bytes()))
            (self.registry / "v2" / f"{name}.json").write_text(json.dumps(copy))
        for path, file in source.others(fetched):
            (self.registry / path).parent.mkdir(exist_ok=True)
            shutil.copyfile(file, self.registry / f"{path}.json")
        names = [name for name, _ in source.schemas(fetched)]
        (folder / "names.json").write_text(json.dumps(names))
        (folder / "test_suite.py").write_text(SUITE)
        (folder / "pytest.ini").write_text(INI)

    def show(self, name: str) -> subprocess.CompletedProcess[str]:
        """Show a schema in its first version."""
        return self._run([f"--registry-url={self.registry}", f"--registry-show={name}"])

    def record(self) -> dict[str, Outcome]:
        """Record all schemas from a server."""
        server = LocalRegistry()
        server.reset(self.registry)
        server.start()
        try:
            return self._session("record", "--registry-mode=record", f"--registry-url={server.url}")
        finally:
            server.close()

    def replay(self, cut_off: list[str]) -> dict[str, Outcome]:
        """Use what was recorded where there is no network."""
        return self._session("replay", "--registry-offline", prefix=cut_off)

    def compare(self) -> dict[str, Outcome]:
        """Compare each schema with its copy that has one member more."""
        return self._session(
            "compare", "-m", "registry_compatibility", f"--registry-url={self.registry}"
        )

    def _session(
        self, step: str, *arguments: str, prefix: list[str] | None = None
    ) -> dict[str, Outcome]:
        file = self._folder / f"{step}.xml"
        arguments = (*arguments, f"--junitxml={file}", "-o", "junit_family=xunit1")
        if step != "compare":
            arguments = (*arguments, "test_suite.py", "-m", "not registry_compatibility")
        done = self._run([*arguments], prefix)
        assert file.exists(), done.stdout + done.stderr
        outcomes = {}
        for case in ET.parse(file).iter("testcase"):
            found = re.search(r"(?:^test_it\[(.*)\]$)|(?:^(.*)\[v1->v2\b)", case.get("name", ""))
            assert found, case.get("name")
            parts = [each.text or "" for each in case if each.tag in ("failure", "error")]
            conforms = [each.get("value", "") for each in case.iter("property")]
            outcomes[found[1] or found[2]] = Outcome(
                float(case.get("time", 0)), "\n".join(parts), " ".join(conforms)
            )
        return outcomes

    def _run(
        self, arguments: list[str], prefix: list[str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        # -P, or the checkout would shadow the installed wheel.
        command = [*(prefix or []), sys.executable, "-P", "-m", "pytest", "-p", "no:randomly"]
        command += ["-p", "no:cacheprovider", "--registry-versions=v1", "--tb=short", *arguments]
        return subprocess.run(
            command,
            cwd=self._folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=HANGING,
        )


class Suites:
    """One suite a source, and what came of its sessions; each is run once, when it is needed.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._suites: dict[str, Suite] = {}
        self._sessions: dict[tuple[str, str], dict[str, Outcome]] = {}
        self._open: dict[str, SchemaRegistry] = {}

    def of(self, source: Source) -> Suite:
        if source.name not in self._suites:
            fetched, folder = folder_of(source), self._folder / source.name
            assert fetched
            folder.mkdir()
            self._suites[source.name] = Suite(source, fetched, folder)
        return self._suites[source.name]

    def held_open(self, source: Source) -> SchemaRegistry:
        """Return a registry that keeps what it has compiled."""
        if source.name not in self._open:
            self._open[source.name] = SchemaRegistry(self.of(source).registry)
        return self._open[source.name]

    def close(self) -> None:
        for registry in self._open.values():
            registry.close()

    def outcome(self, step: str, case: RealSchema, cut_off: list[str] | None = None) -> Outcome:
        """Return what came of a schema in the session of a step."""
        key = case.source.name, step
        if key not in self._sessions:
            suite = self.of(case.source)
            if step == "replay":
                self._sessions[key] = suite.replay(cut_off or [])
            else:
                self._sessions[key] = suite.record() if step == "record" else suite.compare()
        return self._sessions[key][case.schema]
