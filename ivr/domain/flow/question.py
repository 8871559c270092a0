"""A question being put to one caller: everything that its machine remembers of it."""

from dataclasses import dataclass
from typing import Self

from ivr.domain.calls import PRIMARY_QUESTION
from ivr.domain.flow import script
from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.commands import Command, KeepAnswer, Play
from ivr.domain.flow.digits import Digits
from ivr.domain.flow.script import Stage, Step
from ivr.domain.flow.table import Phase
from ivr.domain.layouts import Layout
from ivr.domain.timelines import LayoutVersion


@dataclass(frozen=True, slots=True)
class Question:
    """The state of one question put to one caller, with the command that it wants carried out.

    ``question`` is the name that its answer is stored under. ``options_heard`` counts options fully played, the most
    over all readings. ``readings`` counts how often the options were begun, those asked for by key (``repeats``)
    apart. ``digits`` holds what is keyed of an answer of two. ``first_ms`` is the moment of its first key.
    ``since_ms`` is the moment of the key that led to the running command, None where no known one did.
    """

    version: LayoutVersion
    phase: Phase
    steps: tuple[Step, ...]
    position: int
    command: Command
    parting: Play
    digits: Digits
    question: str = PRIMARY_QUESTION
    readings: int = 1
    repeats: int = 0
    options_heard: int = 0
    wrong_keys: int = 0
    silences: int = 0
    declined: bool = False
    answer: KeepAnswer | None = None
    first_ms: int | None = None
    since_ms: int | None = None

    @classmethod
    def begin(
        cls,
        version: LayoutVersion,
        delay_seconds: float = 0.0,
        *,
        question: str = PRIMARY_QUESTION,
        parting: Play | None = None,
        guard: BounceGuard | None = None,
        since_ms: int | None = None,
    ) -> Self:
        """Return the question before its first prompt, which its ``command`` asks for.

        ``parting`` is said to a caller who declines; the layout's own is the default. ``guard`` has heard the keys
        of the caller's questions before: copies of a press that was heard there answer nothing here.
        """
        steps = script.opening(version, delay_seconds)
        return cls(
            version=version,
            phase=Phase.LISTENING,
            steps=steps,
            position=0,
            command=steps[0].command,
            parting=parting or script.opted_out(version),
            digits=Digits(answers_of(version.layout), guard or BounceGuard()),
            question=question,
            since_ms=since_ms,
        )

    @property
    def guard(self) -> BounceGuard:
        """What heard every key so far; give it to the caller's next question."""
        return self.digits.guard

    @property
    def stage(self) -> Stage:
        """Where in the question the caller is."""
        return self.steps[self.position].stage


def answers_of(layout: Layout) -> frozenset[str]:
    """Return everything that may be keyed for an answer."""
    return frozenset(keyed for option in layout.options for keyed in option.presses)
