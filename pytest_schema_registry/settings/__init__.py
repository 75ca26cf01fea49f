"""The table of options: the names, the default and the help of each. docs/options.md has it, too.

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
DEFAULT_LAYOUT = "{version}/{name}.json"
DEFAULT_CASSETTES = Path("tests/contracts/cassettes")
DEFAULT_PAYLOADS = Path("tests/contracts/payloads")
DEFAULT_MAX_SCHEMA_SIZE = 5_000_000
DEFAULT_MAX_IN_FLIGHT = 16
#: The names of ini files that pytest looks for, in one directory after the other.
INI_FILES = (
    *("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"),
    *("pyproject.toml", "tox.ini", "setup.cfg"),
)

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
        "the registry: http(s)://…, file:///dir or a directory",
    ),
    Option("mode", "mode", "MODE", "auto", f"where schemas come from: {', '.join(MODES)}"),
    Option(
        "protocol",
        "protocol",
        "PROTOCOL",
        "auto",
        f"the registry's API: {', '.join(PROTOCOLS)}; auto asks the registry once",
    ),
    Option(
        "versions",
        "versions",
        "LIST",
        f"{','.join(DEFAULT_VERSIONS)}; latest of a Confluent registry; those of a directory",
        "the version lines that contract tests run against",
        ini_type="args",
    ),
    Option(
        "subject",
        "subject",
        "TEMPLATE",
        DEFAULT_SUBJECT,
        "the Confluent subject of a schema, made of {name} and {version}, such as {name}-value",
    ),
    Option(
        "version-property",
        "version_property",
        "KEY",
        "none",
        "the Confluent metadata property that has the version line as its value",
    ),
    Option(
        "layout",
        "layout",
        "TEMPLATE",
        DEFAULT_LAYOUT,
        "the files of a directory, such as schemas/{name}.{version}.schema.json; .yaml and .yml "
        "are read as YAML",
    ),
    Option(
        "cassettes",
        "cassettes",
        "DIR",
        str(DEFAULT_CASSETTES),
        "the folder of the recorded answers",
    ),
    Option("cache-dir", "cache_dir", "DIR", "pytest's cache directory", "the folder of the cache"),
    Option(
        "cache-ttl",
        "cache_ttl",
        "SECONDS",
        "300",
        "how long after its fetch a cached schema is used; with 0, each session asks the registry",
        ini_type="float",
    ),
    Option(
        "timeout",
        "timeout",
        "SECONDS",
        "10",
        "the longest that one request may take; with its retries at most three times that",
        ini_type="float",
    ),
    Option(
        "max-in-flight",
        "max_in_flight",
        "NUMBER",
        str(DEFAULT_MAX_IN_FLIGHT),
        "the most requests that a process makes at the same time",
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
        "check that a value has the format that its schema names",
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
        "avro-unknown-fields",
        "avro_unknown_fields",
        "on|off",
        "off",
        "let a record of Avro have fields that its schema does not have, and no reader gets",
        ini_type="bool",
        is_switch=True,
    ),
    Option(
        "redact",
        "redact",
        "PATTERNS",
        "none",
        "names or paths of fields whose values are never shown: $.user.email, $.cards[*].number",
        ini_type="args",
    ),
    Option(
        "enforcement",
        "enforcement",
        "RULES",
        "strict",
        "what a violation does: strict, warn or off; KEY=LEVEL for a version, name, pattern or "
        "NAME@VERSION",
        ini_type="args",
    ),
    Option(
        "ratchet",
        "ratchet",
        "FILE",
        "none",
        "a committed list that grows with what conforms: what it names is strict, all else warns",
    ),
    Option(
        "dead-letters",
        "dead_letters",
        "FILE",
        "none",
        "a JSON Lines file that keeps the payloads that violate a schema",
    ),
    Option(
        "payloads",
        "payloads",
        "DIR",
        str(DEFAULT_PAYLOADS),
        "the folder of the golden payloads; each is a test",
    ),
    Option("report", "report", "FILE", "none", "write the figures to this JSON file"),
    Option("html", "html", "FILE", "none", "write a page for people to this HTML file"),
    Option("metrics", "metrics", "FILE", "none", "write the figures to this Prometheus text file"),
    Option(
        "min-hit-rate",
        "min_hit_rate",
        "PERCENT",
        "none",
        "fail if fewer of the lookups did without a request",
        ini_type="float",
    ),
    Option(
        "max-fetch-p95",
        "max_fetch_p95",
        "MS",
        "none",
        "fail if more than one request in twenty takes longer",
        ini_type="float",
    ),
    Option(
        "max-overhead",
        "max_overhead",
        "PERCENT",
        "none",
        "fail if the plugin takes more of the session's time",
        ini_type="float",
    ),
    Option(
        "fail-on-stale",
        "fail_on_stale",
        "on|off",
        "off",
        "fail if an old copy was used because the registry was down",
        ini_type="bool",
        is_switch=True,
    ),
    Option(
        "fail-on-deprecated",
        "fail_on_deprecated",
        "on|off",
        "off",
        "a test that uses a deprecated schema is an error",
        ini_type="bool",
        is_switch=True,
    ),
    Option(
        "require-coverage",
        "require_coverage",
        "on|off",
        "off",
        "fail if a schema of the registry has no contract test",
        ini_type="bool",
        is_switch=True,
    ),
    Option(
        "coverage-exclude",
        "coverage_exclude",
        "PATTERNS",
        "none",
        "the schemas that need no contract test",
        ini_type="args",
    ),
    Option(
        "drift",
        "drift",
        "LEVEL",
        "warn",
        "what to do if a cassette differs from the registry: off, warn, fail or fail=GRADE",
    ),
    Option(
        "drift-report",
        "drift_report",
        "FILE",
        "none",
        "write the differences between cassettes and registry to this JSON file",
    ),
    Option(
        "cassette-max-age",
        "cassette_max_age",
        "DAYS",
        "none",
        "the age from which a cassette counts as drift",
        ini_type="float",
    ),
    Option(
        "compatibility",
        "compatibility",
        "RULES",
        "none",
        "the schemas that must stay compatible; each rule is a test: NAMES: OLD -> NEW [LEVEL] "
        "[POLICY]",
        ini_type="linelist",
    ),
    Option(
        "compat-source",
        "compat_source",
        "SOURCE",
        "local",
        f"who judges compatibility: {', '.join(COMPAT_SOURCES)}",
    ),
    Option(
        "waivers",
        "waivers",
        "FILE",
        "none",
        "a committed TOML file: the breaks that are accepted until a date",
    ),
    Option(
        "replay-payloads",
        "replay_payloads",
        "OLD:NEW",
        "none",
        "check payloads that conformed to one version line against another, at the end",
    ),
)
