"""RTP as the rig's telephones speak it: frames of mu-law audio, key presses as named events, and a voice.

mu-law is ITU-T G.711, the packets are RFC 3550, a key is a named telephone event of RFC 4733.
"""

import math
import struct
from dataclasses import dataclass
from functools import cache

KEYS = "0123456789*#"
EVENT_PAYLOAD_TYPE = 101
ULAW_PAYLOAD_TYPE = 0
CLOCK_HZ = 8000
PACKET_SECONDS = 0.02
PACKET_SAMPLES = 160
HEADER = struct.Struct("!BBHII")
EVENT = struct.Struct("!BBH")
SILENT_FRAME = b"\xff" * PACKET_SAMPLES

# Magnitude of a mu-law sample on its own logarithmic scale, 0 to 127; a peak below this is silence (about -40 dB).
_MAGNITUDE = bytes(127 - (code & 0x7F) for code in range(256))
SPEECH_MAGNITUDE = 32

_VOICE_HZ = 200
_SYLLABLE_HZ = 4
_VOICE_PEAK = 8000


@dataclass(frozen=True, slots=True)
class Frame:
    """A packet of audio as it came: when the kernel had it (monotonic seconds), RTP's own time, and the samples."""

    arrived: float
    timestamp: int
    payload: bytes


def is_sound(payload: bytes) -> bool:
    """Say whether a mu-law payload holds more than silence."""
    return max(payload.translate(_MAGNITUDE)) >= SPEECH_MAGNITUDE


def linear(code: int) -> int:
    """Return the 16-bit sample that a mu-law code stands for."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - magnitude if code & 0x80 else magnitude - 0x84


def mu_law(sample: int) -> int:
    """Return the mu-law code of a 16-bit sample."""
    magnitude = min(abs(sample), 32635) + 0x84
    exponent = magnitude.bit_length() - 8
    code = (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F) | (0x80 if sample < 0 else 0)
    return ~code & 0xFF


def voice_frame(number: int) -> bytes:
    """Return the ``number``-th frame of a voice that says nothing: a hum in syllables, without any key's tones."""
    frames = _half_second_of_voice()
    return frames[number % len(frames)]


@cache
def _half_second_of_voice() -> tuple[bytes, ...]:
    samples = bytes(mu_law(_voice_sample(number)) for number in range(CLOCK_HZ // 2))
    return tuple(samples[first : first + PACKET_SAMPLES] for first in range(0, len(samples), PACKET_SAMPLES))


def _voice_sample(number: int) -> int:
    seconds = number / CLOCK_HZ
    loudness = 0.6 + 0.4 * math.sin(2 * math.pi * _SYLLABLE_HZ * seconds)
    hum = math.sin(2 * math.pi * _VOICE_HZ * seconds) + 0.3 * math.sin(2 * math.pi * 3 * _VOICE_HZ * seconds)
    return round(_VOICE_PEAK * loudness * hum / 1.3)
