"""Compatibility rules, collected as tests beside the contract tests."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.errors import (
    IncompatibleSchemas,
    SchemaNotFound,
    SchemaRegistryError,
    SchemaRegistryWarning,
)
from pytest_schema_registry.plugin.raw_options import RULES
from pytest_schema_registry.schemas import SchemaKey, SchemaRequest, in_lines
from pytest_schema_registry.settings.compatibility_rules import Case, CompatibilityRule
from pytest_schema_registry.text import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from pytest_schema_registry.plugin.session import PluginSession
    from pytest_schema_registry.schemas import IndexEntry

#: A case to compare; the only version of a schema; or the error that leaves no case.
Comparison = Case | SchemaKey | SchemaRegistryError
#: Errors whose message needs no traceback. A user can turn our warnings into errors, too.
PLAIN = (IncompatibleSchemas, SchemaRegistryError, SchemaRegistryWarning)


class RuleCollection:
    """The hooks of a session that has compatibility rules.

    The tests belong to the ini file, so that a user can pass the file's name or a test's id to
    pytest. They are also collected when the run covers the directory above the cassettes.

    Args:
        process: Gives the settings and the comparisons.
        config: The session's.
    """

    def __init__(self, process: PluginSession, config: pytest.Config) -> None:
        self._process = process
        self._path = config.inipath or config.rootpath / RULES

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            # If the file is an argument itself, pytest_collect_file collects it.
            named = collector.isinitpath(self._path)
            if self._process.collection_scope != "part" and not named:
                report.result.append(self._file(collector))
        return report

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> RuleFile | None:
        named = file_path == self._path and parent.session.isinitpath(file_path)
        return self._file(parent) if named else None

    def _file(self, parent: pytest.Collector) -> RuleFile:
        file: RuleFile = RuleFile.from_parent(parent, path=self._path, process=self._process)
        return file


class RuleFile(pytest.File):
    """The ini file, as the node of the compatibility rules' tests.

    Without an ini file, its path leads to no file.

    Args:
        process: Gives the settings and the comparisons.
    """

    def __init__(self, *, process: PluginSession, **node: Any) -> None:
        super().__init__(**node)
        self._process = process

    def collect(self) -> Iterator[RuleItem]:
        if (error := self._process.configuration.rules_error) is not None:
            yield self._item(RULES, error)
        found: dict[str, Comparison] = {}
        named: set[str] = set()
        for rule in self._process.settings.compatibility:
            for title, comparison in self._comparisons(rule):
                # A name needs both versions, even if another rule's pattern skips the schema.
                if title not in found or isinstance(comparison, Case):
                    found[title] = comparison
                    if not rule.is_pattern:
                        named.add(title)
        for title, comparison in found.items():
            yield self._item(title, comparison, is_named=title in named)

    def _item(self, title: str, comparison: Comparison, *, is_named: bool = True) -> RuleItem:
        item: RuleItem = RuleItem.from_parent(
            self,
            name=printable(title),
            # Given as text: pytest 9.2 reads the part in brackets from it, for --lf.
            nodeid=f"{self.nodeid}::{printable(title)}",
            comparison=comparison,
            is_named=is_named,
            process=self._process,
        )
        return item

    def _comparisons(self, rule: CompatibilityRule) -> Iterator[tuple[str, Comparison]]:
        if not rule.is_pattern:
            yield from ((str(case), case) for case in rule.cases(None))
            return
        try:
            entries = in_lines(self._index, rule.versions)
            listed = {SchemaKey(entry.name, entry.version) for entry in entries}
        except SchemaRegistryError as exc:
            # As for any schema that is not available, one test fails and the others still run.
            yield rule.text, exc
            return
        cases = [(str(case), case) for case in rule.cases(listed)]
        if fault := self._fault(rule, listed, [case for _, case in cases]):
            text = f"{RULES}: {rule.text}: the registry {fault}; correct the rule"
            raise self.CollectError(printable(text))
        yield from cases
        yield from rule.alone(listed)

    def _fault(
        self, rule: CompatibilityRule, listed: Collection[SchemaKey], cases: Sequence[Case]
    ) -> str:
        """Return the reason why the rule compares less than it says, or ''."""
        if not cases:
            return "lists nothing of such a name in two of these versions"
        if not self._is_any_there(cases):
            return "has nothing of such a name in two versions that this compares"
        absent = rule.absent(listed)
        return f"lists nothing of such a name in {' or '.join(absent)}" if absent else ""

    def _is_any_there(self, cases: Iterable[Case]) -> bool:
        """Check that one case has both its schemas, where the index does not tell which there are.

        Without any, each case would be skipped, and a wrong rule would pass.
        """
        catalogue = self._process.source.catalogue
        if catalogue.lists_lines:
            return True
        for case in cases:
            try:
                for version in (case.old, case.new):
                    catalogue.schema(case.name, version)
            except SchemaNotFound:
                continue
            except SchemaRegistryError:
                return True  # the case's test raises it
            return True
        return False

    @cached_property
    def _index(self) -> tuple[IndexEntry, ...]:
        return self._process.source.catalogue.index()


class RuleItem(pytest.Item):
    """One comparison that a rule asks for.

    Args:
        comparison: The case; the only version of the schema, to skip the test; or the error to
            raise.
        is_named: True where a rule names the schema; False where only a pattern found it.
        process: Gives the comparisons.
    """

    def __init__(
        self,
        *,
        comparison: Comparison,
        is_named: bool,
        process: PluginSession,
        **node: Any,
    ) -> None:
        super().__init__(**node)
        self._comparison = comparison
        self._is_named = is_named
        self._process = process
        self.add_marker(RULES)

    @property
    def registry_requests(self) -> tuple[SchemaRequest, ...]:
        """The requests for both schemas, retrieved before the tests where that takes a network."""
        case = self._comparison
        if not isinstance(case, Case):
            return ()
        return SchemaRequest(case.name, case.old), SchemaRequest(case.name, case.new)

    def runtest(self) -> None:
        case = self._comparison
        if isinstance(case, SchemaRegistryError):
            raise case
        if isinstance(case, SchemaKey):
            pytest.skip(f"only {case.version} has it")
        if not self._is_named and (reason := self._why_not(case)):
            pytest.skip(reason)
        self._process.evolution.assert_compatible(
            str(SchemaKey(case.name, case.old)),
            str(SchemaKey(case.name, case.new)),
            level=case.level,
            policy=case.policy,
            defaults=case.defaults,
        )

    def _why_not(self, case: Case) -> str:
        """Return the reason why a schema that only a pattern found is not compared, or ''."""
        catalogue = self._process.source.catalogue
        for version in (case.old, case.new):
            try:
                schema = catalogue.schema(case.name, version)
            except SchemaRegistryError as exc:
                if catalogue.lists_lines or not isinstance(exc, SchemaNotFound):
                    return ""  # the comparison raises it
                return printable(f"there is no {case.name} {version}")
            if not catalogue.is_checked(schema):
                return printable(f"{schema} cannot be compared: its type is {schema.schema_type}")
        return ""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, PLAIN):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        # pytest would show the dots of a bare name as those of a module.
        return self.path, None, f"compatibility of {self.name}"
