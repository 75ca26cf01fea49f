"""A walk through a real change, read as a person would: the reports are files in `walk/`.

`python -m tests.unit.schema_types.json_schema.compatibility.test_walk` writes them anew.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pytest_schema_registry.compatibility.report import Level, Policy
from pytest_schema_registry.schema_types.json_schema.compatibility import compare

WALK = Path(__file__).parent / "walk"
#: What the producers' models publish as v1; `tests/contracts/publish.py` writes them.
PUBLISHED = Path(__file__).parents[4] / "contracts" / "registry" / "v1"

Content = dict[str, Any]
Change = Callable[[Content], None]


class Query(NamedTuple):
    level: Level
    policy: Policy = "tolerant"


class Case(NamedTuple):
    name: str
    changes: tuple[Change, ...]
    questions: tuple[Query, ...]


EACH_WAY = (Query("backward"), Query("forward"), Query("full", "strict"))
EVERY_WAY = (*EACH_WAY[:2], Query("full"), EACH_WAY[2])


def renamed(schema: Content, before: str, after: str, title: str) -> None:
    """What pydantic publishes for a field of another name: in the same place, with a new title."""
    # Rebuilt rather than popped, so that the field keeps its place.
    schema["properties"] = {
        after if name == before else name: content for name, content in schema["properties"].items()
    }
    schema["properties"][after]["title"] = title
    schema["required"] = [after if name == before else name for name in schema["required"]]


def optional(title: str, kind: str, description: str) -> Content:
    """What pydantic publishes for a new field `kind | None = None`."""
    return {
        "anyOf": [{"type": kind}, {"type": "null"}],
        "default": None,
        "description": description,
        "title": title,
    }


def event_with_a_renamed_field(schema: Content) -> None:
    renamed(schema, "ts", "emitted_at", "Emitted At")


def event_with_a_tighter_bound(schema: Content) -> None:
    schema["properties"]["queue_size"]["maximum"] = 10_000


def event_without_a_level(schema: Content) -> None:
    schema["$defs"]["BackpressureLevel"]["enum"].remove("soft")


def event_with_a_new_field(schema: Content) -> None:
    schema["properties"]["reason"] = optional("Reason", "string", "Why the level changed")


def event_that_allows_more(schema: Content) -> None:
    schema["$defs"]["BackpressureLevel"]["enum"].append("critical")
    capacity = schema["properties"]["capacity"]
    capacity["minimum"] = capacity.pop("exclusiveMinimum")


def status_with_a_renamed_field(schema: Content) -> None:
    renamed(schema["$defs"]["HealthComponent"], "name", "component", "Component")


def status_with_a_tighter_bound(schema: Content) -> None:
    schema["$defs"]["HealthComponent"]["properties"]["details"]["maxProperties"] = 8


def status_without_a_state(schema: Content) -> None:
    # The model repeats the list instead of referring to it.
    for model in (schema, schema["$defs"]["HealthComponent"]):
        model["properties"]["state"]["enum"].remove("degraded")


def status_with_a_new_field(schema: Content) -> None:
    component = schema["$defs"]["HealthComponent"]
    component["properties"]["latency_ms"] = optional("Latency Ms", "number", "Of the last probe")


def audit_with_a_renamed_optional_field(schema: Content) -> None:
    renamed(schema["$defs"]["ControlResult"], "detail", "message", "Message")


def audit_with_a_required_field_that_has_a_default(schema: Content) -> None:
    schema["properties"]["tenant"] = {"default": "main", "title": "Tenant", "type": "string"}
    schema["required"].append("tenant")


def audit_without_an_action(schema: Content) -> None:
    schema["$defs"]["ControlAction"]["enum"].remove("reload")


EVENT = {
    "renamed-field": event_with_a_renamed_field,
    "tightened-bound": event_with_a_tighter_bound,
    "removed-enum-value": event_without_a_level,
    "added-optional-field": event_with_a_new_field,
    "more-allowed": event_that_allows_more,
}
STATUS = {
    "renamed-field": status_with_a_renamed_field,
    "tightened-bound": status_with_a_tighter_bound,
    "removed-enum-value": status_without_a_state,
    "added-optional-field": status_with_a_new_field,
}
AUDIT = {
    "renamed-optional-field": audit_with_a_renamed_optional_field,
    "required-field-with-default": audit_with_a_required_field_that_has_a_default,
    "removed-enum-value": audit_without_an_action,
}
CASES = {
    f"{name}-{what}": Case(f"telemetry.{name}", changes, questions)
    for name, alone in (
        ("FeedbackEvent", EVENT),
        ("HealthStatus", STATUS),
        ("AuditEnvelope", AUDIT),
    )
    for what, changes, questions in (
        *((what, (change,), EACH_WAY) for what, change in alone.items()),
        ("all-together", tuple(alone.values()), EVERY_WAY),
    )
}


def reports(case: Case) -> str:
    """The reports on one change, as they are printed."""
    old = json.loads((PUBLISHED / f"{case.name}.json").read_bytes())
    new = {**deepcopy(old), "$track": "v2", "$core_version": "2.0.0"}
    for change in case.changes:
        change(new)
    texts = (
        compare(old, new, level=level, policy=policy).render(f"{case.name} v1 -> v2")
        for level, policy in case.questions
    )
    return "\n\n".join(texts) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_reported_in_these_words(case: str) -> None:
    assert reports(CASES[case]) == (WALK / f"{case}.txt").read_text(encoding="utf-8")


def test_no_report_is_left_over() -> None:
    assert {file.stem for file in WALK.iterdir()} == set(CASES)


def main() -> None:
    """Write every report anew."""
    for file in WALK.iterdir():
        file.unlink()
    for name, case in CASES.items():
        (WALK / f"{name}.txt").write_text(reports(case), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
