"""Daily looks: replayed from the counts, and wide enough to be looked at every day."""

from datetime import timedelta

import pytest

from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.arm_effects import DesignEffects
from ivr.domain.kpi.arms import arms_of
from ivr.domain.kpi.daily_looks import cumulated_days, daily_looks
from ivr.domain.kpi.estimates import Status
from ivr.domain.outcomes import Outcome
from tests.experiment_calls import SCALES, START, ExperimentCall, counted

TOP_BOX, RESPONSE = PrimaryMetric.TOP_BOX, PrimaryMetric.RESPONSE_RATE


def _calls(days: int, a_day: int = 60) -> list[ExperimentCall]:
    """Return calls of which half hear each layout; plain has the best answer from half its raters, paced from most."""
    made = []
    for number in range(days * a_day):
        layout = "paced" if number % 2 else "plain"
        is_best = number % 4 < 2 if layout == "plain" else number % 10 < 9
        made.append(
            ExperimentCall(
                f"h{number}",
                layout,
                Outcome.RATED if number % 3 else Outcome.NO_KEY,
                (2 if is_best else 0) if number % 3 else None,
                ended_at=START + timedelta(days=number // a_day),
            )
        )
    return made


def _looks(days: int, most: int = 120):
    found = counted(_calls(days))
    arms = arms_of(found.arms, SCALES)
    return daily_looks(
        (TOP_BOX, RESPONSE),
        ("paced",),
        found.days,
        SCALES,
        arms,
        reference="plain",
        effects=DesignEffects(),
        alpha=0.05,
        tuned_for=2000,
        most=most,
    )["paced"]


def test_a_look_a_day_counts_everything_up_to_its_end() -> None:
    looks = _looks(10)
    assert [each.day for each in looks[TOP_BOX]] == [f"2026-03-{day:02}" for day in range(2, 12)]
    assert [each.figure.n for each in looks[RESPONSE]] == [60 * day for day in range(1, 11)]
    assert looks[TOP_BOX][0].figure.status is Status.INSUFFICIENT  # 40 ratings are too few for any interval
    assert "fewer than 100 observations" in looks[TOP_BOX][0].figure.reasons[0]


def test_the_interval_narrows_and_is_wider_than_that_of_one_look() -> None:
    looks = [each.figure for each in _looks(30)[TOP_BOX] if each.figure.lo is not None]
    widths = [figure.hi - figure.lo for figure in looks]
    assert widths == sorted(widths, reverse=True)
    last = looks[-1]
    share = 0.25 * 4  # the largest variance of the difference of two halves
    one_look = 2 * 1.96 * 100 * (share / last.n) ** 0.5
    assert last.hi - last.lo > one_look
    assert last.lo > 0


def test_many_days_are_thinned_and_the_last_is_there() -> None:
    thinned = _looks(30, most=7)[RESPONSE]
    assert len(thinned) <= 7
    assert thinned[-1].day == "2026-03-31"
    assert [each.day for each in thinned] == sorted(each.day for each in thinned)


def test_no_days_have_no_looks() -> None:
    assert _looks(0) == {TOP_BOX: (), RESPONSE: ()}


def test_days_are_cumulated_in_their_order() -> None:
    found = counted(_calls(3))
    arms = arms_of(found.arms, SCALES)
    seen = [
        (day, so_far.placed("plain").assigned) for day, so_far in cumulated_days(reversed(found.days), SCALES, arms)
    ]
    assert seen == [("2026-03-02", 30), ("2026-03-03", 60), ("2026-03-04", 90)]


@pytest.mark.parametrize("metric", [TOP_BOX, RESPONSE])
def test_layouts_that_no_stratum_draws_together_have_no_figure(metric: PrimaryMetric) -> None:
    calls = [
        ExperimentCall(f"h{number}", "paced" if number % 2 else "plain", allocation=allocation)
        for number in range(300)
        for allocation in [("paced:1" if number % 2 else "plain:1")]
    ]
    found = counted(calls)
    arms = arms_of(found.arms, SCALES)
    looks = daily_looks(
        (metric,), ("paced",), found.days, SCALES, arms, reference="plain", effects=DesignEffects(), alpha=0.05,
        tuned_for=2000,
    )["paced"][metric]  # fmt: skip
    assert [each.figure.status for each in looks] == [Status.NOT_IDENTIFIED]
