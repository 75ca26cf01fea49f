"""Files of Avro in a directory registry: in each mode, and in the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugin.test_avro import LINE, NEEDED, NOTED, ORDER, TEST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Run

LATER = ORDER | {"$core_version": "2.0.0"}


def write(folder: Path, **files: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.avsc").write_text(json.dumps(content))


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    for version in ("v1", "v2"):
        write(pytester.path / "schemas" / version, **{"shop.Line": LINE, "shop.Order": LATER})
    (pytester.path / "schemas" / "v1" / "shop.Note.json").write_text('{"type": "string"}')
    pytester.makepyfile(
        test_it=f"""{TEST}
def test_order(assert_conforms):
    assert assert_conforms(ORDER, "shop.Order") == ORDER
"""
    )
    return pytester.path


URL = "--registry-url=schemas"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_value_conforms_in_each_version_and_in_replay(
    run: Run, project: Path, workers: str
) -> None:
    run(URL, "-n", workers).assert_outcomes(passed=2)
    run(URL, "-n", workers, "--registry-mode=record").assert_outcomes(passed=2)
    files = sorted(path.name for path in (project / "tests/contracts/cassettes").glob("v1/*"))
    assert files == ["shop.Line.yaml", "shop.Order.yaml"]
    run("-n", workers, "--registry-offline").assert_outcomes(passed=2)


def test_a_violation_names_the_file_that_defines_the_type(
    run: Run, pytester: pytest.Pytester, project: Path
) -> None:
    pytester.makepyfile(
        test_it=f"{TEST}\ndef test_order(assert_conforms): assert_conforms(NO_QTY, 'shop.Order')"
    )
    for options, origin in (
        ((URL, "--registry-mode=record"), "directory schemas/v1/shop.Order.avsc"),
        (("--registry-offline",), "cassette of file:///schemas/v1/shop.Order, fetched * ago"),
    ):
        result = run(*options, "--registry-versions=v1")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            [
                "E     $.lines[[]1].qty: it is missing, and has no default",
                "E         shop.Line v1#/fields/1",
                "E     $.lines[[]1].qyt: shop.Line has no such field, so no reader gets it; did *",
                "E         shop.Line v1#",
                f"E     schema: {origin} (release 2.0.0, *",
            ],
            consecutive=True,
        )


def test_golden_payloads_are_checked(run: Run, project: Path) -> None:
    folder = project / "tests" / "contracts" / "payloads" / "shop.Order"
    valid = {"id": "a", "at": 0, "lines": [{"sku": "a", "qty": 1}]}
    for name, payload in {"valid/one": valid, "invalid/missing/two": {"id": "a", "at": 0}}.items():
        file = folder / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(payload))
    run(URL, "tests").assert_outcomes(passed=4)


def test_a_schema_is_shown_with_the_files_that_it_refers_to(run: Run, project: Path) -> None:
    result = run(URL, "--registry-show=shop.Order@v1")
    result.stdout.fnmatch_lines(
        [
            "shop.Order v1",
            "  release     2.0.0",
            "  language    Avro",
            "  deprecated  no",
            "  digest      *",
            "  from        directory schemas/v1/shop.Order.avsc",
            "  refers to   shop.Line",
            "",
            "  record Order",
        ],
        consecutive=True,
    )


def test_rules_compare_by_avros_own_resolution(run: Run, project: Path) -> None:
    write(project / "schemas" / "v2", **{"shop.Order": NEEDED})
    for source, lines in (
        (
            "local",
            [
                "shop.Order v1 -> v2 is not backward compatible *",
                "  ✗ field-without-default  $.note",
            ],
        ),
        ("registry", ["*field-without-default at $.note*"]),
    ):
        rules = ("--registry-compatibility=shop.Order: v1 -> v2", "--registry-versions=v1,v2")
        result = run(URL, *rules, f"--registry-compat-source={source}", "-k", "shop.Order")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(lines)
    write(project / "schemas" / "v2", **{"shop.Order": NOTED})
    run(URL, *rules, "--registry-compat-source=both", "-k", "shop.Order").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("content", "grade"),
    [
        (LATER, "same"),
        (LATER | {"doc": "an order"}, "annotations"),
        (NOTED, "compatible"),
        (NEEDED, "breaking"),
    ],
)
def test_drift_from_the_recording_is_graded(
    run: Run, project: Path, content: Any, grade: str
) -> None:
    versions = "--registry-versions=v1"
    run(URL, versions, "--registry-mode=record").assert_outcomes(passed=1)
    write(project / "schemas" / "v1", **{"shop.Order": content})
    run(URL, versions, "--registry-mode=live", "--registry-drift-report=d.json")
    drifts = json.loads((project / "d.json").read_text())["schemas"]
    assert [each["grade"] for each in drifts if each["name"] == "shop.Order"] == [grade]


def test_a_type_that_no_file_defines_is_an_error_of_the_test(run: Run, project: Path) -> None:
    (project / "schemas" / "v1" / "shop.Line.avsc").unlink()
    result = run(URL, "--registry-versions=v1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "E *InvalidSchema: shop.Order v1 release 2.0.0: the schema is itself wrong: it "
                "uses the type shop.Line, which no file beside it defines"
            )
        ]
    )


def test_a_name_in_both_languages_is_an_error_of_the_test(run: Run, project: Path) -> None:
    (project / "schemas" / "v1" / "shop.Order.json").write_text("{}")
    result = run(URL, "--registry-versions=v1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *two files are the same schema, *shop.Order.avsc*"])


def test_a_golden_payload_that_names_a_branch_must_fit_that_branch(
    run: Run, pytester: pytest.Pytester
) -> None:
    color = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
    price = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
    fields = [
        {"name": "e", "type": ["null", color, "string"], "default": None},
        {"name": "d", "type": ["null", price], "default": None},
    ]
    folder = pytester.path / "schemas" / "v1"
    write(folder, R={"type": "record", "name": "R", "fields": fields})
    payloads = pytester.path / "tests" / "contracts" / "payloads" / "R" / "valid"
    payloads.mkdir(parents=True)
    for name, payload in {
        "right": {"e": {"E": "A"}, "d": {"bytes": "a"}},
        "symbol": {"e": {"E": "zz"}},
        "null": {"d": {"bytes": None}},
    }.items():
        (payloads / f"{name}.json").write_text(json.dumps(payload))
    result = run(URL, "tests")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines_random(
        [
            '*$.e: "zz" is no symbol of E, which has "A" or "B"',
            "*$.d: null is not such a decimal: pass a Decimal of at most 4 digits, *",
        ]
    )


@pytest.fixture
def cut_off(pytester: pytest.Pytester) -> Path:
    """A suite that sends two messages that end in the middle, with the schema of a map."""
    write(pytester.path / "schemas" / "v1", M={"type": "map", "values": "string"})
    pytester.makepyfile(
        test_it="""
import pytest

@pytest.mark.parametrize("end", [b"ab", b"cd", b"ab"])
def test_message(assert_conforms, end):
    assert_conforms(bytearray(b"\\0\\0\\0\\0\\7\\x04" + end), "M@v1")
"""
    )
    return pytester.path


LETTERS = "--registry-dead-letters=dl.jsonl"


def test_each_message_that_cannot_be_read_is_kept_and_read_again(run: Run, cut_off: Path) -> None:
    run(URL, LETTERS).assert_outcomes(failed=3)
    letters = [json.loads(each) for each in (cut_off / "dl.jsonl").read_text().splitlines()]
    assert [(each["payload"], each["message"]) for each in letters] == [
        ({"$message": "3 bytes"}, "AAAAAAcEYWI="),
        ({"$message": "3 bytes"}, "AAAAAAcEY2Q="),
    ]
    result = run(URL, "dl.jsonl")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*$: the message of 3 bytes cannot be read*"])
    fixed = {"type": "fixed", "name": "F", "size": 3}
    write(
        cut_off / "schemas" / "v1",
        M={"type": "record", "name": "M", "fields": [{"name": "f", "type": fixed}]},
    )
    run(URL, "dl.jsonl").assert_outcomes(passed=2)


def test_a_message_is_not_kept_where_values_are_hidden(run: Run, cut_off: Path) -> None:
    run(URL, LETTERS, "--registry-redact=$.card").assert_outcomes(failed=3)
    (letter,) = (cut_off / "dl.jsonl").read_text().splitlines()
    assert json.loads(letter)["payload"] == {"$message": "3 bytes"}
    assert "message" not in json.loads(letter)
    run(URL, "dl.jsonl").assert_outcomes(skipped=1)


def test_a_dead_letter_whose_message_was_changed_is_an_error(run: Run, cut_off: Path) -> None:
    run(URL, LETTERS)
    file = cut_off / "dl.jsonl"
    file.write_text(file.read_text().replace("AAAAAAcEYWI=", "AAAA?"))
    result = run(URL, "dl.jsonl")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*dl.jsonl has no dead letter in line 1; correct the line, or remove it"]
    )


def test_a_golden_payload_in_the_folder_of_another_rule_names_the_rules_that_it_breaks(
    run: Run, pytester: pytest.Pytester, project: Path
) -> None:
    folder = project / "tests/contracts/payloads/shop.Order@v1/invalid"
    for rule in ("missing", "required"):
        (folder / rule).mkdir(parents=True)
        (folder / rule / "a.json").write_text('{"id": 1, "at": 0}')
    result = run(URL, "tests")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["*but not the rule that its folder names: required (it violates type and missing)"]
    )


def test_a_logical_type_that_checks_nothing_is_warned_of_once(
    run: Run, pytester: pytest.Pytester
) -> None:
    field = {"name": "a", "type": "string", "logicalType": "uuid"}
    schema = {"type": "record", "name": "R", "fields": [field]}
    write(pytester.path / "schemas" / "v1", R=schema)
    pytester.makepyfile(
        """
import pytest

@pytest.mark.parametrize("text", ["nope", "no"])
def test_it(assert_conforms, text):
    assert_conforms({"a": text}, "R")
"""
    )
    result = run(URL)
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(
        ['*UncheckedWarning: R v1*: the logical type "uuid" at #/fields/0 is beside "type", and *']
    )
