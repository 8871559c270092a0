"""Looks: an experiment's effects as they stood at the end of each day, for whoever looks every day."""

from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate

MOST_LOOKS = 120
"""So many looks are kept of an experiment: more cannot be told apart in a drawing."""


@dataclass(frozen=True, slots=True)
class Look:
    """A difference with all that was counted up to the end of ``day`` (UTC); its interval holds at all looks."""

    day: str
    figure: Estimate
