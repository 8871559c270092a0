"""The report of an experiment beside the service: a real process over a real ledger, and what it does when it fails."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.bootstrap import parts
from ivr.bootstrap.experiment_report import ReportsBeside
from ivr.domain.outcomes import Outcome
from ivr.errors import ExperimentRefused, ExperimentUnknown
from ivr.settings import Settings
from ivr.store.ledger import SqlLedger
from ivr.usecases.report_window import ALL_CALLS, ReportWindow
from tests.store.samples import START, plain_row

ALLOCATION = "paced-123:0.5 sequential-123:0.5"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'ivr.db'}")


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[parts.Store]:
    async with parts.opened_store(settings) as opened:
        ledger = SqlLedger(opened.database, opened.writer)
        for number in range(40):
            row = replace(
                plain_row(number, Outcome.RATED),
                ended_at=START + timedelta(hours=number),
                experiment="--help",
                layout="paced-123" if number % 2 else "sequential-123",
                allocation=ALLOCATION,
                queue="sales" if number % 4 else "support",
            )
            await ledger.close(row)
        yield opened


async def test_a_report_is_computed_in_a_process_of_its_own(settings: Settings, store: parts.Store) -> None:
    """The key is one that reads as an option, which it must not be taken for."""
    reports = ReportsBeside(settings, store)
    found, filtered = await asyncio.gather(
        reports("--help", ALL_CALLS), reports("--help", ReportWindow(since=START + timedelta(hours=20), queue="sales"))
    )
    assert (found["experiment"], found["handled"], found["reference_layout"]) == ("--help", 40, "sequential-123")
    assert filtered["handled"] == 15
    assert filtered["filters"] == {"queue": "sales", "site": None, "language": None}


async def test_an_unknown_key_starts_no_process(settings: Settings, store: parts.Store) -> None:
    with pytest.raises(ExperimentUnknown, match="name one of --help, default"):
        await ReportsBeside(settings, store, limit_seconds=0.0)("nothing", ALL_CALLS)


async def test_one_that_does_not_end_is_given_up_and_the_next_has_its_turn(
    settings: Settings, store: parts.Store
) -> None:
    slow = ReportsBeside(settings, store, limit_seconds=0.01)
    for _ in range(2):
        with pytest.raises(ExperimentRefused, match=r"given up after 0\.01 s"):
            await slow("default", ALL_CALLS)


async def test_one_that_fails_says_why(settings: Settings, store: parts.Store, tmp_path: Path) -> None:
    elsewhere = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}"})
    with pytest.raises(ExperimentRefused, match="the report of default ended with 1: ivr: "):
        await ReportsBeside(elsewhere, store)("default", ALL_CALLS)
