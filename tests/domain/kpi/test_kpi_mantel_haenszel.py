"""Mantel-Haenszel and indirect standardisation: published cases, statsmodels, and what is not identified."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.rates import confint_poisson

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.indirect import MixCell, byar_limits, exact_poisson_limits, observed_to_expected
from ivr.domain.kpi.mantel_haenszel import Stratum, mantel_haenszel

# Bickel, Hammel and O'Connell (1975), Science 187:398-404: admitted and applied, men and women, by department.
BERKELEY = [
    Stratum("A", 512, 825, 89, 108),
    Stratum("B", 353, 560, 17, 25),
    Stratum("C", 120, 325, 202, 593),
    Stratum("D", 138, 417, 131, 375),
    Stratum("E", 53, 191, 94, 393),
    Stratum("F", 22, 373, 24, 341),
]


def tables(strata: list[Stratum]) -> list[np.ndarray]:
    return [np.array([[s.best, s.n - s.best], [s.reference_best, s.reference_n - s.reference_best]]) for s in strata]


def test_berkeley_as_published() -> None:
    found = mantel_haenszel(BERKELEY)
    assert round(found.odds_ratio.estimate, 4) == 0.9047
    assert round(found.corrected_statistic, 4) == 1.4269
    assert round(found.statistic, 4) == 1.5246
    men, women = sum(s.best for s in BERKELEY), sum(s.reference_best for s in BERKELEY)
    crude = (men / (2691 - men)) / (women / (1835 - women))
    assert round(crude, 3) == 1.841  # which points the other way


strata_of_counts = st.lists(
    st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
        lambda sizes: st.tuples(
            st.integers(0, sizes[0]), st.just(sizes[0]), st.integers(0, sizes[1]), st.just(sizes[1])
        )
    ),
    min_size=1,
    max_size=6,
)


@given(strata_of_counts)
@settings(max_examples=60)
def test_it_agrees_with_statsmodels(counts: list[tuple[int, int, int, int]]) -> None:
    strata = [Stratum(str(i), *each) for i, each in enumerate(counts)]
    found = mantel_haenszel(strata)
    if found.odds_ratio.estimate is None:
        assert found.odds_ratio.status in {Status.NOT_IDENTIFIED, Status.INSUFFICIENT}
        return
    oracle = StratifiedTable(tables(strata))
    assert found.odds_ratio.estimate == pytest.approx(oracle.oddsratio_pooled)
    assert (found.odds_ratio.lo, found.odds_ratio.hi) == pytest.approx(oracle.oddsratio_pooled_confint())
    plain = oracle.test_null_odds(correction=False)
    assert (found.statistic, found.p_value) == pytest.approx((plain.statistic, plain.pvalue))
    assert found.corrected_statistic <= found.statistic
    if abs(sum(s.best - s.n * (s.best + s.reference_best) / (s.n + s.reference_n) for s in strata)) > 0.5:
        corrected = oracle.test_null_odds(correction=True)
        assert found.corrected_statistic == pytest.approx(corrected.statistic)


@given(strata_of_counts)
@settings(max_examples=60)
def test_swapping_the_groups_turns_the_comparison_and_the_order_does_not_matter(
    counts: list[tuple[int, int, int, int]],
) -> None:
    strata = [Stratum(str(i), *each) for i, each in enumerate(counts)]
    there = mantel_haenszel(strata)
    back = mantel_haenszel([Stratum(s.name, s.reference_best, s.reference_n, s.best, s.n) for s in strata])
    if there.odds_ratio.estimate is not None:
        assert back.odds_ratio.estimate == pytest.approx(1 / there.odds_ratio.estimate)
    if there.difference_points.estimate is not None and back.difference_points.estimate is not None:
        assert back.difference_points.estimate == pytest.approx(-there.difference_points.estimate)
        assert back.difference_points.hi == pytest.approx(-there.difference_points.lo)
    shuffled = mantel_haenszel(strata[::-1])
    if there.difference_points.lo is not None:
        assert shuffled.difference_points.lo == pytest.approx(there.difference_points.lo)


@pytest.mark.parametrize(("size", "strata"), [(400, 3), (4, 150)])
def test_satos_interval_covers_in_few_large_and_in_many_small_strata(size: int, strata: int) -> None:
    """The two limits that the variance was made for (Sato 1989); the formula is the one SAS PROC FREQ prints."""
    rng = np.random.default_rng(1989)
    base, difference, held, rounds = np.linspace(0.3, 0.7, strata), 0.1, 0, 500
    for _ in range(rounds):
        group, reference = rng.binomial(size, base + difference), rng.binomial(2 * size, base)
        found = mantel_haenszel(
            [
                Stratum(str(i), int(a), size, int(c), 2 * size)
                for i, (a, c) in enumerate(zip(group, reference, strict=True))
            ]
        ).difference_points
        held += found.lo <= 10 <= found.hi
    assert 0.925 < held / rounds < 0.975


@given(st.integers(2, 200), st.integers(2, 200), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
def test_in_one_stratum_satos_variance_is_that_of_two_shares(n: int, other: int, share: float, base: float) -> None:
    best, other_best = max(1, int(n * share)), max(1, int(other * base))
    found = mantel_haenszel([Stratum("sales", best, n, other_best, other)]).difference_points
    p, q = best / n, other_best / other
    reach = 1.959964 * np.sqrt(p * (1 - p) / n + q * (1 - q) / other)
    assert found.lo == pytest.approx(100 * max(-1.0, p - q - reach), abs=1e-4)
    assert found.hi == pytest.approx(100 * min(1.0, p - q + reach), abs=1e-4)


def test_a_stratum_split_in_two_rows_is_one_stratum() -> None:
    first, *others = BERKELEY
    rows = [Stratum("A", 500, 800, 0, 1), Stratum("A", 12, 25, 89, 107)]
    assert first == Stratum("A", 512, 825, 89, 108)
    assert mantel_haenszel([*rows, *others]) == mantel_haenszel(BERKELEY)


def test_no_shared_stratum_is_not_identified() -> None:
    found = mantel_haenszel([Stratum("sales", 5, 10, 0, 0), Stratum("faults", 0, 0, 5, 10)])
    assert found.odds_ratio.status is found.difference_points.status is Status.NOT_IDENTIFIED
    assert (found.p_value, found.left_out) == (None, ("sales", "faults"))


def test_a_stratum_of_one_side_is_left_out_and_named() -> None:
    found = mantel_haenszel([*BERKELEY, Stratum("G", 5, 10, 0, 0)])
    assert found.odds_ratio.estimate == mantel_haenszel(BERKELEY).odds_ratio.estimate
    assert found.odds_ratio.reasons == ("left out, as one of the two has no call there: G",)


def test_separation_leaves_the_ratio_and_keeps_the_difference() -> None:
    found = mantel_haenszel([Stratum("sales", 30, 30, 10, 30)])
    assert (found.odds_ratio.estimate, found.odds_ratio.status) == (None, Status.NOT_IDENTIFIED)
    assert found.difference_points.estimate == pytest.approx(100 * 2 / 3)


def test_alike_answers_and_few_calls() -> None:
    alike = mantel_haenszel([Stratum("sales", 30, 30, 30, 30)])
    assert (alike.difference_points.estimate, alike.statistic) == (None, None)
    assert alike.difference_points.status is Status.INSUFFICIENT
    few = mantel_haenszel([Stratum("sales", 2, 4, 1, 4)])
    assert few.difference_points.status is Status.WIDE
    with pytest.raises(ValueError, match="no parts"):
        mantel_haenszel([Stratum("sales", 5, 4, 1, 4)])


@pytest.mark.parametrize(
    ("count", "lo", "hi"),
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (30, 20.241, 42.827)],
)
def test_the_exact_limits_are_garwoods(count: int, lo: float, hi: float) -> None:
    assert exact_poisson_limits(count) == pytest.approx((lo, hi), abs=6e-4)


@pytest.mark.parametrize("count", [1, 7, 60])
def test_the_exact_limits_agree_with_statsmodels(count: int) -> None:
    assert exact_poisson_limits(count) == pytest.approx(confint_poisson(count, 1, method="exact-c"))


@pytest.mark.parametrize("count", [10, 30, 400])
def test_byars_limits_come_within_two_thousandths_of_the_exact_ones(count: int) -> None:
    assert byar_limits(count) == pytest.approx(exact_poisson_limits(count), rel=2e-3)


def test_observed_over_expected() -> None:
    cells = [MixCell("sales", 100, 0.05), MixCell("faults", 50, 0.1), MixCell("none", 0, None)]
    figure = observed_to_expected(30, cells)
    assert (figure.estimate, figure.n, figure.status) == (3.0, 150, Status.OK)
    assert (figure.lo, figure.hi) == pytest.approx((2.0241, 4.2827), abs=1e-4)
    assert observed_to_expected(0, cells).lo == 0.0


def test_what_cannot_be_expected_is_said() -> None:
    alone = observed_to_expected(3, [MixCell("sales", 10, 0.5), MixCell("night", 5, None)])
    assert (alone.status, alone.estimate) == (Status.NOT_IDENTIFIED, None)
    assert "night" in alone.reasons[0]
    assert observed_to_expected(0, [MixCell("sales", 10, 0.0)]).status is Status.NOT_IDENTIFIED
    assert observed_to_expected(0, []).status is Status.INSUFFICIENT
    assert observed_to_expected(1, [MixCell("sales", 10, 0.1)]).status is Status.WIDE
    assert "frequent" in observed_to_expected(7, [MixCell("sales", 10, 0.7)]).reasons[0]


def test_what_is_no_count_is_an_error() -> None:
    with pytest.raises(ValueError, match="events"):
        observed_to_expected(11, [MixCell("sales", 10, 0.1)])
    with pytest.raises(ValueError, match="reference share"):
        observed_to_expected(1, [MixCell("sales", 10, 1.1)])
    for limits in (exact_poisson_limits, byar_limits):
        with pytest.raises(ValueError, match="events"):
            limits(-1)
