"""Bad input: each has a status and a reason that a supervisor understands, and never half a figure."""

import pytest

from ivr.domain.kpi.period_cells import PeriodCell, Result
from ivr.domain.outcomes import Outcome
from tests.domain.kpi.structural.small_centre import (
    AHEAD,
    drawn,
    fitted,
    honest,
    rated_as,
    reasons,
    statuses,
    with_contact,
    with_result,
    without_follow_up,
)

CELLS, GROUPS = drawn()
NAMES = sorted({cell.agent for cell in CELLS})


def only(cells, layout):
    return [cell for cell in cells if cell.contact.layout == layout]


def test_no_cells_at_all():
    figures = honest(fitted((), ()))
    assert figures.agents == ()
    assert figures.warnings == ("no fitted figures: nobody has rated yet",)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (with_contact(CELLS, layout="elsewhere"), "no rating whose layout has a definition"),
        (with_contact(CELLS, layout=None), "no rating whose layout has a definition"),
        (with_result(CELLS, lambda result: result._replace(category=None)), "no rating"),
        (with_result(CELLS, rated_as(3)), "no rating"),
        (with_result(CELLS, rated_as(-1)), "no rating"),
        ([cell for cell in CELLS if cell.result.outcome is not Outcome.RATED], "nobody has rated yet"),
        (with_result(CELLS, lambda result: result._replace(outcome=None)), "nobody has rated yet"),
        (with_result(CELLS, lambda _: Result(Outcome.NOT_SELECTED, None, None, None)), "nobody has rated yet"),
        (with_result(CELLS, lambda _: Result(Outcome.CALLER_LEFT_FIRST, None, None, None)), "nobody has rated yet"),
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
    cells.append(CELLS[0]._replace(result=Result(Outcome.RATED, 3, None, None), calls=2))
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
            for number, cell in enumerate(apart)
            if cell.contact.delay_seconds == 0 or cell.result.outcome is not Outcome.RATED or number % 3 == 0
        ]
        figures = honest(fitted(fewer, ()))
        assert statuses(figures) == {"not_identified": len(NAMES)}


def test_delays_that_are_not_known_do_not_stop_a_fit():
    assert set(statuses(honest(fitted(with_contact(CELLS, delay_seconds=None))))) <= {"ok", "wide"}


@pytest.mark.parametrize("allocation", [None, "half and half", lambda contact: f"{contact.layout}:1"])
def test_layouts_without_random_overlap_give_nobody_a_number(allocation):
    figures = honest(fitted(with_contact(CELLS, allocation=allocation)))
    assert statuses(figures) == statuses(figures, "standardised") == {"not_identified": len(NAMES)}
    assert ("never drawn in the same place" if callable(allocation) else "without the probabilities") in reasons(
        figures
    )
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
