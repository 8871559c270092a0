"""The comments' folder of an Asterisk on this machine, or one that is mounted from its machine.

An empty folder may be the right one, or the place where the right one is not mounted at present. So a folder in which
recordings were seen is marked by a file, ``.ivr-rating-comments``; only there a missing file is a deleted one.
"""

import asyncio
import os
import stat
from collections.abc import Iterator, Sequence, Set
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from ivr.domain.calls import Comment
from ivr.telephony.agi.recordings import is_shortened, named_in
from ivr.usecases.delete_comments import Deletion

MARK = ".ivr-rating-comments"
_BYTES_PER_SECOND = {"wav": 16_000, "wav16": 32_000, "gsm": 1650, "ulaw": 8000, "alaw": 8000}
_HEADER_BYTES = {"wav": 44, "wav16": 44}
"""Wav16 files of Asterisk are plain WAV files at 16 kHz."""


class FolderOfComments:
    """Implements the use cases' ``CommentFiles`` and ``FoundComments`` on a folder."""

    def __init__(self, folder: PurePosixPath) -> None:
        self._folder = Path(folder)

    async def are_reached(self) -> bool:
        """Say whether the folder is there and marked as one in which recordings were seen."""
        return await asyncio.to_thread(self._is_marked)

    async def delete(self, file: str, form: str) -> Deletion:
        """Delete the recording ``file`` of the format ``form``; a name that leads elsewhere is never followed."""
        return await asyncio.to_thread(self._delete, f"{file}.{form}")

    async def lying(self) -> Set[tuple[str, str]]:
        """Return file and format of whatever has a recording's ending; nothing where the folder cannot be read."""
        return await asyncio.to_thread(lambda: {(path.stem, path.suffix[1:]) for path in self._paths()})

    async def nameless(self) -> Set[tuple[str, str]]:
        """Return file and format of the recordings whose names were shortened, and do not lead back to their calls."""
        return {each for each in await self.lying() if is_shortened(each[0])}

    async def found(self, pbx: str, before: datetime, kept: timedelta) -> Sequence[Comment]:
        """Return the recordings of ``pbx`` that ended before ``before``; none where the folder cannot be read.

        A folder that has any is marked as the right one.
        """
        return await asyncio.to_thread(lambda: list(self._found(pbx, before, kept)))

    def _found(self, pbx: str, before: datetime, kept: timedelta) -> Iterator[Comment]:
        for path in self._paths():
            form, named = path.suffix[1:], named_in(path.stem)
            if named is None or named[0].pbx != pbx:
                continue
            self._mark()
            try:
                status = path.lstat()
                ended_at = datetime.fromtimestamp(status.st_mtime, UTC)
            except (OSError, ValueError, OverflowError):  # gone meanwhile, or a moment of no calendar
                continue
            if ended_at < before:
                seconds = max(0, status.st_size - _HEADER_BYTES.get(form, 0)) / _BYTES_PER_SECOND[form]
                yield Comment(*named, path.stem, form, round(seconds, 3), ended_at, ended_at + kept)

    def _paths(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.iterdir() if path.suffix[1:] in _BYTES_PER_SECOND)
        except OSError:
            return []

    def _is_marked(self) -> bool:
        try:
            return stat.S_ISREG((self._folder / MARK).lstat().st_mode)
        except OSError:
            return False

    def _mark(self) -> None:
        if not self._is_marked():
            with suppress(OSError):  # a folder that cannot be written is not reached
                os.close(os.open(self._folder / MARK, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640))

    def _delete(self, name: str) -> Deletion:
        if "/" in name:
            return Deletion.REFUSED
        try:
            (self._folder / name).unlink()
        except FileNotFoundError:
            return Deletion.MISSING
        except OSError:
            return Deletion.REFUSED
        self._mark()
        return Deletion.DELETED
