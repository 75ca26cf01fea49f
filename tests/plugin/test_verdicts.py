from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

EVENT = "telemetry.Event"
SECRET = "s3cret-value"
EVENT_V1 = {
    "type": "object",
    "properties": {"coordinator_id": {"type": "string"}, "at": {"format": "date-time"}},
    "required": ["coordinator_id"],
}
EVENT_V2 = {
    "type": "object",
    "properties": {"coordinator_name": {"type": "string"}, "at": {"format": "date-time"}},
    "required": ["coordinator_name"],
}
SOURCE = """
import pytest

pytestmark = pytest.mark.registry_schema("telemetry.Event")

def test_event(assert_conforms):
    assert_conforms({"coordinator_id": "bars"})
"""


@pytest.fixture(autouse=True)
def _events(local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    local_registry.publish(EVENT, v1=EVENT_V1, v2=EVENT_V2)
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", local_registry.url)


def test_a_failure_reads_as_one_message_and_nothing_of_the_library(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile(SOURCE)
    result = run()
    result.assert_outcomes(passed=1, failed=1)
    lines = [line for line in result.outlines if line.startswith(("E ", ">"))]
    assert lines[0] == ">   " + '    assert_conforms({"coordinator_id": "bars"})'
    (source,) = [line for line in lines if line.startswith("E         schema: ")]
    assert source.startswith(
        f"E         schema: registry {local_registry.url}/schemas/v2/{EVENT} (digest "
    )
    assert lines[1:] == [
        f"E       ContractViolation: {EVENT} v2: $.coordinator_name is missing",
        'E         $: "coordinator_name" is a required property',
        "E             #/required",
        'E             the payload has "coordinator_id": did you mean "coordinator_name"?',
        "E         it conforms to v1",
        'E         v2 renamed "coordinator_id" of v1 to "coordinator_name"?',
        source,
        (
            "E         next: make the producer speak v2, or test it against v1 only: "
            f'@pytest.mark.registry_schema("{EVENT}@v1")'
        ),
    ]
    result.stdout.no_fnmatch_line("*contract.py*")


def test_more_verbosity_shows_payload_and_schema(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SOURCE)
    run("-vv").stdout.fnmatch_lines(
        ["E *payload:", 'E *"coordinator_id": "bars"', "E *schema:", 'E *"type": "object"']
    )
    run("-v").stdout.no_fnmatch_line("E *payload:")


def test_a_hidden_value_is_in_no_output_and_no_report(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        payloads=f"PAYLOAD = {{'token': '{SECRET}', 'cards': [{{'number': '{SECRET}'}}]}}",
        test_hidden="""
        from payloads import PAYLOAD

        def test_hidden(assert_conforms):
            assert_conforms(PAYLOAD, "telemetry.Event")

        def test_not_json(assert_conforms):
            assert_conforms({"token": PAYLOAD["token"].encode()}, "telemetry.Event")
        """,
    )
    options = ("-vv", "--tb=long", "--junitxml=report.xml", "-n2")
    result = run("--registry-redact=token,$.cards[*].number", *options)
    result.assert_outcomes(failed=2, errors=2)
    result.stdout.fnmatch_lines_random(['E *"token": "<redacted>",', "E *bytes <redacted>"])
    report = (pytester.path / "report.xml").read_text()
    assert "redacted" in report
    assert SECRET not in report + result.stdout.str() + result.stderr.str()


def test_formats_are_asserted_unless_that_is_switched_off(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        def test_format(assert_conforms):
            assert_conforms({"coordinator_id": "a", "at": "now"}, "telemetry.Event")
    """)
    result = run("--registry-versions=v1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['E *$.at: "now" is not in the format date-time'])
    run("--registry-versions=v1", "--registry-format-assertion=off").assert_outcomes(passed=1)


def test_the_draft_of_schemas_that_state_none_can_be_set(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Old", v1={"minimum": 5, "exclusiveMinimum": True})
    pytester.makepyfile("def test_old(assert_conforms): assert_conforms(5, 'a.Old')")
    result = run("--registry-versions=v1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "E *InvalidSchema: a.Old v1: the schema is itself wrong: true is not of type "
                "*number* in draft 2020-12, which is taken because it states no $schema; "
                "it is valid in draft 4"
            ),
            "E *at: #/exclusiveMinimum",
            f"E *from: registry {local_registry.url}/schemas/v1/a.Old",
            (
                'E *next: state "$schema": "http://json-schema.org/draft-04/schema#" in it, or set '
                "--registry-default-draft 4"
            ),
            "ERROR test_the_draft*::test_old*",
        ]
    )
    result = run("--registry-versions=v1", "--registry-default-draft=4")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *$: 5 is not greater than 5"])


def test_a_schema_beyond_the_largest_size_is_not_read(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SOURCE)
    result = run("--registry-versions=v1", "--registry-max-schema-size=50")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *the registry's answer cannot be used: *50*"])


def test_a_schema_is_printed_and_no_test_runs(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SOURCE)
    result = run(f"--registry-show={EVENT}")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            f"{EVENT} v1",
            "  at              optional  anything, in the format date-time",
            "  coordinator_id  required  string",
            f"{EVENT} v2",
        ]
    )
    result.stdout.no_fnmatch_line("*test session starts*")
    assert run("--registry-show=a.Gone").ret == pytest.ExitCode.TESTS_FAILED


def test_a_terminal_of_another_encoding_shows_escapes_of_a_schema(
    run: Run, local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_registry.publish("a", v1={"properties": {"größer ✗": {"type": "string"}}})
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = run("--registry-show=a", "--registry-versions=v1")
    assert result.ret == pytest.ExitCode.OK
    assert result.stderr.str() == ""
    assert any(r"gr\xf6\xdfer \u2717" in line for line in result.outlines)


def test_what_a_schema_refers_to_is_recorded_with_it_and_replays_with_the_network_cut(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.Order", v1={"properties": {"event": {"$ref": EVENT}}})
    pytester.makepyfile("""
        def test_order(assert_conforms):
            assert_conforms({"event": {"coordinator_id": "a"}}, "a.Order")

        def test_wrong(assert_conforms):
            assert_conforms({"event": {}}, "a.Order")
    """)
    options = ("--registry-versions=v1", "-p", "no:cacheprovider")
    run(*options, "--registry-mode=record").assert_outcomes(passed=1, failed=1)
    local_registry.requests.clear()
    result = run(*options, "--registry-offline")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ['E *$.event: "coordinator_id" is a required property', f"E *{EVENT}#/required"]
    )
    assert not local_registry.requests
    shutil.rmtree(pytester.path / "tests")
    run(*options, "--registry-offline").assert_outcomes(errors=2)


def test_a_violation_is_data_that_pickles(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pickle
        import pytest
        from pytest_schema_registry import ContractViolation

        def test_data(assert_conforms):
            with pytest.raises(ContractViolation) as caught:
                assert_conforms({"coordinator_id": 5}, "telemetry.Event", version="v1")
            copy = pickle.loads(pickle.dumps(caught.value))
            assert str(copy) == str(caught.value)
            assert copy.payload == {"coordinator_id": 5}
            assert copy.schema.version == "v1"
            violation, = copy.violations
            assert violation.path == "$.coordinator_id"
            assert violation.schema_path == "#/properties/coordinator_id/type"
            assert (violation.keyword, violation.value) == ("type", 5)
    """)
    run("--registry-versions=v1").assert_outcomes(passed=1)


def test_json_text_is_checked_where_the_test_says_that_it_is_text(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        def test_text(assert_conforms):
            text = b'{"coordinator_id": "a"}'
            assert assert_conforms(text, "telemetry.Event", text=True) == {"coordinator_id": "a"}

        def test_twice(assert_conforms):
            assert_conforms('{"a": 1, "a": 2}', "telemetry.Event", text=True)

        def test_bytes(assert_conforms):
            assert_conforms(b"{}", "telemetry.Event")
    """)
    result = run("--registry-versions=v1")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            "E *PayloadNotJSON: the payload is not JSON at $: an object that has twice the key 'a'",
            "E *next: send each key once",
            "E *next: pass value.decode(), *where the whole payload is JSON text, say text=True",
        ]
    )


def test_what_cannot_be_shown_for_a_wrong_setting_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_MODE", "never")
    result = run("--registry-show=orders.Order")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: SCHEMA_REGISTRY_MODE: unknown mode 'never'; *"])
