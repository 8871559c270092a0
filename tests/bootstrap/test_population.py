"""The simulated callers' acts in the rig's terms, with the shipped layouts as they are really played."""

from collections import Counter
from pathlib import Path

import pytest

from ivr.bootstrap import parts
from ivr.bootstrap.population import conduct, conduct_of_population
from ivr.bootstrap.prompts import build_all
from ivr.rig.plan import Anchor, Behaviour, HangUp, Press, Step
from ivr.rig.population import Contact
from ivr.settings import load_settings
from ivr.simulation.behaviour import Act, HangsUpEarly, HangsUpInMenu, LeavesAgentFirst, Presses, StaysSilent
from ivr.simulation.scenarios import SCENARIOS


@pytest.mark.parametrize(
    ("act", "behaviour", "steps", "outcome"),
    [
        (Presses("5", 6400), Behaviour.PRESSES, (Press("5", Anchor.FIRST_FRAME, 8400),), "rated"),
        (HangsUpInMenu(5000), Behaviour.LEAVES_IN_OPTION, (HangUp(Anchor.FIRST_FRAME, 7000),), "left_in_menu"),
        (HangsUpEarly(1999), Behaviour.LEAVES_IN_SILENCE, (HangUp(Anchor.AGENT_LEFT, 1999),), "left_before_prompt"),
        (HangsUpEarly(2500), Behaviour.LEAVES_IN_INTRO, (HangUp(Anchor.AGENT_LEFT, 2500),), "left_in_intro"),
        (StaysSilent(), Behaviour.SILENT, (), "no_key"),
        (LeavesAgentFirst(), Behaviour.LEAVES_AGENT_FIRST, (), "caller_left_first"),
    ],
)
def test_an_act_becomes_steps_that_count_from_the_beginning_of_the_silence(
    act: Act, behaviour: Behaviour, steps: tuple[Step, ...], outcome: str
) -> None:
    found = conduct(act, 2000)
    assert (found.behaviour, found.steps) == (behaviour, steps)
    assert outcome in found.outcomes
    assert found.leaves_agent_first == isinstance(act, LeavesAgentFirst)


def test_callers_press_the_keys_of_the_layout_that_they_will_hear(tmp_path: Path) -> None:
    settings = load_settings().model_copy(update={"pepper_file": tmp_path / "pepper"})
    build_all(settings, lambda _text: None)
    catalogue = parts.catalogue(settings)
    conduct_of = conduct_of_population(settings, catalogue, SCENARIOS["S1"], 1, 12)
    contacts = [Contact(call, f"+4420794{call:05d}", call % 12) for call in range(1, 1001)]
    found = [conduct_of(contact) for contact in contacts]
    assert [conduct_of(contact) for contact in contacts] == found
    kinds = Counter(each.behaviour for each in found)
    assert set(kinds) >= {
        Behaviour.PRESSES,
        Behaviour.SILENT,
        Behaviour.LEAVES_IN_INTRO,
        Behaviour.LEAVES_IN_OPTION,
        Behaviour.LEAVES_AGENT_FIRST,
    }
    pressed = Counter(step.key for each in found for step in each.steps if isinstance(step, Press))
    assert set(pressed) == {"1", "2", "3", "5"}
    # Half of them hear 1 for satisfied first, and the reflex is on their side.
    assert pressed["1"] > pressed["2"] + pressed["3"]
