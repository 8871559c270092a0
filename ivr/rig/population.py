"""Plans for a population: callers of whom somebody else knows what they do, one call at a time.

Each calls an agent directly, so that who was talked to is known when the call is planned; what the caller does
afterwards may hang on that.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import FICTIONAL_PREFIXES, Behaviour, CallPlan, Step


@dataclass(frozen=True, slots=True)
class Conduct:
    """What a caller does after the talk (``leaves_agent_first``: instead of it), and the outcomes that it can have."""

    behaviour: Behaviour
    outcomes: frozenset[Outcome]
    steps: tuple[Step, ...] = ()
    leaves_agent_first: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Who calls whom: the call's number, from 1, the caller's E.164 number, the agent's number, from 0."""

    call: int
    caller: str
    agent: int


def plan_population(
    count: int, seed: int, agents: Sequence[str], conduct_of: Callable[[Contact], Conduct], *, first: int = 1
) -> tuple[CallPlan, ...]:
    """Return so many calls to the end points ``agents``, spread evenly over them and numbered from ``first``.

    The same seed gives the same agents and talks; nobody calls twice while there are numbers left.
    """
    rng = random.Random(seed)  # noqa: S311 - a seeded plan wants a repeatable generator, not a secret one
    turns: list[int] = []
    callers = [f"{prefix}{line:03d}" for line in range(1000) for prefix in FICTIONAL_PREFIXES]
    plans: list[CallPlan] = []
    for number in range(first, first + count):
        if not turns:
            turns = rng.sample(range(len(agents)), len(agents))
        contact = Contact(number, callers[(number - 1) % len(callers)], turns.pop())
        conduct = conduct_of(contact)
        plans.append(
            CallPlan(
                number=number,
                caller=contact.caller,
                extension=f"direct-{agents[contact.agent]}",
                behaviour=conduct.behaviour,
                talk_seconds=round(rng.uniform(0.5, 3.0), 3),
                steps=conduct.steps,
                leaves_agent_first=conduct.leaves_agent_first,
                outcomes=conduct.outcomes,
            )
        )
    return tuple(plans)
