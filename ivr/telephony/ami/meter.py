"""What the AMI side tells the metrics, behind a port with a working Null."""

from enum import StrEnum
from typing import Protocol


class Discard(StrEnum):
    """Why something that came from Asterisk was not used: the closed list of reasons."""

    UNWANTED = "unwanted"
    """An event of a kind that is not read: usual, and most of the stream where the account's rights are wide."""
    OVERSIZED = "oversized"
    """A frame over the cap."""
    MALFORMED = "malformed"
    """A frame that is neither event nor response, holds a NUL, or lacks a header that its event must have."""
    UNASKED = "unasked"
    """A response, or a row of a list, that nobody waits for (any more)."""
    LIST_SPOILT = "list_spoilt"
    """Rows of a list of live channels with rows missing or too many: counted by row."""
    QUEUE_FULL = "queue_full"
    """An event that found the queue full, because the ledger was too slow for too long."""


class AmiMeter(Protocol):
    """Gauges and counters of the AMI side; a call must be quick and must not raise."""

    def ami_connected(self, *, connected: bool) -> None:
        """Say whether the service is signed in to Asterisk's manager."""

    def ami_gap(self, seconds: float) -> None:
        """Note, when a lost link is back, for how long there was no link that was signed in."""

    def ami_dropped(self, events: int) -> None:
        """Add ``events`` that were lost because the queue was full; they are counted as ``queue_full`` as well."""

    def ami_discarded(self, reason: str, frames: int) -> None:
        """Add ``frames`` that were not used; ``reason`` is one of :class:`Discard`."""

    def ami_lagged(self, seconds: float) -> None:
        """Note how long an event waited between being read and being handled.

        Under a flood it is noted for the first event of each read, and for one every few milliseconds.
        """


class SilentMeter:
    """Measures nothing."""

    def ami_connected(self, *, connected: bool) -> None:
        """Measure nothing."""

    def ami_gap(self, seconds: float) -> None:
        """Measure nothing."""

    def ami_dropped(self, events: int) -> None:
        """Measure nothing."""

    def ami_discarded(self, reason: str, frames: int) -> None:
        """Measure nothing."""

    def ami_lagged(self, seconds: float) -> None:
        """Measure nothing."""
