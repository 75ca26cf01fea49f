"""Payloads that conformed to one version line, checked against its successor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.errors import SchemaNotFound, SchemaRegistryError
from pytest_schema_registry.json_values import digest
from pytest_schema_registry.schemas import SchemaKey

if TYPE_CHECKING:
    from pytest_schema_registry.contracts.rollout import Rollout
    from pytest_schema_registry.registry import SchemaRegistry

#: How many payloads of one schema a process keeps; those that come later are counted.
MAX_KEPT = 10_000
#: How many violations of one schema a process explains.
MAX_EXPLAINED = 20


class Successors:
    """What one process's payloads say about the version line that comes next.

    Args:
        registry: Where schemas come from.
        rollout: How strictly a violation is taken.
        old: The version line that payloads conformed to.
        new: The version line that they are checked against.
    """

    def __init__(self, registry: SchemaRegistry, rollout: Rollout, old: str, new: str) -> None:
        self._registry = registry
        self._rollout = rollout
        self._old = old
        self._new = new
        self._kept: dict[str, dict[str, str]] = {}
        self._left_out: dict[str, int] = {}

    def conformed(self, pair: SchemaKey, form: Any) -> None:
        """Keep a payload's JSON form, if it is of the old version line and has not been met."""
        if pair.version != self._old:
            return
        kept = self._kept.setdefault(pair.name, {})
        text = json.dumps(form)
        if len(kept) < MAX_KEPT:
            kept.setdefault(text, self._rollout.test)
        elif text not in kept:
            self._left_out[pair.name] = self._left_out.get(pair.name, 0) + 1

    def checked(self) -> list[dict[str, Any]]:
        """What became of the payloads so far, a schema each, as plain data."""
        kept, self._kept = self._kept, {}
        return [self._checked(name, payloads) for name, payloads in sorted(kept.items())]

    def _checked(self, name: str, payloads: dict[str, str]) -> dict[str, Any]:
        level = self._rollout.level(SchemaKey(name, self._new))
        found: dict[str, Any] = {"name": name, "level": level, "checked": 0, "violations": []}
        found["left_out"] = self._left_out.pop(name, 0)
        if level == "off":
            return found
        try:
            compiled = self._registry.compiled(self._registry.schema(name, self._new))
            self._rollout.recorder.served(compiled.old_copies)
        except SchemaNotFound:
            return found | {"missing": True}
        except SchemaRegistryError as exc:
            return found | {"error": exc.headline}
        for text, test in payloads.items():
            form = json.loads(text)
            if not compiled.conforms(form):
                # As many as are shown; to explain 10,000 takes minutes.
                said = ""
                if len(found["violations"]) < MAX_EXPLAINED:
                    try:
                        worst = self._registry.violation(compiled, form).violations[0]
                    except SchemaRegistryError as exc:  # it is the schema that takes too much
                        return found | {"error": exc.headline}
                    said = f"{worst.path}: {worst.message}"
                found["violations"].append([digest(form), test, said])
            found["checked"] += 1
        return found
