"""The likelihood of ordered categories with logistic noise, cut by cut, with its derivatives.

Cell c and cut j have the linear predictor z[c, j]: P(Y <= j) = 1 / (1 + exp(-z)). Every z is linear in the parameters,
so one design a cut says all: proportional odds give all cuts the same slopes, a partial model gives some their own.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from ivr.domain.kpi.estimates import Status

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Counts (cells x categories) and a design for each cut (cut x cells x parameters).

    The first ``thresholds`` parameters are cuts, then come ``slopes``, then ``strata``.
    """

    counts: Array
    designs: Array
    thresholds: int
    slopes: int
    strata: int

    @classmethod
    def of(
        cls, counts: Array, design: Array | None, scales: NDArray[np.intp] | None, strata: NDArray[np.intp] | None
    ) -> Self:
        """Lay out a proportional-odds model; raises ValueError where the shapes do not belong together."""
        if counts.ndim != 2 or counts.shape[1] < 2 or not len(counts):
            raise ValueError(f"counts of shape {counts.shape}: give a row a cell and a column for each category")
        cells, cuts = len(counts), counts.shape[1] - 1
        predictors = np.zeros((cells, 0)) if design is None else design
        of_scale = np.zeros(cells, dtype=np.intp) if scales is None else scales
        of_stratum = np.zeros(cells, dtype=np.intp) if strata is None else strata
        if predictors.shape[:1] != (cells,) or of_scale.shape != (cells,) or of_stratum.shape != (cells,):
            raise ValueError("the design, scales and strata need one row for each cell")
        width = (int(of_scale.max()) + 1) * cuts
        indicators = np.eye(int(of_stratum.max()) + 1)[of_stratum][:, 1:]
        shifts = np.hstack([predictors, indicators])
        designs = np.zeros((cuts, cells, width + shifts.shape[1]))
        for cut in range(cuts):
            designs[cut, np.arange(cells), of_scale * cuts + cut] = 1.0
            designs[cut, :, width:] = -shifts
        return cls(counts, designs, width, predictors.shape[1], indicators.shape[1])

    @property
    def categories(self) -> int:
        """How many answers there are."""
        return int(self.counts.shape[1])

    @property
    def parameters(self) -> int:
        """How many numbers are to be found."""
        return int(self.designs.shape[2])

    def trouble(self) -> tuple[Status, tuple[str, ...]] | None:
        """Return why these counts cannot be fitted as they are; None where nothing is known against it."""
        if not np.isfinite(self.counts).all() or not np.isfinite(self.designs).all():
            return Status.REFUSED, ("a count or a predictor is not a finite number",)
        if (self.counts < 0).any():
            return Status.REFUSED, ("a count is below 0",)
        if not self.counts.any():
            return Status.INSUFFICIENT, ("no ratings",)
        cuts = self.categories - 1
        for scale in range(self.thresholds // cuts):
            chosen = self.counts[self.designs[0, :, scale * cuts] > 0].sum(axis=0)
            if (chosen == 0).any():
                category = int(np.flatnonzero(chosen == 0)[0])
                where = f"on scale {scale + 1} " if self.thresholds > cuts else ""
                return Status.INSUFFICIENT, (
                    f"nobody {where}chose category {category} (0 = worst): merge it with its neighbour",
                )
        return None

    def start(self) -> Array:
        """Return where to begin: the pooled cuts of each scale, no effect of anything else."""
        theta = np.zeros(self.parameters)
        cuts = self.categories - 1
        for scale in range(self.thresholds // cuts):
            below = np.cumsum(self.counts[self.designs[0, :, scale * cuts] > 0].sum(axis=0) + 0.5)
            share = below[:-1] / below[-1]
            theta[scale * cuts : (scale + 1) * cuts] = np.log(share / (1 - share))
        return theta


def log_likelihood(cuts: Cuts, theta: Array) -> float:
    """Return the log-likelihood; minus infinity where cuts of a cell cross."""
    z = cuts.designs @ theta
    if (np.diff(z, axis=0) <= 0).any():
        return -np.inf
    return float((cuts.counts * _log_shares(z).T).sum())


def newton_terms(cuts: Cuts, theta: Array) -> tuple[Array, Array]:
    """Return the gradient of the log-likelihood and the observed information (minus its second derivative)."""
    z = cuts.designs @ theta
    density = expit(z) * expit(-z)
    # A cell without ratings in a category adds nothing, however small the category's probability.
    counts = cuts.counts.T
    inverse = np.exp(-np.maximum(_log_shares(z), -300.0))
    first, second = counts * inverse, counts * inverse**2
    first[counts == 0], second[counts == 0] = 0.0, 0.0
    slope = first[:-1] - first[1:]
    gradient = np.einsum("jc,jcp->p", density * slope, cuts.designs)
    bend = density * (expit(-z) - expit(z)) * slope - density**2 * (second[:-1] + second[1:])
    information = -np.einsum("jcp,jcq->pq", cuts.designs * bend[:, :, None], cuts.designs, optimize=True)
    across = density[:-1] * density[1:] * second[1:-1]
    if len(across):
        mixed = np.einsum("jcp,jcq->pq", cuts.designs[:-1] * across[:, :, None], cuts.designs[1:], optimize=True)
        information -= mixed + mixed.T
    return gradient, information


def expected_information(cuts: Cuts, theta: Array) -> Array:
    """Return Fisher's information: the observed one with each cell's counts at what the model expects of it."""
    shares = np.exp(_log_shares(cuts.designs @ theta)).T
    expected = cuts.counts.sum(axis=1, keepdims=True) * shares
    return newton_terms(Cuts(expected, cuts.designs, cuts.thresholds, cuts.slopes, cuts.strata), theta)[1]


def separated_parameters(cuts: Cuts) -> tuple[int, ...]:
    """Return the parameters that can run to infinity without the likelihood ever falling; none: there is a maximum.

    A direction does that where it lowers no upper cut and raises no lower cut of any answer that was given. The
    linear programme looks for one that moves at least one of them.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - slow to import, and seldom needed

    rows = []
    for category in range(cuts.categories):
        given = cuts.counts[:, category] > 0
        if category < cuts.categories - 1:
            rows.append(cuts.designs[category, given])
        if category > 0:
            rows.append(-cuts.designs[category - 1, given])
    moves = np.unique(np.vstack(rows), axis=0)
    found = linprog(-moves.sum(axis=0), A_ub=-moves, b_ub=np.zeros(len(moves)), bounds=(-1, 1))
    if found.x is None or found.fun is None or -found.fun < 1e-7:
        return ()
    return tuple(int(at) for at in np.flatnonzero(np.abs(found.x) > 1e-7))


def _log_shares(z: Array) -> Array:
    """Return the log-probability of each category, categories x cells, exact in both tails."""
    cuts, cells = z.shape
    logs = np.empty((cuts + 1, cells))
    logs[0], logs[-1] = log_expit(z[0]), log_expit(-z[-1])
    # F(b) - F(a) = F(b) F(-a) (1 - exp(a - b))
    gap = np.minimum(z[:-1] - z[1:], -1e-300)
    logs[1:-1] = log_expit(z[1:]) + log_expit(-z[:-1]) + np.log(-np.expm1(gap))
    return logs
