"""A caller's call as far as it has come: everything that the machine of the interview remembers of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from ivr.domain.calls import CONFIRMATION
from ivr.domain.flow.agenda import Agenda, Item, primary
from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.commands import Command
from ivr.domain.flow.interview_table import Part
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.table import Phase
from ivr.domain.outcomes import Outcome
from ivr.domain.timelines import LayoutVersion

QUESTIONS = frozenset({Part.PRIMARY, Part.CONFIRMATION, Part.FURTHER})
"""The parts in which a question is put."""


class State(StrEnum):
    """What a caller is in, for the metrics: few, whatever the layouts are called."""

    SILENCE = "silence"
    INTRO = "intro"
    MENU = "menu"
    SECOND_KEY = "second_key"
    CONFIRMATION = "confirmation"
    FURTHER = "further"
    COMMENT = "comment"
    RECORDING = "recording"
    KEEPING = "keeping"
    FAREWELL = "farewell"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that was put and ended without an answer; ``version`` as in ``KeepAnswer``."""

    question: str
    status: Outcome
    options_heard: int
    version: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of one caller's call, with the command that it wants carried out.

    ``item`` is what is being put; ``asked`` is the machine of its question (the last one's, where it is none).
    ``reached`` says that its first command was carried out. ``missed`` are the questions without an answer so far.
    """

    agenda: Agenda
    part: Part
    item: Item
    asked: Flow
    command: Command
    guard: BounceGuard = field(default_factory=BounceGuard)
    asks_again: bool = False
    status: Outcome = Outcome.UNKNOWN
    options_heard: int = 0
    declined: bool = False
    missed: tuple[Missed, ...] = ()
    reached: bool = False
    replayed_ms: int = 0

    @classmethod
    def begin(cls, version: LayoutVersion, delay_seconds: float = 0.0, *, asks_again: bool = False) -> Self:
        """Return the interview before its first prompt.

        With ``asks_again`` the caller was drawn to be asked once more where the answer is extreme.
        """
        item, asked = primary(version), Flow.begin(version, delay_seconds)
        agenda = Agenda(version, put=frozenset({(item.name, False)}))
        return cls(agenda, Part.PRIMARY, item, asked, asked.command, asks_again=asks_again)

    @property
    def is_over(self) -> bool:
        """Whether the call is over; ``command`` is Finish then."""
        return self.part is Part.ENDED

    @property
    def question(self) -> str | None:
        """The name of the question that is put, or that a comment is asked after; None in the thanks."""
        if self.part in {Part.PARTING, Part.ENDED}:
            return None
        return CONFIRMATION if self.part is Part.CONFIRMATION else self.item.name

    @property
    def state(self) -> State:
        """What the caller is in, for the metrics."""
        if self.part in QUESTIONS and self.asked.phase is Phase.KEEPING:
            return State.KEEPING
        if self.part is not Part.PRIMARY:
            return State.FAREWELL if self.part is Part.PARTING else State(self.part.value)
        return State.SECOND_KEY if self.asked.phase is Phase.COLLECTING else State(self.asked.stage.value)
