"""A reader of YAML with its safe loader, for files that may be hostile.

It is imported only for a cassette that is not in the layout that we write, and for a schema in a
YAML file.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import ConstructorError

from pytest_schema_registry.duplicate_keys import KeyTwice
from pytest_schema_registry.json_values import READER, json_pointer
from pytest_schema_registry.text import printable

NotYAML = yaml.YAMLError
_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, bool | None] = {"null": None, "Null": None, "NULL": None, "~": None, "": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
#: A number to readers of YAML 1.2, which PyYAML takes for a text.
_OTHER_NUMBER = re.compile(r"0o[0-7]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SHOWN = 40


class NotJSON(ValueError):
    """A YAML file holds what is no JSON value; the text names the line, and what to write."""


def load(raw: bytes) -> Any:
    """Read the data in a file, in bounded memory.

    Raises:
        NotYAML: The file is not YAML.
        ValueError, LookupError, AttributeError, OverflowError, RecursionError: The file has a date,
            a number or a truth value that YAML's own constructors cannot read, or is nested too
            deeply.
    """
    return yaml.load(raw, Loader=_Loader)  # noqa: S506  # a safe loader


def read_json(raw: bytes, limit: int) -> Any:
    """Read the JSON value in a YAML file.

    What readers of YAML take for different values is refused: ``no``, ``012``, ``2025-01-01``.

    Args:
        raw: The file's content.
        limit: The most characters that the value may have, with its aliases written out.

    Raises:
        KeyTwice: A mapping has a key twice.
        NotJSON: The file is not YAML, or holds what is no JSON value.
        RecursionError: It is nested too deeply.
    """
    try:
        loader = _Loader(raw)
        try:
            node = loader.get_single_node()
            return None if node is None else _Values(loader, limit).value(node, ())
        finally:
            loader.dispose()
    except NotYAML as exc:
        mark = getattr(exc, "problem_mark", None)
        problem = getattr(exc, "problem", None) or getattr(exc, "reason", None) or "it is not YAML"
        raise NotJSON(f"{_line(mark)}{printable(problem)}") from None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # one of two bases
    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self.anchors: dict[str, yaml.Node] = {}

    # libyaml's own composer recurses without a bound: a file of brackets kills the process.
    get_single_node = Composer.get_single_node
    compose_document = Composer.compose_document
    compose_node = Composer.compose_node
    compose_scalar_node = Composer.compose_scalar_node
    compose_sequence_node = Composer.compose_sequence_node
    compose_mapping_node = Composer.compose_mapping_node

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Any, Any]:
        """Construct a mapping; of a key that stands twice, YAML's own would take the last."""
        seen = set()
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()  # it may be wrongly tagged
        for key in (key for key, _ in pairs if isinstance(key, yaml.ScalarNode)):
            if (key.tag, key.value) in seen:
                problem = f"the key {_shown(key.value)} stands twice in a mapping"
                raise ConstructorError(None, None, problem, key.start_mark)
            seen.add((key.tag, key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge no ``<<``: merging copies, and nine levels of ten merges each fill the memory."""


class _Values:
    """The JSON values of one document's nodes. An alias is the value of its anchor, not a copy.

    Args:
        loader: The loader, which tells what YAML 1.1 takes a plain text for.
        limit: The most characters that a value may have, with its aliases written out.
    """

    def __init__(self, loader: _Loader, limit: int) -> None:
        self._loader = loader
        self._limit = limit
        #: By node: its value, and the characters that it has written out. None while it is read.
        self._read: dict[yaml.Node, tuple[Any, int] | None] = {}

    def value(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        return self._sized(node, path)[0]

    def _sized(self, node: yaml.Node, path: tuple[str | int, ...]) -> tuple[Any, int]:
        if node in self._read:
            known = self._read[node]
            if known is None:
                raise NotJSON(f"{_line(node.start_mark)}an alias leads to what it stands in")
            return known
        self._read[node] = None
        found: tuple[Any, int]
        if isinstance(node, yaml.MappingNode):
            found = self._object(node, path)
        elif isinstance(node, yaml.SequenceNode):
            _check_tag(node, "seq")
            items = [self._sized(each, (*path, at)) for at, each in enumerate(node.value)]
            found = [value for value, _ in items], sum(size for _, size in items) + len(items) + 2
        else:
            assert isinstance(node, yaml.ScalarNode)  # noqa: S101  # there are three kinds
            found = self._scalar(node), len(node.value) + 2
        if found[1] > self._limit:
            raise NotJSON(
                f"{_line(node.start_mark)}with its aliases written out, it is larger than "
                f"{self._limit:,} characters; use $ref in place of aliases"
            )
        self._read[node] = found
        return found

    def _object(
        self, node: yaml.MappingNode, path: tuple[str | int, ...]
    ) -> tuple[dict[str, Any], int]:
        _check_tag(node, "map")
        value: dict[str, Any] = {}
        places: dict[str, yaml.Mark] = {}
        total = 2
        for key_node, item in node.value:
            key = self._key(key_node)
            mark = key_node.start_mark
            if key in value:
                first = places[key]
                pointer = printable(json_pointer((*path, key)))
                lines = ((each.line + 1, each.column + 1) for each in (first, mark))
                raise KeyTwice(pointer, key, *lines)
            places[key] = mark
            value[key], size = self._sized(item, (*path, key))
            total += len(key) + size + 4
        return value, total

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise NotJSON(f"{_line(node.start_mark)}a key is a list or a mapping; write a text")
        if not node.style and node.value == "<<":
            raise NotJSON(f"{_line(node.start_mark)}<< merges keys; write the keys themselves")
        key = self._scalar(node)
        if not isinstance(key, str):
            text = _shown(node.value)
            raise NotJSON(f'{_line(node.start_mark)}the key {text} is no text; write "{text}"')
        return key

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text: str = node.value
        # PyYAML's two parsers tell of a text without quotes by None, and by an empty style.
        implied = f"{_TAG}str" if node.style else self._plain(text)
        if node.tag != implied:
            _check_tag(node, "str")
        if node.style or node.tag != implied:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _JSON_NUMBER.fullmatch(text):
            try:
                return READER.decode(text)
            except ValueError as exc:
                raise NotJSON(f"{_line(node.start_mark)}{exc}") from None
        if advice := _ambiguity(text, node.tag.removeprefix(_TAG)):
            raise NotJSON(f"{_line(node.start_mark)}{advice}")
        return text

    def _plain(self, text: str) -> str:
        """Return the tag of a text that stands in no quotes and has no tag."""
        tag: str = self._loader.resolve(yaml.ScalarNode, text, (True, False))
        return tag


def _ambiguity(text: str, kind: str) -> str:
    """Return why readers of YAML differ on a text without quotes, or nothing where they agree.

    Args:
        text: The text.
        kind: What YAML 1.1 takes it for.
    """
    said = _shown(text)
    if kind == "bool":
        meant = "true" if text.lower() in ("yes", "on") else "false"
        return f'some readers of YAML take {said} for {meant}; write "{said}" or {meant}'
    if kind == "timestamp":
        return f'some readers of YAML take {said} for a date; write "{said}"'
    if kind in ("int", "float") or _OTHER_NUMBER.fullmatch(text):
        return (
            f'some readers of YAML take {said} for a number that is none in JSON; write "{said}", '
            "or the number as JSON has it"
        )
    return ""


def _check_tag(node: yaml.Node, kind: str) -> None:
    if node.tag != f"{_TAG}{kind}":
        tag = _shown(node.tag.replace(_TAG, "!!"))
        raise NotJSON(f"{_line(node.start_mark)}JSON has no tags such as {tag}; leave it out")


def _line(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f"line {mark.line + 1}: "


def _shown(text: str) -> str:
    return printable(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}...")
