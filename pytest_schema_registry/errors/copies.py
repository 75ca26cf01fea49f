"""The errors of the copies that we keep: cassettes and the cache."""

from __future__ import annotations

from pytest_schema_registry.errors.checks import SchemaRegistryError


class CassetteMissing(SchemaRegistryError):
    """Replay has no recording of what the test needs.

    Args:
        path: The cassette file.
        wanted: The recording that it should hold.
        command: The command that records it.
        unconfigured: True where only cassettes are read because no registry is configured.
        near: What is recorded of it, or is like it; empty where nothing is.
        beside: True where the registry is a directory, which is read without a network.
    """

    def __init__(  # noqa: PLR0917  # errors take their facts positionally, to be pickled
        self,
        path: str,
        wanted: str,
        command: str,
        unconfigured: bool = False,
        near: str = "",
        beside: bool = False,
    ) -> None:
        super().__init__(path, wanted, command, unconfigured, near, beside)
        self.path = path
        self.wanted = wanted
        self.command = command
        self.unconfigured = unconfigured
        self.near = near
        self.beside = beside

    def _text(self) -> str:
        near = f"  {self.near}\n" if self.near else ""
        if self.unconfigured:
            return (
                "no registry is configured, so only cassettes are read; there is no recording of "
                f"{self.wanted}\n"
                f"  cassette: {self.path}\n{near}"
                "  next: give the registry's address (--registry-url, SCHEMA_REGISTRY_URL, or "
                f"registry_url in the ini file), or record it: {self.command}"
            )
        advice = f"record it where the registry can be reached: {self.command}"
        if self.beside:
            advice = (
                "leave --registry-offline out: a directory needs no network; or record it: "
                f"{self.command}"
            )
        return f"no recording of {self.wanted}\n  cassette: {self.path}\n{near}  next: {advice}"


class CassetteDamaged(SchemaRegistryError):
    """The recording is there and cannot be used.

    Args:
        path: The cassette file.
        reason: What is wrong with it.
        command: The command that records it anew.
    """

    def __init__(self, path: str, reason: str, command: str) -> None:
        super().__init__(path, reason, command)
        self.path = path
        self.reason = reason
        self.command = command

    def _text(self) -> str:
        return (
            f"the cassette cannot be used: {self.reason}\n"
            f"  cassette: {self.path}\n"
            f"  next: restore it from version control, or record it anew: {self.command}"
        )


class CassetteNotWritten(SchemaRegistryError):
    """The cassette could not be written; the earlier recording is still there.

    Args:
        path: The cassette file.
        reason: What the operating system said.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def _text(self) -> str:
        return (
            f"the cassette cannot be written: {self.reason}\n"
            f"  cassette: {self.path}\n"
            "  next: make the directory writable, or choose another --registry-cassettes"
        )


class CacheLocked(SchemaRegistryError):
    """Another process holds a cache lock beyond the time allowed.

    Args:
        path: The lock file.
        seconds: The time waited, in seconds.
    """

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(path, seconds)
        self.path = path
        self.seconds = seconds

    def _text(self) -> str:
        return (
            f"another process has held a cache lock for more than {self.seconds:g} s\n"
            f"  lock file: {self.path}\n"
            "  next: find the process that holds it, raise --registry-timeout, "
            "or choose another --registry-cache-dir"
        )
