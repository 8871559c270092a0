"""Note calls: store what the manager interface says of calls, and close those that are over."""

from ivr.domain.calls import CallGone, CallId, Fact
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.ports import Ledger


class NoteCalls:
    """Takes the facts of each call in order; a fact about a closed call closes it anew.

    Facts of different calls may come beside each other: what waits for the disk together is committed together.
    """

    _REMEMBERED = 10_000

    def __init__(self, *, ledger: Ledger, closing: CloseCalls) -> None:
        self._ledger = ledger
        self._closing = closing
        self._gone: dict[CallId, None] = {}

    async def __call__(self, *facts: Fact) -> None:
        """Store ``facts``; durable on return."""
        await self._ledger.record(*facts)
        for call in dict.fromkeys(fact.call for fact in facts):
            ends = any(isinstance(fact, CallGone) and fact.call == call for fact in facts)
            if ends:
                self._gone[call] = None
                if len(self._gone) > self._REMEMBERED:
                    del self._gone[next(iter(self._gone))]
            if ends or call in self._gone:
                await self._closing.close(call)
