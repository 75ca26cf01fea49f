"""No secret gets out: sessions tell all that they can, and all that they told is searched.

The secrets are what a session is given (token, cluster, pool, user, password, keys) and what a
registry sets in its headers. Everything is searched for all of them, however they are written.
"""

from __future__ import annotations

import json
import pickle
import traceback
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

# Loaded for good: pytester unloads what a test loads, and half of yaml, in C, stays behind.
import yaml  # noqa: F401

from pytest_schema_registry import SchemaRegistry, SchemaRegistryError
from pytest_schema_registry.settings import DEFAULT_CASSETTES
from tests.local_registry import ORDER, ORDER_V1, Reply
from tests.security.proxies import Refusing, Socks, proxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

TOKEN = "t0ken/of+the=run"
USER, PASSWORD = "ada-lovelace", "pass  wörd&/half"
BASIC = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
CLUSTER, POOL = "lsrc-0f-ours", "pool/0f-ours"
KEY, KEY_PASSWORD = "k-e-y&of/ours", "0pen, pl&ase"
PROXY_USER, PROXY_PASSWORD = "pr0xy@user-of-ours", "pr0xy:p/ss wörd"
PROXY_BASIC = b64encode(f"{PROXY_USER}:{PROXY_PASSWORD}".encode()).decode()
SET = {"set-cookie": "session=c00kie-of-theirs; Path=/", "x-auth-token": "x-auth-of-theirs"}

#: What sessions are given in the environment, by its kind, beside the key in the URL's query.
KINDS = {
    "token": {"TOKEN": TOKEN, "LOGICAL_CLUSTER": CLUSTER, "IDENTITY_POOL_ID": POOL},
    "user info": {"BASIC_AUTH_USER_INFO": f"{USER}:{PASSWORD}"},
    "user and password": {"USERNAME": USER, "PASSWORD": PASSWORD},
    "user in the URL": {},
}
USERINFO = f"{USER}:{quote(PASSWORD, safe='')}"
QUERY = f"api_key={quote(KEY, safe='')}"
JSON = {"content-type": "application/json"}
AT_ONCE = {"retry-after": "3600"}


def faults(kind: str) -> dict[str, Reply]:
    """Answers that repeat what they were sent, by the name of the schema that was asked for."""
    one, two, three = (TOKEN, CLUSTER, POOL) if kind == "token" else (USER, PASSWORD, BASIC)
    sent = f"{one}:{two} {three} ?api_key={KEY}"
    there = f"{quote(one, safe='')}:{quote(two, safe='')}@127.0.0.1:1/?{QUERY}"
    return {
        "refused": Reply(401, sent, SET),
        "refused.in_html": Reply(403, f"<html>{escape(sent)}", SET),
        "refused.in_json": Reply(403, {"detail": [sent]}, JSON),
        "refused.in_other_json": Reply(403, {"seen": sent}, JSON),
        "refused.after_much_space": Reply(403, f"{' ' * 790}{sent}"),
        "broken": Reply(500, f"{'x' * 190}{sent}", AT_ONCE | SET),
        "broken.for_long": Reply(503, b"", {"retry-after": f"3600 {one} {three}"}),
        "login_page": Reply(200, escape(sent), {"content-type": f"text/{three}"}),
        "redirected": Reply(302, sent, {"location": f"http://{there}"} | SET),
        "redirected.to_gopher": Reply(302, sent, {"location": f"gopher://{there}"}),
        "redirected.to_no_url": Reply(302, sent, {"location": f"http://{USER}:{PASSWORD}@x/"}),
        "another": Reply(200, {"content": {}, "name": sent}, JSON | SET),
        "another.longer": Reply(200, {"content": {}, "name": "x" * 185 + sent}, JSON),
    }


#: What they become, by the same name.
TOLD = {
    "refused": "with status 401",
    "refused.in_html": "***:*** *** ?api_key=***",
    "refused.in_json": "***:*** *** ?api_key=***']",
    "refused.in_other_json": '***:*** *** ?api_key=***"}',
    "refused.after_much_space": "with status 403",
    "broken": "it answered 500",
    "broken.for_long": "asking to retry after 3600 ",
    "login_page": "no schema came back: 200 OK, text/***",
    "redirected": "cannot connect: ",
    "redirected.to_gopher": "an unsupported protocol 'gopher://'",
    "redirected.to_no_url": "Invalid URL in location header",
    "another": "***:*** *** ?api_key=***'",
    "another.longer": "it answered with (a text of ",
}
#: Those that sessions meet; the last of them makes a registry one that cannot be reached.
MET = ["refused", "broken", "login_page", "another", "redirected"]

CONFTEST = """
import pickle
import traceback

def pytest_exception_interact(call):
    exc = call.excinfo.value
    told = traceback.TracebackException.from_exception(exc, capture_locals=True)
    with open("told", "ab") as file:
        file.write(f"{exc}{exc!r}{''.join(told.format())}".encode() + pickle.dumps(exc))
"""
SUITE = f"""
import pytest

@pytest.mark.registry_schema("{ORDER}", versions=["v1"])
def test_that_fails(assert_conforms, registry_schema, schema_registry, request):
    assert_conforms({{"id": 1}})

@pytest.mark.parametrize("name", {[ORDER, *MET]})
def test_that_asks(schema_registry, name):
    schema = schema_registry.get_schema(name, "v1")
    raise AssertionError(schema)
"""
TELL_ALL = ["-vv", "-rA", "--showlocals", "--full-trace", "--log-level=DEBUG"]
TELL_ALL += ["--log-cli-level=DEBUG", "--junitxml=junit.xml", "--registry-report=report.json"]
TELL_ALL += ["--registry-html=page.html", "--registry-metrics=metrics.prom"]
TELL_ALL += ["--registry-dead-letters=letters.jsonl"]


def spellings(secret: str) -> set[str]:
    """The ends of a secret as people, URLs, HTML, JSON and Python write it: it may be cut."""
    whole = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), escape(secret)}
    whole |= {json.dumps(secret)[1:-1], repr(secret)[1:-1], " ".join(secret.split())}
    return {part for each in whole for part in (each[:8], each[-8:])}


SECRETS = {
    part
    for secret in (
        *(TOKEN, CLUSTER, POOL, USER, PASSWORD, BASIC, KEY, KEY_PASSWORD, *SET.values()),
        *(PROXY_USER, PROXY_PASSWORD, PROXY_BASIC),
    )
    for part in spellings(secret.removeprefix("session=").partition(";")[0])
}


def found_in(told: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(place, part) for place, text in told for part in SECRETS if part in text}


def error_of(call: Callable[[], object]) -> SchemaRegistryError:
    with pytest.raises(SchemaRegistryError) as caught:
        call()
    return caught.value


def all_of(exc: SchemaRegistryError) -> Iterator[tuple[str, str]]:
    """What an exception tells, with the locals of all frames but those of the test itself."""
    assert exc.__traceback__ is not None
    frames = exc.__traceback__.tb_next and exc.__traceback__.tb_next.tb_next
    told = traceback.TracebackException(type(exc), exc, frames, capture_locals=True)
    yield "str", str(exc)
    yield "repr", repr(exc)
    yield "pickle", pickle.dumps(exc, 0).decode("raw_unicode_escape")
    yield "traceback", "".join(told.format())


def give(patch: pytest.MonkeyPatch, kind: str, **variables: str) -> None:
    for name, value in (KINDS[kind] | variables).items():
        patch.setenv(f"SCHEMA_REGISTRY_{name}", value)


class Project:
    """A project whose sessions tell all that they can."""

    def __init__(self, pytester: pytest.Pytester, run: Run, patch: pytest.MonkeyPatch) -> None:
        self._path = pytester.path
        self._run = run
        self._patch = patch
        pytester.makeconftest(CONFTEST)
        pytester.makepyfile(SUITE)

    def session(self, url: str, *options: str, kind: str = "token", **variables: str) -> str:
        """Run a session, search what it told and left behind, and return its output."""
        give(self._patch, kind, URL=url)
        for name, value in variables.items():
            self._patch.setenv(name, value)
        result = self._run(*TELL_ALL, *options)
        output = f"{result.stdout}\n{result.stderr}"
        files = [file for file in self._path.rglob("*") if file.is_file()]
        told = [(file.name, file.read_text("utf-8", "replace")) for file in files]
        assert found_in([*told, ("the output", output)]) == set()
        return output

    def record(self, url: str, kind: str) -> None:
        give(self._patch, kind)
        folder = self._path / DEFAULT_CASSETTES
        with SchemaRegistry(url, mode="record", cassettes=folder) as registry:
            registry.get_schema(ORDER, "v1")

    def has(self, pattern: str) -> bool:
        return any(self._path.rglob(pattern))

    def damage(self) -> None:
        for file in self._path.rglob("*.yaml"):
            file.write_text(file.read_text().partition("\nversion:")[0])


@pytest.fixture
def project(pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(pytester, run, monkeypatch)


def with_secrets(url: str, kind: str) -> str:
    userinfo = f"//{USERINFO}@" if kind == "user in the URL" else "//"
    return f"{url.replace('//', userinfo)}?{QUERY}"


def serve(registry: LocalRegistry, kind: str) -> str:
    """Have a registry repeat what it is sent, and return its address with secrets in it."""
    for name, reply in faults(kind).items():
        registry.always(reply, f"schemas/v1/{name}")
    registry.always(Reply(200, {"content": ORDER_V1}, JSON | SET), f"schemas/v1/{ORDER}")
    return with_secrets(registry.url, kind)


@pytest.mark.parametrize(
    ("modes", "kind"),
    [
        (["auto"], "token"),
        (["live"], "user in the URL"),
        (["record", "replay"], "token"),
        (["record", "replay"], "user info"),
    ],
    ids=["auto", "live", "record and replay", "record and replay as a user"],
)
def test_no_mode_tells_a_secret(
    project: Project, local_registry: LocalRegistry, modes: list[str], kind: str
) -> None:
    url = serve(local_registry, kind)
    for mode in modes:
        output = project.session(url, "--registry-mode", mode, kind=kind)
        told = ["no recording of "] if mode == "replay" else [TOLD[name] for name in MET]
        assert [text for text in told if text not in output] == []
        assert "$.id: 1 is an integer, not a string" in output
    # Both were sent, and both kinds of files were written.
    sent = local_registry.requests[-1]
    is_token = kind == "token"
    assert sent.headers["authorization"] == (f"Bearer {TOKEN}" if is_token else f"Basic {BASIC}")
    assert sent.headers.get("target-sr-cluster") == (CLUSTER if is_token else None)
    assert sent.path.endswith(QUERY)
    assert sent.headers["cookie"] == "session=c00kie-of-theirs"
    assert project.has("*.entry")
    assert project.has("*.yaml") is ("record" in modes)


def test_no_worker_tells_a_secret(project: Project, local_registry: LocalRegistry) -> None:
    url = serve(local_registry, "user and password")
    options = ("-n", "2", "-k", "fails or refused")
    output = project.session(url, *options, kind="user and password")
    assert "with status 401" in output


def test_no_outage_tells_a_secret(
    project: Project, local_registry: LocalRegistry, closed_port: int, silent_port: int
) -> None:
    kind = "user in the URL"
    project.record(serve(local_registry, kind), kind)
    for port, reason in (
        (closed_port, "cannot connect: "),
        (silent_port, "no complete answer within 1 s"),
    ):
        url = with_secrets(f"http://127.0.0.1:{port}", kind)
        options = ("--registry-timeout=1", "-k", "fails or redirected")
        output = project.session(url, *options, kind=kind)
        assert "was served from the cassette of http://127.0.0.1:" in output
        assert f"the registry did not answer: {reason}" in output


def test_no_damaged_cassette_tells_a_secret(
    project: Project, local_registry: LocalRegistry
) -> None:
    url = serve(local_registry, "token")
    project.record(url, "token")
    project.damage()
    output = project.session(url, "--registry-mode=replay", "-k", "fails")
    assert "CassetteDamaged: the cassette cannot be used: its end is missing" in output


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TOLD)
def test_no_exception_tells_a_secret(
    local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    give(monkeypatch, kind)
    with SchemaRegistry(serve(local_registry, kind)) as registry:
        exc = error_of(lambda: registry.get_schema(name, "v1"))
    assert TOLD[name] in str(exc)
    assert found_in(all_of(exc)) == set()


def through(scheme: str, port: int) -> dict[str, str]:
    """What has all requests go through a proxy with a password."""
    userinfo = f"{quote(PROXY_USER, safe='')}:{quote(PROXY_PASSWORD, safe='')}"
    address = f"{scheme}://{userinfo}@127.0.0.1:{port}"
    return {"ALL_PROXY": address, "http_proxy": address, "HTTPS_PROXY": address}


def test_no_session_through_a_socks_proxy_tells_its_password(project: Project) -> None:
    pytest.importorskip("socksio", reason="needs httpx[socks]")
    with proxy(Socks) as port:
        output = project.session(
            "http://registry.example", "-k", "fails", **through("socks5", port)
        )
    assert "1 passed" in output


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_session_repeats_what_a_proxy_was_sent(project: Project, scheme: str) -> None:
    with proxy(Refusing) as port:
        url = f"{scheme}://registry.example"
        output = project.session(url, "-k", "fails", **through("http", port))
    assert "407 ***" in output


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"gopher://{{}}:{quote(PROXY_PASSWORD, safe='')}@host", "gopher://host"),
        (f"http://{{}}:{quote(PROXY_PASSWORD)}@host", "http://host"),
        (f"http://{{}}:[{PROXY_PASSWORD}@host", "http://host"),
    ],
)
def test_no_wrong_proxy_address_is_repeated(project: Project, address: str, shown: str) -> None:
    proxy = {"HTTP_PROXY": address.format(quote(PROXY_USER))}
    output = project.session("http://registry.example", "-k", "fails", **proxy)
    assert f"HTTP_PROXY: {shown} is no proxy's address; write " in output


WRONG_URLS = {
    "password": f"https://{USER}:{PASSWORD}@registry.example",
    "port": f"https://{USERINFO}@registry.example:65536/?{QUERY}",
    "no host": f"https://{USERINFO}@/?{QUERY}",
    "ftp": f"ftp://{USERINFO}@registry.example/?{QUERY}",
    "no colon": f"https//{USERINFO}@registry.example/?{QUERY}",
    "no scheme": f"{USERINFO}@registry.example/?{QUERY}",
    "several": f"http://{USERINFO}@registry.example,http://{USERINFO}@registry.example/?{QUERY}",
}
REPEATED_URLS = {
    "no scheme, no user": f"registry.example:443/schemas?{QUERY}",
    "no scheme, and long": f"registry.example?{QUERY}{'x' * 300}",
    "file": f"file://{USERINFO}@host/schemas",
    "brackets": f"https://{USER}:[{quote(PASSWORD, safe='')}]@registry.example",
    "letters like others": f"https://{USERINFO}\u2100@registry.example",
}


@pytest.mark.parametrize(
    "url",
    [
        *(pytest.param(url, id=fault) for fault, url in WRONG_URLS.items()),
        *(pytest.param(url, id=fault) for fault, url in REPEATED_URLS.items()),
    ],
)
def test_no_wrong_address_is_repeated(url: str) -> None:
    exc = error_of(lambda: SchemaRegistry(url, token=TOKEN))
    assert found_in([("str", str(exc)), ("repr", repr(exc))]) == set()


def test_no_frame_of_a_wrong_setting_tells_a_secret() -> None:
    exc = error_of(lambda: SchemaRegistry(WRONG_URLS["port"], token=TOKEN))
    assert found_in(all_of(exc)) == set()


@pytest.mark.parametrize("fault", WRONG_URLS)
def test_no_session_repeats_a_wrong_address(project: Project, fault: str) -> None:
    output = project.session("", f"--registry-url={WRONG_URLS[fault]}")
    assert "ERROR: --registry-url: " in output


@pytest.mark.parametrize(
    ("url", "variables", "said"),
    [
        (WRONG_URLS["port"], {}, "SCHEMA_REGISTRY_URL: the port is not a number"),
        (
            with_secrets("http://registry.example", "token"),
            {"SCHEMA_REGISTRY_TIMEOUT": "soon"},
            "SCHEMA_REGISTRY_TIMEOUT: 'soon' is not a positive number of seconds up to 2,147,482",
        ),
        (
            with_secrets("http://registry.example", "user in the URL"),
            {},
            "SCHEMA_REGISTRY_TOKEN: SCHEMA_REGISTRY_URL gives credentials, too; keep one of",
        ),
        (
            with_secrets("https://registry.example", "token"),
            {"SCHEMA_REGISTRY_PASSWORD": PASSWORD},
            "SCHEMA_REGISTRY_PASSWORD: it goes with SCHEMA_REGISTRY_USERNAME, which is not set",
        ),
        (
            with_secrets("https://registry.example", "token"),
            {
                "SCHEMA_REGISTRY_SSL_CERTIFICATE_LOCATION": "conftest.py",
                "SCHEMA_REGISTRY_SSL_KEY_PASSWORD": KEY_PASSWORD,
            },
            "conftest.py holds no certificate in PEM form",
        ),
    ],
    ids=["address", "timeout", "two kinds", "half a pair", "certificate"],
)
def test_no_wrong_variable_tells_a_secret(
    project: Project, url: str, variables: dict[str, str], said: str
) -> None:
    assert said in project.session(url, "-k", "fails", **variables)


@pytest.mark.parametrize(
    ("userinfo", "query", "said"),
    [
        ("a:secret", "", "*** a was refused"),
        ("admin:secret", "", "*** *** was refused"),
        ("admin-token:", "", "secret *** was refused"),
        ("t0k:", "", "secret *** was refused"),
        ("a:secret", "?v=1&k=", "*** a was refused"),
    ],
)
def test_only_what_can_be_a_secret_is_hidden(
    local_registry: LocalRegistry, userinfo: str, query: str, said: str
) -> None:
    user = userinfo.partition(":")[0]
    local_registry.always(Reply(403, f"secret {user} was refused"))
    url = f"{local_registry.url.replace('//', f'//{userinfo}@')}{query}"
    with SchemaRegistry(url) as registry:
        exc = error_of(lambda: registry.get_schema(ORDER, "v1"))
    assert f"\n  it said: {said}\n" in str(exc)
