"""Reservations: the calls that are just being asked, kept for as long as the ledger may not have them."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from ivr.domain.calls import CallId
from ivr.usecases.asked_counts import AskedCall


class AskingReservations:
    """Grows by the calls that are asked, and forgets the oldest; memory follows the calls of one minute."""

    def __init__(self) -> None:
        self._calls: dict[CallId, AskedCall] = {}
        self._by_caller: dict[str, dict[CallId, datetime]] = {}
        self._in_order: deque[tuple[AskedCall, str | None]] = deque()
        self._holders = 0

    def add(self, asked: AskedCall, caller: str | None) -> bool:
        """Reserve a call of ``caller``; False where it was reserved before."""
        if asked.call in self._calls:
            return False
        self._calls[asked.call] = asked
        self._in_order.append((asked, caller))
        if caller is not None:
            self._by_caller.setdefault(caller, {})[asked.call] = asked.at
        return True

    def of(self, caller: str | None) -> Mapping[CallId, datetime]:
        """Return the calls of ``caller`` that are reserved, and since when; none of an unknown caller."""
        return {} if caller is None else self._by_caller.get(caller, {})

    def all(self) -> Sequence[AskedCall]:
        """Return every call that is reserved."""
        return list(self._calls.values())

    def drop_before(self, moment: datetime) -> None:
        """Forget what was reserved before ``moment``."""
        while not self._holders and self._in_order and self._in_order[0][0].at < moment:
            asked, caller = self._in_order.popleft()
            del self._calls[asked.call]
            if caller is not None:
                calls = self._by_caller[caller]
                del calls[asked.call]
                if not calls:
                    del self._by_caller[caller]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Forget nothing within the block, however long it takes."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
