"""Follow-ups: the number of a drawn caller goes from the line to its seal, past everything else."""

import structlog

from ivr.bootstrap import parts
from ivr.domain.calls import CallId
from ivr.domain.outcomes import Outcome
from ivr.errors import IvrError, SettingsRefused
from ivr.privacy.pseudonyms import Pseudonyms
from ivr.privacy.sealing import Seal
from ivr.settings import Settings
from ivr.store.sealed_numbers import SqlSealedNumbers
from ivr.usecases.draw_follow_ups import DrawFollowUps
from ivr.usecases.rate_call import RatingRequest

log = structlog.get_logger(__name__)


class FollowUps:
    """Draws and seals the numbers of the calls that are being asked; see :mod:`ivr.usecases.draw_follow_ups`."""

    def __init__(self, drawing: DrawFollowUps, pseudonyms: Pseudonyms) -> None:
        self._drawing = drawing
        self._pseudonyms = pseudonyms

    def draw(self, request: RatingRequest, caller_number: str) -> None:
        """Hold the caller's number where the draw falls on the call; test calls are never followed up."""
        number = self._pseudonyms.number(caller_number)
        if number is not None and not request.test:
            self._drawing.draw(request.call, number)

    async def settle(self, call: CallId, outcome: Outcome | None) -> None:
        """Seal and store the number where ``outcome`` asks for it; a fault is told, and costs no caller anything."""
        try:
            await self._drawing.settle(call, outcome)
        except IvrError as fault:
            log.error("number_not_sealed", call=str(call), reason=str(fault))


def seal_of(settings: Settings) -> Seal | None:
    """Return what numbers are sealed with; None where nobody is followed up.

    Raises:
        SettingsRefused: follow-ups are wanted, and there is no key to seal with.
    """
    if not settings.follow_up_probability:
        return None
    if settings.follow_up_public_key is None:
        raise SettingsRefused(
            f"follow_up_probability is {settings.follow_up_probability:g}, and there is no follow_up_public_key to "
            "seal numbers with; make one with `ivr numbers key FILE`, or set the probability to 0"
        )
    return Seal(settings.follow_up_public_key)


def build_follow_ups(settings: Settings, pseudonyms: Pseudonyms, store: parts.Store) -> FollowUps | None:
    """Return the follow-ups that the settings want; None where nobody is followed up. Raises as :func:`seal_of`."""
    seal = seal_of(settings)
    if seal is None:
        return None
    drawing = DrawFollowUps(
        numbers=SqlSealedNumbers(store.database, store.writer),
        seal=seal.close,
        probability=settings.follow_up_probability,
        keep_days=settings.follow_up_days,
        clock=parts.now,
    )
    return FollowUps(drawing, pseudonyms)
