"""Frames: what the service and the process of its pages say to each other, over the pipes between the two.

A frame is its number, its kind and its length, then a pickled value. Pickle is for these two alone: they are one
program, started by one user, and nobody else can write to an inherited pipe.

Answers are trees of frozen dataclasses with slots, thousands of them in one of many agents. Python's own way with these
asks a class for its fields at every object, which was a third of what a page cost the service; here one goes over as
its class and its values, and is made as it was made before.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import IntEnum
from io import BytesIO
from operator import attrgetter
from struct import Struct
from typing import Any

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
    written = BytesIO()
    _Pickler(written, pickle.HIGHEST_PROTOCOL).dump(value)
    return written.getvalue()


def pickled_refusal(fault: IvrError) -> bytes:
    """Return a refusal as a payload; one that cannot be made again from its sentence becomes a plain one."""
    payload = pickled(fault)
    try:
        pickle.loads(payload)  # noqa: S301 - made the line before
    except TypeError:
        return pickled(DatabaseRefused(str(fault)))
    return payload


class _Readers(dict[type, Callable[[object], tuple[object, ...]] | None]):
    """What reads the values that make an object of a class again, by class; None where they alone do not."""

    def __missing__(self, cls: type) -> Callable[[object], tuple[object, ...]] | None:
        self[cls] = _reader_of(cls)
        return self[cls]


_readers = _Readers()


class _Pickler(pickle.Pickler):
    """Writes a dataclass with slots as a call of its class."""

    def reducer_override(self, made: Any) -> Any:  # noqa: ANN401 - as pickle has it
        read = _readers[type(made)]
        return NotImplemented if read is None else (type(made), read(made))


def _reader_of(cls: type) -> Callable[[object], tuple[object, ...]] | None:
    if not is_dataclass(cls) or "__slots__" not in vars(cls) or cls.__reduce__ is not object.__reduce__:
        return None
    names = [each.name for each in fields(cls) if each.init and not each.kw_only]
    if not names or len(names) != len(fields(cls)):
        return None
    read = attrgetter(*names)
    return read if len(names) > 1 else lambda made: (read(made),)
