"""Series breaks: what changed, on which day, and what is no change."""

from datetime import date

from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.series_breaks import SOON_DAYS, Changed, series_breaks
from ivr.domain.kpi.tallies import DayCount
from ivr.domain.outcomes import Outcome

HALVES, NINTH = "plain:0.5 paced:0.5", "plain:0.9 paced:0.1"


def rated(
    day: int, layout: str = "plain", version: str | None = "v1", allocation: str | None = None, calls: int = 1
) -> DayCount:
    return DayCount(f"2026-03-{day:02}", "ana", layout, version, Outcome.RATED, 1, calls, allocation)


def days(days: list[DayCount], known: Instruments | None = None) -> list[tuple[int, str | None, tuple[Changed, ...]]]:
    found = series_breaks(days, known or Instruments())
    return [(each.day.day, each.layout, each.changed) for each in found]


def test_one_version_of_one_layout_has_no_break() -> None:
    assert days([rated(1), rated(5), rated(9)]) == []


def test_a_new_version_breaks_on_its_first_day() -> None:
    assert days([rated(1), rated(5), rated(5, version="v2"), rated(9, version="v2")]) == [
        (5, "plain", (Changed.UNKNOWN,))
    ]


def test_what_differs_is_told_from_the_two_definitions() -> None:
    plain = Instrument(("bad", "good"), keys={"1": 0, "2": 1}, read_seconds=(1.0, 2.0), options=2)
    versions = {
        "keys": Instrument(("bad", "good"), keys={"2": 0, "1": 1}, read_seconds=(1.0, 2.0), options=2),
        "pauses": Instrument(("bad", "good"), keys={"1": 0, "2": 1}, read_seconds=(1.0, 5.0), options=2),
        "words": Instrument(("bad", "good"), keys={"1": 0, "2": 1}, read_seconds=(1.0, 2.0), options=2),
        "scale": Instrument(("bad", "fair", "good"), keys={"1": 0, "2": 1, "3": 2}, options=3),
    }
    expected = {
        "keys": (Changed.KEYS,),
        "pauses": (Changed.TIMING,),
        "words": (Changed.RECORDINGS,),
        "scale": (Changed.CATEGORIES, Changed.KEYS, Changed.TIMING),
    }
    for version, instrument in versions.items():
        known = Instruments(noted={("plain", "v1"): plain, ("plain", version): instrument})
        assert days([rated(1), rated(4, version=version)], known) == [(4, "plain", expected[version])]


def test_a_version_that_comes_back_after_another_breaks_again() -> None:
    back = [rated(1), rated(2, version="v2"), *(rated(day) for day in range(3, 9))]
    assert [day for day, _, _ in days(back)] == [2, 3]


def test_a_version_heard_beside_the_old_one_breaks_once_where_it_began() -> None:
    beside = [*(rated(day) for day in range(1, 9)), *(rated(day, version="v2") for day in (4, 6, 8))]
    assert [day for day, _, _ in days(beside)] == [4]


def test_other_shares_of_the_layouts_break() -> None:
    found = series_breaks(
        [rated(1, allocation=HALVES), rated(3, allocation=NINTH), rated(9, allocation=NINTH)], Instruments()
    )
    assert [(each.day, each.changed, each.shares) for each in found] == [(date(2026, 3, 3), (Changed.SHARES,), NINTH)]


def test_two_strata_with_their_own_shares_are_no_change() -> None:
    two = [rated(day, allocation=HALVES if day % 2 else NINTH) for day in range(1, 12)]
    assert days(two) == []


def test_shares_not_heard_again_for_long_were_replaced() -> None:
    first, second = rated(1, allocation=HALVES), [rated(day, allocation=NINTH) for day in range(2, 3 + SOON_DAYS)]
    late = rated(3 + SOON_DAYS, allocation=HALVES)
    assert [day for day, _, _ in days([first, *second, late])] == [2, 3 + SOON_DAYS]


def test_a_layout_that_takes_the_place_of_another_breaks_though_nothing_was_drawn() -> None:
    assert days([rated(1), rated(4, "paced"), rated(6, "paced")]) == [(4, None, (Changed.SHARES,))]


def test_calls_without_a_rating_break_nothing() -> None:
    unrated = DayCount("2026-03-04", "ana", "plain", "v2", Outcome.NO_KEY, None, 3)
    assert days([rated(1), unrated, rated(9)]) == []


def test_the_break_is_where_anybody_first_heard_the_new_version() -> None:
    ratings = [rated(1), rated(9, version="v2")]
    (found,) = series_breaks(ratings, Instruments(), {("plain", "v2"): date(2026, 3, 4)})
    assert found.day == date(2026, 3, 4)


def test_a_version_still_rated_after_another_began_elsewhere_breaks_where_it_ended_here() -> None:
    ratings = [rated(1), rated(6), rated(9, version="v2")]
    (found,) = series_breaks(ratings, Instruments(), {("plain", "v2"): date(2026, 3, 4)})
    assert found.day == date(2026, 3, 9)
