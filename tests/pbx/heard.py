"""What a caller has heard: prompts found again, sample by sample, in the frames that reached the telephone.

Energy alone would tell when somebody speaks, not which prompt it is, nor where its own quiet beginning lies. So each
prompt's audio is laid over what was received (cross-correlation) and its first and last sample are looked up.
"""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ivr.rig.rtp import CLOCK_HZ, Frame, linear

_LINEAR = np.array([linear(code) for code in range(256)], dtype=np.float64)
# mu-law costs little; another prompt or a cut one is far below.
SURELY_THE_SAME = 0.9


@dataclass(frozen=True, slots=True)
class Heard:
    """Where a prompt lies in what was received, by the arrival of its samples and by RTP's own time, in seconds."""

    arrived: tuple[float, float]
    played: tuple[float, float]


class Tape:
    """The frames of one call's rating stage as one stretch of sound."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        assert frames, "nothing was received"
        self._frames = frames
        self._sound = _LINEAR[np.frombuffer(b"".join(frame.payload for frame in frames), dtype=np.uint8)]
        self._ends = np.cumsum([len(frame.payload) for frame in frames])

    def find(self, prompt: Path, *, part_seconds: float | None = None) -> Heard | None:
        """Return where the prompt (or its beginning) is heard, None where it is not."""
        template = _samples(prompt)
        if part_seconds is not None:
            template = template[: round(part_seconds * CLOCK_HZ)]
        if len(template) > len(self._sound):
            return None
        size = len(self._sound) + len(template)
        spectrum = np.fft.rfft(self._sound, size) * np.conj(np.fft.rfft(template, size))
        overlap = np.fft.irfft(spectrum, size)[: len(self._sound) - len(template) + 1]
        first = int(np.argmax(overlap))
        window = self._sound[first : first + len(template)]
        likeness = overlap[first] / (np.linalg.norm(template) * np.linalg.norm(window) or 1.0)
        if likeness < SURELY_THE_SAME:
            return None
        start, end = self._moments(first), self._moments(first + len(template) - 1)
        sample = 1 / CLOCK_HZ
        return Heard((start[0], end[0] + sample), (start[1], end[1] + sample))

    def between(self, start: float, end: float) -> list[Frame]:
        """Return the frames that arrived from ``start`` until before ``end`` (monotonic seconds)."""
        return [frame for frame in self._frames if start <= frame.arrived < end]

    def _moments(self, sample: int) -> tuple[float, float]:
        number = int(np.searchsorted(self._ends, sample, side="right"))
        frame = self._frames[number]
        into = (sample - (int(self._ends[number]) - len(frame.payload))) / CLOCK_HZ
        return frame.arrived + into, frame.timestamp / CLOCK_HZ + into


def _samples(prompt: Path) -> NDArray[np.float64]:
    with wave.open(str(prompt), "rb") as audio:
        assert (audio.getframerate(), audio.getsampwidth(), audio.getnchannels()) == (CLOCK_HZ, 2, 1)
        return np.frombuffer(audio.readframes(audio.getnframes()), dtype="<i2").astype(np.float64)
