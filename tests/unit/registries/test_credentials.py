from __future__ import annotations

import json
from base64 import b64encode
from html import escape
from urllib.parse import quote, quote_plus

import pytest

from pytest_schema_registry.registries.credentials import Secrets, of_proxies
from pytest_schema_registry.settings.credentials import NO_CREDENTIALS, Credentials, Tls
from pytest_schema_registry.settings.location import Location

TOKEN = 't0k&n <of> "nobody\'s" business/é'
LOCATION = Location("https://r", params=(("key", "par@m"), ("v", "1")))
CREDENTIALS = Credentials(
    token=TOKEN,
    basic=("me", "pass:wörd"),
    token_headers=(("target-sr-cluster", "lsrc-1"),),
    tls=Tls(key_password="open me"),
)
SECRETS = Secrets(LOCATION, CREDENTIALS)


@pytest.mark.parametrize(
    "spelled",
    [
        TOKEN,
        TOKEN.upper(),
        quote(TOKEN),
        quote(TOKEN, safe=""),
        quote_plus(TOKEN),
        json.dumps(TOKEN),
        json.dumps(TOKEN, ensure_ascii=False),
        repr(TOKEN),
        escape(TOKEN),
        TOKEN.replace(" ", "\n  "),
        "pass:wörd",
        quote("pass:wörd"),
        "par@m",
        b64encode("me:pass:wörd".encode()).decode(),
        "lsrc-1",
        "open%20me",
    ],
)
def test_a_secret_is_hidden_however_it_is_spelled(spelled: str) -> None:
    scrubbed = SECRETS.scrubbed(f"before {spelled} after")
    assert scrubbed.strip("'\"") in ("before *** after", "before '***' after", 'before "***" after')


def test_what_is_too_short_to_be_a_secret_spoils_no_words() -> None:
    assert SECRETS.scrubbed("some text of v1") == "some text of v1"


def test_a_user_without_a_password_is_a_token() -> None:
    secrets = Secrets(Location("https://r"), Credentials(basic=("abc", "")))
    assert secrets.scrubbed("abc") == "***"


def test_where_there_are_none_nothing_is_hidden() -> None:
    assert Secrets(Location("https://r"), NO_CREDENTIALS).scrubbed("any text") == "any text"


def test_a_token_of_any_bytes_is_hidden() -> None:
    secrets = Secrets(Location("https://r"), Credentials(token="t\udcffken"))
    assert secrets.scrubbed("a t\udcffken") == "a ***"


@pytest.mark.parametrize(
    "spelled",
    ["ada-l", "p@ss word", "p%40ss%20word", "p%40ss+word", b64encode(b"ada-l:p@ss word").decode()],
)
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("HTTPS_PROXY", "http://ada-l:p%40ss%20word@proxy:3128"),
        ("all_proxy", "socks5://ada-l:p@ss word@proxy"),
        ("http_proxy", "ada-l:p%40ss%20word@proxy:3128"),
    ],
)
def test_what_opens_a_proxy_is_a_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str, spelled: str
) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    monkeypatch.setenv(name, address)
    secrets = Secrets(Location("https://r"), NO_CREDENTIALS, of_proxies())
    assert secrets.scrubbed(f"a {spelled} of localhost") == "a *** of localhost"
    assert secrets.are_repeated([json.dumps({"note": [spelled]})]) is (len(spelled) >= 8)


def test_a_proxy_that_asks_for_nothing_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    assert of_proxies() == []


def test_what_is_never_sent_is_not_repeated_by_an_answer() -> None:
    assert SECRETS.are_repeated(['{"a": "a t0k&n"}', json.dumps(TOKEN)])
    assert not SECRETS.are_repeated(['"lsrc-1 and open me"'])


def test_no_secret_is_in_the_repr() -> None:
    assert repr(SECRETS) == "Secrets(…)"
