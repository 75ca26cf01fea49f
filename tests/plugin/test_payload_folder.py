from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
#: Says which payload is judged: none of them conforms.
NEEDS_ID = '{"type": "object", "required": ["id"]}'
PAYLOADS = "tests/contracts/payloads"
REGISTRY = ("--registry-url=reg", "--registry-versions=v1")


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> Path:
    """A project with a test, and a registry whose schemas all need an id."""
    names = ("a.B", "other", "build", "dist", "shop.egg", ".hidden", "environment", "upper")
    write(pytester.path, *(f"reg/v1/{name}.json" for name in names), text=NEEDS_ID)
    write(pytester.path, "tests/unit/test_own.py", text="def test_own(): pass")
    return pytester.path


def write(folder: Path, *names: str, text: str = "{}\n") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def link(folder: Path, name: str, target: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(folder / target)


def failed(result: pytest.RunResult) -> list[str]:
    lines = (line for line in result.outlines if line.startswith(("FAILED ", "ERROR ")))
    return sorted(line.split(" - ")[0].partition(" ")[2] for line in lines)


@WORKERS
def test_every_payload_is_collected_once_whatever_pytest_would_pass_over(
    run: Run, project: Path, workers: str
) -> None:
    files = (
        "a.B/valid/one.json",
        "build/valid/one.json",
        "dist/valid/one.json",
        "shop.egg/valid/one.json",
        ".hidden/valid/one.json",
        "environment/valid/one.json",
        "upper/valid/one.JSON",
    )
    write(project / PAYLOADS, *files, "upper.payloads.JSONL", "environment/pyvenv.cfg")
    write(project / "tests/contracts", "conftest.py", text="collect_ignore = ['payloads/a.B']")
    result = run("-n", workers, *REGISTRY)
    expected = [f"{PAYLOADS}/{file}::valid[v1]" for file in files]
    assert failed(result) == sorted([*expected, f"{PAYLOADS}/upper.payloads.JSONL::line 1[v1]"])
    # A directory of schemas has no hidden ones.
    result.assert_outcomes(passed=1, failed=7, errors=1)


def test_a_link_is_judged_by_where_it_lies(run: Run, project: Path) -> None:
    write(project / "reg/v1", "free.json")
    write(project, f"{PAYLOADS}/free/valid/one.json", "shared/one.json", "shared/b/valid/one.json")
    write(project, f"{PAYLOADS}/free.payloads.jsonl")
    link(project, f"{PAYLOADS}/a.B/valid/within.json", f"{PAYLOADS}/free/valid/one.json")
    link(project, f"{PAYLOADS}/a.B/valid/out.json", "shared/one.json")
    link(project, f"{PAYLOADS}/a.B.payloads.jsonl", f"{PAYLOADS}/free.payloads.jsonl")
    link(project, f"{PAYLOADS}/other", "shared/b")
    result = run(*REGISTRY)
    assert failed(result) == [
        f"{PAYLOADS}/a.B.payloads.jsonl::line 1[v1]",
        f"{PAYLOADS}/a.B/valid/out.json::valid[v1]",
        f"{PAYLOADS}/a.B/valid/within.json::valid[v1]",
        f"{PAYLOADS}/other/valid/one.json::valid[v1]",
    ]
    result.assert_outcomes(passed=3, failed=4)


@WORKERS
def test_nothing_that_may_be_a_payload_is_passed_over_in_silence(
    run: Run, project: Path, workers: str
) -> None:
    wrong = ("a.B.payload.jsonl", "a.B/vaild/one.json", "a.B/Valid/one.json", "a.B/valid/one.txt")
    beside = ("README.md", "a.B/valid/.gitkeep", "a.B/valid/one.json~", ".git/config.json", "x.sh")
    write(project / PAYLOADS, *wrong, *beside, "other/valid/.gitkeep")
    link(project, f"{PAYLOADS}/a.B/valid/gone.json", "nowhere")
    link(project, f"{PAYLOADS}/a.B/again", f"{PAYLOADS}/a.B")
    (project / PAYLOADS / "hollow").mkdir()
    result = run("-n", workers, *REGISTRY)
    said = {
        **dict.fromkeys(wrong, "is no golden payload; those are in <name>.payloads.jsonl, *"),
        "a.B/valid/gone.json": "is no file, or leads nowhere; correct it, or remove it",
        "a.B/again": "leads back to a folder that it is in; remove it",
        "hollow": "has no payload; add one, or remove the folder",
        "other/valid": "has no payload; add one, or remove the folder",
    }
    assert failed(result) == sorted(f"{PAYLOADS}/{file}" for file in said)
    result.stdout.fnmatch_lines_random([f"*/{file} {text}" for file, text in said.items()])


@pytest.mark.parametrize("place", ["command line", "environment", "ini file"])
@pytest.mark.parametrize("value", ["tests/paylods", "tests/unit/test_own.py"])
def test_a_folder_that_is_named_and_missing_stops_the_session(
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    value: str,
) -> None:
    options = ["-n2"] if value.endswith("paylods") else []
    if place == "ini file":
        pytester.makeini(f"[pytest]\nregistry_payloads = {value}")
    elif place == "environment":
        monkeypatch.setenv("SCHEMA_REGISTRY_PAYLOADS", value)
    else:
        options.append(f"--registry-payloads={value}")
    result = run(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = (line for line in result.errlines if "ERROR" in line)
    assert f"{value} is" in line
    assert "directory" in line


def test_a_folder_that_is_named_and_empty_is_a_collection_error(run: Run, project: Path) -> None:
    write(project, "golden/README.md")
    result = run("--registry-payloads=golden")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*/golden has no payload; add one, or remove the folder"])


def test_a_folder_that_is_a_link_to_nowhere_is_a_collection_error(run: Run, project: Path) -> None:
    link(project, PAYLOADS, "nowhere")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*/{PAYLOADS} cannot be read: *"])


@pytest.mark.parametrize(
    ("folder", "workers"),
    [("golden", "0"), ("build/golden", "0"), ("../shared", "0"), ("build/golden", "2")],
)
def test_a_folder_outside_what_pytest_walks_is_a_part_of_the_whole_session(
    run: Run, project: Path, pytester: pytest.Pytester, folder: str, workers: str
) -> None:
    inner = project / "inner"
    inner.mkdir()
    for name in ("reg", "tests"):
        (project / name).rename(inner / name)
    os.chdir(inner)
    write(inner / folder, "a.B/valid/one.json", "other.payloads.jsonl")
    (inner / "pytest.ini").write_text(f"[pytest]\ntestpaths = tests\nregistry_payloads = {folder}")
    expected = [
        f"{folder}/a.B/valid/one.json::valid[v1]",
        f"{folder}/other.payloads.jsonl::line 1[v1]",
    ]
    options = ("-n", workers, *REGISTRY)
    result = run(*options)
    assert failed(result) == expected
    result.assert_outcomes(passed=1, failed=2)
    run(*options, "tests").assert_outcomes(passed=1)
    if workers == "2":
        return  # what follows is decided before the workers start
    run(*options, f"--ignore={folder}").assert_outcomes(passed=1)
    run(*options, f"--ignore={folder}/a.B").assert_outcomes(passed=1, failed=1)
    run(*options, "--lf").assert_outcomes(failed=2)
    if folder == "../shared":
        return  # arguments outside the project lead pytest away from its ini file
    run(*options, f"{folder}/a.B/valid/one.json", folder).assert_outcomes(failed=2)
    run(*options, expected[1]).assert_outcomes(failed=1)


def test_a_session_of_other_tests_runs_no_golden_payload(run: Run, project: Path) -> None:
    write(project, f"{PAYLOADS}/a.B/valid/one.json")
    run(*REGISTRY, "tests/unit").assert_outcomes(passed=1)
    run(*REGISTRY, "tests/unit/test_own.py::test_own").assert_outcomes(passed=1)


def test_payloads_are_chosen_as_any_test(run: Run, project: Path) -> None:
    write(project, f"{PAYLOADS}/a.B/valid/one.json", f"{PAYLOADS}/other.payloads.jsonl")
    line = f"{PAYLOADS}/other.payloads.jsonl::line 1[v1]"
    chosen = {
        ("tests/contracts",): 2,
        (PAYLOADS, "tests"): 2,
        (f"{PAYLOADS}/a.B",): 1,
        (f"{PAYLOADS}/a.B/valid/one.json",): 1,
        (line,): 1,
        (line, "."): 2,
        ("-k", "other"): 1,
        ("--deselect", line): 1,
        ("--ignore-glob=*.jsonl",): 1,
    }
    for arguments, number in chosen.items():
        assert len(failed(run(*REGISTRY, *arguments))) == number, arguments
    run(*REGISTRY, "--co", "-q").stdout.fnmatch_lines(
        [f"{PAYLOADS}/a.B/valid/one.json::valid[[]v1]", line.replace("[", "[[]"), "*::test_own"]
    )


def test_a_project_that_is_reached_through_a_link_has_the_same_payloads(
    run: Run, project: Path
) -> None:
    write(project, f"{PAYLOADS}/a.B/valid/one.json", "pytest.ini")
    (project / "pytest.ini").write_text("[pytest]")
    link(project, "tests/unit/payloads", PAYLOADS)
    run(*REGISTRY).assert_outcomes(passed=1, failed=1)
    link(project, "alias", ".")
    arguments = ("--rootdir=alias", "tests")
    run(*REGISTRY, *arguments).assert_outcomes(passed=1, failed=1)
    run(*REGISTRY, "tests/unit/payloads").assert_outcomes(failed=1)


def test_tests_beside_payloads_are_collected_as_anywhere(run: Run, project: Path) -> None:
    test = "def test_beside(): pass"
    contracts = project / "tests/contracts"
    write(contracts, "test_beside.py", "below/test_below.py", "build/test_build.py", text=test)
    write(contracts, "test_ignored.py", text=test)
    write(contracts, "conftest.py", text="collect_ignore = ['test_ignored.py']")
    write(contracts, "a.B/valid/one.json", "cassettes/v1/a.B.yaml", "contracts.ratchet.yaml")
    write(contracts, "contracts.ratchet.yaml", "payloads.html", text="")
    result = run(
        "--registry-payloads=tests/contracts",
        "--registry-ratchet=tests/contracts/contracts.ratchet.yaml",
        "--registry-html=tests/contracts/payloads.html",
        "--registry-enforcement=a.B=strict",
        *REGISTRY,
    )
    result.assert_outcomes(passed=3, failed=1)
