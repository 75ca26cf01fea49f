from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_schema_registry import yaml_reader
from pytest_schema_registry.retrieval.cassettes import store, vcr_reader, vcr_writer
from pytest_schema_registry.retrieval.cassettes.interaction import Interaction

if TYPE_CHECKING:
    from collections.abc import Iterable

URL = "http://registry.example/api/v1/schemas/v1/a.B"
FETCHED = 1_767_225_600.0
CASSETTE = vcr_writer.text_of([Interaction(URL, 200, '{\n  "title": "größe"\n}', FETCHED)])

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ADDRESSES = st.sampled_from([URL, f"{URL}?version=1.0", "https://h:1/a%20b", "file:///a/~b"])
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@st.composite
def written(draw: st.DrawFn) -> str:
    """A cassette that recording writes."""
    exchange = st.builds(
        Interaction,
        uri=ADDRESSES | st.builds("http://h/{}".format, ANYTHING),
        status=st.just(200),
        body=st.builds(
            store._indented,
            st.dictionaries(st.text(), JSON, min_size=1).map(json.dumps),
        ),
        recorded_at=st.integers(0, 4_000_000_000).map(float),
    )
    missing = st.builds(Interaction, ADDRESSES, st.just(404), st.just(""), st.just(FETCHED))
    exchanges = draw(st.lists(exchange | missing, min_size=1, max_size=3))
    return vcr_writer.text_of(exchanges)


def said(exchanges: Iterable[Interaction]) -> list[tuple[Any, ...]]:
    return [(each.uri, each.status, each.text, each.recorded_at) for each in exchanges]


def by_yaml(raw: bytes) -> list[tuple[Any, ...]]:
    return said(vcr_reader._read(yaml_reader.load(raw)))


@given(written())
@settings(deadline=None)
def test_without_yaml_a_cassette_says_what_it_says_with_it(text: str) -> None:
    quick = vcr_reader._as_written(text.encode())
    assert quick is None or said(quick) == by_yaml(text.encode())


#: What a merge, an editor or a bad disk puts between two characters.
STRAY = st.sampled_from(
    [
        *("", " ", "\n", "\r\n", "\t", "        ", "\x85", "\u2028", "\ufeff", "\x00", "\xa0"),
        *(
            "'",
            '"',
            "#",
            " #",
            ":",
            ": ",
            "- ",
            "|",
            ">",
            "+",
            "&a ",
            "*a",
            "!!",
            "{",
            "}",
            "0",
            "é",
        ),
        *("---\n", "...\n", "%", "version: 1\n", "metadata:\n", "    headers:\n", "<<: "),
    ]
)


@given(written(), st.data())
@settings(deadline=None, max_examples=200)
def test_without_yaml_a_cassette_that_was_touched_says_the_same_or_nothing(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)) | st.just(start))
    touched = (text[:start] + data.draw(STRAY) + text[end:]).encode()
    try:
        quick = vcr_reader._as_written(touched)
    except vcr_reader.NotACassette:
        with pytest.raises(vcr_reader.NotACassette):
            by_yaml(touched)
    else:
        assert quick is None or said(quick) == by_yaml(touched)


@pytest.mark.parametrize(
    "touched",
    [
        CASSETTE.replace("\n", "\r\n"),
        f"# recorded by hand\n{CASSETTE}",
        CASSETTE.replace("größe", "gr\xfc\x85\xdfe"),
        CASSETTE.replace("version: 1\n", "version: 1\nnote: kept\n"),
        CASSETTE.encode("utf-16"),
    ],
)
def test_a_cassette_in_any_other_layout_is_left_to_yaml(touched: str | bytes) -> None:
    assert vcr_reader._as_written(CASSETTE.encode()) is not None
    assert vcr_reader._as_written(touched.encode() if isinstance(touched, str) else touched) is None
