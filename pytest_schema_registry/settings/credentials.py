"""The credentials for a registry, and the files of its TLS connections, from the environment.

No process list and no CI log shows the environment, so these settings have no option. The variables
are named as users of a Confluent Schema Registry know them; this module is the only home of the
names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

TOKEN = "SCHEMA_REGISTRY_TOKEN"  # noqa: S105  # a name, like all below, and not a token
USER_INFO = "SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO"
#: The variable of a user -> that of the password.
PAIRS = {
    "SCHEMA_REGISTRY_API_KEY": "SCHEMA_REGISTRY_API_SECRET",
    "SCHEMA_REGISTRY_USERNAME": "SCHEMA_REGISTRY_PASSWORD",
}
#: A variable that goes with a token -> the header that carries its value.
TOKEN_HEADERS = {
    "SCHEMA_REGISTRY_LOGICAL_CLUSTER": "target-sr-cluster",
    "SCHEMA_REGISTRY_IDENTITY_POOL_ID": "Confluent-Identity-Pool-Id",
}
CA = "SCHEMA_REGISTRY_SSL_CA_LOCATION"
CERTIFICATE = "SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION"
KEY = "SCHEMA_REGISTRY_SSL_KEY_LOCATION"
KEY_PASSWORD = "SCHEMA_REGISTRY_SSL_KEY_PASSWORD"  # noqa: S105  # see above

_KINDS = (TOKEN, USER_INFO, *PAIRS, *PAIRS.values())
VARIABLES = (*_KINDS, *TOKEN_HEADERS, CA, CERTIFICATE, KEY, KEY_PASSWORD)
#: The ways to give credentials, in words.
WAYS = f"{TOKEN}, {USER_INFO}, {' or '.join(f'{user} with {PAIRS[user]}' for user in PAIRS)}"

_ARGUMENT = "SchemaRegistry(token=…)"
#: Control characters, and the surrogates that stand for bytes which are no UTF-8.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Tls(NamedTuple):
    """The files of a TLS connection; without any, httpx chooses whom to trust.

    Args:
        authority: The certificates of the authorities to trust: a file, or a directory of them.
        certificate: The certificate that the client shows.
        key: Its private key; None where the certificate's file holds the key.
        key_password: The password of the key.
    """

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password: str = ""

    def __repr__(self) -> str:
        return "Tls(…)"


class Credentials(NamedTuple):
    """The credentials for a registry: a token, a user with a password, or neither.

    Args:
        given_with: The name of what the user gave them with, for messages; empty without any.
        token: The bearer token.
        basic: The user and the password.
        token_headers: The headers that go with the token.
        tls: The files of the TLS connection.
    """

    given_with: str = ""
    token: str | None = None
    basic: tuple[str, str] | None = None
    token_headers: tuple[tuple[str, str], ...] = ()
    tls: Tls = Tls()

    def __repr__(self) -> str:
        return "Credentials(…)"


NO_CREDENTIALS = Credentials()


class WrongCredentials(ValueError):
    """A variable is wrong; the message gives the reason, and repeats no value.

    Args:
        setting: The name of the variable, or of another place that credentials are given in.
        reason: What is wrong with it.
    """

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(reason)
        self.setting = setting


def parse_credentials(
    variables: Mapping[str, str],
    root: Path,
    *,
    token: str | None = None,
    in_url: tuple[str, str] | None = None,
    url: str = "",
) -> Credentials:
    """Parse the credentials for a registry.

    Args:
        variables: The environment; an empty variable is unset, as CI systems mean it.
        root: The directory that relative paths start from.
        token: The token that a program gave. It wins over the credentials in the environment;
            the headers that go with a token are sent with it, too.
        in_url: The user and the password that the registry's address carries.
        url: The name of the setting that has the address.

    Raises:
        WrongCredentials: A value is wrong, half of a pair is missing, or there are two kinds.
    """
    written = {name: variables.get(name, "").strip() for name in VARIABLES}
    token = (token or "").strip()
    if token:
        written |= dict.fromkeys(_KINDS, "")
    _check([*written.items(), (_ARGUMENT, token), *((url, each) for each in in_url or ())])
    found = _found(written)
    if token:
        found = {_ARGUMENT: Credentials(_ARGUMENT, token)} | found
    if in_url is not None:
        found[url] = Credentials(f"the user in {url}", basic=in_url)
    if len(found) > 1:
        one, other, *_ = found
        raise WrongCredentials(one, f"{other} gives credentials, too; keep one of the two")
    credentials = next(iter(found.values()), NO_CREDENTIALS)
    for name in TOKEN_HEADERS:
        if written[name] and not credentials.token:
            raise WrongCredentials(name, f"it goes with {TOKEN}, which is not set")
    return credentials._replace(
        token_headers=tuple(
            (header, written[name]) for name, header in TOKEN_HEADERS.items() if written[name]
        ),
        tls=_tls(written, root),
    )


def _check(given: Iterable[tuple[str, str]]) -> None:
    """Check the characters of values, each with the name of its setting."""
    for name, value in given:
        if _UNFIT.search(value):
            raise WrongCredentials(name, "it has a control character inside, such as a line break")
        if name in (_ARGUMENT, TOKEN, *TOKEN_HEADERS) and not value.isascii():
            raise WrongCredentials(name, "it has a character that no header carries (not ASCII)")


def _found(written: Mapping[str, str]) -> dict[str, Credentials]:
    """Return the kinds of credentials in the environment, by the first variable of each."""
    found = {}
    if written[TOKEN]:
        found[TOKEN] = Credentials(TOKEN, written[TOKEN])
    if written[USER_INFO]:
        user, colon, password = written[USER_INFO].partition(":")
        if not colon or not (user or password):
            raise WrongCredentials(USER_INFO, "it is not user:password")
        found[USER_INFO] = Credentials(USER_INFO, basic=(user, password))
    for user, password in PAIRS.items():
        for one, other in ((user, password), (password, user)):
            if written[one] and not written[other]:
                raise WrongCredentials(one, f"it goes with {other}, which is not set")
        if written[user]:
            basic = (written[user], written[password])
            found[user] = Credentials(f"{user} with {password}", basic=basic)
    return found


def _tls(written: Mapping[str, str], root: Path) -> Tls:
    for name in (KEY, KEY_PASSWORD):
        if written[name] and not written[CERTIFICATE]:
            raise WrongCredentials(name, f"it goes with {CERTIFICATE}, which is not set")
    authority, certificate, key = (
        root / written[name] if written[name] else None for name in (CA, CERTIFICATE, KEY)
    )
    return Tls(authority, certificate, key, written[KEY_PASSWORD])
