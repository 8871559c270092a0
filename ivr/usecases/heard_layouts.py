"""Heard layouts: what the running service lets callers hear today, for the people who look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ivr.domain.previews import PreviewLine
from ivr.domain.timelines import LayoutVersion


@dataclass(frozen=True, slots=True)
class GivenShare:
    """The share of the callers of a ``stratum`` who get a layout now, 0 to 1; ``is_control`` as they take no part."""

    stratum: str
    share: float
    is_control: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What the experiment that assigns gives of one layout now; ``experiment`` is its key.

    Without ``shares`` nobody is asked the layout first; ``asked_after`` are the layouts that it can follow.
    ``is_only``: the experiment has a single stratum.
    """

    experiment: str
    is_running: bool
    shares: tuple[GivenShare, ...]
    asked_after: tuple[str, ...]
    is_only: bool = False


@dataclass(frozen=True, slots=True)
class HeardLayout:
    """A layout as callers hear it: its parts with their moments, and what it takes of a caller's time, in seconds.

    ``leads`` says why it leads callers, empty where it does not. ``last_option_seconds`` is until every choice was read
    once, ``silent_seconds`` the whole call of somebody who presses nothing, ``longest_seconds`` the worst case.
    """

    version: LayoutVersion
    lines: tuple[PreviewLine, ...]
    leads: tuple[str, ...]
    last_option_seconds: float
    silent_seconds: float
    longest_seconds: float

    @property
    def key(self) -> str:
        """The layout's key."""
        return self.version.layout.key


@dataclass(frozen=True, slots=True)
class LayoutSound:
    """A layout as a WAV file; ``begins`` are the seconds at which each of its lines begins in it.

    ``tag`` is another one whenever the file is.
    """

    wav: bytes
    begins: tuple[float, ...]
    tag: str


class HeardLayouts(Protocol):
    """The layouts of the running service."""

    def keys(self) -> Sequence[str]:
        """Return the layouts that are defined now, by name."""

    def find(self, key: str) -> HeardLayout | None:
        """Return a layout as it is heard now; None where none has this key."""

    def given(self, key: str) -> Given:
        """Return what the experiment gives of the layout now."""

    def assigning(self) -> str | None:
        """Return the key of the experiment that assigns the calls; None where nothing does."""

    async def sound(self, key: str) -> LayoutSound | None:
        """Return how a layout sounds; None where none has this key. Raises PromptRefused where nothing can be heard."""


class NothingHeard:
    """A service without layouts: implements :class:`HeardLayouts`."""

    def keys(self) -> Sequence[str]:
        """Return none."""
        return ()

    def find(self, key: str) -> HeardLayout | None:  # noqa: ARG002 - as the port has it
        """Know none."""
        return None

    def given(self, key: str) -> Given:  # noqa: ARG002 - as the port has it
        """Give nothing."""
        return Given("", is_running=False, shares=(), asked_after=())

    def assigning(self) -> str | None:
        """Name none."""
        return None

    async def sound(self, key: str) -> LayoutSound | None:  # noqa: ARG002 - as the port has it
        """Play none."""
        return None
