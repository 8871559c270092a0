"""The do-not-ask list: only ever added to, a caller's last word holds, and nothing is said twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from ivr.domain.calls import CallId
from ivr.domain.do_not_ask import KEYPAD, DoNotAskEntry
from ivr.store.database import Database
from ivr.store.do_not_ask import SqlDoNotAsk
from ivr.store.tables import do_not_ask
from ivr.store.writer import Writer
from ivr.usecases.keep_do_not_ask import KeepDoNotAsk

from .samples import START

HOUR = timedelta(hours=1)
ANN, BEN, CLEO = ("h1:" + letter * 64 for letter in "abc")


@pytest.fixture
def words(database: Database, writer: Writer) -> SqlDoNotAsk:
    return SqlDoNotAsk(database, writer)


def entry(caller: str, hours: int, *, is_refusal: bool = True) -> DoNotAskEntry:
    return DoNotAskEntry(caller, START + hours * HOUR, is_refusal, "import", "eve")


def noted(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(do_not_ask)).scalar_one()


async def test_a_key_a_command_and_its_undoing_stay_in_the_history(database: Database, words: SqlDoNotAsk) -> None:
    keeping = KeepDoNotAsk(words, lambda: START + HOUR)
    await keeping.refuse(ANN, START, CallId("default", "1.1"))
    assert await keeping.add([ANN, BEN, BEN], "eve") == 1
    assert list(words.standing()) == [
        DoNotAskEntry(ANN, START, is_refusal=True, source=KEYPAD, call=CallId("default", "1.1")),
        DoNotAskEntry(BEN, START + HOUR, is_refusal=True, source="command", who="eve"),
    ]
    assert await keeping.withdraw([ANN, CLEO], "eve") == 1
    assert [each.caller for each in words.standing()] == [BEN]
    assert noted(database) == 3


async def test_appending_the_same_again_changes_nothing(database: Database, words: SqlDoNotAsk) -> None:
    entries = [entry(f"h1:{number:064x}", 0) for number in range(1203)]
    assert await words.append(entries) == 1203
    assert await words.append(entries) == 0
    assert noted(database) == len(list(words.standing())) == 1203


async def test_an_old_list_does_not_undo_a_newer_word(words: SqlDoNotAsk) -> None:
    assert await words.append([entry(ANN, 1), entry(ANN, 3, is_refusal=False)]) == 2
    assert await words.append([entry(ANN, 2)]) == 0
    assert list(words.standing()) == []
    assert await words.append([entry(ANN, 4)]) == 1
    assert [each.caller for each in words.standing()] == [ANN]


async def test_whoever_was_never_on_the_list_need_not_be_taken_off(database: Database, words: SqlDoNotAsk) -> None:
    assert await words.append([entry(ANN, 1, is_refusal=False)]) == 0
    assert noted(database) == 0


@pytest.mark.parametrize("change", ["UPDATE do_not_ask SET is_refusal = is_refusal", "DELETE FROM do_not_ask"])
async def test_nothing_is_ever_taken_out(database: Database, words: SqlDoNotAsk, change: str) -> None:
    await words.append([entry(ANN, 1)])
    with database.engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added to"):
        connection.execute(text(change))
    assert [each.caller for each in words.standing()] == [ANN]
