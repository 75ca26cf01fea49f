"""Texts that a regular expression accepts.

A small reader parses the dialect that JSON Schema recommends (core, section 6.4). It ignores
look-arounds and word boundaries, and gives up on other syntax that it does not know. The texts are
proposals: the engine has the last word on each.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

_MOST_TEXTS = 24
_LONGEST = 4096
_DEEPEST = 40
_PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
_ANY = "xX0_- é"
_CLASSES = {"d": "09", "w": "azAZ09_", "s": " \t", "D": "x-", "W": "- ", "S": "x0-"}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


@dataclass(frozen=True, slots=True)
class _Characters:
    options: str


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Sequence:
    items: tuple["_Node", ...]


@dataclass(frozen=True, slots=True)
class _Repeat:
    item: "_Node"
    least: int
    most: int | None


_Node: TypeAlias = "_Characters | _Choice | _Sequence | _Repeat"


class _Unreadable(Exception):
    """The pattern uses syntax that this reader does not know."""


# The same pattern is asked about at each place, and reading a long one takes 10 ms and more.
@lru_cache(maxsize=64)
def examples(pattern: str, shortest: int = 0) -> tuple[str, ...]:
    """Return texts that probably match, the plainest first; none if the pattern is unreadable.

    Args:
        pattern: The regular expression.
        shortest: The length in characters that unbounded repetitions should reach.
    """
    try:
        node = _Reader(pattern).read()
    except (_Unreadable, IndexError, ValueError):
        return ()
    plain = _Writer(shortest=0)
    texts = [plain.text(node)]
    for point, options in enumerate(plain.choices[:_MOST_TEXTS]):
        texts += [
            _Writer(shortest=0, varied=point, option=option).text(node)
            for option in range(1, min(options, 6))
        ]
    if shortest > len(texts[0]):
        texts.insert(0, _Writer(shortest=min(shortest, _LONGEST)).text(node))
    if not pattern.startswith("^"):
        texts.append("a" + texts[0])
    if not pattern.endswith("$"):
        texts.append(texts[0] + "a")
    readable = (text for text in map(_paired, texts) if text is not None)
    return tuple(dict.fromkeys(readable))[: 4 * _MOST_TEXTS]


def _paired(text: str) -> str | None:
    """Return a text with surrogate pairs as characters; None for half a pair, which is no text."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return None


@dataclass(slots=True)
class _Writer:
    """A writer of one text, which takes the first option at each choice but the varied one."""

    shortest: int
    varied: int = -1
    option: int = 0
    choices: list[int] = field(default_factory=list)
    written: int = 0

    def text(self, node: _Node) -> str:
        if self.written > _LONGEST:
            return ""
        match node:
            case _Characters(options):
                self.written += 1
                return options[self._choose(len(options))] if options else ""
            case _Choice(options):
                return self.text(options[self._choose(len(options))])
            case _Sequence(items):
                return "".join(self.text(item) for item in items)
            case _:
                times = self._count(node.least, node.most)
                return "".join(self.text(node.item) for _ in range(times))

    def _count(self, least: int, most: int | None) -> int:
        top = most if most is not None else max(least + 2, self.shortest)
        if self.shortest:
            return min(top, max(least, self.shortest - self.written), _LONGEST)
        counts = list(dict.fromkeys(min(n, top, _LONGEST) for n in (least, least + 1, top)))
        return counts[self._choose(len(counts))]

    def _choose(self, options: int) -> int:
        self.choices.append(options)
        return min(self.option, options - 1) if len(self.choices) - 1 == self.varied else 0


class _Reader:
    """A parser of one pattern, by recursive descent."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0

    def read(self) -> _Node:
        node = self._alternation()
        if self._at < len(self._pattern):
            raise _Unreadable
        return node

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _skip(self, text: str) -> bool:
        if self._pattern.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _alternation(self) -> _Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unreadable
        options = [self._sequence()]
        while self._skip("|"):
            options.append(self._sequence())
        self._depth -= 1
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def _sequence(self) -> _Node:
        items: list[_Node] = []
        while self._peek() not in ("", "|", ")"):
            item = self._atom()
            items.append(self._repeated(item))
        return _Sequence(tuple(items))

    def _repeated(self, item: _Node) -> _Node:
        counts: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self._peek() in counts:
            least, most = counts[self._take()]
        elif self._peek() == "{" and "}" in self._pattern[self._at :]:
            end = self._pattern.index("}", self._at)
            low, comma, high = self._pattern[self._at + 1 : end].partition(",")
            self._at = end + 1
            least = int(low)
            most = int(high) if high else None if comma else least
        else:
            return item
        self._skip("?")
        return _Repeat(item, least, most)

    def _atom(self) -> _Node:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return self._set()
        if char == "\\":
            return self._escaped()
        if char in "^$":
            return _Sequence(())
        return _Characters(_ANY if char == "." else char)

    def _group(self) -> _Node:
        ahead = any(self._skip(mark) for mark in ("?=", "?!", "?<=", "?<!"))
        if not ahead and self._skip("?") and not self._skip(":"):
            # A named group, "(?<name>…)" or "(?P<name>…)"; flags are not in the dialect.
            if "<" not in self._pattern[self._at : self._at + 2]:
                raise _Unreadable
            self._at = self._pattern.index(">", self._at) + 1
        node = self._alternation()
        if not self._skip(")"):
            raise _Unreadable
        return _Sequence(()) if ahead else node

    def _escaped(self) -> _Node:
        char = self._take()
        if char in "bB":
            return _Sequence(())
        if char in "pP":
            self._at = self._pattern.index("}", self._at) + 1
            return _Characters("aA0é-")
        return _Characters(_CLASSES[char] if char in _CLASSES else self._literal(char))

    def _literal(self, char: str) -> str:
        if char == "c":
            return chr(ord(self._take()) % 32)
        if char in "xu":
            width = 2 if char == "x" else 4
            if char == "u" and self._skip("{"):
                width = self._pattern.index("}", self._at) - self._at
            code = int(self._pattern[self._at : self._at + width], 16)
            self._at += width
            self._skip("}")
            return chr(code)
        if char in "123456789":
            raise _Unreadable
        return _CONTROLS.get(char, char)

    def _set(self) -> _Node:
        negated = self._skip("^")
        ranges: list[tuple[str, str]] = []
        while self._peek() != "]":
            first = self._member()
            if len(first) == 1 and self._peek() == "-" and self._pattern[self._at + 1] != "]":
                self._at += 1
                ranges.append((first, self._member()[-1]))
            else:
                ranges += [(char, char) for char in first]
        self._take()
        options = "".join(low + high for low, high in ranges)
        if negated:
            options = "".join(
                char
                for char in _ANY + _PRINTABLE
                if not any(low <= char <= high for low, high in ranges)
            )
        return _Characters("".join(dict.fromkeys(options))[:8])

    def _member(self) -> str:
        char = self._take()
        if char != "\\":
            return char
        char = self._take()
        return "\b" if char == "b" else _CLASSES.get(char) or self._literal(char)
