"""Metrics as Prometheus reads them."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ivr.domain.outcomes import Outcome
from ivr.observe.metrics import Metrics

PERSONAL = {"call", "call_id", "caller", "agent", "uniqueid", "number"}


def values(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Return every sample by its name and its labels' values."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.text())
        for sample in family.samples
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def test_every_outcome_is_there_from_the_start(metrics: Metrics) -> None:
    read = values(metrics)
    for outcome in Outcome:
        assert read["ivr_questions_total", outcome.value] == 0


def test_what_happened_is_counted(metrics: Metrics) -> None:
    metrics.question_ended(Outcome.RATED)
    metrics.question_ended(Outcome.RATED)
    metrics.question_ended(Outcome.NO_KEY)
    metrics.committed(3, 0.002)
    metrics.ami_dropped(4)
    metrics.ami_lagged(0.5)
    read = values(metrics)
    assert read["ivr_questions_total", "rated"] == 2
    assert read["ivr_questions_total", "no_key"] == 1
    assert read["ivr_ledger_commit_seconds_count", ""] == 1
    assert read["ivr_ledger_commit_writes_sum", ""] == 3
    assert read["ivr_ami_events_dropped_total", ""] == 4
    assert (read["ivr_ami_lag_seconds_bucket", "0.25"], read["ivr_ami_lag_seconds_bucket", "1.0"]) == (0, 1)


def test_the_manager_s_connection_is_a_state_and_its_connections_a_count(metrics: Metrics) -> None:
    for connected in (True, False, True):
        metrics.ami_connected(connected=connected)
    read = values(metrics)
    assert (read["ivr_ami_connected", ""], read["ivr_ami_reconnects_total", ""]) == (1, 2)
    metrics.ami_connected(connected=False)
    assert values(metrics)["ivr_ami_connected", ""] == 0


def test_two_services_in_one_process_do_not_mix(metrics: Metrics) -> None:
    other = Metrics()
    other.question_ended(Outcome.RATED)
    assert values(metrics)["ivr_questions_total", "rated"] == 0


def test_no_label_names_a_call_a_caller_or_an_agent(metrics: Metrics) -> None:
    labels = {
        name
        for family in text_string_to_metric_families(metrics.text())
        for sample in family.samples
        for name in sample.labels
    }
    assert labels == {"le", "outcome"}
    assert not labels & PERSONAL
