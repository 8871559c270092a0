"""What the AGI side tells the metrics; where nobody measures, not even the clock is asked."""

from typing import Protocol


class AgiMeter(Protocol):
    """Counters and histograms of the AGI side; a call must be quick and must not raise."""

    def agi_refused(self, reason: str) -> None:
        """Count a connection that was turned away before its script ran; ``reason`` is one of a closed list."""

    def agi_lost(self, reason: str) -> None:
        """Count a session that we ended ourselves: a passed deadline, lost framing; ``reason`` of a closed list."""

    def agi_answered(self, verb: str, seconds: float) -> None:
        """Note how long Asterisk took to answer a command; ``verb`` is one of the allow-list."""

    def agi_gap(self, seconds: float) -> None:
        """Note how long Asterisk waited for us between its answer and our next command."""
