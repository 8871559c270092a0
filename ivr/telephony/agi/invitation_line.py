"""The caller's line before the queue, over AGI: plays like any other, and leaves its word in channel variables."""

from collections.abc import Sequence
from contextlib import suppress

from ivr.domain.flow.commands import Hush, Play
from ivr.domain.flow.events import Event
from ivr.telephony.agi.line import PROMPTS, AgiLine
from ivr.telephony.agi.session import AgiSession, ConnectionEnded

_SET_SECONDS = 4.0
_WORDS = {True: "yes", False: "no", None: "done"}


class AgiInvitationLine:
    """Implements the use case's ``InvitationLine`` on one AGI session.

    ``IVR_INVITED`` is the verdict, as ``IVR_RESULT`` is the rating's: yes, no, or done where nothing was said.
    ``IVR_AGENT_SCRIPT`` is for ``Queue(support,c,,${IVR_AGENT_SCRIPT})``. A gone caller needs neither.
    """

    def __init__(self, session: AgiSession) -> None:
        self._session = session
        self._line = AgiLine(session)

    async def perform(self, command: Play | Hush) -> Sequence[Event]:
        """Play, and return the keys heard since the last return, and CallerLeft where the line is gone."""
        return await self._line.perform(command)

    async def brief_agent(self, script: str) -> None:
        """Have the recording ``script`` played to the agent who takes the call."""
        await self._set("IVR_AGENT_SCRIPT", f"{PROMPTS}/{script}")

    async def conclude(self, consent: bool | None) -> None:  # noqa: FBT001 - yes, no, or nothing said
        """Tell the dialplan that the invitation is over, and what the caller said to it."""
        await self._set("IVR_INVITED", _WORDS[consent])

    async def _set(self, variable: str, value: str) -> None:
        with suppress(ConnectionEnded):
            await self._session.command(f'SET VARIABLE {variable} "{value}"', _SET_SECONDS)
