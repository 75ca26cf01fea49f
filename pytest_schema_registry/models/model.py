"""The seam for kinds of models, and the recognition of a model that a user gives.

The API, for whoever needs the JSON Schema of a model::

    model = model_of(FeedbackEvent, "assert_produces")     # InvalidSettings where it is no model
    model.name                                             # "FeedbackEvent"
    model.json_schema(mode="serialization", by_alias=True) # a dict, of the dialect 2020-12

``json_schema`` returns what the model's own library publishes, with ``$schema`` in front and with a
``title``. The same model gives the same schema, in the same order, in each process.
"""

from __future__ import annotations

import inspect
import re
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import Schema
from pytest_schema_registry.text import cut, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

Mode = Literal["serialization", "validation"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What messages say of the values that are taken as a model.
TAKEN = (
    "a class of pydantic v2, a dataclass, a TypedDict, any other type that pydantic.TypeAdapter "
    "takes, a TypeAdapter, or a msgspec struct"
)
_NO_MODELS = (str, bytes, dict, bool, int, float, list, tuple, set, Schema, type(None))
_MAX_NAME = 80
_MODULE_PATH = re.compile(r"\b[A-Za-z_][\w]*(?:\.<locals>)?\.(?=[A-Za-z_<])")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal of a payload, in the words of who refuses it.

    Args:
        paths: The steps to each place in the payload that is refused, the first reason's first.
        message: The first reason.
        rule: The pointer to the rule of a schema; empty for a model.
        words: Every reason, in the order of the paths; empty where only the first has words.
    """

    paths: tuple[tuple[str | int, ...], ...]
    message: str
    rule: str = ""
    words: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str | int, ...]:
        """The steps to the place of the first reason."""
        return self.paths[0]


@dataclass(frozen=True, slots=True)
class ExactSchema:
    """All that a schema can tell of what a model sends, or of what it accepts.

    Args:
        content: The JSON Schema. Of a model that sends, it has the members that are always sent as
            required, and it is closed where nothing else can be sent.
        code: The names of the model's code that the schema does not show, such as validators.
        naive: True if the model may send a time without an offset.
    """

    content: Any
    code: tuple[str, ...] = ()
    naive: bool = False


class NotSent(Exception):
    """The model cannot be brought to send a payload; the text is why."""


class Model(Protocol):
    """A model: a class that code under test reads payloads into, or writes them from."""

    @property
    def name(self) -> str:
        """The name that messages call it by."""

    @property
    def library(self) -> str:
        """The library whose model it is: ``pydantic`` or ``msgspec``."""

    def json_schema(self, mode: Mode = "serialization", *, by_alias: bool = True) -> dict[str, Any]:
        """Return the JSON Schema that the model's library publishes, in the dialect 2020-12.

        Args:
            mode: "serialization" for what the model sends, "validation" for what it accepts.
            by_alias: True for members under their aliases. msgspec has no other names.

        Raises:
            InvalidSettings: The library cannot make it.
        """

    def sending(self, *, by_alias: bool | None = None, exclude_none: bool = False) -> ExactSchema:
        """Return the schema of all that the model can send.

        Args:
            by_alias: True for members under their aliases; None for what the model itself says.
            exclude_none: True if members that are None are left out.

        Raises:
            InvalidSettings: The library cannot make it.
        """

    def accepting(self) -> ExactSchema:
        """Return the schema of all that the model accepts.

        Raises:
            InvalidSettings: The library cannot make it.
        """

    def sent(
        self, payload: Any, *, by_alias: bool | None = None, exclude_none: bool = False
    ) -> Any:
        """Return what the model sends once it has read a payload, given in either of its forms.

        Args:
            payload: The payload, as JSON.
            by_alias: As in :meth:`sending`.
            exclude_none: As in :meth:`sending`.

        Raises:
            NotSent: The model refuses the payload, or cannot be serialised.
        """

    def refusal(self, payload: Any) -> Refusal | None:
        """Return why the model refuses a payload, given as JSON; None if it accepts it."""


def is_model(given: Any) -> bool:
    """Check whether a value may be a model: it is no schema, no name of one, and no data."""
    return not isinstance(given, _NO_MODELS)


def model_of(given: Any, asked_by: str) -> Model:
    """Return the model that a user gives.

    Args:
        given: A class of pydantic v2, a dataclass, a TypedDict, anything else that
            ``pydantic.TypeAdapter`` takes, a TypeAdapter, or a msgspec struct.
        asked_by: The fixture or the command that it is given to, for messages.

    Raises:
        InvalidSettings: It is no model, its library is not installed, or its library refuses it.
    """
    if not is_model(given) or inspect.isroutine(given):
        raise InvalidSettings(asked_by, f"{_shown(given)} is no model; give {TAKEN}")
    kind = type(given)
    if hasattr(kind, "__pydantic_validator__") or (
        hasattr(kind, "__struct_fields__") and not isinstance(given, type)
    ):
        reason = f"{kind.__name__}(…) is an instance; give its class, {kind.__name__}"
        raise InvalidSettings(asked_by, reason)
    if any(each.__module__.startswith("pydantic.v1") for each in getattr(given, "__mro__", ())):
        reason = f"{name_of(given)} is a model of pydantic v1; give {TAKEN}"
        raise InvalidSettings(asked_by, reason)
    if any(hasattr(each, "__struct_fields__") for each in _mentioned(given)):
        from pytest_schema_registry.models.msgspec_model import MsgspecModel

        return MsgspecModel(given, asked_by)
    try:
        from pytest_schema_registry.models.pydantic_model import PydanticModel
    except ImportError:
        raise InvalidSettings(
            asked_by,
            f"{_shown(given)} needs pydantic: pip install 'pydantic>=2.11'; a model is {TAKEN}",
        ) from None
    return PydanticModel(given, asked_by)


def name_of(given: Any) -> str:
    """Return the name of a class, or a type as its code has it, without its modules."""
    if typing.get_origin(given) is typing.Annotated:
        return name_of(typing.get_args(given)[0])
    if isinstance(given, type) and not typing.get_args(given):
        return printable(given.__name__)
    return printable(cut(_MODULE_PATH.sub("", str(given)), _MAX_NAME))


def without_steps_beside(
    payload: Any, steps: tuple[str | int, ...], *, is_missing: bool
) -> tuple[str | int, ...]:
    """Return a library's steps to a place without those that lead nowhere in the payload.

    pydantic's places also name the branches of unions, and more of its own.

    Args:
        payload: The payload.
        steps: The library's steps.
        is_missing: True if the last step is the name of a member that the payload lacks.
    """
    found: list[str | int] = []
    inner = payload
    for at, step in enumerate(steps):
        leads_on = (isinstance(inner, dict) and step in inner) or (
            isinstance(inner, list) and isinstance(step, int) and step < len(inner)
        )
        if leads_on:
            inner = inner[step]
        elif not (is_missing and at == len(steps) - 1):
            continue
        found.append(step)
    return tuple(found)


def _mentioned(given: Any) -> Iterator[Any]:
    """Yield a type and the types in its arguments."""
    yield given
    origin = typing.get_origin(given)
    if origin is not None:
        yield origin
    for each in typing.get_args(given):
        yield from _mentioned(each)


def _shown(given: Any) -> str:
    return printable(cut(repr(given), _MAX_NAME))
