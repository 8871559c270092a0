"""Reads the team page: the agents of a window in groups that can be told apart, a part of them at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ivr.domain.kpi.best_answers import BestAnswer, best_answers
from ivr.domain.kpi.endings import Endings, endings
from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.layout_changes import LayoutChange, layout_changes
from ivr.domain.kpi.middle_agent import MiddleAgent, middle_agent
from ivr.domain.kpi.response import Dispositions
from ivr.domain.kpi.standings import Standing
from ivr.domain.kpi.tallies import EndingCount
from ivr.usecases.enough_ratings import EnoughRatings
from ivr.usecases.find_fit import FitStanding, fit_of
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_agents import AgentReport, report_agents
from ivr.usecases.report_window import ReportWindow
from ivr.usecases.team_rows import Contrast, TeamRow, contrast, team_rows

MOST_ROWS = 50
"""So many rows a page has at most."""
MOST_NAMED = 24
"""So many agents of a group its card names; of more, the number says."""


class TeamOrder(StrEnum):
    """What rows are ordered by within their group.

    The share as pressed is none of them: what callers heard moves it, so it puts nobody in order.
    """

    NAME = "name"
    RATINGS = "ratings"
    RESPONSE = "response"
    COMPARABLE = "comparable"
    CORRECTED = "corrected"


_FITTED = frozenset({TeamOrder.COMPARABLE, TeamOrder.CORRECTED})
_COMPARED = (Standing.BELOW, Standing.UNTOLD, Standing.ABOVE)
_APART = tuple(each for each in Standing if each not in _COMPARED)


@dataclass(frozen=True, slots=True)
class Person:
    """An agent's key and name."""

    agent: str
    name: str


@dataclass(frozen=True, slots=True)
class TeamGroup:
    """Those who stand alike: how many, and the first of them by name."""

    standing: Standing
    number: int
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class TeamPage:
    """The answer.

    ``rows`` are those of page ``page`` of ``pages``, ``found`` how many there are in all after searching; ``groups``
    and ``flagged`` are of all agents of the window. ``leak`` says why no score can be shown, None where the ledger is
    whole; ``warnings`` are the other sentences that belong to the figures. ``fitted`` holds no agent's figures;
    ``middle`` is that of the whole centre's fit, None where nobody is compared. ``best_answers`` are those of the
    layouts rated on in the window. ``drill_down_minimum`` is how many ratings a selection has to hold before its calls
    are listed.
    """

    window: ReportWindow
    computed_at: datetime
    totals: Dispositions
    response_rate: Estimate
    endings: Endings
    excluded: int
    groups: tuple[TeamGroup, ...]
    flagged: tuple[Person, ...]
    contrast: Contrast | None
    rows: tuple[TeamRow, ...]
    found: int
    page: int
    pages: int
    changes: tuple[LayoutChange, ...]
    best_answers: tuple[BestAnswer, ...]
    fitted: FitStanding
    middle: MiddleAgent | None
    leak: str | None
    warnings: tuple[str, ...]
    drill_down_minimum: int


@dataclass(frozen=True, slots=True)
class TeamQuestion(Question[TeamPage]):
    """Which rows of a window's agents: of one ``standing`` alone, and whose name or key holds ``search``.

    ``is_reversed`` turns the order round: names from Z to A, figures from the lowest. ``page`` counts from 1; one
    behind the last is the last. ``fit_window`` are the days whose fit is asked for, None for those of the window.
    """

    rests_on_tallies: ClassVar[bool] = True
    window: ReportWindow
    order: TeamOrder = TeamOrder.NAME
    is_reversed: bool = False
    page: int = 1
    search: str = ""
    standing: Standing | None = None
    fit_window: ReportWindow | None = None

    async def answer(self, sources: Sources) -> TeamPage:
        """Return the page."""
        report = await report_agents(
            sources.tallies,
            sources.instruments,
            clock=sources.clock,
            window=self.window,
            reference_layout=sources.reference_layout,
            fit_source=fit_of(sources.fit_source, self.fit_window),
            utility=sources.utility,
        )
        enough = EnoughRatings.of(self.window, sources.drill_down_minimum)
        report = enough.report(report)
        ended = await sources.tallies.ending_counts(self.window)
        excluded = await sources.tallies.excluded_counts(self.window)
        rows = team_rows(report.agents, await sources.people.names(), excluded, sources.instruments, enough)
        return self._page(report, rows, ended, sources)

    def _page(
        self, report: AgentReport, rows: Sequence[TeamRow], ended: Sequence[EndingCount], sources: Sources
    ) -> TeamPage:
        found = sorted((row for row in rows if self._is_found(row)), key=self._place)
        pages = max(1, -(-len(found) // MOST_ROWS))
        page = min(self.page, pages)
        shown = found[(page - 1) * MOST_ROWS : page * MOST_ROWS]
        by_agent = _by_agent(ended, {row.figures.agent for row in shown})
        by_name = sorted(rows, key=_by_name)
        series = {row.layout: row.series for row in report.layouts if row.layout is not None}
        return TeamPage(
            window=report.window,
            computed_at=report.computed_at,
            totals=report.totals,
            response_rate=report.response_rate,
            endings=endings(ended),
            excluded=sum(row.excluded for row in rows),
            groups=_groups(by_name, self._standings()),
            flagged=tuple(map(_person, (row for row in by_name if row.figures.flags)))[:MOST_NAMED],
            contrast=contrast(by_name),
            rows=tuple(replace(row, endings=endings(by_agent.get(row.figures.agent, ()))) for row in shown),
            found=len(found),
            page=page,
            pages=pages,
            changes=layout_changes(series),
            best_answers=best_answers(series, sources.instruments),
            fitted=_without_agents(report.fitted),
            middle=None if report.fitted.fit is None else middle_agent(report.fitted.fit.figures.agents),
            leak=report.leak,
            warnings=tuple(each for each in report.warnings if each != report.leak),
            drill_down_minimum=sources.drill_down_minimum,
        )

    def _is_found(self, row: TeamRow) -> bool:
        if self.standing is not None and row.standing is not self.standing:
            return False
        wanted = self.search.casefold()
        return wanted in row.name.casefold() or wanted in (row.figures.agent or "").casefold()

    def _standings(self) -> tuple[Standing, ...]:
        """Return the groups in order: who needs help first, unless fitted figures order from the highest."""
        if self.order in _FITTED and not self.is_reversed:
            return (*_COMPARED[::-1], *_APART)
        return (*_COMPARED, *_APART)

    def _place(self, row: TeamRow) -> tuple[object, ...]:
        """Return where a row stands: the group first, whatever the order; those of few ratings by name alone."""
        group = self._standings().index(row.standing)
        figure = None if row.standing is Standing.FEW else _ordered_by(row, self.order)
        if figure is None:
            name = row.name.casefold()
            turned = self.is_reversed and self.order is TeamOrder.NAME
            return (group, 1, tuple(-ord(letter) for letter in name) if turned else (), name, row.figures.agent or "")
        return (group, 0, (figure if self.is_reversed else -figure,), row.name.casefold(), row.figures.agent or "")


def _ordered_by(row: TeamRow, order: TeamOrder) -> float | None:
    figures = row.figures
    match order:
        case TeamOrder.NAME:
            return None
        case TeamOrder.RATINGS:
            return float(figures.calls.rated)
        case TeamOrder.RESPONSE:
            return figures.response_rate.estimate
        case TeamOrder.COMPARABLE:
            return figures.standardised.estimate
        case TeamOrder.CORRECTED:
            return figures.corrected.estimate


def _by_name(row: TeamRow) -> tuple[str, str]:
    return row.name.casefold(), row.figures.agent or ""


def _groups(by_name: Sequence[TeamRow], standings: Sequence[Standing]) -> tuple[TeamGroup, ...]:
    groups = []
    for standing in standings:
        people = [_person(row) for row in by_name if row.standing is standing]
        if people:
            groups.append(TeamGroup(standing, len(people), tuple(people[:MOST_NAMED])))
    return tuple(groups)


def _person(row: TeamRow) -> Person:
    return Person(row.figures.agent or "", row.name)


def _by_agent(ended: Sequence[EndingCount], agents: set[str | None]) -> Mapping[str | None, Sequence[EndingCount]]:
    found: dict[str | None, list[EndingCount]] = {}
    for each in ended:
        if each.agent in agents:
            found.setdefault(each.agent, []).append(each)
    return found


def _without_agents(fitted: FitStanding) -> FitStanding:
    """Return how the fit stands; what it says of single agents and layouts is in the rows."""
    if fitted.fit is None:
        return fitted
    return replace(fitted, fit=replace(fitted.fit, figures=replace(fitted.fit.figures, agents=(), layouts=())))
