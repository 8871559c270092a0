"""The lobby: connections whose header block is not whole yet, bounded in number and in patience.

Asterisk sends its header block within milliseconds of connecting. So where too many unfinished ones wait, those that
have waited longest are no Asterisk, and it is they who make room, never the newcomer.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Guest = TypeVar("Guest", bound=Hashable)


class Lobby(Generic[Guest]):
    """Connections that have not sent a whole header block, in the order of their coming; times in seconds."""

    def __init__(self, most_of_peer: int, patience_seconds: float) -> None:
        self._most_of_peer = most_of_peer
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
        oldest = next(iter(crowd)) if len(crowd) >= self._most_of_peer else None
        crowd[guest] = None
        if oldest is not None:
            self.leave(oldest)
        self._guests[guest] = (peer, now + self._patience_seconds)
        return oldest

    def leave(self, guest: Guest) -> bool:
        """Forget ``guest``; say whether it was waiting."""
        if guest not in self._guests:
            return False
        peer, _due = self._guests.pop(guest)
        crowd = self._of_peer[peer]
        del crowd[guest]
        if not crowd:
            del self._of_peer[peer]
        return True

    def take_late(self, now: float) -> list[Guest]:
        """Forget and return those who have waited too long."""
        late: list[Guest] = []
        for guest, (_peer, due) in self._guests.items():
            if due > now:
                break
            late.append(guest)
        for guest in late:
            self.leave(guest)
        return late
