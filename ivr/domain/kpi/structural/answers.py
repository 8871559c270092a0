"""Answers: with what probability an offered caller presses each category, or stays silent and means each category.

Of the callers between two thresholds of a layout, the willing press that category, but for the habit, which moves a
share of the willing of every category to key 1. Who is willing still has to wait until the own category has been
read, and hangs up before with a constant hazard. So with E_jk the willing who mean k here and j on the neutral scale,

    rated_k  = stay_k ((1 - habit) sum_j E_jk + habit [k is key 1] sum E)
    silent_j = Q_j - what of it was rated,      stay_k = exp(-hazard seconds_k)

The two scales cut the same latent, so E_jk lives on the pieces between all thresholds together.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from ivr.domain.kpi.structural.design import FloatArray
from ivr.domain.kpi.structural.opinion import Shape, willing_between
from ivr.domain.kpi.structural.scales import OWN, Scales

ETA, PSI = 0, 1
SLOPE, CURVE, HAZARD, HABIT = (2 + OWN.index(name) for name in ("slope", "curve", "hazard", "habit"))
FIRST_THRESHOLD = 2 + len(OWN)
"""Local derivatives: by eta, by psi, by each of OWN, by own thresholds, by neutral thresholds."""
SMALLEST = 1e-12
"""A probability or a sum of counts that is divided by is at least this."""


class Shares(NamedTuple):
    """Probabilities (cells x categories), and their local derivatives (cells x categories x local parameters)."""

    value: FloatArray
    by: FloatArray


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of S: what it means here and on the neutral scale, and its bounds; a place is None at an end."""

    own: int
    neutral: int
    lower: float
    upper: float
    lower_place: int | None
    upper_place: int | None


@dataclass(frozen=True, slots=True)
class Answering:
    """What one layout makes of its callers at one vector of parameters."""

    own: FloatArray
    neutral: FloatArray
    shape: Shape
    habit: float
    hazard: float
    habit_category: int | None
    seconds: FloatArray

    @classmethod
    def of(cls, scales: Scales, vector: FloatArray, layout: int) -> "Answering":
        """Return the layout's answering."""
        named = {name: float(vector[scales.parts[name]][0]) for name in OWN}
        instrument = scales.layouts[layout].instrument
        count = scales.layouts[layout].categories
        known = len(instrument.read_seconds) == count
        neutral = vector[scales.parts["neutral"]]
        return cls(
            own=scales.thresholds(vector, layout),
            neutral=neutral,
            shape=Shape(named["slope"], named["curve"]),
            habit=named["habit"],
            hazard=named["hazard"],
            habit_category=scales.layouts[layout].habit_category,
            seconds=np.array(instrument.read_seconds) if known else np.zeros(count),
        )

    @property
    def locals(self) -> int:
        """How many local parameters there are."""
        return FIRST_THRESHOLD + len(self.own) + len(self.neutral)

    def rated(self, eta: FloatArray, psi: FloatArray) -> Shares:
        """Return the probability of each press, for callers who are offered the rating."""
        return self._pressed(self._meant(self._pieces(with_neutral=False), eta, psi))

    def silent(self, eta: FloatArray, psi: FloatArray) -> Shares:
        """Return the probability of being offered the rating, not rating, and meaning each neutral category."""
        value, by = self.opinion(eta)
        for piece, shares in self._by_neutral(eta, psi):
            pressed = self._pressed(shares)
            value[:, piece] -= pressed.value.sum(axis=1)
            by[:, piece] -= pressed.by.sum(axis=1)
        return Shares(value, by)

    def crossed(self, eta: FloatArray, psi: FloatArray) -> FloatArray:
        """Return the probability of each neutral category and press together (cells x neutral x pressed)."""
        crossed = np.zeros((len(eta), len(self.neutral) + 1, len(self.own) + 1))
        for neutral, shares in self._by_neutral(eta, psi):
            crossed[:, neutral] = self._pressed(shares).value
        return crossed

    def opinion(self, eta: FloatArray) -> Shares:
        """Return the probability of meaning each neutral category, whoever answers."""
        count = len(self.neutral) + 1
        below = expit(self.neutral[None, :] - eta[:, None])
        density = below * (1.0 - below)
        edges = np.concatenate([np.zeros((len(eta), 1)), below, np.ones((len(eta), 1))], axis=1)
        value = np.diff(edges, axis=1)
        by = np.zeros((len(eta), count, self.locals))
        first = FIRST_THRESHOLD + len(self.own)
        for place in range(count - 1):
            by[:, place, first + place] = density[:, place]
            by[:, place + 1, first + place] = -density[:, place]
            by[:, place, ETA] -= density[:, place]
            by[:, place + 1, ETA] += density[:, place]
        return Shares(value, by)

    def _pieces(self, *, with_neutral: bool) -> list[Piece]:
        cuts = [(float(cut), FIRST_THRESHOLD + place) for place, cut in enumerate(self.own)]
        if with_neutral:
            first = FIRST_THRESHOLD + len(self.own)
            cuts += [(float(cut), first + place) for place, cut in enumerate(self.neutral)]
        cuts.sort()
        edges: list[tuple[float, int | None]] = [(-np.inf, None), *cuts, (np.inf, None)]
        found, own, neutral = [], 0, 0
        # Thresholds that coincide leave a stretch of no width; it is kept, as its ends have derivatives.
        for (lower, lower_place), (upper, upper_place) in pairwise(edges):
            found.append(Piece(own, neutral, lower, upper, lower_place, upper_place))
            is_own = upper_place is not None and upper_place < FIRST_THRESHOLD + len(self.own)
            own, neutral = own + is_own, neutral + (not is_own)
        return found

    def _by_neutral(self, eta: FloatArray, psi: FloatArray) -> list[tuple[int, Shares]]:
        """Return the willing of each neutral category by the category they mean here."""
        by_neutral: dict[int, list[Piece]] = {}
        for piece in self._pieces(with_neutral=True):
            by_neutral.setdefault(piece.neutral, []).append(piece)
        return [(neutral, self._meant(pieces, eta, psi)) for neutral, pieces in by_neutral.items()]

    def _meant(self, pieces: list[Piece], eta: FloatArray, psi: FloatArray) -> Shares:
        """Return the share that means each own category within ``pieces`` and is willing."""
        value = np.zeros((len(eta), len(self.own) + 1))
        by = np.zeros((len(eta), len(self.own) + 1, self.locals))
        for piece in pieces:
            willing = willing_between(piece.lower, piece.upper, eta, psi, self.shape)
            value[:, piece.own] += willing.share
            local = by[:, piece.own]
            local[:, ETA] += willing.by_eta
            local[:, PSI] += willing.by_psi
            local[:, SLOPE] += willing.by_slope
            local[:, CURVE] += willing.by_curve
            if piece.lower_place is not None:
                local[:, piece.lower_place] += willing.by_lower
            if piece.upper_place is not None:
                local[:, piece.upper_place] += willing.by_upper
        return Shares(value, by)

    def _pressed(self, meant: Shares) -> Shares:
        """Return what the willing press who wait until their category has been read."""
        stay = np.exp(-self.hazard * self.seconds)
        if self.habit_category is None:
            value, by = meant.value.copy(), meant.by.copy()
        else:
            moved, moved_by = meant.value.sum(axis=1), meant.by.sum(axis=1)
            value, by = (1.0 - self.habit) * meant.value, (1.0 - self.habit) * meant.by
            value[:, self.habit_category] += self.habit * moved
            by[:, self.habit_category] += self.habit * moved_by
            by[:, :, HABIT] = -meant.value
            by[:, self.habit_category, HABIT] += moved
        value *= stay
        by *= stay[:, None]
        by[:, :, HAZARD] = -self.seconds * value
        return Shares(value, by)


def with_rest(shares: Shares) -> Shares:
    """Return the shares with that of all other results added as the last one."""
    value = np.column_stack([shares.value, 1.0 - shares.value.sum(axis=1)])
    by = np.concatenate([shares.by, -shares.by.sum(axis=1, keepdims=True)], axis=1)
    return Shares(np.maximum(value, SMALLEST), by)


def conditional(shares: Shares) -> Shares:
    """Return the shares among those who are in any of the results."""
    total = np.maximum(shares.value.sum(axis=1, keepdims=True), SMALLEST)
    value = np.maximum(shares.value / total, SMALLEST)
    by = (shares.by - value[:, :, None] * shares.by.sum(axis=1, keepdims=True)) / total[:, :, None]
    return Shares(value, by)
