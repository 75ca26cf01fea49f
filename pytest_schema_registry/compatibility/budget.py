"""How long one pair of schemas may be looked at."""

import time
from collections.abc import Callable

_STEPS_PER_SECOND = 20_000


class BudgetExceeded(Exception):
    """The time or the steps granted to a pair are used up."""


class Budget:
    """A bound in seconds and in steps; the steps keep a verdict the same on a slow machine.

    Args:
        seconds: Wall time granted; the number of steps follows from it.
        clock: Where the time is read.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._deadline = clock() + seconds
        self._steps = int(seconds * _STEPS_PER_SECOND)

    def spend(self, steps: int = 1) -> None:
        """Use up `steps`; raises BudgetExceeded once nothing is left."""
        self._steps -= steps
        if self._steps < 0 or self._clock() > self._deadline:
            raise BudgetExceeded
