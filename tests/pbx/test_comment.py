"""Comments on a real Asterisk: what a caller says is on the disk, as it was said, and no longer than allowed."""

import asyncio
import os
import signal
import wave
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from ivr.bootstrap import parts
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, HangUp, Press, Speak, Step
from ivr.rig.record import CallRecord
from ivr.store.tables import comments, presses
from tests.pbx.lab import Lab, lab, only

CALLERS = "+4420794600"
SPOKEN_SECONDS = 3.0
LIMIT_SECONDS = 8
SILENCE_SECONDS = 2
KEPT_SILENCE_SECONDS = 1.0
"""What Asterisk leaves of a silence that has ended a recording."""
LAYOUT = f"""\
key = "commented"
language = "en"
question = "satisfaction"
categories = ["dissatisfied", "so-so", "satisfied"]
intro = "intro"
thanks = "thanks"
invalid = "invalid"
no_key = "no-key"
longest_seconds = 200

[[options]]
press = "1"
category = 2
prompt = "press-1-satisfied"

[[options]]
press = "2"
category = 1
prompt = "press-2-so-so"

[[options]]
press = "3"
category = 0
prompt = "press-3-dissatisfied"
then = ["comment"]

[comment]
prompt = "invalid"
longest_seconds = {LIMIT_SECONDS}
silence_seconds = {SILENCE_SECONDS}
retention_days = 30
"""


def _plan(number: int, *steps: Step) -> CallPlan:
    dissatisfied = Press("3", Anchor.FIRST_FRAME, 1500)
    return CallPlan(number, f"{CALLERS}{number:02d}", "support", Behaviour.PRESSES, 0.5, (dissatisfied, *steps))


def _speaking(seconds: float, *, hush_seconds: float = 0.0) -> Speak:
    """Speak as soon as the question for the comment is over."""
    return Speak(Anchor.NEXT_PAUSE, 300, round(seconds * 1000), round(hush_seconds * 1000))


async def _comments(centre: Lab) -> dict[str, Row[Any]]:
    async with parts.opened_store(centre.settings) as store:
        rows = await store.database.read(lambda connection: connection.execute(select(comments)).all())
    return {row.uniqueid: row for row in rows}


async def _keys(centre: Lab, record: CallRecord) -> str:
    async with parts.opened_store(centre.settings) as store:
        statement = select(presses.c.key).where(presses.c.uniqueid == record.uniqueid).order_by(presses.c.number)
        return "".join(await store.database.read(lambda connection: connection.execute(statement).scalars().all()))


def _length(folder: Path, row: Row[Any]) -> float:
    with wave.open(str(folder / f"{row.file}.{row.format}")) as file:
        return file.getnframes() / file.getframerate()


async def test_a_comment_is_kept_as_it_was_spoken_until_its_time_is_over(tmp_path: Path) -> None:
    plans = [
        _plan(1, _speaking(SPOKEN_SECONDS), Press("#", Anchor.SPOKEN, 300)),
        _plan(2, _speaking(SPOKEN_SECONDS, hush_seconds=SILENCE_SECONDS + 1.5)),
        _plan(3, _speaking(SPOKEN_SECONDS), HangUp(Anchor.SPOKEN, 0)),
        _plan(4, _speaking(LIMIT_SECONDS + 1)),
        _plan(5, _speaking(SPOKEN_SECONDS), Press("5", Anchor.SPOKEN, 200), Press("#", Anchor.KEY_UP, 700)),
    ]
    folder = tmp_path / "comments"
    async with lab(tmp_path, layouts={"commented": LAYOUT}, experiment=only("commented")) as centre:
        records = await centre.run(plans, rate=2)
        rows, kept = await centre.rows(), await _comments(centre)
        assert [rows[record.uniqueid or ""].outcome for record in records] == [Outcome.RATED] * 5
        assert [rows[record.uniqueid or ""].key for record in records] == ["3"] * 5
        by_key, by_silence, by_hanging_up, by_limit, with_a_key = (kept[record.uniqueid or ""] for record in records)
        for row in kept.values():
            assert row.seconds == round(row.seconds, 3)
            assert abs(_length(folder, row) - row.seconds) < 0.03
            assert (row.question, row.format) == ("primary", "wav")
            assert row.keep_until - row.recorded_at == timedelta(days=30)
            assert CALLERS[1:] not in row.file
        for row in (by_key, by_hanging_up, with_a_key):
            assert abs(row.seconds - SPOKEN_SECONDS) < 0.3
        assert abs(by_silence.seconds - KEPT_SILENCE_SECONDS - SPOKEN_SECONDS) < 0.3
        assert LIMIT_SECONDS - 1.5 < by_limit.seconds <= LIMIT_SECONDS
        assert [await _keys(centre, record) for record in records] == ["3#", "3", "3", "3", "35#"]
        assert [record.left_by for record in records] == ["pbx", "pbx", "caller", "pbx", "pbx"]
        await _expire(centre, [by_key, by_hanging_up])
        await centre.service.stop()
        await centre.service.start()
        deleted_at = await _deleted(centre, 2)
    assert {uniqueid for uniqueid, at in deleted_at.items() if at} == {by_key.uniqueid, by_hanging_up.uniqueid}
    left = sorted(path.stem for path in folder.glob("*.wav"))
    assert left == sorted(row.file for row in (by_silence, by_limit, with_a_key))


async def _expire(centre: Lab, rows: Sequence[Row[Any]]) -> None:
    over = update(comments).where(comments.c.uniqueid.in_([row.uniqueid for row in rows]))
    async with parts.opened_store(centre.settings) as store:
        await store.writer.write(
            lambda connection: connection.execute(over.values(keep_until=parts.now() - timedelta(seconds=1))).rowcount
        )


async def _deleted(centre: Lab, count: int) -> dict[str, datetime | None]:
    async with asyncio.timeout(10):
        while True:
            found = {uniqueid: row.deleted_at for uniqueid, row in (await _comments(centre)).items()}
            if sum(at is not None for at in found.values()) >= count:
                return found
            await asyncio.sleep(0.1)


async def test_where_nothing_can_be_recorded_the_caller_is_thanked_and_goes(tmp_path: Path) -> None:
    async with lab(tmp_path, layouts={"commented": LAYOUT}, experiment=only("commented")) as centre:
        (tmp_path / "comments").rmdir()
        (record,) = await centre.run([_plan(1, _speaking(SPOKEN_SECONDS))], rate=1)
        row = (await centre.rows())[record.uniqueid or ""]
        assert await _comments(centre) == {}
    assert (row.outcome, row.key) == (Outcome.RATED, "3")
    assert record.left_by == "pbx"


async def test_a_service_that_is_killed_while_a_caller_speaks_knows_the_comment_later(tmp_path: Path) -> None:
    async with lab(tmp_path, layouts={"commented": LAYOUT}, experiment=only("commented")) as centre:
        plan = _plan(1, _speaking(SPOKEN_SECONDS, hush_seconds=SILENCE_SECONDS + 1.5))
        calling = asyncio.create_task(centre.floor.run_calls([plan], rate=1))
        await _recording(centre)
        await centre.service.kill()
        (record,) = await calling
        assert record.left_by == "pbx"
        (path,) = (tmp_path / "comments").iterdir()
        assert await _comments(centre) == {}
        # As if it were found an hour later; a younger one could still be under way.
        ended_at = path.stat().st_mtime - 3600
        os.utime(path, (ended_at, ended_at))
        await centre.service.start()
        async with asyncio.timeout(10):
            while not (kept := await _comments(centre)):
                await asyncio.sleep(0.1)
        row = kept[record.uniqueid or ""]
        assert abs(row.seconds - KEPT_SILENCE_SECONDS - SPOKEN_SECONDS) < 0.3
        assert abs(_length(tmp_path / "comments", row) - row.seconds) < 0.03
        assert (await centre.rows())[record.uniqueid or ""].outcome is Outcome.RATED


async def test_a_service_that_hangs_while_a_caller_speaks_loses_neither_caller_nor_comment(tmp_path: Path) -> None:
    async with lab(tmp_path, layouts={"commented": LAYOUT}, experiment=only("commented")) as centre:
        plan = _plan(1, _speaking(SPOKEN_SECONDS), Press("#", Anchor.SPOKEN, 300))
        calling = asyncio.create_task(centre.floor.run_calls([plan], rate=1))
        await _recording(centre)
        assert centre.service.pid is not None
        os.kill(centre.service.pid, signal.SIGSTOP)
        try:
            (record,) = await calling
            assert (record.fault, record.left_by) == (None, "pbx")
        finally:
            os.kill(centre.service.pid, signal.SIGCONT)
        async with asyncio.timeout(20):
            while not (kept := await _comments(centre)) or not (rows := await centre.rows()):
                await asyncio.sleep(0.1)
        row = kept[record.uniqueid or ""]
        assert abs(_length(tmp_path / "comments", row) - SPOKEN_SECONDS) < 0.3
    # Asterisk's answer came after its deadline: then the ledger has how long the recording can be at most.
    assert _length(tmp_path / "comments", row) <= row.seconds <= LIMIT_SECONDS
    assert rows[record.uniqueid or ""].outcome is Outcome.RATED


async def _recording(centre: Lab) -> None:
    """Wait until Asterisk records."""
    async with asyncio.timeout(30):
        while not any(
            command.text.startswith("RECORD FILE") and command.is_passed_on
            for call in centre.wire.calls.values()
            for command in call.commands
        ):
            await asyncio.sleep(0.02)
