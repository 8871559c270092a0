"""Fits beside the service, in real processes: started, told of, ended in time, and killed at the stop."""

import asyncio
import os
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.bootstrap.fitting import MOST_REQUESTS, Fitting, Look, Program
from ivr.errors import DatabaseRefused
from ivr.usecases.fits import ALL_MONTHS, Months
from tests.memory_ports import NOON

MARCH = Months("2026-03", "2026-03")
ENDS_WELL = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + '\\n')"
FAILS = "import sys; sys.exit('x' * 9000 + ' the ledger is away')"
HANGS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(600)"


class Bench:
    """A fitting of a program of one's own, which is its meter and its ledger; ``look`` is what is found there."""

    def __init__(self, folder: Path, source: str = ENDS_WELL, *, words=None, **options: float) -> None:
        self.file = folder / "said"
        self.look: Look | Exception = Look(None, is_due=True)
        self.looks = 0
        self.ran = 0
        self.failures = 0
        self.now = NOON
        self.fitting = Fitting(
            lambda: Program(words or (sys.executable, "-c", source, str(self.file)), dict(os.environ)),
            look=self.find,
            meter=self,
            clock=lambda: self.now,
            **{"every_seconds": 3600.0, "limit_seconds": 60.0} | options,
        )

    async def find(self) -> Look:
        self.looks += 1
        if isinstance(self.look, Exception):
            raise self.look
        return self.look

    def fitted(self, _seconds: float) -> None:
        self.ran += 1

    def fit_failed(self) -> None:
        self.failures += 1

    def said(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []


async def until(condition) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_what_is_due_is_fitted_by_this_program_started_once_more(tmp_path):
    bench = Bench(tmp_path)
    async with bench.fitting.running():
        await until(lambda: bench.ran)
        assert bench.said() == ["kpi fit --aside"]
        bench.fitting.request(MARCH)
        bench.fitting.request(Months(None, "2026-02"))
        await until(lambda: bench.ran == 3)
    assert bench.said()[1:] == ["kpi fit --aside --from 2026-03 --to 2026-03", "kpi fit --aside --to 2026-02"]
    assert (bench.failures, bench.fitting.trouble()) == (0, None)


@pytest.mark.parametrize(("look", "every_seconds"), [(Look(NOON, is_due=False), 3600.0), (Look(None, is_due=True), 0)])
async def test_nothing_is_fitted_where_nothing_has_changed_or_nobody_wants_it(tmp_path, look, every_seconds):
    bench = Bench(tmp_path, every_seconds=every_seconds)
    bench.look = look
    async with bench.fitting.running():
        await until(lambda: bench.looks)
        bench.fitting.request(MARCH)
        await until(lambda: bench.ran)
    assert bench.said() == ["kpi fit --aside --from 2026-03 --to 2026-03"]


async def test_it_looks_again_after_the_pause(tmp_path):
    bench = Bench(tmp_path, every_seconds=0.05)
    bench.look = Look(NOON, is_due=False)
    async with bench.fitting.running():
        await until(lambda: bench.looks >= 3)
        assert bench.ran == 0
        bench.look = Look(NOON, is_due=True)
        await until(lambda: bench.ran >= 2)


async def test_a_fit_that_fails_is_told_until_one_succeeds(tmp_path):
    bench = Bench(tmp_path, FAILS)
    with capture_logs() as logs:
        async with bench.fitting.running():
            await until(lambda: bench.failures)
    (failed,) = [line for line in logs if line["event"] == "fit_failed"]
    assert failed["reason"].startswith("it ended with 1: xxx")
    assert failed["reason"].endswith(" the ledger is away")
    assert len(failed["reason"]) < 2100
    assert bench.fitting.trouble() == (
        "the last try to fit (all months, 2026-03-02 12:00 UTC) failed; `ivr kpi fit` and the log say why"
    )
    bench.look = Look(NOON, is_due=False)
    async with bench.fitting.running():
        await until(lambda: bench.fitting.trouble() is None)


async def test_a_program_that_cannot_be_started_is_told(tmp_path):
    bench = Bench(tmp_path, words=(str(tmp_path / "nothing"),))
    with capture_logs() as logs:
        async with bench.fitting.running():
            await until(lambda: bench.failures)
    (failed,) = [line for line in logs if line["event"] == "fit_failed"]
    assert failed["reason"] == "it cannot be started (No such file or directory)"


async def test_a_fit_that_hangs_is_ended_in_time(tmp_path):
    bench = Bench(tmp_path, HANGS, limit_seconds=2.0)
    with capture_logs() as logs:
        async with bench.fitting.running():
            await until(lambda: bench.failures)
    (failed,) = [line for line in logs if line["event"] == "fit_failed"]
    assert failed["reason"] == "it was ended after 2 s"
    assert not is_alive(int(bench.said()[0]))


async def test_the_stop_kills_a_fit_under_way(tmp_path):
    bench = Bench(tmp_path, HANGS)
    async with bench.fitting.running():
        await until(bench.said)
        assert is_alive(int(bench.said()[0]))
    assert not is_alive(int(bench.said()[0]))
    assert (bench.ran, bench.failures) == (0, 0)


async def test_one_at_a_time_and_not_without_end(tmp_path):
    bench = Bench(tmp_path, HANGS)
    async with bench.fitting.running():
        await until(bench.said)
        months = [Months(f"2026-{number:02d}", None) for number in range(1, MOST_REQUESTS + 2)]
        assert [bench.fitting.request(each) for each in months] == [True] * MOST_REQUESTS + [False]
        assert bench.fitting.request(months[0])  # it waits already
        await asyncio.sleep(0.1)
        assert len(bench.said()) == 1


async def test_a_ledger_that_refuses_ends_nothing(tmp_path):
    bench = Bench(tmp_path, every_seconds=0.05)
    bench.look = DatabaseRefused("the database is locked; close the other program")
    with capture_logs() as logs:
        async with bench.fitting.running():
            await until(lambda: bench.looks >= 2)
            bench.look = ZeroDivisionError("a fault of ours")
            await until(lambda: bench.looks >= 4)
            bench.look = Look(None, is_due=True)
            await until(lambda: bench.ran)
    assert {"fits_not_looked_at", "fits_interrupted"} <= {line["event"] for line in logs}


async def test_the_age_is_that_of_the_newest_fit_or_of_the_wait_for_one(tmp_path):
    bench = Bench(tmp_path, every_seconds=0.02)
    bench.look = Look(None, is_due=False)
    async with bench.fitting.running():
        await until(lambda: bench.looks)
        bench.now += timedelta(hours=1)
        assert bench.fitting.age_seconds() == 0.0  # nothing to fit
        bench.look = Look(None, is_due=True)
        await until(lambda: bench.ran)
        bench.now += timedelta(seconds=90)
        assert bench.fitting.age_seconds() == 90.0
        bench.look = Look(bench.now, is_due=True)
        await until(lambda: bench.fitting.age_seconds() == 0.0)
        assert bench.fitting.request(ALL_MONTHS)
