"""AAPOR's outcome rates: the formulas of the Standard Definitions on counted outcomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.aapor import count_cases, outcome_rates
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.response import Dispositions
from ivr.domain.kpi.wilson import wilson_interval
from ivr.domain.outcomes import DISPOSITIONS, Outcome

MONTH = {
    Outcome.RATED: 300,
    Outcome.NO_KEY: 60,
    Outcome.INVALID_KEYS: 20,
    Outcome.OPTED_OUT: 5,
    Outcome.LEFT_IN_INTRO: 150,
    Outcome.LEFT_IN_MENU: 65,
    Outcome.LEFT_BEFORE_PROMPT: 30,
    Outcome.CALLER_LEFT_FIRST: 250,
    Outcome.TRANSFERRED_AWAY: 10,
    Outcome.UNAVAILABLE: 10,
    Outcome.NOT_SELECTED: 70,
    Outcome.THROTTLED: 10,
    Outcome.TOO_SHORT: 20,
    Outcome.UNKNOWN: 100,
}


def dispositions(outcomes: dict[Outcome, int], handled: int | None = None) -> Dispositions:
    counts = {outcome: outcomes.get(outcome, 0) for outcome in Outcome}

    def known(part: str) -> int:
        return sum(calls for outcome, calls in counts.items() if getattr(DISPOSITIONS[outcome], part))

    total = sum(counts.values()) if handled is None else handled
    return Dispositions(total, counts, known("eligible"), known("offered"), known("started"))


def test_the_rates_of_a_month_follow_the_standard_definitions() -> None:
    # I 240, P 60, R 220, NC 300, O 80 make K = 900; U 100; 100 were never to be asked, so e = 900 / 1000.
    rates = outcome_rates(dispositions(MONTH), partial=60)
    shares = {name: getattr(rates, name).estimate for name in ("rr1", "rr2", "rr3", "rr4", "rr5", "rr6")}
    assert shares == pytest.approx(
        {"rr1": 240 / 1000, "rr2": 300 / 1000, "rr3": 240 / 990, "rr4": 300 / 990, "rr5": 240 / 900, "rr6": 300 / 900}
    )
    assert rates.eligible_share.estimate == pytest.approx(0.9)
    assert rates.coop1.estimate == pytest.approx(240 / 600)
    assert rates.ref1.estimate == pytest.approx(220 / 1000)
    assert rates.con1.estimate == pytest.approx(600 / 1000)
    assert (rates.rr1.lo, rates.rr1.hi) == wilson_interval(240, 1000)
    assert rates.rr3.reasons == ("90% of 100 calls of unknown end are taken for eligible",)


def test_without_unknown_calls_the_three_response_rates_are_one() -> None:
    rates = outcome_rates(dispositions({**MONTH, Outcome.UNKNOWN: 0}))
    assert rates.rr1.estimate == rates.rr5.estimate == pytest.approx(rates.rr3.estimate)
    assert rates.rr3.reasons == ()


@pytest.mark.parametrize(("e", "same"), [(1.0, "rr1"), (0.0, "rr5")])
def test_a_given_share_of_all_or_none_leads_to_the_ends(e: float, same: str) -> None:
    rates = outcome_rates(dispositions(MONTH), eligible_share=e)
    assert rates.rr3.estimate == pytest.approx(getattr(rates, same).estimate)


@given(st.dictionaries(st.sampled_from(Outcome), st.integers(0, 10_000)), st.floats(0, 1))
def test_the_rates_stay_in_order_and_within_their_intervals(outcomes: dict[Outcome, int], share: float) -> None:
    calls = dispositions(outcomes)
    rates = outcome_rates(calls, partial=int(share * calls.rated))
    if rates.rr1.estimate is not None and rates.rr3.estimate is not None and rates.rr5.estimate is not None:
        assert rates.rr1.estimate <= rates.rr3.estimate + 1e-12 <= rates.rr5.estimate + 2e-12
    for each in (rates.rr1, rates.rr2, rates.rr3, rates.rr4, rates.rr5, rates.rr6, rates.coop1, rates.ref1, rates.con1):
        if each.estimate is None:
            assert each.reasons
        else:
            assert 0 <= each.lo <= each.estimate + 1e-12 <= each.hi + 2e-12 <= 1 + 3e-12


def test_outcomes_that_do_not_sum_refuse_every_rate() -> None:
    rates = outcome_rates(dispositions(MONTH), handled=1101)
    assert {rates.rr1.status, rates.rr3.status, rates.coop1.status, rates.con1.status} == {Status.REFUSED}
    assert rates.rr1.reasons[0].startswith("disposition_leak: 1101 handled calls, but 1100 have an outcome")
    missing_one = dispositions({Outcome.RATED: 3}, handled=4)
    assert outcome_rates(missing_one).rr1.status is Status.REFUSED


@pytest.mark.parametrize("e", [-0.1, 1.1, float("nan")])
def test_an_eligible_share_outside_0_to_1_is_refused(e: float) -> None:
    rates = outcome_rates(dispositions(MONTH), eligible_share=e)
    assert (rates.rr3.status, rates.rr4.status, rates.rr1.status) == (Status.REFUSED, Status.REFUSED, Status.OK)
    assert "lies within 0 to 1" in rates.rr3.reasons[0]


def test_more_partial_answers_than_ratings_are_refused() -> None:
    assert outcome_rates(dispositions(MONTH), partial=301).rr2.status is Status.REFUSED
    with pytest.raises(ValueError, match="301 partial answers"):
        count_cases(dispositions(MONTH), 301)


def test_without_calls_nothing_is_told() -> None:
    rates = outcome_rates(dispositions({}))
    assert {each.status for each in (rates.rr1, rates.rr3, rates.rr5, rates.coop1)} == {Status.INSUFFICIENT}


def test_only_unknown_calls_leave_the_eligible_share_unknown() -> None:
    rates = outcome_rates(dispositions({Outcome.UNKNOWN: 50}))
    assert rates.rr1.estimate == 0.0
    assert rates.rr3.status is Status.NOT_IDENTIFIED
    assert rates.rr5.status is Status.INSUFFICIENT


def test_nobody_in_the_sample_leaves_the_estimated_rate_without_a_base() -> None:
    rates = outcome_rates(dispositions({Outcome.NOT_SELECTED: 50, Outcome.UNKNOWN: 5}))
    assert (rates.eligible_share.estimate, rates.rr3.status) == (0.0, Status.INSUFFICIENT)
