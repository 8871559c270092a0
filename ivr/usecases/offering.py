"""The offering: what callers are given from now on, exchanged as a whole when the configuration is read again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.domain.experiments import Experiment
from ivr.domain.timelines import LayoutVersion


@dataclass(frozen=True, slots=True)
class Offering:
    """The experiment that assigns, and the layout versions it can assign, by layout key.

    Each version holds the layouts that can follow it.
    """

    experiment: Experiment
    versions: Mapping[str, LayoutVersion]


Offered = Callable[[], Offering]
"""Returns the offering of this moment; a call keeps the one that it began with."""


class CurrentOffering:
    """Holds the offering of this moment."""

    def __init__(self, offering: Offering) -> None:
        self._offering = offering

    def __call__(self) -> Offering:
        """Return the offering of this moment."""
        return self._offering

    def exchange(self, offering: Offering) -> None:
        """Give callers ``offering`` from now on."""
        self._offering = offering
