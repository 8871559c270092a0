"""Recovery: the primary answer out of stored presses, where the service could not say it itself.

The presses are keyed anew, as the question took them: copies are passed over, an answer of two keys waits for its
second one as long as the caller was waited for, and what is no answer is forgotten. Where the service died in that
wait nobody knows whether the 1 was to become a 10: it is no answer then, as the worst rating could stand where the
best was meant.
"""

from collections.abc import Sequence

from ivr.domain.calls import PRIMARY_QUESTION, Press
from ivr.domain.flow.digits import Digits
from ivr.domain.flow.events import KeyHeard
from ivr.domain.flow.question import answers_of
from ivr.domain.flow.script import second_key_seconds
from ivr.domain.layouts import Layout


def keyed_answer(presses: Sequence[Press], layout: Layout, *, has_ended: bool = False) -> tuple[str, Press] | None:
    """Return the first answer to the primary question and its first press; None where there is none.

    A first key that might have become an answer of two counts where the wait for the second was over: the question
    ``has_ended``, or something was pressed later. Presses of which nobody knows the question count: they came behind
    the last that the service saw.
    """
    digits, first, last = Digits(answers_of(layout)), None, None
    is_waited_out = has_ended
    for press in presses:
        if press.question not in {None, PRIMARY_QUESTION}:
            is_waited_out = True
            continue
        if first is not None and _is_late(press, last, layout):
            is_waited_out = True
            break
        digits = digits.hear(KeyHeard(press.key, press.lo_ms, press.hi_ms))
        if digits.answer is not None:
            return digits.answer, first or press
        if digits.is_over:
            digits, first = Digits(digits.answers, digits.guard), None
        elif digits.keyed and first is None:
            first = press
        last = press
    answer = digits.time_out().answer if is_waited_out else None
    return None if answer is None or first is None else (answer, first)


def _is_late(press: Press, last: Press | None, layout: Layout) -> bool:
    """Say whether ``press`` came when a second key was not waited for any more."""
    if press.lo_ms is None or last is None or last.hi_ms is None:
        return False
    return press.lo_ms - last.hi_ms > 1000 * second_key_seconds(layout)
