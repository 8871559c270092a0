"""Audio: speech made ready for the telephone, so that every prompt sounds alike.

Prompts that differ in loudness or in leading silence would make one layout easier to hear than another, and
that difference would be read as the layout's effect. So every prompt is brought to the same level over the
frames in which somebody speaks (a mean over the whole file would make short prompts quieter), and begins and
ends with the same short silence.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ivr.catalogue.recordings import RATE_HZ

Samples = NDArray[np.float64]
"""One channel, full scale is -1 to 1."""

LEVEL_DBFS = -20.0
PEAK_DBFS = -1.0
EDGE_SILENCE_MS = 40
_WINDOW = RATE_HZ // 100
_FRAME = RATE_HZ // 50
_QUIET_BELOW_LOUDEST_DB = 40.0


def prepare(speech: Samples, rate_hz: int) -> bytes:
    """Return ``speech`` as 16-bit PCM at 8 kHz: trimmed, levelled, a whole number of 20 ms frames.

    ``speech`` has to hold some sound. The same input gives the same bytes.
    """
    # Half a second of imports that only a build should wait for.
    from scipy.signal import resample_poly  # noqa: PLC0415

    common = math.gcd(rate_hz, RATE_HZ)
    narrow = np.asarray(resample_poly(speech, RATE_HZ // common, rate_hz // common), dtype=np.float64)
    return _encode(_level(_trim(narrow)))


def decode(pcm: bytes) -> Samples:
    """Return 16-bit little-endian PCM as samples."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float64) / 32768.0


def level_dbfs(samples: Samples) -> float:
    """Return the mean level over the windows in which somebody speaks, in dB of full scale; -inf for silence."""
    active = _active(samples)
    if not active.any():
        return -math.inf
    return _decibel(float(np.sqrt(np.mean(_windows(samples)[active] ** 2))))


def leading_silence_ms(samples: Samples) -> int:
    """Return how long it takes until somebody speaks; the whole length where nobody does."""
    active = np.flatnonzero(_active(samples))
    windows = int(active[0]) if active.size else len(_windows(samples))
    return windows * 1000 * _WINDOW // RATE_HZ


def _trim(samples: Samples) -> Samples:
    active = np.flatnonzero(_active(samples))
    begin, end = int(active[0]) * _WINDOW, (int(active[-1]) + 1) * _WINDOW
    edge = np.zeros(EDGE_SILENCE_MS * RATE_HZ // 1000)
    return np.concatenate([edge, samples[begin:end], edge])


def _level(samples: Samples) -> Samples:
    gain = _ratio(LEVEL_DBFS - level_dbfs(samples))
    return np.asarray(np.clip(samples * gain, -_ratio(PEAK_DBFS), _ratio(PEAK_DBFS)), dtype=np.float64)


def _encode(samples: Samples) -> bytes:
    padded = np.pad(samples, (0, -len(samples) % _FRAME))
    return np.rint(padded * 32767.0).astype("<i2").tobytes()


def _windows(samples: Samples) -> Samples:
    """Return ``samples`` as rows of 10 ms, the last one filled with silence."""
    return np.pad(samples, (0, -len(samples) % _WINDOW)).reshape(-1, _WINDOW)


def _active(samples: Samples) -> NDArray[np.bool_]:
    power = np.mean(_windows(samples) ** 2, axis=1)
    loudest = float(power.max(initial=0.0))
    return np.asarray((power > loudest * _ratio(-_QUIET_BELOW_LOUDEST_DB) ** 2) & (power > 0), dtype=np.bool_)


def _ratio(decibel: float) -> float:
    return float(10 ** (decibel / 20))


def _decibel(ratio: float) -> float:
    return 20 * math.log10(ratio)
