"""Recent readings: only what came since the oldest look counts."""

import pytest

from ivr.domain.outcomes import Outcome
from ivr.observe.metrics import Metrics
from ivr.observe.recent import EVERY_SECONDS, KEPT_SECONDS, RecentMetrics


@pytest.fixture
def moment() -> list[float]:
    return [1000.0]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def recent(metrics: Metrics, moment: list[float]) -> RecentMetrics:
    metrics.question_ended(Outcome.UNAVAILABLE)
    metrics.agi_gap(1.5)
    return RecentMetrics(metrics, clock=lambda: moment[0])


def test_what_was_before_the_first_look_is_not_recent(recent: RecentMetrics) -> None:
    readings = recent.readings()
    assert readings.added["ivr_questions_total", "unavailable"] == 0
    assert ("ivr_agi_gap_seconds", "") not in readings.p99


def test_growth_and_quantiles_are_those_since_then(
    recent: RecentMetrics, metrics: Metrics, moment: list[float]
) -> None:
    metrics.question_ended(Outcome.UNAVAILABLE)
    for _ in range(99):
        metrics.agi_gap(0.0004)
    metrics.agi_gap(0.7)
    metrics.ami_gap(4.0)
    metrics.ami_connected(connected=True)
    moment[0] += 90
    readings = recent.readings()
    assert readings.seconds == 90
    assert readings.added["ivr_questions_total", "unavailable"] == 1
    assert readings.p99["ivr_agi_gap_seconds", ""] == 0.0005
    assert readings.sums["ivr_ami_gap_seconds", ""] == 4.0
    assert readings.numbers["ivr_ami_connected"] == 1.0
    metrics.agi_gap(0.7)
    assert recent.readings().p99["ivr_agi_gap_seconds", ""] == 1.0


def test_after_an_hour_it_is_forgotten(recent: RecentMetrics, metrics: Metrics, moment: list[float]) -> None:
    metrics.question_ended(Outcome.UNAVAILABLE)
    for _ in range(int(KEPT_SECONDS / EVERY_SECONDS)):
        moment[0] += EVERY_SECONDS
        recent.look()
    assert recent.readings().added["ivr_questions_total", "unavailable"] == 0
    assert recent.readings().seconds == KEPT_SECONDS - EVERY_SECONDS


def test_a_value_beyond_the_last_bucket_is_told_as_one(recent: RecentMetrics, metrics: Metrics) -> None:
    metrics.agi_gap(99.0)
    assert recent.readings().p99["ivr_agi_gap_seconds", ""] == float("inf")
