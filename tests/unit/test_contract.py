from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    ContractViolation,
    InvalidSettings,
    PayloadNotJSON,
    Schema,
    SchemaNotFound,
    SchemaRegistry,
    StaleSchemaWarning,
)
from pytest_schema_registry.contract import Contract
from pytest_schema_registry.declarations import Wanted
from tests.local_registry import ORDER, ORDER_V2, LocalRegistry, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GOOD = {"id": "a", "quantity": 1}


class Old:
    """The schemas that were served although they are old, as a test's session notes them."""

    def __init__(self) -> None:
        self.met: list[Schema] = []

    def __call__(self, schema: Schema) -> bool:
        first = schema not in self.met
        self.met.append(schema)
        return first


@pytest.fixture
def old() -> Old:
    return Old()


@pytest.fixture
def contract_of(local_registry: LocalRegistry, old: Old) -> Iterator[Callable[[Wanted], Contract]]:
    with SchemaRegistry(local_registry.url) as registry:
        yield lambda wanted: Contract(
            registry, wanted, versions=("v1", "v2"), verbose=False, first_use=old
        )


@pytest.fixture
def contract(contract_of: Callable[[Wanted], Contract]) -> Contract:
    """What a test that a marker names ``orders.Order`` for may ask in v2."""
    return contract_of(Wanted(ORDER, "v2"))


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


def test_a_schema_that_is_not_old_is_not_noted(contract: Contract, old: Old) -> None:
    contract.schema()
    contract.assert_conforms(GOOD)
    assert not old.met


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        (Wanted(ORDER, None, prefer="v3", fallback="v1"), "v1"),
        (Wanted(None, None, prefer="v3", fallback="v1"), "v3"),
    ],
)
def test_the_version_is_negotiated_where_a_schema_is_named(
    contract_of: Callable[[Wanted], Contract], wanted: Wanted, version: str
) -> None:
    assert contract_of(wanted).version == version


def test_a_schema_must_be_named_somewhere(contract_of: Callable[[Wanted], Contract]) -> None:
    with pytest.raises(InvalidSettings, match="name a schema in the call, or on the test"):
        contract_of(Wanted(None, "v1")).assert_conforms(GOOD)


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
    local_registry: LocalRegistry, old: Old, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"cache_dir": tmp_path, "cache_ttl": 0}
    with SchemaRegistry(local_registry.url, **options) as registry:
        assert registry.get_schema(ORDER, "v2").content == ORDER_V2
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    with SchemaRegistry(local_registry.url, **options) as registry:
        contract = Contract(
            registry, Wanted(ORDER, "v2"), versions=("v2",), verbose=False, first_use=old
        )
        with pytest.warns(StaleSchemaWarning, match="served from the stale cache of http"):
            contract.assert_conforms(GOOD)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            contract.assert_conforms(GOOD)
    assert [schema.source for schema in old.met] == ["stale cache"] * 2
