"""The population that dials in does what the files say of it, at the moments of the layout as it is played."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from ivr.domain.layouts import Layout, Option
from ivr.domain.timelines import Timeline
from ivr.errors import SimulationRefused
from ivr.simulation.behaviour import (
    Act,
    HangsUpEarly,
    HangsUpInMenu,
    LeavesAgentFirst,
    Population,
    Presses,
    StaysSilent,
)
from ivr.simulation.scenarios import SCENARIOS

from .bounds import FIVE, close

CALLS = 3000


def layout(key: str, options: Sequence[tuple[str, int]]) -> Layout:
    return Layout(
        key=key,
        language="en",
        question="satisfaction",
        categories=("dissatisfied", "so-so", "satisfied"),
        intro="intro",
        thanks="thanks",
        invalid="invalid",
        no_key="no-key",
        options=tuple(Option(press, category, f"press-{press}") for press, category in options),
    )


SEQUENTIAL = layout("sequential-123", [("1", 2), ("2", 1), ("3", 0)])
REVERSED = layout("reversed-123", [("1", 0), ("2", 1), ("3", 2)])
TIMELINE = Timeline(4.0, (6.0, 8.5, 11.0))
READ_MS = {"1": 6000, "2": 8500, "3": 11_000}


def acts(
    scenario: str, *, agent: int = 0, delay: float = 0.0, played: Layout = SEQUENTIAL, timeline: Timeline = TIMELINE
) -> list[Act]:
    population = Population(SCENARIOS[scenario], 3, 12)
    return [population.act(call, agent, played, timeline, delay) for call in range(1, CALLS + 1)]


def counted(found: list[Act]) -> Counter[type]:
    return Counter(type(act) for act in found)


def test_every_act_is_there_and_the_same_seed_gives_the_same_ones() -> None:
    found = acts("S1", delay=2.0)
    assert set(counted(found)) == {Presses, HangsUpInMenu, HangsUpEarly, StaysSilent, LeavesAgentFirst}
    assert acts("S1", delay=2.0) == found
    assert acts("S1", delay=2.0, agent=1) != found


@pytest.mark.parametrize("played", [SEQUENTIAL, REVERSED], ids=lambda each: each.key)
def test_a_key_comes_after_its_choice_was_read_and_a_hang_up_before_the_last_was(played: Layout) -> None:
    for act in acts("S1", played=played):
        if isinstance(act, Presses):
            assert READ_MS[act.key] < act.after_prompt_ms <= READ_MS[act.key] + 4000
        if isinstance(act, HangsUpInMenu):
            assert 4000 <= act.after_prompt_ms < 11_000
        if isinstance(act, HangsUpEarly):
            assert 200 <= act.after_agent_ms <= 4400


def expected_shares(agent: int, delay_logit: float) -> tuple[float, float]:
    """Return P(presses) and P(hangs up in the menu) for an agent of S1 and the sequential layout, by quadrature."""
    agents = Population(SCENARIOS["S1"], 3, 12)._agents
    position = (np.arange(200_000) + 0.5) / 200_000
    satisfaction = agents.effect[agent] + np.log(position / (1 - position))
    willing = 1 / (1 + np.exp(-(-0.1 + delay_logit + agents.response[agent] + 0.15 * (satisfaction + 0.9))))
    until = np.array([7.0, 4.5, 2.0])
    opinion = np.digitize(satisfaction + 0.15, (-1.6, -0.6))
    staying = 0.06 * math.exp(-0.06 * until[2]) + 0.94 * np.exp(-0.06 * until[opinion])
    offer = agents.offer_rate[agent]
    return offer * float(np.mean(willing * staying)), offer * float(np.mean(willing * (1 - staying)))


@pytest.mark.parametrize(("delay", "logit"), [(0.0, 0.0), (1.0, -0.225), (2.0, -0.45), (4.0, -1.0), (9.0, -1.0)])
def test_they_press_and_hang_up_as_often_as_the_model_says(delay: float, logit: float) -> None:
    found = counted(acts("S1", agent=4, delay=delay))
    presses, hang_ups = expected_shares(4, logit)
    assert close(found[Presses] / CALLS, presses, CALLS)
    assert close(found[HangsUpInMenu] / CALLS, hang_ups, CALLS)


def test_the_same_caller_meets_another_delay_with_the_same_opinion() -> None:
    at_once, later = acts("S3"), acts("S3", delay=4.0)
    assert [isinstance(act, LeavesAgentFirst) for act in at_once] == [
        isinstance(act, LeavesAgentFirst) for act in later
    ]
    both = [(one, other) for one, other in zip(at_once, later, strict=True) if isinstance(other, Presses)]
    assert len(both) > 300
    assert all(one == other for one, other in both)


def test_selective_agents_keep_the_dissatisfied_away() -> None:
    agents = Population(SCENARIOS["selective_30"], 3, 12)._agents
    selective, honest = int(np.argmax(agents.selective)), int(np.argmin(agents.selective))
    expected = agents.effect[selective] + (-0.2, 0.0, 0.2)[agents.site[selective]]
    dissatisfied, not_best = (1 / (1 + math.exp(expected - bound)) for bound in (-1.6, -0.6))
    offered = 0.35 * dissatisfied + 0.60 * (not_best - dissatisfied) + 0.95 * (1 - not_best)
    kept = counted(acts("selective_30", agent=selective))[LeavesAgentFirst] / CALLS
    usual = counted(acts("selective_30", agent=honest))[LeavesAgentFirst] / CALLS
    assert close(kept, 1 - offered, CALLS)
    assert close(usual, 1 - agents.offer_rate[honest], CALLS)


def test_a_better_agent_hears_key_1_more_often() -> None:
    effects = Population(SCENARIOS["S1"], 3, 12)._agents.effect

    def share_of_key_1(agent: int) -> float:
        keys = Counter(act.key for act in acts("S1", agent=agent) if isinstance(act, Presses))
        return keys["1"] / keys.total()

    gap = share_of_key_1(int(np.argmax(effects))) - share_of_key_1(int(np.argmin(effects)))
    assert gap > FIVE * math.sqrt(2 * 0.25 / 1000)


@pytest.mark.parametrize(
    "unknown",
    [
        layout("nine-five", [("9", 2), ("5", 1), ("1", 0)]),
        layout("sequential-123", [("1", 0), ("2", 1), ("3", 2)]),
        layout("sequential-123", [("1", 2), ("3", 0)]),
    ],
)
def test_a_layout_of_unknown_effects_is_refused(unknown: Layout) -> None:
    population = Population(SCENARIOS["S1"], 3, 12)
    timeline = Timeline(4.0, (6.0, 8.5, 11.0)[: len(unknown.options)])
    with pytest.raises(
        SimulationRefused, match=r"do not know the layout .* use an experiment with paced-123, reversed"
    ):
        [population.act(call, 0, unknown, timeline, 0.0) for call in range(1, 10)]
