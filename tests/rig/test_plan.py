import pytest

from ivr.rig.call_centre import QUEUES, staff
from ivr.rig.plan import Behaviour, HangUp, Press, plan_calls


@pytest.mark.parametrize("count", [30, 60, 200])
def test_every_kind_of_caller_comes(count: int) -> None:
    plans = plan_calls(count, 7, agents=["agent01"])
    assert len(plans) == count
    assert {plan.behaviour for plan in plans} == set(Behaviour)
    assert {plan.extension for plan in plans} >= set(QUEUES)
    assert [plan.number for plan in plans] == list(range(1, count + 1))
    pressing = sum(any(isinstance(step, Press) for step in plan.steps) for plan in plans)
    assert 0.5 < pressing / count < 0.8


def test_the_same_seed_gives_the_same_calls_and_another_does_not() -> None:
    assert plan_calls(50, 3) == plan_calls(50, 3)
    assert plan_calls(50, 3) != plan_calls(50, 4)


def test_some_callers_call_again_and_all_numbers_are_fictional() -> None:
    callers = [plan.caller for plan in plan_calls(60, 1)]
    assert len(set(callers)) < 60
    assert all(number.startswith(("+493023125", "+442079460")) and len(number) == 13 for number in callers)
    assert len(plan_calls(2500, 1)) == 2500


def test_every_key_of_a_callers_layout_is_pressed() -> None:
    plans = plan_calls(60, 5, keys_for=lambda caller: "531" if int(caller[-1]) % 2 else "123")
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


def test_a_transfer_goes_to_the_other_queue() -> None:
    for plan in plan_calls(100, 2, agents=["agent01"]):
        if plan.transfer_to is not None:
            assert {plan.extension, plan.transfer_to} == set(QUEUES)


def test_the_staff_serves_both_queues() -> None:
    agents = staff(12)
    assert len({agent.endpoint for agent in agents}) == 12
    assert len({agent.name for agent in staff(40)}) == 40
    for queue in QUEUES:
        assert sum(queue in agent.queues for agent in agents) >= 6
