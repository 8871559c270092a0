"""Ratings by stratum and layout, out of period cells."""

import pytest

from ivr.domain.kpi.period_cells import Contact, PeriodCell, Result
from ivr.domain.kpi.stratum_ratings import randomised_between, stratum_ratings
from ivr.domain.outcomes import Outcome
from tests.domain.kpi.mirrored_layouts import LAYOUTS


def _cell(
    layout="ahead", category=2, calls=1, outcome=Outcome.RATED, queue="sales", allocation="ahead:0.5 reversed:0.5"
):
    contact = Contact("2026-03", "north", queue, None, "en", 1, layout, None, allocation, 0.0, 1.0)
    return PeriodCell("amy", contact, Result(outcome, category, None, None), None, calls)


def test_ratings_are_counted_by_category_within_what_the_draw_could_depend_on():
    found = stratum_ratings(
        [_cell(calls=3), _cell(category=0, calls=2), _cell(calls=4), _cell("reversed", 1), _cell(queue="help")], LAYOUTS
    )
    assert [(each.stratum, each.layout, each.counts) for each in found] == [
        ("north / help / en", "ahead", (0, 0, 1)),
        ("north / sales / en", "ahead", (2, 0, 7)),
        ("north / sales / en", "reversed", (0, 1, 0)),
    ]
    assert found[1].queue == "sales"


@pytest.mark.parametrize(
    "cell",
    [
        _cell(outcome=Outcome.NO_KEY, category=None),
        _cell("unheard-of"),
        _cell(None),
        _cell(category=3),
        _cell(category=-1),
    ],
)
def test_what_cannot_be_read_is_left_out(cell):
    assert stratum_ratings([cell], LAYOUTS) == ()


def test_chance_decided_only_between_layouts_of_one_draw():
    (both,) = stratum_ratings([_cell()], LAYOUTS)
    assert randomised_between(both, ["reversed"])
    assert not randomised_between(both, ["sparse"])
    assert not randomised_between(both._replace(allocation="ahead:1 reversed:0"), ["reversed"])
    assert not randomised_between(both._replace(allocation=None), ["reversed"])
