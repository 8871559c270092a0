"""The caller hangs up: at every command of the rating, and at the moments that people choose."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from ivr.rig.floor import Floor
from ivr.rig.plan import Anchor, HangUp, Press
from ivr.rig.record import CallRecord, SentKey
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.staging import Moment, Point
from tests.pbx.faults.verdict import judge
from tests.pbx.faults.vitals import assert_no_channel, assert_unharmed, vitals
from tests.pbx.lab import lab
from tests.pbx.wire import WiredCall

# So long it takes until a BYE has become Asterisk's HANGUP.
BYE_SECONDS = 0.15
OVERTAKEN_SECONDS = 0.1

HABITS = (
    (HangUp(Anchor.AGENT_LEFT, 20),),
    (HangUp(Anchor.FIRST_FRAME, 0),),
    (HangUp(Anchor.FIRST_FRAME, 980),),
    (HangUp(Anchor.PAUSE, 450, pause_number=3),),
    (Press("2", Anchor.AGENT_LEFT, 150), HangUp(Anchor.KEY_UP, 0)),
    (Press("2", Anchor.FIRST_FRAME, 400), HangUp(Anchor.KEY_UP, 0)),
    (Press("2", Anchor.FIRST_FRAME, 900), HangUp(Anchor.KEY_UP, 5)),
    (Press("3", Anchor.FIRST_FRAME, 2500), HangUp(Anchor.KEY_UP, 20)),
    (Press("1", Anchor.FIRST_FRAME, 2500), HangUp(Anchor.KEY_UP, 60)),
    (Press("1", Anchor.FIRST_FRAME, 2500), HangUp(Anchor.KEY_UP, 150)),
    (Press("1", Anchor.FIRST_FRAME, 2500), HangUp(Anchor.KEY_UP, 400)),
    (Press("7", Anchor.FIRST_FRAME, 2000), Press("1", Anchor.KEY_UP, 200), HangUp(Anchor.KEY_UP, 0)),
    (Press("9", Anchor.FIRST_FRAME, 2000), Press("1", Anchor.KEY_UP, 300), HangUp(Anchor.KEY_UP, 0)),
    (Press("7", Anchor.FIRST_FRAME, 2000), HangUp(Anchor.KEY_UP, 1500)),
)


class HangUpAt:
    """Has each caller hang up at its point; a tap of the wire."""

    def __init__(self, floor: Floor, points: Mapping[str, Point]) -> None:
        self._floor = floor
        self._points = points
        self._later: set[asyncio.TimerHandle] = set()

    async def command(self, call: WiredCall, number: int) -> bool:
        point = self._points.get(call.caller)
        if call.script != "rate" or point is None or point.number != number:
            return True
        if point.moment is Moment.BEFORE:
            self._floor.hang_up(call.caller)
            await asyncio.sleep(BYE_SECONDS)
        elif point.moment is Moment.UNDER_WAY:
            self._later.add(asyncio.get_running_loop().call_later(0.3, self._floor.hang_up, call.caller))
        return True

    async def reply(self, call: WiredCall, number: int) -> bool:
        point = self._points.get(call.caller)
        if call.script == "rate" and point is not None and (point.number, point.moment) == (number, Moment.ANSWERED):
            self._floor.hang_up(call.caller)
        return True


async def test_hung_up_at_every_command(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    async with lab(tmp_path, experiment=staging.EXPERIMENT, agents=90) as centre:
        points = await staging.points_of(centre)
        before = await vitals(centre)
        plans = staging.plans(points)
        habits = [staging.plan(len(plans) + number, steps) for number, steps in enumerate(HABITS, start=1)]
        centre.wire.tap = HangUpAt(centre.floor, {p.name: point for p, point in zip(plans, points, strict=True)})
        records = await centre.floor.run_calls([*plans, *habits], staging.RATE)

        def unheard(record: CallRecord, press: SentKey) -> bool:
            """Excuse a key that Asterisk itself has not heard: its BYE overtook it there, on a busy machine."""
            if record.left_at is None or press is not record.sent[-1]:
                return False
            is_at_the_end = (record.left_at - press.up_at).total_seconds() < OVERTAKEN_SECONDS
            return is_at_the_end and centre.wire.left.get(record.uniqueid or "") == record.keys[:-1]

        fault = "the caller hangs up at every command, and by habit"
        verdict = await judge(centre, fault, records, excuse=unheard)
        note(verdict.record)
        await assert_no_channel(centre)
        await assert_unharmed(centre, before)
    assert verdict.complaints == ()
    assert {record.left_by for record in records[: len(plans) - 1]} == {"caller"}, "the last command ends the flow"
    in_ledger = {
        record.uniqueid: "".join(press.key for press in verdict.rows[record.uniqueid or ""].keys) for record in records
    }
    heard = {
        record.uniqueid: centre.wire.left.get(record.uniqueid or "", record.keys)
        if verdict.record.unacknowledged
        else record.keys
        for record in records
    }
    assert in_ledger == heard, "the ledger itself has them"
    assert verdict.surveys == {}
