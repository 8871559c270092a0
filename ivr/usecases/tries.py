"""Tries at signing in: after some failures each further one has to wait longer.

Failures are counted by name and address together, by address over all names, by name over all addresses, and for codes
by the user whose password was right. Nobody is locked out for good: the waits are bounded, and those that a stranger
could bring upon somebody else are short.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Protocol

FORGOTTEN_AFTER = timedelta(hours=1)
"""Failures are forgotten so long after the latest."""


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures cost nothing; from then on the wait doubles from ``first_seconds`` to ``longest_seconds``."""

    free: int
    first_seconds: float
    longest_seconds: float


NAME_AT_ADDRESS = Limit(free=5, first_seconds=5.0, longest_seconds=900.0)
ADDRESS = Limit(free=30, first_seconds=5.0, longest_seconds=900.0)
# Somebody else's failures count here, so the wait is one that can be borne.
NAME = Limit(free=50, first_seconds=5.0, longest_seconds=60.0)
CODE = Limit(free=5, first_seconds=5.0, longest_seconds=900.0)


@dataclass(frozen=True, slots=True)
class Failures:
    """How many failures there were, and when the latest was."""

    number: int
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """``wait_seconds``: a try has to wait so long; 0: it may go on. ``next_seconds``: the wait if it fails."""

    wait_seconds: float
    next_seconds: float = 0.0


class Tries(Protocol):
    """Where failures are counted; what is counted is durable and shared by all that serve the same database."""

    async def begin(self, limits: Mapping[str, Limit], now: datetime) -> Turn:
        """Return whether a try may go on; it then counts as failed from now on.

        It is counted before it is verified, so that many tries at once gain nothing.
        """

    async def succeeded(self, limits: Iterable[str], forget: str) -> None:
        """Take one failure of each of ``limits`` back, as the try was none, and forget all those of ``forget``."""

    async def waits(self, name: str, now: datetime) -> float:
        """Return for how many seconds ``name`` still has to wait somewhere; 0 where nowhere."""

    async def unlock(self, name: str) -> int:
        """Forget every failure that makes ``name`` wait; return how many there were."""

    async def purge(self, now: datetime) -> int:
        """Drop what is forgotten at ``now``."""


def wait_seconds(failures: Failures | None, limit: Limit, now: datetime) -> float:
    """Return how long a try has to wait after ``failures``; 0 where it need not."""
    if failures is None or now - failures.latest_at > FORGOTTEN_AFTER or failures.number < limit.free:
        return 0.0
    # The exponent is bounded: a float overflows long before an attacker tires.
    doublings = min(failures.number - limit.free, 20)
    wait = min(limit.first_seconds * 2.0**doublings, limit.longest_seconds)
    return max(0.0, wait - (now - failures.latest_at).total_seconds())


def turn_of(
    limits: Mapping[str, Limit], failures: Mapping[str, Failures], now: datetime
) -> tuple[Turn, Mapping[str, Failures]]:
    """Return whether a try may go on, and what is counted then; nothing is while it has to wait."""
    wait = _longest(limits, failures, now)
    if wait > 0:
        return Turn(wait), {}
    counted = {key: _one_more(failures.get(key), now) for key in limits}
    return Turn(0.0, _longest(limits, counted, now)), counted


def _longest(limits: Mapping[str, Limit], failures: Mapping[str, Failures], now: datetime) -> float:
    return max((wait_seconds(failures.get(key), limit, now) for key, limit in limits.items()), default=0.0)


def _one_more(failures: Failures | None, now: datetime) -> Failures:
    is_forgotten = failures is None or now - failures.latest_at > FORGOTTEN_AFTER
    return Failures(1 if is_forgotten or failures is None else failures.number + 1, now)


def limit_of(key: str) -> Limit:
    """Return the limit of what failures are counted under."""
    return {"pair": NAME_AT_ADDRESS, "name": NAME, "code": CODE, "address": ADDRESS}[key.partition(" ")[0]]


def sign_in_limits(name: str, address: str | None) -> Mapping[str, Limit]:
    """Return what a try of a password counts against.

    A loopback address is a proxy that does not say for whom it speaks, so what comes from it is not one person's.
    """
    limits = {pair_key(name, address): NAME_AT_ADDRESS, name_key(name): NAME}
    if address is not None and not _is_loopback(address):
        limits[f"address {address}"] = ADDRESS
    return limits


def pair_key(name: str, address: str | None) -> str:
    """Return what failures of a name at an address are counted under."""
    return f"pair {name} {'unknown' if address is None else address}"


def name_key(name: str) -> str:
    """Return what failures of a name at any address are counted under."""
    return f"name {name}"


def code_key(name: str) -> str:
    """Return what wrong codes of a user are counted under."""
    return f"code {name}"


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
