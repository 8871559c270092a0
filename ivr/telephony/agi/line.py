"""The caller's line over AGI: carries out the flow's commands, and loses no key between them.

Asterisk throws away a key that is pressed while no command listens. ``StoreDTMF`` in the dialplan copies
every key of the caller into the channel variable IVR_KEYS, so after each command that variable is read and
compared with what the command returned: what only the variable knows was pressed in a gap, or in a prompt
that is played to its end. Its moment is known between two readings.
The copy is made when the key's end arrives; a short key is stretched by Asterisk and reaches the command up to
0.1 s later. So a key can be in the variable already when one command ends, and be returned by the next: that
echo is known by not being in the variable a second time, and is no second press; what it has cut short is played on.

A key that a command returns went up when the answer came, and the clock of all moments began when the first prompt was
asked for: as long as neither Asterisk nor this service is late. How late both were together is known, because the
answer says how much was played meanwhile. Where that is more than ``_SHARP_MS`` the moment lies between two bounds.
So it does where a command has hardly begun: a key that goes up between two commands is stretched by Asterisk to its own
length once more, and only then returned by the second one.

Before each command TIMEOUT(absolute) is armed anew, a few seconds past the command's own length: if this
service stops answering, Asterisk takes the caller back by itself (extension T of the dialplan). A command that ended
long before its time, such as a comment of few words, leaves the guard far off: then it is armed once more, shortly,
as soon as the answer is there. So nobody waits for more than ``_LONGEST_GUARD_SECONDS`` for a service that is gone.

A recording is told of behind the keys that were pressed during it, its finish key the last of them, and is told of also
where the line was lost meanwhile: a voice that lies on a disk must be known, or nobody would ever delete it.

An end of the connection is a caller who has left, with two exceptions: we dropped it ourselves, or the guard had
run out, so that it was Asterisk who took the caller back. Then the line is lost, and nobody knows of the caller.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import suppress

from ivr.domain.flow.commands import Hush, Play, Record
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed, Recorded
from ivr.domain.timelines import SILENCE, SILENCE_SECONDS
from ivr.telephony.agi.framing import Reply
from ivr.telephony.agi.keys import KEYS, keys_in
from ivr.telephony.agi.recordings import Recordings, finish_key, has_file, recorded_ms
from ivr.telephony.agi.session import AgiSession, ConnectionDropped, ConnectionEnded

PROMPTS = "ivr-rating"

_SAMPLES_PER_MS = 8
_GUARD_SECONDS = 5
_LONGEST_GUARD_SECONDS = 10
"""A guard that is farther off after a command is worth a command of its own; after short prompts it never is."""
_ENTRY_GUARD_SECONDS = 6
_COMMAND_SECONDS = 4.0
_SHARP_MS = 40
_STRETCHED_SECONDS = 0.3
"""Keys are held for so long at most, as a rule: one that is returned later was pressed in the command."""


class AgiLine:
    """Implements the use case's ``Line`` on one AGI session.

    ``clock`` counts seconds (the event loop's). Without ``recordings`` nothing can be recorded. ``language`` is what
    the channel has.
    """

    def __init__(
        self,
        session: AgiSession,
        clock: Callable[[], float] | None = None,
        *,
        recordings: Recordings | None = None,
        language: str | None = None,
    ) -> None:
        self._session = session
        self._clock = clock or asyncio.get_running_loop().time
        self._recordings = recordings
        self._language = language
        self._first_frame: float | None = None
        self._prompted = False
        self._begun_late_ms: int | None = None  # by how much at most the first prompt began later than it was asked for
        self._looked = self._clock()
        # The dialplan's own guard at the entry, less what it takes to get here.
        self._guarded_until = self._clock() + _ENTRY_GUARD_SECONDS
        self._stored = ""
        self._unreturned = ""  # keys of the last look that no command has returned

    async def use_language(self, language: str) -> None:
        """Have prompts played in ``language`` from now on; the dialplan gives the channel its own back."""
        if language != self._language:
            self._language = language
            with suppress(ConnectionEnded):  # which the next command tells
                await self._send(f"SET VARIABLE CHANNEL(language) {_quoted(language)}")

    async def perform(self, command: Play | Hush | Record) -> Sequence[Event]:
        """Play or record, and return the keys heard since the last return, and CallerLeft or LineLost in the end.

        Of what was played this says how it ended only where there is neither; a recording is always told of, between
        the keys and the farewell.
        """
        try:
            if isinstance(command, Record):
                return await self._record(command)
            return await self._perform(command)
        except ConnectionEnded as ended:
            return (self._farewell(ended),)

    async def conclude(self) -> None:
        """Tell the dialplan that the flow was completed, and which keys were taken; a gone caller needs neither."""
        with suppress(ConnectionEnded):
            await self._send(f"SET VARIABLE IVR_KEYS_TAKEN {_quoted(self._stored)}")
            await self._send("SET VARIABLE IVR_RESULT done")

    async def _perform(self, command: Play | Hush) -> Sequence[Event]:
        skipped_ms = SILENCE_SECONDS * 1000 - command.milliseconds if isinstance(command, Hush) else 0
        events: Sequence[Event] | int = skipped_ms * _SAMPLES_PER_MS
        while isinstance(events, int):
            events = await self._stream(command, skipped_ms, events)
        return events

    async def _stream(self, command: Play | Hush, skipped_ms: int, sample: int) -> Sequence[Event] | int:
        """Stream from ``sample`` on; return what happened, or the sample at which an echo cut it short."""
        await self._arm_guard(command)
        self._begin_clock(command)
        begun = self._clock()
        reply = await self._carry_out(_streaming(command, sample), command)
        ended = self._clock()
        if reply.code != 200:
            # 511: the channel is dead. Anything else is a command that this Asterisk does not know.
            return (CallerLeft(),) if reply.code == 511 else (PromptFailed(),)
        returned = _key(reply.result)
        heard_ms = None if reply.endpos is None else reply.endpos // _SAMPLES_PER_MS - skipped_ms
        late_ms = self._late_ms(command, begun, ended, None if reply.endpos is None else reply.endpos - sample)
        try:
            keys = await self._keys_since(returned, ended, heard_ms, late_ms)
        except ConnectionEnded as gone:
            if returned is None or returned in self._unreturned:
                raise
            # A hang-up right after the key: what the command has returned is not lost with the line.
            return (self._returned(returned, ended, heard_ms, late_ms), self._farewell(gone))
        if keys:
            return keys
        if returned is not None and reply.endpos is not None:
            return reply.endpos
        if reply.result != -1:
            return (Played(),)
        # -1 is a hang-up or a recording that cannot be opened; the notice of a hang-up has come by now.
        return (CallerLeft(),) if self._session.hung_up else (PromptFailed(),)

    async def _record(self, command: Record) -> Sequence[Event]:
        """Record; once more from the beginning where an echo of the finish key has ended it."""
        recordings = self._recordings
        if recordings is None:
            return (PromptFailed(),)
        events: Sequence[Event] = ()
        while not events:
            await self._arm_guard(command)
            events = await self._record_once(recordings, command)
        return events

    async def _record_once(self, recordings: Recordings, command: Record) -> Sequence[Event]:
        file, begun = recordings.file_of(command.question), self._clock()
        try:
            reply = await self._carry_out(recordings.command(command), command)
        except ConnectionEnded as gone:
            # Nobody says how long it is, only how long it can be.
            longest_ms = min(round((self._clock() - begun) * 1000), command.milliseconds)
            return (Recorded(longest_ms, file), self._farewell(gone))
        ended = self._clock()
        if reply.code != 200:
            return (CallerLeft(),) if reply.code == 511 else (PromptFailed(),)
        finish = finish_key(reply, command)
        keys: Sequence[Event]
        farewell: tuple[Event, ...] = ()
        try:
            keys = await self._keys_since(finish, ended, None, self._begun_late_ms or 0)
        except ConnectionEnded as gone:
            keys = () if finish is None else (self._returned(finish, ended, None, self._begun_late_ms or 0),)
            farewell = (self._farewell(gone),)
        if not has_file(reply):
            return (*keys, *(farewell or (PromptFailed(),)))
        if finish is not None and not keys:
            return ()
        if reply.result == -1 and not farewell:
            farewell = (CallerLeft(),)
        return (*keys, Recorded(recorded_ms(reply, command), file), *farewell)

    async def _arm_guard(self, command: Play | Hush | Record) -> None:
        guard_seconds = math.ceil(command.milliseconds / 1000) + _GUARD_SECONDS
        await self._guard_for(guard_seconds)

    async def _guard_for(self, seconds: int) -> None:
        armed = self._clock()  # from before the command: the guard may run out earlier than this says, never later
        await self._send(f"SET VARIABLE TIMEOUT(absolute) {seconds}")
        self._guarded_until = armed + seconds

    def _carry_out(self, line: str, command: Play | Hush | Record) -> "asyncio.Future[Reply]":
        return self._session.command(line, command.milliseconds / 1000 + _COMMAND_SECONDS)

    def _farewell(self, ended: ConnectionEnded) -> CallerLeft | LineLost:
        if isinstance(ended, ConnectionDropped) or self._clock() >= self._guarded_until:
            return LineLost()
        return CallerLeft()

    def _begin_clock(self, command: Play | Hush) -> None:
        if self._prompted:
            return
        self._prompted = isinstance(command, Play)
        # During the silence the first frame is where it is due; a wrong key brings it forward.
        self._first_frame = self._clock() + (0.0 if self._prompted else command.milliseconds / 1000)

    def _ms(self, moment: float) -> int:
        return 0 if self._first_frame is None else round((moment - self._first_frame) * 1000)

    def _late_ms(self, command: Play | Hush, begun: float, ended: float, played: int | None) -> int:
        """Return how much earlier than ``ended`` a key may have gone up, on the clock of the first prompt's frames.

        Either Asterisk began to play that much later than it was asked to, or its answer was taken so much later; and
        a key that is returned at once may be a stretched one, from as far back as the last look.
        """
        own_ms = 0 if played is None else max(0, round((ended - begun) * 1000) - played // _SAMPLES_PER_MS)
        before_ms = self._begun_late_ms
        if before_ms is None and isinstance(command, Play):
            self._begun_late_ms = own_ms
        if ended - begun < _STRETCHED_SECONDS:
            own_ms = max(own_ms, round((ended - self._looked) * 1000))
        return own_ms + (before_ms or 0)

    async def _keys_since(
        self, returned: str | None, ended: float, heard_ms: int | None, late_ms: int
    ) -> list[KeyHeard]:
        if self._guarded_until - self._clock() > _LONGEST_GUARD_SECONDS:
            await self._guard_for(_GUARD_SECONDS)
        stored = await self._stored_keys()
        new = stored[len(self._stored) :] if stored.startswith(self._stored) else ""
        looked, now = self._looked, self._clock()
        self._looked, self._stored = now, stored or self._stored
        is_stored = returned is not None and returned in new
        before, _, after = new.partition(returned) if returned is not None and is_stored else (new, "", "")
        keys = self._between(before, looked, ended if is_stored else now)
        # Returned and not stored: an echo, or an Asterisk without StoreDTMF (or one whose store is full).
        if returned is not None and (is_stored or returned not in self._unreturned):
            keys.append(self._returned(returned, ended, heard_ms, late_ms))
        self._unreturned = before + after
        return [*keys, *self._between(after, ended, now)]

    def _returned(self, key: str, ended: float, heard_ms: int | None, late_ms: int) -> KeyHeard:
        earliest_ms = self._ms(ended) - (late_ms if late_ms > _SHARP_MS else 0)
        return KeyHeard(key, earliest_ms, self._ms(ended), heard_ms)

    def _between(self, keys: str, earliest: float, latest: float) -> list[KeyHeard]:
        return [KeyHeard(key, self._ms(earliest) - (self._begun_late_ms or 0), self._ms(latest)) for key in keys]

    async def _stored_keys(self) -> str:
        reply = await self._send("GET VARIABLE IVR_KEYS")
        if reply.code == 511:
            raise ConnectionEnded("the channel is dead")
        return keys_in(reply.value or "")

    async def _send(self, line: str) -> Reply:
        return await self._session.command(line, _COMMAND_SECONDS)


def _streaming(command: Play | Hush, sample: int) -> str:
    name = SILENCE if isinstance(command, Hush) else command.prompt
    return f"STREAM FILE {PROMPTS}/{name} {_quoted(command.keys)} {sample}"


def _key(result: int | None) -> str | None:
    """Return the key that a result stands for by its ASCII code; None for 0 (played), -1 and anything else."""
    return chr(result) if result is not None and 0 < result < 128 and chr(result) in KEYS else None


def _quoted(text: str) -> str:
    return f'"{text}"'
