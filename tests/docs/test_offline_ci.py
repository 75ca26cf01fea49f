from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pytest_schema_registry import (
    SchemaRegistry,
)
from pytest_schema_registry.retrieval.steps import Step, steps
from pytest_schema_registry.settings import (
    DEFAULT_CASSETTES,
    MODES,
)
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.settings.settings import Settings
from tests.docs.pages import README, ROOT, code, page, table
from tests.docs.projects import LOADED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

PAGE = page("offline_ci")


def test_the_commands_record_and_then_replay_the_same_tests_without_a_registry(
    run: Run, served: LocalRegistry, headline: Path
) -> None:
    (headline / "conftest.py").write_text(LOADED)
    blocks = page("writing_tests").blocks("console") + PAGE.blocks("console")
    assert set(README.blocks("console", "pytest ")) < set(blocks)
    lines = [line for block in blocks for line in block.splitlines()]
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ pytest ")]
    assert len(commands) == 5
    outcomes = []
    for command in commands:
        arguments = command.replace("https://registry.example", served.url).split()[1:]
        served.requests.clear()
        shutil.rmtree(headline / ".pytest_cache", ignore_errors=True)
        result = run(*arguments, "-v")
        result.assert_outcomes(passed=1, failed=1)
        printed = result.stdout.str()
        outcomes.append(re.findall(r"^(\S+::\S+) (PASSED|FAILED)", printed, re.MULTILINE))
        offline = "--registry-offline" in arguments
        assert bool(served.requests) is not offline
        loaded = set((headline / "loaded").read_text().split())
        assert not offline or not {"httpx", "requests", "urllib3", "vcr"} & loaded
    assert outcomes == [outcomes[0]] * 5
    (other,) = [line for line in lines if not line.startswith("$ pytest ")]
    assert other == f"$ git add {DEFAULT_CASSETTES.as_posix()}"
    written = sorted(path.parent.name for path in headline.joinpath(DEFAULT_CASSETTES).rglob("*.*"))
    assert written == ["v1", "v2"]


def test_the_workflow_runs_a_command_of_the_page() -> None:
    workflow = yaml.safe_load(PAGE.block("yaml"))
    *_, setup, install, last = workflow["jobs"]["contracts"]["steps"]
    assert f"$ {last['run']}\n" in "".join(PAGE.blocks("console"))
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert setup["with"]["python-version"] in " ".join(about["classifiers"])
    assert install["run"].split()[:3] == ["pip", "install", about["name"]]


def test_the_summary_of_old_copies_is_as_printed(
    run: Run, served: LocalRegistry, headline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    url = f"--registry-url={served.url}"
    run("tests/contracts", url, "--registry-mode=record", "-k", "v1").assert_outcomes(passed=1)
    (cassette,) = headline.joinpath(DEFAULT_CASSETTES).rglob("*.yaml")
    then = (datetime.now(UTC) - timedelta(days=3)).isoformat("T", "seconds")
    text = re.sub(r"'[^']+'\nversion: 1", f"'{then}'\nversion: 1", cassette.read_text("utf-8"))
    cassette.write_text(text, encoding="utf-8")
    with served.down():
        options = ("--registry-cache-dir=empty", "-W", "ignore::DeprecationWarning")
        result = run("tests/contracts", url, "-k", "v1", *options)
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*StaleSchemaWarning: telemetry.FeedbackEvent v1 *"])
    # The number of the error is the platform's.
    printed = re.sub(r"Errno \d+", "Errno 111", result.stdout.str())
    assert PAGE.block("text") in printed


def test_the_proof_without_a_network(pytester: pytest.Pytester, headline: Path) -> None:
    words = code(PAGE.section("Record and replay"))
    (command,) = [each for each in words if each.startswith("unshare -n ")]
    prefixes = [["unshare", "-n"], ["unshare", "-rn"]]
    assert f"`{' '.join(prefixes[1])} …`" in PAGE.text
    permitted = (each for each in prefixes if _runs(*each, "true"))
    prefix = next(permitted, None)
    if prefix is None:
        pytest.skip("needs unshare, and leave to use it")
    shutil.copytree(ROOT / DEFAULT_CASSETTES, headline / DEFAULT_CASSETTES)
    arguments = shlex.split(command)[3:]
    result = pytester.run(*prefix, sys.executable, "-m", "pytest", *arguments)
    result.assert_outcomes(passed=1, failed=1)


def _runs(*command: str) -> bool:
    try:
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


def test_what_a_cassette_is(local_registry: LocalRegistry, tmp_path: Path) -> None:
    import vcr.persisters.filesystem
    import vcr.serializers.yamlserializer

    local_registry.publish("only.V1", v1={"type": "object"})
    texts = []
    for _ in range(2):
        options: dict[str, Any] = {"mode": "record", "cassettes": tmp_path, "token": "s3cret"}
        with SchemaRegistry(local_registry.url, **options) as registry:
            registry.get_schema("only.V1", prefer="v2", fallback="v1")
        files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.yaml"))
        assert files == ["v1/only.V1.yaml", "v2/only.V1.yaml"]
        texts.append([(tmp_path / file).read_text() for file in files])
        assert "s3cret" not in str(texts)
    now = r"'\d{4}-[^']+'"
    first, second = ([re.sub(now, "NOW", text) for text in each] for each in texts)
    assert first == second
    assert '\n          "content": {' in first[0]
    persister = vcr.persisters.filesystem.FilesystemPersister
    for file, status in zip(files, (200, 404), strict=True):
        _, responses, *_ = persister.load_cassette(tmp_path / file, vcr.serializers.yamlserializer)
        assert responses[0]["status"]["code"] == status
    local_registry.requests.clear()
    with SchemaRegistry(mode="replay", cassettes=tmp_path) as registry:
        reason = registry.get_schema("only.V1", prefer="v2", fallback="v1").reason
    assert reason == "v1, because v2 does not have it"
    assert not local_registry.requests


def test_the_modes_are_those_of_the_code() -> None:
    rows = table(PAGE.section("Modes"))
    assert [code(mode)[0] for mode, *_ in rows] == list(MODES)
    for mode, network, cache, cassettes in rows:
        location = Location("https://registry.example")
        taken = steps(Settings(mode=mode.strip("`"), location=location))
        assert (Step.REGISTRY in taken) == (network != "never")
        assert (Step.CACHE in taken) == cache.startswith("read and written")
        assert (Step.STALE in taken) == ("when the registry is down" in cache)
        assert (Step.CASSETTE in taken) == cassettes.startswith(("read", "the only source"))
    assert steps(Settings(mode="auto")) == steps(Settings(mode="replay"))
