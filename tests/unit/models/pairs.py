"""Pairs of a model and a schema, each with what is right: what is sent conforms, what is allowed
is accepted.
"""

# Pydantic and msgspec read these annotations when the classes are made.

import dataclasses
import datetime
import enum
import uuid
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypeVar

import msgspec
import pydantic
from pydantic import BaseModel, ConfigDict, Field, RootModel, TypeAdapter
from typing_extensions import TypedDict

T = TypeVar("T")


def members(required: Any = None, /, closed: bool = False, **properties: Any) -> dict[str, Any]:
    """The schema of an object; without a list of the required members, all are."""
    found = {"type": "object", "properties": properties}
    found["required"] = list(properties) if required is None else required
    return found | ({"additionalProperties": False} if closed else {})


INTEGER, STRING, NUMBER = {"type": "integer"}, {"type": "string"}, {"type": "number"}
NULL, BOOLEAN = {"type": "null"}, {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}


def nullable(schema: Any) -> dict[str, Any]:
    return {"anyOf": [schema, NULL]}


class Plain(BaseModel):
    qty: int


class Defaulted(BaseModel):
    qty: int = 1


class Optional(BaseModel):
    note: str | None = None


class Aliased(BaseModel):
    qty: int = Field(alias="orderQty")


class AliasedByName(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    qty: int = Field(alias="orderQty")


class AliasSent(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)
    qty: int = Field(alias="orderQty")


class AliasOnlySent(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)
    qty: int = Field(serialization_alias="orderQty")


class HoldsAliased(BaseModel):
    order: AliasSent
    kept: int = Field(alias="keptQty")


class AliasChoice(BaseModel):
    qty: int = Field(validation_alias=pydantic.AliasChoices("qty", "quantity"))


class Level(enum.StrEnum):
    OK = "ok"
    SOFT = "soft"


class Levelled(BaseModel):
    level: Level


class Literally(BaseModel):
    level: Literal["ok", "soft", "hard"]


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tricks: list[str] = []


class Tagged(BaseModel):
    pet: Cat | Dog = Field(discriminator="kind")


class Untagged(BaseModel):
    pet: Cat | Dog


class PlainUnion(BaseModel):
    value: int | str


class Tree(BaseModel):
    name: str
    children: list["Tree"] = []


class Chain(BaseModel):
    value: int
    next: "Chain | None" = None


class Priced(BaseModel):
    price: Decimal


class Timed(BaseModel):
    at: datetime.datetime


class TimedAware(BaseModel):
    at: pydantic.AwareDatetime


class Day(BaseModel):
    day: datetime.date


class Lasting(BaseModel):
    span: datetime.timedelta


class Identified(BaseModel):
    id: uuid.UUID


class Raw(BaseModel):
    data: bytes


class Bounded(BaseModel):
    scale: float = Field(ge=0, le=1)


class Ranked(BaseModel):
    rank: Annotated[int, Field(gt=0, multiple_of=5)]


class Named(BaseModel):
    name: str = Field(min_length=1, max_length=8, pattern="^[a-z]+$")


class Listed(BaseModel):
    items: Annotated[list[int], Field(min_length=1, max_length=3)]


class Unique(BaseModel):
    items: set[int]


class Pairs(BaseModel):
    pair: tuple[int, str]


class Mapped(BaseModel):
    values: dict[str, int]


class Anything(BaseModel):
    value: Any


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    qty: int


class Allowing(BaseModel):
    model_config = ConfigDict(extra="allow")
    qty: int


class AllowingIntegers(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    qty: int


class Computed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    net: int

    @pydantic.computed_field  # type: ignore[prop-decorator]  # mypy knows no property below it
    @property
    def gross(self) -> int:
        return self.net * 2


class ComputedWrong(BaseModel):
    net: int

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def label(self) -> str:
        return None  # type: ignore[return-value]  # as happens


class Excluding(BaseModel):
    qty: int
    secret: str = Field(default="x", exclude=True)


class Numbers(RootModel[list[int]]):
    pass


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    qty: int


class Validated(BaseModel):
    qty: int

    @pydantic.field_validator("qty")
    @classmethod
    def never_odd(cls, qty: int) -> int:
        if qty % 2:
            raise ValueError("qty is even")
        return qty


class ValidatedWidely(BaseModel):
    level: str

    @pydantic.field_validator("level")
    @classmethod
    def known(cls, level: str) -> str:
        if level not in ("ok", "soft"):
            raise ValueError("no such level")
        return level


class CrossChecked(BaseModel):
    low: int
    high: int

    @pydantic.model_validator(mode="after")
    def in_order(self) -> "CrossChecked":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Cents(BaseModel):
    price: int

    @pydantic.field_serializer("price")
    def in_words(self, price: int):  # type: ignore[no-untyped-def]  # as many do
        return f"{price} ct"


class Wrapped(BaseModel):
    qty: int

    @pydantic.model_serializer
    def around(self) -> dict[str, Any]:
        return {"order": {"qty": self.qty}}


class Coerced(BaseModel):
    qty: Annotated[int, pydantic.BeforeValidator(int)]


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Totally(TypedDict):
    qty: int
    note: str


class Partly(TypedDict, total=False):
    qty: int


class Mixed(TypedDict):
    qty: int
    note: NotRequired[str]


class Coordinates(NamedTuple):
    x: int
    y: int


class Struct(msgspec.Struct):
    qty: int
    note: str | None = None


class StructCamel(msgspec.Struct, rename="camel"):
    order_qty: int


class StructForbidding(msgspec.Struct, forbid_unknown_fields=True):
    qty: int


class StructOmitting(msgspec.Struct, omit_defaults=True):
    qty: int = 1


class StructUnset(msgspec.Struct):
    qty: int | msgspec.UnsetType = msgspec.UNSET


class Buy(msgspec.Struct, tag="buy"):
    qty: int


class Sell(msgspec.Struct, tag="sell"):
    qty: int


class StructArray(msgspec.Struct, array_like=True):
    x: int
    y: int = 0


class StructBounded(msgspec.Struct):
    qty: Annotated[int, msgspec.Meta(ge=0, le=10)]


class StructChecked(msgspec.Struct):
    qty: int

    def __post_init__(self) -> None:
        if self.qty == 0:
            raise ValueError("qty is not zero")


CAT = members(["kind", "lives"], kind={"const": "cat"}, lives=INTEGER)
DOG = members(["kind"], kind={"const": "dog"}, tricks={"type": "array", "items": STRING})
TREE = {
    "$ref": "#/$defs/Tree",
    "$defs": {
        "Tree": members(
            ["name"],
            name=STRING,
            children={"type": "array", "items": {"$ref": "#/$defs/Tree"}},
        )
    },
}
CHAIN = {
    "$ref": "#/$defs/Chain",
    "$defs": {"Chain": members(["value"], value=INTEGER, next=nullable({"$ref": "#/$defs/Chain"}))},
}
BUY = members(["type", "qty"], type={"const": "buy"}, qty=INTEGER)
SELL = members(["type", "qty"], type={"const": "sell"}, qty=INTEGER)


class Pair(NamedTuple):
    """A model, a schema, and what is right.

    Args:
        model: The model.
        schema: The schema.
        produces: Whether all that the model sends conforms.
        produces_by: What decides that: "proved", "tried", "shown", "shown by trial".
        consumes: Whether the model accepts all that the schema allows, and declares.
        consumes_by: What decides that.
        options: The arguments of ``assert_produces``.
    """

    model: Any
    schema: Any
    produces: bool
    produces_by: str
    consumes: bool
    consumes_by: str
    options: dict[str, Any] = {}  # noqa: RUF012  # not changed


S, P, T_, F = "shown", "proved", "tried", "shown by trial"
PAIRS = {
    "same": Pair(Plain, members(qty=INTEGER), True, P, True, P),
    "wider type in the schema": Pair(Plain, members(qty=NUMBER), True, P, False, S),
    "another type": Pair(Plain, members(qty=STRING), False, S, False, S),
    "closed schema": Pair(Plain, members(closed=True, qty=INTEGER), True, P, True, P),
    "member that the model lacks": Pair(
        Plain, members(["qty"], qty=INTEGER, note=STRING), True, P, True, P
    ),
    "required member that the model lacks": Pair(
        Plain, members(qty=INTEGER, note=STRING), False, S, True, P
    ),
    "member that the schema closes out": Pair(
        Struct, members(closed=True, qty=INTEGER), False, S, True, P
    ),
    "default counts as sent": Pair(Defaulted, members(qty=INTEGER), True, P, True, P),
    "default may be absent": Pair(Defaulted, members([], qty=INTEGER), True, P, True, P),
    "absent, and no default": Pair(Plain, members([], qty=INTEGER), True, P, False, S),
    "null is sent": Pair(Optional, members([], note=STRING), False, S, True, P),
    "null is left out": Pair(
        Optional, members([], note=STRING), True, P, True, P, {"exclude_none": True}
    ),
    "null is left out, and required": Pair(
        Optional, members(note=nullable(STRING)), False, S, True, P, {"exclude_none": True}
    ),
    "null allowed": Pair(Optional, members([], note=nullable(STRING)), True, P, True, P),
    "null allowed, not taken": Pair(Plain, members(qty=nullable(INTEGER)), True, P, False, S),
    "sent by its own name": Pair(Aliased, members(qty=INTEGER), True, P, False, S),
    "sent by alias if asked": Pair(
        Aliased, members(orderQty=INTEGER), True, P, True, P, {"by_alias": True}
    ),
    "not sent by alias": Pair(Aliased, members(orderQty=INTEGER), False, S, True, P),
    "taken by name, too": Pair(AliasedByName, members(qty=INTEGER), True, P, True, T_),
    "alias by configuration": Pair(AliasSent, members(orderQty=INTEGER), True, P, True, P),
    "alias by configuration, overruled": Pair(
        AliasSent, members(orderQty=INTEGER), False, S, True, P, {"by_alias": False}
    ),
    "alias that is only sent": Pair(
        AliasOnlySent, members(closed=True, orderQty=STRING), False, S, False, S
    ),
    "aliases of a nested class": Pair(
        HoldsAliased,
        members(order=members(orderQty=INTEGER), kept=INTEGER),
        True,
        P,
        False,
        S,
    ),
    "choice of aliases": Pair(AliasChoice, members(quantity=INTEGER), False, S, True, T_),
    "enum": Pair(Levelled, members(level={"enum": ["ok", "soft"]}), True, P, True, P),
    "enum with a value more": Pair(
        Levelled, members(level={"enum": ["ok", "soft", "hard"]}), True, P, False, S
    ),
    "enum with a value less": Pair(
        Literally, members(level={"enum": ["ok", "soft"]}), False, S, True, P
    ),
    "any text for an enum": Pair(Levelled, members(level=STRING), True, P, False, S),
    "discriminated union": Pair(Tagged, members(pet={"oneOf": [CAT, DOG]}), True, P, True, P),
    "discriminated union, a branch less": Pair(Tagged, members(pet=CAT), False, S, True, P),
    "discriminated union, a branch more": Pair(
        Tagged,
        members(pet={"oneOf": [CAT, DOG, members(kind={"const": "eel"})]}),
        True,
        P,
        False,
        S,
    ),
    "union without a tag": Pair(Untagged, members(pet={"anyOf": [CAT, DOG]}), True, P, True, P),
    "union of scalars": Pair(
        PlainUnion, members(value={"type": ["string", "integer"]}), True, P, True, P
    ),
    "union of scalars, one less": Pair(PlainUnion, members(value=STRING), False, S, True, P),
    "recursion": Pair(Tree, TREE, True, P, True, P),
    "recursion with null": Pair(Chain, CHAIN, True, P, True, P),
    "recursion, another leaf": Pair(Tree, CHAIN, False, S, False, S),
    "decimal as text": Pair(Priced, members(price=STRING), True, P, False, F),
    "decimal as a number": Pair(Priced, members(price=NUMBER), False, S, True, T_),
    "moment": Pair(TimedAware, members(at=MOMENT), True, P, True, P),
    "moment, maybe without an offset": Pair(Timed, members(at=MOMENT), True, P, True, P),
    "moment as any text": Pair(TimedAware, members(at=STRING), True, P, False, S),
    "moment as a number": Pair(TimedAware, members(at=NUMBER), False, S, True, T_),
    "day": Pair(Day, members(day={"type": "string", "format": "date"}), True, P, True, P),
    "duration": Pair(
        Lasting, members(span={"type": "string", "format": "duration"}), True, P, True, P
    ),
    "uuid": Pair(Identified, members(id={"type": "string", "format": "uuid"}), True, P, True, P),
    "uuid as any text": Pair(Identified, members(id=STRING), True, P, False, S),
    "bytes": Pair(Raw, members(data=STRING), True, P, True, P),
    "bounds": Pair(
        Bounded, members(scale={"type": "number", "minimum": 0, "maximum": 1}), True, P, True, P
    ),
    "wider bounds": Pair(
        Bounded, members(scale={"type": "number", "minimum": 0, "maximum": 2}), True, P, False, S
    ),
    "narrower bounds": Pair(
        Bounded,
        members(scale={"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
        False,
        S,
        True,
        P,
    ),
    "multiples": Pair(
        Ranked,
        members(rank={"type": "integer", "exclusiveMinimum": 0, "multipleOf": 10}),
        False,
        S,
        True,
        P,
    ),
    "pattern and lengths": Pair(
        Named,
        members(name={"type": "string", "minLength": 1, "maxLength": 8, "pattern": "^[a-z]+$"}),
        True,
        P,
        True,
        P,
    ),
    "longer": Pair(
        Named,
        members(name={"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$"}),
        True,
        P,
        False,
        S,
    ),
    "lengths of lists": Pair(
        Listed,
        members(items={"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 3}),
        False,
        S,
        True,
        P,
    ),
    "set": Pair(
        Unique,
        members(items={"type": "array", "items": INTEGER, "uniqueItems": True}),
        True,
        P,
        True,
        P,
    ),
    "set from any list": Pair(
        Unique, members(items={"type": "array", "items": INTEGER}), True, P, True, T_
    ),
    "tuple": Pair(
        Pairs,
        members(
            pair={
                "type": "array",
                "prefixItems": [INTEGER, STRING],
                "minItems": 2,
                "maxItems": 2,
            }
        ),
        True,
        P,
        True,
        P,
    ),
    "map": Pair(
        Mapped,
        members(values={"type": "object", "additionalProperties": NUMBER}),
        True,
        P,
        False,
        S,
    ),
    "anything": Pair(Anything, members([], value={}), True, P, False, S),
    "anything, narrowed": Pair(Anything, members(value=STRING), False, S, True, P),
    "extra forbidden": Pair(
        Forbidding, members(["qty"], qty=INTEGER, note=STRING), True, P, False, S
    ),
    "extra forbidden, none declared": Pair(Forbidding, members(qty=INTEGER), True, P, True, P),
    "extra forbidden, a map declared": Pair(
        Forbidding, members(qty=INTEGER) | {"additionalProperties": INTEGER}, True, P, False, S
    ),
    "extra allowed": Pair(Allowing, members(closed=True, qty=INTEGER), False, S, True, P),
    "extra allowed, open schema": Pair(Allowing, members(qty=INTEGER), True, P, True, P),
    "extra of one type": Pair(
        AllowingIntegers,
        members(qty=INTEGER) | {"additionalProperties": INTEGER},
        True,
        P,
        True,
        P,
    ),
    "extra of another type": Pair(
        AllowingIntegers,
        members(qty=INTEGER) | {"additionalProperties": STRING},
        False,
        S,
        False,
        S,
    ),
    "computed": Pair(Computed, members(net=INTEGER, gross=INTEGER), True, T_, False, S),
    "computed, of another type": Pair(
        Computed, members(net=INTEGER, gross=STRING), False, S, False, S
    ),
    "computed, and not what it says": Pair(
        ComputedWrong, members(net=INTEGER, label=STRING), False, F, True, P
    ),
    "excluded": Pair(Excluding, members(closed=True, qty=INTEGER), True, P, True, P),
    "root": Pair(Numbers, {"type": "array", "items": INTEGER}, True, P, True, P),
    "root of another type": Pair(Numbers, {"type": "array", "items": STRING}, False, S, False, S),
    "generic": Pair(
        Page[int],
        members(items={"type": "array", "items": INTEGER}, total=INTEGER),
        True,
        P,
        True,
        P,
    ),
    "generic of another type": Pair(
        Page[str],
        members(items={"type": "array", "items": INTEGER}, total=INTEGER),
        False,
        S,
        False,
        S,
    ),
    "lax": Pair(
        Plain, members(qty={"type": "string", "pattern": "^[0-9]{1,9}$"}), False, S, True, T_
    ),
    "strict": Pair(
        Strict, members(qty={"type": "string", "pattern": "^[0-9]{1,9}$"}), False, S, False, S
    ),
    "validator in code": Pair(Validated, members(qty=INTEGER), True, P, False, F),
    "validator in code, as the schema": Pair(
        ValidatedWidely, members(level={"enum": ["ok", "soft"]}), True, T_, True, T_
    ),
    "validator of two members": Pair(
        CrossChecked, members(low=INTEGER, high=INTEGER), True, P, False, F
    ),
    "serialiser in code": Pair(Cents, members(price=INTEGER), False, F, True, P),
    "serialiser in code, as the schema": Pair(Cents, members(price=STRING), True, T_, False, S),
    "serialiser of a whole model": Pair(Wrapped, members(qty=INTEGER), False, S, True, P),
    "serialiser of a whole model, as the schema": Pair(
        Wrapped, members(order=members(qty=INTEGER)), True, T_, False, S
    ),
    "dataclass": Pair(Point, members(x=NUMBER, y=NUMBER), True, P, True, P),
    "dataclass, of another type": Pair(Point, members(x=STRING), False, S, False, S),
    "typed dict": Pair(Totally, members(qty=INTEGER, note=STRING), True, P, True, P),
    "typed dict, not total": Pair(Partly, members(qty=INTEGER), False, S, True, P),
    "typed dict, partly": Pair(Mixed, members(["qty"], qty=INTEGER, note=STRING), True, P, True, P),
    "named tuple": Pair(
        TypeAdapter(list[Coordinates]),
        {"type": "array", "items": {"type": "array", "items": INTEGER, "minItems": 2}},
        True,
        P,
        False,
        S,
    ),
    "type adapter": Pair(TypeAdapter(int | None), nullable(INTEGER), True, P, True, P),
    "struct": Pair(Struct, members(["qty"], qty=INTEGER, note=nullable(STRING)), True, P, True, P),
    "struct, null not allowed": Pair(
        Struct, members(["qty"], qty=INTEGER, note=STRING), False, S, True, P
    ),
    "struct, renamed": Pair(StructCamel, members(orderQty=INTEGER), True, P, True, P),
    "struct, by another name": Pair(StructCamel, members(order_qty=INTEGER), False, S, False, S),
    "struct that forbids": Pair(
        StructForbidding, members(["qty"], qty=INTEGER, note=STRING), True, P, False, S
    ),
    "struct that omits": Pair(StructOmitting, members(qty=INTEGER), False, S, True, P),
    "struct with unset": Pair(StructUnset, members(qty=INTEGER), False, S, True, P),
    "structs by tag": Pair(Buy | Sell, {"oneOf": [BUY, SELL]}, True, P, True, P),
    "structs by tag, one less": Pair(Buy | Sell, BUY, False, S, True, P),
    "list of structs": Pair(
        list[Struct],
        {"type": "array", "items": members(["qty"], qty=STRING)},
        False,
        S,
        False,
        S,
    ),
    "struct as an array": Pair(
        StructArray,
        {"type": "array", "prefixItems": [INTEGER, INTEGER], "minItems": 2, "items": False},
        True,
        P,
        True,
        P,
    ),
    "struct with bounds": Pair(StructBounded, members(qty=INTEGER), True, P, False, S),
    "struct with code": Pair(StructChecked, members(qty=INTEGER), True, P, False, F),
}
