from __future__ import annotations

import httpx
import pytest

from pytest_schema_registry.registries.answers import AnswerReader
from pytest_schema_registry.settings.credentials import NO_CREDENTIALS
from pytest_schema_registry.settings.location import Location


@pytest.mark.parametrize(
    ("own", "other", "host"),
    [
        ("http://a.example", "https://a.example/x", ""),
        ("http://a.example", "http://a.example:80/x", ""),
        ("https://a.example", "https://a.example:8443/x", "a.example:8443"),
        ("https://a.example", "https://user@b.example/x", "b.example"),
    ],
)
def test_a_host_is_another_where_its_name_or_its_port_is(own: str, other: str, host: str) -> None:
    reader = AnswerReader(Location(own), NO_CREDENTIALS)
    assert reader.elsewhere(httpx.URL(other)) == host
