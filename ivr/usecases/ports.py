"""Ports: what the use cases need of the edges, and nothing more."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.calls import CallFacts, CallId, Fact, HandledCall, Invited
from ivr.domain.eligibility import Candidate, Decision
from ivr.domain.experiment_lock import ExperimentDecision
from ivr.domain.experiments import Experiment
from ivr.domain.flow.commands import Hush, Play, Record
from ivr.domain.flow.events import Event
from ivr.domain.guardrails import CallCount
from ivr.domain.kpi.experiment_cells import CountedExperiment
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import CallDays, DayCount, EndingCount, HearingCount, OutcomeCount, PlaceNames
from ivr.domain.layouts import Layout
from ivr.usecases.report_window import ReportWindow

Clock = Callable[[], datetime]
"""Returns now, aware, in UTC."""

Pseudonym = Callable[[str], str | None]
"""Turns a caller's number into its keyed hash; None where the text is no number."""


class Ledger(Protocol):
    """Where facts become durable."""

    async def record(self, *facts: Fact) -> None:
        """Store ``facts`` all or none; returns once they are on disk.

        A fact that is already there (by its natural key) changes nothing it had settled; it fills what was None.
        """

    async def facts_of(self, call: CallId) -> CallFacts | None:
        """Return what is known of ``call``; None where nothing is."""

    async def invitation_of(self, call: CallId) -> Invited | None:
        """Return how ``call`` was invited before it reached an agent; None where it was not."""

    async def close(self, row: HandledCall) -> None:
        """Store the call's one row, replacing an earlier closing of the same call; durable on return."""

    async def discard(self, call: CallId) -> None:
        """Mark a channel that was never handled (no agent answered, no rating entry) as settled."""

    async def open_calls(self) -> Sequence[CallId]:
        """Return the calls that have facts and no closing yet."""


class Line(Protocol):
    """The caller's line: plays one thing and says what happened."""

    async def use_language(self, language: str) -> None:
        """Have prompts played in ``language`` from now on; never raises."""

    async def perform(self, command: Play | Hush | Record) -> Sequence[Event]:
        """Play or record, and return the keys heard since the last return, and CallerLeft where the line is gone.

        Without either, how the playing ended. A recording returns the keys of it, what was recorded, and then whether
        the line is gone.
        """

    async def conclude(self) -> None:
        """Tell the dialplan that the flow was completed, and which keys were taken."""


class Eligibility(Protocol):
    """Decides who is asked."""

    async def decide(self, candidate: Candidate) -> Decision:
        """Return whether the candidate is asked, soon: a caller is waiting. Never raises: in doubt nobody is asked."""


class Refusals(Protocol):
    """The list of callers who are not to be asked."""

    async def refuse(self, caller: str, at: datetime, call: CallId) -> None:
        """Enter ``caller``, who said so by key in ``call``; durable on return."""


class LayoutArchive(Protocol):
    """Every version of a layout that was ever noted."""

    async def layout_of(self, key: str, version: str) -> Layout | None:
        """Return the definition of ``version``; None where it was never noted or cannot be read any more."""


class ExperimentLog(Protocol):
    """The log of what was decided of experiments, to read."""

    async def of(self, experiment: str | None = None) -> Sequence[ExperimentDecision]:
        """Return what was decided of ``experiment`` (None: of all), the oldest first."""


class ExperimentDecisions(ExperimentLog, Protocol):
    """The log of what was decided of experiments."""

    async def add(self, decision: ExperimentDecision) -> bool:
        """Add ``decision``, durable on return; False where the log has it already and nothing was added."""


class ArmCounts(Protocol):
    """Counts for an experiment's guardrail."""

    async def of(self, experiment: str, since: datetime, until: datetime | None) -> Sequence[CallCount]:
        """Return the closed calls of ``experiment`` that ended from ``since`` to before ``until`` (None: to now)."""


class Allocations(Protocol):
    """The history of what experiments gave their strata."""

    async def note(self, experiments: Sequence[Experiment], at: datetime) -> None:
        """Note what the ``experiments`` give from ``at`` on; what did not change stays as it stands."""


class ExperimentMeter(Protocol):
    """What the watch over the experiment tells the metrics."""

    def experiment_stopped(self, *, stopped: bool) -> None:
        """Note whether the active experiment has been stopped."""


class Directory(Protocol):
    """Who sits at an interface, and in which team a person is, at a moment."""

    async def person_at(self, interface: str, at: datetime) -> str | None:
        """Return the person's key, or None where nobody is entered for ``interface``."""

    async def team_of(self, person: str, at: datetime) -> str | None:
        """Return the team's key, or None."""


class PersonNames(Protocol):
    """What people are called."""

    async def names(self) -> Mapping[str, str]:
        """Return everybody's name by key; somebody without a name is called by the key."""


class KeysOnly:
    """Calls everybody by the key."""

    async def names(self) -> Mapping[str, str]:
        """Return no name."""
        return {}


class Tallies(Protocol):
    """Counts for the figures."""

    async def outcome_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        """Return the window's closed calls counted by agent, layout, outcome and category."""

    async def confirmation_counts(self, window: ReportWindow) -> Sequence[ConfirmationCount]:
        """Return the window's confirmed ratings counted by layout, version, category and the second key."""

    async def ending_counts(self, window: ReportWindow) -> Sequence[EndingCount]:
        """Return the window's closed calls counted by agent, who ended the call, and outcome."""

    async def hearing_counts(self, window: ReportWindow) -> Sequence[HearingCount]:
        """Return the window's rated calls counted by agent, layout, version and options heard."""

    async def day_counts(self, window: ReportWindow) -> Sequence[DayCount]:
        """Return the window's closed calls counted by day, agent, layout, outcome, category and allocation."""

    async def call_days(self, window: ReportWindow) -> CallDays | None:
        """Return the days of the first and the last of the window's counted calls; None where it has none."""

    async def excluded_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        """Return the window's excluded calls, which no other count has, as :meth:`outcome_counts` would."""

    async def place_names(self, window: ReportWindow) -> PlaceNames:
        """Return the queues, sites, languages and teams of the calls in the reader's scope, of all time."""

    async def allocations(self, window: ReportWindow) -> Sequence[str]:
        """Return each distribution that a layout of the window's calls was drawn from once, ``key:p key:p``."""

    async def handled_calls(self, window: ReportWindow) -> int:
        """Return how many handled calls closed in the window, counted apart from the outcomes."""

    async def calls_in_progress(self) -> int:
        """Return how many calls with an answered leg are not closed yet."""


class Changes(Protocol):
    """Says that the ledger has changed, for pages that show it live."""

    def watch(self) -> AsyncIterator[int]:
        """Yield a growing number after each change, newest only; a slow reader skips."""


class FlowMeter(Protocol):
    """What the rating flow tells the metrics; a call must be quick and must not raise."""

    def state_left(self, state: str, seconds: float) -> None:
        """Note how long a caller was in a state: one of :class:`ivr.domain.flow.conversation.State`."""


class SilentFlowMeter:
    """Measures nothing."""

    def state_left(self, state: str, seconds: float) -> None:
        """Measure nothing."""


class ExperimentCounts(Protocol):
    """Counts for an experiment's figures."""

    async def experiments(self) -> Sequence[str]:
        """Return the experiments that counted calls carry, ordered by name."""

    async def of(self, experiment: str, window: ReportWindow) -> CountedExperiment:
        """Return the window's closed, counted calls of ``experiment``, all as of one moment."""
