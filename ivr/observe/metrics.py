"""Metrics: what Prometheus scrapes. Never a label by call, caller or agent.

One object takes what all rooms measure; each room knows only the part of it that its own port names. A call costs
well below a microsecond on the hot path, and none raises.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ivr.domain.outcomes import Outcome
from ivr.observe import buckets
from ivr.observe.counter import Counter
from ivr.observe.histogram import HistogramFamily
from ivr.observe.labels import Labels

Family = TypeVar("Family", bound=Collector)


class Metrics:
    """The service's own registry, so that two services in one process do not mix."""

    def __init__(self, labels: Labels | None = None) -> None:
        labels = labels or Labels()
        self._registry = CollectorRegistry()
        self._questions = self._add(
            Counter("ivr_questions", "Rating flows that ended, by outcome.", label="outcome", values=Outcome)
        )
        self._states = self._add(
            HistogramFamily(
                "ivr_flow_state_seconds",
                "Time in one state of the rating flow.",
                buckets.STATE,
                label="state",
                values=labels.states,
            )
        )
        self._decisions = self._add(
            HistogramFamily("ivr_eligibility_seconds", "Time to decide whether a caller is asked.", buckets.DECISION)
        )
        self._not_asked = self._add(
            Counter("ivr_not_asked", "Callers who were not asked, by the rule.", label="rule", values=labels.rules)
        )
        self._experiment_stopped = self._gauge(
            "ivr_experiment_stopped",
            "1 where the experiment that assigns has been stopped: everybody gets its control.",
        )
        self._add_agi(labels)
        self._add_ami(labels)
        self._add_ledger(labels)
        self._add_loop()
        self._reloads = self._add(
            Counter(
                "ivr_reloads",
                "Times that the configuration was read again on SIGHUP; refused ones changed nothing.",
                label="result",
                values=("taken", "refused"),
            )
        )
        self._add_fits()
        # Memory, CPU time and open files of the process.
        ProcessCollector(registry=self._registry)

    def _add_agi(self, labels: Labels) -> None:
        self._sessions = self._gauge("ivr_agi_sessions", "Calls that are being served now.")
        self._refusals = self._add(
            Counter(
                "ivr_agi_refused",
                "AGI connections turned away before their script ran.",
                label="reason",
                values=labels.refusals,
            )
        )
        self._losses = self._add(
            Counter("ivr_agi_lost", "AGI sessions that the service ended itself.", label="reason", values=labels.losses)
        )
        self._commands = self._add(
            HistogramFamily(
                "ivr_agi_command_seconds",
                "Time from an AGI command to Asterisk's answer; STREAM FILE lasts as long as what it plays.",
                buckets.COMMAND,
                label="verb",
                values=labels.verbs,
            )
        )
        self._gaps = self._add(
            HistogramFamily(
                "ivr_agi_gap_seconds",
                "Time that Asterisk waited for us between its answer and our next command.",
                buckets.GAP,
            )
        )

    def _add_ami(self, labels: Labels) -> None:
        self._manager = self._gauge("ivr_ami_connected", "1 while Asterisk's manager is read.")
        self._reconnects = self._add(Counter("ivr_ami_reconnects", "Connections to the manager, the first included."))
        self._dropped = self._add(Counter("ivr_ami_events_dropped", "Manager events that a full queue dropped."))
        self._discarded = self._add(
            Counter(
                "ivr_ami_frames_discarded",
                "Manager frames and rows that were not used.",
                label="reason",
                values=labels.discards,
            )
        )
        self._events_waiting = self._gauge("ivr_ami_events_waiting", "Manager events that wait to be handled.")
        self._lags = self._add(
            HistogramFamily(
                "ivr_ami_lag_seconds",
                "Time of a manager event in our queue; under a flood only some are noted.",
                buckets.LAG,
            )
        )
        self._manager_gaps = self._add(
            HistogramFamily(
                "ivr_ami_gap_seconds",
                "Time without a signed-in link to the manager, noted once a lost link is back.",
                buckets.MANAGER_GAP,
            )
        )

    def _add_ledger(self, labels: Labels) -> None:
        self._commits = self._add(
            HistogramFamily("ivr_ledger_commit_seconds", "Time of one durable commit.", buckets.COMMIT)
        )
        self._groups = self._add(
            HistogramFamily("ivr_ledger_commit_writes", "Writes that shared one commit.", buckets.GROUP)
        )
        self._writes = self._add(
            HistogramFamily("ivr_ledger_write_seconds", "Time from a write to its being durable.", buckets.WRITE)
        )
        self._writes_refused = self._add(
            Counter(
                "ivr_ledger_writes_refused",
                "Writes whose caller was told that the ledger refuses.",
                label="reason",
                values=labels.write_refusals,
            )
        )
        self._writes_waiting = self._gauge("ivr_ledger_writes_waiting", "Writes that wait for a commit.")
        self._oldest_write = self._gauge(
            "ivr_ledger_oldest_write_seconds", "Age of the oldest write that is not durable yet; 0 where there is none."
        )

    def _add_fits(self) -> None:
        self._fit_age = self._gauge(
            "ivr_fit_age_seconds", "Age of the newest fit of all calls; where there is none, since calls wait for one."
        )
        self._fits = self._add(
            HistogramFamily("ivr_fit_seconds", "Time of a fit in its own process, its start included.", buckets.FIT)
        )
        self._fit_failures = self._add(Counter("ivr_fit_failures", "Fits that failed or took too long."))

    def _add_loop(self) -> None:
        self._loop_delays = self._add(
            HistogramFamily(
                "ivr_event_loop_delay_seconds", "How late the event loop wakes a timer.", buckets.LOOP_DELAY
            )
        )
        self._stalls = self._add(
            Counter("ivr_event_loop_stalls", "Times that the event loop did nothing for a second or longer.")
        )
        self._tasks = self._gauge("ivr_event_loop_tasks", "Tasks of the event loop.")

    def _add(self, family: Family) -> Family:
        self._registry.register(family)
        return family

    def _gauge(self, name: str, tells: str) -> Gauge:
        return Gauge(name, tells, registry=self._registry)

    def agi_refused(self, reason: str) -> None:
        """Count a connection that was turned away before its script ran."""
        self._refusals.add(value=reason)

    def agi_lost(self, reason: str) -> None:
        """Count a session that we ended ourselves."""
        self._losses.add(value=reason)

    def agi_answered(self, verb: str, seconds: float) -> None:
        """Note how long Asterisk took to answer a command."""
        self._commands.of(verb).observe(seconds)

    def agi_gap(self, seconds: float) -> None:
        """Note how long Asterisk waited for us between its answer and our next command."""
        self._gaps.observe(seconds)

    def state_left(self, state: str, seconds: float) -> None:
        """Note how long a rating flow was in ``state``."""
        self._states.of(state).observe(seconds)

    def question_ended(self, outcome: Outcome) -> None:
        """Note how a rating flow ended."""
        self._questions.add(value=outcome)

    def decided(self, seconds: float, declined_by: str | None) -> None:
        """Note how long it took to decide whether a caller is asked, and the rule that declined, if one did."""
        self._decisions.observe(seconds)
        if declined_by is not None:
            self._not_asked.add(value=declined_by)

    def experiment_stopped(self, *, stopped: bool) -> None:
        """Note whether the experiment that assigns has been stopped."""
        self._experiment_stopped.set(1 if stopped else 0)

    def ami_connected(self, *, connected: bool) -> None:
        """Note that the manager is read, or is not."""
        self._manager.set(1 if connected else 0)
        if connected:
            self._reconnects.add()

    def ami_dropped(self, events: int) -> None:
        """Note manager events that a full queue dropped."""
        self._dropped.add(events)

    def ami_discarded(self, reason: str, frames: int) -> None:
        """Note manager frames that were not used."""
        self._discarded.add(frames, reason)

    def ami_lagged(self, seconds: float) -> None:
        """Note how long a manager event waited in our queue."""
        self._lags.observe(seconds)

    def ami_gap(self, seconds: float) -> None:
        """Note for how long the manager was not read."""
        self._manager_gaps.observe(seconds)

    def committed(self, writes: int, seconds: float) -> None:
        """Note one group commit."""
        self._commits.observe(seconds)
        self._groups.observe(writes)

    def waited(self, seconds: Iterable[float]) -> None:
        """Note how long each write of a commit took to be durable."""
        self._writes.observe_all(seconds)

    def refused(self, reason: str) -> None:
        """Count a write that was refused."""
        # The one counter of two threads; each has reasons of its own, so neither can undo what the other adds.
        self._writes_refused.add(value=reason)

    def reloaded(self, *, taken: bool) -> None:
        """Count a reading of the configuration; ``taken`` is False where it was refused."""
        self._reloads.add(value="taken" if taken else "refused")

    def loop_delayed(self, seconds: float) -> None:
        """Note how late the event loop woke a timer."""
        self._loop_delays.observe(seconds)

    def loop_stalled(self) -> None:
        """Count a stall of the event loop."""
        self._stalls.add()

    def fitted(self, seconds: float) -> None:
        """Note how long the process of a fit ran."""
        self._fits.observe(seconds)

    def fit_failed(self) -> None:
        """Count a fit that failed or took too long."""
        self._fit_failures.add()

    def watch_fit_age(self, seconds: Callable[[], float]) -> None:
        """Let ``seconds`` say, at each scrape, how old the newest fit is."""
        self._fit_age.set_function(seconds)

    def watch_sessions(self, sessions: Callable[[], int]) -> None:
        """Let ``sessions`` say, at each scrape, how many calls are being served."""
        self._sessions.set_function(sessions)

    def watch_writes(self, waiting: Callable[[], int]) -> None:
        """Let ``waiting`` say, at each scrape, how many writes wait for a commit."""
        self._writes_waiting.set_function(waiting)

    def watch_oldest_write(self, seconds: Callable[[], float]) -> None:
        """Let ``seconds`` say, at each scrape, how old the oldest write is that is not durable yet."""
        self._oldest_write.set_function(seconds)

    def watch_events(self, waiting: Callable[[], int]) -> None:
        """Let ``waiting`` say, at each scrape, how many manager events wait to be handled."""
        self._events_waiting.set_function(waiting)

    def watch_tasks(self, tasks: Callable[[], int]) -> None:
        """Let ``tasks`` say, at each scrape, how many tasks the event loop has."""
        self._tasks.set_function(tasks)

    def families(self) -> Iterable[Metric]:
        """Return every metric as it stands."""
        return self._registry.collect()

    def text(self) -> str:
        """Return the exposition text."""
        return generate_latest(self._registry).decode()
