"""The gap and its components, importance against performance, and the response surface beside statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.gap import gap
from ivr.domain.kpi.importance import Quarter, placement
from ivr.domain.kpi.mean_interval import INTERVAL_SCALE
from ivr.domain.kpi.response_surface import response_surface

PAIRS = {(3, 3): 40, (4, 3): 30, (4, 4): 20, (2, 3): 5, (3, 1): 10, (4, 2): 15}


def test_the_gap_is_paired_and_never_without_its_components() -> None:
    found = gap(PAIRS, 5, 5)
    before = np.repeat([x for x, _ in PAIRS], list(PAIRS.values())) + 1
    after = np.repeat([y for _, y in PAIRS], list(PAIRS.values())) + 1
    for figure, answers in ((found.expectation, before), (found.perception, after), (found.gap, after - before)):
        oracle = DescrStatsW(answers)
        assert figure.estimate == pytest.approx(oracle.mean)
        assert (figure.lo, figure.hi) == pytest.approx(oracle.tconfint_mean())
        assert (figure.n, figure.reasons) == (120, (INTERVAL_SCALE,))
    assert found.covariance == pytest.approx(np.cov(before, after)[0, 1])
    assert found.gap.estimate == pytest.approx(found.perception.estimate - found.expectation.estimate)


@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(0, 60)))
def test_turning_the_items_turns_the_gap(pairs: dict[tuple[int, int], int]) -> None:
    there = gap(pairs, 5, 5)
    back = gap({(after, before): callers for (before, after), callers in pairs.items()}, 5, 5)
    if there.gap.estimate is None:
        assert there.gap.status is Status.INSUFFICIENT
        return
    assert (back.gap.estimate, back.gap.lo) == pytest.approx((-there.gap.estimate, -there.gap.hi))
    assert -4 <= there.gap.lo <= there.gap.hi <= 4


def test_without_an_expectation_item_nothing_is_said() -> None:
    found = gap(None, 5, 5)
    assert (found.gap.estimate, found.gap.status) == (None, Status.NOT_IDENTIFIED)
    assert found.gap.reasons[0].startswith("expectation item missing")


def test_items_on_other_scales_are_refused() -> None:
    found = gap(PAIRS, 5, 3)
    assert (found.gap.status, found.gap.n) == (Status.REFUSED, 120)
    with pytest.raises(ValueError, match="categories"):
        gap(PAIRS, 4, 4)


def test_nobody_one_caller_and_alike_callers() -> None:
    assert gap({}, 5, 5).gap.status is Status.INSUFFICIENT
    one = gap({(4, 3): 1}, 5, 5)
    assert (one.gap.status, one.covariance) == (Status.INSUFFICIENT, None)
    assert gap({(4, 3): 9, (3, 2): 9}, 5, 5).gap.status is Status.INSUFFICIENT


def figure(lo: float, hi: float) -> Estimate:
    return Estimate((lo + hi) / 2, lo, hi, "category, 1 to 5", 100, "t", Status.OK)


HIGH, LOW, EITHER = figure(3.6, 4.2), figure(2.1, 2.7), figure(2.8, 3.4)


@pytest.mark.parametrize(
    ("importance", "performance", "quarter"),
    [
        (HIGH, LOW, Quarter.CONCENTRATE_HERE),
        (HIGH, HIGH, Quarter.KEEP_UP),
        (LOW, LOW, Quarter.LOW_PRIORITY),
        (LOW, HIGH, Quarter.POSSIBLE_OVERKILL),
        (EITHER, HIGH, None),
        (HIGH, EITHER, None),
    ],
)
def test_an_aspect_has_a_quarter_where_both_intervals_clear_the_lines(importance, performance, quarter) -> None:
    found = placement(importance, performance, 3.0, 3.0)
    assert found.quarter == quarter
    assert bool(found.reasons) == (quarter is None)


def test_an_aspect_without_a_figure_has_no_quarter_and_says_why() -> None:
    found = placement(no_figure(Status.INSUFFICIENT, "no ratings"), EITHER, 3.0, 3.0)
    assert found.reasons == ("importance: no figure: no ratings", "performance: its interval crosses the line")


def answers(rng: np.random.Generator, n: int, *, gap_alone: bool) -> dict[tuple[int, int, int], int]:
    x, y = rng.integers(0, 5, n), rng.integers(0, 5, n)
    bent = 0.4 * (y - x) if gap_alone else 0.5 * (y - 2) - 0.1 * (x - 2) - 0.15 * (y - x) ** 2 + 1
    z = np.clip(np.rint(3 + bent + rng.normal(0, 0.7, n)), 0, 6).astype(int)
    counts: dict[tuple[int, int, int], int] = {}
    for each in zip(x.tolist(), y.tolist(), z.tolist(), strict=True):
        counts[each] = counts.get(each, 0) + 1
    return counts


def test_the_surface_agrees_with_statsmodels() -> None:
    counts = answers(np.random.default_rng(2002), 400, gap_alone=False)
    rows = np.repeat(list(counts), list(counts.values()), axis=0)
    x, y = rows[:, 0] - 2.0, rows[:, 1] - 2.0
    oracle = sm.OLS(rows[:, 2], np.column_stack([np.ones(400), x, y, x * x, x * y, y * y])).fit()
    found = response_surface(counts, 5)
    assert [each.estimate for each in found.coefficients] == pytest.approx(oracle.params.tolist())
    assert [each.lo for each in found.coefficients] == pytest.approx(oracle.conf_int()[:, 0].tolist())
    assert found.r_squared == pytest.approx(oracle.rsquared)
    slope = oracle.t_test([0, 1, -1, 0, 0, 0])
    assert (found.disagreement_slope.lo, found.disagreement_slope.hi) == pytest.approx(slope.conf_int()[0])
    curvature = oracle.t_test([0, 0, 0, 1, 1, 1])
    assert found.agreement_curvature.estimate == pytest.approx(curvature.effect[0])
    bend = oracle.t_test([0, 0, 0, 1, -1, 1])
    assert (found.disagreement_curvature.lo, found.disagreement_curvature.hi) == pytest.approx(bend.conf_int()[0])
    assert found.agreement_slope.estimate == pytest.approx(oracle.t_test([0, 1, 1, 0, 0, 0]).effect[0])
    constraints = [[0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]]
    assert found.gap_alone_p == pytest.approx(float(oracle.f_test(constraints).pvalue), abs=1e-12)


def test_a_plain_gap_passes_where_it_is_all_there_is_and_fails_where_it_is_not() -> None:
    rng = np.random.default_rng(2003)
    plain = [response_surface(answers(rng, 300, gap_alone=True), 5).gap_alone_p for _ in range(60)]
    bent = [response_surface(answers(rng, 300, gap_alone=False), 5).gap_alone_p for _ in range(20)]
    assert sum(p < 0.05 for p in plain) < 12
    assert max(bent) < 1e-4


def test_few_callers_and_answers_on_a_line_identify_no_surface() -> None:
    few = response_surface({(0, 0, 1): 59}, 5)
    assert few.agreement_slope.status is Status.INSUFFICIENT
    line = response_surface({(k, k, k): 30 for k in range(5)}, 5)
    assert (line.agreement_slope.status, line.gap_alone_p) == (Status.NOT_IDENTIFIED, None)
    alike = response_surface({(x, y, 3): 5 for x in range(5) for y in range(5)}, 5)
    assert alike.agreement_slope.status is Status.INSUFFICIENT
