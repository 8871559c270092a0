"""The wallboard: today of the site's own day, the whole centre, and no person."""

import pickle
from datetime import UTC, datetime, timedelta

from ivr.domain.kpi.estimates import Status
from ivr.domain.outcomes import Outcome
from ivr.usecases.read_wallboard import WallboardQuestion
from tests.memory_ports import NOON, MemoryTallies, StoredCall
from tests.read_here import ReadHere
from tests.web_site import ZONE, Site

MIDNIGHT = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
"""That of the site, in Berlin, of the day that NOON is in."""


async def _board(of: Site, **place):
    return pickle.loads(pickle.dumps(await ReadHere(of.sources()).read(WallboardQuestion(**place))))


async def test_today_begins_at_the_sites_midnight() -> None:
    site = Site()
    site.tallies.calls += [
        StoredCall(ended_at=MIDNIGHT - timedelta(seconds=1)),
        StoredCall(ended_at=MIDNIGHT),
        StoredCall(ended_at=NOON, outcome=Outcome.NO_KEY, category=None),
    ]
    site.tallies.in_progress = 3
    board = await _board(site)
    assert board.since == MIDNIGHT
    assert board.since.utcoffset() == datetime(2026, 3, 2, tzinfo=ZONE).utcoffset()
    assert (board.calls.handled, board.calls.rated, board.in_progress) == (2, 1, 3)
    assert (board.response_rate.estimate, board.response_rate.n) == (0.5, 2)


async def test_a_queue_and_a_site_are_chosen() -> None:
    site = Site()
    site.tallies.calls += [
        StoredCall(queue="sales", site="north"),
        StoredCall(queue="sales", site="south"),
        StoredCall(queue="support", site="north"),
    ]
    assert (await _board(site)).calls.handled == 3
    assert (await _board(site, queue="sales")).calls.handled == 2
    assert (await _board(site, queue="sales", site="north")).calls.handled == 1
    nowhere = await _board(site, queue="nowhere")
    assert (nowhere.calls.handled, nowhere.response_rate.status) == (0, Status.INSUFFICIENT)


async def test_the_level_is_that_of_the_newest_fit_with_its_age() -> None:
    site = Site()
    site.tallies.calls.append(StoredCall())
    none = await _board(site)
    assert none.level.estimate is None
    assert "nothing has been fitted yet" in none.level.reasons[0]
    site.periods.count("ana", 7)
    await site.fit()
    site.pass_time(minutes=5)
    board = await _board(site)
    assert board.level_at == NOON
    assert board.level_age_seconds == 300
    assert (board.level.estimate, board.level.n) == (0.55, 7)


async def test_where_calls_are_missing_no_rate_is_shown() -> None:
    board = await _board(Site(tallies=MemoryTallies([StoredCall()], uncounted=2)))
    assert board.leak is not None
    assert board.response_rate.status is Status.REFUSED
