"""Every scenario can be drawn, says what the documentation says, and allocates as an experiment may."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from ivr.domain.experiments import Stratum
from ivr.errors import SimulationRefused
from ivr.simulation.calls import simulate
from ivr.simulation.instruments import INSTRUMENTS, Instrument
from ivr.simulation.outcomes import KINDS
from ivr.simulation.rows import handled_rows
from ivr.simulation.scenarios import SCENARIOS, scenario_named
from ivr.simulation.truth import truth_document

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_can_be_drawn_small_and_whole(name: str) -> None:
    scenario = scenario_named(name).sized(12, 40.0)
    simulation = simulate(scenario, 1)
    rows = list(handled_rows(simulation))
    assert len(rows) == simulation.agents.calls.sum() == truth_document(simulation)["calls"]
    assert len(simulation.agents.names) == 12
    assert {row.outcome for row in rows} <= set(KINDS)
    assert sum(row.outcome == "rated" for row in rows) == simulation.rated.sum() > 0
    for site in scenario.sites:
        layouts = dict(zip((each.layout for each in scenario.instruments), site.allocation, strict=True))
        Stratum(site.name, layouts, {delay.seconds: delay.probability for delay in scenario.delays})
        (allocation,) = {row.allocation for row in rows if row.site == site.name}
        assert {arm: float(share) for arm, share in (each.split(":") for each in allocation.split())} == layouts


def test_the_documentation_lists_the_scenarios_that_there_are() -> None:
    page = (ROOT / "docs" / "simulation.md").read_text()
    table = page[page.index("## Scenarios") : page.index("## The truth file")]
    assert re.findall(r"^\| `([A-Za-z0-9_]+)` \|", table, flags=re.MULTILINE) == list(SCENARIOS)


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda each: each.layout)
def test_an_instrument_has_the_keys_and_the_order_of_the_shipped_layout(instrument: Instrument) -> None:
    shipped = tomllib.loads((ROOT / "config" / "layouts" / f"{instrument.layout}.toml").read_text())
    in_order = sorted(zip(instrument.read_seconds, instrument.keys, range(3), strict=True))
    assert [(key, category) for _, key, category in in_order] == [
        (option["press"], option["category"]) for option in shipped["options"]
    ]
    gaps = [option.get("pause_after_seconds", 0) for option in shipped["options"]]
    times = [0.0, *(seconds for seconds, _, _ in in_order)]
    spoken = [after - before for before, after in pairwise(times)]
    assert [gap + 1.5 for gap in [0, *gaps[:-1]]] == spoken


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    with pytest.raises(SimulationRefused, match=r"no scenario is named 's1'; name one of S1, S2, S3, S4, null, probit"):
        scenario_named("s1")
