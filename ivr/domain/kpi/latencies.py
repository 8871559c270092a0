"""Classes of latencies: how long after the first prompt frame the key came, in steps of half an octave.

Equal ratios, as latencies spread by ratios: a class is as telling at half a second as at half a minute. The classes
are fixed, so that counts of different days can be added.
"""

from bisect import bisect_right

LATENCY_BOUNDS_MS = (0, *(round(250 * 2 ** (step / 2)) for step in range(17)))
"""A class reaches from its bound up to the next one. Class 0 has the keys in the silence before the prompt; the last
one everything from 64 seconds on."""


def latency_bin(press_ms: int | None) -> int | None:
    """Return the number of the class of a key-up in milliseconds, from 0; None where it is not known."""
    return None if press_ms is None else bisect_right(LATENCY_BOUNDS_MS, press_ms)
