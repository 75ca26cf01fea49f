"""The grammar of the command line. It imports no more than it needs to print the help.

argparse was compared with click and typer. Both would be a dependency of every user's test
environment. What they add here is shell completion, and shtab makes that from this parser.
"""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from pytest_schema_registry.command_line.opening import add_options
from pytest_schema_registry.command_line.output import FORMATS
from pytest_schema_registry.compatibility.report import Level, Policy
from pytest_schema_registry.settings import DEFAULT_LAYOUT, parsers
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.command_line.output import Output
    from pytest_schema_registry.settings.layout import Layout

    Command = Callable[[argparse.Namespace, Output], int]

PROGRAM = "pytest-schema-registry"
#: What an option was given, and a user with a password in an address.
_GIVEN = re.compile(r"(?<=\s)(--[\w-]+)=\S+|(?<=//)[^/@\s]+(?=@)")
#: How shtab completes files and directories in each shell.
_FILES = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}
_DIRECTORIES = {"bash": "_shtab_compgen_dirs", "zsh": "_files -/", "tcsh": "d"}
_STATUSES = {
    "check": "0: all payloads conform; 1: one violates; 2: one could not be checked",
    "compare": "0: compatible; 1: not; 2: could not be compared; 3: undecided",
    "export": "0: done, or nothing would change; 1: --check, and something would; 2: impossible",
    "list": "0: listed; 1: there is none; 2: the registry could not be asked",
    "show": "0: shown; 1: one is in none of the versions; 2: the registry could not be asked",
}


class _Parser(argparse.ArgumentParser):
    _is_within = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse a command's words, with options between the files, too."""
        if self._subparsers is not None or self._is_within:
            return super().parse_known_args(args, namespace)
        self._is_within = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_within = False

    def error(self, message: str) -> NoReturn:
        # It repeats what it does not know, which may be a secret.
        shown = _GIVEN.sub(lambda found: f"{found[1]}=…" if found[1] else "…", f" {message}")
        super().error(printable(shown.strip()))


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, from which shtab makes the completion of shells."""
    parser = _Parser(
        prog=PROGRAM,
        description="Checks payloads against the schemas of a registry, and compares schemas.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    does = "check payloads against a schema"
    _add_check(_command(commands, "check", does, "NAME[@VERSION] FILE..."))
    _add_compare(_command(commands, "compare", "compare two schemas", "OLD NEW"))
    does = "write the schemas of models into a directory"
    _add_export(_command(commands, "export", does, "MODULE:MODEL... --to DIR/VERSION"))
    _add_list(_command(commands, "list", "list the schemas of the registry", "[PATTERN]"))
    help_ = "serve a directory of schemas over HTTP"
    epilog = "exit status: 0: ended; 2: the address cannot be bound"
    _add_serve(commands.add_parser("serve", help=help_, epilog=epilog))
    _add_show(_command(commands, "show", "print schemas in a form for people", "NAME..."))
    return parser


def command(name: str) -> Command:
    """Return the function that runs a command, whose module is imported here."""
    module = {"list": "listing"}.get(name, name)
    found: Command = import_module(f"pytest_schema_registry.command_line.{module}").run
    return found


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, does: str, takes: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=does,
        # argparse's own lists all settings, and hides what is wrong below them.
        usage=f"{PROGRAM} {name} {takes} [options]",
        epilog=f"exit status: {_STATUSES[name]}",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="lines for a person, or one JSON document (default: %(default)s)",
    )
    return parser


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "schema",
        metavar="NAME[@VERSION]",
        help="the schema; without a version, in each of --registry-versions",
    )
    files = parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a payload as JSON; a payload a line in .jsonl and .ndjson; - is the standard input, "
        "which may be either",
    )
    _complete(files, _FILES)
    parser.add_argument("--verbose", action="store_true", help="show all violations, and excerpts")
    add_options(parser)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    for which, whose in (("old", "producers write by"), ("new", "consumers read by")):
        side = parser.add_argument(
            which,
            metavar=which.upper(),
            help=f"the schema that {whose}: a file, NAME@VERSION or MODULE:MODEL",
        )
        _complete(side, _FILES)
    parser.add_argument(
        "--level",
        choices=get_args(Level),
        default="backward",
        help="backward: new consumers read old payloads; forward: old consumers read new ones; "
        "full: both (default: %(default)s)",
    )
    parser.add_argument(
        "--policy",
        choices=get_args(Policy),
        default="tolerant",
        help="tolerant: consumers ignore what they do not know; strict: JSON Schema as written "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--defaults",
        action="store_true",
        help="a required member that has a default may be missing",
    )
    parser.add_argument(
        "--by-alias",
        action="store_true",
        default=None,
        help="models send members under their aliases (default: what their configuration says)",
    )
    add_options(parser, "compat-source", "waivers")


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="+", metavar="MODULE:MODEL", help="a model of your code")
    to = parser.add_argument(
        "--to", required=True, metavar="DIR/VERSION", help="the folder of a version in a directory"
    )
    _complete(to, _DIRECTORIES)
    parser.add_argument("--name", help="the schema's name (default: the model's)")
    parser.add_argument(
        "--release",
        help="the release, such as 1.2.0; another one that is there is kept beside it "
        "(default: the one that is there)",
    )
    parser.add_argument(
        "--mode",
        choices=("serialization", "validation"),
        default="serialization",
        help="the schema of what the model writes, or of what it reads (default: %(default)s)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say what would change, and exit with 1 where anything would",
    )


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pattern", nargs="?", default="*", metavar="PATTERN", help="such as 'orders.*'"
    )
    add_options(parser)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    directory = parser.add_argument(
        "directory", type=_directory, metavar="DIR", help="the directory"
    )
    _complete(directory, _DIRECTORIES)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to bind (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=int, default=8000, help="port to bind (default: %(default)s)"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that this server is reached by, beside localhost and the address that is "
        "bound; * for any. Requests for another are refused, as a web page can have a browser "
        "send them (DNS rebinding)",
    )
    parser.add_argument(
        "--layout",
        type=_layout,
        default=DEFAULT_LAYOUT,
        metavar="TEMPLATE",
        help="the paths of the files in the directory (default: %(default)s)",
    )


def _add_show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help="a schema, its address, or a pattern of names"
    )
    add_options(parser)


def _complete(action: argparse.Action, how: dict[str, str]) -> None:
    action.complete = how  # type: ignore[attr-defined]  # read by shtab


def _directory(value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(printable(f"no such directory: {value}"))
    return path


def _layout(value: str) -> Layout | None:
    try:
        return parsers.layout(value, Path())
    except ValueError as exc:
        raise argparse.ArgumentTypeError(printable(str(exc))) from None
