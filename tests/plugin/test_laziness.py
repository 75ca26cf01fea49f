from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

CONFTEST = """
import os
import sys
from pathlib import Path

import pytest

HEAVY = {"httpx", "jsonschema", "referencing", "filelock", "vcr", "yaml", "jsonschema_rs"}

def note(role):
    ours = sorted(name for name in sys.modules if name.startswith("pytest_schema_registry."))
    Path(f"loaded-{role}-{os.getpid()}").write_text(" ".join(sorted(HEAVY & set(sys.modules))))
    Path(f"ours-{role}-{os.getpid()}").write_text(" ".join(ours))

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    # The controller waits for no more of a worker than this.
    if hasattr(session.config, "workerinput"):
        note("worker")

@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        note("main")
"""


def heavy_modules(pytester: pytest.Pytester, role: str) -> list[list[str]]:
    files = sorted(pytester.path.glob(f"loaded-{role}-*"))
    return [file.read_text().split() for file in files]


@pytest.fixture(autouse=True)
def _look_at_the_end(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)


@pytest.mark.parametrize(("workers", "processes"), [("0", 0), ("2", 2)])
@pytest.mark.parametrize("options", [[], ["--registry-url=http://127.0.0.1:9"]])
def test_a_session_that_does_not_use_the_plugin_imports_nothing_heavy(
    run: Run, pytester: pytest.Pytester, workers: str, processes: int, options: list[str]
) -> None:
    pytester.makepyfile("def test_own(): pass")
    run("-n", workers, *options).assert_outcomes(passed=1)
    assert heavy_modules(pytester, "main") == [[]]
    assert heavy_modules(pytester, "worker") == [[]] * processes


@pytest.mark.parametrize(("workers", "ordinary", "controllers"), [("0", 1, 0), ("2", 2, 1)])
def test_a_session_that_is_told_nothing_and_asks_nothing_imports_four_modules(
    run: Run, pytester: pytest.Pytester, workers: str, ordinary: int, controllers: int
) -> None:
    # One more in xdist's controller, which hears its workers' reports.
    pytester.makepyfile("def test_own(): pass")
    (pytester.path / "data.json").write_text("{}")
    run("-n", workers).assert_outcomes(passed=1)
    names = ("plugin", "plugin.hooks", "plugin.raw_options", "settings")
    four = [f"pytest_schema_registry.{name}" for name in names]
    five = sorted([*four, "pytest_schema_registry.plugin.reports"])
    imported = sorted(file.read_text().split() for file in pytester.path.glob("ours-*"))
    assert imported == sorted([four] * ordinary + [five] * controllers)


@pytest.mark.parametrize(("workers", "processes"), [("0", 1), ("2", 3)])
def test_only_what_names_the_plugin_is_compiled_by_pytest(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
    processes: int,
) -> None:
    local_registry.publish(ORDER, v1={}, v2={})
    pytester.makepyfile(f"def test(assert_conforms): assert_conforms({{}}, {ORDER!r})")
    pytester.makeconftest(f"""{CONFTEST}
PLUGIN = "pytest_schema_registry.plugin"
# As where it is installed; of some editable installs pytest does not know what they hold.
pytest.register_assert_rewrite("pytest_schema_registry")

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    assert any(finder.__module__ == PLUGIN for finder in sys.meta_path)
    if hasattr(session.config, "workerinput"):
        note("worker")

@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        note("main")
    assert not any(getattr(finder, "__module__", "") == PLUGIN for finder in sys.meta_path)
""")
    bytecode = pytester.path / "bytecode"
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(bytecode))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    run("-n", workers, f"--registry-url={local_registry.url}").assert_outcomes(passed=2)
    assert len(list(pytester.path.glob("ours-*"))) == processes
    compiled = bytecode.rglob("pytest_schema_registry/*-pytest-*.pyc")
    assert {file.name.partition(".")[0] for file in compiled} <= {"__init__", "plugin"}


def test_the_plugin_may_be_named_on_the_command_line(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        "def test(assert_compatible): assert_compatible({'type': 'null'}, {'type': 'null'})"
    )
    run("-W", "error", "-p", "pytest_schema_registry.plugin").assert_outcomes(passed=1)


def test_what_is_made_late_is_like_what_is_made_at_the_start(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import InvalidSettings

        @pytest.mark.parametrize("name", ["assert_conforms", "registry_schema"])
        def test_no_version(request, name):
            with pytest.raises(InvalidSettings, match="name the fixtures in the test's arguments"):
                request.getfixturevalue(name)

        def test_compatible(request):
            request.getfixturevalue("assert_compatible")({}, {})

        def test_registry(request):
            assert request.getfixturevalue("schema_registry").validate_payload({}, 1)[0]
    """)
    for name, passed in (("test_no_version", 2), ("test_compatible", 1), ("test_registry", 1)):
        for options in ([], ["--registry-offline"]):
            run("-k", name, *options).assert_outcomes(passed=passed, deselected=4 - passed)


@pytest.mark.parametrize("options", [[], ["--registry-offline"]])
def test_the_closing_lines_come_after_those_of_others(
    run: Run, pytester: pytest.Pytester, options: list[str]
) -> None:
    pytester.makepyfile("def test(assert_conforms): assert_conforms({}, 'orders.Order')")
    result = run("--junitxml=report.xml", *options)
    result.stdout.fnmatch_lines(["*generated xml file*", "*= schema registry =*"])


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("options", [[], ["--registry-offline"]])
def test_an_xfail_hides_no_error_of_the_library_itself(
    run: Run, pytester: pytest.Pytester, workers: str, options: list[str]
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import SchemaNotFound, SchemaRegistry

        @pytest.mark.xfail
        def test_hidden():
            with SchemaRegistry(".") as registry:
                registry.get_schema("no.Such", "v1")

        @pytest.mark.xfail(raises=SchemaNotFound)
        def test_expected():
            with SchemaRegistry(".") as registry:
                registry.get_schema("no.Such", "v1")
    """)
    run("-n", workers, *options).assert_outcomes(errors=1, xfailed=1)


def test_sessions_in_one_process_know_each_others_errors(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import pytest

        pytest_plugins = ["pytester"]

        @pytest.mark.parametrize("number", range(2))
        def test_wrong_option(pytester, number):
            result = pytester.runpytest_inprocess("-p", "no:randomly", "--registry-mode=no")
            assert result.ret == pytest.ExitCode.USAGE_ERROR
    """)
    run().assert_outcomes(passed=2)


def test_a_crashed_worker_leaves_nothing_behind(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    local_registry.publish(ORDER, v1={"deprecated": True}, v2={"deprecated": True})
    pytester.makepyfile(f"""
        import os

        def test_crash(registry_schema):
            registry_schema("{ORDER}")
            if os.environ.get("CRASH"):
                os._exit(1)
    """)
    run(f"--registry-url={local_registry.url}", "--registry-mode=record").assert_outcomes(passed=2)
    temporary = pytester.mkdir("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("CRASH", "1")
    result = run("-n2", "--max-worker-restart=0")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    # What stays is the locks of files, and the directory of the user's own that holds them.
    left = temporary.glob("pytest-schema-registry-*/*")
    assert [path for path in left if path.suffix != ".lock"] == []


def test_a_controller_imports_nothing_heavy_whatever_its_workers_do(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("def test(assert_conforms): assert_conforms({}, 'orders.Order')")
    result = run("-n", "2", f"--registry-url={local_registry.url}")
    result.assert_outcomes(failed=2)
    assert heavy_modules(pytester, "main") == [[]]


def test_a_replay_that_passes_imports_the_engine_only(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test(assert_conforms):
            assert_conforms({"id": "a", "quantity": 1}, "orders.Order")
    """)
    run("--registry-mode=record", f"--registry-url={local_registry.url}").assert_outcomes(passed=2)
    for file in pytester.path.glob("loaded-*"):
        file.unlink()
    run("--registry-offline").assert_outcomes(passed=2)
    assert heavy_modules(pytester, "main") == [["jsonschema_rs"]]


def test_a_session_without_its_golden_payloads_loads_what_looks_for_them_only(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_other="def test_own(): pass")
    valid = pytester.path / "tests/contracts/payloads/a.B/valid"
    valid.mkdir(parents=True)
    (valid / "one.json").write_text("{}")
    run("test_other.py").assert_outcomes(passed=1)
    (imported,) = (file.read_text().split() for file in pytester.path.glob("ours-*"))
    names = ("plugin", "plugin.hooks", "plugin.payload_folder", "plugin.raw_options", "settings")
    assert imported == [f"pytest_schema_registry.{name}" for name in names]
