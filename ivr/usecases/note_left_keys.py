"""Note left keys: take what Asterisk had stored when the caller left or went on, so that no press is lost."""

from ivr.domain.calls import CallArrived, CallId, Press
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.ports import Ledger


class NoteLeftKeys:
    """Completes a call's presses from the channel's own store of them."""

    def __init__(self, *, ledger: Ledger, last_keys: LastKeys, closing: CloseCalls) -> None:
        self._ledger = ledger
        self._last_keys = last_keys
        self._closing = closing

    async def __call__(self, call: CallId, keys: str, *, gone: bool) -> None:
        """Store the presses of ``keys`` that are not stored yet; with ``gone`` the channel is hung up.

        A rating under way takes them itself, in the order of its flow; what it could not know is added here,
        with the moment left open.
        """
        await self._last_keys.bring(call, keys)
        facts = await self._ledger.facts_of(call)
        known = frozenset[int]() if facts is None else {press.number for press in facts.presses}
        missing = [
            Press(call, number, key, None, None) for number, key in enumerate(keys, start=1) if number not in known
        ]
        if missing:
            await self._ledger.record(CallArrived(call), *missing)
        if gone:
            await self._closing.close_gone(call)
        elif missing:
            # The call may be closed already; a live one is closed again when it is gone.
            await self._closing.close(call)
