"""How long to wait before the next try: doubling, with jitter, up to a limit."""

from collections.abc import Callable


class Backoff:
    """Waits that double from ``first_seconds`` to ``most_seconds``, each shortened by a random share.

    The jitter (half to whole of the step) keeps many services from knocking on a restarted PBX together.
    ``random`` returns a number from 0 to 1.
    """

    def __init__(self, first_seconds: float, most_seconds: float, random: Callable[[], float]) -> None:
        self._first_seconds = first_seconds
        self._most_seconds = most_seconds
        self._random = random
        self._step_seconds = first_seconds

    def next_seconds(self) -> float:
        """Return the next wait in seconds."""
        step = self._step_seconds
        self._step_seconds = min(step * 2, self._most_seconds)
        return step * (0.5 + 0.5 * self._random())

    def reset(self) -> None:
        """Begin anew, after a link that has proved itself."""
        self._step_seconds = self._first_seconds
