"""The request that tells which protocol a registry speaks.

Confluent's protocol has the path ``/schemas/types``, and needs no rights for it on most registries;
the Core protocol has no path of that form. ``GET /`` tells nothing, and ``/subjects`` and
``/config`` need rights that a key for one topic lacks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.messages import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_schema_registry.registries.protocol import Exchange
    from pytest_schema_registry.registries.queries import ProtocolName, Query

_PATH = "schemas/types"
#: The words of which a Confluent registry lists at least one.
_TYPES = frozenset({"JSON", "AVRO", "PROTOBUF"})


class Detection(CoreProtocol):
    """The protocol of a registry that is not known yet: its one query asks for the protocol."""

    headers: Mapping[str, str] = {
        "Accept": "application/vnd.schemaregistry.v1+json, application/json"
    }

    def path(self, _query: Query) -> str:
        return _PATH

    def ask(self, query: Query) -> Exchange[ProtocolName]:
        response = yield Request(self.path(query))
        if response.status != 200:
            return "core"
        types = json.loads(response.body)
        is_list = isinstance(types, list) and all(isinstance(each, str) for each in types)
        return "confluent" if is_list and not _TYPES.isdisjoint(types) else "core"
