"""``serve``: a directory of schemas over HTTP."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pytest_schema_registry.command_line.output import Status

if TYPE_CHECKING:
    from argparse import Namespace

    from pytest_schema_registry.command_line.output import Output


def run(options: Namespace, _output: Output) -> int:
    """Serve the directory until the process is interrupted.

    Args:
        options: The parsed command line.
    """
    try:
        from pytest_schema_registry.registries.connections import serve
        from pytest_schema_registry.registries.server import LOOPBACK, create_app
    except ModuleNotFoundError as exc:
        print(
            f"serve needs {exc.name}: pip install 'pytest-schema-registry[server]'", file=sys.stderr
        )
        return Status.IMPOSSIBLE
    allowed = options.allow_host
    hosts = None if "*" in allowed else [*LOOPBACK, options.host, *allowed]
    print(
        "the same address with /confluent behind it answers as a Confluent Schema Registry",
        file=sys.stderr,
    )
    try:
        serve(create_app(options.directory, hosts, options.layout), options.host, options.port)
    except SystemExit:
        # uvicorn has said why.
        print("next: choose another --host or --port; 0 is any free port", file=sys.stderr)
        return Status.IMPOSSIBLE
    return Status.YES
