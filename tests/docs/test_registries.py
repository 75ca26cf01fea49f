from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import (
    InvalidSettings,
    SchemaNotFound,
    SchemaRegistry,
)
from pytest_schema_registry.registries import retrying
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.settings.credentials import VARIABLES
from tests.docs.pages import code, named_file, page, table
from tests.local_registry import ORDER, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

PAGE = page("registries")


def test_the_first_test_of_a_confluent_registry_has_no_setting_but_the_address(
    project: Path, run: Run, confluent_registry: ConfluentRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PAGE.section("Confluent, Karapace, Redpanda, Apicurio")
    export, command = re.findall(r"^\$ (.+)$", text, re.MULTILINE)
    block = PAGE.block("python")
    (project / named_file(block)).write_text(block, encoding="utf-8")
    confluent_registry.register("orders-value", {"required": ["id", "quantity"]})
    variable, _, _ = export.removeprefix("export ").partition("=")
    monkeypatch.setenv(variable, confluent_registry.url)
    result = run(*command.split()[1:], "-v")
    result.assert_outcomes(passed=1)
    (name,) = re.findall(r"It is `([^`]+)`\.", text)
    result.stdout.fnmatch_lines([f"*::{name.replace('[', '?').replace(']', '?')} PASSED*"])


TO_TEST = {
    what.partition(" (")[0]: code(options)[0]
    for what, options in table(PAGE.section("Confluent, Karapace, Redpanda, Apicurio"))
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


def test_serve_answers_what_the_registry_is_asked(project: Path) -> None:
    (line,) = PAGE.block("sh").splitlines()
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
    (_, answer), *_, (_, said) = table(PAGE.section("A Core Schema Registry"))
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
        request.strip("`").removeprefix("GET ")
        for request, _ in table(PAGE.section("A Core Schema Registry"))
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


def test_the_credentials_are_those_of_the_code(
    local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = table(PAGE.section("Credentials"))
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
