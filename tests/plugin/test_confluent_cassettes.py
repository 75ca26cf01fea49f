"""What is recorded of a Confluent registry, who can play it, and what has changed since."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
import vcr
import yaml
from confluent_kafka.schema_registry import SchemaRegistryClient

from tests.plugin.test_modes import air_gap

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

ADDRESS = {"type": "object", "required": ["city"]}
ORDER: dict[str, Any] = {
    "title": "Bestellung für “Übersee”",
    "type": "object",
    "properties": {"to": {"$ref": "address.json"}},
    "required": ["id"],
}
REFERENCES = [("address.json", "address", 1)]
TEST = """
import pytest

def test_order(assert_conforms):
    assert_conforms({"id": "a", "to": {"city": "Oslo"}}, "orders-value")

@pytest.mark.registry_schema("orders-value", prefer="9", fallback="latest")
def test_negotiated(registry_schema, registry_version):
    assert registry_version == "latest"
"""
RECORD = "--registry-mode=record"
SECRET = "s3cret-t0ken"


@pytest.fixture
def url(confluent_registry: ConfluentRegistry, pytester: pytest.Pytester) -> str:
    register(confluent_registry)
    pytester.makepyfile(test_it=TEST)
    return f"--registry-url={confluent_registry.url}"


def register(registry: ConfluentRegistry, **more: Any) -> None:
    registry.register("address", ADDRESS)
    more = {"references": REFERENCES, "metadata": {"owner": "shop"}} | more
    registry.register("orders-value", ORDER, **more)


@pytest.fixture
def cassettes(pytester: pytest.Pytester) -> Path:
    return pytester.path / "tests/contracts/cassettes"


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.yaml"))


@pytest.mark.parametrize("workers", ["0", "4"])
def test_what_was_recorded_replays_with_the_network_cut(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    url: str,
    cassettes: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_TOKEN", SECRET)
    confluent_registry.authorize(f"Bearer {SECRET}")
    recorded = run(url, RECORD, "-v", "-n", workers)
    recorded.assert_outcomes(passed=2)
    assert set(confluent_registry.counts.values()) == {1}
    assert names(cassettes) == [
        "9/orders-value.yaml",
        "latest/orders-value.yaml",
        "protocol.yaml",
        "references/1/address.yaml",
    ]
    # Its 404 names who asked, perhaps.
    missing = yaml.safe_load((cassettes / "9/orders-value.yaml").read_text())["interactions"][0]
    assert missing["response"]["status"]["code"] == 404
    assert json.loads(missing["response"]["body"]["string"]) == {"error_code": 40402}
    texts = {file: file.read_text() for file in cassettes.rglob("*.yaml")}
    assert not any(word in text for text in texts.values() for word in (SECRET, "guid", '"ts"'))
    assert '          "city"' in texts[cassettes / "references/1/address.yaml"]
    monkeypatch.delenv("SCHEMA_REGISTRY_TOKEN")
    shutil.rmtree(pytester.path / ".pytest_cache")
    command = [*air_gap(), sys.executable, "-m", "pytest", "-p", "no:randomly", "-v"]
    replayed = pytester.run(*command, "-n", workers)
    replayed.assert_outcomes(passed=2)
    for result in (recorded, replayed):
        result.stdout.fnmatch_lines_random(["*test_order?latest?*"])
    # Recorded again, nothing has changed but the times.
    monkeypatch.setenv("SCHEMA_REGISTRY_TOKEN", SECRET)
    run(url, RECORD, "-n", workers).assert_outcomes(passed=2)
    for file, text in texts.items():
        now, before = yaml.safe_load(file.read_text()), yaml.safe_load(text)
        assert now["interactions"] == before["interactions"]


def test_a_protocol_that_was_stated_while_recording_is_remembered(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    run(url, RECORD, "--registry-protocol=confluent").assert_outcomes(passed=2)
    assert "/schemas/types" not in confluent_registry.paths
    result = run("--registry-offline", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_order?latest? PASSED*"])


def test_what_several_version_lines_share_is_recorded_for_each(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    pytester.makepyfile(
        test_it="""
        import pytest

        LINES = [("latest", "1"), ("1", None), ("v1", None)]

        @pytest.mark.parametrize(("version", "release"), LINES)
        def test_order(schema_registry, version, release):
            found = schema_registry.get_schema("orders-value", version=version, release=release)
            assert found.release == "1"

        def test_releases(schema_registry):
            found = schema_registry.versions("orders-value")
            assert [(each.version, each.release) for each in found] == [("1", "1")]

        def test_index(schema_registry):
            assert len(schema_registry.index()) == 4
        """
    )
    versions = "--registry-versions=1,2"
    for expected in (1, 2):
        run(url, RECORD, versions).assert_outcomes(passed=5)
        assert confluent_registry.counts["/subjects/orders-value/versions/1"] == expected
    run("--registry-offline", versions).assert_outcomes(passed=5)


@pytest.mark.parametrize("how", ["asked", "stated", "directory"])
def test_a_core_registry_that_is_recorded_later_replays_as_one(
    run: Run, local_registry: LocalRegistry, url: str, cassettes: Path, how: str
) -> None:
    run(url, RECORD).assert_outcomes(passed=2)
    local_registry.publish("orders-value", v1={"required": ["id"]}, v2={"required": ["id"]})
    place = local_registry.directory if how == "directory" else local_registry.url
    stated = ["--registry-protocol=core"] if how == "stated" else []
    core = [f"--registry-url={place}", "-k", "test_order", *stated]
    run(*core, RECORD).assert_outcomes(passed=2, deselected=1)
    assert str(local_registry.directory) not in (cassettes / "protocol.yaml").read_text()
    result = run("--registry-offline", "-v", "-k", "test_order")
    result.assert_outcomes(passed=2, deselected=1)
    result.stdout.fnmatch_lines(["*test_order?v1? PASSED*", "*test_order?v2? PASSED*"])


def test_a_protocol_whose_recording_is_damaged_is_an_error_and_never_a_guess(
    run: Run, url: str, cassettes: Path
) -> None:
    run(url, RECORD).assert_outcomes(passed=2)
    (cassettes / "protocol.yaml").write_text("interactions: []")
    result = run("--registry-offline")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["E *CassetteDamaged: *", "E *: tests/*/cassettes/protocol.yaml"])


@pytest.mark.parametrize("kept", ["cache", "cassettes"])
def test_a_registry_that_is_down_keeps_its_protocol_and_the_ids_of_its_tests(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    url: str,
    cassettes: Path,
    kept: str,
) -> None:
    run(url, RECORD).assert_outcomes(passed=2)
    shutil.rmtree(cassettes if kept == "cache" else pytester.path / ".pytest_cache")
    with confluent_registry.down():
        result = run(url, "-v", "--registry-cache-ttl=0")
    outcomes = result.parseoutcomes()
    assert outcomes.pop("warnings") >= 1
    assert outcomes == {"passed": 2}
    result.stdout.fnmatch_lines(["*test_order?latest? PASSED*", "*old copies served:"])


def test_the_stock_vcrpy_plays_a_cassette_to_the_official_client(
    run: Run, confluent_registry: ConfluentRegistry, url: str, cassettes: Path
) -> None:
    run(url, RECORD).assert_outcomes(passed=2)
    confluent_registry.requests.clear()
    played = cassettes / "latest/orders-value.yaml"
    with (
        vcr.use_cassette(str(played), record_mode="none"),
        SchemaRegistryClient({"url": confluent_registry.url}) as client,
    ):
        latest = client.get_latest_version("orders-value")
    referred = cassettes / "references/1/address.yaml"
    with (
        vcr.use_cassette(str(referred), record_mode="none"),
        SchemaRegistryClient({"url": confluent_registry.url}) as client,
    ):
        address = client.get_version("address", 1, deleted=True)
    assert json.loads(address.schema.schema_str or "") == ADDRESS
    assert confluent_registry.requests == []
    assert (latest.version, latest.schema.schema_type) == (1, "JSON")
    assert json.loads(latest.schema.schema_str or "") == ORDER
    assert [(each.name, each.subject, each.version) for each in latest.schema.references] == (
        REFERENCES
    )


def change_twin(text: str) -> str:
    head, twin, rest = text.partition("/schema\n")
    return head + twin + rest.replace('"id"', '"ID"', 1)


def change_answer(text: str) -> str:
    return text.replace('\\"id\\"', '\\"ID\\"', 1)


def drop_twin(text: str) -> str:
    data = yaml.safe_load(text)
    data["interactions"] = data["interactions"][:1]
    return yaml.safe_dump(data)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (change_twin, "the readable copy of the schema differs from the registry's answer *"),
        (change_answer, "the readable copy of the schema differs from the registry's answer *"),
        (drop_twin, "it lacks GET subjects/orders-value/versions/latest/schema"),
    ],
)
def test_a_recording_that_contradicts_itself_is_damaged(
    run: Run, url: str, cassettes: Path, damage: Any, said: str
) -> None:
    run(url, RECORD).assert_outcomes(passed=2)
    file = cassettes / "latest/orders-value.yaml"
    before = file.read_text()
    file.write_text(damage(before))
    assert file.read_text() != before
    result = run("--registry-offline")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines([f"E *CassetteDamaged: the cassette cannot be used: {said}"])


# Drift


@pytest.fixture
def recorded(run: Run, url: str) -> tuple[str, ...]:
    """The options of a run that compares with what was recorded."""
    run(url, RECORD).assert_outcomes(passed=2)
    return (url, "--registry-cache-ttl=0", "--registry-drift=fail")


def test_another_text_and_another_id_are_no_drift(
    run: Run, confluent_registry: ConfluentRegistry, recorded: tuple[str, ...]
) -> None:
    confluent_registry.reset()
    confluent_registry.register("other", {})
    register(confluent_registry, text=json.dumps(ORDER, indent=4, sort_keys=True))
    result = run(*recorded)
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.no_fnmatch_line("*drift: * differ*")


@pytest.mark.parametrize(
    ("schema", "grade"),
    [
        (ORDER | {"title": "Order"}, "annotations only"),
        (ORDER | {"required": []}, "compatible"),
        (ORDER | {"required": ["id", "to"]}, "breaking"),
    ],
)
def test_a_new_version_is_drift(
    run: Run,
    confluent_registry: ConfluentRegistry,
    recorded: tuple[str, ...],
    schema: dict[str, Any],
    grade: str,
) -> None:
    confluent_registry.register("orders-value", schema, references=REFERENCES)
    result = run(*recorded)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "drift: 1 of 3 schemas differs from its cassette:",
            f"  orders-value latest: {grade}, 1 -> 2",
        ]
    )


@pytest.mark.parametrize(
    ("address", "grade"),
    [(ADDRESS | {"required": ["city", "street"]}, "breaking"), (ADDRESS, "compatible")],
)
def test_changed_references_are_drift_of_the_same_text(
    run: Run,
    confluent_registry: ConfluentRegistry,
    recorded: tuple[str, ...],
    address: dict[str, Any],
    grade: str,
) -> None:
    confluent_registry.register("address", address | {"title": "Second"})
    references = [("address.json", "address", 2)]
    confluent_registry.register("orders-value", ORDER, references=references)
    result = run(*recorded)
    result.stdout.fnmatch_lines([f"  orders-value latest: {grade}, 1 -> 2"])


def test_what_the_registry_no_longer_has_is_gone(
    run: Run, confluent_registry: ConfluentRegistry, recorded: tuple[str, ...]
) -> None:
    confluent_registry.delete("orders-value", 1)
    result = run(*recorded)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["  orders-value latest: gone, *"])


def test_one_release_of_two_version_lines_is_recorded_for_both(
    run: Run, confluent_registry: ConfluentRegistry, pytester: pytest.Pytester
) -> None:
    confluent_registry.register("orders-value", {"required": ["id"]})
    pytester.makepyfile("""
        def test_first(registry_schema):
            assert registry_schema("orders-value", release="1").release == "1"
    """)
    lines = "--registry-versions=1,v1,latest"
    run(
        f"--registry-url={confluent_registry.url}", "--registry-mode=record", lines
    ).assert_outcomes(passed=3)
    assert confluent_registry.counts["/subjects/orders-value/versions/1"] == 1
    run("--registry-offline", lines).assert_outcomes(passed=3)
