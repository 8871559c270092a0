"""Reads for pages: questions that are answered beside the callers' event loop.

A question is a frozen dataclass that knows how it is answered from the :class:`Sources`; its answer is a frozen
dataclass too. Both can be pickled, so a question may be answered in another process, and equal questions have the same
answer as long as nothing has changed. A new page is a new question, and nothing else has to know of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import ClassVar, Generic, Protocol, TypeVar

from ivr.domain.kpi.instruments import Instruments
from ivr.usecases.call_lists import CallReads, NoCalls, NothingPlayed, PlayedLayouts
from ivr.usecases.contests import ContestReads, NoContests
from ivr.usecases.find_fit import FitSource
from ivr.usecases.ledger_check import NOT_CHECKED, LedgerCheck
from ivr.usecases.ledger_history import NO_EXPERIMENTS, NO_HISTORY, ExperimentSources, LayoutHistory
from ivr.usecases.ports import Clock, KeysOnly, PersonNames, Tallies

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Sources:
    """What questions are answered from. ``zone`` is the site's, ``utility`` what each category is worth.

    ``drill_down_minimum`` is how many ratings a selection has to hold before its calls are listed.
    """

    tallies: Tallies
    instruments: Instruments
    fit_source: FitSource
    clock: Clock
    zone: tzinfo
    reference_layout: str | None = None
    utility: Sequence[float] | None = None
    people: PersonNames = field(default_factory=KeysOnly)
    layout_history: LayoutHistory = NO_HISTORY
    experiments: ExperimentSources = NO_EXPERIMENTS
    calls: CallReads = field(default_factory=NoCalls)
    contests: ContestReads = field(default_factory=NoContests)
    played_layouts: PlayedLayouts = field(default_factory=NothingPlayed)
    drill_down_minimum: int = 5
    ledger_check: LedgerCheck = NOT_CHECKED


class Question(ABC, Generic[T_co]):
    """Something that a page wants to know.

    ``rests_on_tallies``: the answer changes with the tallies, the fits and the definitions alone, so it may be kept
    until one of them does. Where a new one takes longer than ``patience_seconds``, a reader gets the last one
    meanwhile.
    """

    rests_on_tallies: ClassVar[bool] = False
    patience_seconds: ClassVar[float] = 0.1

    @abstractmethod
    async def answer(self, sources: Sources) -> T_co:
        """Return the answer as of now; raises IvrError where there can be none."""


class PageReads(Protocol):
    """Answers questions of pages."""

    async def read(self, question: Question[T]) -> T:
        """Return the answer; raises what :meth:`Question.answer` raises, and DatabaseRefused where nobody can say."""
