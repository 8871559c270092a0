"""What the AMI side tells the metrics, behind a port with a working Null."""

from typing import Protocol


class AmiMeter(Protocol):
    """Gauges and counters of the AMI side; a call must be quick and must not raise."""

    def ami_connected(self, *, connected: bool) -> None:
        """Say whether the service is signed in to Asterisk's manager."""

    def ami_dropped(self, events: int) -> None:
        """Add ``events`` that were lost because the queue was full."""

    def ami_lagged(self, seconds: float) -> None:
        """Note how long an event waited between being read and being handled."""


class SilentMeter:
    """Measures nothing."""

    def ami_connected(self, *, connected: bool) -> None:
        """Measure nothing."""

    def ami_dropped(self, events: int) -> None:
        """Measure nothing."""

    def ami_lagged(self, seconds: float) -> None:
        """Measure nothing."""
