"""Draw follow-ups: a random few of the callers who were asked and did not rate are called again or written to.

Who did not answer differs from who did. Asking a random few of the silent in another way tells how much (double
sampling, Hansen and Hurwitz 1946). For that the number is needed, which the ledger never has. So it is held in
memory while its call is asked, only where the draw fell on the call, and is sealed and stored when the caller was
asked and did not rate. Whoever declined by key is not followed up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ivr.domain.calls import CallId
from ivr.domain.draws import uniform
from ivr.domain.outcomes import Outcome
from ivr.usecases.ports import Clock

FOLLOWED_UP = frozenset(
    {
        Outcome.NO_KEY,
        Outcome.INVALID_KEYS,
        Outcome.LEFT_IN_INTRO,
        Outcome.LEFT_IN_MENU,
        Outcome.LEFT_BEFORE_PROMPT,
    }
)
"""How a question ends whose caller may be asked once more, in another way."""
PURPOSE = "follow-up"
_SALT = "follow-up"

Seal = Callable[[CallId, str], str]
"""Seals a call's number; nobody without the key that is kept apart opens it."""


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """A caller's number, sealed; ``probability`` is the chance that the call had of being drawn."""

    call: CallId
    purpose: str
    probability: float
    sealed: str
    sealed_at: datetime
    expires_at: datetime


class SealedNumbers(Protocol):
    """Where sealed numbers are kept, apart from the calls."""

    async def keep(self, number: SealedNumber) -> None:
        """Store ``number``, durably; one that is there for its call stays as it is."""


class DrawFollowUps:
    """Holds the numbers of the calls that were drawn and are being asked; ``keep_days`` is how long one is kept."""

    def __init__(self, *, numbers: SealedNumbers, seal: Seal, probability: float, keep_days: int, clock: Clock) -> None:
        self._numbers = numbers
        self._seal = seal
        self._probability = probability
        self._keep = timedelta(days=keep_days)
        self._clock = clock
        self._held: dict[CallId, str] = {}

    def draw(self, call: CallId, number: str) -> None:
        """Hold the caller's ``number`` where the draw falls on ``call``; :meth:`settle` has to follow."""
        if uniform(_SALT, str(call)) < self._probability:
            self._held[call] = number

    async def settle(self, call: CallId, outcome: Outcome | None) -> None:
        """Seal and store what is held for ``call`` where ``outcome`` asks for it, and hold it no longer.

        ``outcome`` is None where the question failed. Raises DatabaseRefused, and then the number is gone.
        """
        number = self._held.pop(call, None)
        if number is None or outcome not in FOLLOWED_UP:
            return
        now = self._clock()
        sealed = self._seal(call, number)
        await self._numbers.keep(SealedNumber(call, PURPOSE, self._probability, sealed, now, now + self._keep))
