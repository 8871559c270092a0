"""A bar: what one figure of a benchmark is held against."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar and the value that was found; at least, or at most, ``wanted``."""

    text: str
    value: float
    wanted: float
    is_upper: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the value is on the right side."""
        return self.value <= self.wanted if self.is_upper else self.value >= self.wanted
