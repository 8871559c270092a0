"""Ratings by stratum and layout: what calibration, linking and the key habit are counted from."""

from collections.abc import Iterable
from typing import NamedTuple

from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.period_cells import PeriodCell
from ivr.domain.kpi.shared_draws import drawn_with
from ivr.domain.outcomes import Outcome


class StratumRatings(NamedTuple):
    """Ratings of one layout within one stratum, by category from worst to best.

    Inside a stratum chance alone decides on the layout: ``allocation`` is the distribution it drew from, ``key:p
    key:p``, None where the calls came without one. ``queue`` is theirs if they have one.
    """

    stratum: str
    queue: str | None
    allocation: str | None
    layout: str
    version: str | None
    counts: tuple[int, ...]


def stratum_ratings(cells: Iterable[PeriodCell], instruments: Instruments) -> tuple[StratumRatings, ...]:
    """Return the ratings of ``cells`` that can be read: of a known layout, with a category that it has.

    A stratum is a site, a queue, a language and an allocation: what the draw could have depended on.
    """
    found: dict[tuple[str, str | None, str | None, str, str | None], list[int]] = {}
    for cell in cells:
        contact, category = cell.contact, cell.result.category
        instrument = instruments.of(contact.layout, contact.layout_version)
        if cell.result.outcome is not Outcome.RATED or category is None or instrument is None or contact.layout is None:
            continue
        if not 0 <= category < len(instrument.categories):
            continue
        stratum = " / ".join(each or "-" for each in (contact.site, contact.queue, contact.language))
        key = (stratum, contact.queue, contact.allocation, contact.layout, contact.layout_version)
        found.setdefault(key, [0] * len(instrument.categories))[category] += cell.calls
    return tuple(
        StratumRatings(*key, tuple(counts)) for key, counts in sorted(found.items(), key=lambda item: str(item[0]))
    )


def randomised_between(ratings: StratumRatings, others: Iterable[str]) -> bool:
    """Return whether chance could have given each of ``others`` to the very calls of ``ratings``."""
    if ratings.allocation is None:
        return False
    together = drawn_with(ratings.layout, [ratings.allocation])
    return together is not None and together.issuperset(others)
