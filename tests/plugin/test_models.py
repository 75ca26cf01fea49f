"""What a model sends and accepts, held against its schema by fixtures."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

V1: dict[str, Any] = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "qty": {"type": "integer", "minimum": 0}},
    "required": ["id", "qty"],
}
V2: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "qty": {"type": "integer", "minimum": 0},
        "unit": {"enum": ["box", "piece"]},
    },
    "required": ["id", "qty", "unit"],
}
MODELS = """
from typing import Annotated
import msgspec
import pydantic

class Order(pydantic.BaseModel):
    id: str
    qty: int = pydantic.Field(ge=0)

class Struct(msgspec.Struct):
    id: str
    qty: Annotated[int, msgspec.Meta(ge=0)]

class Even(Order):
    @pydantic.field_validator("qty")
    @classmethod
    def even(cls, qty):
        if qty % 2:
            raise ValueError("qty is even")
        return qty

class Aliased(pydantic.BaseModel):
    id_: str = pydantic.Field(alias="id")
    qty: int = pydantic.Field(ge=0)

class InWords(Order):
    @pydantic.field_serializer("qty")
    def in_words(self, qty):
        return f"{qty} pieces"

class Any_(pydantic.BaseModel):
    id: str
    qty: int

class Undefined(pydantic.BaseModel):
    call: pydantic.ImportString
    at: object = pydantic.Field(default_factory=object)

class Opaque(pydantic.BaseModel):
    model_config = {"arbitrary_types_allowed": True}
    it: type("Thing", (), {})

class Never(pydantic.BaseModel):
    id: str

    @pydantic.model_validator(mode="after")
    def never(self):
        raise ValueError("never")
"""


@pytest.fixture
def url(pytester: pytest.Pytester, local_registry: LocalRegistry) -> str:
    """The option that names a registry with two versions of an order, whose models are at hand."""
    local_registry.publish("shop.Order", v1=V1, v2=V2)
    pytester.makepyfile(models=MODELS)
    return f"--registry-url={local_registry.url}"


def failure(result: pytest.RunResult) -> list[str]:
    """The lines of the only failure, without addresses, digests, days and numbers of payloads."""
    text = "\n".join(line[1:] for line in result.stdout.lines if line.startswith("E "))
    text = re.sub(r"digest \w+", "digest …", textwrap.dedent(text))
    text = re.sub(r"schema: \S+ http\S+", "schema: …", text)
    text = re.sub(r"(expires = |fingerprint = )\S+", r"\1…", text)
    return re.sub(r"\d+ (payloads were tried)", r"N \1", text).splitlines()


def test_both_fixtures_run_once_for_each_version(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        from models import Order, Struct
        from pytest_schema_registry import AssertConsumes, AssertProduces

        def test_sent(assert_produces: AssertProduces):
            assert_produces(Order, "shop.Order")

        def test_read(assert_consumes: AssertConsumes):
            assert_consumes(Order, "shop.Order")

        def test_struct(assert_produces, assert_consumes):
            assert_produces(Struct, "shop.Order@v1")
            assert_consumes(Struct, "shop.Order@v1")
    """)
    result = run(url, "-v")
    result.assert_outcomes(passed=5, failed=1)
    cases = re.findall(r"::(\S+) (PASSED|FAILED)", result.stdout.str())
    assert dict(cases) == {
        "test_sent[v1]": "PASSED",
        "test_sent[v2]": "FAILED",
        "test_read[v1]": "PASSED",
        "test_read[v2]": "PASSED",
        "test_struct[v1]": "PASSED",
        "test_struct[v2]": "PASSED",
    }
    result.stdout.fnmatch_lines(["8 checks: 7 conforming, 1 violating *"])
    result.stdout.no_fnmatch_line("*comparison*")


def test_a_producer_that_breaks_the_contract_is_shown_with_a_payload_that_it_makes(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        from models import Order

        def test_sent(assert_produces):
            assert_produces(Order, "shop.Order@v2")
    """)
    result = run(url, "-k", "v1")
    assert failure(result) == [
        "ContractViolation: Order can send what shop.Order v2 refuses: $.unit is missing",
        '  $.unit: "unit" is a required property',
        '      required-added: "unit" may be missing -> required',
        "      #/required",
        '      Order sends {"id": "x", "qty": 0}',
        "  rests on: payloads that the model itself made or refused; N payloads were tried besides",
        "  schema: … (digest …)",
        (
            "  next: correct Order, publish a schema that allows what it sends, or accept it for a "
            "time, in the file that registry_waivers names:"
        ),
        "    [[waiver]]",
        '    schema = "shop.Order"',
        "    fingerprint = …  # required-added at $.unit",
        '    reason = "say why"',
        "    expires = …",
    ]


def test_a_consumer_that_breaks_the_contract_is_shown_with_a_payload_that_it_refuses(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        import pydantic

        class Small(pydantic.BaseModel):
            id: str
            qty: int = pydantic.Field(le=10)

        def test_read(assert_consumes):
            assert_consumes(Small, "shop.Order@v1")
    """)
    result = run(url, "-k", "v1")
    assert failure(result)[:6] == [
        (
            "ContractViolation: Small refuses what shop.Order v1 allows: qty: Input should be less "
            "than or equal to 10"
        ),
        "  $.qty: pydantic says: qty: Input should be less than or equal to 10",
        "      maximum-lowered: no limit -> 10",
        "      #/properties/qty",
        '      shop.Order v1 allows {"id": "x", "qty": 11}',
        "  rests on: payloads that the model itself made or refused; N payloads were tried besides",
    ]
    assert failure(result)[7] == (
        "  next: let Small accept it, publish a schema that does not allow it, or accept it for a "
        "time, in the file that registry_waivers names:"
    )


def test_a_model_that_would_conform_under_its_aliases_is_told_so(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        import pytest
        from models import Aliased, Order
        from pytest_schema_registry import ContractViolation, IncompatibleSchemas

        STEP = "  next: if it is sent under its aliases, pass by_alias=True, "

        def test_sent(assert_produces):
            with pytest.raises(ContractViolation) as caught:
                assert_produces(Aliased, "shop.Order@v1")
            assert f"{STEP}correct Aliased, publish a schema that allows" in str(caught.value)
            assert_produces(Aliased, "shop.Order@v1", by_alias=True)

        def test_no_better(assert_produces):
            for model, options in ((Order, {}), (Aliased, {"by_alias": False})):
                with pytest.raises(ContractViolation) as caught:
                    assert_produces(model, {"required": ["x", "id"]}, **options)
                assert "alias" not in str(caught.value)

        def test_read(assert_consumes):
            with pytest.raises(ContractViolation) as caught:
                assert_consumes(Aliased, {"properties": {"id": {"type": "integer"}}})
            assert "alias" not in str(caught.value)

        def test_compared(assert_compatible):
            with pytest.raises(IncompatibleSchemas) as caught:
                assert_compatible(Aliased, Aliased)
            assert f"{STEP}take the change back, or accept it for a time" in str(caught.value)
            with pytest.raises(IncompatibleSchemas) as caught:
                assert_compatible(Order, Aliased | Order, level="forward")
            assert "by_alias=True, take" in str(caught.value)
            assert assert_compatible(Aliased, Aliased, by_alias=True)
    """)
    result = run(url, "--registry-versions=v1")
    result.assert_outcomes(passed=4)


def test_what_code_does_is_found_with_payloads(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        from models import Even, InWords

        def test_read(assert_consumes):
            assert_consumes(Even, "shop.Order@v1")

        def test_sent(assert_produces):
            assert_produces(InWords, {"properties": {"qty": {"type": "integer"}}})
    """)
    read = failure(run(url, "-k", "test_read and v1"))
    assert read[:5] == [
        "ContractViolation: Even refuses what shop.Order v1 allows: qty: Value error, qty is even",
        "  $.qty: pydantic says: qty: Value error, qty is even",
        "      refused-by-model: a payload shows it, and no schema",
        '      shop.Order v1 allows {"id": "x", "qty": 1}',
        "  rests on: payloads that the model itself made or refused; N payloads were tried besides",
    ]
    sent = failure(run(url, "-k", "test_sent and v1"))
    assert sent == [
        (
            'ContractViolation: InWords can send what the given schema refuses: $.qty: "0 pieces" '
            "is a string, not an integer"
        ),
        '  $.qty: "0 pieces" is a string, not an integer',
        "      sent-by-model: a payload shows it, and no schema",
        "      #/properties/qty/type",
        '      InWords sends {"id": "", "qty": "0 pieces"}',
        "  rests on: payloads that the model itself made or refused; N payloads were tried besides",
        "  schema: given as a value (digest …)",
        "  next: correct InWords, or publish a schema that allows what it sends",
    ]


def test_what_cannot_be_decided_fails_as_undecided(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        from models import Never

        def test_sent(assert_produces):
            assert_produces(Never, {"properties": {"id": {"type": "integer"}}})
    """)
    assert failure(run(url, "-k", "v1")) == [
        "ContractViolation: it is undecided whether Never sends only what the given schema allows",
        "  $: undecided: code of the model decides, and no payload that was made gets through it",
        (
            '  schema-unlike-model: $.id its JSON Schema shows type-narrowed with {"id": "x"}: the '
            "model does not send it: Value error, never"
        ),
        "  rests on: nothing: it is neither proved nor refuted; 0 payloads did not show a break",
        "  schema: given as a value (digest …)",
        "  next: test Never with payloads of your own",
    ]


def test_the_report_says_what_it_rests_on(run: Run, pytester: pytest.Pytester, url: str) -> None:
    pytester.makepyfile("""
        from models import Even, Order

        def rests_on(report):
            return [each.message for each in report.notes if each.kind == "rests-on"]

        def test_notes(assert_produces, assert_consumes, assert_compatible):
            schema = {"type": "object", "required": ["id", "qty"], "properties": {}}
            schema["properties"]["qty"] = {"minimum": 0}
            schema["properties"]["qty"] |= {"type": "integer", "multipleOf": 2}
            schema["properties"]["id"] = {"type": "string"}
            (message,) = rests_on(assert_produces(Order, "shop.Order@v1"))
            assert message.startswith("proved over the two schemas, and tried with ")
            (message,) = rests_on(assert_consumes(Even, schema))
            assert message.startswith("tried with ")
            assert message.endswith(" payloads: no schema shows what even does")
            (message,) = rests_on(assert_produces(Even, schema))
            assert message.startswith("tried with ")
            assert message.endswith(" payloads: the JSON Schemas prove nothing here")
    """)
    run(url).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("assert_produces(Order)", "assert_produces: name a schema in the call, or on the test"),
        ("assert_consumes(Order(id='', qty=1), 'shop.Order')", "Order(…) is an instance; give its"),
        ("assert_produces(Struct(id='', qty=1), 'shop.Order')", "Struct(…) is an instance; give "),
        ("assert_produces('shop.Order', Order)", "'shop.Order' is no model; give a class of pyd"),
        ("assert_produces(len, 'shop.Order')", "<built-in function len> is no model; give a cl"),
        ("assert_consumes(Order, Order)", "assert_consumes: a value of type ModelMetaclass is no"),
        ("assert_consumes(Order, {}, version='v1')", "assert_consumes: a JSON Schema that is giv"),
        ("assert_produces(Order, by_alias=1)", "assert_produces: by_alias is True or False, not 1"),
        ("assert_produces(Order, exclude_none='')", "exclude_none is True or False, not ''"),
        ("assert_produces(Struct, by_alias=False)", "assert_produces: Struct is a msgspec struct"),
        ("assert_produces(Struct, {}, by_alias=False)", "always has the names that rename= gives"),
        ("assert_produces(Struct, {}, exclude_none=True)", "always sends None as null; leave exc"),
        ("assert_produces(Opaque, {})", "pydantic has no JSON Schema for Opaque: Cannot generate"),
        ("assert_consumes(object(), {})", "pydantic does not take <object object at"),
        ("assert_produces(Order, 'shop.Ordr')", "no schema shop.Ordr in v1"),
    ],
)
def test_what_cannot_be_checked_is_an_error_without_frames_of_ours(
    run: Run, pytester: pytest.Pytester, url: str, call: str, said: str
) -> None:
    pytester.makepyfile(f"""
        from models import Opaque, Order, Struct

        def test_wrong(assert_produces, assert_consumes):
            {call}
    """)
    result = run(url, "-k", "v1")
    if "by_alias=False)" in call and "{}" not in call:
        said = "assert_produces: name a schema in the call"
    result.assert_outcomes(errors=1)
    assert said in "\n".join(failure(result))
    assert not re.search(r"^\S*pytest_schema_registry\S*:\d+: ", result.stdout.str(), re.MULTILINE)


def test_a_test_that_asks_for_them_and_checks_nothing_is_an_error(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        def test_sent(assert_produces): pass
        def test_read(assert_consumes): pass
    """)
    result = run(url, "-k", "v1")
    result.assert_outcomes(errors=2)
    said = [line for line in failure(result) if "has checked nothing" in line]
    assert said == [
        f"NothingChecked: the test asked for {fixture} and has checked nothing"
        for fixture in ("assert_produces", "assert_consumes")
    ]


def test_enforcement_is_that_of_payloads(run: Run, pytester: pytest.Pytester, url: str) -> None:
    pytester.makepyfile("""
        from models import Any_, Order

        def test_sent(assert_produces, registry_version):
            report = assert_produces(Order, "shop.Order")
            assert (report is None) is (registry_version == "v1")

        def test_read(assert_consumes):
            assert_consumes(Order, "shop.Order")
    """)
    enforcement = "--registry-enforcement=v1=off,v2=warn"
    result = run(url, enforcement)
    result.assert_outcomes(passed=4, warnings=1)
    result.stdout.fnmatch_lines(
        ["*ContractWarning: not enforced: Order can send what shop.Order v2 refuses: $.unit is*"]
    )
    result.stdout.fnmatch_lines(["*1 conforming, 1 warned*"])


def test_the_ratchet_makes_what_has_conformed_strict(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        from models import Order

        def test_sent(assert_produces):
            assert_produces(Order, "shop.Order")
    """)
    pytester.path.joinpath("ratchet").write_text("shop.Order@v2\n")
    result = run(url, "--registry-enforcement=v1=warn,v2=warn", "--registry-ratchet=ratchet")
    result.assert_outcomes(passed=1, failed=1)
    assert failure(result)[-1] == "  strict: ratchet line 1 lists it"


def test_a_waiver_accepts_a_break_and_is_listed(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        from models import Order

        def test_sent(assert_produces):
            report = assert_produces(Order, "shop.Order@v2")
            assert [each.reason.rule for each in report.waived] == ["required-added"]
    """)
    pytester.path.joinpath("waivers.toml").write_text("""
        [[waiver]]
        schema = "shop.Order"
        rule = "required-added"
        reason = "the producers follow in March"
        expires = 2100-01-01
    """)
    result = run(url, "--registry-waivers=waivers.toml")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            (
                "  waived: Order and shop.Order v2: required-added at $.unit until 2100-01-01: the "
                "producers follow in March"
            )
        ]
    )


def test_hidden_values_are_not_shown(run: Run, pytester: pytest.Pytester, url: str) -> None:
    pytester.makepyfile("""
        from typing import Literal
        import pydantic, pytest

        class Login(pydantic.BaseModel):
            token: Literal["hunter2"] = "hunter2"
            inner: dict[str, Literal["hunter2"]] = {"token": "hunter2"}

        TOKEN = {"type": "string", "enum": ["other"]}
        SCHEMA = {"type": "object", "properties": {"token": TOKEN, "qty": {"type": "integer"}}}

        def test_sent(assert_produces):
            assert_produces(Login, SCHEMA)

        def test_read(assert_consumes):
            assert_consumes(Login, SCHEMA)

        class Many(pydantic.BaseModel):
            items: list[Login]

        def test_any(assert_produces):
            assert_produces(Many, {"properties": {"items": {"items": SCHEMA}}})

        def test_missing(assert_produces):
            assert_produces(Login, {"required": ["qty"]})
    """)
    result = run(url, "-k", "v1", "--registry-redact=token", "-vv", "--tb=line")
    result.assert_outcomes(failed=4)
    text = result.stdout.str()
    assert "hunter2" not in text
    assert "  $.token: pydantic says: <redacted>" in text
    assert '      the given schema allows {"token": "<redacted>"}' in text
    assert '      required-added: "qty" may be missing -> required' in text


def test_everything_is_shown_on_request(run: Run, pytester: pytest.Pytester, url: str) -> None:
    pytester.makepyfile("""
        import pydantic

        Wide = pydantic.create_model("Wide", **{f"p{number}": (str, ...) for number in range(12)})
        SCHEMA = {"properties": {f"p{number}": {"type": "integer"} for number in range(12)}}

        def test_sent(assert_produces):
            assert_produces(Wide, SCHEMA)
    """)
    short = failure(run(url, "-k", "v1"))
    assert short[0].endswith('$.p0: "x" is a string, not an integer (+11)')
    assert "  and 2 more (-vv shows all)" in short
    whole = failure(run(url, "-k", "v1", "-vv"))
    assert '  $.p11: "x" is a string, not an integer' in whole


def test_models_are_taken_on_either_side_of_a_comparison(
    run: Run, pytester: pytest.Pytester, url: str
) -> None:
    pytester.makepyfile("""
        import pytest
        from models import Any_, Order, Struct
        from pytest_schema_registry import IncompatibleSchemas, InvalidSettings

        def test_first_is_the_producer(assert_compatible):
            assert assert_compatible(Order, "shop.Order@v1")
            with pytest.raises(IncompatibleSchemas) as caught:
                assert_compatible(Order, "shop.Order@v2")
            headline, *lines = str(caught.value).splitlines()
            assert headline == (
                "Order -> shop.Order v2 is not backward compatible   (tolerant; 1 reason, 1 note)"
            )
            assert lines[-5:-3] == ["    [[waiver]]", '    schema = "shop.Order"']

        def test_second_is_the_consumer(assert_compatible):
            assert assert_compatible("shop.Order@v2", Order)
            assert assert_compatible({"required": ["id", "qty"]} | {}, True)

        def test_roles_swap(assert_compatible):
            assert assert_compatible("shop.Order@v1", Order, level="forward")
            assert assert_compatible("shop.Order@v1", Order, level="full")
            assert not_compatible(assert_compatible, Order, "shop.Order@v2", level="full") == {
                "backward"
            }
            assert not_compatible(assert_compatible, "shop.Order@v2", Order, level="full") == {
                "forward"
            }

        def test_two_models(assert_compatible):
            assert assert_compatible(Order, Struct, level="full")
            assert assert_compatible(Order, Any_)
            assert not_compatible(assert_compatible, Any_, Order) == {"backward"}

        def test_what_is_no_model(assert_compatible):
            with pytest.raises(InvalidSettings, match="a JSON Schema, or a model$"):
                assert_compatible(3, "shop.Order@v2")
            with pytest.raises(InvalidSettings, match="^assert_compatible: .* is no model"):
                assert_compatible(len, "shop.Order@v2")
            with pytest.raises(InvalidSettings, match="level is one of"):
                assert_compatible(Order, {}, level="up")
            with pytest.raises(InvalidSettings, match="policy is one of"):
                assert_compatible(Order, {}, policy="lax")

        def not_compatible(assert_compatible, *sides, **asked):
            with pytest.raises(IncompatibleSchemas) as caught:
                assert_compatible(*sides, **asked)
            return {each.direction for each in caught.value.report.reasons}
    """)
    run(url).assert_outcomes(passed=5)
