from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
import vcr
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_schema_registry import yaml_reader
from pytest_schema_registry.errors import CassetteDamaged, CassetteMissing, CassetteNotWritten
from pytest_schema_registry.registries.confluent import ConfluentProtocol
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.messages import Request, Response
from pytest_schema_registry.registries.protocol import drive
from pytest_schema_registry.registries.queries import Kind, Query, Result
from pytest_schema_registry.retrieval.cassettes import store as module
from pytest_schema_registry.retrieval.cassettes import vcr_writer
from pytest_schema_registry.retrieval.cassettes.interaction import Interaction
from pytest_schema_registry.retrieval.cassettes.store import Cassettes
from tests.documents import document_of, result_of, sent

BASE = "http://registry.example/api/v1"
QUESTION = Query(Kind.SCHEMA, "v1", "a.B")
PATH = "schemas/v1/a.B"
URL = f"{BASE}/{PATH}"
FETCHED = 1_767_225_600.0
DOCUMENT = {
    "name": "a.B",
    "track": "v1",
    "content": {"title": "größe", "description": "one\ntwo \U0001f4cf", "enum": [1, 1.5, None]},
}
CASSETTE = f"""\
interactions:
- request:
    body: null
    headers: {{}}
    method: GET
    uri: {URL}
  response:
    body:
      string: |-
        {{
          "content": {{
            "description": "one\\ntwo \U0001f4cf",
            "enum": [
              1,
              1.5,
              null
            ],
            "title": "größe"
          }},
          "name": "a.B",
          "track": "v1"
        }}
    headers:
      content-type:
      - application/json
    status:
      code: 200
      message: OK
metadata:
  recorded_at:
    {URL}: '2026-01-01T00:00:00+00:00'
version: 1
"""
NOT_THERE = f"""\
interactions:
- request:
    body: null
    headers: {{}}
    method: GET
    uri: {URL}
  response:
    body:
      string: ''
    headers:
      content-type:
      - application/json
    status:
      code: 404
      message: Not Found
metadata:
  recorded_at:
    {URL}: '2026-01-01T00:00:00+00:00'
version: 1
"""

SAVER = """
import sys
from pathlib import Path
from pytest_schema_registry.retrieval.cache import Cache, SharedSession
from pytest_schema_registry.retrieval.cassettes.store import Cassettes
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.queries import Kind, Query
from tests.documents import result_of

root, folder, releases = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
cache = Cache(root / folder, SharedSession("one", root / "own"), ttl=0, lock_timeout=60)
cassettes = Cassettes(root, Path("cassettes"), CoreProtocol(), "record")
print("ready", flush=True)
sys.stdin.readline()
for release in releases:
    question = Query(Kind.SCHEMA, "v1", "a.B", release)
    url = f"http://r/schemas/v1/a.B?version={release}"
    answer = result_of(question, url, {"content": {"title": release * 1000}}, 0.0, "registry")
    path = str(cassettes.path(question))
    with cache.lock(path):
        cassettes.save(answer, staging=cache.staging(path))
"""


def cassettes(root: Path) -> Cassettes:
    return Cassettes(root, Path("cassettes"), CoreProtocol(), "pytest --registry-mode record")


def answer(
    document: Any = DOCUMENT, fetched_at: float = FETCHED, question: Query = QUESTION
) -> Result:
    url = URL + (f"?version={question.release}" if question.release else "")
    return result_of(question, url, document, fetched_at, "registry")


def save(root: Path, *answers: Result) -> Path:
    """Record answers; return the cassette of the first."""
    recorder = cassettes(root)
    for each in answers:
        recorder.save(each, staging=root / "staging")
    return root / recorder.path(answers[0].query)


def write(root: Path, text: str | bytes) -> Path:
    file = root / "cassettes" / "v1" / "a.B.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def damage(root: Path) -> str:
    """Why the cassette cannot be used."""
    with pytest.raises(CassetteDamaged) as caught:
        cassettes(root).load(QUESTION)
    assert caught.value.path == "cassettes/v1/a.B.yaml"
    assert caught.value.command == "pytest --registry-mode record"
    return caught.value.reason


def never_called(*_arguments: Any, **_options: Any) -> NoReturn:
    raise AssertionError("this file is read without YAML")


def tree(root: Path) -> dict[str, bytes]:
    files = (path for path in (root / "cassettes").rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_a_cassette_reads_as_indented_json_in_a_literal_block(tmp_path: Path) -> None:
    assert save(tmp_path, answer()).read_text(encoding="utf-8") == CASSETTE


def test_a_schema_that_does_not_exist_is_recorded_too(tmp_path: Path) -> None:
    assert save(tmp_path, answer(None)).read_text(encoding="utf-8") == NOT_THERE


@pytest.mark.parametrize("document", [DOCUMENT, None, {"content": True}])
def test_what_was_recorded_is_replayed(tmp_path: Path, document: Any) -> None:
    save(tmp_path, answer(document))
    assert cassettes(tmp_path).load(QUESTION) == result_of(
        QUESTION, URL, document, FETCHED, "cassette"
    )


@pytest.mark.parametrize(("document", "status"), [(DOCUMENT, 200), (None, 404)])
def test_the_stock_library_replays_what_was_recorded(
    tmp_path: Path, document: Any, status: int
) -> None:
    file = save(tmp_path, answer(document))
    with vcr.use_cassette(str(file), record_mode="none") as played:
        response = httpx.get(URL)
    assert played.all_played
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert (response.json() if response.content else None) == document


def test_what_the_stock_library_records_as_text_is_replayed(tmp_path: Path) -> None:
    from vcr.request import Request
    from vcr.serialize import serialize
    from vcr.serializers import yamlserializer

    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": {},
        "body": {"string": json.dumps(DOCUMENT).encode()},
    }
    recorded = {"requests": [Request("GET", URL, None, {})], "responses": [response]}
    file = write(tmp_path, serialize(recorded, yamlserializer))
    replayed = cassettes(tmp_path).load(QUESTION)
    assert sent(replayed) == DOCUMENT
    assert replayed.fetched_at == file.stat().st_mtime


def test_recording_an_unchanged_schema_again_changes_only_the_time(tmp_path: Path) -> None:
    before = save(tmp_path, answer()).read_text(encoding="utf-8").splitlines()
    after = save(tmp_path, answer(fetched_at=FETCHED + 60)).read_text(encoding="utf-8").splitlines()
    changed = [pair for pair in zip(before, after, strict=True) if len(set(pair)) > 1]
    assert changed == [
        (f"    {URL}: '2026-01-01T00:00:00+00:00'", f"    {URL}: '2026-01-01T00:01:00+00:00'")
    ]


def test_recording_at_the_same_time_changes_nothing(tmp_path: Path) -> None:
    file = save(tmp_path, answer())
    before = file.read_bytes()
    save(tmp_path, answer(dict(reversed(DOCUMENT.items()))))
    assert file.read_bytes() == before


def test_two_directories_of_the_same_answers_are_the_same_in_any_order(tmp_path: Path) -> None:
    answers = [
        answer(),
        answer(question=Query(Kind.SCHEMA, "v1", "a.B", "1.0")),
        answer(None, question=Query(Kind.SCHEMA, "v1", "a.B", "0.9")),
        result_of(Query(Kind.INDEX), f"{BASE}/index", {"tracks": {}}, FETCHED, "registry"),
        result_of(
            Query(Kind.BY_ID, name="urn:a"),
            f"{BASE}/schemas/by-id/urn%3Aa",
            {"content": {}},
            FETCHED,
            "registry",
        ),
    ]
    for directory in (tmp_path / "one", tmp_path / "two"):
        directory.mkdir()
    save(tmp_path / "one", *answers)
    save(tmp_path / "two", *reversed(answers))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert len(tree(tmp_path / "one")) == 3


def test_releases_are_recorded_beside_the_current_one(tmp_path: Path) -> None:
    older = Query(Kind.SCHEMA, "v1", "a.B", "1.0")
    releases = Query(Kind.RELEASES, "v1", "a.B")
    listing = result_of(releases, f"{URL}/versions", [{"core_version": "1.0"}], FETCHED, "registry")
    file = save(tmp_path, answer(), answer({"content": True}, question=older), listing)
    assert list(tree(tmp_path)) == ["cassettes/v1/a.B.yaml"]
    assert sent(cassettes(tmp_path).load(QUESTION)) == DOCUMENT
    assert document_of(cassettes(tmp_path).load(older))["content"] is True
    assert sent(cassettes(tmp_path).load(releases)) == [{"core_version": "1.0"}]
    uris = [each["request"]["uri"] for each in yaml.safe_load(file.read_text())["interactions"]]
    assert uris == [URL, f"{URL}/versions", f"{URL}?version=1.0"]


def test_recording_from_another_host_replaces_what_the_first_said(tmp_path: Path) -> None:
    save(tmp_path, answer())
    moved = result_of(QUESTION, f"https://elsewhere/{PATH}", {"content": True}, FETCHED, "registry")
    file = save(tmp_path, moved)
    assert document_of(cassettes(tmp_path).load(QUESTION))["content"] is True
    assert "registry.example" not in file.read_text()


def test_a_directory_leaves_no_path_of_this_machine_behind(tmp_path: Path) -> None:
    local = result_of(QUESTION, f"{tmp_path}/v1/a.B.json", DOCUMENT, FETCHED, "directory")
    file = save(tmp_path, local)
    assert str(tmp_path) not in file.read_text()
    assert cassettes(tmp_path).load(QUESTION).url == f"file:///{PATH}"


def test_what_a_directory_lacks_is_recorded_as_a_404(tmp_path: Path) -> None:
    local = result_of(QUESTION, f"{tmp_path}/v1/a.B.json", None, FETCHED, "directory")
    assert str(tmp_path) not in save(tmp_path, local).read_text()
    assert cassettes(tmp_path).load(QUESTION).is_missing


def test_headers_and_etags_of_an_answer_are_not_recorded(tmp_path: Path) -> None:
    tagged = result_of(QUESTION, URL, DOCUMENT, FETCHED, "registry", etag='"tag-of-the-day"')
    assert "tag-of-the-day" not in save(tmp_path, tagged).read_text()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_json_is_replayed_as_it_was_recorded(tmp_path: Path, content: dict[str, Any]) -> None:
    file = save(tmp_path, answer({"content": content}))
    assert document_of(cassettes(tmp_path).load(QUESTION))["content"] == content
    assert "string: |-\n" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("body", ["''}", "''\n        }", "'' ]"])
def test_what_stands_behind_an_empty_body_is_left_to_yaml(tmp_path: Path, body: str) -> None:
    write(tmp_path, NOT_THERE.replace("''\n    headers", f"{body}\n    headers"))
    with pytest.raises(CassetteDamaged, match="it is not YAML as vcrpy writes it"):
        cassettes(tmp_path).load(QUESTION)


@pytest.mark.parametrize("text", [CASSETTE, NOT_THERE])
def test_a_recorded_cassette_takes_no_yaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(yaml_reader, "load", never_called)
    write(tmp_path, text)
    assert cassettes(tmp_path).load(QUESTION).url == URL


@pytest.mark.parametrize("text", ["größe", "中文", "\U0001f4cf", "a\u0301"])
def test_text_of_any_language_can_be_read_in_a_cassette(tmp_path: Path, text: str) -> None:
    file = save(tmp_path, answer({"content": {"title": text}}))
    assert f'"title": "{text}"' in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("\t\n", r"\t\n"),
        ("\ud800", r"\ud800"),
        ("\x85", r"\u0085"),
        ("\u2028", r"\u2028"),
        ("\ufeff", r"\ufeff"),
        ("\uffff", r"\uffff"),
        ("\U0010ffff", r"\udbff\udfff"),
        ("\x7f", r"\u007f"),
    ],
)
def test_what_yaml_cannot_print_is_escaped_as_json_does(
    tmp_path: Path, text: str, escaped: str
) -> None:
    file = save(tmp_path, answer({"content": {"title": text}}))
    assert f'"title": "{escaped}"' in file.read_text(encoding="utf-8")
    assert document_of(cassettes(tmp_path).load(QUESTION))["content"] == {"title": text}


@pytest.mark.parametrize(
    ("question", "path"),
    [
        (QUESTION, "cassettes/v1/a.B.yaml"),
        (Query(Kind.SCHEMA, "v1", "a.B.schema", "1.0"), "cassettes/v1/a.B.yaml"),
        (Query(Kind.RELEASES, "v1", "a.B"), "cassettes/v1/a.B.yaml"),
        (Query(Kind.INDEX), "cassettes/index.yaml"),
        (Query(Kind.BY_ID, name="a.B"), "cassettes/by-id/a.B.yaml"),
        (
            Query(Kind.COMPATIBILITY, "v1", "a.B", later="v2"),
            "cassettes/compatibility/v1/v2/a.B.yaml",
        ),
        (
            Query(Kind.COMPATIBILITY, "..", "a", later="v2"),
            "cassettes/compatibility/~%2E.~DIGEST/v2/a.yaml",
        ),
        (Query(Kind.SCHEMA, "v1", "../a"), "cassettes/v1/~%2E.%2Fa~DIGEST.yaml"),
        (Query(Kind.SCHEMA, "../../v1", "a"), "cassettes/~%2E.%2F..%2Fv1~DIGEST/a.yaml"),
        (Query(Kind.SCHEMA, "/etc", "a"), "cassettes/~%2Fetc~DIGEST/a.yaml"),
    ],
)
def test_a_schema_has_one_file_inside_the_directory(
    tmp_path: Path, question: Query, path: str
) -> None:
    before, _, after = path.partition("DIGEST")
    actual = cassettes(tmp_path).path(question).as_posix()
    assert actual.startswith(before)
    assert actual.endswith(after)
    assert actual.count("/") == path.count("/")


def test_what_was_not_recorded_is_named_with_the_command_that_records_it(tmp_path: Path) -> None:
    with pytest.raises(CassetteMissing) as caught:
        cassettes(tmp_path).load(QUESTION)
    assert caught.value.path == "cassettes/v1/a.B.yaml"
    assert caught.value.wanted == "a.B v1"
    assert caught.value.command == "pytest --registry-mode record"


@pytest.mark.parametrize("release", ["1.0", "a.B"])
def test_another_release_in_the_file_is_no_recording_of_this_one(
    tmp_path: Path, release: str
) -> None:
    save(tmp_path, answer())
    with pytest.raises(CassetteMissing) as caught:
        cassettes(tmp_path).load(Query(Kind.SCHEMA, "v1", "a.B", release))
    assert caught.value.wanted == f"a.B v1 release {release}"


LINES = CASSETTE.splitlines(keepends=True)


@pytest.mark.parametrize("lines", range(len(LINES)))
def test_a_cassette_truncated_after_any_line_is_damaged(tmp_path: Path, lines: int) -> None:
    write(tmp_path, "".join(LINES[:lines]))
    assert damage(tmp_path)


def test_a_cassette_truncated_between_two_exchanges_is_damaged(tmp_path: Path) -> None:
    older = Query(Kind.SCHEMA, "v1", "a.B", "1.0")
    file = save(tmp_path, answer(), answer(question=older))
    whole = file.read_text(encoding="utf-8")
    write(tmp_path, whole[: whole.index("- request", whole.index("- request") + 1)])
    assert damage(tmp_path) == "its end is missing"


def test_a_cassette_truncated_at_any_byte_is_never_taken_for_something_else(
    tmp_path: Path,
) -> None:
    whole = CASSETTE.encode()
    end = whole.index(b"version:") + len(b"version")
    for length in range(0, end, 7):
        write(tmp_path, whole[:length])
        damage(tmp_path)


BOMB = "\n".join(
    ["a0: &a0 [x]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30))]
)
MERGE_BOMB = "\n".join(
    [
        f"m0: &m0 {{{', '.join(f'k{k}: v' for k in range(10))}}}",
        *(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}], x{n}: y}}" for n in range(1, 30)),
    ]
)


def interaction(uri: str = URL, code: str = "200", string: str = "'{}'") -> str:
    return (
        f"interactions: [{{request: {{uri: {uri!r}}}, "
        f"response: {{status: {{code: {code}}}, body: {{string: {string}}}}}}}]\nversion: 1\n"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it has no list of interactions"),
        ("~", "it has no list of interactions"),
        ("[]", "it has no list of interactions"),
        ("interactions: {}", "it has no list of interactions"),
        ("interactions: []", "its end is missing"),
        ("interactions: [1]\nversion: 1", "interaction 0 is incomplete"),
        ("interactions: [{request: text}]\nversion: 1", "interaction 0 is incomplete"),
        (
            interaction().replace("{uri:", "{method: [GET], uri:"),
            "interaction 0 has values of the wrong type",
        ),
        (
            interaction().replace(repr(URL), '"http://a\\e"'),
            "interaction 0 has an address that cannot be printed",
        ),
        ("interactions: [{request: []}]\nversion: 1", "interaction 0 is incomplete"),
        ("interactions: &a [*a]\nversion: 1", "interaction 0 is incomplete"),
        (interaction(uri="1").replace("'1'", "1"), "interaction 0 has values of the wrong type"),
        (interaction(code="'200'"), "interaction 0 has values of the wrong type"),
        (interaction(code="true"), "interaction 0 has values of the wrong type"),
        (interaction(string="{}"), "interaction 0 has values of the wrong type"),
        (interaction(string="!!binary aGk="), "interaction 0 has values of the wrong type"),
        (interaction(code="500"), "it records status 500, which is no answer"),
        (interaction(code="304"), "it records status 304, which is no answer"),
        (
            interaction(string="'<html>'"),
            "the recorded body is not JSON (Expecting value: line 1 column 1 (char 0))",
        ),
        (interaction(), "the answer has no 'content'"),
        (
            interaction(string='\'{"content": {}, "track": "v2"}\''),
            "asked for track 'v1', it answered with 'v2'",
        ),
        (
            interaction() + "metadata: {recorded_at: {a: yesterday}}",
            "a time of recording is no time",
        ),
        (interaction() + "metadata: {recorded_at: {a: 5}}", "a time of recording is no time"),
        (
            interaction() + "metadata: {recorded_at: {a: '9999-12-31T23:59:59-23:59'}}",
            "a time of recording is no time",
        ),
        (
            interaction() + "metadata: {recorded_at: {a: '0001-01-01T00:00:00+23:59'}}",
            "a time of recording is no time",
        ),
    ],
)
def test_a_cassette_that_is_none_says_why(tmp_path: Path, text: str, reason: str) -> None:
    write(tmp_path, text)
    assert damage(tmp_path) == reason


@pytest.mark.parametrize("metadata", ["", "metadata: 1", "metadata: {recorded_at: []}"])
def test_a_cassette_without_a_time_is_as_old_as_its_file(tmp_path: Path, metadata: str) -> None:
    file = write(tmp_path, interaction(string="'{\"content\": {}}'") + metadata)
    assert cassettes(tmp_path).load(QUESTION).fetched_at == file.stat().st_mtime


def test_a_recorded_gone_is_a_not_found(tmp_path: Path) -> None:
    write(tmp_path, interaction(code="410"))
    assert document_of(cassettes(tmp_path).load(QUESTION)) is None


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.mkdir [canary]",
        "!!python/object/new:os.mkdir [canary]",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/tuple [1]",
        "!custom x",
        "!!timestamp yesterday",
        "!!bool maybe",
        "!!int ''",
        "!!float ''",
        "!!int x",
        "!!set [1]",
        "!!omap {a: 1}",
        "!!binary é",
        "2001-99-99",
        "2001-01-01T00:00:00+99:99",
        "9" * 5_000,
        "1:" + ":".join(["59"] * 500) + ".5",
        "{<<: {b: 1}}",
        "{=: 1}",
        "{[a]: b}",
        "*unknown",
        "'unclosed",
        "\x00",
        "\ud800",
        "[" * 1_000,
        "[" * 100_000 + "]" * 100_000,
        "{a: " * 100_000 + "}" * 100_000,
        "- " * 100_000,
    ],
    ids=lambda value: value[:30].encode("ascii", "backslashreplace").decode(),
)
def test_hostile_yaml_is_damage_and_nothing_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = interaction(string="'{\"content\": {}}'") + f"metadata:\n  {value}\n"
    write(tmp_path, text.encode("utf-8", "surrogatepass"))
    assert len(damage(tmp_path)) < 300
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("number", ["0x" + "f" * 10_000, "-1", "99", "600"])
def test_a_number_that_http_has_not_is_no_status(tmp_path: Path, number: str) -> None:
    write(tmp_path, interaction(code=number))
    assert damage(tmp_path) == "interaction 0 has a status that HTTP has not"


@pytest.mark.parametrize("number", [".inf", "1e+999", ".nan"])
def test_an_infinite_number_is_no_status(tmp_path: Path, number: str) -> None:
    write(tmp_path, interaction(code=number))
    assert damage(tmp_path) == "interaction 0 has values of the wrong type"


def test_deeply_nested_json_in_a_body_is_damage(tmp_path: Path) -> None:
    write(tmp_path, interaction(string=f"'{'[' * 100_000}'"))
    assert damage(tmp_path).startswith("the recorded body is not JSON (maximum recursion depth")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on memory")
@pytest.mark.parametrize(
    "bomb",
    [
        BOMB,
        MERGE_BOMB,
        f"{BOMB}\n{interaction(uri='*a29')}",
        f"{BOMB}\n{interaction(code='*a29')}",
        f"{BOMB}\n{interaction(string='*a29')}",
        f"{BOMB}\n{interaction()}metadata: {{recorded_at: {{a: *a29}}}}",
        f"{BOMB}\nmetadata: {{*a29 : 1}}",
    ],
    ids=["anchors", "merge keys", "address", "status", "body", "time", "key"],
)
def test_a_bomb_of_aliases_fills_no_memory(tmp_path: Path, bomb: str) -> None:
    write(tmp_path, bomb.replace("'*a29'", "*a29"))
    script = """
        import resource, sys
        from pathlib import Path
        from pytest_schema_registry.retrieval.cassettes.store import Cassettes
        from pytest_schema_registry.errors import CassetteDamaged
        from pytest_schema_registry.registries.core import CoreProtocol
        from pytest_schema_registry.registries.queries import Kind, Query

        resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        try:
            Cassettes(Path(sys.argv[1]), Path("cassettes"), CoreProtocol(), "").load(
                Query(Kind.SCHEMA, "v1", "a.B")
            )
        except CassetteDamaged as exc:
            print(exc.path)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "cassettes/v1/a.B.yaml\n"), done.stderr


def test_a_cassette_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1_000)
    write(tmp_path, "#" * 1_001)
    assert damage(tmp_path) == "it is larger than 1,000 bytes"
    write(tmp_path, "#" * 1_000)
    assert damage(tmp_path) == "it has no list of interactions"


def test_a_directory_in_the_place_of_a_cassette_is_damage(tmp_path: Path) -> None:
    (tmp_path / "cassettes" / "v1" / "a.B.yaml").mkdir(parents=True)
    assert damage(tmp_path) == "it cannot be read (Is a directory)"


def test_a_file_in_the_place_of_the_directory_is_damage(tmp_path: Path) -> None:
    (tmp_path / "cassettes").touch()
    assert damage(tmp_path) == "it cannot be read (Not a directory)"


@pytest.mark.parametrize("damaged", ["", "half of\n a: [cassette", "\x00"])
def test_recording_replaces_a_damaged_cassette(tmp_path: Path, damaged: str) -> None:
    write(tmp_path, damaged)
    save(tmp_path, answer())
    assert sent(cassettes(tmp_path).load(QUESTION)) == DOCUMENT


def test_a_cassette_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cassettes").touch()
    with pytest.raises(CassetteNotWritten) as caught:
        save(tmp_path, answer())
    assert caught.value.path == "cassettes/v1/a.B.yaml"
    assert caught.value.reason in ("File exists", "Not a directory")


def test_a_staging_place_that_cannot_be_used_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "staging").mkdir()
    (tmp_path / "staging" / "in the way").touch()
    file = save(tmp_path, answer())
    assert file.read_text(encoding="utf-8") == CASSETTE
    assert list(tree(tmp_path)) == ["cassettes/v1/a.B.yaml"]


def test_a_save_that_fails_says_so_and_leaves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cassettes" / "v1" / "a.B.yaml" / "in the way").mkdir(parents=True)
    with pytest.raises(CassetteNotWritten) as caught:
        save(tmp_path, answer(None))
    assert caught.value.reason == "Is a directory"
    assert list(tree(tmp_path)) == []


def test_what_a_killed_writer_left_behind_is_no_cassette_and_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "staging").write_text(CASSETTE[:100])
    file = save(tmp_path, answer())
    assert file.read_text(encoding="utf-8") == CASSETTE
    assert not (tmp_path / "staging").exists()
    assert list(tree(tmp_path)) == ["cassettes/v1/a.B.yaml"]


def saver(root: Path, *releases: str, cache: str = "cache") -> subprocess.Popen[str]:
    """A process that records releases once it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(root), cache, *releases],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def start(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def release(number: str) -> Query:
    return Query(Kind.SCHEMA, "v1", "a.B", number)


@pytest.mark.parametrize("cache", ["cache", "another"])
def test_two_processes_that_record_into_one_cassette_lose_nothing(
    tmp_path: Path, cache: str
) -> None:
    releases = [f"1.{number}" for number in range(20)]
    with (
        saver(tmp_path, *releases[::2]) as one,
        saver(tmp_path, *releases[1::2], cache=cache) as other,
    ):
        start(one, other)
        for process in (one, other):
            process.communicate()
            assert process.returncode == 0
    for each in releases:
        content = document_of(cassettes(tmp_path).load(release(each)))["content"]
        assert content == {"title": each * 1000}


def test_a_recorder_that_is_killed_leaves_a_whole_cassette(tmp_path: Path) -> None:
    with saver(tmp_path, *(f"1.{number}" for number in range(1_000))) as process:
        start(process)
        file = tmp_path / "cassettes" / "v1" / "a.B.yaml"
        while not file.exists():
            assert process.poll() is None
        process.kill()
    assert document_of(cassettes(tmp_path).load(release("1.0")))["content"] == {
        "title": "1.0" * 1000
    }
    save(tmp_path, answer())
    assert sent(cassettes(tmp_path).load(QUESTION)) == DOCUMENT
    assert document_of(cassettes(tmp_path).load(release("1.0"))) is not None


def test_replay_imports_no_http_library(tmp_path: Path) -> None:
    save(tmp_path, answer())
    script = """
        import sys
        from pathlib import Path
        from pytest_schema_registry.retrieval.cassettes.store import Cassettes
        from pytest_schema_registry.registries.core import CoreProtocol
        from pytest_schema_registry.registries.queries import Kind, Query

        Cassettes(Path(sys.argv[1]), Path("cassettes"), CoreProtocol(), "").load(
            Query(Kind.SCHEMA, "v1", "a.B")
        )
        print({"vcr", "httpx", "urllib3", "requests", "http.client"} & set(sys.modules))
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_vcrpy_is_loaded_before_it_is_needed_so_that_no_mock_is_in_its_way() -> None:
    script = """
        import sys
        from pytest_schema_registry.retrieval import opening
        from pytest_schema_registry.retrieval.cassettes import store

        assert "vcr" not in sys.modules
        opening.prepare_recording()
        print("vcr.serialize" in sys.modules)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_of_an_opinion_only_the_latest_is_kept(tmp_path: Path) -> None:
    for release in ("1.0", "1.1"):
        asked = Query(Kind.COMPATIBILITY, "v1", "a.B", release, "v2", "2.0")
        url = f"{BASE}/{CoreProtocol().path(asked)}"
        file = save(tmp_path, result_of(asked, url, {"compatible": True}, FETCHED, "registry"))
    assert "from_version=1.1" in file.read_text()
    assert "from_version=1.0" not in file.read_text()


def test_a_recorded_body_with_a_key_twice_is_damage(tmp_path: Path) -> None:
    write(tmp_path, CASSETTE.replace('"track": "v1"', '"track": "v0",\n          "track": "v1"'))
    said = 'in the recorded body, the key "track" stands twice in one object'
    assert damage(tmp_path).startswith(said)


INTERACTION, END = CASSETTE.removeprefix("interactions:\n").split("metadata:\n")
OTHER = INTERACTION.replace("größe", "other")
MISSING = NOT_THERE.removeprefix("interactions:\n").split("metadata:\n")[0]
UNAVAILABLE = MISSING.replace("404", "503")


@pytest.mark.parametrize("both", [(INTERACTION, OTHER), (OTHER, INTERACTION), (MISSING, OTHER)])
@pytest.mark.parametrize("comment", ["", "# merged\n"])
def test_a_cassette_with_two_answers_to_one_question_is_damaged(
    tmp_path: Path, both: tuple[str, str], comment: str
) -> None:
    write(tmp_path, f"{comment}interactions:\n{''.join(both)}metadata:\n{END}")
    assert damage(tmp_path) == f"it records two different answers to GET {PATH}"


@pytest.mark.parametrize("other", [INTERACTION, UNAVAILABLE])
def test_an_answer_may_stand_twice_and_beside_a_failure(tmp_path: Path, other: str) -> None:
    write(tmp_path, f"interactions:\n{INTERACTION}{other}metadata:\n{END}")
    assert cassettes(tmp_path).load(QUESTION).url == URL


RESPONSE = INTERACTION[INTERACTION.index("  response:") :]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (CASSETTE.replace(RESPONSE, RESPONSE + RESPONSE.replace("größe", "other")), "response"),
        (CASSETTE.replace("code: 200\n", "code: 200\n      code: 404\n"), "code"),
        (f"{CASSETTE}version: 1\n", "version"),
    ],
)
def test_a_cassette_with_a_key_twice_is_damaged(tmp_path: Path, text: str, key: str) -> None:
    write(tmp_path, text)
    assert f"(the key {key} stands twice in a mapping in " in damage(tmp_path)


# Confluent's registries


LATEST = Query(Kind.SCHEMA, "latest", "a.B")
ADDRESS = Query(Kind.REFERENCE, "3", "a.schema")
SUBJECTS = f"{BASE}/subjects/a.B-value/versions/latest"
REGISTERED = {"subject": "a.B-value", "version": 3, "id": 7, "guid": "g", "schemaType": "JSON"}
TWINS = f"""\
interactions:
- request:
    body: null
    headers: {{}}
    method: GET
    uri: {SUBJECTS}
  response:
    body:
      string: |-
        {{
          "id": 7,
          "schema": "{{\\"type\\": \\"object\\"}}",
          "schemaType": "JSON",
          "subject": "a.B-value",
          "version": 3
        }}
    headers:
      content-type:
      - application/json
    status:
      code: 200
      message: OK
- request:
    body: null
    headers: {{}}
    method: GET
    uri: {SUBJECTS}/schema
  response:
    body:
      string: |-
        {{
          "type": "object"
        }}
    headers:
      content-type:
      - application/json
    status:
      code: 200
      message: OK
metadata:
  recorded_at:
    {SUBJECTS}: '2026-01-01T00:00:00+00:00'
    {SUBJECTS}/schema: '2026-01-01T00:00:00+00:00'
version: 1
"""
CONFLUENT = ConfluentProtocol("{name}-value")


def confluent(root: Path) -> Cassettes:
    return Cassettes(root, Path("cassettes"), CONFLUENT, "pytest --record")


def fetched(query: Query, *answers: Any) -> Result:
    """What a Confluent registry answers; a number is the code of a 404."""
    exchanged: list[tuple[Request, Response]] = []

    def send(request: Request) -> Response:
        said = answers[len(exchanged)]
        is_missing = isinstance(said, int)
        body = {"error_code": said, "message": "of alice"} if is_missing else said
        exchanged.append((request, Response(404 if is_missing else 200, json.dumps(body))))
        return exchanged[-1][1]

    value = drive(CONFLUENT.ask(query), send)
    url = f"{BASE}/{CONFLUENT.path(query)}"
    kept = CONFLUENT.recorded(exchanged)
    return Result(query, url, value, FETCHED, "registry", exchanged=kept)


def registered(schema: str = '{"type": "object"}', **more: Any) -> dict[str, Any]:
    return REGISTERED | {"schema": schema} | more


def record(root: Path, result: Result) -> Path:
    confluent(root).save(result, staging=root / "staging")
    return root / confluent(root).path(result.query)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (LATEST, "latest/a.B.yaml"),
        (ADDRESS, "references/3/a.schema.yaml"),
        (Query(Kind.REFERENCE, "latest", ":.team:b"), None),
        (Query(Kind.USERS_OF_ID, name="7"), "ids/7.yaml"),
        (Query(Kind.PROTOCOL), "protocol.yaml"),
    ],
)
def test_each_kind_of_query_has_its_file(tmp_path: Path, query: Query, path: str | None) -> None:
    found = confluent(tmp_path).path(query)
    if path is None:
        assert found.parent == Path("cassettes/references/latest")
    else:
        assert found == Path("cassettes") / path
    assert not confluent(tmp_path).has(query)
    (tmp_path / found).parent.mkdir(parents=True)
    (tmp_path / found).touch()
    assert confluent(tmp_path).has(query)


def test_a_readable_copy_is_recorded_beside_the_answer(tmp_path: Path) -> None:
    file = record(tmp_path, fetched(LATEST, registered()))
    assert file.read_text(encoding="utf-8") == TWINS


@pytest.mark.parametrize(
    "said",
    [
        registered(),
        registered("true"),
        registered('{"pattern": "\\\\ud800", "title": "größe"}'),
        registered('{"maximum": 1e2, "minimum": 10.0}'),
        registered(schemaType=None),
        registered('syntax = "proto3";', schemaType="PROTOBUF"),
        registered(references=[{"name": "a b", "subject": "c", "version": -1}]),
        registered(metadata={"properties": {"deprecated": "true"}}),
    ],
)
@pytest.mark.parametrize("query", [LATEST, ADDRESS])
def test_a_registered_schema_is_replayed(
    tmp_path: Path, query: Query, said: dict[str, Any]
) -> None:
    result = fetched(query, said)
    record(tmp_path, result)
    found = confluent(tmp_path).load(query)
    assert (found.value, found.source, found.fetched_at) == (result.value, "cassette", FETCHED)
    assert found.url == result.url


@pytest.mark.parametrize("code", [40401, 40402, 40404])
def test_of_a_404_the_code_is_recorded_and_no_name(tmp_path: Path, code: int) -> None:
    result = fetched(LATEST, code)
    file = record(tmp_path, result)
    assert "alice" not in file.read_text(encoding="utf-8")
    assert confluent(tmp_path).load(LATEST).value == result.value


def test_recording_again_replaces_the_answer_and_its_copy(tmp_path: Path) -> None:
    first = record(tmp_path, fetched(LATEST, registered("true"))).read_text(encoding="utf-8")
    record(tmp_path, fetched(LATEST, registered()))
    file = record(tmp_path, fetched(LATEST, registered("true")))
    assert file.read_text(encoding="utf-8") == first


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('          "type": "object"', '          "type": "array"', "the readable copy"),
        (f"{SUBJECTS}/schema", f"{SUBJECTS}/scheme", "it lacks GET subjects/a.B-value/versions"),
        ('"version": 3', '"version": 0', "the answer has no 'version' that is a number"),
        ('"version": 3', '"version": 3, "version": 4', "in the recorded body, the key"),
        ('"version": 3', '"version": ' + 5_000 * "3", "the recorded body is not JSON"),
        ("    method: GET", "    method: POST", None),
        ("code: 200\n      message: OK", "code: 404\n      message: OK", "without a code"),
        ("  response:", "  more: 1\n  response:", ""),
        ("- request:\n    body: null\n    headers: {}\n    method: GET\n", "- request: x\n", None),
    ],
)
def test_a_cassette_that_was_touched_is_damaged(
    tmp_path: Path, old: str, new: str, reason: str | None
) -> None:
    file = record(tmp_path, fetched(LATEST, registered()))
    assert old in TWINS
    file.write_text(TWINS.replace(old, new, 1), encoding="utf-8")
    if reason == "":
        assert confluent(tmp_path).load(LATEST).schema.release == "3"
        return
    kind = CassetteDamaged if reason or "POST" not in new else CassetteMissing
    with pytest.raises(kind, match=reason):
        confluent(tmp_path).load(LATEST)


def pair(later: str) -> Query:
    sides = fetched(LATEST, registered(version=1)), fetched(LATEST, registered(version=int(later)))
    schemas = tuple(each.schema for each in sides)
    return Query(Kind.COMPATIBILITY, "1", "a.B", "1", "latest", later, schemas)


LEVEL = {"compatibilityLevel": "BACKWARD"}


@pytest.mark.parametrize("verdict", [True, False])
def test_a_verdict_is_recorded_with_the_post_that_asked_for_it(
    tmp_path: Path, verdict: bool
) -> None:
    result = fetched(pair("3"), LEVEL, {"is_compatible": verdict, "messages": ["why"]})
    file = record(tmp_path, result)
    assert "    method: POST\n" in file.read_text(encoding="utf-8")
    found = confluent(tmp_path).load(pair("3"))
    assert (found.value, found.url) == (
        result.value,
        f"{BASE}/config/a.B-value?defaultToGlobal=true",
    )


def test_a_recorded_verdict_is_not_one_on_another_release(tmp_path: Path) -> None:
    record(tmp_path, fetched(pair("3"), LEVEL, {"is_compatible": True}))
    with pytest.raises(CassetteDamaged, match="it lacks POST compatibility/subjects"):
        confluent(tmp_path).load(pair("4"))


def test_of_a_registered_verdict_only_the_latest_is_kept(tmp_path: Path) -> None:
    for later in ("3", "4"):
        file = record(tmp_path, fetched(pair(later), LEVEL, {"is_compatible": True}))
    assert file.read_text(encoding="utf-8").count("method: POST") == 1


def test_a_registry_without_schemas_is_recorded(tmp_path: Path) -> None:
    record(tmp_path, fetched(Query(Kind.INDEX), None))
    assert confluent(tmp_path).load(Query(Kind.INDEX)).entries == ()


class _PurePython(yaml.SafeDumper):
    pass


_PurePython.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, "|" if "\n" in text else None
    ),
)


@pytest.mark.parametrize(
    "body",
    [
        '{\n  "id": "größe \U0001f4cf"\n}',
        '[\n  "      string: |-",\n  {}\n]',
        "{\n}",
        "",
        "{}",
        "{ \n}",
        '{\n\n"id": 1}',
        "\n\n",
        "\n {\n}",
        "{\n}\n",
        '{\n\t"id": 1\n}',
        '{\n"id": "\x07"\n}',
    ],
)
def test_a_cassette_is_written_as_yamls_own_emitter_writes_it(body: str) -> None:
    around = Interaction(f"{URL}/1", 200, "{\n}", FETCHED)
    text = vcr_writer.text_of([around, Interaction(f"{URL}/2", 200, body, FETCHED), around])
    data = yaml.safe_load(text)
    assert data["interactions"][2]["response"]["body"]["string"] == body.removeprefix("\n")
    written = yaml.dump(data, Dumper=_PurePython, allow_unicode=True, width=float("inf"))
    assert text == written


def test_the_recorded_names_are_those_of_schemas(tmp_path: Path) -> None:
    names = ["a.B", "größe", "long" * 100]
    for name in names:
        query = Query(Kind.SCHEMA, "v1", name)
        path = tmp_path / cassettes(tmp_path).path(query)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(CASSETTE, encoding="utf-8")
    (path.parent / "of_another_tool.yaml").write_text("code: 200", encoding="utf-8")
    (path.parent / "folder.yaml").mkdir()
    assert sorted(cassettes(tmp_path).names()) == [("a.B", "v1"), ("größe", "v1")]
