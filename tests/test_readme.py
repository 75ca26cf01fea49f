"""Every block of the README runs, and what it says of the code is so.

``python -m tests.test_readme`` writes the table of options anew.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
import uuid
from configparser import ConfigParser
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import attrs
import httpx
import msgspec
import pydantic
import pytest
import requests
import yaml

from pytest_schema_registry import (
    CacheLocked,
    CassetteDamaged,
    CassetteMissing,
    CassetteNotWritten,
    ContractViolation,
    InvalidAnswer,
    InvalidSchema,
    InvalidSettings,
    NothingChecked,
    PayloadNotJSON,
    RegistryRefused,
    RegistryServer,
    RegistryUnavailable,
    SchemaDeprecated,
    SchemaNotFound,
    SchemaRegistry,
    SchemaRegistryError,
    UnsupportedPattern,
    UnsupportedSchemaType,
    WrongSchemaId,
    compare,
    errors,
    plugin,
)
from pytest_schema_registry.command_line.output import Status
from pytest_schema_registry.command_line.parser import PROGRAM, make_parser
from pytest_schema_registry.command_line.released_files import KEPT
from pytest_schema_registry.contracts import payloads
from pytest_schema_registry.contracts.contract import AssertConforms, Contract, RegistrySchema
from pytest_schema_registry.contracts.drift import GRADES
from pytest_schema_registry.contracts.evolution import AssertCompatible, Evolution
from pytest_schema_registry.contracts.made_payloads import (
    ConformingPayloads,
    MadePayloads,
    ViolatingPayloads,
)
from pytest_schema_registry.contracts.model_contract import (
    AssertConsumes,
    AssertProduces,
    ModelContract,
)
from pytest_schema_registry.contracts.recorder import Recorder, SchemaUsage
from pytest_schema_registry.contracts.rollout import Rollout
from pytest_schema_registry.plugin.hooks import SchemaRegistryPlugin
from pytest_schema_registry.redaction import REDACTED, Redaction
from pytest_schema_registry.registries import retrying
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.directory import DirectoryRegistry
from pytest_schema_registry.registries.faults import Traffic
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.registries.served import ServedSchemas
from pytest_schema_registry.retrieval.cache import Cache, SharedSession
from pytest_schema_registry.retrieval.steps import Step, steps
from pytest_schema_registry.schema_types.json_schema import diagnosis, validation
from pytest_schema_registry.schemas import SchemaKey, SchemaRequest
from pytest_schema_registry.settings import (
    DEFAULT_CASSETTES,
    DRAFTS,
    MODES,
    OPTIONS,
)
from pytest_schema_registry.settings.compatibility_rules import CompatibilityRule
from pytest_schema_registry.settings.credentials import VARIABLES
from pytest_schema_registry.settings.enforcement import EnforcementRules
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.settings.settings import Settings
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, Reply
from tests.parts import judge_of, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REGISTRY = ROOT / "tests" / "contracts" / "registry"
BEGIN, END = "<!-- options -->\n", "<!-- /options -->"
LOADED = """
import sys
from pathlib import Path

def pytest_unconfigure(config):
    Path("loaded").write_text(" ".join(sys.modules))
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##+ |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def table(text: str) -> list[list[str]]:
    """The first table in a text: its rows, each a list of cells."""
    found = re.search(r"^\|[-|]+\|\n((?:\|.*\|\n)+)", text, re.MULTILINE)
    assert found is not None
    return [re.split(r"(?<!\\) \| ", row[2:-2]) for row in found[1].splitlines()]


def code(text: str) -> list[str]:
    """What stands between backticks, outside fenced blocks."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`]+)`", prose)


def options_table() -> str:
    rows = ["| option | environment | ini file | default | meaning |", "|---|---|---|---|---|"]
    for option in OPTIONS:
        value = "" if option.is_switch else f" {option.metavar}"
        flag = f"{option.flag}{value}".replace("|", r"\|")
        in_words = option.default == "none" or " " in option.default
        default = option.default if in_words else f"`{option.default}`"
        names = f"`{flag}` | `{option.variable}` | `{option.ini}`"
        meaning = option.help.replace("|", r"\|")
        rows.append(f"| {names} | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def with_options_table(readme: str) -> str:
    before, _, rest = readme.partition(BEGIN)
    return before + BEGIN + options_table() + END + rest.partition(END)[2]


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # -P, or the checkout would shadow an installed wheel.
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """A user's project that has this project's directory of schemas."""
    shutil.copytree(REGISTRY, pytester.path / "tests" / "contracts" / "registry")
    return pytester.path


@pytest.fixture
def headline(project: Path) -> Path:
    """The project with the README's first test in it, where its first line says."""
    (block, *_) = blocks("python")
    (project / block.splitlines()[0].removeprefix("# ")).write_text(block, encoding="utf-8")
    return project


@pytest.fixture
def served(headline: Path, local_registry: LocalRegistry) -> LocalRegistry:
    """That project, and the same schemas over HTTP."""
    shutil.copytree(REGISTRY, local_registry.directory, dirs_exist_ok=True)
    return local_registry


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    with SchemaRegistry(REGISTRY) as registry:
        yield registry


# The blocks


def test_every_block_is_of_a_language_that_is_run_here() -> None:
    languages = re.findall(r"^```(\w*)\n.*?^```$", README, re.MULTILINE | re.DOTALL)
    expected = {"python": 10, "text": 6, "console": 6, "sh": 2, "ini": 1, "toml": 2, "yaml": 2}
    assert {each: languages.count(each) for each in languages} == expected


@pytest.mark.usefixtures("headline")
def test_the_first_test_passes_on_v1_and_fails_on_v2_as_printed(run: Run) -> None:
    result = run("tests/contracts", "--registry-url=tests/contracts/registry")
    result.assert_outcomes(passed=1, failed=1)
    assert blocks("text")[0] in result.stdout.str()


def test_the_block_on_markers_passes_and_imports_no_jsonschema(project: Path, run: Run) -> None:
    (project / "test_markers.py").write_text(blocks("python")[1], encoding="utf-8")
    (project / "conftest.py").write_text(LOADED)
    result = run("test_markers.py", "--registry-url=tests/contracts/registry", "-v")
    result.assert_outcomes(passed=8)
    cases = re.findall(r"::(\w+\S*) PASSED", result.stdout.str())
    assert len([case for case in cases if "best_version" in case]) == 1
    assert len([case for case in cases if "several_schemas" in case]) == 4
    assert "jsonschema" not in (project / "loaded").read_text().split()


def test_the_block_on_payloads_that_nobody_writes_passes(project: Path, run: Run) -> None:
    (block,) = (each for each in blocks("python") if "violating_payloads" in each)
    (project / "test_payloads.py").write_text(block, encoding="utf-8")
    run("--registry-url=tests/contracts/registry").assert_outcomes(passed=2)


def test_the_block_on_the_registry_for_the_code_under_test_passes(project: Path, run: Run) -> None:
    (block,) = (each for each in blocks("python") if "registry_server" in each)
    (project / "test_consumer.py").write_text(block, encoding="utf-8")
    run("--registry-url=tests/contracts/registry").assert_outcomes(passed=2)


def test_the_block_on_models_passes_and_a_failure_is_as_printed(project: Path, run: Run) -> None:
    (block,) = (each for each in blocks("python") if "assert_produces" in each)
    (printed,) = (each for each in blocks("text") if "can send what" in each)
    (project / "test_models.py").write_text(block, encoding="utf-8")
    (project / "test_rename.py").write_text(
        block.replace("HealthStatus", "FeedbackEvent"), encoding="utf-8"
    )
    run("--registry-url=tests/contracts/registry", "test_models.py").assert_outcomes(passed=4)
    result = run("--registry-url=tests/contracts/registry", "test_rename.py", "-k", "send")
    result.assert_outcomes(passed=1, failed=1)
    assert printed in result.stdout.str()


def test_what_a_report_on_a_model_rests_on_is_said(registry: SchemaRegistry) -> None:
    class Order(pydantic.BaseModel):
        qty: int

    class Even(Order):
        @pydantic.field_validator("qty")
        @classmethod
        def even(cls, qty: int) -> int:
            if qty % 2:
                raise ValueError("qty is even")
            return qty

    class Never(Order):
        @pydantic.model_validator(mode="before")
        @classmethod
        def never(cls, data: Any) -> Any:
            raise ValueError("never")

    schema = {"type": "object", "properties": {"qty": {"type": "integer"}}, "required": ["qty"]}
    even = {**schema, "properties": {"qty": {"type": "integer", "multipleOf": 2}}}
    compared = [
        compare(Order, schema),
        compare(even, Even),
        compare(schema, Even),
        compare(Never, even),
    ]
    said = [each.notes[-1].message for each in compared]
    assert {each.notes[-1].kind for each in compared} == {"rests-on"}
    written = [code(cell)[0] for cell, _ in table(section("Models"))]
    for message, pattern in zip(said, written, strict=True):
        assert re.match(re.escape(pattern).replace("…", r"\d+"), message), message


def test_the_members_of_the_registry_for_the_code_under_test_are_those_of_the_code() -> None:
    cells = [code(cell) for cell, _ in table(section("A registry for the code under test"))]
    written = {member for cell in cells for member in cell}
    server = RegistryServer("", "", ServedSchemas(DirectoryRegistry(Path(), "")), Traffic())
    assert written == {
        f"{name}{signature_of(member)}" if callable(member) else name
        for name in dir(server)
        if not name.startswith("_")
        for member in [getattr(server, name)]
    }


def signature_of(function: Callable[..., Any]) -> str:
    parameters = inspect.signature(function).parameters.values()
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    return str(inspect.Signature(bare)).replace("'", '"')


def test_the_first_test_of_a_confluent_registry_has_no_setting_but_the_address(
    project: Path, run: Run, confluent_registry: ConfluentRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = section("Confluent, Karapace, Redpanda, Apicurio")
    export, command = re.findall(r"^\$ (.+)$", text, re.MULTILINE)
    (block,) = (each for each in blocks("python") if each in text)
    (project / block.splitlines()[0].removeprefix("# ")).write_text(block, encoding="utf-8")
    confluent_registry.register("orders-value", {"required": ["id", "quantity"]})
    variable, _, _ = export.removeprefix("export ").partition("=")
    monkeypatch.setenv(variable, confluent_registry.url)
    result = run(*command.split()[1:], "-v")
    result.assert_outcomes(passed=1)
    (name,) = re.findall(r"It is `(.+)`\.", text)
    result.stdout.fnmatch_lines([f"*::{name.replace('[', '?').replace(']', '?')} PASSED*"])


TO_TEST = {
    what.partition(" (")[0]: code(options)[0]
    for what, options in table(section("Confluent, Karapace, Redpanda, Apicurio"))
}


@pytest.mark.parametrize(
    ("what", "name", "ids"),
    [
        ("numbered versions", "orders-value", ["3", "latest"]),
        ("topics by their names", "orders", ["latest"]),
        ("a subject for each version", "orders", ["v1", "v2"]),
        ("the latest version with a metadata property", "orders-value", ["1", "2"]),
    ],
)
def test_what_a_version_is_in_a_confluent_registry_is_a_setting(
    project: Path,
    run: Run,
    confluent_registry: ConfluentRegistry,
    what: str,
    name: str,
    ids: list[str],
) -> None:
    for number in range(1, 5):
        metadata = {"major": str(-(-number // 2))}
        confluent_registry.register("orders-value", {"title": str(number)}, metadata=metadata)
    for version in ("v1", "v2"):
        confluent_registry.register(f"orders.{version}-value", {"title": version})
    source = f"def test_order(assert_conforms):\n    assert_conforms(1, {name!r})\n"
    (project / "test_order.py").write_text(source)
    ignored = "-Wignore::pytest_schema_registry.UncheckedWarning"
    options = shlex.split(TO_TEST[what])
    url = f"--registry-url={confluent_registry.url}"
    result = run("test_order.py", url, "-v", ignored, *options)
    assert re.findall(r"test_order\[(.+)\] PASSED", result.stdout.str()) == ids


@pytest.mark.parametrize("block", [each for each in blocks("python") if "def test_" not in each])
def test_the_blocks_without_pytest_run(project: Path, block: str) -> None:
    done = python("-W", "error", "-c", block, cwd=project)
    assert done.returncode == 0, done.stderr


def test_the_commands_record_and_then_replay_the_same_tests_without_a_registry(
    run: Run, served: LocalRegistry, headline: Path
) -> None:
    (headline / "conftest.py").write_text(LOADED)
    others = section("Confluent, Karapace, Redpanda, Apicurio") + section("On the command line")
    lines = [
        line for block in blocks("console") if block not in others for line in block.splitlines()
    ]
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


def test_the_workflow_runs_a_command_of_the_readme() -> None:
    (workflow,) = (yaml.safe_load(block) for block in blocks("yaml") if "jobs:" in block)
    *_, setup, install, last = workflow["jobs"]["contracts"]["steps"]
    assert f"$ {last['run']}\n" in "".join(blocks("console"))
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Python {about['requires-python'].removeprefix('>=')} or later" in README
    assert setup["with"]["python-version"] in " ".join(about["classifiers"])
    assert install["run"].split()[:3] == ["pip", "install", about["name"]]
    for extra in re.findall(r"\[(\w+)\]'", README):
        assert extra in about["optional-dependencies"]


def test_the_ini_block_is_obeyed(project: Path, run: Run, served: LocalRegistry) -> None:
    _, block = blocks("toml")
    assert tomllib.loads(block)
    block = block.replace("https://registry.example", served.url)
    (project / "pyproject.toml").write_text(block, encoding="utf-8")
    result = run("tests/contracts")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"schema registry: {served.url}, mode auto, versions v1,v2, *"])
    assert served.requests


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
    assert blocks("text")[3] in printed


def test_a_run_closes_as_printed(
    run: Run, served: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("tests/contracts", f"--registry-url={served.url}", "--registry-enforcement=warn")
    sizes_and_times = re.compile(r"[\d.,]+(?= (s|KB|ms|% of))")
    printed = sizes_and_times.sub("0", result.stdout.str())
    assert sizes_and_times.sub("0", blocks("text")[5]) in printed


@pytest.mark.usefixtures("headline")
def test_rules_are_tests_that_show_what_breaks_as_printed(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    (block,) = blocks("ini")
    (project / "pytest.ini").write_text(block)
    url = "--registry-url=tests/contracts/registry"
    result = run(url, "-v", "-m", "registry_compatibility", "-W", "ignore")
    printed = result.stdout.str()
    assert blocks("text")[2] in printed
    (named,) = (each for each in code(section("From one version to the next")) if "::" in each)
    assert f"{named} PASSED" in printed
    assert "only v1 has it" in run(url, "-rs").stdout.str()
    (project / "pytest.ini").write_text(block.replace("telemetry.*", "nothing.*"))
    assert run(url).ret == pytest.ExitCode.INTERRUPTED


def test_the_words_of_rules_are_those_of_the_code() -> None:
    words = {word.strip("`") for word, _ in table(section("From one version to the next"))}
    plain = CompatibilityRule.parse("a.B: v1 -> v2")
    unsaid = {
        word for word in words if CompatibilityRule.parse(f"{plain.text} {word}")[1:] == plain[1:]
    }
    assert unsaid == {"backward", "tolerant"}
    with pytest.raises(ValueError, match="there are") as caught:
        CompatibilityRule.parse(f"{plain.text} sideways")
    assert set(str(caught.value).rpartition("there are ")[2].split(", ")) == words


def test_a_waiver_is_written_as_shown(run: Run, project: Path) -> None:
    (project / "waivers.toml").write_text(blocks("toml")[0])
    rule = "--registry-compatibility=telemetry.FeedbackEvent: v1 -> v2"
    result = run("--registry-url=tests/contracts/registry", rule, "--registry-waivers=waivers.toml")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  waived: telemetry.FeedbackEvent v1 -> v2: required-added at *"])


def test_two_versions_are_held_against_each_other_as_said(run: Run, project: Path) -> None:
    calls = code(section("From one version to the next"))
    asserting, asking = (
        next(each for each in calls if each.startswith(name))
        for name in ("assert_compatible(", "registry.check_compatibility(")
    )
    (project / "test_calls.py").write_text(
        "def test_calls(assert_compatible, schema_registry):\n"
        "    registry = schema_registry\n"
        f"    report = {asserting}\n"
        f"    assert type({asking}) is type(report)\n"
    )
    result = run("test_calls.py", "--registry-url=tests/contracts/registry")
    # The one that the README's report is about, the other way round.
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*telemetry.FeedbackEvent v1 -> v2 is not forward compatible *"])


def test_drift_is_said_as_printed(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_all(schema_registry):
            for version in ("v1", "v2", "v3"):
                schema_registry.get_schema("{ORDER}", version)
    """)
    local_registry.publish(ORDER, v1=ORDER_V1, v2=ORDER_V2, v3=ORDER_V2)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-mode=record").assert_outcomes(passed=1)
    tight = {"properties": {"id": {"type": "string", "maxLength": 9}}}
    local_registry.publish(
        ORDER,
        v1={**ORDER_V1, **tight, "$core_version": "1.1.0"},
        v2={**ORDER_V2, "title": "An order", "$core_version": "2.0.1"},
    )
    printed = run(url, "--registry-cache-ttl=0").stdout.str()
    assert blocks("text")[4] in printed.replace(local_registry.url, "https://registry.example")


def test_the_grades_of_drift_are_those_of_the_code() -> None:
    assert tuple(grade for grade, _ in table(section("Drift"))) == GRADES


def test_serve_answers_what_the_registry_is_asked(project: Path) -> None:
    (line,) = blocks("sh")[1].splitlines()
    first, *arguments = shlex.split(line.replace("8000", "0"))
    assert first == "python"
    command = [sys.executable, "-P", *arguments]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            said = (re.search(r"running on (http://\S+)", line) for line in server.stderr)
            address = next(found[1] for found in said if found)
            for base in ("", "/api/v1"):
                _ask_all(f"{address}{base}")
            with SchemaRegistry(f"{address}/confluent") as registry:
                newest = registry.get_schema("telemetry.ControlResult", "latest")
                assert newest.content["$core_version"] == "2.0.0"
                assert newest.release == "3"
        finally:
            server.terminate()


def _ask_all(base: str) -> None:
    name, release = "telemetry.ControlResult", "1.1.0"
    current, older, by_id, releases, index, verdict = (
        json.load(urllib.request.urlopen(base + path.format(**values)))
        for values in [{"version": "v1", "name": name, "release": release, "id": name}]
        for path in asked()
    )
    (_, answer), *_, (_, said) = table(section("The registry"))
    assert list(current) == re.findall(r'"([^"]+)"', answer)
    assert set(verdict) - {"x_compat"} == set(re.findall(r'"([^"]+)"', said))
    assert verdict["compatible"] is True
    assert list(older) == list(by_id) == list(current)
    assert older["core_version"] == releases[0]["core_version"] == release
    assert {"v1", "v2"} <= set(index["tracks"])
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{base}/schemas/v1/no.Such")


def asked() -> list[str]:
    """The paths in the table of requests."""
    return [
        request.strip("`").removeprefix("GET ") for request, _ in table(section("The registry"))
    ]


def test_the_requests_are_those_of_the_code() -> None:
    values = {"version": "v1", "name": "a.B", "release": "1.0", "id": "a.B"}
    questions = [
        Query(Kind.SCHEMA, "v1", "a.B"),
        Query(Kind.SCHEMA, "v1", "a.B", "1.0"),
        Query(Kind.BY_ID, name="a.B"),
        Query(Kind.RELEASES, "v1", "a.B"),
        Query(Kind.INDEX),
        Query(Kind.COMPATIBILITY, "v1", "a.B", "1.0", "v1", "1.0"),
    ]
    assert [path.format(**values) for path in asked()] == [
        f"/{CoreProtocol().path(question)}" for question in questions
    ]


def test_the_first_command_runs_the_projects_own_contract_suite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "")  # which leaves out anyio's plugin
    command = blocks("sh")[0].splitlines()[0].rpartition(" && .venv/bin/")[2]
    done = python("-m", *shlex.split(command), "-p", "no:cacheprovider", cwd=ROOT)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\d+ passed", done.stdout.splitlines()[-1])


def test_the_second_command_is_what_ci_runs_and_runs_every_test() -> None:
    command = blocks("sh")[0].splitlines()[1]
    assert command.endswith(".venv/bin/pip install tox && .venv/bin/tox")
    tox = ConfigParser(interpolation=None)
    tox.read_string((ROOT / "tox.ini").read_text(encoding="utf-8"))
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f"-m pip install --quiet --disable-pip-version-check '{tox['tox']['requires']}'" in ci
    assert re.search(r'^\S+ "\$work/venv/bin/tox" run ', ci, re.MULTILINE)
    run_by_default = tox["tox"]["env_list"].split(", ")
    assert "coverage" in run_by_default
    everything = tox["testenv:coverage"]["commands"]
    for left_out in re.findall(r"--ignore=tests/(\w+)", everything):
        assert left_out in run_by_default
        assert f"tests/{left_out}" in tox[f"testenv:{left_out}"]["commands"]


def test_the_proof_without_a_network(pytester: pytest.Pytester, headline: Path) -> None:
    words = code(section("Recording, and CI without a network"))
    (command,) = [each for each in words if each.startswith("unshare -n ")]
    prefixes = [["unshare", "-n"], ["unshare", "-rn"]]
    assert f"`{' '.join(prefixes[1])} …`" in README
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


# In a test


@pytest.mark.usefixtures("project")
def test_the_fixtures_are_what_their_table_says(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import SchemaRegistry

        STATUS = {"service": "store", "state": "healthy", "version": "1.0", "ts": 1.0}

        def test_alone(schema_registry):
            assert isinstance(schema_registry, SchemaRegistry)

        def test_version(registry_version):
            assert registry_version in ("v1", "v2")

        def test_explicit(registry_schema):
            assert registry_schema("telemetry.HealthStatus", version="v1").version == "v1"
            assert registry_schema("telemetry.Labels", prefer="v2", fallback="v1").version == "v1"

        def test_form(assert_conforms):
            assert assert_conforms(STATUS, "telemetry.HealthStatus") == STATUS

        @pytest.mark.registry_schema("telemetry.ControlResult", versions=["v1"], release="1.1.0")
        def test_release(registry_schema):
            assert registry_schema().release == "1.1.0"

        @pytest.mark.registry_schema("no.Such", versions=["v1"])
        class TestClosest:
            @pytest.mark.registry_schema("telemetry.HealthStatus")
            def test_names_of_one_and_versions_of_the_other(self, registry_schema):
                assert registry_schema().label == "telemetry.HealthStatus v1"
    """)
    result = run("--registry-url=tests/contracts/registry")
    result.assert_outcomes(passed=1 + 2 + 2 + 2 + 1 + 1)


def test_the_fixtures_are_those_of_the_code() -> None:
    places = {**vars(SchemaRegistryPlugin), **vars(plugin)}
    fixtures = {
        value.name
        for value in places.values()
        if type(value).__name__ == "FixtureFunctionDefinition" and not value.name.startswith("_")
    }
    named = {code(cell)[0].partition("(")[0] for cell, _ in table(section("In a test"))}
    assert named == fixtures


@pytest.mark.parametrize(
    ("fixture", "function", "protocol_class"),
    [
        ("assert_conforms", Contract.assert_conforms, AssertConforms),
        ("registry_schema", Contract.schema, RegistrySchema),
        ("conforming_payloads", MadePayloads.conforming, ConformingPayloads),
        ("violating_payloads", MadePayloads.violating, ViolatingPayloads),
        ("assert_compatible", Evolution.assert_compatible, AssertCompatible),
        ("assert_produces", ModelContract.assert_produces, AssertProduces),
        ("assert_consumes", ModelContract.assert_consumes, AssertConsumes),
    ],
)
def test_the_signatures_are_those_of_the_code(
    fixture: str, function: Callable[..., Any], protocol_class: Any
) -> None:
    (written,) = re.findall(rf"^\| `{fixture}\((.*)\)` \|", README, re.MULTILINE)
    for each in (function, protocol_class.__call__):
        parameters = list(inspect.signature(each).parameters.values())[1:]
        bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
        assert f"({written})" == str(inspect.Signature(bare)).replace("'", '"')


class Model(pydantic.BaseModel):
    at: datetime


class Struct(msgspec.Struct):
    at: datetime


@dataclasses.dataclass
class Data:
    inner: Any


@attrs.define
class Attrs:
    inner: Any


def test_the_payloads_that_have_a_form(registry: SchemaRegistry) -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    payload = {"outer": (Data([Model(at=at), Attrs(Struct(at))]), None, True, 1.5, "a")}
    times = [{"at": "2030-01-01T00:00:00Z"}, {"inner": {"at": "2030-01-01T00:00:00Z"}}]
    assert judge_of(registry).to_json(payload) == {
        "outer": [{"inner": times}, None, True, 1.5, "a"]
    }
    theirs = requests.Response()
    theirs._content = b'{"a": 1}'
    for whole in (theirs, httpx.Response(200, content=b'{"a": 1}')):
        assert judge_of(registry).to_json(whole) == {"a": 1}
    assert judge_of(registry).to_json('{"a": 1}', text=True) == {"a": 1}


@dataclass
class HalfMade:
    never: int = field(init=False)


REFUSED: dict[str, Any] = {
    "datetime": datetime(2030, 1, 1, tzinfo=UTC),
    "UUID": uuid.uuid4(),
    "Decimal": Decimal(1),
    "set": {1},
    "bytes": b"a",
    "NaN": float("nan"),
    "a key that is no string": {1: 2},
    "a lone surrogate": "\ud800",
    "a key twice in a text": '{"a": {"b": 1, "b": 2}}',
    "a field that was never set": HalfMade(),
}


def test_the_payloads_that_have_none(registry: SchemaRegistry) -> None:
    (listed,) = re.findall(r"JSON has no form for \(([^)]+)\)", README)
    assert listed.split(", ") == list(REFUSED)
    for what, value in REFUSED.items():
        text = "in a text" in what
        with pytest.raises(PayloadNotJSON) as caught:
            judge_of(registry).to_json(value if text else {"a": value}, text=text)
        assert caught.value.path == ("$.a.never" if isinstance(value, HalfMade) else "$.a")
        assert caught.value.advice


def test_schemas_and_violations_have_what_is_named(registry: SchemaRegistry) -> None:
    text = section("Without pytest")
    schema = registry.get_schema("telemetry.FeedbackEvent", "v1")
    violation = judge_of(registry).explain(judge_of(registry).validator(schema), {})
    for pattern, thing in [
        (r"A `Schema` has (.*?\))\. ", schema),
        (r"`ContractViolation` carries (.*?);", violation),
        (r"each violation has (.*?)\.$", violation.violations[0]),
    ]:
        (names,) = re.findall(pattern, text, re.MULTILINE)
        assert all(hasattr(thing, name) for name in code(names))
    assert isinstance(violation, ContractViolation)
    for given in (schema.name, schema, schema.content):
        assert registry.validate_payload(given, 1)[0] is False


def test_the_registrys_arguments_are_the_options(registry: SchemaRegistry) -> None:
    parameters = set(inspect.signature(SchemaRegistry).parameters)
    assert parameters < {option.argument for option in OPTIONS} | {"token"}
    assert "telemetry.Labels" in {entry.name for entry in registry.index()}
    assert registry.versions("telemetry.ControlResult")[0].release == "1.1.0"


# The command line


def test_the_commands_print_what_the_block_says(project: Path) -> None:
    text = section("On the command line")
    (model,) = (each for each in blocks("python") if each in text)
    (console,) = (each for each in blocks("console") if each in text)
    file = project / model.splitlines()[0].removeprefix("# ")
    file.parent.mkdir()
    file.write_text(model, encoding="utf-8")
    steps_ = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE)
    assert len(steps_) == 4
    program = shlex.join([sys.executable, "-m", "pytest_schema_registry"])
    for command, printed in steps_:
        line = command.replace(PROGRAM, program)
        done = subprocess.run(
            line, shell=True, cwd=project, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == (printed, "")


def test_the_commands_are_those_of_the_code() -> None:
    rows = table(section("On the command line"))
    (commands,) = (action.choices for action in make_parser()._actions if action.dest == "command")
    assert commands is not None
    assert {code(command)[0].split()[0] for command, *_ in rows} == set(commands)
    for command, _, statuses in rows:
        epilog = commands[code(command)[0].split()[0]].epilog  # type: ignore[index]
        numbers = set(re.findall(r"(\d): ", epilog or "0: "))
        told = {str(status) for status in range(len(statuses.split("; ")))}
        assert numbers == told | set(re.findall(r"\((\d):", statuses))
    shown, closed = re.findall(r"status (\d+)|has (\d{3})\.", section("On the command line"))[-2:]
    assert int(shown[0] or shown[1]) == Status.INTERRUPTED
    assert int(closed[0] or closed[1]) == Status.BROKEN_PIPE


def test_the_hooks_of_pre_commit_are_those_of_the_manifest() -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    if not manifest.is_file():
        pytest.skip("needs the checkout")
    (block,) = (each for each in blocks("yaml") if "hooks:" in each)
    (repository,) = yaml.safe_load(block)["repos"]
    entries = {hook["id"]: hook["entry"] for hook in yaml.safe_load(manifest.read_text())}
    assert [hook["id"] for hook in repository["hooks"]] == list(entries)
    for hook in repository["hooks"]:
        _, *words = entries[hook["id"]].split()
        make_parser().parse_args([*words, *hook["args"]])


def test_what_the_registry_says_of_a_schema_is_as_the_code_has_it() -> None:
    (line,) = re.findall(r"^- `export` .*$", section("On the command line"), re.MULTILINE)
    assert set(KEPT) <= set(code(line))


# Modes and options


def test_the_modes_are_those_of_the_code() -> None:
    rows = table(section("Modes"))
    assert [code(mode)[0] for mode, *_ in rows] == list(MODES)
    for mode, network, cache, cassettes in rows:
        location = Location("https://registry.example")
        taken = steps(Settings(mode=mode.strip("`"), location=location))
        assert (Step.REGISTRY in taken) == (network != "never")
        assert (Step.CACHE in taken) == cache.startswith("read and written")
        assert (Step.STALE in taken) == ("when the registry is down" in cache)
        assert (Step.CASSETTE in taken) == cassettes.startswith(("read", "the only source"))
    assert steps(Settings(mode="auto")) == steps(Settings(mode="replay"))


def test_the_options_are_those_of_the_code() -> None:
    assert with_options_table(README) == README


def test_every_option_that_is_named_exists() -> None:
    named = set(re.findall(r"--registry-[a-z0-9-]+[a-z0-9]", README))
    assert named == {option.flag for option in OPTIONS} | {"--registry-offline", "--registry-show"}
    variables = set(re.findall(r"SCHEMA_REGISTRY_[A-Z0-9_]+", README))
    assert variables == {option.variable for option in OPTIONS} | set(VARIABLES)
    arguments = " ".join(blocks("toml") + re.findall(r"`(\w+)=\d+`", README))
    known = {option.ini for option in OPTIONS}
    assert set(re.findall(r"registry_\w+", arguments)) <= known


@pytest.mark.parametrize(
    ("file", "head"),
    [
        ("pytest.ini", "[pytest]"),
        ("tox.ini", "[pytest]"),
        ("pyproject.toml", "[tool.pytest.ini_options]"),
    ],
)
def test_the_command_line_goes_before_the_environment_and_that_before_the_ini_file(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, file: str, head: str
) -> None:
    assert f"`{file}`" in section("Options")
    quote = '"' if file.endswith("toml") else ""
    ini = {"url": "tests/contracts/registry", "versions": "v1", "cassettes": "ini"}
    lines = [f"registry_{name} = {quote}{value}{quote}" for name, value in ini.items()]
    (project / file).write_text("\n".join([head, *lines]))
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", "")
    monkeypatch.setenv("SCHEMA_REGISTRY_VERSIONS", "v1,v2")
    monkeypatch.setenv("SCHEMA_REGISTRY_CASSETTES", "environment")
    result = run("--collect-only", "--registry-cassettes=line")
    expected = "tests/contracts/registry, mode auto, versions v1,v2, cassettes line"
    result.stdout.fnmatch_lines([f"schema registry: {expected}"])


def test_a_wrong_value_stops_the_session_or_in_the_environment_the_tests_it_concerns(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("""
        def test_own(): pass
        def test_contract(schema_registry): pass
    """)
    result = run("--registry-mode=wrong")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not result.stdout.str().count("passed")
    monkeypatch.setenv("SCHEMA_REGISTRY_MODE", "wrong")
    run().assert_outcomes(passed=1, errors=1)


@pytest.mark.usefixtures("project")
def test_show_prints_a_schema_in_each_version_and_exits(run: Run) -> None:
    url = "--registry-url=tests/contracts/registry"
    result = run("--registry-show=telemetry.HealthStatus", url)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["telemetry.HealthStatus v1", "telemetry.HealthStatus v2"])
    result.stdout.no_fnmatch_line("*test session starts*")


def test_the_credentials_are_those_of_the_code(
    local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = table(section("Credentials"))
    assert {name for names, _ in rows for name in code(names)} == set(VARIABLES)
    sent = dict(zip(code(rows[1][0]), code(rows[1][1]), strict=True))
    for name in ("SCHEMA_REGISTRY_TOKEN", *sent):
        monkeypatch.setenv(name, f" {name} ")
    with SchemaRegistry(local_registry.url) as registry:
        registry.get_schema(ORDER, "v1")
    headers = local_registry.requests[0].headers
    assert headers["authorization"] == "Bearer SCHEMA_REGISTRY_TOKEN"
    assert {name: headers[header.lower()] for name, header in sent.items()} == {n: n for n in sent}
    assert code(rows[2][1]) == ["user:password"]
    for names, _ in rows[2:5]:
        monkeypatch.setenv(code(names)[0], "a:b")
        both = f"SCHEMA_REGISTRY_TOKEN: {code(names)[0]} gives"
        if len(code(names)) == 2:
            monkeypatch.setenv(code(names)[1], "c")
        with pytest.raises(InvalidSettings, match=both):
            SchemaRegistry(local_registry.url)
        for name in code(names):
            monkeypatch.delenv(name)


def test_what_redaction_hides() -> None:
    (named,) = re.findall(r"a path of RFC 9535 \(([^)]+)\)", section("Options"))
    payload = {
        "user": {"email": "a", "name": "b"},
        "cards": [{"number": 1, "till": 2}],
        "deep": [{"token": {"inside": 3}}],
        "Password": {"inside": 4},
        "order-id": 5,
    }
    assert Redaction((*code(named), "password")).applied(payload) == {
        "user": {"email": REDACTED, "name": "b"},
        "cards": [{"number": REDACTED, "till": 2}],
        "deep": [{"token": REDACTED}],
        "Password": REDACTED,
        "order-id": REDACTED,
    }


# Recording, and the registry


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


def test_what_a_request_is(local_registry: LocalRegistry) -> None:
    assert set(retrying.RETRIED_STATUSES) == {408, 429, *range(500, 600)}
    local_registry.script("schemas/v1/no.Such", Reply(503))
    with (
        SchemaRegistry(local_registry.url, token="s3cret") as registry,
        pytest.raises(SchemaNotFound),
    ):
        registry.get_schema("no.Such", "v1")
    path = "/schemas/v1/no.Such"
    asked = [path, path, "/index", f"{path}.schema"]
    assert [request.path for request in local_registry.requests] == asked
    for request in local_registry.requests:
        assert request.headers["authorization"] == "Bearer s3cret"


def test_references_by_name_by_path_and_by_id(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    local_registry.publish("a.Text", v1={"type": "string"})
    local_registry.publish("a.Number", v2={"type": "number"})
    local_registry.publish("a.Null", v1={"$id": "urn:a:null", "type": "null"})
    items = [{"$ref": "a.Text"}, {"$ref": "../v2/a.Number"}, {"$ref": "urn:a:null"}]
    local_registry.publish("a.All", v1={"prefixItems": items})
    for url, mode in ((local_registry.url, "record"), (None, "replay")):
        with SchemaRegistry(url, mode=mode, cassettes=tmp_path) as registry:
            schema = registry.get_schema("a.All", "v1")
            assert registry.validate_payload(schema, ["a", 1, None])[0]
            assert len(registry.validate_payload(schema, [1, "a", 0])[1]) == 3


def test_the_drafts_and_the_benchmarks_are_those_of_the_code() -> None:
    from tests.benchmarks.__main__ import GROUPS

    text = section("Verdicts")
    assert f"drafts {', '.join(DRAFTS[:-1])} and {DRAFTS[-1]}" in text
    (groups,) = re.findall(r"`tox -e bench -- ([^`]+)`", section("What it costs"))
    assert set(groups.split()) <= set(GROUPS)
    assert "[testenv:bench]" in (ROOT / "tox.ini").read_text(encoding="utf-8")


# Troubleshooting and limits


class Trouble:
    """Brings about each trouble of the table."""

    def __init__(
        self,
        tmp_path: Path,
        registry: LocalRegistry,
        secure: LocalRegistry,
        confluent: ConfluentRegistry,
        closed_port: int,
    ) -> None:
        self.path = tmp_path
        self.registry = registry
        self.confluent = confluent
        self.secure = secure
        self.closed = f"http://127.0.0.1:{closed_port}"

    def _get(self, version: str = "v1", url: str | None = None, **options: Any) -> None:
        options = {"cassettes": self.path / "cassettes", **options}
        with SchemaRegistry(url, **options) as registry:
            registry.get_schema(ORDER, version)

    def _cassette(self) -> Path:
        path = self.path / "cassettes" / "v1" / f"{ORDER}.yaml"
        path.parent.mkdir(parents=True)
        return path

    def missing(self) -> None:
        self._get()

    def damaged(self) -> None:
        self._cassette().write_text("interactions: 1")
        self._get()

    def not_written(self) -> None:
        self._cassette().mkdir()
        self._get(url=self.registry.url, mode="record")

    def down(self) -> None:
        self._get(url=self.closed, timeout=0.2)

    def refused(self) -> None:
        self.registry.always(Reply(401))
        self._get(url=self.registry.url)

    def signs_in(self) -> None:
        page = Reply(body="<title>Sign in</title>", headers={"content-type": "text/html"})
        self.registry.always(page)
        self._get(url=self.registry.url)

    def not_trusted(self) -> None:
        self._get(url=self.secure.url, mode="live")

    def something_else(self) -> None:
        self.registry.always(Reply(body={}, headers={"content-type": "application/json"}))
        self._get(url=self.registry.url)

    def not_found(self) -> None:
        (self.registry.directory / "v2" / f"{ORDER}.json").unlink()
        with suppress(SchemaNotFound):
            self._get("v2", self.registry.url, cache_dir=self.path / "cache")
        self._get("v2", self.registry.url, cache_dir=self.path / "cache")

    def wrong_schema(self) -> None:
        with SchemaRegistry() as registry:
            registry.validate_payload({"type": "nothing"}, 1)

    def other_pattern(self) -> None:
        with SchemaRegistry() as registry:
            registry.validate_payload({"pattern": r"^[a-z]+\Z"}, 1)

    def deprecated(self) -> None:
        rollout = Rollout(
            EnforcementRules(), Recorder(), lambda _fact: True, refuse_deprecated=True
        )
        with SchemaRegistry(REGISTRY) as registry:
            schema = registry.get_schema("telemetry.Probe", "v2")
        rollout.begin(SchemaUsage(SchemaKey(schema.name, schema.version), "strict", schema))

    def avro(self) -> None:
        self.confluent.register("orders-value", {"type": "string"}, type="AVRO")
        absent = mock.patch.dict(sys.modules, fastavro=None)
        with absent, SchemaRegistry(self.confluent.url) as registry:
            registry.validate_payload("orders-value", "x")

    def protobuf(self) -> None:
        self.confluent.register("orders-value", text='syntax = "proto3";', type="PROTOBUF")
        with SchemaRegistry(self.confluent.url) as registry:
            registry.validate_payload("orders-value", "x")

    def not_written_for(self) -> None:
        for subject in ("orders-value", "customers-value"):
            self.confluent.register(subject, {"required": [subject]})
        other = self.confluent.id_of("customers-value", 1)
        rollout = Rollout(EnforcementRules(), Recorder(), lambda _fact: True)
        with SchemaRegistry(self.confluent.url) as registry:
            request = SchemaRequest("orders-value", "latest")
            contract = Contract(
                source_of(registry),
                judge_of(registry),
                request,
                rollout,
                versions=("latest",),
                verbose=False,
            )
            contract.assert_conforms(b"\0" + other.to_bytes(4, "big") + b"{}", text=True)

    def no_code(self) -> None:
        with SchemaRegistry(f"{self.confluent.url}/wrong", protocol="confluent") as registry:
            registry.get_schema("orders-value")

    def not_json(self) -> None:
        with SchemaRegistry() as registry:
            judge_of(registry).to_json({"at": {1}})

    def locked(self) -> None:
        one, other = (
            Cache(self.path, SharedSession(name, self.path), ttl=1, lock_timeout=0.01)
            for name in "ab"
        )
        with one.lock("url"), other.lock("url"):
            pass


TROUBLE: dict[str, tuple[type[SchemaRegistryError], Callable[[Trouble], None]]] = {
    "no recording of …": (CassetteMissing, Trouble.missing),
    "the cassette cannot be used": (CassetteDamaged, Trouble.damaged),
    "the cassette cannot be written": (CassetteNotWritten, Trouble.not_written),
    "the registry did not answer": (RegistryUnavailable, Trouble.down),
    "the registry refused the request with status 401": (RegistryRefused, Trouble.refused),
    "certificate verify failed": (RegistryUnavailable, Trouble.not_trusted),
    "no schema came back": (RegistryUnavailable, Trouble.signs_in),
    "the registry's answer cannot be used": (InvalidAnswer, Trouble.something_else),
    "no schema … in v2": (SchemaNotFound, Trouble.not_found),
    "the schema is itself wrong": (InvalidSchema, Trouble.wrong_schema),
    "this engine does not support … in a pattern": (UnsupportedPattern, Trouble.other_pattern),
    "… is an Avro schema; what checks Avro is not installed": (
        UnsupportedSchemaType,
        Trouble.avro,
    ),
    "… is a Protobuf schema": (UnsupportedSchemaType, Trouble.protobuf),
    "the payload was not written for …": (WrongSchemaId, Trouble.not_written_for),
    "it answered 404 without a code of the registry": (InvalidAnswer, Trouble.no_code),
    "… is deprecated": (SchemaDeprecated, Trouble.deprecated),
    "the payload is not JSON at …": (PayloadNotJSON, Trouble.not_json),
    "another process has held a cache lock": (CacheLocked, Trouble.locked),
}


def test_the_table_of_troubles_has_every_error() -> None:
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, SchemaRegistryError)
    }
    # Wrong settings name the setting, a test without a check is its own; the base is never raised.
    kinds -= {SchemaRegistryError, InvalidSettings, NothingChecked}
    assert {kind for kind, _ in TROUBLE.values()} == kinds
    assert {code(message)[0] for message, _ in table(section("Troubleshooting"))} == set(TROUBLE)


@pytest.mark.parametrize(("message", "advice"), table(section("Troubleshooting")))
def test_every_message_occurs_and_gives_the_advice_of_the_table(
    tmp_path: Path,
    local_registry: LocalRegistry,
    secure_registry: LocalRegistry,
    confluent_registry: ConfluentRegistry,
    closed_port: int,
    message: str,
    advice: str,
) -> None:
    kind, provoke = TROUBLE[message.strip("`")]
    with pytest.raises(kind) as caught:
        provoke(Trouble(tmp_path, local_registry, secure_registry, confluent_registry, closed_port))
    pattern = re.escape(message.strip("`")).replace("…", ".+")
    assert re.search(pattern, caught.value.headline)
    for word in code(advice):
        assert word in str(caught.value)
    if "the message has the command" in advice:
        assert "pytest --registry-mode=record" in str(caught.value)
    if "the pointer says where" in advice:
        assert "at: #/type" in str(caught.value)


def test_the_limits_are_those_of_the_code(registry: SchemaRegistry) -> None:
    limits = section("Limits")
    assert f"at most {payloads.MAX_DEPTH} levels deep" in limits
    assert f"at most {payloads.MAX_VALUES:,} values" in limits
    assert f"{validation.MAX_UNFOLDED:,} subschemas for one value" in limits
    assert f"at most {diagnosis.MAX_VIOLATIONS:,} violations".capitalize() in limits
    assert "at most two seconds" in limits
    assert diagnosis.SECONDS == 2
    size = inspect.signature(SchemaRegistry).parameters["max_schema_size"].default
    assert f"at most {size / 1e6:g} MB" in limits
    (deep,) = re.findall(r"about (\d+) levels deep", limits)
    assert isinstance(registry.validate_payload(nested(int(deep)), 1)[0], bool)
    with pytest.raises(InvalidSchema, match="too deeply"):
        registry.validate_payload(nested(int(deep) + 10), 1)


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(levels):
        schema = {"not": schema}
    return schema


def test_an_endless_regular_expression_is_an_error_of_the_schema(registry: SchemaRegistry) -> None:
    with pytest.raises(InvalidSchema, match="takes too many steps"):
        registry.validate_payload({"pattern": r"^(a|a)*\1b$"}, "a" * 40)


def test_a_bad_marker_is_a_collection_error(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema(prefer="v2", versions=["v1"])
        def test(assert_conforms): pass
    """)
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    (status,) = re.findall(r"exit status (\d)", section("Limits"))
    assert int(status) == result.ret


# Links


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", README)
    assert links
    for link in links:
        file, _, anchor = link.partition("#")
        text = (ROOT / file).read_text(encoding="utf-8") if file else README
        titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
        assert not anchor or anchor in anchors


def test_the_chapter_that_a_message_names_exists() -> None:
    (chapter,) = re.findall(r"README's chapter '([^']+)'", str(InvalidAnswer("url", "reason")))
    assert section(chapter)


if __name__ == "__main__":
    (ROOT / "README.md").write_text(with_options_table(README), encoding="utf-8")
