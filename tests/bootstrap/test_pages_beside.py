"""The process beside the service: it answers, it is started again where it ends, and it ends with the service."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.bootstrap import parts
from ivr.bootstrap.page_frames import Given
from ivr.bootstrap.pages_beside import PagesBeside
from ivr.domain.outcomes import Outcome
from ivr.errors import FiguresBeingComputed, PagesUnavailable
from ivr.settings import Settings
from ivr.store.ledger import SqlLedger
from ivr.usecases.ledger_check import LedgerCheck
from ivr.usecases.read_ledger_check import LedgerCheckQuestion
from ivr.usecases.read_report import AgentsQuestion
from ivr.usecases.report_window import ALL_CALLS
from tests.page_questions import Faulty, Late, Slow, Utility, Writing
from tests.store.samples import START, plain_row

LONG_SECONDS = 60
ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'ivr.db'}")


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[parts.Store]:
    async with parts.opened_store(settings) as opened:
        ledger = SqlLedger(opened.database, opened.writer)
        for number in range(40):
            await ledger.close(replace(plain_row(number, Outcome.RATED), ended_at=START + timedelta(hours=number)))
        yield opened


@pytest.fixture
async def pages(settings: Settings, store: parts.Store) -> AsyncIterator[PagesBeside]:
    made = PagesBeside(lambda: Given(settings))
    async with made.running():
        yield made


async def test_questions_are_answered_in_another_process(pages: PagesBeside) -> None:
    reports = await asyncio.gather(*(pages.read(AgentsQuestion(ALL_CALLS)) for _ in range(20)))
    assert {report.handled for report in reports} == {40}
    assert pages.process_id not in {None, os.getpid()}
    assert len((await pages.read(Utility(3_000_000)))[1]) == 3_000_000  # type: ignore[index]
    assert pages.waiting == 0


async def test_a_refusal_comes_back_as_one_and_a_fault_ends_nothing(pages: PagesBeside) -> None:
    with pytest.raises(parts.DatabaseRefused, match="here: is wrong; mend it"):
        await pages.read(Faulty(refused=True))
    with pytest.raises(RuntimeError, match="which is in the log"):
        await pages.read(Faulty(refused=False))
    assert (await pages.read(AgentsQuestion(ALL_CALLS))).handled == 40


async def test_the_process_cannot_write(pages: PagesBeside) -> None:
    with pytest.raises(parts.DatabaseRefused, match="it may not be written"):
        await pages.read(Writing())


async def test_another_process_takes_the_place_of_one_that_ends(pages: PagesBeside) -> None:
    await pages.read(AgentsQuestion(ALL_CALLS))
    first = pages.process_id
    assert first is not None
    waiting = asyncio.create_task(pages.read(Slow()))
    await until(lambda: pages.waiting == 1)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(PagesUnavailable, match="has ended and is being started again; try again in a moment"):
        await waiting
    with pytest.raises(PagesUnavailable, match="is being started again"):
        await pages.read(AgentsQuestion(ALL_CALLS))
    await until(lambda: pages.process_id is not None)
    assert (await pages.read(AgentsQuestion(ALL_CALLS))).handled == 40
    assert pages.process_id != first


async def test_a_process_that_does_not_answer_is_ended_and_another_one_started(
    settings: Settings, store: parts.Store
) -> None:
    pages = PagesBeside(lambda: Given(settings), ping_seconds=0.3)
    async with pages.running():
        await until(lambda: pages.process_id is not None)
        await first_answer(pages)
        silent = pages.process_id
        assert silent is not None
        os.kill(silent, signal.SIGSTOP)
        await until(lambda: pages.process_id not in {None, silent})


async def test_a_program_that_cannot_be_started_is_told(settings: Settings) -> None:
    pages = PagesBeside(lambda: Given(settings), program=("/nowhere/python",))
    async with pages.running():
        with pytest.raises(PagesUnavailable, match="is being started again"):
            await pages.read(AgentsQuestion(ALL_CALLS))


async def test_a_question_is_given_up_after_its_time(settings: Settings, store: parts.Store) -> None:
    pages = PagesBeside(lambda: Given(settings), limit_seconds=0.0)
    async with pages.running():
        with pytest.raises(PagesUnavailable, match="were not there within"):
            await pages.read(Slow())
        assert pages.waiting == 0


async def test_what_takes_long_is_computed_on_and_kept(pages: PagesBeside, monkeypatch: pytest.MonkeyPatch) -> None:
    await pages.read(AgentsQuestion(ALL_CALLS))
    monkeypatch.setattr("ivr.bootstrap.pages_beside.PATIENCE_SECONDS", 0.3)
    with pytest.raises(FiguresBeingComputed, match="still being computed"):
        await pages.read(Late())
    refused = 1
    while True:
        try:
            answer = await pages.read(Late())
        except FiguresBeingComputed:
            refused += 1
        else:
            break
    # The first computing was not begun anew by those who asked meanwhile, so the answer came within its second.
    assert answer == "there"
    assert refused <= 5


async def test_too_many_questions_are_refused(pages: PagesBeside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.bootstrap.pages_beside.MOST_WAITING", 1)
    waiting = asyncio.create_task(pages.read(Slow()))
    await until(lambda: pages.waiting == 1)
    with pytest.raises(PagesUnavailable, match="Too many pages"):
        await pages.read(AgentsQuestion(ALL_CALLS))
    waiting.cancel()
    await asyncio.wait({waiting})
    assert (await pages.read(AgentsQuestion(ALL_CALLS))).handled == 40


async def test_other_settings_reach_the_process(settings: Settings, store: parts.Store) -> None:
    given = Given(settings)
    pages = PagesBeside(lambda: given)
    async with pages.running():
        assert (await pages.read(Utility()))[0] is None  # type: ignore[index]
        given = Given(settings.model_copy(update={"utility": (0.0, 6.0)}), 1)
        assert (await pages.read(Utility()))[0] == (0.0, 6.0)  # type: ignore[index]


async def test_there_is_news_after_a_call(pages: PagesBeside, store: parts.Store) -> None:
    assert (await pages.read(AgentsQuestion(ALL_CALLS))).handled == 40
    async with aclosing(pages.watch()) as watching:
        await SqlLedger(store.database, store.writer).close(plain_row(99, Outcome.RATED))
        async with asyncio.timeout(LONG_SECONDS):
            # There may be other news before: that all days are held now.
            async for _ in watching:
                if (await pages.read(AgentsQuestion(ALL_CALLS))).handled == 41:
                    break


async def test_the_ledger_is_looked_through_for_leaks(pages: PagesBeside) -> None:
    async with asyncio.timeout(LONG_SECONDS):
        while (check := await pages.read(LedgerCheckQuestion())).checked_at is None:
            await asyncio.sleep(0.01)
    assert replace(check, checked_at=None) == LedgerCheck()


def test_the_process_ends_with_a_service_that_is_killed(settings: Settings, tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(
        "import asyncio, sys\n"
        "from ivr.bootstrap.page_frames import Given\n"
        "from ivr.bootstrap.pages_beside import PagesBeside\n"
        "from ivr.settings import Settings\n"
        "from ivr.store.database import open_database\n"
        "from ivr.usecases.read_ledger_check import LedgerCheckQuestion\n"
        "async def serve():\n"
        "    open_database(sys.argv[1]).close()\n"
        "    pages = PagesBeside(lambda: Given(Settings(database_url=sys.argv[1])))\n"
        "    async with pages.running():\n"
        "        await pages.read(LedgerCheckQuestion())\n"
        "        print(pages.process_id, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(serve())\n"
    )
    service = subprocess.Popen(
        [sys.executable, str(script), settings.database_url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with service:
        assert service.stdout is not None
        beside = os.pidfd_open(int(service.stdout.readline()))
        service.kill()
    ended, _, _ = select.select([beside], [], [], LONG_SECONDS)
    os.close(beside)
    assert ended


async def first_answer(pages: PagesBeside) -> None:
    """Ask until there is an answer: a process that is slow to start may be taken for one that is silent."""
    async with asyncio.timeout(LONG_SECONDS):
        while True:
            with suppress(PagesUnavailable):
                await pages.read(AgentsQuestion(ALL_CALLS))
                return
            await asyncio.sleep(0.01)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_SECONDS):
        while not is_so():
            await asyncio.sleep(0.001)
