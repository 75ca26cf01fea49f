"""Subjects of Avro: a value, a message and its JSON, in each mode."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run

LINE: dict[str, Any] = {
    "type": "record",
    "name": "Line",
    "namespace": "shop",
    "fields": [{"name": "sku", "type": "string"}, {"name": "qty", "type": "int"}],
}
ORDER: dict[str, Any] = {
    "type": "record",
    "name": "Order",
    "namespace": "shop",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "lines", "type": {"type": "array", "items": "shop.Line"}},
    ],
}
NOTED = ORDER | {"fields": [*ORDER["fields"], {"name": "note", "type": "string", "default": "-"}]}
NEEDED = ORDER | {"fields": [*ORDER["fields"], {"name": "note", "type": "string"}]}
REFERENCES = [("shop.Line", "line-value", 1)]
TEST = """
from datetime import UTC, datetime

AT = datetime(2026, 1, 2, tzinfo=UTC)
ORDER = {"id": "o-1", "at": AT, "lines": [{"sku": "a", "qty": 1}]}
NO_QTY = {**ORDER, "lines": [{"sku": "a", "qty": 1}, {"sku": "b", "qyt": 2}]}
"""
CONFORMS = f"""{TEST}
def test_order(assert_conforms):
    assert assert_conforms(ORDER, "orders-value") == ORDER
    assert assert_conforms(
        {{**ORDER, "at": 1767312000000}}, "orders-value"
    ) == ORDER
"""


@pytest.fixture
def url(confluent_registry: ConfluentRegistry) -> str:
    confluent_registry.register("line-value", LINE, type="AVRO")
    confluent_registry.register("orders-value", ORDER, type="AVRO", references=REFERENCES)
    return f"--registry-url={confluent_registry.url}"


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    pytester.makepyfile(test_it=CONFORMS)
    return pytester.path


def without_fastavro(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import sys; sys.modules['fastavro'] = None")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_value_conforms_live_recorded_and_replayed(
    run: Run, confluent_registry: ConfluentRegistry, url: str, project: Path, workers: str
) -> None:
    run(url, "-n", workers).assert_outcomes(passed=1)
    assert confluent_registry.counts["/subjects/line-value/versions/1?deleted=true"] == 1
    run(url, "-n", workers, "--registry-mode=record").assert_outcomes(passed=1)
    confluent_registry.reset()
    result = run("-n", workers, "--registry-offline")
    result.assert_outcomes(passed=1)
    assert not confluent_registry.counts


def test_a_violation_is_explained_with_its_path(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(
        f"{TEST}\ndef test_order(assert_conforms): assert_conforms(NO_QTY, 'orders-value')"
    )
    result = run(url)
    result.assert_outcomes(failed=1)
    address = url.partition("=")[2]
    result.stdout.fnmatch_lines(
        [
            "E   *ContractViolation: orders-value latest: $.lines[[]1].qty: it is missing, and *",
            "E     $.lines[[]1].qty: it is missing, and has no default",
            "E         line-value version 1#/fields/1",
            (
                "E     $.lines[[]1].qyt: shop.Line has no such field, so no reader gets it; did "
                'you mean "qty"?'
            ),
            "E         line-value version 1#",
            f"E     schema: registry {address}/subjects/orders-value/versions/latest (release 1, *",
            "E     next: correct the producer, or publish a schema that allows what it sends",
        ],
        consecutive=True,
    )


def test_another_version_that_takes_it_is_named(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.register("orders-value", NEEDED, type="AVRO", references=REFERENCES)
    pytester.makepyfile(CONFORMS)
    result = run(url, "--registry-versions=1,2")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E         it conforms to 1"])


def test_a_field_that_is_unknown_is_allowed_by_an_option(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(
        f"{TEST}\ndef test_order(assert_conforms):"
        "\n    assert assert_conforms({**ORDER, 'x': 1}, 'orders-value') == ORDER"
    )
    run(url).assert_outcomes(failed=1)
    run(url, "--registry-avro-unknown-fields").assert_outcomes(passed=1)


def test_without_the_extra_a_subject_of_avro_is_an_error_that_names_it(
    run: Run, pytester: pytest.Pytester, url: str, project: Path
) -> None:
    without_fastavro(pytester)
    result = run(url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "E       UnsupportedSchemaType: orders-value latest release 1 is an "
                "Avro schema; what "
                "checks Avro is not installed"
            ),
            "E         from: registry *",
            "E         next: pip install 'pytest-schema-registry[[]avro]'",
        ],
        consecutive=True,
    )


def test_a_session_without_a_subject_of_avro_imports_no_fastavro(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("orders-value", {"type": "object"})
    pytester.makepyfile(
        """
        import sys

        def test_order(assert_conforms):
            assert_conforms({}, "orders-value")
            assert "fastavro" not in sys.modules
        """
    )
    run(f"--registry-url={confluent_registry.url}").assert_outcomes(passed=1)


def test_a_value_of_avro_is_returned_as_it_is_where_it_is_not_checked(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(
        f"""{TEST}
def test_order(assert_conforms):
    for payload in (ORDER, b"\\0\\0\\0\\0\\2abc"):
        assert assert_conforms(payload, "orders-value") is payload
        assert assert_conforms({{"a": 1}}, "orders-value") == {{"a": 1}}
"""
    )
    run(url, "--registry-enforcement=off").assert_outcomes(passed=1)


def test_a_violation_that_is_not_enforced_returns_the_value(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(
        f"{TEST}\ndef test_order(assert_conforms):"
        "\n    assert assert_conforms(NO_QTY, 'orders-value') is NO_QTY"
    )
    run(url, "--registry-enforcement=warn").assert_outcomes(passed=1, warnings=1)


# Messages


def published(registry: ConfluentRegistry, content: dict[str, Any], value: Any) -> bytes:
    """Return what Confluent's own serializer sends of a value."""
    listed = [SchemaReference(*each) for each in REFERENCES]
    with SchemaRegistryClient({"url": registry.url}) as client:
        schema = Schema(json.dumps(content), "AVRO", listed)
        serialize = AvroSerializer(client, schema)
        raw = serialize(value, SerializationContext("orders", MessageField.VALUE))
        assert isinstance(raw, bytes)
        return raw


def test_what_the_official_serializer_sends_is_read_as_its_deserializer_reads_it(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    value = {"id": "o-1", "at": 1767312000000, "lines": [{"sku": "a", "qty": 1}]}
    raw = published(confluent_registry, ORDER, value)
    with SchemaRegistryClient({"url": confluent_registry.url}) as client:
        context = SerializationContext("orders", MessageField.VALUE)
        read = AvroDeserializer(client)(raw, context)
    pytester.makepyfile(
        f"""
        import datetime
        RAW, READ = {raw!r}, {read!r}

        def test_order(assert_conforms):
            assert assert_conforms(RAW, "orders-value") == READ
            assert assert_conforms(bytearray(RAW), "orders-value", text=True) == READ
        """
    )
    run(url, "--registry-mode=record").assert_outcomes(passed=1)
    run("--registry-offline").assert_outcomes(passed=1)


def test_a_message_of_another_version_is_resolved_to_that_of_the_test(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    raw = published(confluent_registry, ORDER, {"id": "o-1", "at": 0, "lines": []})
    confluent_registry.register("orders-value", NOTED, type="AVRO", references=REFERENCES)
    pytester.makepyfile(
        f"""
        def test_order(assert_conforms):
            assert assert_conforms({raw!r}, "orders-value")["note"] == "-"
        """
    )
    result = run(url, "--registry-mode=record")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            (
                "*ContractWarning: the payload has the id 2, which is version 1 of "
                "orders-value; it is "
                "checked against orders-value latest release 2"
            )
        ]
    )
    run("--registry-offline").assert_outcomes(passed=1, warnings=1)


def test_a_message_that_cannot_be_resolved_is_a_violation(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    raw = published(confluent_registry, ORDER, {"id": "o-1", "at": 0, "lines": []})
    confluent_registry.register("orders-value", NEEDED, type="AVRO", references=REFERENCES)
    pytester.makepyfile(
        f"def test_order(assert_conforms): assert_conforms({raw!r}, 'orders-value')"
    )
    result = run(url)
    result.assert_outcomes(failed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            (
                "E     $: the message of 6 bytes, written by orders-value 1 release "
                "1, cannot be read: "
                "No default value for field note in shop.Order"
            )
        ]
    )


WRONG = """
import pytest

@pytest.mark.parametrize("raw", [b"abc", b"\\0\\0\\0\\0\\2", b"\\0\\0\\0\\0\\2\\2"])
def test_violation(assert_conforms, raw):
    assert_conforms(raw, "orders-value")

def test_another_subject(assert_conforms):
    assert_conforms(b"\\0\\0\\0\\0\\1", "orders-value")

def test_no_json(assert_conforms):
    assert_conforms(b"abc", "orders-value", text=True)

def test_bytes(assert_conforms):
    for value in (b"abc", b"\\0\\0\\0\\0\\1abc"):
        assert assert_conforms(value, "blobs-value") == value
    assert assert_conforms(b"\\0\\0\\0\\0\\3\\2a", "blobs-value") == b"a"
"""


def test_bytes_are_a_message_or_where_bytes_are_asked_for_a_value(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.register("blobs-value", "bytes", type="AVRO")
    pytester.makepyfile(WRONG)
    result = run(url)
    result.assert_outcomes(passed=1, failed=3, errors=2)
    result.stdout.fnmatch_lines_random(
        [
            "E         $: 3 bytes are no message: it begins with a zero byte, *",
            "E         $: the message of 0 bytes cannot be read: the bytes end in the *",
            (
                "E       WrongSchemaId: the payload was not written for orders-value "
                "latest release 1: "
                "its id 1 is that of line-value version 1"
            ),
            "E       PayloadNotJSON: the payload is not JSON at $: Expecting value: *",
        ]
    )


# What comes with it


def test_golden_payloads_are_in_the_json_encoding_of_avro(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    folder = pytester.path / "tests" / "contracts" / "payloads" / "orders-value"
    for name, payload in {
        "valid/one": {"id": "a", "at": 0, "lines": [{"sku": "a", "qty": 1}]},
        "invalid/unknown-field/two": {"id": "a", "at": 0, "lines": [], "note": "a"},
        "invalid/three": {"id": "a", "at": 0, "lines": []},
    }.items():
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(payload))
    result = run(url, "tests")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["the payload conforms to orders-value latest release 1, but lies in invalid/"]
    )


def test_dead_letters_hide_what_is_redacted_and_are_checked_again(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    pytester.makepyfile(
        f"{TEST}\ndef test_order(assert_conforms):"
        "\n    assert_conforms({**ORDER, 'id': AT, 'lines': []}, 'orders-value')"
    )
    run(url, "--registry-dead-letters=dead.jsonl", "--registry-redact=at")
    (letter,) = (pytester.path / "dead.jsonl").read_text().splitlines()
    payload = {"id": {"$datetime": "2026-01-02T00:00:00+00:00"}, "at": "<redacted>", "lines": []}
    assert json.loads(letter)["payload"] == payload
    (pytester.path / "dead.jsonl").write_text(letter.replace('"<redacted>"', "0") + "\n")
    result = run(url, "dead.jsonl")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*$.id: the datetime 2026-01-02 00:00:00+00:00 is not a string*"])
    text = ORDER | {
        "fields": [{"name": "id", "type": ORDER["fields"][1]["type"]}, *ORDER["fields"][1:]]
    }
    confluent_registry.register("orders-value", text, type="AVRO", references=REFERENCES)
    run(url, "dead.jsonl", "--registry-cache-ttl=0").assert_outcomes(passed=1)


def test_a_dead_letter_whose_fault_is_redacted_is_skipped(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(
        f"{TEST}\ndef test_order(assert_conforms): assert_conforms({{**ORDER, 'at': 'x'}},"
        " 'orders-value')"
    )
    run(url, "--registry-dead-letters=dead.jsonl", "--registry-redact=at").assert_outcomes(failed=1)
    run(url, "dead.jsonl").assert_outcomes(skipped=1)


def test_values_are_replayed_against_the_next_version(
    run: Run, confluent_registry: ConfluentRegistry, url: str, project: Path
) -> None:
    confluent_registry.register("orders-value", NEEDED, type="AVRO", references=REFERENCES)
    result = run(url, "--registry-versions=1", "--registry-replay-payloads=1:2")
    result.stdout.fnmatch_lines(
        [
            "2 payloads of 1 checked against 2: 2 violating",
            (
                "  orders-value, sent by test_it.py::test_order[[]1]: $.note: it is "
                "missing, and has no "
                "default"
            ),
        ]
    )
    assert result.ret != pytest.ExitCode.OK


CASH = {
    "type": "record",
    "name": "Cash",
    "fields": [
        {
            "name": "amount",
            "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2},
        }
    ],
}
COIN = {"type": "record", "name": "Coin", "fields": CASH["fields"]}


def test_values_of_a_union_of_records_are_replayed_as_they_were(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    needed = {"name": "by", "type": "string"}
    for content in (
        [CASH, COIN],
        [CASH | {"doc": "paid at once"}, COIN],
        [CASH | {"fields": [*CASH["fields"], needed]}, COIN],
    ):
        confluent_registry.register("cash-value", content, type="AVRO")
    pytester.makepyfile(
        test_it="""
        from decimal import Decimal

        def test_cash(assert_conforms):
            value = {"amount": Decimal("1.50")}
            assert assert_conforms(value, "cash-value") == value
            assert assert_conforms(("Cash", value), "cash-value") == value
        """
    )
    result = run(url, "--registry-versions=1", "--registry-replay-payloads=1:2")
    result.stdout.fnmatch_lines(["2 payloads of 1 checked against 2: 0 violating"])
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK
    # Without a name, the value is a Coin.
    result = run(url, "--registry-versions=1", "--registry-replay-payloads=1:3")
    result.stdout.fnmatch_lines(["2 payloads of 1 checked against 3: 1 violating"])
    assert result.ret != pytest.ExitCode.OK


def test_a_schema_is_shown(run: Run, url: str) -> None:
    result = run(url, "--registry-show=orders-value")
    result.stdout.fnmatch_lines(
        [
            "orders-value latest",
            "  release     1",
            "  language    Avro",
            "  deprecated  no",
            "  digest      *",
            "  from        registry *",
            "  refers to   line-value",
            "",
            "  record Order",
            "  id     required  string",
            "  at     required  timestamp-millis (long)",
            "  lines  required  array of shop.Line",
        ],
        consecutive=True,
    )


def test_rules_compare_the_versions_by_avros_own_resolution(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    for content in (NOTED, NEEDED):
        confluent_registry.register("orders-value", content, type="AVRO", references=REFERENCES)
    rules = "--registry-compatibility=orders-value: 1 -> 2, orders-value: 1 -> 3 full strict"
    result = run(url, rules)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "orders-value 1 -> 3 is only forward compatible   (Avro's own; 1 reason, 2 notes)",
            "  ✗ field-without-default  $.note",
            "        the writer does not have it, and the reader has no default for it",
            "        3 #/fields/3",
            '        {"id": "a", "at": 0, "lines": []}',
            "        No default value for field note in shop.Order",
            "  i policy                 $",
            "        strict does not apply: Avro resolves a reader's schema against a",
            "        writer's in one way",
            "  i field-dropped          $.note  it is written, and nobody reads it (forward)",
            "  next: take the change back, or accept it for a time, in the file that *",
        ],
        consecutive=True,
    )
    # Where CI is set, pytest prints the whole reason in its short summary, too.
    (fingerprint,) = {line.strip() for line in result.outlines if "fingerprint" in line}
    (pytester.path / "waivers.toml").write_text(
        f'[[waiver]]\nschema = "orders-value"\n{fingerprint}\nreason = "known"\n'
        "expires = 2999-01-01\n"
    )
    run(url, rules, "--registry-waivers=waivers.toml").assert_outcomes(passed=2)


def test_two_languages_are_not_compared(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.register("orders-value", {"type": "object"})
    result = run(url, "--registry-compatibility=orders-value: 1 -> 2")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "*assert_compatible: the older schema is of the type AVRO and the "
                "newer one of JSON; "
                "compare two schemas of one language*"
            )
        ]
    )


def test_the_drift_of_a_doc_is_one_of_annotations(
    run: Run, confluent_registry: ConfluentRegistry, url: str, project: Path
) -> None:
    run(url, "--registry-mode=record").assert_outcomes(passed=1)
    for content, grade in ((ORDER | {"doc": "an order"}, "annotations"), (NEEDED, "breaking")):
        confluent_registry.register("orders-value", content, type="AVRO", references=REFERENCES)
        result = run(
            url, "--registry-mode=live", "--registry-cache-ttl=0", "--registry-drift-report=d.json"
        )
        drifts = json.loads((project / "d.json").read_text())
        assert grade in json.dumps(drifts), result.stdout.str()


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_registry_server_serves_what_the_session_has(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    url: str,
    workers: str,
) -> None:
    pytester.makepyfile(
        f"""{TEST}
import json
import httpx
import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

CONTEXT = SerializationContext("orders", MessageField.VALUE)
LATEST = {{"auto.register.schemas": False, "use.latest.version": True}}

@pytest.mark.parametrize("number", range(2))
def test_server(registry_server, registry_schema, number):
    order = registry_schema("orders-value").content
    for _ in range(2):
        with SchemaRegistryClient({{"url": registry_server.confluent_url}}) as client:
            raw = AvroSerializer(client, conf=LATEST)(ORDER, CONTEXT)
            assert AvroDeserializer(client)(raw, CONTEXT) == ORDER
            listed = client.get_latest_version("orders-value").schema.references
        assert [(each.subject, each.version) for each in listed] == [("line-value", 1)]
        order["doc"] = "a new one"
        registry_server.publish("orders-value", "latest", order, schema_type="AVRO")
    answer = httpx.get(f"{{registry_server.url}}/schemas/latest/orders-value")
    assert answer.status_code == 406
"""
    )
    run(url, "-n", workers, "--registry-mode=record").assert_outcomes(passed=2)
    confluent_registry.reset()
    run("-n", workers, "--registry-offline").assert_outcomes(passed=2)
    assert not confluent_registry.counts


def test_a_model_is_compared_with_json_schemas_alone(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(
        """
        from dataclasses import dataclass

        @dataclass
        class Order:
            id: str

        def test_produces(assert_produces):
            assert_produces(Order, "orders-value")
        """
    )
    result = run(url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "E *InvalidSettings: assert_produces: a model is compared with a JSON Schema, "
                "and the schema is of the type AVRO"
            ),
        ]
    )


def test_values_are_made_that_conform_and_that_break_one_rule(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile(
        """
        from datetime import datetime

        def test_conforming(conforming_payloads, assert_conforms):
            orders = conforming_payloads("orders-value")
            assert all(isinstance(each["at"], datetime) for each in orders)
            for each in orders:
                assert assert_conforms(each, "orders-value") == each

        def test_violating(violating_payloads, schema_registry):
            orders = violating_payloads("orders-value")
            assert "$.lines[0].qty" in {violation.path for _, violation in orders}
            for payload, violation in orders:
                verdict = schema_registry.validate_payload("orders-value@latest", payload)
                assert verdict.errors == (violation,)
        """
    )
    run(url, "--registry-mode=record").assert_outcomes(passed=2)
    run("--registry-offline").assert_outcomes(passed=2)
