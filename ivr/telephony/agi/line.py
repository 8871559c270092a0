"""The caller's line over AGI: carries out the flow's commands, and loses no key between them.

Asterisk throws away a key that is pressed while no command listens. ``StoreDTMF`` in the dialplan copies
every key of the caller into the channel variable IVR_KEYS, so after each command that variable is read and
compared with what the command returned: what only the variable knows was pressed in a gap, or in a prompt
that is played to its end. Its moment is known between two readings.

Before each command TIMEOUT(absolute) is armed anew, a few seconds past the command's own length: if this
service stops answering, Asterisk takes the caller back by itself (extension T of the dialplan).
"""

import asyncio
import math
from collections.abc import Sequence

from ivr.domain.flow.commands import Hush, Play
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, Played, PromptFailed
from ivr.domain.timelines import SILENCE, SILENCE_SECONDS
from ivr.telephony.agi.framing import Reply
from ivr.telephony.agi.session import AgiSession, ConnectionEnded

PROMPTS = "ivr-rating"

_SAMPLES_PER_MS = 8
_GUARD_SECONDS = 5
_COMMAND_SECONDS = 4.0


class AgiLine:
    """Implements the use case's ``Line`` on one AGI session."""

    def __init__(self, session: AgiSession) -> None:
        self._session = session
        self._clock = asyncio.get_running_loop().time
        self._first_frame: float | None = None
        self._looked_ms = 0
        self._stored = ""

    async def perform(self, command: Play | Hush) -> Sequence[Event]:
        """Play, and return the keys heard since the last return; without any, how the playing ended."""
        try:
            return await self._perform(command)
        except ConnectionEnded:
            return (CallerLeft(),)

    async def conclude(self) -> None:
        """Tell the dialplan that the flow was completed, and which keys were taken."""
        await self._send(f"SET VARIABLE IVR_KEYS_TAKEN {_quoted(self._stored)}")
        await self._send("SET VARIABLE IVR_RESULT done")

    async def _perform(self, command: Play | Hush) -> Sequence[Event]:
        length_seconds = command.milliseconds / 1000
        await self._send(f"SET VARIABLE TIMEOUT(absolute) {math.ceil(length_seconds) + _GUARD_SECONDS}")
        skipped_ms = SILENCE_SECONDS * 1000 - command.milliseconds if isinstance(command, Hush) else 0
        self._begin_clock(command)
        reply = await self._session.command(_stream(command, skipped_ms), length_seconds + _COMMAND_SECONDS)
        ended_ms = self._now_ms()
        if reply.code != 200:
            # 511: the channel is dead. Anything else is a command that this Asterisk does not know.
            return (CallerLeft(),) if reply.code == 511 else (PromptFailed(),)
        returned = chr(reply.result) if reply.result is not None and reply.result > 0 else None
        heard_ms = None if reply.endpos is None else reply.endpos // _SAMPLES_PER_MS - skipped_ms
        keys = await self._keys_since(returned, ended_ms, heard_ms)
        if keys:
            return keys
        # -1 is a hang-up or a recording that cannot be opened; a dead channel would not have answered since.
        return (PromptFailed(),) if reply.result == -1 else (Played(),)

    def _begin_clock(self, command: Play | Hush) -> None:
        if self._first_frame is None:
            ahead = command.milliseconds / 1000 if isinstance(command, Hush) else 0.0
            self._first_frame = self._clock() + ahead
            self._looked_ms = self._now_ms()

    def _now_ms(self) -> int:
        return 0 if self._first_frame is None else round((self._clock() - self._first_frame) * 1000)

    async def _keys_since(self, returned: str | None, ended_ms: int, heard_ms: int | None) -> list[KeyHeard]:
        stored = await self._stored_keys()
        new = stored[len(self._stored) :] if stored.startswith(self._stored) else ""
        lo, hi = self._looked_ms, self._now_ms()
        self._looked_ms, self._stored = hi, stored or self._stored
        keys: list[KeyHeard] = []
        for key in new:
            if key == returned:
                keys.append(KeyHeard(key, ended_ms, ended_ms, heard_ms))
                returned = None
            else:
                keys.append(KeyHeard(key, lo, hi))
        if returned is not None:  # an Asterisk without StoreDTMF
            keys.append(KeyHeard(returned, ended_ms, ended_ms, heard_ms))
        return keys

    async def _stored_keys(self) -> str:
        reply = await self._send("GET VARIABLE IVR_KEYS")
        if reply.code == 511:
            raise ConnectionEnded("the channel is dead")
        return reply.value or ""

    async def _send(self, line: str) -> Reply:
        return await self._session.command(line, _COMMAND_SECONDS)


def _stream(command: Play | Hush, skipped_ms: int) -> str:
    name = SILENCE if isinstance(command, Hush) else command.prompt
    return f"STREAM FILE {PROMPTS}/{name} {_quoted(command.keys)} {skipped_ms * _SAMPLES_PER_MS}"


def _quoted(text: str) -> str:
    return f'"{text}"'
