"""The fixtures ``conforming_payloads`` and ``violating_payloads``, as a user sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

LINE = {"type": "object", "required": ["sku"], "properties": {"sku": {"enum": ["a", "b"]}}}


@pytest.fixture
def url(local_registry: LocalRegistry) -> str:
    local_registry.publish("shop.Line", v1=LINE, v2={**LINE, "required": []})
    api = {"components": {"schemas": {"Line": LINE}}}
    local_registry.publish("shop.Api", v1=api)
    return f"--registry-url={local_registry.url}"


def test_a_test_gets_the_payloads_of_its_version(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        import pytest

        EXPECTED = {"v1": [{"sku": "a"}, {"sku": "b"}], "v2": [{}, {"sku": "a"}, {"sku": "b"}]}

        @pytest.mark.registry_schema("shop.Line")
        class TestMarked:
            def test_conforming(self, conforming_payloads, registry_version):
                assert list(conforming_payloads()) == EXPECTED[registry_version]
                assert len(conforming_payloads(limit=1)) == 1
                assert list(conforming_payloads(version="v2")) == EXPECTED["v2"]

            def test_violating(self, violating_payloads, registry_schema, schema_registry):
                for payload, violation in violating_payloads():
                    verdict = schema_registry.validate_payload(registry_schema(), payload)
                    assert verdict.errors == (violation,)

        def test_named(conforming_payloads, registry_schema):
            for asked in ("shop.Line@v1", registry_schema("shop.Line@v1"),
                          "shop.Api@v1#/components/schemas/Line",
                          registry_schema("shop.Line@v1").content):
                assert list(conforming_payloads(asked)) == EXPECTED["v1"], asked

        def test_a_change_reaches_no_other_test(conforming_payloads):
            payloads = conforming_payloads("shop.Line@v1")
            payloads[0]["sku"] = None
            assert conforming_payloads("shop.Line@v1")[0] == {"sku": "a"}
    """)
    run(url, "--registry-versions=v1,v2").assert_outcomes(passed=8)


def test_a_test_that_got_no_payload_errs_unless_it_asks_for_the_reason(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        NOTHING = {"type": "integer", "minimum": 2, "maximum": 1}

        def test_loop(conforming_payloads):
            for payload in conforming_payloads(NOTHING):
                raise AssertionError(payload)

        def test_pairs(violating_payloads):
            assert len(violating_payloads({})) == 0

        def test_asks(conforming_payloads):
            assert "contradict" in conforming_payloads(NOTHING).reason

        def test_fails(conforming_payloads):
            assert conforming_payloads(NOTHING)
    """)
    result = run(url, "--registry-versions=v1", "-p", "no:randomly")
    result.assert_outcomes(errors=2, passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E   NothingChecked: conforming_payloads gave the test no payload, so nothing *",
            "      <0 payloads for the given schema: no payload that conforms was found: *",
            "      next: correct the schema; or if there should be none, have the test look *",
            "E   NothingChecked: violating_payloads gave the test no payload, so nothing *",
            "      <0 payloads for the given schema: no payload that breaks exactly one rule *",
        ]
    )


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ("limit=0", "InvalidSettings: conforming_payloads: limit=0 is no count; give 1 or more"),
        ("limit=True", "InvalidSettings: conforming_payloads: limit=True is no count; *"),
        ("limit='9'", "InvalidSettings: conforming_payloads: limit='9' is no count; *"),
        (
            "[]",
            "InvalidSettings: conforming_payloads: a value of type list is no schema; give *",
        ),
        (
            "{}, version='v1'",
            "InvalidSettings: conforming_payloads: a JSON Schema that is given has no version=",
        ),
        (
            "registry_schema('shop.Line'), version='v1'",
            "InvalidSettings: conforming_payloads: a Schema that is given has no version=",
        ),
        ("'shop.Lime'", "SchemaNotFound: no schema shop.Lime in v1"),
        ("{'type': 'text'}", "InvalidSchema: *"),
        ("", "InvalidSettings: assert_conforms and registry_schema: name a schema in the call*"),
    ],
)
def test_a_wrong_call_is_an_error_that_says_what_to_do(
    run: Run, pytester: pytest.Pytester, url: str, call: str, line: str
) -> None:
    pytester.makepyfile(f"""
        def test_wrong(conforming_payloads, registry_schema):
            conforming_payloads({call})
    """)
    result = run(url, "--registry-versions=v1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E  *{line}"])


def test_an_outage_is_an_error(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        def test_down(violating_payloads):
            violating_payloads("shop.Line")
    """)
    result = run("--registry-url=http://127.0.0.1:1", "--registry-versions=v1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E  *RegistryUnavailable: *"])
