"""The call-centre floor of the rig: plays planned calls on the private Asterisk and records what happened.

SIPp signals for all callers (one process) and all agents (another); a handset is each caller's media side. This
file joins the three by Call-ID: the callers' SIPp numbers its calls in the order of its data file, and an
agent's leg carries the caller's display name. Every wait is bounded by ``call_seconds``.
"""

import asyncio
import contextlib
import itertools
import resource
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.rig.asterisk import PrivateAsterisk
from ivr.rig.caller import LiveCall
from ivr.rig.handset import Handset
from ivr.rig.plan import CallPlan
from ivr.rig.programs import Program
from ivr.rig.record import CallRecord
from ivr.rig.sipp import SippFailed, SippProcess, SipStep

CONNECT_SECONDS = 15.0
# SIPp keeps an ended call for two seconds, to answer what is repeated.
SETTLE_SECONDS = 4.0
# Asterisk's own sockets are another process's; each call needs one here.
SPARE_FILES = 200


@dataclass(frozen=True, slots=True)
class FloorProgress:
    """How far a run is; each number counts calls."""

    total: int
    connected: int
    rating: int
    """Calls whose agent has left and whose caller is still there."""
    ended: int


class Floor:
    """Callers and agents on one private Asterisk; one run at a time."""

    _runs = itertools.count(1)

    def __init__(
        self, pbx: PrivateAsterisk, sipp: Program, *, call_seconds: float = 90.0, keeps_tapes: bool = False
    ) -> None:
        self._pbx = pbx
        self._keeps_tapes = keeps_tapes
        self._sipp = sipp
        self._call_seconds = call_seconds
        self._calls: dict[str, LiveCall] = {}
        self._by_name: dict[str, LiveCall] = {}
        self._by_leg: dict[str, LiveCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run_calls(
        self,
        plans: Sequence[CallPlan],
        rate: float,
        on_progress: Callable[[FloorProgress], None] | None = None,
    ) -> list[CallRecord]:
        """Play the calls, starting ``rate`` of them a second, and return one record each, in the plans' order.

        A call that SIP could not carry through has a ``fault`` in its record; it is no reason to raise.

        Raises:
            SippFailed: SIPp itself could not work, or not one call was answered by Asterisk.
        """
        if not plans:
            return []
        _allow_files(len(plans) + SPARE_FILES)
        folder = self._pbx.plan.run_folder / f"sipp-{next(self._runs)}-{secrets.token_hex(3)}"
        agents = self._process("agents", folder, self._pbx.ports.agents, self._agent_step)
        callers = self._process("callers", folder, self._pbx.ports.callers, self._caller_step)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self._end_tasks)
            handsets = [await Handset.open(keeps_tape=self._keeps_tapes) for _ in plans]
            # All agents share one.
            handsets.append(await Handset.open())
            for handset in handsets:
                stack.callback(handset.close)
            run = folder.name.removeprefix("sipp-")
            self._seat(plans, handsets, f"{run}@rig", callers, agents)
            stack.push_async_callback(agents.stop)
            await agents.start([[str(handsets[-1].port)]])
            stack.push_async_callback(callers.stop)
            await callers.start(
                [[str(c.handset.port), c.plan.caller, c.plan.extension, c.plan.name] for c in self._calls.values()],
                *("-m", str(len(plans)), "-l", str(len(plans))),
                # A period long enough for a rate below one call a second.
                *("-r", str(max(1, round(rate * 100))), "-rp", "100000"),
                *("-cid_str", f"%u-{run}@rig"),
            )
            await self._watch(callers, agents, len(plans) / rate, on_progress)
        uniqueids = self._pbx.uniqueids()
        wall = time.time() - time.monotonic()
        records = [call.record(uniqueids.get(call.call_id), wall) for call in self._calls.values()]
        if not any(call.connected.is_set() for call in self._calls.values()):
            raise callers.failure()
        return records

    def hang_up(self, name: str) -> None:
        """Have the caller of that display name hang up now, whatever the plan says; an unknown one is ignored."""
        if call := self._by_name.get(name):
            call.hang_up()

    def _process(self, role: str, folder: Path, port: int, on_step: Callable[[SipStep], None]) -> SippProcess:
        return SippProcess(role, self._sipp, folder=folder, port=port, pbx_port=self._pbx.ports.sip, on_step=on_step)

    def _seat(
        self,
        plans: Sequence[CallPlan],
        handsets: Sequence[Handset],
        suffix: str,
        callers: SippProcess,
        agents: SippProcess,
    ) -> None:
        self._calls, self._by_name, self._by_leg = {}, {}, {}
        for number, plan in enumerate(plans, start=1):
            call_id = f"{number}-{suffix}"
            call = LiveCall(plan, call_id, handsets[number - 1], callers, agents, handsets[-1].hearing)
            self._calls[call_id] = call
            self._by_name[plan.name] = call

    def _caller_step(self, step: SipStep) -> None:
        call = self._calls.get(step.call_id)
        if call is None:
            return
        if step.what == "connected":
            call.note_connected(int(step.detail), step.seen)
            task = asyncio.create_task(call.live(self._call_seconds), name=call.plan.name)
            self._tasks.add(task)
        else:
            call.note_left(step.what, step.seen)

    def _agent_step(self, step: SipStep) -> None:
        if step.what == "answered":
            agent, _, name = step.detail.partition(" ")
            if call := self._by_name.get(name.strip()):
                self._by_leg[step.call_id] = call
                call.note_answered(step.call_id, agent, step.seen)
        elif call := self._by_leg.get(step.call_id):
            call.note_leg_over(step.call_id, step.what, step.seen)

    async def _watch(
        self,
        callers: SippProcess,
        agents: SippProcess,
        start_seconds: float,
        on_progress: Callable[[FloorProgress], None] | None,
    ) -> None:
        deadline = time.monotonic() + start_seconds + CONNECT_SECONDS + self._call_seconds + 10.0
        all_over: float | None = None
        while await callers.wait(0.25) is None and time.monotonic() < deadline:
            if all_over is None and self._all_over():
                all_over = time.monotonic()
            if all_over is not None and time.monotonic() - all_over > SETTLE_SECONDS:
                # SIPp still repeats a BYE that nobody answers.
                break
            if agents.returncode is not None:
                raise agents.failure()
            for task in [task for task in self._tasks if task.done()]:
                self._tasks.discard(task)
                task.result()
            if on_progress is not None:
                on_progress(self._progress())
        if callers.returncode not in {None, 0, 1}:
            raise callers.failure()
        # The last lines of the log, and tasks that only wait for them.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await asyncio.gather(*self._tasks)
        if on_progress is not None:
            on_progress(self._progress())

    def _all_over(self) -> bool:
        return all(call.connected.is_set() for call in self._calls.values()) and not any(
            not task.done() for task in self._tasks
        )

    def _progress(self) -> FloorProgress:
        calls = self._calls.values()
        return FloorProgress(
            total=len(calls),
            connected=sum(call.connected.is_set() for call in calls),
            rating=sum(call.agent_left.is_set() and not call.left.is_set() for call in calls),
            ended=sum(call.left.is_set() for call in calls),
        )

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()


def _allow_files(needed: int) -> None:
    """Raise this process's own limit of open files as far as it may; every handset is a socket.

    Raises:
        SippFailed: the limit cannot be raised so far.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= needed or soft == resource.RLIM_INFINITY:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SippFailed(f"{needed} open files are needed and {hard} allowed; run fewer calls at once")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
