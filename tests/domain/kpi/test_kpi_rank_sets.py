"""Confidence sets for ranks: the published example, coverage, and what is no covariance."""

import numpy as np
import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.rank_sets import rank_sets
from tests.domain.kpi.pisa import PISA_2018

COUNTRIES = list(PISA_2018)
SCORES, ERRORS = np.array(list(PISA_2018.values())).T


def _sets(seed=1, **more):
    found = rank_sets(SCORES, ERRORS**2, np.random.default_rng(seed), **more)
    return dict(zip(COUNTRIES, found.sets, strict=True)), dict(zip(COUNTRIES, found.ranks, strict=True))


def test_the_united_kingdom_in_pisa_2018_marginally():
    """The authors' package csranks: rank 13, 95 % marginal set 8 to 23."""
    sets, ranks = _sets()
    assert ranks["United Kingdom"] == 13
    assert sets["United Kingdom"] == (8, 23)


def test_all_countries_in_pisa_2018_simultaneously():
    """As its guide says: Chile, Mexico and Colombia lie apart from all others, Germany and Korea may both be 7th."""
    sets, _ = _sets(simultaneous=True)
    last = {"Chile", "Mexico", "Colombia"}
    assert min(sets[country][0] for country in last) > max(
        worst for name, (_, worst) in sets.items() if name not in last
    )
    assert sets["Germany"][0] == sets["Korea"][1] == 7


def test_marginal_and_simultaneous_sets_hold_the_truth():
    rng = np.random.default_rng(5)
    held, all_held = [], []
    for _ in range(200):
        truth = np.repeat([0.0, 0.4, 0.8], 4) + 1e-6 * np.arange(12)
        seen = truth + 0.5 * rng.normal(size=12)
        ranks = 1 + (truth[None, :] > truth[:, None]).sum(axis=1)
        marginal = rank_sets(seen, np.full(12, 0.25), rng).sets
        together = rank_sets(seen, np.full(12, 0.25), rng, simultaneous=True).sets
        held.append(np.mean([lo <= rank <= hi for (lo, hi), rank in zip(marginal, ranks, strict=True)]))
        all_held.append(all(lo <= rank <= hi for (lo, hi), rank in zip(together, ranks, strict=True)))
    assert np.mean(held) > 0.95
    assert np.mean(all_held) > 0.93


def test_shared_errors_move_no_ranks():
    """A common error of any size leaves every difference, and so every set, as it is."""
    alone = rank_sets(SCORES, np.diag(ERRORS**2), np.random.default_rng(2))
    shared = rank_sets(SCORES, np.diag(ERRORS**2) + 400.0, np.random.default_rng(2))
    widths = [[hi - lo for lo, hi in found.sets] for found in (alone, shared)]
    assert np.mean(widths[1]) == pytest.approx(np.mean(widths[0]), rel=0.03)
    independent = rank_sets(SCORES, ERRORS**2 + 400.0, np.random.default_rng(2))
    assert np.mean([hi - lo for lo, hi in independent.sets]) > 2 * np.mean(widths[0])


def test_the_same_generator_gives_the_same_sets_and_simultaneous_ones_are_wider():
    assert _sets(3) == _sets(3)
    marginal, together = _sets(3)[0], _sets(3, simultaneous=True)[0]
    assert all(together[each][0] <= marginal[each][0] for each in COUNTRIES)
    assert all(together[each][1] >= marginal[each][1] for each in COUNTRIES)


def test_agents_without_error_between_them_are_never_told_apart():
    found = rank_sets(np.array([1.0, 2.0]), np.array([[1.0, 1.0], [1.0, 1.0]]), np.random.default_rng(0))
    assert found.sets == ((1, 2), (1, 2))


@pytest.mark.parametrize(
    ("estimates", "covariance", "status", "reason"),
    [
        ([1.0], [1.0], Status.INSUFFICIENT, "nobody to rank against"),
        ([1.0, np.nan], [1.0, 1.0], Status.REFUSED, "not finite"),
        ([1.0, 2.0], [1.0, -1.0], Status.REFUSED, "no covariance"),
        ([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]], Status.REFUSED, "no covariance"),
        ([1.0, 2.0], [[1.0, 0.5], [0.1, 1.0]], Status.REFUSED, "no covariance"),
        ([0.0] * 1001, [1.0] * 1001, Status.REFUSED, "too many comparisons"),
    ],
)
def test_where_there_are_no_sets_it_says_why(estimates, covariance, status, reason):
    found = rank_sets(np.array(estimates), np.array(covariance), np.random.default_rng(0))
    assert (found.status, found.sets) == (status, ())
    assert reason in found.reasons[0]


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match="for 2 agents"):
        rank_sets(np.zeros(2), np.ones(3), np.random.default_rng(0))
