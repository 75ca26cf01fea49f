from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_registry import ENDLESS, ORDER, Reply
from tests.unit.command_line.documents import document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.confluent_registry import ConfluentRegistry
    from tests.local_registry import LocalRegistry
    from tests.unit.command_line.conftest import Command

V1 = {"id": "a"}
BOTH = {"id": "a", "quantity": 1}


@pytest.fixture(autouse=True)
def _address(local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", str(local_registry.directory))


def write(path: Path, *payloads: Any) -> Path:
    path.write_text("\n".join(map(json.dumps, payloads)) + "\n")
    return path


def say(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


def test_a_payload_that_conforms_to_each_version_is_success(
    command: Command, project: Path
) -> None:
    said = command("check", ORDER, write(project / "a.json", BOTH))
    assert said == (0, f"checked 1 payload against {ORDER} v1 and v2: all conform\n", "")


def test_a_violation_is_explained_as_in_a_test(command: Command, project: Path) -> None:
    write(project / "a.jsonl", BOTH, V1, BOTH, {"id": 1, "quantity": 0})
    said = command("check", ORDER, "a.jsonl")
    directory = said.out.partition("schema: directory ")[2].partition("/v2/")[0]
    assert said.status == 1
    assert said.out.replace(directory, "schemas").splitlines() == [
        f"a.jsonl, line 2: {ORDER} v2: $.quantity is missing",
        '  $: "quantity" is a required property',
        "      #/required",
        "  it conforms to v1",
        f"  schema: directory schemas/v2/{ORDER}.json (release 2.0.0, digest 6b6ac587)",
        f"  next: make the producer speak v2, or check it against v1 only: {ORDER}@v1",
        "",
        f"a.jsonl, line 4: {ORDER} v1: $.id: 1 is an integer, not a string",
        "  $.id: 1 is an integer, not a string",
        '      #/properties/id/type says "string"',
        f"  schema: directory schemas/v1/{ORDER}.json (release 1.0.0, digest c54c21b4)",
        "  next: correct the producer, or publish a schema that allows what it sends",
        "",
        f"a.jsonl, line 4: {ORDER} v2: $.id: 1 is an integer, not a string (+1)",
        "  $.id: 1 is an integer, not a string",
        '      #/properties/id/type says "string"',
        "  $.quantity: 0 is less than the minimum of 1",
        "      #/properties/quantity/minimum says 1",
        f"  schema: directory schemas/v2/{ORDER}.json (release 2.0.0, digest 6b6ac587)",
        "  next: correct the producer, or publish a schema that allows what it sends",
        "",
        f"checked 4 payloads against {ORDER} v1 and v2: 2 violate it",
    ]
    assert said.err == ""


def test_a_named_version_is_checked_alone(command: Command, project: Path) -> None:
    said = command("check", f"{ORDER}@v1", write(project / "a.json", V1))
    assert said == (0, f"checked 1 payload against {ORDER} v1: all conform\n", "")
    assert command("check", f"{ORDER}@v2", "a.json").status == 1


def test_a_part_of_a_document_is_a_schema(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    local_registry.publish("shop", v1={"$defs": {"line": {"type": "integer"}}})
    write(project / "a.json", "x")
    said = command("check", "shop@v1#/$defs/line", "a.json")
    assert said.status == 1
    assert said.lines[0] == 'a.json: shop#/$defs/line v1: $: "x" is a string, not an integer'


def test_hints_are_those_of_files_and_not_of_calls(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    local_registry.publish("shop", v1={"$defs": {"x": {"type": "object"}}})
    local_registry.publish("shop", v2={"$defs": {"x": {"type": "string"}}})
    write(project / "a.json", json.dumps(V1))
    lines = command("check", "shop#/$defs/x", "a.json").lines
    assert "      the string is itself JSON: is it encoded twice?" in lines
    assert (
        "  next: make the producer speak v1, or check it against v2 only: shop@v2#/$defs/x" in lines
    )


def test_of_many_violations_verbose_shows_all_and_the_payload(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    local_registry.publish("many", v1={"items": {"type": "string"}})
    write(project / "a.json", [*range(12)])
    few = command("check", "many@v1", "a.json")
    assert "  and 2 more (--verbose shows all)" in few.lines
    everything = command("check", "many@v1", "a.json", "--verbose")
    assert "  $[11]: 11 is an integer, not a string" in everything.lines
    assert "  payload:" in everything.lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[1]", "checked 1 payload"),
        (b'{\n  "id": "a",\n  "quantity": 1\n}\n', "checked 1 payload"),
        (b'{"id": "a", "quantity": 1}\n\n{"id": "b", "quantity": 2}\n', "checked 2 payloads"),
        (b'{"id": "a", "quantity": 1}\n{"id"\n', "checked 1 payload"),
        (b"[" * 200_000 + b"\n1", "nothing was checked"),
    ],
)
def test_the_standard_input_is_one_payload_or_one_a_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, text: bytes, said: str
) -> None:
    say(monkeypatch, text)
    assert said in command("check", ORDER, "-").out


UTF8 = (
    "JSON between systems is UTF-8 without a byte order mark (RFC 8259 section 8.1); send it "
    "without"
)


@pytest.mark.parametrize(
    ("text", "reason", "advice"),
    [
        (
            b"{",
            (
                "it is not JSON at $: Expecting property name enclosed in double quotes: line 1 "
                "column 2 (char 1)"
            ),
            "correct it; a file has one payload, and one of .jsonl or .ndjson has one a line",
        ),
        (
            b"1 2",
            "it is not JSON at $: Extra data: line 1 column 3 (char 2)",
            "correct it; a file has one payload, and one of .jsonl or .ndjson has one a line",
        ),
        (
            b'{"id": "a", "id": "b"}',
            "it is not JSON at $: an object that has twice the key 'id'",
            "send each key once",
        ),
        (b"\xef\xbb\xbf1", "it is not JSON at $: it begins with a byte order mark", UTF8),
        (
            "[1]".encode("utf-16-le"),
            "it is not JSON at $: it is UTF-16",
            "save it as UTF-8, without a byte order mark",
        ),
        (
            b'"\xff"',
            "it is not JSON at $: it is not UTF-8 (invalid start byte at byte 1)",
            "save it as UTF-8, without a byte order mark",
        ),
        (
            b"[NaN]",
            "it is not JSON at $[0]: the number 'NaN'",
            "JSON has no such number; send null or text",
        ),
        (b" \n", "it has no payload", "add one, or leave the file out"),
    ],
)
def test_what_is_no_payload_could_not_be_checked(
    command: Command, project: Path, text: bytes, reason: str, advice: str
) -> None:
    (project / "a.json").write_bytes(text)
    said = command("check", ORDER, "a.json")
    assert said == (2, "nothing was checked\n", f"a.json: {reason}\n  next: {advice}\n")


def test_a_wrong_line_does_not_hide_the_others(command: Command, project: Path) -> None:
    (project / "a.ndjson").write_text('{"id": "a", "quantity": 1}\n\n{"id"\n{"id": "b"}\n')
    said = command("check", ORDER, "a.ndjson")
    assert said.status == 2
    assert said.err.startswith("a.ndjson, line 3: it is not JSON at $: Expecting ':' delimiter")
    assert said.lines[0] == f"a.ndjson, line 4: {ORDER} v2: $.quantity is missing"
    assert said.lines[-1] == (
        f"checked 2 payloads against {ORDER} v1 and v2: 1 violates it; 1 could not be checked"
    )


def test_a_file_that_cannot_be_read_could_not_be_checked(command: Command, project: Path) -> None:
    (project / "empty.jsonl").touch()
    said = command("check", ORDER, "gone.json", "gone.jsonl", project, "empty.jsonl")
    assert said.status == 2
    assert said.err.splitlines() == [
        "gone.json: it cannot be read: No such file or directory",
        "  next: correct the path",
        "gone.jsonl: it cannot be read: No such file or directory",
        "  next: correct the path",
        f"{project}: it cannot be read: Is a directory",
        "  next: correct the path",
        "empty.jsonl: it has no payload",
        "  next: add one, or leave the file out",
    ]


def test_a_version_without_the_schema_is_no_success(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    local_registry.publish("labels", v1=True)
    said = command("check", "labels", write(project / "a.json", 1))
    assert said.status == 2
    assert said.lines == ["checked 1 payload against labels v1: all conform"]
    assert "no schema labels in v2" in said.err
    assert "  next: v1 has it: publish it in v2" in said.err


def test_a_schema_that_is_nowhere_reads_no_payload(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    said = command("check", "orders.Ordr@v1", "-")
    assert (said.status, said.out) == (2, "nothing was checked\n")
    assert said.err.splitlines()[-1] == f"  next: did you mean {ORDER} (v1, v2)?"


def test_a_rule_that_takes_too_many_steps_could_not_be_checked(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    local_registry.publish("endless", v1={"pattern": ENDLESS})
    write(project / "a.json", "a" * 10_000)
    said = command("check", "endless@v1", "a.json")
    assert (said.status, said.out) == (2, "nothing was checked\n")
    assert said.err.startswith("a.json: endless v1: the schema is itself wrong:")


def test_what_a_person_should_know_is_told_once(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    old = {"deprecated": True, "deprecation_note": "use b", "requird": ["id"], "type": "object"}
    local_registry.publish("a", v1=old, v2={"deprecated": True, "type": "object"})
    said = command("check", "a", write(project / "a.jsonl", {}, {}))
    assert said.status == 0
    deprecated, misspelled, other = said.err.splitlines()
    assert deprecated == "note: a v1 is deprecated: use b"
    assert "requird" in misspelled
    assert other == "note: a v2 is deprecated"


def test_hidden_values_stay_hidden(command: Command, project: Path) -> None:
    write(project / "a.json", {"id": 4711, "quantity": 1})
    (project / "b.json").write_text('{"id": "4711", "id": NaN}')
    said = command("check", ORDER, "a.json", "b.json", "--registry-redact=id", "--verbose")
    assert said.status == 2
    assert "4711" not in said.out + said.err
    assert "<redacted>" in said.out


def test_the_document_has_the_violations(command: Command, project: Path) -> None:
    write(project / "a.jsonl", BOTH, V1)
    said = command("check", ORDER, "a.jsonl", "gone.json", "--format=json")
    found = document(said, "check")
    (failure,) = found["failures"]
    assert (said.status, found["checked"], found["violating"], found["unchecked"]) == (2, 2, 1, 1)
    assert found["errors"] == [
        "gone.json: it cannot be read: No such file or directory\n  next: correct the path"
    ]
    assert [(each["name"], each["version"], each["release"]) for each in found["schemas"]] == [
        (ORDER, "v1", "1.0.0"),
        (ORDER, "v2", "2.0.0"),
    ]
    assert failure.pop("text").startswith(f"{ORDER} v2: $.quantity is missing\n")
    assert failure == {
        "file": "a.jsonl",
        "line": 2,
        "version": "v2",
        "violations": [
            {
                "path": "$",
                "schema_path": "#/required",
                "keyword": "required",
                "message": '"quantity" is a required property',
                "causes": [],
            }
        ],
    }


def test_the_document_has_the_causes_of_a_violation(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a", v1={"anyOf": [{"type": "integer"}, {"minLength": 3}]})
    said = command("check", "a@v1", write(project / "a.json", "ab"), "--format=json")
    (violation,) = document(said, "check")["failures"][0]["violations"]
    assert violation["causes"]


def test_a_registry_is_asked_for_each_schema_once(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    write(project / "a.jsonl", *[BOTH] * 20)
    said = command("check", ORDER, "a.jsonl", "a.jsonl", f"--registry-url={local_registry.url}")
    assert said.status == 0
    assert local_registry.paths == [f"/schemas/v1/{ORDER}", f"/schemas/v2/{ORDER}"]
    command("check", ORDER, "a.jsonl", f"--registry-url={local_registry.url}")
    assert len(local_registry.paths) == 4


def test_a_cache_that_is_named_is_kept_and_an_old_copy_is_told(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    write(project / "a.json", BOTH)
    settings = [f"--registry-url={local_registry.url}", "--registry-cache-dir=cache"]
    assert command("check", ORDER, "a.json", *settings).status == 0
    assert command("check", ORDER, "a.json", *settings).status == 0
    assert len(local_registry.requests) == 2
    local_registry.always(Reply(503))
    said = command("check", ORDER, "a.json", *settings, "--registry-cache-ttl=0")
    assert said.status == 0
    assert said.err.splitlines()[0].startswith(f"note: {ORDER} v1 release 1.0.0 was served from ")


def test_a_registry_that_is_down_is_no_success(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    write(project / "a.json", BOTH)
    local_registry.always(Reply(403))
    said = command("check", ORDER, "a.json", f"--registry-url={local_registry.url}")
    assert (said.status, said.out) == (2, "nothing was checked\n")
    assert said.err.startswith("the registry refused the request with status 403\n")


def test_subjects_of_a_confluent_registry_are_schemas(
    command: Command, project: Path, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("orders-value", {"required": ["id"]})
    write(project / "a.json", {})
    said = command("check", "orders-value", "a.json", f"--registry-url={confluent_registry.url}")
    assert said.status == 1
    assert said.lines[0] == "a.json: orders-value latest: $.id is missing"


def test_without_a_registry_there_are_the_cassettes(
    command: Command, project: Path, local_registry: LocalRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project / "a.json", BOTH)
    url = f"--registry-url={local_registry.url}"
    assert command("check", ORDER, "a.json", url, "--registry-mode=record").status == 0
    monkeypatch.delenv("SCHEMA_REGISTRY_URL")
    local_registry.requests.clear()
    assert command("check", ORDER, "a.json").status == 0
    assert command("check", ORDER, "a.json", url, "--registry-offline").status == 0
    assert local_registry.requests == []
