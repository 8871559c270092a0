"""Which calls a report speaks of: a span of time and the filters, read from what a person wrote."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ivr.errors import IvrError


class WindowRefused(IvrError):
    """A date or a time of a report's window cannot be read, or the window ends before it begins."""


@dataclass(frozen=True, slots=True)
class ReportWindow:
    """A selection of calls: ``since`` <= ended < ``until``; None selects everything."""

    since: datetime | None = None
    until: datetime | None = None
    queue: str | None = None
    site: str | None = None
    language: str | None = None


ALL_CALLS = ReportWindow()


def read_window(
    *,
    since: str | None,
    until: str | None,
    zone: tzinfo,
    queue: str | None = None,
    site: str | None = None,
    language: str | None = None,
) -> ReportWindow:
    """Read a window from text.

    A date names the whole day in ``zone``: ``until`` 2026-03-31 includes that day. A time with an offset is taken
    as it is, and ``until`` is then the first moment outside. Empty text selects everything.

    Raises:
        WindowRefused: for text that is neither, or a window that ends before it begins.
    """
    begin = _moment("from", since, zone, is_end=False)
    end = _moment("to", until, zone, is_end=True)
    if begin is not None and end is not None and begin >= end:
        raise WindowRefused(f"the window from {since} to {until} is empty; write a later 'to' than 'from'")
    return ReportWindow(begin, end, _name("queue", queue), _name("site", site), _name("language", language))


def _name(filter_name: str, text: str | None) -> str | None:
    if text is not None and not text.isprintable():
        raise WindowRefused(f"the {filter_name} holds characters that no name has; write its name")
    return text or None


def _moment(name: str, text: str | None, zone: tzinfo, *, is_end: bool) -> datetime | None:
    if text is None or not text.strip():
        return None
    written = text.strip()
    try:
        day = date.fromisoformat(written)
    except ValueError:
        # An offset's plus sign arrives as a blank from an address that was not percent-encoded.
        return _instant(name, written.replace(" ", "+") if "T" in written else written)
    try:
        moment = datetime.combine(day + timedelta(days=1) if is_end else day, time(), tzinfo=zone)
    except OverflowError as error:
        raise _unreadable(name, written) from error
    return _in_utc_s_reach(name, written, moment)


def _instant(name: str, written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise _unreadable(name, written) from error
    if moment.tzinfo is None:
        raise WindowRefused(
            f"'{name}' is {written!r}, a time without an offset; write for example {written}Z or {written}+01:00"
        )
    return _in_utc_s_reach(name, written, moment)


def _in_utc_s_reach(name: str, written: str, moment: datetime) -> datetime:
    """Return ``moment``; refuse one that lies outside the calendar's years once it is told in UTC."""
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        raise _unreadable(name, written) from error
    return moment


def _unreadable(name: str, written: str) -> WindowRefused:
    return WindowRefused(
        f"'{name}' is {written!r}, no date; write a day as 2026-03-31, or a time as 2026-03-31T08:00:00+02:00"
    )
