"""Golden payloads and dead letters, collected as tests.

<payloads>/<name>.payloads.jsonl      one payload a line
<payloads>/<name>/valid/*.json        one payload a file
<payloads>/<name>/invalid/*.json      one payload a file that must not conform
    …/invalid/<rule>/*.json           and must violate this rule, a keyword such as ``required``
    …/<payload>.why                   and its explanation must have each line of this file
FILE.jsonl, where it is an argument   dead letters, each against the schema of today

Golden payloads run against each version line of the session, a dead letter against its own. A name
may be an address. With a version, it runs against that one only. In a pointer, ``/`` is written
``%2F``: <payloads>/openapi#%2Fcomponents%2Fschemas%2FOrder/valid/.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_schema_registry.addresses import Address
from pytest_schema_registry.contracts.dead_letters import letters, passed
from pytest_schema_registry.contracts.expected_reason import ExpectedReason
from pytest_schema_registry.contracts.explanation import IN_A_TEST
from pytest_schema_registry.contracts.judge import from_json
from pytest_schema_registry.errors import (
    ContractViolation,
    SchemaRegistryError,
    SchemaRegistryWarning,
)
from pytest_schema_registry.json_values import json_path, path_steps
from pytest_schema_registry.redaction import REDACTED
from pytest_schema_registry.schemas import SchemaRequest
from pytest_schema_registry.text import printable, printable_text, said_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from pytest_schema_registry.contracts.contract import Contract
    from pytest_schema_registry.contracts.explanation import Advice
    from pytest_schema_registry.plugin.session import PluginSession
    from pytest_schema_registry.schemas import Violation

    Read = Callable[[], Iterable["PayloadCase"]]

#: Errors whose message needs no traceback. A user can turn our warnings into errors, too.
PLAIN = (ContractViolation, SchemaRegistryError, SchemaRegistryWarning)


class PayloadCase(NamedTuple):
    """One payload, and the verdict that its test expects.

    Args:
        title: The name of its test within its file.
        request: The request for its schema.
        payload: The payload as JSON text, or as the bytes of a message; None where it is not kept.
        conforms: True where it must conform, False where it must not.
        why: What an invalid one must fail for; None for anything.
        origin: The test and the time that a dead letter comes from; empty for other payloads.
        wrong_at: The JSON paths of the violations that a dead letter recorded.
    """

    title: str
    request: SchemaRequest
    payload: str | bytes | None
    conforms: bool = True
    why: ExpectedReason | None = None
    origin: str = ""
    wrong_at: tuple[str, ...] = ()


class LetterCollection:
    """The hook that collects files of dead letters, where the command line names one.

    Args:
        process: Returns what gives the contracts; called for the first such file.
    """

    def __init__(self, process: Callable[[], PluginSession]) -> None:
        self._process = process

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        if file_path.suffix != ".jsonl" or not parent.session.isinitpath(file_path):
            return None
        read = _dead_letters(file_path)
        if read is None:
            return None  # another tool's
        file: PayloadFile = PayloadFile.from_parent(
            parent, path=file_path, read=read, process=self._process()
        )
        return file


def one_a_file(path: Path, name: str, versions: tuple[str, ...]) -> Read:
    """Return a function that reads a file with one golden payload that must conform.

    Args:
        path: The file.
        name: The schema's.
        versions: The version lines that it is checked against.
    """
    name, versions = _addressed(name, versions)
    return lambda: (
        PayloadCase(f"valid[{version}]", SchemaRequest(name, version), path.read_text("utf-8"))
        for version in versions
    )


def one_invalid_a_file(
    path: Path, name: str, versions: tuple[str, ...], *, rule: str, why: Path | None
) -> Read:
    """Return a function that reads a file with one golden payload that must not conform.

    Args:
        path: The file.
        name: The schema's.
        versions: The version lines that it is checked against.
        rule: The keyword that it must violate; empty for any.
        why: The file with texts that its explanation must have, one a line; None for any
            explanation.
    """
    name, versions = _addressed(name, versions)

    def read() -> Iterator[PayloadCase]:
        reason = ExpectedReason(rule, () if why is None else _texts(why))
        text = path.read_text("utf-8")
        for version in versions:
            request = SchemaRequest(name, version)
            yield PayloadCase(f"invalid[{version}]", request, text, conforms=False, why=reason)

    return read


def _texts(why: Path) -> tuple[str, ...]:
    texts = tuple(filter(None, map(str.strip, why.read_text("utf-8").splitlines())))
    if not texts:
        text = f"{why} is empty; write what the explanation must say, or remove the file"
        raise pytest.Collector.CollectError(printable_text(text))
    return texts


def one_a_line(path: Path, name: str, versions: tuple[str, ...]) -> Read:
    """Return a function that reads a file with a golden payload on each line.

    Args:
        path: The file.
        name: The schema's.
        versions: The version lines that they are checked against.
    """
    name, versions = _addressed(name, versions)
    return lambda: _lines(path, name, versions)


def _addressed(written: str, versions: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the name of the schema that a file's or folder's name addresses, and its versions."""
    address = Address.parse(written)
    return address.name, versions if address.version is None else (address.version,)


def _lines(path: Path, name: str, versions: tuple[str, ...]) -> Iterable[PayloadCase]:
    lines = path.read_text("utf-8").split("\n")
    payloads = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not payloads:
        text = f"{path} has no payload; add one, or remove the file"
        raise pytest.Collector.CollectError(printable_text(text))
    return (
        PayloadCase(f"line {number}[{version}]", SchemaRequest(name, version), line)
        for number, line in payloads
        for version in versions
    )


def _dead_letters(path: Path) -> Read | None:
    raw = path.read_bytes()
    found = list(letters(raw))
    if raw.strip() and not found:
        return None  # some other tool's file
    lines = {number for number, line in enumerate(raw.split(b"\n"), 1) if line.strip()}
    if damaged := sorted(lines - {number for number, _ in found}):
        return refusal(
            f"{path} has no dead letter in line {damaged[0]}; correct the line, or remove it"
        )
    return lambda: (
        PayloadCase(
            printable(f"line {number}[{letter['schema']}-{letter['version']}]"),
            SchemaRequest(letter["schema"], letter["version"]),
            passed(letter),
            origin=f"{letter.get('test')}, {letter.get('time')}",
            # Older letters write their paths in another form.
            wrong_at=tuple(
                json_path(path_steps(str(each.get("path")))) for each in letter["violations"]
            ),
        )
        for number, letter in found
    )


def refusal(text: str) -> Read:
    """Return a function that raises a collection error with the text, in place of reading."""

    def read() -> Iterable[PayloadCase]:
        raise pytest.Collector.CollectError(printable_text(text))

    return read


class PayloadFile(pytest.File):
    """A file of payloads.

    Args:
        read: Reads the payloads in it.
        process: Gives the contracts.
    """

    def __init__(self, *, read: Read, process: PluginSession, **node: Any) -> None:
        super().__init__(**node)
        self._read = read
        self._process = process

    def collect(self) -> Iterator[PayloadItem]:
        try:
            for case in self._read():
                item: PayloadItem = PayloadItem.from_parent(
                    self,
                    name=case.title,
                    # Given as text: pytest 9.2 reads the part in brackets from it, for --lf.
                    nodeid=f"{self.nodeid}::{case.title}",
                    case=case,
                    process=self._process,
                )
                yield item
        except (OSError, UnicodeDecodeError) as exc:
            text = printable_text(f"{self.path} cannot be read: {said_by(exc)}")
            raise self.CollectError(text) from None


class PayloadItem(pytest.Item):
    """One payload against one version of its schema.

    Args:
        case: The payload, and the verdict that the test expects.
        process: Gives the contract.
    """

    def __init__(self, *, case: PayloadCase, process: PluginSession, **node: Any) -> None:
        super().__init__(**node)
        self._case = case
        self._process = process

    @property
    def registry_requests(self) -> tuple[SchemaRequest, ...]:
        """The request for the schema, retrieved before the tests where that takes a network."""
        return (self._case.request,)

    def runtest(self) -> None:
        advice = _advice(self._case)
        contract = self._process.parametrization.contract(self._case.request, advice=advice)
        if not self._case.conforms:
            contract.assert_refused(self._case.payload, text=True, why=self._case.why)
        elif self._case.origin and self._is_lost(contract):
            pytest.skip("what was wrong with it is redacted, so it cannot be checked again")
        else:
            payload = self._case.payload
            contract.assert_conforms(payload, text=isinstance(payload, str))

    def _is_lost(self, contract: Contract) -> bool:
        """Check whether redaction removed all that was wrong with a dead letter.

        It did where it removed a message. In other payloads, it did if every violation of today is
        at a redacted value. If there is none today, the letter must have recorded one there.
        """
        if not isinstance(self._case.payload, str):
            return self._case.payload is None
        payload = json.loads(self._case.payload)
        redacted = tuple(_redacted(payload))
        if not redacted:
            return False
        judge = self._process.judge
        validator = judge.validator(contract.schema())
        payload = from_json(validator, payload)
        # Violations are only looked for in a payload that the validator refuses.
        found = () if validator.is_valid(payload) else judge.violations(validator, payload)
        is_lost = all(_is_of(each, redacted) for each in found)
        below = tuple(f"{path}{step}" for path in redacted for step in ".[")
        was_lost = any(path in redacted or path.startswith(below) for path in self._case.wrong_at)
        return is_lost and (was_lost or bool(found))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, PLAIN):
            headline, *rest = str(excinfo.value).split("\n")
            lines = [headline, f"  payload in: {self._place()}", *rest]
            if self._case.origin:
                lines.append(f"  first met by: {self._case.origin}")
            return printable_text("\n".join(lines))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        # pytest would show the dots of a bare name as those of a module.
        return self.path, None, printable(f"{self._place()} [{self._case.request.version}]")

    def _place(self) -> str:
        """Return the payload's file, as in the test's id, and its line."""
        file = self.nodeid.removesuffix(f"::{self.name}")
        line = self.name.partition("[")[0]
        return f"{file}, {line}" if line.startswith("line ") else file


def _advice(case: PayloadCase) -> Advice:
    """Return what a user can do about a payload that does not conform."""
    if case.origin:
        said = 'test its producer against {version} only: @pytest.mark.registry_schema("{address}")'
    elif case.title.startswith("line "):
        said = "move it to {file}.payloads.jsonl"
    else:
        said = "move it to {file}/valid/"
    return IN_A_TEST._replace(narrow=said)


def _redacted(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Yield the JSON paths of a payload's redacted values."""
    members: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    elif value == REDACTED:
        yield json_path(path)
    for step, each in members:
        yield from _redacted(each, (*path, step))


def _is_of(violation: Violation, redacted: Collection[str]) -> bool:
    if violation.causes:
        return all(_is_of(each, redacted) for each in violation.causes)
    return violation.path in redacted
