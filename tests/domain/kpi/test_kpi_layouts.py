"""Layouts side by side."""

import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.layouts import layout_figures
from ivr.domain.outcomes import Outcome
from tests.memory_ports import count

SCALES = Instruments.of_scales(
    {
        "a": ("dissatisfied", "so-so", "satisfied"),
        "b": ("dissatisfied", "so-so", "satisfied"),
        "c": ("dissatisfied", "satisfied", "very satisfied"),
    }
)


def _rows(cells, reference="a", **more):
    return {row.layout: row for row in layout_figures(cells, SCALES, reference, **more)}


def test_the_difference_to_the_reference_is_in_percentage_points():
    rows = _rows(
        [
            count(layout="a", category=2, calls=48),
            count(layout="a", category=1, calls=32),
            count(layout="b", category=2, calls=56),
            count(layout="b", category=0, calls=14),
        ]
    )
    effect = rows["b"].effect_points
    assert (effect.estimate, effect.lo, effect.hi) == pytest.approx((20.0, 5.24, 33.39), abs=0.005)
    assert (effect.unit, effect.n, effect.status) == ("percentage points", 70, Status.WIDE)
    assert any("fewer than 200 ratings" in reason for reason in effect.reasons)
    assert rows["a"].effect_points.estimate == 0.0
    assert [(each.category, each.name, each.share.estimate) for each in rows["b"].shares] == [
        (0, "dissatisfied", pytest.approx(0.2)),
        (1, "so-so", 0.0),
        (2, "satisfied", pytest.approx(0.8)),
    ]


def test_enough_ratings_give_a_plain_difference_with_its_condition():
    effect = _rows([count(layout="a", calls=200), count(layout="b", category=0, calls=200)])["b"].effect_points
    assert effect.status is Status.OK
    assert effect.estimate == -100.0
    assert "assigned at random" in effect.reasons[0]


def test_other_categories_than_the_reference_are_said():
    effect = _rows([count(layout="a", calls=200), count(layout="c", calls=200)])["c"].effect_points
    assert any("not interchangeable" in reason for reason in effect.reasons)


@pytest.mark.parametrize(
    ("cells", "reference", "status", "reason"),
    [
        ([count(layout="b", calls=20)], "a", Status.INSUFFICIENT, "no ratings of the reference layout a"),
        ([count(layout="b", calls=20)], None, Status.NOT_IDENTIFIED, "no reference layout is configured"),
        (
            [count(layout="a", calls=20), count(layout="b", outcome=Outcome.NO_KEY, category=None)],
            "a",
            Status.INSUFFICIENT,
            "no ratings that can be read",
        ),
    ],
)
def test_no_difference_without_both_sides(cells, reference, status, reason):
    effect = _rows(cells, reference)["b"].effect_points
    assert (effect.status, effect.reasons, effect.estimate) == (status, (reason,), None)


def test_a_layout_without_definition_counts_but_has_no_score():
    row = _rows([count(layout="elsewhere", calls=30), count(layout="a", calls=30)])["elsewhere"]
    assert row.calls.rated == 30
    assert row.observed.status is Status.NOT_IDENTIFIED
    assert row.shares == ()
    assert row.effect_points.estimate is None


def test_rows_are_ordered_and_calls_without_layout_stand_last():
    cells = [count(layout=None, outcome=Outcome.NOT_SELECTED, category=None), count(layout="b"), count(layout="a")]
    assert list(_rows(cells)) == ["a", "b", None]


def test_a_leak_refuses_every_score():
    row = _rows([count(layout="a", calls=30)], leaking=True)["a"]
    for figure in (row.response_rate, row.break_off, row.observed, row.effect_points):
        assert (figure.status, figure.reasons, figure.estimate) == (Status.REFUSED, ("disposition_leak",), None)
    assert row.shares == ()


RATED_ALIKE = [count(layout=key, category=2, calls=300) for key in ("a", "b", "c")]


def test_layouts_that_no_stratum_draws_together_are_not_compared():
    rows = _rows(RATED_ALIKE, allocations=["a:0.6 b:0.4", "a:1", "c:1", "a:0 c:1"])
    apart = rows["c"].effect_points
    assert (apart.status, apart.estimate) == (Status.NOT_IDENTIFIED, None)
    assert apart.reasons == (
        "no call could have had either this layout or the reference layout a: no stratum draws both",
    )
    assert rows["b"].effect_points.status is Status.OK
    assert rows["a"].effect_points.method == "reference"


def test_layouts_are_compared_where_one_stratum_draws_both_or_nobody_knows():
    assert _rows(RATED_ALIKE, allocations=["c:1", "a:0.5 c:0.5"])["c"].effect_points.status is Status.OK
    assert _rows(RATED_ALIKE, allocations=["a:0.6 b:0.4"])["c"].effect_points.status is Status.OK
