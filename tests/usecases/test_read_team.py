"""The team page's answer: groups that can be told apart, a part of the rows, and nothing out of the window."""

import pickle
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.best_answers import BestAnswer
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.fitted import FittedAgent, FittedFigures
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layout_changes import Change
from ivr.domain.kpi.middle_agent import MiddleAgent
from ivr.domain.kpi.standings import Standing
from ivr.domain.kpi.wilson import proportion
from ivr.domain.outcomes import Outcome
from ivr.usecases.find_fit import FitStanding
from ivr.usecases.fits import ALL_MONTHS, Fit
from ivr.usecases.page_reads import Sources
from ivr.usecases.read_team import MOST_NAMED, MOST_ROWS, TeamOrder, TeamPage, TeamQuestion
from ivr.usecases.report_window import ALL_CALLS, ReportWindow
from tests.memory_ports import NOON, MemoryPeople, MemoryTallies, StoredCall

INSTRUMENTS = Instruments.of_scales({"sequential-123": ("dissatisfied", "so-so", "satisfied")})
REASON = "nothing has been fitted yet"
TIERS = {"ana": 3, "ben": 2, "cem": 1, "dora": 2, "eli": 3, "fay": None}
SHARES = {"ana": 0.35, "ben": 0.5, "cem": 0.7, "dora": 0.48, "eli": 0.4, "fay": 0.6}


def share(value: float) -> Estimate:
    return Estimate(value, value - 0.1, value + 0.1, "proportion", 50, "fit", Status.OK)


def fitted_agent(agent: str, tier: int | None, value: float) -> FittedAgent:
    flags = ("selective_offering",) if agent == "dora" else ()
    return FittedAgent(agent, share(value), share(value - 0.02), tier=tier, flags=flags, more_ratings=40)


def fit_of(agents: tuple[FittedAgent, ...]) -> Fit:
    figures = FittedFigures("stand-in", None, "share", agents, ())
    return Fit(ALL_MONTHS, "0:", NOON, 1.0, 100, figures)


FIT = fit_of(tuple(fitted_agent(agent, TIERS[agent], SHARES[agent]) for agent in TIERS))


def sources(tallies: MemoryTallies, fit: Fit | None = FIT, names: dict[str, str] | None = None) -> Sources:
    async def fit_source(_window: ReportWindow, _instruments: Instruments) -> FitStanding:
        return FitStanding(ALL_MONTHS, fit, reason=None if fit else REASON)

    people = MemoryPeople({"ana": "Zoe Ana", "cem": "cem yılmaz"} if names is None else names)
    return Sources(tallies, INSTRUMENTS, fit_source, clock=lambda: NOON, zone=UTC, people=people)


def calls(agent: str | None, best: int, worst: int = 0, **more: object) -> list[StoredCall]:
    made = [StoredCall(agent=agent, **more)] * best
    return made + [StoredCall(agent=agent, category=0, **more)] * worst


@pytest.fixture
def tallies() -> MemoryTallies:
    """Six agents whose pressed shares are not in the order of the comparable ones."""
    made = MemoryTallies()
    made.calls += calls("ana", 18, 2) + calls("ben", 3, 12) + calls("cem", 14, 2) + calls("dora", 10, 10)
    made.calls += calls("eli", 11, 9) + calls("fay", 3, 1)
    made.calls.append(StoredCall(agent=None, outcome=Outcome.NO_KEY, category=None))
    return made


async def ask(tallies: MemoryTallies, **question: object) -> TeamPage:
    return await TeamQuestion(ALL_CALLS, **question).answer(sources(tallies))


def keys(page: TeamPage) -> list[str | None]:
    return [row.figures.agent for row in page.rows]


async def test_rows_stand_in_groups_and_by_name_within_them(tallies):
    page = await ask(tallies)
    # "Zoe Ana" comes after "eli": names order, not keys.
    assert keys(page) == ["eli", "ana", "ben", "dora", "cem", "fay", None]
    assert [(group.standing, group.number) for group in page.groups] == [
        (Standing.BELOW, 2),
        (Standing.UNTOLD, 2),
        (Standing.ABOVE, 1),
        (Standing.FEW, 1),
        (Standing.NOBODY, 1),
    ]
    assert [person.name for person in page.groups[0].people] == ["eli", "Zoe Ana"]
    assert [person.agent for person in page.flagged] == ["dora"]


@pytest.mark.parametrize(
    ("order", "is_reversed", "expected"),
    [
        (TeamOrder.NAME, True, ["ana", "eli", "dora", "ben", "cem", "fay", None]),
        (TeamOrder.COMPARABLE, False, ["cem", "ben", "dora", "eli", "ana", "fay", None]),
        (TeamOrder.COMPARABLE, True, ["ana", "eli", "dora", "ben", "cem", "fay", None]),
        (TeamOrder.CORRECTED, False, ["cem", "ben", "dora", "eli", "ana", "fay", None]),
        (TeamOrder.CORRECTED, True, ["ana", "eli", "dora", "ben", "cem", "fay", None]),
        (TeamOrder.RATINGS, False, ["eli", "ana", "dora", "ben", "cem", "fay", None]),
        (TeamOrder.RATINGS, True, ["eli", "ana", "ben", "dora", "cem", "fay", None]),
        (TeamOrder.RESPONSE, False, ["eli", "ana", "ben", "dora", "cem", "fay", None]),
    ],
)
async def test_no_order_takes_anybody_out_of_the_group(tallies, order, is_reversed, expected):
    assert keys(await ask(tallies, order=order, is_reversed=is_reversed)) == expected


async def test_an_order_from_the_highest_begins_with_the_highest_group(tallies):
    for order in (TeamOrder.COMPARABLE, TeamOrder.CORRECTED):
        highest, lowest = [
            [group.standing for group in (await ask(tallies, order=order, is_reversed=is_reversed)).groups]
            for is_reversed in (False, True)
        ]
        assert highest[:3] == [Standing.ABOVE, Standing.UNTOLD, Standing.BELOW]
        assert lowest[:3] == highest[2::-1]
        assert highest[3:] == lowest[3:] == [Standing.FEW, Standing.NOBODY]


async def test_the_middle_is_that_of_the_whole_centre_whoever_is_shown(tallies):
    # Ana .35, eli .4, dora .48, ben .5, cem .7 are compared; fay is not.
    whole = await ask(tallies)
    assert whole.middle == MiddleAgent(0.48, 5)
    tallies.calls = [replace(call, team="red" if call.agent == "cem" else "blue") for call in tallies.calls]
    page = await TeamQuestion(ReportWindow(teams=frozenset({"red"}))).answer(sources(tallies))
    assert (keys(page), page.middle) == (["cem"], whole.middle)
    assert (await TeamQuestion(ALL_CALLS).answer(sources(tallies, fit=None))).middle is None


async def test_each_layout_says_which_answer_is_its_best(tallies):
    tallies.calls += calls("ben", 1, layout="unknown-1")
    assert (await ask(tallies)).best_answers == (BestAnswer("sequential-123", ("satisfied",)),)


async def test_the_share_as_pressed_orders_nobody():
    assert "observed" not in set(TeamOrder)


async def test_agents_of_few_ratings_stay_by_name_whatever_the_order(tallies):
    tallies.calls += calls("gus", 9)
    few = fit_of((*FIT.figures.agents, fitted_agent("gus", None, 0.9)))
    for is_reversed in (False, True):
        question = TeamQuestion(ALL_CALLS, order=TeamOrder.COMPARABLE, is_reversed=is_reversed, standing=Standing.FEW)
        assert keys(await question.answer(sources(tallies, few))) == ["fay", "gus"]


async def test_a_part_of_the_rows_is_answered(tallies):
    numbers = range(2 * MOST_ROWS)
    crowd = MemoryTallies([call for number in numbers for call in calls(f"a{number:03}", 1)])
    fit = fit_of(tuple(fitted_agent(f"a{number:03}", 2, 0.5) for number in numbers))
    for asked, page, first in ((1, 1, "a000"), (2, 2, "a050"), (99, 2, "a050")):
        answer = await TeamQuestion(ALL_CALLS, page=asked).answer(sources(crowd, fit))
        assert (len(answer.rows), answer.page, answer.pages, answer.found) == (MOST_ROWS, page, 2, 2 * MOST_ROWS)
        assert keys(answer)[0] == first
        (group,) = answer.groups
        assert (group.number, len(group.people)) == (2 * MOST_ROWS, MOST_NAMED)
        # The service unpickles answers where callers wait.
        assert len(pickle.dumps(answer)) < 200_000


async def test_a_search_finds_names_and_keys_and_leaves_the_summary_whole(tallies):
    for search in ("zoe", "ANA"):
        page = await ask(tallies, search=search)
        assert keys(page) == ["ana"]
        assert sum(group.number for group in page.groups) == 7
    assert keys(await ask(tallies, search="nobody")) == []


async def test_one_group_can_be_asked_for(tallies):
    assert keys(await ask(tallies, standing=Standing.ABOVE)) == ["cem"]


async def test_without_a_fit_nobody_stands_anywhere_and_the_reason_is_there(tallies):
    page = await TeamQuestion(ALL_CALLS).answer(sources(tallies, fit=None))
    assert {row.standing for row in page.rows} == {Standing.UNFITTED, Standing.NOBODY}
    assert page.fitted.reason == REASON
    assert all(row.figures.standardised.reasons for row in page.rows)
    assert page.contrast is None


async def test_the_contrast_is_the_widest_pair_in_the_wrong_order(tallies):
    contrast = (await ask(tallies)).contrast
    assert contrast is not None
    assert (contrast.low.figures.agent, contrast.below.figures.agent) == ("ben", "ana")
    tallies.calls = calls("ana", 2, 18) + calls("ben", 18, 2) + calls("cem", 18, 2)
    assert (await ask(tallies)).contrast is None


async def test_excluded_ratings_stand_in_no_figure_and_are_shown_beside_it(tallies):
    tallies.calls += calls("cem", 0, 4, excluded=True)
    (row,) = (await ask(tallies, search="cem")).rows
    assert row.excluded == 4
    assert row.figures.observed == proportion(14, 16, of="ratings")
    assert row.with_excluded == proportion(14, 20, of="ratings")
    (other,) = (await ask(tallies, search="ben")).rows
    assert (other.excluded, other.with_excluded) == (0, None)


async def test_a_leak_withholds_what_would_be_with_excluded_ratings_too(tallies):
    tallies.calls += calls("cem", 0, 4, excluded=True)
    tallies.uncounted = 1
    page = await ask(tallies, search="cem")
    assert page.leak is not None
    assert page.leak not in page.warnings
    assert page.rows[0].with_excluded is None


async def test_who_hung_up_first_is_counted_by_agent_and_in_all(tallies):
    tallies.calls += [StoredCall(agent="ben", outcome=Outcome.CALLER_LEFT_FIRST, ended_by=EndedBy.CALLER)] * 3
    tallies.calls += [StoredCall(agent="ben", ended_by=EndedBy.AGENT), StoredCall(agent="ana", ended_by=EndedBy.AGENT)]
    page = await ask(tallies)
    (ben,) = (row for row in page.rows if row.figures.agent == "ben")
    assert (ben.endings.agent, ben.endings.caller) == (1, 3)
    assert (page.endings.agent, page.endings.caller) == (2, 3)


async def test_only_the_window_is_answered(tallies):
    tallies.calls = [replace(call, team="red" if call.agent == "cem" else "blue") for call in tallies.calls]
    page = await TeamQuestion(ReportWindow(teams=frozenset({"red"}))).answer(sources(tallies))
    assert keys(page) == ["cem"]
    assert [person.agent for group in page.groups for person in group.people] == ["cem"]
    assert page.flagged == ()
    assert page.totals.handled == 16
    # The fit is of the whole centre: nobody else's figures may come along with it.
    assert page.fitted.fit is not None
    assert page.fitted.fit.figures.agents == ()


async def test_a_layout_that_changed_is_told(tallies):
    later = NOON + timedelta(days=20)
    tallies.calls += calls("ana", 3, layout_version="v2", ended_at=later)
    assert [(each.layout, each.change, each.at) for each in (await ask(tallies)).changes] == [
        ("sequential-123", Change.NEW_VERSION, later)
    ]


async def test_somebody_without_a_name_is_called_by_the_key(tallies):
    page = await TeamQuestion(ALL_CALLS).answer(sources(tallies, names={}))
    assert {row.name for row in page.rows} == {*TIERS, ""}
