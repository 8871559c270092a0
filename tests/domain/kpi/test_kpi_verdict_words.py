"""Verdicts in words: who is told from whom, and by how many more of what."""

import pytest

from ivr.domain.experiments import PrimaryMetric, StopRule
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.more_ratings import MoreRatings
from ivr.domain.kpi.verdict_words import more_wanted, undecided

SOME = MoreRatings(140, 3.0, Status.OK)
EQUAL = MoreRatings(None, None, Status.NOT_IDENTIFIED, ("the two are equal so far",))


@pytest.mark.parametrize(
    ("metric", "more", "words"),
    [
        (PrimaryMetric.TOP_BOX, SOME, "about 140 more ratings of both together (3 weeks at the present rate)"),
        (PrimaryMetric.WIN_PROBABILITY, MoreRatings(7, None, Status.OK), "about 7 more ratings of both together"),
        (PrimaryMetric.RESPONSE_RATE, SOME, "about 140 more eligible calls of both together (3 weeks at the present"),
        (PrimaryMetric.TOP_BOX, EQUAL, "the two are equal so far"),
    ],
)
def test_the_two_are_named_and_what_is_counted(metric: PrimaryMetric, more: MoreRatings, words: str) -> None:
    wanted = more_wanted(metric, "paced", "plain", more)
    assert wanted is not None
    assert wanted.startswith(f"to tell paced from plain: {words}")
    assert undecided(StopRule.NONE, 300, None, wanted) == f"nothing is decided, as the stop rule is none; {wanted}"


@pytest.mark.parametrize("more", [None, MoreRatings(0, None, Status.OK)])
def test_nothing_is_said_where_no_more_is_wanted(more: MoreRatings | None) -> None:
    assert more_wanted(PrimaryMetric.TOP_BOX, "paced", "plain", more) is None
    assert undecided(None, None, None, None) == "nothing is decided, as no rule is known"
