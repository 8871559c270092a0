"""Raking: the published table, an independent solver, trimming, and margins that cannot be met."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.raking import Margin, RakeCell, rake, raked_share

# The showcase of ProportionalFitting.jl: seed table, margins, and the table it prints after fitting.
SEED = [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]]
ROWS, COLUMNS = (150, 300, 400, 150), (200, 300, 400, 100)
FITTED = [
    [64.5585, 46.2325, 35.3843, 3.82473],
    [49.9679, 68.1594, 156.499, 25.3742],
    [56.7219, 144.428, 145.082, 53.7673],
    [28.7516, 41.18, 63.0347, 17.0337],
]
MARGINS = [
    Margin("row", {f"r{i}": total for i, total in enumerate(ROWS)}),
    Margin("column", {f"c{j}": total for j, total in enumerate(COLUMNS)}),
]


def table(counts: list[list[int]]) -> list[RakeCell]:
    return [RakeCell((f"r{i}", f"c{j}"), count) for i, row in enumerate(counts) for j, count in enumerate(row)]


def test_the_published_table_comes_out() -> None:
    raking = rake(table(SEED), MARGINS)
    fitted = np.array(raking.weights).reshape(4, 4) * SEED
    assert fitted == pytest.approx(np.array(FITTED), rel=1e-5)
    assert (raking.status, raking.trimmed, raking.margin_error) == (Status.OK, 0, 0.0)
    assert raking.iterations <= 12


def test_another_solver_finds_the_same_weights() -> None:
    """Raking is the table nearest to the seed in Kullback-Leibler distance: minimise its dual by BFGS instead."""
    seed = np.array(SEED, dtype=float).ravel()
    design = np.array(
        [[i == k for k in range(4)] + [j == k for k in range(4)] for i in range(4) for j in range(4)], float
    )
    totals = np.array([*ROWS, *COLUMNS], float)
    found = minimize(
        lambda slopes: seed @ np.exp(design @ slopes) - totals @ slopes,
        np.zeros(8),
        jac=lambda slopes: design.T @ (seed * np.exp(design @ slopes)) - totals,
        method="BFGS",
        options={"gtol": 1e-7},
    )
    assert rake(table(SEED), MARGINS).weights == pytest.approx(np.exp(design @ found.x), rel=1e-6)


@given(st.lists(st.lists(st.integers(1, 50), min_size=3, max_size=3), min_size=2, max_size=4), st.data())
@settings(max_examples=60)
def test_the_margins_are_met_and_the_odds_ratios_stay(counts: list[list[int]], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(10, 200), min_size=len(counts), max_size=len(counts)))
    shares = data.draw(st.lists(st.integers(1, 9), min_size=3, max_size=3))
    columns = [sum(rows) * share / sum(shares) for share in shares]
    margins = [
        Margin("row", {f"r{i}": float(total) for i, total in enumerate(rows)}),
        Margin("column", {f"c{j}": total for j, total in enumerate(columns)}),
    ]
    raking = rake(table(counts), margins)
    if raking.trimmed:
        assert raking.status is Status.WIDE
        return
    weights = np.array(raking.weights).reshape(-1, 3)
    fitted = weights * counts
    assert fitted.sum(axis=1) == pytest.approx(rows, rel=1e-6)
    assert fitted.sum(axis=0) == pytest.approx(columns, rel=1e-6)
    assert weights[0, 0] * weights[1, 1] == pytest.approx(weights[0, 1] * weights[1, 0])
    assert 0 < raking.n_effective <= raking.n + 1e-9


def test_a_cell_split_in_two_changes_nothing() -> None:
    cells = [RakeCell(each.levels, each.rated, each.rated // 2) for each in table(SEED)]
    first = cells[0]
    split = [RakeCell(first.levels, 25, 5), RakeCell(first.levels, first.rated - 25, first.best - 5), *cells[1:]]
    whole, parts = raked_share(cells, MARGINS), raked_share(split, MARGINS)
    assert (parts.estimate, parts.lo, parts.hi) == pytest.approx((whole.estimate, whole.lo, whole.hi), abs=1e-9)
    shuffled = raked_share(cells[::-1], MARGINS)
    assert shuffled.estimate == pytest.approx(whole.estimate, abs=1e-9)


def test_a_queue_that_answers_less_gets_its_share_back() -> None:
    # Half of the calls are of the night, where callers are less content and answer a quarter as often.
    cells = [RakeCell(("day",), 400, 320), RakeCell(("night",), 100, 40)]
    figure = raked_share(cells, [Margin("queue", {"day": 1000.0, "night": 1000.0})])
    assert figure.estimate == pytest.approx((0.8 + 0.4) / 2)
    assert (figure.n, figure.method, figure.status) == (500, "raking", Status.OK)
    kish = 500**2 / (400 * 0.625**2 + 100 * 2.5**2)
    assert rake(cells, [Margin("queue", {"day": 1.0, "night": 1.0})]).n_effective == pytest.approx(kish)
    assert figure.lo < 0.72 - 0.12 < figure.hi


def test_weights_over_five_times_the_median_are_cut_and_said() -> None:
    cells = [RakeCell(("day",), 490, 400), RakeCell(("night",), 10, 2)]
    margins = [Margin("queue", {"day": 800.0, "night": 200.0})]
    raking = rake(cells, margins)
    assert (raking.trimmed, raking.status) == (10, Status.WIDE)
    assert raking.weights[1] == pytest.approx(5 * raking.weights[0])
    assert sum(weight * cell.rated for weight, cell in zip(raking.weights, cells, strict=True)) == pytest.approx(1000)
    assert raking.margin_error == pytest.approx(0.2 - 50 / 540)
    figure = raked_share(cells, margins)
    assert figure.status is Status.WIDE
    assert figure.reasons[0].startswith("10 ratings would have weighed more than 5 times the median")


def test_a_level_without_ratings_is_refused_by_name_and_can_be_merged() -> None:
    cells = [RakeCell(("day",), 50, 40), RakeCell(("evening",), 20, 10)]
    margins = [Margin("queue", {"day": 100.0, "evening": 50.0, "night": 50.0})]
    refused = raked_share(cells, margins)
    assert (refused.estimate, refused.status) == (None, Status.REFUSED)
    assert refused.reasons == ("margin queue: nobody answered in night; merge it with a level that is like it",)
    merged = raked_share(cells, margins, merged={("queue", "night"): "evening"})
    assert merged.estimate == pytest.approx((0.8 + 0.5) / 2)


@pytest.mark.parametrize(
    ("margins", "why"),
    [
        ([Margin("queue", {"day": 100.0})], "there are ratings in night, but none of all calls"),
        ([Margin("queue", {"day": 100.0, "night": -1.0})], "not a number of calls"),
        ([Margin("queue", {"day": 100.0, "night": float("nan")})], "not a number of calls"),
        ([], "no margin"),
    ],
)
def test_margins_that_do_not_fit_are_refused(margins: list[Margin], why: str) -> None:
    levels = [("day",), ("night",)] if margins else [(), ()]
    raking = rake([RakeCell(level, 10) for level in levels], margins)
    assert (raking.status, raking.weights) == (Status.REFUSED, ())
    assert why in raking.reasons[0]


def test_margins_of_other_totals_and_margins_that_contradict_empty_cells_are_refused() -> None:
    cells = table([[10, 0], [5, 5]])
    other = [Margin("row", {"r0": 50.0, "r1": 50.0}), Margin("column", {"c0": 60.0, "c1": 50.0})]
    assert "do not sum alike" in rake(cells, other).reasons[0]
    # All of row 0 lies in column 0, which is to have less than row 0.
    never = [Margin("row", {"r0": 80.0, "r1": 20.0}), Margin("column", {"c0": 50.0, "c1": 50.0})]
    raking = rake(cells, never)
    assert (raking.status, raking.weights) == (Status.REFUSED, ())
    assert "do not meet within 200 rounds" in raking.reasons[0]


def test_without_ratings_there_is_nothing_to_weight() -> None:
    assert raked_share([], MARGINS).status is Status.INSUFFICIENT
    with pytest.raises(ValueError, match="more ratings"):
        raked_share([RakeCell(("day",), 1, 2)], [Margin("queue", {"day": 1.0})])
