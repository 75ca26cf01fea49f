from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import json
import math
import sys
import types
import uuid
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict
from unittest.mock import MagicMock

import attrs
import msgspec
import pydantic
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from pytest_schema_registry import PayloadNotJSON
from pytest_schema_registry.contracts.payloads import from_text, to_json
from pytest_schema_registry.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)


class Level(enum.StrEnum):
    LOW = "low"


class Count(enum.IntEnum):
    ONE = 1


class Plain(enum.Enum):
    A = "a"


class Model(pydantic.BaseModel):
    at: datetime.datetime
    level: Level = Level.LOW
    ratio: float = 0.5


class Items(pydantic.RootModel[list[int]]):
    pass


class Broken(pydantic.BaseModel):
    @pydantic.model_serializer
    def serialised(self) -> dict[str, Any]:
        raise RuntimeError("s3cret")


@dataclasses.dataclass
class Record:
    value: Any


@attrs.define
class Defined:
    value: Any


class Struct(msgspec.Struct, rename="camel"):
    sent_at: datetime.datetime


class Opaque(msgspec.Struct):
    value: object


class Typed(TypedDict):
    value: tuple[int, ...]


class Point(NamedTuple):
    x: int


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("payload", "form"),
    [
        (Model(at=NOW), {"at": "2026-01-02T00:00:00Z", "level": "low", "ratio": 0.5}),
        (Items([1]), [1]),
        (Record([Record(1)]), {"value": [{"value": 1}]}),
        (Defined((Model(at=NOW, ratio=1),)), None),
        (Struct(NOW), {"sentAt": "2026-01-02T00:00:00Z"}),
        (Typed(value=(1, 2)), {"value": [1, 2]}),
        ((1, [(2,)]), [1, [[2]]]),
        (Point(1), [1]),
        ({Level.LOW: Count.ONE}, {"low": 1}),
        ([Text("x"), True, None, "é", {"é": 1}], ["x", True, None, "é", {"é": 1}]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_programs_send_has_a_json_form(payload: Any, form: Any) -> None:
    if form is None:
        form = {"value": [{"at": "2026-01-02T00:00:00Z", "level": "low", "ratio": 1.0}]}
    assert to_json(payload) == form
    assert json.loads(json.dumps(to_json(payload), allow_nan=False)) == form
    assert {type(each) for each in _leaves(to_json(payload))} <= {
        str,
        int,
        float,
        bool,
        type(None),
    }


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *_leaves(list(value.values()))]
    return (
        [leaf for each in value for leaf in _leaves(each)] if isinstance(value, list) else [value]
    )


DECODE = "pass value.decode(), or its base64, whichever the producer sends; "
MODEL = 'pass the model itself, or model_dump(mode="json"); without a model, '
ISOFORMAT = "pass value.isoformat(), or a model that serialises itself"
NO_NUMBER = "JSON has no such number; send null or text"
SURROGATE = "a lone surrogate has no UTF-8; send text that has"
KEYS = "keys are strings in JSON; pass str(key) if the producer does"
GENERAL = "convert it the way the producer does before it sends"


@pytest.mark.parametrize(
    ("payload", "path", "value", "advice"),
    [
        (NOW.replace(tzinfo=None), "$", "datetime.datetime(2026, 1, 2, 0, 0)", ISOFORMAT),
        ({"a": [NOW.date()]}, "$.a[0]", "datetime.date(2026, 1, 2)", f"{MODEL}{ISOFORMAT}"),
        ([datetime.time(1)], "$[0]", "datetime.time(1, 0)", ISOFORMAT),
        (Record({1, 2}), "$.value", "set {1, 2}", "pass sorted(value)"),
        (frozenset(), "$", "frozenset()", "pass sorted(value)"),
        (
            uuid.UUID(int=0),
            "$",
            "UUID('00000000-0000-0000-0000-000000000000')",
            "pass str(value)",
        ),
        (
            decimal.Decimal("1.5"),
            "$",
            "Decimal('1.5')",
            "pass float(value) or str(value), whichever the producer sends",
        ),
        (b"x", "$", "bytes b'x'", f"{DECODE}where the whole payload is JSON text, say text=True"),
        (Plain.A, "$", "<Plain.A: 'a'>", "pass value.value"),
        *(
            (
                {"a": each},
                "$.a",
                f"{kind} <class 'tests.unit.contracts.test_conversion.{each.__name__}'>",
                (
                    "it is a class: pass an instance of it, or test all that it sends: "
                    f"assert_produces({each.__name__}, …)"
                ),
            )
            for each, kind in ((Model, "ModelMetaclass"), (Opaque, "StructMeta"))
        ),
        ({"a b": math.nan}, "$['a b']", "float nan", NO_NUMBER),
        (Model(at=NOW, ratio=math.inf), "$.ratio", "float inf", NO_NUMBER),
        ({"a": {1: 2}}, "$.a", "int 1", KEYS),
        (["\ud800"], "$[0]", r"str '\ud800'", SURROGATE),
        ({"\ud800": 1}, "$", r"str '\ud800'", SURROGATE),
        (1j, "$", "complex 1j", GENERAL),
        ([range(9)], "$[0]", "range(0, 9)", GENERAL),
        (["x" * 99, {"x" * 99}], "$[1]", "set {'" + "x" * 75 + "...", "pass sorted(value)"),
        (
            {"a": 10**5000},
            "$.a",
            "int that is too long to be shown",
            "no reader takes a number of so many digits; send text",
        ),
        (
            [Broken()],
            "$[0]",
            "Broken(); Error calling function `serialised`: RuntimeError: s3cret",
            "its own serialisation raises PydanticSerializationError; mend that",
        ),
        (Opaque(NOW), "$", None, None),
        (
            Opaque(len),
            "$",
            (
                "Opaque(value=<built-in function len>); "
                "Encoding objects of type builtin_function_or_method is unsupported"
            ),
            None,
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_without_a_json_form_is_named_with_its_path_and_what_to_pass(
    payload: Any, path: str, value: str | None, advice: str | None
) -> None:
    if value is None:
        assert to_json(payload) == {"value": "2026-01-02T00:00:00Z"}
        return
    with pytest.raises(PayloadNotJSON) as caught:
        to_json(payload)
    error = caught.value
    assert (error.path, error.value) == (path, value)
    assert error.advice == (advice or "its own serialisation raises TypeError; mend that")


def test_what_pydantic_cannot_serialise_is_named_by_its_member() -> None:
    class Part(pydantic.BaseModel):
        id: int = 1
        any: object = None

    class Whole(pydantic.BaseModel):
        parts: list[Part] = []
        part: Part | None = None

    said = "<object object at "
    for payload, path in (
        ({"order": Part(any=said)}, None),
        ({"order": Part(any=object())}, "$.order.any"),
        (Whole(part=Part(any=object())), "$.part.any"),
        (Whole(parts=[Part(any=object())]), "$.parts"),
    ):
        if path is None:
            assert to_json(payload) == {"order": {"id": 1, "any": said}}
            continue
        with pytest.raises(PayloadNotJSON) as caught:
            to_json(payload)
        assert caught.value.path == path
        assert "Unable to serialize unknown type: <class 'object'>" in caught.value.value
        with pytest.raises(PayloadNotJSON) as caught:
            to_json(payload, Redaction(["password"]))
        assert "object'" not in str(caught.value)


def test_a_model_that_contains_itself_names_some_member() -> None:
    class Node(pydantic.BaseModel):
        next: object = None

    node = Node()
    node.next = node
    with pytest.raises(PayloadNotJSON, match=r"at \$\.next\.next.*Circular reference"):
        to_json(node)


def test_python_mode_is_only_advised_against_beside_pydantic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "pydantic")
    with pytest.raises(PayloadNotJSON) as caught:
        to_json({"id": uuid.UUID(int=0)})
    assert caught.value.advice == "pass str(value)"


def test_bytes_with_a_registrys_header_are_told_from_others() -> None:
    with pytest.raises(PayloadNotJSON) as caught:
        to_json(b'\x00\x00\x00\x00\x07{"id": 1}')
    assert caught.value.advice == (
        "it starts with a registry's header (schema id 7): pass text=True"
    )


def test_an_exception_that_says_nothing_adds_nothing() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise LookupError

    class Items(dict[str, Any]):
        def items(self) -> Any:
            raise Silent

    with pytest.raises(PayloadNotJSON) as caught:
        to_json(Items())
    assert caught.value.value == "Items {}"


@pytest.mark.parametrize("payload", [{"at": NOW}, '{"a": 1, "a": 2}', Broken()])
def test_a_value_is_not_shown_where_anything_is_to_be_hidden(payload: Any) -> None:
    read: Callable[..., Any] = from_text if isinstance(payload, str) else to_json
    with pytest.raises(PayloadNotJSON) as caught:
        read(payload, Redaction(["password"]))
    assert caught.value.value.endswith(" <redacted>")
    assert "s3cret" not in str(caught.value)


def test_a_name_in_what_is_hidden_is_not_shown() -> None:
    with pytest.raises(PayloadNotJSON) as caught:
        to_json({"password": {"s3cret": {1}}}, Redaction(["password"]))
    assert caught.value.path == "$.password"


def test_nothing_of_a_path_is_obeyed_by_a_terminal() -> None:
    with pytest.raises(PayloadNotJSON) as caught:
        to_json({"\x1b\x9b2J\u202e": NOW})
    assert caught.value.path.isprintable()


STUBS = ("requests", "httpx", "pydantic", "attr", "attrs", "msgspec", "numpy", "starlette")


@pytest.mark.parametrize("library", STUBS)
@pytest.mark.parametrize(
    "stub", [types.ModuleType("stub"), MagicMock(), SimpleNamespace(Response=5), None]
)
def test_what_a_test_put_in_the_place_of_a_library_changes_no_form(
    library: str, stub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, stub)
    payload = [Model(at=NOW), Record(1), Defined(2), Struct(NOW)]
    assert to_json(payload) == [
        {"at": "2026-01-02T00:00:00Z", "level": "low", "ratio": 0.5},
        {"value": 1},
        {"value": 2},
        {"sentAt": "2026-01-02T00:00:00Z"},
    ]
    with pytest.raises(PayloadNotJSON, match="at \\$: <MagicMock"):
        to_json(MagicMock())
    with pytest.raises(PayloadNotJSON, match=r"at \$: <\S*LikeAStruct"):
        to_json(LikeAStruct())


class LikeAStruct:
    __struct_fields__ = ("value",)


@dataclasses.dataclass
class Unset:
    value: int = dataclasses.field(init=False)


@dataclasses.dataclass(slots=True)
class UnsetSlot:
    value: int = dataclasses.field(init=False)


@attrs.define
class UnsetAttribute:
    value: int = attrs.field(init=False)


@dataclasses.dataclass
class RaisingRecord:
    value: int = dataclasses.field(init=False)

    def __getattr__(self, name: str) -> Any:
        raise LookupError("s3cret")


class RaisingItems(dict[str, Any]):
    def items(self) -> Any:
        raise LookupError("s3cret")


class RaisingList(list[Any]):
    def __iter__(self) -> Any:
        raise LookupError("s3cret")


class RaisingClass:
    @property  # type: ignore[misc]  # as a proxy has it that is bound to nothing
    def __class__(self) -> Any:
        raise LookupError("s3cret")


class RaisingRepr:
    def __repr__(self) -> str:
        raise LookupError("s3cret")


class Dumps(pydantic.BaseModel):
    def model_dump(self, **_options: Any) -> Any:
        raise LookupError("s3cret")


class DumpsItself(pydantic.BaseModel):
    def model_dump(self, **_options: Any) -> Any:
        return self


def holding_itself() -> Any:
    holder = Opaque(None)
    holder.value = [holder]
    return holder


SET_IT = "set the field, or give it a default; a producer could not send it either"
CODE = "its own code raises LookupError; mend that"
NONE = "has no value there: reading it raises"


@pytest.mark.parametrize(
    ("make", "path", "value", "advice", "cause"),
    [
        (Unset, "$.a[0].value", f"Unset {NONE} AttributeError", SET_IT, AttributeError),
        (UnsetSlot, "$.a[0].value", f"UnsetSlot {NONE} AttributeError", SET_IT, AttributeError),
        (UnsetAttribute, "$.a[0].value", f"UnsetAttribute {NONE} Attr", SET_IT, AttributeError),
        (RaisingRecord, "$.a[0].value", f"RaisingRecord {NONE} LookupErr", SET_IT, LookupError),
        (RaisingItems, "$.a[0]", "RaisingItems {}", CODE, LookupError),
        (RaisingList, "$.a[0]", "RaisingList []", CODE, LookupError),
        (RaisingClass, "$.a[0]", "<", CODE, LookupError),
        (RaisingRepr, "$.a[0]", "RaisingRepr that cannot be shown", GENERAL, None),
        (Dumps, "$.a[0]", "Dumps()", CODE.replace("code", "serialisation"), LookupError),
        (
            DumpsItself,
            "$.a[0]",
            "DumpsItself()",
            "its own serialisation leads to no JSON value; mend that",
            None,
        ),
        (
            holding_itself,
            "$.a[0]",
            "Opaque(",
            "its own serialisation raises RecursionError; mend that",
            RecursionError,
        ),
        (lambda: (each for each in "a"), "$.a[0]", "<generator object ", "pass list(value)", None),
    ],
)
def test_what_a_payloads_own_code_raises_is_the_cause_of_an_error_that_names_the_place(
    make: Callable[[], Any],
    path: str,
    value: str,
    advice: str,
    cause: type[Exception] | None,
) -> None:
    with pytest.raises(PayloadNotJSON) as caught:
        to_json({"a": [make()]})
    error = caught.value
    assert (error.path, error.advice) == (path, advice)
    assert error.value.startswith(value)
    assert type(error.__cause__) is (cause or type(None))


@pytest.mark.parametrize("make", [RaisingRecord, RaisingItems, RaisingRepr, Dumps])
def test_what_a_payloads_own_code_raises_is_hidden_where_anything_is(
    make: Callable[[], Any],
) -> None:
    with pytest.raises(PayloadNotJSON) as caught:
        to_json([make()], Redaction(["password"]))
    assert caught.value.__cause__ is None
    assert "s3cret" not in str(caught.value)


class Shouting(str):
    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        raise LookupError("s3cret")


class Odd(int):
    def __int__(self) -> int:
        return 7


class Even(float):
    def __float__(self) -> float:
        return math.nan


def test_subclasses_of_scalars_are_what_json_makes_of_them() -> None:
    payload = [Shouting("a"), Odd(1), Even(0.5)]
    assert to_json(payload) == json.loads(json.dumps(payload)) == ["a", 1, 0.5]


@pytest.mark.parametrize("value", [math.inf, "\ud800", {1: 2}, NOW, {3}], ids=ascii)
def test_what_a_class_serialises_itself_as_is_looked_at_too(value: Any) -> None:
    class Root(pydantic.RootModel[Any]):
        def model_dump(self, **_options: Any) -> Any:
            return self.root

    with pytest.raises(PayloadNotJSON, match="next: "):
        to_json(Root(value))
    assert to_json(Root((1, Record(2)))) == [1, {"value": 2}]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([Level.LOW, Count.ONE, Plain.A, NOW, b"x", "\ud800"])
    | st.sampled_from([4200, 4300]).map(lambda digits: -(10**digits)),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | inner.map(Record)
        | inner.map(Defined)
    ),
    max_leaves=8,
)


@given(ANYTHING)
def test_whatever_has_a_json_form_survives_json(payload: Any) -> None:
    try:
        form = to_json(payload)
    except PayloadNotJSON as exc:
        event(exc.advice)
        return
    text = json.dumps(form, allow_nan=False)
    assert json.loads(text) == form
    assert from_text(text.encode()) == form
