"""Vital signs: how the service runs, judged for somebody who answers for it.

Each sign is one question that an operator asks, with a number and a verdict. The bounds are those of docs/metrics.md:
what a caller can hear is watched from 50 ms on, and bad from half a second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

AUDIBLE_SECONDS = 0.05
"""From here on a caller hears a hole."""
BAD_SECONDS = 0.5
SLOW_DISK_SECONDS = 0.1


class Health(StrEnum):
    """What a sign says."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    UNKNOWN = "unknown"


class SignName(StrEnum):
    """The questions, in the order in which they matter to callers."""

    MANAGER = "manager"
    MANAGER_GAPS = "manager_gaps"
    EVENTS_DROPPED = "events_dropped"
    PROMPT_FAULTS = "prompt_faults"
    TURNED_AWAY = "turned_away"
    CALLS_LOST = "calls_lost"
    COMMANDS = "commands"
    REACTION = "reaction"
    LOOP_DELAY = "loop_delay"
    LOOP_STALLS = "loop_stalls"
    COMMITS = "commits"
    WRITES_REFUSED = "writes_refused"
    FIT_AGE = "fit_age"
    FIT_FAILURES = "fit_failures"


@dataclass(frozen=True, slots=True)
class Readings:
    """What was measured in the last ``seconds``, by metric and label value (empty where there is none).

    ``added`` is what counters grew by, ``p99`` the upper bound in seconds below which 99 % of a histogram's new values
    lie (infinite beyond its last bucket), ``numbers`` are gauges as of now. What was never measured is not there.
    """

    seconds: float
    added: Mapping[tuple[str, str], float] = field(default_factory=dict)
    p99: Mapping[tuple[str, str], float] = field(default_factory=dict)
    sums: Mapping[tuple[str, str], float] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sign:
    """One answer; ``value`` is seconds where ``is_seconds``, else a number of things; None where nothing was seen."""

    name: SignName
    health: Health
    value: float | None
    is_seconds: bool = False


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """How the service runs: signs of the last ``seconds``; ``not_ready`` and ``remarks`` are sentences by part."""

    seconds: float
    sessions: int
    signs: tuple[Sign, ...]
    not_ready: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)

    @property
    def health(self) -> Health:
        """The worst of all that is known."""
        found = {sign.health for sign in self.signs} | ({Health.BAD} if self.not_ready else set())
        return next((each for each in (Health.BAD, Health.WATCH) if each in found), Health.GOOD)


def judge(readings: Readings, *, has_manager: bool) -> tuple[Sign, ...]:
    """Return every sign; ``has_manager`` is False where the settings name no manager to be read."""
    asked = _CommandTimes(readings)
    fit_age = readings.numbers.get("ivr_fit_age_seconds")
    return (
        _manager(readings, has_manager=has_manager),
        _seconds(SignName.MANAGER_GAPS, readings.sums.get(("ivr_ami_gap_seconds", ""), 0.0), watch=0.001, bad=60.0),
        _count(SignName.EVENTS_DROPPED, readings, "ivr_ami_events_dropped_total", bad=False),
        _count(SignName.PROMPT_FAULTS, readings, "ivr_questions_total", "unavailable"),
        _count(SignName.TURNED_AWAY, readings, "ivr_agi_refused_total", "sessions_full", "peer_full"),
        _count(SignName.CALLS_LOST, readings, "ivr_agi_lost_total", "framing", "deadline", "fault"),
        _latency(SignName.COMMANDS, asked.slowest()),
        _latency(SignName.REACTION, readings.p99.get(("ivr_agi_gap_seconds", ""))),
        _latency(SignName.LOOP_DELAY, readings.p99.get(("ivr_event_loop_delay_seconds", ""))),
        _count(SignName.LOOP_STALLS, readings, "ivr_event_loop_stalls_total"),
        _latency(SignName.COMMITS, readings.p99.get(("ivr_ledger_commit_seconds", "")), watch=SLOW_DISK_SECONDS),
        _count(SignName.WRITES_REFUSED, readings, "ivr_ledger_writes_refused_total", "full", "failed"),
        Sign(SignName.FIT_AGE, Health.UNKNOWN if fit_age is None else Health.GOOD, fit_age, is_seconds=True),
        _count(SignName.FIT_FAILURES, readings, "ivr_fit_failures_total", bad=False),
    )


@dataclass(frozen=True, slots=True)
class _CommandTimes:
    """The commands that should be answered at once; the playing of a prompt takes as long as the prompt."""

    readings: Readings

    def slowest(self) -> float | None:
        found = [
            seconds
            for (metric, verb), seconds in self.readings.p99.items()
            if metric == "ivr_agi_command_seconds" and verb.endswith("VARIABLE")
        ]
        return max(found, default=None)


def _manager(readings: Readings, *, has_manager: bool) -> Sign:
    if not has_manager:
        return Sign(SignName.MANAGER, Health.UNKNOWN, None)
    connected = readings.numbers.get("ivr_ami_connected", 0.0)
    return Sign(SignName.MANAGER, Health.GOOD if connected else Health.BAD, connected)


def _count(name: SignName, readings: Readings, metric: str, *labels: str, bad: bool = True) -> Sign:
    number = sum(readings.added.get((metric, label), 0.0) for label in labels or ("",))
    return Sign(name, (Health.BAD if bad else Health.WATCH) if number else Health.GOOD, number)


def _seconds(name: SignName, seconds: float, *, watch: float, bad: float) -> Sign:
    health = Health.BAD if seconds >= bad else Health.WATCH if seconds >= watch else Health.GOOD
    return Sign(name, health, seconds, is_seconds=True)


def _latency(name: SignName, seconds: float | None, *, watch: float = AUDIBLE_SECONDS) -> Sign:
    if seconds is None:
        return Sign(name, Health.UNKNOWN, None, is_seconds=True)
    health = Health.BAD if seconds > BAD_SECONDS else Health.WATCH if seconds > watch else Health.GOOD
    return Sign(name, health, seconds, is_seconds=True)
