"""Response-propensity weights: by cells, by a logistic fit beside statsmodels, and what cannot be weighted."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.propensity import ResponseCell, weight_by_cells, weight_by_logit

DAY = ResponseCell("day", 1000, 400, 320, (0.0, 0.0))
NIGHT = ResponseCell("night", 1000, 100, 40, (1.0, 0.0))
LATE = ResponseCell("late", 500, 120, 60, (0.0, 1.0))


def test_cells_are_poststratified() -> None:
    found = weight_by_cells([DAY, NIGHT])
    assert found.hajek.estimate == pytest.approx(0.6)
    assert found.horvitz_thompson.estimate == pytest.approx(0.6)
    assert found.propensities == (0.4, 0.1)
    assert (found.hajek.n, found.hajek.status) == (500, Status.OK)


def test_the_error_is_that_of_a_poststratified_share_whose_mix_varies_too() -> None:
    many = [ResponseCell("day", 10**6, 400_000, 360_000), ResponseCell("night", 10**6, 300_000, 30_000)]
    found = weight_by_cells(many).hajek
    error = np.sqrt(0.25 * (0.9 * 0.1 / 400_000 + 0.1 * 0.9 / 300_000) + 0.4**2 / (2 * 10**6))
    assert (found.hi - found.lo) / 2 / 1.959964 == pytest.approx(error, rel=1e-3)


def test_a_cell_split_in_two_changes_nothing() -> None:
    halves = [ResponseCell("day", 600, 250, 200, (0.0, 0.0)), ResponseCell("day", 400, 150, 120, (0.0, 0.0)), NIGHT]
    assert weight_by_cells(halves) == weight_by_cells([DAY, NIGHT])
    assert weight_by_logit([*halves, LATE]) == weight_by_logit([DAY, NIGHT, LATE])


def test_the_logistic_fit_agrees_with_statsmodels() -> None:
    cells = [
        DAY,
        NIGHT,
        LATE,
        ResponseCell("both", 300, 70, 30, (1.0, 1.0)),
        ResponseCell("far", 80, 30, 9, (0.5, -1.0)),
    ]
    found = weight_by_logit(cells)
    design = sm.add_constant(np.array([cell.features for cell in cells]))
    counts = np.array([(cell.rated, cell.eligible - cell.rated) for cell in cells])
    oracle = sm.GLM(counts, design, family=sm.families.Binomial()).fit(tol=1e-12)
    assert found.coefficients == pytest.approx(oracle.params)
    assert found.propensities == pytest.approx(oracle.predict(design))
    weights = 1 / oracle.predict(design)
    assert weights.max() < 5 * weights.min()  # none is cut
    best, rated = np.array([cell.best for cell in cells]), counts[:, 0]
    assert found.hajek.estimate == pytest.approx(weights @ best / (weights @ rated))
    assert found.horvitz_thompson.estimate == pytest.approx(weights @ best / sum(cell.eligible for cell in cells))


def test_a_feature_for_each_cell_gives_the_cells_own_figure() -> None:
    cells = [DAY, NIGHT, LATE]
    assert weight_by_logit(cells).hajek.estimate == pytest.approx(weight_by_cells(cells).hajek.estimate)


@given(
    st.lists(
        st.integers(1, 300).flatmap(
            lambda rated: st.tuples(st.integers(rated, 4 * rated), st.just(rated), st.integers(0, rated))
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=80)
def test_the_figure_lies_among_its_cells_and_within_its_interval(counts: list[tuple[int, int, int]]) -> None:
    cells = [ResponseCell(str(i), *each) for i, each in enumerate(counts)]
    found = weight_by_cells(cells).hajek
    shares = [best / rated for _, rated, best in counts]
    assert min(shares) - 1e-12 <= found.estimate <= max(shares) + 1e-12
    assert 0 <= found.lo <= found.estimate + 1e-12 <= found.hi + 2e-12 <= 1 + 3e-12
    assert found.lo < found.hi
    again = weight_by_cells(cells[::-1]).hajek
    assert (again.estimate, again.lo) == pytest.approx((found.estimate, found.lo))


@pytest.mark.parametrize("by", [weight_by_cells, weight_by_logit])
def test_the_intervals_cover_where_the_assumption_holds(by) -> None:
    rng = np.random.default_rng(1952)
    mix, content = np.array([0.5, 0.3, 0.2]), np.array([0.85, 0.6, 0.4])
    features = ((0.0,), (1.0,), (2.0,))
    answers = expit(-0.2 - 0.8 * np.array([0.0, 1.0, 2.0]))
    truth, held, rounds = float(mix @ content), 0, 600
    for _ in range(rounds):
        eligible = rng.multinomial(600, mix)
        rated = rng.binomial(eligible, answers)
        best = rng.binomial(rated, content)
        cells = [ResponseCell(str(i), *map(int, (eligible[i], rated[i], best[i])), features[i]) for i in range(3)]
        found = by(cells).hajek
        held += found.lo <= truth <= found.hi
    assert 0.93 < held / rounds < 0.98


def test_a_cell_in_which_nobody_answered_is_refused_by_name() -> None:
    found = weight_by_cells([DAY, ResponseCell("night", 10, 0, 0)])
    assert found.hajek.status is found.horvitz_thompson.status is Status.REFUSED
    assert found.hajek.reasons == ("nobody answered in night; merge it with a cell that is like it",)


@pytest.mark.parametrize(
    "cells",
    [
        [ResponseCell("a", 50, 50, 40, (0.0,)), ResponseCell("b", 50, 20, 10, (1.0,))],
        [ResponseCell("a", 50, 30, 20, (0.0,)), ResponseCell("b", 50, 0, 0, (1.0,))],
        [ResponseCell("a", 50, 0, 0, (0.0,)), ResponseCell("b", 50, 50, 10, (1.0,))],
    ],
)
def test_separation_is_not_identified(cells: list[ResponseCell]) -> None:
    found = weight_by_logit(cells)
    assert (found.hajek.estimate, found.hajek.status) == (None, Status.NOT_IDENTIFIED)
    assert found.hajek.reasons[0].startswith("separation")


def test_features_that_say_the_same_are_not_identified() -> None:
    found = weight_by_logit([ResponseCell("a", 50, 20, 10, (1.0, 2.0)), ResponseCell("b", 50, 30, 10, (2.0, 4.0))])
    assert found.hajek.status is Status.NOT_IDENTIFIED


def test_large_weights_are_cut_and_said() -> None:
    found = weight_by_cells([ResponseCell("day", 1000, 500, 400), ResponseCell("night", 1000, 20, 5)])
    assert "20 ratings would have weighed more than 5 times the median" in found.hajek.reasons[1]
    assert found.hajek.status is Status.WIDE


def test_without_ratings_and_with_impossible_counts() -> None:
    assert weight_by_cells([]).hajek.status is Status.INSUFFICIENT
    assert weight_by_logit([ResponseCell("day", 5, 0, 0, (1.0,))]).hajek.status is Status.INSUFFICIENT
    with pytest.raises(ValueError, match="no parts"):
        weight_by_cells([ResponseCell("day", 5, 6, 0)])
    with pytest.raises(ValueError, match="features"):
        weight_by_logit([DAY, ResponseCell("night", 5, 3, 0, (1.0,))])
