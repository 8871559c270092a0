"""Top-box: the share of ratings in the best category, as pressed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.tallies import DayCount, OutcomeCount
from ivr.domain.kpi.wilson import proportion
from ivr.domain.outcomes import Outcome

MIXES = "pressed shares mix layouts"
"""How the note begins that a share rests on several layouts."""
MIXES_VERSIONS = "pressed shares mix layout versions"
"""The note that it rests on several versions of one."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings sorted by whether they can be read.

    ``judged`` have a category that their layout's definition knows, ``best`` of them its best one;
    ``undefined`` counts the others by layout, with the reason.
    """

    rated: int
    judged: int
    best: int
    undefined: Mapping[tuple[str | None, str], int]
    instruments: frozenset[tuple[str | None, str | None]]

    def notes(self) -> tuple[str, ...]:
        """Say what was left out, and whether the figure mixes instruments."""
        left_out = [
            f"{calls} {'rating' if calls == 1 else 'ratings'} of {_name(layout)} left out: {why}"
            for (layout, why), calls in sorted(self.undefined.items(), key=lambda item: (_name(item[0][0]), item[0][1]))
        ]
        layouts = {layout for layout, _ in self.instruments}
        if len(layouts) > 1:
            left_out.append(f"{MIXES}: " + ", ".join(sorted(_name(each) for each in layouts)))
        if len(self.instruments) > len(layouts):
            left_out.append(MIXES_VERSIONS)
        return tuple(left_out)


def read_ratings(counts: Iterable[OutcomeCount | DayCount], known: Instruments) -> Ratings:
    """Sort the rated calls among ``counts``."""
    rated = judged = best = 0
    undefined: dict[tuple[str | None, str], int] = {}
    instruments: set[tuple[str | None, str | None]] = set()
    for count in counts:
        if count.outcome is not Outcome.RATED or count.calls == 0:
            continue
        rated += count.calls
        instruments.add((count.layout, count.layout_version))
        is_best = _is_best(count, known.of(count.layout, count.layout_version))
        if isinstance(is_best, str):
            key = (count.layout, is_best)
            undefined[key] = undefined.get(key, 0) + count.calls
            continue
        judged += count.calls
        if is_best:
            best += count.calls
    return Ratings(rated, judged, best, undefined, frozenset(instruments))


def can_be_read(count: OutcomeCount, known: Instruments) -> bool:
    """Say whether the calls are ratings whose category their layout's definition knows."""
    if count.outcome is not Outcome.RATED or count.calls == 0:
        return False
    return isinstance(_is_best(count, known.of(count.layout, count.layout_version)), bool)


def top_box(ratings: Ratings) -> Estimate:
    """Return the share of the readable ratings in the best category, with its Wilson interval."""
    if ratings.rated and not ratings.judged:
        return no_figure(Status.NOT_IDENTIFIED, "no rating whose layout has a definition here", method="wilson")
    return proportion(ratings.best, ratings.judged, of="ratings")


def _is_best(count: OutcomeCount | DayCount, instrument: Instrument | None) -> bool | str:
    """Return whether the ratings are in the best category, or why they cannot be read."""
    if count.layout is None:
        return "no layout is stored with it"
    if instrument is None:
        return "the layout has no definition here"
    if count.category is None:
        return "no category is stored with it"
    if not 0 <= count.category < len(instrument.categories):
        return f"category {count.category} is not in the layout's definition"
    return count.category == len(instrument.categories) - 1


def _name(layout: str | None) -> str:
    return "no layout" if layout is None else layout
