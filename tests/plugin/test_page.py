# ruff: noqa: RUF001  # the dash is one of the marks
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.html_pages import Page, faults
from tests.local_registry import ORDER

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
SUITE = f"""
    import pytest

    from pytest_schema_registry import ContractViolation

    @pytest.mark.parametrize("number", range(2))
    def test_order(assert_conforms, number):
        assert_conforms({{"id": "a", "quantity": 1, "token": "hush"}}, "{ORDER}")

    def test_broken(assert_conforms):
        assert_conforms({{"id": 1, "token": "hush"}}, "{ORDER}")

    def test_refusal(assert_conforms):
        with pytest.raises(ContractViolation):
            assert_conforms({{"id": "expected"}}, "{ORDER}@v2")
            assert_conforms({{}}, "{ORDER}@v2")

    def test_missing(assert_conforms):
        assert_conforms({{}}, "orders.Missing")

    def test_comparison(assert_compatible):
        assert_compatible("{ORDER}@v1", "{ORDER}@v2")
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, local_registry: LocalRegistry) -> str:
    """A suite that breaks a contract; the option that names its registry."""
    pytester.makepyfile(test_it=SUITE)
    return f"--registry-url={local_registry.url}"


def page_of(pytester: pytest.Pytester, name: str = "page.html") -> Page:
    html = (pytester.path / name).read_text(encoding="utf-8")
    assert faults(html) == []
    return Page(html)


@WORKERS
def test_a_page_shows_each_violation_with_its_test_and_a_redacted_payload(
    run: Run, pytester: pytest.Pytester, suite: str, workers: str
) -> None:
    result = run("-n", workers, suite, "--registry-html=page.html", "--registry-redact=token")
    result.assert_outcomes(passed=6, failed=3, errors=2)
    page = page_of(pytester)
    assert (
        "test_it.py::test_broken[v2] · the test failed "
        '$ "quantity" is a required property #/required '
        "$.id 1 is an integer, not a string #/properties/id/type "
        '{ "id": 1, "token": "<redacted>" }'
    ) in page.words
    assert "test_it.py::test_broken[v1] · the test failed" in page.words
    assert "hush" not in page.text
    assert "expected" not in page.words.replace("as expected", "").replace("xfail expects", "")


def without_times(page: Page) -> str:
    """What of a page is the same however many processes there are."""
    words = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC(, \d+ \w+ before)?", "", page.words)
    words = re.sub(r"\([\d.]+ s, [\d.]+ % of the run\)", "", words)
    words = re.sub(r"Fetches by duration .* Matrix Name", "", words)
    return re.sub(r"p50 .* ms", "", words)


def test_a_page_is_the_same_with_and_without_workers(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    for workers in "02":
        options = (f"--registry-html={workers}.html", f"--registry-cache-dir={workers}")
        run("-n", workers, suite, *options)
    one, two = (without_times(page_of(pytester, f"{workers}.html")) for workers in "02")
    assert one == two


@WORKERS
def test_behind_a_cell_are_its_tests_its_source_and_what_could_not_be_checked(
    run: Run, pytester: pytest.Pytester, suite: str, workers: str
) -> None:
    run("-n", workers, suite, "--registry-html=page.html")
    words = page_of(pytester).words
    assert re.search(
        r"release 1\.0\.0 from the registry http://127\.0\.0\.1:\d+/\S+orders\.Order, "
        r"fetched \S+ \S+ UTC, \d+ s before this page",
        words,
    )
    assert "✓ test_it.py::test_order[v1-0] 1 conforming" in words
    assert "✗ test_it.py::test_broken[v1] 1 violating" in words
    assert "? test_it.py::test_missing[v1] could not be checked (SchemaNotFound)" in words


def test_a_comparison_is_shown_with_its_reason_and_its_payload(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    run(suite, "--registry-html=page.html", "-k", "comparison")
    assert (
        "orders.Order v1 → v2 ✗ incompatible backward, tolerant test_it.py::test_comparison "
        "required-added $.quantity v1 does not know it; consumers of v2 require it "
        '(shown by a payload) v2 #/required "quantity" v1 accepts this payload { "id": "x" } '
        'v2 refuses it: "quantity" is a required property'
    ) in page_of(pytester).words


def test_a_comparison_of_given_schemas_is_shown_and_a_waiver_with_its_reason(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    (pytester.path / "waivers.toml").write_text(
        f'[[waiver]]\nschema = "{ORDER}"\nrule = "required-added"\nreason = "soon"\n'
        "expires = 2100-01-01\n"
    )
    pytester.makepyfile(
        test_it=f"""
        def test_given(assert_compatible):
            assert_compatible({{}}, {{"type": "object"}}, policy="strict")

        def test_other(assert_compatible, schema_registry):
            assert_compatible("{ORDER}@v1", {{}})

        def test_waived(assert_compatible):
            assert_compatible("{ORDER}@v1", "{ORDER}@v2")
    """
    )
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-html=page.html", "--registry-waivers=waivers.toml")
    words = page_of(pytester).words
    assert "old → new ✗ incompatible backward, strict" in words
    assert "orders.Order orders.Order v1 → new ✓ compatible" in words
    assert "orders.Order v1 → v2 ~ waived" in words
    assert "waived until 2100-01-01: soon" in words
    run(url, "--registry-html=given.html", "-k", "given")
    words = page_of(pytester, "given.html").words
    assert "old → new ✗ incompatible backward, strict" in words
    assert "No test used a schema of the registry." in words


def test_a_schema_that_is_switched_off_or_warned_about_is_part_of_the_rollout(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    rules = "--registry-enforcement=v1=off,orders.Order@v2=warn"
    run(suite, rules, "--registry-html=page.html", "-k", "broken", "-p", "no:warnings")
    words = page_of(pytester).words
    assert "Rules: v1=off, orders.Order@v2=warn" in words
    assert (
        "warn a violation is a warning: 1 cell of the matrix, 1 with violations "
        "! orders.Order v2, violates, only warned about "
        "off no check is made: 1 cell of the matrix – orders.Order v1, not tested"
    ) in words
    assert "test_it.py::test_broken[v2] · warned about" in words


def test_the_ratchet_is_shown_with_what_is_strict_from_now_on(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    run(suite, "--registry-ratchet=strict.txt", "--registry-html=page.html", "-k", "order and v1")
    words = page_of(pytester).words
    assert "Ratchet: strict.txt; what it lists is strict, and all else warns" in words
    assert "strict from now on: orders.Order@v1" in words


def test_drift_is_shown(
    run: Run, pytester: pytest.Pytester, suite: str, local_registry: LocalRegistry
) -> None:
    only = (suite, "-k", "test_order and v1")
    run(*only, "--registry-mode=record")
    local_registry.publish(ORDER, v1={"type": "object", "required": ["more"]})
    run(*only, "--registry-html=page.html", "--registry-cache-dir=new", "-p", "no:warnings")
    words = page_of(pytester).words
    assert "2 schemas compared with their cassettes; 2 differ." in words
    assert "orders.Order v1breaking1.0.0no release" in words


@WORKERS
def test_the_closing_lines_name_the_page_unless_the_run_is_quiet(
    run: Run, pytester: pytest.Pytester, suite: str, workers: str
) -> None:
    option = "--registry-html=folder/page.html"
    result = run("-n", workers, suite, option, "-k", "order")
    result.stdout.fnmatch_lines([f"page: {(pytester.path / 'folder' / 'page.html').as_uri()}"])
    run("-q", suite, option, "-k", "order").stdout.no_fnmatch_line("page: *")


def test_a_run_that_used_no_schema_writes_no_page(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_own(): pass")
    run("--registry-html=page.html").assert_outcomes(passed=1)
    assert not (pytester.path / "page.html").exists()


def test_a_run_that_was_interrupted_has_a_page_of_what_it_did(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_order(assert_conforms):
            assert_conforms({{"id": "a"}}, "{ORDER}@v1")

        def test_end():
            raise KeyboardInterrupt
    """)
    result = run(f"--registry-url={local_registry.url}", "--registry-html=page.html")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    words = page_of(pytester).words
    assert "Exit status of pytest2" in words
    assert "orders.Order✓conforms 2 checks" in words


def test_a_gate_that_failed_is_the_first_thing_on_the_page(
    run: Run, pytester: pytest.Pytester, suite: str
) -> None:
    run(suite, "--registry-html=page.html", "--registry-max-overhead=0", "-k", "order")
    words = page_of(pytester).words
    assert re.search(
        r"Gates that failed overhead [\d.]+ %, at most 0 % allowed by --registry-max-overhead: "
        r"keep --registry-cache-dir between runs, or replay with --registry-offline Figures",
        words,
    )


def test_hostile_names_and_payloads_are_text_on_the_page(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    name = "<img src=x onerror=alert(1)>"
    local_registry.publish(name, v1={"type": "object", "required": ["<b>"]})
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("it", ["<img src=x onerror=alert(1)>"])
        def test_it(assert_conforms, it):
            assert_conforms({{"a": it}}, "{name}@v1")
    """)
    run(f"--registry-url={local_registry.url}", "--registry-html=page.html")
    page = page_of(pytester)
    assert f"{name} ✗ v1: violates" in page.words
    assert '"a": "<img src=x onerror=alert(1)>"' in page.text
    assert '$ "<b>" is a required property' in page.words
    assert page.all("img") == []


@WORKERS
def test_no_worker_imports_the_templates_and_no_other_run_does(
    run: Run, pytester: pytest.Pytester, suite: str, workers: str
) -> None:
    pytester.makeconftest("""
        import sys
        from pathlib import Path

        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(session):
            role = "worker" if hasattr(session.config, "workerinput") else "main"
            Path(f"{role}-{'jinja2' in sys.modules}").touch()
    """)
    run("-n", workers, suite, "-k", "order")
    run("-n", workers, suite, "-k", "order", "--registry-html=page.html")
    found = {path.name for path in pytester.path.glob("*-*e")}
    assert found == {"main-False", "main-True", *(["worker-False"] if workers == "2" else [])}
