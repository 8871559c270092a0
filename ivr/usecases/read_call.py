"""Reads one call: who spoke when, what was played, which keys came, and what became of the rating.

What may be shown is decided here, and what may not be shown is not in the answer. A call out of scope is not there. A
call of an agent with too few ratings in its month stays closed, except to who decides about its contest. To the agent
whom it is about, the call tells nothing by which the caller could be known: no time of day, no lengths of wait and
talk, no other agents; and a call of today is opened tomorrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ivr.domain.access import Scope
from ivr.domain.call_replay import Replay, replay_call
from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION, Answer, CallFacts, CallId, Press
from ivr.domain.closing import credited_leg
from ivr.domain.contests import ContestCase, RatedCall, why_not_contested
from ivr.domain.key_roles import key_roles
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.usecases.call_account import CallView, GivenAnswer, OpenedTomorrow, SpokenComment, Talk
from ivr.usecases.call_lists import PlayedLayout, StoredCall
from ivr.usecases.contest_rating import is_in_scope
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.read_calls import TooFewRatings, begin_of_day, category_name, ratings_by_agent
from ivr.usecases.report_window import ReportWindow


@dataclass(frozen=True, slots=True)
class CallQuestion(Question[CallView | TooFewRatings | OpenedTomorrow | None]):
    """One call, for a reader with ``scope`` who is the agent ``reader``, if any, and may decide contests or not."""

    call: CallId
    scope: Scope
    reader: str | None = None
    decides: bool = False

    async def answer(self, sources: Sources) -> CallView | TooFewRatings | OpenedTomorrow | None:
        """Return the call, why it is not shown, or None where there is none in scope."""
        stored = await sources.calls.find(self.call)
        if stored is None:
            return None
        row = stored.row
        rated = RatedCall(row.agent, row.team, row.outcome, row.test, row.excluded)
        if not is_in_scope(rated, self.scope, self.reader):
            return None
        is_own = self.reader is not None and row.agent == self.reader
        day = row.ended_at.astimezone(sources.zone).date()
        if is_own and row.ended_at >= begin_of_day(sources.clock(), sources.zone):
            return OpenedTomorrow(day)
        case = await sources.contests.of_call(self.call)
        if case is None or not self.decides or is_own:
            few = await self._too_few(stored, day, sources)
            if few is not None:
                return few
        view = await _view(stored, sources, is_own=is_own, case=case, rated=rated)
        return _blinded(view) if is_own else view

    async def _too_few(self, stored: StoredCall, day: date, sources: Sources) -> TooFewRatings | None:
        """Return that the agent of the call has too few ratings in its month."""
        first = day.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        begin, end = (datetime.combine(each, datetime.min.time(), tzinfo=sources.zone) for each in (first, after))
        window = ReportWindow(begin, end, agent=stored.row.agent)
        rated = ratings_by_agent(await sources.tallies.outcome_counts(window))[stored.row.agent]
        minimum = sources.drill_down_minimum
        return TooFewRatings(window, rated, minimum) if rated < minimum else None


async def _view(
    stored: StoredCall, sources: Sources, *, is_own: bool, case: ContestCase | None, rated: RatedCall
) -> CallView:
    row, facts = stored.row, stored.facts
    played = await _played(stored, sources)
    layouts = {name: each.version.layout for name, each in played.items()}
    answers = _answers(stored)
    presses = facts.presses or row.keys or _pressed(stored)
    talks, waits_from = _talks(stored)
    names = await sources.people.names()
    entered = facts.entered
    return CallView(
        call=row.call,
        day=row.ended_at.astimezone(sources.zone).date(),
        ended_at=row.ended_at,
        is_own=is_own,
        is_imported=stored.is_imported,
        is_test=row.test,
        is_excluded=row.excluded,
        agent=_name(row.agent, names),
        agent_key=row.agent,
        team=row.team,
        is_named=entered is not None and entered.agent_is_named,
        attribution=row.attribution,
        agents=row.legs,
        queue=row.queue,
        site=row.site,
        language=row.language,
        outcome=row.outcome,
        category=category_name(sources.instruments, row.layout, row.layout_version, row.category),
        key=row.key,
        ended_by=row.ended_by,
        wait_seconds=row.wait_seconds,
        talk_seconds=row.talk_seconds,
        waits_from=waits_from,
        talks=tuple(replace(each, agent=_name(each.agent, names)) for each in talks),
        experiment=row.experiment,
        layout=row.layout,
        layout_version=row.layout_version,
        layout_probability=row.layout_probability,
        allocation=row.allocation,
        delay_seconds=row.delay_seconds,
        delay_probability=row.delay_probability,
        selection_probability=row.selection_probability,
        declined_by=None if entered is None else entered.declined_by,
        options_heard=row.options_heard,
        asked_seconds=row.asked_seconds,
        keys=key_roles(presses, answers, layouts),
        answers=tuple(_given(each, layouts) for each in answers.values()),
        comments=tuple(SpokenComment(each.question, each.seconds) for each in stored.comments),
        invitation=stored.invitation,
        replay=_replay(stored, played.get(PRIMARY_QUESTION)),
        is_exact_layout=PRIMARY_QUESTION in played and played[PRIMARY_QUESTION].is_exact,
        contest=case,
        why_not=why_not_contested(rated, case),
    )


def _blinded(view: CallView) -> CallView:
    """Return the view for the agent whom the call is about: nothing of it tells which caller it was."""
    return replace(
        view,
        ended_at=None,
        wait_seconds=None,
        talk_seconds=None,
        waits_from=None,
        talks=(),
        site=None,
        invitation=None,
    )


async def _played(stored: StoredCall, sources: Sources) -> Mapping[str, PlayedLayout]:
    """Return the layouts that were played, by question; the confirmation is of the first."""
    row = stored.row
    if row.layout is None:
        return {}
    first = await sources.played_layouts.played(row.layout, row.layout_version)
    if first is None:
        return {}
    found = {PRIMARY_QUESTION: first, CONFIRMATION: first}
    further = {}
    versions = {each.question: each.version for each in stored.facts.further}
    for key in first.version.layout.leads_to():
        each = await sources.played_layouts.played(key, versions.get(key))
        if each is None:
            return found
        further[key] = each.version
        found[key] = each
    return found | {PRIMARY_QUESTION: replace(first, version=replace(first.version, further=further))}


def _replay(stored: StoredCall, played: PlayedLayout | None) -> Replay | None:
    row, facts = stored.row, stored.facts
    is_over = DISPOSITIONS[row.outcome].started or row.outcome is Outcome.LEFT_BEFORE_PROMPT
    if played is None or not is_over:
        return None
    asks_again = row.confirm_key is not None or any(each.question == CONFIRMATION for each in facts.further)
    recorded = {each.question: round(each.seconds * 1000) for each in stored.comments}
    return replay_call(
        played.version,
        facts.presses or row.keys or _pressed(stored),
        delay_seconds=row.delay_seconds or 0.0,
        asks_again=asks_again,
        ended_ms=_ended_ms(stored, played),
        recorded_ms=recorded,
        outcome=row.outcome,
    )


def _pressed(stored: StoredCall) -> tuple[Press, ...]:
    """Return the keys of an answer whose presses are not in the ledger, as imported calls may have it."""
    row = stored.row
    moment = row.press_ms
    return tuple(Press(row.call, number, key, moment, moment) for number, key in enumerate(row.key or "", 1))


_HANG_UPS = frozenset({Outcome.LEFT_BEFORE_PROMPT, Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU})


def _ended_ms(stored: StoredCall, played: PlayedLayout) -> int | None:
    """Return when the caller left, as near as it is known; None where the questions were gone through."""
    row, timeline = stored.row, played.version.timeline
    delay_ms = round(1000 * (row.delay_seconds or 0.0))
    if row.outcome not in _HANG_UPS and not _left_later(stored.facts):
        return None
    if row.asked_seconds is not None:
        return round(1000 * row.asked_seconds) - delay_ms
    if row.outcome is Outcome.LEFT_BEFORE_PROMPT:
        return -1
    if row.outcome is Outcome.LEFT_IN_INTRO:
        return round(500 * timeline.intro_seconds)
    heard = min(row.options_heard or 0, len(timeline.option_end_seconds) - 1)
    begin = timeline.option_end_seconds[heard - 1] if heard else timeline.intro_seconds
    return round(500 * (begin + timeline.option_end_seconds[heard]))


def _left_later(facts: CallFacts) -> bool:
    """Say whether the caller left in a question behind the first."""
    return any(each.status in _HANG_UPS for each in facts.further)


def _answers(stored: StoredCall) -> dict[str, Answer]:
    row, facts = stored.row, stored.facts
    found: dict[str, Answer] = {}
    if DISPOSITIONS[row.outcome].started:
        heard = row.options_heard or 0
        found[PRIMARY_QUESTION] = Answer(
            row.call, PRIMARY_QUESTION, row.outcome, heard, row.key, row.category, row.press_ms
        )
    found |= {each.question: each for each in facts.further}
    if row.confirm_key is not None and CONFIRMATION not in found:
        found[CONFIRMATION] = Answer(row.call, CONFIRMATION, Outcome.RATED, 0, row.confirm_key)
    return found


def _given(answer: Answer, layouts: Mapping[str, Layout]) -> GivenAnswer:
    layout = layouts.get(answer.question)
    category = None if answer.category is None else str(answer.category)
    if layout is not None:
        number = answer.category if answer.key is None else layout.category_of(answer.key)
        category = category if number is None else layout.categories[number]
    asked = None if layout is None else layout.question
    return GivenAnswer(answer.question, asked, answer.status, answer.key, category)


def _talks(stored: StoredCall) -> tuple[tuple[Talk, ...], float | None]:
    """Return the talks and since when the caller waited; of an imported call what its row tells."""
    row, facts = stored.row, stored.facts
    delay = row.delay_seconds or 0.0
    if not facts.legs:
        if row.talk_seconds is None:
            return (), None
        start = -delay - row.talk_seconds
        talk = Talk(row.agent, row.queue, start, -delay, row.ended_by, is_credited=True)
        return (talk,), None if row.wait_seconds is None else start - row.wait_seconds
    zero = row.ended_at + timedelta(seconds=delay)
    if facts.exposure is not None:
        zero = facts.exposure.exposed_at + timedelta(seconds=facts.exposure.assignment.delay_seconds)
    credited = credited_leg(facts)
    talks = tuple(
        Talk(
            leg.agent or leg.interface,
            leg.queue,
            (leg.connected_at - zero).total_seconds(),
            None if leg.ended_at is None else min((leg.ended_at - zero).total_seconds(), -delay),
            leg.ended_by,
            is_credited=leg is credited,
        )
        for leg in facts.legs
    )
    first = facts.legs[0]
    waited = first.wait_seconds
    if facts.arrived.arrived_at is not None:
        waited = (first.connected_at - facts.arrived.arrived_at).total_seconds()
    return talks, None if waited is None else talks[0].start - waited


def _name(agent: str | None, names: Mapping[str, str]) -> str | None:
    return None if agent is None else names.get(agent, agent)
