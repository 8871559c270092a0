"""The score interval at an effective sample size, and limits of sums from the limits of their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from ivr.domain.kpi.effective_sample import effective_interval, effective_share
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.variance_recovery import Part, sum_limits
from ivr.domain.kpi.wilson import newcombe_interval, wilson_interval


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_at_whole_sizes_it_is_wilsons_interval(counts: tuple[int, int]) -> None:
    successes, n = counts
    assert effective_interval(successes / n, n) == pytest.approx(wilson_interval(successes, n), abs=1e-12)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_is_that_of_statsmodels(counts: tuple[int, int]) -> None:
    assert wilson_interval(*counts) == pytest.approx(proportion_confint(*counts, method="wilson"), abs=1e-12)


def test_newcombes_interval_is_that_of_statsmodels() -> None:
    oracle = confint_proportions_2indep(56, 70, 48, 80, method="newcomb")
    assert newcombe_interval(56, 70, 48, 80) == pytest.approx(oracle, abs=1e-12)


@given(st.floats(0, 1), st.floats(1e-3, 1e9))
def test_it_stays_within_and_holds_the_share(share: float, n_effective: float) -> None:
    lo, hi = effective_interval(share, n_effective)
    assert 0 <= lo <= share + 1e-12
    assert share - 1e-12 <= hi <= 1


@pytest.mark.parametrize(("share", "n"), [(0.5, 0.0), (1.1, 10.0), (-0.1, 10.0), (0.5, float("nan"))])
def test_what_is_no_share_is_an_error(share: float, n: float) -> None:
    with pytest.raises(ValueError, match="is none"):
        effective_interval(share, n)


def test_few_effective_calls_are_wide_however_many_there_are() -> None:
    figure = effective_share(0.5, 9.5, 400, method="raking", of="ratings")
    assert (figure.status, figure.n) == (Status.WIDE, 400)
    assert figure.reasons == ("worth fewer than 10 ratings: do not rank",)
    assert effective_share(0.5, 0.0, 0, method="raking", of="ratings").status is Status.INSUFFICIENT


def test_a_difference_of_two_shares_gets_newcombes_interval() -> None:
    lo1, hi1 = wilson_interval(56, 70)
    lo2, hi2 = wilson_interval(48, 80)
    joined = sum_limits([Part(56 / 70, lo1, hi1), Part(-48 / 80, -hi2, -lo2)])
    assert joined == pytest.approx(newcombe_interval(56, 70, 48, 80), abs=1e-12)
    assert [round(each, 4) for each in joined] == [0.0524, 0.3339]
