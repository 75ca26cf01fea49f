"""Payload replay: check payloads of one version line against the line that comes next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.judge import from_json
from pytest_schema_registry.errors import SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.schemas import SchemaKey

if TYPE_CHECKING:
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.retrieval.schema_source import SchemaSource

#: The most payloads of one schema that a process keeps; later ones are only counted.
MAX_KEPT = 10_000
#: The most violations of one schema that a process explains.
MAX_EXPLAINED = 20
#: The hexadecimal digits that tell a checked payload from others, in whichever process.
_DIGITS = 16


class PayloadReplay:
    """The conforming payloads of one process, kept to check them against the next version line.

    Args:
        source: Gives the schemas.
        judge: Judges the payloads.
        rollout: Gives the enforcement of each schema, and the current test.
        old: The version line that payloads conformed to.
        new: The version line that they are checked against.
    """

    def __init__(
        self, source: SchemaSource, judge: Judge, rollout: Rollout, *, old: str, new: str
    ) -> None:
        self._source = source
        self._judge = judge
        self._rollout = rollout
        self._old = old
        self._new = new
        self._kept: dict[str, dict[str, str]] = {}
        self._left_out: dict[str, int] = {}

    def conformed(self, key: SchemaKey, payload: Any) -> None:
        """Keep a payload, given as JSON, if it is of the old version line: each payload once."""
        if key.version != self._old:
            return
        kept = self._kept.setdefault(key.name, {})
        text = json.dumps(payload)
        if len(kept) < MAX_KEPT:
            kept.setdefault(text, self._rollout.test.id)
        elif text not in kept:
            self._left_out[key.name] = self._left_out.get(key.name, 0) + 1

    def checked(self) -> list[dict[str, Any]]:
        """Check the payloads kept so far, and forget them.

        Return plain data, with one entry for each schema.
        """
        kept, self._kept = self._kept, {}
        return [self._checked(name, payloads) for name, payloads in sorted(kept.items())]

    def _checked(self, name: str, payloads: dict[str, str]) -> dict[str, Any]:
        enforcement = self._rollout.enforcement(SchemaKey(name, self._new))
        found: dict[str, Any] = {
            "name": name,
            "enforcement": enforcement,
            "checked": [],
            "left_out": self._left_out.pop(name, 0),
            "violations": [],
        }
        if enforcement == "off":
            return found
        try:
            validator = self._judge.validator(self._source.catalogue.schema(name, self._new))
            self._rollout.recorder.served(validator.old_copies)
        except SchemaNotFound:
            return found | {"missing": True}
        except SchemaRegistryError as exc:
            return found | {"error": exc.headline}
        for text, test in payloads.items():
            document = json.loads(text)
            key = digest(document)[:_DIGITS]
            payload = from_json(validator, document)
            if not validator.is_valid(payload):
                # No more are shown, and to explain 10,000 takes minutes.
                said = ""
                if len(found["violations"]) < MAX_EXPLAINED:
                    try:
                        worst = self._judge.explain(validator, payload).violations[0]
                    except SchemaRegistryError as exc:  # a pattern takes too many steps
                        return found | {"error": exc.headline}
                    said = f"{worst.path}: {worst.message}"
                found["violations"].append([key, test, said])
            found["checked"].append(key)
        return found
