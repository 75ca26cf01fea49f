"""Verdicts by the schemas of a Confluent registry: ours, its serializer's, and its own."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError

from tests.local_registry import Reply

if TYPE_CHECKING:
    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run

ORDER: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "quantity": {"type": "integer"}},
    "required": ["id"],
}
STRICT_ORDER = ORDER | {"required": ["id", "quantity"]}
RECORD = "--registry-mode=record"


@pytest.fixture
def url(confluent_registry: ConfluentRegistry) -> str:
    """A registry that has two versions of orders, the second of which breaks."""
    confluent_registry.register("orders-value", ORDER)
    confluent_registry.register("orders-value", STRICT_ORDER)
    return f"--registry-url={confluent_registry.url}"


# The official serializer

LINE = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "definitions": {
        "size": {"anyOf": [{"type": "integer", "exclusiveMinimum": 0}, {"enum": ["S", "M"]}]}
    },
    "type": "object",
    "properties": {
        "sku": {"type": "string", "pattern": "^[a-z]{2}"},
        # Beside a $ref, drafts until 7 ignore everything.
        "size": {"$ref": "#/definitions/size", "type": "null"},
    },
    "required": ["sku"],
}
CART = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {
        "lines": {"type": "array", "items": {"$ref": "line.json"}, "maxItems": 2},
        # Since 2020-12, an array of schemas is no value of it.
        "pair": {"items": [{"type": "string"}, {"const": 1}], "additionalItems": False},
        "total": {"type": "number", "multipleOf": 0.5},
    },
    "dependencies": {"total": ["lines"]},
    "additionalProperties": False,
}
VALUES: list[Any] = [None, True, 0, 1, 1.0, 2.5, 0.3, "", "ab", "S", [], ["a", 1], ["a", 1, 2], {}]
AGREES = """
import json, pathlib
import pytest
from pytest_schema_registry import ContractViolation

CASES = json.loads(pathlib.Path("cases.json").read_text())

def test_cart(assert_conforms):
    for payload, message in CASES:
        if message is None:
            with pytest.raises(ContractViolation):
                assert_conforms(payload, "carts-value")
        else:
            assert assert_conforms(payload, "carts-value") == payload
            raw = bytes.fromhex(message)
            assert assert_conforms(raw, "carts-value", text=True) == payload
"""


def some_cart(some: random.Random) -> dict[str, Any]:
    """Return a payload of which about half conform."""

    def line() -> Any:
        members = {"sku": some.choice(["ab", "abc", 5]), "size": some.choice([1, "S", *VALUES])}
        return {key: members[key] for key in members if some.random() < 0.8}

    cart = {
        "lines": [line() for _ in range(some.randrange(4))],
        "pair": some.choice([["a", 1], ["a"], [], *VALUES]),
        "total": some.choice([1, 2.5, 1.5, *VALUES]),
        "more": 1,
    }
    return {key: cart[key] for key in cart if some.random() < (0.05 if key == "more" else 0.5)}


def test_our_verdict_is_that_of_the_official_serializer(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    some = random.Random(7)
    cases: list[tuple[Any, str | None]] = []
    with SchemaRegistryClient({"url": confluent_registry.url}) as client:
        client.register_schema("line", Schema(json.dumps(LINE), "JSON"))
        listed = [SchemaReference("line.json", "line", 1)]
        serialize = JSONSerializer(Schema(json.dumps(CART), "JSON", listed), client)
        for _ in range(200):
            payload = some_cart(some)
            try:
                raw = serialize(payload, SerializationContext("carts", MessageField.VALUE))
            except SerializationError:
                raw = None
            cases.append((payload, None if raw is None else raw.hex()))
    assert 50 < sum(raw is None for _, raw in cases) < 150
    (pytester.path / "cases.json").write_text(json.dumps(cases))
    pytester.makepyfile(AGREES)
    run(f"--registry-url={confluent_registry.url}").assert_outcomes(passed=1)


def test_a_schema_that_states_no_draft_is_of_draft_7(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("pairs-value", {"items": [{"type": "string"}]})
    pytester.makepyfile("def test_pair(assert_conforms): assert_conforms([1], 'pairs-value')")
    url = f"--registry-url={confluent_registry.url}"
    run(url).assert_outcomes(failed=1)
    run(url, "--registry-default-draft=2020-12").assert_outcomes(errors=1)


# Messages

MESSAGES = """
import json
import pytest

def message(schema_id, payload):
    return b"\\0" + schema_id.to_bytes(4, "big") + json.dumps(payload).encode()

@pytest.mark.registry_schema("orders-value")
@pytest.mark.parametrize("schema_id", IDS)
@pytest.mark.parametrize("payload", [{"id": "a", "quantity": 1}, {"quantity": 1}])
def test_message(assert_conforms, schema_id, payload):
    assert assert_conforms(message(schema_id, payload), text=True) == payload
"""


@pytest.mark.parametrize("confluent_registry", ["confluent", "karapace"], indirect=True)
def test_a_message_is_checked_and_the_id_in_it_is_one_of_its_subjects(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.register("payments-value", {"title": "Payment"})
    # An id is that of a content, in whichever subjects.
    confluent_registry.register("copies-value", ORDER)
    older, right = (confluent_registry.id_of("orders-value", version) for version in (1, 2))
    other = confluent_registry.id_of("payments-value", 1)
    ids = {"right": right, "older": older, "other": other, "unknown": 99}
    assert len({*ids.values()}) == 4
    pytester.makepyfile(MESSAGES.replace("IDS", str([*ids.values()])))
    for options in ([url, RECORD], ["--registry-offline"]):
        result = run(*options, "-rA", "-p", "no:cacheprovider")
        outcomes = result.parseoutcomes()
        assert outcomes.pop("warnings") >= 1
        assert outcomes == {"passed": 2, "failed": 2, "errors": 4}
        result.stdout.fnmatch_lines_random(
            [
                'E *$: "id" is a required property',
                "*ContractWarning: the payload has the id 1, which is version 1 of orders-value;*",
                f"E *WrongSchemaId: *its id {other} is that of payments-value version 1",
                "E *WrongSchemaId: *its id 99 is that of no schema of the registry",
            ]
        )
    for unused in (older, other, 99):
        assert confluent_registry.counts[f"/schemas/ids/{unused}/versions"] == 1
    assert f"/schemas/ids/{right}/versions" not in confluent_registry.paths


# The registry's own verdict

BOTH_WAYS = [
    "--registry-compatibility=orders-value: 1->2 backward, orders-value: 1->2 forward",
    "-v",
]


@pytest.mark.parametrize(
    ("level", "backward", "forward"),
    [
        ("BACKWARD", "FAILED", "PASSED"),
        ("BACKWARD_TRANSITIVE", "FAILED", "PASSED"),
        ("FORWARD", "FAILED", "PASSED"),
        ("FORWARD_TRANSITIVE", "FAILED", "PASSED"),
        ("FULL", "FAILED", "FAILED"),
        ("FULL_TRANSITIVE", "FAILED", "FAILED"),
        ("NONE", "ERROR", "ERROR"),
    ],
)
def test_the_registrys_verdict_is_understood_by_the_subjects_level(
    run: Run,
    confluent_registry: ConfluentRegistry,
    url: str,
    level: str,
    backward: str,
    forward: str,
) -> None:
    confluent_registry.set_level(level, "orders-value")
    result = run(url, "--registry-compat-source=registry", *BOTH_WAYS)
    result.stdout.fnmatch_lines([f"*1->2 backward] {backward} *", f"*1->2 forward] {forward} *"])
    if level.startswith("FULL"):
        result.stdout.fnmatch_lines(["*level FULL asks for both directions, and one of them *"])
        result.stdout.no_fnmatch_line("* is not backward compatible*")
    if level == "NONE":
        result.stdout.fnmatch_lines(
            [
                "*the subject's compatibility level is NONE, which compares *",
                "*asked: */config/orders-value?defaultToGlobal=true",
            ]
        )
        assert confluent_registry.posted == []


def test_a_full_registry_that_agrees_decides_both_directions(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.register("orders-value", STRICT_ORDER | {"title": "Order"})
    confluent_registry.set_level("FULL")
    rules = "--registry-compatibility=orders-value: 2->3 full, orders-value: 2->3 backward"
    run(url, "--registry-compat-source=registry", rules).assert_outcomes(passed=2)


def test_the_registry_is_sent_a_schema_with_its_references(
    run: Run, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("address", {"type": "object"})
    listed = [("address.json", "address", 1)]
    for schema in ({"$ref": "address.json"}, {"allOf": [{"$ref": "address.json"}]}):
        confluent_registry.register("to-value", schema, references=listed)
    url = f"--registry-url={confluent_registry.url}"
    rules = ("--registry-compatibility=to-value: 1 -> latest", "--registry-compat-source=registry")
    run(url, *rules, RECORD).assert_outcomes(passed=1)
    assert confluent_registry.posted == [
        (
            "/compatibility/subjects/to-value/versions/1",
            {
                "schema": '{"allOf": [{"$ref": "address.json"}]}',
                "schemaType": "JSON",
                "references": [{"name": "address.json", "subject": "address", "version": 1}],
            },
        )
    ]
    run("--registry-offline", *rules).assert_outcomes(passed=1)
    assert len(confluent_registry.posted) == 1


def test_where_the_registry_judges_otherwise_ours_counts_and_that_is_said(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.verdict(True)
    result = run(url, "--registry-compat-source=both", *BOTH_WAYS)
    outcomes = result.parseoutcomes()
    assert outcomes.pop("warnings") == 1
    assert outcomes == {"passed": 1, "failed": 1}
    result.stdout.fnmatch_lines(["*CompatibilityWarning: orders-value 1 -> 2 *"])


# All subjects


@pytest.mark.parametrize("source", ["local", "registry"])
def test_a_pattern_skips_what_cannot_be_compared_and_says_why(
    run: Run, confluent_registry: ConfluentRegistry, url: str, source: str
) -> None:
    for text in ('syntax = "proto2";', 'syntax = "proto3";'):
        confluent_registry.register("proto-value", text=text, type="PROTOBUF")
    confluent_registry.register("single-value", {})
    confluent_registry.register("elsewhere", ORDER)
    rule = "--registry-compatibility=*-value: 1 -> 2"
    result = run(url, rule, f"--registry-compat-source={source}", "-v", "-rs")
    result.assert_outcomes(failed=1, skipped=2)
    result.stdout.fnmatch_lines_random(
        [
            "*proto-value[[]1->2 backward] SKIPPED*",
            "*single-value[[]1->2 backward] SKIPPED*",
            "SKIPPED *: proto-value 1 release 1 cannot be compared: its type is PROTOBUF",
            "SKIPPED *: there is no single-value 2",
        ]
    )
    assert confluent_registry.counts["/subjects"] == 1
    # Named by the rule, each is an error.
    named = "--registry-compatibility=proto-value: 1->2, single-value: 1->2"
    run(url, named).assert_outcomes(errors=2)


@pytest.mark.parametrize("rule", ["*: 4 -> 5", "*: 2 -> 3 -> latest"])
@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_pattern_of_whose_versions_no_subject_has_two_is_an_error(
    run: Run, confluent_registry: ConfluentRegistry, url: str, rule: str, workers: str
) -> None:
    confluent_registry.register("a-value", ORDER)
    # Without it, each subject would be skipped, and the run would pass.
    for where in ((url, RECORD), ("--registry-offline",)):
        result = run(*where, f"--registry-compatibility={rule}", "-n", workers)
        assert result.ret != 0
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            [
                (
                    f"*registry_compatibility: {rule}: the registry has nothing of such a name in "
                    "two versions that this compares; correct the rule"
                )
            ]
        )


def test_a_pattern_whose_first_subject_cannot_be_had_is_an_error_of_its_test(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.always(Reply(200, {"version": 1}), "subjects/orders-value/versions/1")
    result = run(url, "--registry-compatibility=*: 1 -> 2")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*answer cannot be used: the answer has no 'schema' *"])


COVERS = "def test_order(assert_conforms): assert_conforms({'id': 'a', 'quantity': 1}, 'orders')"


@pytest.mark.parametrize("confluent_registry", ["confluent", "axonops"], indirect=True)
def test_coverage_counts_the_subjects_that_the_template_means(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.register("payments-value", {"type": "string"}, type="AVRO")
    confluent_registry.register("orders-key", {})
    pytester.makepyfile(COVERS)
    options = ("--registry-subject={name}-value", "--registry-require-coverage")
    missed = "gate failed: 1 schema has no contract test (payments@latest); *"
    for place in ([url, RECORD], ["--registry-offline"]):
        result = run(*place, *options)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([missed])
    covered = run(url, *options, "--registry-coverage-exclude=payments", "-n", "2")
    covered.assert_outcomes(passed=1)
    assert covered.ret == pytest.ExitCode.OK


def test_golden_payloads_are_tests_against_latest(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    for kind, payload in (("valid", {"id": "a"}), ("invalid", {})):
        folder = pytester.path / "tests/contracts/payloads/orders-value" / kind
        folder.mkdir(parents=True)
        (folder / "one.json").write_text(json.dumps(payload))
    result = run(url, "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines_random(
        [
            "*/valid/one.json::valid[[]latest] FAILED*",
            "*/invalid/one.json::invalid[[]latest] PASSED*",
        ]
    )
