"""Lee's bounds: the formula for a share, trimming call by call, coverage with known truth, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.lee_bounds import Answered, Measure, lee_bounds


def test_a_share_is_trimmed_as_in_the_formula():
    """The arm is answered by 50 %, 70 % of them content; the reference by 40 %, 65 % content: q = .2."""
    found = lee_bounds([Answered(1000, (50, 100, 350), 1000, (60, 80, 260))], Measure.TOP_BOX)
    low, high = (0.7 - 0.2) / 0.8 - 0.65, 0.7 / 0.8 - 0.65
    assert (found.lo, found.hi) == pytest.approx((100 * low, 100 * high))
    assert found.trimmed_share == pytest.approx(0.2)
    assert found.interval_lo < found.lo < found.hi < found.interval_hi
    assert found.status is Status.OK


def test_the_reference_is_trimmed_where_it_gets_more_answers():
    there = lee_bounds([Answered(1000, (50, 100, 350), 1000, (60, 80, 260))], Measure.TOP_BOX)
    back = lee_bounds([Answered(1000, (60, 80, 260), 1000, (50, 100, 350))], Measure.TOP_BOX)
    assert (back.lo, back.hi) == pytest.approx((-there.hi, -there.lo))
    assert (back.interval_lo, back.interval_hi) == pytest.approx((-there.interval_hi, -there.interval_lo))
    assert back.trimmed_share == pytest.approx(-there.trimmed_share)


def test_ordinal_bounds_are_those_of_ratings_cut_off_one_by_one():
    arm, reference = np.repeat([0, 1, 2], [50, 100, 350]), np.repeat([0, 1, 2], [60, 80, 260])
    kept = len(reference)

    def wins(x):
        return np.mean((x[:, None] > reference) + 0.5 * (x[:, None] == reference))

    found = lee_bounds([Answered(1000, (50, 100, 350), 1000, (60, 80, 260))], Measure.WIN_PROBABILITY)
    assert found.lo == pytest.approx(wins(arm[:kept]))
    assert found.hi == pytest.approx(wins(arm[-kept:]))


def test_equal_answers_leave_a_point_with_an_ordinary_interval():
    found = lee_bounds([Answered(1000, (50, 100, 350), 1000, (60, 140, 300))], Measure.TOP_BOX)
    assert found.lo == pytest.approx(found.hi) == pytest.approx(10.0)
    assert found.trimmed_share == 0


@given(
    st.lists(
        st.tuples(*(st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.integers(1, 200)),) * 2),
        min_size=1,
        max_size=3,
    )
)
def test_bounds_hold_the_naive_difference_and_are_in_order(strata):
    """The naive difference takes answering for chance, which is one of the cases within the bounds."""
    answered = [Answered(sum(x), x[:3], sum(y), y[:3]) for x, y in strata]
    for measure in Measure:
        found = lee_bounds(answered, measure)
        assert found.lo <= found.hi + 1e-9
        assert found.interval_lo <= found.lo + 1e-9
        assert found.interval_hi >= found.hi - 1e-9
        if len(answered) == 1:
            ((_, x, _, y),) = answered
            own, other = np.array(x) / sum(x), np.array(y) / sum(y)
            naive = 100 * (own[-1] - other[-1]) if measure is Measure.TOP_BOX else own @ (np.cumsum(other) - other / 2)
            assert found.lo - 1e-9 <= naive <= found.hi + 1e-9


def test_the_interval_covers_the_effect_on_those_who_answer_either_way():
    """Callers leave the slower layout when they are discontent, so a naive comparison flatters it by some points."""
    rng = np.random.default_rng(6)
    covered = naive = 0
    for _ in range(400):
        n = 3000
        discontent = rng.random(2 * n) < 0.3
        answers_either = rng.random(2 * n) < np.where(discontent, 0.3, 0.4)
        only_reference = ~answers_either & (rng.random(2 * n) < np.where(discontent, 0.25, 0.05))
        is_arm = np.arange(2 * n) < n
        rated = answers_either | (only_reference & ~is_arm)
        # The layout itself does nothing.
        best = ~discontent
        x = [int((rated & is_arm & (best == value)).sum()) for value in (False, True)]
        y = [int((rated & ~is_arm & (best == value)).sum()) for value in (False, True)]
        found = lee_bounds([Answered(n, tuple(x), n, tuple(y))], Measure.TOP_BOX)
        covered += found.interval_lo <= 0 <= found.interval_hi
        naive += abs(x[1] / sum(x) - y[1] / sum(y)) > 1.96 * np.sqrt(0.25 * (1 / sum(x) + 1 / sum(y)))
    assert covered / 400 >= 0.95
    assert naive / 400 > 0.5


def test_the_interval_covers_at_its_level_where_the_truth_is_at_a_bound():
    """Everybody whom the arm wins is content, so the truth is the lower bound."""
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(1500):
        arm = rng.multinomial(1500, [0.12, 0.28 + 0.1, 0.5])
        reference = rng.multinomial(1500, [0.12, 0.28, 0.6])
        found = lee_bounds(
            [Answered(1500, tuple(arm[:2].tolist()), 1500, tuple(reference[:2].tolist()))], Measure.TOP_BOX
        )
        covered += found.interval_lo <= 0 <= found.interval_hi
    assert covered / 1500 == pytest.approx(0.95, abs=0.015)


def test_strata_of_different_chances_are_brought_to_one_mix():
    """Within each stratum nothing differs; pooled, the arm's share of the content stratum would speak for it."""
    strata = [Answered(900, (45, 405), 100, (5, 45)), Answered(100, (25, 25), 900, (225, 225))]
    found = lee_bounds(strata, Measure.TOP_BOX)
    assert (found.lo, found.hi) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_a_stratum_that_goes_the_other_way_is_bounded_by_itself():
    strata = [Answered(2000, (200, 800), 2000, (300, 900)), Answered(2000, (300, 900), 2000, (200, 800))]
    found = lee_bounds(strata, Measure.TOP_BOX)
    assert any("each is bounded by itself" in reason for reason in found.reasons)
    first = lee_bounds(strata[:1], Measure.TOP_BOX)
    second = lee_bounds(strata[1:], Measure.TOP_BOX)
    assert (found.lo, found.hi) == pytest.approx(((first.lo + second.lo) / 2, (first.hi + second.hi) / 2))


def test_repeat_callers_widen_the_interval_and_not_the_bounds():
    plain = lee_bounds([Answered(1000, (50, 100, 350), 1000, (60, 80, 260))], Measure.TOP_BOX)
    wider = lee_bounds([Answered(1000, (50, 100, 350), 1000, (60, 80, 260))], Measure.TOP_BOX, design_effect=2)
    assert (wider.lo, wider.hi) == (plain.lo, plain.hi)
    assert wider.hi - wider.interval_hi == pytest.approx(2**0.5 * (plain.hi - plain.interval_hi), rel=1e-2)


def test_few_ratings_are_wide_and_none_give_no_bounds():
    few = lee_bounds([Answered(40, (5, 20), 40, (5, 20))], Measure.TOP_BOX)
    assert few.status is Status.WIDE
    none = lee_bounds([Answered(40, (0, 0), 40, (5, 20))], Measure.TOP_BOX)
    assert (none.status, none.lo, none.interval_hi) == (Status.INSUFFICIENT, None, None)
    apart = lee_bounds([Answered(40, (2, 9), 0, (0, 0)), Answered(0, (0, 0), 40, (2, 9))], Measure.TOP_BOX)
    assert apart.status is Status.INSUFFICIENT


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Answered(10, (5, 9), 40, (5, 20)), "more ratings than"),
        (Answered(10, (5,), 40, (5, 20)), "one scale"),
        (Answered(10, (-1, 3), 40, (5, 20)), "more ratings than"),
    ],
)
def test_counts_that_contradict_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        lee_bounds([wrong], Measure.TOP_BOX)
    with pytest.raises(ValueError, match="design effect"):
        lee_bounds([], Measure.TOP_BOX, design_effect=0)
