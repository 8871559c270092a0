"""How long a built prompt plays in a channel's language, read from its file once for each state of the file."""

from pathlib import Path

from ivr.catalogue.recordings import read_audio, recording_path
from ivr.errors import PromptRefused


class PromptLengths:
    """Implements the use case's ``PromptLength`` over a folder of built prompts."""

    def __init__(self, sounds_dir: Path) -> None:
        self._sounds_dir = sounds_dir
        self._read: dict[Path, tuple[int, int]] = {}

    def __call__(self, prompt: str, language: str | None) -> int | None:
        """Return milliseconds; None where Asterisk would find nothing in ``language``.

        As in Asterisk ``de_AT`` falls back to ``de``.
        """
        while language:
            path = recording_path(self._sounds_dir, language, prompt)
            if (milliseconds := self._milliseconds(path)) is not None:
                return milliseconds
            language = language.rpartition("_")[0]
        return None

    def _milliseconds(self, path: Path) -> int | None:
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return None
        known = self._read.get(path)
        if known is not None and known[0] == changed:
            return known[1]
        try:
            milliseconds = read_audio(path).milliseconds
        except PromptRefused:
            return None
        self._read[path] = (changed, milliseconds)
        return milliseconds
