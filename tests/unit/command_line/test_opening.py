from __future__ import annotations

import json
import ntpath
import os
import re
import warnings
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import InvalidSettings
from pytest_schema_registry.command_line import opening
from pytest_schema_registry.command_line.opening import SHARED, opened, settings_of
from pytest_schema_registry.command_line.output import Output, Status
from pytest_schema_registry.command_line.parser import make_parser
from pytest_schema_registry.errors import CacheWarning
from pytest_schema_registry.settings import OPTIONS
from tests.local_registry import ORDER, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_schema_registry.settings.settings import Settings
    from tests.local_registry import LocalRegistry
    from tests.unit.command_line.conftest import Command


def settings(*words: str) -> Settings:
    return settings_of(make_parser().parse_args(["list", *words]))


@pytest.mark.parametrize("command", [["check", "a", "b"], ["show", "a"], ["compare", "a", "b"]])
def test_the_options_are_those_of_the_table(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        make_parser().parse_args([command[0], "--help"])
    help_ = " ".join(capsys.readouterr().out.split())
    for option in OPTIONS:
        value = "" if option.is_switch else f" {option.metavar}"
        assert (f"{option.flag}{value} {option.help}" in help_) is (
            option.name in SHARED
            or (command[0] == "compare" and option.name in ("compat-source", "waivers"))
        )


def test_the_command_line_wins_over_the_environment_and_that_over_the_ini_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pytest.ini").write_text(
        "[pytest]\nregistry_versions = v7\nregistry_mode = live\nregistry_url = http://ini\n"
    )
    monkeypatch.setenv("SCHEMA_REGISTRY_MODE", "record")
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", "http://environment")
    found = settings("--registry-url=http://cli")
    assert found.location is not None
    assert (found.location.shown, found.mode, found.versions) == ("http://cli", "record", ("v7",))
    assert settings("--registry-offline").mode == "replay"


def test_a_switch_takes_no_value(project: Path) -> None:
    assert not settings().avro_unknown_fields
    assert settings("--registry-avro-unknown-fields").avro_unknown_fields
    (project / "pytest.ini").write_text("[pytest]\nregistry_avro_unknown_fields = on\n")
    assert settings().avro_unknown_fields


def test_settings_of_other_things_are_not_read(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pytest.ini").write_text("[pytest]\nregistry_enforcement = nonsense=x\n")
    monkeypatch.setenv("SCHEMA_REGISTRY_DRIFT", "nonsense")
    monkeypatch.setenv("SCHEMA_REGISTRY_WAIVERS", str(project))
    assert settings().drift.action == "warn"


@pytest.mark.parametrize(
    ("words", "variables", "said"),
    [
        (
            ["--registry-mode=x"],
            {},
            "--registry-mode: unknown mode 'x'; choose one of auto, live, ",
        ),
        ([], {"MODE": "x"}, "SCHEMA_REGISTRY_MODE: unknown mode 'x'; choose one of auto, live, "),
        ([], {"URL": "https://u:secret@"}, "SCHEMA_REGISTRY_URL: the address has no host"),
    ],
)
def test_a_wrong_setting_says_where_it_is(
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    variables: dict[str, str],
    said: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"SCHEMA_REGISTRY_{name}", value)
    found = command("list", *words)
    assert found.status == 2
    assert found.err.startswith(said)
    assert "secret" not in found.err


def test_a_wrong_ini_file_is_one_error(command: Command, project: Path) -> None:
    (project / "pytest.ini").write_text("[pytest]\nregistry_mode = x\n")
    found = command("list")
    assert found.err.startswith("registry_mode (ini file): unknown mode 'x'; choose one of ")
    with pytest.raises(InvalidSettings):
        settings()


def test_paths_of_the_command_line_start_here_and_others_at_the_root(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = project / "below"
    for folder in (project / "schemas", below / "schemas"):
        folder.mkdir(parents=True)
    (project / "pytest.ini").write_text("[pytest]\nregistry_url = schemas\n")
    monkeypatch.chdir(below)
    found = settings()
    assert (found.root, found.location and found.location.directory) == (
        project,
        project / "schemas",
    )
    for written in ("schemas", str(below / "schemas"), (below / "schemas").as_uri()):
        location = settings(f"--registry-url={written}").location
        assert location is not None
        assert location.directory == below / "schemas"
    assert settings("--registry-cassettes=new").cassettes.name == "new"


@pytest.mark.skipif(os.name == "nt", reason="makes a folder with a name that Windows refuses")
def test_a_path_to_another_drive_stays_as_it_is(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = project / "below"
    drive = below / "D:\\cassettes"
    drive.mkdir(parents=True)
    with monkeypatch.context() as patched:
        patched.setattr(os, "path", ntpath)
        assert opening._from_root(drive.name, below, project) == "D:\\cassettes"
    assert opening._from_root(drive.name, below, project) == f"below/{drive.name}"


def test_a_warning_is_a_note_and_what_was_kept_is_forgotten(
    project: Path, local_registry: LocalRegistry, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output("list", as_json=True)
    with opened(settings(f"--registry-url={local_registry.url}"), output) as registry:
        registry.source.schema(ORDER, "v1")
        session = registry.source._cache._session.directory
        assert session.is_dir()
        warnings.warn(CacheWarning("it is full"), stacklevel=1)
    assert not session.exists()
    output.close(Status.YES)
    assert json.loads(capsys.readouterr().out)["notes"] == ["it is full"]


@pytest.mark.parametrize(
    "words",
    [["check", ORDER, "a.json"], ["show", ORDER], ["list"], ["compare", f"{ORDER}@v1", "a.json"]],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_command_shows_a_secret(
    command: Command,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    local_registry: LocalRegistry,
    words: list[str],
    form: str,
) -> None:
    (project / "a.json").write_text("{}")
    local_registry.always(Reply(403, "no, hush-key is not welcome, nor is hush-token"))
    address = local_registry.url
    secret = address.replace("://", "://user:hush-password@") + "?api_key=hush-key"
    for url, token, hushed in (
        (secret, "", "hush-key|hush-password"),
        (address, "hush-token", "hush-token"),
    ):
        monkeypatch.setenv("SCHEMA_REGISTRY_TOKEN", token)
        said = command(*words, f"--registry-url={url}", f"--format={form}")
        assert said.status == 2
        assert "status 403" in said.out + said.err
        assert re.search(hushed, said.out + said.err) is None
