"""The interview as a table: what follows when a question, a comment or the line ends, and when the call is over.

The primary question comes first; nothing is asked of a caller who has not answered it. A further question that is
given up after wrong keys is passed over; a caller who says nothing to one is taken to have gone, and is thanked. In
between lies the machine of one question (``table.py``), whose end is an event here. ``docs/flow.md`` is generated
from both tables.
"""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """Which part of the call the caller is in."""

    PRIMARY = "primary"
    CONFIRMATION = "confirmation"
    FURTHER = "further"
    COMMENT = "comment"
    RECORDING = "recording"
    KEEPING = "keeping"
    PARTING = "parting"
    ENDED = "ended"


class Cause(StrEnum):
    """What happened: the first four are how a question ended."""

    ANSWERED = "answered"
    NOT_UNDERSTOOD = "not_understood"
    SILENT = "silent"
    DECLINED = "declined"
    PLAYED = "played"
    KEY = "key"
    OPT_OUT_KEY = "opt_out_key"
    COPY = "copy"
    RECORDED = "recorded"
    COMMENT_KEPT = "comment_kept"
    CALLER_LEFT = "caller_left"
    LINE_LOST = "line_lost"
    PROMPT_FAILED = "prompt_failed"


class Act(StrEnum):
    """What the interview does; each is one function of it."""

    GO_ON = "go_on"
    PART = "part"
    CLOSE = "close"
    RECORD = "record"
    KEEP = "keep"
    DECLINE = "decline"
    DISREGARD = "disregard"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Turn:
    """One row of the table."""

    part: Part
    cause: Cause
    act: Act
    then: frozenset[Part]


def _turn(part: Part, cause: Cause, act: Act, *then: Part) -> Turn:
    return Turn(part, cause, act, frozenset(then))


_ONWARDS = (Part.FURTHER, Part.COMMENT, Part.PARTING)
_KEYS = (Cause.KEY, Cause.OPT_OUT_KEY, Cause.COPY)

TURNS: tuple[Turn, ...] = (
    _turn(Part.PRIMARY, Cause.ANSWERED, Act.GO_ON, Part.CONFIRMATION, *_ONWARDS),
    *(
        _turn(Part.PRIMARY, cause, Act.CLOSE, Part.ENDED)
        for cause in (
            *(Cause.NOT_UNDERSTOOD, Cause.SILENT, Cause.DECLINED),
            *(Cause.CALLER_LEFT, Cause.LINE_LOST, Cause.PROMPT_FAILED),
        )
    ),
    *(
        turn
        for part in (Part.CONFIRMATION, Part.FURTHER)
        for turn in (
            _turn(part, Cause.ANSWERED, Act.GO_ON, *_ONWARDS),
            _turn(part, Cause.NOT_UNDERSTOOD, Act.GO_ON, *_ONWARDS),
            _turn(part, Cause.SILENT, Act.PART, Part.PARTING),
            _turn(part, Cause.DECLINED, Act.CLOSE, Part.ENDED),
            _turn(part, Cause.CALLER_LEFT, Act.CLOSE, Part.ENDED),
            _turn(part, Cause.LINE_LOST, Act.CLOSE, Part.ENDED),
            _turn(part, Cause.PROMPT_FAILED, Act.PART, Part.PARTING),
        )
    ),
    _turn(Part.COMMENT, Cause.PLAYED, Act.RECORD, Part.RECORDING),
    _turn(Part.COMMENT, Cause.KEY, Act.RECORD, Part.RECORDING),
    _turn(Part.COMMENT, Cause.OPT_OUT_KEY, Act.DECLINE, Part.PARTING),
    _turn(Part.COMMENT, Cause.COPY, Act.DISREGARD, Part.COMMENT, Part.RECORDING),
    _turn(Part.COMMENT, Cause.CALLER_LEFT, Act.CLOSE, Part.ENDED),
    _turn(Part.COMMENT, Cause.LINE_LOST, Act.CLOSE, Part.ENDED),
    _turn(Part.COMMENT, Cause.PROMPT_FAILED, Act.PART, Part.PARTING),
    _turn(Part.RECORDING, Cause.RECORDED, Act.KEEP, Part.KEEPING, *_ONWARDS),
    *(_turn(Part.RECORDING, key, Act.STAY, Part.RECORDING) for key in _KEYS),
    _turn(Part.RECORDING, Cause.CALLER_LEFT, Act.CLOSE, Part.ENDED),
    _turn(Part.RECORDING, Cause.LINE_LOST, Act.CLOSE, Part.ENDED),
    _turn(Part.RECORDING, Cause.PROMPT_FAILED, Act.GO_ON, *_ONWARDS),
    _turn(Part.KEEPING, Cause.COMMENT_KEPT, Act.GO_ON, *_ONWARDS),
    *(_turn(Part.KEEPING, key, Act.STAY, Part.KEEPING) for key in _KEYS),
    *(
        _turn(Part.PARTING, cause, Act.CLOSE, Part.ENDED)
        for cause in (Cause.PLAYED, *_KEYS, Cause.CALLER_LEFT, Cause.LINE_LOST, Cause.PROMPT_FAILED)
    ),
    *(_turn(Part.ENDED, cause, Act.STAY, Part.ENDED) for cause in (*_KEYS, Cause.CALLER_LEFT)),
)

TURN: dict[tuple[Part, Cause], Turn] = {(turn.part, turn.cause): turn for turn in TURNS}
