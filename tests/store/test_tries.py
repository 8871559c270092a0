import asyncio
from datetime import timedelta

import pytest

from ivr.store.database import Database
from ivr.store.tries import SqlTries
from ivr.store.writer import Writer
from ivr.usecases.tries import CODE, NAME, NAME_AT_ADDRESS, Turn, code_key, sign_in_limits

from .samples import START

PAIR = {"pair ann 192.0.2.7": NAME_AT_ADDRESS}


@pytest.fixture
def tries(database: Database, writer: Writer) -> SqlTries:
    return SqlTries(database, writer)


async def test_many_tries_at_once_gain_nothing(tries: SqlTries) -> None:
    turns = await asyncio.gather(*(tries.begin(PAIR, START) for _ in range(20)))
    assert [turn.wait_seconds for turn in turns] == [0.0] * 5 + [5.0] * 15
    assert turns[4] == Turn(0.0, 5.0)


async def test_waits_grow_and_are_forgotten(tries: SqlTries) -> None:
    for _ in range(5):
        await tries.begin(PAIR, START)
    now = START + timedelta(seconds=5)
    assert await tries.begin(PAIR, now) == Turn(0.0, 10.0)
    assert await tries.begin(PAIR, now) == Turn(10.0)
    assert await tries.begin(PAIR, now + timedelta(hours=1, seconds=1)) == Turn(0.0)


async def test_a_success_forgets_its_own_and_takes_back_one_of_the_others(tries: SqlTries) -> None:
    limits = sign_in_limits("ann", "192.0.2.7")
    for _ in range(3):
        await tries.begin(limits, START)
    await tries.succeeded(limits, forget="pair ann 192.0.2.7")
    left = {"name ann": NAME, "address 192.0.2.7": limits["address 192.0.2.7"]}
    for _ in range(27):
        assert (await tries.begin(left, START)).wait_seconds == 0
    # 2 and 27 failures at the address are 29: one more is free.
    assert await tries.begin(left, START) == Turn(0.0, 5.0)


async def test_a_name_is_unlocked_everywhere_and_no_other(tries: SqlTries) -> None:
    for name in ("ann", "ann.b"):
        for _ in range(5):
            await tries.begin(sign_in_limits(name, "192.0.2.7"), START)
            await tries.begin({code_key(name): CODE}, START)
    assert await tries.waits("ann", START) == 5.0
    # Five each at the address, by name alone and of codes.
    assert await tries.unlock("ann") == 15
    assert await tries.waits("ann", START) == 0.0
    assert await tries.waits("ann.b", START) == 5.0


async def test_what_is_forgotten_is_purged(tries: SqlTries) -> None:
    await tries.begin(PAIR, START)
    await tries.begin({"name bob": NAME}, START + timedelta(minutes=30))
    assert await tries.purge(START + timedelta(minutes=61)) == 1
    assert await tries.purge(START + timedelta(minutes=61)) == 0
