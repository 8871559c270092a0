"""The history of layouts and experiments, to read: no writer is needed for it."""

from collections.abc import Sequence

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.experiment_lock import ExperimentDecision
from ivr.domain.lifecycle import LayoutDecision, Standing
from ivr.store.allocations import read_allocations
from ivr.store.database import Database
from ivr.store.experiment_decisions import read_decisions
from ivr.store.layout_versions import read_layout_decisions, read_standings


class SqlLayoutHistory:
    """Implements :class:`ivr.usecases.ledger_history.LayoutHistory`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standings(self, layout: str | None = None) -> Sequence[Standing]:
        """Return where every version (of ``layout``) stands, in the order in which they were noted."""
        return await self._database.read_report(lambda connection: read_standings(connection, layout))

    async def decisions(self, layout: str) -> Sequence[LayoutDecision]:
        """Return every decision about ``layout``, oldest first."""
        return await self._database.read_report(lambda connection: read_layout_decisions(connection, layout))

    async def allocations(self) -> Sequence[AllocationSpan]:
        """Return what every experiment gave each stratum, the oldest first."""
        return await self._database.read_report(read_allocations)


class SqlExperimentLog:
    """Implements :class:`ivr.usecases.ports.ExperimentLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, experiment: str | None = None) -> Sequence[ExperimentDecision]:
        """Return what was decided of ``experiment`` (None: of all), the oldest first."""
        return await self._database.read_report(lambda connection: read_decisions(connection, experiment))
