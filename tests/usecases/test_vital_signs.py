"""Vital signs: what is well, what wants looking at, and what was never seen."""

from math import inf

import pytest

from ivr.usecases.vital_signs import Health, Readings, SignName, VitalSigns, judge


def health(readings: Readings, name: SignName, *, has_manager: bool = True) -> Health:
    return next(sign.health for sign in judge(readings, has_manager=has_manager) if sign.name is name)


def test_every_question_has_an_answer_and_what_was_never_seen_is_not_called_well() -> None:
    signs = judge(Readings(60.0), has_manager=False)
    assert [sign.name for sign in signs] == list(SignName)
    unseen = {sign.name for sign in signs if sign.health is Health.UNKNOWN}
    assert unseen == {
        SignName.MANAGER,
        SignName.COMMANDS,
        SignName.REACTION,
        SignName.LOOP_DELAY,
        SignName.COMMITS,
        SignName.FIT_AGE,
    }


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.01, Health.GOOD),
        (0.05, Health.GOOD),
        (0.1, Health.WATCH),
        (0.5, Health.WATCH),
        (1.0, Health.BAD),
        (inf, Health.BAD),
    ],
)
def test_what_callers_can_hear_is_watched(seconds: float, expected: Health) -> None:
    readings = Readings(60.0, p99={("ivr_agi_gap_seconds", ""): seconds})
    assert health(readings, SignName.REACTION) is expected


def test_the_playing_of_a_prompt_is_no_slow_command() -> None:
    p99 = {("ivr_agi_command_seconds", "STREAM FILE"): 30.0, ("ivr_agi_command_seconds", "GET VARIABLE"): 0.001}
    assert health(Readings(60.0, p99=p99), SignName.COMMANDS) is Health.GOOD


@pytest.mark.parametrize(
    ("metric", "label", "name", "expected"),
    [
        ("ivr_questions_total", "unavailable", SignName.PROMPT_FAULTS, Health.BAD),
        ("ivr_questions_total", "rated", SignName.PROMPT_FAULTS, Health.GOOD),
        ("ivr_agi_refused_total", "sessions_full", SignName.TURNED_AWAY, Health.BAD),
        ("ivr_agi_refused_total", "closed_early", SignName.TURNED_AWAY, Health.GOOD),
        ("ivr_agi_lost_total", "deadline", SignName.CALLS_LOST, Health.BAD),
        ("ivr_agi_lost_total", "stopping", SignName.CALLS_LOST, Health.GOOD),
        ("ivr_ami_events_dropped_total", "", SignName.EVENTS_DROPPED, Health.WATCH),
        ("ivr_event_loop_stalls_total", "", SignName.LOOP_STALLS, Health.BAD),
        ("ivr_ledger_writes_refused_total", "failed", SignName.WRITES_REFUSED, Health.BAD),
        ("ivr_ledger_writes_refused_total", "closed", SignName.WRITES_REFUSED, Health.GOOD),
        ("ivr_fit_failures_total", "", SignName.FIT_FAILURES, Health.WATCH),
    ],
)
def test_only_what_hurts_counts(metric: str, label: str, name: SignName, expected: Health) -> None:
    assert health(Readings(60.0, added={(metric, label): 1.0}), name) is expected


def test_a_lost_manager_is_bad_and_a_gap_is_told() -> None:
    gone = Readings(60.0, sums={("ivr_ami_gap_seconds", ""): 7.5}, numbers={"ivr_ami_connected": 0.0})
    assert health(gone, SignName.MANAGER) is Health.BAD
    assert health(gone, SignName.MANAGER_GAPS) is Health.WATCH
    back = Readings(60.0, numbers={"ivr_ami_connected": 1.0})
    assert health(back, SignName.MANAGER) is Health.GOOD
    assert health(back, SignName.MANAGER_GAPS) is Health.GOOD


def test_the_worst_sign_is_the_verdict() -> None:
    assert VitalSigns(1.0, 0, judge(Readings(1.0), has_manager=False)).health is Health.GOOD
    assert VitalSigns(1.0, 0, (), not_ready={"database": "gone"}).health is Health.BAD
