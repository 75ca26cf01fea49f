"""The settings of a command, and the registry that it works with."""

from __future__ import annotations

import os
import time
import uuid
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.settings import OPTIONS

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_schema_registry.command_line.output import Output
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.retrieval.schema_source import SchemaSource
    from pytest_schema_registry.schemas import OldCopy
    from pytest_schema_registry.settings.settings import Settings

#: The options of all commands that use a registry: those on retrieving and judging schemas.
SHARED = (
    *("url", "mode", "protocol", "versions", "subject", "version-property", "layout"),
    *("cassettes", "cache-dir", "cache-ttl", "timeout", "max-in-flight", "max-schema-size"),
    *("format-assertion", "default-draft", "avro-unknown-fields", "redact"),
)
#: The options whose values may be paths.
_PATHS = ("url", "cassettes", "cache-dir", "waivers")


def add_options(parser: ArgumentParser, *more: str) -> None:
    """Add the options of a command that uses a registry, out of the table of options.

    Args:
        parser: The command's parser.
        more: The names of the options that this command has beside the shared ones.
    """
    group = parser.add_argument_group(
        "settings",
        "They are pytest's. The first place counts that has one: the command line, the "
        "environment (SCHEMA_REGISTRY_URL), pytest's ini file (registry_url).",
    )
    for option in _chosen(more):
        default = "none is kept" if option.name == "cache-dir" else option.default
        text = f"{option.help} (default: {default})"
        kind: dict[str, Any] = {"metavar": option.metavar}
        if option.is_switch:
            kind = {"action": "store_const", "const": "on"}
        group.add_argument(option.flag, dest=option.argument, help=text, **kind)
    group.add_argument(
        "--registry-offline",
        dest="mode",
        action="store_const",
        const="replay",
        help="short for --registry-mode replay",
    )


def _chosen(more: Sequence[str]) -> list[Any]:
    names = (*SHARED, *more)
    return [option for option in OPTIONS if option.name in names]


def settings_of(options: Namespace, *more: str) -> Settings:
    """Return the settings of a command: its own options, the environment's, and the ini file's.

    A relative path starts from the working directory where the command line has it, and from
    pytest's root directory where the environment or the ini file has it.

    Args:
        options: The parsed command line.
        more: The names of the options that this command has beside the shared ones.

    Raises:
        InvalidSettings: A value is wrong.
    """
    from pytest_schema_registry.settings import ini_files
    from pytest_schema_registry.settings.settings import (
        Origin,
        command_line,
        environment,
        ini_file,
        resolve,
    )

    chosen = _chosen(more)
    here = working_directory()
    ini = ini_files.find(here, {option.name for option in chosen})
    written = {option.name: getattr(options, option.argument) for option in chosen}
    for name in _PATHS:
        if written.get(name) is not None:
            written[name] = _from_root(written[name], here, ini.root)
    everywhere = environment(os.environ)
    variables = {option.name: everywhere.values[option.name] for option in chosen}
    return resolve(
        command_line(written),
        Origin(everywhere.label, variables, is_environment=True),
        ini_file(ini.values),
        root=ini.root,
        variables=os.environ,
    )


def working_directory() -> Path:
    """Return the working directory.

    Raises:
        InvalidSettings: It was removed, or cannot be read.
    """
    from pytest_schema_registry.errors import InvalidSettings

    try:
        return Path.cwd()
    except OSError as exc:
        reason = f"it cannot be found: {exc.strerror}; change to another directory"
        raise InvalidSettings("the working directory", reason) from None


def _from_root(value: str, here: Path, root: Path) -> str:
    """Return a path of the command line as it reads from the root directory."""
    # On Windows, no relative path leads to another drive.
    is_absolute = os.path.isabs(value)  # noqa: PTH117  # of any text
    if here == root or is_absolute or "://" in value or not os.path.lexists(here / value):
        return value
    return os.path.relpath(here / value, root)


class Opened(NamedTuple):
    """The registry of a command.

    Args:
        source: Gives the schemas.
        judge: Judges the payloads.
    """

    source: SchemaSource
    judge: Judge


@contextmanager
def opened(settings: Settings, output: Output) -> Iterator[Opened]:
    """Open the registry of a command, which asks for each address once.

    Args:
        settings: The settings.
        output: Told of the old copies that were served, and of all warnings.
    """
    from pytest_schema_registry import files
    from pytest_schema_registry.contracts.judge import Judge
    from pytest_schema_registry.errors import SchemaRegistryWarning
    from pytest_schema_registry.retrieval.cache import SharedSession
    from pytest_schema_registry.retrieval.schema_source import SchemaSource

    def served(copies: Iterable[OldCopy]) -> None:
        for each in copies:
            output.note(str(each))

    session = uuid.uuid4().hex
    shared = SharedSession(session, files.session_directory(session), time.time())
    cache_dir = settings.cache_dir if settings.uses_cache else None
    source = SchemaSource(settings, shared, cache_dir, served=served)
    with warnings.catch_warnings():
        warnings.simplefilter("always", SchemaRegistryWarning)
        warnings.showwarning = lambda message, *_rest, **_more: output.note(str(message))
        try:
            yield Opened(source, Judge(source))
        finally:
            source.close()
            files.remove_session(session)
