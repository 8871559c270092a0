"""The history that pages show: what was decided of layouts and experiments, and what callers were given."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.experiment_lock import ExperimentDecision
from ivr.domain.experiments import Experiment
from ivr.domain.kpi.experiment_cells import CountedExperiment
from ivr.domain.lifecycle import LayoutDecision, Standing
from ivr.usecases.ports import ExperimentCounts, ExperimentLog
from ivr.usecases.report_window import ReportWindow


class LayoutHistory(Protocol):
    """What was decided of layouts, and when they were given; nothing of it is ever changed."""

    async def standings(self, layout: str | None = None) -> Sequence[Standing]:
        """Return where every version (of ``layout``) stands, in the order in which they were noted."""

    async def decisions(self, layout: str) -> Sequence[LayoutDecision]:
        """Return every decision about ``layout``, oldest first."""

    async def allocations(self) -> Sequence[AllocationSpan]:
        """Return what every experiment gave each stratum, oldest first."""


@dataclass(frozen=True, slots=True)
class ExperimentSources:
    """Where experiments are known from: the calls that carry them, the log, and their files.

    ``defined`` returns those that have a file, with their controls; none where the files have a fault.
    """

    counts: ExperimentCounts
    log: ExperimentLog
    defined: Callable[[], Awaitable[Mapping[str, Experiment]]]


class NoHistory:
    """A ledger in which nothing was decided of any layout: implements :class:`LayoutHistory`."""

    async def standings(self, layout: str | None = None) -> Sequence[Standing]:  # noqa: ARG002 - as the port has it
        """Return none."""
        return ()

    async def decisions(self, layout: str) -> Sequence[LayoutDecision]:  # noqa: ARG002 - as the port has it
        """Return none."""
        return ()

    async def allocations(self) -> Sequence[AllocationSpan]:
        """Return none."""
        return ()


class _NoCounts:
    async def experiments(self) -> Sequence[str]:
        return ()

    async def of(self, experiment: str, window: ReportWindow) -> CountedExperiment:  # noqa: ARG002 - as the port has it
        return CountedExperiment()


class _NoLog:
    async def of(self, experiment: str | None = None) -> Sequence[ExperimentDecision]:  # noqa: ARG002 - as the port has it
        return ()


async def _nothing_defined() -> Mapping[str, Experiment]:
    return {}


NO_HISTORY = NoHistory()
NO_EXPERIMENTS = ExperimentSources(_NoCounts(), _NoLog(), _nothing_defined)
