"""The test that runs in this process, with all that is forgotten when the next one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_schema_registry.contracts.unseen import Unseen

if TYPE_CHECKING:
    from pytest_schema_registry.schema_types.payloads import Payloads
    from pytest_schema_registry.schemas import OldCopy


class CurrentTest:
    """The current test's state. All parts of the plugin share one object."""

    def __init__(self) -> None:
        #: The errors that its checks have raised.
        self.unseen = Unseen()
        #: The dead letters of its enforced violations, dropped if it expected them.
        self.letters: list[dict[str, Any]] = []
        #: The violations that its checks met, as plain data for the report.
        self.violations: list[dict[str, Any]] = []
        #: The fixtures that gave it no payload, each with its empty payloads.
        self.empty: list[tuple[str, Payloads[Any]]] = []
        #: The old copies that it was warned of.
        self.warned_of: set[OldCopy] = set()
        self.begin("")

    def begin(self, test_id: str) -> None:
        """Begin another test, and forget the state of the last one.

        Args:
            test_id: The test's id; empty for no test.
        """
        self.id = test_id
        #: True once it has asked for a check, even if the check could not be made.
        self.has_checked = False
        #: True once a phase or a subtest has neither passed nor failed as expected.
        self.has_failed = False
        #: True once a phase or a subtest has failed as expected (xfail).
        self.has_xfailed = False
        self.unseen.clear()
        self.letters.clear()
        self.violations.clear()
        self.empty.clear()
        self.warned_of.clear()

    def end(self) -> None:
        """End the test: what happens from now on belongs to no test."""
        self.id = ""
