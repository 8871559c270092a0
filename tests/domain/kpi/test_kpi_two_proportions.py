"""Two proportions: published interval, statsmodels as oracle, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import proportions_chisquare

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.two_proportions import MANTEL_HAENSZEL, NEWCOMBE, TwoByTwo, compare_proportions

# Admissions to Berkeley's graduate schools, 1973: men and women by department (Bickel, Hammel and O'Connell 1975).
BERKELEY = [
    TwoByTwo(512, 825, 89, 108),
    TwoByTwo(353, 560, 17, 25),
    TwoByTwo(120, 325, 202, 593),
    TwoByTwo(138, 417, 131, 375),
    TwoByTwo(53, 191, 94, 393),
    TwoByTwo(22, 373, 24, 341),
]
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tables = st.tuples(counts, counts).map(lambda two: TwoByTwo(*two[0], *two[1]))


def test_one_stratum_has_the_published_interval():
    figure = compare_proportions([TwoByTwo(56, 70, 48, 80)], of="ratings").figure
    assert (round(figure.lo / 100, 4), round(figure.hi / 100, 4)) == (0.0524, 0.3339)
    assert (figure.method, figure.status, figure.n) == (NEWCOMBE, Status.WIDE, 150)


def test_the_score_test_is_pearson_s():
    found = compare_proportions([TwoByTwo(556, 700, 480, 700)], of="ratings")
    oracle = proportions_chisquare([556, 480], [700, 700])
    assert found.p_value == pytest.approx(oracle[1], rel=1e-9)


def test_berkeley_s_strata_agree_with_the_published_test():
    found = compare_proportions(BERKELEY, of="applications")
    tables = [np.array([[a, n - a], [c, m - c]]) for a, n, c, m in BERKELEY]
    oracle = StratifiedTable(tables).test_null_odds(correction=False)
    assert oracle.statistic == pytest.approx(1.5246, abs=1e-3)
    assert found.p_value == pytest.approx(oracle.pvalue, rel=1e-9)
    # Pooled men seem to be 14 points ahead; within departments nobody is.
    assert compare_proportions([TwoByTwo(1198, 2691, 557, 1835)], of="applications").figure.estimate > 14
    assert found.figure.lo < 0 < found.figure.hi
    assert found.figure.method == MANTEL_HAENSZEL


def test_the_stratified_variance_is_what_it_says():
    rng = np.random.default_rng(4)
    sizes = [(40, 200), (150, 30), (12, 12), (300, 310)]
    shares = [(0.5, 0.4), (0.8, 0.7), (0.3, 0.2), (0.6, 0.5)]
    found = [
        compare_proportions(
            [
                TwoByTwo(int(rng.binomial(n, p)), n, int(rng.binomial(m, q)), m)
                for (n, m), (p, q) in zip(sizes, shares, strict=True)
            ],
            of="ratings",
        )
        for _ in range(3000)
    ]
    differences = np.array([each.difference for each in found])
    assert differences.mean() == pytest.approx(0.1, abs=2e-3)
    assert np.mean([each.variance for each in found]) == pytest.approx(differences.var(), rel=0.06)
    covered = np.mean([each.figure.lo <= 10 <= each.figure.hi for each in found])
    assert covered == pytest.approx(0.95, abs=0.012)


@given(st.lists(tables, min_size=1, max_size=4))
def test_swapping_the_sides_mirrors_the_difference(strata):
    found = compare_proportions(strata, of="ratings")
    mirrored = compare_proportions([TwoByTwo(c, m, a, n) for a, n, c, m in strata], of="ratings")
    if found.figure.estimate is None:
        assert mirrored.figure.status is found.figure.status is Status.INSUFFICIENT
        return
    assert mirrored.figure.estimate == pytest.approx(-found.figure.estimate, abs=1e-9)
    assert (mirrored.figure.lo, mirrored.figure.hi) == pytest.approx((-found.figure.hi, -found.figure.lo), abs=1e-9)
    assert mirrored.p_value == pytest.approx(found.p_value)
    assert found.variance >= 0
    assert found.p_value is None or 0 <= found.p_value <= 1


def test_repeat_callers_widen_it_as_fewer_calls_would():
    plain = compare_proportions([TwoByTwo(600, 1000, 550, 1000)], of="calls")
    doubled = compare_proportions([TwoByTwo(1200, 2000, 1100, 2000)], design_effect=2.0, of="calls")
    assert (doubled.figure.lo, doubled.figure.hi) == pytest.approx((plain.figure.lo, plain.figure.hi))
    assert doubled.p_value == pytest.approx(plain.p_value)
    assert doubled.variance == pytest.approx(plain.variance)


def test_ten_times_the_counts_shrink_it_by_the_root_of_ten():
    small = compare_proportions(BERKELEY, of="calls")
    large = compare_proportions([TwoByTwo(*(10 * each for each in one)) for one in BERKELEY], of="calls")
    assert small.variance / large.variance == pytest.approx(10, rel=0.01)


def test_where_all_are_alike_there_is_no_made_up_p_value():
    found = compare_proportions([TwoByTwo(300, 300, 300, 300)], of="ratings")
    assert (found.p_value, found.figure.estimate) == (None, 0.0)
    assert found.figure.lo < 0 < found.figure.hi


def test_strata_in_which_all_are_alike_have_no_error_to_go_by():
    found = compare_proportions([TwoByTwo(300, 300, 300, 300), TwoByTwo(50, 50, 40, 40)], of="ratings")
    assert (found.figure.status, found.figure.estimate, found.p_value) == (Status.INSUFFICIENT, None, None)
    assert "all ratings of a stratum ended alike" in found.figure.reasons[0]


@pytest.mark.parametrize(
    ("strata", "status", "reason"),
    [
        ([], Status.INSUFFICIENT, "no ratings of the arm"),
        ([TwoByTwo(0, 0, 3, 9)], Status.INSUFFICIENT, "no ratings of the arm"),
        ([TwoByTwo(3, 9, 0, 0)], Status.INSUFFICIENT, "no ratings of the reference"),
        ([TwoByTwo(3, 9, 0, 0), TwoByTwo(0, 0, 3, 9)], Status.NOT_IDENTIFIED, "no stratum has ratings of both"),
    ],
)
def test_what_cannot_be_compared_says_why(strata, status, reason):
    found = compare_proportions(strata, of="ratings")
    assert (found.figure.status, found.figure.estimate, found.p_value, found.variance) == (status, None, None, None)
    assert found.figure.reasons == (reason,)


def test_counts_that_contradict_are_refused():
    with pytest.raises(ValueError, match="no two proportions"):
        compare_proportions([TwoByTwo(5, 4, 1, 2)], of="ratings")
    with pytest.raises(ValueError, match="design effect"):
        compare_proportions([TwoByTwo(1, 4, 1, 2)], design_effect=0, of="ratings")
