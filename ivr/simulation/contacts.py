"""Contacts: the calls as agents handle them, before anybody is asked: who, when, about what, how satisfied.

S = agent + site + queue + wait + latent, in logits. Its category on the neutral scale is what the caller would say
if asked by nobody's layout and with nothing lost; all truth is made of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.simulation.agents import Agents, choose, effects
from ivr.simulation.latent import FloatArray
from ivr.simulation.scenarios import Scenario

DAYS = 56
WEEKS = DAYS // 7
_OPENS_SECOND, _CLOSES_SECOND = 8 * 3600, 20 * 3600


@dataclass(frozen=True, slots=True)
class Contacts:
    """The handled calls in the order of their ends, one element of each array for one call.

    ``queue`` and ``wait`` number the scenario's conditions; ``second`` counts from the window's first midnight;
    ``caller`` numbers the callers; ``satisfaction`` is S, ``category`` 0 (worst) to 2 its place on the neutral scale.
    """

    agent: NDArray[np.intp]
    queue: NDArray[np.intp]
    wait: NDArray[np.intp]
    second: NDArray[np.int64]
    caller: NDArray[np.int64]
    satisfaction: FloatArray
    category: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.agent)

    @property
    def week(self) -> NDArray[np.int64]:
        """The week of each call, from 0."""
        return self.second // (7 * 86_400)


def draw_contacts(scenario: Scenario, agents: Agents, rng: np.random.Generator) -> Contacts:
    """Draw every agent's calls, spread over the days of the window and sorted by their end."""
    count = int(agents.calls.sum())
    agent = rng.permutation(np.repeat(np.arange(len(agents.calls)), agents.calls))
    day = rng.integers(0, DAYS, count)
    second = np.sort(day * 86_400 + rng.integers(_OPENS_SECOND, _CLOSES_SECOND, count))
    queue = choose(agents.queue_mix, agent, rng)
    wait = choose(agents.wait_mix, agent, rng)
    # By default so many that about every fifth call is of somebody who calls more than once.
    caller = rng.integers(0, max(1, int(count * scenario.departures.numbers_a_call)), count)
    expected = expected_satisfaction(scenario, agents)[agent, queue, wait] + agents.trend[agent] * week_position(
        second // (7 * 86_400)
    )
    satisfaction = expected + scenario.latent.draw_for(caller, scenario.departures.caller_correlation, rng)
    return Contacts(
        agent=agent,
        queue=queue,
        wait=wait,
        second=second,
        caller=caller,
        satisfaction=satisfaction,
        category=np.digitize(satisfaction, scenario.neutral_thresholds),
    )


def expected_satisfaction(scenario: Scenario, agents: Agents) -> FloatArray:
    """Return the mean of S in the middle of the window by agent, queue and wait."""
    quality = np.array([site.quality for site in scenario.sites])
    expected: FloatArray = (
        (agents.effect + quality[agents.site])[:, None, None]
        + effects(scenario.queues)[None, :, None]
        + effects(scenario.waits)[None, None, :]
    )
    return expected


def week_position(week: NDArray[np.int64]) -> FloatArray:
    """Return where a week stands in the window, from -0.5 (the first) to 0.5 (the last); a trend moves in weeks."""
    position: FloatArray = week / (WEEKS - 1) - 0.5
    return position
