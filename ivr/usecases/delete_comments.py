"""Delete comments: a recorded voice is kept as long as its layout says, and then its file is deleted.

Only a file that is seen to be gone is noted as deleted. Where one is not found, it is gone where the folder is the
one of this service's own Asterisk; another Asterisk's recordings lie on another machine, where this service does not
reach, and its comments stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog

from ivr.domain.calls import CallId
from ivr.usecases.ports import Clock

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptComment:
    """A recording that was not deleted yet; ``file`` and ``format`` name it within the comments' folder."""

    call: CallId
    question: str
    file: str
    format: str


class Deletion(StrEnum):
    """What became of a file that was to be deleted."""

    DELETED = "deleted"
    MISSING = "missing"
    REFUSED = "refused"
    """This user may not delete there."""


class Comments(Protocol):
    """What the ledger knows of recordings."""

    async def expired(self, at: datetime) -> Sequence[KeptComment]:
        """Return the comments that were to be kept until ``at`` at most and are not noted as deleted."""

    async def note_deleted(self, deleted: Sequence[KeptComment], at: datetime) -> None:
        """Note that the files of ``deleted`` are gone; durable on return."""


class CommentFiles(Protocol):
    """The comments' folder, as far as this machine reaches it."""

    async def are_reached(self) -> bool:
        """Say whether the folder is there."""

    async def delete(self, file: str, form: str) -> Deletion:
        """Delete the recording ``file`` of the format ``form``."""


class DeleteComments:
    """Deletes what is kept long enough, as often as it is called; what cannot be done is said once.

    ``pbx`` is the Asterisk whose recordings the folder has.
    """

    def __init__(self, *, comments: Comments, files: CommentFiles, pbx: str, clock: Clock) -> None:
        self._comments = comments
        self._files = files
        self._pbx = pbx
        self._clock = clock
        self._said: set[str] = set()

    async def __call__(self) -> int:
        """Delete, and return how many comments are noted as deleted now.

        Raises:
            DatabaseRefused: the ledger cannot be read or written; files that were deleted are noted the next time.
        """
        now = self._clock()
        expired = await self._comments.expired(now)
        if not expired:
            return 0
        if not await self._files.are_reached():
            self._say("comments_not_reached", comments=len(expired))
            return 0
        gone: list[KeptComment] = []
        for comment in expired:
            deletion = await self._files.delete(comment.file, comment.format)
            if deletion is Deletion.DELETED or (deletion is Deletion.MISSING and comment.call.pbx == self._pbx):
                gone.append(comment)
            elif deletion is Deletion.MISSING:
                self._say("comments_of_another_pbx", pbx=comment.call.pbx)
            else:
                self._say("comments_not_deletable", file=comment.file)
        if gone:
            await self._comments.note_deleted(gone, now)
            log.info("comments_deleted", comments=len(gone))
        return len(gone)

    def _say(self, event: str, **details: object) -> None:
        if event not in self._said:
            self._said.add(event)
            log.warning(event, **details)
