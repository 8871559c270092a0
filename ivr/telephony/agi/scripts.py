"""The scripts that the dialplan asks for: ``rate`` and ``left``."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from ivr.domain.calls import CallId
from ivr.domain.outcomes import Outcome
from ivr.telephony.agi.keys import keys_in
from ivr.telephony.agi.line import AgiLine
from ivr.telephony.agi.request import AgiRequest
from ivr.telephony.agi.server import Handler
from ivr.telephony.agi.session import AgiSession
from ivr.usecases.ports import Pseudonym
from ivr.usecases.rate_call import Line, RatingRequest

_SET_SECONDS = 4.0


class NotesLeftKeys(Protocol):
    """The use case behind ``left``."""

    async def __call__(self, call: CallId, keys: str, *, gone: bool) -> None:
        """Store what is missing of ``keys``."""


def rate_script(
    rate_call: Callable[[RatingRequest, Line], Awaitable[Outcome]], pseudonym: Pseudonym, *, pbx: str
) -> Handler:
    """Return the handler that asks the caller; ``pbx`` names the Asterisk of a dialplan that does not say."""

    async def rate(request: AgiRequest, session: AgiSession) -> None:
        await rate_call(_rating_request(request, pseudonym, pbx), AgiLine(session))

    return rate


def left_script(note_left_keys: NotesLeftKeys, *, pbx: str) -> Handler:
    """Return the handler that takes the last keys; ``IVR_LEFT`` tells the dialplan that they are durable."""

    async def left(request: AgiRequest, session: AgiSession) -> None:
        keys = keys_in(request.arguments.get("keys", ""))
        await note_left_keys(_call(request, pbx), keys, gone=request.arguments.get("gone") == "1")
        await session.command("SET VARIABLE IVR_LEFT done", _SET_SECONDS)

    return left


def _call(request: AgiRequest, pbx: str) -> CallId:
    return CallId(request.arguments.get("pbx", pbx), request.uniqueid)


def _rating_request(request: AgiRequest, pseudonym: Pseudonym, pbx: str) -> RatingRequest:
    named = request.arguments.get
    number = request.caller_number
    return RatingRequest(
        call=_call(request, pbx),
        linkedid=named("linkedid"),
        interface=_interface(named("interface"), named("dialed")),
        agent=named("agent"),
        queue=named("queue"),
        site=named("site"),
        segment=named("segment"),
        language=named("language") or request.language,
        caller=None if number is None else pseudonym(number),
        test=named("test") == "1",
    )


def _interface(member: str | None, dialed: str | None) -> str | None:
    """Return the agent's interface: the queue's member, or the channel that Dial called without its suffix."""
    if member is not None:
        return member
    return None if dialed is None else dialed.rpartition("-")[0] or dialed
