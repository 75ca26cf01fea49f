"""The correction of outcomes: no test passes whose check was not made, or whose error was lost.

It relies on the errors that the checks noted, and not on the exception in a report. A test may have
swallowed the exception, or an xfail may hide the report.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from pytest_schema_registry.contracts.unseen import leaves
from pytest_schema_registry.errors import NothingChecked, SchemaRegistryError
from pytest_schema_registry.plugin.expectations import names
from pytest_schema_registry.plugin.raw_options import UNCHECKED

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_schema_registry.contracts.current_test import CurrentTest
    from pytest_schema_registry.contracts.unseen import Raised

_PACKAGE = "pytest_schema_registry"
#: The fixtures that a test requests only to check something.
CHECKS = frozenset({"assert_conforms", "assert_produces", "assert_consumes", "assert_compatible"})


class Outcomes:
    """The corrector of each test's outcome.

    Args:
        test: The current test's state.
    """

    def __init__(self, test: CurrentTest) -> None:
        self._test = test
        self._unseen = test.unseen
        self._is_running = False

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        __tracebackhide__ = True
        self._is_running = True
        try:
            yield
        finally:
            self._is_running = False
        if (lost := self._unseen.lost) is not None:
            raise _explained(lost)
        if not self._test.has_checked:
            for fixture in sorted(asked_for(item, CHECKS)):
                raise NothingChecked(fixture)
        for fixture, payloads in self._test.empty:
            if not payloads.is_reason_read:
                raise NothingChecked(fixture, repr(payloads))

    def correct(
        self, report: pytest.TestReport, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> None:
        """Make a report fail if the test lost an error of a check, and show that error.

        Args:
            report: The report of a phase of the test, or of a subtest.
            item: The test.
            call: The call that the report is about.
        """
        reported = call.excinfo.value if call.excinfo is not None else None
        if self._is_running:  # a subtest's report, which is silent on the rest of the test
            lost = self._unseen.taken_from(reported) if reported is not None else None
        elif call.when == "setup" and report.passed:
            lost = None  # the test's body may still expect it
        else:
            lost = self._unseen.lost
            self._unseen.clear()
        # A skip is the test's own decision, and the user sees it.
        if lost is not None and not (report.skipped and not hasattr(report, "wasxfail")):
            _show(report, item, lost, reported)


def _show(
    report: pytest.TestReport, item: pytest.Item, lost: Raised, reported: BaseException | None
) -> None:
    """Make the report of a test that lost an error fail and show that error once."""
    is_reported = reported is not None and any(each is lost for each in leaves(reported))
    has_failed = report.failed
    mark_unchecked(report, item, lost)
    if report.passed:
        report.outcome = "failed"
    if is_reported or not report.failed:
        return
    if not has_failed:
        excinfo = pytest.ExceptionInfo.from_exception(_explained(lost))
        report.longrepr = item.repr_failure(excinfo)
        shorten(report, lost)
    elif isinstance(lost, SchemaRegistryError):
        report.sections.append(("schema registry", str(lost)))


def _explained(lost: Raised) -> Raised:
    """Return a swallowed exception, with a note below it that tells the user what to do."""
    note = (
        "  lost: the test went on as if this had not been raised; let it through, or if that is "
        f"on purpose, expect it with pytest.raises({type(lost).__name__})"
    )
    if note not in getattr(lost, "__notes__", ()):
        lost.add_note(note)
    return lost


def shorten(report: pytest.TestReport, error: BaseException) -> None:
    """Show one of our exceptions by the name of its public class, without that of the package.

    pytest cuts a line of its short summary to the terminal's width, so that little else would be
    left of it. An exception of any other package stays as it is.
    """
    kind = type(error)
    if kind.__module__.partition(".")[0] != _PACKAGE:
        return
    public = next((each for each in kind.__mro__ if each.__module__ == _PACKAGE), kind)
    whole, short = f"{kind.__module__}.{kind.__qualname__}", public.__qualname__
    longrepr: Any = report.longrepr
    if (crash := getattr(longrepr, "reprcrash", None)) is not None:
        crash.message = crash.message.replace(whole, short, 1)
    for entry in getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ()):
        entry.lines[:] = [
            line.replace(whole, short, 1) if line.startswith("E ") else line for line in entry.lines
        ]


def mark_unchecked(report: pytest.TestReport, item: pytest.Item, error: BaseException) -> None:
    """Mark a report as failed and unchecked, if the error means that nothing was checked.

    An xfail is about the payload, and must not hide that nothing was checked. Only an xfail whose
    ``raises`` names this kind of error stays.
    """
    if not isinstance(error, SchemaRegistryError):
        return
    if hasattr(report, "wasxfail"):
        raises = (marker.kwargs.get("raises") for marker in item.iter_markers("xfail"))
        if any(kinds is not None and names(kinds, error) for kinds in raises):
            return
        del report.wasxfail
    report.outcome = "failed"
    vars(report)[UNCHECKED] = True


def asked_for(item: pytest.Item, fixtures: frozenset[str]) -> set[str]:
    """Return those of our fixtures that a test function requests itself.

    Fixtures that it gets through another fixture do not count.

    Args:
        item: The test.
        fixtures: The names of our fixtures; a user may have other fixtures of these names.
    """
    if not isinstance(item, pytest.Function):
        return set()
    return {
        name
        for name in fixtures & inspect.signature(item.function).parameters.keys()
        if str(getattr(item.funcargs.get(name), "__module__", "")).startswith(
            "pytest_schema_registry."
        )
    }
