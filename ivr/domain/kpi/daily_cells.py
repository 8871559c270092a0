"""Daily cells: the counts that pages are made of, one site-local day at a time; frozen, and addable."""

from typing import NamedTuple


class Place(NamedTuple):
    """Where a call is counted, beside its agent: all that pages select and group by."""

    team: str | None
    site: str | None
    queue: str | None
    language: str | None
    layout: str | None
    layout_version: str | None
    allocation: str | None


class DailyResult(NamedTuple):
    """How a call ended and what it gave, beside its agent.

    ``ended_by`` is a value of :class:`ivr.domain.calls.EndedBy`, ``outcome`` of :class:`ivr.domain.outcomes.Outcome`.
    ``options_heard`` is known of rated calls only: of the others it is kept apart from the agent, as a Hearing.
    """

    outcome: str | None
    category: int | None
    followup: str | None
    followup_category: int | None
    confirm_key: str | None
    ended_by: str | None
    options_heard: int | None


class DailyCell(NamedTuple):
    """So many calls of one day (``2026-03-01``), place, agent and result.

    Of ``asked`` of them it is known how long their callers were asked: ``asked_ms`` milliseconds in all, and the sum
    of the squares. ``first_us`` and ``last_us`` are the earliest and the latest end that the cell has had, in
    microseconds since 1970; a call that was taken out again may have been one of them.
    """

    day: str
    place: Place
    agent: str | None
    result: DailyResult
    calls: int
    asked: int
    asked_ms: int
    asked_ms_squared: int
    first_us: int
    last_us: int


class Hearing(NamedTuple):
    """How far a caller heard a layout and when the key came (``latency_bin``), apart from who the agent was."""

    layout: str | None
    layout_version: str | None
    outcome: str | None
    options_heard: int | None
    latency_bin: int | None


class PressCell(NamedTuple):
    """So many calls of one day that were heard alike."""

    day: str
    hearing: Hearing
    calls: int
