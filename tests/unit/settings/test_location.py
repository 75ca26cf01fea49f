"""Where a file URL leads on each system, as the standard library's own modules have it."""

from __future__ import annotations

import os
from nturl2path import url2pathname as to_windows_path
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

import pytest

from pytest_schema_registry.settings.location import parse_location, path_of

ROOT = PureWindowsPath("D:/project")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///C:/schemas", "C:/schemas"),
        ("file:///c:/schemas/", "c:/schemas"),
        ("file:///C|/schemas", "C:/schemas"),
        ("file:///C%3A/schemas", "C:/schemas"),
        ("file:///c%3a/my%20schemas", "C:/my schemas"),
        ("file:C:/schemas", "C:/schemas"),
        ("file:c%3A/schemas", "C:/schemas"),
        ("file://localhost/C:/schemas", "C:/schemas"),
        ("file:///C:/gr%C3%B6%C3%9Fe%25", "C:/größe%"),
        ("file://server/share/schemas", "//server/share/schemas"),
        ("file:////server/share/schemas", "//server/share/schemas"),
        ("file:schemas", "D:/project/schemas"),
        ("file:../my%20schemas", "D:/project/../my schemas"),
        ("file:///schemas", "D:/schemas"),
    ],
)
def test_a_file_url_leads_where_windows_says(url: str, path: str) -> None:
    found = path_of(urlsplit(url), to_windows_path, is_windows=True)
    assert ROOT / found == PureWindowsPath(path)


@pytest.mark.parametrize("path", [r"C:\schemas", r"c:\my schemas\é%", r"\\server\share\schemas"])
def test_a_path_of_windows_is_had_back_from_its_url(path: str) -> None:
    url = PureWindowsPath(path).as_uri()
    found = path_of(urlsplit(url), to_windows_path, is_windows=True)
    assert PureWindowsPath(found) == PureWindowsPath(path)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///schemas", "/schemas"),
        ("file://localhost/my%20schemas", "/my schemas"),
        ("file:schemas", "/project/schemas"),
        ("file:///C:/schemas", "/C:/schemas"),
        ("file:///c%3A/x", "/c:/x"),
    ],
)
def test_a_file_url_leads_where_other_systems_say(url: str, path: str) -> None:
    found = path_of(urlsplit(url), unquote, is_windows=False)
    assert PurePosixPath("/project") / found == PurePosixPath(path)


@pytest.mark.parametrize(
    ("url", "is_windows", "said"),
    [
        ("file://server/share", False, "a file URL has no host, this one has 'server'"),
        ("file://user:secret@server/share", True, "a file URL has no host, this one has 'server'"),
        ("file://C:/schemas", True, "a file URL has no host, this one has 'C:'"),
        (
            "file:///C:/a:b",
            True,
            "the address is no file URL; write file:///dir, or file:///C:/dir",
        ),
        ("file::/a", True, "the address is no file URL; write file:///dir, or file:///C:/dir"),
    ],
)
def test_a_file_url_that_leads_nowhere_says_why(url: str, is_windows: bool, said: str) -> None:
    with pytest.raises(ValueError, match="file URL") as caught:
        path_of(urlsplit(url), to_windows_path, is_windows=is_windows)
    assert str(caught.value) == said


@pytest.mark.skipif(os.name == "nt", reason="would be a place outside the test's own")
@pytest.mark.parametrize("value", ["C:/schemas", "C:\\schemas", "c://schemas", "C:"])
def test_a_drive_is_no_scheme_of_a_url(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValueError, match="no such directory: ") as caught:
        parse_location(value, tmp_path)
    assert "http://" not in str(caught.value)
    (tmp_path / value).mkdir(parents=True)
    assert parse_location(value, tmp_path).directory == tmp_path / value


@pytest.mark.parametrize(
    "value",
    [
        "http://a:8081,http://b:8081",
        "https://a/x, https://b/x",
        "http://ada:s3cret@a:8081,http://ada:s3cret@b:8081",
        "http://a:8081,b:8081",
        "http://ada:s3cret@a,b",
        "http://a:8081,",
        "a:8081,http://b:8081",
    ],
)
def test_one_of_several_addresses_is_to_be_given(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValueError, match="several") as caught:
        parse_location(value, tmp_path)
    said = "it has several addresses, with commas between them; give one of them"
    assert str(caught.value) == said


def test_a_comma_in_a_password_or_in_a_path_is_no_second_address(tmp_path: Path) -> None:
    location = parse_location("http://ada:a,b@host/x,y", tmp_path)
    assert (location.shown, location.auth) == ("http://host/x,y", ("ada", "a,b"))


def test_a_host_with_a_port_may_want_a_scheme(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"or did you mean http://registry:8000\?"):
        parse_location("registry:8000", tmp_path)


def test_a_host_that_is_taken_for_a_directory_gets_the_question_whether_it_is_one(
    tmp_path: Path,
) -> None:
    for host in ("registry.example", "registry.example/api/v1"):
        with pytest.raises(ValueError, match="no such directory") as caught:
            parse_location(host, tmp_path)
        assert str(caught.value) == (
            f"no such directory: {tmp_path / host}, or did you mean https://{host}?"
        )
