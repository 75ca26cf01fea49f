"""The page as HTML. Only this module imports jinja2."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pytest_schema_registry import files
from pytest_schema_registry.reporting.page.cells import OUTCOMES, SIGNS, matrix
from pytest_schema_registry.reporting.page.charts import HEIGHT, WIDTH, charts
from pytest_schema_registry.reporting.page.evidence import ORDER
from pytest_schema_registry.reporting.page.sections import comparisons, drift, rollout
from pytest_schema_registry.reporting.summary import counted, old_copies, totals
from pytest_schema_registry.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from pytest_schema_registry.reporting.drift import Fold
    from pytest_schema_registry.reporting.figures import Figures
    from pytest_schema_registry.reporting.page.evidence import Evidence
    from pytest_schema_registry.settings.settings import Settings

_FOLDER = "templates"
#: pytest's exit status -> the word for how the session ended.
_STATES = {0: "passed", 1: "failed", 2: "interrupted"}
#: The most version lines that have a switch of their own.
MAX_SWITCHES = 20


@dataclass(frozen=True, slots=True)
class Session:
    """All that a page tells of a session.

    Args:
        figures: The session's figures.
        evidence: The evidence behind them.
        settings: The session's settings.
        versions: The version lines that tests ran against by default.
        missed: One line for each missed gate.
        exit_status: pytest's exit status.
        drift: The drift that the session found; None without any.
        lines: The terminal's lines, by what they are about: "drift", "ratchet" and others.
    """

    figures: Figures
    evidence: Evidence
    settings: Settings
    versions: Sequence[str]
    missed: Sequence[str]
    exit_status: int
    drift: Fold | None
    lines: Mapping[str, Sequence[str]]


#: What the terminal's lines are about -> the heading above them.
_REMARKS = {
    "payload_replay": "Payloads of one version, checked against the next",
    "cassettes": "Cassettes",
}


def write(path: Path, session: Session, now: datetime) -> None:
    """Write a page, and replace that of an earlier session in one step.

    Args:
        path: The file.
        session: The session.
        now: The current time.

    Raises:
        OSError: The file cannot be written, or is plainly no page.
    """
    text = document(session, now)
    files.replace_report(path, text, (".html", ".htm"), "<title>Schema registry: ")


def document(session: Session, now: datetime) -> str:
    """Return the page as HTML. Its order does not depend on the order of the tests."""
    figures, settings = session.figures, session.settings
    schemas = matrix(figures, session.evidence, now)
    compared, more_compared = comparisons(session.evidence)
    copies = old_copies(list(figures.old_copies.values()), now)
    remarks = [
        (heading, session.lines[kind])
        for kind, heading in _REMARKS.items()
        if session.lines.get(kind)
    ]
    if copies:
        remarks.insert(0, ("Old copies", copies))
    style = _file("style.css") + _switches(len(schemas.versions))
    script = _file("script.js")
    page = _environment().get_template("page.html")
    return page.render(
        style=style,
        script=script,
        policy=_policy(style, script),
        now=f"{now:%Y-%m-%d %H:%M:%S} UTC",
        mode=settings.mode,
        registry=settings.location.shown if settings.location else "none",
        versions=list(session.versions),
        state=_STATES.get(session.exit_status, "ended early"),
        exit_status=session.exit_status,
        missed=list(session.missed),
        totals=totals(figures, every=False, costs=True) if figures.used else [],
        charts=charts(figures),
        width=WIDTH,
        height=HEIGHT,
        matrix=schemas,
        signs=SIGNS,
        outcomes=[(kind, SIGNS[kind], OUTCOMES[kind]) for kind in ORDER],
        switches=list(enumerate(schemas.versions))[:MAX_SWITCHES],
        comparisons=compared,
        more_comparisons=more_compared,
        drift=drift(session.drift, session.lines.get("drift", ()), now),
        rollout=rollout(schemas.rows, settings, session.lines.get("ratchet", ())),
        remarks=remarks,
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pytest_schema_registry.reporting.page", _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["counted"] = counted
    return environment


def _shown(value: Any) -> Any:
    """Write what no reader sees as an escape: half a surrogate pair, or a change of direction."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return "\n".join(map(visible, value.split("\n")))
    return value


def _file(name: str) -> str:
    folder = resources.files("pytest_schema_registry.reporting.page") / _FOLDER
    return (folder / name).read_text(encoding="utf-8")


def _switches(versions: int) -> str:
    """Return the rules that hide the column of a version line, and work without a script."""
    rules = (
        f"body:has(#version-{column}:not(:checked)) .v{column} {{ display: none; }}\n"
        for column in range(min(versions, MAX_SWITCHES))
    )
    return "".join(rules)


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing is loaded, and only our two texts count."""
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {_hash(style)}",
            f"script-src {_hash(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
