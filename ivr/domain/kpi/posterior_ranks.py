"""Posterior ranks: what place each agent has among the others, and how sure that is, from draws of a posterior.

An agent's rank is not a property of the agent alone, and the rank of an estimate is no estimate of the rank: noisy
agents fill both ends of a list of point estimates. So every draw of all agents at once is ranked, and the ranks are
summarised. Draws have to be joint, row by row, for errors that agents share (a layout's link) move no ranks.

N. M. Laird and T. A. Louis (1989), Journal of Educational Statistics 14:29-46. R. Lin, T. A. Louis, S. M. Paddock
and G. Ridgeway (2006), Bayesian Analysis 1:915-946.
"""

from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.wilson import CONFIDENCE

END_SHARE = 0.1
"""The share of the agents that makes the top and the bottom of the list."""
_BLOCK_NUMBERS = 2_000_000
"""So many draws are ranked at a time; it bounds the memory beside the ranks themselves."""


@dataclass(frozen=True, slots=True)
class RankSummary:
    """Ranks over draws, one entry an agent in the order of the draws' columns; 1 = best.

    ``expected`` is the posterior mean of the rank; ``lo`` and ``hi`` hold it with the wanted probability, each agent
    for itself. ``top`` and ``bottom`` are the probabilities of being in the best and the worst tenth, ``above_middle``
    of being better than the median agent (a tie with it counts half).
    """

    draws: int
    expected: NDArray[np.float64]
    lo: NDArray[np.int64]
    hi: NDArray[np.int64]
    top: NDArray[np.float64]
    bottom: NDArray[np.float64]
    above_middle: NDArray[np.float64]

    @property
    def agents(self) -> int:
        """How many agents were ranked."""
        return len(self.expected)


def rank_summary(
    draws: NDArray[np.float64], *, confidence: float = CONFIDENCE, end_share: float = END_SHARE
) -> RankSummary:
    """Return the ranks of the columns of ``draws`` (draws x agents, greater = better).

    Equal values share the mean of their ranks, so agents who cannot be told apart are all in the middle. The top and
    the bottom hold ``end_share`` of the agents, at least one. Memory: 4 bytes a number of ``draws`` beside them.

    Raises:
        ValueError: where ``draws`` is not a table of finite numbers with a row and a column at least.
    """
    if draws.ndim != 2 or 0 in draws.shape:
        raise ValueError(f"draws of shape {draws.shape} rank nobody: give one row a draw and one column an agent")
    n_draws, agents = draws.shape
    doubled = np.empty((n_draws, agents), dtype=np.int32)
    rows = max(1, _BLOCK_NUMBERS // agents)
    for start in range(0, n_draws, rows):
        block = draws[start : start + rows]
        if not np.isfinite(block).all():
            raise ValueError("draws hold a number that is not finite: leave out agents without a figure")
        doubled[start : start + rows] = _doubled_ranks(block)
    at_an_end = max(1, floor(end_share * agents + 1e-9))
    lo, hi = _central(doubled, confidence)
    return RankSummary(
        draws=n_draws,
        expected=doubled.mean(axis=0, dtype=np.float64) / 2,
        lo=lo,
        hi=hi,
        top=(doubled <= 2 * at_an_end).mean(axis=0),
        bottom=(doubled >= 2 * (agents + 1 - at_an_end)).mean(axis=0),
        above_middle=((doubled < agents + 1).mean(axis=0) + (doubled <= agents + 1).mean(axis=0)) / 2,
    )


def _doubled_ranks(block: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return twice the ranks of each row, greatest first; whole numbers hold the mean rank of a tie exactly."""
    agents = block.shape[1]
    order = np.argsort(-block, axis=1)
    ordered = np.take_along_axis(block, order, axis=1)
    place = np.arange(1, agents + 1, dtype=np.int32)
    doubled = np.broadcast_to(2 * place, block.shape)
    same = ordered[:, 1:] == ordered[:, :-1]
    if same.any():
        begins, ends = np.ones(block.shape, dtype=bool), np.ones(block.shape, dtype=bool)
        begins[:, 1:], ends[:, :-1] = ~same, ~same
        first = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
        last = np.minimum.accumulate(np.where(ends, place, agents)[:, ::-1], axis=1)[:, ::-1]
        doubled = first + last
    ranks = np.empty(block.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, doubled, axis=1)
    return ranks


def _central(doubled: NDArray[np.int32], confidence: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the limits outside which at most half of the rest of the draws lie on either side, widened to ranks."""
    n_draws, agents = doubled.shape
    beyond = min(floor(n_draws * (1 - confidence) / 2 + 1e-9), (n_draws - 1) // 2)
    lo, hi = np.empty(agents, dtype=np.int64), np.empty(agents, dtype=np.int64)
    columns = max(1, _BLOCK_NUMBERS // n_draws)
    for start in range(0, agents, columns):
        part = np.partition(doubled[:, start : start + columns], [beyond, n_draws - 1 - beyond], axis=0)
        lo[start : start + columns] = part[beyond] // 2
        hi[start : start + columns] = -(-part[n_draws - 1 - beyond] // 2)
    return lo, hi
