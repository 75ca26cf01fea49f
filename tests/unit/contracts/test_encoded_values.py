from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import PayloadNotJSON, SchemaRegistry, WrongSchemaId
from pytest_schema_registry.contracts.judge import as_json, from_json
from tests.parts import judge_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry

OLD = {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}
NEW = OLD | {"fields": [*OLD["fields"], {"name": "b", "type": "string", "default": "x"}]}


@pytest.fixture
def registry(confluent_registry: ConfluentRegistry) -> Iterator[SchemaRegistry]:
    for content in (OLD, NEW):
        confluent_registry.register("orders-value", content, type="AVRO")
    confluent_registry.register("blobs-value", "bytes", type="AVRO")
    confluent_registry.register("json-value", {"type": "object"})
    fixed = {"type": "fixed", "name": "Hash", "size": 2}
    confluent_registry.register("hashes-value", ["null", fixed], type="AVRO")
    with SchemaRegistry(confluent_registry.url) as registry:
        yield registry


def value(registry: SchemaRegistry, payload: Any, subject: str = "orders-value", **how: Any) -> Any:
    judge = judge_of(registry)
    return judge.value(payload, judge.validator(registry.get_schema(subject)), **how)


def test_a_value_is_itself_and_a_text_is_its_json_encoding(registry: SchemaRegistry) -> None:
    payload = {"a": object()}
    assert value(registry, payload) is payload
    assert value(registry, '{"a": 1}', text=True) == {"a": 1}
    assert value(registry, b'{"a": 1}', text=True) == {"a": 1}
    with pytest.raises(PayloadNotJSON):
        value(registry, "{", text=True)


def test_a_message_is_read_by_the_version_that_it_was_written_with(
    registry: SchemaRegistry,
) -> None:
    said: list[tuple[str, str]] = []

    def warn(schema: Any, schema_id: str, release: str) -> None:
        said.append((schema_id, release))

    assert value(registry, b"\0\0\0\0\2\2\2y", warn=warn) == {"a": 1, "b": "y"}
    assert said == []
    assert value(registry, memoryview(b"\0\0\0\0\1\2"), warn=warn) == {"a": 1, "b": "x"}
    assert said == [("1", "1")]
    assert value(registry, b"\0\0\0\0\1\2", text=True) == {"a": 1, "b": "x"}


def test_a_message_of_another_subject_is_an_error_unless_it_may_be_a_value(
    registry: SchemaRegistry,
) -> None:
    raw = b"\0\0\0\0\1\2"
    assert value(registry, raw, "blobs-value") == raw
    assert value(registry, b"abc", "blobs-value") == b"abc"
    assert value(registry, b"\0\0\0\0\3\2a", "blobs-value") == b"a"
    with pytest.raises(WrongSchemaId):
        value(registry, raw, "blobs-value", text=True)
    with pytest.raises(WrongSchemaId):
        value(registry, b"\0\0\0\0\3\2a")


@pytest.mark.parametrize(
    ("raw", "subject", "words"),
    [
        (
            b"abc",
            "hashes-value",
            (
                "3 bytes are no message (a message begins with a zero byte and the four bytes of "
                "an id), and no value that conforms: "
            ),
        ),
        (
            b"\0\0\0\0\1\2",
            "hashes-value",
            (
                "6 bytes are no message (their id 1 is that of no version of hashes-value), and no "
                "value that conforms: "
            ),
        ),
        (
            b"\0\0\0\0\5\2a",
            "hashes-value",
            (
                "the message of 2 bytes cannot be read (with the id in front, as a value, its 7 "
                "bytes do not conform either): "
            ),
        ),
        (
            b"\0\0\0\0\3\6a",
            "blobs-value",
            (
                "the message of 2 bytes cannot be read (with the id in front, as a value, its 7 "
                "bytes conform): "
            ),
        ),
    ],
)
def test_an_error_says_of_both_readings_of_bytes(
    registry: SchemaRegistry, raw: bytes, subject: str, words: str
) -> None:
    is_valid, (found,) = registry.validate_payload(subject, raw)
    assert not is_valid
    assert found.keyword == "message"
    assert found.message.startswith(words)


def test_without_ids_bytes_are_the_value_where_a_value_may_be_bytes(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "blob.avsc").write_text('{"type": "fixed", "name": "F", "size": 6}')
    with SchemaRegistry(tmp_path) as registry:
        assert registry.validate_payload("blob@v1", b"\0\0\0\0\1\2")
        is_valid, (found,) = registry.validate_payload("blob@v1", b"\0\0\0\0\1")
    assert not is_valid
    assert found.message.startswith("5 bytes are no message (this registry has no ids), and no ")


def test_the_object_without_pytest_judges_values_and_messages(registry: SchemaRegistry) -> None:
    assert registry.validate_payload("orders-value", {"a": 1})
    assert registry.validate_payload("orders-value", b"\0\0\0\0\1\2")
    is_valid, (found,) = registry.validate_payload("orders-value", b"abc")
    assert not is_valid
    assert found.keyword == "message"
    assert registry.validate_payload("json-value", {})


def test_a_payload_goes_to_files_as_json_and_comes_back(registry: SchemaRegistry) -> None:
    judge = judge_of(registry)
    avro, other = (
        judge.validator(registry.get_schema(name)) for name in ("blobs-value", "json-value")
    )
    assert as_json(avro, b"a") == {"$bytes": "a"}
    assert from_json(avro, "a") == b"a"
    assert as_json(other, {}) == from_json(other, {}) == {}
