"""Staging: brings many callers to different points of the rating, so that one fault meets each of them at its own.

A point is a command of the whole flow and a moment of it: before Asterisk gets the command, while Asterisk carries
it out, or when Asterisk has answered and the service does not know yet. One probing call without any fault tells the
commands on the wire and when they come; the others begin to talk so much earlier or later that all reach their points
at about the same time, where the gate holds them for the last moment.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from tests.pbx.lab import Lab
from tests.pbx.wire import WiredCall

RATE = 8.0
SHORTEST_TALK_SECONDS = 0.4
# What is under way is not held, so it is begun a little later than what is.
MARGIN_SECONDS = 0.3

EXPERIMENT = """\
key = "default"
salt = "drill"
unit = "call"
primary_metric = "top_box"
minimum_sample = 1
stop_rule = "none"

[strata."*"]
layouts = { "sequential-123" = 1.0 }
delays = { "1" = 1.0 }
"""
"""Everybody hears a second of silence, the intro and three options."""

WRONG_KEY, ANSWER = "7", "2"
WHOLE_FLOW = (Press(WRONG_KEY, Anchor.FIRST_FRAME, 1500), Press(ANSWER, Anchor.FIRST_FRAME, 6100))
"""A wrong key in the intro, and the answer while the second option is read: every kind of command occurs."""


class Moment(StrEnum):
    """When within a command."""

    BEFORE = "before"
    UNDER_WAY = "under way"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the flow: the ``number``-th command (from 0) and the moment within it."""

    number: int
    moment: Moment
    command: str
    after_agent_seconds: float
    """When it was reached in the probing call, from the agent's leaving."""


def plan(number: int, steps: Sequence[Press], talk_seconds: float = SHORTEST_TALK_SECONDS) -> CallPlan:
    """Return a call of the queue ``support``."""
    return CallPlan(
        number, f"+4420794600{number:02d}", "support", Behaviour.PRESSES, round(talk_seconds, 3), tuple(steps)
    )


_points: list[Point] = []


async def points_of(centre: Lab) -> Sequence[Point]:
    """Return the points of the whole flow in order; the first lab of a run plays it once without a fault."""
    if not _points:
        (record,) = await centre.run([plan(99, WHOLE_FLOW)], rate=1)
        assert record.agent_left_at is not None
        origin = record.agent_left_at.timestamp() - (time.time() - time.monotonic())
        found = list(_points_of(centre.wire.calls.pop(record.uniqueid or ""), origin))
        assert any("thanks" in point.command for point in found)
        _points[:] = found
    return _points


def _points_of(call: WiredCall, origin: float) -> Iterator[Point]:
    for number, command in enumerate(call.commands):
        begun, ended = command.begun - origin, (command.ended or command.begun) - origin
        yield Point(number, Moment.BEFORE, command.text, begun)
        if command.text.startswith("STREAM FILE"):
            yield Point(number, Moment.UNDER_WAY, command.text, (begun + ended) / 2 + MARGIN_SECONDS)
        yield Point(number, Moment.ANSWERED, command.text, ended)


def plans(points: Sequence[Point], steps: Sequence[Press] = WHOLE_FLOW) -> list[CallPlan]:
    """Return one call for each point, the later points first, timed to reach them together."""
    latest = max(point.after_agent_seconds for point in points)
    return [
        plan(
            number,
            steps,
            SHORTEST_TALK_SECONDS + latest - point.after_agent_seconds + (len(points) - number) / RATE,
        )
        for number, point in enumerate(points, start=1)
    ]


def newcomers(points: Sequence[Point], count: int, *, after_seconds: float) -> list[CallPlan]:
    """Return further calls, which reach the rating one by one so long after those of ``plans`` are at their points."""
    talk_seconds = SHORTEST_TALK_SECONDS + max(point.after_agent_seconds for point in points) + after_seconds
    return [plan(len(points) + number, WHOLE_FLOW, talk_seconds) for number in range(1, count + 1)]


def gate(points: Sequence[Point], calls: Sequence[CallPlan]) -> "Gate":
    """Return the gate that holds each of ``calls`` at its point."""
    return Gate({call.name: point for call, point in zip(calls, points, strict=True)})


class Gate:
    """Holds each call at its point until :meth:`open`; a tap of the wire."""

    def __init__(self, points: Mapping[str, Point]) -> None:
        self._points = points
        self._answers = asyncio.Event()
        self._commands = asyncio.Event()
        self._passes = True
        self._here = asyncio.Condition()
        self.arrived: dict[str, float] = {}

    async def command(self, call: WiredCall, number: int) -> bool:
        point = self._point(call, number)
        if point is None or point.moment is Moment.ANSWERED:
            return True
        await self._arrive(call)
        return point.moment is Moment.UNDER_WAY or await self._pass(self._commands)

    async def reply(self, call: WiredCall, number: int) -> bool:
        point = self._point(call, number)
        if point is None or point.moment is not Moment.ANSWERED:
            return True
        await self._arrive(call)
        return await self._pass(self._answers)

    async def everybody(self, seconds: float) -> None:
        """Wait until every call is at its point.

        Raises:
            TimeoutError: some are not, ``seconds`` from now.
        """
        async with asyncio.timeout(seconds), self._here:
            await self._here.wait_for(lambda: len(self.arrived) == len(self._points))

    def deliver_answers(self) -> None:
        """Pass Asterisk's answers on to the service; commands are held still."""
        self._answers.set()

    def open(self, *, passes: bool) -> None:
        """Let everything go on; what is held is passed on, or never arrives."""
        self._passes = passes
        self._answers.set()
        self._commands.set()

    def _point(self, call: WiredCall, number: int) -> Point | None:
        point = self._points.get(call.caller) if call.script == "rate" else None
        return point if point is not None and point.number == number else None

    async def _arrive(self, call: WiredCall) -> None:
        async with self._here:
            self.arrived.setdefault(call.caller, time.monotonic())
            self._here.notify_all()

    async def _pass(self, opened: asyncio.Event) -> bool:
        await opened.wait()
        return self._passes
