"""The figures over HTTP: the page, its fragment, the API, the live events and the probes."""

import asyncio
import json

import pytest

from ivr.errors import DatabaseRefused, FiguresBeingComputed
from ivr.usecases.read_news import MarksQuestion
from ivr.web.app import keep_following
from ivr.web.live import LiveFigures
from tests.memory_ports import MemoryChanges, StoredCall
from tests.read_here import ReadHere
from tests.web_site import Browser


async def test_the_api_speaks_the_contract(site, browser):
    site.tallies.calls += [StoredCall(category=2)] * 16 + [StoredCall(category=0)] * 4
    await browser.sign_in("sam")
    answer = await browser.get("/api/v1/kpi/agents")
    assert answer.content_type == "application/json"
    (row,) = (await answer.json())["agents"]
    assert (row["agent"], row["handled"], row["rated"]) == ("ana", 20, 20)
    assert row["observed"]["estimate"] == pytest.approx(0.8)
    assert row["observed"]["n"] == 20


async def test_the_filters_select(site, browser):
    site.tallies.calls += [StoredCall(queue="sales", site="north")] * 3 + [StoredCall(queue="service", language="de")]
    await browser.sign_in("sam")
    for query, handled in (
        ("", 4),
        ("?queue=sales", 3),
        ("?queue=", 4),
        ("?language=de", 1),
        ("?site=north&from=2026-03-02&to=2026-03-02", 3),
        ("?from=2026-03-03", 0),
        ("?to=2026-03-01", 0),
    ):
        assert (await (await browser.get("/api/v1/kpi/agents" + query)).json())["handled"] == handled, query


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=soon", "'from' is 'soon', no whole day"),
        ("to=2026-13-01", "'to' is '2026-13-01', no whole day"),
        ("from=2026-03-03&to=2026-03-01", "is empty"),
        ("queue=%00", "the queue holds characters"),
        ("from=0001-01-01T00:00:00%2B14:00", "'from' is '0001-01-01T00:00:00+14:00', no whole day"),
        ("from=2026-03-01&from=2026-03-02", "the filter 'from' stands twice; keep one"),
        ("form=2026-03-03", "there is no filter 'form'; use from, to, queue, site, language"),
    ],
)
async def test_a_bad_window_is_told_in_one_sentence(browser, query, sentence):
    await browser.sign_in("sam")
    answer = await browser.get("/api/v1/kpi/agents?" + query)
    assert answer.status == 400
    assert sentence in (await answer.json())["error"]


async def test_the_api_answers_401_in_json_without_a_session(browser):
    answer = await browser.get("/api/v1/kpi/agents")
    assert (answer.status, await answer.json()) == (401, {"error": "Sign in first."})


async def test_a_layout_that_leads_is_labelled_and_kept_out_of_the_appraisal_for_all_who_look(site, browser):
    site.tallies.calls += [StoredCall()] * 12 + [StoredCall(layout="paced-123")] * 8
    await browser.sign_in("sam")
    text = " ".join((await (await browser.get("/team")).text()).split())
    assert (
        "paced-123 draws callers to the best answer (3 s of silence after key 1): 8 ratings of it are left out" in text
    )
    assert "ivr layouts sign" not in text
    assert "As pressed without layouts that draw callers to the best answer: 100 % (76 to 100 %), 12 ratings." in text
    assert 'role="alert"' not in text
    await browser.post("/sign-out", csrf_token=await browser.token("/account"))
    site.pass_time(days=1)  # the own figures count the calls of a day from the next
    await browser.sign_in("ana")
    (row,) = (await (await browser.get("/api/v1/kpi/agents")).json())["agents"]
    assert (row["appraisal"]["estimate"], row["appraisal"]["n"]) == (1.0, 12)
    (reason,) = row["appraisal"]["reasons"]
    assert reason.startswith(
        "8 ratings of paced-123 kept out: it leads callers (3 s of silence after key 1), and nobody"
    )


async def test_a_new_call_is_told_and_then_shown(site, browser):
    await browser.sign_in("sam")
    async with browser.client.get(browser.address + "/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert await _next_event(stream) == "figures 1"
        assert 'id="handled">0<' in await (await browser.get("/team")).text()
        await _until(lambda: site.changes.watchers == 1)
        site.tallies.calls.append(StoredCall(agent="ana"))
        await site.changes.announce()
        assert await _next_event(stream) == "figures 2"
        assert 'id="handled">1<' in await (await browser.get("/team")).text()


async def test_an_agent_is_told_of_the_own_calls_only(site, browser):
    await browser.sign_in("ana")
    supervisor = Browser(browser.address)
    await supervisor.sign_in("sam")
    own = await browser.client.get(browser.address + "/events")
    everybodys = await supervisor.client.get(browser.address + "/events")
    assert await _next_event(own) == await _next_event(everybodys) == "figures 1"
    await _until(lambda: site.changes.watchers == 1)
    for agent in ("ben", "ben", "ana"):
        site.tallies.calls.append(StoredCall(agent=agent))
        await site.changes.announce()
        told = await _next_event(everybodys)
    assert told != "figures 1"
    assert await _next_event(own) == "figures 2"
    own.close()
    everybodys.close()
    await supervisor.client.close()


async def test_signing_out_ends_the_stream(site, browser):
    await browser.sign_in("sam")
    async with browser.client.get(browser.address + "/events") as stream:
        assert await _next_event(stream) == "figures 1"
        await browser.post("/sign-out", csrf_token=await browser.token("/account"))
        await _until(lambda: site.changes.watchers == 1)
        await site.changes.announce()
        assert await _next_event(stream) == "signed-out 0"
        assert await stream.content.read() == b""


async def test_streams_end_when_the_service_stops(site):
    async with site.serve() as address:
        browser = Browser(address)
        await browser.sign_in("sam")
        stream = await browser.client.get(address + "/events")
        assert await _next_event(stream) == "figures 1"
    # Leaving the block stops the service, which waits for its handlers: they must have ended by themselves.
    assert b"signed-out" not in await stream.content.read()
    await browser.client.close()
    assert site.changes.watchers == 0


async def test_a_fault_in_the_figures_is_an_apology_without_a_trace(site, browser):
    async def broken(*_window, **_selection):
        raise RuntimeError("the disk is gone")

    await browser.sign_in("sam")
    site.tallies.handled_calls = broken
    page = await browser.get("/team")
    assert page.status == 500
    text = await page.text()
    assert "Something went wrong here" in text
    assert "disk" not in text
    del site.tallies.handled_calls
    assert (await browser.get("/team")).status == 200


async def test_a_refusing_database_is_told_without_its_place(site, browser):
    async def refusing(*_window: object, **_selection):
        raise DatabaseRefused("the database /var/lib/secret/ivr.db is locked; close the other program")

    await browser.sign_in("sam")
    site.tallies.handled_calls = refusing
    for path in ("/team", "/api/v1/kpi/agents"):
        answer = await browser.get(path)
        assert answer.status == 503
        assert "secret" not in await answer.text()


async def test_figures_that_take_long_are_waited_for(site, browser):
    async def computing(*_window: object, **_selection):
        raise FiguresBeingComputed("not there yet")

    await browser.sign_in("sam")
    site.tallies.handled_calls = computing
    page = await browser.get("/team")
    assert page.status == 202
    assert page.headers["Refresh"] == "5"
    text = await page.text()
    assert "the figures are still being computed. The page shows them by itself" in text
    answer = await browser.get("/api/v1/kpi/agents")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Refresh" not in answer.headers
    del site.tallies.handled_calls
    assert "Refresh" not in (await browser.get("/team")).headers


async def test_a_stream_that_fails_ends_and_is_not_answered_twice(site, browser):
    async def broken(*_arguments):
        raise RuntimeError("the disk is gone")

    await browser.sign_in("sam")
    async with browser.client.get(browser.address + "/events") as stream:
        assert await _next_event(stream) == "figures 1"
        site.sign_in.sessions.find = broken
        await _until(lambda: site.changes.watchers == 1)
        await site.changes.announce()
        assert await stream.content.read() == b""


async def test_live_figures_come_back_after_a_fault_of_their_watch(site):
    fails = 1

    class FailingChanges(MemoryChanges):
        async def watch(self):
            nonlocal fails
            if fails:
                fails -= 1
                raise RuntimeError("the watch is gone")
            async for number in super().watch():
                yield number

    site.changes = FailingChanges()
    live = LiveFigures(site.changes, lambda: ReadHere(site.sources()).read(MarksQuestion()), fastest_seconds=0.0)
    following = asyncio.create_task(keep_following(live, retry_seconds=0.0))
    await _until(lambda: site.changes.watchers == 1)
    generations = live.generations(at_least_every_seconds=60.0)
    first = await anext(generations)
    await site.changes.announce()
    assert await asyncio.wait_for(anext(generations), 10) == first + 1
    await generations.aclose()
    following.cancel()
    await asyncio.wait({following})
    assert site.changes.watchers == 0


async def test_the_probes_need_no_session(site, browser):
    assert await (await browser.get("/healthz")).text() == "ok\n"
    metrics = await browser.get("/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "ivr_calls 1" in await metrics.text()
    ready = await browser.get("/readyz")
    assert (ready.status, await ready.json()) == (200, {"ready": True, "reasons": {}})


async def test_readiness_names_what_is_not_ready(site, browser):
    async def fine() -> str | None:
        return None

    async def missing() -> str | None:
        return "Asterisk's manager is not connected"

    async def broken() -> str | None:
        raise RuntimeError("secret detail")

    site.readiness.update(database=fine, ami=missing, prompts=broken)
    ready = await browser.get("/readyz")
    assert ready.status == 503
    assert json.loads(await ready.text()) == {
        "ready": False,
        "reasons": {"ami": "Asterisk's manager is not connected", "prompts": "the check itself failed; see the log"},
    }


async def _next_event(stream) -> str:
    """Return the next event's name and data; comments are passed over."""
    name = ""
    while True:
        line = (await asyncio.wait_for(stream.content.readline(), 15)).decode()
        assert line, "the stream has ended"
        if line.startswith("event: "):
            name = line.removeprefix("event: ").strip()
        if line.startswith("data: "):
            assert await stream.content.readline() == b"\n"
            return f"{name} {line.removeprefix('data: ').strip()}"


async def _until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_part_that_limps_is_remarked_and_the_service_stays_ready(site, browser):
    said = ["the configuration was not reloaded"]
    site.remarks["configuration"] = lambda: said[0]
    site.remarks["other"] = lambda: None
    answer = await browser.get("/readyz")
    body = {"ready": True, "reasons": {}, "remarks": {"configuration": "the configuration was not reloaded"}}
    assert (answer.status, await answer.json()) == (200, body)
    said[0] = None
    assert await (await browser.get("/readyz")).json() == {"ready": True, "reasons": {}}
