"""The record of one drill: what the callers did, and what was kept of it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """One line of the fault table. Presses are counted over all calls of the drill."""

    fault: str
    calls: int
    sent: int
    """Keys that the handsets sent in the rating stage."""
    stored: int
    """Of these, how many are in the ledger or in queue_log."""
    unacknowledged: int
    """Of those that are in neither, how many nobody acknowledged: sent as the line was dead or died."""
    duplicates: int
    """Keys kept more often than they were pressed, and answers kept twice."""
    held_too_long: int
    """Callers who were kept longer than the guard allows."""
    longest_hold_seconds: float
    """The longest time in which nobody told Asterisk what to play to a caller, up to its taking the caller back."""
    notes: str = ""


def append(record: FaultRecord, path: Path) -> None:
    """Add ``record`` as one line of JSON."""
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(record)) + "\n")
