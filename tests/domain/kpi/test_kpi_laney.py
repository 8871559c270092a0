"""Laney's p' chart: by hand, on quiet and restless series, and over breaks."""

import numpy as np
import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.laney import PeriodShare, laney_charts


def _series(best, ratings, version=None):
    return [
        PeriodShare(f"day {at}", int(x), int(n), version) for at, (x, n) in enumerate(zip(best, ratings, strict=True))
    ]


def test_a_short_series_by_hand():
    (chart,) = laney_charts(_series([60, 80, 70], [100, 100, 100]))
    error = (0.7 * 0.3 / 100) ** 0.5
    assert chart.centre == pytest.approx(0.7)
    assert chart.sigma_z == pytest.approx((0.2 / error + 0.1 / error) / 2 / 1.128)
    reach = 3 * error * chart.sigma_z
    assert (chart.points[0].lo, chart.points[0].hi) == pytest.approx((0.7 - reach, min(1.0, 0.7 + reach)))
    assert chart.status is Status.WIDE


def test_where_only_chance_moves_it_it_is_the_p_chart():
    rng = np.random.default_rng(1)
    charts = [laney_charts(_series(rng.binomial(500, 0.7, 60), np.full(60, 500)))[0] for _ in range(100)]
    assert np.mean([chart.sigma_z for chart in charts]) == pytest.approx(1.0, abs=0.02)
    assert np.mean([point.signal for chart in charts for point in chart.points]) < 0.006


def test_a_restless_share_has_wider_limits_and_a_jump_still_shows():
    rng = np.random.default_rng(2)
    shares = np.clip(0.7 + 0.02 * rng.normal(size=60), 0, 1)
    shares[40] = 0.55
    (chart,) = laney_charts(_series(rng.binomial(20_000, shares), np.full(60, 20_000)))
    assert chart.sigma_z > 4
    assert [at for at, point in enumerate(chart.points) if point.signal] == [40]


def test_ten_times_the_ratings_of_a_steady_series_narrow_the_limits_by_the_root_of_ten():
    best = [70, 72, 68, 71, 69, 73, 70, 68, 72, 70, 71, 69]
    (few,) = laney_charts(_series(best, [100] * 12))
    (many,) = laney_charts(_series([10 * x for x in best], [1000] * 12))
    # The shares are the same, so the moving range is ten times the root in z, and the limits stay.
    assert many.points[0].hi == pytest.approx(few.points[0].hi)
    assert many.sigma_z == pytest.approx(few.sigma_z * 10**0.5)


def test_limits_never_cross_a_break():
    series = _series([70, 71, 69], [100] * 3, "old") + _series([40, 41, 39], [100] * 3, "new")
    charts = laney_charts(series)
    assert [chart.centre for chart in charts] == pytest.approx([0.7, 0.4])
    assert not any(point.signal for chart in charts for point in chart.points)


@pytest.mark.parametrize(
    ("best", "ratings", "status", "reason"),
    [
        ([5, 5], [9, 9], Status.INSUFFICIENT, "fewer than three periods"),
        ([9, 9, 9], [9, 9, 9], Status.INSUFFICIENT, "every rating is alike"),
        ([10, 9, 9], [9, 9, 9], Status.REFUSED, "more best ratings"),
        ([5, 0, 6, 7], [9, 0, 9, 9], Status.WIDE, "limits are rough"),
    ],
)
def test_where_there_are_no_limits_it_says_why(best, ratings, status, reason):
    (chart,) = laney_charts(_series(best, ratings))
    assert chart.status is status
    assert reason in chart.reasons[0]
    assert len(chart.points) == (3 if status is Status.WIDE else 0)


def test_no_series_no_chart():
    assert laney_charts([]) == ()
