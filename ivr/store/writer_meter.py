"""The writer's meter: where a slow disk shows, as no caller is made to feel it."""

from collections.abc import Sequence
from typing import Literal, Protocol

RefusedWrite = Literal["full", "closed", "failed"]
"""Why a write was refused: too many wait, the writer is closed, the database failed or would not take it."""


class WriterMeter(Protocol):
    """Told by the writer, mostly from its thread, so each must return at once; what it raises is logged."""

    def committed(self, writes: int, seconds: float) -> None:
        """Note a commit of ``writes`` writes, and its seconds from the first statement on."""

    def waited(self, seconds: Sequence[float]) -> None:
        """Note the seconds that each write of a commit took from its call until it was durable, longest first."""

    def refused(self, reason: RefusedWrite) -> None:
        """Note a write whose caller was told DatabaseRefused."""


class NullWriterMeter:
    """Notes nothing."""

    def committed(self, writes: int, seconds: float) -> None:
        """Note nothing."""

    def waited(self, seconds: Sequence[float]) -> None:
        """Note nothing."""

    def refused(self, reason: RefusedWrite) -> None:
        """Note nothing."""
