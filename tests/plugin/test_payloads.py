from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER, ORDER_V2

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])


@pytest.fixture
def payloads(pytester: pytest.Pytester) -> Path:
    folder = pytester.path / "tests" / "contracts" / "payloads"
    folder.mkdir(parents=True)
    return folder


def write(path: Path, *lines: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


@WORKERS
def test_golden_payloads_are_tests_against_every_version(
    run: Run, payloads: Path, local_registry: LocalRegistry, workers: str
) -> None:
    write(payloads / f"{ORDER}.payloads.jsonl", {"id": "a", "quantity": 1}, {"id": "b"})
    write(payloads / ORDER / "valid" / "small.json", {"id": "a", "quantity": 1})
    write(payloads / ORDER / "invalid" / "without_id.json", {"quantity": 1})
    write(payloads / ORDER / "invalid" / "without_quantity.json", {"id": "a"})
    result = run("-n", workers, f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=8, failed=2)
    result.stdout.fnmatch_lines_random(
        [
            f"FAILED *{ORDER}.payloads.jsonl::line 2[[]v2]*",
            "orders.Order v2: $*",
            "FAILED *invalid/without_quantity.json::invalid[[]v1]*",
            "the payload conforms to orders.Order v1 release 1.0.0, but lies in invalid/",
            f"* tests/contracts/payloads/{ORDER}.payloads.jsonl, line 2 [[]v2[]] *",
            f"  payload in: tests/contracts/payloads/{ORDER}.payloads.jsonl, line 2",
            f"  payload in: tests/contracts/payloads/{ORDER}/invalid/without_quantity.json",
        ]
    )
    result.stdout.no_fnmatch_line("*golden.py*")


def test_a_payload_of_another_version_says_where_it_belongs(
    run: Run, pytester: pytest.Pytester, payloads: Path, local_registry: LocalRegistry
) -> None:
    write(payloads / f"{ORDER}.payloads.jsonl", {"id": "b"})
    write(payloads / ORDER / "valid" / "small.json", {"id": "b"})
    # Where a name cannot have a slash.
    local_registry.publish("a.B", v1={"$defs": {"C": {}}}, v2={"$defs": {"C": False}})
    write(payloads / "a.B#%2F$defs%2FC" / "valid" / "c.json", 1)
    url = f"--registry-url={local_registry.url}"
    result = run(url)
    result.assert_outcomes(passed=3, failed=3)
    # Where CI is set, pytest prints the whole reason in its short summary, too.
    said = {line.partition(", or ")[2] for line in result.outlines if line.startswith("  next: ")}
    assert said == {
        "move it to a.B@v1#%2F$defs%2FC/valid/",
        f"move it to {ORDER}@v1/valid/",
        f"move it to {ORDER}@v1.payloads.jsonl",
    }
    (payloads / ORDER).rename(payloads / f"{ORDER}@v1")
    run(url, "-k", "small").assert_outcomes(passed=1)


def test_a_dead_letter_of_another_version_says_how_its_producer_is_tested(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_order(assert_conforms):
            assert_conforms({{"id": "b"}}, "{ORDER}")
    """)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-dead-letters=letters.jsonl").assert_outcomes(passed=1, failed=1)
    result = run(url, "letters.jsonl")
    (said,) = {line for line in result.outlines if line.startswith("  next: ")}
    assert said.endswith(
        f'test its producer against v1 only: @pytest.mark.registry_schema("{ORDER}@v1")'
    )


def test_a_dead_letter_names_its_test_however_that_asks(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.registry_schema("{ORDER}", prefer="v1")
        def test_order(request):
            request.getfixturevalue("assert_conforms")({{}})
    """)
    letters = "--registry-dead-letters=letters.jsonl"
    run(f"--registry-url={local_registry.url}", letters).assert_outcomes(failed=1)
    (letter,) = map(json.loads, (pytester.path / "letters.jsonl").read_text().splitlines())
    assert letter["test"].endswith("::test_order")


def test_the_last_failed_payloads_can_be_run_alone(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    payloads = pytester.path / "tests" / "contracts" / "payloads"
    payloads.mkdir(parents=True)
    write(payloads / f"{ORDER}.payloads.jsonl", {"id": "a", "quantity": 1}, {"id": "b"})
    url = f"--registry-url={local_registry.url}"
    run(url).assert_outcomes(passed=3, failed=1)
    run(url, "--lf").assert_outcomes(failed=1)


def test_the_folder_is_a_setting(
    run: Run, pytester: pytest.Pytester, payloads: Path, local_registry: LocalRegistry
) -> None:
    write(payloads / f"{ORDER}.payloads.jsonl", {})
    write(pytester.path / "examples" / f"{ORDER}.payloads.jsonl", {"id": "a", "quantity": 1})
    result = run("--registry-payloads=examples", f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=2)


def test_a_payload_that_is_not_json_is_an_error(
    run: Run, payloads: Path, local_registry: LocalRegistry
) -> None:
    (payloads / f"{ORDER}.payloads.jsonl").write_text("{id: 1}\n")
    result = run("--registry-versions=v1", f"--registry-url={local_registry.url}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the payload is not JSON at $: Expecting property name*"])


def test_a_file_that_is_no_text_is_a_collection_error(run: Run, payloads: Path) -> None:
    (payloads / f"{ORDER}.payloads.jsonl").write_bytes(b"\xff")
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*payloads.jsonl cannot be read: *"])


@WORKERS
def test_a_dead_letter_turns_green_when_the_schema_allows_it(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(f"""
        def test_order(assert_conforms):
            assert_conforms({{"id": "a"}}, "{ORDER}")
    """)
    url = f"--registry-url={local_registry.url}"
    result = run("-n", workers, url, "--registry-dead-letters=dead/letters.jsonl")
    result.assert_outcomes(passed=1, failed=1)
    again = ("-n", workers, url, "--registry-cache-ttl=0", "dead/letters.jsonl")
    result = run(*again)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "orders.Order v2: *",
            "  first met by: *::test_order[[]v2], 20*",
            "FAILED dead/letters.jsonl::line 1[[]orders.Order-v2]*",
        ]
    )
    local_registry.publish(ORDER, v2={**ORDER_V2, "required": ["id"]})
    run(*again).assert_outcomes(passed=1)


@WORKERS
def test_a_payload_is_kept_once_however_often_it_is_met(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("number", range(20))
        def test_order(assert_conforms, number):
            assert_conforms({{"id": number % 5, "password": "geheim"}}, "{ORDER}", version="v1")
    """)
    url = f"--registry-url={local_registry.url}"
    for _ in range(2):
        run("-n", workers, url, "--registry-dead-letters=l.jsonl", "--registry-redact=password")
    raw = (pytester.path / "l.jsonl").read_text()
    assert sorted(json.loads(line)["payload"]["id"] for line in raw.splitlines()) == [*range(5)]
    assert "geheim" not in raw


def test_what_was_redacted_is_skipped_where_nothing_else_is_wrong(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_quantity(assert_conforms):
            assert_conforms({{"id": "a", "quantity": 0}}, "{ORDER}", version="v2")

        def test_both(assert_conforms):
            assert_conforms({{"id": 1, "quantity": 0}}, "{ORDER}", version="v2")
    """)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-dead-letters=l.jsonl", "--registry-redact=quantity")
    result = run(url, "l.jsonl", "-rs")
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*what was wrong with it is redacted*"])


def test_an_older_dead_letter_has_its_paths_in_another_form(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"properties": {"order-id": {"type": "integer"}}})
    found = [{"path": '$["order-id"]'}]
    payload = {"order-id": "<redacted>"}
    letter = {"schema": "a.A", "version": "v1", "payload": payload, "violations": found}
    write(pytester.path / "l.jsonl", {**letter, "test": "t", "time": "2026"})
    run(f"--registry-url={local_registry.url}", "l.jsonl").assert_outcomes(skipped=1)


def test_a_dead_letter_is_not_judged_by_what_stands_for_a_redacted_value(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    text = {"type": "string"}
    words = {"word": text, "words": {"items": text}}
    local_registry.publish("orders.Login", v1={"properties": {**words, "id": {"maximum": 9}}})
    pytester.makepyfile("""
        import pytest

        WRONG = [
            {"word": 5},
            {"word": [{"at": 5}], "id": 3},
            {"word": 5, "id": 10},
            {"word": "w", "id": 11},
            {"words": ["a", 5]},
            {"id": 12},
        ]

        @pytest.mark.registry_schema("orders.Login", versions="v1")
        @pytest.mark.parametrize("payload", WRONG)
        def test_login(assert_conforms, payload):
            assert_conforms(payload)
    """)
    options = (f"--registry-url={local_registry.url}", "--registry-redact=word,$.words[*]")
    run(*options, "--registry-dead-letters=l.jsonl").assert_outcomes(failed=6)
    local_registry.publish("orders.Login", v1={"properties": words})
    result = run(*options, "l.jsonl", "-rs", "--registry-cache-ttl=0")
    result.assert_outcomes(passed=2, skipped=4)
    result.stdout.fnmatch_lines(["2 checks: 2 conforming"])


def test_what_is_redacted_is_wrong_in_a_golden_payload_all_the_same(
    run: Run, payloads: Path, local_registry: LocalRegistry
) -> None:
    write(payloads / f"{ORDER}.payloads.jsonl", {"id": "a", "quantity": 0})
    write(payloads / ORDER / "valid" / "small.json", {"id": "a", "quantity": 0})
    url = f"--registry-url={local_registry.url}"
    result = run(url, "--registry-versions=v2", "--registry-redact=quantity")
    result.assert_outcomes(failed=2)


def test_a_dead_letter_that_holds_what_is_redacted_since_is_checked_again(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_quantity(assert_conforms):
            assert_conforms({{"id": "a", "quantity": 0}}, "{ORDER}", version="v2")
    """)
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-dead-letters=l.jsonl")
    run(url, "l.jsonl", "--registry-redact=quantity").assert_outcomes(failed=1)


def test_a_file_of_no_payload_is_an_error(run: Run, payloads: Path) -> None:
    (payloads / f"{ORDER}.payloads.jsonl").write_text("\n")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*.payloads.jsonl has no payload; add one, or remove the file"])


def test_somebody_elses_lines_are_not_ours(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "other.jsonl").write_text('{"a": 1}\n')
    (pytester.path / "other.json").write_text("{}")
    assert run("other.jsonl").ret == pytest.ExitCode.USAGE_ERROR
    assert run("other.json").ret == pytest.ExitCode.USAGE_ERROR


def test_a_file_without_letters_has_no_tests(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "letters.jsonl").touch()
    assert run("letters.jsonl").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_what_was_redacted_in_a_branch_is_skipped_too(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    branches = [{"properties": {"id": {"type": kind}}} for kind in ("string", "null")]
    local_registry.publish("orders.Any", v1={"anyOf": branches})
    pytester.makepyfile("""
        def test_any(assert_conforms):
            assert_conforms({"id": 1}, "orders.Any", version="v1")
    """)
    local_registry.publish("orders.Any", v1={"anyOf": [branches[1]]})
    url = f"--registry-url={local_registry.url}"
    run(url, "--registry-dead-letters=l.jsonl", "--registry-redact=id")
    run(url, "l.jsonl").assert_outcomes(skipped=1)


def test_what_breaks_a_hook_of_others_is_shown_as_pytest_shows_it(
    run: Run, pytester: pytest.Pytester, payloads: Path, local_registry: LocalRegistry
) -> None:
    write(payloads / f"{ORDER}.payloads.jsonl", {"id": "a"})
    pytester.makeconftest("""
        def pytest_runtest_call(item):
            raise LookupError("somebody else's")
    """)
    result = run("--registry-versions=v1", f"--registry-url={local_registry.url}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*LookupError: somebody else's"])


def test_letters_that_cannot_be_written_any_more_are_said_with_the_failure(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        from pathlib import Path

        def test_order(assert_conforms):
            Path("l.jsonl").unlink()
            Path("l.jsonl").mkdir()
            assert_conforms({{}}, "{ORDER}", version="v1")
    """)
    options = ("--registry-dead-letters=l.jsonl", "--registry-versions=v1")
    result = run(f"--registry-url={local_registry.url}", *options)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["--registry-dead-letters: *l.jsonl cannot be written: *"])


@WORKERS
def test_an_invalid_payload_must_fail_for_the_reason_that_its_place_gives(
    run: Run, payloads: Path, local_registry: LocalRegistry, workers: str
) -> None:
    invalid = payloads / f"{ORDER}@v2" / "invalid"
    write(invalid / "required" / "without_id.json", {"quantity": 1})
    write(invalid / "required" / "other.json", {"id": 7, "quantity": 1})
    write(invalid / "said.json", {"id": "a", "quantity": "1"})
    (invalid / "said.why").write_text("$.quantity\n\na string, not an integer\n")
    write(invalid / "type" / "said_otherwise.json", {"id": 7, "quantity": 1})
    (invalid / "type" / "said_otherwise.why").write_text("$.quantity\n")
    result = run("-n", workers, f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines_random(
        [
            "FAILED *invalid/required/other.json::invalid[[]v2[]]*",
            "the payload violates orders.Order v2 *, but not the rule *: required (it violates *)",
            "  $.id: *7 is an integer, not a string",
            f"  payload in: tests/contracts/payloads/{ORDER}@v2/invalid/required/other.json",
            "FAILED *invalid/type/said_otherwise.json::invalid[[]v2[]]*",
            "the payload violates orders.Order v2 *, but nothing says * has: $.quantity",
        ]
    )


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("invalid/lonely.why", "lonely.why is beside no payload of its name; "),
        ("valid/fine.why", "fine.why is beside no payload of its name; "),
        ("invalid/required/lonely.why", "<name>/invalid/<payload>.why says why"),
        ("invalid/empty.why", "empty.why is empty; write what the explanation must say, "),
        ("invalid/required/deeper/a.json", "a.json is no golden payload; "),
        ("valid/required/a.json", "a.json is no golden payload; "),
    ],
)
def test_a_reason_that_belongs_to_no_payload_is_an_error(
    run: Run, payloads: Path, local_registry: LocalRegistry, file: str, said: str
) -> None:
    write(payloads / ORDER / "valid" / "fine.json", {"id": "a", "quantity": 1})
    write(payloads / ORDER / "invalid" / "empty.json", {"id": 1})
    write(payloads / ORDER / file)
    result = run(f"--registry-url={local_registry.url}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{said}*"])


def test_a_folder_of_a_rule_without_payloads_is_an_error(
    run: Run, payloads: Path, local_registry: LocalRegistry
) -> None:
    write(payloads / ORDER / "invalid" / "without_id.json", {"quantity": 1})
    (payloads / ORDER / "invalid" / "required").mkdir()
    result = run(f"--registry-url={local_registry.url}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*required has no payload; add one, or remove the folder*"])
