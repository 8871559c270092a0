"""Admission: who may come in, decided at once from counts alone.

Asterisk waits 2 s for a connection and has no read time-out after it, so a caller must never stand at a door that
does not answer: whoever cannot be served is turned away in the same moment, and the dialplan asks by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


class Refusal(StrEnum):
    """Why a connection was turned away before its script ran; the closed list of the metric's label."""

    PEER_NOT_ALLOWED = "peer_not_allowed"
    """Its address is in none of the allowed networks."""
    CLOSED_EARLY = "closed_early"
    """It closed without a whole header block, as a health probe does."""
    HEADER_LATE = "header_late"
    """Its header block was not whole after five seconds."""
    CROWDED_OUT = "crowded_out"
    """Too many unfinished header blocks waited, and this was the oldest."""
    HEADER_MALFORMED = "header_malformed"
    """It does not speak AGI."""
    NO_CHANNEL = "no_channel"
    """Its header names no channel."""
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - a label, not a secret
    """Its path does not begin with the shared secret."""
    UNKNOWN_SCRIPT = "unknown_script"
    """Its path names nothing that is served."""
    SESSIONS_FULL = "sessions_full"
    """As many calls as may be are being served."""
    PEER_FULL = "peer_full"
    """As many calls of this peer as may be are being served."""
    STOPPING = "stopping"
    """The service takes no new call."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is let in at once.

    ``sessions`` bounds the calls being served, ``sessions_of_peer`` those of one address. Of the connections of one
    address that have not sent a whole header block more than ``unfinished`` are let wait for a second only, and more
    than ``unfinished_at_most`` never.
    """

    sessions: int = 2000
    sessions_of_peer: int = 2000
    unfinished: int = 256
    unfinished_at_most: int = 1024


class Admission:
    """Counts the calls being served, in all and for each peer.

    Those that bring what running calls need (``is_extra``) are counted apart within limits of the same size: neither
    can keep the other out.
    """

    def __init__(self, limits: Limits, allowed: Sequence[Network] = ()) -> None:
        self._limits = limits
        self._allowed = tuple(allowed)
        self._calls = _Count()
        self._extras = _Count()

    def turns_away(self, peer: str) -> bool:
        """Say whether ``peer`` (an IP address) is in none of the allowed networks; without any, all are allowed."""
        if not self._allowed:
            return False
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return True
        mapped = getattr(address, "ipv4_mapped", None)  # what a socket of both families calls an IPv4 peer
        return not any((mapped or address) in network for network in self._allowed)

    def enter(self, peer: str, *, is_extra: bool) -> Refusal | None:
        """Count one in, or return why not."""
        count = self._extras if is_extra else self._calls
        of_peer = count.of_peer.get(peer, 0)
        if count.total >= self._limits.sessions:
            return Refusal.SESSIONS_FULL
        if of_peer >= self._limits.sessions_of_peer:
            return Refusal.PEER_FULL
        count.total += 1
        count.of_peer[peer] = of_peer + 1
        return None

    def leave(self, peer: str, *, is_extra: bool) -> None:
        """Count one out."""
        count = self._extras if is_extra else self._calls
        count.total -= 1
        count.of_peer[peer] -= 1
        if not count.of_peer[peer]:
            del count.of_peer[peer]


class _Count:
    __slots__ = ("of_peer", "total")

    def __init__(self) -> None:
        self.total = 0
        self.of_peer: dict[str, int] = {}
