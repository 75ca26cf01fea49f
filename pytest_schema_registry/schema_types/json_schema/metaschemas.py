"""The standard's meta-schemas with their vocabularies, for schemas that refer to one of them.

The engine has only those of a schema's own draft at hand.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

#: Matches the URI of a meta-schema; schemas spell its scheme and its end in several ways.
STANDARD = re.compile(r"https?://json-schema\.org/")
_MISSING = re.compile(r"Resource 'https?://json-schema\.org/")


@cache
def known() -> dict[str, Any]:
    """Return the meta-schemas and vocabularies of the drafts that the engine knows, by URI."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    return {uri: REGISTRY.contents(uri) for uri in REGISTRY if "/draft-03/" not in uri}


def is_missing(message: str) -> bool:
    """Check whether the engine's message says that it misses one of the meta-schemas."""
    return _MISSING.search(message) is not None


def find(uri: str) -> Any:
    """Return the meta-schema that a URI means; None where it means none.

    Args:
        uri: An absolute URI without a fragment.
    """
    if STANDARD.match(uri) is None:
        return None
    path = STANDARD.sub("", uri)
    return next((each for known_as, each in known().items() if known_as.endswith(f"/{path}")), None)
