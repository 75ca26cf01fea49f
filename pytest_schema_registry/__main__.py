"""The command line: ``python -m pytest_schema_registry serve DIR``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        arguments: The words after the program's name; None for those of this process.
    """
    parser = argparse.ArgumentParser(prog="python -m pytest_schema_registry")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve a directory of schemas over HTTP")
    serve.add_argument("directory", type=_directory, metavar="DIR", help="the directory")
    serve.add_argument("--host", default="127.0.0.1", help="address to bind (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8000, help="port to bind (default: %(default)s)")
    serve.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that this server is reached by, beside localhost and the address that is "
        "bound; * for any. Requests for another are refused, as a web page can have a browser "
        "send them (DNS rebinding)",
    )
    options = parser.parse_args(arguments)
    return _serve(options.directory, options.host, options.port, options.allow_host)


def _directory(value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(printable(f"no such directory: {value}"))
    return path


def _serve(directory: Path, host: str, port: int, allowed: list[str]) -> int:
    try:
        from pytest_schema_registry.registries.connections import serve
        from pytest_schema_registry.registries.server import LOOPBACK, create_app
    except ModuleNotFoundError as exc:
        print(
            f"serve needs {exc.name}: pip install 'pytest-schema-registry[server]'", file=sys.stderr
        )
        return 1
    hosts = None if "*" in allowed else [*LOOPBACK, host, *allowed]
    serve(create_app(directory, hosts), host, port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
