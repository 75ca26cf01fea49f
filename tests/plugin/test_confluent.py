"""A project whose schemas are in a registry that speaks Confluent's protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "quantity": {"type": "integer"}},
    "required": ["id"],
}
STRICT_ORDER = ORDER | {"required": ["id", "quantity"]}
TEST = """
def test_order(assert_conforms):
    assert_conforms({"id": "a"}, "orders-value")
"""
TYPES, LATEST = "/schemas/types", "/subjects/orders-value/versions/latest"
#: Moves `latest` while all other tests wait, some of them in other processes.
MOVES = f"""
import json, pathlib, time
import httpx
import pytest

def test_moves(assert_conforms):
    assert_conforms({{"id": "a"}}, "orders-value")
    body = {{"schema": {json.dumps(STRICT_ORDER)!r}, "schemaType": "JSON"}}
    httpx.post("URL/subjects/orders-value/versions", json=body).raise_for_status()
    pathlib.Path("moved").touch()

@pytest.mark.parametrize("number", range(8))
def test_order(assert_conforms, registry_schema, number):
    while not pathlib.Path("moved").exists():
        time.sleep(0.01)
    assert_conforms({{"id": "a"}}, "orders-value")
    assert registry_schema("orders-value").release == "1"
"""


@pytest.fixture
def url(confluent_registry: ConfluentRegistry, pytester: pytest.Pytester) -> str:
    confluent_registry.register("orders-value", ORDER)
    pytester.makepyfile(test_it=TEST)
    return f"--registry-url={confluent_registry.url}"


@pytest.mark.parametrize(
    ("confluent_registry", "workers"),
    [("confluent", "0"), ("karapace", "0"), ("axonops", "0"), ("confluent", "4")],
    indirect=["confluent_registry"],
)
def test_a_first_test_takes_two_requests_and_no_setting(
    run: Run, confluent_registry: ConfluentRegistry, url: str, workers: str
) -> None:
    result = run(url, "-v", "-n", workers)
    result.assert_outcomes(passed=1)
    result.stdout.re_match_lines([r".*PASSED.*test_order\[latest\]|.*test_order\[latest\] PASSED"])
    assert confluent_registry.paths == [TYPES, LATEST]
    run(url, "-n", workers).assert_outcomes(passed=1)
    assert confluent_registry.paths == [TYPES, LATEST]
    confluent_registry.requests.clear()
    run(url, "-n", workers, "--registry-cache-ttl=0.001").assert_outcomes(passed=1)
    assert confluent_registry.paths == [LATEST]


def test_latest_is_one_version_for_all_workers_of_a_session(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    pytester.makepyfile(test_it=MOVES.replace("URL", confluent_registry.url))
    run(url, "-n", "4").assert_outcomes(passed=9)
    assert confluent_registry.counts[LATEST] == 1
    result = run(url, "--registry-cache-ttl=0.001", "-k", "test_order and 7")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['E * $: "quantity" is a required property'])


@pytest.mark.parametrize("confluent_registry", ["karapace"], indirect=True)
def test_a_url_for_other_tools_changes_nothing_for_a_project_without_contract_tests(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makeconftest("""
        import atexit, sys
        heavy = {"httpx", "jsonschema_rs"}
        atexit.register(lambda: print("imported:", sorted(heavy & {*sys.modules})))
    """)
    pytester.makepyfile("def test_own(): pass")
    for url in (confluent_registry.url, "http://a.invalid:8081,http://b.invalid:8081"):
        monkeypatch.setenv("SCHEMA_REGISTRY_URL", url)
        result = run("-s")
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["imported: []"])
        result.stdout.no_fnmatch_line("*= schema registry =*")
    assert confluent_registry.requests == []


def test_a_path_that_says_the_protocol_saves_the_request_for_it(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    path = "/apis/ccompat/v7"
    confluent_registry.reset(path=path)
    confluent_registry.register("orders-value", ORDER)
    pytester.makepyfile(TEST)
    run(f"--registry-url={confluent_registry.url}{path}/").assert_outcomes(passed=1)
    assert confluent_registry.paths == [f"{path}{LATEST}"]


# Version lines

NEGOTIATED = """
import pytest

@pytest.mark.registry_schema("NAME")
def test_order(assert_conforms):
    assert_conforms({"id": "a"})

@pytest.mark.registry_schema("NAME", prefer="PREFIX9", fallback="PREFIX1")
def test_negotiated(registry_schema):
    assert registry_schema().reason == "PREFIX1, because PREFIX9 does not have it"

@pytest.mark.registry_schema("NAME", versions=["PREFIX9"])
def test_missing(assert_conforms):
    assert_conforms({"id": "a"})
"""
PROPERTY = "application.major.version"
BY_PROPERTY = f"/subjects/orders-value/metadata?key={PROPERTY}&value="


@pytest.mark.parametrize(
    ("name", "prefix", "options", "path"),
    [
        ("orders-value", "", [], "/subjects/orders-value/versions/{}"),
        ("orders-value", "v", [], "/subjects/orders-value/versions/{}"),
        ("orders", "", ["--registry-subject={name}-value"], "/subjects/orders-value/versions/{}"),
        (
            "orders",
            "v",
            ["--registry-subject={name}.{version}-value"],
            "/subjects/orders.v{}-value/versions/latest",
        ),
        (
            "orders-value",
            "v",
            ["--registry-subject=:.{version}:{name}"],
            "/subjects/:.v{}:orders-value/versions/latest",
        ),
        (
            "orders-value",
            "",
            [f"--registry-version-property={PROPERTY}"],
            f"/subjects/orders-value/metadata?key={PROPERTY}&value={{}}",
        ),
    ],
    ids=["number", "v number", "template", "subject", "context", "property"],
)
def test_a_version_line_is_what_the_settings_say(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    name: str,
    prefix: str,
    options: list[str],
    path: str,
) -> None:
    for number, schema in (("1", ORDER), ("2", STRICT_ORDER)):
        confluent_registry.register("orders-value", schema, metadata={PROPERTY: number})
        confluent_registry.register(f"orders.v{number}-value", schema)
        confluent_registry.register(f":.v{number}:orders-value", schema)
    # What is asked for by its property is the latest that has it.
    confluent_registry.register("orders-value", {}, metadata={PROPERTY: "0"})
    pytester.makepyfile(NEGOTIATED.replace("NAME", name).replace("PREFIX", prefix))
    versions = f"--registry-versions={prefix}1,{prefix}2"
    result = run(f"--registry-url={confluent_registry.url}", versions, *options, "-v")
    result.assert_outcomes(passed=2, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            f"*test_order[[]{prefix}1] PASSED*",
            f"*test_order[[]{prefix}2] FAILED*",
            "*test_negotiated PASSED*",
            f"*test_missing[[]{prefix}9] ERROR*",
            f"E *SchemaNotFound: no schema {name} in {prefix}9",
        ]
    )
    paths = [path.format(number) for number in (1, 2, 9)]
    assert confluent_registry.paths == sorted([TYPES, *paths])
    # Numbers never change. The others, and that there is none, are asked again.
    confluent_registry.requests.clear()
    run(f"--registry-url={confluent_registry.url}", versions, *options, "--registry-cache-ttl=.001")
    fixed = paths[:2] if "versions/{}" in path else []
    assert confluent_registry.paths == sorted({*paths} - {*fixed})


@pytest.mark.parametrize(
    ("root", "metadata"),
    [
        ({"deprecated": True, "deprecation_note": "use 1"}, {}),
        ({}, {"deprecated": "true", "deprecation_note": "use 1"}),
    ],
    ids=["root", "property"],
)
def test_a_deprecated_version_is_passed_over(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    url: str,
    root: dict[str, Any],
    metadata: dict[str, str],
) -> None:
    confluent_registry.register("orders-value", STRICT_ORDER | root, metadata=metadata)
    pytester.makepyfile(
        test_it="""
        import pytest

        def test_order(registry_schema):
            schema = registry_schema("orders-value", prefer="2", fallback="1")
            assert schema.reason == "1, because 2 is deprecated: use 1"
        """
    )
    run(url).assert_outcomes(passed=1)


def test_a_number_and_latest_are_one_request_where_they_are_one_version(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    pytester.makepyfile(
        test_it="""
        import pytest
        from pytest_schema_registry import SchemaNotFound

        def test_order(registry_schema):
            assert registry_schema("orders-value").release == "1"
            assert registry_schema("orders-value", release="1").release == "1"
            assert registry_schema("orders-value", version="v1").release == "1"

        def test_other_release(registry_schema):
            with pytest.raises(SchemaNotFound, match="release 2"):
                registry_schema("orders-value", version="1", release="2")
        """
    )
    run(url, "-k", "not other").assert_outcomes(passed=1, deselected=1)
    assert confluent_registry.paths == [TYPES, LATEST]
    run(url, "-k", "other").assert_outcomes(passed=1, deselected=1)
    assert confluent_registry.paths == [TYPES, LATEST]


@pytest.mark.parametrize("stated", [[], ["--registry-protocol=confluent"]])
def test_what_is_no_version_of_a_subject_stops_the_session(
    run: Run, url: str, stated: list[str]
) -> None:
    result = run(url, *stated, "--registry-versions=stable")
    assert result.ret != pytest.ExitCode.OK
    both = result.outlines + result.errlines
    said = "--registry-versions: 'stable' is no version of a subject; write latest or a number"
    assert any(said in line for line in both)
    assert "passed" not in result.parseoutcomes()


def test_no_type_but_json_and_avro_is_ever_checked(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.register("proto-value", text='syntax = "proto3";', type="PROTOBUF")
    pytester.makepyfile(
        test_it="""
        import pytest

        @pytest.mark.parametrize("payload", ["a text", 5])
        def test_value(assert_conforms, payload):
            assert_conforms(payload, "proto-value")
        """
    )
    result = run(url)
    result.assert_outcomes(errors=2)
    words = "proto-value latest release 1 is a Protobuf schema; only JSON Schema and Avro are *"
    result.stdout.fnmatch_lines([f"E *UnsupportedSchemaType: {words}"])
    shown = run(url, "--registry-show=proto-value", "--registry-show=orders-value")
    assert shown.ret == pytest.ExitCode.TESTS_FAILED
    shown.stdout.fnmatch_lines(["proto-value * is a Protobuf schema; *", "orders-value latest"])
