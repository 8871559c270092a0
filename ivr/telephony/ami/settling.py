"""Settling: work that the ledger refuses is done again, for about a minute, before it is given up.

A ledger may be locked, or its disk full for a while, and a fact that is lost leaves a call without its end. What is
given up is made good, as far as it can be, by a new list of live channels, asked for once the ledger takes work again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from ivr.errors import IvrError

RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""The pauses before a ledger that has refused is tried again."""

log = structlog.get_logger(__name__)


class Settling:
    """Does work to its end, or says in the log why it could not; ``ask_for_channels`` asks for a new list.

    Works may run beside each other. ``failures`` counts those that were given up, ``refusals`` how often the ledger
    was tried again.
    """

    def __init__(self, ask_for_channels: Callable[[], Awaitable[None]]) -> None:
        self._ask_for_channels = ask_for_channels
        self._hurry = asyncio.Event()
        self._owes_list = False
        self.failures = 0
        self.refusals = 0

    async def settle(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do ``work``, again and again where the ledger refuses it; raises nothing but the end of this very task."""
        try:
            try:
                await work()
            except IvrError as refused:
                await self._try_again(work, refused)
            if self._owes_list:
                self._owes_list = False
                await self._ask_for_channels()
        except asyncio.CancelledError:
            if is_to_end():
                raise
            self.failures += 1
            log.exception("ami_event_failed")
        except Exception:  # whatever a part behind raises, the next work must go on
            self.failures += 1
            log.exception("ami_event_failed")

    def hurry(self) -> None:
        """From now on do not pause: what waits is tried once more, at once."""
        self._hurry.set()

    async def _try_again(self, work: Callable[[], Awaitable[object]], refused: IvrError) -> None:
        for pause_seconds in RETRY_SECONDS:
            if self._hurry.is_set():
                break
            self.refusals += 1
            log.warning("ami_facts_wait", reason=str(refused), retry_in_seconds=pause_seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_seconds):
                    await self._hurry.wait()
            try:
                await work()
            except IvrError as again:
                refused = again
            else:
                return
        self._owes_list = True
        raise refused


def is_to_end() -> bool:
    """Whether this very task is cancelled, and not only something that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
