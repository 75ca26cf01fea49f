r"""Patterns in the spelling that the engine reads, and advice on those that it cannot read.

A pattern is a regular expression of ECMA-262 (2020-12 core, section 6.4). The engine refuses some
spellings that ECMA-262 allows, such as ``[\w-.]``, ``{{`` and ``\uD83D\uDE00``, and takes ``\<``
for the beginning of a word. Each is respelled here so that it means what ECMA-262 says. What is no
part of ECMA-262 is left as it is. Surrogates count as with the flag ``u``: a pair is one character.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.json_values import READER, canonical
from pytest_schema_registry.schema_types.json_schema.document import join, subschemas

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Matches one token of a pattern: a class whole, an escape, a quantifier, or any other character.
#: ``{,n}`` stays as it is: other languages read it as ``{0,n}``, so its author's meaning is open.
_TOKEN = re.compile(
    r"(?P<opening>\[\^?)(?P<members>(?:\\.|[^\]\\])*)\]"
    r"|(?P<pair>\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})"
    r"|\\k<(?P<name>\w+)>"
    r"|\\(?P<sign>[<>])"
    r"|(?P<other>\\(?:[pPu]\{[^}]*\}|.)|\{(?:\d+(?:,\d*)?|,\d+)\}|[^{}\]])"
    r"|(?P<lone>[{}\]])",
    re.DOTALL,
)
#: Matches one member of a class.
_MEMBER = re.compile(
    r"(?P<pair>\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})"
    r"|(?P<kind>\\[dDsSwW]|\\[pP]\{[^}]*\})"
    r"|\\u\{(?P<long>[\da-fA-F]{1,6})\}|\\u(?P<unit>[\da-fA-F]{4})|\\x(?P<byte>[\da-fA-F]{2})"
    r"|\\c(?P<control>[a-zA-Z])|\\(?P<letter>[bfnrtv0])|\\(?P<itself>[^a-zA-Z0-9])"
    r"|(?P<unknown>\\.)|(?P<plain>.)",
    re.DOTALL,
)
_LETTERS = {"b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
_GROUP = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<(?P<name>\w+)>|(?!\?))", re.DOTALL)
#: Matches what the engine would read in another sense than ECMA-262, in a schema as JSON text.
_MISREAD = re.compile(r"\\\\[<>]")
_SURROGATES = range(0xD800, 0xE000)

#: Matches the backslash of an escape, where that is not itself escaped.
_ESCAPE = r"(?<!\\)(?:\\\\)*\\"
#: What is no part of ECMA-262, or no part that the engine knows, with what to write in its place.
_ADVICE = tuple(
    (re.compile(sign, re.DOTALL), what, instead)
    for sign, what, instead in (
        (rf"{_ESCAPE}A", r"\A", "^"),
        (rf"{_ESCAPE}[Zz]", r"\Z", "$"),
        (r"\(\?[ix]*s[ix]*\)", "(?s)", r"[\s\S] for any character"),
        (r"\(\?i\)", "(?i)", "both cases of each letter, such as [Aa],"),
        (r"\(\?[a-zA-Z-]+\)", "flags such as (?m)", "it without flags"),
        (r"\(\?P<", "(?P<name>...)", "(?<name>...)"),
        (r"\(\?P=", "(?P=name)", r"\k<name>"),
        (r"\(\?>", "(?>...)", "(?:...)"),
        (r"\(\?#", "a comment", "it without comments"),
        (r"[*+?}]\+", "a possessive quantifier", "the quantifier without the second +"),
        (
            r"\(\?[=!](?:\\.|[^()\\])*\)[+*?{]",
            "a quantifier after a lookahead",
            "the lookahead without it",
        ),
        (r"\{,\d+\}", "{,n}", "{0,n}"),
        (r"(?<![\\\[])[$^]\{\d", "a quantifier after ^ or $", "the quantifier before it"),
        (r"\[\[:", "[[:name:]]", "the characters themselves, such as [A-Za-z],"),
        (r"\[\^?\]", "[] or [^]", r"[\s\S] for any character, and [\]] for a bracket,"),
        (r"\[[^\]]*&&", "&& in a class", "a lookahead, such as (?![|:]),"),
        (rf"{_ESCAPE}h", r"\h", r"[ \t]"),
        (rf"{_ESCAPE}R", r"\R", r"(?:\r\n|\n)"),
        (rf"{_ESCAPE}[QE]", r"\Q...\E", "a backslash before each sign"),
        (
            rf"{_ESCAPE}(?:[aegijlmoqyCFGHIJKLMNOTUVXY]|[pP](?!\{{))",
            "one of the escapes",
            "the characters themselves",
        ),
        (rf"{_ESCAPE}u[dD][89a-fA-F]", "half a surrogate pair", r"the character, as \u{1F600},"),
    )
)
#: Matches a property of characters.
PROPERTY = re.compile(rf"{_ESCAPE}[pP]\{{[^}}]*\}}")
_REPEATED = re.compile(r"\{\d+(?:,\d*)?\}")


class Unreadable(NamedTuple):
    """A pattern that the engine cannot read.

    Args:
        pointer: Its place in the schema, as a JSON Pointer fragment.
        pattern: The pattern.
    """

    pointer: str
    pattern: str


def is_misread(text: str) -> bool:
    """Check whether the engine may read a pattern in a schema otherwise than ECMA-262 says.

    Args:
        text: The schema as JSON text.
    """
    return _MISREAD.search(text) is not None


def respelled_schema(text: str) -> str | None:
    """Return a schema with its patterns in the engine's spelling; None where none changes.

    Args:
        text: The schema as JSON text.
    """
    if "attern" not in text and "\\u00" not in text:
        return None
    try:
        content = READER.decode(text)
    except (ValueError, RecursionError):
        return None  # the engine reports this
    changed = False
    for _, node in list(subschemas(content)):
        if isinstance(pattern := node.get("pattern"), str):
            node["pattern"] = respelled(pattern)
            changed |= node["pattern"] != pattern
        if isinstance(rules := node.get("patternProperties"), dict):
            renamed = {respelled(name): rule for name, rule in rules.items()}
            if len(renamed) == len(rules) and renamed.keys() != rules.keys():
                node["patternProperties"] = renamed
                changed = True
    return canonical(content) if changed else None


def patterns_of(content: Any) -> Iterator[Unreadable]:
    """Yield the patterns of a schema, each with its place."""
    for pointer, node in subschemas(content):
        if isinstance(pattern := node.get("pattern"), str):
            yield Unreadable(join(pointer, "pattern"), pattern)
        if isinstance(rules := node.get("patternProperties"), dict):
            for name in rules:
                yield Unreadable(join(pointer, "patternProperties", name), name)


def respelled(pattern: str) -> str:
    """Return a pattern in the spelling that the engine reads."""
    if "[[:" in pattern:  # its author means a class of another language
        return pattern
    parts = []
    for token in _TOKEN.finditer(pattern):  # one matches at each place
        if token["opening"]:
            parts.append(_class(token[0], token["opening"], token["members"]))
        elif token["pair"]:
            parts.append(_member(next(_MEMBER.finditer(token["pair"]))))
        elif token["name"]:
            parts.append(_numbered(pattern, token["name"]) or token[0])
        elif token["lone"]:
            parts.append(f"\\{token[0]}")
        else:
            parts.append(token["sign"] or token["other"])
    return "".join(parts)


def instead_of(pattern: str) -> tuple[str, str] | None:
    """Return what the engine does not support in a pattern, and what to do about it.

    Return None where the pattern has nothing that other languages have: then it is wrong.

    Args:
        pattern: A pattern that the engine cannot read.
    """
    for sign, what, instead in _ADVICE:
        if sign.search(pattern):
            return what, f"write {instead} instead"
    return None


def with_small_quantifiers(pattern: str) -> str:
    """Return a pattern whose counted quantifiers are all the smallest."""
    return _REPEATED.sub("{0,2}", pattern)


def _class(whole: str, opening: str, members: str) -> str:
    """Return a class in the engine's spelling.

    Args:
        whole: The class as the pattern has it.
        opening: Its beginning, ``[`` or ``[^``.
        members: What stands between that and the bracket that closes it.
    """
    found = list(_MEMBER.finditer(members))
    if not found or any(each["unknown"] for each in found):
        return whole
    parts: list[str] = []
    at = 0
    while at < len(found):
        first, last = found[at], found[min(at + 2, len(found) - 1)]
        is_range = at + 2 < len(found) and found[at + 1][0] == "-"
        if is_range and not first["kind"] and not last["kind"]:
            parts.append(_range(first, last))
        elif is_range:  # a class as the end of a range: its hyphen is literal
            parts += (_member(first), r"\-", _member(last))
        else:
            parts.append(_member(first))
        at += 3 if is_range else 1
    if any(parts):
        return f"{opening}{''.join(parts)}]"
    return r"[\s\S]" if opening == "[^" else r"[^\s\S]"  # it had surrogates only


def _member(member: re.Match[str]) -> str:
    if member["kind"]:
        return member[0]
    code = _code_of(member)
    if code in _SURROGATES:
        return ""  # no text has half a pair
    if member[0] in (r"\<", r"\>"):
        return member[0][1]
    if member[0] == "-":
        return r"\-"
    return _character(code) if member["pair"] or member["letter"] in {"b", "0"} else member[0]


def _range(first: re.Match[str], last: re.Match[str]) -> str:
    low, high = _code_of(first), _code_of(last)
    if low > high:
        return f"{first[0]}-{last[0]}"  # the engine reports this
    if low not in _SURROGATES and high not in _SURROGATES:
        return f"{_member(first)}-{_member(last)}"
    low = _SURROGATES.stop if low in _SURROGATES else low
    high = _SURROGATES.start - 1 if high in _SURROGATES else high
    return f"{_character(low)}-{_character(high)}" if low <= high else ""


def _code_of(member: re.Match[str]) -> int:
    """Return the code point of a member of a class that is one character."""
    if member["pair"]:
        high, low = (int(unit, 16) for unit in member[0].split("\\u")[1:])
        return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
    if number := member["long"] or member["unit"] or member["byte"]:
        return int(number, 16)
    if member["control"]:
        return ord(member["control"]) % 32
    if member["letter"]:
        return _LETTERS[member["letter"]]
    return ord(member["itself"] or member["plain"])


def _character(code: int) -> str:
    return f"\\u{{{code:X}}}"


def _numbered(pattern: str, name: str) -> str | None:
    """Return the reference by number to a group of a pattern; None without a group of the name."""
    for number, group in enumerate((g for g in _GROUP.finditer(pattern) if g[0][0] == "("), 1):
        if group["name"] == name:
            return f"(?:\\{number})"
    return None
