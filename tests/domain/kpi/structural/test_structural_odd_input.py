"""Few agents, odd scales and odd counts: whatever a centre has, its figures are whole or missing with a reason."""

from collections import Counter
from dataclasses import replace

import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import Result
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from tests.domain.kpi.structural.small_centre import (
    AHEAD,
    INSTRUMENTS,
    MIRROR,
    OPTIONS,
    drawn,
    fitted,
    honest,
    rated_as,
    reasons,
    statuses,
    with_contact,
    with_result,
)

CELLS, GROUPS = drawn()
NAMES = sorted({cell.agent for cell in CELLS})


@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_few_agents(number):
    figures = honest(fitted([cell for cell in CELLS if cell.agent in NAMES[:number]]))
    assert len(figures.agents) == number
    assert set(statuses(figures)) <= {"ok", "wide", "not_identified"}
    assert {reason for reason in figures.agents[0].standardised.reasons if "fewer than 8 agents" in reason}
    best = [rank for agent in figures.agents for rank in agent.rank_interval if rank is not None]
    assert all(1 <= rank <= number for rank in best)
    assert bool(best) is (number > 1)


@pytest.mark.parametrize(("ratings", "status"), [(0, "insufficient"), (1, "wide"), (9, "wide")])
def test_an_agent_of_few_ratings(ratings, status):
    rated = [cell for cell in CELLS if cell.agent == NAMES[0] and cell.result.outcome is Outcome.RATED][:ratings]
    others = [cell for cell in CELLS if cell.agent != NAMES[0] or cell.result.outcome is not Outcome.RATED]
    figures = honest(fitted([*others, *(cell._replace(calls=1) for cell in rated)]))
    agent = figures.agents[0]
    assert agent.corrected.status == agent.standardised.status == status
    assert agent.corrected.n == ratings
    assert ("no rating of this agent" if ratings == 0 else "fewer than 10 ratings") in agent.corrected.reasons[0]
    assert (agent.tier, agent.rank_interval) == (None, (None, None))


@pytest.mark.parametrize("category", [0, 2])
def test_an_agent_of_whom_all_say_the_same_is_not_known_exactly(category):
    one = [
        cell._replace(result=rated_as(category)(cell.result), calls=20 * cell.calls) if cell.agent == NAMES[0] else cell
        for cell in CELLS
    ]
    agent = honest(fitted(one)).agents[0]
    assert (agent.corrected.estimate > 0.9) if category else (agent.corrected.estimate < 0.1)
    assert agent.corrected.hi - agent.corrected.lo > 1e-3


def test_an_agent_whom_nobody_answers():
    dead = [
        cell._replace(result=Result(Outcome.NO_KEY, None, None, None)) if cell.agent == NAMES[0] else cell
        for cell in CELLS
    ]
    figures = honest(fitted(dead))
    assert figures.agents[0].corrected.status is Status.INSUFFICIENT
    assert set(statuses(figures)) == {"insufficient", "ok"}
    assert not any(agent.flags for agent in figures.agents)


def test_a_layout_that_nobody_has_rated_on_yet():
    drawn_now = CELLS[0]._replace(
        contact=CELLS[0].contact._replace(layout="new"), result=Result(Outcome.NO_KEY, None, None, None), calls=3
    )
    known = Instruments({**INSTRUMENTS.current, "new": INSTRUMENTS.current[AHEAD]})
    figures = honest(fitted([*CELLS, drawn_now], instruments=known))
    (new,) = [layout for layout in figures.layouts if layout.layout == "new"]
    assert new.effect_points.status is Status.INSUFFICIENT
    assert new.effect_points.reasons == ("nobody has rated on it yet",)


def test_one_call_in_all():
    rated = next(cell for cell in CELLS if cell.result.outcome is Outcome.RATED)
    figures = honest(fitted([rated._replace(calls=1)], ()))
    assert statuses(figures) == {"not_identified": 1}
    assert statuses(figures, "standardised") == {"wide": 1}


@pytest.mark.parametrize("categories", [5, 11])
def test_a_reference_of_more_choices(categories):
    names = tuple(f"choice {number}" for number in range(categories))
    keys = {str(number + 1): categories - 1 - number for number in range(categories)}
    seconds = tuple(1.5 * (categories - number) for number in range(categories))
    ahead = Instrument(names, keys=keys, first_read=categories - 1, read_seconds=seconds)
    spread = with_result(
        CELLS,
        lambda result: result._replace(
            category=None if result.category is None else result.category * (categories - 1) // 2,
            followup_category=(
                None if result.followup_category is None else result.followup_category * (categories - 1) // 2
            ),
        ),
    )
    mine = [cell for cell in spread if cell.contact.layout == AHEAD]
    theirs = [cell for cell in CELLS if cell.contact.layout == MIRROR and cell.result.followup is None]
    known = Instruments({AHEAD: ahead, MIRROR: INSTRUMENTS.current[MIRROR]})
    figures = honest(fitted([*mine, *theirs], (), known))
    assert set(statuses(figures, "standardised")) <= {"ok", "wide"}
    assert "no mirrored layout" in figures.agents[0].standardised.reasons[0]


@pytest.mark.parametrize("whose", ["nobody", "calls without an agent", "categories beyond the scale"])
def test_a_reference_that_has_no_ratings_gives_way(whose):
    def changed(cell):
        if cell.contact.layout != AHEAD or cell.result.outcome is not Outcome.RATED:
            return cell
        if whose == "nobody":
            return cell._replace(result=Result(Outcome.NO_KEY, None, None, None))
        if whose == "calls without an agent":
            return cell._replace(agent=None)
        return cell._replace(result=cell.result._replace(category=3))

    figures = honest(fitted([changed(cell) for cell in CELLS]))
    assert figures.reference_layout == MIRROR
    assert f"{AHEAD} has no ratings, so the figures stand on {MIRROR}" in figures.warnings
    assert set(statuses(figures)) <= {"ok", "wide"}


def test_an_unknown_reference_gives_way_too():
    figures = honest(fitted(options=replace(OPTIONS, reference_layout="nowhere")))
    assert figures.reference_layout in {AHEAD, MIRROR}
    assert "nowhere has no ratings" in figures.warnings[0]


@pytest.mark.parametrize(
    "unknown",
    [
        {"keys": {}},
        {"keys": {"1": 7}},
        {"read_seconds": ()},
        {"first_read": None},
        {"keys": {}, "read_seconds": (), "first_read": None},
    ],
)
def test_layouts_of_which_little_is_known(unknown):
    known = Instruments({key: replace(each, **unknown) for key, each in INSTRUMENTS.current.items()})
    figures = honest(fitted(instruments=known))
    assert set(statuses(figures)) <= {"ok", "wide"}
    is_pair = unknown == {"read_seconds": ()}
    assert ("no mirrored layout" in reasons(figures)) is not is_pair


def test_a_layout_that_is_no_longer_defined_is_read_by_what_was_noted():
    versions = {(cell.contact.layout, cell.contact.layout_version) for cell in CELLS}
    noted = Instruments({}, {name: INSTRUMENTS.current[name[0]] for name in versions})
    other = Instrument(("a", "b", "c", "d"), keys={"1": 0})
    figures = honest(fitted(instruments=replace(noted, noted={("a", "1"): other, **noted.noted})))
    assert [agent.corrected for agent in figures.agents] == [agent.corrected for agent in fitted().agents]


@pytest.mark.parametrize("probability", [None, 0.0, 1e-12])
def test_any_chance_of_being_asked_gives_figures(probability):
    assert set(statuses(honest(fitted(with_contact(CELLS, selection_probability=probability))))) <= {"ok", "wide"}


def test_calls_asked_less_often_count_for_more_in_the_case_mix():
    hard = min({cell.contact.queue for cell in CELLS})
    rarely = with_contact(CELLS, selection_probability=lambda contact: 0.1 if contact.queue == hard else 1.0)
    before, after = (figures.facts["level"].estimate for figures in (fitted(), honest(fitted(rarely))))
    queues = Counter()
    best = Counter()
    for cell in CELLS:
        if cell.result.outcome is Outcome.RATED:
            queues[cell.contact.queue] += cell.calls
            best[cell.contact.queue] += cell.calls * (cell.result.category == 2)
    (other,) = set(queues) - {hard}
    assert (after < before) is (best[hard] / queues[hard] < best[other] / queues[other])


@pytest.mark.parametrize("times", [1000, 10_000_000])
def test_any_number_of_calls_is_counted(times):
    figures = honest(fitted([cell._replace(calls=times * cell.calls) for cell in CELLS], ()))
    assert set(statuses(figures)) <= {"ok", "wide"}
    rated = sum(cell.calls for cell in CELLS if cell.agent == NAMES[0] and cell.result.outcome is Outcome.RATED)
    assert figures.agents[0].corrected.n == times * rated


def test_every_outcome_is_either_counted_or_not():
    assert all(each.eligible in {True, False, None} for each in DISPOSITIONS.values())
    cells = [*CELLS, *(CELLS[0]._replace(result=Result(outcome, None, None, None), calls=2) for outcome in Outcome)]
    assert set(statuses(honest(fitted(cells)))) <= {"ok", "wide"}


def test_many_queues_and_versions():
    cells = with_contact(CELLS, layout_version=lambda contact: f"{contact.queue}-{contact.delay_seconds}")
    for number in range(40):
        cells.append(
            CELLS[0]._replace(contact=CELLS[0].contact._replace(queue=f"queue {number:02}"), calls=1 + 3 * number)
        )
    figures = honest(fitted(cells, ()))
    assert set(statuses(figures)) <= {"ok", "wide"}
