from __future__ import annotations

from pathlib import Path

import pytest

from pytest_schema_registry.retrieval.realm import realm
from pytest_schema_registry.settings.credentials import NO_CREDENTIALS, Credentials, Tls
from pytest_schema_registry.settings.location import Location

LOCATION = Location("http://r")
CLUSTER, POOL = ("target-sr-cluster", "1"), ("Confluent-Identity-Pool-Id", "1")

#: All of these are different, and of each the second is the same.
ASKED_BY = [
    (NO_CREDENTIALS, Credentials(tls=Tls(Path("ca.pem")))),
    (Credentials("a", "one"), Credentials("b", "one")),
    (Credentials("a", "other"), Credentials("a", "other")),
    (Credentials("a", "one", None, (CLUSTER,)), Credentials("b", "one", None, (CLUSTER,))),
    (Credentials("a", "one", None, (POOL,)), Credentials("b", "one", None, (POOL,))),
    (
        Credentials("a", "one", None, (CLUSTER, POOL)),
        Credentials("b", "one", None, (CLUSTER, POOL)),
    ),
    (Credentials("a", basic=("ada", "old")), Credentials("b", basic=("ada", "new"))),
    (Credentials("a", basic=("bob", "old")), Credentials("a", basic=("bob", "new"))),
    (Credentials("a", basic=("ada", "")), Credentials("a", basic=("ada", ""))),
    (Credentials("a", basic=("", "old")), Credentials("a", basic=("", "new"))),
    (
        Credentials(tls=Tls(None, Path("a.pem"))),
        Credentials(tls=Tls(Path("ca.pem"), Path("a.pem"), Path("key.pem"), "open me")),
    ),
    (Credentials(tls=Tls(None, Path("b.pem"))), Credentials(tls=Tls(None, Path("b.pem")))),
]


def test_users_clusters_and_pools_are_told_apart_and_passwords_are_not() -> None:
    realms = {(realm(LOCATION, one), realm(LOCATION, same)) for one, same in ASKED_BY}
    assert len(realms) == len(ASKED_BY)
    assert all(one == same for one, same in realms)


@pytest.mark.parametrize("location", [None, LOCATION])
def test_where_nothing_tells_users_apart_there_is_no_realm(location: Location | None) -> None:
    assert realm(location, NO_CREDENTIALS) == ""


def test_without_an_address_nobody_is_asked() -> None:
    assert realm(None, Credentials("a", "one")) == ""
