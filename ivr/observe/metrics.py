"""Metrics: what Prometheus scrapes. Never a label by call, caller or agent.

Buckets: a commit is expected between a tenth of a millisecond (fast disk) and a tenth of a second (a busy
one); what takes a caller's second is one bucket, because it is wrong whatever it takes.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ivr.domain.outcomes import Outcome

_COMMIT_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_GROUP_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The service's own registry, so that two services in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._commits = Histogram(
            "ivr_ledger_commit_seconds", "Time of one durable commit", buckets=_COMMIT_SECONDS, registry=self._registry
        )
        self._groups = Histogram(
            "ivr_ledger_commit_writes", "Writes that shared one commit", buckets=_GROUP_SIZES, registry=self._registry
        )
        self._ratings = Counter(
            "ivr_questions", "Rating flows that ended, by outcome", ["outcome"], registry=self._registry
        )
        self._ami_connected = Gauge("ivr_ami_connected", "1 while Asterisk's manager is read", registry=self._registry)
        self._ami_reconnects = Counter("ivr_ami_reconnects", "Connections to the manager", registry=self._registry)
        self._ami_dropped = Counter(
            "ivr_ami_events_dropped", "Manager events dropped by a full queue", registry=self._registry
        )
        self._ami_lag = Histogram(
            "ivr_ami_lag_seconds",
            "Time of a manager event in our queue",
            buckets=_COMMIT_SECONDS,
            registry=self._registry,
        )
        self._sessions = Gauge("ivr_agi_sessions", "Calls that are being asked now", registry=self._registry)
        for outcome in Outcome:
            self._ratings.labels(outcome=outcome.value)

    def watch_sessions(self, sessions: Callable[[], int]) -> None:
        """Let ``sessions`` say, at each scrape, how many calls are being asked."""
        self._sessions.set_function(sessions)

    def committed(self, writes: int, seconds: float) -> None:
        """Note one group commit."""
        self._commits.observe(seconds)
        self._groups.observe(writes)

    def question_ended(self, outcome: Outcome) -> None:
        """Note how a rating flow ended."""
        self._ratings.labels(outcome=outcome.value).inc()

    def ami_connected(self, *, connected: bool) -> None:
        """Note that the manager is read, or is not."""
        self._ami_connected.set(1 if connected else 0)
        if connected:
            self._ami_reconnects.inc()

    def ami_dropped(self, events: int) -> None:
        """Note manager events that a full queue dropped."""
        self._ami_dropped.inc(events)

    def ami_lagged(self, seconds: float) -> None:
        """Note how long a manager event waited in our queue."""
        self._ami_lag.observe(seconds)

    def text(self) -> str:
        """Return the exposition text."""
        return generate_latest(self._registry).decode()
