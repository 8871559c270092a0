"""The agent page's drawings: where marks, lines, breaks and bars lie."""

from datetime import date
from itertools import pairwise

import pytest

from ivr.domain.kpi.call_path import call_path
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.peers import peers
from ivr.domain.kpi.pressed import Pressed
from ivr.domain.kpi.response import count_dispositions
from ivr.domain.kpi.tallies import DayCount
from ivr.domain.kpi.trend import trend
from ivr.domain.outcomes import Outcome
from ivr.usecases.read_agent import FittedMonth
from ivr.web.charts.categories import category_block
from ivr.web.charts.funnel_plot import BOTTOM, LEFT, RIGHT, TOP, funnel_plot
from ivr.web.charts.trend import trend_chart
from ivr.web.charts.waterfall import waterfall
from tests.memory_ports import count

KNOWN = Instruments.of_scales({"plain": ("bad", "good")})


def rated(day: str, best: int, others: int, version: str = "v1") -> list[DayCount]:
    return [
        DayCount(day, "ana", "plain", version, Outcome.RATED, category, calls)
        for category, calls in ((1, best), (0, others))
    ]


def test_a_point_stands_in_the_middle_of_its_days_at_its_share_within_its_interval() -> None:
    chart = trend_chart(trend([*rated("2026-01-05", 10, 0), *rated("2026-06-20", 6, 6)], KNOWN))
    first, last = chart.marks
    assert (float(first.y), float(first.top)) == (24.0, 24.0)
    assert float(first.bottom) > float(first.y)
    assert float(last.y) == pytest.approx((24 + 206) / 2)
    span = date(2026, 7, 1).toordinal() - date(2026, 1, 1).toordinal()
    assert float(first.x) == pytest.approx(56 + 480 * 15.5 / span, abs=0.01)
    assert float(last.x) == pytest.approx(56 + 480 * (span - 15) / span, abs=0.01)
    assert not first.is_wide


def test_few_ratings_are_drawn_as_what_cannot_be_compared() -> None:
    (mark,) = trend_chart(trend(rated("2026-01-05", 3, 1), KNOWN)).marks
    assert mark.is_wide


def test_no_line_crosses_a_break_and_a_stretch_of_one_point_has_none() -> None:
    days = [
        *rated("2026-01-05", 3, 1),
        *rated("2026-02-05", 3, 1),
        *rated("2026-04-10", 3, 1, "v2"),
        *rated("2026-06-10", 3, 1, "v3"),
        *rated("2026-07-10", 3, 1, "v3"),
    ]
    chart = trend_chart(trend(days, KNOWN))
    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert [(line.number, line.day.isoformat()) for line in chart.breaks] == [(1, "2026-04-10"), (2, "2026-06-10")]
    joined = {pair for line in chart.lines for pair in line.split()}
    alone = f"{chart.marks[2].x},{chart.marks[2].y}"
    assert alone not in joined


def test_breaks_of_one_day_have_one_line() -> None:
    other = [DayCount("2026-03-02", "ana", "other", version, Outcome.RATED, 1, 2) for version in ("v1",)]
    changed = [DayCount("2026-04-10", "ana", "other", "v2", Outcome.RATED, 1, 2)]
    days = [*rated("2026-03-01", 3, 1), *other, *rated("2026-04-10", 3, 1, "v2"), *changed]
    (line,) = trend_chart(trend(days, KNOWN)).breaks
    assert [each.layout for each in line.breaks] == ["other", "plain"]


def test_labels_are_far_enough_apart_to_be_read() -> None:
    months = [f"{2023 + number // 12}-{number % 12 + 1:02}-05" for number in range(40)]
    chart = trend_chart(trend([each for month in months for each in rated(month, 1, 1)], KNOWN))
    places = [float(label.x) for label in chart.labels]
    assert len(chart.marks) == 40
    assert 4 <= len(places) <= 9
    assert all(after - before >= 62 for before, after in pairwise(places))


def test_a_comparable_month_stands_at_its_own_height() -> None:
    figure = Estimate(0.5, 0.4, 0.6, "proportion", 12, "fit", Status.OK)
    over_time = trend([*rated("2026-01-05", 10, 0), *rated("2026-06-20", 6, 6)], KNOWN)
    (diamond,) = trend_chart(over_time, [FittedMonth(date(2026, 1, 1), figure)]).diamonds
    assert (float(diamond.y), diamond.x) == (115.0, trend_chart(over_time).marks[0].x)


def test_without_a_rating_nothing_is_drawn() -> None:
    assert trend_chart(trend([], KNOWN)).marks == ()
    assert waterfall(()) == ()
    assert funnel_plot(peers([], KNOWN, "ana", named=True)) is None


def test_a_loss_hangs_where_the_calls_that_are_left_end() -> None:
    ends = {Outcome.RATED: 40, Outcome.NO_KEY: 10, Outcome.CALLER_LEFT_FIRST: 30, Outcome.THROTTLED: 20}
    calls = count_dispositions([count(outcome=each, calls=n, category=None) for each, n in ends.items()])
    bars = [(bar.calls, bar.share, float(bar.x), float(bar.width)) for bar in waterfall(call_path(calls))]
    assert bars == [
        (100, 1.0, 0.0, 100.0),
        (20, 0.2, 80.0, 20.0),
        (80, 0.8, 0.0, 80.0),
        (30, 0.3, 50.0, 30.0),
        (50, 0.5, 0.0, 50.0),
        (50, 0.5, 0.0, 50.0),
        (10, 0.1, 40.0, 10.0),
        (40, 0.4, 0.0, 40.0),
    ]


def test_categories_go_from_the_best_to_the_worst_each_with_its_interval() -> None:
    block = category_block(Pressed("plain", ("bad", "fair", "good"), (2, 3, 15)))
    assert [(bar.name, bar.kind, bar.ratings, bar.width) for bar in block.bars] == [
        ("good", "best", 15, "75.00"),
        ("fair", "middle", 3, "15.00"),
        ("bad", "worst", 2, "10.00"),
    ]
    best = block.bars[0].whisker
    assert float(best.lo) < 75 < float(best.lo) + float(best.width)


def test_the_funnel_narrows_and_everybody_stands_at_ratings_and_share() -> None:
    calls = [count(agent=f"a{n}", layout="plain", category=1, calls=7 + n) for n in range(9)]
    calls += [count(agent=f"a{n}", layout="plain", category=0, calls=3) for n in range(9)]
    calls += [count(agent="ana", layout="plain", category=c, calls=50) for c in (0, 1)]
    plot = funnel_plot(peers(calls, KNOWN, "ana", named=True))
    assert len(plot.dots) == 9
    assert plot.cloud == ""
    own_x, own_y = map(float, plot.own)
    assert own_x == pytest.approx(LEFT + (RIGHT - LEFT) / 1.03, abs=0.01)
    assert own_y == pytest.approx((TOP + BOTTOM) / 2, abs=0.01)
    upper = [tuple(map(float, pair.split(","))) for pair in plot.inner.split()]
    half = len(upper) // 2
    assert upper[half - 1][1] > upper[2][1]


def test_peers_without_names_are_one_path_of_dots() -> None:
    calls = [count(agent=f"a{n}", layout="plain", category=n % 2, calls=5) for n in range(12)]
    plot = funnel_plot(peers(calls, KNOWN, "ana", named=False))
    assert plot.dots == ()
    assert plot.cloud.count("h0") == 12
    assert plot.own is None
