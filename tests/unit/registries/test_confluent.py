from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_schema_registry.registries.confluent import ConfluentProtocol
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.protocol import WrongAnswer, drive
from pytest_schema_registry.registries.queries import (
    Kind,
    Missing,
    Query,
    RegistryVerdict,
    Result,
    UserOfId,
)
from pytest_schema_registry.schemas import ListedReference

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import Schema

LATEST = Query(Kind.SCHEMA, "latest", "orders")
INDEX = Query(Kind.INDEX)
RELEASES = Query(Kind.RELEASES, "latest", "orders")
USERS = Query(Kind.USERS_OF_ID, name="7")
REFERENCE = Query(Kind.REFERENCE, "3", "address")
NEWEST = Query(Kind.REFERENCE, "latest", "address")
NAMES = st.text(st.characters(exclude_categories=()), min_size=1)
PLAIN = ConfluentProtocol()
OF_TOPICS = ConfluentProtocol("{name}-value")
BY_SUBJECT = ConfluentProtocol("{name}.{version}-value")
BY_PROPERTY = ConfluentProtocol(version_property="application.major.version")


def document(number: int = 3, **more: Any) -> dict[str, Any]:
    said = {"subject": "orders", "version": number, "id": 7, "schemaType": "JSON"}
    return said | {"schema": '{"type": "object"}'} | more


class Registry:
    """What answers the requests of an exchange, in this order."""

    def __init__(self, *answers: Any, is_recorded: bool = False) -> None:
        self.requests: list[Request] = []
        self._answers = list(answers)
        self._is_recorded = is_recorded

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Response):
            return answer._replace(is_recorded=self._is_recorded)
        return Response(200, json.dumps(answer), self._is_recorded)

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.requests]


NO_SUBJECT = Response(404, '{"error_code": 40401, "message": "of alice"}')
NO_VERSION = Response(404, '{"error_code": 40402}')
LIST_VERSIONS = Missing("see which versions there are with pytest-schema-registry list")
NO_CODE = Response(404, '{"error_code": 404}')


def asked(protocol: ConfluentProtocol, query: Query, *answers: Any) -> Any:
    return drive(protocol.ask(query), Registry(*answers).send)


# Paths


@pytest.mark.parametrize(
    ("protocol", "query", "path"),
    [
        (PLAIN, INDEX, "subjects"),
        (PLAIN, RELEASES, "subjects/orders/versions"),
        (OF_TOPICS, RELEASES, "subjects/orders-value/versions"),
        (PLAIN, USERS, "schemas/ids/7/versions"),
        (OF_TOPICS, REFERENCE, "subjects/address/versions/3?deleted=true"),
        (PLAIN, NEWEST, "subjects/address/versions/latest?deleted=true"),
        (PLAIN, LATEST, "subjects/orders/versions/latest"),
        (PLAIN, replace(LATEST, release="3"), "subjects/orders/versions/3"),
        (PLAIN, replace(LATEST, version="3"), "subjects/orders/versions/3"),
        (PLAIN, replace(LATEST, version="v3"), "subjects/orders/versions/3"),
        (PLAIN, replace(LATEST, name=":.team:a/b c"), "subjects/:.team:a%2Fb%20c/versions/latest"),
        (PLAIN, replace(LATEST, name=".."), "subjects/%2E%2E/versions/latest"),
        (PLAIN, replace(LATEST, name="\ud800"), "subjects/%ED%A0%80/versions/latest"),
        (BY_SUBJECT, replace(LATEST, version="2"), "subjects/orders.2-value/versions/latest"),
        (
            BY_SUBJECT,
            replace(LATEST, version="v2", release="5"),
            "subjects/orders.v2-value/versions/5",
        ),
        (BY_PROPERTY, LATEST, "subjects/orders/versions/latest"),
        (
            BY_PROPERTY,
            replace(LATEST, version="2 a"),
            "subjects/orders/metadata?key=application.major.version&value=2+a",
        ),
        (
            BY_PROPERTY,
            replace(LATEST, version="\ud800"),
            "subjects/orders/metadata?key=application.major.version&value=%ED%A0%80",
        ),
        (BY_PROPERTY, replace(LATEST, version="2", release="5"), "subjects/orders/versions/5"),
        (
            PLAIN,
            Query(Kind.COMPATIBILITY, "1", "orders", "1", "latest", "7"),
            "compatibility/subjects/orders/versions/1#latest/7",
        ),
        (
            PLAIN,
            Query(Kind.COMPATIBILITY, "1", "orders", "1", "\ud800"),
            "compatibility/subjects/orders/versions/1#%ED%A0%80/None",
        ),
    ],
)
def test_a_question_has_a_path(protocol: ConfluentProtocol, query: Query, path: str) -> None:
    assert protocol.path(query) == path


@given(NAMES, NAMES)
@example("{version}", "{name}")
def test_any_name_and_line_can_be_read_back_from_the_path(name: str, version: str) -> None:
    parts = urlsplit(BY_PROPERTY.path(Query(Kind.SCHEMA, version, name, None)))
    segments = [unquote(part, errors="surrogatepass") for part in parts.path.split("/")]
    assert segments[:2] == ["subjects", name]
    if version != "latest":
        assert parse_qs(parts.query, errors="surrogatepass")["value"] == [version]


# Version lines


@pytest.mark.parametrize("version", ["latest", "1", "v1", "999999999", "v12"])
def test_a_line_is_the_latest_version_or_a_number(version: str) -> None:
    PLAIN.check(version)
    PLAIN.check(version, "3")


@pytest.mark.parametrize(
    "version", ["", "0", "v0", "01", "-1", "v", "V1", "1.0", "LATEST", "1\n", "٣", "9" * 10, "v٣"]
)
def test_a_line_that_no_subject_has_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="is no version of a subject; write latest or a number"):
        PLAIN.check(version)
    for protocol in (BY_SUBJECT, BY_PROPERTY):
        protocol.check(version)


@pytest.mark.parametrize("release", ["", "0", "v3", "latest", "01", "1.0", "3\n", "٣", "9" * 10])
def test_a_release_that_is_no_number_is_refused(release: str) -> None:
    for protocol in (PLAIN, BY_SUBJECT, BY_PROPERTY):
        with pytest.raises(ValueError, match="is no release; a release is a subject's number"):
            protocol.check("latest", release)


def test_a_line_that_is_a_number_holds_that_release_only() -> None:
    assert PLAIN.holds("3", "3")
    assert PLAIN.holds("v3", "3")
    assert not PLAIN.holds("v3", "4")
    assert PLAIN.holds("latest", "4")
    assert BY_SUBJECT.holds("3", "4")
    assert BY_PROPERTY.holds("3", "4")


@pytest.mark.parametrize(
    ("protocol", "query", "release"),
    [
        (PLAIN, LATEST, None),
        (PLAIN, replace(LATEST, version="v3"), "3"),
        (PLAIN, replace(LATEST, release="4"), "4"),
        (BY_SUBJECT, replace(LATEST, version="3"), None),
        (BY_PROPERTY, replace(LATEST, version="3"), None),
        (PLAIN, REFERENCE, "3"),
        (PLAIN, NEWEST, None),
        (PLAIN, RELEASES, None),
        (PLAIN, INDEX, None),
        (PLAIN, Query(Kind.COMPATIBILITY, "1", "orders", "1", "2", "2"), None),
    ],
)
def test_a_number_is_fixed_and_nothing_else(
    protocol: ConfluentProtocol, query: Query, release: str | None
) -> None:
    assert protocol.fixed_release(query) == release


def test_a_number_may_be_kept_where_the_latest_version_is() -> None:
    at = "subjects/{}/versions/{}".format
    assert PLAIN.copies(LATEST) == ()
    assert PLAIN.copies(replace(LATEST, release="3")) == (at("orders", "latest"),)
    assert PLAIN.copies(NEWEST) == ()
    assert PLAIN.copies(REFERENCE) == (at("address", "3"), at("address", "latest"))


# Schemas


def test_the_latest_version_takes_one_request() -> None:
    registry = Registry(document())
    found: Any = drive(OF_TOPICS.ask(LATEST), registry.send)
    assert registry.requests == [Request("subjects/orders-value/versions/latest")]
    assert (found.name, found.version, found.release) == ("orders", "latest", "3")
    assert found.subject == "orders-value"


@pytest.mark.parametrize("version", ["4", "v4"])
def test_another_number_than_the_line_s_is_no_answer(version: str) -> None:
    with pytest.raises(WrongAnswer, match="asked for version 4 of a subject, it answered with 3"):
        asked(PLAIN, replace(LATEST, version=version), document())


def test_another_number_than_the_release_or_the_reference_s_is_no_answer() -> None:
    for query in (replace(LATEST, release="4"), replace(REFERENCE, version="4")):
        with pytest.raises(WrongAnswer, match="it answered with 3"):
            asked(PLAIN, query, document())


@pytest.mark.parametrize("protocol", [BY_SUBJECT, BY_PROPERTY])
def test_a_line_with_a_number_for_a_name_is_no_number(protocol: ConfluentProtocol) -> None:
    assert asked(protocol, replace(LATEST, version="2"), document(3)).release == "3"


def test_a_reference_is_asked_for_by_its_subject() -> None:
    found = asked(OF_TOPICS, REFERENCE, document())
    assert (found.name, found.version, found.subject) == ("address", "3", "address")


@pytest.mark.parametrize(
    ("query", "said"),
    [(LATEST, True), (REFERENCE, False), (RELEASES, False), (USERS, False), (INDEX, False)],
)
def test_a_404_with_a_code_is_an_answer(query: Query, said: bool) -> None:
    missing = asked(PLAIN, query, NO_SUBJECT)
    assert isinstance(missing, Missing)
    assert ("--registry-subject" in missing.advice) is said
    assert "alice" not in missing.advice
    assert asked(PLAIN, query, NO_VERSION) == LIST_VERSIONS


@pytest.mark.parametrize("query", [LATEST, REFERENCE, RELEASES, USERS, INDEX])
@pytest.mark.parametrize("answer", [NO_CODE, Response(410, ""), Response(404, "<html>")])
def test_any_other_404_is_none(query: Query, answer: Response) -> None:
    with pytest.raises(WrongAnswer, match="without a code of the registry"):
        asked(PLAIN, query, answer)


# Lists


def test_releases_are_numbers() -> None:
    assert [each.release for each in asked(PLAIN, RELEASES, [2, 1, 10])] == ["1", "2", "10"]


def test_an_id_has_its_users() -> None:
    assert asked(PLAIN, USERS, [{"subject": "a", "version": 1}]) == (UserOfId("a", "1"),)


@pytest.mark.parametrize(
    ("protocol", "subjects", "found"),
    [
        (PLAIN, None, []),
        (PLAIN, ["b", "a"], [("a", ""), ("b", "")]),
        (OF_TOPICS, ["a-value", "a-key", "-value", "a-valued"], [("a", "")]),
        (BY_SUBJECT, ["a.b.v2-value", "a.v1-value", "a-value"], [("a", "v1"), ("a.b", "v2")]),
        (ConfluentProtocol(":.{version}:{name}"), [":.v2:a", "a", ":.:b"], [("a", "v2")]),
        (ConfluentProtocol("a.c+({name})"), ["a.c+(x)", "abc+(x)", "a.cc(x)"], [("x", "")]),
    ],
)
def test_a_template_is_read_backwards(
    protocol: ConfluentProtocol, subjects: Any, found: list[tuple[str, str]]
) -> None:
    entries = asked(protocol, INDEX, subjects)
    assert [(each.name, each.version) for each in entries] == found


@given(
    st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1),
    st.from_regex(r"[a-z0-9][a-z0-9_-]*", fullmatch=True),
    st.sampled_from(["{name}.{version}-value", ":.{version}:{name}", "{version}/{name}"]),
)
def test_a_subject_that_the_template_makes_is_listed(
    name: str, version: str, template: str
) -> None:
    protocol = ConfluentProtocol(template)
    path = protocol.path(Query(Kind.SCHEMA, version, name))
    subject = unquote(path.split("/")[1])
    again = [
        unquote(protocol.path(Query(Kind.SCHEMA, each.version, each.name)).split("/")[1])
        for each in asked(protocol, INDEX, [subject])
    ]
    assert again == [subject]


# Recordings


def recorded(protocol: ConfluentProtocol, query: Query, *answers: Any) -> dict[Request, Response]:
    registry = Registry(*answers)
    exchanged: list[tuple[Request, Response]] = []

    def send(request: Request) -> Response:
        exchanged.append((request, registry.send(request)))
        return exchanged[-1][1]

    drive(protocol.ask(query), send)
    return dict(protocol.recorded(exchanged))


def replayed(protocol: ConfluentProtocol, query: Query, kept: dict[Request, Response]) -> Any:
    return drive(protocol.ask(query), lambda request: kept[request]._replace(is_recorded=True))


@pytest.mark.parametrize(
    "said",
    [
        document(),
        document(schema="true"),
        document(schema='{"title": "\\ud800", "minimum": 1e2, "maximum": 10.0}'),
        document(schemaType=None, schema='{"type": "string"}'),
        document(schemaType="PROTOBUF", schema='syntax = "proto3";'),
        document(references=[{"name": "a", "subject": "b", "version": 1}], guid="secret"),
        document(metadata={"properties": {"deprecated": "true"}, "tags": {}}),
    ],
)
@pytest.mark.parametrize("query", [LATEST, REFERENCE])
def test_what_is_recorded_means_the_same(query: Query, said: dict[str, Any]) -> None:
    kept = recorded(PLAIN, query, said)
    assert replayed(PLAIN, query, kept) == asked(PLAIN, query, said)
    assert "secret" not in str(kept)


def test_a_readable_copy_stands_beside_a_schema() -> None:
    kept = recorded(PLAIN, REFERENCE, document())
    assert [request.path for request in kept] == [
        "subjects/address/versions/3?deleted=true",
        "subjects/address/versions/3/schema?deleted=true",
    ]


@pytest.mark.parametrize(
    "copy",
    [
        Response(200, '{"type": "array"}'),
        Response(200, '{"type": "object", "minimum": 1}'),
        Response(404, '{"error_code": 40402}'),
        Response(410, ""),
    ],
)
def test_a_readable_copy_that_differs_is_damage(copy: Response) -> None:
    with pytest.raises(WrongAnswer, match="the readable copy of the schema differs"):
        drive(PLAIN.ask(LATEST), Registry(document(), copy, is_recorded=True).send)


def test_a_one_in_the_copy_is_no_true() -> None:
    said = document(schema='{"const": true}')
    copy = Response(200, '{"const": 1}')
    with pytest.raises(WrongAnswer, match="the readable copy of the schema differs"):
        drive(PLAIN.ask(LATEST), Registry(said, copy, is_recorded=True).send)


@pytest.mark.parametrize("body", ["{", '{"a": 1, "a": 2}', ""])
def test_a_readable_copy_that_cannot_be_read_is_damage(body: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        drive(PLAIN.ask(LATEST), Registry(document(), Response(200, body), is_recorded=True).send)


@pytest.mark.parametrize("query", [LATEST, RELEASES, USERS])
def test_of_a_404_only_the_code_is_recorded(query: Query) -> None:
    kept = recorded(PLAIN, query, NO_SUBJECT)
    assert list(kept.values()) == [Response(404, '{"error_code": 40401}')]
    assert replayed(PLAIN, query, kept) == asked(PLAIN, query, NO_SUBJECT)


def test_what_holds_no_schema_is_recorded_as_it_is() -> None:
    assert list(recorded(PLAIN, RELEASES, [1]).values()) == [Response(200, "[1]")]
    assert list(recorded(PLAIN, INDEX, None).values()) == [Response(200, "null")]


# Compatibility


def side(number: int, subject: str = "orders", **more: Any) -> Schema:
    value = asked(PLAIN, replace(LATEST, name=subject), document(number, **more))
    return Result(LATEST, "http://registry.example", value, 0.0, "registry").schema


def pair(earlier: Schema, later: Schema) -> Query:
    return Query(
        Kind.COMPATIBILITY,
        earlier.version,
        earlier.name,
        earlier.release,
        later.version,
        later.release,
        (earlier, later),
    )


OLD, NEW = side(1), side(2, schema='{"type": "string"}')
LEVELS = {
    name: {"compatibilityLevel": name}
    for name in ("BACKWARD", "FORWARD", "FULL", "FULL_TRANSITIVE", "NONE")
}
YES: dict[str, Any] = {"is_compatible": True}
NO: dict[str, Any] = {"is_compatible": False, "messages": ["it is smaller"]}


def judged(*answers: Any, earlier: Schema = OLD, later: Schema = NEW) -> tuple[Any, Registry]:
    registry = Registry(*answers)
    return drive(PLAIN.ask(pair(earlier, later)), registry.send), registry


@pytest.mark.parametrize("answer", [YES, NO])
def test_backward_sends_the_later_schema_against_the_earlier(answer: Any) -> None:
    found, registry = judged(LEVELS["BACKWARD"], answer)
    assert found.compatible is answer["is_compatible"]
    config, post = registry.requests
    assert config == Request("config/orders?defaultToGlobal=true")
    assert (post.method, post.path) == (
        "POST",
        "compatibility/subjects/orders/versions/1?verbose=true#latest/2",
    )
    expected = {"schema": NEW.text, "schemaType": "JSON", "references": []}
    assert json.loads(post.body or "") == expected


@pytest.mark.parametrize("answer", [YES, NO])
def test_forward_sends_the_earlier_schema_against_the_later(answer: Any) -> None:
    found, registry = judged(LEVELS["FORWARD"], answer)
    assert found.compatible is answer["is_compatible"]
    path = "compatibility/subjects/orders/versions/2?verbose=true#latest/1"
    assert registry.paths[1:] == [path]
    assert json.loads(registry.requests[1].body or "")["schema"] == OLD.text


@pytest.mark.parametrize("level", ["FULL", "FULL_TRANSITIVE"])
def test_full_decides_both_directions_or_neither(level: str) -> None:
    assert judged(LEVELS[level], YES)[0] == RegistryVerdict(True)
    undecided = "level FULL asks for both directions, and one of them fails"
    assert judged(LEVELS[level], NO)[0] == RegistryVerdict(None, (undecided, "it is smaller"))
    assert judged(LEVELS[level], NO_VERSION)[0] == LIST_VERSIONS


@pytest.mark.parametrize(
    ("level", "answers", "compatible"),
    [
        ("FORWARD", [NO], False),
        ("FULL", [NO], None),
        ("FULL", [YES], True),
        ("BACKWARD", [], None),
    ],
)
def test_a_subject_of_its_own_has_a_level_of_its_own(
    level: str, answers: list[Any], compatible: bool | None
) -> None:
    later = side(2, "orders.v2")
    found, registry = judged(LEVELS["FORWARD"], LEVELS[level], *answers, later=later)
    assert found.compatible is compatible
    assert registry.paths[:2] == [
        "config/orders?defaultToGlobal=true",
        "config/orders.v2?defaultToGlobal=true",
    ]
    if not answers:
        assert found.reasons == ("orders.v2 has level BACKWARD, orders FORWARD",)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (LEVELS["NONE"], "compares nothing"),
        ({}, "no 'compatibilityLevel'"),
        (NO_VERSION, "it answered 404 when it was asked for its compatibility level"),
    ],
)
def test_without_a_level_there_is_no_verdict(answer: Any, reason: str) -> None:
    with pytest.raises(WrongAnswer, match=reason):
        judged(answer)


def test_references_go_with_the_schema() -> None:
    references = (ListedReference("a", "b", "1"), ListedReference("c", "d", "latest"))
    _, registry = judged(LEVELS["BACKWARD"], YES, later=replace(NEW, references=references))
    assert json.loads(registry.requests[1].body or "")["references"] == [
        {"name": "a", "subject": "b", "version": 1},
        {"name": "c", "subject": "d", "version": -1},
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("PROTOBUF", 'syntax = "proto3";'), ("AVRO", '"string"'), ("AVRO", '{"type": "string"}')],
)
def test_a_schema_of_another_language_is_sent_as_it_came(kind: str, text: str) -> None:
    later = side(2, schemaType=kind, schema=text)
    _, registry = judged(LEVELS["BACKWARD"], YES, later=later)
    body = json.loads(registry.requests[1].body or "")
    assert (body["schema"], body["schemaType"]) == (text, kind)


def test_a_recorded_verdict_is_one_on_this_pair_only() -> None:
    kept = recorded(PLAIN, pair(OLD, NEW), LEVELS["BACKWARD"], YES)
    posts = {request._replace(body=None): response for request, response in kept.items()}

    def send(request: Request) -> Response:
        return posts[request._replace(body=None)]

    assert drive(PLAIN.ask(pair(OLD, NEW)), send) == RegistryVerdict(True)
    with pytest.raises(KeyError):
        drive(PLAIN.ask(pair(OLD, side(3))), send)


# Any document

BODIES = st.sampled_from(
    [
        "",
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 5_000,
        "NaN",
        '{"a": 1, "a": 2}',
        '"\\ud800"',
        '{"version": ' + "9" * 5_000 + ', "schema": "{}"}',
        json.dumps(document(schema="[" * 100_000)),
        json.dumps(document(schema="9" * 5_000)),
        json.dumps([1] * 100_000),
        json.dumps(["a"] * 100_000),
        "\ufeff{}",
    ]
) | st.text(st.characters(exclude_categories=()))


@settings(deadline=None)
@given(
    st.sampled_from([LATEST, REFERENCE, INDEX, RELEASES, USERS, pair(OLD, NEW)]),
    st.lists(BODIES, min_size=3, max_size=3),
    st.sampled_from([200, 404, 410]),
    st.booleans(),
)
def test_no_body_raises_anything_else(
    query: Query, bodies: list[str], status: int, is_recorded: bool
) -> None:
    registry = Registry(*(Response(status, body) for body in bodies), is_recorded=is_recorded)
    try:
        drive(PLAIN.ask(query), registry.send)
    except WrongAnswer as exc:
        assert str(exc).isprintable()  # noqa: PT017  # no answer is right, too
    except (ValueError, RecursionError):
        pass
