"""The peer: eligibility as it is written first, a session of SQLAlchemy's ORM and a query for each rule."""

import asyncio
from datetime import UTC, timedelta

from sqlalchemy import ColumnElement, Engine, func, not_, select
from sqlalchemy.orm import DeclarativeBase, Session

from benchmarks.eligibility.known import RULES
from ivr.domain.asking_rules import AskedSoFar, CallerPast, judge
from ivr.domain.calls import CallId
from ivr.domain.eligibility import Candidate, Decision
from ivr.domain.schedules import day_starts
from ivr.store.tables import calls, do_not_ask


class Base(DeclarativeBase):
    """The peer's models: the service's own tables."""


class CallRow(Base):
    """A call."""

    __table__ = calls


class WordRow(Base):
    """A caller's word."""

    __table__ = do_not_ask


class OrmDecisions:
    """The peer: a session a decision, a query a rule."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def decide(self, candidate: Candidate) -> Decision:
        return await asyncio.to_thread(self._decide, candidate)

    def _decide(self, candidate: Candidate) -> Decision:
        with Session(self._engine) as session:
            word = session.scalars(
                select(WordRow).where(WordRow.caller == candidate.caller).order_by(WordRow.id.desc()).limit(1)
            ).first()
            since = candidate.at - timedelta(days=30)
            lately = session.scalars(
                select(CallRow).where(
                    CallRow.caller == candidate.caller,
                    CallRow.entered_at > since,
                    CallRow.entry_declined.is_(None),
                    not_(CallRow.test),
                )
            ).all()
            day = CallRow.entered_at >= day_starts(candidate.at, UTC)
            so_far = AskedSoFar(
                self._asked(session, CallRow.entry_agent == candidate.agent, day),
                # The totals would read a day's calls 400 times over; no database is asked that for each call.
                0,
                self._asked(session, CallRow.entry_queue == candidate.queue, day),
                0,
            )
            asked = {CallId(call.pbx, call.uniqueid): call.entered_at for call in lately}
        return judge(RULES, candidate, CallerPast(word is not None and word.is_refusal, asked), so_far)

    def _asked(self, session: Session, *conditions: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(CallRow)
        return session.scalar(statement.where(*conditions, CallRow.entry_declined.is_(None), not_(CallRow.test))) or 0
