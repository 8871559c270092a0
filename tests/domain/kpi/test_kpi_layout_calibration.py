"""Layout calibration: the effect over many draws, against the plain difference, and without overlap."""

import numpy as np
import pytest
from scipy.special import expit

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.layout_calibration import calibrate_layouts
from ivr.domain.kpi.stratum_ratings import StratumRatings
from tests.domain.kpi.mirrored_layouts import CUTS, DRAW, drawn


def _rows(rng, levels=(-0.2, 0.0, 0.2), sizes=(("ahead", 400), ("reversed", 200), ("sparse", 200))):
    return [
        drawn(rng, layout, size, stratum=f"site {level}", level=level) for level in levels for layout, size in sizes
    ]


def test_the_effect_is_unbiased_and_its_interval_holds_it():
    rng = np.random.default_rng(3)
    levels = np.array([-0.2, 0.0, 0.2])
    truth = 100 * (expit(levels - CUTS["sparse"][1]).mean() - expit(levels - CUTS["ahead"][1]).mean())
    effects = [calibrate_layouts(_rows(rng), "ahead").effect("sparse") for _ in range(300)]
    assert np.mean([each.estimate for each in effects]) == pytest.approx(truth, abs=0.4)
    assert 0.92 <= np.mean([each.lo <= truth <= each.hi for each in effects]) <= 0.98


def test_in_one_stratum_it_is_the_plain_difference():
    rows = [
        StratumRatings("s", None, DRAW, "ahead", None, (100, 100, 200)),
        StratumRatings("s", None, DRAW, "sparse", None, (90, 180, 30)),
    ]
    effect = calibrate_layouts(rows, "ahead").effect("sparse")
    assert effect.estimate == pytest.approx(100 * (30 / 300 - 200 / 400), abs=1e-6)
    error = 100 * (0.1 * 0.9 / 300 + 0.5 * 0.5 / 400) ** 0.5
    assert (effect.hi - effect.lo) / (2 * 1.96) == pytest.approx(error, rel=1e-3)


def test_the_quality_of_a_site_does_not_leak_into_its_old_layout():
    """Each site uses its own layout mostly; pooled, the layout of the good site looks good."""
    rng = np.random.default_rng(5)
    rows = []
    for level, usual in ((-0.8, "ahead"), (0.8, "reversed")):
        sizes = {"ahead": 5_000, "reversed": 5_000, usual: 40_000}
        rows += [drawn(rng, layout, size, stratum=usual, level=level) for layout, size in sizes.items()]
    pooled = {
        key: np.sum([each.counts for each in rows if each.layout == key], axis=0) for key in ("ahead", "reversed")
    }
    naive = 100 * (pooled["reversed"][2] / pooled["reversed"].sum() - pooled["ahead"][2] / pooled["ahead"].sum())
    assert naive > 15
    effect = calibrate_layouts(rows, "ahead").effect("reversed")
    assert effect.estimate == pytest.approx(0.0, abs=1.5)
    assert effect.lo < 0 < effect.hi


def test_the_order_of_rows_and_splitting_them_change_nothing():
    rows = _rows(np.random.default_rng(6))
    whole = calibrate_layouts(rows, "ahead").effect("sparse")
    parts = [each._replace(counts=tuple(c // 2 for c in each.counts)) for each in rows]
    rest = [each._replace(counts=tuple(c - c // 2 for c in each.counts)) for each in rows]
    again = calibrate_layouts([*rest[::-1], *parts], "ahead").effect("sparse")
    assert (again.estimate, again.lo, again.hi) == pytest.approx((whole.estimate, whole.lo, whole.hi), abs=1e-9)
    many = calibrate_layouts([each._replace(counts=tuple(10 * c for c in each.counts)) for each in rows], "ahead")
    assert (whole.hi - whole.lo) / (many.effect("sparse").hi - many.effect("sparse").lo) == pytest.approx(
        10**0.5, rel=1e-6
    )


def test_layouts_are_linked_over_others_and_without_a_link_not_at_all():
    rng = np.random.default_rng(7)
    rows = [
        drawn(rng, "ahead", 300, stratum="one", allocation="ahead:0.5 reversed:0.5"),
        drawn(rng, "reversed", 300, stratum="one", allocation="ahead:0.5 reversed:0.5"),
        drawn(rng, "reversed", 300, stratum="two", allocation="reversed:0.5 sparse:0.5"),
        drawn(rng, "sparse", 300, stratum="two", allocation="reversed:0.5 sparse:0.5"),
    ]
    assert calibrate_layouts(rows, "ahead").effect("sparse").status is Status.OK
    alone = [*rows[:2], rows[3]._replace(allocation="sparse:1")]
    effect = calibrate_layouts(alone, "ahead").effect("sparse")
    assert (effect.status, effect.estimate) == (Status.NOT_IDENTIFIED, None)
    assert "its callers may differ" in effect.reasons[0]
    assert calibrate_layouts(alone, "ahead").effect("ahead").estimate == 0.0


@pytest.mark.parametrize(
    ("rows", "status", "reason"),
    [
        ([StratumRatings("s", None, DRAW, "sparse", None, (9, 9, 9))], Status.NOT_IDENTIFIED, "no randomised ratings"),
        (
            [
                StratumRatings("s", None, DRAW, "ahead", None, (30, 40, 50)),
                StratumRatings("s", None, DRAW, "sparse", None, (30, 40, 50)),
            ],
            Status.WIDE,
            "fewer than 200",
        ),
        (
            [
                StratumRatings("s", None, DRAW, "ahead", None, (300, 400, 500)),
                StratumRatings("s", None, DRAW, "sparse", None, (30, 0, 50)),
            ],
            Status.INSUFFICIENT,
            "nobody on scale 2 chose category 1",
        ),
        (
            [
                StratumRatings("s", None, DRAW, "ahead", None, (300, 400, 500)),
                StratumRatings("s", None, DRAW, "sparse", None, (30, 30, 30, 50)),
            ],
            Status.NOT_IDENTIFIED,
            "different numbers of categories",
        ),
    ],
)
def test_where_it_cannot_be_known_it_says_why(rows, status, reason):
    effect = calibrate_layouts(rows, "ahead").effect("sparse")
    assert effect.status is status
    assert reason in effect.reasons[0]
