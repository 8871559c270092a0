"""The trend: how long a step is, where it is cut, and what each point stands on."""

from datetime import date, timedelta

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.tallies import DayCount
from ivr.domain.kpi.trend import MOST_POINTS, Step, trend
from ivr.domain.outcomes import Outcome

KNOWN = Instruments.of_scales({"plain": ("bad", "good")})


def rated(day: str, best: int, others: int = 0, version: str | None = "v1") -> list[DayCount]:
    """Return the ratings of one day: so many good ones, so many bad ones."""
    of_day = (
        DayCount(day, "ana", "plain", version, Outcome.RATED, category, n) for category, n in ((1, best), (0, others))
    )
    return [each for each in of_day if each.calls]


def test_without_days_there_is_no_point() -> None:
    assert trend([], KNOWN).points == ()


def test_three_weeks_are_told_by_day_and_a_day_more_by_week() -> None:
    assert trend([*rated("2026-03-01", 1), *rated("2026-03-21", 1)], KNOWN).step is Step.DAY
    assert trend([*rated("2026-03-01", 1), *rated("2026-03-22", 1)], KNOWN).step is Step.WEEK


def test_four_months_are_told_by_week_and_more_by_month() -> None:
    first = date(2026, 1, 1)
    edge = (first + timedelta(days=119)).isoformat()
    beyond = (first + timedelta(days=120)).isoformat()
    assert trend([*rated("2026-01-01", 1), *rated(edge, 1)], KNOWN).step is Step.WEEK
    assert trend([*rated("2026-01-01", 1), *rated(beyond, 1)], KNOWN).step is Step.MONTH


def test_a_month_holds_its_own_ratings_with_their_interval_and_its_calls_to_be_asked() -> None:
    silent = DayCount("2026-02-03", "ana", "plain", "v1", Outcome.NO_KEY, None, 10)
    found = trend([*rated("2026-01-05", 3, 1), *rated("2026-02-01", 12, 8), silent, *rated("2026-06-30", 1)], KNOWN)
    january, february, june = found.points
    assert (january.first, january.last) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (january.pressed.estimate, january.pressed.n, january.pressed.status) == (0.75, 4, Status.WIDE)
    assert (february.pressed.estimate, february.pressed.n) == (0.6, 20)
    assert february.calls.eligible == 30
    assert february.pressed.lo < 0.6 < february.pressed.hi
    assert june.is_whole


def test_weeks_begin_on_monday() -> None:
    found = trend([*rated("2026-03-01", 1), *rated("2026-03-02", 1), *rated("2026-03-30", 1)], KNOWN)
    assert [each.first.isoformat() for each in found.points] == ["2026-02-23", "2026-03-02", "2026-03-30"]


def test_a_month_with_a_break_in_it_is_two_points_of_two_stretches() -> None:
    days = [
        *rated("2026-01-10", 8, 2),
        *rated("2026-03-05", 6, 4),
        *rated("2026-03-20", 1, 9, "v2"),
        *rated("2026-06-01", 2, 8, "v2"),
    ]
    found = trend(days, KNOWN)
    assert [(each.first.isoformat(), each.last.isoformat(), each.segment, each.is_whole) for each in found.points] == [
        ("2026-01-01", "2026-01-31", 0, True),
        ("2026-03-01", "2026-03-19", 0, False),
        ("2026-03-20", "2026-03-31", 1, False),
        ("2026-06-01", "2026-06-30", 1, True),
    ]
    assert [each.pressed.estimate for each in found.points] == [0.8, 0.6, 0.1, 0.2]
    assert [each.day for each in found.breaks] == [date(2026, 3, 20)]


def test_of_a_long_history_the_latest_points_are_kept_and_the_others_counted() -> None:
    months = [f"{2020 + number // 12}-{number % 12 + 1:02}-01" for number in range(MOST_POINTS + 5)]
    found = trend([each for month in months for each in rated(month, 1)], KNOWN)
    assert (len(found.points), found.left_out) == (MOST_POINTS, 5)
    assert found.points[0].first == date(2020, 6, 1)


def test_a_month_without_a_readable_rating_says_why_it_has_no_figure() -> None:
    unknown = DayCount("2026-01-05", "ana", "other", "v1", Outcome.RATED, 1, 3)
    assert trend([unknown], KNOWN).points[0].pressed.status is Status.NOT_IDENTIFIED
