"""Shared draws: which layouts chance could have given to the same call, by the allocations that are stored with calls.

Where two layouts were never in one draw (each in a queue of its own, in two languages for example), what differs
between their ratings may be the callers as well as the layouts, and no number of calls tells the one from the other.
"""

from collections.abc import Iterable

from ivr.domain.draws import read_spelled


def drawn_with(layout: str, allocations: Iterable[str]) -> frozenset[str] | None:
    """Return the layouts that were drawn from together with ``layout``, itself among them.

    ``allocations`` are whole distributions as calls have them, ``key:p key:p``. None: ``layout`` is in none of those
    that can be read, so it is not known what else its calls could have been given.
    """
    together: frozenset[str] | None = None
    for allocation in allocations:
        arms = read_spelled(allocation) or {}
        drawn = frozenset(key for key, probability in arms.items() if probability > 0)
        if layout in drawn:
            together = drawn if together is None else together | drawn
    return together
