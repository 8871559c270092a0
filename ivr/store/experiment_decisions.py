"""The log of what was decided of experiments; only ever added to, which the database itself sees to."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from ivr.domain.experiment_lock import STOPS, VERSIONS_NOTED, DecisionKind, ExperimentDecision
from ivr.store.database import Database
from ivr.store.tables import experiment_decisions
from ivr.store.writer import Writer

_LOCK = 0x49565202  # beside the import's lock


class SqlExperimentDecisions:
    """Implements :class:`ivr.usecases.ports.ExperimentDecisions`."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def of(self, experiment: str | None = None) -> list[ExperimentDecision]:
        """Return what was decided of ``experiment`` (None: of all), the oldest first."""
        return await self._database.read_report(lambda connection: read_decisions(connection, experiment))

    async def add(self, decision: ExperimentDecision) -> bool:
        """Add ``decision``, durable on return; return False where the log has it already and nothing was added.

        An experiment is started, stopped and ended once, and reaches each step of its ramp once, however many
        services look after it.
        """

        def work(connection: Connection) -> bool:
            if connection.dialect.name == "postgresql":
                # SQLite's writers take turns anyhow.
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if _has(read_decisions(connection, decision.experiment), decision):
                return False
            connection.execute(
                insert(experiment_decisions).values(
                    experiment=decision.experiment,
                    at=decision.at,
                    who=decision.who,
                    decision=decision.decision.value,
                    reason=decision.reason,
                    definition=decision.definition,
                )
            )
            return True

        return await self._writer.write(work)


def read_decisions(connection: Connection, experiment: str | None = None) -> list[ExperimentDecision]:
    """Return what was decided of ``experiment`` (None: of all), the oldest first."""
    statement = select(experiment_decisions).order_by(experiment_decisions.c.id)
    if experiment is not None:
        statement = statement.where(experiment_decisions.c.experiment == experiment)
    return [_decision(row) for row in connection.execute(statement)]


def _decision(row: Row[*tuple[Any, ...]]) -> ExperimentDecision:
    return ExperimentDecision(row.experiment, row.at, row.who, DecisionKind(row.decision), row.reason, row.definition)


def _has(log: Sequence[ExperimentDecision], decision: ExperimentDecision) -> bool:
    if decision.decision in VERSIONS_NOTED:
        # A layout can be changed back, so it is the last word that counts.
        last = next((each for each in reversed(log) if each.decision in VERSIONS_NOTED), None)
        return last is not None and last.definition == decision.definition
    return any(_says_the_same(there, decision) for there in log)


def _says_the_same(there: ExperimentDecision, decision: ExperimentDecision) -> bool:
    if decision.decision is DecisionKind.RAMPED:
        return (there.decision, there.reason) == (decision.decision, decision.reason)
    if decision.decision in STOPS:
        return there.decision in STOPS
    return there.decision is decision.decision
