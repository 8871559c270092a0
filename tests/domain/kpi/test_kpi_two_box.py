"""Top-2-box, and the answers by scale that it and its neighbours are made of."""

from datetime import UTC, datetime

import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.pressed import Pressed, pressed_answers
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.kpi.two_box import top_two_box
from ivr.domain.kpi.wilson import wilson_interval
from ivr.domain.outcomes import Outcome

ENDED = datetime(2026, 3, 3, 10, tzinfo=UTC)
FIVE = ("1", "2", "3", "4", "5")


def rated(
    category: int | None,
    calls: int,
    layout: str | None = "five",
    version: str | None = None,
    outcome: Outcome = Outcome.RATED,
) -> OutcomeCount:
    return OutcomeCount("anna", "red", layout, version, outcome, category, calls, ENDED)


def test_the_two_best_of_five_have_their_wilson_interval() -> None:
    figure = top_two_box([Pressed("five", FIVE, (5, 5, 10, 30, 50))])
    assert (figure.estimate, figure.n, figure.method) == (0.8, 100, "wilson")
    assert (figure.lo, figure.hi) == wilson_interval(80, 100)


def test_three_categories_are_refused_and_left_out_beside_longer_scales() -> None:
    three = Pressed("three", FIVE[:3], (1, 2, 3))
    alone = top_two_box([three])
    assert (alone.estimate, alone.status, alone.n) == (None, Status.REFUSED, 6)
    both = top_two_box([three, Pressed("five", FIVE, (5, 5, 10, 30, 50))])
    assert (both.estimate, both.reasons) == (0.8, ("6 ratings on shorter scales are left out",))


def test_two_long_scales_are_not_mixed() -> None:
    mixed = top_two_box([Pressed("five", FIVE, (1, 1, 1, 1, 1)), Pressed("six", (*FIVE, "6"), (1, 1, 1, 1, 1, 1))])
    assert mixed.status is Status.REFUSED
    versions = top_two_box([Pressed("five", FIVE, (1, 1, 1, 1, 1)), Pressed("five", (*FIVE, "6"), (1, 1, 1, 1, 1, 1))])
    assert versions.reasons == ("the ratings mix versions of five with other categories",)


def test_without_ratings_there_is_none() -> None:
    assert top_two_box([]).status is Status.INSUFFICIENT
    assert top_two_box([Pressed("five", FIVE, (0, 0, 0, 0, 0))]).status is Status.INSUFFICIENT


def test_answers_are_added_by_the_scale_that_was_heard() -> None:
    known = Instruments(
        {"five": Instrument(FIVE), "three": Instrument(FIVE[:3])}, {("five", "old"): Instrument(FIVE[:4])}
    )
    counts = [
        rated(4, 3),
        rated(4, 2),
        rated(0, 1),
        rated(3, 7, version="old"),
        rated(4, 9, version="old"),
        rated(2, 4, layout="three"),
        rated(1, 5, layout="gone"),
        rated(1, 5, layout=None),
        rated(None, 5),
        rated(None, 8, outcome=Outcome.NO_KEY),
    ]
    assert pressed_answers(counts, known) == (
        Pressed("five", FIVE[:4], (0, 0, 0, 7)),
        Pressed("five", FIVE, (1, 0, 0, 0, 5)),
        Pressed("three", FIVE[:3], (0, 0, 4)),
    )
    assert pressed_answers(reversed(counts), known) == pressed_answers(counts, known)


def test_counts_that_do_not_fit_their_categories_are_an_error() -> None:
    with pytest.raises(ValueError, match="cannot have the counts"):
        Pressed("five", FIVE, (1, 2))
