"""Sealed numbers: kept until they expire or nobody may be called; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr.domain.calls import CallId
from ivr.domain.do_not_ask import DoNotAskEntry
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database
from ivr.store.do_not_ask import SqlDoNotAsk
from ivr.store.ledger import SqlLedger
from ivr.store.sealed_numbers import SqlSealedNumbers
from ivr.store.tables import sealed_numbers
from ivr.store.writer import Writer
from ivr.usecases.draw_follow_ups import SealedNumber

from .samples import CALLER, START, plain_row

DAY = timedelta(days=1)


@pytest.fixture
def numbers(database: Database, writer: Writer) -> SqlSealedNumbers:
    return SqlSealedNumbers(database, writer)


def number(call: CallId, days: int = 14) -> SealedNumber:
    return SealedNumber(call, "follow-up", 0.05, f"sealed {call}", START, START + days * DAY)


async def test_a_number_is_kept_until_it_expires(numbers: SqlSealedNumbers) -> None:
    short, long = number(CallId("default", "1.1"), 1), number(CallId("default", "1.2"), 2)
    for each in (short, long, replace(long, sealed="another")):
        await numbers.keep(each)
    assert await numbers.kept(START) == [short, long]
    assert await numbers.kept(START + DAY) == [long]
    assert await numbers.purge(START + DAY) == 1
    assert await numbers.kept(START) == [long]
    assert await numbers.purge(START + DAY) == 0


async def test_a_number_goes_when_its_call_was_rated_after_all(numbers: SqlSealedNumbers, ledger: SqlLedger) -> None:
    silent, rated = plain_row(1, Outcome.NO_KEY), plain_row(2, Outcome.NO_KEY)
    for row in (silent, rated):
        await ledger.close(row)
        await numbers.keep(number(row.call))
    assert len(await numbers.kept(START)) == 2
    await ledger.close(plain_row(2, Outcome.RATED))
    assert [each.call for each in await numbers.kept(START)] == [silent.call]
    assert await numbers.purge(START) == 1
    assert [each.call for each in await numbers.kept(START)] == [silent.call]


async def test_a_number_goes_when_its_caller_does_not_want_to_be_asked(
    numbers: SqlSealedNumbers, ledger: SqlLedger, database: Database, writer: Writer
) -> None:
    row = replace(plain_row(1, Outcome.NO_KEY), caller=CALLER)
    await ledger.close(row)
    await numbers.keep(number(row.call))
    words = SqlDoNotAsk(database, writer)
    await words.append([DoNotAskEntry(CALLER, START, is_refusal=True, source="command")])
    assert await numbers.kept(START) == []
    await words.append([DoNotAskEntry(CALLER, START + DAY, is_refusal=False, source="command")])
    assert len(await numbers.kept(START)) == 1
    await words.append([DoNotAskEntry(CALLER, START + 2 * DAY, is_refusal=True, source="command")])
    assert await numbers.purge(START) == 1


async def test_who_opened_a_number_is_noted_beside_it(numbers: SqlSealedNumbers, database: Database) -> None:
    calls = [CallId("default", f"1.{each}") for each in range(3)]
    for call in calls:
        await numbers.keep(number(call))
    await numbers.note_opened(calls[:2], START + DAY, "eve")
    with database.engine.connect() as connection:
        rows = connection.execute(select(sealed_numbers).order_by(sealed_numbers.c.uniqueid)).all()
    assert [(row.opened_at, row.opened_by) for row in rows] == [(START + DAY, "eve")] * 2 + [(None, None)]


async def test_everything_is_purged_on_demand(numbers: SqlSealedNumbers) -> None:
    for each in range(3):
        await numbers.keep(number(CallId("default", f"1.{each}")))
    assert await numbers.purge(START, everything=True) == 3
    assert await numbers.kept(START) == []
