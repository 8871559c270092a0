"""Key roles: what each key that was heard did in the call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.calls import PRIMARY_QUESTION, Answer, Press
from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.events import KeyHeard
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome


class KeyRole(StrEnum):
    """What a key did; HEARD where nobody knows the layout that it was pressed in."""

    ANSWER = "answer"
    COPY = "copy"
    OPT_OUT = "opt_out"
    REPEAT = "repeat"
    WRONG = "wrong"
    AFTERWARDS = "afterwards"
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class KeyPlayed:
    """A press with what it did."""

    press: Press
    role: KeyRole


def key_roles(
    presses: Sequence[Press], answers: Mapping[str, Answer], layouts: Mapping[str, Layout]
) -> tuple[KeyPlayed, ...]:
    """Return each press with its role; ``answers`` and ``layouts`` are by question.

    A press of which nobody knows the question is taken for one of the primary question.
    """
    guard, wanted = BounceGuard(), {question: _keyed(answer) for question, answer in answers.items()}
    found: list[KeyPlayed] = []
    for press in presses:
        question = press.question or PRIMARY_QUESTION
        guard, is_copy = guard.hear(KeyHeard(press.key, press.lo_ms, press.hi_ms))
        rest = wanted.get(question, "")
        if rest and press.key == rest[0] and not is_copy:
            wanted[question] = rest[1:]
            role = KeyRole.ANSWER
        elif is_copy:
            role = KeyRole.COPY
        else:
            is_answered = bool(_keyed(answers[question])) and not rest if question in answers else False
            role = _role(press.key, layouts.get(question), is_answered=is_answered)
        found.append(KeyPlayed(press, role))
    return tuple(found)


def _keyed(answer: Answer) -> str:
    return answer.key or "" if answer.status is Outcome.RATED else ""


def _role(key: str, layout: Layout | None, *, is_answered: bool) -> KeyRole:
    if is_answered:
        return KeyRole.AFTERWARDS
    if layout is None:
        return KeyRole.HEARD
    if key == layout.opt_out_key:
        return KeyRole.OPT_OUT
    return KeyRole.REPEAT if key == layout.repeat_key else KeyRole.WRONG
