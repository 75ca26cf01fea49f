"""Whether schemas still speak to each other, asked by a fixture and by rules without code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_registry import Reply

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

WORKERS = pytest.mark.parametrize("workers", ["0", "2"])
CART: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "string"}}}
STRICT_CART = CART | {"required": ["id"]}
ITEM: dict[str, Any] = {"type": "object", "properties": {"quantity": {"maximum": 1000}}}
SMALL_ITEM: dict[str, Any] = {"type": "object", "properties": {"quantity": {"maximum": 100}}}
WAIVER = """
[[waiver]]
schema = "shop.Cart"
rule = "required-added"
reason = "every producer sends it"
expires = 2100-01-01
"""


@pytest.fixture
def url(local_registry: LocalRegistry) -> str:
    """The option that names a registry with a schema that breaks, one that does not, and a new one.

    What ``shop.Order`` refers to breaks, too.
    """
    order = {"type": "object", "properties": {"item": {"$ref": "shop.Item"}}}
    local_registry.publish("shop.Cart", v1=CART, v2=STRICT_CART)
    local_registry.publish("shop.Item", v1=ITEM, v2=SMALL_ITEM)
    local_registry.publish("shop.Order", v1=order, v2=order)
    local_registry.publish("shop.Same", v1=CART, v2=CART | {"title": "The same"})
    local_registry.publish("shop.New", v2=CART)
    return f"--registry-url={local_registry.url}"


def rules(pytester: pytest.Pytester, *lines: str, more: str = "") -> None:
    joined = "".join(f"\n    {line}" for line in lines)
    pytester.makeini(f"[pytest]\nregistry_compatibility ={joined}\n{more}\n")


def outcomes(result: pytest.RunResult) -> dict[str, str]:
    found = re.findall(
        r"tox\.ini::(\S+\[[^]]*\]) (PASSED|FAILED|ERROR|SKIPPED)", result.stdout.str()
    )
    found += [
        (name, outcome)
        for outcome, name in re.findall(
            r"\[gw\d\].* (PASSED|FAILED|ERROR|SKIPPED) tox\.ini::(.*\])", result.stdout.str()
        )
    ]
    return dict(found)


# Rules


@WORKERS
def test_a_rule_makes_a_test_of_each_schema(
    run: Run, pytester: pytest.Pytester, url: str, workers: str
) -> None:
    lines = ("shop.*: v1 -> v2 backward", "shop.Same: v1 -> v2 full strict")
    rules(pytester, *lines, "shop.Same: v1 -> v2")
    result = run(url, "-v", "-n", workers)
    result.assert_outcomes(passed=2, failed=3, skipped=1)
    assert outcomes(result) == {
        "shop.Cart[v1->v2 backward]": "FAILED",
        "shop.Item[v1->v2 backward]": "FAILED",
        "shop.New[v1->v2 backward]": "SKIPPED",
        "shop.Order[v1->v2 backward]": "FAILED",
        "shop.Same[v1->v2 backward]": "PASSED",
        "shop.Same[v1->v2 full strict]": "PASSED",
    }
    result.stdout.fnmatch_lines(
        [
            "*_ compatibility of shop.Cart[[]v1->v2 backward] _*",
            "shop.Cart v1 -> v2 is not backward compatible   (tolerant; 1 reason)",
            "  ✗ required-added  $.id",
            "        producers of v1 may omit it; consumers of v2 refuse that",
        ]
    )
    result.stdout.fnmatch_lines(["        v2 #/$defs/shop.Item/properties/quantity/maximum"])
    result.stdout.fnmatch_lines(["5 comparisons of schemas: 2 compatible, 3 incompatible"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*.py:*")


def test_rules_are_fetched_ahead_and_asked_once(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry
) -> None:
    rules(pytester, "shop.*: v1 -> v2")
    run(url, "-n", "2")
    assert set(local_registry.counts.values()) == {1}
    assert local_registry.counts["/index"] == 1


def test_rules_are_replayed(run: Run, pytester: pytest.Pytester, url: str) -> None:
    rules(pytester, "shop.*: v1 -> v2")
    run(url, "--registry-mode=record").assert_outcomes(passed=1, failed=3, skipped=1)
    for workers in ("0", "2"):
        replayed = run("--registry-offline", "-n", workers)
        replayed.assert_outcomes(passed=1, failed=3, skipped=1)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-k", "Same and full"], {"shop.Same[v1->v2 full]"}),
        (["-m", "registry_compatibility and not slow"], None),
        (["-m", "not registry_compatibility"], set()),
        (["tests"], None),
        (["tests/contracts"], None),
        (["tests/contracts/test_own.py"], set()),
        (["tests/contracts/test_own.py::test_own"], set()),
        (["tests/unit"], set()),
        (["tox.ini"], None),
        (["setup.cfg"], set()),
        (["tox.ini", "tests/contracts"], None),
        (["tox.ini::shop.Same[v1->v2 full]"], {"shop.Same[v1->v2 full]"}),
    ],
)
def test_rules_are_collected_beside_the_contract_tests(
    run: Run,
    pytester: pytest.Pytester,
    url: str,
    arguments: list[str],
    expected: set[str] | None,
) -> None:
    rules(pytester, "shop.Same: v1 -> v2", "shop.Same: v1 -> v2 full")
    for folder in ("tests/contracts", "tests/unit"):
        pytester.mkdir("tests") if not (pytester.path / "tests").exists() else None
        (pytester.path / folder).mkdir()
        (pytester.path / folder / "test_own.py").write_text("def test_own(): pass")
    (pytester.path / "setup.cfg").touch()
    result = run(url, "-v", "-p", "no:cacheprovider", "--import-mode=importlib", *arguments)
    everything = {"shop.Same[v1->v2 backward]", "shop.Same[v1->v2 full]"}
    assert set(outcomes(result)) == (everything if expected is None else expected)


def test_the_last_failed_rule_can_be_run_alone(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    rules(pytester, "shop.*: v1 -> v2")
    run(url).assert_outcomes(passed=1, failed=3, skipped=1)
    result = run(url, "--lf")
    result.assert_outcomes(failed=3)


def test_a_schema_that_a_pattern_has_found_and_that_is_refused_is_an_error(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry
) -> None:
    rules(pytester, "shop.Sam*: v1 -> v2")
    local_registry.always(Reply(403), "schemas/v2/shop.Same")
    result = run(url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*refused the request with status 403*"])


@WORKERS
@pytest.mark.parametrize(
    ("rule", "where"),
    [("sohp.*: v1 -> v2", "two of these versions"), ("shop.*: v1 -> v2 -> v33", "v33")],
)
def test_a_pattern_that_matches_less_than_the_rule_says_is_an_error(
    run: Run, pytester: pytest.Pytester, url: str, workers: str, rule: str, where: str
) -> None:
    rules(pytester, "shop.*: v1 -> v2", rule)
    pytester.makepyfile("def test_own(): pass")
    result = run(url, "-n", workers)
    assert result.ret != 0
    said = f"{rule}: the registry lists nothing of such a name in {where}; correct the rule"
    result.stdout.fnmatch_lines([f"*registry_compatibility: {said}"])


@WORKERS
def test_a_rule_whose_schema_there_is_not_is_an_error_of_its_test(
    run: Run, pytester: pytest.Pytester, url: str, workers: str
) -> None:
    rules(pytester, "shop.New: v1 -> v2", "shop.Same: v1 -> v2")
    result = run(url, "-n", workers)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["no schema shop.New in v1", "  according to: *"])


@pytest.mark.parametrize("order", [1, -1], ids=["pattern first", "name first"])
def test_a_schema_that_a_rule_names_must_be_there_whatever_pattern_matches_it(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, url: str, order: int
) -> None:
    local_registry.publish("shop.Nice", v1=CART, v2=CART)
    lines = ["shop.N*: v1 -> v2", "shop.New.schema: v1->v2 backward", "shop.New: v1 -> v2"]
    rules(pytester, *lines[::order])
    result = run(url, "-v")
    result.assert_outcomes(passed=1, errors=1)
    assert outcomes(result) == {
        "shop.New[v1->v2 backward]": "ERROR",
        "shop.Nice[v1->v2 backward]": "PASSED",
    }
    result.stdout.fnmatch_lines(["no schema shop.New in v1"])


@WORKERS
def test_where_there_is_no_index_a_pattern_is_an_error_of_its_test(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry, workers: str
) -> None:
    local_registry.always(Reply(404), "index")
    rules(pytester, "shop.*: v1 -> v2", "shop.Same: v1 -> v2")
    pytester.makepyfile("def test_own(): pass")
    result = run(url, "-n", workers)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*_ ERROR at call of compatibility of shop.*: v1 -> v2 _*", "*there is no index, *"]
    )


@pytest.mark.parametrize("line", ["shop.Cart", "shop.Cart: v1 -> v2 sideways"])
def test_a_wrong_rule_stops_the_session(run: Run, pytester: pytest.Pytester, line: str) -> None:
    rules(pytester, line)
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: registry_compatibility (ini file): *'{line}'*"])


def test_a_wrong_environment_is_an_error_of_the_rules_tests(
    run: Run, pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_MODE", "wrong")
    rules(pytester, "shop.*: v1 -> v2", "shop.Same: v1 -> v2")
    pytester.makepyfile("def test_own(): pass")
    run(url).assert_outcomes(passed=1, errors=2)


def test_without_an_ini_file_rules_have_a_place_too(run: Run, url: str) -> None:
    result = run(url, "-v", "--registry-compatibility", "shop.Same: v1->v2, shop.Same: v2->v1")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["registry_compatibility::shop.Same[[]v1->v2 backward] PASSED *"])


def test_a_rule_that_fails_otherwise_shows_where(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    rules(pytester, "shop.Same: v1 -> v2")
    pytester.makeconftest("""
        from pytest_schema_registry.schema_types.json_schema.validation import JSONSchemaType

        def broken(*_args, **_options):
            raise RuntimeError("a bug")

        JSONSchemaType.compare = broken
    """)
    result = run(url)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*RuntimeError: a bug"])


# The fixture


def test_two_versions_are_asked_about_in_a_test(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        import pytest
        from pytest_schema_registry import AssertCompatible, IncompatibleSchemas, InvalidSettings
        from pytest_schema_registry import InvalidSchema, SchemaNotFound

        def test_names(assert_compatible: AssertCompatible):
            report = assert_compatible("shop.Same@v1", "shop.Same.schema@v2", level="full")
            assert report.compatible
            with pytest.raises(IncompatibleSchemas) as caught:
                assert_compatible("shop.Cart@v1", "shop.Cart@v2")
            assert [reason.rule for reason in caught.value.report.reasons] == ["required-added"]
            assert_compatible("shop.Cart@v1", "shop.Cart@v2", level="forward")

        def test_schemas(assert_compatible, schema_registry):
            old, new = (schema_registry.get_schema("shop.Item", line) for line in ("v1", "v2"))
            with pytest.raises(IncompatibleSchemas, match=r"^shop\\.Item v1 -> v2 is not"):
                assert_compatible(old, new)
            assert_compatible(new, old)
            with pytest.raises(IncompatibleSchemas, match=r"^shop\\.Item v1 -> shop\\.Cart v2 "):
                assert_compatible(old, "shop.Cart@v2")

        def test_values(assert_compatible):
            assert_compatible({"type": "integer"}, {"type": "number"})
            assert_compatible({}, True)
            with pytest.raises(IncompatibleSchemas) as caught:
                assert_compatible({"type": "number"}, {"type": "integer"}, policy="strict")
            assert str(caught.value).startswith("old -> new is not backward compatible   (strict")
            assert str(caught.value).endswith("next: take the change back")
            new = {"required": ["a"], "properties": {"a": {"default": 1}}}
            with pytest.raises(IncompatibleSchemas):
                assert_compatible({}, new)
            assert_compatible({}, new, defaults=True)

        @pytest.mark.parametrize("wrong", ["shop.Cart", "@v1", "shop.Cart@", 1, None])
        def test_what_is_no_schema(assert_compatible, wrong):
            with pytest.raises(InvalidSettings, match=f"^assert_compatible: {wrong!r} is no "):
                assert_compatible(wrong, "shop.Cart@v2")

        def test_errors(assert_compatible):
            with pytest.raises(SchemaNotFound):
                assert_compatible("shop.New@v1", "shop.New@v2")
            with pytest.raises(InvalidSchema, match="the given schema"):
                assert_compatible({"type": "objekt"}, {})
            with pytest.raises(InvalidSettings, match="^assert_compatible: level is one of"):
                assert_compatible({}, {}, level="up")
            with pytest.raises(InvalidSettings, match="^assert_compatible: policy is one of"):
                assert_compatible({}, {}, policy="lenient")

        def test_undecided(assert_compatible):
            old = {"type": "string", "pattern": "^[0-9]+$"}
            new = {"type": "string", "pattern": "^[0-9][0-9]*$"}
            with pytest.raises(IncompatibleSchemas, match="next: look at it yourself"):
                assert_compatible(old, new, policy="strict")
    """)
    result = run(url)
    result.assert_outcomes(passed=10)
    result.stdout.fnmatch_lines(["* comparisons of schemas: * compatible, * incompatible, 1 und*"])


def test_many_reasons_are_offered_to_be_waived(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry
) -> None:
    names = [f"p{number}" for number in range(7)]
    many = CART | {"required": names, "properties": {name: {"type": "string"} for name in names}}
    local_registry.publish("shop.Cart", v1=CART, v2=many)
    rules(pytester, "shop.Cart: v1 -> v2")
    result = run(url)
    result.assert_outcomes(failed=1)
    offered = [line for line in result.stdout.lines if "    fingerprint = " in line]
    # In CI, pytest shows them once more in its summary.
    assert len(set(offered)) == 5
    result.stdout.fnmatch_lines(["    # and 2 more"])


def test_an_old_copy_is_said(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry
) -> None:
    rules(pytester, "shop.Same: v1 -> v2")
    run(url).assert_outcomes(passed=1)
    with local_registry.down():
        result = run(url, "--registry-cache-ttl=0")
    result.assert_outcomes(passed=1, warnings=2)
    result.stdout.fnmatch_lines(["*StaleSchemaWarning: shop.Same v1 was served*"])


# Waivers


@WORKERS
def test_a_waived_break_passes_and_is_said(
    run: Run, pytester: pytest.Pytester, url: str, workers: str
) -> None:
    rules(pytester, "shop.Cart: v1 -> v2", more="registry_waivers = waivers.toml")
    (pytester.path / "waivers.toml").write_text(WAIVER)
    said = "shop.Cart v1 -> v2: required-added at $.id until 2100-01-01: every producer sends it"
    for options, line in (([], f"  waived: {said}"), (["-q"], f"waived: {said}")):
        result = run(url, "-n", workers, *options)
        result.assert_outcomes(passed=1)
        assert result.ret == 0
        result.stdout.fnmatch_lines([line])
    run(url).stdout.fnmatch_lines(["1 comparison of schemas: 1 waived"])


def test_the_block_that_a_failure_offers_waives_it(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    rules(pytester, "shop.Cart: v1 -> v2", more="registry_waivers = waivers.toml")
    (pytester.path / "waivers.toml").write_text("")
    failed = run(url)
    failed.assert_outcomes(failed=1)
    (block,) = set(re.findall(r"\[\[waiver\]\]\n(?: .*\n)+", failed.stdout.str()))
    head, schema, fingerprint, reason, expires = (line.strip() for line in block.splitlines())
    assert (head, schema) == ("[[waiver]]", 'schema = "shop.Cart"')
    assert re.fullmatch(r'fingerprint = "\w{12}"  # required-added at \$\.id', fingerprint)
    assert reason == 'reason = "say why"'
    assert re.fullmatch(r"expires = \d{4}-\d\d-\d\d", expires)
    (pytester.path / "waivers.toml").write_text(block)
    assert run(url).ret == 0


@WORKERS
@pytest.mark.parametrize(
    ("waiver", "said"),
    [
        (
            WAIVER.replace("2100", "2001"),
            "the waiver of required-added of shop.Cart expired on 2001-01-01; remove it",
        ),
        (
            WAIVER.replace("required-added", "enum-value-removed"),
            "nothing needs the waiver of enum-value-removed of shop.Cart any more; remove it",
        ),
    ],
)
def test_a_waiver_that_expired_or_that_nothing_needs_fails_the_run(
    run: Run, pytester: pytest.Pytester, url: str, workers: str, waiver: str, said: str
) -> None:
    rules(pytester, "shop.Cart: v1 -> v2 forward", more="registry_waivers = waivers.toml")
    (pytester.path / "waivers.toml").write_text(waiver)
    result = run(url, "-n", workers)
    result.assert_outcomes(passed=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines([f"gate failed: waivers.toml lines 2 to 6: {said}"])


@WORKERS
@pytest.mark.parametrize("testpaths", ["", "testpaths = contracts oth*", "testpaths = /nowhere"])
def test_a_waiver_that_no_schema_is_compared_for_fails_a_run_of_all_tests(
    run: Run, pytester: pytest.Pytester, url: str, workers: str, testpaths: str
) -> None:
    more = f"registry_waivers = waivers.toml\nregistry_cassettes = contracts/x\n{testpaths}"
    rules(pytester, "shop.Same: v1 -> v2", more=more)
    (pytester.path / "waivers.toml").write_text(WAIVER.replace("shop.Cart", "shop.Carts"))
    pytester.mkdir("contracts")
    pytester.mkdir("others").joinpath("test_own.py").write_text("def test_own(): pass")
    result = run(url, "-n", workers)
    assert result.ret == 1
    said = "nothing needs the waiver of required-added of shop.Carts any more; remove it"
    result.stdout.fnmatch_lines([f"gate failed: waivers.toml lines 2 to 6: {said}"])
    assert run(url, "-n", workers, "contracts").ret == 0


def test_waivers_count_without_rules(run: Run, pytester: pytest.Pytester, url: str) -> None:
    pytester.makeini("[pytest]\nregistry_waivers = waivers.toml")
    pytester.makepyfile("""
        def test_same(assert_compatible):
            assert_compatible("shop.Same@v1", "shop.Same@v2")
    """)
    waivers = pytester.path / "waivers.toml"
    waivers.write_text(WAIVER)
    result = run(url)
    result.assert_outcomes(passed=1)
    said = "nothing needs the waiver of required-added of shop.Cart any more; remove it"
    result.stdout.fnmatch_lines([f"gate failed: waivers.toml lines 2 to 6: {said}"])
    waivers.write_text("[[waiver]]")
    assert run(url).ret == pytest.ExitCode.USAGE_ERROR


def test_an_expired_waiver_waives_nothing(run: Run, pytester: pytest.Pytester, url: str) -> None:
    rules(pytester, "shop.Cart: v1 -> v2", more="registry_waivers = waivers.toml")
    (pytester.path / "waivers.toml").write_text(WAIVER.replace("2100", "2001"))
    run(url).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    "arguments", [["-k", "Same"], ["test_own.py"], ["tox.ini::shop.Cart[v1->v2 forward]"]]
)
def test_a_part_of_a_suite_does_not_tell_what_nothing_needs(
    run: Run, pytester: pytest.Pytester, url: str, arguments: list[str]
) -> None:
    lines = ["shop.Cart: v1 -> v2 forward", "shop.Same: v1 -> v2"]
    rules(pytester, *lines, more="registry_waivers = waivers.toml")
    waiver = WAIVER.replace("shop.Cart", "shop.*").replace("required-added", "type-narrowed")
    (pytester.path / "waivers.toml").write_text(waiver)
    pytester.makepyfile(
        test_own="""
        def test(assert_compatible): assert_compatible("shop.Cart@v2", "shop.Cart@v1")
    """
    )
    assert run(url, *arguments).ret == 0
    assert run(url).ret == 1


def test_of_a_run_that_was_stopped_no_waiver_is_judged(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    rules(pytester, "shop.Cart: v1 -> v2", more="registry_waivers = waivers.toml")
    waiver = WAIVER.replace("required-added", "type-narrowed")
    (pytester.path / "waivers.toml").write_text(waiver)
    result = run(url, "-x")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("gate failed: *")
    run(url).stdout.fnmatch_lines(["gate failed: *"])


def test_without_rules_the_ini_file_holds_no_tests(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makeini("[pytest]\nregistry_waivers = waivers.toml")
    (pytester.path / "waivers.toml").write_text(WAIVER)
    result = run(url, "tox.ini")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_waivers_that_cannot_be_read_stop_the_session(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_own(): pass")
    result = run("--registry-waivers=none.toml")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: registry_waivers: none.toml cannot be read: *"])


# The registry's own opinion


@pytest.fixture
def lenient(local_registry: LocalRegistry, url: str) -> str:
    """A registry that calls everything compatible."""
    local_registry.always(Reply(body={"compatible": True}), "compat/check")
    return url


@WORKERS
def test_the_registry_may_judge_alone(
    run: Run, pytester: pytest.Pytester, lenient: str, local_registry: LocalRegistry, workers: str
) -> None:
    rules(pytester, "shop.Cart: v1 -> v2", "shop.Cart: v1 -> v2 full")
    result = run(lenient, "--registry-compat-source=registry", "-n", workers)
    result.assert_outcomes(passed=2)
    assert max(local_registry.counts.values()) == 1
    local_registry.always(Reply(body={"compatible": False, "breaking_reasons": ["no"]}))
    local_registry.reset(local_registry.directory)
    result = run(lenient, "--registry-compat-source=registry", "--registry-cache-ttl=0")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*(the registry's; 1 reason, 1 note)"])


def test_a_disagreement_is_a_warning_that_shows_both(
    run: Run, pytester: pytest.Pytester, lenient: str
) -> None:
    rules(pytester, "shop.Cart: v1 -> v2", "shop.Same: v1 -> v2")
    result = run(lenient, "--registry-compat-source=both")
    result.assert_outcomes(passed=1, failed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "*CompatibilityWarning: shop.Cart v1 -> v2 is backward compatible   (the registry's)",
            "*and here",
            "*shop.Cart v1 -> v2 is not backward compatible   (tolerant; 1 reason)",
        ]
    )


def test_only_two_lines_of_one_schema_are_the_registrys_to_judge(
    run: Run, pytester: pytest.Pytester, lenient: str
) -> None:
    pytester.makepyfile("""
        def test_values(assert_compatible):
            assert_compatible({"type": "integer"}, {"type": "number"})

        def test_two_names(assert_compatible):
            assert_compatible("shop.Same@v1", "shop.New@v2", policy="strict")
    """)
    run(lenient, "--registry-compat-source=both").assert_outcomes(passed=2)
    result = run(lenient, "--registry-compat-source=registry")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*InvalidSettings: --registry-compat-source registry: *"])


def test_an_opinion_that_cannot_be_had_is_an_error(
    run: Run, pytester: pytest.Pytester, url: str, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(403), "compat/check")
    rules(pytester, "shop.Same: v1 -> v2")
    for source in ("registry", "both"):
        run(url, f"--registry-compat-source={source}").assert_outcomes(errors=1)
    result = run(url, "--registry-compat-source=nobody")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


# Who does not ask


def test_a_session_without_rules_imports_nothing_of_it(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makeconftest("""
        import sys

        def pytest_unconfigure(config):
            print("imported:", [name for name in sys.modules if name.startswith(
                ("pytest_schema_registry.rule", "pytest_schema_registry.contracts.evolution",
                 "pytest_schema_registry.compatibility.waivers", "pytest_schema_registry.compat"))])
    """)
    pytester.makepyfile("def test(registry_schema): registry_schema('shop.Same')")
    run(url, "-s").stdout.fnmatch_lines(["imported: []"])


@WORKERS
def test_a_report_is_as_wide_as_the_terminal(
    run: Run,
    pytester: pytest.Pytester,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
) -> None:
    rules(pytester, "shop.Cart: v1 -> v2 backward")
    row, text = (
        "  ✗ required-added  $.id",
        "producers of v1 may omit it; consumers of v2 refuse that",
    )
    monkeypatch.setenv("COLUMNS", "140")
    assert f"{row}  {text}" in run("-n", workers, url).outlines
    monkeypatch.setenv("COLUMNS", "60")
    lines = run("-n", workers, url).outlines
    place = lines.index(row)
    below = lines[place + 1 : place + 3]
    assert all(line.startswith(" " * 8) for line in below)
    assert " ".join(map(str.strip, below)) == text
