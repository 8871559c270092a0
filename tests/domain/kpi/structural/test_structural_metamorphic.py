"""What must not change a fit's figures, and what must change them in a known way."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.period_cells import PeriodCell, Result
from ivr.domain.outcomes import Outcome
from tests.domain.kpi.structural.small_centre import AHEAD, INSTRUMENTS, MIRROR, OPTIONS, drawn, fitted, with_contact

FEW = settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def numbers(figures):
    """Return all figures as one vector, agent by agent."""
    found = []
    for agent in figures.agents:
        for each in (agent.standardised, agent.corrected):
            found += [each.estimate, each.lo, each.hi]
        found += [*agent.rank_interval, agent.reliability]
    for each in (*figures.facts.values(), *(layout.effect_points for layout in figures.layouts)):
        found += [each.estimate, each.lo, each.hi]
    return np.array(found, dtype=float)


@pytest.fixture(scope="module")
def figures():
    return fitted()


@FEW
@given(order=st.permutations(range(len(drawn()[0]))))
def test_shuffled_rows_give_the_same_bytes(figures, order):
    cells, groups = drawn()
    shuffled = fitted([cells[place] for place in order], groups[::-1])
    assert asdict(shuffled) == asdict(figures)


@FEW
@given(split=st.integers(2, 5))
def test_split_cells_give_the_same_figures(figures, split):
    cells, groups = drawn()
    parts = [
        cell._replace(calls=calls)
        for cell in cells
        for calls in np.diff(np.linspace(0, cell.calls, split + 1).astype(int)).tolist()
        if calls
    ]
    assert len(parts) > len(cells)
    assert numbers(fitted(parts, groups)) == pytest.approx(numbers(figures), abs=1e-9)


@FEW
@given(names=st.permutations([f"agent-{number}" for number in range(1, 10)]))
def test_relabelled_agents_keep_their_figures(figures, names):
    new_name = dict(zip((agent.agent for agent in figures.agents), names, strict=True))
    cells, groups = drawn()
    relabelled = fitted([cell._replace(agent=new_name[cell.agent]) for cell in cells], groups)
    back = {agent.agent: agent for agent in relabelled.agents}
    for agent in figures.agents:
        found = back[new_name[agent.agent]]
        for kind in ("standardised", "corrected"):
            wanted, given_ = getattr(agent, kind), getattr(found, kind)
            assert (given_.estimate, given_.lo, given_.hi) == pytest.approx(
                (wanted.estimate, wanted.lo, wanted.hi), abs=1e-6
            )
        assert (found.tier, found.rank_interval, found.flags) == (agent.tier, agent.rank_interval, agent.flags)


def test_equal_contacts_need_not_be_one_object(figures):
    cells, groups = drawn()
    copies = [cell._replace(contact=cell.contact._replace(), result=Result(*cell.result)) for cell in cells]
    assert asdict(fitted(copies, groups)) == asdict(figures)


@pytest.mark.parametrize(
    "cell",
    [
        drawn()[0][0]._replace(agent="aaa", calls=0),
        PeriodCell("zzz", drawn()[0][0].contact, Result(Outcome.NOT_SELECTED, None, None, None), None, 500),
    ],
    ids=["nothing", "nobody asked"],
)
def test_an_agent_without_calls_changes_nobody_else(figures, cell):
    cells, groups = drawn()
    more = fitted((*cells, cell), groups)
    without = [agent for agent in more.agents if agent.agent != cell.agent]
    (alone,) = [agent for agent in more.agents if agent.agent == cell.agent]
    assert tuple(without) == figures.agents
    assert more.facts == figures.facts
    assert alone.corrected.estimate is None
    assert alone.corrected.reasons == ("no eligible call of this agent yet",)


def test_ten_times_the_calls_shrink_what_is_measured_of_a_layout():
    cells, _ = drawn()
    one = fitted(cells, ())
    ten = fitted([cell._replace(calls=10 * cell.calls) for cell in cells], ())
    widths = [figures.agents[0].corrected.hi - figures.agents[0].corrected.lo for figures in (one, ten)]
    # What agents differ by and what priors hold does not shrink, so less than the root of ten; more than a half.
    assert 1.5 < widths[0] / widths[1] < np.sqrt(10)
    assert ten.agents[0].corrected.n == 10 * one.agents[0].corrected.n


def test_keys_that_nobody_presses_by_habit_may_change_places(figures):
    swapped = {
        key: replace(each, keys={"1": each.keys["1"], "2": each.keys["3"], "3": each.keys["2"]})
        for key, each in INSTRUMENTS.current.items()
    }
    assert asdict(fitted(instruments=Instruments(swapped))) == asdict(figures)


def test_layouts_that_change_names_with_their_calls_change_no_agent(figures):
    swap = {AHEAD: MIRROR, MIRROR: AHEAD}
    cells, groups = (
        with_contact(each, layout=lambda contact: swap[contact.layout], layout_version=lambda contact: None)
        for each in drawn()
    )
    renamed = Instruments({swap[key]: each for key, each in INSTRUMENTS.current.items()})
    found = fitted(cells, groups, renamed, replace(OPTIONS, reference_layout=MIRROR))
    assert found.reference_layout == MIRROR
    wanted = numbers(figures)[: 9 * len(figures.agents)]
    assert numbers(found)[: 9 * len(figures.agents)] == pytest.approx(wanted, abs=2e-4)
