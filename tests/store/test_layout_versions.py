import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, text

from ivr.domain.lifecycle import LayoutDecision, NotedVersion, State, Step
from ivr.domain.timelines import Recording
from ivr.errors import DatabaseRefused, LifecycleRefused
from ivr.store.database import Database, open_database
from ivr.store.layout_versions import SqlLayoutVersions, read_published
from ivr.store.writer import Writer

from .samples import START

FIRST = NotedVersion(
    layout="paced-123",
    version="aaaa",
    language="de",
    definition='# «Müller»\nkey = "paced-123"\n',
    recordings={"intro": Recording("intro", 1500, "ab" * 32)},
    leads=("3 s of silence after key 1", "and again"),
    noted_at=START,
)
SECOND = replace(FIRST, version="bbbb", leads=(), noted_at=START + timedelta(days=1))
ALL = (Step.DRAFTED, Step.CHECKED, Step.PUBLISHED, Step.RETIRED)


@pytest.fixture
def records(database: Database, writer: Writer) -> SqlLayoutVersions:
    return SqlLayoutVersions(database, writer)


def decision(step: Step, version: NotedVersion = FIRST, who: str = "ana", reason: str | None = None) -> LayoutDecision:
    return LayoutDecision(version.layout, version.version, START, who, step, reason)


async def test_a_version_comes_back_as_it_was_first_noted(records: SqlLayoutVersions) -> None:
    await records.note(FIRST, SECOND)
    await records.note(replace(FIRST, definition="another text", noted_at=START + timedelta(days=9)))
    assert await records.find("paced-123", "aaaa") == FIRST
    assert await records.find("paced-123", "bbbb") == SECOND
    assert await records.find("paced-123", "cccc") is None
    await records.note()
    assert [each.version for each in await records.standings()] == ["aaaa", "bbbb"]


async def test_the_last_decision_is_the_state_and_the_history_tells_who(records: SqlLayoutVersions) -> None:
    await records.note(FIRST, SECOND)
    assert [each.state for each in await records.standings("paced-123")] == [None, None]
    assert await records.decide(*(decision(step) for step in ALL[:3])) == 3
    await records.decide(decision(Step.SIGNED, who="bob", reason="we know"))
    first, second = await records.standings("paced-123")
    assert (first.state, first.signed_by, first.leads) == (State.PUBLISHED, "bob", FIRST.leads)
    assert (second.state, second.signed_by, second.leads) == (None, None, ())
    history = await records.history("paced-123")
    assert [each.step for each in history] == [*ALL[:3], Step.SIGNED]
    assert history[-1] == decision(Step.SIGNED, who="bob", reason="we know")
    assert await records.standings("sparse-531") == []


async def test_steps_that_were_taken_are_skipped_only_where_that_is_asked_for(records: SqlLayoutVersions) -> None:
    await records.note(FIRST)
    await records.decide(*(decision(step) for step in ALL[:2]))
    assert await records.decide(*(decision(step) for step in ALL[:3]), skip_if_reached=True) == 1
    with pytest.raises(LifecycleRefused, match="is published already"):
        await records.decide(decision(Step.PUBLISHED))


async def test_decisions_are_added_all_or_none(records: SqlLayoutVersions) -> None:
    await records.note(FIRST)
    with pytest.raises(LifecycleRefused, match="is draft, so it cannot be published; check it first"):
        await records.decide(decision(Step.DRAFTED), decision(Step.PUBLISHED))
    assert await records.history("paced-123") == []


async def test_of_two_who_take_the_same_step_at_once_one_is_refused(
    url: str, database: Database, records: SqlLayoutVersions
) -> None:
    await records.note(FIRST)
    await records.decide(*(decision(step) for step in ALL[:2]))
    other = open_database(url)
    async with Writer(other) as writer:
        both = (records, SqlLayoutVersions(other, writer))
        taken = await asyncio.gather(*(each.decide(decision(ALL[2])) for each in both), return_exceptions=True)
    other.close()
    assert sorted(map(str, taken)) == ["1", "paced-123 version aaaa is published already; nothing has to be done"]
    assert [each.step for each in await records.history("paced-123")] == [*ALL[:3]]


async def test_a_version_that_was_never_noted_cannot_be_decided_about(records: SqlLayoutVersions) -> None:
    with pytest.raises(LifecycleRefused, match="paced-123 has no version aaaa here"):
        await records.decide(decision(Step.DRAFTED))


async def test_the_version_published_last_that_is_not_retired_is_the_one_to_serve(
    database: Database, records: SqlLayoutVersions
) -> None:
    def published(*, ever: bool = False) -> list[str]:
        return [each.version for each in database.read_now(lambda connection: read_published(connection, ever=ever))]

    await records.note(FIRST, SECOND)
    assert published() == []
    # The second is published before the first: it is the moment of publishing that counts, not that of the draft.
    await records.decide(*(decision(step, SECOND) for step in ALL[:3]), *(decision(step) for step in ALL[:3]))
    assert published() == ["aaaa"]
    await records.decide(decision(Step.SIGNED, SECOND))
    assert published() == ["aaaa"]
    await records.decide(decision(Step.RETIRED))
    assert published() == ["bbbb"]
    await records.decide(decision(Step.RETIRED, SECOND))
    assert published() == []
    assert published(ever=True) == ["bbbb"]


@pytest.mark.parametrize("table", ["layout_versions", "layout_decisions"])
@pytest.mark.parametrize("change", ["UPDATE {} SET layout = 'other'", "DELETE FROM {}"])
async def test_the_database_itself_refuses_a_change(
    database: Database, writer: Writer, records: SqlLayoutVersions, table: str, change: str
) -> None:
    await records.note(FIRST)
    await records.decide(decision(Step.DRAFTED))
    with pytest.raises(DatabaseRefused, match=f"{table} is only ever added to"):
        await writer.write(lambda connection: connection.execute(text(change.format(table))))
    assert await records.find("paced-123", "aaaa") == FIRST
    assert await records.history("paced-123") == [decision(Step.DRAFTED)]


FORGED = "'paced-123', 'aaaa', 'de', 'forged', '{}', NULL, '2026-01-01 00:00:00.000000'"
COLUMNS = "layout, version, language, definition, recordings, leads, noted_at"
REPLACING = {
    "sqlite": (
        f"INSERT OR REPLACE INTO layout_versions ({COLUMNS}) VALUES ({FORGED})",
        f"INSERT OR REPLACE INTO layout_versions (rowid, {COLUMNS}) VALUES (1, 'x', {FORGED.partition(', ')[2]})",
        "INSERT OR REPLACE INTO layout_decisions VALUES (1, 'paced-123', 'aaaa', '2026-01-01', 'eve', 'drafted', NULL)",
    ),
    "postgresql": ("TRUNCATE layout_decisions", "TRUNCATE layout_versions CASCADE"),
}


def _execute(change: str, connection: Connection) -> None:
    connection.execute(text(change))


async def test_replacing_and_emptying_change_nothing_either(
    database: Database, writer: Writer, records: SqlLayoutVersions
) -> None:
    await records.note(FIRST)
    await records.decide(decision(Step.DRAFTED))
    for change in REPLACING[database.dialect]:
        # A version that is there already may be inserted again; it stays as it is.
        with (
            nullcontext()
            if "VALUES ('paced" in change
            else pytest.raises(DatabaseRefused, match="is only ever added to")
        ):
            await writer.write(partial(_execute, change))
        assert [await records.find("paced-123", "aaaa")] == [FIRST]
        assert [each.version for each in await records.standings()] == ["aaaa"]
        assert await records.history("paced-123") == [decision(Step.DRAFTED)]
