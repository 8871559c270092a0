"""A turn of work on the event loop, so short that whoever waits beside it does not notice."""

import time
from collections.abc import Callable

TURN_SECONDS = 0.005
"""How long events may be handled without a pause. Callers are answered on the same loop; and it is enough for all
that one read brings, so that a flood is slowed down at the socket and not dropped from the queue."""


class Turn:
    """Says when it is time to let the others go first. ``now`` returns seconds of a monotonic clock."""

    def __init__(self, seconds: float = TURN_SECONDS, now: Callable[[], float] = time.perf_counter) -> None:
        self._seconds = seconds
        self._now = now
        self._ends = 0.0
        self.begin()

    def begin(self) -> None:
        """Begin: the others have had their turn."""
        self._ends = self._now() + self._seconds

    @property
    def is_over(self) -> bool:
        """Whether others should have their turn now."""
        return self._now() >= self._ends
