"""Period cells: the counts that fits are made of, without the day; frozen, and addable.

A call adds 1 to one :class:`PeriodCell`, which knows its agent, and 1 to one :class:`GroupCell`, which knows its
replicate group instead. Both at once would be a cell a call, and no roll-up.
"""

from typing import NamedTuple

from ivr.domain.outcomes import Outcome


class Contact(NamedTuple):
    """What was settled before anybody answered: the circumstances of a call and what chance gave it.

    ``period`` is the site-local month, ``2026-03``; ``wait_bin`` numbers the classes of :mod:`ivr.domain.kpi.waits`,
    None where the wait is not known. ``allocation`` is the stratum's whole distribution over the layouts, ``key:p
    key:p``, None where the call came without one. ``selection_probability`` is the chance of having been asked (None:
    not known).
    """

    period: str
    site: str | None
    queue: str | None
    segment: str | None
    language: str | None
    wait_bin: int | None
    layout: str | None
    layout_version: str | None
    allocation: str | None
    delay_seconds: float | None
    selection_probability: float | None


class Result(NamedTuple):
    """What became of it: the outcome, the category of a rating, the follow-up and its answer on the neutral scale."""

    outcome: Outcome | None
    category: int | None
    followup: str | None
    followup_category: int | None


class PeriodCell(NamedTuple):
    """So many calls of one agent with one contact and one result; ``confirm_key`` is the second key of a rating."""

    agent: str | None
    contact: Contact
    result: Result
    confirm_key: str | None
    calls: int


class GroupCell(NamedTuple):
    """So many calls of one replicate group (0 to 255) with one contact and one result, over all agents."""

    group: int
    contact: Contact
    result: Result
    calls: int
