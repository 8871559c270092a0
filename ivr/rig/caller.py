"""One live call of a run: waits for what the caller notices, does what the plan says, and keeps the moments."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.rig.call_centre import OUTSIDE
from ivr.rig.handset import Handset
from ivr.rig.hearing import Hearing, SpeechSpan
from ivr.rig.plan import Anchor, CallPlan, HangUp, Press, Speak, Step
from ivr.rig.record import AgentLeg, CallRecord, SentKey
from ivr.rig.sipp import SippProcess

NOTICE_PAUSE_SECONDS = 0.4
# The other side's BYE and its answer, on a busy machine.
FAREWELL_SECONDS = 5.0
ENDED_BY = {"hung-up": "agent", "left-behind": "caller", "transferred": "transfer"}


@dataclass(slots=True)
class _Leg:
    call_id: str
    agent: str
    answered: float
    left: float | None = None
    ended_by: str | None = None


class LiveCall:
    """A call while it runs. The floor tells it what SIPp did; :meth:`live` is what the people do."""

    def __init__(
        self,
        plan: CallPlan,
        call_id: str,
        handset: Handset,
        callers: SippProcess,
        agents: SippProcess,
        agents_ear: Hearing,
    ) -> None:
        self.plan = plan
        self.call_id = call_id
        self.handset = handset
        self.connected = asyncio.Event()
        self.agent_left = asyncio.Event()
        self.left = asyncio.Event()
        self._callers = callers
        self._agents = agents
        self._agents_ear = agents_ear
        self._legs: list[_Leg] = []
        self._answers: asyncio.Queue[_Leg] = asyncio.Queue()
        self._connected_time: float | None = None
        self._agent_left_time = 0.0
        self._left_time: float | None = None
        self._left_by: str | None = None
        self._stage_began = 0.0
        self._presses_before = 0
        self._aims: list[str | None] = []
        self._done = False
        self._fault: str | None = None

    def note_connected(self, rtp_port: int, when: float) -> None:
        """Note that Asterisk answered the caller, and the port it plays from."""
        self.handset.connect(rtp_port)
        self._connected_time = when
        self.connected.set()

    def note_answered(self, leg_call_id: str, agent: str, when: float) -> None:
        """Note that an agent picked up."""
        leg = _Leg(leg_call_id, agent, when)
        self._legs.append(leg)
        self._answers.put_nowait(leg)

    def note_leg_over(self, leg_call_id: str, what: str, when: float) -> None:
        """Note the end of an agent's leg; what comes after a transfer says no more about it."""
        for leg in self._legs:
            if leg.call_id == leg_call_id and leg.ended_by is None:
                leg.left, leg.ended_by = when, ENDED_BY.get(what)

    def note_left(self, what: str, when: float) -> None:
        """Note the end of the caller's own leg."""
        self._left_time = when
        self._left_by = "caller" if what == "hung-up" else "pbx"
        self.left.set()

    def hang_up(self) -> None:
        """Have the caller hang up now; a call that is over stays over."""
        self._callers.hang_up(self.call_id)

    async def live(self, call_seconds: float) -> None:
        """Play the call to its end; hang up after ``call_seconds`` whatever happens."""
        story = asyncio.create_task(self._story())
        gone = asyncio.create_task(self.left.wait())
        try:
            done, _ = await asyncio.wait({story, gone}, timeout=call_seconds, return_when=asyncio.FIRST_COMPLETED)
            if story in done:
                story.result()
                self._done = True
                await asyncio.wait({gone}, timeout=call_seconds)
            if not self.left.is_set():
                self._fault = f"still there after {call_seconds:.0f} s"
                self._callers.hang_up(self.call_id)
                await asyncio.wait({gone}, timeout=FAREWELL_SECONDS)
        finally:
            for task in (story, gone):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _story(self) -> None:
        self._stage_began = time.monotonic()
        if await self._act(self.plan.before):
            return
        leg = await self._answers.get()
        await asyncio.sleep(self.plan.talk_seconds)
        if self.plan.leaves_agent_first:
            self._callers.hang_up(self.call_id)
            return
        if self.plan.transfer_to is not None:
            self._agents.transfer(leg.call_id, self.plan.transfer_to)
            if self.plan.transfer_to == OUTSIDE:
                return
            leg = await self._answers.get()
            await asyncio.sleep(self.plan.talk_seconds)
        self.handset.hearing.begin_stage()
        self._presses_before = len(self.handset.presses)
        self._agent_left_time = self._stage_began = time.monotonic()
        self._agents.hang_up(leg.call_id)
        self.agent_left.set()
        await self._act(self.plan.steps)

    async def _act(self, steps: Sequence[Step]) -> bool:
        """Do what the plan says; return whether the caller has hung up."""
        for step in steps:
            await self._wait_moment(step)
            match step:
                case Press():
                    self._aims.append(step.question)
                    await self.handset.press(step.key, step.hold_ms / 1000)
                case Speak():
                    await self.handset.speak(step.for_ms / 1000, step.hush_ms / 1000)
                case HangUp():
                    self._callers.hang_up(self.call_id)
                    return True
        return False

    async def _wait_moment(self, step: Step) -> None:
        handset, hearing = self.handset, self.handset.hearing
        match step.anchor:
            case Anchor.AGENT_LEFT:
                origin = self._stage_began
            case Anchor.FIRST_FRAME:
                origin = await hearing.wait_first_frame()
            case Anchor.PAUSE:
                origin = await hearing.wait_pause(step.pause_number, NOTICE_PAUSE_SECONDS)
            case Anchor.NEXT_PAUSE:
                origin = await hearing.wait_pause(step.pause_number, NOTICE_PAUSE_SECONDS, of_turn=True)
            case Anchor.KEY_UP:
                origin = handset.presses[-1].up if handset.presses else self._stage_began
            case Anchor.SPOKEN:
                origin = handset.spoken[-1].end if handset.spoken else self._stage_began
        await asyncio.sleep(max(0.0, origin + step.after_ms / 1000 - time.monotonic()))

    def record(self, uniqueid: str | None, wall_offset: float) -> CallRecord:
        """Return what happened; ``wall_offset`` is wall time minus monotonic time."""

        def wall(moment: float | None) -> datetime | None:
            return None if moment is None else datetime.fromtimestamp(moment + wall_offset, UTC)

        first = self.handset.hearing.first_frame if self.agent_left.is_set() else None

        def from_first(moment: float) -> int | None:
            return None if first is None else round((moment - first) * 1000)

        fault = self._fault
        if self._connected_time is None:
            fault = "Asterisk did not answer the call"
        elif self._left_time is None and fault is None:
            fault = "the end of the call was not seen"
        keys = [
            SentKey(press.key, press.up_at, from_first(press.down), from_first(press.up), aim, press.up)
            for press, aim in zip(self.handset.presses, self._aims, strict=False)
        ]
        return CallRecord(
            plan=self.plan,
            call_id=self.call_id,
            uniqueid=uniqueid,
            connected_at=wall(self._connected_time),
            legs=tuple(
                AgentLeg(
                    leg.agent, datetime.fromtimestamp(leg.answered + wall_offset, UTC), wall(leg.left), leg.ended_by
                )
                for leg in self._legs
            ),
            agent_left_at=wall(self._agent_left_time) if self.agent_left.is_set() else None,
            first_frame_at=wall(first),
            sent=tuple(keys[self._presses_before :]) if self.agent_left.is_set() else (),
            left_at=wall(self._left_time),
            left_by=self._left_by,
            speech_ms=() if first is None else _from(first, self.handset.hearing.speech),
            fault=fault,
            done=self._done,
            sent_before=tuple(keys[: self._presses_before] if self.agent_left.is_set() else keys),
            spoken_seconds=tuple(round(span.end - span.start, 2) for span in self.handset.spoken),
            agent_speech_ms=self._heard_by_agent(),
            tape=tuple(self.handset.hearing.tape) if self.agent_left.is_set() else (),
        )

    def _heard_by_agent(self) -> tuple[tuple[int, int], ...]:
        if not self._legs:
            return ()
        leg = self._legs[0]
        until = time.monotonic() if leg.left is None else leg.left
        return _from(leg.answered, [span for span in self._agents_ear.speech if leg.answered <= span.end <= until])


def _from(origin: float, spans: Sequence[SpeechSpan]) -> tuple[tuple[int, int], ...]:
    return tuple((round((span.start - origin) * 1000), round((span.end - origin) * 1000)) for span in spans)
