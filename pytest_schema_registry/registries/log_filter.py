"""The filter that keeps our own requests out of the HTTP libraries' logs.

The logs would fill the ``caplog`` of the running test, and show the query string and a proxy's
password in clear.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FETCHING: ContextVar[bool] = ContextVar("schema_registry_fetching", default=False)
_LIBRARIES = ("httpx", "httpx_retries", "httpcore")


class LogFilter:
    """A filter on the loggers of the HTTP libraries."""

    @contextmanager
    def fetching(self) -> Iterator[None]:
        """Drop what the libraries log about the requests of a block."""
        for logger in _loggers():
            logger.addFilter(self._is_not_ours)
        fetching = _FETCHING.set(True)
        try:
            yield
        finally:
            _FETCHING.reset(fetching)

    def remove(self) -> None:
        """Take the filter off all loggers."""
        for logger in _loggers():
            logger.removeFilter(self._is_not_ours)

    def _is_not_ours(self, _record: logging.LogRecord) -> bool:
        return not _FETCHING.get()


def _loggers() -> Iterator[logging.Logger]:
    """Yield every logger of the HTTP libraries.

    Each needs the filter, because a logger's filters do not apply to its children.
    """
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.partition(".")[0] in _LIBRARIES and isinstance(logger, logging.Logger):
            yield logger
