"""Calls one by one and their contests kept in memory, over the calls that the tallies count."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ivr.domain.access import Scope
from ivr.domain.calls import Attribution, CallArrived, CallFacts, CallId, Comment, EndedBy, HandledCall
from ivr.domain.contests import (
    Contest,
    ContestCase,
    ContestDecision,
    RatedCall,
    Verdict,
    why_not_contested,
    why_not_decided,
    why_not_decided_by,
)
from ivr.domain.outcomes import Outcome
from ivr.errors import ContestRefused
from ivr.usecases.call_lists import (
    CallFilter,
    CallSlice,
    Exclusion,
    Heard,
    ListedCall,
    OptionCount,
    PlayedLayout,
    Position,
    StoredCall,
)
from ivr.usecases.contests import ContestCounts, ContestedCall
from ivr.usecases.report_window import ReportWindow
from tests.memory_ports import MemoryTallies
from tests.memory_ports import StoredCall as CountedCall

PBX = "default"


def call_id(number: int) -> CallId:
    """Return the key of the call at a place of the tallies' list."""
    return CallId(PBX, f"1772452800.{number}")


@dataclass
class MemoryCalls:
    """Lists and finds the calls of ``tallies``; ``facts`` and ``comments`` are what is known of some beside."""

    tallies: MemoryTallies
    facts: dict[CallId, CallFacts] = field(default_factory=dict)
    comments: dict[CallId, tuple[Comment, ...]] = field(default_factory=dict)
    imported: set[CallId] = field(default_factory=set)
    tests: set[CallId] = field(default_factory=set)

    async def listed(
        self,
        window: ReportWindow,
        chosen: CallFilter,
        options: Sequence[OptionCount],
        *,
        after: Position | None,
        limit: int,
        rated_of: frozenset[str | None] | None = None,
    ) -> CallSlice:
        found = sorted(self._chosen(window, chosen, options), key=_place, reverse=True)
        if rated_of is not None:
            found = [each for each in found if each.outcome is not Outcome.RATED or each.agent in rated_of]
        if after is not None:
            begin = (after.ended_at,) if after.call is None else (after.ended_at, after.call)
            found = [each for each in found if _place(each)[: len(begin)] < begin]
        some = found[:limit]
        then = Position(some[-1].ended_at, some[-1].call) if len(found) > limit else None
        return CallSlice(some, then)

    async def count(self, window: ReportWindow, chosen: CallFilter, options: Sequence[OptionCount]) -> int:
        return len(self._chosen(window, chosen, options))

    async def find(self, call: CallId) -> StoredCall | None:
        number = _number(call)
        if number is None or number >= len(self.tallies.calls):
            return None
        counted = self.tallies.calls[number]
        row = replace(_row(call, counted), test=call in self.tests)
        facts = self.facts.get(call, CallFacts(CallArrived(call)))
        return StoredCall(row, facts, None, self.comments.get(call, ()), call in self.imported)

    def _chosen(self, window: ReportWindow, chosen: CallFilter, options: Sequence[OptionCount]) -> list[ListedCall]:
        return [
            _listed(call_id(number), call)
            for number, call in enumerate(self.tallies.calls)
            if _is_in(window, call) and _is_chosen(chosen, call, options) and call_id(number) not in self.tests
        ]


@dataclass
class MemoryContests:
    """Keeps contests, and has the tallies follow the decisions."""

    tallies: MemoryTallies
    cases: dict[CallId, ContestCase] = field(default_factory=dict)
    decisions: int = 0

    async def call_of(self, call: CallId) -> RatedCall | None:
        number = _number(call)
        if number is None or number >= len(self.tallies.calls):
            return None
        counted = self.tallies.calls[number]
        return RatedCall(counted.agent, counted.team, counted.outcome, False, counted.excluded)

    async def of_call(self, call: CallId) -> ContestCase | None:
        return self.cases.get(call)

    async def of_calls(self, calls: Sequence[CallId]) -> Sequence[ContestCase]:
        return [self.cases[call] for call in calls if call in self.cases]

    async def listed(
        self, scope: Scope, *, is_open: bool, limit: int, before: int | None = None
    ) -> Sequence[ContestedCall]:
        found = []
        for call, case in sorted(self.cases.items(), key=lambda each: -(each[1].contest.number or 0)):
            counted = self.tallies.calls[_number(call) or 0]
            in_teams = scope.teams is None or counted.team in scope.teams
            in_scope = in_teams and scope.agent in {None, counted.agent}
            if case.is_open is is_open and in_scope and (before is None or (case.contest.number or 0) < before):
                rated = RatedCall(counted.agent, counted.team, counted.outcome, False, counted.excluded)
                beside = counted.ended_at, counted.category, counted.layout, counted.layout_version
                found.append(ContestedCall(case, rated, *beside))
        return found[:limit]

    async def counts(self, window: ReportWindow) -> ContestCounts:
        some = [case for call, case in self.cases.items() if _is_in(window, self.tallies.calls[_number(call) or 0])]
        held = [case.last.verdict for case in some if case.last is not None]
        return ContestCounts(len(some) - len(held), held.count(Verdict.EXCLUDE), held.count(Verdict.KEEP))

    async def add(self, contest: Contest) -> ContestCase:
        rated = await self.call_of(contest.call)
        assert rated is not None
        refused = why_not_contested(rated, self.cases.get(contest.call))
        if refused is not None:
            raise ContestRefused(refused)
        self.cases[contest.call] = ContestCase(replace(contest, number=len(self.cases) + 1))
        return self.cases[contest.call]

    async def decide(self, call: CallId, decision: ContestDecision, *, seen: int | None) -> ContestCase:
        rated, case = await self.call_of(call), self.cases[call]
        assert rated is not None
        refused = why_not_decided_by(decision.who, rated, case) or why_not_decided(case, decision.verdict, seen)
        if refused is not None:
            raise ContestRefused(refused)
        self.decisions += 1
        self.cases[call] = replace(case, decisions=(*case.decisions, replace(decision, number=self.decisions)))
        number = _number(call) or 0
        excluded = decision.verdict is Verdict.EXCLUDE
        self.tallies.calls[number] = replace(self.tallies.calls[number], excluded=excluded)
        return self.cases[call]


@dataclass
class MemoryPlays:
    """Layouts as they were played, by key."""

    versions: dict[str, PlayedLayout] = field(default_factory=dict)

    async def played(self, layout: str, version: str | None) -> PlayedLayout | None:
        return self.versions.get(layout)


def _number(call: CallId) -> int | None:
    begin, _, number = call.uniqueid.partition(".")
    return int(number) if begin == "1772452800" and call.pbx == PBX and number.isdigit() else None


def _place(each: ListedCall) -> tuple[datetime, CallId]:
    return each.ended_at, each.call


def _is_in(window: ReportWindow, call: CountedCall) -> bool:
    return (
        (window.since is None or call.ended_at >= window.since)
        and (window.until is None or call.ended_at < window.until)
        and window.queue in {None, call.queue}
        and window.site in {None, call.site}
        and window.language in {None, call.language}
        and window.agent in {None, call.agent}
        and (window.teams is None or call.team in window.teams)
    )


def _is_chosen(chosen: CallFilter, call: CountedCall, options: Sequence[OptionCount]) -> bool:
    wanted = {Exclusion.LEFT_OUT: {False}, Exclusion.ONLY: {True}, Exclusion.ALSO: {True, False}}
    read_out = {each.layout: each.options for each in options if each.version in {None, call.layout_version}}
    needed, got = read_out.get(call.layout or ""), call.options_heard
    heard = None if needed is None or got is None else got >= needed
    return (
        call.excluded in wanted[chosen.excluded]
        and (not chosen.outcomes or call.outcome in chosen.outcomes)
        and chosen.category in {None, call.category}
        and chosen.ended_by in {None, call.ended_by}
        and chosen.layout in {None, call.layout}
        and chosen.version in {None, call.layout_version}
        and (chosen.heard is None or (call.outcome is Outcome.RATED and heard is (chosen.heard is Heard.ALL)))
    )


def _listed(call: CallId, counted: CountedCall) -> ListedCall:
    return ListedCall(
        call,
        counted.ended_at,
        counted.agent,
        counted.queue,
        counted.outcome,
        counted.category,
        counted.layout,
        counted.layout_version,
        counted.ended_by,
        counted.options_heard,
        counted.excluded,
    )


def _row(call: CallId, counted: CountedCall) -> HandledCall:
    return HandledCall(
        call=call,
        ended_at=counted.ended_at,
        outcome=counted.outcome or Outcome.UNKNOWN,
        agent=counted.agent,
        queue=counted.queue,
        team=counted.team,
        site=counted.site,
        language=counted.language,
        attribution=Attribution.CERTAIN,
        ended_by=counted.ended_by or EndedBy.UNKNOWN,
        layout=counted.layout,
        layout_version=counted.layout_version,
        options_heard=counted.options_heard,
        category=counted.category,
        key=None if counted.category is None else str(counted.category + 1),
        excluded=counted.excluded,
        asked_seconds=counted.asked_seconds,
    )
