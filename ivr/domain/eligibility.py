"""Eligibility: whether a caller is asked, or the reason why not."""

from dataclasses import dataclass

from ivr.domain.experiments import uniform
from ivr.domain.outcomes import Outcome
from ivr.errors import SettingsRefused


@dataclass(frozen=True, slots=True)
class Sampling:
    """Asks a random share of the callers; the share is kept beside each call and weighs it later."""

    probability: float = 1.0
    salt: str = "sampling"

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise SettingsRefused(
                f"sampling_probability is {self.probability:g}; write a number above 0, at most 1 (1 asks everybody)"
            )

    def decline(self, call: str) -> Outcome | None:
        """Return why the caller is not asked, or None where the caller is."""
        return None if uniform(self.salt, call) < self.probability else Outcome.NOT_SELECTED
