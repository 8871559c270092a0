"""Sign-in throttling: after a few failures each further try of a name from an address has to wait longer."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_FAILURES = 5
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 900.0
FORGOTTEN_AFTER = timedelta(hours=1)
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    number: int
    latest: datetime


class SignInThrottle:
    """Counts failures by name and address, in memory and bounded.

    A try is counted as failed before the password is verified, so that many tries at once gain nothing;
    a success takes it back.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def wait_seconds(self, name: str, address: str, now: datetime) -> float:
        """Return how long this name has to wait at this address; 0 where it may try."""
        failures = self._known(name, address, now)
        if failures is None or failures.number < FREE_FAILURES:
            return 0.0
        # The exponent is bounded: a float overflows long before an attacker tires.
        doublings = min(failures.number - FREE_FAILURES, 20)
        wait = min(FIRST_WAIT_SECONDS * 2.0**doublings, LONGEST_WAIT_SECONDS)
        return max(0.0, wait - (now - failures.latest).total_seconds())

    def count_try(self, name: str, address: str, now: datetime) -> None:
        """Count a try as failed."""
        failures = self._known(name, address, now)
        number = 1 if failures is None else failures.number + 1
        self._failures[name, address] = _Failures(number, now)
        self._failures.move_to_end((name, address))
        while len(self._failures) > MOST_KEPT:
            self._failures.popitem(last=False)

    def forget(self, name: str, address: str) -> None:
        """Drop the failures after a success."""
        self._failures.pop((name, address), None)

    def _known(self, name: str, address: str, now: datetime) -> _Failures | None:
        failures = self._failures.get((name, address))
        if failures is not None and now - failures.latest > FORGOTTEN_AFTER:
            del self._failures[name, address]
            return None
        return failures
