from __future__ import annotations

import asyncio
import json
import shutil
import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pytest_schema_registry.json_values import digest
from pytest_schema_registry.registries.server import create_app
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
ADDRESS = {"type": "object", "properties": {"city": {"type": "string"}}}
NARROW = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 3}}}
TO_ADDRESS = {"type": "object", "properties": {"to": {"$ref": "address"}}}
#: The name of a file may have colons and control characters.
any_name = pytest.mark.skipif(sys.platform == "win32", reason="no such names on Windows")


@pytest.fixture
def http(local_registry: LocalRegistry) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{local_registry.url}/confluent") as client:
        yield client


def posted(schema: Any, **more: Any) -> dict[str, Any]:
    """The body of a request that posts a schema."""
    return {"schema": json.dumps(schema), "schemaType": "JSON", **more}


def reference(name: str, subject: str, version: int) -> dict[str, Any]:
    return {"name": name, "subject": subject, "version": version}


def references(http: httpx.Client, subject: str, version: str = "latest") -> list[dict[str, Any]]:
    listed: list[dict[str, Any]]
    listed = http.get(f"/subjects/{subject}/versions/{version}").json()["references"]
    return listed


def refusal(response: httpx.Response) -> tuple[int, int]:
    """The status of an error in the usual form, and its code."""
    assert response.headers["content-type"] == MEDIA_TYPE
    said = response.json()
    assert list(said) == ["error_code", "message"]
    assert isinstance(said["message"], str)
    return response.status_code, said["error_code"]


def test_the_root_has_no_path_of_this_protocol(local_registry: LocalRegistry) -> None:
    for path in ("/schemas/types", "/subjects", "/api/v1/schemas/types", "/api/v1/confluent/mode"):
        assert httpx.get(local_registry.url + path).status_code == 404


def test_a_version_of_a_subject_is_answered_with_what_there_is_of_it(http: httpx.Client) -> None:
    response = http.get(f"/subjects/{ORDER}/versions/1")
    assert response.headers["content-type"] == MEDIA_TYPE
    answer = response.json()
    assert json.loads(answer.pop("schema")) == ORDER_V1
    assert 0 < answer.pop("id") < 2**31
    assert answer == {
        "subject": ORDER,
        "version": 1,
        "schemaType": "JSON",
        "references": [],
        "metadata": {"properties": {"version": "v1", "release": "1.0.0"}},
    }


@pytest.mark.parametrize("latest", ["latest", "-1", "2", "02"])
def test_the_latest_version_has_a_number_and_two_words(http: httpx.Client, latest: str) -> None:
    answer = http.get(f"/subjects/{ORDER}/versions/{latest}").json()
    assert (answer["version"], json.loads(answer["schema"])) == (2, ORDER_V2)


def test_a_schema_is_answered_without_its_envelope(http: httpx.Client) -> None:
    assert http.get(f"/subjects/{ORDER}/versions/2/schema").json() == ORDER_V2


def test_versions_are_numbered_over_the_releases_of_all_lines(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    lines = ["v10", "latest", "w", "v2", "v1"]
    local_registry.publish("shop.Cart", **{line: {"title": line} for line in lines})
    local_registry.publish("shop.Cart@1.10.0", v2={"title": "1.10.0"})
    local_registry.publish("shop.Cart@1.9.0", v2={"title": "1.9.0"})
    numbers = http.get("/subjects/shop.Cart/versions").json()
    assert numbers == [1, 2, 3, 4, 5, 6, 7]
    paths = [f"/subjects/shop.Cart/versions/{number}/schema" for number in numbers]
    titles = [http.get(path).json()["title"] for path in paths]
    assert titles == ["v1", "1.9.0", "1.10.0", "v2", "v10", "w", "latest"]


def test_a_line_with_nothing_but_older_releases_counts(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("old@1.0.0", v1={"title": "a"})
    # These three are files of no name.
    local_registry.publish("@1.0.0", v1={})
    local_registry.publish("x.schema@1.0.0", v1={})
    local_registry.publish(".hidden", v1={})
    assert http.get("/subjects").json() == ["old", ORDER]
    assert http.get("/subjects/old/versions").json() == [1]


def test_a_changed_file_is_served_at_once(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    path = f"/subjects/{ORDER}/versions/latest"
    before = http.get(path).json()
    local_registry.publish(ORDER, v2={"title": "new"})
    after = http.get(path).json()
    assert json.loads(after["schema"]) == {"title": "new"}
    assert after["id"] != before["id"]


@pytest.mark.parametrize(
    ("prefix", "listed"),
    [("", ["orders-value", ORDER]), ("orders-", ["orders-value"]), ("x", [])],
)
def test_subjects_are_listed_by_their_prefix(
    http: httpx.Client, local_registry: LocalRegistry, prefix: str, listed: list[str]
) -> None:
    local_registry.publish("orders-value", v1={})
    assert http.get("/subjects", params={"subjectPrefix": prefix}).json() == listed


@any_name
@pytest.mark.parametrize("written", ["a:b-c", "a%3Ab-c", "%61%3ab%2Dc"])
def test_a_subject_is_decoded(
    http: httpx.Client, local_registry: LocalRegistry, written: str
) -> None:
    (local_registry.directory / "v1" / "a:b-c.json").write_text("true")
    answer = http.get(f"/subjects/{written}/versions/latest").json()
    assert (answer["subject"], answer["schema"]) == ("a:b-c", "true")
    assert answer["metadata"] == {"properties": {"version": "v1"}}


@pytest.mark.parametrize("subject", ["a/b", "a/versions/1", "..", ".schema"])
@pytest.mark.parametrize("end", ["", "/1", "/latest", "/1/schema"])
def test_a_subject_that_does_not_exist_is_not_found(
    http: httpx.Client, subject: str, end: str
) -> None:
    quoted = "".join(f"%{byte:02X}" for byte in subject.encode())
    response = http.get(f"/subjects/{quoted}/versions{end}")
    assert refusal(response) == (404, 40401)
    assert response.json()["message"] == f"Subject {subject!r} not found."


def test_a_name_is_a_subject_in_one_spelling_only(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("shop.Cart.schema", v1={})
    assert http.get("/subjects/shop.Cart/versions").json() == [1]
    assert refusal(http.get("/subjects/shop.Cart.schema/versions")) == (404, 40401)


@pytest.mark.parametrize("number", ["3", "2147483647"])
def test_a_version_that_does_not_exist_is_not_found(http: httpx.Client, number: str) -> None:
    assert refusal(http.get(f"/subjects/{ORDER}/versions/{number}")) == (404, 40402)


@pytest.mark.parametrize(
    "asked", ["0", "-2", "x", "1.0", "+1", "2147483648", "9" * 5000, "²", "v1"]
)
@pytest.mark.parametrize("subject", [ORDER, "nobody"])
def test_a_version_that_is_no_number_is_refused(
    http: httpx.Client, subject: str, asked: str
) -> None:
    assert refusal(http.get(f"/subjects/{subject}/versions/{asked}")) == (422, 42202)


def test_an_id_leads_to_a_schema_and_to_the_versions_that_have_it(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("same", v1=ORDER_V1, v3=ORDER_V1)
    number = http.get(f"/subjects/{ORDER}/versions/1").json()["id"]
    answer = http.get(f"/schemas/ids/{number}").json()
    assert json.loads(answer.pop("schema")) == ORDER_V1
    assert answer == {"schemaType": "JSON", "references": []}
    assert http.get(f"/schemas/ids/{number}/versions").json() == [
        {"subject": ORDER, "version": 1},
        {"subject": "same", "version": 1},
        {"subject": "same", "version": 2},
    ]


def test_an_id_is_the_same_in_every_process(http: httpx.Client) -> None:
    number = int(digest(ORDER_V1), 16) % (2**31 - 1) + 1
    assert http.get(f"/subjects/{ORDER}/versions/1").json()["id"] == number


@pytest.mark.parametrize("number", ["1", "0", "x", "9" * 5000])
@pytest.mark.parametrize("end", ["", "/versions"])
def test_an_id_of_no_schema_is_not_found(http: httpx.Client, number: str, end: str) -> None:
    assert refusal(http.get(f"/schemas/ids/{number}{end}")) == (404, 40403)


def test_an_id_of_two_contents_is_an_error_that_names_both(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    seen: dict[int, int] = {}
    for value in count():
        number = int(digest({"const": value}), 16) % (2**31 - 1) + 1
        if number in seen:
            break
        seen[number] = value
    local_registry.publish("a", v1={"const": seen[number]})
    local_registry.publish("b", v1={"const": value})
    response = http.get(f"/schemas/ids/{number}")
    assert refusal(response) == (500, 50001)
    assert response.json()["message"] == f"Two schemas have the id {number}: of 'a' and 'b'."


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ({"key": "version", "value": "v1"}, 1),
        ({"key": "release", "value": "2.0.0"}, 2),
        ({"key": ["version", "release"], "value": ["v1", "1.0.0"]}, 1),
        ({}, 2),
    ],
)
def test_a_version_is_found_by_its_metadata(
    http: httpx.Client, asked: dict[str, Any], version: int
) -> None:
    assert http.get(f"/subjects/{ORDER}/metadata", params=asked).json()["version"] == version


def test_of_several_versions_with_the_same_metadata_the_latest_is_found(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish(f"{ORDER}@0.9.0", v1={})
    asked = {"key": "version", "value": "v1"}
    assert http.get(f"/subjects/{ORDER}/metadata", params=asked).json()["version"] == 2


@pytest.mark.parametrize(
    ("subject", "asked", "code"),
    [
        (ORDER, {"key": "version", "value": "v9"}, 40402),
        (ORDER, {"key": "version"}, 40402),
        (ORDER, {"value": "v1"}, 40402),
        (ORDER, {"key": ["version", "release"], "value": ["v1", "2.0.0"]}, 40402),
        ("nobody", {"key": "version", "value": "v1"}, 40401),
    ],
)
def test_metadata_that_no_version_has_is_not_found(
    http: httpx.Client, subject: str, asked: dict[str, Any], code: int
) -> None:
    assert refusal(http.get(f"/subjects/{subject}/metadata", params=asked)) == (404, code)


def test_a_reference_to_another_file_is_listed(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("address", v1=ADDRESS, v2=NARROW)
    local_registry.publish("address@0.1.0", v1={})
    local_registry.publish("shop.Cart", v1=TO_ADDRESS, v2=TO_ADDRESS)
    assert references(http, "shop.Cart", "1") == [reference("address", "address", 2)]
    assert references(http, "shop.Cart", "2") == [reference("address", "address", 3)]


def test_the_same_text_has_another_id_where_its_references_lead_elsewhere(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("address", v1=ADDRESS, v2=NARROW)
    local_registry.publish("shop.Cart", v1=TO_ADDRESS, v2=TO_ADDRESS)
    for version in (1, 2):
        number = http.get(f"/subjects/shop.Cart/versions/{version}").json()["id"]
        listed = http.get(f"/schemas/ids/{number}").json()["references"]
        assert listed == [reference("address", "address", version)]
        users = http.get(f"/schemas/ids/{number}/versions").json()
        assert users == [{"subject": "shop.Cart", "version": version}]


def test_a_reference_has_the_name_that_the_schema_writes(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("address", v1={**ADDRESS, "$id": "https://x.example/address"}, v2=NARROW)
    written = [
        "address",
        "address.json#",
        "address.json#/properties/city",
        "./address",
        "../v2/address.json#/properties",
        "https://x.example/address",
    ]
    local_registry.publish("shop.Cart", v1={"anyOf": [{"$ref": text} for text in written]})
    assert references(http, "shop.Cart") == [
        reference("../v2/address.json", "address", 2),
        reference("./address", "address", 1),
        reference("address", "address", 1),
        reference("address.json", "address", 1),
        reference("https://x.example/address", "address", 1),
    ]


def test_a_relative_reference_below_an_id_leads_to_a_file_of_that_id_or_else_name(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a", v1={"$id": "https://x.example/by-id"})
    local_registry.publish("by-name", v1={})
    both = {"anyOf": [{"$ref": "by-id"}, {"$ref": "by-name"}, {"$ref": "nothing"}]}
    local_registry.publish("shop.Cart", v1={"$id": "https://x.example/cart", **both})
    assert references(http, "shop.Cart") == [
        reference("by-id", "a", 1),
        reference("by-name", "by-name", 1),
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/a", "$defs": {"a": {}}},
        {"$ref": "nothing"},
        {"$ref": "../../x"},
        {"$ref": "https://x.example/nothing"},
        {"$ref": "http://json-schema.org/draft-07/schema#"},
        {"$ref": "inner", "$defs": {"a": {"$id": "inner"}}},
        {"$ref": 5},
        {"const": {"$ref": "address"}},
        {"$schema": "https://json-schema.org/draft/2020-12/schema"},
        True,
    ],
)
def test_nothing_else_is_listed_as_a_reference(
    http: httpx.Client, local_registry: LocalRegistry, schema: Any
) -> None:
    local_registry.publish("address", v1=ADDRESS)
    local_registry.publish("shop.Cart", v1=schema)
    assert references(http, "shop.Cart") == []


def test_a_schema_that_refers_to_itself_by_name_lists_its_own_version(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    tree = {"properties": {"left": {"$ref": "tree"}}}
    local_registry.publish("tree", v1=tree)
    local_registry.publish("tree@0.1.0", v1=tree)
    for version in (1, 2):
        listed = references(http, "tree", str(version))
        assert listed == [reference("tree", "tree", version)]


@any_name
def test_a_schema_that_is_found_by_an_unprintable_name_is_not_listed(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    unprintable = local_registry.directory / "v1" / "a\tb.json"
    unprintable.write_text(json.dumps({"$id": "https://x.example/a"}))
    local_registry.publish("shop.Cart", v1={"$ref": "https://x.example/a"})
    assert references(http, "shop.Cart") == []


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"references": [], "metadata": {"properties": {"owner": "me"}}, "ruleSet": {}},
        {"references": None, "metadata": None, "ruleSet": None},
    ],
)
def test_a_posted_schema_is_looked_up_by_its_content(
    http: httpx.Client, more: dict[str, Any]
) -> None:
    schema = json.dumps(dict(reversed(ORDER_V1.items())), indent=4)
    body = {"schema": schema, "schemaType": "JSON", **more}
    found = http.post(f"/subjects/{ORDER}", json=body, params={"normalize": "false"})
    assert found.json() == http.get(f"/subjects/{ORDER}/versions/1").json()
    registered = http.post(f"/subjects/{ORDER}/versions", json=body)
    assert registered.json() == {"id": found.json()["id"]}


def test_numbers_and_booleans_are_not_mixed_up_in_a_look_up(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("one", v1={"const": 1})
    assert http.post("/subjects/one", json=posted({"const": 1})).json()["version"] == 1
    assert refusal(http.post("/subjects/one", json=posted({"const": True}))) == (404, 40403)


def test_the_latest_of_several_equal_versions_is_looked_up(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("one", v1={}, v2={})
    assert http.post("/subjects/one", json=posted({})).json()["version"] == 2


@pytest.mark.parametrize(
    ("listed", "version"),
    [
        ([], 2),
        ([reference("address", "address", 1)], 1),
        ([reference("address", "address", 2)], 2),
        ([reference("address", "address", -1)], 2),
    ],
)
def test_the_references_count_in_a_look_up_where_they_are_given(
    http: httpx.Client, local_registry: LocalRegistry, listed: list[Any], version: int
) -> None:
    local_registry.publish("address", v1=ADDRESS, v2=NARROW)
    local_registry.publish("shop.Cart", v1=TO_ADDRESS, v2=TO_ADDRESS)
    body = posted(TO_ADDRESS, references=listed)
    assert http.post("/subjects/shop.Cart", json=body).json()["version"] == version


def test_a_schema_with_other_references_is_not_found(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("address", v1=ADDRESS)
    local_registry.publish("shop.Cart", v1=TO_ADDRESS)
    body = posted(TO_ADDRESS, references=[reference("address", ORDER, 1)])
    assert refusal(http.post("/subjects/shop.Cart", json=body)) == (404, 40403)
    assert refusal(http.post("/subjects/shop.Cart/versions", json=body)) == (422, 42205)


def test_what_is_not_there_is_neither_looked_up_nor_registered(http: httpx.Client) -> None:
    body = posted({"title": "new"})
    assert refusal(http.post(f"/subjects/{ORDER}", json=body)) == (404, 40403)
    assert refusal(http.post("/subjects/nobody", json=body)) == (404, 40401)
    for subject in (ORDER, "nobody"):
        response = http.post(f"/subjects/{subject}/versions", json=body)
        assert refusal(response) == (422, 42205)
    assert response.json()["message"] == "Subject 'nobody' is read-only: add a file for it."


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),
        (b"\xff", "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0"),
        ("[]", "AttributeError: 'list' object has no attribute 'get'"),
        (DEEP, "it is nested too deeply to be read"),
        (json.dumps(posted({}) | {"schema": DEEP}), "it is nested too deeply to be read"),
        (json.dumps(posted({}) | {"schema": "{"}), "JSONDecodeError: Expecting property name"),
        (json.dumps(posted({}) | {"schema": "NaN"}), "ValueError: NaN is not JSON"),
        (json.dumps(posted([])), "it is JSON, but no schema of the type JSON"),
        (json.dumps({"schemaType": "JSON"}), "KeyError: 'schema'"),
        (json.dumps({"schema": "5"}), "it is JSON, but no schema of the type AVRO"),
        (
            json.dumps({"schema": "{}", "schemaType": "PROTOBUF"}),
            "its type is 'PROTOBUF', and here are JSON and AVRO only",
        ),
        (json.dumps(posted({}, references=[{}])), "KeyError: 'name'"),
        (json.dumps(posted({}, references=5)), "TypeError: 'int' object is not iterable"),
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        f"/subjects/{ORDER}",
        f"/subjects/{ORDER}/versions",
        f"/compatibility/subjects/{ORDER}/versions/1",
    ],
)
def test_a_body_without_a_json_schema_is_refused(
    http: httpx.Client, path: str, body: bytes | str, reason: str
) -> None:
    response = http.post(path, content=body)
    assert refusal(response) == (422, 42201)
    assert response.json()["message"].startswith(f"Invalid schema: {reason}")


def test_a_posted_reference_that_leads_to_nothing_is_refused(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("shop.Cart", v1=TO_ADDRESS)
    body = posted(TO_ADDRESS, references=[reference("address", "address", 1)])
    for path in ("/subjects/shop.Cart", "/compatibility/subjects/shop.Cart/versions/latest"):
        response = http.post(path, json=body)
        assert refusal(response) == (422, 42201)
        assert response.json()["message"] == (
            "Invalid schema: a reference leads to nothing: Subject 'address' not found."
        )


def test_a_schema_is_compared_with_a_version(http: httpx.Client) -> None:
    path = f"/compatibility/subjects/{ORDER}/versions/1"
    answer = http.post(path, json=posted(ORDER_V1)).json()
    assert answer == {"is_compatible": True, "messages": []}
    answer = http.post(path, json=posted(ORDER_V2), params={"verbose": "true"}).json()
    assert answer["is_compatible"] is False
    assert answer["messages"][0].startswith("required-added at $.quantity")


def test_an_older_schema_reads_less_than_a_newer_one_writes(http: httpx.Client) -> None:
    path = f"/compatibility/subjects/{ORDER}/versions/latest"
    assert http.post(path, json=posted(ORDER_V1)).json()["is_compatible"] is True


def test_schemas_are_compared_with_all_that_they_refer_to(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("address", v1=ADDRESS, v2=NARROW)
    local_registry.publish("between", v1={"$ref": "address"}, v2={"$ref": "address"})
    cart = {"properties": {"to": {"$ref": "between"}}}
    local_registry.publish("shop.Cart", v1=cart)
    path = "/compatibility/subjects/shop.Cart/versions/latest"
    verdicts = [
        http.post(path, json=posted(cart, references=[reference("between", "between", version)]))
        for version in (1, 2)
    ]
    assert verdicts[0].json() == {"is_compatible": True, "messages": []}
    assert verdicts[1].json() == {
        "is_compatible": False,
        "messages": ["length-tightened at $.to.city: no maxLength -> 3"],
    }


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "objekt"}, "Invalid schema: "),
        (TO_ADDRESS, "Invalid schema: 'address' is not among its references in the registry (at #"),
    ],
)
def test_only_a_valid_schema_is_compared(http: httpx.Client, schema: Any, message: str) -> None:
    path = f"/compatibility/subjects/{ORDER}/versions/1"
    response = http.post(path, json=posted(schema))
    assert refusal(response) == (422, 42201)
    assert response.json()["message"].startswith(message)


def test_a_comparison_with_a_schema_that_leads_to_nothing_is_the_servers_error(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("shop.Cart", v1=TO_ADDRESS)
    response = http.post("/compatibility/subjects/shop.Cart/versions/1", json=posted({}))
    assert refusal(response) == (500, 50001)
    assert response.json()["message"].startswith("version 1 of 'shop.Cart': 'address' is not")


@pytest.mark.parametrize(
    ("subject", "version", "refused"),
    [("nobody", "latest", (404, 40401)), (ORDER, "9", (404, 40402)), (ORDER, "x", (422, 42202))],
)
def test_a_comparison_with_nothing_is_not_compatible(
    http: httpx.Client, subject: str, version: str, refused: tuple[int, int]
) -> None:
    path = f"/compatibility/subjects/{subject}/versions/{version}"
    assert refusal(http.post(path, json=posted({}))) == refused


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/schemas/types", ["JSON", "AVRO"]),
        ("/mode", {"mode": "READONLY"}),
        (f"/mode/{ORDER}", {"mode": "READONLY"}),
        ("/config", {"compatibilityLevel": "BACKWARD"}),
        (f"/config/{ORDER}?defaultToGlobal=true", {"compatibilityLevel": "BACKWARD"}),
        ("/config/a%2Fb", {"compatibilityLevel": "BACKWARD"}),
    ],
)
def test_settings_are_the_same_for_all_subjects(http: httpx.Client, path: str, answer: Any) -> None:
    response = http.get(path)
    assert (response.json(), response.headers["content-type"]) == (answer, MEDIA_TYPE)


def test_parameters_that_the_server_does_not_know_are_ignored(http: httpx.Client) -> None:
    asked = {"deleted": "true", "offset": "1", "limit": "0", "format": "x", "normalize": "true"}
    assert http.get(f"/subjects/{ORDER}/versions", params=asked).json() == [1, 2]
    assert http.get("/subjects", params=asked).json() == [ORDER]


@pytest.mark.parametrize(
    "path",
    [
        "/associations/resources/-/orders?resourceType=topic&associationType=value",
        "/contexts/.team/subjects",
        "/nothing",
        "/docs",
        "/openapi.json",
        "/health",
    ],
)
def test_an_unknown_path_has_a_code_of_its_own(http: httpx.Client, path: str) -> None:
    response = http.get(path)
    assert response.json() == {"error_code": 404, "message": "HTTP 404 Not Found"}
    assert refusal(response) == (404, 404)


def test_the_server_only_reads(http: httpx.Client) -> None:
    for method, path in [
        ("PUT", "/config"),
        ("PUT", f"/mode/{ORDER}"),
        ("GET", f"/subjects/{ORDER}"),
        ("DELETE", f"/subjects/{ORDER}"),
        ("DELETE", f"/subjects/{ORDER}/versions/1"),
    ]:
        assert refusal(http.request(method, path)) == (405, 405)


def test_a_broken_file_fails_those_alone_who_need_it(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    (local_registry.directory / "v2" / f"{ORDER}.json").write_text("[]")
    local_registry.publish("shop.Cart", v1={})
    assert http.get("/subjects").json() == [ORDER, "shop.Cart"]
    first = http.get(f"/subjects/{ORDER}/versions/1").json()
    assert http.get("/subjects/shop.Cart/versions").json() == [1]
    for path in (f"{ORDER}/versions", f"{ORDER}/versions/2", f"{ORDER}/versions/latest"):
        response = http.get(f"/subjects/{path}")
        assert refusal(response) == (500, 50001)
        assert "not a JSON Schema" in response.json()["message"]
    assert http.get(f"/schemas/ids/{first['id']}").json()["schema"] == first["schema"]
    # The broken file may have had this id.
    assert refusal(http.get("/schemas/ids/1")) == (500, 50001)


def test_a_directory_that_went_away_is_the_servers_error(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    shutil.rmtree(local_registry.directory)
    for path in ("/subjects", f"/subjects/{ORDER}/versions/1", "/schemas/ids/1"):
        assert refusal(http.get(path)) == (500, 50001)


def test_what_utf_8_cannot_express_is_escaped(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    (local_registry.directory / "v1" / "half.json").write_text('{"title": "\\ud83d"}')
    answer = http.get("/subjects/half/versions/1")
    assert json.loads(answer.json()["schema"]) == {"title": "\ud83d"}
    assert http.get("/subjects/half/versions/1/schema").json() == {"title": "\ud83d"}


def test_only_the_names_that_the_server_knows_are_answered(tmp_path: Path) -> None:
    async def asked(host: str) -> httpx.Response:
        transport = httpx.ASGITransport(create_app(tmp_path, ["localhost"]))
        async with httpx.AsyncClient(transport=transport, base_url="http://any") as client:
            return await client.get("/confluent/subjects", headers={"Host": host})

    assert asyncio.run(asked("localhost")).json() == []
    assert asyncio.run(asked("evil.example")).status_code == 400
