"""Schedules: hours and days off on the site's clock, on the days when clocks change too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.schedules import Hours, Schedule, day_starts

BERLIN = ZoneInfo("Europe/Berlin")
ALL_DAY = (Hours(0, 1440),)
NIGHT = Schedule({6: (Hours(120, 180),)})
"""Sundays from 2 to 3, the hour that Berlin skips in spring and has twice in autumn."""

MOMENTS = st.integers(0, 60 * 366 * 24 * 3600).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe")]
)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """Return a moment in UTC as the wall clock of ``zone`` shows it."""
    return datetime.fromisoformat(text).astimezone(zone)


def test_a_span_has_its_first_minute_and_not_its_last() -> None:
    schedule = Schedule({0: (Hours(8 * 60, 12 * 60), Hours(13 * 60, 18 * 60))})
    monday = "2026-03-02T"
    opened = [hour for hour in range(24 * 60) if schedule.is_open(at(f"{monday}00:00+01:00") + timedelta(minutes=hour))]
    assert opened == [*range(480, 720), *range(780, 1080)]


def test_a_day_without_hours_and_a_day_off_are_closed() -> None:
    schedule = Schedule({4: ALL_DAY}, frozenset({date(2026, 12, 25)}))
    assert schedule.is_open(at("2026-12-18T12:00+01:00"))
    assert not schedule.is_open(at("2026-12-25T12:00+01:00"))
    assert not schedule.is_open(at("2026-12-19T12:00+01:00"))


def test_the_day_is_the_site_s_and_not_that_of_utc() -> None:
    schedule = Schedule({4: ALL_DAY}, frozenset({date(2026, 12, 25)}))
    assert not schedule.is_open(at("2026-12-24T23:30+00:00"))  # the 25th in Berlin
    assert schedule.is_open(at("2026-12-18T04:30+00:00", ZoneInfo("UTC")))


def test_an_hour_that_clocks_skip_never_opens() -> None:
    sunday = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight in Berlin
    walls = [(sunday + timedelta(minutes=minute)).astimezone(BERLIN) for minute in range(23 * 60)]
    assert {wall.date() for wall in walls} == {date(2026, 3, 29)}
    assert not any(NIGHT.is_open(wall) for wall in walls)


def test_an_hour_that_clocks_repeat_is_open_both_times() -> None:
    sunday = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # midnight in Berlin
    walls = [(sunday + timedelta(minutes=minute)).astimezone(BERLIN) for minute in range(25 * 60)]
    assert {wall.date() for wall in walls} == {date(2026, 10, 25)}
    assert sum(NIGHT.is_open(wall) for wall in walls) == 120


@pytest.mark.parametrize(
    ("moment", "zone", "starts"),
    [
        ("2026-03-29T12:00+02:00", "Europe/Berlin", "2026-03-28T23:00+00:00"),
        ("2026-10-25T23:30+01:00", "Europe/Berlin", "2026-10-24T22:00+00:00"),
        # Clocks that skip midnight: the day begins at one o'clock.
        ("2018-11-04T12:00-02:00", "America/Sao_Paulo", "2018-11-04T03:00+00:00"),
    ],
)
def test_a_day_starts_with_its_first_moment(moment: str, zone: str, starts: str) -> None:
    assert day_starts(datetime.fromisoformat(moment), ZoneInfo(zone)) == datetime.fromisoformat(starts)


@given(MOMENTS, ZONES)
def test_a_day_s_start_is_on_that_day_and_the_moment_before_is_not(moment: datetime, zone: ZoneInfo) -> None:
    starts, day = day_starts(moment, zone), moment.astimezone(zone).date()
    assert starts <= moment
    assert starts.astimezone(zone).date() == day
    assert (starts - timedelta(seconds=1)).astimezone(zone).date() < day


@pytest.mark.parametrize(("opens", "closes"), [(10, 10), (11, 10), (-1, 10), (0, 1441)])
def test_a_span_that_is_none_is_refused(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="no span of a day"):
        Hours(opens, closes)
