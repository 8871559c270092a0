"""Beta-binomial shrinkage: published moments, scipy's likelihood, coverage, and odd input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import betabinom

from ivr.domain.kpi.beta_binomial import Fitting, kleinman_moments, shrink_shares
from ivr.domain.kpi.estimates import Status

# Rats with tumours in 71 experiments (Tarone 1982; Gelman and others, Bayesian Data Analysis, table 5.1).
RATS = np.array(
    [
        *([0, n] for n in (20, 20, 20, 20, 20, 20, 20, 19, 19, 19, 19, 18, 18, 17)),
        *([1, n] for n in (20, 20, 20, 20, 19, 19, 18, 18)),
        *([2, n] for n in (25, 24, 23, 20, 20, 20, 20, 20, 20)),
        [1, 10], [5, 49], [2, 19], [5, 46], [3, 27], [2, 17], [7, 49], [7, 47], [3, 20], [3, 20], [2, 13], [9, 48],
        [10, 50], *([4, 20] for _ in range(7)), [10, 48], [4, 19], [4, 19], [4, 19], [5, 22], [11, 46], [12, 49],
        [5, 20], [5, 20], [6, 23], [5, 19], [6, 22], [6, 20], [6, 20], [6, 20], [16, 52], [15, 46], [15, 47], [9, 24],
        [4, 14],
    ]
)  # fmt: skip
COUNTS = st.lists(st.tuples(st.integers(1, 80), st.floats(0, 1)), min_size=8, max_size=20)


def test_the_moments_of_equal_experiments_are_the_published_ones():
    """Bayesian Data Analysis, section 5.1: mean .136, sd .103 of the 70 shares, so a = 1.4 and b = 8.6."""
    shares = RATS[:70, 0] / RATS[:70, 1]
    assert (round(shares.mean(), 3), round(shares.std(ddof=1), 3)) == (0.136, 0.103)
    # With n beyond all bounds Kleinman's moments are those of the shares themselves.
    mean, rho = kleinman_moments(shares * 1e9, np.full(70, 1e9))
    strength = 1 / rho - 1
    assert (round(mean * strength, 1), round((1 - mean) * strength, 1)) == (1.4, 8.6)


def test_the_likelihood_is_scipys():
    found = shrink_shares(RATS[:, 0], RATS[:, 1])
    strength = 1 / found.rho - 1
    best = minimize(
        lambda at: -betabinom.logpmf(RATS[:, 0], RATS[:, 1], *np.exp(at)).sum(),
        [0.0, 1.0],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 5000},
    )
    assert [found.mean * strength, (1 - found.mean) * strength] == pytest.approx(np.exp(best.x), rel=1e-5)
    last = found.shares[-1]
    a, b = np.exp(best.x) + np.array([4, 10])
    assert last.estimate == pytest.approx(a / (a + b), rel=1e-5)


@pytest.mark.parametrize("fitting", list(Fitting))
def test_intervals_hold_the_truth(fitting):
    rng = np.random.default_rng(1)
    held = []
    for _ in range(100):
        n, truth = rng.integers(5, 200, 60), rng.beta(7, 3, 60)
        found = shrink_shares(rng.binomial(n, truth), n, fitting)
        held.append(np.mean([each.lo <= p <= each.hi for each, p in zip(found.shares, truth, strict=True)]))
    assert 0.93 <= np.mean(held) <= 0.97


@settings(deadline=None, max_examples=60)
@given(COUNTS, st.randoms(use_true_random=False), st.sampled_from(list(Fitting)))
def test_relabelling_permutes_and_other_categories_mirror(rows, random, fitting):
    n = np.array([count for count, _ in rows])
    x = np.array([round(count * share) for count, share in rows])
    order = list(range(len(n)))
    random.shuffle(order)
    found = [each.estimate for each in shrink_shares(x, n, fitting).shares]
    assert [each.estimate for each in shrink_shares(x[order], n[order], fitting).shares] == pytest.approx(
        [found[at] for at in order], abs=1e-6
    )
    mirrored = [1 - each.estimate for each in shrink_shares(n - x, n, fitting).shares]
    assert mirrored == pytest.approx(found, abs=2e-5)
    assert all(0 <= each <= 1 for each in found)


def test_where_chance_explains_all_everybody_has_the_mean():
    n = np.full(40, 60)
    found = shrink_shares(np.full(40, 42), n)
    assert found.rho == 0.0
    assert {each.estimate for each in found.shares} == {0.7}
    assert "cannot be told apart" in found.reasons[0]


def test_an_agent_without_ratings_gets_the_mean_and_is_marked():
    best, ratings = np.append(RATS[:, 0], 0), np.append(RATS[:, 1], 0)
    found = shrink_shares(best, ratings)
    assert found.shares[-1].estimate == pytest.approx(found.mean)
    assert found.shares[-1].status is Status.WIDE
    assert found.reliability[-1] == 0.0
    assert found.shares[:-1] == shrink_shares(RATS[:, 0], RATS[:, 1]).shares


def test_few_agents_are_left_as_they_are_and_contradictions_refused():
    few = shrink_shares(np.array([3, 30]), np.array([4, 40]))
    assert [each.estimate for each in few.shares] == [0.75, 0.75]
    assert "fewer than 8 agents" in few.reasons[0]
    wrong = shrink_shares(np.full(9, 5), np.full(9, 4))
    assert {each.status for each in wrong.shares} == {Status.REFUSED}
    with pytest.raises(ValueError, match="one of each"):
        shrink_shares(np.zeros(2, dtype=int), np.zeros(3, dtype=int))
