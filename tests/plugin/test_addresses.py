"""Addresses of schemas where tests, markers, rules and folders name them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

ORDER = {"type": "object", "required": ["id"], "properties": {"line": {"$ref": "#/x/schemas/Line"}}}
LINE = {"type": "object", "required": ["sku"]}
API = {"openapi": "3.1.0", "x": {"schemas": {"Order": ORDER, "Line": LINE}}}
AT = "shop#/x/schemas"


def write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


@pytest.fixture
def shop(local_registry: LocalRegistry) -> LocalRegistry:
    local_registry.publish("shop", v1=API, v2=API)
    return local_registry


def test_many_parts_take_one_request_and_are_replayed_from_the_document(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.registry_schema("{AT}/Order", "{AT}/Line", versions=["v1"])
        def test_declared(registry_schema):
            assert registry_schema().source in ("registry", "cache", "cassette")

        def test_called(assert_conforms):
            assert_conforms({{"id": 1, "line": {{"sku": "a"}}}}, "shop@v1#/x/schemas/Order")
            assert_conforms({{"sku": "a"}}, "{AT}/Line", version="v1")
    """)
    recorded = run("--registry-mode=record", f"--registry-url={shop.url}", "-n2")
    recorded.assert_outcomes(passed=4)
    assert [each.path for each in shop.requests].count("/schemas/v1/shop") == 1
    cassettes = pytester.path / "tests/contracts/cassettes"
    assert [each.name for each in cassettes.rglob("*.yaml")] == ["shop.yaml"]
    run("--registry-offline", "-n2").assert_outcomes(passed=4)


def test_a_violation_is_at_its_place_in_the_document(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_order(assert_conforms, registry_version):
            assert_conforms({{"id": 1, "line": {{}}}}, "{AT}/Order")
    """)
    result = run(f"--registry-url={shop.url}", "--registry-versions=v1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *ContractViolation: shop#/x/schemas/Order v1: $*",
            'E         $.line: "sku" is a required property',
            "E             #/x/schemas/Line/required",
            f"E         schema: registry {shop.url}/schemas/v1/shop (digest *)",
            "1 check: 1 violating",
        ]
    )


def test_a_name_with_a_version_runs_against_that_one_alone(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import pytest
        schema = pytest.mark.registry_schema

        @schema("shop@v1#/x/schemas/Order")
        def test_one(registry_schema): pass

        @schema("shop@v1", "other", "third@v3")
        def test_some(registry_schema): pass

        @schema("shop@v1")
        class TestClass:
            @schema(prefer="v2")
            def test_preferring(self, registry_schema): pass

        @schema("shop@v1", "other")
        @schema(prefer="v2")
        def test_mixed(registry_schema): pass
    """)
    lines = run("--collect-only", "-q").outlines
    assert [line.partition("::")[2] for line in lines if "::" in line] == [
        "test_one[v1]",
        "test_some[shop-v1]",
        "test_some[other-v1]",
        "test_some[other-v2]",
        "test_some[third-v3]",
        "TestClass::test_preferring",
        "test_mixed[shop@v1]",
        "test_mixed[other]",
    ]


def test_the_version_of_a_name_wins_over_any_other_choice_for_the_test(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    shop.publish("other", v2=LINE)
    pytester.makepyfile("""
        import pytest
        schema = pytest.mark.registry_schema

        @schema("shop@v1")
        class TestClass:
            @schema(prefer="v2")
            def test_preferring(self, registry_schema, registry_version):
                assert registry_schema().version == registry_version == "v1"

        @schema("shop@v1", "other@v2")
        def test_each(registry_schema, registry_version):
            assert registry_schema().version == registry_version

        def test_called(registry_schema, registry_version):
            assert registry_schema("shop@v1").version == "v1"
    """)
    result = run(f"--registry-url={shop.url}")
    result.assert_outcomes(passed=5)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        (
            '"shop@v1", versions=["v2"]',
            "'shop@v1' says which version, and versions= too; give one of them",
        ),
        ('"shop", version="v1"', "no such argument: version; did you mean versions=?"),
        ('"shop", colour="v1"', "no such argument: colour; there are enforcement, *"),
    ],
)
def test_a_marker_that_contradicts_itself_is_refused(
    run: Run, pytester: pytest.Pytester, marker: str, said: str
) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.registry_schema({marker})
        def test_one(registry_schema): pass
    """)
    run().stdout.fnmatch_lines([f"*@pytest.mark.registry_schema: {said}"])


def test_a_call_that_contradicts_its_address_is_an_error(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import pytest

        def test_called(assert_conforms):
            assert_conforms(1, "shop@v1", version="v2")

        def test_asked(registry_schema):
            registry_schema("shop@v1", version="v2")

        def test_session(schema_registry):
            with pytest.raises(TypeError, match="get_schema.*: shop@v1 says which version"):
                schema_registry.get_schema("shop@v1", prefer="v2")
            assert [each.version for each in schema_registry.versions("shop@v1#/x")] == ["v1"]
    """)
    result = run(f"--registry-url={shop.url}", "--registry-versions=v1")
    result.assert_outcomes(errors=2, passed=1)
    said = "shop@v1 says which version, and version='v2' another; give one of them"
    result.stdout.fnmatch_lines([f"E *version=: {said}"] * 2)


def test_rules_and_comparisons_take_addresses(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    stricter = {
        **API,
        "x": {"schemas": {"Order": ORDER, "Line": {**LINE, "required": ["sku", "n"]}}},
    }
    shop.publish("shop", v1=API, v2=stricter)
    pytester.makeini(f"""
        [pytest]
        registry_compatibility =
            {AT}/Line: v1 -> v2
    """)
    pytester.makepyfile("""
        def test_registry(schema_registry, assert_compatible):
            assert_compatible("shop@v1#/x/schemas/Order", "shop@v1#/x/schemas/Order")
    """)
    result = run(f"--registry-url={shop.url}", "--registry-enforcement=strict")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "shop#/x/schemas/Line v1 -> v2 is not backward compatible *",
            "        v2 #/x/schemas/Line/required  + *",
        ]
    )


def test_the_registry_itself_compares_no_parts(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test_compared(assert_compatible):
            assert_compatible("shop@v1#/x/schemas/Order", "shop@v2#/x/schemas/Order")
    """)
    result = run(f"--registry-url={shop.url}", "--registry-compat-source=registry")
    said = (
        "it compares whole documents, and #/x/schemas/Order is a part of shop; "
        "--registry-compat-source=local compares parts"
    )
    result.stdout.fnmatch_lines([f"*: the registry's verdict: {said}"])


def test_a_folder_of_golden_payloads_may_be_named_by_an_address(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    payloads = pytester.path / "tests/contracts/payloads"
    write(payloads / "shop#%2Fx%2Fschemas%2FOrder" / "valid" / "a.json", {"id": 1})
    write(payloads / "shop@v1#%2Fx%2Fschemas%2FOrder" / "invalid" / "b.json", {})
    write(payloads / "shop@v2#%2Fx%2Fschemas%2FLine.payloads.jsonl", {"sku": 1})
    result = run(f"--registry-url={shop.url}", "-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*.payloads.jsonl::line 1[[]v2[]] PASSED*"])


def test_a_part_of_a_confluent_schema_has_an_address_too(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("orders-value", {"definitions": {"Line": LINE}, "type": "object"})
    pytester.makepyfile("""
        def test_line(assert_conforms):
            assert_conforms({"sku": 1}, "orders-value#/definitions/Line")
            assert_conforms({"sku": 1}, "orders-value@1#/definitions/Line")
            assert_conforms({}, "orders-value@1")
    """)
    url = confluent_registry.url
    run("--registry-mode=record", f"--registry-url={url}").assert_outcomes(passed=1)
    run("--registry-offline").assert_outcomes(passed=1)


def test_a_json_schema_is_taken_as_it_is_given(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import ContractViolation, InvalidSettings

        SCHEMA = {"type": "object", "required": ["id"]}

        def test_given(assert_conforms):
            assert assert_conforms({"id": 1}, SCHEMA) == {"id": 1}
            assert_conforms({"id": 1}, dict(SCHEMA))
            with pytest.raises(ContractViolation, match='"id" is a required property'):
                assert_conforms({}, SCHEMA)
            with pytest.raises(ContractViolation):
                assert_conforms({}, False)
            with pytest.raises(InvalidSettings, match="a JSON Schema that is given has no version"):
                assert_conforms({}, SCHEMA, version="v1")
            with pytest.raises(InvalidSettings, match="a value of type list is no schema; give a"):
                assert_conforms({}, [SCHEMA])
    """)
    result = run("--registry-versions=v1", "--registry-dead-letters=letters.jsonl")
    result.assert_outcomes(passed=1)
    assert (pytester.path / "letters.jsonl").read_text() == ""


def test_a_payload_in_the_place_of_a_schema_is_an_error(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        def test_swapped(assert_conforms):
            assert_conforms("shop.Order", {"orderId": "o-1", "total": 3})

        def test_anything(assert_conforms):
            assert_conforms("shop.Order", {"title": "anything", "total": {"type": "integer"}})

        def test_other_keys(assert_conforms):
            assert_conforms("shop.Order", {1: 3})
    """)
    result = run("--registry-versions=v1", "-Wignore")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.no_fnmatch_line("*AttributeError*")
    said = "the given schema has no keyword of JSON Schema; are payload and schema swapped?"
    result.stdout.fnmatch_lines([f"E * InvalidSettings: assert_conforms: {said}"])


def test_a_given_json_schema_is_no_schema_of_another_version(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    pytester.makepyfile("""
        def test_given(assert_conforms):
            assert_conforms({}, {"required": ["id"]})
    """)
    arguments = ("--registry-versions=v1,v2", "--registry-dead-letters=letters.jsonl")
    run(f"--registry-url={shop.url}", *arguments).assert_outcomes(failed=2)
    assert shop.requests == []
    assert (pytester.path / "letters.jsonl").read_text() == ""


def test_a_document_is_covered_and_its_enforcement_set_by_its_parts(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    pytester.makepyfile(f"""
        def test_line(assert_conforms):
            assert_conforms({{}}, "{AT}/Line")
    """)
    arguments = ["--registry-versions=v1,v2", "--registry-require-coverage"]
    arguments += ["--registry-coverage-exclude=orders.*", "--registry-enforcement=shop=warn"]
    result = run(f"--registry-url={shop.url}", *arguments)
    result.assert_outcomes(passed=2, warnings=2)
    assert result.ret == 0


def test_what_is_shown_has_an_address_too(
    run: Run, pytester: pytest.Pytester, shop: LocalRegistry
) -> None:
    arguments = ("--registry-show=shop@v1#/x/schemas/Line", "--registry-show=shop#/x/schemas/Lin")
    result = run(f"--registry-url={shop.url}", "--registry-versions=v2", *arguments)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "shop#/x/schemas/Line v1",
            "no schema shop#/x/schemas/Lin in v2",
            "  next: did you mean shop#/x/schemas/Line?",
        ]
    )
    result.stdout.no_fnmatch_line("shop#/x/schemas/Line v2")
    assert run("--registry-show=shp", f"--registry-url={shop.url}").outlines[-2:] == [
        "  next: did you mean shop (v1, v2)?",
        "",
    ]
