from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from pytest_schema_registry import (
    CacheLocked,
    CassetteDamaged,
    CassetteMissing,
    CassetteNotWritten,
    InvalidAnswer,
    InvalidSchema,
    InvalidSettings,
    NothingChecked,
    PayloadNotJSON,
    RegistryRefused,
    RegistryUnavailable,
    SchemaDeprecated,
    SchemaNotFound,
    SchemaRegistry,
    SchemaRegistryError,
    UnsupportedPattern,
    UnsupportedSchemaType,
    WrongSchemaId,
    errors,
)
from pytest_schema_registry.contracts.contract import Contract
from pytest_schema_registry.contracts.recorder import Recorder, SchemaUsage
from pytest_schema_registry.contracts.rollout import Rollout
from pytest_schema_registry.retrieval.cache import Cache, SharedSession
from pytest_schema_registry.schemas import SchemaKey, SchemaRequest
from pytest_schema_registry.settings.enforcement import EnforcementRules
from tests.docs.pages import code, page, table
from tests.docs.projects import REGISTRY
from tests.local_registry import ORDER, Reply
from tests.parts import judge_of, source_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.local_registry import LocalRegistry

PAGE = page("troubleshooting")
CHAPTERS = ("The registry", "The schema", "The payload", "Files")
ADVICE = [row for chapter in CHAPTERS for row in table(PAGE.section(chapter))]


class Trouble:
    """Brings about each trouble of the table."""

    def __init__(
        self,
        tmp_path: Path,
        registry: LocalRegistry,
        secure: LocalRegistry,
        confluent: ConfluentRegistry,
        closed_port: int,
    ) -> None:
        self.path = tmp_path
        self.registry = registry
        self.confluent = confluent
        self.secure = secure
        self.closed = f"http://127.0.0.1:{closed_port}"

    def _get(self, version: str = "v1", url: str | None = None, **options: Any) -> None:
        options = {"cassettes": self.path / "cassettes", **options}
        with SchemaRegistry(url, **options) as registry:
            registry.get_schema(ORDER, version)

    def _cassette(self) -> Path:
        path = self.path / "cassettes" / "v1" / f"{ORDER}.yaml"
        path.parent.mkdir(parents=True)
        return path

    def missing(self) -> None:
        self._get()

    def damaged(self) -> None:
        self._cassette().write_text("interactions: 1")
        self._get()

    def not_written(self) -> None:
        self._cassette().mkdir()
        self._get(url=self.registry.url, mode="record")

    def down(self) -> None:
        self._get(url=self.closed, timeout=0.2, mode="live")

    def failed(self) -> None:
        self.registry.always(Reply(503, headers={"retry-after": "3600"}))
        self._get(url=self.registry.url)

    def busy(self) -> None:
        self.registry.always(Reply(429, headers={"retry-after": "3600"}))
        self._get(url=self.registry.url, mode="live")

    def refused(self) -> None:
        self.registry.always(Reply(401))
        self._get(url=self.registry.url)

    def signs_in(self) -> None:
        page = Reply(body="<title>Sign in</title>", headers={"content-type": "text/html"})
        self.registry.always(page)
        self._get(url=self.registry.url)

    def not_trusted(self) -> None:
        self._get(url=self.secure.url, mode="live")

    def something_else(self) -> None:
        self.registry.always(Reply(body={}, headers={"content-type": "application/json"}))
        self._get(url=self.registry.url)

    def not_found(self) -> None:
        (self.registry.directory / "v2" / f"{ORDER}.json").unlink()
        with suppress(SchemaNotFound):
            self._get("v2", self.registry.url, cache_dir=self.path / "cache")
        self._get("v2", self.registry.url, cache_dir=self.path / "cache")

    def wrong_schema(self) -> None:
        with SchemaRegistry() as registry:
            registry.validate_payload({"type": "nothing"}, 1)

    def other_pattern(self) -> None:
        with SchemaRegistry() as registry:
            registry.validate_payload({"pattern": r"^[a-z]+\Z"}, 1)

    def deprecated(self) -> None:
        rollout = Rollout(
            EnforcementRules(), Recorder(), lambda _fact: True, refuse_deprecated=True
        )
        with SchemaRegistry(REGISTRY) as registry:
            schema = registry.get_schema("telemetry.Probe", "v2")
        rollout.begin(SchemaUsage(SchemaKey(schema.name, schema.version), "strict", schema))

    def avro(self) -> None:
        self.confluent.register("orders-value", {"type": "string"}, type="AVRO")
        absent = mock.patch.dict(sys.modules, fastavro=None)
        with absent, SchemaRegistry(self.confluent.url) as registry:
            registry.validate_payload("orders-value", "x")

    def protobuf(self) -> None:
        self.confluent.register("orders-value", text='syntax = "proto3";', type="PROTOBUF")
        with SchemaRegistry(self.confluent.url) as registry:
            registry.validate_payload("orders-value", "x")

    def not_written_for(self) -> None:
        for subject in ("orders-value", "customers-value"):
            self.confluent.register(subject, {"required": [subject]})
        other = self.confluent.id_of("customers-value", 1)
        rollout = Rollout(EnforcementRules(), Recorder(), lambda _fact: True)
        with SchemaRegistry(self.confluent.url) as registry:
            request = SchemaRequest("orders-value", "latest")
            contract = Contract(
                source_of(registry),
                judge_of(registry),
                request,
                rollout,
                versions=("latest",),
                verbose=False,
            )
            contract.assert_conforms(b"\0" + other.to_bytes(4, "big") + b"{}", text=True)

    def no_code(self) -> None:
        with SchemaRegistry(f"{self.confluent.url}/wrong", protocol="confluent") as registry:
            registry.get_schema("orders-value")

    def not_json(self) -> None:
        with SchemaRegistry() as registry:
            judge_of(registry).to_json({"at": {1}})

    def locked(self) -> None:
        one, other = (
            Cache(self.path, SharedSession(name, self.path), ttl=1, lock_timeout=0.01)
            for name in "ab"
        )
        with one.lock("url"), other.lock("url"):
            pass


TROUBLE: dict[str, tuple[type[SchemaRegistryError], Callable[[Trouble], None]]] = {
    "no recording of …": (CassetteMissing, Trouble.missing),
    "the cassette cannot be used": (CassetteDamaged, Trouble.damaged),
    "the cassette cannot be written": (CassetteNotWritten, Trouble.not_written),
    "the registry did not answer": (RegistryUnavailable, Trouble.down),
    "the registry failed: it answered 5…": (RegistryUnavailable, Trouble.failed),
    "the registry gave no schema: it answered 4…": (RegistryUnavailable, Trouble.busy),
    "the registry refused the request with status 401": (RegistryRefused, Trouble.refused),
    "certificate verify failed": (RegistryUnavailable, Trouble.not_trusted),
    "no schema came back": (RegistryUnavailable, Trouble.signs_in),
    "the registry's answer cannot be used": (InvalidAnswer, Trouble.something_else),
    "no schema … in v2": (SchemaNotFound, Trouble.not_found),
    "the schema is itself wrong": (InvalidSchema, Trouble.wrong_schema),
    "this engine does not support … in a pattern": (UnsupportedPattern, Trouble.other_pattern),
    "… is an Avro schema; what checks Avro is not installed": (
        UnsupportedSchemaType,
        Trouble.avro,
    ),
    "… is a Protobuf schema": (UnsupportedSchemaType, Trouble.protobuf),
    "the payload was not written for …": (WrongSchemaId, Trouble.not_written_for),
    "it answered 404 without a code of the registry": (InvalidAnswer, Trouble.no_code),
    "… is deprecated": (SchemaDeprecated, Trouble.deprecated),
    "the payload is not JSON at …": (PayloadNotJSON, Trouble.not_json),
    "another process has held a cache lock": (CacheLocked, Trouble.locked),
}


def test_the_table_of_troubles_has_every_error() -> None:
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, SchemaRegistryError)
    }
    # Wrong settings name the setting, a test without a check is its own; the base is never raised.
    kinds -= {SchemaRegistryError, InvalidSettings, NothingChecked}
    assert {kind for kind, _ in TROUBLE.values()} == kinds
    assert {code(message)[0] for message, _ in ADVICE} == set(TROUBLE)


@pytest.mark.parametrize(("message", "advice"), ADVICE)
def test_every_message_occurs_and_gives_the_advice_of_the_table(
    tmp_path: Path,
    local_registry: LocalRegistry,
    secure_registry: LocalRegistry,
    confluent_registry: ConfluentRegistry,
    closed_port: int,
    message: str,
    advice: str,
) -> None:
    kind, provoke = TROUBLE[message.strip("`")]
    with pytest.raises(kind) as caught:
        provoke(Trouble(tmp_path, local_registry, secure_registry, confluent_registry, closed_port))
    pattern = re.escape(message.strip("`")).replace("…", ".+")
    assert re.search(pattern, caught.value.headline)
    for word in code(advice):
        assert word in str(caught.value)
    if "the message has the command" in advice:
        assert "pytest --registry-mode=record" in str(caught.value)
    if "the pointer says where" in advice:
        assert "at: #/type" in str(caught.value)
