"""The meeting point of a rating that lost its caller and the hang-up handler that brings the last keys."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ivr.domain.calls import CallId


class LastKeys:
    """Ratings under way; each can be brought the keys that Asterisk had stored when the caller left."""

    def __init__(self) -> None:
        self._open: dict[CallId, _Meeting] = {}

    @contextmanager
    def rating(self, call: CallId) -> Iterator[None]:
        """Hold the rating of ``call`` open while the block runs; a bringer waits for its end."""
        meeting = self._open[call] = _Meeting()
        try:
            yield
        finally:
            if self._open.get(call) is meeting:
                del self._open[call]
            meeting.over.set()

    async def wait(self, call: CallId, seconds: float) -> str | None:
        """Return the keys once they are brought, or None where nobody brings them within ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self._open[call].keys)
        return None

    async def bring(self, call: CallId, keys: str) -> None:
        """Hand ``keys`` to the rating of ``call``, if there is one, and return when it is over."""
        meeting = self._open.get(call)
        if meeting is None:
            return
        if not meeting.keys.done():
            meeting.keys.set_result(keys)
        await meeting.over.wait()


class _Meeting:
    def __init__(self) -> None:
        self.keys: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.over = asyncio.Event()
