"""Agents' figures: the counts of each agent, the response rate, the pressed top-box and its bounds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.domain.kpi.appraisal import appraisal, leading_notes
from ivr.domain.kpi.bounds import NO_BOUNDS, Bounds, worst_case_bounds
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.pressed import pressed_answers
from ivr.domain.kpi.response import Dispositions, count_dispositions, response_rate
from ivr.domain.kpi.tallies import OutcomeCount, by_agent
from ivr.domain.kpi.top_box import read_ratings, top_box
from ivr.domain.kpi.utility import utility_score

LEAK = "disposition_leak"
_NOT_FITTED = "no fitted figures: layouts and case mix are not adjusted for"
_NOT_CORRECTED = "no fitted figures: non-response is bounded, not corrected"


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What is known of one agent in a window; ``agent`` None holds the calls without an agent.

    ``observed`` holds every rating that can be read, ``appraisal`` those that a person may be judged by.
    What is from ``standardised`` on, bounds and notes apart, comes from a fit (:mod:`ivr.domain.kpi.fitted_rows`);
    until there is one the figures say so. ``utility`` weighs the pressed categories; None where nobody asked for that.
    """

    agent: str | None
    team: str | None
    calls: Dispositions
    response_rate: Estimate
    observed: Estimate
    appraisal: Estimate
    standardised: Estimate
    corrected: Estimate
    bounds: Bounds
    notes: tuple[str, ...]
    tier: int | None = None
    rank_interval: tuple[int | None, int | None] = (None, None)
    flags: tuple[str, ...] = ()
    reliability: float | None = None
    more_ratings: int | None = None
    weeks_needed: int | None = None
    utility: Estimate | None = None


def agent_figures(
    counts: Sequence[OutcomeCount],
    instruments: Instruments,
    *,
    leaking: bool = False,
    utility: Sequence[float] | None = None,
) -> tuple[AgentFigures, ...]:
    """Return one row an agent, ordered by key, the calls without an agent last.

    ``leaking``: the window's outcomes do not sum to its handled calls; then every score is refused. ``utility`` is
    what an answer of each category is worth, from the worst to the best.
    """
    rows = []
    for agent, cells in _in_order(counts).items():
        row = _figures(agent, cells, instruments, leaking=leaking)
        if utility is not None:
            score = utility_score(pressed_answers(cells, instruments), utility).rescaled
            row = replace(row, utility=no_figure(Status.REFUSED, LEAK) if leaking else score)
        rows.append(row)
    return tuple(rows)


def _in_order(counts: Iterable[OutcomeCount]) -> Mapping[str | None, list[OutcomeCount]]:
    cells = by_agent(counts)
    return {agent: cells[agent] for agent in sorted(cells, key=lambda key: (key is None, key or ""))}


def _figures(
    agent: str | None, cells: Sequence[OutcomeCount], instruments: Instruments, *, leaking: bool
) -> AgentFigures:
    calls = count_dispositions(cells)
    ratings = read_ratings(cells, instruments)
    teams = sorted({cell.team for cell in cells if cell.team is not None})
    notes = [*ratings.notes(), *leading_notes(cells, instruments)]
    if agent is None:
        notes.append("calls without an agent, counted apart")
    if calls.unknown:
        notes.append(f"{calls.unknown} with unknown end: in handled, not in eligible")
    if len(teams) > 1:
        notes.append("calls in several teams: " + ", ".join(teams))
    refused = no_figure(Status.REFUSED, LEAK)
    return AgentFigures(
        agent=agent,
        team=_latest_team(cells),
        calls=calls,
        response_rate=refused if leaking else response_rate(calls),
        observed=refused if leaking else top_box(ratings),
        appraisal=refused if leaking else appraisal(cells, instruments),
        standardised=refused if leaking else no_figure(Status.INSUFFICIENT, _NOT_FITTED),
        corrected=refused if leaking else no_figure(Status.INSUFFICIENT, _NOT_CORRECTED),
        bounds=NO_BOUNDS if leaking else worst_case_bounds(ratings.best, ratings.judged, calls.eligible),
        notes=tuple(notes),
    )


def _latest_team(cells: Iterable[OutcomeCount]) -> str | None:
    """Return the team of the latest call; among equals the last name, so that the answer never wavers."""
    latest = max(cells, key=lambda cell: (cell.last_ended_at, cell.team or ""), default=None)
    return None if latest is None else latest.team
