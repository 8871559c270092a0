"""A manager that speaks Asterisk's wire over a real socket, for what a healthy Asterisk will not do on demand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

TRANSCRIPTS = Path(__file__).parent / "transcripts"
GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def transcript(name: str) -> bytes:
    """Return a recorded session as it went over the wire."""
    return (TRANSCRIPTS / f"{name}.txt").read_bytes().replace(b"\n", b"\r\n")


def wire(*frames: str) -> bytes:
    """Return frames that are written with plain line ends as they go over the wire."""
    return b"".join("\r\n".join(frame.strip().splitlines()).encode() + b"\r\n\r\n" for frame in frames)


def listed(uniqueid: str, channel: str = "PJSIP/trunk-00000001", application: str = "Queue") -> str:
    """Return one row of the list of live channels."""
    return (
        f"Event: CoreShowChannel\nActionID: {{id}}\nChannel: {channel}\nUniqueid: {uniqueid}\n"
        f"Linkedid: {uniqueid}\nApplication: {application}"
    )


@dataclass
class FakeManager:
    """Answers as Asterisk 22 does; ``answers`` replaces an action's answer, None leaves it unanswered.

    ``function`` gives the value that Getvar reads for an expression.
    """

    greeting: bytes = GREETING
    answers: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    function: Callable[[str], str] = lambda _expression: ""
    live: tuple[str, ...] = ()
    rows_lost: int = 0
    rows_more: int = 0
    started: str = "10:00:00"
    actions: list[dict[str, str]] = field(default_factory=list)
    links: int = 0
    port: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    said_goodbye: int = 0

    def named(self, name: str) -> list[dict[str, str]]:
        """Return the actions of this name that were received."""
        return [action for action in self.actions if action["Action"] == name]

    def send(self, data: bytes) -> None:
        """Send to the newest link."""
        self.writers[-1].write(data)

    async def drop(self) -> None:
        """Break the newest link."""
        self.writers[-1].transport.abort()

    def _answer(self, action: dict[str, str]) -> tuple[str, ...] | None:
        name = action["Action"]
        if name in self.answers:
            return self.answers[name]
        success = "Response: Success\nActionID: {id}"
        started = f"CoreStartupDate: 2026-03-02\nCoreStartupTime: {self.started}"
        usual = {
            "CoreStatus": (f"{success}\n{started}",),
            "CoreShowChannels": (
                f"{success}\nEventList: start\nMessage: Channels will follow",
                *self.live[self.rows_lost :],
                *self.live[: self.rows_more],
                f"Event: CoreShowChannelsComplete\nActionID: {{id}}\nEventList: Complete\nListItems: {len(self.live)}",
            ),
            "Getvar": (f"{success}\nValue: {self.function(action.get('Variable', ''))}",),
            "Logoff": ("Response: Goodbye\nActionID: {id}\nMessage: Thanks for all the fish.",),
        }
        if name == "Login" and action["Secret"] != "right":
            return ("Response: Error\nActionID: {id}\nMessage: Authentication failed",)
        return usual.get(name, (f"{success}\nMessage: done",))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.links += 1
        self.writers.append(writer)
        writer.write(self.greeting)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in block.strip().split("\r\n"))
                self.actions.append(action)
                answer = self._answer(action)
                if answer is not None:
                    writer.write(wire(*(frame.replace("{id}", action["ActionID"]) for frame in answer)))
                if action["Action"] == "Logoff":
                    self.said_goodbye += 1
                    break
        writer.close()


@asynccontextmanager
async def fake_manager(**settings: object) -> AsyncIterator[FakeManager]:
    """Serve a fake manager on a free port of the loopback."""
    manager = FakeManager(**settings)  # type: ignore[arg-type]
    server = await asyncio.start_server(manager._serve, "127.0.0.1", 0)
    manager.port = server.sockets[0].getsockname()[1]
    try:
        yield manager
    finally:
        server.close()
        for writer in manager.writers:
            writer.transport.abort()
        await server.wait_closed()
