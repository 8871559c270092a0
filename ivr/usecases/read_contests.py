"""Reads the contests that somebody sees: those to decide, and those decided."""

from dataclasses import dataclass

from ivr.domain.access import Scope
from ivr.domain.contests import ContestCase, RatedCall
from ivr.usecases.page_reads import Question, Sources
from ivr.usecases.read_calls import category_name

ROWS = 50


@dataclass(frozen=True, slots=True)
class ContestLine:
    """A contest beside what its call says; ``agent`` is a name."""

    case: ContestCase
    call: RatedCall
    agent: str | None
    category: str | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class ContestPage:
    """Some contests, the newest first; ``then`` is the number to go on from, None at the end."""

    lines: tuple[ContestLine, ...]
    then: int | None


@dataclass(frozen=True, slots=True)
class ContestsQuestion(Question[ContestPage]):
    """The contests in ``scope``, open or decided; ``reader`` is the agent who reads, if any."""

    scope: Scope
    reader: str | None
    is_open: bool
    before: int | None = None

    async def answer(self, sources: Sources) -> ContestPage:
        """Return the page."""
        found = await sources.contests.listed(self.scope, is_open=self.is_open, limit=ROWS + 1, before=self.before)
        names = await sources.people.names()
        lines = tuple(
            ContestLine(
                each.case,
                each.call,
                None if each.call.agent is None else names.get(each.call.agent, each.call.agent),
                category_name(sources.instruments, each.layout, each.layout_version, each.category),
                self.reader is not None and each.call.agent == self.reader,
            )
            for each in found[:ROWS]
        )
        return ContestPage(lines, lines[-1].case.contest.number if len(found) > ROWS else None)
