"""Reads the agent page: one agent's figures of a window, over time, among the others, and what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from ivr.domain.kpi.agents import LEAK, AgentFigures
from ivr.domain.kpi.appraisal import LeadingRatings, leading_ratings
from ivr.domain.kpi.call_path import Stage, call_path
from ivr.domain.kpi.endings import Endings, endings
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.funnel_points import FEWEST_AGENTS
from ivr.domain.kpi.informed import InformedAnswers, informed_answers
from ivr.domain.kpi.instruments import Instrument
from ivr.domain.kpi.middle_agent import MiddleAgent, middle_agent
from ivr.domain.kpi.peers import Peers, peers, refused_peers
from ivr.domain.kpi.pressed import Pressed, pressed_answers
from ivr.domain.kpi.response import Dispositions, count_dispositions, response_rate
from ivr.domain.kpi.tallies import HearingCount, OutcomeCount
from ivr.domain.kpi.top_box import read_ratings, top_box
from ivr.domain.kpi.trend import Trend, trend
from ivr.usecases.contests import ContestCounts
from ivr.usecases.enough_ratings import EnoughRatings, WithheldAnswers
from ivr.usecases.find_fit import FitStanding, fit_of
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_agents import AgentReport, report_agents
from ivr.usecases.report_window import ReportWindow
from ivr.usecases.team_beside import TeamBeside, team_beside

MOST_FITTED_MONTHS = 24
"""So many of the latest months are asked for a fit of their own."""


@dataclass(frozen=True, slots=True)
class WithExcluded:
    """The figures as they would be with the ratings that were taken out, of which there are ``calls``."""

    calls: int
    counted: Dispositions
    observed: Estimate
    response_rate: Estimate


@dataclass(frozen=True, slots=True)
class InformedBeside:
    """An agent's informed answers on one layout, beside those of everybody; None where that would tell on somebody."""

    own: InformedAnswers
    everybody: Estimate | None


@dataclass(frozen=True, slots=True)
class FittedMonth:
    """What the fit of one single month says of the agent."""

    first: date
    standardised: Estimate


@dataclass(frozen=True, slots=True)
class AgentPage:
    """Everything of one agent in a window.

    ``report`` is of this agent alone; ``figures`` is None where there is no call in the window. ``is_own``: the agent
    reads it, so nobody else is named. ``today`` counts the calls since midnight, which are in no figure; None where
    they are in all of them. ``fitted_months`` is empty where no month has a fit of its own. ``name`` and
    ``peer_names`` (by key) are what people are called.

    ``team`` are the others of the agent's team, None where they may not be shown; ``middle`` is what the comparable
    figure is held against, None where it would tell on somebody. ``leading`` are the ratings on layouts that lead,
    ``heard`` is what callers hear on the layouts of ``pressed``, by key, as it is today; ``pressed_withheld`` are the
    layouts with too few ratings to tell what was pressed.
    """

    agent: str
    name: str
    is_own: bool
    report: AgentReport
    figures: AgentFigures | None
    path: tuple[Stage, ...]
    endings: Endings
    trend: Trend
    fitted_months: tuple[FittedMonth, ...]
    pressed: tuple[Pressed, ...]
    informed: tuple[InformedBeside, ...]
    peers: Peers
    peer_names: Mapping[str, str]
    with_excluded: WithExcluded
    today: int | None = None
    pressed_withheld: tuple[WithheldAnswers, ...] = ()
    team: TeamBeside | None = None
    leading: tuple[LeadingRatings, ...] = ()
    heard: Mapping[str, Instrument] = field(default_factory=dict)
    middle: MiddleAgent | None = None


@dataclass(frozen=True, slots=True)
class AgentQuestion(Question[AgentPage | None]):
    """One agent's page; the answer is None where the scope of ``window`` knows no call of its agent at any time.

    ``today`` is the site's last midnight where the window leaves out the calls since. ``fit_window`` are then the
    days whose fit is asked for: a fit is of whole months.

    Raises:
        ValueError: where the window is not of one agent.
    """

    rests_on_tallies: ClassVar[bool] = True

    window: ReportWindow
    is_own: bool = False
    fit_window: ReportWindow | None = None
    today: datetime | None = None

    def __post_init__(self) -> None:
        if self.window.agent is None:
            raise ValueError("the page is of one agent, and the window names none")

    async def answer(self, sources: Sources) -> AgentPage | None:
        """Return the page."""
        return await _Reading(self, sources).page()


@dataclass(frozen=True, slots=True)
class ContestsQuestion(Question[ContestCounts]):
    """How many ratings of a window are contested; answered anew each time, as contests are in no tally."""

    window: ReportWindow

    async def answer(self, sources: Sources) -> ContestCounts:
        """Return the numbers."""
        return await sources.contests.counts(self.window)


class _Reading:
    """One answer in the making."""

    def __init__(self, question: AgentQuestion, sources: Sources) -> None:
        self._question = question
        self._sources = sources
        self._tallies = sources.tallies
        self._known = sources.instruments
        self._window = question.window
        self._agent = question.window.agent or ""
        self._enough = EnoughRatings.of(question.window, sources.drill_down_minimum)
        # A point of a trend is a narrow choice by nature, and so is one layout.
        self._enough_in_part = EnoughRatings(sources.drill_down_minimum)

    async def page(self) -> AgentPage | None:
        report, middle = await self._report()
        if not report.handled and not self._question.is_own and not await self._was_ever_there():
            return None
        excluded = await self._tallies.excluded_counts(self._window)
        counts = await self._tallies.outcome_counts(self._window)
        own, is_leaking = self._question.is_own, report.leak is not None
        others = await self._tallies.outcome_counts(replace(self._window, agent=None))
        days = () if is_leaking else await self._tallies.day_counts(self._window)
        over_time = self._enough_in_part.trend(trend(days, self._known, self._begins(others)))
        few = self._enough.of_few(others, self._known)
        among = refused_peers(LEAK) if is_leaking else self._peers(others, few)
        names = await self._sources.people.names()
        figures = report.agents[0] if report.agents else None
        pressed, pressed_withheld = self._enough_in_part.pressed(
            () if is_leaking else pressed_answers(counts, self._known)
        )
        team = None if figures is None or is_leaking else figures.team
        return AgentPage(
            agent=self._agent,
            name=names.get(self._agent, self._agent),
            is_own=own,
            report=report,
            figures=figures,
            path=call_path(report.totals),
            endings=endings(await self._tallies.ending_counts(self._window)),
            trend=over_time,
            fitted_months=await self._fitted_months(over_time),
            pressed=pressed,
            informed=() if is_leaking else await self._informed(),
            peers=among,
            peer_names={each.agent: names.get(each.agent, each.agent) for each in among.others if each.agent},
            with_excluded=self._with_excluded(counts, excluded, is_leaking=is_leaking),
            today=await self._today(),
            pressed_withheld=pressed_withheld,
            middle=middle,
            team=team_beside(others, self._known, self._agent, team, is_own=own, enough=self._enough_in_part),
            leading=leading_ratings(counts, self._known),
            heard={
                each.layout: self._known.current[each.layout] for each in pressed if each.layout in self._known.current
            },
        )

    async def _report(self) -> tuple[AgentReport, MiddleAgent | None]:
        """Return the report of this agent alone, and the middle of all whom its fit compares."""
        report = await report_agents(
            self._tallies,
            self._known,
            clock=self._sources.clock,
            window=self._window,
            reference_layout=self._sources.reference_layout,
            fit_source=fit_of(self._sources.fit_source, self._question.fit_window),
            utility=self._sources.utility,
        )
        fitted = of_one_agent(report.fitted, self._agent, is_own=self._question.is_own)
        middle = None if report.fitted.fit is None else middle_agent(report.fitted.fit.figures.agents)
        if middle is not None and self._question.is_own and middle.agents <= FEWEST_AGENTS:
            middle = None
        report = self._enough.report(report)
        warnings = self._warnings(report, fitted)
        return replace(report, in_progress=None, layouts=(), fitted=fitted, warnings=warnings), middle

    def _warnings(self, report: AgentReport, fitted: FitStanding) -> tuple[str, ...]:
        """Return what a report warns of; what can be done about layouts is not for the agent to do."""
        if self._question.is_own:
            return (*(() if report.leak is None else (report.leak,)), *fitted.warnings)
        return report.warnings

    async def _was_ever_there(self) -> bool:
        ever = ReportWindow(teams=self._window.teams, agent=self._agent)
        return bool(await self._tallies.handled_calls(ever)) or bool(await self._tallies.excluded_counts(ever))

    async def _fitted_months(self, over_time: Trend) -> tuple[FittedMonth, ...]:
        months = sorted({day.replace(day=1) for each in over_time.points for day in (each.first, each.last)})
        found = []
        for month in months[-MOST_FITTED_MONTHS:]:
            standing = await self._sources.fit_source(self._month(month), self._known)
            fit = standing.fit
            own = () if fit is None else (each for each in fit.figures.agents if each.agent == self._agent)
            found += [FittedMonth(month, self._enough_in_part.share(each.standardised)) for each in own]
        return tuple(found)

    def _month(self, first: date) -> ReportWindow:
        since = datetime.combine(first, time(), tzinfo=self._sources.zone)
        next_month = (first + timedelta(days=32)).replace(day=1)
        return replace(self._window, since=since, until=datetime.combine(next_month, time(), self._sources.zone))

    async def _informed(self) -> tuple[InformedBeside, ...]:
        own = await self._tallies.hearing_counts(self._window)
        everybody = await self._tallies.hearing_counts(replace(self._window, agent=None, teams=None))
        shown = everybody if not self._question.is_own or _are_enough(everybody, self._agent) else ()
        told = self._enough_in_part.share
        beside = {each.layout: told(each.share) for each in informed_answers(shown, self._known)}
        return tuple(
            InformedBeside(replace(each, share=told(each.share)), beside.get(each.layout))
            for each in informed_answers(own, self._known)
        )

    def _peers(self, others: Sequence[OutcomeCount], few: frozenset[str | None]) -> Peers:
        """Return the agents with enough ratings; those of few are not in the common share either."""
        told = [each for each in others if each.agent not in few]
        among = peers(told, self._known, self._agent, named=not self._question.is_own)
        return replace(among, reasons=(*among.reasons, self._enough.not_drawn)) if few - {None} else among

    def _begins(self, counts: Sequence[OutcomeCount]) -> Mapping[tuple[str, str], date]:
        """Return the day on which each version of a layout was first heard by anybody."""
        begins: dict[tuple[str, str], date] = {}
        for each in counts:
            if each.layout is not None and each.layout_version is not None:
                key = each.layout, each.layout_version
                day = (each.first_ended_at or each.last_ended_at).astimezone(self._sources.zone).date()
                begins[key] = min(begins.get(key, day), day)
        return begins

    def _with_excluded(
        self, counts: Sequence[OutcomeCount], excluded: Sequence[OutcomeCount], *, is_leaking: bool
    ) -> WithExcluded:
        together = [*counts, *excluded]
        calls = count_dispositions(together)
        refused = no_figure(Status.REFUSED, LEAK)
        is_few = self._enough.are_few(read_ratings(counts, self._known).judged)
        return WithExcluded(
            calls=sum(each.calls for each in excluded),
            counted=calls,
            observed=refused
            if is_leaking
            else self._enough.share(top_box(read_ratings(together, self._known)), is_beside=is_few),
            response_rate=refused if is_leaking else response_rate(calls),
        )

    async def _today(self) -> int | None:
        if self._question.today is None:
            return None
        return await self._tallies.handled_calls(replace(self._window, since=self._question.today, until=None))


def of_one_agent(fitted: FitStanding, agent: str, *, is_own: bool) -> FitStanding:
    """Return the standing of a fit with what it says of ``agent`` alone; an agent learns nothing of the centre."""
    if fitted.fit is None:
        return fitted
    figures = replace(
        fitted.fit.figures,
        agents=tuple(each for each in fitted.fit.figures.agents if each.agent == agent),
        layouts=(),
        facts={},
        warnings=() if is_own else fitted.fit.figures.warnings,
    )
    return replace(fitted, fit=replace(fitted.fit, handled=None if is_own else fitted.fit.handled, figures=figures))


def _are_enough(hearings: Sequence[HearingCount], agent: str) -> bool:
    return len({each.agent for each in hearings} - {agent, None}) >= FEWEST_AGENTS
