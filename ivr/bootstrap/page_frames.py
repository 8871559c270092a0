"""Frames: what the service and the process of its pages say to each other, over the pipes between the two.

A frame is its number, its kind and its length, then a pickled value. Pickle is for these two alone: they are one
program, started by one user, and nobody else can write to an inherited pipe.
"""

import pickle
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

from ivr.errors import DatabaseRefused, IvrError
from ivr.settings import Settings

HEADER = Struct("!QBI")


class Kind(IntEnum):
    """What a frame holds."""

    GIVEN = 1
    """To the process: what it is to answer by from now on."""
    QUESTION = 2
    """To the process: a question, under a number."""
    ANSWER = 3
    """From the process: the answer to the question of that number."""
    REFUSAL = 4
    """From the process: the IvrError that the question of that number has met."""
    FAULT = 5
    """From the process: the question of that number has met a fault, which is in the log."""
    NEWS = 6
    """From the process: there are new figures."""
    LOOK = 7
    """To the process: the service has just changed the ledger."""
    PING = 8
    """To the process: it is to say that it is there."""
    PONG = 9
    """From the process: it is."""


@dataclass(frozen=True, slots=True)
class Given:
    """What questions are answered by, beside the ledger.

    ``definitions`` is another number whenever files were read anew, ``trouble`` why the last fit failed.
    """

    settings: Settings
    definitions: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; ``payload`` is pickled."""

    kind: Kind
    number: int
    payload: bytes

    @property
    def value(self) -> object:
        """What was pickled."""
        return pickle.loads(self.payload)  # noqa: S301 - of this very program, see above

    def written(self) -> bytes:
        """Return the frame as it goes over the pipe."""
        return HEADER.pack(self.number, self.kind, len(self.payload)) + self.payload


def pickled(value: object) -> bytes:
    """Return ``value`` as a frame's payload."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def pickled_refusal(fault: IvrError) -> bytes:
    """Return a refusal as a payload; one that cannot be made again from its sentence becomes a plain one."""
    payload = pickled(fault)
    try:
        pickle.loads(payload)  # noqa: S301 - made the line before
    except TypeError:
        return pickled(DatabaseRefused(str(fault)))
    return payload
