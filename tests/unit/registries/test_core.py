from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.protocol import WrongAnswer, drive
from pytest_schema_registry.registries.queries import Kind, Missing, Query

INDEX = Query(Kind.INDEX)
RELEASES = Query(Kind.RELEASES, "v1", "a.B")
CURRENT = Query(Kind.SCHEMA, "v1", "a.B")
RELEASE = Query(Kind.SCHEMA, "v1", "a.B", "1.0")
BY_ID = Query(Kind.BY_ID, name="urn:a")
NAMES = st.text(st.characters(exclude_categories=()), min_size=1)


@pytest.mark.parametrize(
    ("question", "path"),
    [
        (INDEX, "index"),
        (BY_ID, "schemas/by-id/urn%3Aa"),
        (RELEASES, "schemas/v1/a.B/versions"),
        (CURRENT, "schemas/v1/a.B"),
        (RELEASE, "schemas/v1/a.B?version=1.0"),
        (Query(Kind.SCHEMA, "v1", "a/b c", "1&2"), "schemas/v1/a%2Fb%20c?version=1%262"),
        (Query(Kind.SCHEMA, "..", "."), "schemas/%2E%2E/%2E"),
        (Query(Kind.SCHEMA, "...", "..a"), "schemas/.../..a"),
        (
            Query(Kind.COMPATIBILITY, "v1", "a/b c", later="v2"),
            "compat/check?name=a%2Fb+c&from_track=v1&to_track=v2",
        ),
        (
            Query(Kind.COMPATIBILITY, "v1", "a.B", "1.0", "v2", "2 0"),
            "compat/check?name=a.B&from_track=v1&from_version=1.0&to_track=v2&to_version=2+0",
        ),
        (Query(Kind.BY_ID, name="\ud800"), "schemas/by-id/%ED%A0%80"),
        (Query(Kind.SCHEMA, "v1", "a", "\ud800"), "schemas/v1/a?version=%ED%A0%80"),
    ],
)
def test_a_question_has_a_path(question: Query, path: str) -> None:
    assert CoreProtocol().path(question) == path


@given(NAMES, NAMES, NAMES)
def test_any_name_version_and_release_is_a_segment_that_can_be_read_back(
    version: str, name: str, release: str
) -> None:
    parts = urlsplit(CoreProtocol().path(Query(Kind.SCHEMA, version, name, release)))
    segments = [unquote(part, errors="surrogatepass") for part in parts.path.split("/")]
    assert segments == ["schemas", version, name]
    assert parse_qs(parts.query, errors="surrogatepass") == {"version": [release]}


@pytest.mark.parametrize("query", [INDEX, RELEASES, CURRENT, RELEASE, BY_ID])
@pytest.mark.parametrize(
    "body", ['"Not Found"', '{"error_code": 404}', '{"error_code": 40401, "message": "\\u001b"}']
)
def test_a_404_of_a_confluent_registry_names_the_option(query: Query, body: str) -> None:
    with pytest.raises(WrongAnswer, match=r"404 as a Confluent Schema Registry does$") as caught:
        drive(CoreProtocol().ask(query), lambda _: Response(404, body))
    assert caught.value.advice == (
        "set --registry-protocol=confluent, or correct --registry-url, whose path may be wrong"
    )


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Not Found",
        '{"detail": "Not Found"}',
        '["error_code"]',
        '"error_code"',
        "null",
        "[" * 100_000,
        "9" * 5_000,
        "\ud800",
    ],
)
def test_any_other_404_is_one(body: str) -> None:
    assert drive(CoreProtocol().ask(CURRENT), lambda _: Response(404, body)) == Missing()


def test_the_core_protocol_takes_any_line_and_fixes_none() -> None:
    core = CoreProtocol()
    core.check("anything", "1.0")
    assert core.holds("v1", "1.0")
    assert core.fixed_release(RELEASE) is None  # type: ignore[func-returns-value]
    assert core.copies(RELEASE) == ()


def test_of_a_404_a_cassette_keeps_the_status() -> None:
    sent = [(Request("a"), Response(404, "of alice")), (Request("b"), Response(200, "{}"))]
    kept = CoreProtocol().recorded(sent)
    assert [response.body for _, response in kept] == ["", "{}"]
