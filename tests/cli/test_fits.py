"""Fitted figures through the real program: computed on demand, kept, shown alike everywhere, and made beside it."""

import asyncio
import json
import os
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.web_site import CSRF, Browser

from .conftest import CommandLine
from .running_service import PATIENCE_SECONDS, RunningService, serving

CALLS = 4000
FITTED = ("standardised", "corrected", "tier", "rank_interval", "flags", "reliability", "more_ratings")
MARCH = ("--from", "2026-03-01", "--to", "2026-03-31")


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of a simulated centre's calls, the header first; read only."""
    folder = tmp_path_factory.mktemp("simulated")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    command = CommandLine(folder, clean | {"PYTHONPATH": str(Path(__file__).parents[2])})
    command("simulate", "--scenario", "S1", "--seed", "3", "--out", "calls.csv", "--truth", "truth.json").ok()
    return (folder / "calls.csv").read_text().splitlines(keepends=True)


@pytest.fixture
def centre(ivr: CommandLine, simulated: list[str]) -> CommandLine:
    """A ledger with the first calls of the simulated centre."""
    ivr("import", "calls", ivr.file("first.csv", "".join(simulated[: CALLS + 1]))).ok()
    return ivr


def report(ivr: CommandLine, what: str, *arguments: str, **settings: str) -> dict:
    """Return the figures without what differs from one moment to the next."""
    return lasting(json.loads(ivr("kpi", what, "--format", "json", *arguments, **settings).ok()))


def lasting(figures: dict) -> dict:
    del figures["computed_at"]
    if figures["fit"] is not None:
        del figures["fit"]["age_seconds"]
    return figures


def kept_fits(ivr: CommandLine) -> int:
    with closing(sqlite3.connect(ivr.folder / "ivr.db")) as connection:
        return connection.execute("SELECT count(*) FROM fits").fetchone()[0]


def test_the_command_fits_once_and_again_when_the_ledger_has_changed(centre: CommandLine, simulated: list[str]) -> None:
    first = report(centre, "agents")
    assert (first["fit"]["handled"], first["fit"]["stale"], first["handled"]) == (CALLS, False, CALLS)
    assert first["fit"]["months"] == {"from": None, "to": None}
    assert first["estimand"] != "share of ratings in the best category, as pressed"
    for row in first["agents"]:
        for name in ("standardised", "corrected"):
            assert (row[name]["estimate"] is None) == bool(row[name]["status"] not in {"ok", "wide"})
            assert row[name]["estimate"] is not None or row[name]["reasons"]
    assert report(centre, "agents") == first
    layouts = report(centre, "layouts")
    assert (layouts["fit"], layouts["layouts"]) == (first["fit"], first["layouts"])
    assert kept_fits(centre) == 1

    more = centre.file("more.csv", simulated[0] + "".join(simulated[CALLS + 1 : CALLS + 201]))
    centre("import", "calls", more).ok()
    assert report(centre, "agents")["fit"]["handled"] == CALLS + 200
    assert report(centre, "agents", IVR_REFERENCE_LAYOUT="reversed-123")["reference_layout"] == "reversed-123"
    assert kept_fits(centre) == 3


def test_whole_months_are_fitted_and_other_days_are_not(centre: CommandLine) -> None:
    said = centre("kpi", "fit", "--from", "2026-03", "--to", "2026-03")
    assert said.ok().startswith(f"fitted {CALLS:,} calls (2026-03) in ")
    march = report(centre, "agents", *MARCH)
    assert march["fit"]["months"] == {"from": "2026-03", "to": "2026-03"}
    assert kept_fits(centre) == 1
    days = report(centre, "agents", "--from", "2026-03-02", "--to", "2026-03-31")
    assert days["fit"] is None
    assert days["agents"][0]["standardised"]["status"] == "insufficient"
    assert days["agents"][0]["standardised"]["reasons"] == [
        "only whole months are fitted: ask for the calls from 2026-03-01 to 2026-03-31, or for all calls"
    ]
    assert days["agents"][0]["observed"] == march["agents"][0]["observed"]
    selected = report(centre, "agents", *MARCH, "--site", "main")
    whole = {row["agent"]: row for row in march["agents"]}
    for row in selected["agents"]:
        assert [row[name] for name in FITTED] == [whole[row["agent"]][name] for name in FITTED]
    (note,) = (each for each in selected["warnings"] if "a selection by queue, site or language" in each)
    shown = centre("kpi", "agents", *MARCH, "--site", "main")
    assert note in " ".join(shown.ok().split())
    assert note not in shown.err
    assert kept_fits(centre) == 1
    assert "no month; write one as 2026-03" in centre("kpi", "fit", "--from", "March").refused()
    assert centre("kpi", "fit", "--from", "2031-01").ok() == "no handled call to fit (2031-01 to the last month)\n"


def test_the_table_fits_into_120_columns(centre: CommandLine) -> None:
    shown = centre("kpi", "agents")
    lines = shown.ok().splitlines()
    assert max(map(len, lines)) <= 120
    headers = next(line for line in lines if "standardised" in line).split()
    assert headers == [
        *("agent", "team", "rated", "response", "observed", "appraisal", "standardised", "corrected", "tier"),
        *("ranks", "flags"),
    ]
    assert not any("…" in line for line in lines)
    assert any(line.startswith(f"fitted 0 s ago from {CALLS:,} calls (all months)") for line in lines) or any(
        line.startswith("fitted ") for line in lines
    )
    columns = centre("kpi", "agents", "--format", "csv").ok().splitlines()[0].split(",")
    assert {
        "observed_estimate",
        "standardised_lo",
        "corrected_status",
        "tier",
        "rank_lo",
        "rank_hi",
        "flags",
        "notes",
        "reasons",
    } <= set(columns)


async def fitted(browser: Browser, path: str) -> dict:
    """Return the first answer with a fit: for a moment the service gives the answer that it has."""
    async with asyncio.timeout(60):
        while (answer := await (await browser.get(path)).json())["fit"] is None:
            await asyncio.sleep(0.1)
    return answer


def assert_alike(page: dict, command: dict) -> None:
    """Hold a page's figures of chosen days against the command's, which alone tells those of fewer than 5 ratings."""
    pages, commands = page.pop("agents"), command.pop("agents")
    assert page == command
    few = [row["agent"] for row in commands if 0 < row["observed"]["n"] < 5]
    assert few
    for row, wanted in zip(pages, commands, strict=True):
        if row["agent"] in few:
            assert row["observed"]["estimate"] is None
            assert row["observed"]["reasons"][0].startswith("fewer than 5 ratings")
        elif row["appraisal"]["status"] == "refused":
            # What it leaves out is of too few ratings: the difference to the share as pressed would tell them.
            assert row | {"appraisal": None} == wanted | {"appraisal": None}
        else:
            assert row == wanted


async def test_pages_and_commands_say_the_same(centre: CommandLine) -> None:
    name, password = centre("user", "add", "adam", "--role", "admin").ok().split()
    with serving(centre) as service:
        service.wait_for("fitted")
        browser = Browser(service.wait_for("serving")["web"].rstrip("/"))
        try:
            await browser.sign_in(name, password)
            for what in ("agents", "layouts"):
                answer = lasting(await (await browser.get(f"/api/v1/kpi/{what}")).json())
                assert answer["fit"]["stale"] is False
                assert answer == report(centre, what)
            query = f"?from={MARCH[1]}&to={MARCH[3]}"
            unfitted = await (await browser.get(f"/api/v1/kpi/agents{query}")).json()
            assert unfitted["fit"] is None
            command = "`ivr kpi fit --from 2026-03 --to 2026-03`"
            assert command in unfitted["agents"][0]["standardised"]["reasons"][0]
            fields = {"from": "2026-03", "to": "2026-03", "csrf_token": await browser.token("/team")}
            assert (await browser.post("/api/v1/kpi/fit", **fields)).status == 202
            service.wait_for("fitted", 2)
            answer = lasting(await fitted(browser, f"/api/v1/kpi/agents{query}"))
            assert answer["fit"]["months"] == {"from": "2026-03", "to": "2026-03"}
            assert_alike(answer, report(centre, "agents", *MARCH))
            assert CSRF.search(await (await browser.get("/team")).text())
        finally:
            await browser.client.close()
        metrics = service.get("metrics")
        assert "ivr_fit_failures_total 0.0" in metrics
        assert "ivr_fit_seconds_count 2.0" in metrics
        assert kept_fits(centre) == 2


async def test_a_fit_that_fails_is_seen_and_harms_nothing(centre: CommandLine) -> None:
    name, password = centre("user", "add", "adam", "--role", "admin").ok().split()
    with serving(centre, IVR_FIT_MINUTES="0") as service:
        (centre.folder / "layouts").rename(centre.folder / "elsewhere")
        browser = Browser(service.wait_for("serving")["web"].rstrip("/"))
        try:
            await browser.sign_in(name, password)
            await browser.post("/api/v1/kpi/fit", csrf_token=await browser.token("/team"))
            failed = service.wait_for("fit_failed")
            assert "Traceback" not in failed["reason"]
            assert failed["reason"].startswith("it ended with 1: ivr: ")
            (row, *_) = (await (await browser.get("/api/v1/kpi/agents")).json())["agents"]
            assert "the last try to fit (all months" in row["standardised"]["reasons"][0]
        finally:
            await browser.client.close()
        assert "the last try to fit" in json.loads(service.get("readyz"))["remarks"]["fits"]
        assert "ivr_fit_failures_total 1.0" in service.get("metrics")
    assert kept_fits(centre) == 0


def test_the_stop_kills_a_fit_that_hangs(centre: CommandLine) -> None:
    with serving(centre) as service:
        child = first_child(service)
        os.kill(child, signal.SIGSTOP)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
        raise AssertionError("the fit has outlived the service")
    assert service.events("fit_failed") == []
    assert kept_fits(centre) == 0


def first_child(service: RunningService) -> int:
    """Return the process of a fit, once it is there and has become the program that it is to be."""
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for child in children.read_text().split():
            # One that has ended again is not there any more.
            with suppress(OSError):
                if b"--aside" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        time.sleep(0.005)
    raise AssertionError(service.log.read_text())
