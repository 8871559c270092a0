"""Hearing: what a telephone makes of the frames that reach it, the stretches of sound and the first frame."""

import asyncio
import time
from dataclasses import dataclass

from ivr.rig.rtp import PACKET_SECONDS, Frame, is_sound

# Shorter silences lie between words.
SPEECH_GAP_SECONDS = 0.3
# What is left of a prompt that a key has cut short is no prompt.
SHORTEST_SPEECH_SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch in which the telephone heard sound; monotonic seconds."""

    start: float
    end: float


class Hearing:
    """What was heard since the stage of the call began; with ``keeps_tape`` every frame is kept too."""

    def __init__(self, *, keeps_tape: bool = False) -> None:
        self.frames = 0
        self.first_frame: float | None = None
        self.last_frame: float | None = None
        self.tape: list[Frame] = []
        self._keeps_tape = keeps_tape
        self._speech: list[list[float]] = []
        self._turn = 0
        self._first = asyncio.Event()

    def begin_stage(self) -> None:
        """Forget what was heard so far: the next frame is the first of a new stage of the call."""
        self.frames = 0
        self.first_frame = None
        self.last_frame = None
        self.tape = []
        self._speech = []
        self._turn = 0
        self._first.clear()

    def begin_turn(self) -> None:
        """Count stretches of sound anew: the caller has pressed a key, and what comes now is the answer to it."""
        self._turn = len(self._speech)

    def note(self, frame: Frame) -> None:
        """Hear one frame."""
        self.frames += 1
        self.last_frame = frame.arrived
        if self._keeps_tape:
            self.tape.append(frame)
        if self.first_frame is None:
            self.first_frame = frame.arrived
            self._first.set()
        if not is_sound(frame.payload):
            return
        end = frame.arrived
        if len(self._speech) > self._turn and end - self._speech[-1][1] < SPEECH_GAP_SECONDS:
            self._speech[-1][1] = end
        else:
            self._speech.append([end, end])

    @property
    def speech(self) -> tuple[SpeechSpan, ...]:
        """What was heard so far in this stage, in order; a key of the caller's ends a stretch."""
        return tuple(SpeechSpan(start, end) for start, end in self._speech)

    async def wait_first_frame(self) -> float:
        """Wait for the first frame of the stage; return its monotonic time."""
        await self._first.wait()
        return self.first_frame or time.monotonic()

    async def wait_pause(self, number: int, silence_seconds: float, *, of_turn: bool = False) -> float:
        """Wait until the ``number``-th stretch of speech is over for so long; return its end (monotonic).

        Counted from the beginning of the stage or, ``of_turn``, from the caller's last key.
        """
        while True:
            heard = self._of_turn() if of_turn else self._speech
            if len(heard) >= number:
                end = heard[number - 1][1]
                if len(heard) > number or time.monotonic() - end >= silence_seconds:
                    return end
            await asyncio.sleep(PACKET_SECONDS)

    def _of_turn(self) -> list[list[float]]:
        return [span for span in self._speech[self._turn :] if span[1] - span[0] >= SHORTEST_SPEECH_SECONDS]
