"""Replay opens no connection, as seen from outside: by the kernel, by Python, and by a server.

In a network namespace without an interface, not even loopback, whatever asks the network fails. An
audit hook ends a process of Python's that only tries to. And where the network is there, a server's
log shows what the engine would ask past Python.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

# Loaded for good: pytester unloads what a test loads, and half of yaml, in C, stays behind.
import yaml  # noqa: F401

from pytest_schema_registry import SchemaRegistry

if TYPE_CHECKING:
    from tests.confluent_registry import ConfluentRegistry
    from tests.local_registry import LocalRegistry

ROOT = Path(__file__).parents[2]


AUDIT = """
import os
import sys

def audit(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        os.write(stderr, f"tried: {event} {arguments}".encode())
        os._exit(99)

stderr = os.dup(2)  # pytest captures what is written to the other one
sys.addaudithook(audit)
open(os.path.join(os.environ["AUDITED"], str(os.getpid())), "w").close()
"""


@pytest.fixture
def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which each process that ends at its first socket leaves a file."""
    hook, processes = tmp_path / "hook", tmp_path / "processes"
    hook.mkdir()
    processes.mkdir()
    (hook / "sitecustomize.py").write_text(AUDIT)
    monkeypatch.setenv("PYTHONPATH", str(hook), prepend=os.pathsep)
    monkeypatch.setenv("AUDITED", str(processes))
    return processes


def contract_tests(prefix: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run tests/contracts without the drills, which start a registry on the loopback interface."""
    # -P, or the checkout would shadow the installed wheel.
    command = [*prefix, sys.executable, "-P", "-m", "pytest", "tests/contracts"]
    command += ["--ignore=tests/contracts/test_drills.py", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr)
    return done


@pytest.mark.skipif(find_spec("xdist") is None, reason="not installed: pytest-xdist")
@pytest.mark.parametrize("workers", ["0", "2"])
def test_replay_passes_without_a_network(cut_off: list[str], workers: str) -> None:
    done = contract_tests(cut_off, "--registry-offline", "-n", workers)
    assert done.returncode == 0
    assert "skipped" not in done.stdout


def test_a_suite_that_asks_a_registry_cannot_pass_there(
    cut_off: list[str], local_registry: LocalRegistry, tmp_path: Path
) -> None:
    local_registry.publish("telemetry.Labels", v1={"type": "object"})
    live = ["--registry-mode", "live", "--registry-url", local_registry.url]
    # The project's rules are about schemas that this registry does not have.
    live += ["-k", "test_labels_conform", "-o", "registry_compatibility="]
    # A cache each, or the second run would need no network.
    connected = contract_tests([], *live, "--registry-cache-dir", str(tmp_path / "connected"))
    assert connected.returncode == 0
    disconnected = contract_tests(cut_off, *live, "--registry-cache-dir", str(tmp_path / "cut off"))
    assert disconnected.returncode == 1
    assert "passed" not in disconnected.stdout.splitlines()[-1]


@pytest.mark.skipif(find_spec("xdist") is None, reason="not installed: pytest-xdist")
@pytest.mark.parametrize("workers", [0, 2])
def test_no_process_of_a_replay_makes_a_socket(audited: Path, workers: int) -> None:
    done = contract_tests([], "--registry-offline", "-n", str(workers))
    assert done.returncode == 0
    assert "tried: " not in done.stderr
    assert len(list(audited.iterdir())) == workers + 1


def test_a_process_that_makes_one_ends(
    audited: Path, local_registry: LocalRegistry, tmp_path: Path
) -> None:
    live = ["--registry-mode", "live", "--registry-url", local_registry.url]
    done = contract_tests([], *live, "--registry-cache-dir", str(tmp_path / "cache"))
    assert done.returncode == 99
    assert "tried: socket." in done.stderr
    assert local_registry.requests == []


def beyond(url: str) -> dict[str, dict[str, object]]:
    """Schemas that refer to what a server has, by the name of the schema."""
    there = f"{url}/schemas/v1/orders.Order"
    return {
        "beyond.Ref": {"$ref": there},
        "beyond.Fragment": {"properties": {"a": {"items": {"$ref": f"{there}#/properties"}}}},
        "beyond.Unused": {"$defs": {"a": {"$ref": there}}},
        "beyond.Dynamic": {"$dynamicRef": there},
        "beyond.Draft": {"$schema": there, "type": "object"},
    }


@pytest.fixture
def references(pytester: pytest.Pytester, local_registry: LocalRegistry) -> LocalRegistry:
    """A registry that was recorded, and is there, and has what its schemas refer to."""
    schemas = beyond(local_registry.url)
    for name, schema in schemas.items():
        local_registry.publish(name, v1=schema)
        folder = pytester.path / "cassettes"
        with SchemaRegistry(local_registry.url, mode="record", cassettes=folder) as registry:
            registry.get_schema(name, "v1")
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("payload", [{{}}, {{"a": [1]}}], ids=["empty", "full"])
        @pytest.mark.parametrize("name", {list(schemas)})
        def test_beyond(schema_registry, name, payload):
            schema = schema_registry.get_schema(name, "v1")
            schema_registry.validate_payload(schema, payload)
    """)
    local_registry.requests.clear()
    return local_registry


@pytest.mark.parametrize("network", ["cut off", "there"])
def test_the_engine_asks_nobody_for_what_a_schema_refers_to(
    pytester: pytest.Pytester,
    references: LocalRegistry,
    request: pytest.FixtureRequest,
    network: str,
) -> None:
    prefix = request.getfixturevalue("cut_off") if network == "cut off" else []
    command = [*prefix, sys.executable, "-P", "-m", "pytest", "--registry-offline"]
    result = pytester.run(*command, "--registry-cassettes=cassettes", "-p", "no:randomly")
    result.assert_outcomes(errors=2 * len(beyond(references.url)))
    assert "leads to no schema of the registry" in str(result.stdout)
    assert references.requests == []


def test_the_engine_would_ask_if_it_were_let(references: LocalRegistry) -> None:
    for schema in beyond(references.url).values():
        with pytest.raises(jsonschema_rs.ValidationError):
            jsonschema_rs.validator_for(schema, offline=True)
    jsonschema_rs.validator_for(beyond(references.url)["beyond.Ref"])
    assert references.paths == ["/schemas/v1/orders.Order"]


LINE = {
    "type": "record",
    "name": "Line",
    "namespace": "shop",
    "fields": [{"name": "qty", "type": "int"}],
}
ORDERS = {"type": "array", "items": "shop.Line"}
VALUE = [{"qty": 1}, {"qty": 2}]


@pytest.fixture
def messages(pytester: pytest.Pytester, confluent_registry: ConfluentRegistry) -> ConfluentRegistry:
    """A registry with a subject of Avro, and tests of what Confluent's serializer has written."""
    client = pytest.importorskip("confluent_kafka.schema_registry", reason="needs confluent-kafka")
    avro = pytest.importorskip("confluent_kafka.schema_registry.avro")
    serialization = pytest.importorskip("confluent_kafka.serialization")
    confluent_registry.register("line-value", LINE, type="AVRO")
    listed = [("shop.Line", "line-value", 1)]
    confluent_registry.register("orders-value", ORDERS, type="AVRO", references=listed)
    context = serialization.SerializationContext("orders", serialization.MessageField.VALUE)
    raw = []
    for content in (ORDERS, ["null", ORDERS]):
        confluent_registry.register("orders-value", content, type="AVRO", references=listed)
        references = [client.SchemaReference(*each) for each in listed]
        schema = client.Schema(json.dumps(content), "AVRO", references)
        with client.SchemaRegistryClient({"url": confluent_registry.url}) as asked:
            raw.append(avro.AvroSerializer(asked, schema)(VALUE, context))
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("raw", {raw!r}, ids=["older", "current"])
        def test_message(assert_conforms, raw):
            assert assert_conforms(raw, "orders-value") == {VALUE!r}

        def test_value(assert_conforms):
            assert assert_conforms({VALUE!r}, "orders-value") == {VALUE!r}
    """)
    return confluent_registry


@pytest.mark.skipif(find_spec("xdist") is None, reason="not installed: pytest-xdist")
@pytest.mark.parametrize("workers", ["0", "2"])
def test_messages_of_avro_are_read_without_a_network(
    pytester: pytest.Pytester, messages: ConfluentRegistry, cut_off: list[str], workers: str
) -> None:
    command = [sys.executable, "-P", "-m", "pytest", "-p", "no:randomly", "-n", workers]
    recorded = pytester.run(*command, "--registry-mode=record", f"--registry-url={messages.url}")
    recorded.assert_outcomes(passed=3, warnings=1)
    live = ["--registry-mode=live", f"--registry-url={messages.url}", "--registry-cache-dir=empty"]
    live += ["--registry-protocol=confluent"]
    pytester.run(*cut_off, *command, *live).assert_outcomes(errors=3)
    replayed = pytester.run(*cut_off, *command, "--registry-offline")
    replayed.assert_outcomes(passed=3, warnings=1)


def test_no_process_makes_a_socket_to_read_messages_of_avro(
    pytester: pytest.Pytester, messages: ConfluentRegistry, request: pytest.FixtureRequest
) -> None:
    command = [sys.executable, "-P", "-m", "pytest", "-p", "no:randomly"]
    recorded = pytester.run(*command, "--registry-mode=record", f"--registry-url={messages.url}")
    recorded.assert_outcomes(passed=3, warnings=1)
    request.getfixturevalue("audited")
    replayed = pytester.run(*command, "--registry-offline")
    replayed.assert_outcomes(passed=3, warnings=1)
    assert "tried: " not in str(replayed.stderr)
