from __future__ import annotations

import json
import sys
import time
import warnings
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    ContractViolation,
    ContractWarning,
    DeprecatedSchemaWarning,
    InvalidSchema,
    InvalidSettings,
    PayloadNotJSON,
    SchemaDeprecated,
    SchemaNotFound,
    SchemaRegistry,
    StaleSchemaWarning,
)
from pytest_schema_registry.contracts.contract import Contract
from pytest_schema_registry.contracts.dead_letters import DeadLetters
from pytest_schema_registry.contracts.recorder import Recorder, SchemaUsage
from pytest_schema_registry.contracts.rollout import Rollout
from pytest_schema_registry.errors import WrongSchemaId
from pytest_schema_registry.schemas import OldCopy, SchemaRequest
from pytest_schema_registry.settings.enforcement import EnforcementRule, EnforcementRules
from tests.local_registry import ENDLESS, ORDER, ORDER_V2, LocalRegistry, Reply
from tests.parts import judge_of, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry

GOOD = {"id": "a", "quantity": 1}


def rollout(*rules: str, **options: Any) -> Rollout:
    return Rollout(
        EnforcementRules([*map(EnforcementRule.parse, rules)]),
        Recorder(),
        lambda _fact: True,
        **options,
    )


@pytest.fixture
def contract_of(local_registry: LocalRegistry) -> Iterator[Callable[..., Contract]]:
    with SchemaRegistry(local_registry.url) as registry:
        yield lambda wanted, *rules, **options: Contract(
            source_of(registry),
            judge_of(registry),
            wanted,
            rollout(*rules, **options),
            versions=("v1", "v2"),
            verbose=False,
        )


@pytest.fixture
def contract(contract_of: Callable[[SchemaRequest], Contract]) -> Contract:
    """What a test that a marker names ``orders.Order`` for may ask in v2."""
    return contract_of(SchemaRequest(ORDER, "v2"))


def test_a_payload_that_conforms_comes_back_in_its_json_form(contract: Contract) -> None:
    assert contract.assert_conforms(GOOD) == GOOD


def test_json_text_is_read_before_it_is_checked(contract: Contract) -> None:
    assert contract.assert_conforms('{"id": "a", "quantity": 1}', text=True) == GOOD


@pytest.mark.parametrize("said", [{}, {"schema": ORDER}, {"schema": ORDER, "version": "v2"}])
def test_a_payload_that_does_not_conform_is_a_violation(
    contract: Contract, said: dict[str, Any]
) -> None:
    with pytest.raises(ContractViolation) as caught:
        contract.assert_conforms({"id": "a"}, **said)
    assert str(caught.value.schema) == f"{ORDER} v2 release 2.0.0"


def test_an_explicit_version_goes_before_the_tests(contract: Contract) -> None:
    assert contract.assert_conforms({"id": "a"}, version="v1") == {"id": "a"}


def test_a_schema_itself_is_taken_as_it_is(contract: Contract) -> None:
    assert contract.assert_conforms({"id": "a"}, contract.schema(version="v1")) == {"id": "a"}


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ({}, "v2"),
        ({"version": "v1"}, "v1"),
        ({"prefer": "v1"}, "v1"),
        ({"prefer": "v3", "fallback": "v1"}, "v1"),
        ({"name": ORDER, "release": "2.0.0"}, "v2"),
    ],
)
def test_a_schema_is_the_tests_or_an_explicit_or_a_negotiated_one(
    contract: Contract, asked: dict[str, str], version: str
) -> None:
    assert contract.schema(**asked).version == version


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        (SchemaRequest(ORDER, None, prefer="v3", fallback="v1"), "v1"),
        (SchemaRequest(None, None, prefer="v3", fallback="v1"), "v3"),
    ],
)
def test_the_version_is_negotiated_where_a_schema_is_named(
    contract_of: Callable[[SchemaRequest], Contract], wanted: SchemaRequest, version: str
) -> None:
    assert contract_of(wanted).schemas.version == version


def test_a_schema_must_be_named_somewhere(contract_of: Callable[[SchemaRequest], Contract]) -> None:
    with pytest.raises(InvalidSettings, match="name a schema in the call, or on the test"):
        contract_of(SchemaRequest(None, "v1")).assert_conforms(GOOD)


@pytest.mark.parametrize(
    ("payload", "schema", "kind"),
    [
        ({}, None, ContractViolation),
        ({"id": object()}, None, PayloadNotJSON),
        ({}, "orders.Missing", SchemaNotFound),
    ],
)
def test_an_error_carries_no_frames_of_the_library_but_its_own_last(
    contract: Contract, payload: Any, schema: str | None, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        contract.assert_conforms(payload, schema)
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
    assert [entry.frame.code.name for entry in caught.traceback[1:]] == ["assert_conforms"]


def test_an_old_copy_is_a_warning_once_in_a_test(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"cache_dir": tmp_path, "cache_ttl": 0}
    with SchemaRegistry(local_registry.url, **options) as registry:
        assert registry.get_schema(ORDER, "v2").content == ORDER_V2
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    with SchemaRegistry(local_registry.url, **options) as registry:
        ours = rollout()
        contract = Contract(
            source_of(registry),
            judge_of(registry),
            SchemaRequest(ORDER, "v2"),
            ours,
            versions=("v2",),
            verbose=False,
        )
        with pytest.warns(StaleSchemaWarning, match="served from the stale cache of http"):
            contract.assert_conforms(GOOD)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            contract.assert_conforms(GOOD)
        (use,) = ours.recorder.flush()["usages"]
        assert (use["source"], use["conforming"]) == ("stale cache", 2)
        ours.test.begin("another")
        with pytest.warns(StaleSchemaWarning):
            contract.assert_conforms(GOOD)


def test_a_violation_that_is_not_enforced_is_a_warning_and_a_dead_letter(
    contract_of: Callable[..., Contract], tmp_path: Path
) -> None:
    file = tmp_path / "letters.jsonl"
    contract = contract_of(SchemaRequest(ORDER, "v2"), "v2=warn", dead_letters=DeadLetters(file))
    with pytest.warns(ContractWarning, match="not enforced: orders.Order v2") as caught:
        assert contract.assert_conforms({"id": "a"}) == {"id": "a"}
    assert caught[0].filename == __file__
    (letter,) = map(json.loads, file.read_text().splitlines())
    assert (letter["schema"], letter["payload"], letter["enforcement"]) == (
        ORDER,
        {"id": "a"},
        "warn",
    )


def test_a_violation_that_may_be_expected_waits_for_the_end_of_its_test(
    contract_of: Callable[..., Contract], tmp_path: Path
) -> None:
    file = tmp_path / "letters.jsonl"
    contract = contract_of(SchemaRequest(ORDER, None), "v1=warn", dead_letters=DeadLetters(file))
    with pytest.raises(ContractViolation):
        contract.assert_conforms({"id": "expected"}, ORDER, version="v2")
    with pytest.warns(ContractWarning):
        contract.assert_conforms({}, ORDER, version="v1")
    (letter,) = map(json.loads, file.read_text().splitlines())
    assert letter["payload"] == {}


def test_what_is_switched_off_is_neither_checked_nor_asked_for(
    contract_of: Callable[..., Contract], local_registry: LocalRegistry
) -> None:
    contract = contract_of(SchemaRequest("orders.Missing", "v2"), "orders.Missing=off")
    assert contract.assert_conforms({"id": "a"}) == {"id": "a"}
    contract.assert_refused({"id": "a"})
    assert not local_registry.requests


def test_what_is_negotiated_and_switched_off_is_not_checked(
    contract_of: Callable[..., Contract],
) -> None:
    contract = contract_of(SchemaRequest(ORDER, None, prefer="v2", enforcement="off"))
    assert contract.assert_conforms({}) == {}
    with pytest.raises(PayloadNotJSON):
        contract.assert_conforms({1})


def test_what_is_switched_off_and_not_retrieved_may_be_of_another_language(
    contract_of: Callable[..., Contract],
) -> None:
    contract = contract_of(SchemaRequest("orders.Missing", "v2"), "orders.Missing=off")
    payload = {"id": b"a"}
    assert contract.assert_conforms(payload) is payload


def test_a_marker_goes_before_the_rules(contract_of: Callable[..., Contract]) -> None:
    contract = contract_of(SchemaRequest(ORDER, "v2", enforcement="strict"), "off")
    with pytest.raises(ContractViolation):
        contract.assert_conforms({})


def test_threads_of_a_test_use_a_schema_once(
    contract_of: Callable[..., Contract], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hesitant(Recorder):
        def used(self, use: SchemaUsage) -> None:
            time.sleep(0.05)
            super().used(use)

    monkeypatch.setattr(sys.modules[__name__], "Recorder", Hesitant)
    contract = contract_of(SchemaRequest(ORDER, "v2"))
    contract.assert_conforms(GOOD)
    contract._recorder.flush()
    threads = [Thread(target=contract.assert_conforms, args=(GOOD,)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (use,) = contract._recorder.flush()["usages"]
    assert use["conforming"] == 4


def test_an_invalid_payload_must_not_conform(contract_of: Callable[..., Contract]) -> None:
    contract = contract_of(SchemaRequest(ORDER, "v2"))
    contract.assert_refused({})
    with pytest.raises(ContractViolation, match="but lies in invalid/"):
        contract.assert_refused(GOOD)


def test_an_invalid_payload_that_cannot_be_judged_is_not_refused(
    contract_of: Callable[..., Contract], local_registry: LocalRegistry
) -> None:
    local_registry.publish("orders.Code", v1={"pattern": ENDLESS})
    contract = contract_of(SchemaRequest("orders.Code", "v1"))
    with pytest.raises(InvalidSchema, match="takes too many steps"):
        contract.assert_refused("a" * 60)


def test_a_deprecated_schema_is_a_warning_or_an_error(
    contract_of: Callable[..., Contract], local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v2={**ORDER_V2, "deprecated": True})
    with pytest.warns(DeprecatedSchemaWarning, match="is deprecated: the registry says no more"):
        contract_of(SchemaRequest(ORDER, "v2")).assert_conforms(GOOD)
    strict = contract_of(SchemaRequest(ORDER, "v2"), refuse_deprecated=True)
    for _ in range(2):
        with pytest.raises(SchemaDeprecated, match="next: move the test"):
            strict.assert_conforms(GOOD)


def test_a_warning_names_ten_old_copies_and_counts_the_others() -> None:
    ours = rollout()
    old = tuple(
        OldCopy(f"shop.S{number:02}", "cassette", 0.0, "it was down") for number in range(12)
    )
    ours.served(old)  # in no test
    ours.test.begin("a test")
    with pytest.warns(StaleSchemaWarning, match=r"shop\.S09 [^;]*; and 2 more old copies$"):
        ours.served(old)
    ours.served(old)
    assert len(ours.recorder.flush()["old_copies"]) == 12


# Messages of Confluent's serializers


@pytest.fixture
def produced(confluent_registry: ConfluentRegistry) -> Iterator[Callable[..., Contract]]:
    """What a test of a topic may ask of a registry that has two versions of its schema."""
    for required in ([], ["id"]):
        confluent_registry.register("orders-value", {"type": "object", "required": required})
    confluent_registry.register("payments-value", {"type": "array"})
    opened: list[SchemaRegistry] = []

    def produced(*rules: str, path: str = "", subject: str = "{name}") -> Contract:
        registry = SchemaRegistry(f"{confluent_registry.url}{path}", subject=subject)
        opened.append(registry)
        wanted = SchemaRequest("orders-value", "latest")
        parts = source_of(registry), judge_of(registry), wanted, rollout(*rules)
        return Contract(*parts, versions=("latest",), verbose=False)

    yield produced
    for registry in opened:
        registry.close()


def message(schema_id: int, payload: Any) -> bytes:
    return b"\0" + schema_id.to_bytes(4, "big") + json.dumps(payload).encode()


def test_a_message_with_the_id_of_the_schema_is_its_payload(
    produced: Callable[..., Contract], confluent_registry: ConfluentRegistry
) -> None:
    own = confluent_registry.id_of("orders-value", 2)
    assert produced().assert_conforms(message(own, {"id": 1}), text=True) == {"id": 1}
    with pytest.raises(ContractViolation):
        produced().assert_conforms(message(own, {}), text=True)
    assert not [path for path in confluent_registry.paths if "/schemas/ids/" in path]


def test_a_message_of_another_version_is_a_warning(
    produced: Callable[..., Contract], confluent_registry: ConfluentRegistry
) -> None:
    old = confluent_registry.id_of("orders-value", 1)
    contract = produced()
    said = f"the payload has the id {old}, which is version 1 of orders-value; it is checked"
    with pytest.warns(ContractWarning, match=said):
        contract.assert_conforms(message(old, {"id": 1}), text=True)


@pytest.mark.parametrize("number", [None, 4711, 2**32 - 1])
def test_a_message_of_another_subject_is_an_error(
    produced: Callable[..., Contract], confluent_registry: ConfluentRegistry, number: int | None
) -> None:
    other = number or confluent_registry.id_of("payments-value", 1)
    with pytest.raises(WrongSchemaId) as caught:
        produced().assert_conforms(message(other, {"id": 1}), text=True)
    whose = "payments-value version 1" if number is None else "no schema of the registry"
    assert f"its id {other} is that of {whose}" in str(caught.value)


def test_a_hostile_subject_is_printed_safely(
    produced: Callable[..., Contract], confluent_registry: ConfluentRegistry
) -> None:
    users = [{"subject": f"x\x1b{number}", "version": 1} for number in range(10)]
    confluent_registry.always(Reply(200, users), "schemas/ids/4711/versions")
    with pytest.raises(WrongSchemaId) as caught:
        produced().assert_conforms(message(4711, {}), text=True)
    assert all(line.isprintable() for line in str(caught.value).split("\n"))
    assert " and 5 more" in str(caught.value)


@pytest.mark.parametrize("listed", [":.team:orders-value", ":.:orders-value"])
def test_a_subject_may_be_listed_with_its_context(
    produced: Callable[..., Contract], confluent_registry: ConfluentRegistry, listed: str
) -> None:
    users = [{"subject": listed, "version": 1}]
    confluent_registry.always(Reply(200, users), "schemas/ids/4711/versions")
    with pytest.warns(ContractWarning, match="which is version 1 of orders-value"):
        produced().assert_conforms(message(4711, {"id": 1}), text=True)


@pytest.mark.parametrize("listed", [":.other:orders-value", "orders-value"])
def test_a_context_that_the_subject_names_is_the_one(
    produced: Callable[..., Contract], confluent_registry: ConfluentRegistry, listed: str
) -> None:
    confluent_registry.register(":.team:orders-value", {"type": "object"})
    confluent_registry.always(
        Reply(200, [{"subject": listed, "version": 1}]), "schemas/ids/4711/versions"
    )
    with pytest.raises(WrongSchemaId):
        produced(subject=":.team:{name}").assert_conforms(message(4711, {}), text=True)


def test_what_is_switched_off_may_be_a_message_of_anything(
    produced: Callable[..., Contract],
) -> None:
    contract = produced("orders-value=off")
    assert contract.assert_conforms(message(4711, {"id": 1}), text=True) == {"id": 1}


def test_a_registry_without_such_ids_takes_what_follows_the_id(contract: Contract) -> None:
    assert contract.assert_conforms(message(1, GOOD), text=True) == GOOD
