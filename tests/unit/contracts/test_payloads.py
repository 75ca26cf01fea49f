from __future__ import annotations

import sys
import types
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pytest_schema_registry import PayloadNotJSON
from pytest_schema_registry.contracts.payloads import from_text, to_json
from pytest_schema_registry.redaction import Redaction
from tests.local_registry import ORDER, LocalRegistry, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

NO_NUMBER = "JSON has no such number; send null or text"
SURROGATE = "a lone surrogate has no UTF-8; send text that has"
UTF8 = "JSON between systems is UTF-8 without a byte order mark (RFC 8259 section 8.1); "
MARK = "it begins with a byte order mark"


def test_plain_json_is_its_own_form_and_not_copied() -> None:
    payload = {"a": [1, 0.5, "é", None, {"b": True}]}
    assert to_json(payload) is payload


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (None, "the response is 500, and has no text"),
        ("no JSON", "Expecting value: line 1 column 1 (char 0); the response is 500: no JSON"),
    ],
)
def test_a_response_that_a_test_has_made_may_have_any_body(body: Any, value: str) -> None:
    response = requests.Response()
    response.status_code = 500
    vars(response)["_content"] = body
    with pytest.raises(PayloadNotJSON) as caught:
        to_json(response)
    assert caught.value.value == value


@pytest.mark.parametrize(
    ("response", "value"),
    [
        (
            httpx.Response(500, html="<h1>oops\n</h1>"),
            "the response is 500, text/html: <h1>oops </h1>",
        ),
        (httpx.Response(204), "the response is 204, and has no text"),
        (
            httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
            (
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1); "
                "the response is 200, application/json: {"
            ),
        ),
    ],
    ids=["html", "empty", "json"],
)
def test_a_response_that_is_not_json_says_its_status_its_type_and_its_beginning(
    response: httpx.Response, value: str
) -> None:
    with pytest.raises(PayloadNotJSON) as caught:
        to_json(response)
    assert caught.value.value == value
    with pytest.raises(PayloadNotJSON) as caught:
        to_json(response, Redaction(["password"]))
    assert "oops" not in str(caught.value)


def test_a_response_with_a_value_that_is_not_json_names_the_value() -> None:
    with pytest.raises(PayloadNotJSON, match=r"at \$\.a: the number 'NaN'"):
        to_json(httpx.Response(200, text='{"a": NaN}'))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 0.5, null, true, "é"]}', {"a": [1, 0.5, None, True, "é"]}),
        ('{"a": "é"}'.encode(), {"a": "é"}),
        (bytearray(b" 1 "), 1),
        (memoryview(b'"\xc3\xa9"'), "é"),
    ],
)
def test_text_is_read_as_one_json_value(text: Any, value: Any) -> None:
    assert from_text(text) == value


@pytest.mark.parametrize(
    ("text", "path", "value", "advice"),
    [
        (
            '{"a": {"b": 1, "b": 2}}',
            "$.a",
            "an object that has twice the key 'b'",
            "send each key once",
        ),
        ("[NaN]", "$[0]", "the number 'NaN'", NO_NUMBER),
        ('{"a": -Infinity}', "$.a", "the number '-Infinity'", NO_NUMBER),
        ("[1e400]", "$[0]", "float inf", NO_NUMBER),
        (r'"\ud800"', "$", r"str '\ud800'", SURROGATE),
        ("", "$", "Expecting value: line 1 column 1 (char 0)", None),
        ("{} {}", "$", "Extra data: line 1 column 4 (char 3)", None),
        ("[" * 200_000, "$", "nested too deeply", "send it flatter"),
        ({"a": 1}, "$", "it is of type dict", "text=True takes str or bytes"),
        ('"é"'.encode("utf-16"), "$", "it is UTF-16", f"{UTF8}send text.encode()"),
        (bytearray("{}".encode("utf-16-be")), "$", "it is UTF-16", f"{UTF8}send text.encode()"),
        (memoryview("{}".encode("utf-32")), "$", "it is UTF-32", f"{UTF8}send text.encode()"),
        ("1".encode("utf-32-le"), "$", "it is UTF-32", f"{UTF8}send text.encode()"),
        (
            '"é"'.encode("latin-1"),
            "$",
            "it is not UTF-8 (invalid continuation byte at byte 1)",
            f"{UTF8}send text.encode()",
        ),
        ("{}".encode("utf-8-sig"), "$", MARK, f"{UTF8}send it without"),
        ("\ufeff{}", "$", MARK, f"{UTF8}send it without"),
    ],
    # The address of a memoryview is another in each process.
    ids=lambda value: repr(bytes(value) if isinstance(value, memoryview) else value)[:20],
)
def test_text_that_a_strict_reader_refuses_is_refused(
    text: Any, path: str, value: str, advice: str | None
) -> None:
    with pytest.raises(PayloadNotJSON) as caught:
        from_text(text)
    error = caught.value
    assert (error.path, error.value) == (path, value)
    assert error.advice == (advice or "make the text one JSON value")


@pytest.mark.parametrize("get", [httpx.get, requests.get], ids=["httpx", "requests"])
def test_a_response_is_its_body(local_registry: LocalRegistry, get: Callable[..., Any]) -> None:
    local_registry.script("orders/1", Reply(200, {"id": "é"}), Reply(200, b'{"id": 1, "id": 2}'))
    url = f"{local_registry.url}/orders/1"
    assert to_json(get(url)) == {"id": "é"}
    with pytest.raises(PayloadNotJSON, match="twice the key 'id'"):
        to_json(get(url))


def test_a_response_of_fastapis_test_client_is_its_body() -> None:
    app = FastAPI()
    app.add_api_route("/health", lambda: {"state": "healthy"})
    assert to_json(TestClient(app).get("/health")) == {"state": "healthy"}


def test_a_response_in_another_encoding_or_with_a_byte_order_mark_is_refused(
    local_registry: LocalRegistry,
) -> None:
    bodies = ["{}".encode(encoding) for encoding in ("utf-16", "utf-8-sig")]
    local_registry.script("orders/1", *(Reply(200, body) for body in bodies))
    for what in ("it is UTF-16", MARK):
        with pytest.raises(PayloadNotJSON, match=what):
            to_json(httpx.get(f"{local_registry.url}/orders/1"))


def test_a_response_whose_body_was_not_read_says_so(local_registry: LocalRegistry) -> None:
    url = f"{local_registry.url}/schemas/v1/{ORDER}"
    with httpx.stream("GET", url) as response:
        with pytest.raises(PayloadNotJSON, match="reading it raises ResponseNotRead") as caught:
            to_json(response)
        assert isinstance(caught.value.__cause__, httpx.ResponseNotRead)
        with pytest.raises(PayloadNotJSON) as caught:
            to_json(response, Redaction(["password"]))
        assert caught.value.__cause__ is None


def test_a_response_is_known_whatever_stands_in_its_librarys_place(
    local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_registry.script("orders/1", Reply(200, {"id": 1}), Reply(200, {"id": 1}))
    responses = [get(f"{local_registry.url}/orders/1") for get in (httpx.get, requests.get)]
    for library in ("requests", "httpx"):
        monkeypatch.setitem(sys.modules, library, types.ModuleType(library))
    assert [to_json(each) for each in responses] == [{"id": 1}, {"id": 1}]


def test_a_response_inside_of_a_payload_is_none(local_registry: LocalRegistry) -> None:
    response = httpx.get(f"{local_registry.url}/schemas/v1/{ORDER}")
    with pytest.raises(PayloadNotJSON, match=r"at \$\[0\]: <Response \[200 OK\]>"):
        to_json([response])
