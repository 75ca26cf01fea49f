"""The writer of cassettes: it uses vcrpy's own request model and serializer, and patches nothing.

This is the only importer of vcr. If vcr were first imported while a test mocks something that it
imports, it would keep that mock forever.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml
from vcr.request import Request
from vcr.serialize import serialize

from pytest_schema_registry.retrieval.cassettes.interaction import MARGIN, UNPRINTABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_schema_registry.retrieval.cassettes.interaction import Interaction

_STAND_IN = "{\n}"


def text_of(interactions: Iterable[Interaction]) -> str:
    """Return the text of a cassette with some interactions, which stock vcrpy can replay."""
    ordered = sorted(interactions, key=lambda interaction: interaction.uri)
    cassette = {
        "requests": [Request(each.method, each.uri, None, {}) for each in ordered],
        "responses": [
            {
                "status": {
                    "code": each.status,
                    "message": "OK" if each.status == 200 else "Not Found",
                },
                "headers": {"content-type": ["application/json"]},
                "body": {"string": each.text},
            }
            for each in ordered
        ],
        "metadata": {
            "recorded_at": {
                each.uri: datetime.fromtimestamp(each.recorded_at or 0, UTC).isoformat(
                    "T", "seconds"
                )
                for each in ordered
            }
        },
    }
    text: str = serialize(cassette, _Serializer)
    return text


class _Serializer:
    """A serializer for vcrpy that writes bodies as literal blocks, so that a diff shows JSON.

    PyYAML's emitter takes a second for 300 KB of text. libyaml's is fast, but escapes emojis. So
    PyYAML writes a stand-in for each body that needs nothing but an indentation.
    """

    @staticmethod
    def serialize(cassette: Any) -> str:
        blocks = []
        for each in cassette["interactions"]:
            body = each["response"]["body"]
            if _is_plain_block(body["string"]):
                blocks.append(body["string"].replace("\n", MARGIN))
                body["string"] = _STAND_IN
        text: str = yaml.dump(cassette, Dumper=_Dumper, allow_unicode=True, width=float("inf"))
        # No line of a block is indented by less than the margin, so this is found nowhere in one.
        first, *others = text.split(f"\n      string: |-{MARGIN}" + _STAND_IN.replace("\n", MARGIN))
        written = (
            f"\n      string: |-{MARGIN}{block}{other}"
            for block, other in zip(blocks, others, strict=True)
        )
        return "".join((first, *written))


def _is_plain_block(body: str) -> bool:
    """Check whether a body as a literal block is the body with each of its lines indented."""
    return (
        body[:2] in ("{\n", "[\n")
        and body[-1:] in ("}", "]")
        and " \n" not in body
        and "\n\n" not in body
        and not UNPRINTABLE.search(body)
    )


class _Dumper(yaml.SafeDumper):
    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = "|" if "\n" in text else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)
