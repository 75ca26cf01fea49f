from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from pytest_schema_registry import InvalidSettings
from pytest_schema_registry.settings.credentials import (
    NO_CREDENTIALS,
    VARIABLES,
    Credentials,
    Tls,
)
from pytest_schema_registry.settings.settings import (
    InvalidEnvironment,
    command_line,
    environment,
    resolve,
)

ROOT = Path("/project")
TOKEN = {"TOKEN": "s3cret"}
KEY = {"API_KEY": "ada", "API_SECRET": "s3cret"}
USER = {"USERNAME": "ada", "PASSWORD": "s3cret"}
INFO = {"BASIC_AUTH_USER_INFO": "ada:s3cret"}
BASIC = ("ada", "s3cret")


def named(variables: dict[str, str]) -> dict[str, str]:
    return {f"SCHEMA_REGISTRY_{name}": value for name, value in variables.items()}


def credentials(variables: dict[str, str], url: str | None = None, **given: Any) -> Credentials:
    written = (command_line({"url": url}), environment(named(variables)))
    return resolve(*written, root=ROOT, variables=named(variables), **given).credentials


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, NO_CREDENTIALS),
        (dict.fromkeys([*TOKEN, *KEY, *USER, *INFO, "SSL_KEY_PASSWORD"], " "), NO_CREDENTIALS),
        (TOKEN, Credentials("SCHEMA_REGISTRY_TOKEN", "s3cret")),
        ({"TOKEN": " s3 cret\n"}, Credentials("SCHEMA_REGISTRY_TOKEN", "s3 cret")),
        (INFO, Credentials("SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", basic=BASIC)),
        (
            {"BASIC_AUTH_USER_INFO": "\tada:s3:cret "},
            Credentials("SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", basic=("ada", "s3:cret")),
        ),
        (
            {"BASIC_AUTH_USER_INFO": "ada:"},
            Credentials("SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", basic=("ada", "")),
        ),
        (
            KEY,
            Credentials("SCHEMA_REGISTRY_API_KEY with SCHEMA_REGISTRY_API_SECRET", basic=BASIC),
        ),
        (
            {"USERNAME": "ada ", "PASSWORD": " pä ss"},
            Credentials(
                "SCHEMA_REGISTRY_USERNAME with SCHEMA_REGISTRY_PASSWORD", basic=("ada", "pä ss")
            ),
        ),
        (
            TOKEN | {"LOGICAL_CLUSTER": "lsrc-1 ", "IDENTITY_POOL_ID": "pool-1"},
            Credentials(
                "SCHEMA_REGISTRY_TOKEN",
                "s3cret",
                token_headers=(
                    ("target-sr-cluster", "lsrc-1"),
                    ("Confluent-Identity-Pool-Id", "pool-1"),
                ),
            ),
        ),
        ({"SSL_CA_LOCATION": "a.pem"}, Credentials(tls=Tls(ROOT / "a.pem"))),
        (
            {"SSL_CERTIFICATE_LOCATION": "/c.pem", "SSL_KEY_PASSWORD": "s3cret"},
            Credentials(tls=Tls(None, Path("/c.pem"), None, "s3cret")),
        ),
        (
            {"SSL_CERTIFICATE_LOCATION": "c.pem", "SSL_KEY_LOCATION": "k.pem"},
            Credentials(tls=Tls(None, ROOT / "c.pem", ROOT / "k.pem")),
        ),
    ],
)
def test_each_kind_is_read_from_its_variables(
    variables: dict[str, str], expected: Credentials
) -> None:
    assert credentials(variables) == expected


def test_the_user_in_the_url_is_one_kind() -> None:
    made = credentials({}, "http://ada:s%203cret%20@host")
    assert made == Credentials("the user in --registry-url", basic=("ada", "s 3cret "))
    made = credentials({"URL": "http://ada:@host"})
    assert made == Credentials("the user in SCHEMA_REGISTRY_URL", basic=("ada", ""))


def test_the_headers_that_go_with_a_token_go_with_that_of_a_program_too() -> None:
    variables = {"LOGICAL_CLUSTER": "lsrc-1", "IDENTITY_POOL_ID": "", **KEY}
    assert credentials(variables, token="own") == Credentials(
        "SchemaRegistry(token=…)", "own", token_headers=(("target-sr-cluster", "lsrc-1"),)
    )


CONTROL = "it has a control character inside, such as a line break"
NO_HEADER = "it has a character that no header carries (not ASCII)"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (TOKEN | KEY, "TOKEN: {}API_KEY gives credentials, too; keep one of the two"),
        (
            TOKEN | INFO | USER,
            "TOKEN: {}BASIC_AUTH_USER_INFO gives credentials, too; keep one of the two",
        ),
        (
            INFO | USER,
            "BASIC_AUTH_USER_INFO: {}USERNAME gives credentials, too; keep one of the two",
        ),
        (KEY | USER, "API_KEY: {}USERNAME gives credentials, too; keep one of the two"),
        (
            TOKEN | {"URL": "http://ada:s3cret@host"},
            "TOKEN: {}URL gives credentials, too; keep one of the two",
        ),
        ({"API_KEY": "s3cret"}, "API_KEY: it goes with {}API_SECRET, which is not set"),
        (TOKEN | {"API_SECRET": "s3cret"}, "API_SECRET: it goes with {}API_KEY, which is not set"),
        (
            {"USERNAME": "s3cret", "PASSWORD": " "},
            "USERNAME: it goes with {}PASSWORD, which is not set",
        ),
        ({"PASSWORD": "s3cret"}, "PASSWORD: it goes with {}USERNAME, which is not set"),
        (
            USER | {"LOGICAL_CLUSTER": "s3cret"},
            "LOGICAL_CLUSTER: it goes with {}TOKEN, which is not set",
        ),
        (
            {"IDENTITY_POOL_ID": "s3cret"},
            "IDENTITY_POOL_ID: it goes with {}TOKEN, which is not set",
        ),
        (
            {"SSL_KEY_LOCATION": "s3cret"},
            "SSL_KEY_LOCATION: it goes with {}SSL_CERTIFICATE_LOCATION, which is not set",
        ),
        (
            {"SSL_KEY_PASSWORD": "s3cret"},
            "SSL_KEY_PASSWORD: it goes with {}SSL_CERTIFICATE_LOCATION, which is not set",
        ),
        ({"BASIC_AUTH_USER_INFO": "s3cret"}, "BASIC_AUTH_USER_INFO: it is not user:password"),
        ({"BASIC_AUTH_USER_INFO": ":"}, "BASIC_AUTH_USER_INFO: it is not user:password"),
        ({"TOKEN": "s3\ncret"}, f"TOKEN: {CONTROL}"),
        ({"TOKEN": "s3cr\u00e9t"}, f"TOKEN: {NO_HEADER}"),
        (TOKEN | {"LOGICAL_CLUSTER": "s3crét"}, f"LOGICAL_CLUSTER: {NO_HEADER}"),
        ({"USERNAME": "ada", "PASSWORD": "s3\x85cret"}, f"PASSWORD: {CONTROL}"),
        ({"USERNAME": "ada", "PASSWORD": "s3cr\udce9t"}, f"PASSWORD: {CONTROL}"),
        ({"SSL_CA_LOCATION": "s3\0cret"}, f"SSL_CA_LOCATION: {CONTROL}"),
        ({"URL": "http://ada:s3%0Acret@host"}, f"URL: {CONTROL}"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variables_and_repeats_no_value(
    variables: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidEnvironment) as caught:
        credentials(variables)
    prefix = "SCHEMA_REGISTRY_"
    assert str(caught.value) == f"{prefix}{said.format(prefix)}"
    assert "s3" not in "".join(traceback.format_exception(caught.value))


def test_the_user_on_the_command_line_counts_as_one_kind() -> None:
    with pytest.raises(InvalidEnvironment) as caught:
        credentials(TOKEN, "http://ada:s3cret@host")
    said = "SCHEMA_REGISTRY_TOKEN: --registry-url gives credentials, too; keep one of the two"
    assert str(caught.value) == said
    with pytest.raises(InvalidSettings) as other:
        credentials({}, "http://ada%07:s3cret@host")
    assert str(other.value) == f"--registry-url: {CONTROL}"
    assert not isinstance(other.value, InvalidEnvironment)


def test_neighbours_variables_are_not_read() -> None:
    others = {name.removeprefix("SCHEMA_"): "x" for name in VARIABLES}
    assert resolve(root=ROOT, variables=others).credentials == NO_CREDENTIALS


def test_their_repr_shows_nothing() -> None:
    made = credentials(TOKEN | {"SSL_CERTIFICATE_LOCATION": "s3cret", "SSL_KEY_PASSWORD": "s3cret"})
    assert repr(made) == "Credentials(…)"
    assert repr(made.tls) == "Tls(…)"
