"""The scripts that the dialplan asks for: ``invite`` before the queue, ``rate`` and ``left`` behind it."""

import re
from collections.abc import Awaitable, Callable
from pathlib import PurePosixPath
from typing import Protocol

from ivr.domain.calls import CallId
from ivr.domain.outcomes import Outcome
from ivr.telephony.agi.invitation_line import AgiInvitationLine
from ivr.telephony.agi.keys import keys_in
from ivr.telephony.agi.line import AgiLine
from ivr.telephony.agi.recordings import Recordings
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.server import Handler
from ivr.telephony.agi.session import AgiSession
from ivr.usecases.invite_caller import InvitationLine, InvitationRequest
from ivr.usecases.ports import Line, Pseudonym
from ivr.usecases.rate_call import RatingRequest

_SET_SECONDS = 4.0
_CONSENTS = {"yes": True, "no": False}
_COUNT = re.compile("[0-9]{1,12}")


class NotesLeftKeys(Protocol):
    """The use case behind ``left``."""

    async def __call__(self, call: CallId, keys: str, *, gone: bool) -> None:
        """Store what is missing of ``keys``."""


FollowUp = Callable[[RatingRequest, str], None]
"""Takes a caller's number as it came, for whoever may dial it later; it must be quick and must not raise."""


def rate_script(
    rate_call: Callable[[RatingRequest, Line], Awaitable[Outcome]],
    pseudonym: Pseudonym,
    *,
    pbx: str,
    comments_dir: PurePosixPath | None = None,
    follow_up: FollowUp | None = None,
) -> Handler:
    """Return the handler that asks the caller; ``pbx`` names the Asterisk of a dialplan that does not say.

    ``comments_dir`` is where that Asterisk puts what callers say; without one nothing can be recorded. ``follow_up``
    is told the caller's number before the first question.
    """

    async def rate(request: AgiRequest, session: AgiSession) -> None:
        rating = _rating_request(request, pseudonym, pbx)
        if follow_up is not None and request.caller_number is not None:
            follow_up(rating, request.caller_number)
        recordings = None if comments_dir is None else Recordings(comments_dir, rating.call)
        await rate_call(rating, AgiLine(session, recordings=recordings, language=request.language))

    return rate


def invite_script(
    invite_caller: Callable[[InvitationRequest, InvitationLine], Awaitable[object]],
    pseudonym: Pseudonym,
    *,
    pbx: str,
) -> Handler:
    """Return the handler that invites the caller; ``pbx`` is as in :func:`rate_script`."""

    async def invite(request: AgiRequest, session: AgiSession) -> None:
        await invite_caller(_invitation_request(request, pseudonym, pbx), AgiInvitationLine(session))

    return invite


def left_script(note_left_keys: NotesLeftKeys, *, pbx: str) -> Handler:
    """Return the handler that takes the last keys; ``IVR_LEFT`` tells the dialplan that they are durable."""

    async def left(request: AgiRequest, session: AgiSession) -> None:
        keys = keys_in(request.arguments.get("keys", ""))
        await note_left_keys(_call(request, pbx), keys, gone=request.arguments.get("gone") == "1")
        await session.command("SET VARIABLE IVR_LEFT done", _SET_SECONDS)

    return left


def _call(request: AgiRequest, pbx: str) -> CallId:
    return CallId(request.arguments.get("pbx", pbx), request.uniqueid)


def _invitation_request(request: AgiRequest, pseudonym: Pseudonym, pbx: str) -> InvitationRequest:
    named = request.arguments.get
    return InvitationRequest(
        call=_call(request, pbx),
        linkedid=named("linkedid"),
        queue=named("queue"),
        site=named("site"),
        segment=named("segment"),
        language=named("language") or request.language,
        caller=_caller(request, pseudonym),
        test=named("test") == "1",
    )


def _rating_request(request: AgiRequest, pseudonym: Pseudonym, pbx: str) -> RatingRequest:
    named = request.arguments.get
    return RatingRequest(
        call=_call(request, pbx),
        linkedid=named("linkedid"),
        interface=_interface(named("interface"), named("dialed")),
        agent=named("agent"),
        queue=named("queue"),
        site=named("site"),
        segment=named("segment"),
        language=named("language") or request.language,
        caller=_caller(request, pseudonym),
        test=named("test") == "1",
        talk_seconds=_seconds(named("talk_ms"), 0.001) or _seconds(named("talk"), 1.0),
        consent=_CONSENTS.get(named("invited") or ""),
    )


def _caller(request: AgiRequest, pseudonym: Pseudonym) -> str | None:
    return None if request.caller_number is None else pseudonym(request.caller_number)


def _seconds(count: str | None, unit_seconds: float) -> float | None:
    """Return how long the agent talked, as Asterisk counts it; None where it says nothing that is a count."""
    return int(count) * unit_seconds if count is not None and _COUNT.fullmatch(count) else None


def _interface(member: str | None, dialed: str | None) -> str | None:
    """Return the agent's interface: the queue's member, or the channel that Dial called without its suffix."""
    if member is not None:
        return member
    return None if dialed is None else dialed.rpartition("-")[0] or dialed
