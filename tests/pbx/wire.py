"""The wire that carries AGI between Asterisk and the service in a test.

It may hold back what the service sends (so that gaps between commands are long enough to press a key in), and notes
when each command was under way.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote

# For so long Asterisk is waited for to close its end, once the service has closed its own.
FAREWELL_SECONDS = 60.0


@dataclass(slots=True)
class Command:
    """One AGI command on the wire, with the moments (monotonic) at which Asterisk got it and answered."""

    text: str
    begun: float
    ended: float | None = None
    reply: str = ""
    is_passed_on: bool = False
    """Whether Asterisk was given it: a tap can swallow a command."""


@dataclass(slots=True)
class WiredCall:
    """What went over the wire for one call's rating."""

    uniqueid: str = ""
    script: str = ""
    caller: str = ""
    """The caller's display name, which is the plan's."""
    begun: float = 0.0
    released: float | None = None
    """When Asterisk had taken the caller back: the moment (monotonic) at which it closed its end."""
    commands: list[Command] = field(default_factory=list)

    def playing(self, moment: float) -> str | None:
        """Return what was being streamed at ``moment``: a file's name, or None in a gap between commands."""
        for command in self.commands:
            words = command.text.split()
            if words[:2] == ["STREAM", "FILE"] and command.begun <= moment <= (command.ended or moment):
                return words[2]
        return None


class Tap(Protocol):
    """Watches the wire, and may hold a line back by waiting or swallow it by returning False."""

    async def command(self, call: WiredCall, number: int) -> bool:
        """See the ``number``-th command (from 0) before Asterisk does."""

    async def reply(self, call: WiredCall, number: int) -> bool:
        """See a line of the answer to the ``number``-th command before the service does."""


class Wire:
    """A TCP relay from Asterisk to the service; ``delay_seconds`` holds back each command, ``tap`` what it likes."""

    def __init__(self, delay_seconds: float = 0.0, tap: Tap | None = None) -> None:
        self.delay_seconds = delay_seconds
        self.tap = tap
        self.calls: dict[str, WiredCall] = {}
        # By Uniqueid, the keys that the hang-up handler brought: all that Asterisk has heard.
        self.left: dict[str, str] = {}
        self._server: asyncio.Server | None = None
        self._target = 0
        self._ways: set[asyncio.Task[None]] = set()
        self._relays: set[asyncio.Task[None]] = set()

    async def start(self, port: int, target: int) -> None:
        self._target = target
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for way in self._ways:
            way.cancel()
        if self._relays:
            await asyncio.wait(self._relays, timeout=5.0)

    def _accept(self, from_pbx: asyncio.StreamReader, to_pbx: asyncio.StreamWriter) -> None:
        relay = asyncio.create_task(self._relay(from_pbx, to_pbx))
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)

    async def _relay(self, from_pbx: asyncio.StreamReader, to_pbx: asyncio.StreamWriter) -> None:
        try:
            from_service, to_service = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            to_pbx.close()
            return
        call = WiredCall(begun=time.monotonic())
        replies = asyncio.create_task(self._replies(from_pbx, to_service, call))
        commands = asyncio.create_task(self._commands(from_service, to_pbx, call))
        self._ways |= {replies, commands}
        try:
            await asyncio.wait((replies, commands), return_when=asyncio.FIRST_COMPLETED)
            if not replies.done():
                # The service has ended it. Asterisk closes its own end when the caller is taken back.
                with contextlib.suppress(OSError):
                    to_pbx.write_eof()
                await asyncio.wait((replies,), timeout=FAREWELL_SECONDS)
        finally:
            for way in (replies, commands):
                way.cancel()
            await asyncio.gather(replies, commands, return_exceptions=True)
            self._ways -= {replies, commands}
            to_pbx.close()
            to_service.close()

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: WiredCall) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                text = line.decode(errors="replace").strip()
                if not call.commands:
                    self._note_header(text, call)
                elif call.commands[-1].ended is None:
                    call.commands[-1].ended, call.commands[-1].reply = time.monotonic(), text
                if self.tap is not None and call.commands and not await self.tap.reply(call, len(call.commands) - 1):
                    continue
                with contextlib.suppress(ConnectionError):
                    writer.write(line)
                    await writer.drain()
        call.released = time.monotonic()

    def _note_header(self, text: str, call: WiredCall) -> None:
        name, _, value = text.partition(": ")
        match name:
            case "agi_network_script":
                call.script = value.rpartition("/")[2]
            case "agi_uniqueid":
                call.uniqueid = value
            case "agi_calleridname":
                call.caller = value
            case "" if call.script == "rate":
                self.calls[call.uniqueid] = call
            case _ if name.startswith("agi_arg_") and call.script == "left" and value.startswith("keys="):
                self.left[call.uniqueid] = unquote(value.removeprefix("keys="))
            case _:
                pass

    async def _commands(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: WiredCall) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                call.commands.append(Command(line.decode().strip(), time.monotonic()))
                if self.tap is not None and not await self.tap.command(call, len(call.commands) - 1):
                    continue
                call.commands[-1].begun, call.commands[-1].is_passed_on = time.monotonic(), True
                with contextlib.suppress(ConnectionError):
                    writer.write(line)
                    await writer.drain()
