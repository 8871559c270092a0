"""Agents' figures: the outcome table, the caveats, and what must not change them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.agents import agent_figures
from ivr.domain.kpi.bounds import worst_case_bounds
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.response import (
    break_off_share,
    count_dispositions,
    delivery_share,
    disposition_leak,
    offer_share,
)
from ivr.domain.outcomes import Outcome
from tests.memory_ports import count

SCALES = Instruments.of_scales(
    {
        "sequential-123": ("dissatisfied", "so-so", "satisfied"),
        "sparse-531": ("dissatisfied", "satisfied", "very satisfied"),
    }
)

# outcome: eligible, offered, started
TABLE = """
rated               y y y
no_key              y y y
invalid_keys        y y y
opted_out           y y y
left_in_intro       y y y
left_in_menu        y y y
left_before_prompt  y y -
caller_left_first   y - -
transferred_away    y - -
unavailable         y - -
not_selected        - - -
throttled           - - -
do_not_ask          - - -
too_short           - - -
unknown             - - -
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_each_outcome_counts_where_the_table_says(line):
    name, *marks = line.split()
    calls = count_dispositions([count(outcome=Outcome(name), calls=7)])
    assert calls.handled == calls.disposed == 7
    assert [calls.eligible, calls.offered, calls.started] == [7 * (mark == "y") for mark in marks]
    assert calls.rated == 7 * (name == "rated")


def test_the_table_names_every_outcome():
    assert [line.split()[0] for line in TABLE.strip().splitlines()] == [each.value for each in Outcome]


def test_one_agent_by_hand():
    (row,) = agent_figures(
        [
            count(category=2, calls=24),
            count(category=0, calls=6),
            count(outcome=Outcome.NO_KEY, category=None, calls=40),
            count(outcome=Outcome.LEFT_BEFORE_PROMPT, category=None, calls=10),
            count(outcome=Outcome.CALLER_LEFT_FIRST, category=None, calls=20),
            count(outcome=Outcome.NOT_SELECTED, category=None, calls=50),
            count(outcome=Outcome.UNKNOWN, category=None, calls=3),
        ],
        SCALES,
    )
    assert (row.calls.handled, row.calls.eligible, row.calls.offered, row.calls.started) == (153, 100, 80, 70)
    assert row.calls.rated == 30
    assert row.response_rate.estimate == pytest.approx(0.30)
    assert row.observed.estimate == pytest.approx(0.80)
    assert row.observed.n == 30
    # Manski: response .30, top-box .80 -> .24 to .94
    assert (row.bounds.lo, row.bounds.hi) == pytest.approx((0.24, 0.94))
    assert row.notes == ("3 with unknown end: in handled, not in eligible",)
    assert row.standardised.status is row.corrected.status is Status.INSUFFICIENT
    assert row.standardised.estimate is row.corrected.estimate is None
    assert row.standardised.reasons
    assert (row.tier, row.rank_interval, row.flags) == (None, (None, None), ())


def test_shares_of_the_way_to_a_rating():
    calls = count_dispositions(
        [
            count(calls=10),
            count(outcome=Outcome.LEFT_IN_MENU, calls=6),
            count(outcome=Outcome.LEFT_IN_INTRO, calls=4),
            count(outcome=Outcome.LEFT_BEFORE_PROMPT, calls=5),
            count(outcome=Outcome.UNAVAILABLE, calls=25),
        ]
    )
    assert offer_share(calls).estimate == pytest.approx(25 / 50)
    assert delivery_share(calls).estimate == pytest.approx(20 / 25)
    assert break_off_share(calls).estimate == pytest.approx(10 / 20)
    assert break_off_share(calls).n == 20


def test_an_agent_without_ratings_has_no_score_and_a_reason():
    (row,) = agent_figures([count(outcome=Outcome.NO_KEY, category=None, calls=12)], SCALES)
    assert row.observed.status is Status.INSUFFICIENT
    assert row.observed.estimate is None
    assert row.observed.reasons == ("no ratings",)
    assert (row.bounds.lo, row.bounds.hi) == (0.0, 1.0)


def test_an_agent_without_eligible_calls_has_neither_rate_nor_bounds():
    (row,) = agent_figures([count(outcome=Outcome.THROTTLED, category=None, calls=12)], SCALES)
    assert row.response_rate.reasons == ("no eligible calls",)
    assert (row.bounds.lo, row.bounds.hi) == (None, None)


def test_ratings_that_cannot_be_read_are_rated_but_not_scored():
    (row,) = agent_figures(
        [
            count(calls=20),
            count(layout="elsewhere", calls=4),
            count(layout=None, version=None, calls=1),
            count(category=None, calls=2),
            count(category=7, calls=3),
        ],
        SCALES,
    )
    assert row.calls.rated == 30
    assert (row.observed.n, row.observed.estimate) == (20, 1.0)
    assert (row.bounds.lo, row.bounds.hi) == pytest.approx((20 / 30, 1.0))
    assert row.notes[:4] == (
        "4 ratings of elsewhere left out: the layout has no definition here",
        "1 rating of no layout left out: no layout is stored with it",
        "3 ratings of sequential-123 left out: category 7 is not in the layout's definition",
        "2 ratings of sequential-123 left out: no category is stored with it",
    )


def test_only_undefined_layouts_leave_the_score_unidentified():
    (row,) = agent_figures([count(layout="elsewhere", calls=40)], SCALES)
    assert row.observed.status is Status.NOT_IDENTIFIED
    assert row.observed.estimate is None


@pytest.mark.parametrize(
    ("other", "note"),
    [
        (count(layout="sparse-531"), "pressed shares mix layouts: sequential-123, sparse-531"),
        (count(version="v2"), "pressed shares mix layout versions"),
    ],
)
def test_mixed_instruments_are_noted(other, note):
    (row,) = agent_figures([count(), other], SCALES)
    assert note in row.notes


def test_a_layout_that_nobody_rated_is_no_mixture():
    (row,) = agent_figures([count(), count(layout="sparse-531", outcome=Outcome.NO_KEY, category=None)], SCALES)
    assert row.notes == ()


def test_calls_without_an_agent_stand_last_and_apart():
    rows = agent_figures([count(agent=None), count(agent="zoe"), count(agent="ana")], SCALES)
    assert [row.agent for row in rows] == ["ana", "zoe", None]
    assert "calls without an agent, counted apart" in rows[2].notes


def test_the_team_is_that_of_the_latest_call():
    early, late = count(team="red"), count(team="blue")
    late = replace(late, last_ended_at=late.last_ended_at.replace(hour=13))
    (row,) = agent_figures([late, early], SCALES)
    assert row.team == "blue"
    assert "calls in several teams: blue, red" in row.notes


def test_a_leak_refuses_every_score():
    (row,) = agent_figures([count(calls=30)], SCALES, leaking=True)
    for figure in (row.response_rate, row.observed, row.standardised, row.corrected):
        assert figure.status is Status.REFUSED
        assert figure.reasons == ("disposition_leak",)
        assert figure.estimate is None
    assert (row.bounds.lo, row.bounds.hi) == (None, None)
    assert row.calls.rated == 30


def test_the_leak_names_both_numbers():
    whole = count_dispositions([count(calls=3)])
    assert disposition_leak(whole, 3) is None
    leak = disposition_leak(whole, 4)
    assert leak is not None
    assert "4 handled calls, but 3 have an outcome" in leak
    without_outcome = count_dispositions([count(calls=3), count(outcome=None)])
    assert without_outcome.handled == 4
    assert disposition_leak(without_outcome, 4) is not None


def test_no_eligible_call_no_bounds():
    assert worst_case_bounds(0, 0, 0).lo is None


cells = st.lists(
    st.builds(
        count,
        agent=st.sampled_from(["ana", "ben", None]),
        team=st.sampled_from(["blue", "red", None]),
        layout=st.sampled_from(["sequential-123", "sparse-531", "elsewhere", None]),
        version=st.sampled_from(["v1", "v2"]),
        outcome=st.sampled_from(Outcome),
        category=st.sampled_from([0, 1, 2, 3, None]),
        calls=st.integers(1, 40),
    ),
    max_size=12,
)


@given(cells, st.randoms(use_true_random=False))
def test_the_order_of_the_cells_changes_nothing(given_cells, random):
    shuffled = list(given_cells)
    random.shuffle(shuffled)
    assert agent_figures(shuffled, SCALES) == agent_figures(given_cells, SCALES)


@given(cells)
def test_splitting_a_cell_changes_nothing(given_cells):
    split = [part for cell in given_cells for part in (replace(cell, calls=1), replace(cell, calls=cell.calls - 1))]
    assert agent_figures(split, SCALES) == agent_figures(given_cells, SCALES)


@given(cells)
def test_relabelling_agents_permutes_the_rows(given_cells):
    names = {"ana": "zoe", "ben": "abe", None: None}
    relabelled = agent_figures([replace(cell, agent=names[cell.agent]) for cell in given_cells], SCALES)
    expected = {names[row.agent]: replace(row, agent=names[row.agent]) for row in agent_figures(given_cells, SCALES)}
    assert {row.agent: row for row in relabelled} == expected


@given(cells)
def test_an_agent_without_calls_changes_nobody_else(given_cells):
    idle = count(agent="idle", calls=0)
    rows = [row for row in agent_figures([*given_cells, idle], SCALES) if row.agent != "idle"]
    assert tuple(rows) == agent_figures(given_cells, SCALES)


@given(cells)
def test_the_rows_sum_to_the_window_and_every_figure_is_sound(given_cells):
    rows = agent_figures(given_cells, SCALES)
    assert sum(row.calls.handled for row in rows) == sum(cell.calls for cell in given_cells)
    for row in rows:
        for figure in (row.response_rate, row.observed):
            if figure.estimate is None:
                assert figure.lo is figure.hi is None
                assert figure.reasons
            else:
                assert figure.lo is not None
                assert figure.hi is not None
                assert 0 <= figure.lo <= figure.estimate <= figure.hi <= 1
