"""Metrics as Prometheus reads them."""

import math
from threading import Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ivr.bootstrap.measures import build_metrics
from ivr.domain.outcomes import Outcome
from ivr.observe.histogram import Histogram
from ivr.observe.labels import Labels
from ivr.observe.loop_watch import LoopMeter
from ivr.observe.metrics import Metrics
from ivr.store.writer_meter import WriterMeter
from ivr.telephony.agi.meter import AgiMeter
from ivr.telephony.ami.meter import AmiMeter
from ivr.usecases.ports import FlowMeter

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
    return build_metrics()


def test_it_is_what_every_room_asks_for(metrics: Metrics) -> None:
    for port in (AgiMeter, AmiMeter, FlowMeter, LoopMeter, WriterMeter):
        asked = {name for name in vars(port) if not name.startswith("_")}
        assert asked <= {name for name in dir(metrics) if callable(getattr(metrics, name))}, port


def test_every_label_value_is_there_from_the_start(metrics: Metrics) -> None:
    read = values(metrics)
    for outcome in Outcome:
        assert read["ivr_questions_total", outcome.value] == 0
    for state in ("silence", "intro", "menu", "keeping", "farewell", "other"):
        assert read["ivr_flow_state_seconds_count", state] == 0
    for reason in ("sessions_full", "stopping", "other"):
        assert read["ivr_agi_refused_total", reason] == 0
    for verb in ("STREAM FILE", "SET VARIABLE", "GET VARIABLE", "other"):
        assert read["ivr_agi_command_seconds_count", verb] == 0


def test_what_happened_is_counted(metrics: Metrics) -> None:
    metrics.question_ended(Outcome.RATED)
    metrics.question_ended(Outcome.RATED)
    metrics.question_ended(Outcome.NO_KEY)
    metrics.committed(3, 0.002)
    metrics.waited([0.004, 0.002])
    metrics.refused("full")
    metrics.ami_dropped(4)
    metrics.ami_lagged(0.5)
    metrics.ami_discarded("unwanted", 7)
    metrics.ami_gap(3.0)
    metrics.agi_refused("sessions_full")
    metrics.agi_lost("deadline")
    metrics.agi_answered("GET VARIABLE", 0.0004)
    metrics.agi_gap(0.0002)
    metrics.state_left("keeping", 0.003)
    metrics.loop_delayed(0.06)
    metrics.loop_stalled()
    read = values(metrics)
    assert {
        key: value for key, value in read.items() if value and key[0].startswith("ivr_") and "_b" not in key[0]
    } == {
        ("ivr_questions_total", "rated"): 2,
        ("ivr_questions_total", "no_key"): 1,
        ("ivr_ledger_commit_seconds_count", ""): 1,
        ("ivr_ledger_commit_seconds_sum", ""): 0.002,
        ("ivr_ledger_commit_writes_count", ""): 1,
        ("ivr_ledger_commit_writes_sum", ""): 3,
        ("ivr_ledger_write_seconds_count", ""): 2,
        ("ivr_ledger_write_seconds_sum", ""): 0.006,
        ("ivr_ledger_writes_refused_total", "full"): 1,
        ("ivr_ami_events_dropped_total", ""): 4,
        ("ivr_ami_lag_seconds_count", ""): 1,
        ("ivr_ami_lag_seconds_sum", ""): 0.5,
        ("ivr_ami_frames_discarded_total", "unwanted"): 7,
        ("ivr_ami_gap_seconds_count", ""): 1,
        ("ivr_ami_gap_seconds_sum", ""): 3,
        ("ivr_agi_refused_total", "sessions_full"): 1,
        ("ivr_agi_lost_total", "deadline"): 1,
        ("ivr_agi_command_seconds_count", "GET VARIABLE"): 1,
        ("ivr_agi_command_seconds_sum", "GET VARIABLE"): 0.0004,
        ("ivr_agi_gap_seconds_count", ""): 1,
        ("ivr_agi_gap_seconds_sum", ""): 0.0002,
        ("ivr_flow_state_seconds_count", "keeping"): 1,
        ("ivr_flow_state_seconds_sum", "keeping"): 0.003,
        ("ivr_event_loop_delay_seconds_count", ""): 1,
        ("ivr_event_loop_delay_seconds_sum", ""): 0.06,
        ("ivr_event_loop_stalls_total", ""): 1,
    }
    assert (read["ivr_ami_lag_seconds_bucket", "0.1"], read["ivr_ami_lag_seconds_bucket", "0.5"]) == (0, 1)


def test_what_is_on_no_list_counts_as_other_and_makes_no_new_series(metrics: Metrics) -> None:
    before = values(metrics).keys()
    for number in range(100):
        metrics.agi_refused(f"forged {number}")
        metrics.agi_lost('"} 1\n')
        metrics.agi_answered(f"EXEC System {number}", 0.1)
        metrics.ami_discarded("", 1)
        metrics.state_left("\0", 1.0)
        metrics.refused("moon")
    read = values(metrics)
    assert read.keys() == before
    for name in (
        "agi_refused_total",
        "agi_lost_total",
        "agi_command_seconds_count",
        "ami_frames_discarded_total",
        "flow_state_seconds_count",
        "ledger_writes_refused_total",
    ):
        assert read[f"ivr_{name}", "other"] == 100


def test_gauges_ask_when_they_are_scraped(metrics: Metrics) -> None:
    waiting: list[int] = []
    metrics.watch_sessions(lambda: 3 + len(waiting))
    metrics.watch_writes(lambda: len(waiting))
    metrics.watch_oldest_write(lambda: 0.25 * len(waiting))
    metrics.watch_events(lambda: 2 * len(waiting))
    metrics.watch_tasks(lambda: 9)
    waiting += [1, 2]
    read = values(metrics)
    assert read["ivr_agi_sessions", ""] == 5
    assert (read["ivr_ledger_writes_waiting", ""], read["ivr_ledger_oldest_write_seconds", ""]) == (2, 0.5)
    assert (read["ivr_ami_events_waiting", ""], read["ivr_event_loop_tasks", ""]) == (4, 9)


def test_the_manager_s_connection_is_a_state_and_its_connections_a_count(metrics: Metrics) -> None:
    for connected in (True, False, True):
        metrics.ami_connected(connected=connected)
    read = values(metrics)
    assert (read["ivr_ami_connected", ""], read["ivr_ami_reconnects_total", ""]) == (1, 2)
    metrics.ami_connected(connected=False)
    assert values(metrics)["ivr_ami_connected", ""] == 0


def test_two_services_in_one_process_do_not_mix(metrics: Metrics) -> None:
    other = Metrics(Labels())
    other.question_ended(Outcome.RATED)
    assert values(metrics)["ivr_questions_total", "rated"] == 0


def test_no_label_names_a_call_a_caller_or_an_agent(metrics: Metrics) -> None:
    labels = {
        name
        for family in text_string_to_metric_families(metrics.text())
        for sample in family.samples
        for name in sample.labels
    }
    assert labels == {"le", "outcome", "reason", "result", "rule", "state", "verb"}
    assert not labels & PERSONAL


@pytest.mark.parametrize(
    ("value", "bucket"),
    [(0.0, "1.0"), (1.0, "1.0"), (1.0000001, "2.0"), (2.0, "2.0"), (2.1, "+Inf"), (-5.0, "1.0"), (math.inf, "+Inf")],
)
def test_a_value_falls_into_the_first_bucket_that_is_not_below_it(value: float, bucket: str) -> None:
    histogram = Histogram((1, 2))
    histogram.observe(value)
    read = dict(histogram.read()[0])
    assert list(read) == ["1.0", "2.0", "+Inf"]
    assert [name for name, count in read.items() if count] == list(read)[list(read).index(bucket) :]


def test_a_clock_that_was_set_back_or_is_no_number_spoils_no_sum() -> None:
    histogram = Histogram((1, 2))
    for value in (-5.0, math.nan, 0.5):
        histogram.observe(value)
    buckets, total = histogram.read()
    assert (buckets[-1], total) == (("+Inf", 3), 0.5)


def test_what_a_scrape_reads_while_another_thread_writes_agrees_with_itself() -> None:
    histogram = Histogram((1, 2))
    writing = Thread(target=lambda: [histogram.observe(number % 3) for number in range(200_000)])
    writing.start()
    last = 0.0
    while writing.is_alive():
        counts = [count for _bound, count in histogram.read()[0]]
        assert counts == sorted(counts)
        assert counts[-1] >= last
        last = counts[-1]
    writing.join()
    assert histogram.read() == ([("1.0", 133_334), ("2.0", 200_000), ("+Inf", 200_000)], 199_999.0)
