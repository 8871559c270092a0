"""Bad input: each has a status and a reason that a supervisor understands, and never half a figure."""

import math
from collections import Counter
from dataclasses import replace

import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import PeriodCell, Result
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from tests.domain.kpi.structural.small_centre import (
    AHEAD,
    INSTRUMENTS,
    MIRROR,
    OPTIONS,
    drawn,
    fitted,
    with_contact,
    with_result,
)

CELLS, GROUPS = drawn()
NAMES = sorted({cell.agent for cell in CELLS})


def honest(figures):
    """Return the figures, after checking that each is whole, or missing with a reason."""
    estimates = [each for agent in figures.agents for each in (agent.standardised, agent.corrected)]
    estimates += [*figures.facts.values(), *(layout.effect_points for layout in figures.layouts)]
    for each in estimates:
        if each.estimate is None:
            assert each.lo is None
            assert each.hi is None
            assert each.reasons
            assert each.status not in {Status.OK, Status.WIDE}
        else:
            assert math.isfinite(each.estimate)
            assert each.lo <= each.estimate <= each.hi
            assert each.status in {Status.OK, Status.WIDE}
            assert each.reasons or each.status is Status.OK
    for agent in figures.agents:
        for each in (agent.standardised, agent.corrected):
            assert each.estimate is None or 0 <= each.lo <= each.hi <= 1
    return figures


def statuses(figures, kind="corrected"):
    return Counter(getattr(agent, kind).status.value for agent in figures.agents)


def reasons(figures):
    return " | ".join(sorted({reason for agent in figures.agents for reason in agent.corrected.reasons}))


def without_follow_up(cells):
    return with_result(cells, lambda result: result._replace(followup=None, followup_category=None))


def rated_as(category):
    def change(result):
        answered = None if result.followup_category is None else category
        return result._replace(category=None if result.category is None else category, followup_category=answered)

    return change


def only(cells, layout):
    return [cell for cell in cells if cell.contact.layout == layout]


def test_no_cells_at_all():
    figures = honest(fitted((), ()))
    assert figures.agents == ()
    assert figures.warnings == ("no fitted figures: no rating whose layout has a definition here",)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (with_contact(CELLS, layout="elsewhere"), "no rating whose layout has a definition"),
        (with_contact(CELLS, layout=None), "no rating whose layout has a definition"),
        (with_result(CELLS, lambda result: result._replace(category=None)), "no rating"),
        (with_result(CELLS, rated_as(9)), "no rating"),
        (with_result(CELLS, rated_as(-1)), "no rating"),
        ([cell for cell in CELLS if cell.result.outcome is not Outcome.RATED], "no rating"),
        (with_result(CELLS, lambda result: result._replace(outcome=None)), "no rating"),
        (with_result(CELLS, lambda _: Result(Outcome.NOT_SELECTED, None, None, None)), "no rating"),
        (with_result(CELLS, lambda _: Result(Outcome.CALLER_LEFT_FIRST, None, None, None)), "no rating"),
    ],
    ids=[
        "unknown layout", "no layout", "outcomes without category", "beyond the scale", "below the scale",
        "nobody rated", "outcomes unknown", "nobody asked", "nobody offered",
    ],
)  # fmt: skip
def test_nothing_to_go_by(cells, said):
    figures = honest(fitted(cells))
    assert statuses(figures) == statuses(figures, "standardised") == {"insufficient": len(NAMES)}
    assert said in reasons(figures)


def test_calls_that_belong_nowhere_are_counted_and_said():
    cells = [*CELLS, CELLS[0]._replace(agent=None, calls=7)]
    cells.append(PeriodCell(NAMES[0], CELLS[0].contact, Result(Outcome.UNKNOWN, None, None, None), None, 5))
    cells.append(CELLS[0]._replace(contact=CELLS[0].contact._replace(layout="elsewhere"), calls=3))
    cells.append(CELLS[0]._replace(result=Result(Outcome.RATED, 4, None, None), calls=2))
    silent = Outcome.NO_KEY
    cells.append(CELLS[0]._replace(result=Result(silent, None, "answered", 9), calls=4))
    warnings = " | ".join(honest(fitted(cells)).warnings)
    for said in (
        "7 calls without an agent: left out",
        "5 calls of which nobody knows how they ended: left out",
        "3 calls of elsewhere, which has no definition here: left out",
        "with a category that its definition does not have: left out",
        "4 follow-up answers that are not on the neutral scale: left out",
    ):
        assert said in warnings


def test_one_replicate_group_or_none_is_said():
    for groups in ((), [group._replace(group=3) for group in GROUPS]):
        figures = honest(fitted(CELLS, groups))
        assert statuses(figures) == {"ok": len(NAMES)}
        assert "callers cannot be told apart" in figures.warnings[0]


@pytest.mark.parametrize("category", [0, 2])
def test_everybody_gives_one_answer(category):
    figures = honest(fitted(with_result(CELLS, rated_as(category))))
    assert set(statuses(figures)) <= {"ok", "wide", "refused"}
    for agent in figures.agents:
        if agent.corrected.estimate is not None:
            assert (agent.corrected.estimate > 0.7) if category else (agent.corrected.estimate < 0.3)


def test_nobody_is_ever_silent():
    # No refusal to answer is seen, so the level rests on nothing but what was pressed; and it cannot break the fit.
    everybody = [cell for cell in CELLS if cell.result.outcome is Outcome.RATED]
    figures = honest(fitted(everybody))
    assert statuses(figures) == {"not_identified": len(NAMES)}
    assert set(statuses(figures, "standardised")) <= {"ok", "wide"}


def test_a_queue_of_nothing_but_dissatisfied_callers():
    queue = CELLS[0].contact.queue
    cells = [cell._replace(result=rated_as(0)(cell.result)) if cell.contact.queue == queue else cell for cell in CELLS]
    assert set(statuses(honest(fitted(cells)))) <= {"ok", "wide"}


def test_without_follow_up_the_silence_carries_the_level():
    figures = honest(fitted(without_follow_up(CELLS)))
    assert set(statuses(figures)) <= {"ok", "wide"}
    assert "rests on the randomised silence" in reasons(figures)


def test_without_follow_up_and_delays_there_is_an_order_and_no_level():
    figures = honest(fitted(with_contact(without_follow_up(CELLS), delay_seconds=None)))
    assert statuses(figures) == {"not_identified": len(NAMES)}
    assert set(statuses(figures, "standardised")) <= {"ok", "wide"}
    assert "nothing tells what silent callers think" in reasons(figures)
    assert figures.facts["level"].estimate is None


def test_a_delay_for_each_site_or_month_is_no_instrument():
    cells = without_follow_up(CELLS)
    by_queue = {queue: number for number, queue in enumerate(sorted({cell.contact.queue for cell in cells}))}
    for name, values in (("site", ("north", "south")), ("period", ("2026-01", "2026-02"))):
        apart = with_contact(
            cells,
            delay_seconds=lambda contact: 4.0 * by_queue[contact.queue],
            **{name: lambda contact, values=values: values[by_queue[contact.queue]]},
        )
        # Callers of one of the two answer far less, which is not the delay's doing.
        fewer = [
            cell
            for cell in apart
            if cell.contact.delay_seconds == 0 or cell.result.outcome is not Outcome.RATED or len(cell.agent) % 2
        ]
        figures = honest(fitted(fewer, ()))
        assert statuses(figures) == {"not_identified": len(NAMES)}


def test_delays_that_are_not_known_do_not_stop_a_fit():
    assert set(statuses(honest(fitted(with_contact(CELLS, delay_seconds=None))))) <= {"ok", "wide"}


@pytest.mark.parametrize("allocation", [None, lambda contact: f"{contact.layout}:1"])
def test_layouts_without_random_overlap_give_nobody_a_number(allocation):
    figures = honest(fitted(with_contact(CELLS, allocation=allocation)))
    assert statuses(figures) == statuses(figures, "standardised") == {"not_identified": len(NAMES)}
    assert ("without the probabilities" if allocation is None else "never drawn in the same place") in reasons(figures)
    assert "draw all layouts at random" in reasons(figures)


def test_one_layout_throughout_needs_follow_up_for_its_level():
    alone = with_contact(only(CELLS, AHEAD), allocation=f"{AHEAD}:1")
    # Its follow-up answers are few, as one call in seven is followed up: three times as many are enough.
    answered = [cell._replace(calls=3 * cell.calls) if cell.result.followup == "answered" else cell for cell in alone]
    with_them, without = honest(fitted(answered)), honest(fitted(without_follow_up(alone)))
    assert set(statuses(with_them)) <= {"ok", "wide"}
    assert statuses(without) == {"not_identified": len(NAMES)}
    assert set(statuses(without, "standardised")) <= {"ok", "wide"}
    assert "one layout throughout" in reasons(without)


def test_an_agent_whom_nobody_overlaps():
    alone = [
        cell._replace(contact=cell.contact._replace(queue="own")) if cell.agent == NAMES[0] else cell for cell in CELLS
    ]
    figures = honest(fitted(alone))
    assert statuses(figures)["not_identified"] == 1
    assert "cannot be told from the queue" in figures.agents[0].corrected.reasons[0]
    assert figures.agents[0].rank_interval == (None, None)


def test_agents_who_share_nothing_are_compared_with_nobody():
    apart = [
        cell._replace(contact=cell.contact._replace(queue=cell.agent)) for cell in CELLS if cell.agent in NAMES[:2]
    ]
    assert statuses(honest(fitted(apart))) == {"not_identified": 2}


@pytest.mark.parametrize("number", [1, 2, 3, 7])
def test_few_agents(number):
    figures = honest(fitted([cell for cell in CELLS if cell.agent in NAMES[:number]]))
    assert len(figures.agents) == number
    assert set(statuses(figures)) <= {"ok", "wide", "not_identified"}
    assert "fewer than 8 agents" in reasons(figures)
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
    assert (agent.rank_interval == (None, None)) is (ratings == 0)


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
        return cell._replace(result=cell.result._replace(category=7))

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
    [{"keys": {}}, {"read_seconds": ()}, {"first_read": None}, {"keys": {}, "read_seconds": (), "first_read": None}],
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
