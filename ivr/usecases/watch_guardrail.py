"""Watch the experiment that assigns: stop it where an arm does harm, and follow what was decided elsewhere.

Called every minute. Other services and the command line write to the same log, so each look begins with reading it.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision, as_it_stands
from ivr.domain.experiments import Experiment
from ivr.domain.guardrails import CallCount, Cell, Rise, rises
from ivr.domain.heard_versions import changed_at
from ivr.usecases.offering import CurrentOffering
from ivr.usecases.ports import Allocations, ArmCounts, Clock, ExperimentDecisions, ExperimentMeter

log = structlog.get_logger(__name__)
LATENESS = timedelta(hours=1)
"""How long after its end a call may close and still be seen; what is older is not counted again at every look."""

_Counts = dict[tuple[str, int], list[CallCount]]
"""By stratum and step of the ramp."""


class CountedArms:
    """The counts of one experiment since its start, or the last change of a layout, by cell.

    Each call is read once, and the last hour's each time.
    """

    def __init__(self, counts: ArmCounts) -> None:
        self._counts = counts
        self._of: tuple[str, datetime] | None = None
        self._settled: _Counts = {}
        self._settled_until = datetime.min.replace(tzinfo=UTC)

    async def of(self, experiment: Experiment, now: datetime, changed_at: datetime | None = None) -> list[Cell]:
        """Return the cells of a started experiment; raises DatabaseRefused.

        ``changed_at`` is when one of its layouts was last changed: older calls are of another version, and left out.
        """
        since = experiment.started_at
        if since is None:
            return []
        since = since if changed_at is None else max(since, changed_at)
        if self._of != (experiment.key, since):
            self._of, self._settled, self._settled_until = (experiment.key, since), {}, since
        horizon = now - LATENESS
        if horizon - self._settled_until >= LATENESS:
            older = await self._read(experiment, self._settled_until, horizon)
            self._settled, self._settled_until = _together(self._settled, older), horizon
        counts = _together(self._settled, await self._read(experiment, self._settled_until, None))
        controls = {stratum.name: experiment.control_of(stratum) for stratum in experiment.strata}
        return [Cell(controls[stratum], counts[stratum, step]) for stratum, step in sorted(counts)]

    async def _read(self, experiment: Experiment, since: datetime, until: datetime | None) -> _Counts:
        steps = [step.starts for step in experiment.ramp]
        inner = [step for step in steps if since < step and (until is None or step < until)]
        begins, ends = [since, *inner], [*inner, until]
        cells: _Counts = {}
        for begin, end in zip(begins, ends, strict=True):
            period = sum(step <= begin for step in steps)
            for count in await self._counts.of(experiment.key, begin, end):
                stratum = experiment.stratum(count.site, count.queue)
                cells.setdefault((stratum.name, period), []).append(count)
        return cells


class WatchGuardrail:
    """Looks after the offering's experiment."""

    def __init__(
        self,
        *,
        decisions: ExperimentDecisions,
        counts: ArmCounts,
        allocations: Allocations,
        offering: CurrentOffering,
        clock: Clock,
        who: str,
        meter: ExperimentMeter,
    ) -> None:
        self._decisions = decisions
        self._counted = CountedArms(counts)
        self._allocations = allocations
        self._offering = offering
        self._clock = clock
        self._who = who
        self._meter = meter

    async def look(self) -> None:
        """Read the log and the counts, decide, and have callers assigned accordingly; raises DatabaseRefused."""
        experiment, now = self._offering().experiment, self._clock()
        if experiment.started_at is None:
            return
        decisions = list(await self._decisions.of(experiment.key))
        experiment = as_it_stands(experiment, decisions)
        if experiment.stopped_at is None:
            await self._decide(experiment, now, changed_at(decisions))
            decisions = list(await self._decisions.of(experiment.key))
            experiment = as_it_stands(experiment, decisions)
        self._meter.experiment_stopped(stopped=experiment.stopped_at is not None)
        self._take_over(experiment)
        await self._allocations.note([experiment], now)

    async def _decide(self, experiment: Experiment, now: datetime, changed: datetime | None) -> None:
        for step in experiment.ramp:
            if step.starts <= now:
                await self._note(experiment, now, DecisionKind.RAMPED, f"share {step.share:g} of the callers")
        if experiment.ends is not None and experiment.ends <= now:
            await self._note(experiment, now, DecisionKind.ENDED, f"its window ended {experiment.ends.isoformat()}")
            return
        found = rises(experiment.guardrail, await self._counted.of(experiment, now, changed))
        breach = next((rise for rise in found if rise.is_breach), None)
        if breach is not None:
            await self._stop(experiment, now, breach)

    async def _stop(self, experiment: Experiment, now: datetime, breach: Rise) -> None:
        await self._note(experiment, now, DecisionKind.STOPPED_BY_GUARDRAIL, str(breach))
        log.error("experiment_stopped_by_guardrail", experiment=experiment.key, reason=str(breach))

    async def _note(self, experiment: Experiment, now: datetime, kind: DecisionKind, reason: str) -> None:
        await self._decisions.add(ExperimentDecision(experiment.key, now, self._who, kind, reason))

    def _take_over(self, experiment: Experiment) -> None:
        """Let callers be assigned by what the log says; another offering may have come while it was read."""
        offering = self._offering()
        if offering.experiment.key != experiment.key or offering.experiment == experiment:
            return
        stopped_at = experiment.stopped_at
        if stopped_at is not None and offering.experiment.stopped_at is None:
            log.warning("experiment_stopped", experiment=experiment.key, at=stopped_at.isoformat())
        known = replace(offering.experiment, started_at=experiment.started_at, stopped_at=stopped_at)
        self._offering.exchange(replace(offering, experiment=known))


def _together(first: _Counts, second: _Counts) -> _Counts:
    """Add the counts of each cell, those alike into one, so that they do not grow with the hours."""
    cells: _Counts = {}
    for cell in first.keys() | second.keys():
        calls: Counter[CallCount] = Counter()
        for count in (*first.get(cell, ()), *second.get(cell, ())):
            calls[replace(count, calls=0)] += count.calls
        cells[cell] = [replace(alike, calls=number) for alike, number in calls.items()]
    return cells
