"""The fit in the words of a page: when it was made, from how many calls, and what has changed since."""

from dataclasses import dataclass
from datetime import tzinfo

from ivr.usecases.find_fit import FitStanding
from ivr.usecases.report_table import fit_text


@dataclass(frozen=True, slots=True)
class FitView:
    """Where fitted figures come from: ``text`` in one line; ``at`` and ``at_iso`` are empty where there is no fit."""

    text: str
    at: str
    at_iso: str


def fit_view(fitted: FitStanding, zone: tzinfo) -> FitView:
    """Put the fit into words; times are those of ``zone``."""
    if fitted.fit is None:
        return FitView(fit_text(fitted), "", "")
    at = fitted.fit.computed_at.astimezone(zone)
    return FitView(fit_text(fitted), at.strftime("%Y-%m-%d %H:%M %Z"), at.isoformat())
