"""Classes of waiting times: coarse, as a cell a call is no roll-up.

The bounds are those that service levels are commonly told by: 20 seconds, one minute, three minutes.
"""

from bisect import bisect_left

WAIT_BOUNDS_SECONDS = (20.0, 60.0, 180.0)
"""A wait belongs to the first class whose bound it does not exceed; a longer one to the last class."""
WAIT_NAMES = ("up to 20 s", "20 s to 1 min", "1 to 3 min", "over 3 min")


def wait_bin(seconds: float | None) -> int | None:
    """Return the number of the class of a wait, from 0; None where it is not known."""
    return None if seconds is None else bisect_left(WAIT_BOUNDS_SECONDS, seconds)
