from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry, Reply

if TYPE_CHECKING:
    from tests.conftest import Run

V1, V2 = f"/schemas/v1/{ORDER}", f"/schemas/v2/{ORDER}"

DECLARED = """
import pytest

@pytest.mark.registry_schema("orders.Order")
@pytest.mark.parametrize("number", range(5))
def test_declared(assert_conforms, number):
    assert_conforms({"id": "a", "quantity": 1})
"""

LAZY = """
import pytest

@pytest.mark.parametrize("number", range(5))
def test_lazy(assert_conforms, number):
    assert_conforms({"id": "a", "quantity": 1}, "orders.Order")
"""


@pytest.mark.parametrize("workers", ["0", "8"])
@pytest.mark.parametrize("source", [DECLARED, LAZY], ids=["declared", "lazy"])
def test_a_session_asks_once_for_each_schema_and_the_next_not_at_all(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str, source: str
) -> None:
    pytester.makepyfile(source)
    run("-n", workers, f"--registry-url={local_registry.url}").assert_outcomes(passed=10)
    assert local_registry.paths == [V1, V2]
    run("-n", workers, f"--registry-url={local_registry.url}").assert_outcomes(passed=10)
    assert local_registry.paths == [V1, V2]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_time_to_live_of_zero_is_once_per_session(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(DECLARED)
    options = ("-n", workers, f"--registry-url={local_registry.url}", "--registry-cache-ttl=0")
    for session in (1, 2):
        run(*options).assert_outcomes(passed=10)
        assert local_registry.counts == {V1: session, V2: session}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_registry_that_is_down_is_asked_once_in_a_session(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.always(Reply(503, headers={"retry-after": "3600"}))
    pytester.makepyfile(DECLARED)
    run("-n", workers, f"--registry-url={local_registry.url}").assert_outcomes(errors=10)
    assert local_registry.paths == [V1, V2]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_declared_schema_that_cannot_be_had_errors_only_its_own_tests(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.always(Reply(403, {"detail": "ask Ada"}), "schemas/v1/orders.Secret")
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("orders.Secret", versions="v1")
        def test_secret(assert_conforms):
            assert_conforms({})

        @pytest.mark.registry_schema("orders.Missing", prefer="v2", fallback="v1")
        def test_missing(registry_version):
            pass

        @pytest.mark.registry_schema("orders.Order")
        def test_order(assert_conforms):
            assert_conforms({"id": "a", "quantity": 1})
    """)
    result = run("-n", workers, f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines_random(
        [
            "E *RegistryRefused: the registry refused the request with status 403",
            'E *it said: {"detail": "ask Ada"}',
            "E *SchemaNotFound: no schema orders.Missing in v2 or v1",
        ]
    )


def test_what_is_declared_is_fetched_before_the_first_test(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import socket
        import pytest

        @pytest.fixture(autouse=True, scope="session")
        def _no_network():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(socket, "socket", None)
                yield

        @pytest.mark.registry_schema("orders.Order")
        def test_order(assert_conforms):
            assert_conforms({"id": "a", "quantity": 1})
    """)
    run(f"--registry-url={local_registry.url}").assert_outcomes(passed=2)


@pytest.mark.parametrize("option", ["--collect-only", "--markers"])
def test_nothing_is_fetched_where_no_test_runs(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, option: str
) -> None:
    pytester.makepyfile(DECLARED)
    assert run(option, f"--registry-url={local_registry.url}").ret == 0
    assert local_registry.requests == []


def test_only_what_is_selected_is_fetched(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(DECLARED)
    run("-k", "v2", f"--registry-url={local_registry.url}").assert_outcomes(passed=5, deselected=5)
    assert local_registry.paths == [V2]


def test_fetching_in_a_test_leaves_its_log_alone(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test_log(assert_conforms, caplog):
            caplog.set_level("DEBUG")
            assert_conforms({"id": "a", "quantity": 1}, "orders.Order")
            assert [r for r in caplog.records if r.name != "filelock"] == []
    """)
    result = run(f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=2)


def test_a_schema_changed_while_it_was_cached_is_seen_after_its_time(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test_order(assert_conforms):
            assert_conforms({"id": "a"}, "orders.Order")
    """)
    options = ("--registry-versions=v1", f"--registry-url={local_registry.url}")
    run(*options).assert_outcomes(passed=1)
    local_registry.publish(ORDER, v1=ORDER_V1 | {"required": ["id", "new"]})
    run(*options).assert_outcomes(passed=1)
    run(*options, "--registry-cache-ttl=0").assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], ["schema registry: fetched 2 schemas in *s"]),
        (["-q"], []),
        (["-n", "2"], []),
    ],
)
def test_a_log_says_in_one_line_how_long_fetching_took_where_it_did(
    run: Run,
    pytester: pytest.Pytester,
    local_registry: LocalRegistry,
    options: list[str],
    said: list[str],
) -> None:
    for version, content in (("v1", ORDER_V1), ("v2", ORDER_V2)):
        slow = Reply(body={"content": content}, delay=1.1)
        local_registry.always(slow, f"schemas/{version}/{ORDER}")
    pytester.makepyfile(DECLARED)
    result = run(*options, f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=10)
    result.stdout.fnmatch_lines(said)
    assert result.stdout.str().count("schema registry: fetched") == len(said)


def test_a_terminal_shows_the_progress_of_a_long_fetch(
    pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    for version, content, delay in (("v1", ORDER_V1, 1.1), ("v2", ORDER_V2, 1.6)):
        slow = Reply(body={"content": content}, delay=delay)
        local_registry.always(slow, f"schemas/{version}/{ORDER}")
    pytester.makepyfile(DECLARED)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pytest", f"--registry-url={local_registry.url}"]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=pytester.path) as process:
        os.close(theirs)
        written = b"".join(iter(lambda: _read(ours), b"")).decode()
        os.close(ours)
    assert process.returncode == 0
    (line,) = (each for each in written.split("\r\n") if "schema registry: fetched" in each)
    first, *_, last = (each.rstrip() for each in line.split("\r") if each.strip())
    assert first == "schema registry: fetched 1 of 2 schemas"
    assert re.fullmatch(r"schema registry: fetched 2 schemas in \d\.\d s", last)


def _read(terminal: int) -> bytes:
    """Read what was written to a terminal; nothing once its last writer has closed it."""
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so by an error
        return b""
