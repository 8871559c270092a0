"""Take in comments: recordings in the folder that the ledger does not know become known, and so are deleted in time.

They come of a service that was killed while a caller spoke: Asterisk goes on recording, and nobody is left to note it.
A recording whose name had to be shortened belongs to no known call: it is said once, and deleting it is left to people.
"""

from collections.abc import Sequence, Set
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from ivr.domain.calls import Comment
from ivr.domain.layouts import LONGEST_COMMENT_SECONDS, CommentRequest
from ivr.usecases.ports import Clock, Ledger

KEPT_DAYS = CommentRequest(prompt="").retention_days
"""How long one is kept whose layout's word is not known: as long as a layout keeps it that says nothing."""
_RUNNING = timedelta(seconds=2 * LONGEST_COMMENT_SECONDS)
"""Younger recordings may be under way, or on their way to the ledger."""

log = structlog.get_logger(__name__)


class KnownComments(Protocol):
    """What the ledger knows of recordings."""

    async def files(self) -> Set[tuple[str, str]]:
        """Return file and format of every comment, deleted ones too."""


class FoundComments(Protocol):
    """The comments' folder."""

    async def nameless(self) -> Set[tuple[str, str]]:
        """Return file and format of the recordings whose names do not lead back to their calls."""

    async def found(self, pbx: str, before: datetime, kept: timedelta) -> Sequence[Comment]:
        """Return the recordings of ``pbx`` there that ended before ``before``, each to be ``kept`` from its end on."""


class TakeInComments:
    """Takes in what is found, as often as it is called; ``pbx`` is the Asterisk whose recordings the folder has."""

    def __init__(
        self, *, ledger: Ledger, comments: KnownComments, files: FoundComments, pbx: str, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._comments = comments
        self._files = files
        self._pbx = pbx
        self._clock = clock
        self._said: set[tuple[str, str]] = set()

    async def __call__(self) -> int:
        """Take in, and return how many recordings were not known.

        Raises:
            DatabaseRefused: the ledger cannot be read or written.
        """
        found = await self._files.found(self._pbx, self._clock() - _RUNNING, timedelta(days=KEPT_DAYS))
        nameless = await self._files.nameless() - self._said
        if not found and not nameless:
            return 0
        known = await self._comments.files()
        if nameless - known:
            self._said |= nameless - known
            log.warning("comments_without_call", files=sorted(file for file, _ in nameless - known))
        unknown = [comment for comment in found if (comment.file, comment.format) not in known]
        if unknown:
            await self._ledger.record(*unknown)
            log.warning("comments_taken_in", comments=len(unknown))
        return len(unknown)
