"""Reading calls: what a reader may learn of them, whoever asks and however narrowly."""

import pickle
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from ivr.domain.access import EVERYBODY, NOBODY, Scope
from ivr.domain.calls import CallArrived, CallFacts, EndedBy, Leg
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.outcomes import Outcome
from ivr.usecases.call_account import CallView, OpenedTomorrow
from ivr.usecases.call_lists import CallFilter, Exclusion, PlayedLayout
from ivr.usecases.find_fit import FitStanding
from ivr.usecases.page_reads import Sources
from ivr.usecases.read_call import CallQuestion
from ivr.usecases.read_calls import CallPage, CallsQuestion, TooFewRatings
from ivr.usecases.report_window import ALL_CALLS, ReportWindow
from tests.memory_calls import MemoryCalls, MemoryContests, MemoryPlays, call_id
from tests.memory_ports import NOON, MemoryTallies, StoredCall
from tests.specimens import version

TOMORROW = NOON + timedelta(days=1)


async def no_fit(_window, _instruments):
    return FitStanding(None, ())


def sources(*calls, now=TOMORROW, minimum=5):
    tallies = MemoryTallies(list(calls))
    return Sources(
        tallies,
        Instruments({"sequential-123": Instrument(("bad", "so-so", "good"), options=3)}),
        no_fit,
        clock=lambda: now,
        zone=UTC,
        calls=MemoryCalls(tallies),
        contests=MemoryContests(tallies),
        played_layouts=MemoryPlays({"sequential-123": PlayedLayout(version(), is_exact=True)}),
        drill_down_minimum=minimum,
    )


def rated(number=0, **changes):
    return replace(StoredCall(category=number % 3, ended_at=NOON + timedelta(minutes=number)), **changes)


async def test_the_minimum_is_counted_before_the_answer_is_chosen():
    given = sources(*map(rated, range(5)))
    page = await CallsQuestion(ALL_CALLS, CallFilter(category=0)).answer(given)
    assert isinstance(page, CallPage)
    assert (page.total, page.rated) == (2, 5)


@pytest.mark.parametrize(
    "window",
    [
        ReportWindow(since=NOON + timedelta(minutes=1)),
        ReportWindow(until=NOON + timedelta(minutes=4)),
        ReportWindow(queue="other"),
        ReportWindow(site="north"),
        ReportWindow(teams=frozenset({"red"})),
        ReportWindow(agent="bob"),
    ],
)
async def test_narrowing_the_selection_ends_below_the_minimum(window):
    few = await CallsQuestion(window).answer(sources(*map(rated, range(5))))
    assert isinstance(few, TooFewRatings)
    assert few.missing == 5 - few.rated


async def test_excluded_ratings_do_not_help_to_reach_the_minimum():
    given = sources(*map(rated, range(4)), rated(excluded=True))
    assert isinstance(await CallsQuestion(ALL_CALLS).answer(given), TooFewRatings)


async def test_what_figures_leave_out_is_counted_apart():
    given = sources(*map(rated, range(5)), rated(excluded=True))
    without = await CallsQuestion(ALL_CALLS).answer(given)
    also = await CallsQuestion(ALL_CALLS, CallFilter(excluded=Exclusion.ALSO)).answer(given)
    only = await CallsQuestion(ALL_CALLS, CallFilter(excluded=Exclusion.ONLY)).answer(given)
    assert [(each.total, each.left_out, len(each.lines)) for each in (without, also, only)] == [
        (5, 1, 5),
        (6, 0, 6),
        (1, 0, 1),
    ]


async def test_a_total_that_no_tally_holds_is_counted_for_one_agent_and_else_left_open():
    given = sources(*(rated(number, ended_by=EndedBy.AGENT, options_heard=3) for number in range(6)))
    chosen = CallFilter(category=0, ended_by=EndedBy.AGENT)
    assert (await CallsQuestion(ReportWindow(agent="ana"), chosen).answer(given)).total == 2
    assert (await CallsQuestion(ALL_CALLS, chosen).answer(given)).total is None


async def test_the_number_of_a_list_tells_no_answer_of_those_whose_ratings_are_not_listed():
    of_few = [rated(number, agent="bob") for number in range(2)]
    for few in (of_few, [replace(each, category=2) for each in of_few]):
        given = sources(*map(rated, range(6)), *few, rated(0, agent="bob", excluded=True))
        everything = await CallsQuestion(ALL_CALLS).answer(given)
        worst = await CallsQuestion(ALL_CALLS, CallFilter(category=0)).answer(given)
        assert (everything.total, everything.withheld, everything.left_out) == (8, 2, 1)
        assert (worst.total, worst.withheld, worst.left_out, len(worst.lines)) == (2, None, 0, 2)


async def test_an_agent_s_own_list_of_today_is_tomorrow_s():
    given = sources(*map(rated, range(6)), now=NOON)
    answer = await CallsQuestion(ReportWindow(agent="ana"), reader="ana").answer(given)
    assert isinstance(answer, TooFewRatings)
    assert answer.rated == 0


async def test_an_agent_who_leads_others_finds_the_own_ratings_counted_and_not_listed_among_those_of_several():
    given = sources(*map(rated, range(6)), *(rated(number, agent="bob") for number in range(6)))
    page = await CallsQuestion(ALL_CALLS, reader="ana").answer(given)
    assert {each.agent for each in page.lines} == {"bob"}
    assert (page.total, page.withheld, len(page.lines)) == (12, 6, 6)


@pytest.mark.parametrize("chosen", [CallFilter(), CallFilter(category=0), CallFilter(frozenset({Outcome.RATED}))])
@pytest.mark.parametrize("window", [ALL_CALLS, ReportWindow(agent="ana")])
async def test_an_agent_cannot_watch_an_own_rating_of_today_arrive(window, chosen):
    calls = [*map(rated, range(6)), *(rated(number, agent="bob") for number in range(6))]
    old = [replace(each, ended_at=each.ended_at - timedelta(days=2)) for each in calls]
    bad, good = rated(0), rated(2, ended_at=NOON)
    pages = [
        await CallsQuestion(window, chosen, reader="ana").answer(sources(*old, new, now=NOON)) for new in (bad, good)
    ]
    assert pages[0] == pages[1]
    assert pages[0].of_today == 1


async def test_questions_and_answers_go_from_process_to_process():
    given = sources(*map(rated, range(6)))
    questions = [CallsQuestion(ALL_CALLS), CallQuestion(call_id(0), EVERYBODY), CallQuestion(call_id(99), EVERYBODY)]
    for question in questions:
        assert pickle.loads(pickle.dumps(question)) == question
        answer = await question.answer(given)
        assert pickle.loads(pickle.dumps(answer)) == answer


@pytest.mark.parametrize(
    ("scope", "reader", "is_there"),
    [
        (EVERYBODY, None, True),
        (Scope(frozenset({"blue"})), None, True),
        (Scope(frozenset({"red"})), None, False),
        (Scope(frozenset({"red"})), "ana", True),
        (NOBODY, None, False),
        (Scope(agent="ana"), "ana", True),
        (Scope(agent="bob"), "bob", False),
    ],
)
async def test_a_call_is_there_within_the_scope_alone(scope, reader, is_there):
    answer = await CallQuestion(call_id(0), scope, reader).answer(sources(*map(rated, range(6))))
    assert isinstance(answer, CallView) is is_there
    assert (answer is None) is not is_there


async def test_the_month_of_the_agent_decides_whether_a_call_is_opened():
    before = NOON - timedelta(days=5)
    given = sources(*(rated(number, ended_at=before) for number in range(5)), rated())
    assert isinstance(await CallQuestion(call_id(0), EVERYBODY).answer(given), CallView)
    few = await CallQuestion(call_id(5), EVERYBODY).answer(given)
    assert isinstance(few, TooFewRatings)
    assert (few.rated, few.window.since.date(), few.window.until.date()) == (1, date(2026, 3, 1), date(2026, 4, 1))


async def test_a_call_of_december_has_the_month_of_december():
    given = sources(rated(ended_at=NOON.replace(year=2025, month=12, day=31)))
    few = await CallQuestion(call_id(0), EVERYBODY).answer(given)
    assert few.window.until.date() == date(2026, 1, 1)


async def test_an_own_call_tells_nothing_that_a_caller_could_be_known_by():
    given = sources(*map(rated, range(6)))
    call = call_id(0)
    leg = Leg(call, "a", "bob", None, "sales", NOON - timedelta(seconds=90), NOON, EndedBy.AGENT, 12.0, 90.0)
    given.calls.facts[call] = CallFacts(CallArrived(call, site="north"), (leg,))
    own = await CallQuestion(call, Scope(agent="ana"), "ana").answer(given)
    hidden = own.ended_at, own.talk_seconds, own.wait_seconds, own.waits_from, own.talks, own.site
    assert hidden == (None, None, None, None, (), None)
    assert "bob" not in repr(replace(own, call=call_id(9)))
    other = await CallQuestion(call, EVERYBODY).answer(given)
    assert [each.agent for each in other.talks] == ["bob"]


async def test_an_own_call_of_today_is_opened_tomorrow():
    given = sources(*map(rated, range(6)), now=NOON + timedelta(hours=1))
    answer = await CallQuestion(call_id(0), Scope(agent="ana"), "ana").answer(given)
    assert answer == OpenedTomorrow(NOON.date())


async def test_a_rating_s_replay_comes_from_what_was_played():
    call = rated(category=2, options_heard=1)
    answer = await CallQuestion(call_id(0), EVERYBODY).answer(sources(call, *map(rated, range(5))))
    assert answer.replay is not None
    assert answer.outcome is Outcome.RATED


async def test_an_agent_s_own_pages_tell_no_part_of_the_day():
    mornings = [rated(number) for number in range(60)]
    evenings = [rated(number, ended_at=NOON + timedelta(hours=7, minutes=number)) for number in range(60)]
    earlier = [rated(number, ended_at=NOON - timedelta(days=1, minutes=number)) for number in range(20)]
    given = sources(*mornings, *evenings, *earlier)
    seen, after, sizes = [], None, []
    while True:
        page = await CallsQuestion(ReportWindow(agent="ana"), after=after, reader="ana").answer(given)
        again = await CallsQuestion(ReportWindow(agent="ana"), after=after, reader="ana").answer(given)
        assert page.lines == again.lines
        seen += page.lines
        sizes.append(len(page.lines))
        after = page.then
        if after is None:
            break
        assert after.ended_at.timetz() == NOON.replace(hour=0).timetz()
    assert sizes == [50, 50, 40]
    assert len({each.call for each in seen}) == 140
    assert [each.day for each in seen] == sorted((each.day for each in seen), reverse=True)
    first = [int(each.call.uniqueid.partition(".")[2]) for each in seen[:50]]
    assert 10 < sum(number >= 60 for number in first) < 40


async def test_an_agent_s_own_pages_go_on_at_the_next_day_where_one_ends_with_a_page():
    given = sources(*map(rated, range(50)), *(rated(number, ended_at=NOON - timedelta(days=9)) for number in range(3)))
    first = await CallsQuestion(ReportWindow(agent="ana"), reader="ana").answer(given)
    then = await CallsQuestion(ReportWindow(agent="ana"), after=first.then, reader="ana").answer(given)
    assert (len(first.lines), len(then.lines), then.then) == (50, 3, None)
    assert not {each.call for each in first.lines} & {each.call for each in then.lines}
