"""``check``: payloads in files against a schema of the registry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_schema_registry.addresses import Address
from pytest_schema_registry.command_line.opening import opened, settings_of
from pytest_schema_registry.command_line.output import Status, described
from pytest_schema_registry.command_line.payload_files import Payload, Unreadable, payloads, place
from pytest_schema_registry.contracts.explanation import Advice
from pytest_schema_registry.contracts.judge import from_json
from pytest_schema_registry.errors import SchemaRegistryError
from pytest_schema_registry.text import listed, printable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from pytest_schema_registry.command_line.opening import Opened
    from pytest_schema_registry.command_line.output import Output
    from pytest_schema_registry.errors import ContractViolation
    from pytest_schema_registry.schema_types.schema_type import Validator
    from pytest_schema_registry.schemas import Violation

_ADVICE = Advice("--verbose", "check it against {version} only: {address}")


def run(options: Namespace, output: Output) -> Status:
    """Check the payloads of some files, and tell which violate the schema.

    Args:
        options: The parsed command line.
        output: Told what was found.

    Raises:
        SchemaRegistryError: The settings are wrong.
    """
    settings = settings_of(options)
    with opened(settings, output) as registry:
        check = _Check(registry, output, is_verbose=options.verbose)
        if check.finds(options.schema):
            read = partial(registry.judge.to_json, text=True)
            for found in payloads(options.files, read):
                check.payload(found)
        return check.close()


class _Check:
    """One run of the command.

    Args:
        registry: The registry.
        output: Told what was found.
        is_verbose: True to show all violations, and excerpts.
    """

    def __init__(self, registry: Opened, output: Output, *, is_verbose: bool) -> None:
        self._registry = registry
        self._output = output
        self._is_verbose = is_verbose
        self._name = ""
        self._validators: list[Validator] = []
        self._versions: Sequence[str] = ()
        #: The violating payloads, for the document.
        self._failures: list[dict[str, Any]] = []
        self._checked = 0
        self._violating = 0
        self._unchecked = 0

    def finds(self, written: str) -> bool:
        """Find the schema in each version; return whether there is any to check payloads against.

        Args:
            written: The schema's address.
        """
        source, judge = self._registry
        address = Address.parse(written)
        self._name = address.name
        self._versions = (address.version,) if address.version else source.versions
        for version in self._versions:
            try:
                schema = source.schema(address.name, version)
                validator = judge.validator(schema)
            except SchemaRegistryError as exc:
                source.served(exc.old_copies)
                self._output.error(str(exc))
                continue
            source.served(validator.old_copies)
            if schema.deprecated:
                because = f": {schema.deprecation_note}" if schema.deprecation_note else ""
                self._output.note(f"{schema} is deprecated{because}")
            for _, remark in validator.remarks():
                self._output.note(remark)
            self._validators.append(validator)
        return bool(self._validators)

    def payload(self, found: Payload | Unreadable) -> None:
        """Check one payload against each version."""
        if isinstance(found, Unreadable):
            self._unchecked += 1
            self._output.error(f"{place(found)}: {found.reason}\n  next: {found.advice}")
            return
        try:
            violations = self._violations(found.value)
        except SchemaRegistryError as exc:  # a rule of the schema takes too many steps
            self._unchecked += 1
            self._output.error(f"{place(found)}: {exc}")
            return
        self._checked += 1
        self._violating += bool(violations)
        for violation in violations:
            self._output.lines([f"{printable(place(found))}: {violation}", ""])
            if self._output.as_json:
                self._failures.append(_failure(found, violation))

    def _violations(self, document: Any) -> list[ContractViolation]:
        violations = []
        for validator in self._validators:
            value = from_json(validator, document)
            if not validator.is_valid(value):
                violations.append(self._explained(validator, value))
        return violations

    def _explained(self, validator: Validator, value: Any) -> ContractViolation:
        return self._registry.judge.explain(
            validator,
            value,
            others=self._registry.source.versions,
            verbose=self._is_verbose,
            advice=_ADVICE,
        )

    def close(self) -> Status:
        """Tell what all came to."""
        lacking = len(self._versions) - len(self._validators)
        schemas = [each.schema for each in self._validators]
        if not self._checked:
            summary = "nothing was checked"
            status = Status.IMPOSSIBLE
        else:
            status = Status.NO if self._violating else Status.YES
            count = f"{self._checked:,} payload{'' if self._checked == 1 else 's'}"
            lines = listed([schema.version for schema in schemas], "and")
            violating = f"{self._violating:,} violate" + ("s" if self._violating == 1 else "")
            said = f"{violating} it" if self._violating else "all conform"
            summary = f"checked {count} against {self._name} {lines}: {said}"
            if self._unchecked:
                summary += f"; {self._unchecked:,} could not be checked"
        if lacking or self._unchecked:
            status = Status.IMPOSSIBLE
        self._output.lines([printable(summary)])
        return self._output.close(
            status,
            schemas=[described(schema) for schema in schemas],
            checked=self._checked,
            violating=self._violating,
            unchecked=self._unchecked,
            failures=self._failures,
        )


def _failure(found: Payload, violation: ContractViolation) -> dict[str, Any]:
    return {
        "file": found.file,
        "line": found.line,
        "version": violation.schema.version,
        "text": violation.text,
        "violations": [_document(each) for each in violation.violations],
    }


def _document(violation: Violation) -> dict[str, Any]:
    return {
        "path": violation.path,
        "schema_path": violation.schema_path,
        "keyword": violation.keyword,
        "message": violation.message,
        "causes": [_document(each) for each in violation.causes],
    }
