"""Whether a payload conforms to a schema, and where it does not. The engine is jsonschema-rs.

It judges and it lists the violations, so that an explanation cannot contradict its verdict; it is
never given a way to fetch anything itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from pytest_schema_registry.errors import InvalidSchema
from pytest_schema_registry.schemas import json_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_schema_registry.schemas import Schema

#: Stands for the payload's value in the engine's messages, so that we decide how it is shown.
MASK = "\uf8ff"


class Conformance:
    """Judges payloads, compiling each schema once a process.

    Args:
        formats: Whether ``format`` is an assertion (JSON Schema 2020-12 Validation, section 7.2.2).
    """

    def __init__(self, *, formats: bool = True) -> None:
        self._formats = formats
        self._compiled: dict[str, jsonschema_rs.Validator | InvalidSchema] = {}

    def conforms(self, schema: Schema, payload: Any) -> bool:
        """Whether a payload, in its JSON form, conforms.

        Raises:
            InvalidSchema: The schema is itself wrong.
        """
        return self._validator(schema).is_valid(payload)

    def errors(self, schema: Schema, payload: Any) -> Iterator[jsonschema_rs.ValidationError]:
        """The engine's own errors, in its order; none where the payload conforms."""
        return self._validator(schema).iter_errors(payload)

    def _validator(self, schema: Schema) -> jsonschema_rs.Validator:
        compiled = self._compiled.get(schema.digest)
        if compiled is None:
            compiled = self._compiled[schema.digest] = self._compile(schema)
        if isinstance(compiled, InvalidSchema):
            raise InvalidSchema(*compiled.args)
        return compiled

    def _compile(self, schema: Schema) -> jsonschema_rs.Validator | InvalidSchema:
        try:
            return jsonschema_rs.validator_for(
                schema.text, validate_formats=self._formats, mask=MASK, offline=True
            )
        except jsonschema_rs.ValidationError as exc:
            pointer = json_pointer(exc.instance_path)
            reason = exc.message
        except (jsonschema_rs.ReferencingError, ValueError) as exc:
            pointer = "#"
            reason = str(exc)
        return InvalidSchema(str(schema), pointer, " ".join(reason.split()), schema.origin)
