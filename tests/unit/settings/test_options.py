from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pytest_schema_registry.redaction import Redaction
from pytest_schema_registry.settings import OPTIONS
from pytest_schema_registry.settings.compatibility_rules import CompatibilityRule
from pytest_schema_registry.settings.enforcement import EnforcementRule
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.settings.parsers import PARSERS, DriftGate, parse, version_list

PARSE = {option.name: partial(parse, option) for option in OPTIONS}
SECRET = "tok-en-that-nobody-may-see"
BRACKETS = "the address is no URL; in a password, write [ as %5B and ] as %5D"
WRONG_PORT = (
    "the port is not a number from 0 to 65535; in a password, write / as %2F, # as %23 and ? as %3F"
)


@pytest.mark.parametrize(
    ("name", "flag", "ini", "variable"),
    [
        ("url", "--registry-url", "registry_url", "SCHEMA_REGISTRY_URL"),
        ("mode", "--registry-mode", "registry_mode", "SCHEMA_REGISTRY_MODE"),
        ("versions", "--registry-versions", "registry_versions", "SCHEMA_REGISTRY_VERSIONS"),
        ("cassettes", "--registry-cassettes", "registry_cassettes", "SCHEMA_REGISTRY_CASSETTES"),
        ("cache-dir", "--registry-cache-dir", "registry_cache_dir", "SCHEMA_REGISTRY_CACHE_DIR"),
        ("cache-ttl", "--registry-cache-ttl", "registry_cache_ttl", "SCHEMA_REGISTRY_CACHE_TTL"),
        ("timeout", "--registry-timeout", "registry_timeout", "SCHEMA_REGISTRY_TIMEOUT"),
    ],
)
def test_an_option_has_three_names(name: str, flag: str, ini: str, variable: str) -> None:
    option = next(option for option in OPTIONS if option.name == name)
    assert (option.flag, option.ini, option.variable) == (flag, ini, variable)


def test_each_option_has_a_parser() -> None:
    assert list(PARSERS) == [option.name for option in OPTIONS]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_no_name_is_one_that_a_neighbour_has_taken(option: Any) -> None:
    assert option.flag.startswith("--registry-")
    assert option.ini.startswith("registry_")
    assert option.variable.startswith("SCHEMA_REGISTRY_")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://registry.example", "http://registry.example"),
        ("https://registry.example/api/v1/", "https://registry.example/api/v1"),
        ("http://REGISTRY.example:8123", "http://registry.example:8123"),
        ("http://registry.example:0", "http://registry.example:0"),
        ("http://[::1]:8123/x", "http://[::1]:8123/x"),
        ("http://registry.example/a?b=c#d", "http://registry.example/a"),
    ],
)
def test_an_address_is_shown_without_its_query(url: str, shown: str, tmp_path: Path) -> None:
    location = PARSE["url"](url, tmp_path)
    assert location.shown == shown
    assert location.directory is None


def test_the_query_of_an_address_is_kept_for_every_request(tmp_path: Path) -> None:
    location = PARSE["url"](f"http://r?key={SECRET}&empty=&key=2", tmp_path)
    assert location.params == (("key", SECRET), ("empty", ""), ("key", "2"))
    assert SECRET not in repr(location)


@pytest.mark.parametrize(
    ("user", "auth"),
    [
        (f"me:{SECRET}@", ("me", SECRET)),
        (f"m%40:p%3A{SECRET}@", ("m@", f"p:{SECRET}")),
        (f"{SECRET}@", (SECRET, "")),
        (f":{SECRET}@", ("", SECRET)),
        ("", None),
    ],
)
def test_credentials_in_an_address_are_kept_and_not_shown(
    user: str, auth: tuple[str, str] | None, tmp_path: Path
) -> None:
    location = PARSE["url"](f"http://{user}r:80/x", tmp_path)
    assert location.auth == auth
    assert location.shown == "http://r:80/x"
    assert SECRET not in repr(location)


@pytest.mark.parametrize("address", ["schemas", "file://{root}/schemas", "file:{root}/schemas"])
def test_a_directory_is_an_address(address: str, tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    location = PARSE["url"](address.format(root=tmp_path), tmp_path)
    assert location.directory == tmp_path / "schemas"
    assert location.shown == address.removeprefix("file:").removeprefix("//").format(root=tmp_path)


def test_a_file_url_may_be_escaped_and_have_this_host(tmp_path: Path) -> None:
    directory = tmp_path / "my schemas"
    directory.mkdir()
    url = f"file://localhost{tmp_path}/my%20schemas"
    assert PARSE["url"](url, tmp_path) == Location(shown=str(directory), directory=directory)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("url", " ", "the address is empty; leave the setting out to use cassettes only"),
        ("url", "file://host/x", "a file URL has no host, this one has 'host'"),
        (
            "url",
            "ftp://host",
            "cannot speak 'ftp'; give http://…, https://…, file:///… or a directory",
        ),
        ("url", "http:///x", "the address has no host"),
        ("url", "http://host:port", WRONG_PORT),
        ("url", "http://host:99999", WRONG_PORT),
        ("url", f"http://me:{SECRET}/more@host", WRONG_PORT),
        ("url", "http://[::1", BRACKETS),
        ("url", "nowhere", "no such directory: {root}/nowhere"),
        (
            "url",
            "host:8123",
            "no such directory: {root}/host:8123, or did you mean http://host:8123?",
        ),
        ("url", "a_file", "{root}/a_file is a file, not a directory of schemas"),
        ("mode", "never", "unknown mode 'never'; choose one of auto, live, record, replay"),
        ("versions", "", "the list of versions is empty; give at least one, such as v1"),
        ("versions", " , ", "the list of versions is empty; give at least one, such as v1"),
        (
            "versions",
            "v1,v/2",
            "'v/2' cannot be a version; use letters, digits, '_', '-' and '.'",
        ),
        ("versions", "..", "'..' cannot be a version; use letters, digits, '_', '-' and '.'"),
        ("cassettes", "a_file", "{root}/a_file is a file, not a directory"),
        ("cache-ttl", "soon", "'soon' is not zero or a positive number of seconds"),
        ("cache-ttl", None, "None is not zero or a positive number of seconds"),
        ("cache-ttl", "-1", "'-1' is not zero or a positive number of seconds"),
        ("cache-ttl", "nan", "'nan' is not zero or a positive number of seconds"),
        ("timeout", "0", "'0' is not a positive number of seconds up to 2,147,482"),
        ("timeout", float("inf"), "inf is not a positive number of seconds up to 2,147,482"),
        ("max-schema-size", "0", "'0' is not a positive whole number of bytes"),
        ("max-schema-size", "much", "'much' is not a positive whole number of bytes"),
        ("max-schema-size", None, "None is not a positive whole number of bytes"),
        ("format-assertion", "maybe", "'maybe' is neither on nor off"),
        ("format-assertion", 3, "3 is neither on nor off"),
        ("default-draft", "3", "unknown draft '3'; choose one of 4, 6, 7, 2019-09, 2020-12"),
        ("max-in-flight", "many", "'many' is not a positive whole number of requests"),
        (
            "enforcement",
            "perhaps",
            "'perhaps' is no rule; write off, warn, strict or KEY=LEVEL, such as v2=warn",
        ),
        (
            "enforcement",
            ["warn", "=off"],
            "'=off' is no rule; write off, warn, strict or KEY=LEVEL, such as v2=warn",
        ),
        ("ratchet", "a_directory", "{root}/a_directory is a directory, not a file"),
        ("metrics", "a_directory", "{root}/a_directory is a directory, not a file"),
        ("html", "a_directory", "{root}/a_directory is a directory, not a file"),
        ("min-hit-rate", "101", "'101' is not a percentage from 0 to 100"),
        ("max-overhead", "nan", "'nan' is not a percentage from 0 to 100"),
        ("max-fetch-p95", "0", "'0' is not a positive number of milliseconds"),
        ("drift", "perhaps", "'perhaps' is none of off, warn, fail and fail=GRADE"),
        ("drift", "warn=new", "'warn=new' is none of off, warn, fail and fail=GRADE"),
        (
            "drift",
            "fail=",
            (
                "unknown grade ''; choose one of formatting, annotations, compatible, new, "
                "breaking, unknown, gone"
            ),
        ),
        ("drift-report", "a_directory", "{root}/a_directory is a directory, not a file"),
        ("cassette-max-age", "0", "'0' is not a positive number of days"),
        (
            "compatibility",
            ["a.A: v1 -> v2", "a.B"],
            (
                "'a.B' is no rule; write NAMES: OLD -> NEW and what is asked, such as "
                "telemetry.*: v1 -> v2 backward"
            ),
        ),
        ("compat-source", "nobody", "'nobody' is none of local, registry, both"),
        ("waivers", "a_directory", "{root}/a_directory is a directory, not a file"),
        ("replay-payloads", "v1:v1", "'v1:v1' is not two version lines, such as v1:v2"),
        *(
            ("replay-payloads", wrong, f"{wrong!r} is not two version lines, such as v1:v2")
            for wrong in ("v1", "v1:", "v1:v2:v1", "v1,v2:v3")
        ),
        (
            "replay-payloads",
            "v1:a/b",
            "'a/b' cannot be a version; use letters, digits, '_', '-' and '.'",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_a_reason(
    name: str, value: Any, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "a_file").touch()
    (tmp_path / "a_directory").mkdir()
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole text is compared below
        PARSE[name](value, tmp_path)
    assert str(caught.value) == reason.format(root=tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
    [
        *(("mode", mode, mode) for mode in ("auto", "live", "record", "replay")),
        ("versions", "v1, v2,,v1", ("v1", "v2")),
        ("versions", ["v2", "v1,v3"], ("v2", "v1", "v3")),
        ("cassettes", "not/there/yet", Path("not/there/yet")),
        ("cache-ttl", "0", 0.0),
        ("cache-ttl", 1.5, 1.5),
        ("timeout", "0.5", 0.5),
        ("max-schema-size", "1", 1),
        ("format-assertion", True, True),
        ("format-assertion", " ON ", True),
        ("format-assertion", "0", False),
        ("default-draft", "7", "7"),
        ("redact", "password, token,", Redaction(["password", "token"])),
        ("redact", ["$.user.email", "a,b"], Redaction(["$.user.email", "a", "b"])),
        ("max-in-flight", "4", 4),
        (
            "enforcement",
            "strict, v2=warn,telemetry.*=off",
            tuple(map(EnforcementRule.parse, ("strict", "v2=warn", "telemetry.*=off"))),
        ),
        ("payloads", "payloads", Path("payloads")),
        ("min-hit-rate", "95", 95.0),
        ("max-fetch-p95", "100", 100.0),
        ("drift", "off", DriftGate("off")),
        ("drift", "warn", DriftGate("warn")),
        ("drift", "fail", DriftGate("fail")),
        ("drift", "fail=breaking", DriftGate("fail", "breaking")),
        ("cassette-max-age", "0.5", 0.5),
        (
            "compatibility",
            "a: v1->v2, b: v1->v2\nc: v1->v2",
            tuple(map(CompatibilityRule.parse, ("a: v1->v2", "b: v1->v2", "c: v1->v2"))),
        ),
        ("compatibility", ["a: v1 -> v2 full", ""], (CompatibilityRule.parse("a: v1 -> v2 full"),)),
        *(("compat-source", source, source) for source in ("local", "registry", "both")),
        ("replay-payloads", "v1:v2", ("v1", "v2")),
    ],
)
def test_a_right_value_is_parsed(name: str, value: Any, parsed: Any, tmp_path: Path) -> None:
    assert PARSE[name](value, tmp_path) == parsed


def test_a_relative_cache_directory_is_relative_to_the_root(tmp_path: Path) -> None:
    assert PARSE["cache-dir"]("cache", tmp_path) == tmp_path / "cache"
    assert PARSE["cache-dir"](str(tmp_path / "x"), Path("elsewhere")) == tmp_path / "x"


def test_versions_may_be_given_as_a_tuple() -> None:
    assert version_list(("v1", "v2")) == ("v1", "v2")


def test_a_password_is_not_shown_where_the_scheme_was_forgotten(tmp_path: Path) -> None:
    (url,) = [option for option in OPTIONS if option.name == "url"]
    with pytest.raises(
        ValueError, match="an address with a user or a query begins with https://"
    ) as caught:
        parse(url, "me:secret@registry.example", tmp_path)
    assert "secret" not in str(caught.value)


def test_a_page_needs_its_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", {"jinja2": None}.get)
    with pytest.raises(ValueError, match=r"pip install 'pytest-schema-registry\[html\]'"):
        PARSE["html"]("page.html", tmp_path)


def test_metrics_need_their_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.setattr("importlib.util.find_spec", {"prometheus_client": None}.get)
    with pytest.raises(ValueError, match=r"pip install 'pytest-schema-registry\[metrics\]'"):
        PARSE["metrics"]("figures.prom", tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
@pytest.mark.parametrize("name", ["ratchet", "dead-letters", "waivers"])
def test_what_is_read_again_is_kept_in_no_pipe(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is a pipe, not a file that can be kept"):
        PARSE[name]("pipe", tmp_path)
    assert PARSE[name]("none_yet", tmp_path) == tmp_path / "none_yet"
