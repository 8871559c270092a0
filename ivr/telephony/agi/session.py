"""The AGI session: one connection, one call, one command at a time.

Only verbs of the allow-list are sent. Whoever answers AGI can run anything on the PBX (``EXEC System``), so a fault
of this program, or a value that finds its way into a command, must not be able to.
"""

import asyncio
from enum import StrEnum
from functools import lru_cache
from time import monotonic
from typing import Final

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice, Reply
from ivr.telephony.agi.meter import AgiMeter

VERBS: Final = frozenset({"STREAM FILE", "RECORD FILE", "SET VARIABLE", "GET VARIABLE"})
"""What the rating needs of AGI, and all that is ever sent."""

_LONGEST_COMMAND = 2000  # Asterisk reads a command into 2,048 bytes (AGI_BUF_LEN) and takes the rest for the next one


class Loss(StrEnum):
    """Why we ended a session ourselves; the closed list of the metric's label."""

    FRAMING = "framing"
    """Asterisk sent what AGI does not know."""
    DEADLINE = "deadline"
    """Asterisk did not answer in time."""
    FAULT = "fault"
    """The script failed; the log says how (``agi_handler_failed``)."""
    STOPPING = "stopping"
    """The drain was over before the call was."""


class ConnectionEnded(Exception):
    """The way to the caller is gone: Asterisk has ended it, as it does when the caller hangs up."""


class ConnectionDropped(ConnectionEnded):
    """We have ended it ourselves, for lost framing or a passed deadline: the caller may still be there."""


class AllowedVerbs:
    """An allow-list of AGI verbs. Most lines are sent over and over, so what was found right is remembered."""

    def __init__(self, verbs: frozenset[str]) -> None:
        self._verbs = verbs
        self.checked = lru_cache(maxsize=1024)(self._check)

    def _check(self, line: str) -> tuple[str, bytes]:
        """Return the verb of a command's ``line``, and the line as it is sent.

        Raises:
            ValueError: the verb is not on the list, or the line is no single AGI command.
        """
        if not line.isprintable():
            raise ValueError("an AGI command cannot hold CR, LF or NUL, nor any other control character")
        verb = next((verb for verb in self._verbs if line == verb or line.startswith(verb + " ")), None)
        if verb is None:
            raise ValueError(f"the AGI verb of {line.split(' ', 1)[0]!r} is not on the allow-list")
        data = line.encode() + b"\n"
        if len(data) > _LONGEST_COMMAND:
            raise ValueError(f"an AGI command cannot be longer than {_LONGEST_COMMAND} bytes")
        return verb, data


class AgiSession:
    """Sends commands to Asterisk and hands back their replies, each within its deadline.

    ``hung_up`` is True once Asterisk has said that the caller left. Whoever holds the session looks at its deadline
    now and then with :meth:`look_at_deadline`; a timer for each would cost as much as the command.
    """

    __slots__ = (
        "_checked",
        "_due",
        "_ended",
        "_framer",
        "_loop",
        "_meter",
        "_moment",
        "_transport",
        "_verb",
        "_waiting",
        "hung_up",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        framer: Framer,
        loop: asyncio.AbstractEventLoop,
        *,
        meter: AgiMeter | None,
        verbs: AllowedVerbs,
        hung_up: bool,
    ) -> None:
        self._transport = transport
        self._framer = framer
        self._meter = meter
        self._checked = verbs.checked
        self._loop = loop
        self._waiting: asyncio.Future[Reply] | None = None
        self._ended: ConnectionEnded | None = None
        self._due = 0.0
        self._verb = ""
        self._moment = 0.0  # when the command under way was sent, or the last reply came
        self.hung_up = hung_up

    def command(self, line: str, deadline_seconds: float) -> "asyncio.Future[Reply]":
        """Send ``line``, and return what to await for its reply.

        Raises, here or there:
            ConnectionEnded: there is nobody to answer.
            ConnectionDropped: no answer came within ``deadline_seconds``, or none that AGI knows.
            ValueError: ``line`` is no single command of an allowed verb.
        """
        verb, data = self._checked(line)
        if self._ended is not None:
            raise self._ended
        if self._waiting is not None:
            raise ValueError("an AGI session carries one command at a time")
        now = monotonic()
        self._due = now + deadline_seconds
        if self._meter is not None:
            if self._moment:
                self._meter.agi_gap(now - self._moment)
            self._moment, self._verb = now, verb
        self._waiting = waiting = self._loop.create_future()
        self._transport.write(data)
        return waiting

    def look_at_deadline(self, now: float) -> None:
        """Drop the session where its command has passed its deadline; ``now`` is of ``time.monotonic()``."""
        if self._waiting is not None and now >= self._due:
            self._drop(Loss.DEADLINE, "a command passed its deadline")

    def receive(self, data: bytes) -> None:
        """Take bytes from Asterisk; lost framing ends the session."""
        reply = self._framer.whole_reply(data)
        if reply is not None:
            self._answer(reply)
            return
        try:
            for item in self._framer.feed(data):
                if isinstance(item, Reply):
                    self._answer(item)
                elif isinstance(item, HangupNotice):
                    self.hung_up = True
        except FramingLost as fault:
            self._drop(Loss.FRAMING, f"framing lost: {fault}")

    def end(self, reason: str) -> None:
        """Close the connection; a command under way ends with ``reason``."""
        if self._ended is None:
            self._close(ConnectionEnded(reason))

    def _answer(self, reply: Reply) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            self._drop(Loss.FRAMING, "framing lost: a reply that nobody asked for")
            return
        waiting.set_result(reply)
        if self._meter is not None:
            now = monotonic()
            self._meter.agi_answered(self._verb, now - self._moment)
            self._moment = now

    def _drop(self, loss: Loss, reason: str) -> None:
        if self._ended is None:
            if self._meter is not None:
                self._meter.agi_lost(loss)
            self._close(ConnectionDropped(reason))

    def _close(self, ended: ConnectionEnded) -> None:
        self._ended = ended
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(ended)
        self._transport.close()
