"""Delete comments: a recorded voice is kept as long as its layout says, and then its file is deleted.

Only a file that is seen to be gone is noted as deleted. Where one is not found, it is gone where the folder is proven
to be the one of this service's own Asterisk. A folder that is not mounted looks empty; another Asterisk's recordings
lie on another machine: where this service does not reach, comments stay as they are. A file that lies there although it
is noted as deleted, as out of a backup, is deleted again.
"""

from collections.abc import Sequence, Set
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

    async def noted_deleted(self, files: Set[tuple[str, str]]) -> Set[tuple[str, str]]:
        """Return those of ``files``, names and formats, that are noted as deleted."""

    async def note_deleted(self, deleted: Sequence[KeptComment], at: datetime) -> None:
        """Note that the files of ``deleted`` are gone; durable on return."""


class CommentFiles(Protocol):
    """The comments' folder, as far as this machine reaches it."""

    async def are_reached(self) -> bool:
        """Say whether the folder is there, and proven to be the one in which recordings lie."""

    async def lying(self) -> Set[tuple[str, str]]:
        """Return file and format of what lies there."""

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
        await self._delete_again()
        now = self._clock()
        expired = await self._comments.expired(now)
        if not expired:
            return 0
        gone: list[KeptComment] = []
        missing: list[KeptComment] = []
        for comment in expired:
            deletion = await self._files.delete(comment.file, comment.format)
            if deletion is Deletion.DELETED:
                gone.append(comment)
            elif deletion is Deletion.MISSING and comment.call.pbx == self._pbx:
                missing.append(comment)
            elif deletion is Deletion.MISSING:
                self._say("comments_of_another_pbx", pbx=comment.call.pbx)
            else:
                self._say("comments_not_deletable", file=comment.file)
        # Asked last: a file that was deleted right now has proven the folder.
        if missing and await self._files.are_reached():
            gone += missing
        elif missing:
            self._say("comments_not_reached", comments=len(missing))
        if gone:
            await self._comments.note_deleted(gone, now)
            log.info("comments_deleted", comments=len(gone))
        return len(gone)

    async def _delete_again(self) -> None:
        lying = await self._files.lying()
        again = await self._comments.noted_deleted(lying) if lying else frozenset()
        for file, form in sorted(again):
            deletion = await self._files.delete(file, form)
            if deletion is Deletion.DELETED:
                log.warning("comment_deleted_again", file=file)
            elif deletion is Deletion.REFUSED:
                self._say("comments_not_deletable", file=file)

    def _say(self, event: str, **details: object) -> None:
        if event not in self._said:
            self._said.add(event)
            log.warning(event, **details)
