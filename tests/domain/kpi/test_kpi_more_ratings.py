"""How many more ratings: enough to find the difference, said in words, and never made up."""

import numpy as np
import pytest

from ivr.domain.kpi.confidence_sequences import proportion_sequence
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.more_ratings import more_for_comparison, more_for_proportions, more_for_sequence
from ivr.domain.kpi.power import power_for_proportions
from ivr.domain.kpi.two_proportions import TwoByTwo, compare_proportions


def test_two_agents_get_the_ratings_that_have_the_power():
    found = more_for_proportions(60, 100, 140, 200, per_week=50)
    total = 300 + found.more
    assert power_for_proportions(0.6, round(total / 3), 0.7, round(2 * total / 3)) == pytest.approx(0.8, abs=5e-3)
    assert found.weeks == pytest.approx(found.more / 50)
    assert str(found) == "about 500 more (10 weeks at the present rate)"


def test_a_comparison_gets_the_observations_that_have_the_power():
    comparison = compare_proportions([TwoByTwo(60, 100, 140, 200)], of="ratings")
    assert more_for_comparison(comparison).more == pytest.approx(more_for_proportions(60, 100, 140, 200).more, rel=0.1)


def test_a_sequence_excludes_none_once_the_observations_are_there():
    comparison = compare_proportions([TwoByTwo(340, 500, 310, 500)], of="ratings")
    found = more_for_sequence(comparison, alpha=0.05)
    grown = (1000 + found.more) / 1000
    enough = proportion_sequence(round(340 * grown), round(500 * grown), round(310 * grown), round(500 * grown))
    early = proportion_sequence(round(306 * grown), round(450 * grown), round(279 * grown), round(450 * grown))
    assert enough.lo == pytest.approx(0, abs=0.1)
    assert early.lo < 0


def test_nothing_more_is_needed_once_they_are_apart():
    comparison = compare_proportions([TwoByTwo(4000, 5000, 3000, 5000)], of="ratings")
    assert more_for_comparison(comparison).more == 0
    assert str(more_for_sequence(comparison, alpha=0.05)) == "no more are needed"


@pytest.mark.parametrize(
    ("found", "status", "words"),
    [
        (more_for_proportions(5, 10, 50, 100), Status.NOT_IDENTIFIED, "equal so far"),
        (more_for_proportions(0, 0, 50, 100), Status.INSUFFICIENT, "no ratings yet"),
        (more_for_proportions(11, 10, 50, 100), Status.REFUSED, "more successes"),
        (more_for_proportions(500_001, 10**6, 500_000, 10**6), Status.NOT_IDENTIFIED, "more than 1,000,000"),
        (
            more_for_comparison(compare_proportions([], of="ratings")),
            Status.INSUFFICIENT,
            "no difference to go by",
        ),
        (
            more_for_sequence(compare_proportions([TwoByTwo(5, 10, 50, 100)], of="ratings"), alpha=0.05),
            Status.NOT_IDENTIFIED,
            "equal so far",
        ),
    ],
)
def test_what_nobody_can_say_is_not_said(found, status, words):
    assert (found.more, found.weeks, found.status) == (None, None, status)
    assert words in str(found)


def test_without_a_rate_there_are_no_weeks():
    found = more_for_proportions(60, 100, 140, 200, per_week=0.0)
    assert found.weeks is None
    assert str(found) == "about 500 more"
    assert found.words("ratings of both together") == "about 500 more ratings of both together"
    assert "more than ten years" in str(more_for_proportions(60, 100, 140, 200, per_week=0.5))


def test_the_answer_is_right_on_average_for_a_known_difference():
    rng = np.random.default_rng(12)
    found = [
        more_for_proportions(int(rng.binomial(2000, 0.6)), 2000, int(rng.binomial(2000, 0.65)), 2000).more
        for _ in range(300)
    ]
    known = [each for each in found if each is not None]
    # 1,471 an arm are needed; with 2,000 of each the answer is mostly none.
    assert np.median(known) == 0
