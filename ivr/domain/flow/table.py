"""The rating flow as one table: in which phase which event leads where.

Everything that decides about the flow stands in this file; an event that a phase has no row for is an
error and changes nothing. ``docs/flow.md`` is generated from the table.

A caller is LISTENING while anything is played that a key can answer, the farewell included: a valid key is
taken to the last moment. The first valid key is KEPT (made durable) before the caller is THANKED; later
keys are stored as presses by the use case and change nothing here. A key that could be a copy of an earlier press
(``bounces.py``) is a COPY, whichever key it is: it answers nothing and uses up no try.
"""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What the flow is waiting for."""

    LISTENING = "listening"
    KEEPING = "keeping"
    THANKING = "thanking"
    ENDED = "ended"


class Trigger(StrEnum):
    """An event as the table sees it: a key is a copy, or valid, wrong or the opt-out key of this layout."""

    PLAYED = "played"
    VALID_KEY = "valid_key"
    OPT_OUT_KEY = "opt_out_key"
    WRONG_KEY = "wrong_key"
    COPY = "copy"
    ANSWER_KEPT = "answer_kept"
    CALLER_LEFT = "caller_left"
    LINE_LOST = "line_lost"
    PROMPT_FAILED = "prompt_failed"


class Move(StrEnum):
    """What the machine does; each is one method of it."""

    ADVANCE = "advance"
    KEEP = "keep"
    DECLINE = "decline"
    EXPLAIN = "explain"
    THANK = "thank"
    LEAVE = "leave"
    LOSE = "lose"
    GIVE_UP = "give_up"
    CONCLUDE = "conclude"
    STAY = "stay"
    DISREGARD = "disregard"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    phase: Phase
    trigger: Trigger
    move: Move
    then: frozenset[Phase]


def _row(phase: Phase, trigger: Trigger, move: Move, *then: Phase) -> Row:
    return Row(phase, trigger, move, frozenset(then))


_L, _K, _T, _E = Phase.LISTENING, Phase.KEEPING, Phase.THANKING, Phase.ENDED

ROWS: tuple[Row, ...] = (
    _row(_L, Trigger.PLAYED, Move.ADVANCE, _L, _E),
    _row(_L, Trigger.VALID_KEY, Move.KEEP, _K),
    _row(_L, Trigger.OPT_OUT_KEY, Move.DECLINE, _L, _E),
    _row(_L, Trigger.WRONG_KEY, Move.EXPLAIN, _L, _E),
    _row(_L, Trigger.COPY, Move.DISREGARD, _L, _E),
    _row(_L, Trigger.CALLER_LEFT, Move.LEAVE, _E),
    _row(_L, Trigger.LINE_LOST, Move.LOSE, _E),
    _row(_L, Trigger.PROMPT_FAILED, Move.GIVE_UP, _E),
    _row(_K, Trigger.ANSWER_KEPT, Move.THANK, _T),
    _row(_K, Trigger.VALID_KEY, Move.STAY, _K),
    _row(_K, Trigger.OPT_OUT_KEY, Move.STAY, _K),
    _row(_K, Trigger.WRONG_KEY, Move.STAY, _K),
    _row(_K, Trigger.COPY, Move.STAY, _K),
    _row(_T, Trigger.PLAYED, Move.CONCLUDE, _E),
    _row(_T, Trigger.VALID_KEY, Move.CONCLUDE, _E),
    _row(_T, Trigger.OPT_OUT_KEY, Move.CONCLUDE, _E),
    _row(_T, Trigger.WRONG_KEY, Move.CONCLUDE, _E),
    _row(_T, Trigger.COPY, Move.CONCLUDE, _E),
    _row(_T, Trigger.CALLER_LEFT, Move.CONCLUDE, _E),
    _row(_T, Trigger.LINE_LOST, Move.CONCLUDE, _E),
    _row(_T, Trigger.PROMPT_FAILED, Move.CONCLUDE, _E),
    _row(_E, Trigger.VALID_KEY, Move.STAY, _E),
    _row(_E, Trigger.OPT_OUT_KEY, Move.STAY, _E),
    _row(_E, Trigger.WRONG_KEY, Move.STAY, _E),
    _row(_E, Trigger.COPY, Move.STAY, _E),
    _row(_E, Trigger.CALLER_LEFT, Move.STAY, _E),
)

TABLE: dict[tuple[Phase, Trigger], Row] = {(row.phase, row.trigger): row for row in ROWS}
