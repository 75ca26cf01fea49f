"""The folder of golden payloads: what is one in it, and when the folder is collected.

pytest's own walk leaves out the names in ``norecursedirs`` and ``collect_ignore``, virtual
environments, and broken links. That is good for tests, but it would skip a payload and tell nobody.
In this folder, an entry that could be meant as a payload is one, or is a collection error. Its path
below the folder names the schema of a payload, wherever links lead.

Every pytest run of a project with such a folder imports this module. So it imports all else when
the folder is collected.
"""

# The functions of os.path answer for any path, while methods of Path may raise.
# ruff: noqa: PTH100, PTH113

from __future__ import annotations

import os
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pytest_schema_registry.plugin import payload_items
    from pytest_schema_registry.plugin.payload_walk import PayloadFolder
    from pytest_schema_registry.plugin.session import PluginSession

    Parts = tuple[str, ...]

ENDING = ".payloads.jsonl"
#: The ending of a file that says why the payload beside it must fail.
WHY = ".why"
KINDS = ("valid", "invalid")
WHOLE_INPUT = "schema_registry_whole"
#: Endings of texts for people, and of Python files, which pytest collects as in other folders.
TEXTS = (".md", ".rst", ".adoc", ".py", ".pyi", ".pyc")
#: The settings that name other files and folders of ours, which may lie in the folder.
OWN = (
    "cassettes",
    "cache_dir",
    "ratchet",
    "dead_letters",
    "waivers",
    "report",
    "html",
    "metrics",
    "drift_report",
)


def is_payload(parts: Parts) -> bool:
    """Check by its path below the folder whether a file holds golden payloads."""
    name = parts[-1].lower()
    if name.endswith(ENDING):
        return name != ENDING
    return is_place(parts[:-1]) and name.endswith(".json")


def is_place(parts: Parts) -> bool:
    """Check by its path below the folder whether a folder is one that payloads lie in."""
    match parts:
        case (_, "valid" | "invalid") | (_, "invalid", _):
            return True
    return False


def is_something_else(parts: Parts) -> bool:
    """Check by its path below the folder whether a file is plainly no payload and may stay."""
    name = parts[-1].lower()
    is_for_people = name.endswith(TEXTS) or name in ("readme", "license")
    is_of_an_editor = name.endswith("~") or name.startswith(".#") or name[0] + name[-1] == "##"
    is_hidden = name.startswith(".") and "json" not in name.rpartition(".")[2]
    return is_for_people or is_of_an_editor or is_hidden


def is_mistaken(parts: Parts) -> bool:
    """Check whether a file that passes neither check above may be meant as a payload."""
    name = parts[-1].lower()
    is_in_place = len(parts) > 2 and parts[1].lower() in KINDS
    looks_like_data = any(word in name for word in ("json", "jsn", "payload"))
    return is_in_place or looks_like_data or name.endswith((".yaml", ".yml"))


class PayloadCollection:
    """The hooks of a session whose project has golden payloads.

    pytest's walk reaches the folder if it collects the folders above. If it does not, although the
    arguments cover the folder, we collect the folder at the end.

    Args:
        config: The session's.
        folder: The folder of golden payloads.
        process: Returns the plugin's working part, which gives the settings and the contracts;
            called once a payload is found.
        is_named: True where a setting names the folder.
    """

    def __init__(
        self,
        config: pytest.Config,
        folder: Path,
        process: Callable[[], PluginSession],
        *,
        is_named: bool,
    ) -> None:
        self._config = config
        self.folder = Path(os.path.normpath(folder))
        self._real = os.path.realpath(self.folder)
        self._beside = os.path.realpath(self.folder.parent)
        self._process = process
        self.is_named = is_named
        #: The paths below the folder that were collected already.
        self.seen: set[Parts] = set()
        self._files: dict[pytest.Collector, Parts] = {}
        worker_input: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._is_whole = _is_whole(config)
        if worker_input is not None:
            # A worker always gets arguments, even if the user gave none.
            self._is_whole = worker_input.get(WHOLE_INPUT, False)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[WHOLE_INPUT] = self._is_whole

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(
        self, path: Path, parent: pytest.Collector
    ) -> PayloadFolder | None:
        parts = self._parts(path, parent)
        if parts is None:
            return None
        return self.folder_node(path, parent, parts, is_rest=False, has_tests=True)

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        # Only an argument outside the project has no folder as its parent.
        parts = self._parts(file_path, parent) if isinstance(parent, pytest.Session) else None
        return self.file(file_path, parent, parts) if parts else None

    # This wraps the hook of --lf, which moves known failures to the front.
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session) and report.passed and self._is_asked_for():
            rest = self.folder_node(self.folder, collector, (), is_rest=True, has_tests=False)
            report.result.append(rest)
        if (parts := self._files.get(collector)) is not None:
            self.seen.add(parts)
        return report

    def folder_node(
        self, path: Path, parent: pytest.Collector, parts: Parts, **kind: bool
    ) -> PayloadFolder:
        """Return the node that collects a folder.

        Args:
            path: The folder.
            parent: The node that it is found in.
            parts: Its path below the folder of golden payloads.
            kind: ``is_rest`` and ``has_tests`` of :class:`PayloadFolder`.
        """
        from pytest_schema_registry.plugin.payload_walk import PayloadFolder

        more: dict[str, Any] = {"collection": self, "parts": parts, **kind}
        more["nodeid"] = self.node_id(path, parent.session)
        node: PayloadFolder = PayloadFolder.from_parent(parent, path=path, **more)
        return node

    def _is_asked_for(self) -> bool:
        """Check whether the run asks for the folder, or for one above it."""
        if any(map(self.is_left_out, (self.folder, *self.folder.parents))):
            return False
        place, here = Path(self._beside, self.folder.name), self._config.invocation_params.dir
        asked = (os.path.realpath(here / each) for each in self._config.args if "::" not in each)
        return self._is_whole or any(place.is_relative_to(each) for each in asked)

    def is_left_out(self, path: Path) -> bool:
        """Check whether ``--ignore`` or ``--ignore-glob`` names a path."""
        ignored = self._config.getoption("ignore") or ()
        patterns = self._config.getoption("ignore_glob") or ()
        return any(path == Path(os.path.abspath(each)) for each in ignored) or any(
            fnmatch(str(path), os.path.abspath(each)) for each in patterns
        )

    def _parts(self, path: Path, parent: pytest.Collector) -> Parts | None:
        """Return the path below the folder of a path met from outside; None if it is not in it."""
        # With the session as its parent, the path is an argument, and may lead far into the folder.
        above = path.parents if isinstance(parent, pytest.Session) else ()
        for each in (path, *above):
            if self._is_folder(each, parent.session):
                return path.relative_to(each).parts
        return None

    def _is_folder(self, path: Path, session: pytest.Session) -> bool:
        if path == self.folder:
            return True
        # A path with links above the folder is another spelling of it. A link to the folder counts
        # only where the user asks for it: otherwise each payload would be collected twice.
        is_spelled = path.name == self.folder.name and (
            os.path.realpath(path.parent) == self._beside
        )
        is_asked = session.isinitpath(path, with_parents=True)
        return is_spelled or (is_asked and os.path.realpath(path) == self._real)

    def file(self, path: Path, parent: pytest.Collector, parts: Parts) -> pytest.Collector | None:
        """Return the node that collects a file of the folder; None where pytest may collect it.

        Args:
            path: The file.
            parent: The node that it is found in.
            parts: Its path below the folder.
        """
        if path in self.own or is_something_else(parts):
            return None
        from pytest_schema_registry.plugin import payload_items

        if path.suffix.lower() == WHY and self._is_why(path, parts):
            return None
        if not os.path.isfile(path):
            read = payload_items.refusal(
                f"{path} is no file, or leads nowhere; correct it, or remove it"
            )
        elif is_payload(parts):
            read = self._payloads(path, parts)
        elif path.suffix.lower() == WHY:
            read = payload_items.refusal(
                f"{path} is beside no payload of its name; "
                f"<name>/invalid/<payload>{WHY} says why <payload>.json must fail"
            )
        elif is_mistaken(parts):
            read = payload_items.refusal(
                f"{path} is no golden payload; those are in <name>{ENDING}, "
                "<name>/valid/*.json, <name>/invalid/*.json and <name>/invalid/<rule>/*.json"
            )
        else:
            return None
        return self._file(path, parent, parts, read)

    def loop(self, path: Path, parent: pytest.Collector, parts: Parts) -> pytest.Collector:
        """Return a node that reports a link to one of the folders that the link is in."""
        from pytest_schema_registry.plugin import payload_items

        read = payload_items.refusal(f"{path} leads back to a folder that it is in; remove it")
        return self._file(path, parent, parts, read)

    def _payloads(self, path: Path, parts: Parts) -> payload_items.Read:
        from pytest_schema_registry.plugin import payload_items

        versions = self._process().versions
        if parts[-1].lower().endswith(ENDING):
            return payload_items.one_a_line(path, parts[-1][: -len(ENDING)], versions)
        if parts[1] == "valid":
            return payload_items.one_a_file(path, parts[0], versions)
        why = path.with_suffix(WHY)
        return payload_items.one_invalid_a_file(
            path,
            parts[0],
            versions,
            rule=parts[2] if len(parts) > 3 else "",
            why=why if os.path.lexists(why) else None,
        )

    def _is_why(self, path: Path, parts: Parts) -> bool:
        """Check whether a file says why an invalid payload beside it must fail."""
        payload = (*parts[:-1], path.with_suffix(".json").name)
        is_beside = os.path.isfile(path.with_suffix(".json"))
        return is_beside and parts[1:2] == ("invalid",) and is_payload(payload)

    def _file(
        self, path: Path, parent: pytest.Collector, parts: Parts, read: payload_items.Read
    ) -> pytest.Collector:
        from pytest_schema_registry.plugin.payload_items import PayloadFile

        more: dict[str, Any] = {"read": read, "process": self._process()}
        more["nodeid"] = self.node_id(path, parent.session)
        file: PayloadFile = PayloadFile.from_parent(parent, path=path, **more)
        self._files[file] = parts
        return file

    @cached_property
    def own(self) -> frozenset[Path]:
        """The paths that our own settings name for other things than payloads."""
        settings = self._process().settings
        named = (getattr(settings, field) for field in OWN)
        return frozenset(settings.root / each for each in named if each is not None)

    def node_id(self, path: Path, session: pytest.Session) -> str | None:
        """Return the id of a node outside the project that is no argument; None for any other.

        pytest itself makes no id for such a node.
        """
        root = self._config.rootpath
        if path.is_relative_to(root) or any(map(session.isinitpath, (path, *path.parents))):
            return None
        try:
            return Path(os.path.relpath(path, root)).as_posix()
        except ValueError:  # no path leads from one drive of Windows to another
            return path.as_posix()


def _is_whole(config: pytest.Config) -> bool:
    """Check whether a session has no arguments and starts in the rootdir: it collects all tests."""
    is_given = config.args_source is pytest.Config.ArgsSource.ARGS
    return not is_given and config.invocation_params.dir == config.rootpath
