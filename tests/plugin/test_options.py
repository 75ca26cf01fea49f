from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

USING = """
def test_other():
    pass

def test_using(schema_registry):
    schema_registry.get_schema("orders.Order", "v1")
"""

WRONG = {
    "url": ("ftp://x", "cannot speak 'ftp'; give http://…, https://…, file:///… or a directory"),
    "mode": ("never", "unknown mode 'never'; choose one of auto, live, record, replay"),
    "versions": (",", "the list of versions is empty; give at least one, such as v1"),
    "cassettes": ("a_file", "*a_file is a file, not a directory"),
    "cache-ttl": ("-1", "*-1* is not zero or a positive number of seconds"),
    "timeout": ("0", "*0* is not a positive number of seconds up to 2,147,482"),
    "max-schema-size": ("-5", "*-5* is not a positive whole number of bytes"),
    "default-draft": ("3", "unknown draft '3'; choose one of 4, 6, 7, 2019-09, 2020-12"),
}
WRONG_OPTIONS = [(name, value, said) for name, (value, said) in WRONG.items()]


@pytest.fixture(autouse=True)
def _a_file(pytester: pytest.Pytester) -> None:
    pytester.makefile("", a_file="")
    pytester.makepyfile(USING)


def errors(result: pytest.RunResult) -> list[str]:
    return [line for line in (*result.outlines, *result.errlines) if "ERROR" in line]


@pytest.mark.parametrize(
    ("name", "value", "said", "workers"),
    [*((*wrong, "0") for wrong in WRONG_OPTIONS), (*WRONG_OPTIONS[0], "2")],
)
def test_a_wrong_command_line_is_one_line(
    run: Run, name: str, value: str, said: str, workers: str
) -> None:
    result = run("-n", workers, f"--registry-{name}={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --registry-{name}: {said}"])
    assert len(errors(result)) == 1
    result.stdout.no_fnmatch_line("*test session starts*")


@pytest.mark.parametrize(("name", "value", "said"), WRONG_OPTIONS)
def test_a_wrong_ini_is_one_line(
    run: Run, pytester: pytest.Pytester, name: str, value: str, said: str
) -> None:
    option = f"registry_{name.replace('-', '_')}"
    pytester.makeini(f"[pytest]\n{option} = {value}")
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option} (ini file): *"])
    assert len(errors(result)) == 1


@pytest.mark.parametrize("mode", ["live", "record"])
def test_a_mode_that_needs_a_registry_says_so(run: Run, mode: str) -> None:
    result = run("--registry-mode", mode)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: --registry-mode: mode {mode} needs a registry; give --registry-url"]
    )


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(("name", "value", "said"), WRONG_OPTIONS[:2])
def test_a_wrong_variable_stops_only_the_tests_that_use_the_plugin(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str, workers: str
) -> None:
    monkeypatch.setenv(f"SCHEMA_REGISTRY_{name.upper()}", value)
    result = run("-n", workers)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"E *SCHEMA_REGISTRY_{name.upper()}: {said}"])


def test_a_wrong_variable_is_an_error_without_frames_of_the_plugin(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixtures = ["assert_conforms", "assert_compatible", "schema_registry", "registry_server"]
    source = "".join(f"def test_{name}({name}): pass\n" for name in fixtures)
    pytester.makepyfile(source)
    monkeypatch.setenv("SCHEMA_REGISTRY_MODE", "wrong")
    result = run("--registry-versions=v1")
    result.assert_outcomes(errors=len(fixtures))
    said = "E   InvalidSettings: SCHEMA_REGISTRY_MODE: unknown mode 'wrong'; *"
    result.stdout.fnmatch_lines([said] * len(fixtures))
    result.stdout.no_fnmatch_line("*.py:[0-9]*")
    result = run("--registry-versions=v1", "--tb=native")
    result.stdout.fnmatch_lines(["pytest_schema_registry.InvalidSettings: *"] * len(fixtures))


def test_a_wrong_variable_does_not_count_where_the_command_line_says_otherwise(
    run: Run, monkeypatch: pytest.MonkeyPatch, local_registry: LocalRegistry
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", "ftp://x")
    run("--registry-url", local_registry.url).assert_outcomes(passed=2)


def test_the_command_line_goes_before_the_environment_before_the_ini(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "schema registry: no registry, mode {}, versions {}, cassettes {}"
    pytester.makeini(
        "[pytest]\nregistry_mode = auto\nregistry_versions = i1 i2\nregistry_cassettes = i"
    )
    run("--co").stdout.fnmatch_lines([header.format("auto", "i1,i2", "i")])
    monkeypatch.setenv("SCHEMA_REGISTRY_VERSIONS", "e1,e2")
    monkeypatch.setenv("SCHEMA_REGISTRY_CASSETTES", "e")
    monkeypatch.setenv("SCHEMA_REGISTRY_MODE", "")
    run("--co").stdout.fnmatch_lines([header.format("auto", "e1,e2", "e")])
    run("--co", "--registry-versions=c1", "--registry-offline").stdout.fnmatch_lines(
        [header.format("replay", "c1", "e")]
    )


def test_the_header_is_silent_where_nothing_was_set(run: Run) -> None:
    run("--co").stdout.no_fnmatch_line("schema registry:*")


def test_the_header_shows_the_registry_without_credentials(
    run: Run, local_registry: LocalRegistry
) -> None:
    url = local_registry.url.replace("//", "//ada:secret@") + "?api_key=secret"
    result = run("--co", f"--registry-url={url}")
    result.stdout.fnmatch_lines([f"schema registry: {local_registry.url}, mode auto, *"])
    result.stdout.no_fnmatch_line("*secret*")


def test_the_token_is_taken_from_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, local_registry: LocalRegistry
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_TOKEN", "tok-en")
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", local_registry.url)
    run().assert_outcomes(passed=2)
    assert local_registry.requests[0].headers["authorization"] == "Bearer tok-en"


@pytest.mark.parametrize(
    ("variables", "sent"),
    [
        ({"BASIC_AUTH_USER_INFO": "ada:pass"}, "Basic YWRhOnBhc3M="),
        ({"API_KEY": "ada", "API_SECRET": "pass"}, "Basic YWRhOnBhc3M="),
        ({"USERNAME": "ada", "PASSWORD": "pass"}, "Basic YWRhOnBhc3M="),
    ],
)
def test_a_user_and_a_password_are_taken_from_the_environment(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    local_registry: LocalRegistry,
    variables: dict[str, str],
    sent: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"SCHEMA_REGISTRY_{name}", value)
    run(f"--registry-url={local_registry.url}").assert_outcomes(passed=2)
    assert {each.headers["authorization"] for each in local_registry.requests} == {sent}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_two_kinds_of_credentials_stop_only_what_uses_the_plugin(
    run: Run, monkeypatch: pytest.MonkeyPatch, local_registry: LocalRegistry, workers: str
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", local_registry.url)
    monkeypatch.setenv("SCHEMA_REGISTRY_TOKEN", "tok-en")
    monkeypatch.setenv("SCHEMA_REGISTRY_USERNAME", "ada")
    monkeypatch.setenv("SCHEMA_REGISTRY_PASSWORD", "pass-word")
    result = run("-n", workers, "-vv", "--showlocals", "--full-trace")
    result.assert_outcomes(passed=1, errors=1)
    said = (
        "SCHEMA_REGISTRY_TOKEN: SCHEMA_REGISTRY_USERNAME gives credentials, too; "
        "keep one of the two"
    )
    result.stdout.fnmatch_lines([f"E  *InvalidSettings: {said}"])
    assert "pass-word" not in f"{result.stdout}"
    assert local_registry.requests == []


def test_files_of_tls_are_relative_to_the_root_and_named_where_they_are_wrong(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]")
    monkeypatch.chdir(pytester.mkdir("below"))
    monkeypatch.setenv("SCHEMA_REGISTRY_SSL_CA_LOCATION", "a_file")
    result = run("--registry-url=https://registry.invalid", "..")
    result.assert_outcomes(passed=1, errors=1)
    said = f"{pytester.path / 'a_file'} holds no certificate in PEM form"
    result.stdout.fnmatch_lines([f"E  *SCHEMA_REGISTRY_SSL_CA_LOCATION: {said}"])


def test_one_of_several_addresses_is_to_be_given(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    several = "http://ada:s3cret@one:8081,http://ada:s3cret@two:8081"
    said = ": it has several addresses, with commas between them; give one of them"
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", several)
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"E  *InvalidSettings: SCHEMA_REGISTRY_URL{said}"])
    assert "s3cret" not in f"{result.stdout}"
    result = run(f"--registry-url={several}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines == [f"ERROR: --registry-url{said}", ""]


def test_a_container_registrys_variables_are_not_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_URL", "ftp://x")
    monkeypatch.setenv("REGISTRY_TOKEN", "tok-en")
    run("--co").stdout.no_fnmatch_line("schema registry:*")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project beside a directory with schemas, in which pytest is started."""
    folder = pytester.mkdir("project")
    (folder / "test_own.py").write_text("def test_own(assert_conforms): assert_conforms(1, 'a.B')")
    registry = pytester.path / "schemas" / "v1"
    registry.mkdir(parents=True)
    (registry / "a.B.json").write_text("{}")
    monkeypatch.chdir(folder)
    return folder


MOVED = ("--registry-url", "../schemas")


@pytest.mark.parametrize("ini_file", ["project/pytest.ini", None])
def test_a_value_that_leads_pytest_away_from_its_ini_file_is_an_error(
    run: Run, pytester: pytest.Pytester, project: Path, ini_file: str | None
) -> None:
    if ini_file:
        (pytester.path / ini_file).write_text("[pytest]")
    result = run(*MOVED, "--registry-versions=v1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            (
                "ERROR: --registry-url ../schemas: what follows a space pytest takes for a path to "
                f"tests, too, and so its rootdir is {project.parent} and it has no ini file; "
                "write --registry-url=../schemas"
            )
        ]
    )


def test_a_value_that_leads_pytest_to_the_ini_file_of_others_is_an_error(
    run: Run, pytester: pytest.Pytester, project: Path
) -> None:
    assert project.is_dir()
    (pytester.path / "schemas" / "pytest.ini").write_text("[pytest]")
    (pytester.path / "schemas" / "test_own.py").write_text("def test_own(): pass")
    assert run(*MOVED).ret == pytest.ExitCode.USAGE_ERROR


@pytest.mark.parametrize(
    "written",
    [
        ("--registry-url=../schemas",),
        (*MOVED, "--rootdir=."),
        (*MOVED, "-c", "pytest.ini"),
        ("--registry-url", "schemas"),
        ("--registry-url=../schemas", "--registry-redact", "x" * 5_000),
    ],
)
def test_any_other_value_leads_nowhere(
    run: Run, project: Path, pytester: pytest.Pytester, written: tuple[str, ...]
) -> None:
    (project / "pytest.ini").write_text("[pytest]")
    (project / "schemas").symlink_to(pytester.path / "schemas")
    run(*written, "--registry-versions=v1", "test_own.py").assert_outcomes(passed=1)


def test_an_ini_file_above_both_is_the_projects(
    run: Run, project: Path, pytester: pytest.Pytester
) -> None:
    (pytester.path / "pytest.ini").write_text("[pytest]")
    schemas = str(pytester.path / "schemas")
    result = run("--registry-url", schemas, "--registry-versions=v1", str(project / "test_own.py"))
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "registry_url = ['a']",
            "registry_url (ini file): ['a'] is a list; give one value, as text",
        ),
        ("registry_versions = [1]", "registry_versions (ini file): 1 in the list is no text; *"),
    ],
)
def test_a_list_in_a_table_that_is_none_of_texts_is_refused(
    run: Run, pytester: pytest.Pytester, line: str, said: str
) -> None:
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\n{line}\n")
    (pytester.path / "tox.ini").unlink(missing_ok=True)
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said.replace('[', '[[]')}"])
