"""Scores of one simulated call centre: how far the figures are from the truth, and how well they know it.

| score | is |
|---|---|
| `bias` | mean of estimate - truth |
| `rmse`, `rmse_level_removed` | root mean square of estimate - truth, as it is and after taking the mean off |
| `ratio` | `rmse` divided by that of `observed`, over the same agents |
| `coverage`, `width` | share of the 95 % intervals that hold the truth; their mean width |
| `tau`, `tau_gain` | Kendall's tau-b with the truth; the same less that of `observed`, over the same agents |
| `bottom_tenth` | share of the true bottom tenth that is in the estimated bottom tenth |
| `missing` | share of agents without a figure; they are in no other score of that figure |

The raw share as pressed, `observed`, is scored like the others. A score that cannot be taken is None.
"""

import math
from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau

from benchmarks.fairness.oracle import Oracles
from benchmarks.fairness.scored_agents import FIGURES, Figure, ScoredAgent

Scores = dict[str, float | None]
FEWEST_RATINGS = 30
_RAW = "observed"


def scores_of(agents: Sequence[ScoredAgent], oracles: Oracles) -> Scores:
    """Return every score by name, ``corrected.rmse``; those of the oracles beside them."""
    scores: Scores = {}
    for name in FIGURES:
        found = [each.figures[name] for each in agents]
        scores |= {f"{name}.{key}": value for key, value in _figure_scores(agents, found).items()}
    for name, estimates in oracles.estimates.items():
        found = [Figure(estimate=estimates.get(each.agent), status="ok") for each in agents]
        scores |= {f"{name}.{key}": value for key, value in _figure_scores(agents, found).items()}
    own = [each for each in agents if each.figures["standardised"].estimate is not None]
    scores["standardised.own_coverage"] = _coverage(
        [each.figures["standardised"] for each in own], [each.true_standardised for each in own]
    )
    flagged = {each.agent for each in agents if each.flags}
    found_out = _flag_scores("flags", agents, flagged) | _flag_scores("oracle", agents, oracles.suspected)
    return scores | _statuses(agents) | _ranks(agents) | found_out


def _figure_scores(agents: Sequence[ScoredAgent], figures: Sequence[Figure]) -> Scores:
    pairs = [(agent, figure) for agent, figure in zip(agents, figures, strict=True) if figure.estimate is not None]
    estimates = np.array([figure.estimate for _, figure in pairs], dtype=np.float64)
    truth = np.array([agent.truth for agent, _ in pairs])
    both = [
        (beside.estimate, estimate, true)
        for (agent, _), estimate, true in zip(pairs, estimates, truth, strict=True)
        if (beside := agent.figures[_RAW]).estimate is not None
    ]
    raw, same, same_truth = np.array(both, dtype=np.float64).reshape(-1, 3).T
    errors = estimates - truth
    gained, of_raw = _tau(same, same_truth), _tau(raw, same_truth)
    off, raw_off = _root_mean_square(same - same_truth), _root_mean_square(raw - same_truth)
    return {
        "missing": 1 - len(pairs) / len(agents),
        "bias": _mean(errors),
        "rmse": _root_mean_square(errors),
        "rmse_level_removed": _root_mean_square(errors - errors.mean()) if len(errors) else None,
        "ratio": None if off is None or not raw_off else off / raw_off,
        "raw_bias": _mean(raw - same_truth),
        "coverage": _coverage([figure for _, figure in pairs], truth.tolist()),
        "width": _mean(np.array([f.hi - f.lo for _, f in pairs if f.lo is not None and f.hi is not None])),
        "tau": _tau(estimates, truth),
        "tau_gain": None if gained is None or of_raw is None else gained - of_raw,
        "bottom_tenth": _bottom_tenth(agents, figures),
    }


def _coverage(figures: Sequence[Figure], truth: Sequence[float]) -> float | None:
    held = [
        figure.lo <= true <= figure.hi
        for figure, true in zip(figures, truth, strict=True)
        if figure.lo is not None and figure.hi is not None
    ]
    return _share(held)


def _bottom_tenth(agents: Sequence[ScoredAgent], figures: Sequence[Figure]) -> float | None:
    if all(figure.estimate is None for figure in figures):
        return None
    count = max(1, len(agents) // 10)
    by_truth = sorted(range(len(agents)), key=lambda number: agents[number].truth)[:count]
    # Whoever has no figure cannot be found.
    estimates = [math.inf if each.estimate is None else each.estimate for each in figures]
    found = sorted(range(len(agents)), key=lambda number: estimates[number])[:count]
    return sum(number in found and math.isfinite(estimates[number]) for number in by_truth) / count


def _statuses(agents: Sequence[ScoredAgent]) -> Scores:
    def shares(wanted: Callable[[ScoredAgent], bool], of: Sequence[ScoredAgent]) -> float | None:
        return _share([wanted(each) for each in of])

    enough = [each for each in agents if each.rated >= FEWEST_RATINGS]
    return {
        "enough_ratings": len(enough) / len(agents),
        "ok_of_enough": shares(lambda each: _is_ok(each, "corrected") and _is_ok(each, "standardised"), enough),
        "ok": shares(lambda each: _is_ok(each, "corrected"), agents),
        "not_identified": shares(lambda each: each.figures["corrected"].status == "not_identified", agents),
        "standardised_not_identified": shares(
            lambda each: each.figures["standardised"].status == "not_identified", agents
        ),
    }


def _is_ok(agent: ScoredAgent, figure: str) -> bool:
    return agent.figures[figure].status == "ok"


def _ranks(agents: Sequence[ScoredAgent]) -> Scores:
    """Score the rank intervals among the agents who have one, against both orders of the truth file."""
    ranked = [(each, each.rank_lo, each.rank_hi) for each in agents if each.rank_lo is not None]
    scores: Scores = {"ranks.missing": 1 - len(ranked) / len(agents)}
    for name, true in (
        ("ranks.coverage", [each.true_standardised for each, _, _ in ranked]),
        ("ranks.coverage_of_truth", [each.truth for each, _, _ in ranked]),
    ):
        order = sorted(range(len(ranked)), key=lambda number: -true[number])
        rank = {number: place for place, number in enumerate(order, start=1)}
        scores[name] = _share([lo <= rank[n] <= (hi or 0) for n, (_, lo, hi) in enumerate(ranked)])
    scores["ranks.width"] = _mean(np.array([(hi or 0) - lo + 1 for _, lo, hi in ranked], dtype=np.float64))
    return scores


def _flag_scores(name: str, agents: Sequence[ScoredAgent], flagged: Collection[str]) -> Scores:
    rightly = [each.is_selective for each in agents if each.agent in flagged]
    return {
        f"{name}.recall": _share([each.agent in flagged for each in agents if each.is_selective]),
        # Nobody flagged is nobody flagged wrongly.
        f"{name}.false_discovery": 1 - sum(rightly) / len(rightly) if rightly else 0.0,
        f"{name}.false": _share([each.agent in flagged for each in agents if not each.is_selective]),
    }


def _share(held: Sequence[bool]) -> float | None:
    return sum(held) / len(held) if held else None


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None


def _root_mean_square(values: NDArray[np.float64]) -> float | None:
    return float(np.sqrt(np.mean(values**2))) if len(values) else None


def _tau(estimates: NDArray[np.float64], truth: NDArray[np.float64]) -> float | None:
    # Everybody alike is no order; scipy calls that nan.
    if len(estimates) < 2 or np.ptp(estimates) == 0:
        return None
    return float(kendalltau(estimates, truth).statistic)
