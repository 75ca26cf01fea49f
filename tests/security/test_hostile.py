"""A hostile registry, and hostile files in a pull request: nothing of theirs is obeyed."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from pytest_schema_registry import SchemaRegistry, SchemaRegistryError
from pytest_schema_registry.registries.core import CoreProtocol
from pytest_schema_registry.registries.queries import Kind, Query
from tests.local_registry import ORDER, Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run
    from tests.local_registry import LocalRegistry

JSON = {"content-type": "application/json"}

NAMES = [
    *(".", "..", "../../x", "/etc/passwd", "C:\\x", "\\\\host\\x", "a/../../b", "a%2Fb", "a/b"),
    *("a\0b", "a\nb", "CON", "nul.txt", "~a", "a.", "a ", " a", "*", "n" * 300, "n" * 299 + "m"),
    *("\u00e9", "e\u0301", "\u0430", "a", "\uff41", "\u212b", "\u00c5", "\U0001d41a", "\ud800"),
    *("straße", "strasse", "STRASSE/", "strasse/"),
]


def as_lenient_as_any_disk(path: Path) -> str:
    """A path as a disk sees it that knows neither case nor ways to compose a character."""
    return unicodedata.normalize("NFKC", str(path)).casefold()


@pytest.mark.parametrize("version", ["v1", "..", "../v1"])
def test_no_name_leads_elsewhere_or_to_another_s_file(
    local_registry: LocalRegistry, tmp_path: Path, version: str
) -> None:
    for name in NAMES:
        path = CoreProtocol().path(Query(Kind.SCHEMA, version, name))
        local_registry.always(Reply(200, {"content": {"const": ascii(name)}}, JSON), path)
    inside = tmp_path / "a" / "b" / "c"
    folders: Any = {"cassettes": inside / "cassettes", "cache_dir": inside / "cache"}
    for mode in ("record", "replay", "live"):
        with SchemaRegistry(local_registry.url, mode=mode, **folders) as registry:
            for name in NAMES:
                assert registry.get_schema(name, version).content == {"const": ascii(name)}
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    # The cache keeps the protocol, too.
    for suffix, more in ((".yaml", 0), (".entry", 1)):
        kept = {as_lenient_as_any_disk(file) for file in files if file.suffix == suffix}
        assert len(kept) == len(NAMES) + more
    assert {file.relative_to(inside).parts[0] for file in files} == {"cassettes", "cache"}
    assert {
        len(file.relative_to(inside / "cassettes").parts) for file in inside.rglob("*.yaml")
    } == {2}
    # Each was asked once, below the base URL's path.
    assert len(local_registry.requests) == len(NAMES)


@pytest.mark.parametrize("release", [".", "../../x", "/x", "a\0b", "n" * 300, "1&name=x", "\ud800"])
def test_no_release_leads_elsewhere(
    local_registry: LocalRegistry, tmp_path: Path, release: str
) -> None:
    inside = tmp_path / "a" / "b"
    folders: Any = {"cassettes": inside / "cassettes", "cache_dir": inside / "cache"}
    local_registry.always(Reply(200, {"content": {}}, JSON))
    for mode in ("record", "replay"):
        with SchemaRegistry(local_registry.url, mode=mode, **folders) as registry:
            assert registry.get_schema(ORDER, "v1", release=release).release == release
    assert [file.name for file in (inside / "cassettes").rglob("*.yaml")] == [f"{ORDER}.yaml"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_name_that_no_address_can_hold_is_an_error_like_others(
    local_registry: LocalRegistry,
) -> None:
    with SchemaRegistry(local_registry.url) as registry, pytest.raises(SchemaRegistryError):
        registry.get_schema("n" * 70_000, "v1")


def test_an_etag_that_no_request_can_hold_is_left_out(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    local_registry.always(Reply(200, {"content": {}}, JSON | {"etag": "\u00e9"}))
    for _ in range(2):
        with SchemaRegistry(local_registry.url, cache_dir=tmp_path, cache_ttl=0) as registry:
            assert registry.get_schema(ORDER, "v1").source == "registry"


# What moves the cursor, clears the screen, sets a title, and turns the text around.
EVIL = "\x1b[2J\x1b]0;title\x07\x9b1A\x85\u202e\u2066\u2028\r\x08\x00"

OBEYED = f"""
import pytest

EVIL = {EVIL!a}

@pytest.fixture
def payload():
    return {{EVIL: EVIL, "other": [EVIL, {{"b": EVIL}}], "id": EVIL}}

@pytest.mark.registry_schema("evil.Schema", versions="v1")
def test_strict(assert_conforms, payload):
    assert_conforms(payload)

@pytest.mark.registry_schema("evil.Schema", versions="v1", enforcement="warn")
def test_warned(assert_conforms, payload):
    assert_conforms(payload)

@pytest.mark.registry_schema("evil.Schema", versions="v1")
def test_not_json(assert_conforms, payload):
    assert_conforms({{EVIL: {{EVIL}}}})

@pytest.mark.parametrize("name", ["wrong", "dangling", "release", "refused", "page", "later"])
def test_asked(schema_registry, name):
    schema_registry.validate_payload(schema_registry.get_schema(f"evil.{{name}}", "v1"), 1)

def test_listed(schema_registry):
    schema_registry.versions("evil.Schema")

def test_missing(schema_registry):
    schema_registry.get_schema(EVIL, "v1")

@pytest.mark.registry_schema(EVIL, versions="v1")
def test_missing_and_declared(assert_conforms):
    assert_conforms({{}})
"""
SCHEMA = {
    "title": EVIL,
    "description": EVIL,
    "properties": {
        EVIL: {"enum": [EVIL], "title": EVIL, "default": EVIL, "deprecated": True},
        "other": {"items": {"type": "integer", "format": EVIL}, "$comment": EVIL},
        "id": {"pattern": "^\u202e$", "minLength": 200, "const": EVIL},
    },
    "required": [f"{EVIL}x"],
    "additionalProperties": False,
}
PAGE = {"content-type": "text/html; x=\x9b", "x-evil": EVIL[:4]}


@pytest.fixture
def evil(local_registry: LocalRegistry) -> LocalRegistry:
    """A registry that says in all that it says what a terminal would obey."""
    answers: dict[str, Any] = {
        "Schema": {"content": SCHEMA, "name": "evil.Schema", "deprecated": True},
        "wrong": {"content": {"type": EVIL, "properties": {EVIL: {"pattern": "("}}}},
        "dangling": {"content": {"$ref": f"#/{EVIL}"}},
        "release": {"content": {}, "core_version": f"1{EVIL}"},
        "Schema/versions": [{"core_version": EVIL}],
    }
    answers["Schema"]["deprecation_note"] = EVIL
    for name, answer in answers.items():
        local_registry.always(Reply(200, answer, JSON), f"schemas/v1/evil.{name}")
    for name, reply in {
        "refused": Reply(403, EVIL),
        "page": Reply(200, EVIL, PAGE),
        "later": Reply(503, {"detail": EVIL}, JSON | {"retry-after": "3600\x9b"}),
    }.items():
        local_registry.always(reply, f"schemas/v1/evil.{name}")
    index = {"tracks": {"v1": {"schemas": [{"name": EVIL, "latest_core_version": EVIL}]}}}
    local_registry.always(Reply(200, index, JSON), "index")
    return local_registry


def raw_output(pytester: pytest.Pytester) -> str:
    return "".join((pytester.path / name).read_bytes().decode() for name in ("stdout", "stderr"))


def obeyed(output: str) -> set[str]:
    """The lines of which a terminal would not show every character."""
    return {line for line in output.split("\n") if not line.isprintable()}


@pytest.mark.parametrize("options", [["-vv", "-rA"], ["-n", "2"]])
def test_no_terminal_obeys_a_registry_or_a_payload(
    run: Run, pytester: pytest.Pytester, evil: LocalRegistry, options: list[str]
) -> None:
    pytester.makepyfile(OBEYED)
    result = run(f"--registry-url={evil.url}", "--color=no", *options)
    outcomes = result.parseoutcomes()
    assert (outcomes["failed"], outcomes["passed"]) == (1, 1), outcomes
    assert obeyed(raw_output(pytester)) == set()


def test_no_terminal_obeys_the_names_in_an_index(
    run: Run, pytester: pytest.Pytester, evil: LocalRegistry
) -> None:
    pytester.makepyfile(OBEYED)
    pytester.makeini("[pytest]\nregistry_compatibility =\n    *: v1 -> v2\n")
    run(f"--registry-url={evil.url}", "--registry-require-coverage", "-v")
    output = raw_output(pytester)
    assert "entry 0 of track 'v1' has a name that cannot be printed" in output
    assert obeyed(output) == set()


def test_no_terminal_obeys_the_names_in_dead_letters(run: Run, pytester: pytest.Pytester) -> None:
    letter = {"schema": f"a{EVIL}", "version": f"v1{EVIL}", "payload": EVIL, "violations": []}
    (pytester.path / "l.jsonl").write_text(json.dumps(letter))
    run("l.jsonl", "-v").assert_outcomes(errors=1)
    assert obeyed(raw_output(pytester)) == set()


def test_no_terminal_obeys_the_names_of_golden_payloads(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    name = f"a{EVIL}".replace("\0", "").replace("/", "")
    local_registry.always(Reply(200, {"content": {}}, JSON))
    folder = pytester.path / "tests" / "contracts" / "payloads"
    folder.mkdir(parents=True)
    (folder / f"{name}.payloads.jsonl").write_text("1\n")
    run(f"--registry-url={local_registry.url}", "tests").assert_outcomes(passed=2)
    # Above it pytest shows the file's name.
    closing = raw_output(pytester).partition("= schema registry =")[2]
    assert "title" in closing
    assert obeyed(closing) == set()


def test_no_terminal_obeys_a_schema_that_is_shown(
    run: Run, pytester: pytest.Pytester, evil: LocalRegistry
) -> None:
    names = ["Schema", "wrong", "release", "refused", "page", EVIL.replace("\0", "")]
    run(f"--registry-url={evil.url}", *(f"--registry-show=evil.{name}" for name in names))
    output = raw_output(pytester)
    assert "deprecated  yes" in output
    assert obeyed(output) == set()


#: What GitHub's runner obeys where it begins a line, and wherever it stands.
COMMANDS = ["::add-mask::passed", "::stop-commands::t", "#" + "#[group]x"]
COMMANDED = """
import pytest

NAMES = ["::add-mask::passed", "::stop-commands::t", "#" + "#[group]x"]

@pytest.fixture(params=range(3), ids=str)
def name(request):
    return NAMES[request.param]

@pytest.mark.parametrize("version", ["v1", "v2"])
def test_asked(schema_registry, registry_schema, registry_version, name, version):
    schema = schema_registry.get_schema(name, version)
    assert schema_registry.validate_payload(schema, {})[0]

def test_conforms(assert_conforms, name):
    assert_conforms({name: "\\r" + name}, name)

def test_missing(schema_registry, name):
    schema_registry.get_schema("gone\\n" + name, "v1\\n" + name)
"""


def obeyed_by_github(output: str) -> set[str]:
    # Where a test fails, pytest itself shows what its fixtures gave it.
    lines = (line for line in output.splitlines() if "name = " not in line)
    return {line for line in lines if line.lstrip().startswith("::") or "##[" in line}


@pytest.fixture
def commanding(local_registry: LocalRegistry) -> LocalRegistry:
    """A registry that says in all that it says what GitHub would obey."""
    for name in COMMANDS:
        for version, required in (("v1", []), ("v2", [name])):
            properties = {name: {"enum": [name], "description": name, "pattern": f"^{name[:2]}"}}
            content = {"title": name, "properties": properties, "required": required}
            answer = {"content": content, "name": name, "core_version": name, "deprecated": True}
            answer["deprecation_note"] = f"use\n{name}"
            path = CoreProtocol().path(Query(Kind.SCHEMA, version, name))
            local_registry.always(Reply(200, answer, JSON), path)
    tracks = {
        version: {"schemas": [{"name": name} for name in COMMANDS]} for version in ("v1", "v2")
    }
    local_registry.always(Reply(200, {"tracks": tracks}, JSON), "index")
    return local_registry


@pytest.mark.parametrize(
    "options",
    [
        ["-vv", "-rA", "--registry-enforcement=v1=warn"],
        ["-n", "2", "--tb=native", "--registry-mode=record"],
        ["-v", "--registry-drift=warn", "--registry-require-coverage"],
    ],
    ids=["all", "workers", "drift"],
)
def test_github_obeys_no_registry_and_no_payload(
    run: Run, pytester: pytest.Pytester, commanding: LocalRegistry, options: list[str]
) -> None:
    pytester.makepyfile(COMMANDED)
    pytester.makeini("[pytest]\nregistry_compatibility =\n    *: v1 -> v2\n")
    run(f"--registry-url={commanding.url}", "--color=no", *options)
    output = raw_output(pytester)
    assert "\\::add-mask::passed v1 -> v2 is not backward compatible" in output
    assert "#\\#[group]x" in output
    assert obeyed_by_github(output) == set()


def test_github_obeys_no_schema_that_is_shown(
    run: Run, pytester: pytest.Pytester, commanding: LocalRegistry
) -> None:
    shown = [f"--registry-show={name}" for name in [*COMMANDS, "gone\n::add-mask::x"]]
    run(f"--registry-url={commanding.url}", *shown)
    output = raw_output(pytester)
    assert output.startswith("\\::add-mask::passed v1\n")
    assert "\n  \\::add-mask::passed  required  " in output
    assert obeyed_by_github(output) == set()


def test_github_obeys_no_annotation_but_ours(
    run: Run, pytester: pytest.Pytester, commanding: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    pytester.makepyfile(COMMANDED)
    url = f"--registry-url={commanding.url}"
    run(
        url, "-k", "conforms and 0", "--registry-enforcement=v1=warn", "--registry-require-coverage"
    )
    obeyed = obeyed_by_github(raw_output(pytester))
    file = " file=test_github_obeys_no_annotation_but_ours.py"
    starts = {line.partition("title=")[0].rstrip(" ,") for line in obeyed}
    assert starts == {"::warning", "::error", f"::error{file}"}


BOMB = "\n".join(
    ["a0: &a0 [x]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30))]
)


def cassette(name: str, body: str, *, more: str = "", uri: str = "http://registry.example") -> str:
    return f"""{more}
interactions:
- request: {{uri: {json.dumps(f"{uri}/schemas/v1/{name}")}}}
  response: {{status: {{code: 200}}, body: {{string: {json.dumps(body)}}}}}
version: 1
"""


#: What a cassette of that name holds, made from the name.
CASSETTES: dict[str, Callable[[str], str]] = {
    "run": lambda name: "!!python/object/apply:os.mkdir [canary]",
    "run.inside": lambda name: cassette(name, "", more="a: !!python/object/new:os.mkdir [canary]"),
    "bomb": lambda name: cassette(name, "", more=BOMB).replace('""', "*a29"),
    "number": lambda name: cassette(name, f'{{"content": {{"const": {"9" * 5_000}}}}}'),
    "infinite": lambda name: cassette(name, '{"content": {"maximum": 1e999999}}'),
    "minus": lambda name: cassette(name, '{"content": {"maximum": -1e999999}}'),
    "number.outside": lambda name: cassette(name, "", more=f"a: {'9' * 5_000}"),
    "status": lambda name: cassette(name, "").replace("200", "0x" + "f" * 10_000),
    "deep": lambda name: cassette(name, "[" * 200_000),
    "deep.outside": lambda name: "[" * 200_000,
    "deep.content": lambda name: cassette(
        name, '{"content": ' + '{"not": ' * 50_000 + "1" + "}" * 50_001
    ),
    "types": lambda name: cassette(name, '{"content": {}, "deprecated": "no"}'),
    "binary": lambda name: "\0\x1b[2J",
    "other": lambda name: cassette("deep", '{"content": {}}'),
    "evil": lambda name: cassette(name, "{", more=f"? {EVIL!a}\n: !{quote(EVIL)} x"),
    "evil.name": lambda name: cassette(name, json.dumps({"content": {}, "name": EVIL})),
}
#: Each definition refers twice to the next one.
DOUBLING = {
    "$ref": "#/$defs/a0",
    "$defs": {
        **{f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)},
        "a40": {"type": "integer"},
    },
}
#: What the verdict on a payload needs, and is refused with the schema's name.
SCHEMAS = {
    "references": json.dumps({"content": DOUBLING}),
    "references.escaped": json.dumps({"content": DOUBLING}).replace("$ref", r"\u0024r\u0065f"),
    "deep.verdict": '{"content": ' + '{"not": ' * 700 + "{}" + "}" * 701,
    "type": '{"content": {"type": [{}]}}',
    "itself": '{"content": {"$ref": "evil.itself#/x"}}',
    "evil.ref": json.dumps({"content": {"$ref": f"urn:{EVIL}"}}),
    "pattern": '{"content": {"pattern": "(a+)+$(?=b)(("}}',
}
LIMITED = """
import resource

resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
"""


def replay_suite(names: list[str]) -> str:
    return f"""
import pytest

@pytest.mark.parametrize("name", {names})
def test_replayed(schema_registry, name):
    schema_registry.validate_payload(schema_registry.get_schema(f"evil.{{name}}", "v1"), 1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits on memory and time")
def test_a_hostile_cassette_is_an_error_that_names_the_file(
    run: Run, pytester: pytest.Pytester
) -> None:
    folder = pytester.mkdir("cassettes") / "v1"
    folder.mkdir()
    for name, make in CASSETTES.items():
        (folder / f"evil.{name}.yaml").write_text(make(f"evil.{name}"))
    for name, body in SCHEMAS.items():
        (folder / f"evil.{name}.yaml").write_text(cassette(f"evil.{name}", body))
    pytester.makeconftest(LIMITED)
    pytester.makepyfile(replay_suite([*CASSETTES, *SCHEMAS]))
    run("--registry-offline", "--registry-cassettes=cassettes", "--color=no").assert_outcomes(
        errors=len(CASSETTES) + len(SCHEMAS)
    )
    output = raw_output(pytester)
    assert [
        name for name in CASSETTES if f"  cassette: cassettes/v1/evil.{name}.yaml\n" not in output
    ] == []
    assert [name for name in SCHEMAS if f"evil.{name}" not in output] == []
    assert obeyed(output) == set()
    assert not list(pytester.path.rglob("canary"))
    # What pytest shows of our code and of the test is not the cassettes' doing.
    said = [line for line in output.splitlines() if line.startswith(("E  ", "ERROR "))]
    assert sum(map(len, said)) < 30_000
    assert max(map(len, output.splitlines())) < 1_000


def test_no_terminal_obeys_the_address_in_a_cassette(run: Run, pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("cassettes") / "v1"
    folder.mkdir()
    text = cassette("evil.a", '{"content": {"type": 5}}', uri=f"http://{EVIL}")
    (folder / "evil.a.yaml").write_text(text)
    pytester.makepyfile(replay_suite(["a"]))
    run("--registry-offline", "--registry-cassettes=cassettes").assert_outcomes(errors=1)
    output = raw_output(pytester)
    assert obeyed(output) == set()


def forge(folder: Path, url: str, values: dict[str, Any], content: str = "\n{}") -> None:
    """Write an entry whose digest is right, so that only what it says can be wrong."""
    value = {"name": "evil", "version": "v1", "release": None, "references": None}
    entry = {"url": url, "session": "x", "fetched_at": time.time(), "etag": None, "exchanged": []}
    if isinstance(wrong := values.get("value"), dict):
        values = {"value": value | wrong}
    head = json.dumps(entry | {"value": value} | values).replace('"DEEP"', "[" * 200_000)
    body = (head.replace('"LONG"', "9" * 5_000) + content).encode()
    mark = f"schema-registry-4 {sha256(body).hexdigest()}\n"
    file = folder / f"{sha256(url.encode()).hexdigest()[:40]}.entry"
    file.write_bytes(mark.encode() + body)


ENTRIES: dict[str, dict[str, Any]] = {
    "deep": {"value": "DEEP"},
    "long": {"value": {"token": "LONG"}},
    "types": {"value": {"deprecated": "no"}},
    "evil": {"value": {"release": EVIL}},
    "noted": {"value": {"deprecated": True, "deprecation_note": EVIL}},
    "late": {"fetched_at": 1e308},
    "never": {"fetched_at": float("nan")},
    "elsewhere": {"url": "http://registry.example"},
    "tagged": {"fetched_at": 0.0, "etag": ["x"]},
}
#: Schemas that an entry holds, which are looked at when they are needed.
HELD = {
    "cut": '{"type": "obj',
    "deep": '{"not": ' * 50_000 + "{}" + "}" * 50_000,
    "long": f'{{"const": {"9" * 5_000}}}',
    "infinite": '{"maximum": -1e999999}',
    "evil": f'{{"const": "{EVIL}"}}',
    "number": "5",
}


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits on memory and time")
def test_a_hostile_cache_entry_is_asked_for_anew(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    folder = pytester.mkdir("cache")
    for name, values in ENTRIES.items():
        local_registry.publish(f"evil.{name}", v1={"const": name})
        forge(folder, f"{local_registry.url}/schemas/v1/evil.{name}", values)
    pytester.makeconftest(LIMITED)
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("name", {list(ENTRIES)})
        def test_asked(schema_registry, name):
            schema = schema_registry.get_schema(f"evil.{{name}}", "v1")
            assert schema.content == {{"const": name}}
            assert schema.source == "registry"
    """)
    options = [f"--registry-url={local_registry.url}", "--registry-cache-dir=cache"]
    run(*options, "-W", "error").assert_outcomes(passed=len(ENTRIES))


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits on memory and time")
def test_a_hostile_schema_in_a_cache_entry_is_an_error_that_names_it(
    run: Run, pytester: pytest.Pytester, local_registry: LocalRegistry
) -> None:
    folder = pytester.mkdir("cache")
    for name, content in HELD.items():
        forge(folder, f"{local_registry.url}/schemas/v1/evil.{name}", {}, f"\n{content}")
    pytester.makeconftest(LIMITED)
    pytester.makepyfile(replay_suite(list(HELD)))
    options = [f"--registry-url={local_registry.url}", "--registry-cache-dir=cache"]
    run(*options).assert_outcomes(errors=len(HELD))
    output = raw_output(pytester)
    origins = [f"cache of {local_registry.url}/schemas/v1/evil.{name}" for name in HELD]
    assert [origin for origin in origins if origin not in output] == []
    assert obeyed(output) == set()
    assert local_registry.requests == []


def test_names_that_differ_in_case_keep_their_own_recordings_in_one_file(
    local_registry: LocalRegistry, tmp_path: Path
) -> None:
    names = ["orders.Order", "orders.order"]
    folder = tmp_path / "cassettes"
    options: Any = {"cassettes": folder, "versions": "v1"}
    for name in names:
        local_registry.publish(name, v1={"const": name})
        with SchemaRegistry(local_registry.url, mode="record", **options) as registry:
            registry.get_schema(name, "v1")
        # What a disk that ignores case does between the two.
        for other in names:
            for file in folder.glob(f"v1/{name}.yaml"):
                file.rename(file.with_stem(other))
    for name in reversed(names):
        for file in folder.glob("v1/*.yaml"):
            file.rename(file.with_stem(name))
        with SchemaRegistry(mode="replay", **options) as registry:
            assert registry.get_schema(name, "v1").content == {"const": name}
