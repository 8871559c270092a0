from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import CallId, EndedBy, HandledCall
from ivr.domain.kpi.contributions import LONGEST_ASKED_MS, TALLIED, Contributions, replicate_group
from ivr.domain.kpi.latencies import LATENCY_BOUNDS_MS, latency_bin
from ivr.domain.kpi.local_days import LocalDays
from ivr.domain.outcomes import Outcome

BERLIN = ZoneInfo("Europe/Berlin")
ENDED = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
RATED = HandledCall(
    call=CallId("default", "1"),
    ended_at=ENDED,
    outcome=Outcome.RATED,
    agent="ann",
    queue="sales",
    team="north",
    site="berlin",
    segment="billing",
    language="de",
    caller="h1:ab",
    wait_seconds=61.0,
    layout="sparse-531",
    layout_version="v1",
    allocation="a:0.5 sparse-531:0.5",
    delay_seconds=2,
    selection_probability=0.25,
    options_heard=1,
    press_ms=1200,
    category=2,
    confirm_key="5",
    followup="answered",
    followup_category=3,
    asked_seconds=2.5,
    ended_by=EndedBy.CALLER,
)


def moments(year: int, days: int) -> st.SearchStrategy[datetime]:
    begin = datetime(year, 1, 1, tzinfo=UTC)
    return st.integers(0, days * 86_400_000_000).map(lambda moment: begin + timedelta(microseconds=moment))


def cells(contributions: Contributions) -> dict[str, Counter[Any]]:
    """All cells with what they share written out, those of nothing left out."""
    given = contributions
    places, hearings, contacts = list(given.places), list(given.hearings), list(given.contacts)
    agents, results = list(given.agents), list(given.results)
    named: dict[str, dict[Any, Any]] = {
        "daily": {
            (day, places[place], agents[agent], results[result]): tuple(sums[:4])
            for (day, place, agent, result), sums in given.daily.items()
            if any(sums[:4])
        },
        "presses": {(day, hearings[hearing]): calls for (day, hearing), calls in given.presses.items()},
        "period": {(contacts[c], agents[a], results[r]): calls for (c, a, r), calls in given.period.items()},
        "groups": {(contacts[c], group, results[r]): calls for (c, group, r), calls in given.groups.items()},
    }
    return {name: Counter({key: calls for key, calls in some.items() if calls}) for name, some in named.items()}


def of(*calls: HandledCall, zone: ZoneInfo = BERLIN) -> Contributions:
    contributions = Contributions(zone)
    contributions.add_calls(calls)
    return contributions


def test_a_call_adds_one_cell_to_each_family() -> None:
    contact = (
        "2026-03",
        "berlin",
        "sales",
        "billing",
        "de",
        2,
        "sparse-531",
        "v1",
        "a:0.5 sparse-531:0.5",
        2.0,
        0.25,
    )
    place = ("north", "berlin", "sales", "de", "sparse-531", "v1", "a:0.5 sparse-531:0.5")
    assert cells(of(RATED)) == {
        # In Berlin it is March already.
        "daily": {("2026-03-01", place, "ann", ("rated", 2, "answered", 3, "5", "caller", 1)): (1, 1, 2500, 6_250_000)},
        "presses": {("2026-03-01", ("sparse-531", "v1", "rated", 1, latency_bin(1200))): 1},
        "period": {(contact, "ann", ("rated", 2, "answered", 3, "5", None, None)): 1},
        "groups": {(contact, replicate_group("h1:ab"), ("rated", 2, "answered", 3, None, None, None)): 1},
    }


@pytest.mark.parametrize("marked", [{"test": True}, {"excluded": True}])
def test_a_test_call_and_an_excluded_one_add_nothing(marked: dict[str, Any]) -> None:
    other = replace(RATED, call=CallId("default", "2"))
    assert of(replace(RATED, **marked)).size == 0
    by_columns = Contributions(BERLIN)
    columns = {name: [getattr(call, name, "2") for call in (RATED, other)] for name in TALLIED}
    by_columns.add_columns(
        {**columns, "test": [False, False], "excluded": [False, False], **{key: [True, False] for key in marked}}
    )
    assert cells(by_columns) == cells(of(other))


def test_nothing_is_known_of_a_bare_call() -> None:
    bare = HandledCall(CallId("default", "7"), ENDED, Outcome.UNKNOWN, selection_probability=1)
    contact = ("2026-02", *[None] * 9, 1.0)
    assert cells(of(bare, zone=ZoneInfo("UTC"))) == {
        "daily": {
            ("2026-02-28", (None,) * 7, None, ("unknown", *[None] * 4, "unknown", None)): (1, 0, 0, 0),
        },
        "presses": {},
        "period": {(contact, None, ("unknown", *[None] * 6)): 1},
        "groups": {(contact, replicate_group("default/7"), ("unknown", *[None] * 6)): 1},
    }


def test_how_far_a_call_was_heard_tells_cells_of_agents_apart_only_where_it_was_rated() -> None:
    left = replace(RATED, outcome=Outcome.LEFT_IN_MENU, category=None)
    given = cells(of(*(replace(call, options_heard=heard) for call in (RATED, left) for heard in (0, 1, 2))))
    assert sorted(given["daily"].values()) == [(1, 1, 2500, 6_250_000)] * 3 + [(3, 3, 7500, 18_750_000)]
    assert list(given["presses"].values()) == [1] * 6


def test_who_ended_a_call_makes_no_cells_for_fits() -> None:
    given = cells(of(*(replace(RATED, ended_by=end) for end in (*EndedBy, None))))
    assert len(given["daily"]) == 5
    assert list(given["period"].values()) == list(given["groups"].values()) == [5]


def test_calls_of_one_caller_share_a_group_and_those_without_a_caller_do_not() -> None:
    assert {
        group for _, group, _ in of(*(replace(RATED, call=CallId("default", str(n))) for n in range(50))).groups
    } == {replicate_group("h1:ab")}
    unnamed = of(*(replace(RATED, call=CallId("default", str(n)), caller=None) for n in range(50)))
    assert len({group for _, group, _ in unnamed.groups}) > 30


def test_callers_spread_evenly_over_the_groups() -> None:
    counts = Counter(replicate_group(f"h1:{n:064x}") for n in range(25_600))
    assert len(counts) == 256
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 330  # chi-square with 255, p = .001


@pytest.mark.parametrize(
    ("seconds", "asked_ms"), [(0.0, 0), (0.0004, 0), (1e300, LONGEST_ASKED_MS), (86_400.0, 86_400_000)]
)
def test_seconds_are_whole_milliseconds_of_a_day_at_most(seconds: float, asked_ms: int) -> None:
    [sums] = of(replace(RATED, asked_seconds=seconds)).daily.values()
    assert sums[:4] == [1, 1, asked_ms, asked_ms**2]


def test_a_cell_knows_its_first_and_its_last_end() -> None:
    ends = [ENDED + timedelta(microseconds=n) for n in (5, 1, 9, 4)]
    [sums] = of(*(replace(RATED, ended_at=end) for end in ends)).daily.values()
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert [epoch + timedelta(microseconds=moment) for moment in sums[4:]] == [ends[1], ends[2]]


def test_a_number_is_the_same_cell_whole_or_with_a_point() -> None:
    twice = of(replace(RATED, delay_seconds=0), replace(RATED, delay_seconds=-0.0, selection_probability=0.25))
    assert len(twice.period) == 1
    assert str(next(iter(twice.contacts))[9]) == "0.0"


names = st.none() | st.sampled_from(["a", "b"])
calls = st.builds(
    replace,
    st.just(RATED),
    agent=names,
    team=names,
    layout=names,
    caller=names,
    outcome=st.sampled_from(Outcome),
    category=st.none() | st.integers(0, 2),
    options_heard=st.none() | st.integers(0, 2),
    press_ms=st.none() | st.integers(-500, 90_000),
    confirm_key=st.none() | st.just("1"),
    wait_seconds=st.none() | st.floats(0, 300),
    asked_seconds=st.none() | st.floats(0, 100),
    ended_at=moments(2026, 60),
    test=st.booleans(),
)


@given(st.lists(calls), st.lists(calls))
def test_what_is_taken_back_was_never_there(kept: list[HandledCall], undone: list[HandledCall]) -> None:
    contributions = of(*kept, *undone)
    contributions.add_calls(undone, sign=-1)
    assert cells(contributions) == cells(of(*kept))


@given(st.lists(calls), st.randoms())
def test_the_order_of_calls_means_nothing(some: list[HandledCall], chance: Any) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    assert cells(of(*shuffled)) == cells(of(*some))


@given(
    moments(1971, 25_000),
    st.sampled_from(
        [
            "America/St_Johns",
            "Europe/Berlin",
            "Asia/Kathmandu",
            "Africa/Monrovia",
            "Australia/Lord_Howe",
            "Pacific/Apia",
        ]
    ),
)
def test_a_local_day_is_that_of_the_calendar(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    days = LocalDays(zone)
    for minutes in (0, 29, 31, 59, 61):
        at = moment + timedelta(minutes=minutes)
        assert days.day(at.timestamp()) == at.astimezone(zone).date().isoformat()


def test_a_day_that_ends_within_an_hour_is_told_apart() -> None:
    days = LocalDays(ZoneInfo("Asia/Kathmandu"))  # 5 h 45 min ahead
    assert days.day(datetime(2026, 3, 1, 18, 14, 59, tzinfo=UTC).timestamp()) == "2026-03-01"
    assert days.day(datetime(2026, 3, 1, 18, 15, tzinfo=UTC).timestamp()) == "2026-03-02"


def test_classes_of_latencies_are_half_octaves() -> None:
    assert [latency_bin(press_ms) for press_ms in (None, -1, 0, 249, 250, 63_999, 64_000, 10**9)] == [
        None,
        0,
        1,
        1,
        2,
        17,
        18,
        18,
    ]
    assert all(low < high <= 1.4143 * low + 1 for low, high in pairwise(LATENCY_BOUNDS_MS[1:]))
