"""Contests as use cases and pages need them: where they are kept, and how they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.domain.access import Scope
from ivr.domain.calls import CallId
from ivr.domain.contests import Contest, ContestCase, ContestDecision, RatedCall
from ivr.usecases.report_window import ReportWindow


@dataclass(frozen=True, slots=True)
class ContestCounts:
    """How many ratings of a window are contested and not decided yet, left out by a decision, and kept by one."""

    open: int = 0
    excluded: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class ContestedCall:
    """A contest beside what its call says."""

    case: ContestCase
    call: RatedCall
    ended_at: datetime
    category: int | None
    layout: str | None
    layout_version: str | None


class ContestReads(Protocol):
    """Reads contests."""

    async def of_call(self, call: CallId) -> ContestCase | None:
        """Return the contest of ``call``; None where its rating was never contested."""

    async def of_calls(self, calls: Sequence[CallId]) -> Sequence[ContestCase]:
        """Return the contests of some calls, a few dozen at most."""

    async def listed(
        self, scope: Scope, *, is_open: bool, limit: int, before: int | None = None
    ) -> Sequence[ContestedCall]:
        """Return contests in ``scope``, open or decided ones, the newest first, those below the number ``before``."""

    async def counts(self, window: ReportWindow) -> ContestCounts:
        """Return how many ratings of ``window`` are contested."""


class Contests(ContestReads, Protocol):
    """Where contests and decisions are kept; both are only ever added to."""

    async def call_of(self, call: CallId) -> RatedCall | None:
        """Return what the ledger has of ``call`` now; None where it is not there or not closed."""

    async def add(self, contest: Contest) -> ContestCase:
        """Store ``contest``, durable on return; raises ContestRefused as the call stands then."""

    async def decide(self, call: CallId, decision: ContestDecision, *, seen: int | None) -> ContestCase:
        """Store ``decision`` and have the figures follow it, in one transaction; raises ContestRefused."""


class NoContests:
    """Reads of a ledger in which nothing was ever contested."""

    async def of_call(self, call: CallId) -> ContestCase | None:  # noqa: ARG002 - the port names it
        """Return None."""
        return None

    async def of_calls(self, calls: Sequence[CallId]) -> Sequence[ContestCase]:  # noqa: ARG002 - the port names it
        """Return nothing."""
        return ()

    async def listed(
        self,
        scope: Scope,  # noqa: ARG002 - the port names it
        *,
        is_open: bool,  # noqa: ARG002 - the port names it
        limit: int,  # noqa: ARG002 - the port names it
        before: int | None = None,  # noqa: ARG002 - the port names it
    ) -> Sequence[ContestedCall]:
        """Return nothing."""
        return ()

    async def counts(self, window: ReportWindow) -> ContestCounts:  # noqa: ARG002 - the port names it
        """Return zeros."""
        return ContestCounts()
