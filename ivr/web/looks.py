"""Looks at a person's figures: each is a use for appraisal, noted before the figures are shown.

A page that fetches itself again is the same look; it is noted again where this process has not seen its beginning.
"""

from collections import OrderedDict

from aiohttp import web

from ivr.domain.audit_chain import AuditEvent
from ivr.web.ports import PORTS, SESSION
from ivr.web.problems import is_live_update

_MOST_KEPT = 2_000
_LONGEST = 300


class Looks:
    """The looks that have been noted, by session, person and address."""

    def __init__(self) -> None:
        self._noted: OrderedDict[tuple[str, str, str], None] = OrderedDict()

    def has(self, session: str, person: str, address: str) -> bool:
        """Say whether a look of this session at ``person`` at this very address has been noted."""
        return (session, person, address) in self._noted

    def add(self, session: str, person: str, address: str) -> None:
        """Remember that it has."""
        self._noted[session, person, address] = None
        self._noted.move_to_end((session, person, address))
        while len(self._noted) > _MOST_KEPT:
            self._noted.popitem(last=False)


LOOKS = web.AppKey("looks", Looks)


async def note_look(request: web.Request, person: str) -> None:
    """Note that the reader looks at the figures of ``person``; raises DatabaseRefused, and then nothing is shown."""
    session, looks = request[SESSION], request.app[LOOKS]
    if is_live_update(request) and looks.has(session.token_hash, person, request.path_qs):
        return
    await request.app[PORTS].sign_in.audit.note(
        AuditEvent.PERSON_VIEWED, session.user.name, subject=person, selection=request.query_string[:_LONGEST]
    )
    looks.add(session.token_hash, person, request.path_qs)
