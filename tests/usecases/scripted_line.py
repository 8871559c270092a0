"""A caller's line that plays a script: each performed command brings the next events."""

import asyncio
from collections.abc import Sequence

from ivr.domain.flow.commands import Hush, Play, Record
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, LineLost, Played


class ScriptedLine:
    """Performs commands by returning the script's events in order, then ``Played`` for ever.

    What is performed is written to ``history``, which a ledger can share: so the order across both is seen.
    """

    def __init__(self, history: list[str], *script: Sequence[Event]) -> None:
        self._history = history
        self._script = list(script)
        self.languages: list[str] = []

    async def use_language(self, language: str) -> None:
        self.languages.append(language)

    async def perform(self, command: Play | Hush | Record) -> Sequence[Event]:
        self._history.append(f"> {_said(command)}")
        await asyncio.sleep(0)
        return self._script.pop(0) if self._script else (Played(),)

    async def conclude(self) -> None:
        self._history.append("> done")


class HangingLine(ScriptedLine):
    """Plays its script and then nothing more ever happens."""

    async def perform(self, command: Play | Hush | Record) -> Sequence[Event]:
        if not self._script:
            await asyncio.Event().wait()
        return await super().perform(command)


class BrokenLine(ScriptedLine):
    """Plays its script and then fails."""

    async def perform(self, command: Play | Hush | Record) -> Sequence[Event]:
        if not self._script:
            raise RuntimeError("the line broke")
        return await super().perform(command)


def _said(command: Play | Hush | Record) -> str:
    if isinstance(command, Play):
        return command.prompt
    return "hush" if isinstance(command, Hush) else "record"


PLAYED = (Played(),)
LEFT = (CallerLeft(),)
LOST = (LineLost(),)


def key(letter: str, ms: int = 3100, heard_ms: int | None = 100) -> KeyHeard:
    """Return a key whose moment is known."""
    return KeyHeard(letter, ms, ms, heard_ms)
