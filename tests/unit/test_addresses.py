from __future__ import annotations

import pytest

from pytest_schema_registry.addresses import Address, pointer_to, split, steps
from pytest_schema_registry.schemas import SchemaKey, plain_name


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("orders.Order", Address("orders.Order", None, "")),
        ("orders.Order@v1", Address("orders.Order", "v1", "")),
        ("team@orders@v1", Address("team@orders", "v1", "")),
        ("shop#/definitions/Order", Address("shop", None, "#/definitions/Order")),
        ("shop@2025-06-18#/definitions/a@b", Address("shop", "2025-06-18", "#/definitions/a@b")),
        ("shop#%2fdefinitions%2FOrder", Address("shop", None, "#/definitions/Order")),
        ("shop#1", Address("shop#1", None, "")),
        ("@v1", Address("@v1", None, "")),
        ("orders@", Address("orders@", None, "")),
    ],
)
def test_an_address_has_a_name_and_may_have_a_version_and_a_pointer(
    text: str, address: Address
) -> None:
    assert Address.parse(text) == address


@pytest.mark.parametrize(
    ("written", "pointer"),
    [
        ("#/a%20b", "#/a b"),
        ("#/a b", "#/a b"),
        ("#/paths/~1orders", "#/paths/~1orders"),
        ("#/%C3%A4", "#/ä"),
        ("#/100%", "#/100%"),
        ("#/%2541", "#/%2541"),
        ("#/m~0n", "#/m~0n"),
        ("#/", "#/"),
    ],
)
def test_a_pointer_has_one_spelling(written: str, pointer: str) -> None:
    assert split(f"shop{written}") == ("shop", pointer)
    assert pointer_to(steps(pointer)) == pointer


def test_the_keys_of_a_pointer_are_decoded_once() -> None:
    assert steps("#/a~1b/m~0n/%2541/~01") == ("a/b", "m~n", "%41", "~1")


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        ("#/a~2", "#/a~2 is no JSON Pointer: write ~ as ~0, and / in a key as ~1"),
        ("#/%ff", "#/%ff is no JSON Pointer: what %XX stands for is not UTF-8"),
    ],
)
def test_what_is_no_pointer_says_why_where_it_is_followed(pointer: str, reason: str) -> None:
    assert split(f"shop{pointer}") == ("shop", pointer)
    with pytest.raises(ValueError, match="is no JSON Pointer") as caught:
        steps(pointer)
    assert str(caught.value) == reason


def test_a_key_has_the_version_in_front_of_the_pointer() -> None:
    key = SchemaKey("shop#/definitions/Order", "v1")
    assert str(key) == "shop@v1#/definitions/Order"
    assert SchemaKey.parse(str(key)) == key


def test_the_ending_that_a_registry_lists_stands_before_the_pointer() -> None:
    assert plain_name("shop.schema#/definitions/Order") == "shop#/definitions/Order"


def test_an_argument_may_repeat_the_version_of_an_address_and_name_no_other() -> None:
    address = Address.parse("orders.Order@v1")
    assert address.contradiction(version=None, prefer="v1") is None
    assert Address.parse("orders.Order").contradiction(version="v2") is None
    assert address.contradiction(version="v2") == (
        "orders.Order@v1 says which version, and version='v2' another; give one of them"
    )
