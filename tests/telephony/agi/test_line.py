"""The caller's line over a real socket, against a scripted Asterisk; each conversation is a text file.

``!`` what the flow wants, ``>`` what the service sends, ``<`` what Asterisk answers, ``@`` seconds on the clock
before the next line, ``x`` Asterisk closes the connection, ``=`` what the flow is told.
"""

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest

from ivr.domain.calls import CallId
from ivr.domain.flow.commands import Hush, Play, Record
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed, Recorded
from ivr.domain.layouts import DTMF_KEYS
from ivr.telephony.agi.line import AgiLine
from ivr.telephony.agi.recordings import Recordings
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.session import AgiSession
from tests.telephony.agi.fake_asterisk import FakeAsterisk, serving

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


class Stage:
    """Carries a transcript's wishes to the line, and what the flow is told back."""

    def __init__(self) -> None:
        self.now = 0.0
        self.wishes: asyncio.Queue[str] = asyncio.Queue()
        self.told: asyncio.Queue[str] = asyncio.Queue()

    async def handle(self, _request: AgiRequest, session: AgiSession) -> None:
        recordings = Recordings(PurePosixPath("/comments"), CallId("madrid", "1700000000.1"))
        line = AgiLine(session, lambda: self.now, recordings=recordings, language="en")
        while wish := await self.wishes.get():
            if wish == "conclude":
                await line.conclude()
                self.told.put_nowait("concluded")
            elif wish.startswith("language "):
                await line.use_language(wish.removeprefix("language "))
                self.told.put_nowait("used")
            else:
                self.told.put_nowait(_text(await line.perform(_command(wish))))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_the_line_speaks_as_written(transcript: Path) -> None:
    stage, lines = Stage(), transcript.read_text().splitlines()  # noqa: ASYNC240 - a page of text, before anything runs
    async with serving({"line": stage.handle}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("line")
        try:
            for number, line in enumerate(lines, start=1):
                if line and not line.startswith("# "):
                    await _act(stage, asterisk, line, f"{transcript.name}:{number}")
        finally:
            stage.wishes.put_nowait("")
        assert stage.told.empty()


async def _act(stage: Stage, asterisk: FakeAsterisk, line: str, place: str) -> None:
    mark, _, text = line.partition(" ")
    match mark:
        case "!":
            stage.wishes.put_nowait(text)
        case ">":
            assert await asterisk.hear() == text, place
        case "<":
            await asterisk.send(text + "\n")
        case "@":
            stage.now = float(text)
        case "x":
            await asterisk.hang_up()
        case "=":
            async with asyncio.timeout(10):
                assert await stage.told.get() == text, place
        case _:
            raise AssertionError(f"{place}: {line}")


def _command(wish: str) -> Play | Hush | Record:
    match wish.split():
        case ["record", question, milliseconds, silence_milliseconds, form]:
            return Record(question, int(milliseconds), int(silence_milliseconds), "#", form, 90)
        case ["play", prompt, milliseconds]:
            return Play(prompt, int(milliseconds), DTMF_KEYS)
        case ["play", prompt, milliseconds, "without", "keys"]:
            return Play(prompt, int(milliseconds), "")
        case ["hush", milliseconds]:
            return Hush(int(milliseconds), DTMF_KEYS)
    raise AssertionError(wish)


def _text(events: Sequence[Event]) -> str:
    return ", ".join(_event_text(event) for event in events)


def _event_text(event: Event) -> str:
    match event:
        case KeyHeard(key, lo_ms, hi_ms, heard_ms):
            moment = f"{lo_ms}" if lo_ms == hi_ms else f"{lo_ms}..{hi_ms}"
            return f"key {key} at {moment}" + ("" if heard_ms is None else f" heard {heard_ms}")
        case Played():
            return "played"
        case Recorded(milliseconds, file):
            return f"recorded {milliseconds} {file}"
        case CallerLeft():
            return "caller left"
        case LineLost():
            return "line lost"
        case PromptFailed():
            return "prompt failed"
    raise AssertionError(event)


def test_the_guard_is_armed_before_each_stream_and_each_recording() -> None:
    guarded = 0
    for transcript in TRANSCRIPTS:
        sent = [line[2:] for line in transcript.read_text().splitlines() if line.startswith(("> ", "! "))]
        for before, after in itertools.pairwise(sent):
            if after.startswith(("STREAM FILE", "RECORD FILE")):
                guarded += 1
                assert before.startswith("SET VARIABLE TIMEOUT(absolute) "), transcript.name
    assert guarded >= 35
