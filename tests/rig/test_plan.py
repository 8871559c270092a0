from collections import Counter

import pytest

from ivr.domain.outcomes import Outcome
from ivr.rig.call_centre import QUEUES, SAMPLED_QUEUE, staff
from ivr.rig.mix import FEWEST_FOR_CRASH, MINIMUM_TALK_SECONDS, Asked, plan_calls
from ivr.rig.plan import FICTIONAL_PREFIXES, Act, Behaviour, HangUp, Press


@pytest.mark.parametrize("count", [30, 60, 200])
def test_every_kind_of_caller_comes(count: int) -> None:
    plans = plan_calls(count, 7, agents=["agent01"])
    assert len(plans) == count
    assert {plan.behaviour for plan in plans} == set(Behaviour) - {Behaviour.CUT_OFF}
    assert {plan.extension for plan in plans} >= set(QUEUES)
    assert [plan.number for plan in plans] == list(range(1, count + 1))
    pressing = sum(any(isinstance(step, Press) for step in plan.steps) for plan in plans)
    assert 0.5 < pressing / count < 0.8


def test_most_callers_of_a_short_run_are_meant_to_be_rated() -> None:
    plans = plan_calls(30, 1, agents=["agent01"])
    assert sum(Outcome.RATED in plan.outcomes for plan in plans) > 15


@pytest.mark.parametrize("count", range(1, 32))
def test_a_run_of_any_length_has_as_many_calls(count: int) -> None:
    assert len(plan_calls(count, count, agents=["agent01"])) == count


def test_a_long_run_can_end_in_every_outcome() -> None:
    plans = plan_calls(FEWEST_FOR_CRASH, 1, agents=["agent01"])
    assert {outcome for plan in plans for outcome in plan.outcomes} == set(Outcome)
    assert [plan.behaviour for plan in plans if plan.act is Act.CRASH] == [Behaviour.CUT_OFF] * 3
    assert SAMPLED_QUEUE in {plan.extension for plan in plans}


def test_the_same_seed_gives_the_same_calls_and_another_does_not() -> None:
    assert plan_calls(50, 3) == plan_calls(50, 3)
    assert plan_calls(50, 3) != plan_calls(50, 4)


def test_who_calls_again_was_asked_or_has_refused_in_an_earlier_act() -> None:
    plans = plan_calls(200, 1)
    first = {plan.caller: plan.behaviour for plan in plans if plan.act is Act.FIRST}
    again = [plan for plan in plans if plan.act is Act.AGAIN]
    assert len(again) >= 4
    for plan in again:
        meant = Behaviour.PRESSES if plan.behaviour is Behaviour.CALLS_AGAIN else Behaviour.OPTS_OUT
        assert first[plan.caller] is meant
    assert max(Counter(plan.caller for plan in plans).values()) == 2


def test_all_numbers_are_fictional_and_further_runs_have_others() -> None:
    first, second = (plan_calls(2500, 1, first=number) for number in (1, 2501))
    callers = {plan.caller for plan in first}
    assert all(number.startswith(FICTIONAL_PREFIXES) and len(number) == 13 for number in callers)
    assert not callers & {plan.caller for plan in second}


def test_who_talks_shortly_talks_much_shorter_than_all_others() -> None:
    for plan in plan_calls(200, 1):
        if plan.behaviour is Behaviour.TALKS_SHORTLY:
            assert plan.talk_seconds < MINIMUM_TALK_SECONDS / 2
        else:
            assert plan.talk_seconds > MINIMUM_TALK_SECONDS


def test_every_key_of_a_callers_layout_is_pressed() -> None:
    plans = plan_calls(60, 5, asked_for=lambda caller: Asked("531" if int(caller[-1]) % 2 else "123"))
    for odd, keys in ((1, "531"), (0, "123")):
        pressed = {
            step.key
            for plan in plans
            if int(plan.caller[-1]) % 2 == odd
            for step in plan.steps
            if isinstance(step, Press)
        }
        assert set(keys) <= pressed <= {*keys, "7", "9"}


def test_hang_ups_after_a_press_are_within_300_ms() -> None:
    plans = [plan for plan in plan_calls(200, 2) if plan.behaviour is Behaviour.PRESSES_AND_LEAVES]
    assert plans
    for plan in plans:
        last = plan.steps[-1]
        assert isinstance(last, HangUp)
        assert 0 < last.after_ms < 300


def test_a_transfer_goes_to_the_other_queue_or_outside() -> None:
    for plan in plan_calls(100, 2, agents=["agent01"]):
        if plan.behaviour is Behaviour.TRANSFERRED:
            assert {plan.extension, plan.transfer_to} == set(QUEUES)
        else:
            assert (plan.transfer_to == "outside") is (plan.behaviour is Behaviour.TRANSFERRED_AWAY)


def test_the_staff_serves_every_queue() -> None:
    agents = staff(12)
    assert len({agent.endpoint for agent in agents}) == 12
    assert len({agent.name for agent in staff(40)}) == 40
    for queue in QUEUES:
        assert sum(queue in agent.queues for agent in agents) >= 6
    assert sum(SAMPLED_QUEUE in agent.queues for agent in agents) == 4
