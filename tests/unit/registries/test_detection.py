from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_schema_registry.registries.detection import Detection
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.protocol import drive
from pytest_schema_registry.registries.queries import Kind, Query


def detected(status: int, body: str) -> str:
    requests: list[Request] = []

    def send(request: Request) -> Response:
        requests.append(request)
        return Response(status, body)

    found = drive(Detection().ask(Query(Kind.PROTOCOL)), send)
    assert requests == [Request("schemas/types")]
    return found


@pytest.mark.parametrize(
    "types",
    [["JSON", "PROTOBUF", "AVRO"], ["AVRO"], ["PROTOBUF", "\x1b"], ["XML"] * 100_000 + ["JSON"]],
)
def test_a_list_of_types_is_confluent_s(types: list[str]) -> None:
    assert detected(200, json.dumps(types)) == "confluent"


@pytest.mark.parametrize(
    "document",
    [[], ["json"], ["XML"], ["JSON", 1], ["JSON", ["AVRO"]], [None], {"JSON": 1}, "JSON", 1, None],
)
def test_any_other_json_is_the_core_protocol_s(document: Any) -> None:
    assert detected(200, json.dumps(document)) == "core"


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("body", ["", '["JSON"]', '{"error_code": 40401}', "[" * 100_000])
def test_a_registry_without_the_path_speaks_the_core_protocol(status: int, body: str) -> None:
    assert detected(status, body) == "core"


@pytest.mark.parametrize("body", ["", "<html>", "[", "[" * 100_000, "9" * 5_000, '"\ud800'])
def test_what_is_no_json_tells_nothing(body: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        detected(200, body)
