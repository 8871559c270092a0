"""Who is asked: a share drawn by hash, the same for a call whenever it is drawn."""

import pytest

from ivr.domain.eligibility import Sampling
from ivr.domain.outcomes import Outcome
from ivr.errors import SettingsRefused

CALLS = [f"default/1700000000.{number}" for number in range(4000)]


def test_everybody_is_asked_with_probability_one() -> None:
    assert {Sampling(1.0).decline(call) for call in CALLS} == {None}


def test_a_share_is_asked_and_the_others_are_not_selected() -> None:
    drawn = [Sampling(0.25).decline(call) for call in CALLS]
    assert set(drawn) == {None, Outcome.NOT_SELECTED}
    # Four standard errors of a share of 0.25 in 4000 calls.
    assert abs(drawn.count(None) / len(CALLS) - 0.25) < 0.028


def test_the_same_call_is_drawn_the_same_way_by_any_process() -> None:
    assert [Sampling(0.5).decline(call) for call in CALLS] == [Sampling(0.5).decline(call) for call in CALLS]


def test_who_is_asked_at_a_small_share_is_asked_at_a_larger_one() -> None:
    small, large = Sampling(0.2), Sampling(0.6)
    assert all(large.decline(call) is None for call in CALLS if small.decline(call) is None)


def test_another_salt_draws_other_callers() -> None:
    drawn = [Sampling(0.5, salt).decline(call) for salt in ("one", "two") for call in CALLS[:200]]
    assert drawn[:200] != drawn[200:]


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.01, float("nan"), float("inf")])
def test_a_share_that_is_none_is_refused(probability: float) -> None:
    with pytest.raises(SettingsRefused, match="write a number above 0, at most 1"):
        Sampling(probability)
