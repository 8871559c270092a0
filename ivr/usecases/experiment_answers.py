"""What pages show of experiments, as plain as it can be: the service that shows it loads no arithmetic for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.experiment_lock import ExperimentDecision
from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.looks import Look
from ivr.usecases.declared_experiments import Declared, ExperimentState


@dataclass(frozen=True, slots=True)
class ExperimentSummary:
    """One experiment in a list; ``declared`` is None where only calls know of it."""

    key: str
    state: ExperimentState
    declared: Declared | None
    has_file: bool
    started_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class RatioAnswer:
    """Whether the arms have the shares that chance was to give, of ``what``: ``assigned``, ``started`` or ``delays``.

    ``observed`` and ``expected`` count what was drawn (``unit``: callers or calls). ``p_value`` is that of one look,
    ``sequential_p_value`` holds at all; None where there is no test, and ``reasons`` say why. ``mismatch`` says what is
    wrong, None where nothing is.
    """

    what: str
    unit: str
    observed: Mapping[str, int]
    expected: Mapping[str, float]
    p_value: float | None
    sequential_p_value: float | None
    mismatch: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectAnswer:
    """A layout against the reference by one metric.

    ``at_every_look`` has an interval that holds however often one looks, ``at_one_look`` one for a single look that was
    planned; ``looks`` are the former at the end of each day.
    """

    metric: PrimaryMetric
    at_every_look: Estimate
    at_one_look: Estimate
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class EitherWay:
    """Bounds of the top-box among callers who would answer both layouts, in points; ``lo`` to ``hi`` with chance."""

    least: float | None
    most: float | None
    lo: float | None
    hi: float | None
    status: Status
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArmAnswer:
    """One layout; ``effects`` are empty for the reference, whose ``verdict`` is None."""

    layout: str
    assigned: int
    started: int
    eligible: int
    rated: int
    response_rate: Estimate
    observed: Estimate
    effects: tuple[EffectAnswer, ...]
    either_way: EitherWay | None
    verdict: str | None
    decided_on: str | None
    higher: str | None
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class DelayAnswer:
    """One silence before the first prompt; ``effect`` on response against the shortest, None for the shortest."""

    delay_seconds: float
    eligible: int
    rated: int
    response_rate: Estimate
    effect: Estimate | None


@dataclass(frozen=True, slots=True)
class ExperimentAnswer:
    """One experiment: what was declared, what was given, what it shows, what was decided.

    ``mismatch`` says why every effect is withheld, None where none is. The decisions come without their definitions.
    The two moments are those of the first and the last call, None where there is none.
    """

    summary: ExperimentSummary
    computed_at: datetime
    handled: int
    reference: str | None
    unit: str
    ratios: tuple[RatioAnswer, ...]
    arms: tuple[ArmAnswer, ...]
    delays: tuple[DelayAnswer, ...]
    mismatch: str | None
    warnings: tuple[str, ...]
    allocations: tuple[AllocationSpan, ...]
    decisions: tuple[ExperimentDecision, ...]
    first_ended_at: datetime | None = None
    last_ended_at: datetime | None = None

    @property
    def key(self) -> str:
        """The experiment's key."""
        return self.summary.key
