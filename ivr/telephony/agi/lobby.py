"""The lobby: connections whose header block is not whole yet, bounded in number and in patience.

Asterisk sends its header block within milliseconds of connecting. So where too many unfinished ones wait, those that
have waited longest are no Asterisk, and it is they who make room, never the newcomer. A second is given to everybody as
long as there is room at all: in a burst of calls many header blocks lie in the kernel before the first is read.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Guest = TypeVar("Guest", bound=Hashable)

_GRACE_SECONDS = 1.0


class Lobby(Generic[Guest]):
    """Connections that have not sent a whole header block, in the order of their coming; times in seconds."""

    def __init__(self, *, comfortable: int, most: int, patience_seconds: float) -> None:
        self._comfortable = comfortable
        self._most = most
        self._patience_seconds = patience_seconds
        self._guests: OrderedDict[Guest, tuple[str, float]] = OrderedDict()
        self._of_peer: dict[str, OrderedDict[Guest, None]] = {}

    def __len__(self) -> int:
        return len(self._guests)

    def __iter__(self) -> Iterator[Guest]:
        return iter(tuple(self._guests))

    def enter(self, guest: Guest, peer: str, now: float) -> Guest | None:
        """Let ``guest`` wait; return the one of its peer that has to make room, if any."""
        crowd = self._of_peer.get(peer)
        if crowd is None:
            crowd = self._of_peer[peer] = OrderedDict()
        crowd[guest] = None
        self._guests[guest] = (peer, now)
        if len(crowd) <= self._comfortable:
            return None
        oldest = next(iter(crowd))
        if len(crowd) <= self._most and now - self._guests[oldest][1] < _GRACE_SECONDS:
            return None
        self.leave(oldest)
        return oldest

    def leave(self, guest: Guest) -> bool:
        """Forget ``guest``; say whether it was waiting."""
        if guest not in self._guests:
            return False
        peer, _came = self._guests.pop(guest)
        crowd = self._of_peer[peer]
        del crowd[guest]
        if not crowd:
            del self._of_peer[peer]
        return True

    def take_late(self, now: float) -> list[Guest]:
        """Forget and return those who have waited too long."""
        late: list[Guest] = []
        for guest, (_peer, came) in self._guests.items():
            if now - came < self._patience_seconds:
                break
            late.append(guest)
        for guest in late:
            self.leave(guest)
        return late
