from __future__ import annotations

import asyncio
import json
import shutil
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from pytest_schema_registry.registries.server import create_app
from pytest_schema_registry.settings.layout import Layout
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["", "/api/v1"])
def http(request: pytest.FixtureRequest, local_registry: LocalRegistry) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=local_registry.url + request.param) as client:
        yield client


def test_the_server_says_that_it_is_up(http: httpx.Client) -> None:
    assert http.get("/health").json() == {"status": "ok"}


def test_the_index_lists_every_schema_of_every_track(http: httpx.Client) -> None:
    tracks = http.get("/index").json()["tracks"]
    assert {track: listing["count"] for track, listing in tracks.items()} == {"v1": 1, "v2": 1}
    assert tracks["v1"]["schemas"][0]["latest_core_version"] == "1.0.0"


def test_a_schema_is_answered_with_what_the_registry_knows_about_it(http: httpx.Client) -> None:
    answer = http.get(f"/schemas/v1/{ORDER}").json()
    assert len(answer.pop("sha256")) == 64
    assert answer == {
        "name": ORDER,
        "track": "v1",
        "core_version": "1.0.0",
        "$schema_id": ORDER,
        "content": ORDER_V1,
        "deprecated": False,
        "deprecation_note": None,
    }


def test_an_older_release_is_answered_when_it_is_asked_for(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish(f"{ORDER}@0.9.0", v1={"type": "object"})
    answer = http.get(f"/schemas/v1/{ORDER}", params={"version": "0.9.0"}).json()
    assert (answer["core_version"], answer["content"]) == ("0.9.0", {"type": "object"})


def test_a_schema_is_found_by_its_global_id(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("other", v2=ORDER_V2 | {"$id": "https://schemas.example/other"})
    answer = http.get("/schemas/by-id/https%3A%2F%2Fschemas.example%2Fother").json()
    assert (answer["name"], answer["track"]) == ("other", "v2")


def test_releases_are_listed_oldest_first(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish(f"{ORDER}@0.9.0", v1={"type": "object"})
    listed = http.get(f"/schemas/v1/{ORDER}/versions").json()
    assert [release["core_version"] for release in listed] == ["0.9.0", "1.0.0"]


@pytest.mark.parametrize(
    "path",
    [
        "/schemas/v3/orders.Order",
        "/schemas/v1/orders.Order?version=9",
        "/schemas/v1/../v1/x",
        "/schemas/v1/..%2F..%2Fetc",
        "/schemas/v1/x/versions",
        "/schemas/by-id/x",
        "/nothing",
    ],
)
def test_what_there_is_not_is_not_found(http: httpx.Client, path: str) -> None:
    response = http.get(path)
    assert response.status_code == 404
    assert response.json()["detail"]


def test_a_changed_file_is_served_at_once(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    before = http.get(f"/schemas/v1/{ORDER}")
    local_registry.publish(ORDER, v1=ORDER_V2)
    after = http.get(f"/schemas/v1/{ORDER}")
    assert after.json()["content"] == ORDER_V2
    assert before.headers["etag"] != after.headers["etag"]


@pytest.mark.parametrize("known", ["{}", "W/{}", '"x", {}', "*"])
@pytest.mark.parametrize(
    "path", ["/index", f"/schemas/v1/{ORDER}", f"/schemas/v1/{ORDER}/versions"]
)
def test_what_did_not_change_is_not_sent_again(http: httpx.Client, path: str, known: str) -> None:
    etag = http.get(path).headers["etag"]
    again = http.get(path, headers={"if-none-match": known.format(etag)})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_another_tag_is_answered_in_full(http: httpx.Client) -> None:
    assert http.get("/index", headers={"if-none-match": '"x"'}).status_code == 200


def test_the_tag_of_an_empty_index_stays_the_same(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.reset(local_registry.directory / "empty")
    first, second = http.get("/index"), http.get("/index")
    assert first.headers["etag"] == second.headers["etag"]
    assert first.json()["generated_at"] != second.json()["generated_at"]


def test_a_file_that_is_no_schema_is_the_servers_error(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    (local_registry.directory / "v1" / "broken.json").write_text(json.dumps([]))
    listed = http.get("/index").json()["tracks"]["v1"]["schemas"]
    assert [schema["name"] for schema in listed] == ["broken", ORDER]
    response = http.get("/schemas/v1/broken")
    assert response.status_code == 500
    assert "not a JSON Schema" in response.json()["detail"]


def test_a_directory_that_went_away_is_the_servers_error(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    shutil.rmtree(local_registry.directory)
    assert http.get("/index").status_code == 500


def test_the_server_only_reads(http: httpx.Client) -> None:
    assert http.post("/admin/schemas", json={}).status_code == 404
    assert http.put(f"/schemas/v1/{ORDER}", json={}).status_code == 405


def test_two_schemas_that_do_not_speak_to_each_other_are_told_apart_with_a_reason(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    now = {"type": "object", "properties": {"id": {"type": "string"}}}
    later = {**now, "required": ["id"]}
    local_registry.publish("shop.Cart", v1=now, v2=later)
    asked = {"name": "shop.Cart", "from_track": "v1", "to_track": "v2"}
    answer = http.get("/compat/check", params=asked).json()
    assert answer["compatible"] is False
    assert answer["breaking_reasons"] == ['required-added at $.id: "id" may be missing -> required']
    assert len(answer["advice"]) == 1
    assert answer["x_compat"] is None
    back = {"name": "shop.Cart", "from_track": "v2", "to_track": "v1"}
    assert http.get("/compat/check", params=back).json()["compatible"] is True


def test_a_comparison_with_a_schema_that_does_not_exist_is_not_found(http: httpx.Client) -> None:
    asked = {"name": ORDER, "from_track": "v1", "to_track": "v9"}
    assert http.get("/compat/check", params=asked).status_code == 404


def test_a_comparison_with_what_is_no_schema_is_the_servers_error(
    http: httpx.Client, local_registry: LocalRegistry
) -> None:
    local_registry.publish("shop.Cart", v1={"type": "object"}, v2={"type": "objekt"})
    asked = {"name": "shop.Cart", "from_track": "v1", "to_track": "v2"}
    response = http.get("/compat/check", params=asked)
    assert response.status_code == 500
    assert "the new schema is invalid" in response.json()["detail"]


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:80", 200), ("x", 400)]
)
def test_only_the_names_that_the_server_knows_are_answered(
    tmp_path: Path, host: str, status: int
) -> None:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(tmp_path, ["localhost", "::1"]))
        async with httpx.AsyncClient(transport=transport, base_url="http://any") as client:
            return await client.get("/health", headers={"Host": host})

    assert asyncio.run(asked()).status_code == status


def test_a_directory_with_a_layout_is_served_as_it_is_read(tmp_path: Path) -> None:
    order = {
        "properties": {
            "id": {"$ref": "Id.v1.schema.json"},
            "no": {"$ref": "file://Id.v1.schema.json"},
            "note": {"$ref": "file://common.json"},
        }
    }
    for name, schema in (("Order", order), ("Id", {"type": "string"})):
        (tmp_path / f"{name}.v1.schema.json").write_text(json.dumps(schema))
    (tmp_path / "common.json").write_text('{"title": "common"}')
    app = create_app(tmp_path, layout=Layout("{name}.{version}.schema.json"))

    async def asked(path: str) -> Any:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://any") as client:
            return (await client.get(path)).json()

    served = asyncio.run(asked("/schemas/v1/Order"))
    assert (served["content"], served["$schema_id"]) == (
        order,
        "file://localhost/Order.v1.schema.json",
    )
    assert asyncio.run(asked("/index"))["tracks"]["v1"]["count"] == 2
    by_file = asyncio.run(asked("/schemas/by-id/file%3A///common.json"))
    assert (by_file["name"], by_file["content"]) == ("common.json", {"title": "common"})
    assert asyncio.run(asked("/confluent/subjects")) == ["Id", "Order"]
    common = asyncio.run(asked("/confluent/subjects/common.json/versions/1"))
    assert json.loads(common["schema"]) == {"title": "common"}
    assert asyncio.run(asked("/confluent/subjects/nothing.json/versions"))["error_code"] == 40401
    listed = asyncio.run(asked("/confluent/subjects/Order/versions/latest"))["references"]
    assert listed == [
        {"name": "Id.v1.schema.json", "subject": "Id", "version": 1},
        {"name": "file://Id.v1.schema.json", "subject": "Id", "version": 1},
        {"name": "file://common.json", "subject": "common.json", "version": 1},
    ]
