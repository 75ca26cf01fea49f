from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.settings import DEFAULT_CASSETTES, OPTIONS, Option
from pytest_schema_registry.settings.location import Location
from pytest_schema_registry.settings.parsers import parse
from pytest_schema_registry.settings.settings import (
    InvalidEnvironment,
    Settings,
    command_line,
    environment,
    ini_file,
    resolve,
)

ROOT = Path()
URL = "http://registry.example"

#: Three right values of each option, as they may be written in each of the three places.
VALUES = {
    "url": ("http://one", "http://two", "http://three"),
    "mode": ("auto", "replay", "auto"),
    "protocol": ("core", "confluent", "auto"),
    "versions": ("v1", "v2", "v3"),
    "subject": ("{name}-value", "{name}-key", "a.{name}"),
    "version-property": ("one", "two", "three"),
    "layout": ("{name}.{version}.json", "{name}/{version}.yaml", "{version}/{name}.json"),
    "cassettes": ("one", "two", "three"),
    "cache-dir": ("one", "two", "three"),
    "cache-ttl": ("0", "1", "2"),
    "timeout": ("1", "2", "3"),
    "max-in-flight": ("1", "2", "3"),
    "max-schema-size": ("1", "2", "3"),
    "format-assertion": ("off", "on", "off"),
    "default-draft": ("4", "6", "7"),
    "redact": ("one", "two", "three"),
    "enforcement": ("warn", "v2=warn", "a.*=off"),
    "ratchet": ("one", "two", "three"),
    "dead-letters": ("one", "two", "three"),
    "payloads": ("one", "two", "three"),
    "report": ("one", "two", "three"),
    "html": ("one", "two", "three"),
    "metrics": ("one", "two", "three"),
    "min-hit-rate": ("1", "2", "3"),
    "max-fetch-p95": ("1", "2", "3"),
    "max-overhead": ("1", "2", "3"),
    "fail-on-stale": ("on", "off", "on"),
    "avro-unknown-fields": ("on", "off", "on"),
    "fail-on-deprecated": ("on", "off", "on"),
    "require-coverage": ("on", "off", "on"),
    "coverage-exclude": ("one", "two", "three"),
    "drift": ("off", "fail", "fail=breaking"),
    "drift-report": ("one", "two", "three"),
    "cassette-max-age": ("1", "2", "3"),
    "compatibility": ("a: v1->v2", "b: v1->v2", "c: v1->v2"),
    "compat-source": ("registry", "both", "local"),
    "waivers": ("one", "two", "three"),
    "replay-payloads": ("v1:v2", "v2:v3", "v3:v4"),
}
HTTP = Location("http://r")
#: A wrong value of each option that has wrong values.
WRONG = {
    "url": "ftp://one",
    "mode": "never",
    "protocol": "kafka",
    "versions": ",",
    "subject": "orders-value",
    "version-property": " ",
    "layout": "{version}.json",
    "cassettes": __file__,
    "cache-ttl": "-1",
    "timeout": "0",
    "max-schema-size": "0",
    "format-assertion": "maybe",
    "default-draft": "3",
    "max-in-flight": "0",
    "enforcement": "perhaps",
    "ratchet": ".",
    "dead-letters": ".",
    "payloads": __file__,
    "report": ".",
    "html": ".",
    "metrics": ".",
    "min-hit-rate": "101",
    "max-fetch-p95": "0",
    "max-overhead": "-1",
    "fail-on-stale": "maybe",
    "avro-unknown-fields": "maybe",
    "fail-on-deprecated": "maybe",
    "require-coverage": "maybe",
    "drift": "fail=maybe",
    "drift-report": ".",
    "cassette-max-age": "0",
    "compatibility": "a",
    "compat-source": "nobody",
    "waivers": ".",
    "replay-payloads": "v1",
}
EVERY_OPTION = pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
EVERY_WRONG = pytest.mark.parametrize(
    "option", [option for option in OPTIONS if option.name in WRONG], ids=lambda option: option.name
)


def settings(
    cli: dict[str, Any] | None = None,
    variables: dict[str, str] | None = None,
    ini: dict[str, Any] | None = None,
) -> Settings:
    origins = (command_line(cli or {}), environment(variables or {}), ini_file(ini or {}))
    return resolve(*origins, root=ROOT)


def places(option: Option, values: tuple[str | None, str | None, str | None]) -> Settings:
    """The option written on the command line, in the environment and in the ini file."""
    cli, variable, ini = values
    # A property needs the names of the lines that are its values.
    lines = {"versions": "v1"} if option.name == "version-property" else {}
    return settings(
        {option.name: cli, **lines},
        {} if variable is None else {option.variable: variable},
        {option.name: ini},
    )


def test_every_option_is_looked_at_here() -> None:
    assert set(VALUES) == {option.name for option in OPTIONS}


@pytest.mark.parametrize("given_in", list(itertools.product([True, False], repeat=3)))
@EVERY_OPTION
def test_the_command_line_wins_over_the_environment_and_that_over_the_ini_file(
    option: Option, given_in: tuple[bool, bool, bool]
) -> None:
    cli, variable, ini = (
        value if given else None for value, given in zip(VALUES[option.name], given_in, strict=True)
    )
    first = next((value for value in (cli, variable, ini) if value is not None), None)
    default = getattr(Settings(root=ROOT), option.field)
    expected = default if first is None else parse(option, first, ROOT)
    assert getattr(places(option, (cli, variable, ini)), option.field) == expected


@hypothesis_settings(deadline=None)
@given(st.data())
def test_each_option_is_taken_from_the_first_place_that_has_it(data: st.DataObject) -> None:
    maybe = {
        option.name: st.tuples(*(st.sampled_from([None, value]) for value in VALUES[option.name]))
        for option in OPTIONS
    }
    written = data.draw(st.fixed_dictionaries(maybe))
    if any(written["version-property"]):  # it needs the names of the lines that are its values
        written["versions"] = ("v1", *written["versions"][1:])
    variables = {
        option.variable: written[option.name][1] for option in OPTIONS if written[option.name][1]
    }
    result = settings(
        {name: values[0] for name, values in written.items()},
        variables,
        {name: values[2] for name, values in written.items()},
    )
    for option in OPTIONS:
        first = next((value for value in written[option.name] if value is not None), None)
        if first is None:
            assert getattr(result, option.field) == getattr(Settings(), option.field)
        else:
            assert getattr(result, option.field) == parse(option, first, ROOT)


@EVERY_OPTION
def test_an_empty_variable_counts_as_unset(option: Option) -> None:
    ini = VALUES[option.name][2]
    assert getattr(places(option, (None, "", ini)), option.field) == parse(option, ini, ROOT)


@EVERY_WRONG
def test_a_wrong_value_that_something_else_overrides_is_no_error(option: Option) -> None:
    right = VALUES[option.name][0]
    wrong = WRONG[option.name]
    found = getattr(places(option, (right, wrong, wrong)), option.field)
    assert found == parse(option, right, ROOT)


@EVERY_WRONG
def test_a_wrong_value_is_named_as_it_was_written(option: Option) -> None:
    wrong = WRONG[option.name]
    for values, label, kind in (
        ((wrong, None, None), option.flag, InvalidSettings),
        ((None, wrong, None), option.variable, InvalidEnvironment),
        ((None, None, wrong), f"{option.ini} (ini file)", InvalidSettings),
    ):
        with pytest.raises(InvalidSettings) as caught:
            places(option, values)
        assert type(caught.value) is kind
        assert caught.value.setting == label


def test_a_wrong_value_says_what_would_be_right() -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings({"mode": "never"})
    assert str(caught.value) == (
        "--registry-mode: unknown mode 'never'; choose one of auto, live, record, replay"
    )


def test_a_place_that_cannot_be_looked_at_is_a_wrong_value() -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings({"cassettes": "x" * 300})
    assert str(caught.value).startswith("--registry-cassettes: [Errno ")


@pytest.mark.parametrize("mode", ["live", "record"])
@pytest.mark.parametrize(
    ("place", "label", "kind"),
    [
        ("cli", "--registry-mode", InvalidSettings),
        ("variables", "SCHEMA_REGISTRY_MODE", InvalidEnvironment),
        ("ini", "registry_mode (ini file)", InvalidSettings),
    ],
)
def test_a_mode_that_needs_a_registry_is_wrong_without_one(
    mode: str, place: str, label: str, kind: type[InvalidSettings]
) -> None:
    written: dict[str, Any] = {
        place: {"SCHEMA_REGISTRY_MODE" if place == "variables" else "mode": mode}
    }
    with pytest.raises(InvalidSettings) as caught:
        settings(**written)
    assert type(caught.value) is kind
    assert str(caught.value) == f"{label}: mode {mode} needs a registry; give --registry-url"
    written.setdefault("cli", {}).update(url=URL)
    assert settings(**written).mode == mode


def test_an_excluded_name_is_written_with_or_without_its_ending() -> None:
    assert settings({"coverage-exclude": "a.A.schema, b.*"}).coverage_exclude == ("a.A", "b.*")


def test_nothing_is_set_where_nothing_was_written() -> None:
    assert resolve(root=ROOT, variables={}) == Settings()


def test_neighbours_variables_are_not_read() -> None:
    assert settings(variables={"REGISTRY_URL": URL, "REGISTRY_TOKEN": "t"}) == Settings()


def test_no_credentials_are_in_the_repr() -> None:
    url = command_line({"url": "http://me:secret@r?key=secret"})
    made = resolve(url, root=ROOT, variables={"SCHEMA_REGISTRY_SSL_CA_LOCATION": "secret"})
    assert made.credentials.basic == ("me", "secret")
    assert "secret" not in repr(made)
    assert "secret" not in made.describe()
    assert "secret" not in made.record_command


@pytest.mark.parametrize(
    ("url", "mode", "offline", "remote"),
    [
        (None, "auto", True, False),
        (None, "replay", True, False),
        (URL, "auto", False, True),
        (URL, "live", False, True),
        (URL, "record", False, True),
        (URL, "replay", True, False),
        (".", "auto", False, False),
        (".", "replay", True, False),
    ],
)
def test_a_mode_and_an_address_say_whether_a_network_is_used(
    url: str | None, mode: str, offline: bool, remote: bool
) -> None:
    made = settings({"url": url, "mode": mode})
    assert (made.offline, made.remote) == (offline, remote)


@pytest.mark.parametrize(
    ("cli", "arguments"),
    [
        ({}, "--registry-url=URL"),
        ({"url": URL}, f"--registry-url={URL}"),
        ({"url": f"{URL}/a b"}, f"'--registry-url={URL}/a b'"),
        ({"cassettes": "my own"}, "--registry-url=URL '--registry-cassettes=my own'"),
        ({"layout": "{name}.json"}, "--registry-url=URL '--registry-layout={name}.json'"),
    ],
)
def test_the_command_that_records_has_what_these_settings_have(
    cli: dict[str, str], arguments: str
) -> None:
    assert settings(cli).record_command == f"pytest --registry-mode=record {arguments}"


def test_the_default_cassettes_are_not_repeated_in_the_command() -> None:
    assert "cassettes" not in settings({"cassettes": str(DEFAULT_CASSETTES)}).record_command


@pytest.mark.parametrize(
    ("given", "registry", "versions"),
    [
        ({"location": HTTP}, "http://r", "v1,v2 (latest of a Confluent registry)"),
        ({"location": HTTP, "versions": ("v1", "v3")}, "http://r", "v1,v3"),
        ({"location": HTTP, "protocol": "core"}, "http://r", "v1,v2"),
        ({"location": HTTP, "protocol": "confluent"}, "http://r", "latest"),
        ({"location": HTTP, "mode": "replay"}, "http://r", "v1,v2"),
        ({"location": Location("a", Path("a"))}, "a", "v1,v2"),
        ({}, "no registry", "v1,v2"),
    ],
)
def test_settings_are_one_line_of_the_report_header(
    given: dict[str, Any], registry: str, versions: str, tmp_path: Path
) -> None:
    mode = given.get("mode", "auto")
    assert Settings(root=tmp_path, **given).describe() == (
        f"schema registry: {registry}, mode {mode}, versions {versions}, "
        "cassettes tests/contracts/cassettes"
    )


def test_where_a_protocol_is_recorded_the_header_does_not_say_what_its_versions_are(
    tmp_path: Path,
) -> None:
    (tmp_path / DEFAULT_CASSETTES).mkdir(parents=True)
    (tmp_path / DEFAULT_CASSETTES / "protocol.yaml").touch()
    assert "versions v1,v2 (latest of a Confluent registry)" in Settings(root=tmp_path).describe()


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"subject": "{name}.{version}"}, "--registry-subject"),
        ({"version-property": "major"}, "--registry-version-property"),
        (
            {"subject": "{name}.{version}", "version-property": "major", "versions": "v1"},
            "--registry-version-property",
        ),
    ],
)
def test_what_a_version_is_is_said_once_and_with_the_versions(
    given: dict[str, str], setting: str
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings(given)
    assert caught.value.setting == setting


@pytest.mark.parametrize("seconds", ["1e10", "1e300", "2147483", "inf"])
def test_a_timeout_that_no_system_can_wait_for_names_the_longest(seconds: str) -> None:
    with pytest.raises(InvalidSettings, match="positive number of seconds up to 2,147,482"):
        settings({"timeout": seconds})


@pytest.mark.parametrize(
    "template",
    ["", "{}", "{version}", "{name}{name}", "{name}{version}{version}", "{name}}", "\x1b{name}"],
)
def test_a_template_has_the_name_once(template: str) -> None:
    with pytest.raises(InvalidSettings, match="is no template; write"):
        settings({"subject": template, "versions": "v1"})


@pytest.mark.parametrize("key", ["", " ", "a\nb", "\x1b"])
def test_a_property_has_a_name_that_can_be_printed(key: str) -> None:
    with pytest.raises(InvalidSettings, match="is no name of a property"):
        settings({"version-property": key, "versions": "v1"})
