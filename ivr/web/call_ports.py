"""What the pages of calls and contests need beside what every page has."""

from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from ivr.usecases.contests import Contests


class References(Protocol):
    """Makes texts that tell nothing to whom they are shown, and reads them again."""

    def close(self, text: str) -> str:
        """Return the reference of ``text``; letters, digits, ``-`` and ``_``."""

    def open(self, reference: str) -> str | None:
        """Return the text of a reference; None for one that was made up or changed."""


@dataclass(frozen=True, slots=True)
class CallPorts:
    """Where contests are kept, and how addresses name calls to those who must not know when they were."""

    contests: Contests
    references: References


CALLS = web.AppKey("calls", CallPorts)
