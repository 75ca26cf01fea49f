from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import InvalidSettings, SchemaRegistry
from tests.parts import source_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS = "http(s)://… as text, a directory, or None"
LINES = "a list of texts, one text with commas, or None"
TEXTS = "a list of texts, or one text with commas"


class Bytes:
    """A path that is none of text."""

    def __fspath__(self) -> bytes:
        return b"s3cret"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SchemaRegistry]:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "a.A.json").write_text("{}")
    with SchemaRegistry(tmp_path) as registry:
        yield registry


@pytest.mark.parametrize(
    ("argument", "value", "said"),
    [
        ("url", 5, f"it is of type int; give {ADDRESS}"),
        ("url", b"https://ada:s3cret@host", f"it is of type bytes; give {ADDRESS}"),
        ("url", ["https://ada:s3cret@host"], f"it is of type list; give {ADDRESS}"),
        ("url", Bytes(), f"it is of type Bytes; give {ADDRESS}"),
        ("mode", None, "it is None; give text"),
        ("mode", 1, "it is of type int; give text"),
        ("protocol", None, "it is None; give text"),
        ("versions", 1, f"it is of type int; give {LINES}"),
        ("versions", [1, "v2", None], f"it is of type list with int, NoneType in it; give {LINES}"),
        ("versions", {"v1"}, f"it is of type set; give {LINES}"),
        ("versions", b"v1", f"it is of type bytes; give {LINES}"),
        ("subject", None, "it is None; give text"),
        ("version_property", 1, "it is of type int; give text, or None"),
        ("versions", [], "the list of versions is empty; give at least one, such as v1"),
        ("cassettes", 5, "it is of type int; give a path, or None"),
        ("cache_dir", b"x", "it is of type bytes; give a path, or None"),
        ("cache_ttl", "x", "'x' is not zero or a positive number of seconds"),
        ("cache_ttl", float("nan"), "nan is not zero or a positive number of seconds"),
        ("cache_ttl", None, "it is None; give a number"),
        ("timeout", True, "it is of type bool; give a number"),
        ("timeout", [1], "it is of type list with int in it; give a number"),
        ("max_schema_size", 1.5, "it is of type float; give a whole number"),
        ("max_schema_size", False, "it is of type bool; give a whole number"),
        ("format_assertion", 1, "it is of type int; give True or False"),
        ("default_draft", 7, "it is of type int; give text, or None"),
        ("redact", None, f"it is None; give {TEXTS}"),
        ("redact", [b"x"], f"it is of type list with bytes in it; give {TEXTS}"),
        ("token", 5, "it is of type int; give text, or None"),
        ("token", b"s3cret", "it is of type bytes; give text, or None"),
    ],
)
def test_a_setting_of_another_type_is_an_error_that_names_it_and_shows_no_value(
    argument: str, value: Any, said: str
) -> None:
    secret = {"url": "http://ada:s3cret@host", "token": "s3cret"}
    with pytest.raises(InvalidSettings) as caught:
        SchemaRegistry(**(secret | {argument: value}))
    error = caught.value
    assert str(error) == f"SchemaRegistry({argument}=…): {said}"
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    theirs = [each.locals or {} for each in frames.stack if "test_arguments" not in each.filename]
    assert theirs
    assert "s3cret" not in str(theirs)


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("http://host", "s3c\nret", "it has a control character inside, such as a line break"),
        ("http://host", "s3crét", "it has a character that no header carries (not ASCII)"),
        (
            "http://ada:s3cret@host",
            "s3cret",
            "SchemaRegistry(url=…) gives credentials, too; keep one of the two",
        ),
    ],
)
def test_a_wrong_token_is_an_error_that_shows_no_value(url: str, token: str, said: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        SchemaRegistry(url, token=token)
    assert str(caught.value) == f"SchemaRegistry(token=…): {said}"
    assert type(caught.value) is InvalidSettings


def test_a_token_that_a_program_gives_wins_over_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TOKEN", "USERNAME", "BASIC_AUTH_USER_INFO"):
        monkeypatch.setenv(f"SCHEMA_REGISTRY_{name}", "wr\nng")
    with SchemaRegistry("http://host", token=" own ") as registry:
        assert source_of(registry).settings.credentials.token == "own"
    with pytest.raises(InvalidSettings, match="control character"):
        SchemaRegistry("http://host", token="")


def test_settings_may_be_written_as_options_are(tmp_path: Path) -> None:
    SchemaRegistry(
        tmp_path,
        versions="v1,v2",
        cache_dir=tmp_path / "cache",
        cassettes="cassettes",
        cache_ttl="5",  # type: ignore[arg-type]
        max_schema_size="5",  # type: ignore[arg-type]
        format_assertion="off",  # type: ignore[arg-type]
        redact="password,token",
    ).close()


TEXT = "it is of type int; give text"
SCHEMA = "a Schema, as get_schema returns it"
OR_ELSE = f"a name, a JSON Schema as a dict or a bool, or {SCHEMA}"


@pytest.mark.parametrize(
    ("method", "arguments", "options", "said"),
    [
        ("get_schema", [5], {}, f"name=…): {TEXT}"),
        ("get_schema", ["a.A"], {"version": None, "prefer": 5}, f"prefer=…): {TEXT}, or None"),
        ("get_schema", [None], {}, "name=…): it is None; give text"),
        ("get_schema", [b"a.A"], {}, "name=…): it is of type bytes; give text"),
        ("get_schema", ["a.A", 2], {}, f"version=…): {TEXT}, or None"),
        ("get_schema", ["a.A", "v1"], {"release": 2}, f"release=…): {TEXT}, or None"),
        (
            "get_schema",
            ["a.A"],
            {"prefer": ["v2"]},
            "prefer=…): it is of type list; give text, or None",
        ),
        ("get_schema", ["a.A"], {"prefer": "v1", "fallback": 1}, f"fallback=…): {TEXT}, or None"),
        ("validate_payload", [None, {}], {}, f"schema=…): it is None; give {OR_ELSE}"),
        ("validate_payload", [[], {}], {}, f"schema=…): it is of type list; give {OR_ELSE}"),
        ("validate_payload", [5, {}], {}, f"schema=…): it is of type int; give {OR_ELSE}"),
        ("versions", [5], {}, f"name=…): {TEXT}"),
        ("check_compatibility", [5, "v1", "v2"], {}, f"name=…): {TEXT}"),
        ("check_compatibility", ["a.A", 1, "v2"], {}, f"old=…): {TEXT}"),
        ("check_compatibility", ["a.A", "v1", None], {}, "new=…): it is None; give text"),
    ],
)
def test_an_argument_of_another_type_is_a_type_error_that_names_it(
    registry: SchemaRegistry, method: str, arguments: Any, options: Any, said: str
) -> None:
    with pytest.raises(TypeError) as caught:
        getattr(registry, method)(*arguments, **options)
    name = "compiled" if method == "bundled" else method
    assert str(caught.value) == f"{name}({said}"


def test_a_level_that_is_none_is_an_error_that_names_those_there_are(
    registry: SchemaRegistry,
) -> None:
    with pytest.raises(ValueError, match="level is one of backward, forward, full, not 5"):
        registry.check_compatibility("a.A", "v1", "v2", level=5)  # type: ignore[arg-type]
