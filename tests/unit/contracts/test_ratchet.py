from __future__ import annotations

import errno
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pytest_schema_registry import ContractViolation, InvalidSettings
from pytest_schema_registry.contracts import ratchet
from pytest_schema_registry.contracts.recorder import Recorder, SchemaUsage
from pytest_schema_registry.contracts.rollout import Rollout
from pytest_schema_registry.json_values import Content
from pytest_schema_registry.schemas import Schema, SchemaKey
from pytest_schema_registry.settings.enforcement import EnforcementRules

if TYPE_CHECKING:
    from pathlib import Path

ORDER = SchemaKey("shop.Order", "v1")
ITEM = SchemaKey("shop.Item", "v2")
SCHEMA = Schema(
    name="shop.Order",
    version="v1",
    release="1.0",
    published=Content.of(True),
    token="0",
    deprecated=False,
    deprecation_note=None,
    source="cache",
    fetched_at=datetime.now(UTC),
    url="http://r/schemas/v1/shop.Order",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "ratchet.txt"


def test_there_is_nothing_in_a_file_that_is_not_there_yet(file: Path) -> None:
    file.parent.mkdir()
    assert ratchet.load(file) == frozenset()


def test_what_was_added_is_there_sorted_and_once(file: Path) -> None:
    assert ratchet.add(file, {ORDER}) == {ORDER}
    assert ratchet.add(file, {ORDER, ITEM}) == {ITEM}
    assert ratchet.load(file) == {ORDER, ITEM}
    assert file.read_text().splitlines()[2:] == ["shop.Item@v2", "shop.Order@v1"]


def test_a_file_that_gains_nothing_is_not_touched(file: Path) -> None:
    ratchet.add(file, {ORDER})
    file.write_text("shop.Order@v1  # since May\n")
    assert ratchet.add(file, {ORDER}) == frozenset()
    assert file.read_text() == "shop.Order@v1  # since May\n"


def test_what_people_wrote_into_the_file_stays(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("# ours\n\n# since May\nshop.Item@v2\nshop.Order@v1  # at last\n# the end\n")
    ratchet.add(
        file, {SchemaKey("a.A", "v1"), SchemaKey("shop.Just", "v1"), SchemaKey("z.Z", "v1"), ITEM}
    )
    assert file.read_text() == (
        "# ours\n\n# since May\na.A@v1\nshop.Item@v2\nshop.Just@v1\nshop.Order@v1  # at last\n"
        "z.Z@v1\n# the end\n"
    )


@pytest.mark.parametrize(("written", "kept"), [("# ours\n", "# ours\n"), ("", None)])
def test_a_file_without_entries_gains_the_first(file: Path, written: str, kept: str | None) -> None:
    file.parent.mkdir()
    file.write_text(written)
    ratchet.add(file, {ORDER})
    head = "\n".join([*ratchet.HEADER, ""]) if kept is None else kept
    assert file.read_text() == f"{head}shop.Order@v1\n"


def test_a_name_may_hold_an_at_sign(file: Path) -> None:
    ratchet.add(file, {SchemaKey("a@b", "v1")})
    assert ratchet.load(file) == {SchemaKey("a@b", "v1")}


def test_a_name_may_be_written_with_its_ending(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("shop.Order.schema@v1\n")
    assert ratchet.load(file) == {ORDER}
    assert ratchet.add(file, {ORDER}) == frozenset()


@pytest.mark.parametrize("first", ["", "# What is strict.\n"])
def test_a_byte_order_mark_is_no_part_of_the_first_line(file: Path, first: str) -> None:
    file.parent.mkdir()
    file.write_text(f"\ufeff{first}{ITEM}\n", encoding="utf-8")
    assert ratchet.load(file) == {ITEM}
    ratchet.add(file, {ORDER})
    assert file.read_text(encoding="utf-8") == f"{first}{ITEM}\n{ORDER}\n"


def test_a_line_that_is_none_is_an_error_that_names_it(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("shop.Order@v1\n<<<<<<< HEAD\n")
    with pytest.raises(InvalidSettings, match=r"ratchet.txt, line 2: '<<<<<<< HEAD' is not NAME@V"):
        ratchet.load(file)


def test_a_file_that_is_no_text_is_an_error(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidSettings, match="cannot be read"):
        ratchet.load(file)


def test_a_file_that_cannot_be_written_is_an_error(file: Path) -> None:
    file.parent.touch()
    with pytest.raises(InvalidSettings, match=r"ratchet\.txt cannot be"):
        ratchet.add(file, {ORDER})


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.parent.mkdir()
    staged = file.with_name(".schema-registry-0123")

    def refused(*_file: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(staged))

    monkeypatch.setattr("pytest_schema_registry.files.replace", refused)
    with pytest.raises(InvalidSettings) as caught:
        ratchet.add(file, {ORDER})
    assert caught.value.reason == (
        f"{file} cannot be written: Permission denied; make its folder writable"
    )


def test_sessions_that_end_at_once_lose_nothing_of_each_other(file: Path) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from pytest_schema_registry.contracts import ratchet;"
        "from pytest_schema_registry.schemas import SchemaKey;"
        "[ratchet.add(Path(sys.argv[1]), {SchemaKey(f'{sys.argv[2]}.{i}', 'v1')})"
        " for i in range(20)]"
    )
    sessions = [
        subprocess.Popen([sys.executable, "-c", script, str(file), name]) for name in "abcd"
    ]
    assert [session.wait() for session in sessions] == [0] * 4
    assert len(ratchet.load(file)) == 80


def test_a_name_may_hold_the_sign_of_a_comment(file: Path) -> None:
    ratchet.add(file, {SchemaKey("a#b", "v1")})
    file.write_text(file.read_text() + "a.C@v1  # by hand\n")
    assert ratchet.load(file) == {SchemaKey("a#b", "v1"), SchemaKey("a.C", "v1")}


def test_a_name_means_the_same_with_the_ending_that_some_registries_list(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("shop.Order.schema@v1\nshop.Item @ v2\n")
    assert ratchet.load(file) == {ORDER, ITEM}
    assert ratchet.add(file, {ORDER}) == frozenset()


@pytest.mark.parametrize("line", ["shop.Order", "@v1", "shop.Order@", "shop.Order@v1,v2", "a@v 1"])
def test_a_line_of_no_version_or_of_two_is_an_error(file: Path, line: str) -> None:
    file.parent.mkdir()
    file.write_text(f"{line}\n")
    with pytest.raises(InvalidSettings, match=r"line 1: .* is not NAME@VERSION"):
        ratchet.load(file)


def test_a_name_that_would_be_read_as_something_else_is_not_listed(file: Path) -> None:
    ratchet.add(
        file, {SchemaKey("a\nb.B@v1", "v1"), SchemaKey("a #b", "v1"), SchemaKey("a", "v 1"), ORDER}
    )
    assert ratchet.load(file) == {ORDER}


def test_a_file_in_a_folder_that_is_missing_is_an_error(file: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"ratchet\.txt is in no folder that there is"):
        ratchet.load(file)


def test_a_missing_file_beside_one_of_almost_its_name_is_an_error(file: Path) -> None:
    ratchet.add(file, {ORDER})
    file.with_name("ratchets.txt").write_text("no entry\n")
    with pytest.raises(InvalidSettings, match=r"no .*rachet\.txt, but there is ratchet\.txt; "):
        ratchet.load(file.with_name("rachet.txt"))
    file.with_name("rachet.txt").touch()
    assert ratchet.load(file.with_name("rachet.txt")) == frozenset()


def test_a_missing_file_beside_one_that_is_no_ratchet_is_a_new_one(file: Path) -> None:
    file.parent.mkdir()
    file.with_name("ratchets.txt").write_text("no entry\n")
    file.with_name("ratches.txt").touch()
    assert ratchet.load(file) == frozenset()


def test_a_missing_file_in_a_folder_that_may_not_be_listed_is_a_new_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.parent.mkdir()

    def unlisted(folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(type(file), "iterdir", unlisted)
    assert ratchet.load(file) == frozenset()


def test_each_entry_has_the_number_of_its_line(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("# ours\n\nshop.Order@v1  # since May\nshop.Item@v2\n")
    assert ratchet.lines_of(file) == {ORDER: 3, ITEM: 4}


@pytest.mark.parametrize(
    ("written", "notes"),
    [
        ("# ours\nshop.Order@v1\n", ["  strict: folder/ratchet.txt line 2 lists it"]),
        ("shop.Item@v2\n", []),
        ("<<<<<<< HEAD\n", []),  # since the run began
    ],
)
def test_a_violation_says_which_line_makes_it_one(
    file: Path, tmp_path: Path, written: str, notes: list[str]
) -> None:
    file.parent.mkdir()
    file.write_text(written)
    rollout = Rollout(
        EnforcementRules(), Recorder(), lambda _fact: True, ratchet_file=file, root=tmp_path
    )
    violation = ContractViolation("text", SCHEMA, 1, ())
    with pytest.raises(ContractViolation) as caught:
        rollout.violated(SchemaUsage(ORDER, "strict", None), violation)
    assert getattr(caught.value, "__notes__", []) == notes
