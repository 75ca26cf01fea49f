from __future__ import annotations

import re

from pytest_schema_registry.redaction import REDACTED, Redaction
from tests.docs.pages import code, page

PAGE = page("security")


def test_what_redaction_hides() -> None:
    (named,) = re.findall(r"a path of RFC 9535 \(([^)]+)\)", PAGE.section("What is hidden"))
    payload = {
        "user": {"email": "a", "name": "b"},
        "cards": [{"number": 1, "till": 2}],
        "deep": [{"token": {"inside": 3}}],
        "Password": {"inside": 4},
        "order-id": 5,
    }
    assert Redaction((*code(named), "password")).applied(payload) == {
        "user": {"email": REDACTED, "name": "b"},
        "cards": [{"number": REDACTED, "till": 2}],
        "deep": [{"token": REDACTED}],
        "Password": REDACTED,
        "order-id": REDACTED,
    }
