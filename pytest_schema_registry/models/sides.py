"""The two sides of a comparison: who sends payloads, and who reads them.

Each is a schema or a model. A schema sends all that it accepts. A model sends what it makes of a
payload that it has read, and it has the last word on what it accepts.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from pytest_schema_registry.json_values import canonical, path_steps
from pytest_schema_registry.models.model import ExactSchema, NotSent, Refusal
from pytest_schema_registry.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.compatibility.report import Sides
    from pytest_schema_registry.models.model import Model
    from pytest_schema_registry.schema_types.schema_type import SchemaType, Validator

#: The payloads that are made to try what no schema shows.
TRIED = 100


class Made(NamedTuple):
    """A payload that a producer sends, with the payload that it was made from.

    Args:
        payload: What is sent.
        source: The payload that the producer had read.
    """

    payload: Any
    source: Any


class Producer(Protocol):
    """A sender of payloads."""

    @property
    def exact(self) -> ExactSchema:
        """The schema of what is sent."""

    def made(self, payload: Any) -> Any:
        """Return what is sent where a schema says that a payload is.

        Raises:
            NotSent: The payload cannot be made; the text is why.
        """

    def payloads(self, read: Any) -> Iterator[Made]:
        """Yield different payloads that are sent.

        Args:
            read: The schema of what the other side accepts.
        """


class Consumer(Protocol):
    """A reader of payloads."""

    @property
    def exact(self) -> ExactSchema:
        """The schema of what is accepted."""

    def refusal(self, payload: Any) -> Refusal | None:
        """Return why a payload is refused; None if it is accepted."""


class SchemaSide:
    """A schema, as the one side or the other.

    Args:
        schema_type: The language of the schema.
        validator: The schema, ready to check payloads.
        hide: The values that its refusals do not show.
    """

    def __init__(
        self, schema_type: SchemaType, validator: Validator, hide: Redaction | None = None
    ) -> None:
        self.schema_type = schema_type
        self._validator = validator
        self._hide = hide or Redaction()

    def sender(self) -> Self:
        """Return the side as who sends payloads."""
        return self

    def reader(self) -> Self:
        """Return the side as who reads payloads."""
        return self

    @cached_property
    def exact(self) -> ExactSchema:
        """The schema itself, with all that it refers to."""
        return ExactSchema(self._validator.bundled())

    def made(self, payload: Any) -> Any:
        """Return the payload: a schema knows no other form of it."""
        return payload

    def payloads(self, read: Any) -> Iterator[Made]:  # noqa: ARG002  # it sends all
        """Yield different payloads that conform."""
        for payload in self.schema_type.conforming_payloads(self._validator, TRIED):
            yield Made(payload, payload)

    def refusal(self, payload: Any) -> Refusal | None:
        """Return the violations of a payload as one refusal; None if it conforms."""
        if self._validator.is_valid(payload):
            return None
        found = self._validator.violations(payload, self._hide)
        paths = tuple(tuple(path_steps(each.path)) for each in found)
        words = tuple(each.message for each in found)
        return Refusal(paths, words[0], found[0].schema_path, words)

    def refusal_by(self, payload: Any, *, sides: Sides, **asked: Any) -> Refusal | None:
        """Return why the schema refuses a payload even under a policy that lets it accept more.

        Args:
            payload: The payload.
            sides: What is assumed of the schema as a consumer.
            asked: Further settings of the language's comparison.
        """
        found = self.refusal(payload)
        if found is None:
            return None
        # The language alone knows what a policy makes of a schema. It compares schemas.
        asked |= {"level": "backward", "sides": sides._replace(closed=False)}
        report = self.schema_type.compare({"enum": [payload]}, self.exact.content, **asked)
        return found if report.compatible is False else None


class ModelSide(NamedTuple):
    """A model, as the one side or the other.

    Args:
        model: The model.
        schema_type: The language of its JSON Schema.
        by_alias: True for members under their aliases; None for what the model itself says.
        exclude_none: True if members that are None are left out.
    """

    model: Model
    schema_type: SchemaType
    by_alias: bool | None = None
    exclude_none: bool = False

    def sender(self) -> SendingModel:
        """Return the side as who sends payloads."""
        return SendingModel(*self)

    def reader(self) -> AcceptingModel:
        """Return the side as who reads payloads."""
        return AcceptingModel(self.model)


class SendingModel:
    """A model that sends payloads.

    Args:
        model: The model.
        schema_type: The language of its JSON Schema.
        by_alias: True for members under their aliases; None for what the model itself says.
        exclude_none: True if members that are None are left out.
    """

    def __init__(
        self,
        model: Model,
        schema_type: SchemaType,
        by_alias: bool | None,
        exclude_none: bool,
    ) -> None:
        self._model = model
        self._schema_type = schema_type
        self._by_alias = by_alias
        self._exclude_none = exclude_none

    @cached_property
    def exact(self) -> ExactSchema:
        """The schema of all that the model can send."""
        return self._model.sending(by_alias=self._by_alias, exclude_none=self._exclude_none)

    def made(self, payload: Any) -> Any:
        """Return what the model sends once it has read a payload."""
        return self._model.sent(payload, by_alias=self._by_alias, exclude_none=self._exclude_none)

    def payloads(self, read: Any) -> Iterator[Made]:
        """Yield what the model sends once it has read different payloads.

        They are payloads that its JSON Schema accepts, and payloads that the other side accepts:
        validators in code may refuse all of the first kind.
        """
        seen: set[str] = set()
        for schema in (self._model.accepting().content, read):
            for source in self._schema_type.conforming_payloads(schema, TRIED):
                try:
                    payload = self.made(source)
                except NotSent:
                    continue
                if (text := canonical(payload)) not in seen:
                    seen.add(text)
                    yield Made(payload, source)
                if len(seen) == TRIED:
                    return


class AcceptingModel:
    """A model that reads payloads.

    Args:
        model: The model.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    @cached_property
    def exact(self) -> ExactSchema:
        """The schema of all that the model accepts."""
        return self._model.accepting()

    def refusal(self, payload: Any) -> Refusal | None:
        """Return why the model refuses a payload, in its library's words."""
        return self._model.refusal(payload)
