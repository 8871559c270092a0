"""Rounds: shared callers, small numbers of groups, and breaks of the series."""

from dataclasses import replace

import numpy as np
import pytest

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.rounds import Round, round_change, round_changes


def _round(period, share, replicates=(), *, reach=0.04, **more):
    figure = Estimate(share, share - reach, share + reach, "proportion", 300, "test", Status.OK)
    ground = {"reference_layout": "ahead", "reference_version": "v1", "mix": "2026", **more}
    return Round(period, figure, replicates=tuple(replicates), **ground)


def _jackknifed(rng, groups, shared):
    """Two rounds of group means; callers' moods go from one round into the next by ``shared``."""
    mood = rng.normal(size=groups)
    rounds = []
    for period in ("March", "April"):
        means = 0.7 + 0.05 * (shared * mood + (1 - shared**2) ** 0.5 * rng.normal(size=groups))
        left_out = (means.sum() - means) / (groups - 1)
        rounds.append(_round(period, float(means.mean()), left_out.tolist()))
    return rounds


@pytest.mark.parametrize("groups", [10, 40])
@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_the_interval_holds_no_change_as_often_as_it_says(groups, shared):
    rng = np.random.default_rng(groups)
    changes = [round_change(*_jackknifed(rng, groups, shared)) for _ in range(800)]
    held = np.mean([each.difference.lo <= 0 <= each.difference.hi for each in changes])
    assert held == pytest.approx(0.95, abs=0.025)
    assert np.mean([each.p_value < 0.05 for each in changes]) == pytest.approx(0.05, abs=0.025)


def test_callers_of_both_rounds_make_the_change_clearer():
    rng = np.random.default_rng(1)
    apart, together = ([round_change(*_jackknifed(rng, 40, shared)) for _ in range(100)] for shared in (0.0, 0.9))
    widths = [np.mean([each.difference.hi - each.difference.lo for each in changes]) for changes in (apart, together)]
    # The two rounds correlate by .81, which leaves .19 of the variance of the difference.
    assert widths[1] / widths[0] == pytest.approx(0.19**0.5, rel=0.05)


def test_the_change_is_in_points_and_turns_round_with_the_rounds():
    before, after = _jackknifed(np.random.default_rng(2), 20, 0.5)
    there, back = round_change(before, after).difference, round_change(after, before).difference
    assert there.unit == "percentage points"
    assert there.estimate == pytest.approx(100 * (after.figure.estimate - before.figure.estimate))
    assert (back.estimate, back.lo, back.hi) == pytest.approx((-there.estimate, -there.hi, -there.lo))


def test_without_replicates_the_rounds_are_taken_for_independent():
    change = round_change(_round("March", 0.70), _round("April", 0.76))
    reach = 100 * (2 * 0.04**2) ** 0.5
    assert (change.difference.lo, change.difference.hi) == pytest.approx((6 - reach, 6 + reach))
    assert "on the wide side" in change.difference.reasons[0]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"reference_layout": "sparse"}, "the reference layout was ahead, then sparse"),
        ({"reference_version": "v2"}, "callers heard another version of ahead"),
        ({"mix": "2027"}, "different mixes of calls"),
    ],
)
def test_other_ground_is_a_series_break_unless_an_overlap_links_it(more, reason):
    before, after = _round("March", 0.70), _round("April", 0.76, **more)
    broken = round_change(before, after, overlap_ratings=199).difference
    assert (broken.status, broken.estimate) == (Status.NOT_IDENTIFIED, None)
    assert broken.reasons[0].startswith("series break between March and April")
    assert reason in broken.reasons[0]
    linked = round_change(before, after, overlap_ratings=200).difference
    assert linked.estimate == pytest.approx(6.0)
    assert "linked by 200 ratings of the old version" in linked.reasons[0]


@pytest.mark.parametrize(
    ("before", "after", "status", "reason"),
    [
        ((), (0.7, 0.7), Status.OK, "on the wide side"),
        ((0.7,), (0.7,), Status.REFUSED, "one replicate group"),
        ((0.7, 0.7), (0.7,), Status.REFUSED, "different replicate groups"),
        ((0.7, np.nan), (0.7, 0.7), Status.REFUSED, "not a finite number"),
        ((0.7, 0.71, 0.69), (0.7, 0.69, 0.73), Status.WIDE, "only 3 replicate groups"),
    ],
)
def test_replicates_that_do_not_serve_are_said(before, after, status, reason):
    change = round_change(_round("March", 0.70, before), _round("April", 0.76, after)).difference
    assert change.status is status
    assert reason in change.reasons[-1]
    assert (change.estimate is None) == (status is Status.REFUSED)


def test_a_round_without_a_figure_passes_its_reason_on():
    nothing = replace(_round("March", 0.7), figure=no_figure(Status.INSUFFICIENT, "no ratings"))
    change = round_change(nothing, _round("April", 0.76))
    assert (change.difference.status, change.p_value) == (Status.INSUFFICIENT, None)
    assert change.difference.reasons == ("March: no ratings",)
    wide = _round("April", 0.76)
    wide = replace(wide, figure=replace(wide.figure, status=Status.WIDE, reasons=("few",)))
    change = round_change(_round("March", 0.7), wide).difference
    assert change.status is Status.WIDE
    assert "April: few" in change.reasons


def test_of_many_agents_who_did_not_move_hardly_one_is_said_to_have():
    rng = np.random.default_rng(3)
    said = []
    for _ in range(100):
        pairs = {f"agent {at}": _jackknifed(rng, 20, 0.5) for at in range(30)}
        found = round_changes({k: v[0] for k, v in pairs.items()}, {k: v[1] for k, v in pairs.items()})
        said.append(any(each.moved for each in found.values()))
    assert np.mean(said) < 0.11
    found = round_changes({"a": _round("March", 0.4), "gone": _round("March", 0.4)}, {"a": _round("April", 0.8)})
    assert list(found) == ["a"]
    assert found["a"].moved
