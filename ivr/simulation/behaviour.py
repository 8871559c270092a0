"""Behaviour: what one caller of a scenario's population does on a real call, with a layout as it is really played.

The same model as for the files, one call at a time, so that the population can dial in. Two things differ: the choices
have been read when the played layout's timeline says so, and a silence between the scenario's delays has an effect
between theirs. Who is not offered the rating hangs up on the agent; an agent presses no keys here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ivr.domain.layouts import Layout
from ivr.domain.timelines import Timeline
from ivr.errors import SimulationRefused
from ivr.simulation.agents import draw_agents
from ivr.simulation.instruments import BEST, Instrument
from ivr.simulation.latent import FloatArray
from ivr.simulation.responses import SET_UP_SECONDS, Asked, respond
from ivr.simulation.scenarios import Delay, Scenario

# Nobody knows sooner that the agent has gone.
_NOTICE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Presses:
    """The caller presses a key so long after the first prompt frame."""

    key: str
    after_prompt_ms: int


@dataclass(frozen=True, slots=True)
class HangsUpInMenu:
    """The caller hangs up so long after the first prompt frame, before the own choice has been read."""

    after_prompt_ms: int


@dataclass(frozen=True, slots=True)
class HangsUpEarly:
    """The caller does not want to be asked and hangs up so long after the agent has left, by the end of the intro."""

    after_agent_ms: int


@dataclass(frozen=True, slots=True)
class StaysSilent:
    """The caller listens and presses nothing."""


@dataclass(frozen=True, slots=True)
class LeavesAgentFirst:
    """The caller hangs up on the agent, so the rating is not offered."""


Act = Presses | HangsUpInMenu | HangsUpEarly | StaysSilent | LeavesAgentFirst


class Population:
    """The callers of so many agents; the same scenario, seed, call and circumstances give the same act.

    A call's satisfaction and offer hang on its number and agent alone, so the same caller meets another layout with
    the same opinion.
    """

    def __init__(self, scenario: Scenario, seed: int, agents: int) -> None:
        self._scenario = scenario.sized(agents, None)
        self._seed = seed % 2**64  # numpy takes no negative one
        self._agents = draw_agents(self._scenario, np.random.default_rng([self._seed, 0]))
        self._known: Mapping[str, int] = {each.layout: n for n, each in enumerate(scenario.instruments)}

    def act(self, call: int, agent: int, layout: Layout, timeline: Timeline, delay_seconds: float) -> Act:
        """Return what the caller of call ``call`` (from 1) does after the talk with agent number ``agent`` (from 0).

        The queue is the scenario's first and the wait is short. Raises SimulationRefused for a layout that the
        scenario knows no effects of.
        """
        instrument, number = self._instrument(layout, timeline)
        rng = np.random.default_rng([self._seed, call])
        satisfaction, offered = self._contact(agent, rng)
        if not offered:
            return LeavesAgentFirst()
        played = replace(
            self._scenario,
            instruments=(instrument,),
            delays=(Delay(delay_seconds, 1.0, self._delay_logit(delay_seconds)),),
        )
        does = respond(
            played,
            Asked(
                satisfaction=satisfaction,
                layout=np.zeros(1, dtype=np.intp),
                delay=np.zeros(1, dtype=np.intp),
                response=self._agents.response[[agent]],
                with_layout=self._agents.with_layout[[agent], number],
                hazard=np.array(self._scenario.hang_up_hazard[:1]),
            ),
            rng,
        )
        if does.gives_up.item():
            return HangsUpInMenu(_ms(timeline.intro_seconds + does.leave_seconds.item()))
        if does.willing.item():
            category = does.category.item()
            pressed = timeline.intro_seconds + instrument.read_seconds[category] + does.reaction_seconds.item()
            return Presses(instrument.keys[category], _ms(pressed))
        patience = does.patience_seconds.item()
        if patience < SET_UP_SECONDS + delay_seconds + timeline.intro_seconds:
            return HangsUpEarly(_ms(max(patience, _NOTICE_SECONDS)))
        return StaysSilent()

    def _contact(self, agent: int, rng: np.random.Generator) -> tuple[FloatArray, bool]:
        scenario, agents = self._scenario, self._agents
        expected = agents.effect[agent] + scenario.sites[agents.site[agent]].quality + scenario.queues[0].effect
        satisfaction = expected + scenario.waits[0].effect + scenario.latent.draw(rng, 1)
        category = np.digitize(satisfaction, scenario.neutral_thresholds).item()
        chance = scenario.selective_offers[category] if agents.selective[agent] else agents.offer_rate[agent]
        return satisfaction, bool(rng.random() < chance)

    def _delay_logit(self, seconds: float) -> float:
        delays = sorted(self._scenario.delays, key=lambda delay: delay.seconds)
        return float(
            np.interp(seconds, [delay.seconds for delay in delays], [delay.response_logit for delay in delays])
        )

    def _instrument(self, layout: Layout, timeline: Timeline) -> tuple[Instrument, int]:
        """Return the layout's instrument with the moments of its real timeline, and its number."""
        number = self._known.get(layout.key)
        known = None if number is None else self._scenario.instruments[number]
        keys = tuple(option.press for option in sorted(layout.options, key=lambda option: option.category))
        if number is None or known is None or known.keys != keys:
            raise SimulationRefused(
                f"the simulated callers do not know the layout {layout.key} as it is; "
                f"use an experiment with {', '.join(sorted(self._known))}"
            )
        ends = dict(zip((each.category for each in layout.options), timeline.option_end_seconds, strict=True))
        worst, middle, best = (ends[category] - timeline.intro_seconds for category in range(BEST + 1))
        return replace(known, read_seconds=(worst, middle, best)), number


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
