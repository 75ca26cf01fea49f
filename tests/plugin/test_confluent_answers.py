"""Answers that are none, and the one request that tells which protocol a registry speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.local_registry import ORDER, Reply

if TYPE_CHECKING:
    from tests.confluent_registry import ConfluentRegistry
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

TYPES, LATEST = "schemas/types", "subjects/orders-value/versions/latest"
TEST = """
import pytest

def test_order(assert_conforms):
    assert_conforms({"id": "a"}, "orders-value")

@pytest.mark.registry_schema("orders-value", prefer="latest", fallback="1")
def test_negotiated(assert_conforms):
    assert_conforms({"id": "a"})
"""
HTML = {"content-type": "text/html"}
TEXT = {"content-type": "text/plain"}
NO_CODE = "*answer cannot be used: it answered 404 without a code of the registry*"
#: Longer than anybody waits.
LATER = {"retry-after": "3600"}


@pytest.fixture
def url(confluent_registry: ConfluentRegistry, pytester: pytest.Pytester) -> str:
    confluent_registry.register("orders-value", {"required": ["id"]})
    pytester.makepyfile(TEST)
    return f"--registry-url={confluent_registry.url}"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(404, {"error_code": 404, "message": "HTTP 404 Not Found"}), NO_CODE),
        (Reply(404, '"Not Found"'), NO_CODE),
        (Reply(404, "<html>Not here</html>", HTML), NO_CODE),
        (Reply(404), NO_CODE),
        (Reply(404, {"error_code": "40401"}), NO_CODE),
        (
            Reply(200, "<html>Log in</html>", HTML),
            "*no schema came back: 200 OK, text/html: <html>*",
        ),
        (Reply(200, {"version": 1}), "*answer cannot be used: the answer has no 'schema' *"),
        (
            Reply(200, {"version": 1, "schemaType": "JSON", "schema": '"a text"'}),
            "*answer cannot be used: 'schema' is not the JSON text of an object or a boolean",
        ),
        (Reply(401, "Unauthorized\n", TEXT), "*refused the request with status 401"),
        (Reply(403, {"error_code": 40301, "message": "No"}), "*refused *with status 403"),
        (
            Reply(429, "Slow down", TEXT | LATER),
            "*gave no schema: it answered 429 Too Many Requests, asking to retry after 3600*",
        ),
        (Reply(503, {"error_code": 50003}, LATER), "*failed: it answered 503 *"),
    ],
)
def test_what_is_no_answer_about_a_schema_is_an_error_and_never_falls_back(
    run: Run,
    pytester: pytest.Pytester,
    confluent_registry: ConfluentRegistry,
    url: str,
    reply: Reply,
    said: str,
) -> None:
    confluent_registry.always(reply, LATEST)
    result = run(url, "--registry-mode=record", "-v")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*test_order?latest? ERROR*", f"E {said}"])
    assert confluent_registry.counts == {f"/{TYPES}": 1, f"/{LATEST}": 1}
    assert not (pytester.path / "tests/contracts/cassettes/latest").exists()


def test_a_registry_that_is_busy_is_asked_again_when_it_says(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    busy = Reply(429, "Slow down", TEXT | {"retry-after": "0"})
    confluent_registry.script(TYPES, Reply(503, {"error_code": 50003}, {"retry-after": "0"}))
    confluent_registry.script(LATEST, busy)
    run(url).assert_outcomes(passed=2)
    assert confluent_registry.counts == {f"/{TYPES}": 2, f"/{LATEST}": 2}


def test_a_redirect_is_followed(run: Run, confluent_registry: ConfluentRegistry, url: str) -> None:
    base = confluent_registry.url
    for path in (TYPES, LATEST):
        moved = Reply(301, headers={"location": f"{base}/{path}?moved"})
        confluent_registry.script(path, moved)
    run(url).assert_outcomes(passed=2)


@pytest.mark.parametrize("confluent_registry", ["karapace"], indirect=True)
def test_a_registry_that_is_starting_is_no_registry_without_the_schema(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    with confluent_registry.starting():
        result = run(url)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(
        [
            "E *SchemaNotFound: no schema orders-value in latest",
            (
                "E *next: *; see what there is with pytest-schema-registry list; "
                "or the credentials may not read it, or the registry has only just started"
            ),
        ]
    )


def test_a_name_that_is_no_topics_subject_gets_a_hint(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    pytester.makepyfile("def test_order(assert_conforms): assert_conforms({}, 'orders')")
    result = run(url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *; the subjects of a topic end in -value and -key (--regis*"])
    assert confluent_registry.counts["/subjects/orders/versions/latest"] == 1
    assert len(confluent_registry.paths) == 2


# Which protocol


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (
            Reply(200, "<html>Log in</html>", HTML),
            "*no schema came back: 200 OK, text/html: <html>*",
        ),
        (Reply(401, "Unauthorized\n", TEXT), "*refused the request with status 401"),
        (Reply(403, {"message": "No"}), "*refused the request with status 403"),
        (
            Reply(503, {"error_code": 50003}, LATER),
            "*answered 503 *, when it was asked which protocol it speaks; --registry-protocol *",
        ),
    ],
)
def test_where_the_protocol_is_not_known_each_test_is_an_error_with_the_reason(
    run: Run, confluent_registry: ConfluentRegistry, url: str, reply: Reply, said: str
) -> None:
    confluent_registry.always(reply, TYPES)
    result = run(url, "-v")
    result.assert_outcomes(errors=3)
    lines = ["*test_order?v1? ERROR*", "*test_order?v2? ERROR*", "*negotiated ERROR*", f"E {said}"]
    result.stdout.fnmatch_lines(lines)
    assert confluent_registry.paths == [f"/{TYPES}"]
    # Nothing of it is kept for the next session, and whoever knows better may say so.
    stated = run(url, "--registry-protocol=confluent")
    stated.assert_outcomes(passed=2)
    confluent_registry.behave()
    run(url).assert_outcomes(passed=2)
    assert confluent_registry.paths == [f"/{TYPES}"]


def test_all_workers_take_the_same_failure(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    confluent_registry.script(TYPES, Reply(503, headers=LATER))
    result = run(url, "-n", "4")
    result.assert_outcomes(errors=3)
    assert confluent_registry.paths == [f"/{TYPES}"]


CORE_TEST = f"""
import pytest

def test_order(assert_conforms):
    assert_conforms({{"id": "a", "quantity": 1}}, "{ORDER}")

@pytest.mark.registry_schema("{ORDER}", prefer="v3", fallback="v1")
def test_negotiated(registry_schema):
    assert registry_schema().version == "v1"
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_core_registry_is_asked_one_request_more_and_all_else_is_as_before(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, workers: str
) -> None:
    pytester.makepyfile(CORE_TEST)
    url = f"--registry-url={local_registry.url}"
    result = run(url, "-v", "-n", workers, "--registry-mode=record")
    result.assert_outcomes(passed=3)
    for version in ("v1", "v2"):
        assert f"test_order[{version}]" in result.stdout.str()
    asked = local_registry.paths
    cassettes = pytester.path / "tests/contracts/cassettes"
    assert {str(file.relative_to(cassettes)) for file in cassettes.rglob("*.yaml")} == {
        f"{version}/{ORDER}.yaml" for version in ("v1", "v2", "v3")
    }
    assert len(local_registry.detections) == 1
    local_registry.requests.clear()
    stated = run(url, "-n", workers, "--registry-mode=record", "--registry-protocol=core")
    stated.assert_outcomes(passed=3)
    assert local_registry.paths == asked
    assert len(local_registry.detections) == 1
    # In the cache without an end; the schemas are asked for, or confirmed.
    run(url, "-n", workers, "--registry-cache-ttl=0.001").assert_outcomes(passed=3)
    assert len(local_registry.detections) == 1
    run(url, "-n", workers, "--registry-cache-ttl=0").assert_outcomes(passed=3)
    assert len(local_registry.detections) == 2


@pytest.mark.parametrize(
    "reply",
    [Reply(405, "No"), Reply(200, {}), Reply(200, []), Reply(200, ["XML"]), Reply(200, [["JSON"]])],
)
def test_another_json_answer_is_a_core_registrys(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry, reply: Reply
) -> None:
    local_registry.script(TYPES, reply)
    pytester.makepyfile(CORE_TEST)
    run(f"--registry-url={local_registry.url}").assert_outcomes(passed=3)


def test_a_wrong_base_path_is_no_registry_without_the_schema(
    run: Run, confluent_registry: ConfluentRegistry, url: str
) -> None:
    result = run(f"{url}/registry")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "E *InvalidAnswer: *: it answered 404 as a Confluent Schema Registry does",
            "E *asked: */registry/schemas/*orders-value",
            "E *next: *, or correct --registry-url, whose path may be wrong",
        ]
    )
    result.stdout.no_fnmatch_line("*SchemaNotFound*")


@pytest.mark.parametrize("confluent_registry", ["confluent", "karapace"], indirect=True)
def test_a_confluent_registry_that_is_taken_for_a_core_one_says_which_option_to_set(
    run: Run, pytester: pytest.Pytester, confluent_registry: ConfluentRegistry, url: str
) -> None:
    result = run(url, "--registry-protocol=core", "--registry-mode=record")
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "E *InvalidAnswer: *: it answered 404 as a Confluent Schema Registry does",
            "E *next: set --registry-protocol=confluent, or correct --registry-url, *",
        ]
    )
    assert not list(pytester.path.rglob("*.yaml"))
