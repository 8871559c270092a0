"""Lists of calls as pages need them: what can be chosen beside the window, and what is read of each call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ivr.domain.calls import CallFacts, CallId, Comment, EndedBy, HandledCall, Invited
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion
from ivr.usecases.report_window import ReportWindow

LOOKED_THROUGH = 5_000
"""So many calls are looked through for one page of a list."""


class Heard(StrEnum):
    """How much of the options had been played when the key came."""

    ALL = "all"
    PART = "part"


class Exclusion(StrEnum):
    """What becomes of calls that the figures leave out."""

    LEFT_OUT = "left_out"
    ALSO = "also"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class CallFilter:
    """What is chosen of a window's calls; empty and None choose everything."""

    outcomes: frozenset[Outcome] = frozenset()
    category: int | None = None
    ended_by: EndedBy | None = None
    layout: str | None = None
    version: str | None = None
    heard: Heard | None = None
    excluded: Exclusion = Exclusion.LEFT_OUT


EVERYTHING = CallFilter()


@dataclass(frozen=True, slots=True)
class OptionCount:
    """How many options a layout reads out; ``version`` None stands for every version that is not named itself."""

    layout: str
    version: str | None
    options: int


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a list from the newest call to the oldest: behind the call with this key, or at the moment's end."""

    ended_at: datetime
    call: CallId | None = None


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A call in a list."""

    call: CallId
    ended_at: datetime
    agent: str | None
    queue: str | None
    outcome: Outcome | None
    category: int | None
    layout: str | None
    layout_version: str | None
    ended_by: EndedBy | None
    options_heard: int | None
    is_excluded: bool


@dataclass(frozen=True, slots=True)
class CallSlice:
    """Some calls, the newest first. ``then`` is where the list goes on, None at its end.

    ``is_cut``: so many calls were looked through that the rest was left to the next slice.
    """

    calls: Sequence[ListedCall]
    then: Position | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A closed call with everything that the ledger has of it."""

    row: HandledCall
    facts: CallFacts
    invitation: Invited | None
    comments: tuple[Comment, ...]
    is_imported: bool


class CallReads(Protocol):
    """Reads calls one by one."""

    async def listed(
        self,
        window: ReportWindow,
        chosen: CallFilter,
        options: Sequence[OptionCount],
        *,
        after: Position | None,
        limit: int,
        rated_of: frozenset[str | None] | None = None,
    ) -> CallSlice:
        """Return at most ``limit`` calls behind ``after``; test calls are never among them.

        ``rated_of``: only these agents' ratings are; None leaves nobody's out.
        """

    async def count(self, window: ReportWindow, chosen: CallFilter, options: Sequence[OptionCount]) -> int:
        """Return how many calls are chosen, counted from the rows; only for the calls of one agent."""

    async def find(self, call: CallId) -> StoredCall | None:
        """Return a closed call; None where there is none."""


@dataclass(frozen=True, slots=True)
class PlayedLayout:
    """A layout as it was played. Where not ``is_exact`` today's definition stands in for a version nobody noted."""

    version: LayoutVersion
    is_exact: bool


class PlayedLayouts(Protocol):
    """Finds what callers heard."""

    async def played(self, layout: str, version: str | None) -> PlayedLayout | None:
        """Return a layout with the lengths of its prompts; None where nothing is known of it."""


class NoCalls:
    """Reads of a place without a ledger."""

    async def listed(
        self,
        window: ReportWindow,  # noqa: ARG002 - the port names it
        chosen: CallFilter,  # noqa: ARG002 - the port names it
        options: Sequence[OptionCount],  # noqa: ARG002 - the port names it
        *,
        after: Position | None,  # noqa: ARG002 - the port names it
        limit: int,  # noqa: ARG002 - the port names it
        rated_of: frozenset[str | None] | None = None,  # noqa: ARG002 - the port names it
    ) -> CallSlice:
        """Return nothing."""
        return CallSlice(())

    async def count(
        self,
        window: ReportWindow,  # noqa: ARG002 - the port names it
        chosen: CallFilter,  # noqa: ARG002 - the port names it
        options: Sequence[OptionCount],  # noqa: ARG002 - the port names it
    ) -> int:
        """Return 0."""
        return 0

    async def find(self, call: CallId) -> StoredCall | None:  # noqa: ARG002 - the port names it
        """Return None."""
        return None


class NothingPlayed:
    """Knows no layout."""

    async def played(self, layout: str, version: str | None) -> PlayedLayout | None:  # noqa: ARG002 - the port names it
        """Return None."""
        return None
