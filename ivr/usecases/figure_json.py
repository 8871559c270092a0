"""Figures as plain JSON values, and what every report says with them: the window, the selection, the moment."""

from datetime import UTC, datetime
from typing import Protocol

from ivr.domain.kpi.estimates import Estimate, Status
from ivr.usecases.report_window import ReportWindow

Json = dict[str, object]


class Judged(Protocol):
    """What says how far it can be trusted, and why no farther."""

    @property
    def status(self) -> Status:
        """How far."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why no farther."""


def estimate_json(figure: Estimate) -> Json:
    """Return a figure with everything that it must not stand without."""
    return {
        "estimate": figure.estimate,
        "lo": figure.lo,
        "hi": figure.hi,
        "unit": figure.unit,
        "n": figure.n,
        "method": figure.method,
        **judged_json(figure),
    }


def judged_json(judged: Judged) -> Json:
    """Return the status and the reasons."""
    return {"status": judged.status.value, "reasons": list(judged.reasons)}


def window_json(window: ReportWindow) -> Json:
    """Return which calls a report is about: ``window`` and ``filters``."""
    return {
        "window": {"from": moment_json(window.since), "to": moment_json(window.until)},
        "filters": {"queue": window.queue, "site": window.site, "language": window.language},
    }


def moment_json(moment: datetime | None) -> str | None:
    """Return a moment in ISO 8601, with its offset; in UTC where the offset has seconds, as before standard time."""
    if moment is None:
        return None
    offset = moment.utcoffset()
    return (moment.astimezone(UTC) if offset is not None and offset.seconds % 60 else moment).isoformat()
