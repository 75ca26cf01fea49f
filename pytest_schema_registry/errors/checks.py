"""The base of all errors, and the errors of settings, payloads and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pytest_schema_registry.text import printable_text

if TYPE_CHECKING:
    from pytest_schema_registry.schemas import OldCopy


class SchemaRegistryError(Exception):
    """Nothing could be checked: the base of every error that is not a verdict."""

    #: The old copies that the error rests on.
    old_copies: tuple[OldCopy, ...] = ()
    #: The environment variable that has the registry's address; empty where another place has it.
    address_variable: str = ""

    @property
    def address_setting(self) -> str:
        """The name of the setting that has the registry's address."""
        return self.address_variable or "--registry-url"

    def _origin(self) -> list[str]:
        """Return a line on the address, where the user may not think of the place that has it."""
        if not self.address_variable:
            return []
        variable = f"the environment variable {self.address_variable}"
        return [f"  address: from {variable}, which goes before the ini file"]

    def addressed_by(self, variable: str) -> Self:
        """Note the environment variable that has the registry's address; return the error."""
        if variable:
            self.address_variable = variable
        return self

    def resting_on(self, old_copies: tuple[OldCopy, ...]) -> Self:
        """Note the old copies that the error rests on, and return the error itself."""
        self.old_copies = old_copies
        return self

    def __str__(self) -> str:
        return printable_text(self._text())

    def _text(self) -> str:
        """Build the text, unescaped: it may repeat anything from a registry or a file."""
        return super().__str__()

    @property
    def headline(self) -> str:
        """The first line of the text."""
        return str(self).partition("\n")[0]


class InvalidSettings(SchemaRegistryError):
    """An option, ini value, environment variable or marker is wrong.

    Args:
        setting: The name under which the user wrote the setting (``--registry-mode``).
        reason: What is wrong with the setting and what would be right.
    """

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(setting, reason)
        self.setting = setting
        self.reason = reason

    def _text(self) -> str:
        return f"{self.setting}: {self.reason}"


class PayloadNotJSON(SchemaRegistryError):
    """The payload has a value that JSON has no form for: an error of the test.

    Args:
        path: The place in the payload (``$.items[0].at``).
        value: The value there, shortened.
        advice: What the test should pass instead.
    """

    def __init__(self, path: str, value: str, advice: str) -> None:
        super().__init__(path, value, advice)
        self.path = path
        self.value = value
        self.advice = advice

    def _text(self) -> str:
        return f"the payload is not JSON at {self.path}: {self.value}\n  next: {self.advice}"


class NothingChecked(SchemaRegistryError):
    """The test asked for a check but made none, so it would pass whatever the contract says.

    Args:
        fixture: The fixture that it asked for.
        empty: The text of the empty payloads that the fixture gave, with the reason; empty for
            another fixture.
    """

    def __init__(self, fixture: str, empty: str = "") -> None:
        super().__init__(fixture, empty)
        self.fixture = fixture
        self.empty = empty

    def _text(self) -> str:
        if self.empty:
            return (
                f"{self.fixture} gave the test no payload, so nothing was checked\n"
                f"  {self.empty}\n"
                "  next: correct the schema; or if there should be none, have the test look at "
                "the .reason of what it got"
            )
        return (
            f"the test asked for {self.fixture} and has checked nothing\n"
            "  next: is what it loops over empty? Check something, skip the test, or take "
            f"{self.fixture} out of its arguments"
        )
