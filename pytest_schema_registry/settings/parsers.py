"""The parsers of settings: each turns raw text into a value, or raises ValueError with a reason."""

from __future__ import annotations

import math
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from pytest_schema_registry.settings import COMPAT_SOURCES, DEFAULT_LAYOUT, DRAFTS, MODES, PROTOCOLS
from pytest_schema_registry.settings.location import parse_location

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.redaction import Redaction
    from pytest_schema_registry.settings import Option
    from pytest_schema_registry.settings.compatibility_rules import CompatibilityRule
    from pytest_schema_registry.settings.enforcement import EnforcementRule
    from pytest_schema_registry.settings.layout import Layout

DriftAction = Literal["off", "warn", "fail"]
DRIFT_ACTIONS: tuple[DriftAction, ...] = get_args(DriftAction)
#: The grades of drift, from the mildest to the worst.
DRIFT_GRADES = (
    "formatting",
    "annotations",
    "compatible",
    "new",
    "breaking",
    "unknown",
    "gone",
)
#: The longest timeout that a socket takes, in seconds: poll(2) counts milliseconds in an int. It is
#: one second less than that, because we give a socket one second more than the setting.
MAX_SECONDS = 2_147_482
_VERSION_CHARACTERS = frozenset(string.ascii_letters + string.digits + "._-")
_SWITCH = {"on": True, "true": True, "yes": True, "1": True}
_SWITCH |= {"off": False, "false": False, "no": False, "0": False}


class DriftGate(NamedTuple):
    """The consequence of a difference between a cassette and the registry.

    Args:
        action: "off" looks for no differences, "warn" shows them, "fail" fails the run as well.
        grade: The mildest grade that fails the run; None where the user named none.
    """

    action: DriftAction = "warn"
    grade: str | None = None

    def __str__(self) -> str:
        return self.action if self.grade is None else f"{self.action}={self.grade}"


def mode(value: str, _root: Path) -> str:
    if value not in MODES:
        raise ValueError(f"unknown mode {value!r}; choose one of {', '.join(MODES)}")
    return value


def protocol(value: str, _root: Path) -> str:
    if value not in PROTOCOLS:
        raise ValueError(f"unknown protocol {value!r}; choose one of {', '.join(PROTOCOLS)}")
    return value


def subject(value: str, _root: Path) -> str:
    """Parse the template of a subject: text with ``{name}``, and with ``{version}`` if wanted."""
    rest = value.replace("{name}", "", 1).replace("{version}", "", 1)
    if "{name}" not in value or "{" in rest or "}" in rest or not value.isprintable():
        raise ValueError(
            f"{value!r} is no template; write {{name}} once, and {{version}} once or not at all, "
            "such as {name}-value"
        )
    return value


def layout(value: str, _root: Path) -> Layout | None:
    from pytest_schema_registry.settings.layout import Layout

    return None if value == DEFAULT_LAYOUT else Layout(value)


def property_name(value: str, _root: Path) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError(f"{value!r} is no name of a property")
    return value


def version_list(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Parse version lines from ``"v1,v2"`` or ``["v1", "v2"]``, in order, each once.

    Raises:
        ValueError: The list is empty, or a version cannot be a path segment.
    """
    given = [value] if isinstance(value, str) else value
    versions = dict.fromkeys(part.strip() for item in given for part in item.split(","))
    versions.pop("", None)
    if not versions:
        raise ValueError("the list of versions is empty; give at least one, such as v1")
    for version in versions:
        if not is_version(version):
            raise ValueError(
                f"{version!r} cannot be a version; use letters, digits, '_', '-' and '.'"
            )
    return tuple(versions)


def is_version(text: str) -> bool:
    """Check whether a text can be a version line."""
    return not text.startswith(".") and _VERSION_CHARACTERS.issuperset(text)


def versions(value: str | list[str] | tuple[str, ...], _root: Path) -> tuple[str, ...]:
    return version_list(value)


def folder(value: str | Path, root: Path) -> Path:
    if (root / value).exists() and not (root / value).is_dir():
        raise ValueError(f"{root / value} is a file, not a directory")
    return Path(value)


def path(value: str | Path, root: Path) -> Path:
    return root / value


def file(value: str | Path, root: Path) -> Path:
    if (root / value).is_dir():
        raise ValueError(f"{root / value} is a directory, not a file")
    return root / value


def kept_file(value: str | Path, root: Path) -> Path:
    """Parse the path of a file that is read more than once, or written as well: no pipe."""
    if (root / value).is_fifo():
        raise ValueError(f"{root / value} is a pipe, not a file that can be kept")
    return file(value, root)


def html_file(value: str | Path, root: Path) -> Path:
    from importlib.util import find_spec

    if find_spec("jinja2") is None:
        raise ValueError("needs jinja2; install it with pip install 'pytest-schema-registry[html]'")
    return file(value, root)


def metrics_file(value: str | Path, root: Path) -> Path:
    from importlib.util import find_spec

    if find_spec("prometheus_client") is None:
        raise ValueError(
            "needs prometheus-client; install it with pip install 'pytest-schema-registry[metrics]'"
        )
    return file(value, root)


def period(value: str | float, _root: Path) -> float:
    return _number(value, "zero or a positive number of seconds")


def duration(value: str | float, _root: Path) -> float:
    most = f"a positive number of seconds up to {MAX_SECONDS:,}"
    return _number(value, most, above=0, most=MAX_SECONDS)


def days(value: str | float, _root: Path) -> float:
    return _number(value, "a positive number of days", above=0)


def milliseconds(value: str | float, _root: Path) -> float:
    return _number(value, "a positive number of milliseconds", above=0)


def percentage(value: str | float, _root: Path) -> float:
    return _number(value, "a percentage from 0 to 100", most=100)


def _number(value: str | float, wanted: str, *, above: float = -1, most: float = 1e300) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (above < number <= most and number >= 0):
        raise ValueError(f"{value!r} is not {wanted}")
    return number


def size(value: str | int, _root: Path) -> int:
    return _whole(value, "a positive whole number of bytes")


def requests(value: str | int, _root: Path) -> int:
    return _whole(value, "a positive whole number of requests")


def _whole(value: str | int, wanted: str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number <= 0:
        raise ValueError(f"{value!r} is not {wanted}")
    return number


def switch(value: str | bool, _root: Path) -> bool:
    try:
        return value if isinstance(value, bool) else _SWITCH[value.strip().lower()]
    except (AttributeError, KeyError):
        raise ValueError(f"{value!r} is neither on nor off") from None


def draft(value: str, _root: Path) -> str:
    if value not in DRAFTS:
        raise ValueError(f"unknown draft {value!r}; choose one of {', '.join(DRAFTS)}")
    return value


def drift(value: str, _root: Path) -> DriftGate:
    action, is_graded, grade = value.partition("=")
    if action == "fail" and is_graded:
        if grade not in DRIFT_GRADES:
            raise ValueError(f"unknown grade {grade!r}; choose one of {', '.join(DRIFT_GRADES)}")
        return DriftGate("fail", grade)
    if value not in DRIFT_ACTIONS:
        raise ValueError(f"{value!r} is none of off, warn, fail and fail=GRADE")
    return DriftGate(DRIFT_ACTIONS[DRIFT_ACTIONS.index(value)])


def patterns(value: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """Split texts at commas and line ends."""
    written = [value] if isinstance(value, str) else value
    parts = (part for item in written for part in item.replace("\n", ",").split(","))
    return tuple(part.strip() for part in parts if part.strip())


def name_patterns(value: str | list[str] | tuple[str, ...], _root: Path) -> tuple[str, ...]:
    from pytest_schema_registry.schemas import plain_name

    return tuple(map(plain_name, patterns(value)))


def redaction(value: str | list[str] | tuple[str, ...], _root: Path) -> Redaction:
    from pytest_schema_registry.redaction import Redaction

    return Redaction(patterns(value))


def enforcement(
    value: str | list[str] | tuple[str, ...], _root: Path
) -> tuple[EnforcementRule, ...]:
    from pytest_schema_registry.settings.enforcement import EnforcementRule

    return tuple(map(EnforcementRule.parse, patterns(value)))


def compatibility(
    value: str | list[str] | tuple[str, ...], _root: Path
) -> tuple[CompatibilityRule, ...]:
    from pytest_schema_registry.settings.compatibility_rules import CompatibilityRule

    return tuple(map(CompatibilityRule.parse, patterns(value)))


def compat_source(value: str, _root: Path) -> str:
    if value not in COMPAT_SOURCES:
        raise ValueError(f"{value!r} is none of {', '.join(COMPAT_SOURCES)}")
    return value


def version_pair(value: str, _root: Path) -> tuple[str, str]:
    lines = [part.strip() for part in value.split(":")]
    if len(set(lines)) != 2 or len(lines) != 2 or "" in lines or "," in value:
        raise ValueError(f"{value!r} is not two version lines, such as v1:v2")
    old, new = (version_list(line)[0] for line in lines)
    return old, new


#: Option -> its parser. The table of options imports nothing of ours, so it does not name these.
PARSERS: dict[str, Callable[[Any, Path], Any]] = {
    "url": parse_location,
    "mode": mode,
    "protocol": protocol,
    "versions": versions,
    "subject": subject,
    "version-property": property_name,
    "layout": layout,
    "cassettes": folder,
    "cache-dir": path,
    "cache-ttl": period,
    "timeout": duration,
    "max-in-flight": requests,
    "max-schema-size": size,
    "format-assertion": switch,
    "default-draft": draft,
    "avro-unknown-fields": switch,
    "redact": redaction,
    "enforcement": enforcement,
    "ratchet": kept_file,
    "dead-letters": kept_file,
    "payloads": folder,
    "report": file,
    "html": html_file,
    "metrics": metrics_file,
    "min-hit-rate": percentage,
    "max-fetch-p95": milliseconds,
    "max-overhead": percentage,
    "fail-on-stale": switch,
    "fail-on-deprecated": switch,
    "require-coverage": switch,
    "coverage-exclude": name_patterns,
    "drift": drift,
    "drift-report": file,
    "cassette-max-age": days,
    "compatibility": compatibility,
    "compat-source": compat_source,
    "waivers": kept_file,
    "replay-payloads": version_pair,
}


def parse(option: Option, written: Any, root: Path) -> Any:
    """Parse the value of an option.

    Args:
        option: The option.
        written: The raw value that the user wrote.
        root: The directory that relative paths start from.

    Raises:
        ValueError: The value is wrong; the message says why.
    """
    # In a TOML table, pytest lets a list stand where a text is meant, and numbers in a list.
    if isinstance(written, list):
        if option.ini_type not in ("args", "linelist"):
            raise ValueError(f"{written!r} is a list; give one value, as text")
        if wrong := [each for each in written if not isinstance(each, str)]:
            raise ValueError(f"{wrong[0]!r} in the list is no text; put it in quotes")
    return PARSERS[option.name](written, root)
