"""The arguments of a test's ``registry_schema`` markers, and the schema of each of its runs."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_schema_registry.addresses import Address
from pytest_schema_registry.errors import InvalidSettings
from pytest_schema_registry.schemas import SchemaRequest
from pytest_schema_registry.settings.enforcement import ENFORCEMENTS, Enforcement
from pytest_schema_registry.settings.parsers import version_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MARKER = "registry_schema"
_KEYWORDS = frozenset({"versions", "release", "prefer", "fallback", "enforcement"})


class MarkerArgs(NamedTuple):
    """The combined arguments of one test's markers.

    Args:
        names: The schemas; empty where the test names them in its calls.
        versions: The version lines to run against; empty for the session's.
        release: The release within the line; None for the current one.
        prefer: The version line to prefer in a negotiation, which runs the test once.
        fallback: The version line to take otherwise.
        enforcement: The enforcement of violations; None for that of the settings.
    """

    names: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    release: str | None = None
    prefer: str | None = None
    fallback: str | None = None
    enforcement: Enforcement | None = None

    def runs(self, versions: Sequence[str]) -> list[tuple[str, str]] | None:
        """Return the name and the version line of each run, if a name has a version line.

        Args:
            versions: The version lines of the names that have none.
        """
        addresses = [Address.parse(name) for name in self.names]
        if not any(address.version for address in addresses):
            return None
        return [
            (name, version)
            for name, address in zip(self.names, addresses, strict=True)
            for version in ([address.version] if address.version else versions)
        ]

    def is_run_by(self, name: str | None, version: str | None) -> bool:
        """Check whether a run with these parameters is one that the markers declare.

        Args:
            name: The run's schema, where it has one as a parameter.
            version: The run's version line, where it has one as a parameter.
        """
        if len(self.names) > 1 and name not in self.names:
            return False
        own = self._address(name).version
        if version is not None and own is not None:
            return version == own
        return version is None or not (
            self.prefer is not None or (self.versions and version not in self.versions)
        )

    def request(self, name: str | None, version: str | None) -> SchemaRequest:
        """Return the request for the schema of one run.

        Args:
            name: The run's schema, where the markers have several.
            version: The run's version line; ignored where the markers ask for a negotiation.
        """
        address = self._address(name)
        if address.version is not None:
            return SchemaRequest(
                address.name, address.version, self.release, enforcement=self.enforcement
            )
        if self.prefer is not None:
            version = None
        asked = (version, self.release, self.prefer, self.fallback, self.enforcement)
        return SchemaRequest(address.name or None, *asked)

    def _address(self, name: str | None) -> Address:
        return Address.parse(name or next(iter(self.names), ""))


#: Most tests of a large suite have no marker of ours.
_NO_ARGS = MarkerArgs()


def combined(markers: Iterable[tuple[Any, Any]]) -> MarkerArgs:
    """Combine the markers of a test: on names, versions and enforcement, the closest one counts.

    Markers on the same node add up their names.

    Args:
        markers: Pairs of a collection node and a marker on it, closest first.

    Raises:
        InvalidSettings: A marker cannot be understood.
    """
    pairs = tuple(markers)
    if not pairs:
        return _NO_ARGS
    names: dict[str, None] = {}
    named_by = None
    choice: dict[str, Any] = {}
    enforcement: Enforcement | None = None
    for node, marker in pairs:
        _check(marker)
        if marker.args and named_by in (None, node):
            names.update(dict.fromkeys(marker.args))
            named_by = node
        if not choice and marker.kwargs.keys() - {"enforcement"}:
            choice = marker.kwargs
        enforcement = enforcement or marker.kwargs.get("enforcement")
    try:
        return MarkerArgs(
            names=tuple(names),
            versions=_versions(choice.get("versions")),
            release=choice.get("release"),
            prefer=_version(choice.get("prefer")),
            fallback=_version(choice.get("fallback")),
            enforcement=enforcement,
        )
    except ValueError as exc:
        raise _wrong(str(exc)) from None


def _versions(written: Any) -> tuple[str, ...]:
    if written is None:
        return ()
    try:
        return version_list(written)
    except (AttributeError, TypeError):
        hint = 'write texts, such as versions=["1", "2"]'
        raise ValueError(f"{written!r} is not a list of versions; {hint}") from None


def _version(written: Any) -> str | None:
    if written is None:
        return None
    versions = version_list(written) if isinstance(written, str) else ()
    if len(versions) != 1:
        raise ValueError(f"{written!r} is not one version")
    return versions[0]


def _check(marker: Any) -> None:
    for name in marker.args:
        if not isinstance(name, str) or not name:
            raise _wrong(f"{name!r} is not a schema's name; write a text for each")
    if unknown := sorted(set(marker.kwargs) - _KEYWORDS):
        meant = get_close_matches(unknown[0], sorted(_KEYWORDS), n=1)
        hint = (
            f"did you mean {meant[0]}=?" if meant else f"there are {', '.join(sorted(_KEYWORDS))}"
        )
        raise _wrong(f"no such argument: {', '.join(unknown)}; {hint}")
    chosen = marker.kwargs.keys() & {"versions", "prefer"}
    own = [name for name in marker.args if Address.parse(name).version is not None]
    if chosen and len(own) == len(marker.args) > 0:
        raise _wrong(f"{own[0]!r} says which version, and {min(chosen)}= too; give one of them")
    if "versions" in marker.kwargs and "prefer" in marker.kwargs:
        raise _wrong("give versions, or prefer and fallback, not both")
    release = marker.kwargs.get("release")
    if not isinstance(release, str | None) or release == "":
        raise _wrong(f'{release!r} is not a release; write a text, such as release="1"')
    if marker.kwargs.get("enforcement") not in (None, *ENFORCEMENTS):
        raise _wrong(f"{marker.kwargs['enforcement']!r} is none of {', '.join(ENFORCEMENTS)}")
    if "fallback" in marker.kwargs and "prefer" not in marker.kwargs:
        raise _wrong("fallback needs prefer")


def _wrong(reason: str) -> InvalidSettings:
    return InvalidSettings(f"@pytest.mark.{MARKER}", reason)
