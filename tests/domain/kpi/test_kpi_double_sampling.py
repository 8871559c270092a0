"""Double sampling: the published case, its interval, and the rules for few and for unwilling follow-ups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.kpi.double_sampling import FollowUp, double_sampled
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.wilson import wilson_interval

CASE = FollowUp(rated=400, best=320, silent=600, called_back=100, answered=60, answered_best=36)


def test_the_worked_case_of_hansen_and_hurwitz_formula() -> None:
    found = double_sampled(CASE)
    assert found.level.estimate == pytest.approx(0.680)
    assert round(found.standard_error, 4) == 0.0389
    assert (found.level.status, found.level.n, found.follow_up_response) == (Status.OK, 1000, 0.6)
    assert (found.level.hi - found.level.lo) / 2 / 1.96 == pytest.approx(0.0389, rel=0.05)


counts_of_follow_ups = st.tuples(*[st.integers(0, 300)] * 3, *[st.floats(0, 1)] * 3).map(
    lambda c: FollowUp(
        rated=c[0],
        best=int(c[0] * c[3]),
        silent=c[1] + c[2],
        called_back=c[1],
        answered=int(c[1] * c[4]),
        answered_best=int(int(c[1] * c[4]) * c[5]),
    )
)


@given(counts_of_follow_ups, st.booleans())
def test_it_stays_within_0_to_1_or_says_why_not(counts: FollowUp, is_pooled: bool) -> None:
    level = double_sampled(counts, is_pooled=is_pooled).level
    if level.estimate is None:
        assert level.reasons
    else:
        assert 0 <= level.lo <= level.estimate + 1e-12
        assert level.estimate - 1e-12 <= level.hi <= 1


def test_the_interval_covers_under_the_design() -> None:
    rng = np.random.default_rng(1946)
    rounds, held = 1500, 0
    truth = 0.4 * 0.85 + 0.6 * 0.55
    for _ in range(rounds):
        rated = int(rng.binomial(800, 0.4))
        best = int(rng.binomial(rated, 0.85))
        good = int(rng.binomial(50, 0.55))
        found = double_sampled(FollowUp(rated, best, 800 - rated, 60, 50, good)).level
        held += found.lo <= truth <= found.hi
    assert 0.935 < held / rounds < 0.97


def test_an_agent_with_few_answers_gets_no_figure_and_the_centre_a_wide_one() -> None:
    few = FollowUp(rated=400, best=320, silent=600, called_back=40, answered=29, answered_best=20)
    alone = double_sampled(few, is_pooled=False)
    assert (alone.level.estimate, alone.level.status, alone.standard_error) == (None, Status.INSUFFICIENT, None)
    assert "all agents together" in alone.level.reasons[0]
    pooled = double_sampled(few)
    assert (pooled.level.status, pooled.level.reasons) == (Status.WIDE, ("fewer than 30 follow-up answers",))


def test_an_unwilling_follow_up_is_bounded() -> None:
    unwilling = FollowUp(rated=400, best=320, silent=600, called_back=200, answered=60, answered_best=36)
    found, willing = double_sampled(unwilling), double_sampled(CASE)
    assert found.level.estimate == willing.level.estimate
    assert found.level.status is Status.WIDE
    assert found.level.reasons[0].startswith("only 30% of the followed-up answered")
    # Whatever the 70 % would have said: 0.32 + 0.6 * (0.3 * 0.6) to 0.32 + 0.6 * (0.18 + 0.7), and sampling error.
    assert found.level.lo < 0.32 + 0.6 * 0.18
    assert found.level.hi > 0.32 + 0.6 * 0.88
    assert found.level.lo > 0.32 + 0.6 * 0.18 - 0.1


def test_nobody_silent_and_nobody_followed_up() -> None:
    everybody = double_sampled(FollowUp(100, 80, 0, 0, 0, 0))
    assert (everybody.level.lo, everybody.level.hi) == wilson_interval(80, 100)
    assert everybody.level.reasons == ("every call was rated",)
    assert double_sampled(FollowUp(100, 80, 50, 0, 0, 0)).level.reasons == ("nobody was followed up",)
    nobody = double_sampled(FollowUp(100, 80, 50, 10, 0, 0))
    assert (nobody.level.status, nobody.follow_up_response) == (Status.NOT_IDENTIFIED, 0.0)
    assert double_sampled(FollowUp(0, 0, 0, 0, 0, 0)).level.status is Status.INSUFFICIENT


def test_the_split_into_rated_and_silent_varies_too() -> None:
    apart = double_sampled(FollowUp(rated=50, best=50, silent=50, called_back=50, answered=50, answered_best=0)).level
    sides = 0.5 * (1 - wilson_interval(50, 50)[0])
    assert apart.lo == pytest.approx(0.5 - (sides**2 + 1.959964**2 * 0.25 / 100) ** 0.5, abs=1e-6)


def test_only_the_silent_are_known_of() -> None:
    found = double_sampled(FollowUp(0, 0, 500, 60, 50, 25)).level
    assert found.estimate == 0.5
    assert (found.lo, found.hi) == pytest.approx(wilson_interval(25, 50))


@given(st.integers(2, 20))
@settings(max_examples=10)
def test_more_follow_ups_narrow_it(times: int) -> None:
    large = FollowUp(*(times * each for each in (400, 320, 600, 100, 60, 36)))
    assert double_sampled(large).standard_error == pytest.approx(double_sampled(CASE).standard_error / times**0.5)


def test_counts_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(ValueError, match="no parts"):
        FollowUp(10, 11, 0, 0, 0, 0)
    with pytest.raises(ValueError, match="no parts"):
        FollowUp(10, 5, 20, 30, 0, 0)
