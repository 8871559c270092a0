"""One question's flow as a table: in which phase which event leads where.

Everything that decides about a question stands in this file; an event that a phase has no row for is an
error and changes nothing. Which question follows which stands in ``interview_table.py``; ``docs/flow.md`` is
generated from both.

A caller is LISTENING while anything is played that a key can answer, the farewell included: a valid key is
taken to the last moment. A first key that may become an answer of two is COLLECTED until a second one comes, or
silence, or the caller leaves. The answer is KEPT (made durable) before the question ends; later keys are stored as
presses by the use case and change nothing here. A key that could be a copy of an earlier press (``bounces.py``) is a
COPY, whichever key it is: it answers nothing and uses up no try. So is one that could correct the answer before.
"""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What the question is waiting for."""

    LISTENING = "listening"
    COLLECTING = "collecting"
    KEEPING = "keeping"
    ENDED = "ended"


class Trigger(StrEnum):
    """An event as the table sees it: what a key is depends on the layout and on what was keyed before it."""

    PLAYED = "played"
    VALID_KEY = "valid_key"
    FIRST_KEY = "first_key"
    REPEAT_KEY = "repeat_key"
    OPT_OUT_KEY = "opt_out_key"
    WRONG_KEY = "wrong_key"
    COPY = "copy"
    ANSWER_KEPT = "answer_kept"
    CALLER_LEFT = "caller_left"
    LINE_LOST = "line_lost"
    PROMPT_FAILED = "prompt_failed"


class Move(StrEnum):
    """What the machine does; each is one function of it."""

    ADVANCE = "advance"
    COLLECT = "collect"
    DECIDE = "decide"
    KEEP = "keep"
    REPEAT = "repeat"
    DECLINE = "decline"
    EXPLAIN = "explain"
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


_L, _C, _K, _E = Phase.LISTENING, Phase.COLLECTING, Phase.KEEPING, Phase.ENDED

ROWS: tuple[Row, ...] = (
    _row(_L, Trigger.PLAYED, Move.ADVANCE, _L, _E),
    _row(_L, Trigger.VALID_KEY, Move.KEEP, _K),
    _row(_L, Trigger.FIRST_KEY, Move.COLLECT, _C),
    _row(_L, Trigger.REPEAT_KEY, Move.REPEAT, _L),
    _row(_L, Trigger.OPT_OUT_KEY, Move.DECLINE, _L, _E),
    _row(_L, Trigger.WRONG_KEY, Move.EXPLAIN, _L, _E),
    _row(_L, Trigger.COPY, Move.DISREGARD, _L, _E),
    _row(_L, Trigger.CALLER_LEFT, Move.LEAVE, _E),
    _row(_L, Trigger.LINE_LOST, Move.LOSE, _E),
    _row(_L, Trigger.PROMPT_FAILED, Move.GIVE_UP, _E),
    _row(_C, Trigger.PLAYED, Move.DECIDE, _K, _L, _E),
    _row(_C, Trigger.VALID_KEY, Move.KEEP, _K),
    _row(_C, Trigger.REPEAT_KEY, Move.REPEAT, _L),
    _row(_C, Trigger.OPT_OUT_KEY, Move.DECLINE, _L, _E),
    _row(_C, Trigger.WRONG_KEY, Move.EXPLAIN, _L, _E),
    _row(_C, Trigger.COPY, Move.STAY, _C),
    _row(_C, Trigger.CALLER_LEFT, Move.DECIDE, _K, _E),
    _row(_C, Trigger.LINE_LOST, Move.DECIDE, _K, _E),
    _row(_C, Trigger.PROMPT_FAILED, Move.DECIDE, _K, _E),
    _row(_K, Trigger.ANSWER_KEPT, Move.CONCLUDE, _E),
    *(
        _row(phase, trigger, Move.STAY, phase)
        for phase in (_K, _E)
        for trigger in (
            Trigger.VALID_KEY,
            Trigger.FIRST_KEY,
            Trigger.REPEAT_KEY,
            Trigger.OPT_OUT_KEY,
            Trigger.WRONG_KEY,
            Trigger.COPY,
        )
    ),
)

TABLE: dict[tuple[Phase, Trigger], Row] = {(row.phase, row.trigger): row for row in ROWS}
