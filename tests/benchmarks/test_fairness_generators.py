"""Every generator can be drawn and written, and breaks what it says it breaks."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.fairness.generators import GENERATORS, PERTURBED, Verdict, generator_named
from ivr.catalogue.document import read_document
from ivr.catalogue.layout_file import read_layout
from ivr.simulation.calls import simulate
from ivr.simulation.scenarios import SCENARIOS
from ivr.simulation.truth import truth_document

OWN_LAYOUTS = Path(__file__).resolve().parents[2] / "benchmarks" / "fairness" / "layouts"


def test_no_name_is_taken_twice() -> None:
    assert set(GENERATORS).isdisjoint(SCENARIOS)
    assert set(PERTURBED) <= set(SCENARIOS)
    assert generator_named("S1").expected is Verdict.NUMBERS
    with pytest.raises(KeyError):
        generator_named("nobody")


@pytest.mark.parametrize("name", GENERATORS)
def test_it_can_be_drawn_and_its_truth_is_told(name: str) -> None:
    scenario = GENERATORS[name].scenario
    for site in scenario.sites:
        assert sum(site.allocation) == pytest.approx(1.0)
    assert sum(delay.probability for delay in scenario.delays) == pytest.approx(1.0)
    simulation = simulate(scenario.sized(min(scenario.agents, 30), 80.0), 1)
    document = truth_document(simulation)
    assert 0.05 < document["rated"] / document["calls"] < 0.6
    truth = np.array([each["truth"] for each in document["agents"]])
    assert ((truth > 0.02) & (truth < 0.98)).all()


def test_what_cannot_be_learned_has_nothing_to_learn_it_from() -> None:
    unlearnable = {name for name, each in GENERATORS.items() if each.expected is Verdict.NOT_IDENTIFIED}
    for name in unlearnable:
        scenario = GENERATORS[name].scenario
        nothing_drawn = all(max(site.allocation) == 1.0 for site in scenario.sites)
        nobody_told = scenario.followup_share == 0 and len(scenario.delays) == 1
        assert nothing_drawn or nobody_told
    assert {name for name in unlearnable if not GENERATORS[name].has_order} == {"no_overlap", "no_overlap_two_alike"}


def test_the_layout_that_is_not_shipped_is_heard_as_the_generator_says() -> None:
    (path,) = OWN_LAYOUTS.glob("*.toml")
    layout, _ = read_layout(read_document(path))
    assert layout is not None
    (mine,) = [
        each for each in GENERATORS["middle_read_first"].scenario.instruments if each.layout == "middle-first-213"
    ]
    assert layout.key == path.stem == mine.layout
    assert {option.category: option.press for option in layout.options} == dict(enumerate(mine.keys))
    heard = [option.category for option in layout.options]
    assert heard == sorted(heard, key=lambda category: mine.read_seconds[category])
