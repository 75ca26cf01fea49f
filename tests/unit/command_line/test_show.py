from __future__ import annotations

from typing import TYPE_CHECKING

from tests.local_registry import ORDER, ORDER_V2, Reply
from tests.unit.command_line.documents import document

if TYPE_CHECKING:
    from tests.conftest import Run
    from tests.local_registry import LocalRegistry
    from tests.unit.command_line.conftest import Command


def test_show_prints_what_the_option_of_pytest_prints(
    command: Command, local_registry: LocalRegistry, run: Run
) -> None:
    url = f"--registry-url={local_registry.url}"
    said = command("show", ORDER, url)
    printed = run(url, f"--registry-show={ORDER}").outlines
    assert (said.status, said.err) == (0, "")
    assert said.lines[0] == f"{ORDER} v1"
    assert said.lines == printed[-len(said.lines) :]


def test_a_schema_that_only_some_versions_have_is_shown(
    command: Command, local_registry: LocalRegistry
) -> None:
    local_registry.publish("a", v2={"type": "string"})
    said = command("show", "a", f"--registry-url={local_registry.directory}")
    assert said.status == 0
    assert said.err == ""
    assert "no schema a in v1" in said.lines
    assert "a v2" in said.lines


def test_a_schema_that_no_version_has_is_no_success(
    command: Command, local_registry: LocalRegistry
) -> None:
    url = f"--registry-url={local_registry.url}"
    assert command("show", ORDER, "a", url).status == 1
    assert command("show", "a.*", url).status == 1
    assert command("show", "orders.*", url).status == 0


def test_brackets_are_a_pattern_as_they_are_in_a_list(
    command: Command, local_registry: LocalRegistry
) -> None:
    for name in ("ab", "ac", "ad"):
        local_registry.publish(name, v1=True)
    url = f"--registry-url={local_registry.directory}"
    said = command("show", "a[bc]", url)
    assert (said.status, said.err) == (0, "")
    assert [line for line in said.lines if line.endswith(" v1")] == ["ab v1", "ac v1"]
    assert command("list", "a[bc]", url).lines == ["ab  v1", "ac  v1"]


def test_a_name_that_has_brackets_is_shown(command: Command, local_registry: LocalRegistry) -> None:
    local_registry.publish("Page[int]", v1=True, v2=True)
    url = f"--registry-url={local_registry.directory}"
    for written, shown in (("Page[int]", ["v1", "v2"]), ("Page[int].schema@v2", ["v2"])):
        said = command("show", written, url)
        assert (said.status, said.err) == (0, "")
        headlines = [line for line in said.lines if line.startswith("Page[int] ")]
        assert headlines == [f"Page[int] {version}" for version in shown]
    assert command("list", "Page[int]", url).lines == ["Page[int]  v1, v2"]


def test_a_registry_that_does_not_answer_is_another_status(
    command: Command, local_registry: LocalRegistry
) -> None:
    local_registry.always(Reply(403))
    url = f"--registry-url={local_registry.url}"
    assert command("show", ORDER, url).status == 2
    assert command("show", "a.*", url).status == 2


def test_the_document_has_the_schemas_themselves(
    command: Command, local_registry: LocalRegistry
) -> None:
    url = f"--registry-url={local_registry.directory}"
    said = command("show", f"{ORDER}@v2", "gone@v1", "x*", url, "--format=json")
    found = document(said, "show")
    assert [each["content"] for each in found["schemas"]] == [ORDER_V2]
    assert [each.partition("\n")[0] for each in found["errors"]] == [
        "no schema gone in v1",
        "no schema has a name like x* in v1 or v2",
    ]
    assert said.err.splitlines()[0] == "no schema gone in v1"
