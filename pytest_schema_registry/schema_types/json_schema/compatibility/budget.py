"""The budget: a bound on the work that one direction of a comparison may take."""

import time
from collections.abc import Callable

#: Steps that each direction of a comparison may take. A step is some 50 microseconds of work.
DEFAULT_STEPS = 100_000
#: A search is given up after this many seconds, whatever its steps, so that no run hangs.
LAST_RESORT = 120.0


class BudgetExceeded(Exception):
    """The budget is used up. The message says which bound was reached."""


class Budget:
    """A bound, in steps, on the work on one pair of schemas in one direction.

    Steps are counted, not timed, so a pair has the same verdict on a busy machine. The clock is the
    last resort, and the error then says so.

    Args:
        steps: The number of steps.
        seconds: The time that they may take, far more than they take on any ordinary machine.
        clock: Returns the time in seconds since any fixed moment.
    """

    def __init__(
        self,
        steps: int = DEFAULT_STEPS,
        seconds: float = LAST_RESORT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._steps = steps
        self._seconds = seconds
        self._clock = clock
        self._deadline = clock() + seconds

    def spend(self, steps: int = 1) -> None:
        """Use up some steps.

        Raises:
            BudgetExceeded: No steps are left, or the last resort is reached.
        """
        self._steps -= steps
        if self._steps < 0:
            raise BudgetExceeded("the steps for this pair are used up")
        if self._clock() > self._deadline:
            raise BudgetExceeded(
                f"it took longer than {self._seconds:g} s; a faster machine may decide it"
            )
