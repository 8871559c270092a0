"""Which calls a report speaks of: a span of time and the filters, read from what a person wrote."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ivr.errors import IvrError


class WindowRefused(IvrError):
    """A date or a time of a report's window cannot be read, or the window ends before it begins.

    ``field`` names what was filled in wrong; None where it is not one field alone.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class ReportWindow:
    """A selection of calls: ``since`` <= ended < ``until``; None selects everything.

    ``teams`` and ``agent`` are the reader's scope (:class:`ivr.domain.access.Scope`) or a choice within it: calls of
    one of these teams, as the agents' teams were at the time, and calls credited to this person. An empty set of
    teams selects nothing.
    """

    since: datetime | None = None
    until: datetime | None = None
    queue: str | None = None
    site: str | None = None
    language: str | None = None
    teams: frozenset[str] | None = None
    agent: str | None = None


ALL_CALLS = ReportWindow()


def read_window(
    *,
    since: str | None,
    until: str | None,
    zone: tzinfo,
    queue: str | None = None,
    site: str | None = None,
    language: str | None = None,
    whole_days: bool = False,
) -> ReportWindow:
    """Read a window from text.

    A date names the whole day in ``zone``: ``until`` 2026-03-31 includes that day. A time with an offset is taken
    as it is, and ``until`` is then the first moment outside; with ``whole_days`` it is refused. Empty text selects
    everything.

    Raises:
        WindowRefused: for text that is neither, or a window that ends before it begins.
    """
    begin = _moment("from", since, zone, is_end=False, whole_days=whole_days)
    end = _moment("to", until, zone, is_end=True, whole_days=whole_days)
    if begin is not None and end is not None and begin >= end:
        raise WindowRefused(f"the window from {since} to {until} is empty; write a later 'to' than 'from'", field="to")
    return ReportWindow(begin, end, _name("queue", queue), _name("site", site), _name("language", language))


def _name(filter_name: str, text: str | None) -> str | None:
    if text is not None and not text.isprintable():
        raise WindowRefused(f"the {filter_name} holds characters that no name has; write its name", field=filter_name)
    return text or None


def _moment(name: str, text: str | None, zone: tzinfo, *, is_end: bool, whole_days: bool) -> datetime | None:
    if text is None or not text.strip():
        return None
    written = text.strip()
    try:
        day = date.fromisoformat(written)
    except ValueError:
        if whole_days:
            raise _no_day(name, written) from None
        # An offset's plus sign arrives as a blank from an address that was not percent-encoded.
        return _instant(name, written.replace(" ", "+") if "T" in written else written)
    try:
        moment = datetime.combine(day + timedelta(days=1) if is_end else day, time(), tzinfo=zone)
        moment.astimezone(UTC)
    except OverflowError as error:
        raise (_no_day if whole_days else _unreadable)(name, written) from error
    return moment


def _instant(name: str, written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            raise WindowRefused(
                f"'{name}' is {written!r}, a time without an offset; write for example {written}Z or {written}+01:00",
                field=name,
            )
        moment.astimezone(UTC)  # it may lie outside the calendar's years there
    except (ValueError, OverflowError) as error:
        raise _unreadable(name, written) from error
    return moment


def _no_day(name: str, written: str) -> WindowRefused:
    return WindowRefused(
        f"'{name}' is {written!r}, no whole day; write whole days such as 2026-03-31, as times of day are for the "
        "command ivr kpi",
        field=name,
    )


def _unreadable(name: str, written: str) -> WindowRefused:
    return WindowRefused(
        f"'{name}' is {written!r}, no date; write a day as 2026-03-31, or a time as 2026-03-31T08:00:00+02:00",
        field=name,
    )
