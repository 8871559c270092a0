"""Blindness: nothing that anybody can see of a call tells its arm before the call is closed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.domain.calls import CallArrived, CallId, Exposure, HandledCall, Invited, Leg, Press, RatingEntered
from ivr.domain.experiments import Assignment
from ivr.domain.outcomes import Outcome
from ivr.store.changes import CommitChanges
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.tallies import SqlTallies
from ivr.store.writer import Writer
from tests.memory_ports import NOON
from tests.stored_sign_in import stored_sign_in
from tests.web_site import Browser, Site

CALL = CallId("default", "1767000000.1")
GIVEN = Assignment("trial-x7", "stratum-x7", "layout-x7", 0.0625, "layout-x7:0.0625 other-x7:0.9375", 3.875, 0.03125)
ARM = ("x7", "0.0625", "0.9375", "3.875", "0.03125")
"""What only an arm's description can hold."""
YESTERDAY = NOON - timedelta(days=1)
"""An agent's own figures are of the days before today."""
PAGES = (
    *("/", "/team", "/me", "/layouts", "/api/v1/kpi/agents", "/api/v1/kpi/layouts"),
    *("/metrics", "/healthz", "/readyz"),
)


async def seen(browser: Browser) -> str:
    """Return all that a signed-in browser gets to see, the live events' first words among it."""
    bodies = []
    for path in PAGES:
        answer = await browser.get(path)
        assert answer.status in {200, 303, 403, 503}, path
        bodies.append(await answer.text())
    async with browser.client.get(browser.address + "/events") as stream:
        bodies.extend([(await asyncio.wait_for(stream.content.readline(), 15)).decode() for _ in range(3)])
    return "\n".join(bodies)


@pytest.mark.parametrize("name", ["adam", "sam", "ana"])
async def test_an_open_call_shows_no_arm(tmp_path: Path, name: str) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        sign_in = stored_sign_in(database, writer, lambda: NOON)
        site = Site(tallies=SqlTallies(database), sign_in=sign_in, changes=CommitChanges(writer))
        await site.add_users()
        ledger = SqlLedger(database, writer)
        agent_talked = Leg(CALL, "1767000000.2", "ana", "PJSIP/ana", "sales", YESTERDAY)
        await ledger.record(
            CallArrived(CALL, site="north"),
            agent_talked,
            Invited(CALL, YESTERDAY, "trial-x7", "stratum-x7", "invitation-x7", 0.0625, "script-x7", 0.03125),
            RatingEntered(CALL, YESTERDAY + timedelta(seconds=60), "ana", "sales", 1.0),
            Exposure(CALL, GIVEN, "version-x7", YESTERDAY + timedelta(seconds=61)),
            Press(CALL, 1, "1", 4000, 4000),
        )
        async with site.serve() as address:
            browser = Browser(address)
            await browser.sign_in(name)
            text = await seen(browser)
            assert [word for word in ARM if word in text] == []
            # The same, once the call is closed: the test can see an arm where there is one to be seen.
            row = HandledCall(CALL, YESTERDAY, Outcome.RATED, "ana", "blue", "sales", category=2)
            await ledger.close(replace(row, layout="layout-x7", layout_version="version-x7", experiment="trial-x7"))
            await asyncio.sleep(1.1)
            text = await seen(browser)
            assert "layout-x7" in text
            await browser.client.close()
    database.close()
