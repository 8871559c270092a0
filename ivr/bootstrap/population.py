"""A simulated population that really calls: what its callers do with the layouts they are given, in the rig's terms."""

from collections.abc import Callable, Mapping

from ivr.bootstrap import parts
from ivr.catalogue.load import Catalogue
from ivr.domain.experiments import assign
from ivr.domain.outcomes import Outcome
from ivr.rig.call_centre import DIRECT_QUEUE
from ivr.rig.plan import Anchor, Behaviour, HangUp, Press, Step
from ivr.rig.population import Conduct, Contact
from ivr.settings import Settings
from ivr.simulation.behaviour import (
    Act,
    HangsUpEarly,
    HangsUpInMenu,
    LeavesAgentFirst,
    Population,
    Presses,
    StaysSilent,
)
from ivr.simulation.scenarios import Scenario

_BEFORE_PROMPT = frozenset({Outcome.LEFT_BEFORE_PROMPT, Outcome.UNAVAILABLE, Outcome.CALLER_LEFT_FIRST})
_OUTCOMES: Mapping[Behaviour, frozenset[Outcome]] = {
    Behaviour.PRESSES: frozenset({Outcome.RATED}),
    Behaviour.SILENT: frozenset({Outcome.NO_KEY}),
    # These moments count from the agent's leaving, so the rating may not have begun yet, or the introduction be over.
    Behaviour.LEAVES_IN_SILENCE: _BEFORE_PROMPT,
    Behaviour.LEAVES_IN_INTRO: _BEFORE_PROMPT | {Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU},
    # Commands take some milliseconds that no timeline knows, so the introduction may last a little longer.
    Behaviour.LEAVES_IN_OPTION: frozenset({Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU}),
    Behaviour.LEAVES_AGENT_FIRST: frozenset({Outcome.CALLER_LEFT_FIRST}),
}


def conduct_of_population(
    settings: Settings, catalogue: Catalogue, scenario: Scenario, seed: int, agents: int
) -> Callable[[Contact], Conduct]:
    """Return what each caller of the scenario's population does, by the layout and silence it will be assigned.

    Raises SimulationRefused, when called, where that layout has no known effects.
    """
    pseudonyms = parts.pseudonyms(settings)
    experiment = parts.experiment(settings, catalogue)
    population = Population(scenario, seed, agents)

    def conduct_of(contact: Contact) -> Conduct:
        caller = pseudonyms.of_number(contact.caller)
        given = assign(experiment, site=None, queue=DIRECT_QUEUE, caller=caller, call=contact.caller, at=parts.now())
        version = catalogue.versions[given.layout]
        act = population.act(contact.call, contact.agent, version.layout, version.timeline, given.delay_seconds)
        return conduct(act, round(1000 * given.delay_seconds))

    return conduct_of


def conduct(act: Act, silence_ms: int) -> Conduct:
    """Return the act as steps; the first frame that a handset hears begins the silence, not the prompt."""
    match act:
        case Presses(key, after_prompt_ms):
            return _conduct(Behaviour.PRESSES, Press(key, Anchor.FIRST_FRAME, silence_ms + after_prompt_ms))
        case HangsUpInMenu(after_prompt_ms):
            return _conduct(Behaviour.LEAVES_IN_OPTION, HangUp(Anchor.FIRST_FRAME, silence_ms + after_prompt_ms))
        case HangsUpEarly(after_agent_ms):
            before_prompt = after_agent_ms < silence_ms
            kind = Behaviour.LEAVES_IN_SILENCE if before_prompt else Behaviour.LEAVES_IN_INTRO
            return _conduct(kind, HangUp(Anchor.AGENT_LEFT, after_agent_ms))
        case StaysSilent():
            return _conduct(Behaviour.SILENT)
        case LeavesAgentFirst():
            kind = Behaviour.LEAVES_AGENT_FIRST
            return Conduct(kind, _OUTCOMES[kind], leaves_agent_first=True)


def _conduct(kind: Behaviour, *steps: Step) -> Conduct:
    return Conduct(kind, _OUTCOMES[kind], steps)
