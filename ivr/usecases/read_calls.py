"""Reads the calls behind a figure: as many as the figure says, where they are enough that nobody is known by them.

Theory. A list of few ratings tells who gave which: whoever knows that an agent had three rated calls on Tuesday, and
whom they spoke with, reads the third rating off the other two. So a selection is listed only where it holds at least
``drill_down_minimum`` ratings, counted before the outcome or the category is chosen, as these would be the way around.
Within a list of several agents, the ratings of those who have fewer are counted (or their number would not be that of
the figure) and not listed: a line without name and time would still tell both by the lines around it. And agents, who
know their callers best, read their own calls by the day, in no order within it, and those of today from tomorrow on.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo

from ivr.domain.calls import CallId, EndedBy
from ivr.domain.contests import ContestCase
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.tallies import EndingCount, OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.usecases.call_lists import EVERYTHING, CallFilter, Exclusion, Heard, ListedCall, OptionCount, Position
from ivr.usecases.own_call_order import listed_by_day
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.report_window import ReportWindow

ROWS = 50


@dataclass(frozen=True, slots=True)
class CallLine:
    """A line of the list. ``ended_at`` is None where it would tell too much.

    ``category`` is what the layout that was played calls the answer; ``contest`` is None where nobody contested it.
    """

    day: date
    outcome: Outcome | None
    category: str | None
    queue: str | None
    layout: str | None
    ended_by: EndedBy | None
    is_excluded: bool
    call: CallId
    ended_at: datetime | None = None
    agent: str | None = None
    agent_key: str | None = None
    contest: ContestCase | None = None


@dataclass(frozen=True, slots=True)
class TooFewRatings:
    """The selection is not listed: it holds ``rated`` ratings where ``minimum`` are needed."""

    window: ReportWindow
    rated: int
    minimum: int

    @property
    def missing(self) -> int:
        """How many more ratings it would take."""
        return self.minimum - self.rated


@dataclass(frozen=True, slots=True)
class CallPage:
    """A page of the list.

    ``total`` is how many calls there are, as the figures count them; None where only counting through all rows could
    tell. ``withheld`` of them are on no page: ratings of agents with fewer than ``minimum``, and the reader's own; None
    where that is not counted either. ``of_today`` more of the
    window, whatever is chosen, are of today: where the reader is among the agents they count from tomorrow on.
    ``left_out`` calls of the selection count in no figure and are not among them. ``agent`` is the name of the one
    whose calls all are, None where they are of several; ``category`` is what the chosen layout calls the chosen answer.
    """

    window: ReportWindow
    lines: tuple[CallLine, ...]
    total: int | None
    then: Position | None
    is_cut: bool
    rated: int
    minimum: int
    withheld: int | None = 0
    of_today: int = 0
    left_out: int = 0
    agent: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class CallsQuestion(Question[CallPage | TooFewRatings]):
    """The calls of ``window`` that ``chosen`` chooses, behind ``after``.

    ``reader`` is the agent who reads, None where the reader is none.
    """

    window: ReportWindow
    chosen: CallFilter = EVERYTHING
    after: Position | None = None
    reader: str | None = None

    async def answer(self, sources: Sources) -> CallPage | TooFewRatings:
        """Return the page, or that there are too few ratings for one."""
        is_own = self.reader is not None and self.window.agent == self.reader
        has_own = is_own or (self.reader is not None and self.window.agent is None)
        window = _until_today(self.window, sources) if has_own else self.window
        counted = () if window is None else await sources.tallies.outcome_counts(window)
        by_agent = ratings_by_agent(counted)
        rated, minimum = sum(by_agent.values()), sources.drill_down_minimum
        if window is None or rated < minimum:
            return TooFewRatings(self.window, rated, minimum)
        options = option_counts(sources.instruments)
        listable = None if window.agent is not None else self._listable(by_agent, minimum)
        if is_own:
            found = await listed_by_day(
                sources.calls, window, self.chosen, options, after=self.after, limit=ROWS, zone=sources.zone
            )
        else:
            found = await sources.calls.listed(
                window, self.chosen, options, after=self.after, limit=ROWS, rated_of=listable
            )
        cases = {
            case.contest.call: case for case in await sources.contests.of_calls([each.call for each in found.calls])
        }
        names = await sources.people.names()
        lines = [_line(each, sources, names, cases.get(each.call), is_own=is_own) for each in found.calls]
        total = await self._total(window, counted, sources)
        withheld: int | None = 0
        if listable is not None and not (by_agent.keys() <= listable and self.chosen.excluded is Exclusion.LEFT_OUT):
            withheld = await self._total(window, counted, sources, but=listable)
            if self.chosen.category is not None:
                # How many of them gave this answer would tell it of those who have few.
                total, withheld = None if total is None or withheld is None else total - withheld, None
        # All are there already, so nobody need look through the rest.
        is_all = self.after is None and total is not None and total == len(found.calls) + (withheld or 0)
        left_out = 0
        if self.chosen.excluded is Exclusion.LEFT_OUT:
            excluded = await sources.tallies.excluded_counts(window)
            left_out = _sum(excluded, self.chosen)
            if self.chosen.category is not None and listable is not None:
                left_out -= _sum(excluded, self.chosen, listable)
        held = await self._of_today(window, sources) if has_own else 0
        return CallPage(
            window=self.window,
            lines=tuple(lines),
            total=total,
            then=None if is_all else found.then,
            is_cut=found.is_cut and not is_all,
            rated=rated,
            minimum=minimum,
            withheld=withheld,
            of_today=held,
            left_out=left_out,
            agent=None if window.agent is None else names.get(window.agent, window.agent),
            category=category_name(sources.instruments, self.chosen.layout, self.chosen.version, self.chosen.category),
        )

    def _listable(self, by_agent: Mapping[str | None, int], minimum: int) -> frozenset[str | None]:
        """Return whose ratings are listed one by one among those of several agents."""
        own = frozenset[str | None]() if self.reader is None else {self.reader}
        return frozenset(agent for agent, rated in by_agent.items() if rated >= minimum) - own

    async def _total(
        self,
        window: ReportWindow,
        counted: Sequence[OutcomeCount],
        sources: Sources,
        *,
        but: Set[str | None] | None = None,
    ) -> int | None:
        """Return how many calls are chosen: from the tallies, else from the rows of one agent, else None.

        With ``but`` only ratings count, and of agents who are not among these.
        """
        chosen = self.chosen
        if chosen.ended_by is None and chosen.heard is None:
            total = 0 if chosen.excluded is Exclusion.ONLY else _sum(counted, chosen, but)
            if chosen.excluded is not Exclusion.LEFT_OUT:
                total += _sum(await sources.tallies.excluded_counts(window), chosen, but)
            return total
        if chosen == CallFilter(chosen.outcomes, ended_by=chosen.ended_by):
            return sum(
                each.calls
                for each in await sources.tallies.ending_counts(window)
                if each.ended_by is chosen.ended_by and _is_of(each.outcome, chosen) and _is_rating_but(each, but)
            )
        if chosen == CallFilter(chosen.outcomes, layout=chosen.layout, version=chosen.version, heard=chosen.heard):
            return await self._heard(window, sources, but)
        if window.agent is None:
            return None
        return await sources.calls.count(window, chosen, option_counts(sources.instruments))

    async def _heard(self, window: ReportWindow, sources: Sources, but: Set[str | None] | None) -> int:
        chosen, total = self.chosen, 0
        if not _is_of(Outcome.RATED, chosen):
            return 0
        for each in await sources.tallies.hearing_counts(window):
            instrument = sources.instruments.of(each.layout, each.layout_version)
            options = None if instrument is None else instrument.options
            if options is None or each.options_heard is None or (but is not None and each.agent in but):
                continue
            if chosen.layout not in {None, each.layout} or chosen.version not in {None, each.layout_version}:
                continue
            if (each.options_heard >= options) is (chosen.heard is Heard.ALL):
                total += each.calls
        return total

    async def _of_today(self, window: ReportWindow, sources: Sources) -> int:
        """Return how many calls are of today, whatever is chosen: of the chosen one could watch a rating arrive."""
        if window.until == self.window.until:
            return 0
        today = replace(self.window, since=window.until)
        return sum(each.calls for each in await sources.tallies.outcome_counts(today))


def ratings_by_agent(counted: Sequence[OutcomeCount]) -> Counter[str | None]:
    """Return how many ratings each agent has."""
    ratings: Counter[str | None] = Counter()
    for each in counted:
        if each.outcome is Outcome.RATED:
            ratings[each.agent] += each.calls
    return ratings


def option_counts(instruments: Instruments) -> tuple[OptionCount, ...]:
    """Return how many options each layout reads out, as far as that is known."""
    noted = [
        OptionCount(layout, version, each.options)
        for (layout, version), each in instruments.noted.items()
        if each.options is not None
    ]
    current = [
        OptionCount(layout, None, each.options)
        for layout, each in instruments.current.items()
        if each.options is not None
    ]
    return (*noted, *current)


def category_name(
    instruments: Instruments, layout: str | None, version: str | None, category: int | None
) -> str | None:
    """Return what the layout calls a category, its number where it is not known, None where there is none."""
    if category is None:
        return None
    instrument = instruments.of(layout, version)
    known = () if instrument is None else instrument.categories
    return known[category] if category < len(known) else str(category)


def begin_of_day(moment: datetime, zone: tzinfo) -> datetime:
    """Return when the day of ``moment`` began in ``zone``."""
    return datetime.combine(moment.astimezone(zone).date(), time(), tzinfo=zone)


def _until_today(window: ReportWindow, sources: Sources) -> ReportWindow | None:
    """Return the window without today; None where nothing of it is left."""
    today = begin_of_day(sources.clock(), sources.zone)
    until = today if window.until is None else min(window.until, today)
    return None if window.since is not None and window.since >= until else replace(window, until=until)


def _line(
    call: ListedCall,
    sources: Sources,
    names: Mapping[str, str],
    case: ContestCase | None,
    *,
    is_own: bool,
) -> CallLine:
    return CallLine(
        day=call.ended_at.astimezone(sources.zone).date(),
        outcome=call.outcome,
        category=category_name(sources.instruments, call.layout, call.layout_version, call.category),
        queue=call.queue,
        layout=call.layout,
        ended_by=call.ended_by,
        is_excluded=call.is_excluded,
        call=call.call,
        ended_at=None if is_own else call.ended_at,
        agent=None if call.agent is None else names.get(call.agent, call.agent),
        agent_key=call.agent,
        contest=case,
    )


def _sum(counted: Sequence[OutcomeCount], chosen: CallFilter, but: Set[str | None] | None = None) -> int:
    return sum(
        each.calls
        for each in counted
        if _is_of(each.outcome, chosen)
        and _is_rating_but(each, but)
        and chosen.category in {None, each.category}
        and chosen.layout in {None, each.layout}
        and chosen.version in {None, each.layout_version}
    )


def _is_rating_but(count: OutcomeCount | EndingCount, but: Set[str | None] | None) -> bool:
    return but is None or (count.outcome is Outcome.RATED and count.agent not in but)


def _is_of(outcome: Outcome | None, chosen: CallFilter) -> bool:
    return not chosen.outcomes or outcome in chosen.outcomes
