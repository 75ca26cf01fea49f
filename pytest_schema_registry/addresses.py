"""Addresses of schemas, as users write them: ``NAME``, ``NAME@VERSION``, ``NAME#/json/pointer``.

With all three, it is ``mcp@2025-06-18#/definitions/Tool``. A pointer names a part of a document, as
a URI fragment does (RFC 6901, section 6). So it may be percent-encoded, ``/`` included, and is then
the name of a file: ``mcp#%2Fdefinitions%2FTool``. Within this package, the name of a part is its
document's name with the pointer behind it, each part with one spelling.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Self
from urllib.parse import unquote

from pytest_schema_registry.json_values import json_pointer

#: The ``#`` in front of a pointer. Any other ``#`` is a part of a name.
_MARK = re.compile("#(?=/|%2F)", re.IGNORECASE)
_WRONG_ESCAPE = re.compile("~(?![01])")
_LOOKS_ENCODED = re.compile("%(?=[0-9A-Fa-f]{2})")


class Address(NamedTuple):
    """An address in its parts.

    Args:
        document: The name of the schema, or of the document that has it.
        version: The version line; None where the address names none.
        pointer: The text of the pointer, with ``#``; empty for the whole document.
    """

    document: str
    version: str | None
    pointer: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split an address. A name may contain ``@``, a version never does: the last one counts."""
        before, pointer = split(text)
        name, _, version = before.rpartition("@")
        if not name.strip() or not version.strip():
            return cls(before, None, pointer)
        return cls(name.strip(), version.strip(), pointer)

    @property
    def name(self) -> str:
        """The name of the schema, without the version."""
        return self.document + self.pointer

    def contradiction(self, **versions: str | None) -> str | None:
        """Return why an argument contradicts the version in the address; None where none does.

        Args:
            versions: The arguments that are about a version, by name; None for one not given.
        """
        for word, version in versions.items():
            if None not in (version, self.version) and version != self.version:
                return (
                    f"{self.document}@{self.version} says which version, and {word}={version!r} "
                    "another; give one of them"
                )
        return None


def split(name: str) -> tuple[str, str]:
    """Split a name into that of the document, and the pointer, which is empty without one."""
    mark = _MARK.search(name) if "#" in name else None
    if mark is None:
        return name, ""
    return name[: mark.start()], _one_spelling(name[mark.start() :])


def steps(pointer: str) -> tuple[str, ...]:
    """Return the keys that a pointer leads through.

    Args:
        pointer: The pointer, with ``#``.

    Raises:
        ValueError: It is no JSON Pointer.
    """
    try:
        decoded = unquote(pointer[1:], errors="strict")
    except UnicodeDecodeError:
        raise ValueError(
            f"{pointer} is no JSON Pointer: what %XX stands for is not UTF-8"
        ) from None
    if _WRONG_ESCAPE.search(decoded):
        raise ValueError(f"{pointer} is no JSON Pointer: write ~ as ~0, and / in a key as ~1")
    return tuple(
        key.replace("~1", "/").replace("~0", "~") for key in decoded.removeprefix("/").split("/")
    )


def pointer_to(keys: tuple[str | int, ...]) -> str:
    """Return the pointer that leads through some keys, with ``#``; :func:`steps` reads it."""
    return _LOOKS_ENCODED.sub("%25", json_pointer(keys))


def _one_spelling(pointer: str) -> str:
    try:
        return pointer_to(steps(pointer))
    except ValueError:
        return pointer  # whoever looks for the part says what is wrong
