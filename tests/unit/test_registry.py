from __future__ import annotations

import copy
import gc
import json
import re
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry import (
    InvalidAnswer,
    InvalidSchema,
    InvalidSettings,
    PayloadNotJSON,
    RegistryUnavailable,
    SchemaNotFound,
    SchemaRegistry,
    Verdict,
)
from pytest_schema_registry.contracts.judge import Judge
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.queries import Kind, Query
from pytest_schema_registry.retrieval.cache import SharedSession
from pytest_schema_registry.retrieval.cassettes.store import Cassettes
from pytest_schema_registry.retrieval.pauses import Pauses
from pytest_schema_registry.retrieval.schema_source import SchemaSource
from pytest_schema_registry.schemas import SchemaRequest
from pytest_schema_registry.settings.settings import Origin, resolve
from tests.documents import result_of
from tests.local_registry import ORDER, ORDER_V1, ORDER_V2, LocalRegistry, Reply
from tests.parts import judge_of, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = f"/schemas/v1/{ORDER}"
DOWN = Reply(503, "closed", {"retry-after": "3600"})


def never_called(*_counts: int) -> None:
    raise AssertionError("nothing was fetched")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def registry(local_registry: LocalRegistry) -> Iterator[SchemaRegistry]:
    with SchemaRegistry(local_registry.url) as registry:
        yield registry


def test_a_schema_is_had_with_what_is_known_about_it(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    schema = registry.get_schema(ORDER, "v1")
    assert (schema.name, schema.version, schema.release) == (ORDER, "v1", "1.0.0")
    assert schema.content == ORDER_V1
    assert schema.source == "registry"
    assert schema.url == local_registry.url + PATH
    assert schema.reason is None


def test_a_schema_is_asked_for_once(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    assert registry.get_schema(ORDER, "v1") is registry.get_schema(ORDER, "v1")
    assert local_registry.paths == [PATH]


def test_changing_a_content_changes_nothing_for_anyone(registry: SchemaRegistry) -> None:
    registry.get_schema(ORDER, "v1").content["required"].clear()
    assert registry.get_schema(ORDER, "v1").content == ORDER_V1
    assert not registry.validate_payload(registry.get_schema(ORDER, "v1"), {})[0]


@pytest.mark.parametrize("listed", [ORDER, f"{ORDER}.schema"])
@pytest.mark.parametrize("asked", [ORDER, f"{ORDER}.schema"])
def test_a_name_with_and_without_its_ending_is_the_same_schema(
    registry: SchemaRegistry, local_registry: LocalRegistry, listed: str, asked: str
) -> None:
    local_registry.always(Reply(404), f"schemas/v1/{ORDER}")
    local_registry.always(Reply(200, {"name": listed, "content": ORDER_V1}), f"schemas/v1/{listed}")
    schema = registry.get_schema(asked, "v1")
    assert (schema.name, schema.content) == (ORDER, ORDER_V1)


def test_a_release_within_a_line_is_had(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(f"{ORDER}@0.9.0", v1={"type": "object"})
    schema = registry.get_schema(ORDER, "v1", release="0.9.0")
    assert (schema.release, schema.content) == ("0.9.0", {"type": "object"})


def test_a_schema_that_there_is_not_is_an_error(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    with pytest.raises(SchemaNotFound) as caught:
        registry.get_schema("orders.Oder", "v1")
    assert str(caught.value).splitlines() == [
        "no schema orders.Oder in v1",
        f"  according to: registry {local_registry.url}/schemas/v1/orders.Oder",
        "  next: did you mean orders.Order (v1, v2)?",
    ]


def test_an_error_says_how_old_the_no_is(local_registry: LocalRegistry, tmp_path: Path) -> None:
    said = []
    for _ in range(2):
        with (
            SchemaRegistry(local_registry.url, cache_dir=tmp_path) as registry,
            pytest.raises(SchemaNotFound) as caught,
        ):
            registry.get_schema("orders.Gone", "v1")
        said.append(str(caught.value).splitlines()[-1])
    assert said == [
        "  next: check the name and the version",
        "  next: check the name; if it was published since, --registry-cache-ttl 0 asks again",
    ]


def test_a_recorded_no_says_how_to_ask_again(local_registry: LocalRegistry) -> None:
    with (
        SchemaRegistry(local_registry.url, mode="record") as registry,
        pytest.raises(SchemaNotFound),
    ):
        registry.get_schema("orders.Oder", "v1")
    with SchemaRegistry() as registry, pytest.raises(SchemaNotFound) as caught:
        registry.get_schema("orders.Oder", "v1")
    assert caught.value.advice == "check the name; if it was published since, record again"


def test_a_no_is_recorded_for_both_forms_of_the_name_or_stands_alone(
    local_registry: LocalRegistry,
) -> None:
    with (
        SchemaRegistry(local_registry.url, mode="record") as registry,
        pytest.raises(SchemaNotFound),
    ):
        registry.get_schema("orders.Oder", "v1")
    cassette = Path("tests/contracts/cassettes/v1/orders.Oder.yaml")
    text = cassette.read_text()
    assert "schemas/v1/orders.Oder.schema" in text
    cassette.write_text(text.replace("orders.Oder.schema", "another"))
    with SchemaRegistry() as registry, pytest.raises(SchemaNotFound):
        registry.get_schema("orders.Oder", "v1")


def negotiated(registry: SchemaRegistry, **asked: str) -> tuple[str, str | None]:
    schema = registry.get_schema(ORDER, **asked)
    return schema.version, schema.reason


def test_without_a_version_the_last_one_is_taken(registry: SchemaRegistry) -> None:
    assert negotiated(registry) == ("v2", "v2 is preferred, and has it")


def test_the_preferred_version_is_taken(registry: SchemaRegistry) -> None:
    reason = "v1 is preferred, and has it"
    assert negotiated(registry, prefer="v1", fallback="v2") == ("v1", reason)


def test_the_fallback_is_taken_where_the_preferred_version_lacks_the_schema(
    registry: SchemaRegistry,
) -> None:
    reason = "v1, because v3 does not have it"
    assert negotiated(registry, prefer="v3", fallback="v1") == ("v1", reason)


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ({}, "v1, because v2 is deprecated"),
        ({"deprecation_note": "use v1"}, "v1, because v2 is deprecated: use v1"),
    ],
)
def test_the_fallback_is_taken_where_the_preferred_version_is_deprecated(
    registry: SchemaRegistry, local_registry: LocalRegistry, note: dict[str, str], reason: str
) -> None:
    local_registry.publish(ORDER, v2=ORDER_V2 | {"deprecated": True} | note)
    assert negotiated(registry, prefer="v2", fallback="v1") == ("v1", reason)


def test_a_deprecated_version_is_better_than_none(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(ORDER, v2=ORDER_V2 | {"deprecated": True})
    reason = "v2, because v2 is deprecated and v3 does not have it"
    assert negotiated(registry, prefer="v2", fallback="v3") == ("v2", reason)


def test_the_first_of_several_deprecated_versions_is_taken(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    for version, schema in {"v1": ORDER_V1, "v2": ORDER_V2}.items():
        local_registry.publish(ORDER, **{version: schema | {"deprecated": True}})
    assert negotiated(registry)[0] == "v2"


@pytest.mark.parametrize(
    ("asked", "versions"),
    [({"prefer": "v3"}, "v3"), ({"prefer": "v4", "fallback": "v3"}, "v4 or v3")],
)
def test_a_negotiation_that_finds_nothing_names_the_versions(
    registry: SchemaRegistry, asked: dict[str, str], versions: str
) -> None:
    with pytest.raises(SchemaNotFound) as caught:
        registry.get_schema(ORDER, **asked)
    assert caught.value.version == versions


def test_an_outage_never_falls_back(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(503, headers={"retry-after": "3600"}), f"schemas/v2/{ORDER}")
    with pytest.raises(RegistryUnavailable):
        registry.get_schema(ORDER, prefer="v2", fallback="v1")


@pytest.mark.parametrize(
    "asked",
    [
        {"version": "v1", "prefer": "v2"},
        {"version": "v1", "fallback": "v2"},
        {"fallback": "v2"},
    ],
)
def test_a_question_that_contradicts_itself_is_a_type_error(
    registry: SchemaRegistry, asked: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        registry.get_schema(ORDER, **asked)


@pytest.mark.parametrize(
    ("payload", "valid"), [({"id": "a", "quantity": 1}, True), ({"id": 1, "quantity": 0}, False)]
)
def test_a_payload_is_judged_by_a_name_a_schema_or_a_json_schema(
    registry: SchemaRegistry, payload: dict[str, Any], valid: bool
) -> None:
    for schema in (ORDER, registry.get_schema(ORDER, "v2"), copy.deepcopy(ORDER_V2)):
        is_valid, errors = registry.validate_payload(schema, payload)
        assert is_valid is valid
        assert {error.path for error in errors} == (set() if valid else {"$.id", "$.quantity"})


def test_a_verdict_is_true_where_the_payload_conforms_and_a_pair_all_the_same(
    registry: SchemaRegistry,
) -> None:
    schema = {"type": "object", "required": ["id"]}
    conforms, breaks = (registry.validate_payload(schema, each) for each in ({"id": "a"}, {}))
    assert type(conforms) is Verdict
    assert conforms == (True, ()) == (conforms.is_valid, conforms.errors)
    assert conforms
    is_valid, errors = breaks
    assert (is_valid, len(errors), len(breaks), breaks[0]) == (False, 1, 2, False)
    assert not breaks


def test_the_registrys_opinion_is_true_where_it_passes(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"type": "object"}, v2={"type": "object", "required": ["a"]})
    assert not registry.check_compatibility("a.A", "v1", "v2")
    assert registry.check_compatibility("a.A", "v2", "v1")


@pytest.mark.parametrize(("schema", "valid"), [(True, True), (False, False)])
def test_a_boolean_is_a_json_schema(registry: SchemaRegistry, schema: bool, valid: bool) -> None:
    assert registry.validate_payload(schema, {"any": "thing"})[0] is valid


def test_a_payload_that_is_not_json_is_no_verdict(registry: SchemaRegistry) -> None:
    with pytest.raises(PayloadNotJSON):
        registry.validate_payload(ORDER, {"id": object()})


def test_the_index_lists_the_schemas_by_version_and_name(registry: SchemaRegistry) -> None:
    listed = [(entry.version, entry.name, entry.release) for entry in registry.index()]
    assert listed == [("v1", ORDER, "1.0.0"), ("v2", ORDER, "2.0.0")]


def test_a_registry_without_an_index_says_so(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(404), "index")
    with pytest.raises(
        InvalidAnswer, match="there is no index, which every Core registry has; this"
    ):
        registry.index()


def test_the_versions_of_a_schema_are_its_releases_in_every_line(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish(f"{ORDER}@0.9.0", v1={"type": "object"})
    listed = [(release.version, release.release) for release in registry.versions(ORDER)]
    assert listed == [("v1", "0.9.0"), ("v1", "1.0.0"), ("v2", "2.0.0")]
    assert {release.version for release in registry.versions(f"{ORDER}@v2")} == {"v2"}


def test_a_schema_without_versions_is_an_error(registry: SchemaRegistry) -> None:
    with pytest.raises(SchemaNotFound) as caught:
        registry.versions("nothing")
    assert caught.value.version == "v1, v2"


def test_prefetching_fetches_each_schema_once_and_remembers_errors(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(401), "schemas/v2/secret")
    negotiation = SchemaRequest(ORDER, None, prefer="v2", fallback="v1")
    wanted = [
        SchemaRequest(ORDER, "v1"),
        SchemaRequest("secret", "v2"),
        SchemaRequest(None, "v1"),
        negotiation,
    ]
    source_of(registry).prefetch(wanted * 2)
    asked = ["/schemas/v1/orders.Order", "/schemas/v2/orders.Order", "/schemas/v2/secret"]
    assert local_registry.paths == asked
    assert registry.get_schema(ORDER, "v1").content == ORDER_V1
    assert local_registry.paths == asked


def test_prefetching_asks_several_at_a_time(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(404, delay=0.5))
    source_of(registry).prefetch(SchemaRequest(f"{number}", "v1") for number in range(8))
    ports = {request.client_port for request in local_registry.requests}
    assert len(ports) == 8


def test_prefetching_says_how_far_it_is(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    said: list[tuple[int, int, int]] = []
    wanted = [
        SchemaRequest(ORDER, "v1"),
        SchemaRequest(ORDER, "v2"),
        SchemaRequest("nothing", "v1"),
    ]
    source_of(registry).prefetch(wanted, lambda *counts: said.append(counts))
    assert [(tried, total) for _, tried, total in said] == [(1, 3), (2, 3), (3, 3)]
    assert said[-1] == (2, 3, 3)


def test_prefetching_what_is_cached_takes_no_threads_and_says_nothing(
    tmp_path: Path, local_registry: LocalRegistry
) -> None:
    wanted = [SchemaRequest(ORDER, "v1"), SchemaRequest(ORDER, "v2")]
    with SchemaRegistry(local_registry.url, cache_dir=tmp_path / "cache") as first:
        source_of(first).prefetch(wanted)
    with SchemaRegistry(local_registry.url, cache_dir=tmp_path / "cache") as second:
        source_of(second).prefetch(wanted, never_called)
    assert second.get_schema(ORDER, "v1").source == "cache"
    assert len(local_registry.requests) == 2


def test_prefetching_fetches_what_a_schema_refers_to_and_compiles_no_other(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a.A", v1={"$ref": ORDER})
    local_registry.publish("a.Wrong", v1={"type": "wrong"})
    source_of(registry).prefetch([SchemaRequest("a.A", "v1"), SchemaRequest("a.Wrong", "v1")])
    asked = local_registry.paths
    assert PATH in asked
    assert judge_of(registry).validator(registry.get_schema("a.A", "v1")).is_valid({"id": "a"})
    assert local_registry.paths == asked


def test_prefetching_leaves_a_directory_alone(local_registry: LocalRegistry) -> None:
    with SchemaRegistry(local_registry.directory) as registry:
        source_of(registry).prefetch([SchemaRequest("nothing", "v1")])
        assert registry.get_schema(ORDER, "v1").source == "directory"


def test_an_own_token_goes_before_the_environments(
    local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_TOKEN", "from the environment")
    for token in ("own", None):
        with SchemaRegistry(local_registry.url, token=token) as registry:
            registry.get_schema(ORDER, "v1")
    sent = [request.headers["authorization"] for request in local_registry.requests]
    assert sent == ["Bearer own", "Bearer from the environment"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "ftp://x"}, "SchemaRegistry(url=…): cannot speak 'ftp'"),
        ({"mode": "never"}, "SchemaRegistry(mode=…): unknown mode 'never'"),
        ({"mode": "live"}, "SchemaRegistry(mode=…): mode live needs a registry"),
        ({"cache_ttl": -1}, "SchemaRegistry(cache_ttl=…): -1 is not zero or a positive number"),
        ({"versions": []}, "SchemaRegistry(versions=…): the list of versions is empty"),
    ],
)
def test_a_wrong_argument_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        SchemaRegistry(**given)
    assert str(caught.value).startswith(said)


def test_a_wrong_variable_is_an_error_of_the_class_that_users_import(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_TOKEN", "a\nb")
    with pytest.raises(InvalidSettings, match="SCHEMA_REGISTRY_TOKEN: ") as caught:
        SchemaRegistry("http://registry.example")
    assert type(caught.value) is InvalidSettings


def test_without_a_cache_directory_nothing_outlives_the_registry(
    local_registry: LocalRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    registry = SchemaRegistry(local_registry.url)
    registry.get_schema(ORDER, "v1")
    assert list(tmp_path.rglob("*.entry")) != []
    registry.close()
    (own,) = tmp_path.iterdir()
    assert list(own.iterdir()) == []
    registry.get_schema(ORDER, "v2")  # it goes on, closed or not
    assert list(tmp_path.rglob("*.entry")) != []
    source_of(registry).close()
    del registry
    gc.collect()
    (own,) = tmp_path.iterdir()
    assert list(own.iterdir()) == []


@pytest.mark.parametrize(
    ("one", "other", "requests"),
    [
        ("?tenant=a", "?tenant=b", 2),
        ("?tenant=a", "", 2),
        ("?tenant=a&api_key=1", "?tenant=a&api_key=2", 2),
        ("?tenant=a&api_key=1", "?tenant=a&api_key=1", 1),
        ("", "?access_token=2", 2),
    ],
)
def test_one_cache_serves_two_registries_at_one_address(
    local_registry: LocalRegistry, tmp_path: Path, one: str, other: str, requests: int
) -> None:
    for query in (one, other):
        with SchemaRegistry(local_registry.url + query, cache_dir=tmp_path) as registry:
            registry.get_schema(ORDER, "v1")
    assert len(local_registry.requests) == requests
    assert not any(b"tenant" in file.read_bytes() for file in tmp_path.iterdir())


def signed(**claims: Any) -> str:
    """A JSON Web Token with some claims."""
    parts = ({"alg": "none", "kid": claims.get("iat")}, claims)
    return ".".join(
        [*(urlsafe_b64encode(json.dumps(part).encode()).decode().strip("=") for part in parts), "s"]
    )


@pytest.mark.parametrize(
    ("one", "other", "requests"),
    [
        (("ada:pass@", None), ("ada:word@", None), 1),
        (("ada:pass@", None), ("bob:pass@", None), 2),
        (("ada:pass@", None), ("", None), 2),
        (("ada@", None), ("bob@", None), 2),
        (("ada@", None), ("ada@", None), 1),
        ((":pass@", None), (":word@", None), 1),
        ((":pass@", None), ("", None), 2),
        (("", "one"), ("", "one"), 1),
        (("", "one"), ("", "other"), 2),
        (("", "one"), ("", None), 2),
        (("", "a.b.c"), ("", "a.bb.c"), 2),
        (("", "a.e30.c"), ("", "a.e30.d"), 2),
        (("", signed(sub="ada", iat=1)), ("", signed(sub="ada", iat=2, exp=3, jti="n")), 1),
        (("", signed(sub="ada", iat=1)), ("", signed(sub="bob", iat=1)), 2),
        (("", signed(sub="ci", tenant="a")), ("", signed(sub="ci", tenant="b")), 2),
    ],
)
def test_who_asks_has_a_cache_to_themselves_which_a_new_password_or_token_finds_again(
    local_registry: LocalRegistry,
    tmp_path: Path,
    one: tuple[str, str | None],
    other: tuple[str, str | None],
    requests: int,
) -> None:
    for user, token in (one, other):
        url = local_registry.url.replace("//", f"//{user}")
        with SchemaRegistry(url, cache_dir=tmp_path, token=token) as registry:
            registry.get_schema(ORDER, "v1")
    assert len(local_registry.requests) == requests


def test_a_registry_without_an_address_can_be_closed() -> None:
    SchemaRegistry().close()


def test_credentials_are_written_nowhere(local_registry: LocalRegistry, tmp_path: Path) -> None:
    url = f"{local_registry.url}?api_key=k-e-y"
    with_user = url.replace("//", "//ada-lovelace:pass@word@")
    for own, token in ((url, "tok-en"), (with_user, None)):
        with SchemaRegistry(own, mode="record", cache_dir=tmp_path / "c", token=token) as registry:
            registry.get_schema(ORDER, "v1")
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} >= {".yaml", ".entry"}
    for path in written:
        text = str(path) + path.read_text()
        assert [s for s in ("ada-lovelace", "pass@word", "k-e-y", "tok-en") if s in text] == []


@pytest.fixture
def recovering(
    tmp_path: Path, local_registry: LocalRegistry
) -> Iterator[tuple[SchemaRegistry, list[float]]]:
    """A registry whose pauses end when the number in the list says so."""
    now = [0.0]
    given = {"url": local_registry.url, "cassettes": "cassettes"}
    settings = resolve(Origin(lambda option: option.name, given), root=tmp_path)
    own = SharedSession("own", tmp_path / "own")
    pauses = Pauses(lambda: now[0])
    source = SchemaSource(settings, own, None, pauses=pauses)
    with SchemaRegistry.over(source, Judge(source)) as registry:
        yield registry, now


@pytest.mark.parametrize("path", ["", f"schemas/v1/{ORDER}"])
def test_a_failure_is_asked_again_after_a_pause(
    recovering: tuple[SchemaRegistry, list[float]], local_registry: LocalRegistry, path: str
) -> None:
    registry, now = recovering
    local_registry.always(DOWN, path)
    for moment, requests in ((0.0, 1), (0.9, 1), (1.0, 2), (2.9, 2), (3.0, 3)):
        now[0] = moment
        with pytest.raises(RegistryUnavailable):
            registry.get_schema(ORDER, "v1")
        assert len(local_registry.requests) == requests
    local_registry.reset(local_registry.directory)
    with pytest.raises(RegistryUnavailable):
        registry.get_schema(ORDER, "v1")
    now[0] = 7.0
    assert registry.get_schema(ORDER, "v1").content == ORDER_V1
    assert registry.get_schema(ORDER, "v1").source == "registry"
    assert len(local_registry.requests) == 1


def test_a_registry_that_cannot_be_reached_is_tried_again(
    recovering: tuple[SchemaRegistry, list[float]], local_registry: LocalRegistry
) -> None:
    registry, now = recovering
    with local_registry.down(), pytest.raises(RegistryUnavailable):
        registry.get_schema(ORDER, "v1")
    with pytest.raises(RegistryUnavailable):
        registry.get_schema(ORDER, "v2")
    assert local_registry.requests == []
    now[0] = 1.0
    assert registry.get_schema(ORDER, "v2").content == ORDER_V2


def test_an_old_copy_gives_way_after_a_pause(
    recovering: tuple[SchemaRegistry, list[float]],
    local_registry: LocalRegistry,
    tmp_path: Path,
) -> None:
    registry, now = recovering
    local_registry.publish("shop.Cart", v1={"items": {"$ref": "shop.Item"}})
    local_registry.publish("shop.Item", v1={})
    recording: dict[str, Any] = {"mode": "record", "cassettes": tmp_path / "cassettes"}
    with SchemaRegistry(local_registry.url, **recording) as recorder:
        recorder.get_schema("shop.Cart", "v1")
    local_registry.publish("shop.Item", v1={"type": "string"})
    local_registry.always(DOWN, "schemas/v1/shop.Item")
    cart = registry.get_schema("shop.Cart", "v1")
    assert cart.old_copies == ()
    (old,) = judge_of(registry).validator(cart).old_copies
    assert (old.what, old.source) == ("shop.Item v1", "cassette")
    assert registry.validate_payload(cart, [1])[0] is True
    local_registry.reset(local_registry.directory)
    now[0] = 1.0
    assert judge_of(registry).validator(cart).old_copies == ()
    assert registry.validate_payload(cart, [1])[0] is False


def test_a_reference_that_rests_on_an_old_404_is_looked_for_again(
    recovering: tuple[SchemaRegistry, list[float]],
    local_registry: LocalRegistry,
    tmp_path: Path,
) -> None:
    registry, now = recovering
    recording: dict[str, Any] = {"mode": "record", "cassettes": tmp_path / "cassettes"}
    with (
        SchemaRegistry(local_registry.url, **recording) as recorder,
        pytest.raises(SchemaNotFound),
    ):
        recorder.get_schema("shop.Item", "v1")
    local_registry.publish("shop.Cart", v1={"items": {"$ref": "shop.Item"}})
    local_registry.publish("shop.Item", v1={})
    for name in ("shop.Item", "shop.Item.schema"):
        local_registry.always(DOWN, f"schemas/v1/{name}")
    with pytest.raises(InvalidSchema) as caught:
        registry.validate_payload(registry.get_schema("shop.Cart", "v1"), [])
    assert [old.what for old in caught.value.old_copies] == ["the 404 of shop.Item v1"]
    local_registry.reset(local_registry.directory)
    now[0] = 1.0
    assert registry.validate_payload(registry.get_schema("shop.Cart", "v1"), [])[0] is True


def test_an_old_deprecation_that_a_negotiation_rests_on_is_said(
    recovering: tuple[SchemaRegistry, list[float]],
    local_registry: LocalRegistry,
    tmp_path: Path,
) -> None:
    registry, _ = recovering
    local_registry.publish(ORDER, v2={**ORDER_V2, "deprecated": True})
    recording: dict[str, Any] = {"mode": "record", "cassettes": tmp_path / "cassettes"}
    with SchemaRegistry(local_registry.url, **recording) as recorder:
        recorder.get_schema(ORDER, "v2")
    local_registry.always(DOWN, f"schemas/v2/{ORDER}")
    schema = registry.get_schema(ORDER, prefer="v2", fallback="v1")
    assert schema.reason is not None
    assert re.fullmatch(
        r"v1, because v2 could not be asked; \d+ s ago it was deprecated", schema.reason
    )
    assert schema.outage is None
    assert [old.what for old in schema.old_copies] == [f"{ORDER} v2 release 2.0.0"]


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(403), "it answered 404, and refused its index with status 403, which would show"),
        (Reply(200, "<html>", {"content-type": "text/html"}), "has no registry's index at http"),
        (Reply(200, "{}"), "has no registry's index at http"),
        (
            Reply(404),
            (
                "this is the address of neither a Core nor a Confluent Schema Registry\n  asked: .+"
                "\n  next: check --registry-url, a part of whose path may be missing"
            ),
        ),
    ],
)
def test_a_404_is_believed_only_where_there_is_an_index(
    registry: SchemaRegistry, local_registry: LocalRegistry, reply: Reply, text: str
) -> None:
    local_registry.always(reply, "index")
    for name in ("shop.A", "shop.B"):
        with pytest.raises(InvalidAnswer, match=text):
            registry.get_schema(name, "v1")
    assert local_registry.counts["/index"] == 1


def test_a_404_is_no_answer_while_the_index_is_down(
    registry: SchemaRegistry, local_registry: LocalRegistry
) -> None:
    local_registry.always(DOWN, "index")
    with pytest.raises(RegistryUnavailable, match="believed of a registry only, and its index"):
        registry.get_schema("shop.A", "v1")


def test_an_index_that_was_asked_for_a_404_is_recorded_where_it_is_wanted(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    with SchemaRegistry(local_registry.url, mode="record", cassettes=tmp_path) as registry:
        with pytest.raises(SchemaNotFound):
            registry.get_schema("shop.A", "v1")
        assert not (tmp_path / "index.yaml").exists()
        listed = registry.index()
    assert local_registry.counts["/index"] == 1
    with SchemaRegistry(mode="replay", cassettes=tmp_path) as registry:
        assert registry.index() == listed


def test_a_recorded_404_of_the_index_says_so(tmp_path: Path) -> None:
    cassettes = Cassettes(tmp_path, Path(), CoreProtocol(), "pytest --registry-mode=record")
    missing = result_of(Query(Kind.INDEX), "http://r/index", None, 0.0, "registry")
    cassettes.save(missing, staging=tmp_path / "staging")
    with (
        SchemaRegistry(mode="replay", cassettes=tmp_path) as registry,
        pytest.raises(SchemaNotFound, match="ask by name"),
    ):
        registry.index()


def test_schemas_that_refer_to_each_other_are_recorded_and_replayed(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    wrong = {"shop.A": {"b": {"a": 1}}, "shop.B": {"a": {"b": 1}}}
    for name, other in (("shop.A", "shop.B"), ("shop.B", "shop.A")):
        properties = {other[-1].lower(): {"$ref": other}}
        local_registry.publish(name, v1={"type": "object", "properties": properties})
    for mode in ("record", "replay"):
        with SchemaRegistry(local_registry.url, mode=mode, cassettes=tmp_path) as registry:
            for name, payload in wrong.items():
                assert registry.validate_payload(registry.get_schema(name, "v1"), {})
                assert not registry.validate_payload(registry.get_schema(name, "v1"), payload)
    assert local_registry.counts["/schemas/v1/shop.A"] == 1


def test_a_404_that_repeats_a_credential_leaves_it_in_no_file(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    token = "a-token-of-ours"
    local_registry.always(
        Reply(404, {"detail": f"nothing for Bearer {token}"}), "schemas/v1/shop.A"
    )
    given: dict[str, Any] = {"cassettes": tmp_path / "cassettes", "cache_dir": tmp_path / "cache"}
    with (
        SchemaRegistry(local_registry.url, mode="record", token=token, **given) as registry,
        pytest.raises(SchemaNotFound),
    ):
        registry.get_schema("shop.A", "v1")
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) > 2
    assert [file for file in files if token in file.read_text()] == []
