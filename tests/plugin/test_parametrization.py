from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry


@pytest.fixture
def ids(run: Run, pytester: pytest.Pytester, request: pytest.FixtureRequest) -> list[str]:
    """The ids of the tests in a source."""
    pytester.makepyfile(f"import pytest\nschema = pytest.mark.registry_schema\n{request.param}")
    lines = run("--collect-only", "-q").outlines
    return [line.partition("::")[2] for line in lines if "::" in line]


def source(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("ids", [text], ids=[""], indirect=True)


@source("""
def test_a(assert_conforms): pass
def test_b(registry_schema): pass
def test_c(registry_version): pass
def test_d(schema_registry): pass
def test_e(): pass
""")
def test_what_uses_a_version_runs_in_each_and_in_the_order_of_the_file(ids: list[str]) -> None:
    runs = [f"test_{name}[{version}]" for name in "abc" for version in ("v1", "v2")]
    assert ids == [*runs, "test_d", "test_e"]


@source("""
@schema("orders.Order")
def test_one(assert_conforms): pass

@schema("orders.Order", "orders.Line")
def test_two(assert_conforms): pass

@schema("orders.Order", "orders.Order")
def test_twice(assert_conforms): pass

@schema("orders.Order")
def test_unused(): pass
""")
def test_several_names_are_runs_of_their_own(ids: list[str]) -> None:
    assert ids == [
        "test_one[v1]",
        "test_one[v2]",
        "test_two[orders.Order-v1]",
        "test_two[orders.Order-v2]",
        "test_two[orders.Line-v1]",
        "test_two[orders.Line-v2]",
        "test_twice[v1]",
        "test_twice[v2]",
        "test_unused",
    ]


@source("""
pytestmark = schema("module.Schema", versions=["v7"])

def test_module(assert_conforms): pass

@schema(versions=["v8"])
class TestClass:
    def test_class(self, assert_conforms): pass

    @schema("one.Schema")
    @schema("two.Schema")
    def test_function(self, assert_conforms): pass

    @schema(versions="v9,v10")
    def test_versions(self, assert_conforms): pass
""")
def test_the_closest_marker_counts_for_names_and_for_versions(ids: list[str]) -> None:
    assert sorted(ids) == [
        "TestClass::test_class[v8]",
        "TestClass::test_function[one.Schema-v8]",
        "TestClass::test_function[two.Schema-v8]",
        "TestClass::test_versions[v10]",
        "TestClass::test_versions[v9]",
        "test_module[v7]",
    ]


@source("""
@pytest.mark.parametrize("number", [1, 2])
def test_other(assert_conforms, number): pass

@pytest.mark.parametrize("registry_version", ["v5"])
def test_same(assert_conforms, registry_version): pass

class TestOverride:
    @pytest.fixture
    def registry_version(self): return "v6"

    def test_own(self, assert_conforms, registry_version): pass

class TestOwnParameters:
    @pytest.fixture(params=["v3", "v4"])
    def registry_version(self, request): return request.param

    @schema("a", "b")
    def test_own(self, assert_conforms): pass
""")
def test_the_users_own_parameters_and_fixtures_go_before_ours(ids: list[str]) -> None:
    assert sorted(ids) == [
        "TestOverride::test_own",
        "TestOwnParameters::test_own[v3-a]",
        "TestOwnParameters::test_own[v3-b]",
        "TestOwnParameters::test_own[v4-a]",
        "TestOwnParameters::test_own[v4-b]",
        "test_other[v1-1]",
        "test_other[v1-2]",
        "test_other[v2-1]",
        "test_other[v2-2]",
        "test_same[v5]",
    ]


def test_a_negotiation_runs_once_in_the_best_version(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.registry_schema("orders.Order", prefer="v3", fallback="v2")
        def test_fallback(registry_schema, registry_version):
            assert registry_schema().version == registry_version == "v2"

        @pytest.mark.registry_schema(prefer="v1")
        def test_no_name(registry_schema, registry_version):
            assert registry_schema("orders.Order").version == registry_version == "v1"
    """)
    result = run("-v", f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::test_fallback PASSED*", "*::test_no_name PASSED*"])


def test_a_version_of_the_users_own_is_the_one_that_is_checked(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def registry_version():
            return "v2"

        @pytest.mark.registry_schema("orders.Order")
        def test_own(registry_schema):
            assert registry_schema().version == "v2"

        @pytest.mark.parametrize("registry_version", ["v1"])
        def test_parametrized(registry_schema):
            assert registry_schema("orders.Order").version == "v1"
    """)
    run(f"--registry-url={local_registry.url}").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "said", "workers"),
    [
        ("5", "5 is not a schema's name; write a text for each", "0"),
        ("5", "5 is not a schema's name; write a text for each", "2"),
        ("'a', version='v1'", "no such argument: version; did you mean versions=?", "0"),
        ("'a', versions=[]", "the list of versions is empty; give at least one, such as v1", "0"),
        (
            "'a', versions=['v1'], prefer='v2'",
            "give versions, or prefer and fallback, not both",
            "0",
        ),
    ],
)
def test_a_wrong_marker_stops_the_session_before_any_test(
    run: Run, pytester: pytest.Pytester, marker: str, said: str, workers: str
) -> None:
    pytester.makepyfile(f"""
        import pytest

        def test_first():
            pass

        @pytest.mark.registry_schema({marker})
        def test_wrong(assert_conforms):
            pass
    """)
    result = run("-n", workers)
    assert result.ret != 0
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*::test_wrong: @pytest.mark.registry_schema: {said}"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_a_name_is_needed_somewhere(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_nameless(assert_conforms): assert_conforms({})")
    result = run("--registry-versions=v1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            (
                "E *InvalidSettings: assert_conforms and registry_schema: name a schema in the "
                'call, or on the test: @pytest.mark.registry_schema("…")'
            )
        ]
    )
