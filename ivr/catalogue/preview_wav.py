"""The preview as sound: one WAV file of what its lines say, each sample as Asterisk plays it.

The first question is as long as in a call: the randomised silence, the intro, the choices, the pauses and the wait
after them, one behind the other. What can follow is set apart from it and from each other by a mark that no caller
ever hears: a tone of 0.2 s between silences of 0.4 s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sin
from pathlib import Path

from ivr.catalogue.recordings import RATE_HZ, SAMPLE_BYTES, read_audio, recording_path, wav_of
from ivr.catalogue.whole_files import write_whole
from ivr.domain.previews import Part, PreviewLine
from ivr.errors import PromptRefused

MARK_SILENCE_SECONDS = 0.4
MARK_TONE_SECONDS = 0.2
_MARK_HZ = 440
_MARK_PEAK = 4096  # 18 dB below the loudest sample there can be
_APART = {Part.REPLY, Part.CONFIRM, Part.COMMENT, Part.INTRO}
"""Parts that a mark comes before, the first question's intro excepted."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Where in the sound a line is: ``frames`` samples from the sample ``begin`` on."""

    line: PreviewLine
    begin: int
    frames: int


@dataclass(frozen=True, slots=True)
class Sound:
    """The samples of a whole preview, and where each line is in them."""

    samples: bytes
    clips: tuple[Clip, ...]

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / SAMPLE_BYTES / RATE_HZ


def preview_sound(lines: Sequence[PreviewLine], sounds_dir: Path, language: str) -> Sound:
    """Return the sound of ``lines``; a recorded comment is nobody's yet, so its time is left out.

    Raises:
        PromptRefused: a recording is missing or cannot be played.
    """
    samples = bytearray()
    clips: list[Clip] = []
    for line in lines:
        if line.part in _APART and any(clip.line.recording for clip in clips):
            samples += _mark()
        content = _content(line, sounds_dir, language)
        clips.append(Clip(line, len(samples) // SAMPLE_BYTES, len(content) // SAMPLE_BYTES))
        samples += content
    return Sound(bytes(samples), tuple(clips))


def write_sound(sound: Sound, path: Path) -> None:
    """Write ``sound`` to ``path``, whole or not at all.

    Raises:
        PromptRefused: it cannot be written there.
    """
    try:
        write_whole(path, wav_of(sound.samples))
    except OSError as refused:
        fault = f"cannot be written ({refused.strerror})"
        raise PromptRefused(f"{path}: {fault}; name a file in a folder that this user may write to") from refused


def _content(line: PreviewLine, sounds_dir: Path, language: str) -> bytes:
    if line.recording is not None:
        return read_audio(recording_path(sounds_dir, language, line.recording)).samples
    if line.part is Part.PAUSE or (line.part is Part.WAIT and line.at_seconds is not None):
        return _silence(line.seconds)
    return b""


def _mark() -> bytes:
    frames = round(MARK_TONE_SECONDS * RATE_HZ)
    tone = b"".join(
        round(_MARK_PEAK * sin(2 * pi * _MARK_HZ * number / RATE_HZ)).to_bytes(SAMPLE_BYTES, "little", signed=True)
        for number in range(frames)
    )
    return _silence(MARK_SILENCE_SECONDS) + tone + _silence(MARK_SILENCE_SECONDS)


def _silence(seconds: float) -> bytes:
    # In whole milliseconds, as the flow asks Asterisk for it.
    return bytes(round(seconds * 1000) * RATE_HZ // 1000 * SAMPLE_BYTES)
