"""The pages over the real database: users, sessions, figures and live events, across a restart."""

import asyncio
from datetime import timedelta

from ivr.domain.calls import CallId, HandledCall
from ivr.domain.outcomes import Outcome
from ivr.store.changes import CommitChanges
from ivr.store.database import open_database
from ivr.store.ledger import SqlLedger
from ivr.store.tallies import SqlTallies
from ivr.store.writer import Writer
from tests.memory_ports import NOON
from tests.stored_sign_in import stored_sign_in
from tests.web_site import Browser, Site


def _call(number: int, agent: str, outcome: Outcome, category: int | None) -> HandledCall:
    return HandledCall(
        call=CallId("default", f"1767000000.{number}"),
        ended_at=NOON + timedelta(seconds=number),
        outcome=outcome,
        agent=agent,
        team="blue",
        queue="sales",
        layout="sequential-123",
        layout_version="v1",
        category=category,
    )


async def test_a_rated_call_reaches_the_page_and_the_session_outlives_the_service(tmp_path):
    database = open_database(f"sqlite:///{tmp_path / 'ivr.db'}")
    async with Writer(database) as writer:
        sign_in = stored_sign_in(database, writer, lambda: NOON)
        site = Site(tallies=SqlTallies(database), sign_in=sign_in, changes=CommitChanges(writer))
        await site.add_users()
        ledger = SqlLedger(database, writer)
        await ledger.close(_call(1, "ana", Outcome.RATED, 2))
        async with site.serve() as address:
            browser = Browser(address)
            assert (await browser.sign_in("sam", "wrong password")).status == 403
            assert (await browser.sign_in("sam")).status == 303
            async with browser.client.get(address + "/events") as stream:
                assert b"figures" in await asyncio.wait_for(stream.content.readline(), 15)
                assert 'id="handled">1<' in await (await browser.get("/team")).text()
                await ledger.close(_call(2, "ana", Outcome.NO_KEY, None))
                while b"event: figures" not in await asyncio.wait_for(stream.content.readline(), 15):
                    pass
                assert 'id="handled">2<' in await (await browser.get("/team")).text()
            (row,) = (await (await browser.get("/api/v1/kpi/agents?from=2026-03-02&to=2026-03-02")).json())["agents"]
            assert (row["handled"], row["rated"], row["team"]) == (2, 1, "blue")
            token = browser.cookie("ivr_session")
            await browser.client.close()
        async with site.serve() as address:
            again = Browser(address)
            again.client.cookie_jar.update_cookies({"ivr_session": token})
            assert 'id="handled">2<' in await (await again.get("/team")).text()
            await again.post("/sign-out", csrf_token=await again.token("/account"))
            again.client.cookie_jar.update_cookies({"ivr_session": token})
            assert (await again.get("/team")).status == 303
            await again.client.close()
    database.close()
