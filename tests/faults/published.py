"""The schema that the bench's sessions ask for, as the registries of either protocol have it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.registries.confluent import ConfluentProtocol
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.detection import Detection
from pytest_schema_registry.registries.queries import Kind, Query
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_schema_registry.registries.protocol import WireProtocol

CONTENTS = {"v1": ORDER_V1, "v2": ORDER_V2}


@dataclass(frozen=True)
class Published:
    """A schema in two version lines.

    Args:
        name: The schema's name.
        protocol: The protocol by which it is asked for.
        documents: What the registry says of each version line.
        types: What the registry says when it is asked for its protocol; None for a 404.
    """

    name: str
    protocol: WireProtocol
    documents: Mapping[str, dict[str, Any]]
    types: list[str] | None = None

    def question(self, version: str) -> Query:
        return Query(Kind.SCHEMA, version, self.name)

    def path(self, version: str) -> str:
        """The path of a version line below the registry's address."""
        return self.protocol.path(self.question(version))

    @property
    def paths(self) -> dict[str, dict[str, Any]]:
        """What the registry says at each path."""
        return {self.path(version): document for version, document in self.documents.items()}

    def addresses(self, url: str) -> list[str]:
        return [f"{url}/{path}" for path in self.paths]

    def answers(self) -> Iterator[tuple[WireProtocol, Query, Any]]:
        """All that a session asks, and the registry's documents."""
        for version, document in self.documents.items():
            yield self.protocol, self.question(version), document
        if self.types is not None:  # nobody keeps that there is nothing to be said
            yield Detection(), Query(Kind.PROTOCOL), self.types


def document(version: str) -> dict[str, Any]:
    """What a Core registry says of ``orders.Order``."""
    content = CONTENTS[version]
    return {
        "name": ORDER,
        "track": version,
        "core_version": content["$core_version"],
        "sha256": "unchanged",
        "content": content,
    }


def subject_version(number: int, schema: dict[str, Any]) -> dict[str, Any]:
    """What a Confluent registry says of a version of ``orders-value``."""
    return {
        "subject": "orders-value",
        "version": number,
        "id": number,
        "schemaType": "JSON",
        "schema": json.dumps(schema),
    }


CORE = Published(ORDER, CoreProtocol(), {version: document(version) for version in CONTENTS})
CONFLUENT = Published(
    "orders-value",
    ConfluentProtocol(),
    {"1": subject_version(1, ORDER_V1), "latest": subject_version(2, ORDER_V2)},
    ["JSON", "PROTOBUF", "AVRO"],
)
