from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.command_line import listing
from tests.local_registry import ORDER, Reply
from tests.unit.command_line.documents import document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pytest

    from tests.confluent_registry import ConfluentRegistry
    from tests.local_registry import LocalRegistry
    from tests.unit.command_line.conftest import Command


def test_the_schemas_of_a_directory_are_listed_with_their_versions(
    command: Command, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a", v10={"deprecated": True}, v2=True)
    (local_registry.directory / "v1" / "half.json").write_text("{")
    said = command("list", f"--registry-url={local_registry.directory}")
    assert (said.status, said.err) == (0, "")
    damaged = f"{local_registry.directory}/v1/half.json"
    assert damaged not in said.out
    assert said.lines == [
        "a             v2, v10 (deprecated)",
        (
            "half          v1 (it cannot be read: the file is not JSON (Expecting property name "
            "enclosed in double quotes: line 1 column 2 (char 1)))"
        ),
        f"{ORDER}  v1 release 1.0.0, v2 release 2.0.0",
    ]


def test_a_pattern_and_the_versions_narrow_the_list(
    command: Command, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a", v1=True)
    url = f"--registry-url={local_registry.directory}"
    assert command("list", "orders.*", url).lines == [
        f"{ORDER}  v1 release 1.0.0, v2 release 2.0.0"
    ]
    assert command("list", url, "--registry-versions=v2").lines == [f"{ORDER}  v2 release 2.0.0"]


def test_a_registry_over_http_is_asked_for_its_index_once(
    command: Command, local_registry: LocalRegistry
) -> None:
    said = command("list", f"--registry-url={local_registry.url}")
    assert said.lines == [f"{ORDER}  v1 release 1.0.0, v2 release 2.0.0"]
    assert local_registry.paths == ["/index"]


def test_a_confluent_registry_is_asked_for_the_versions_of_the_subjects_that_match(
    command: Command, confluent_registry: ConfluentRegistry
) -> None:
    for number in range(2):
        confluent_registry.register("orders-value", {"title": str(number)})
    confluent_registry.register("other-value", {})
    url = f"--registry-url={confluent_registry.url}"
    said = command("list", "orders*", url)
    assert said.lines == ["orders-value  1, 2"]
    assert [path for path in confluent_registry.paths if "other" in path] == []
    found = document(command("list", "other*", url, "--format=json"), "list")
    assert [(each["name"], each["version"], each["release"]) for each in found["schemas"]] == [
        ("other-value", "latest", "1")
    ]


def test_subjects_are_sorted_whichever_answer_comes_first(
    command: Command, confluent_registry: ConfluentRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject, title in (("a-value", "1"), ("b-value", "1"), ("b-value", "2")):
        confluent_registry.register(subject, {"title": title})

    def last_first(work: Callable[[str], Any], names: Iterable[str], _at_most: int) -> Any:
        return map(work, reversed([*names]))

    monkeypatch.setattr(listing, "concurrently", last_first)
    url = f"--registry-url={confluent_registry.url}"
    found = document(command("list", url, "--format=json"), "list")
    assert [(each["name"], each["release"]) for each in found["schemas"]] == [
        ("a-value", "1"),
        ("b-value", "1"),
        ("b-value", "2"),
    ]


def test_a_subject_whose_versions_cannot_be_had_says_why(
    command: Command, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("a-value", {})
    confluent_registry.register("b-value", {})
    confluent_registry.always(Reply(403), "subjects/a-value/versions")
    said = command("list", f"--registry-url={confluent_registry.url}")
    assert said.lines == [
        "a-value  (it cannot be read: the registry refused the request with status 403)",
        "b-value  1",
    ]


def test_offline_the_recordings_are_listed(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    (project / "a.json").write_text('{"id": "a", "quantity": 1}')
    url = f"--registry-url={local_registry.url}"
    command("check", f"{ORDER}@v1", "a.json", url, "--registry-mode=record")
    local_registry.requests.clear()
    assert command("list").lines == [f"{ORDER}  v1 release 1.0.0"]
    assert command("list", url, "--registry-offline").lines == [f"{ORDER}  v1 release 1.0.0"]
    assert local_registry.requests == []


def test_nothing_to_list_says_why(
    command: Command, project: Path, local_registry: LocalRegistry
) -> None:
    url = f"--registry-url={local_registry.directory}"
    expected = (
        f"no schema has a name like x*\n  there is: {ORDER}\n"
        "  next: correct the pattern, or set --registry-versions\n"
    )
    assert command("list", "x*", url) == (1, "", expected)
    expected = (
        "there is no recording in tests/contracts/cassettes\n"
        "  next: give --registry-url, or correct --registry-cassettes\n"
    )
    assert command("list") == (1, "", expected)
    (project / "empty").mkdir()
    expected = "there is no schema in empty\n  next: correct --registry-url\n"
    assert command("list", "--registry-url=empty") == (1, "", expected)
    (project / "empty" / "shop.Order.json").write_text("{}")
    expected = (
        "there is no schema in empty\n  next: correct --registry-url, move its files to folders of "
        "versions, such as v1, or say where they are, as --registry-layout={name}.json does\n"
    )
    assert command("list", "--registry-url=empty") == (1, "", expected)
    layout = ("--registry-url=empty", "--registry-layout={name}.json")
    assert command("list", *layout).lines == ["shop.Order  latest"]


def test_a_registry_that_does_not_answer_is_another_status(
    command: Command, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(403))
    said = command("list", f"--registry-url={local_registry.url}", "--format=json")
    assert document(said, "list")["errors"][0].startswith("the registry refused the request")
    assert said.status == 2


def test_offline_the_recordings_of_subjects_are_listed(
    command: Command, project: Path, confluent_registry: ConfluentRegistry
) -> None:
    confluent_registry.register("orders-value", {"type": "object"})
    (project / "a.json").write_text("{}")
    url = f"--registry-url={confluent_registry.url}"
    assert command("check", "orders-value", "a.json", url, "--registry-mode=record").status == 0
    confluent_registry.requests.clear()
    assert command("list").lines == ["orders-value  1"]
    assert confluent_registry.requests == []


def test_a_layout_is_listed_by_its_names_and_versions(command: Command, project: Path) -> None:
    for version in ("v1", "v2"):
        (project / f"Order.{version}.schema.json").write_text("true")
    said = command("list", "--registry-url=.", "--registry-layout={name}.{version}.schema.json")
    assert said.lines == ["Order  v1, v2"]
