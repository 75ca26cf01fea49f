"""Belief in a 404: it counts only if its address is that of a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_schema_registry.errors import InvalidAnswer, RegistryRefused, RegistryUnavailable
from pytest_schema_registry.registries.queries import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_schema_registry.registries.protocol import WireProtocol
    from pytest_schema_registry.registries.queries import Result

_NEITHER = "this is the address of neither a Core nor a Confluent Schema Registry"


class Belief:
    """Belief in the 404s of one address.

    A 404 that is not signed is believed where there is an index, which every registry has. Without
    one, the address is probably wrong, and its 404 does not mean that a schema is missing.

    Args:
        protocol: The wire format, which may sign its 404s.
        fetch_index: Fetches the index of the address.
        address_variable: The environment variable that has the address, if one has.
    """

    def __init__(
        self, protocol: WireProtocol, fetch_index: Callable[[], object], address_variable: str
    ) -> None:
        self._protocol = protocol
        self._fetch_index = fetch_index
        address = address_variable or "--registry-url"
        self._check = f"check {address}, a part of whose path may be missing"
        #: True once the address has shown an index.
        self._is_registry = False

    def believed(self, result: Result) -> Result:
        """Return a result, unless it is a 404 that is not believed.

        Raises:
            InvalidAnswer: It is one, and the address has no index, or refuses it.
            RegistryUnavailable: It is one, and whether there is an index cannot be known now.
        """
        if not result.is_missing or self._is_registry or self._protocol.signs_404s:
            return result
        if result.query.kind is Kind.INDEX:
            reason = f"there is no index, which every Core registry has; {_NEITHER}"
            raise InvalidAnswer(result.url, reason, self._check)
        try:
            self._fetch_index()
        except RegistryRefused as exc:
            reason = f"it answered 404, and refused its index with status {exc.status}, which"
            reason = f"{reason} would show that it is a registry"
            advice = f"{self._check}, and the credentials"
            raise InvalidAnswer(result.url, reason, advice) from None
        except (InvalidAnswer, RegistryUnavailable) as exc:
            if isinstance(exc, InvalidAnswer) or exc.is_page:
                reason = f"it answered 404, and has no registry's index at {exc.url}; {_NEITHER}"
                raise InvalidAnswer(result.url, reason, self._check) from None
            reason = "it answered 404, which is believed of a registry only, and its index"
            reason = f"{reason} cannot be had: {exc.outage}"
            raise RegistryUnavailable(result.url, reason, status=404) from None
        self._is_registry = True
        return result
