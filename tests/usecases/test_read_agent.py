"""The agent page's figures, counted by hand; and what an agent, a supervisor and a stranger get of them."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.call_path import Milestone
from ivr.domain.kpi.fit_options import FitOptions
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.trend import Step
from ivr.domain.outcomes import Outcome
from ivr.usecases.find_fit import FindFit
from ivr.usecases.fit_figures import FitFigures
from ivr.usecases.fits import ALL_MONTHS, Months
from ivr.usecases.page_reads import Sources
from ivr.usecases.read_agent import AgentPage, AgentQuestion
from ivr.usecases.read_team import TeamQuestion
from ivr.usecases.report_window import ReportWindow
from tests.memory_fits import METHOD, MemoryFits, MemoryPeriodTallies, stand_in_fit
from tests.memory_ports import NOON, MemoryTallies, StoredCall

KNOWN = Instruments({"sequential-123": Instrument(("dissatisfied", "so-so", "satisfied"), options=3)})
OPTIONS = FitOptions(reference_layout="sequential-123")
BERLIN = ZoneInfo("Europe/Berlin")
OWN = AgentQuestion(ReportWindow(agent="ana"), is_own=True)
SEEN = AgentQuestion(ReportWindow(agent="ana"))


class Centre:
    """A centre in memory: calls, and fits where somebody makes them."""

    def __init__(self, calls: Sequence[StoredCall], instruments: Instruments = KNOWN) -> None:
        self.periods = MemoryPeriodTallies()
        self.fits = MemoryFits()
        self.sources = Sources(
            MemoryTallies(list(calls)),
            instruments,
            FindFit(self.periods, self.fits, method=METHOD, options=lambda: OPTIONS, zone=BERLIN, clock=lambda: NOON),
            clock=lambda: NOON,
            zone=BERLIN,
            reference_layout="sequential-123",
        )

    async def fit(self, months: Months) -> None:
        fitting = FitFigures(
            self.periods, self.fits, fit=stand_in_fit, method=METHOD, options=OPTIONS, clock=lambda: NOON
        )
        await fitting(months, KNOWN)

    async def page(self, question: AgentQuestion = SEEN) -> AgentPage:
        page = await question.answer(self.sources)
        assert page is not None
        return page


def rated(category: int, number: int = 1, **more: object) -> list[StoredCall]:
    return [StoredCall(category=category, **more) for _ in range(number)]


def ended(outcome: Outcome, number: int = 1, **more: object) -> list[StoredCall]:
    return [StoredCall(outcome=outcome, category=None, **more) for _ in range(number)]


def colleagues(number: int, **more: object) -> list[StoredCall]:
    return [
        call
        for place in range(number)
        for call in (*rated(2, 8 + place % 3, agent=f"a{place}", **more), *rated(0, 4, agent=f"a{place}"))
    ]


async def test_the_counts_and_the_share_as_pressed_are_of_the_agent_alone() -> None:
    page = await Centre([*rated(2, 9), *rated(0, 3), *ended(Outcome.NO_KEY, 8), *rated(0, 50, agent="bo")]).page()
    assert (page.figures.calls.handled, page.figures.calls.rated) == (20, 12)
    assert (page.figures.observed.estimate, page.figures.observed.n) == (0.75, 12)
    assert (page.figures.response_rate.estimate, page.figures.response_rate.n) == (0.6, 20)
    assert [(stage.milestone, stage.calls) for stage in page.path] == [
        (Milestone.HANDLED, 20),
        (Milestone.ELIGIBLE, 20),
        (Milestone.OFFERED, 20),
        (Milestone.STARTED, 20),
        (Milestone.RATED, 12),
    ]


async def test_an_agent_out_of_scope_is_not_there_just_as_one_who_never_was() -> None:
    centre = Centre(rated(2, agent="bo", team="red"))
    blue = frozenset({"blue"})
    assert await AgentQuestion(ReportWindow(agent="bo", teams=blue)).answer(centre.sources) is None
    assert await AgentQuestion(ReportWindow(agent="nobody", teams=blue)).answer(centre.sources) is None
    assert await AgentQuestion(ReportWindow(agent="bo", teams=frozenset({"red"}))).answer(centre.sources) is not None


async def test_a_supervisor_gets_only_what_was_credited_in_the_own_team() -> None:
    centre = Centre([*rated(2, 5, team="red"), *rated(0, 6, team="blue")])
    page = await centre.page(AgentQuestion(ReportWindow(agent="ana", teams=frozenset({"red"}))))
    assert (page.figures.observed.estimate, page.figures.observed.n) == (1.0, 5)
    assert [each.calls.rated for each in page.trend.points] == [5]


async def test_a_known_agent_without_calls_in_the_window_has_a_page_without_figures() -> None:
    later = ReportWindow(since=NOON + timedelta(days=30), agent="ana")
    page = await Centre(rated(2)).page(AgentQuestion(later))
    assert (page.figures, page.trend.points, page.pressed) == (None, (), ())


async def test_an_agent_has_a_page_before_the_first_call() -> None:
    assert (await Centre([]).page(OWN)).figures is None


async def test_the_trend_is_of_the_agent_and_cut_where_the_layout_became_another_version() -> None:
    first, second = datetime(2026, 1, 10, 9, tzinfo=UTC), datetime(2026, 6, 10, 9, tzinfo=UTC)
    calls = [
        *rated(2, 6, ended_at=first),
        *rated(0, 2, ended_at=first),
        *rated(2, 5, ended_at=second, layout_version="v2"),
    ]
    page = await Centre([*calls, *rated(0, 9, ended_at=first, agent="bo")]).page()
    assert page.trend.step is Step.MONTH
    assert [(each.segment, each.pressed.estimate, each.pressed.n) for each in page.trend.points] == [
        (0, 0.75, 8),
        (1, 1.0, 5),
    ]
    assert [(each.day.isoformat(), each.layout) for each in page.trend.breaks] == [("2026-06-10", "sequential-123")]


async def test_a_month_has_a_comparable_figure_where_that_month_by_itself_was_fitted() -> None:
    long_ago = rated(2, 3, ended_at=datetime(2025, 9, 10, tzinfo=UTC))
    centre = Centre([*long_ago, *rated(2, 3)])
    centre.periods.count("ana", 6)
    await centre.fit(ALL_MONTHS)
    assert (await centre.page()).fitted_months == ()
    await centre.fit(Months("2026-03", "2026-03"))
    (month,) = (await centre.page()).fitted_months
    assert (month.first.isoformat(), month.standardised.estimate) == ("2026-03-01", 0.7)


async def test_what_was_pressed_is_kept_apart_by_layout() -> None:
    other = {"layout": "plain", "layout_version": None}
    known = Instruments({**KNOWN.current, "plain": Instrument(("bad", "good"))})
    page = await Centre([*rated(2, 4), *rated(0, 1), *rated(1, 5, **other)], known).page()
    assert [(each.layout, each.counts) for each in page.pressed] == [("plain", (0, 5)), ("sequential-123", (1, 0, 4))]


async def test_informed_answers_stand_beside_everybodys() -> None:
    own = [*rated(2, 6, options_heard=3), *rated(2, 4, options_heard=1)]
    others = [
        *rated(2, 2, agent="bo", options_heard=3, team="red"),
        *rated(2, 8, agent="bo", options_heard=0, team="red"),
    ]
    (row,) = (
        await Centre([*own, *others]).page(AgentQuestion(ReportWindow(agent="ana", teams=frozenset({"blue"}))))
    ).informed
    assert (row.own.share.estimate, row.own.share.n) == (0.6, 10)
    assert (row.everybody.estimate, row.everybody.n) == (0.4, 20)


async def test_an_agent_sees_everybodys_only_where_they_are_enough_to_hide_in() -> None:
    few = Centre([*rated(2, 4, options_heard=3), *colleagues(7, options_heard=3)])
    enough = Centre([*rated(2, 4, options_heard=3), *colleagues(8, options_heard=3)])
    assert (await few.page(OWN)).informed[0].everybody is None
    assert (await enough.page(OWN)).informed[0].everybody is not None


async def test_a_supervisor_sees_named_peers_of_the_own_teams_and_an_agent_nameless_ones_of_the_centre() -> None:
    centre = Centre([*rated(2, 4), *colleagues(9), *rated(2, 3, agent="red-one", team="red")])
    seen = await centre.page(AgentQuestion(ReportWindow(agent="ana", teams=frozenset({"blue"}))))
    own = await centre.page(OWN)
    assert [each.agent for each in seen.peers.others] == [f"a{place}" for place in range(9)]
    assert set(seen.peer_names) == {f"a{place}" for place in range(9)}
    assert [each.agent for each in own.peers.others] == [None] * 10
    assert own.peer_names == {}


async def test_an_agent_learns_nothing_of_the_centre_from_the_fit() -> None:
    centre = Centre([*rated(2, 4), *rated(2, 4, agent="bo")])
    centre.periods.count("ana", 4)
    centre.periods.count("bo", 4)
    await centre.fit(ALL_MONTHS)
    own, seen = (await centre.page(OWN)).report, (await centre.page()).report
    assert [each.agent for each in own.fitted.fit.figures.agents] == ["ana"]
    assert (own.fitted.fit.handled, own.fitted.fit.figures.facts, own.fitted.fit.figures.layouts) == (None, {}, ())
    assert "the centre is small" not in own.warnings
    assert "the centre is small" in seen.warnings
    assert b"bo was fitted" not in pickle.dumps(seen)


async def test_the_rest_of_the_team_stands_beside_with_what_it_pressed_by_layout() -> None:
    centre = Centre(
        [*rated(2, 4), *colleagues(8), *ended(Outcome.NO_KEY, 4, agent="a0"), *rated(0, 50, agent="red", team="red")]
    )
    page = await centre.page(OWN)
    assert (page.team.team, page.team.people) == ("blue", 8)
    assert page.team.path[0].calls == sum(8 + place % 3 + 4 for place in range(8)) + 4
    assert page.team.path[-1].calls == page.team.path[0].calls - 4
    assert [(each.layout, each.counts) for each in page.team.pressed] == [("sequential-123", (32, 0, 71))]


async def test_an_agent_sees_the_team_only_where_its_others_are_enough_to_hide_in() -> None:
    few, seen = Centre([*rated(2, 4), *colleagues(7)]), ReportWindow(agent="ana", teams=frozenset({"blue"}))
    assert (await few.page(OWN)).team is None
    assert (await few.page(AgentQuestion(seen))).team.people == 7
    other = {"layout": "plain", "layout_version": None}
    known = Instruments({**KNOWN.current, "plain": Instrument(("bad", "good"))})
    rare = Centre([*rated(2, 4), *colleagues(8), *rated(1, 9, agent="a0", **other)], known)
    assert [each.layout for each in (await rare.page(OWN)).team.pressed] == ["sequential-123"]
    assert [each.layout for each in (await rare.page(AgentQuestion(seen))).team.pressed] == ["plain", "sequential-123"]
    assert (await Centre([*rated(2, 4, team=None), *colleagues(9)]).page(OWN)).team is None
    assert (await Centre([*rated(2, 4), *ended(Outcome.NO_KEY, 4)]).page()).team is None


async def test_the_rest_of_the_team_holds_no_layout_that_the_page_of_its_agent_withholds() -> None:
    other = {"layout": "plain", "layout_version": None}
    known = Instruments({**KNOWN.current, "plain": Instrument(("bad", "good"))})
    # Nine of a1's and two of a0's: whoever has both pages takes a1's off the rest and has a0's two answers.
    calls = [*colleagues(2), *rated(1, 9, agent="a1", **other), *rated(0, 2, agent="a0", **other)]
    centre = Centre([*rated(2, 6), *calls], known)
    seen = ReportWindow(teams=frozenset({"blue"}))
    rest = (await centre.page(AgentQuestion(replace(seen, agent="ana")))).team.pressed
    own = [await centre.page(AgentQuestion(replace(seen, agent=agent))) for agent in ("a0", "a1")]
    assert [each.layout for each in own[0].pressed_withheld] == ["plain", "sequential-123"]
    assert {each.layout: each.counts for each in rest} == {each.layout: each.counts for each in own[1].pressed}


async def test_an_agent_is_told_the_middle_only_where_the_others_compared_are_enough_to_hide_in() -> None:
    for others, own in ((7, None), (8, 0.66)):
        centre = Centre([*rated(2, 4), *colleagues(others)])
        for agent in ("ana", *(f"a{place}" for place in range(others))):
            centre.periods.count(agent, 8)
        await centre.fit(ALL_MONTHS)
        middle = (await centre.page(OWN)).middle
        assert (None if middle is None else round(middle.standardised, 6)) == own
        assert (await centre.page()).middle.agents == others + 1


async def test_who_hung_up_first_is_counted() -> None:
    calls = [*rated(2, 3, ended_by=EndedBy.AGENT), *rated(2, 9, ended_by=EndedBy.CALLER), *rated(2, 2, ended_by=None)]
    page = await Centre(calls).page()
    assert (page.endings.agent, page.endings.caller, page.endings.unseen) == (3, 9, 2)
    assert page.endings.agent_share.estimate == 0.25


async def test_the_figures_stand_with_and_without_what_was_taken_out() -> None:
    page = await Centre([*rated(2, 6), *rated(0, 4), *rated(0, 5, excluded=True)]).page()
    assert (page.figures.observed.estimate, page.figures.observed.n) == (0.6, 10)
    assert (page.with_excluded.calls, page.with_excluded.counted.handled) == (5, 15)
    assert (page.with_excluded.observed.estimate, page.with_excluded.observed.n) == (0.4, 15)


async def test_the_weeks_that_more_ratings_take_are_those_of_the_team_page() -> None:
    first = NOON - timedelta(weeks=20)
    centre = Centre(
        [*rated(2, 4, ended_at=NOON - timedelta(weeks=4)), *rated(2, 4), *rated(2, 9, agent="bo", ended_at=first)]
    )
    for agent in ("ana", "bo"):
        centre.periods.count(agent, 8)
    await centre.fit(ALL_MONTHS)
    team = await TeamQuestion(ReportWindow()).answer(centre.sources)
    weeks = {row.figures.agent: row.figures.weeks_needed for row in team.rows}
    assert weeks["ana"] == 20
    assert (await centre.page()).figures.weeks_needed == weeks["ana"]
    assert (await centre.page(OWN)).figures.weeks_needed == weeks["ana"]


async def test_calls_of_today_wait_and_are_told_by_their_number_alone() -> None:
    midnight = datetime(2026, 3, 1, 23, tzinfo=UTC)
    calls = [*rated(2, 5, ended_at=midnight - timedelta(hours=1)), *rated(0, 3, ended_at=NOON)]
    window = ReportWindow(agent="ana")
    centre = Centre(calls)
    centre.periods.count("ana", 7)
    await centre.fit(ALL_MONTHS)
    question = AgentQuestion(ReportWindow(until=midnight, agent="ana"), is_own=True, fit_window=window, today=midnight)
    page = await centre.page(question)
    assert (page.figures.calls.handled, page.figures.observed.estimate, page.today) == (5, 1.0, 3)
    assert page.figures.standardised.estimate == 0.7


async def test_a_leak_refuses_every_score_of_the_page() -> None:
    centre = Centre(rated(2, 4))
    centre.sources.tallies.uncounted = 1
    page = await centre.page()
    assert page.report.leak is not None
    assert page.figures.observed.estimate is None
    assert (page.trend.points, page.pressed, page.informed, page.peers.target) == ((), (), (), None)
    assert page.with_excluded.observed.estimate is None


def test_a_question_names_its_agent_and_can_be_asked_in_another_process() -> None:
    with pytest.raises(ValueError, match="one agent"):
        AgentQuestion(ReportWindow())
    assert pickle.loads(pickle.dumps(OWN)) == OWN
    assert hash(OWN) == hash(pickle.loads(pickle.dumps(OWN)))


async def test_the_answer_can_be_sent_to_another_process() -> None:
    page = await Centre([*rated(2, 4, options_heard=3), *colleagues(9)]).page()
    assert pickle.loads(pickle.dumps(page)) == page
