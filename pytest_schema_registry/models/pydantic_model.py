"""Models of pydantic, and everything else that its ``TypeAdapter`` takes."""

from __future__ import annotations

import copy
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.models.model import (
    DIALECT,
    TAKEN,
    ExactSchema,
    NotSent,
    Refusal,
    name_of,
    without_steps_beside,
)
from pytest_schema_registry.models.pydantic_schemas import code_of, exact_schema, sent_names

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaMode
    from pydantic_core import ErrorDetails

    from pytest_schema_registry.models.model import Mode

#: The most times that members which a model sends and does not take are cut from a payload.
_CUTS = 5


class PydanticModel:
    """A model of pydantic.

    Args:
        given: The class or the type, or a ``TypeAdapter`` of it.
        asked_by: The fixture or the command that it is given to, for messages.

    Raises:
        InvalidSettings: pydantic does not take it.
    """

    library = "pydantic"

    def __init__(self, given: Any, asked_by: str) -> None:
        self._asked_by = asked_by
        self._adapter: TypeAdapter[Any]
        is_adapter = isinstance(given, TypeAdapter)
        self.name = name_of(given._type if is_adapter else given)  # nothing else has it
        try:
            self._adapter = given if is_adapter else TypeAdapter(given)
            if not self._adapter.pydantic_complete:
                self._adapter.rebuild(raise_errors=True)
        except (PydanticUserError, PydanticUndefinedAnnotation, TypeError) as exc:
            raise InvalidSettings(
                asked_by,
                f"pydantic does not take {self.name} as a model: {_first_line(exc)}; give {TAKEN}",
            ) from None

    def json_schema(self, mode: Mode = "serialization", *, by_alias: bool = True) -> dict[str, Any]:
        """Return the JSON Schema that pydantic publishes: see ``Model``."""
        try:
            content = self._adapter.json_schema(mode=mode, by_alias=by_alias)
        except Exception as exc:  # noqa: BLE001  # a model may bring code for its schema
            raise self._no_schema(exc) from None
        return {"$schema": DIALECT, **content, "title": content.get("title", self.name)}

    def sending(self, *, by_alias: bool | None = None, exclude_none: bool = False) -> ExactSchema:
        """Return the schema of all that the model can send: see ``Model``."""
        return self._exact("serialization", names=by_alias, exclude_none=exclude_none)

    def accepting(self) -> ExactSchema:
        """Return the schema of all that the model accepts: see ``Model``."""
        return self._exact("validation")

    def sent(
        self, payload: Any, *, by_alias: bool | None = None, exclude_none: bool = False
    ) -> Any:
        """Return what the model sends once it has read a payload: see ``Model``."""
        try:
            value = self._read(payload)
            made = self._adapter.dump_python(
                value, mode="json", by_alias=by_alias, exclude_none=exclude_none, warnings=False
            )
            return json.loads(json.dumps(made, allow_nan=False))
        except ValidationError as exc:
            raise NotSent(_words(exc)) from None
        except Exception as exc:  # noqa: BLE001  # the user's code, which may raise anything
            raise NotSent(f"{type(exc).__name__}: {_first_line(exc)}") from None

    def refusal(self, payload: Any) -> Refusal | None:
        """Return why the model refuses a payload; None if it accepts it: see ``Model``."""
        try:
            self._adapter.validate_json(json.dumps(payload))
        except ValidationError as exc:
            errors = exc.errors(include_url=False, include_input=False, include_context=False)
            paths = tuple(
                without_steps_beside(payload, each["loc"], is_missing=each["type"] == "missing")
                for each in errors
            )
            return Refusal(paths, _words(exc), words=tuple(map(_word, errors)))
        except Exception as exc:  # noqa: BLE001  # the user's code, which may raise anything
            return Refusal(((),), f"it raises {type(exc).__name__}: {_first_line(exc)}")
        return None

    def _read(self, payload: Any) -> Any:
        """Validate a payload in the form that the model sends, or in the form that it accepts.

        Raises:
            ValidationError: The model refuses it in both.
        """
        try:
            return self._adapter.validate_json(json.dumps(payload))
        except ValidationError:
            pass
        payload = _renamed(payload, self._sent_names)
        for _ in range(_CUTS):
            try:
                return self._adapter.validate_json(json.dumps(payload), by_alias=True, by_name=True)
            except ValidationError as exc:
                extra = [e["loc"] for e in exc.errors() if e["type"] == "extra_forbidden"]
                if not extra:
                    raise
                payload = _cut(payload, extra)  # a computed field, which is sent and not taken
        return self._adapter.validate_json(json.dumps(payload), by_alias=True, by_name=True)

    @cached_property
    def _sent_names(self) -> dict[str, str]:
        return sent_names(self._adapter.core_schema)

    def _exact(
        self, mode: JsonSchemaMode, *, names: bool | None = None, exclude_none: bool = False
    ) -> ExactSchema:
        core = self._adapter.core_schema
        try:
            content, naive = exact_schema(core, mode, names=names, exclude_none=exclude_none)
        except Exception as exc:  # noqa: BLE001  # a model may bring code for its schema
            raise self._no_schema(exc) from None
        return ExactSchema({"$schema": DIALECT, **content}, code_of(core, mode), naive)

    def _no_schema(self, error: Exception) -> InvalidSettings:
        said = _first_line(error)
        if not isinstance(error, PydanticUserError):
            said = f"{type(error).__name__}: {said}"
        return InvalidSettings(
            self._asked_by,
            f"pydantic has no JSON Schema for {self.name}: {said}; give that type "
            "one with WithJsonSchema (pydantic's documentation, JSON Schema), or leave the member "
            "out of what is sent with Field(exclude=True)",
        )


def _words(error: ValidationError) -> str:
    """Return pydantic's words for its first reason, and how many more there are."""
    first, *rest = error.errors(include_url=False, include_input=False, include_context=False)
    more = f" (and {len(rest)} more)" if rest else ""
    return f"{_word(first)}{more}"


def _word(error: ErrorDetails) -> str:
    """Return pydantic's words for one reason."""
    place = ".".join(map(str, error["loc"]))
    return f"{place}: {error['msg']}" if place else error["msg"]


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].partition(". ")[0].rstrip(".")


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return a payload with the members that a model sends only under the names that it reads."""
    if not names:
        return value
    if isinstance(value, dict):
        return {names.get(name, name): _renamed(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    return value


def _cut(payload: Any, places: list[tuple[str | int, ...]]) -> Any:
    """Return a copy of a payload without the members at some places."""
    payload = copy.deepcopy(payload)
    for place in places:
        holder = payload
        path = without_steps_beside(payload, place, is_missing=False)
        for step in path[:-1]:
            holder = holder[step]
        if path and isinstance(holder, dict):
            holder.pop(path[-1], None)
    return payload
