"""The call path: every stage less its losses is the next."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.call_path import Loss, Milestone, call_path
from ivr.domain.kpi.response import count_dispositions
from ivr.domain.outcomes import Outcome
from tests.memory_ports import count


def test_a_call_is_lost_where_it_got_no_farther() -> None:
    calls = count_dispositions(
        [
            count(outcome=Outcome.RATED, calls=4),
            count(outcome=Outcome.NO_KEY, calls=3, category=None),
            count(outcome=Outcome.LEFT_BEFORE_PROMPT, calls=2, category=None),
            count(outcome=Outcome.CALLER_LEFT_FIRST, calls=5, category=None),
            count(outcome=Outcome.THROTTLED, calls=6, category=None),
            count(outcome=Outcome.UNKNOWN, calls=1, category=None),
        ]
    )
    assert [(stage.milestone, stage.calls, stage.losses) for stage in call_path(calls)] == [
        (Milestone.HANDLED, 21, (Loss(Outcome.THROTTLED, 6), Loss(Outcome.UNKNOWN, 1))),
        (Milestone.ELIGIBLE, 14, (Loss(Outcome.CALLER_LEFT_FIRST, 5),)),
        (Milestone.OFFERED, 9, (Loss(Outcome.LEFT_BEFORE_PROMPT, 2),)),
        (Milestone.STARTED, 7, (Loss(Outcome.NO_KEY, 3),)),
        (Milestone.RATED, 4, ()),
    ]


def test_a_call_without_an_outcome_is_lost_by_name() -> None:
    path = call_path(count_dispositions([count(calls=2), count(outcome=None, category=None, calls=3)]))
    assert path[0].losses == (Loss(None, 3),)


@given(st.lists(st.tuples(st.one_of(st.none(), st.sampled_from(Outcome)), st.integers(0, 50))))
def test_the_sums_add_up_whatever_the_outcomes(outcomes: list[tuple[Outcome | None, int]]) -> None:
    path = call_path(count_dispositions([count(outcome=each, calls=n, category=None) for each, n in outcomes]))
    assert all(
        before.calls - sum(loss.calls for loss in before.losses) == after.calls for before, after in pairwise(path)
    )
