"""Posterior ranks against a plain ranking, and what has to hold of every ranking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from ivr.domain.kpi.posterior_ranks import rank_summary

TABLES = st.integers(1, 40).flatmap(
    lambda draws: st.integers(1, 8).flatmap(
        lambda agents: st.lists(
            st.lists(st.integers(-3, 3), min_size=agents, max_size=agents), min_size=draws, max_size=draws
        )
    )
)


@given(TABLES)
def test_ranks_are_those_of_a_plain_ranking_with_ties_shared(table):
    draws = np.array(table, dtype=np.float64)
    ranks = rankdata(-draws, axis=1)
    found = rank_summary(draws)
    assert found.expected == pytest.approx(ranks.mean(axis=0), abs=1e-12)
    middle = (draws.shape[1] + 1) / 2
    assert found.above_middle == pytest.approx(((ranks < middle) + 0.5 * (ranks == middle)).mean(axis=0), abs=1e-12)
    assert (found.lo <= found.expected).all()
    assert (found.expected <= found.hi).all()
    assert found.expected.sum() == pytest.approx(draws.shape[1] * (draws.shape[1] + 1) / 2)


@given(TABLES, st.randoms(use_true_random=False))
def test_relabelling_the_agents_permutes_what_is_said_of_them(table, random):
    draws = np.array(table, dtype=np.float64)
    order = list(range(draws.shape[1]))
    random.shuffle(order)
    found, permuted = rank_summary(draws), rank_summary(draws[:, order])
    for name in ("expected", "lo", "hi", "top", "bottom", "above_middle"):
        assert getattr(permuted, name).tolist() == getattr(found, name)[order].tolist()


def test_a_thousand_draws_leave_twenty_five_on_either_side():
    draws = np.column_stack([np.arange(1000.0), np.full(1000, 24.5), np.full(1000, 974.5)])
    # The first agent beats the second in all but 25 draws, and the third in 25.
    found = rank_summary(draws)
    assert (found.lo[0], found.hi[0]) == (2, 2)
    wider = rank_summary(draws, confidence=0.952)
    assert (wider.lo[0], wider.hi[0]) == (1, 3)


def test_agents_who_are_all_alike_are_all_in_the_middle():
    found = rank_summary(np.zeros((50, 9)))
    assert found.expected.tolist() == [5.0] * 9
    assert (found.lo.tolist(), found.hi.tolist()) == ([5] * 9, [5] * 9)
    assert found.above_middle.tolist() == [0.5] * 9
    assert found.top.tolist() == [0.0] * 9


def test_the_top_and_the_bottom_hold_a_tenth_of_the_agents():
    draws = np.tile(np.arange(40.0), (10, 1))
    found = rank_summary(draws)
    assert found.top.tolist() == [0.0] * 36 + [1.0] * 4
    assert found.bottom.tolist() == [1.0] * 4 + [0.0] * 36


def test_ranking_in_blocks_is_ranking_at_once():
    draws = np.random.default_rng(5).normal(size=(300, 9000))
    found, ranks = rank_summary(draws), rankdata(-draws, axis=1)
    assert found.expected == pytest.approx(ranks.mean(axis=0), abs=1e-9)
    assert found.hi.tolist() == np.sort(ranks, axis=0)[-1 - 7].astype(int).tolist()


@pytest.mark.parametrize(
    ("draws", "message"),
    [
        (np.empty((0, 3)), "rank nobody"),
        (np.zeros(4), "rank nobody"),
        (np.array([[1.0, np.nan]]), "not finite"),
    ],
)
def test_what_cannot_be_ranked_is_refused(draws, message):
    with pytest.raises(ValueError, match=message):
        rank_summary(draws)


def test_intervals_hold_the_true_rank_as_often_as_they_say():
    rng = np.random.default_rng(6)
    held = []
    for _ in range(60):
        truth = rng.normal(size=100)
        seen = truth + 0.7 * rng.normal(size=100)
        drawn = 1 / (1 + 0.49)
        found = rank_summary(drawn * seen + np.sqrt(1 - drawn) * rng.normal(size=(1000, 100)))
        ranks = rankdata(-truth)
        held.append(((found.lo <= ranks) & (ranks <= found.hi)).mean())
    assert np.mean(held) == pytest.approx(0.955, abs=0.015)
