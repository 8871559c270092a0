"""Scales: the vector of all parameters that agents share, and what each layout makes of it.

The neutral scale cuts the latent S at ``neutral`` thresholds. A layout with the same categories that is read from the
best down, and its mirror that is read from the worst up, cut it at these thresholds moved by ``primacy`` in opposite
directions; that is what makes primacy and the habit of key 1 separable from what callers mean (a counterbalanced pair).
Every other layout has thresholds of its own, which links its scale to the neutral one.

| part | moves |
|---|---|
| ``neutral``, ``primacy``, ``layout N`` | thresholds, logits of S |
| ``habit`` | the share that presses 1 whatever it means |
| ``hazard`` | hang-ups a second until the own category has been read |
| ``slope``, ``curve`` | how willingness hangs on S (see :mod:`.opinion`) |
| ``base`` | S of everybody; 0 in the calibration, where it would be the thresholds over again, and free for agents |
| ``stratum``, one for each factor | S, against the first stratum and each factor's first level |
| ``willing``, ``delay``, ``willing stratum``, ... | the logit of willingness |

Priors are normal and weak; those of habit, hazard and primacy hold what order effects in aural modes are known to be,
and count where a centre has no mirrored layout to measure them with.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.domain.kpi.structural.bounded_step import Bounds
from ivr.domain.kpi.structural.design import Design, FloatArray, IndexArray, Kinds, Layout

OWN = ("slope", "curve", "hazard", "habit")
"""The parameters that every layout shares beside thresholds and case mix, in the order of local derivatives."""
WEAK_PRECISION = 5.0**-2
_FIXED = 1e8
_PRIORS = {
    "slope": (0.0, 1.0),
    "curve": (0.0, 0.3),
    "hazard": (0.05, 0.08),
    "habit": (0.05, 0.06),
    "primacy": (0.0, 0.4),
}
_WILLING_MIX_SD = 0.3
_BOUNDS = {"hazard": (1e-3, 0.5), "habit": (1e-3, 0.4)}
_LEAST_GAP = 0.02
_FIRST_THRESHOLDS = (-1.5, -0.5)


@dataclass(frozen=True, slots=True)
class Scales:
    """Where each part stands in the vector, the prior of each entry, and which layouts are mirrors.

    ``direction`` of a layout is 1 where it moves with primacy towards the best, -1 towards the worst, None where its
    thresholds are its own.
    """

    parts: dict[str, slice]
    prior_mean: FloatArray
    prior_precision: FloatArray
    start: FloatArray
    direction: tuple[int | None, ...]
    factors: tuple[str, ...]
    layouts: tuple[Layout, ...]
    neutral_categories: int

    @property
    def size(self) -> int:
        """The length of the vector."""
        return len(self.start)

    @property
    def has_mirror(self) -> bool:
        """Whether a counterbalanced pair tells habit and primacy from opinion."""
        return {-1, 1} <= set(self.direction)

    def thresholds(self, vector: FloatArray, layout: int) -> FloatArray:
        """Return the thresholds of a layout, ascending."""
        moved = self.direction[layout]
        if moved is None:
            return vector[self.parts[f"layout {layout}"]]
        return vector[self.parts["neutral"]] - moved * vector[self.parts["primacy"]]

    def local_map(self, layout: int) -> FloatArray:
        """Return how a layout's local parameters hang on the vector: OWN, own thresholds, neutral thresholds."""
        own = self.layouts[layout].categories - 1
        neutral = self.neutral_categories - 1
        rows = np.zeros((len(OWN) + own + neutral, self.size))
        for number, name in enumerate(OWN):
            rows[number, self.parts[name]] = 1.0
        at = slice(len(OWN), len(OWN) + own)
        moved = self.direction[layout]
        if moved is None:
            rows[at, self.parts[f"layout {layout}"]] = np.eye(own)
        else:
            rows[at, self.parts["neutral"]] = np.eye(own)
            rows[at, self.parts["primacy"]] = -moved
        rows[at.stop :, self.parts["neutral"]] = np.eye(neutral)
        return rows

    def within_bounds(self, vector: FloatArray) -> FloatArray:
        """Return the vector with habit and hazard within their bounds and all thresholds ascending."""
        bounded = vector.copy()
        for name, (least, most) in _BOUNDS.items():
            bounded[self.parts[name]] = np.clip(bounded[self.parts[name]], least, most)
        for name, part in self.parts.items():
            if _is_thresholds(name):
                steps = _LEAST_GAP * np.arange(part.stop - part.start)
                bounded[part] = np.maximum.accumulate(bounded[part] - steps) + steps
        return bounded

    def bounds(self) -> Bounds:
        """Return the bounds of habit and hazard, and those that keep all thresholds ascending."""
        eye = np.eye(self.size)
        rows = [
            (sign * eye[self.parts[name].start], sign * end)
            for name, ends in _BOUNDS.items()
            for sign, end in zip((1.0, -1.0), ends, strict=True)
        ]
        for name, part in self.parts.items():
            if _is_thresholds(name):
                rows += [(eye[place + 1] - eye[place], _LEAST_GAP) for place in range(part.start, part.stop - 1)]
        return Bounds(np.array([row for row, _ in rows]), np.array([least for _, least in rows]))

    def linear(self, kinds: Kinds) -> tuple[FloatArray, FloatArray]:
        """Return the matrices (kinds x size) that give S and the logit of willingness without thresholds and agents."""
        opinion = np.zeros((len(kinds), self.size))
        willing = np.zeros((len(kinds), self.size))
        named = [("stratum", kinds.stratum), *zip(self.factors, kinds.mix.T, strict=True)]
        for name, level in named:
            _mark(opinion, self.parts[name], level)
            _mark(willing, self.parts[f"willing {name}"], level)
        opinion[:, self.parts["base"]] = 1.0
        willing[:, self.parts["willing"]] = 1.0
        _mark(willing, self.parts["delay"], kinds.delay)
        return opinion, willing

    def linear_parts(self) -> IndexArray:
        """Return the places of everything that :meth:`linear` moves but the delays."""
        kept = np.ones(self.size, dtype=np.bool_)
        for name, part in self.parts.items():
            if name in {"delay", "primacy", *OWN} or _is_thresholds(name):
                kept[part] = False
        return np.flatnonzero(kept)


def _mark(matrix: FloatArray, part: slice, level: IndexArray) -> None:
    """Set 1 in the column of each row's level; the first level has none."""
    rows = np.flatnonzero(level > 0)
    matrix[rows, part.start + level[rows] - 1] = 1.0


def make_scales(design: Design, reference: str | None) -> Scales:
    """Return the parameters of a design."""
    directions = _directions(design, reference)
    mix = {"stratum": len(design.strata), **{each.name: len(each.levels) for each in design.factors}}
    lengths = {"neutral": design.neutral_categories - 1, "base": 1}
    lengths |= {name: max(levels - 1, 0) for name, levels in mix.items()}
    lengths |= {"willing": 1, "delay": max(len(design.delays) - 1, 0)}
    lengths |= {f"willing {name}": lengths[name] for name in mix}
    lengths |= dict.fromkeys((*OWN, "primacy"), 1)
    lengths |= {
        f"layout {number}": layout.categories - 1
        for number, layout in enumerate(design.layouts)
        if directions[number] is None
    }
    ends = np.cumsum(list(lengths.values())).tolist()
    parts = {name: slice(end - length, end) for (name, length), end in zip(lengths.items(), ends, strict=True)}
    mean, precision, start = np.zeros(ends[-1]), np.full(ends[-1], WEAK_PRECISION), np.zeros(ends[-1])
    for name, (centre, spread) in _PRIORS.items():
        mean[parts[name]] = start[parts[name]] = centre
        precision[parts[name]] = spread**-2
    precision[parts["base"]] = _FIXED
    for name in mix:
        precision[parts[f"willing {name}"]] = _WILLING_MIX_SD**-2
    for name, part in parts.items():
        if _is_thresholds(name):
            start[part] = _FIRST_THRESHOLDS[0] if lengths[name] == 1 else np.linspace(*_FIRST_THRESHOLDS, lengths[name])
    factors = tuple(factor.name for factor in design.factors)
    return Scales(parts, mean, precision, start, directions, factors, design.layouts, design.neutral_categories)


def _is_thresholds(name: str) -> bool:
    return name == "neutral" or name.startswith("layout ")


def _directions(design: Design, reference: str | None) -> tuple[int | None, ...]:
    """Return the direction of each layout: the reference and its best mirror have one, all others have none."""
    ratings = [float(design.rated[design.rows_of(number)].sum()) for number in range(len(design.layouts))]
    reading = [_reading(layout) for layout in design.layouts]
    of_reference = [number for number, each in enumerate(design.layouts) if each.key == reference]
    chosen: list[int | None] = [None] * len(design.layouts)
    if not of_reference:
        return tuple(chosen)
    anchor = max(of_reference, key=lambda number: (ratings[number], -number))
    if design.layouts[anchor].categories != design.neutral_categories or reading[anchor] is None:
        return tuple(chosen)
    chosen[anchor] = reading[anchor]
    names = design.layouts[anchor].instrument.categories
    mirrors: Sequence[int] = [
        number
        for number, each in enumerate(design.layouts)
        if each.instrument.categories == names and reading[number] == -(reading[anchor] or 0)
    ]
    if mirrors:
        chosen[max(mirrors, key=lambda number: (ratings[number], -number))] = -(reading[anchor] or 0)
    return tuple(chosen)


def _reading(layout: Layout) -> int | None:
    """Return 1 for a layout whose first choice and key 1 are the best, -1 for one where both are the worst."""
    first, best = layout.instrument.first_read, layout.categories - 1
    if first is None or first != layout.habit_category:
        return None
    return {best: 1, 0: -1}.get(first)
