"""Pictures of runs for the docs: ``python -m tests.docs.pictures docs/pictures``.

Each is a real run of pytest in a project of its own. rich draws what it prints. The time that the
tests took is left out, so that a picture changes only where the plugin's text does.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

COLUMNS = 100
CONTRACTS = Path(__file__).parents[1] / "contracts"
SUITE = """\
def test_health(assert_conforms):
    status = {"service": "store", "state": "healthy", "version": "1.0", "ts": 1.0}
    assert_conforms(status, "telemetry.HealthStatus")


def test_adjustment(assert_conforms):
    adjustment = {"provider": "ibkr", "scale": 0.7, "reason": "soft", "ts": 1.0}
    assert_conforms(adjustment, "telemetry.RateAdjustment")
"""
BREAKING = """

def test_feedback(assert_conforms):
    event = {"coordinator_id": "bars", "queue_size": 8, "capacity": 9, "level": "ok", "ts": 1.0}
    assert_conforms(event, "telemetry.FeedbackEvent")
"""
#: The header would name the machine and other plugins, which could change what is shown.
HIDDEN_OPTIONS = ("--color=yes", "--no-header", "-p", "pytest_schema_registry.plugin")
SET = {"COLUMNS": str(COLUMNS), "PYTHONUTF8": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
UNSET = ("CI", "BUILD_NUMBER", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "PYTEST_ADDOPTS")
NAMESPACE = "{http://www.w3.org/2000/svg}"
#: The schemas whose cassettes the project has.
RECORDED = ("telemetry.HealthStatus", "telemetry.RateAdjustment")
_CODE = re.compile(r"\x1b\[[\d;]*m")
_TIME = re.compile(r" in \d+\.\d+s")
_LAST = re.compile(r"(\S*?)=+( .* )=+(\S*)")


class Picture(NamedTuple):
    """A run that has a picture.

    Args:
        shows: What it shows.
        command: The command, as it stands above the run.
        suite: The tests.
    """

    shows: str
    command: str
    suite: str


PICTURES = {
    "green": Picture(
        "A run in which all payloads conform.",
        "pytest tests/contracts --registry-url=registry",
        SUITE,
    ),
    "red": Picture(
        "A run in which a payload violates v2 of its schema.",
        "pytest tests/contracts --registry-url=registry",
        SUITE + BREAKING,
    ),
    "warned": Picture(
        "The same run, where violations of v2 are only warned about.",
        "pytest tests/contracts --registry-url=registry --registry-enforcement=v2=warn",
        SUITE + BREAKING,
    ),
    "offline": Picture(
        "A run without a network, from cassettes.",
        "pytest tests/contracts --registry-offline",
        SUITE,
    ),
}
#: rich's own, without a font from the network, and with the text for those who see no picture.
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>TITLE</title>
<desc>TEXT</desc>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ display: none; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})"
  clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed(picture: Picture) -> str:
    """What a terminal shows of a run, with its colours."""
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory).resolve()
        folder = project / "tests" / "contracts"
        folder.mkdir(parents=True)
        (folder / "test_telemetry.py").write_text(picture.suite, encoding="utf-8")
        (project / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        shutil.copytree(CONTRACTS / "registry", project / "registry")
        if "--registry-offline" in picture.command:
            _copy_cassettes(folder / "cassettes")
        result = subprocess.run(
            [sys.executable, "-m", *shlex.split(picture.command), *HIDDEN_OPTIONS],
            cwd=project,
            env={key: os.environ[key] for key in os.environ if key not in UNSET} | SET,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        output = result.stdout.replace(f"{project}{os.sep}", "").replace(os.sep, "/")
    return "\n".join([f"$ {picture.command}", *map(_without_time, output.splitlines())])


def _copy_cassettes(folder: Path) -> None:
    """Copy cassettes of the contract tests, as if they were three days old."""
    recorded_at = (datetime.now(UTC) - timedelta(days=3, hours=1)).isoformat(timespec="seconds")
    for version in ("v1", "v2"):
        (folder / version).mkdir(parents=True)
        for name in RECORDED:
            below = Path(version, f"{name}.yaml")
            text = (CONTRACTS / "cassettes" / below).read_text(encoding="utf-8")
            (folder / below).write_text(
                re.sub(
                    r": '\d{4}-\d\d-\d\dT[^']+'\nversion:", f": '{recorded_at}'\nversion:", text
                ),
                encoding="utf-8",
            )


def _without_time(line: str) -> str:
    """Leave the time out of pytest's last line, and fill it up again as pytest does."""
    if not (match := _LAST.fullmatch(line)) or not _TIME.search(line):
        return line
    before, said, after = match.groups()
    said = _TIME.sub("", said)
    room = COLUMNS - len(plain(said))
    return f"{before}{'=' * (room // 2)}{said}{'=' * (room - room // 2)}{after}"


def plain(text: str) -> str:
    """Leave out the colours."""
    return _CODE.sub("", text)


def drawn(picture: Picture, text: str) -> str:
    """The picture of a run as SVG, which has the text in it, too.

    Args:
        picture: The picture.
        text: What the terminal showed.
    """
    from rich.console import Console
    from rich.text import Text

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(text), soft_wrap=False)
    svg = console.export_svg(title="", code_format=SVG)
    svg = svg.replace("TITLE", escape(picture.shows)).replace("TEXT", escape(plain(text)))
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def text_of(svg: str) -> str:
    """The text that a picture has of its run."""
    (text,) = ElementTree.fromstring(svg).iter(f"{NAMESPACE}desc")
    return text.text or ""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        svg = drawn(picture, printed(picture))
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
