"""The comments' folder of an Asterisk on this machine, or one that is mounted from its machine."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from ivr.domain.calls import Comment
from ivr.telephony.agi.recordings import named_in
from ivr.usecases.delete_comments import Deletion

_BYTES_PER_SECOND = {"wav": 16_000, "wav16": 32_000, "gsm": 1650, "ulaw": 8000, "alaw": 8000}
_HEADER_BYTES = {"wav": 44, "wav16": 44}
"""Wav16 files of Asterisk are plain WAV files at 16 kHz."""


class FolderOfComments:
    """Implements the use cases' ``CommentFiles`` and ``FoundComments`` on a folder."""

    def __init__(self, folder: PurePosixPath) -> None:
        self._folder = Path(folder)

    async def are_reached(self) -> bool:
        """Say whether the folder is there."""
        return await asyncio.to_thread(self._is_there)

    async def delete(self, file: str, form: str) -> Deletion:
        """Delete the recording ``file`` of the format ``form``; a name that leads elsewhere is never followed."""
        return await asyncio.to_thread(self._delete, f"{file}.{form}")

    async def found(self, pbx: str, before: datetime, kept: timedelta) -> Sequence[Comment]:
        """Return the recordings of ``pbx`` that ended before ``before``; none where the folder cannot be read."""
        return await asyncio.to_thread(lambda: list(self._found(pbx, before, kept)))

    def _found(self, pbx: str, before: datetime, kept: timedelta) -> Iterator[Comment]:
        for path in self._paths():
            form, named = path.suffix[1:], named_in(path.stem)
            if named is None or named[0].pbx != pbx or form not in _BYTES_PER_SECOND:
                continue
            try:
                status = path.lstat()
            except OSError:
                continue
            ended_at = datetime.fromtimestamp(status.st_mtime, UTC)
            if ended_at < before:
                seconds = max(0, status.st_size - _HEADER_BYTES.get(form, 0)) / _BYTES_PER_SECOND[form]
                yield Comment(*named, path.stem, form, round(seconds, 3), ended_at, ended_at + kept)

    def _paths(self) -> list[Path]:
        try:
            return sorted(self._folder.iterdir())
        except OSError:
            return []

    def _is_there(self) -> bool:
        try:
            return self._folder.is_dir()
        except OSError:
            return False

    def _delete(self, name: str) -> Deletion:
        if "/" in name:
            return Deletion.REFUSED
        try:
            (self._folder / name).unlink()
        except FileNotFoundError:
            return Deletion.MISSING
        except OSError:
            return Deletion.REFUSED
        return Deletion.DELETED
