"""The failures that are remembered, so that a registry which has failed is not asked at once again.

In a test run, the session's processes share them, and keep them to its end. Outside one, each lasts
for a pause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.errors import RegistryUnavailable

if TYPE_CHECKING:
    from pytest_schema_registry.errors import SchemaRegistryError
    from pytest_schema_registry.retrieval.cache import Cache
    from pytest_schema_registry.retrieval.pauses import Pauses


class Failures:
    """The failures of a registry's addresses, and of the registry as a whole.

    Args:
        cache: Keeps the failures of a test run.
        pauses: Keeps those of a long-lived resolver; None in a test run.
        address: The registry's address, which stands for all of it.
    """

    def __init__(self, cache: Cache, pauses: Pauses | None, address: str) -> None:
        self._cache = cache
        self._pauses = pauses
        self._address = address

    def is_paused(self, url: str, *, has_copy: bool) -> bool:
        """Check whether an address is not asked yet, because it failed a moment ago.

        Args:
            url: The address.
            has_copy: True where there is an old copy of what it gave.
        """
        addresses = (url, self._address)
        return any(self._of(each, has_copy=has_copy) is not None for each in addresses)

    def raise_again(self, url: str, *, has_copy: bool) -> None:
        """Raise the failure of an address, if it still counts.

        Args:
            url: The address.
            has_copy: True where there is an old copy of what it gave.

        Raises:
            SchemaRegistryError: The address failed, or the registry could not be reached at all.
        """
        failure = self._of(url, has_copy=has_copy)
        if failure is not None:
            raise failure
        # A registry that cannot be reached at all is not tried again for every other schema.
        outage = self._of(self._address, has_copy=has_copy)
        if isinstance(outage, RegistryUnavailable):
            raise RegistryUnavailable(
                outage.url, outage.reason, unreachable=True, advice=outage.advice
            )

    def keep(self, url: str, failure: SchemaRegistryError) -> None:
        """Remember the failure of an address; and that of the registry, if it was not reached."""
        failures = self._cache if self._pauses is None else self._pauses
        failures.keep_failure(url, failure)
        if isinstance(failure, RegistryUnavailable) and failure.unreachable:
            failures.keep_failure(self._address, failure)

    def forget(self, url: str) -> None:
        """Forget the failures before a result; a test run asks no address twice."""
        if self._pauses is not None:
            self._pauses.recovered(url, self._address)

    def _of(self, url: str, *, has_copy: bool) -> SchemaRegistryError | None:
        if self._pauses is None:
            return self._cache.failure(url)
        return self._pauses.failure(url, has_copy=has_copy)
