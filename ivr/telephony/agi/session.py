"""The AGI session: one connection, one call, one command at a time.

Only verbs of the allow-list are sent. Whoever answers AGI can run anything on the PBX (``EXEC System``), so a fault
of this program, or a value that finds its way into a command, must not be able to.
"""

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import Final

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice, Reply
from ivr.telephony.agi.meter import AgiMeter

VERBS: Final = frozenset({"STREAM FILE", "SET VARIABLE", "GET VARIABLE"})
"""What the rating needs of AGI, and all that is ever sent."""

_LONGEST_COMMAND = 2000  # Asterisk reads a command into 2,048 bytes (AGI_BUF_LEN) and takes the rest for the next one
_MARK = 10  # the first so many characters tell the verbs apart


class ConnectionEnded(Exception):
    """The way to the caller is gone: Asterisk has ended it, as it does when the caller hangs up."""


class ConnectionDropped(ConnectionEnded):
    """We have ended it ourselves, for lost framing or a passed deadline: the caller may still be there."""


class AllowedVerbs:
    """An allow-list of AGI verbs, made to be asked quickly."""

    __slots__ = ("_by_mark",)

    def __init__(self, verbs: frozenset[str]) -> None:
        self._by_mark: Mapping[str, str] = {verb[:_MARK]: verb for verb in verbs}

    def verb_of(self, line: str) -> str:
        """Return the verb of a command's ``line``.

        Raises:
            ValueError: it is not on the list, or the line is no single AGI command.
        """
        if not line.isprintable():
            raise ValueError("an AGI command cannot hold CR, LF or NUL, nor any other control character")
        verb = self._by_mark.get(line[:_MARK]) or self._by_mark.get(line.partition(" ")[0])
        if verb is None or not (line == verb or line.startswith(verb + " ")):
            raise ValueError(f"the AGI verb of {line.split(' ', 1)[0]!r} is not on the allow-list")
        return verb


class AgiSession(asyncio.Protocol):
    """Sends commands to Asterisk and hands back their replies, each within its deadline.

    ``hung_up`` is True once Asterisk has said that the caller left. Whoever holds the session looks at its deadline
    now and then with :meth:`look_at_deadline`; a timer for each would cost as much as the command.
    """

    __slots__ = (
        "_due",
        "_ended",
        "_framer",
        "_loop",
        "_meter",
        "_moment",
        "_transport",
        "_verb",
        "_verbs",
        "_waiting",
        "hung_up",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        framer: Framer,
        *,
        meter: AgiMeter | None,
        verbs: AllowedVerbs,
        hung_up: bool,
    ) -> None:
        self._transport = transport
        self._framer = framer
        self._meter = meter
        self._verbs = verbs
        self._loop = asyncio.get_running_loop()
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
        verb, data = self._verbs.verb_of(line), line.encode() + b"\n"
        if len(data) > _LONGEST_COMMAND:
            raise ValueError(f"an AGI command cannot be longer than {_LONGEST_COMMAND} bytes")
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
            self._drop("deadline", "a command passed its deadline")

    def data_received(self, data: bytes) -> None:
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
            self._drop("framing", f"framing lost: {fault}")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        """End the session: there is nobody to answer any more."""
        self.end("the connection is closed")

    def end(self, reason: str) -> None:
        """Close the connection; a command under way ends with ``reason``."""
        self._close(ConnectionEnded(reason))

    def _answer(self, reply: Reply) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            self._drop("framing", "framing lost: a reply that nobody asked for")
            return
        if self._meter is not None:
            now = monotonic()
            self._meter.agi_answered(self._verb, now - self._moment)
            self._moment = now
        waiting.set_result(reply)

    def _drop(self, kind: str, reason: str) -> None:
        if self._ended is None and self._meter is not None:
            self._meter.agi_lost(kind)
        self._close(ConnectionDropped(reason))

    def _close(self, ended: ConnectionEnded) -> None:
        if self._ended is None:
            self._ended = ended
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(self._ended)
        self._transport.close()
