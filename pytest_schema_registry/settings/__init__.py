"""The table of options: the names, the default and the help of each. The README has it, too.

Every pytest run of an environment imports this module. So it imports nothing that pytest has not
loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

MODES = ("auto", "live", "record", "replay")
COMPAT_SOURCES = ("local", "registry", "both")
DRAFTS = ("4", "6", "7", "2019-09", "2020-12")
PROTOCOLS = ("auto", "core", "confluent")
#: The version lines of the Core protocol, which are the session's unless the protocol is another.
DEFAULT_VERSIONS = ("v1", "v2")
DEFAULT_SUBJECT = "{name}"
DEFAULT_CASSETTES = Path("tests/contracts/cassettes")
DEFAULT_PAYLOADS = Path("tests/contracts/payloads")
DEFAULT_MAX_SCHEMA_SIZE = 5_000_000
DEFAULT_MAX_IN_FLIGHT = 16

IniType = Literal["string", "linelist", "args", "bool", "float", "int"]


class Option:
    """One setting, under its three names.

    Args:
        name: Its name in the flag, with hyphens.
        field: Its field of the settings.
        metavar: The placeholder of its value in the help.
        default: The default, as the help shows it.
        help: The description in the help.
        ini_type: The type that pytest gives its value in the ini file.
        is_switch: True where the flag takes no value, and turns the setting on.
    """

    # No dataclass or NamedTuple: Python compiles code for those anew in every run.
    def __init__(  # a row of the table
        self,
        name: str,
        field: str,
        metavar: str,
        default: str,
        help: str,  # noqa: A002  # as argparse has it
        *,
        ini_type: IniType = "string",
        is_switch: bool = False,
    ) -> None:
        self.name = name
        self.field = field
        self.metavar = metavar
        self.default = default
        self.help = help
        self.ini_type = ini_type
        self.is_switch = is_switch

    @property
    def flag(self) -> str:
        return f"--registry-{self.name}"

    @property
    def argument(self) -> str:
        return self.name.replace("-", "_")

    @property
    def ini(self) -> str:
        return f"registry_{self.argument}"

    @property
    def variable(self) -> str:
        return f"SCHEMA_REGISTRY_{self.argument.upper()}"


OPTIONS = (
    Option(
        "url",
        "location",
        "URL",
        "none",
        "http(s)://…, file:///dir or a directory",
    ),
    Option("mode", "mode", "MODE", "auto", f"one of {', '.join(MODES)}"),
    Option(
        "protocol",
        "protocol",
        "PROTOCOL",
        "auto",
        f"one of {', '.join(PROTOCOLS)}; auto asks the registry once",
    ),
    Option(
        "versions",
        "versions",
        "LIST",
        f"{','.join(DEFAULT_VERSIONS)}; latest of a Confluent registry",
        "version lines that contract tests run against",
        ini_type="args",
    ),
    Option(
        "subject",
        "subject",
        "TEMPLATE",
        DEFAULT_SUBJECT,
        "the Confluent subject of a schema, of {name} and {version}: {name}-value",
    ),
    Option(
        "version-property",
        "version_property",
        "KEY",
        "none",
        "the Confluent metadata property that has the version line as its value",
    ),
    Option(
        "cassettes",
        "cassettes",
        "DIR",
        str(DEFAULT_CASSETTES),
        "recorded exchanges",
    ),
    Option("cache-dir", "cache_dir", "DIR", "pytest's cache directory", "on-disk cache"),
    Option(
        "cache-ttl",
        "cache_ttl",
        "SECONDS",
        "300",
        "how long a cache entry is served unasked, counted from the fetch; 0: once per session",
        ini_type="float",
    ),
    Option(
        "timeout",
        "timeout",
        "SECONDS",
        "10",
        "how long one request may take; retries stay inside three times that",
        ini_type="float",
    ),
    Option(
        "max-in-flight",
        "max_in_flight",
        "NUMBER",
        str(DEFAULT_MAX_IN_FLIGHT),
        "how many requests a process may have under way at once",
        ini_type="int",
    ),
    Option(
        "max-schema-size",
        "max_schema_size",
        "BYTES",
        str(DEFAULT_MAX_SCHEMA_SIZE),
        "the largest schema that is read",
        ini_type="int",
    ),
    Option(
        "format-assertion",
        "format_assertion",
        "on|off",
        "on",
        "whether a value must match its schema's format",
        ini_type="bool",
    ),
    Option(
        "default-draft",
        "default_draft",
        "DRAFT",
        "2020-12; 7 of a Confluent registry",
        f"the draft of schemas without $schema: {', '.join(DRAFTS)}",
    ),
    Option(
        "redact",
        "redact",
        "PATTERNS",
        "none",
        "field names or paths ($.user.email, $.cards[*].number) whose values are never shown",
        ini_type="args",
    ),
    Option(
        "enforcement",
        "enforcement",
        "RULES",
        "strict",
        "strict, warn or off; KEY=LEVEL for a version, a name, a pattern of names, NAME@VERSION",
        ini_type="args",
    ),
    Option(
        "ratchet",
        "ratchet",
        "FILE",
        "none",
        "committed list of what has conformed and is strict from then on; all else warns",
    ),
    Option(
        "dead-letters",
        "dead_letters",
        "FILE",
        "none",
        "JSON Lines file that violating payloads are added to",
    ),
    Option(
        "payloads",
        "payloads",
        "DIR",
        str(DEFAULT_PAYLOADS),
        "golden payloads, collected as tests",
    ),
    Option("report", "report", "FILE", "none", "JSON file for the figures"),
    Option(
        "metrics",
        "metrics",
        "FILE",
        "none",
        "Prometheus text file for the figures",
    ),
    Option(
        "min-hit-rate",
        "min_hit_rate",
        "PERCENT",
        "none",
        "fail below this rate of lookups that needed no fetch",
        ini_type="float",
    ),
    Option(
        "max-fetch-p95",
        "max_fetch_p95",
        "MS",
        "none",
        "fail where more than one fetch in twenty takes longer",
        ini_type="float",
    ),
    Option(
        "max-overhead",
        "max_overhead",
        "PERCENT",
        "none",
        "fail where the plugin takes more of the session's time",
        ini_type="float",
    ),
    Option(
        "fail-on-stale",
        "fail_on_stale",
        "on|off",
        "off",
        "fail where a schema was served although it is old",
        ini_type="bool",
        is_switch=True,
    ),
    Option(
        "fail-on-deprecated",
        "fail_on_deprecated",
        "on|off",
        "off",
        "make the use of a deprecated schema an error of the test",
        ini_type="bool",
        is_switch=True,
    ),
    Option(
        "require-coverage",
        "require_coverage",
        "on|off",
        "off",
        "fail where a schema of the index has no contract test",
        ini_type="bool",
        is_switch=True,
    ),
    Option(
        "coverage-exclude",
        "coverage_exclude",
        "PATTERNS",
        "none",
        "names that need no contract test",
        ini_type="args",
    ),
    Option(
        "drift",
        "drift",
        "LEVEL",
        "warn",
        "what a difference between cassette and registry does: off, warn, fail or fail=GRADE",
    ),
    Option(
        "drift-report",
        "drift_report",
        "FILE",
        "none",
        "JSON file for the differences between cassettes and registry",
    ),
    Option(
        "cassette-max-age",
        "cassette_max_age",
        "DAYS",
        "none",
        "age from which a cassette counts as drift",
        ini_type="float",
    ),
    Option(
        "compatibility",
        "compatibility",
        "RULES",
        "none",
        "what must stay compatible, each a test: NAMES: OLD -> NEW [LEVEL] [POLICY]",
        ini_type="linelist",
    ),
    Option(
        "compat-source",
        "compat_source",
        "SOURCE",
        "local",
        f"who judges compatibility: one of {', '.join(COMPAT_SOURCES)}",
    ),
    Option(
        "waivers",
        "waivers",
        "FILE",
        "none",
        "committed TOML file of the breaks that are accepted for a time",
    ),
    Option(
        "replay-payloads",
        "replay_payloads",
        "OLD:NEW",
        "none",
        "check at the end what conformed to one version line against another",
    ),
)
