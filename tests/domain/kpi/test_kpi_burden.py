"""The burden: seconds of callers for each usable rating, against the sums done by hand and against its own promise."""

from dataclasses import replace
from math import log
from random import Random

import pytest

from ivr.domain.kpi.burden import METHOD, UNIT, burden_seconds
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from tests.memory_ports import count

SCALES = Instruments.of_scales({"sequential-123": ("dissatisfied", "so-so", "satisfied")})


def cell(*seconds: float, outcome: Outcome = Outcome.RATED, category: int | None = 2, unknown: int = 0) -> OutcomeCount:
    """Return the cell of calls that were asked for so many seconds, and of ``unknown`` more."""
    return replace(
        count(outcome=outcome, category=category, calls=len(seconds) + unknown),
        asked=len(seconds),
        asked_seconds=sum(seconds),
        asked_seconds_squared=sum(each * each for each in seconds),
    )


def silent(*seconds: float, unknown: int = 0) -> OutcomeCount:
    return cell(*seconds, outcome=Outcome.NO_KEY, category=None, unknown=unknown)


def test_the_seconds_of_all_who_were_asked_are_shared_by_the_usable_ratings() -> None:
    figure = burden_seconds([cell(*[10.0] * 30), silent(*[20.0] * 10)], SCALES)
    # (30 x 10 + 10 x 20) / 30; d is 10 - 16.67 for the rated and 20 for the others.
    assert figure.estimate == pytest.approx(500 / 30)
    spread = 30 * (10 - 500 / 30) ** 2 + 10 * 20**2
    error = (40 / 39 * spread) ** 0.5 / 30 / (500 / 30)
    assert figure.hi is not None
    assert figure.lo is not None
    assert log(figure.hi) - log(500 / 30) == pytest.approx(1.959964 * error, rel=1e-6)
    assert log(500 / 30) - log(figure.lo) == pytest.approx(1.959964 * error, rel=1e-6)
    assert (figure.unit, figure.n, figure.method, figure.status) == (UNIT, 40, METHOD, Status.OK)


def test_a_rating_that_cannot_be_read_costs_and_brings_nothing() -> None:
    usable = [cell(*[10.0] * 40)]
    unreadable = [cell(*[10.0] * 40, category=7), replace(cell(*[10.0] * 40), layout="gone")]
    assert burden_seconds(usable, SCALES).estimate == pytest.approx(10)
    assert burden_seconds([*usable, *unreadable], SCALES).estimate == pytest.approx(30)


def test_few_ratings_are_wide() -> None:
    figure = burden_seconds([cell(*[10.0, 12.0] * 14), silent(5.0)], SCALES)
    assert (figure.status, figure.reasons) == (Status.WIDE, ("fewer than 30 usable ratings",))


@pytest.mark.parametrize(
    ("cells", "reason", "n"),
    [
        ([], "no asked call whose seconds are known", 0),
        ([cell(unknown=5)], "no asked call whose seconds are known", 0),
        ([silent(4.0, 5.0)], "no usable rating among the calls whose seconds are known", 2),
        ([cell(4.0)], "a single asked call tells no interval", 1),
        ([cell(0.0, 0.0)], "no caller was asked for any time", 2),
    ],
)
def test_where_nothing_is_known_the_reason_stands(cells: list[OutcomeCount], reason: str, n: int) -> None:
    figure = burden_seconds(cells, SCALES)
    assert (figure.estimate, figure.lo, figure.hi, figure.n) == (None, None, None, n)
    assert figure.status is Status.INSUFFICIENT
    assert figure.reasons[0] == reason


def test_asked_calls_without_seconds_are_left_out_and_counted() -> None:
    known = [cell(*[10.0] * 30), silent(*[20.0] * 10)]
    with_others = [
        cell(*[10.0] * 30, unknown=3),
        silent(*[20.0] * 10, unknown=4),
        replace(cell(unknown=9), outcome=None),
    ]
    not_asked = replace(count(outcome=Outcome.THROTTLED, category=None, calls=50))
    figure = burden_seconds([*with_others, not_asked], SCALES)
    assert figure == replace(
        burden_seconds(known, SCALES), reasons=("7 asked calls without known seconds are left out",)
    )


def test_all_alike_leaves_no_doubt() -> None:
    figure = burden_seconds([cell(*[10.0] * 50)], SCALES)
    assert (figure.lo, figure.estimate, figure.hi) == pytest.approx((10, 10, 10))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = Random(20260302)
    share, rated_mean, silent_mean = 0.3, 12.0, 6.0
    truth = (share * rated_mean + (1 - share) * silent_mean) / share

    def held() -> bool:
        rated, others = [], []
        for _ in range(300):
            if random.random() < share:
                rated.append(random.gammavariate(4, rated_mean / 4))
            else:
                others.append(random.gammavariate(2, silent_mean / 2))
        figure: Estimate = burden_seconds([cell(*rated), silent(*others)], SCALES)
        assert figure.lo is not None
        assert figure.hi is not None
        return figure.lo <= truth <= figure.hi

    covered = sum(held() for _ in range(1000))
    # 950 give or take four standard errors.
    assert 922 <= covered <= 978
