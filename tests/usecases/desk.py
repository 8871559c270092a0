"""Everything around the rating of a call, in memory."""

import asyncio
from collections.abc import Callable

from ivr.domain.calls import Answer, CallFacts, CallId
from ivr.domain.eligibility import Sampling
from ivr.domain.timelines import LayoutVersion
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.note_left_keys import NoteLeftKeys
from ivr.usecases.rate_call import RateCall, RatingRequest
from tests.memory_ledger import MemoryDirectory, MemoryEligibility, MemoryLedger, MemoryRefusals
from tests.specimens import CALL, NOON, experiment, offering, version
from tests.usecases.scripted_line import ScriptedLine


class Desk:
    """Everything around the use case, in memory."""

    def __init__(
        self,
        asked: LayoutVersion | None = None,
        *,
        delay: float = 0.0,
        sampling: float = 1.0,
        longest_wait_seconds: float = 60.0,
    ) -> None:
        self.ledger = MemoryLedger()
        self.directory = MemoryDirectory(people={"PJSIP/ana": "ana"}, teams={"ana": "blue"})
        self.last_keys = LastKeys()
        self.eligibility = MemoryEligibility(Sampling(sampling))
        self.refusals = MemoryRefusals()
        trial = experiment(delays={delay: 1.0})
        self.closing = CloseCalls(
            ledger=self.ledger,
            directory=self.directory,
            offering=offering(trial, {"sequential-123": asked or version()}),
            queues=frozenset(),
            clock=lambda: NOON,
            refusals=self.refusals,
        )
        self.rate = RateCall(
            ledger=self.ledger,
            directory=self.directory,
            offering=offering(trial, {"sequential-123": asked or version()}),
            eligibility=self.eligibility,
            refusals=self.refusals,
            last_keys=self.last_keys,
            clock=lambda: NOON,
            closing=self.closing,
            longest_wait_seconds=longest_wait_seconds,
        )
        self.left = NoteLeftKeys(ledger=self.ledger, last_keys=self.last_keys, closing=self.closing)

    @property
    def history(self) -> list[str]:
        return self.ledger.history

    def line(self, *script: object) -> ScriptedLine:
        return ScriptedLine(self.history, *script)  # type: ignore[arg-type]

    async def presses(self, call: CallId = CALL) -> str:
        facts = await self.ledger.facts_of(call)
        return "" if facts is None else "".join(press.key for press in facts.presses)

    async def facts(self, call: CallId = CALL) -> CallFacts:
        facts = await self.ledger.facts_of(call)
        assert facts is not None
        return facts

    async def answer(self, call: CallId = CALL) -> Answer | None:
        facts = await self.ledger.facts_of(call)
        return None if facts is None else facts.answer


def request(call: CallId = CALL, **changes: object) -> RatingRequest:
    values: dict[str, object] = {
        "call": call,
        "linkedid": call.uniqueid,
        "interface": "PJSIP/ana",
        "agent": None,
        "queue": "sales",
        "site": None,
        "segment": None,
        "language": "en",
        "caller": "h1:ab",
        "test": False,
    }
    return RatingRequest(**{**values, **changes})  # type: ignore[arg-type]


async def once_rating(desk: Desk, then: Callable[[], object]) -> None:
    """Call ``then`` once the rating waits for the last keys (or is over)."""
    for _ in range(60):
        await asyncio.sleep(0)
    result = then()
    assert asyncio.iscoroutine(result)
    await result


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(1000):
        if happened():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never happened")
