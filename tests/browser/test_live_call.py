"""Real calls on a real Asterisk appear on pages that are open in a real Chromium, soon after their rows are closed."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, Page, expect

from ivr.bootstrap.demo import RunningDemo, running_demo
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from tests.browser.looking import complaints_of

SHOWN_WITHIN_SECONDS = 2.0

# Notes what the page shows, at first and after every change, whatever made it.
_WATCH = """scores => {
    window.shown = [];
    const text = id => document.getElementById(id)?.textContent.trim() ?? null;
    const note = () => {
        const page = {
            handled: text("handled"),
            in_progress: text("in-progress"),
            scores: Array.from(document.querySelectorAll(scores), each => each.textContent.split(/\\s+/).join(" ")),
        };
        const last = JSON.stringify(window.shown.at(-1)?.page);
        if (last !== JSON.stringify(page)) window.shown.push({at: Date.now() / 1000, page});
    };
    note();
    new MutationObserver(note).observe(document.getElementById("live-part"),
        {childList: true, subtree: true, characterData: true, attributes: true});
}"""
_SCORES = {
    "team": "#rated, .tiles .broad dd, .three .one, p.ended",
    "wallboard": "#rated, #response, #level, .ends",
}


def _presses_one(*serials: int) -> list[CallPlan]:
    press = Press("1", Anchor.FIRST_FRAME, 2500)
    return [CallPlan(each, f"+4420794601{each:02}", "support", Behaviour.PRESSES, 1.6, (press,)) for each in serials]


async def _opened(chromium: Browser, running: RunningDemo, role: str, name: str) -> tuple[Page, list[str]]:
    """Sign in with ``role``, open the page ``name`` and watch it; returns it and what its console complains of."""
    (sign_in,) = [each for each in running.sign_ins if each.role.value == role]
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    complaints = complaints_of(page)
    await page.goto(f"{running.dashboard}{name}")
    await page.get_by_label("Name").fill(sign_in.name)
    await page.get_by_label("Password").fill(sign_in.password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"**/{name}")
    await expect(page.locator("#handled")).to_have_text("0")
    await page.evaluate(_WATCH, _SCORES[name])
    return page, complaints


def _closing_moments(ledger: Path, wanted: int, is_over: Callable[[], bool]) -> list[float]:
    """Look at the ledger until so many rows are closed; return the moments at which each was first seen to be."""
    moments: list[float] = []
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
        while len(moments) < wanted and not is_over():
            (closed,) = connection.execute("SELECT count(*) FROM calls WHERE state = 'closed'").fetchone()
            moments += [time.time()] * (closed - len(moments))
            time.sleep(0.01)
    return moments


async def test_real_calls_appear_on_open_pages(chromium: Browser, shots: Path) -> None:
    plans = _presses_one(1, 2, 3)
    seconds: dict[str, list[float]] = {}
    async with running_demo(lambda _text: None, keep=False) as running:
        opened = {
            "supervisor": await _opened(chromium, running, "supervisor", "team"),
            "viewer": await _opened(chromium, running, "viewer", "team"),
            "wallboard": await _opened(chromium, running, "viewer", "wallboard"),
        }
        playing = asyncio.create_task(running.demo.run(plans, rate=0.25))
        closed_at = await asyncio.to_thread(_closing_moments, running.folder / "ivr.db", len(plans), playing.done)
        comparison = await playing
        assert len(closed_at) == len(plans)
        assert [(call.difference, call.row and call.row.outcome) for call in comparison.calls] == [
            (None, Outcome.RATED)
        ] * len(plans)
        for name, (page, complaints) in opened.items():
            await expect(page.locator("#handled")).to_have_text(str(len(plans)))
            await page.screenshot(path=shots / f"live-{name}.png", full_page=True)
            # What was noted is of one document: the page has not been loaded anew.
            shown = await page.evaluate("window.shown")
            seconds[name] = [_first_shown(shown, number) - moment for number, moment in enumerate(closed_at, start=1)]
            # The middle one of three: what else this machine does may hold up one.
            assert median(seconds[name]) < SHOWN_WITHIN_SECONDS
            assert _changes_without_a_call(shown) == []
            assert complaints == []
        (shots.parent / "seconds-from-closing-to-page.json").write_text(json.dumps(seconds))
        # Who may see everybody's sees the calls in progress beside the figures, and they come into none of them.
        for name in ("viewer", "wallboard"):
            in_progress = [each["page"]["in_progress"] for each in await opened[name][0].evaluate("window.shown")]
            assert in_progress[0] == in_progress[-1] == "0"
            assert "1" in in_progress


def _first_shown(shown: list[dict[str, Any]], handled: int) -> float:
    return next(float(each["at"]) for each in shown if int(each["page"]["handled"]) >= handled)


def _changes_without_a_call(shown: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """Return how scores changed, or were not there for a moment, although no further call counted."""
    pages = [each["page"] for each in shown]
    return [
        (one["scores"], next_one["scores"])
        for one, next_one in pairwise(pages)
        if one["handled"] == next_one["handled"] and one["scores"] != next_one["scores"]
    ]
