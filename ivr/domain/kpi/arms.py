"""Arms: the calls of an experiment by allocation stratum and layout, read by what their callers heard.

A stratum is one distribution over the layouts, as it is stored with the calls: another site, or another step of a ramp,
has another one. Within it every call had the same chances, so layouts are compared there and nowhere else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.domain.draws import read_spelled
from ivr.domain.kpi.experiment_cells import ArmCell, DayCell
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.outcomes import DISPOSITIONS, Outcome


@dataclass(slots=True)
class ArmCount:
    """The calls of one layout in one stratum; ``ratings`` are those on ``scale``, from worst to best.

    ``judged`` ratings can be read, on whatever scale, ``best`` of them in the best category and ``best_two`` in the
    best two; ``unread`` counts the others.
    """

    assigned: int = 0
    started: int = 0
    eligible: int = 0
    rated: int = 0
    judged: int = 0
    best: int = 0
    best_two: int = 0
    unread: int = 0
    ratings: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arms:
    """An experiment's calls: ``strata`` by allocation, then layout; ``scales`` by layout, None where not known.

    ``apart`` holds by layout the calls without an allocation that can be read: they are shown and never compared.
    ``without_layout`` counts the calls that belong to no arm.
    """

    strata: Mapping[str, Mapping[str, ArmCount]]
    chances: Mapping[str, Mapping[str, float]]
    scales: Mapping[str, tuple[str, ...] | None]
    apart: Mapping[str, ArmCount]
    without_layout: int = 0

    def layouts(self) -> tuple[str, ...]:
        """Return every layout that a call was given or could have been given, ordered by name."""
        given = {layout for arms in (*self.strata.values(), self.apart) for layout in arms}
        drawn = {layout for chances in self.chances.values() for layout, chance in chances.items() if chance > 0}
        return tuple(sorted(given | drawn))

    def total(self, layout: str) -> ArmCount:
        """Return all counts of the layout."""
        whole = self.placed(layout)
        if layout in self.apart:
            add(whole, self.apart[layout])
        return whole

    def placed(self, layout: str) -> ArmCount:
        """Return the layout's counts over all strata."""
        whole = ArmCount()
        for arms in self.strata.values():
            if layout in arms:
                add(whole, arms[layout])
        return whole

    def shared(self, layout: str, reference: str) -> list[tuple[ArmCount, ArmCount]]:
        """Return the counts of the two in each stratum that could have given either."""
        return [
            (arms.get(layout, ArmCount()), arms.get(reference, ArmCount()))
            for allocation, arms in sorted(self.strata.items())
            if min(self.chances[allocation].get(each, 0.0) for each in (layout, reference)) > 0
        ]


def arms_of(
    cells: Iterable[ArmCell | DayCell],
    instruments: Instruments,
    scales: Mapping[str, tuple[str, ...] | None] | None = None,
) -> Arms:
    """Sort ``cells`` into strata and arms, and read their ratings by the versions that were heard.

    ``scales`` are those to count ratings on, where they are known from more cells than these.
    """
    known = list(cells)
    scales = _scales(known, instruments) if scales is None else scales
    chances: dict[str, Mapping[str, float]] = {}
    strata: dict[str, dict[str, ArmCount]] = {}
    apart: dict[str, ArmCount] = {}
    without_layout = 0
    for cell in known:
        if cell.layout is None:
            without_layout += cell.calls
            continue
        read = None if cell.allocation is None else chances.get(cell.allocation) or read_spelled(cell.allocation)
        if cell.allocation is None or read is None:
            place = apart
        else:
            chances[cell.allocation] = read
            place = strata.setdefault(cell.allocation, {})
        _take(place.setdefault(cell.layout, ArmCount()), cell, scales.get(cell.layout), instruments)
    return Arms(strata, chances, scales, apart, without_layout)


def add(whole: ArmCount, part: ArmCount) -> None:
    """Add the counts of ``part`` to ``whole``."""
    for name in ("assigned", "started", "eligible", "rated", "judged", "best", "best_two", "unread"):
        setattr(whole, name, getattr(whole, name) + getattr(part, name))
    width = max(len(whole.ratings), len(part.ratings))
    whole.ratings = [
        sum(side.ratings[category] for side in (whole, part) if category < len(side.ratings))
        for category in range(width)
    ]


def _take(arm: ArmCount, cell: ArmCell | DayCell, scale: tuple[str, ...] | None, instruments: Instruments) -> None:
    arm.assigned += cell.calls
    if scale is not None and not arm.ratings:
        arm.ratings = [0] * len(scale)
    if cell.outcome is None:
        return
    disposition = DISPOSITIONS[cell.outcome]
    arm.started += cell.calls if disposition.started else 0
    arm.eligible += cell.calls if disposition.eligible else 0
    if cell.outcome is not Outcome.RATED:
        return
    arm.rated += cell.calls
    instrument = instruments.of(cell.layout, cell.layout_version)
    if instrument is None or cell.category is None or not 0 <= cell.category < len(instrument.categories):
        arm.unread += cell.calls
        return
    last = len(instrument.categories) - 1
    arm.judged += cell.calls
    arm.best += cell.calls if cell.category == last else 0
    arm.best_two += cell.calls if cell.category >= last - 1 else 0
    if instrument.categories == scale:
        arm.ratings[cell.category] += cell.calls


def _scales(cells: Sequence[ArmCell | DayCell], instruments: Instruments) -> Mapping[str, tuple[str, ...] | None]:
    """Return the scale on which most of a layout's ratings were given; without ratings that of today."""
    given: dict[str, dict[tuple[str, ...], int]] = {}
    for cell in cells:
        if cell.layout is not None:
            of_layout = given.setdefault(cell.layout, {})
            instrument = instruments.of(cell.layout, cell.layout_version)
            if instrument is not None:
                rated = cell.calls if cell.outcome is Outcome.RATED else 0
                of_layout[instrument.categories] = of_layout.get(instrument.categories, 0) + rated
    return {
        layout: max(sorted(scales), key=lambda scale: scales[scale], default=None) for layout, scales in given.items()
    }
