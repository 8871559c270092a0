"""Which calls a page is about, in words: of which days they are, what was chosen, and what that leaves as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ivr.domain.kpi.tallies import CallDays
from ivr.usecases.report_window import ReportWindow
from ivr.web.languages import Words

QUIET_DAYS = 2
"""After so many whole days without a call a page says which day the newest is of."""


@dataclass(frozen=True, slots=True)
class SelectionView:
    """What a page says of its calls.

    ``newest`` says how old the newest call is, None where that is as expected. ``reach`` says which figures are of the
    chosen calls and which of all, None where no queue, site or language is chosen; ``marks`` says so beside the label
    of each figure.
    """

    text: str
    newest: str | None = None
    reach: str | None = None
    marks: Mapping[str, str] = field(default_factory=dict)


def selection_view(
    words: Words, window: ReportWindow, days: CallDays | None, today: date, *, latest: CallDays | None
) -> SelectionView:
    """Put the calls of ``window`` into words.

    ``days`` are those of its calls, None where it has none; ``latest`` those that the newest call is known by, which
    may lie before the window.
    """
    reach = reach_text(words, window)
    of_all, of_chosen = words.gettext("(all calls)"), words.gettext("(chosen calls)")
    return SelectionView(
        text=window_text(words, window, days),
        newest=newest_text(words, latest, today, until=_last_day(words, window)),
        reach=reach,
        marks={"standardised": of_all, "corrected": of_all, "observed": of_chosen} if reach else {},
    )


def window_text(words: Words, window: ReportWindow, days: CallDays | None = None) -> str:
    """Say the days of the calls (those that were chosen where there is no call), the filters and the teams."""
    chosen = _places(words, window)
    if window.teams:
        teams = ", ".join(sorted(window.teams))
        chosen.append(words.ngettext("team %(teams)s", "teams %(teams)s", len(window.teams), teams=teams))
    return ", ".join([_span(words, window) if days is None else days_text(words, days), *chosen])


def days_text(words: Words, days: CallDays) -> str:
    """Say the first and the last day of calls."""
    if days.first == days.last:
        return words.gettext("Calls of %(day)s", day=words.day(days.first))
    return words.gettext("Calls from %(begin)s to %(end)s", begin=words.day(days.first), end=words.day(days.last))


def newest_text(words: Words, days: CallDays | None, today: date, *, until: date | None = None) -> str | None:
    """Say of which day the newest call is where days without any follow, up to ``until`` or to today."""
    if days is None:
        return None
    quiet = (min(today, until or today) - days.last).days
    if quiet <= QUIET_DAYS:
        return None
    return words.ngettext(
        "The newest call is of %(day)s, %(n)s day ago.",
        "The newest call is of %(day)s, %(n)s days ago.",
        (today - days.last).days,
        day=words.day(days.last),
    )


def reach_text(words: Words, window: ReportWindow) -> str | None:
    """Say which figures a chosen queue, site or language narrows, and which it leaves as they are."""
    chosen = _places(words, window)
    if not chosen:
        return None
    return words.gettext(
        "Chosen: %(chosen)s. Counts, response rates and shares as pressed are of these calls alone; the groups, the "
        "comparable and the corrected figures are of all calls, of every queue, site and language.",
        chosen=", ".join(chosen),
    )


def _places(words: Words, window: ReportWindow) -> list[str]:
    names = (
        (words.gettext("queue"), window.queue),
        (words.gettext("site"), window.site),
        (words.gettext("language"), window.language),
    )
    return [f"{name} {value}" for name, value in names if value]


def _span(words: Words, window: ReportWindow) -> str:
    begin = None if window.since is None else _begin(words, window.since)
    end = None if window.until is None else _end(words, window.until)
    if begin and end:
        return words.gettext("Calls from %(begin)s to %(end)s", begin=begin, end=end)
    if begin:
        return words.gettext("Calls since %(begin)s", begin=begin)
    return words.gettext("Calls up to %(end)s", end=end) if end else words.gettext("All calls")


def _begin(words: Words, since: datetime) -> str:
    local = since.astimezone(words.zone)
    return words.day(local.date()) if local.time() == time() else words.moment(since)


def _end(words: Words, until: datetime) -> str:
    """Return the last day; a window that ends within a day ends at a moment."""
    local = until.astimezone(words.zone)
    return words.day(local.date() - timedelta(days=1)) if local.time() == time() else words.moment(until)


def _last_day(words: Words, window: ReportWindow) -> date | None:
    if window.until is None:
        return None
    return (window.until - timedelta(microseconds=1)).astimezone(words.zone).date()
