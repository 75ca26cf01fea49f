"""What a check raises decides its test, wherever that is swallowed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
OFFLINE = ("--registry-offline", "--registry-versions=v1")
#: Ways to swallow what a call of ``check`` raises.
SWALLOWED = """
    import asyncio
    import contextlib
    import threading
    import unittest
    from concurrent.futures import ThreadPoolExecutor

    import pytest
    import pytest_schema_registry as ours

    async def task(check):
        check()

    async def gathered(check):
        await asyncio.gather(task(check), return_exceptions=True)

    async def left_alone(check):
        alone = asyncio.create_task(task(check))
        await asyncio.wait([alone])

    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    class TestSwallowed:
        def test_any_exception(self, check):
            with pytest.raises(Exception):
                check()

        def test_any_exception_of_a_text(self, check):
            with pytest.raises(match="orders.Order"):
                check()

        def test_any_exception_in_a_call(self, check):
            pytest.raises(Exception, check)

        def test_one_of_several(self, check):
            with pytest.raises((Exception, ours.SchemaRegistryError)):
                check()

        def test_any_group(self, check):
            async def group():
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(task(check))

            with pytest.RaisesGroup(Exception):
                asyncio.run(group())

        def test_suppressed(self, check):
            with contextlib.suppress(ours.SchemaRegistryError, AssertionError):
                check()

        def test_caught(self, check):
            try:
                check()
            except (ours.SchemaRegistryError, AssertionError):
                pass

        def test_thread(self, check):
            thread = threading.Thread(target=check)
            thread.start()
            thread.join()

        def test_pool(self, check):
            with ThreadPoolExecutor(2) as pool:
                pool.submit(check)

        def test_gathered(self, check):
            asyncio.run(gathered(check))

        def test_task(self, check):
            asyncio.run(left_alone(check))

        def test_later_expected(self, check):
            with contextlib.suppress(Exception):
                check()
            with pytest.raises(ours.KIND):
                check()

    class TestCase(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _check(self, late):
            self.check = late

        def test_assert_raises(self):
            with self.assertRaises(Exception):
                self.check()
"""
CHECKS = {
    "assert_conforms": "lambda: assert_conforms({}, 'orders.Order')",
    "registry_schema": "lambda: registry_schema('orders.Order')",
    "assert_compatible": "lambda: assert_compatible('orders.Order@v1', 'orders.Order@v2')",
    "schema_registry": "lambda: schema_registry.validate_payload('orders.Order', {})",
}
SWALLOWING = 13


def swallowed(check: str, *, is_verdict: bool = False) -> str:
    """The tests, with fixtures that a method of a TestCase may have too."""
    late = "schema_registry.get_schema('orders.Order', 'v1')"
    if is_verdict:
        late = "assert_compatible({}, {'required': ['a'], 'properties': {'a': {'type': 'null'}}})"
    kind = "ContractViolation" if is_verdict else "CassetteMissing"
    return (
        SWALLOWED.replace("KIND", kind)
        + f"""
    @pytest.fixture
    def check({check}):
        return {CHECKS[check]}

    @pytest.fixture
    def late(schema_registry, assert_compatible):
        return lambda: {late}
    """
    )


@pytest.mark.parametrize(
    ("check", "workers"), [*((check, "0") for check in CHECKS), ("assert_conforms", "2")]
)
def test_what_could_not_be_checked_is_an_error_however_it_was_swallowed(
    run: Run, pytester: pytest.Pytester, check: str, workers: str
) -> None:
    pytester.makepyfile(swallowed(check))
    result = run("-n", workers, *OFFLINE)
    result.assert_outcomes(errors=SWALLOWING)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "E *CassetteMissing: no recording of orders.Order v*",
            "E * lost: the test went on *, or if that is on purpose, expect it *(CassetteMissing)",
        ]
    )


def test_a_comparison_that_was_asked_for_wrongly_is_an_error_though_swallowed(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import contextlib

        def test_levels(assert_compatible):
            with contextlib.suppress(Exception):
                assert_compatible({"type": "string"}, {"type": "null"}, level="backwards")
    """)
    result = run(*OFFLINE)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["E *InvalidSettings: assert_compatible: level is one of *, not 'backwards'"]
    )


@WORKERS
def test_a_violation_fails_its_test_however_it_was_swallowed(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(swallowed("assert_conforms", is_verdict=True))
    url = f"--registry-url={local_registry.url}"
    result = run("-n", workers, "--registry-versions=v1", url)
    result.assert_outcomes(failed=SWALLOWING)
    result.stdout.fnmatch_lines(
        [
            "E *ContractViolation: orders.Order v1: $*",
            'E *"id" is a required property',
            "E * lost: *, expect it with pytest.raises(ContractViolation)",
        ]
    )
    result.stdout.fnmatch_lines([f"{SWALLOWING} checks: {SWALLOWING} violating"])


EXPECTED = """
    import asyncio
    import threading
    import unittest
    from concurrent.futures import ThreadPoolExecutor

    import pytest
    import pytest_schema_registry as ours

    KIND, BASE = ours.{kind}, ours.{kind}.__base__

    async def task(check):
        check()

    async def group(check):
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(task(check))

    @pytest.mark.parametrize("kind", [KIND, BASE, (KIND, BASE), (KIND,)])
    def test_named(check, kind):
        with pytest.raises(kind):
            check()

    def test_named_in_a_call(check):
        pytest.raises(KIND, check)

    def test_named_many_times(check):
        for _ in range(9):
            with pytest.raises(KIND, match="orders.Order"):
                check()

    def test_named_where_the_result_is(check):
        with ThreadPoolExecutor(2) as pool:
            results = [pool.submit(check) for _ in range(9)]
        for result in results:
            with pytest.raises(KIND):
                result.result()

    def test_named_in_a_thread(check):
        thread = threading.Thread(target=pytest.raises, args=(KIND, check))
        thread.start()
        thread.join()

    def test_named_in_a_group(check):
        with pytest.RaisesGroup(KIND):
            asyncio.run(group(check))

    def test_named_with_others_in_a_group(check):
        with pytest.RaisesGroup(ValueError, pytest.RaisesExc(KIND), flatten_subgroups=True):
            try:
                asyncio.run(group(check))
            except ExceptionGroup as exc:
                raise ExceptionGroup("both", [exc, ValueError()])

    def test_matched(check):
        try:
            check()
        except Exception as exc:
            assert pytest.RaisesExc(KIND).matches(exception=exc)

    class TestCase(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _check(self, schema_registry, assert_compatible):
            if KIND is ours.ContractViolation:
                self.check = lambda: assert_compatible({{}}, {{"type": "object"}})
                self.kind = ours.IncompatibleSchemas
            else:
                self.check = lambda: schema_registry.get_schema("orders.Order", "v1")
                self.kind = KIND

        def test_assert_raises(self):
            with self.assertRaises(self.kind):
                self.check()
            self.assertRaises((self.kind, BASE), self.check)

        def test_assert_raises_a_text(self):
            with self.assertRaisesRegex(self.kind, "."):
                self.check()

    @pytest.fixture
    def check(assert_conforms):
        return lambda: assert_conforms({{}}, "orders.Order")
"""
EXPECTING = 13


@WORKERS
@pytest.mark.parametrize("kind", ["CassetteMissing", "ContractViolation"])
def test_what_a_test_expects_by_name_is_not_lost(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, kind: str, workers: str
) -> None:
    pytester.makepyfile(EXPECTED.format(kind=kind))
    url = () if kind == "CassetteMissing" else (f"--registry-url={local_registry.url}",)
    result = run("-n", workers, "--registry-versions=v1", *url)
    result.assert_outcomes(passed=EXPECTING)
    if url:
        checks = 4 + 1 + 9 + 9 + 1 + 1 + 1 + 1
        result.stdout.fnmatch_lines([f"{checks} checks: {checks} refused as expected"])


def test_what_a_test_expects_is_known_where_it_is_the_first_to_need_us(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import CassetteMissing

        @pytest.mark.parametrize("kind, number", [(CassetteMissing, 1), (Exception, 2)])
        def test_late(request, kind, number):
            with pytest.raises(kind):
                request.getfixturevalue("schema_registry").get_schema("orders.Order", "v1")
    """)
    run("-k", "1").assert_outcomes(passed=1, deselected=1)
    run("-k", "2").assert_outcomes(errors=1, deselected=1)


@WORKERS
def test_no_expected_failure_hides_that_nothing_was_checked(
    run: Run, pytester: pytest.Pytester, workers: str
) -> None:
    pytester.makepyfile("""
        import contextlib
        import unittest

        import pytest
        from pytest_schema_registry import CassetteMissing, SchemaNotFound, SchemaRegistryError

        xfail = pytest.mark.xfail

        @pytest.fixture
        def swallowing(registry_schema):
            def swallowing():
                with contextlib.suppress(Exception):
                    registry_schema("orders.Order")
            return swallowing

        class TestErrors:
            @xfail(raises=Exception)
            def test_any(self, registry_schema):
                registry_schema("orders.Order")

            @xfail(raises=(SchemaRegistryError, KeyError))
            def test_one_of_several(self, registry_schema):
                registry_schema("orders.Order")

            @xfail(raises=pytest.RaisesExc(match="orders"))
            def test_any_text(self, registry_schema):
                registry_schema("orders.Order")

            @xfail(raises=KeyError)
            def test_what_comes_of_it(self, swallowing):
                swallowing()
                raise KeyError

            @xfail
            def test_wrapped(self, registry_schema):
                try:
                    registry_schema("orders.Order")
                except SchemaRegistryError as exc:
                    raise RuntimeError from exc

            @xfail
            def test_grouped(self, registry_schema):
                with pytest.raises(CassetteMissing) as caught:
                    registry_schema("orders.Order")
                try:
                    registry_schema("orders.Order")
                except SchemaRegistryError as exc:
                    raise ExceptionGroup("all", [exc])

            @xfail(strict=False)
            def test_passing(self, swallowing):
                swallowing()

            @xfail(strict=True)
            def test_passing_strictly(self, swallowing):
                swallowing()

            def test_said_late(self, swallowing):
                swallowing()
                pytest.xfail("later")

            @pytest.fixture
            def failing(self, registry_schema):
                registry_schema("orders.Order")

            @xfail
            def test_fixture(self, failing):
                pass

        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _registry(self, schema_registry):
                self.registry = schema_registry

            @unittest.expectedFailure
            def test_unittest(self):
                self.registry.get_schema("orders.Order", "v1")

        class TestExpected:
            @pytest.mark.parametrize("number", [
                pytest.param(1, marks=xfail(raises=CassetteMissing)),
                pytest.param(2, marks=xfail(raises=(CassetteMissing, SchemaNotFound))),
                pytest.param(3, marks=xfail(raises=SchemaRegistryError, strict=True)),
                pytest.param(4, marks=xfail(raises=pytest.RaisesExc(CassetteMissing))),
            ])
            def test_raised(self, registry_schema, number):
                registry_schema("orders.Order")

            @xfail(raises=CassetteMissing)
            def test_swallowed(self, swallowing):
                swallowing()
    """)
    result = run("-n", workers, *OFFLINE)
    result.assert_outcomes(errors=11, xfailed=5)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["*ERROR at call of TestErrors.test_what_comes_of_it*", "*CassetteMissing: no recording *"]
    )


def test_an_expected_failure_may_be_a_verdict(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import contextlib
        import unittest

        import pytest

        pytestmark = pytest.mark.registry_schema("orders.Order", versions="v1")

        @pytest.mark.xfail
        def test_raised(assert_conforms):
            assert_conforms({})

        @pytest.mark.xfail
        def test_swallowed(assert_conforms):
            with contextlib.suppress(AssertionError):
                assert_conforms({})

        def test_failing_anyway(assert_conforms):
            with contextlib.suppress(AssertionError):
                assert_conforms({})
            raise KeyError

        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _check(self, assert_compatible):
                self.check = assert_compatible

            @unittest.expectedFailure
            def test_unittest(self):
                self.check({}, {"type": "object"})
    """)
    result = run(f"--registry-url={local_registry.url}")
    result.assert_outcomes(xfailed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["E *KeyError", "3 checks: 2 violating as expected (xfail), 1 violating"]
    )


def test_a_skip_is_the_tests_own_word(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import unittest

        import pytest
        from pytest_schema_registry import SchemaRegistryError

        @pytest.fixture
        def reached(schema_registry):
            try:
                schema_registry.index()
            except SchemaRegistryError:
                pytest.skip("no registry")

        def test_setup(reached): pass

        def test_call(schema_registry):
            try:
                schema_registry.index()
            except SchemaRegistryError:
                pytest.skip("no registry")

        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _registry(self, schema_registry):
                self.registry = schema_registry

            def test_unittest(self):
                try:
                    self.registry.index()
                except SchemaRegistryError:
                    self.skipTest("no registry")
    """)
    run(*OFFLINE).assert_outcomes(skipped=3)


def test_what_a_fixture_swallows_is_lost_too(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import contextlib

        import pytest
        from pytest_schema_registry import SchemaNotFound

        pytestmark = pytest.mark.registry_schema("orders.Order", versions="v1")

        @pytest.fixture
        def before(schema_registry):
            with contextlib.suppress(Exception):
                schema_registry.get_schema("no.Such", "v1")

        @pytest.fixture
        def after(assert_conforms):
            yield
            with contextlib.suppress(Exception):
                assert_conforms({}, "no.Such")

        @pytest.fixture
        def violating(assert_conforms):
            yield
            with contextlib.suppress(Exception):
                assert_conforms({})

        @pytest.fixture
        def expected(schema_registry):
            with pytest.raises(SchemaNotFound):
                schema_registry.get_schema("no.Such", "v1")

        def test_before(before): pass

        def test_after(after): pass

        def test_violating(violating): pass

        def test_expected(expected): pass
    """)
    result = run(f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=3, errors=3)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at call of test_before*",
            "*SchemaNotFound: no schema no.Such in v1",
            "*ERROR at teardown of test_after*",
            "*SchemaNotFound: no schema no.Such in v1",
            "*ERROR at teardown of test_violating*",
            "*ContractViolation: orders.Order v1: $*",
            "1 check: 1 violating; 1 check could not be made",
        ]
    )


def test_what_is_lost_is_the_reason_of_what_comes_of_it(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import contextlib

        def test_orders(registry_schema):
            schema = None
            with contextlib.suppress(Exception):
                schema = registry_schema("orders.Order")
            assert schema.content

        def test_wrapped(registry_schema):
            try:
                registry_schema("orders.Order")
            except Exception as exc:
                raise ExceptionGroup("all", [exc])
    """)
    result = run(*OFFLINE, "-p", "no:logging")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "E *AttributeError: *",
            "*- schema registry -*",
            "no recording of orders.Order v1",
            "*ERROR at call of test_wrapped*",
        ]
    )
    assert str(result.stdout).count("- schema registry -") == 1


@WORKERS
def test_what_a_subtest_could_not_check_is_told_once(
    run: Run, pytester: pytest.Pytester, workers: str
) -> None:
    pytest.importorskip("_pytest.subtests", reason="pytest 9 has subtests of its own")
    pytester.makepyfile("""
        import contextlib
        import unittest

        import pytest

        def test_raised(registry_schema, subtests):
            with subtests.test(number=1):
                registry_schema("orders.Order")
            with subtests.test(number=2):
                pass

        def test_swallowed(registry_schema, subtests):
            with subtests.test(number=3):
                with contextlib.suppress(Exception):
                    registry_schema("orders.Order")

        @pytest.mark.xfail
        def test_expected(registry_schema, subtests):
            with subtests.test(number=4):
                try:
                    registry_schema("orders.Order")
                except Exception as exc:
                    raise ExceptionGroup("all", [exc])

        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _registry(self, schema_registry):
                self.registry = schema_registry

            def test_unittest(self):
                with self.subTest(number=5):
                    self.registry.get_schema("orders.Order", "v1")
    """)
    result = run("-n", workers, *OFFLINE, "--tb=line", "-rA")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines_random(
        [
            "SUBFAILED(number=*1*) *::test_raised*",
            "ERROR *::test_swallowed*",
            "SUBFAILED(number=*4*) *::test_expected*",
            "SUBFAILED(number=*5*) *::test_unittest*",
        ]
    )
    for name in ("test_raised", "test_expected", "test_unittest"):
        result.stdout.no_fnmatch_line(f"ERROR *::{name}*")


@WORKERS
def test_a_test_that_is_run_again_starts_afresh(
    run: Run, pytester: pytest.Pytester, workers: str
) -> None:
    if find_spec("pytest_rerunfailures") is None:
        pytest.skip("needs pytest-rerunfailures")
    pytester.makepyfile("""
        import contextlib

        runs = []

        def test_passes_then(registry_schema):
            runs.append(1)
            if len(runs) == 1:
                with contextlib.suppress(Exception):
                    registry_schema("orders.Order")

        def test_raises_first(registry_schema):
            runs.append(1)
            if len(runs) == 3:
                registry_schema("orders.Order")

        def test_never(registry_schema):
            with contextlib.suppress(Exception):
                registry_schema("orders.Order")
    """)
    result = run("-n", workers, *OFFLINE, "--reruns=1", "--dist=loadfile")
    result.stdout.fnmatch_lines(["*2 passed, 1 error, 3 rerun in *"])


def test_a_coroutine_is_a_test_as_any(run: Run, pytester: pytest.Pytester) -> None:
    if find_spec("pytest_asyncio") is None:
        pytest.skip("needs pytest-asyncio")
    pytester.makepyfile("""
        import asyncio

        import pytest
        from pytest_schema_registry import CassetteMissing

        async def look(registry_schema):
            registry_schema("orders.Order")

        @pytest.mark.asyncio
        async def test_task(registry_schema):
            task = asyncio.create_task(look(registry_schema))
            await asyncio.wait([task])

        @pytest.mark.asyncio
        async def test_expected(registry_schema):
            task = asyncio.create_task(look(registry_schema))
            with pytest.raises(CassetteMissing):
                await task
    """)
    run(*OFFLINE, "-p", "no:randomly").assert_outcomes(passed=1, errors=1)


def test_each_of_many_examples_counts(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    pytester.makepyfile("""
        import contextlib

        import pytest
        from hypothesis import HealthCheck, given, settings, strategies
        from pytest_schema_registry import ContractViolation

        pytestmark = pytest.mark.registry_schema("orders.Order", versions="v1")

        def examples(test):
            profile = settings(
                database=None, deadline=None, max_examples=20,
                suppress_health_check=list(HealthCheck),
            )
            return profile(given(number=strategies.integers(1, 9))(test))

        @examples
        def test_expected(assert_conforms, number):
            with pytest.raises(ContractViolation):
                assert_conforms({"id": number})

        @examples
        def test_swallowed(assert_conforms, number):
            with contextlib.suppress(Exception):
                assert_conforms({"id": "a"} if number > 1 else {"id": number})
                assert_conforms({"id": "a"}, "no.Such" if number > 8 else None)
    """)
    result = run(f"--registry-url={local_registry.url}")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*SchemaNotFound: no schema no.Such in v1*"])


def test_what_was_put_in_the_place_of_pytests_own_is_taken_away(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile("""
        import unittest

        import pytest

        pytest_plugins = ["pytester"]
        INNER = "def test_ours(assert_compatible): assert_compatible({}, {})"

        def methods():
            context = type(unittest.TestCase().assertRaises(Exception))
            return pytest.RaisesExc.matches, pytest.RaisesGroup.matches, context.__exit__

        def test_sessions(pytester):
            before = methods()
            pytester.makepyfile(INNER)
            options = "-p", "no:randomly", "-p", "no:cacheprovider"
            pytester.runpytest_inprocess(*options).assert_outcomes(passed=1)
            assert methods() == before

        def test_replaced(pytester, monkeypatch):
            other = lambda *args: True
            pytester.makepyfile(INNER, conftest='''
                import pytest

                def pytest_sessionfinish():
                    pytest.RaisesExc.matches = pytest.other
            ''')
            monkeypatch.setattr(pytest, "other", other, raising=False)
            monkeypatch.setattr(pytest.RaisesExc, "matches", pytest.RaisesExc.matches)
            pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=1)
            assert pytest.RaisesExc.matches is other
    """)
    run().assert_outcomes(passed=2)
