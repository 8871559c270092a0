"""Plans for a population: who calls whom is drawn evenly and repeatably; what they do is asked call by call."""

from collections import Counter

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import FICTIONAL_PREFIXES, Anchor, Behaviour, Press
from ivr.rig.population import Conduct, Contact, plan_population

RATED = frozenset({Outcome.RATED})
AGENTS = tuple(f"agent{number:02d}" for number in range(1, 13))


def presses_agents_number(contact: Contact) -> Conduct:
    return Conduct(Behaviour.PRESSES, RATED, (Press(str(contact.agent % 10), Anchor.FIRST_FRAME, contact.call),))


def test_each_agent_is_called_alike_and_the_conduct_is_that_of_the_contact() -> None:
    plans = plan_population(120, 4, AGENTS, presses_agents_number, first=7)
    assert [plan.number for plan in plans] == list(range(7, 127))
    assert Counter(plan.extension for plan in plans) == {f"direct-{agent}": 10 for agent in AGENTS}
    for plan in plans:
        (press,) = plan.steps
        assert isinstance(press, Press)
        agent = AGENTS.index(plan.extension.removeprefix("direct-"))
        assert (press.key, press.after_ms) == (str(agent % 10), plan.number)
        assert plan.caller.startswith(FICTIONAL_PREFIXES)
        assert not plan.leaves_agent_first
        assert plan.outcomes == RATED
    assert len({plan.caller for plan in plans}) == 120


def test_the_same_seed_gives_the_same_calls() -> None:
    plans = plan_population(40, 4, AGENTS, presses_agents_number)
    assert plan_population(40, 4, AGENTS, presses_agents_number) == plans
    assert plan_population(40, 5, AGENTS, presses_agents_number) != plans


def test_who_leaves_the_agent_first_does_nothing_else() -> None:
    leaves = Conduct(Behaviour.LEAVES_AGENT_FIRST, frozenset({Outcome.CALLER_LEFT_FIRST}), leaves_agent_first=True)
    (plan,) = plan_population(1, 1, AGENTS, lambda _: leaves)
    assert plan.leaves_agent_first
    assert plan.steps == ()
