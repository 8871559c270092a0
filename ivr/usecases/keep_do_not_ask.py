"""Keep the do-not-ask list: callers enter it by key, and people enter, withdraw and bring entries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.calls import CallId
from ivr.domain.do_not_ask import KEYPAD, DoNotAskEntry
from ivr.usecases.ports import Clock

COMMAND = "command"
"""The source of an entry that somebody wrote by command."""


class DoNotAskList(Protocol):
    """Where the entries are kept; nothing is ever taken out."""

    async def append(self, entries: Iterable[DoNotAskEntry]) -> int:
        """Append those of ``entries`` that say anything new, durably; return how many."""


class KeepDoNotAsk:
    """Implements :class:`ivr.usecases.ports.Refusals`, and what people do to the list."""

    def __init__(self, entries: DoNotAskList, clock: Clock) -> None:
        self._list = entries
        self._clock = clock

    async def refuse(self, caller: str, at: datetime, call: CallId) -> None:
        """Enter ``caller``, who said so by key in ``call``; durable on return."""
        await self._list.append([DoNotAskEntry(caller, at, is_refusal=True, source=KEYPAD, call=call)])

    async def add(self, callers: Sequence[str], who: str) -> int:
        """Enter ``callers``; return how many were not on the list."""
        return await self._note(callers, who, is_refusal=True)

    async def withdraw(self, callers: Sequence[str], who: str) -> int:
        """Let ``callers`` be asked again; return how many were on the list."""
        return await self._note(callers, who, is_refusal=False)

    async def _note(self, callers: Sequence[str], who: str, *, is_refusal: bool) -> int:
        now = self._clock()
        return await self._list.append([DoNotAskEntry(caller, now, is_refusal, COMMAND, who) for caller in callers])
