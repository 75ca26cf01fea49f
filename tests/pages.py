"""Sessions for pages, made of events without a process: a small one, and large ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.reporting import drift
from pytest_schema_registry.reporting.figures import Figures
from pytest_schema_registry.reporting.page.evidence import Evidence
from pytest_schema_registry.reporting.page.page import Session
from pytest_schema_registry.settings.enforcement import EnforcementRule
from pytest_schema_registry.settings.settings import Settings
from tests.events import events_of, fetch, switched_off, use, violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
THREE_DAYS_BEFORE = datetime(2025, 12, 29, 12, tzinfo=UTC).timestamp()
PAYLOAD = '{\n  "id": 1\n}'
#: What a browser would obey if it were no text.
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{ 7 * 7 }}\u202e\ud800</pre>"
)


def told(test: str, *uses: dict[str, Any], **events: Any) -> dict[str, Any]:
    """The events of one test, with what only a page shows of them."""
    usages = events_of(*uses)["usages"]
    for usage in usages:
        if "source" in usage:
            usage |= {"url": f"http://r/{usage['name']}", "fetched_at": THREE_DAYS_BEFORE}
            usage.setdefault("note", "")
    return {"test": test, "usages": usages} | events


def reason(**facts: str) -> dict[str, str]:
    """A reason of a comparison as a process tells it."""
    return {
        "rule": "required-added",
        "verdict": "shown by a payload",
        "direction": "backward",
        "path": "$.quantity",
        "old_place": "#",
        "old_rule": "",
        "new_place": "#/required",
        "new_rule": '"quantity"',
        "payload": '{\n  "id": "a"\n}',
        "message": '"quantity" is a required property',
        "fingerprint": "0123456789ab",
        "text": "producers of v1 may omit it; consumers of v2 refuse that",
        "waived": "",
    } | facts


def comparison(
    outcome: str, *reasons: dict[str, str], name: str = "orders.Order", **facts: Any
) -> dict[str, Any]:
    """A comparison as a process tells it."""
    details = {
        "old": "v1",
        "new": "v2",
        "level": "backward",
        "policy": "tolerant",
        "test": f"pytest.ini::{name}[v1->v2]",
        "reasons": list(reasons),
        "more_reasons": 0,
        "notes": [],
    } | facts
    return {"name": name, "outcome": outcome, "waived": [], "waivers": [], "details": details}


def drifted(name: str, grade: str = "breaking", **facts: Any) -> dict[str, Any]:
    """The drift of one schema as a process tells it."""
    return {
        "name": name,
        "version": "v1",
        "asked": None,
        "grade": grade,
        "recorded_at": THREE_DAYS_BEFORE,
        "local_release": "1.0.0",
        "local_digest": "a",
        "registry_release": "1.1.0",
        "registry_digest": "b",
        "reasons": [{"rule": "type-narrowed", "path": "$.id", "change": "integer no longer"}],
    } | facts


def session(
    *events: dict[str, Any],
    settings: Settings | None = None,
    missed: Sequence[str] = (),
    exit_status: int = 0,
    lines: dict[str, Sequence[str]] | None = None,
) -> Session:
    """A session in which processes told these events."""
    figures, evidence = Figures(), Evidence()
    folded = drift.Fold()
    for each in events:
        figures.add(each)
        evidence.add(each)
        folded.add(each.get("drift", ()))
    return Session(
        figures=figures,
        evidence=evidence,
        settings=settings or Settings(),
        versions=("v1", "v2"),
        missed=missed,
        exit_status=exit_status,
        drift=folded,
        lines=lines or {},
    )


def small() -> Session:
    """A session with three schemas, in which all that a page shows has happened."""
    return session(
        told(
            "test_a.py::test_order[v1]",
            use("orders.Order", conforming=2, refused=1, source="cassette"),
            fetches=[fetch("orders.Order", seconds=0.03), fetch("orders.Order", seconds=20)],
        ),
        told(
            "test_a.py::test_order[v2]",
            use("orders.Order", "v2", violating=1, deprecated=True) | {"note": "use Item instead"},
            violations=[
                violation("test_a.py::test_order[v2]", version="v2", payload=PAYLOAD),
                violation(
                    "test_a.py::test_order[v2]",
                    version="v2",
                    payload=PAYLOAD,
                    path="$",
                    rule="#/required",
                    message='"quantity" is a required property',
                ),
            ],
            drift=[drifted("orders.Order"), drifted("orders.Item", "same")],
        ),
        told(
            "test_a.py::test_item",
            use("orders.Item", enforcement="warn", violating=1, source="directory", release=None),
            switched_off("orders.Item", "v2"),
            violations=[violation("test_a.py::test_item", "orders.Item", outcome="warned")],
        ),
        told(
            "test_a.py::test_user",
            use("users.User", xfailed=1, source="stale cache", outage="it was down"),
            use("the given schema", "", source="value", release=None, conforming=1),
            errors=[["users.User", "v2", "SchemaNotFound", 1]],
            old_copies=[
                {
                    "what": "users.User v1",
                    "source": "stale cache",
                    "fetched_at": THREE_DAYS_BEFORE,
                    "outage": "it was down",
                }
            ],
            violations=[violation("test_a.py::test_user", "users.User", outcome="xfailed")],
        ),
        told(
            "",
            comparisons=[
                comparison(
                    "incompatible",
                    reason(),
                    reason(direction="forward", payload="", message="", verdict="proved"),
                    notes=["probable-rename $.a -> $.b"],
                    more_reasons=2,
                ),
                comparison("compatible", name="orders.Item"),
                comparison("waived", reason(waived="waived until 2026-02-01: soon"), test=""),
            ],
        ),
        settings=Settings(
            enforcement=(EnforcementRule.parse("orders.Item=warn"),),
            ratchet=Path("ratchet.txt"),
        ),
        missed=["hit rate 1.0 %, at least 2 %"],
        exit_status=1,
        lines={
            "ratchet": ["strict from now on: orders.Order@v1"],
            "drift": ["drift: 1 of 2 schemas differs from its cassette:"],
            "cassettes": ["1 cassette that no test used; delete it:", "  a.yaml"],
            "payload_replay": [],
        },
    )


def hostile(text: str = HOSTILE) -> Session:
    """A session in which everything has a name that a browser might obey."""
    id_ = f"test_a.py::test[{text}]"
    facts = {"path": text, "rule": text, "message": text, "payload": text}
    every = dict.fromkeys(reason(direction="", verdict=""), text)
    return session(
        told(
            id_,
            use(text, text, release=text, violating=1, deprecated=True) | {"note": text},
            violations=[violation(id_, text, version=text, **facts)],
            errors=[[text, "v1", text, 1]],
            comparisons=[
                comparison(
                    "incompatible",
                    reason(**every),
                    name=text,
                    old=text,
                    new=text,
                    test=text,
                    notes=[text],
                )
            ],
            drift=[drifted(text, local_release=text)],
        ),
        missed=[text],
        lines={"drift": [text], "ratchet": [text]},
    )


def large(schemas: int = 300, tests: int = 8) -> Session:
    """A session with many schemas in two version lines, with as much to show as there can be.

    Args:
        schemas: The number of schemas.
        tests: The number of tests of each in each line; every second one fails.
    """
    return session(*_many(schemas, tests), exit_status=1)


def _many(schemas: int, tests: int) -> Iterable[dict[str, Any]]:
    payload = "{\n" + "\n".join(f'  "member_{n:02}": "{"x" * 20}",' for n in range(38)) + "\n}"
    for number in range(schemas):
        name = f"telemetry.area{number % 17:02}.Event{number:04}"
        for version in ("v1", "v2"):
            for test in range(tests):
                fails = test % 2 == 0 and number % 3 == 0
                id_ = f"tests/contracts/area{number % 17:02}/test_events.py::test_{test}[{version}]"
                yield told(
                    id_,
                    use(name, version, violating=int(fails), conforming=int(not fails)),
                    fetches=[fetch(name, version)] if test == 0 else [],
                    violations=[
                        violation(
                            id_,
                            name,
                            version=version,
                            payload=payload,
                            path=f"$.member_{each:02}",
                            rule=f"#/properties/member_{each:02}/type",
                        )
                        for each in range(3 * fails)
                    ],
                )
        outcome = "incompatible" if number % 5 == 0 else "compatible"
        reasons = [reason(payload=payload)] * 10 if outcome == "incompatible" else []
        yield told(
            "",
            comparisons=[comparison(outcome, *reasons, name=name)],
            drift=[drifted(name, "breaking" if number % 7 == 0 else "same")],
        )
