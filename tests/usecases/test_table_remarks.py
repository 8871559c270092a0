"""The sentences under a table: in their order, and forty that differ in a number told as one."""

from dataclasses import replace

from ivr.domain.kpi.agents import AgentFigures, agent_figures
from ivr.domain.kpi.estimates import Status, no_figure
from ivr.domain.kpi.fitted_rows import without_fitted_agents
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.pace import UNTIL_TOLD_APART
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.usecases.table_remarks import agent_remarks
from tests.memory_ports import NOON

SCALE = ("dissatisfied", "so-so", "satisfied")
LAYOUTS = Instruments(
    {
        "plain-123": Instrument(SCALE),
        "other-123": Instrument(SCALE),
        "paced-123": Instrument(SCALE, leads=("it waits after the best answer alone",)),
    }
)


def rated(agent: str, **layouts: int) -> list[OutcomeCount]:
    names = ((f"{name}-123", calls) for name, calls in layouts.items())
    return [OutcomeCount(agent, None, name, None, Outcome.RATED, 2, calls, NOON) for name, calls in names]


def rows(*counts: list[OutcomeCount]) -> list[AgentFigures]:
    return list(agent_figures([each for some in counts for each in some], LAYOUTS))


def fitted(row: AgentFigures, **more: object) -> AgentFigures:
    return replace(row, standardised=row.observed, corrected=row.observed, **more)


def test_what_asks_for_action_comes_first_and_what_leads_last() -> None:
    flagged, refused, lead, few = rows(
        rated("a", plain=40),
        rated("b", plain=40),
        rated("c", plain=12, other=20, paced=9),
        rated("d", plain=1, paced=6),
    )
    none = no_figure(Status.NOT_IDENTIFIED, "no other agent serves the queue")
    remarks = agent_remarks(
        [
            fitted(flagged, flags=("selective_offering",), notes=("brings it to content callers",)),
            replace(refused, standardised=none, corrected=none, notes=(f"about 50 more ratings {UNTIL_TOLD_APART}",)),
            fitted(lead),
            fitted(few, notes=("5 with unknown end", *few.notes)),
        ]
    )
    assert remarks == (
        "brings it to content callers [a]",
        "standardised, corrected not identified: no other agent serves the queue [b]",
        f"about 50 more ratings {UNTIL_TOLD_APART} [b]",
        "5 with unknown end [d]",
        "observed, standardised, corrected wide: fewer than 10 ratings: do not rank [d]",
        "pressed shares mix layouts: two or more of other-123, paced-123, plain-123 [c, d]",
        "appraisal wide: fewer than 10 ratings: do not rank [d]",
        "6 to 9 ratings of paced-123, which leads callers: in the share as pressed, kept out of the appraisal [c, d]",
    )


def test_sentences_that_differ_in_numbers_alone_are_one_with_the_range() -> None:
    calm = [fitted(row) for row in rows(*(rated(f"agent-{number}", plain=40) for number in range(1, 8)))]
    weeks = (1, 2, 12, 1, 1, 1, 1)
    noted = [
        replace(row, notes=(f"about {more} more {'rating' if more == 1 else 'ratings'}, {week} wk {UNTIL_TOLD_APART}",))
        for row, week, more in zip(calm, weeks, (1, 1_200, 9, 50, 60, 70, 80), strict=True)
    ]
    names = "agent-1, agent-2, agent-3, agent-4, agent-5 and 2 more"
    assert agent_remarks(noted) == (f"about 1 to 1200 more ratings, 1 to 12 wk {UNTIL_TOLD_APART} [{names}]",)
    same = [replace(row, notes=(f"1 rating of plain-123 after {number} weeks",)) for number, row in enumerate(calm, 2)]
    assert agent_remarks(same) == (f"1 rating of plain-123 after 2 to 8 weeks [{names}]",)


def test_what_does_not_fit_under_the_table_is_counted() -> None:
    many = [
        fitted(row, notes=(f"calls in several teams: {row.agent}",))
        for row in rows(*(rated(f"agent-{letter}", plain=40) for letter in "abcdefghijklmnopq"))
    ]
    *told, last = agent_remarks(many)
    assert len(told) == 12
    assert last == "5 more: --format csv has every row's in its columns notes and reasons"


def test_a_window_without_fitted_figures_says_so_once() -> None:
    calm = without_fitted_agents(rows(rated("a", plain=40), rated("b", plain=40)), "only whole months are fitted")
    assert agent_remarks(calm) == ("standardised, corrected insufficient: only whole months are fitted [a, b]",)
