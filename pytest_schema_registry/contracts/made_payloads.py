"""Payloads that are made for a schema: those that conform, and those that break one rule."""

from __future__ import annotations

from copy import copy
from time import perf_counter
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import InvalidSettings, SchemaRegistryError
from pytest_schema_registry.schemas import Schema, given

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.contracts.contract import Contract
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.schema_types.payloads import Payloads, Violating

_CONFORMING, _VIOLATING = "conforming_payloads", "violating_payloads"


class MadePayloads:
    """The payloads that are made for the schemas of one contract; each set is made once.

    Args:
        contract: Gives the schemas.
        judge: Makes the payloads.
        rollout: Knows the current test.
    """

    def __init__(self, contract: Contract, judge: Judge, rollout: Rollout) -> None:
        self._contract = contract
        self._judge = judge
        self._rollout = rollout
        self._made: dict[tuple[str, str, str, int], Payloads[Any]] = {}

    def conforming(
        self,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        limit: int = 100,
    ) -> Payloads[Any]:
        """Return payloads that conform to a schema, smallest first.

        Args:
            schema: A name or an address, a schema, or a JSON Schema as a dict or a bool; None for
                the one that a marker names.
            version: The version line; None for the test's.
            limit: The most payloads.

        Raises:
            SchemaRegistryError: The schema cannot be retrieved, or is itself wrong.
        """
        __tracebackhide__ = True
        return self._payloads(_CONFORMING, self._judge.conforming_payloads, schema, version, limit)

    def violating(
        self,
        schema: str | Schema | dict[str, Any] | bool | None = None,
        *,
        version: str | None = None,
        limit: int = 100,
    ) -> Payloads[Violating]:
        """Return pairs of a payload that breaks one rule of a schema, and the violation.

        Args:
            schema: A name or an address, a schema, or a JSON Schema as a dict or a bool; None for
                the one that a marker names.
            version: The version line; None for the test's.
            limit: The most payloads.

        Raises:
            SchemaRegistryError: The schema cannot be retrieved, or is itself wrong.
        """
        __tracebackhide__ = True
        return self._payloads(_VIOLATING, self._judge.violating_payloads, schema, version, limit)

    def _payloads(
        self,
        fixture: str,
        make: Callable[[Schema, int], Payloads[Any]],
        asked: Any,
        version: str | None,
        limit: Any,
    ) -> Payloads[Any]:
        __tracebackhide__ = True
        try:
            schema = self._schema(fixture, asked, version, limit)
            key = fixture, schema.label, schema.text, limit
            if key not in self._made:
                started = perf_counter()
                self._made[key] = make(schema, limit)
                self._rollout.remark(schema, self._judge.validator(schema).remarks)
                self._rollout.recorder.seconds += perf_counter() - started
        except SchemaRegistryError as exc:
            self._rollout.test.unseen.add(exc)
            raise exc.with_traceback(None) from None
        # Each test reads the reason for itself.
        payloads = copy(self._made[key])
        if not payloads:
            self._rollout.test.empty.append((fixture, payloads))
        return payloads

    def _schema(self, fixture: str, asked: Any, version: str | None, limit: Any) -> Schema:
        __tracebackhide__ = True
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise InvalidSettings(fixture, f"limit={limit!r} is no count; give 1 or more")
        if isinstance(asked, dict | bool | Schema):
            if version is not None:
                what = "a Schema" if isinstance(asked, Schema) else "a JSON Schema"
                raise InvalidSettings(fixture, f"{what} that is given has no version=")
            return asked if isinstance(asked, Schema) else given(asked)
        if not isinstance(asked, str | None):
            reason = f"a value of type {type(asked).__name__} is no schema"
            raise InvalidSettings(fixture, f"{reason}; give a name, a Schema or a JSON Schema")
        return self._contract.schema(asked, version=version)
