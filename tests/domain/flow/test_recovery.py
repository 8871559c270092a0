"""The primary answer out of stored presses: as the question would have taken it."""

from dataclasses import replace

import pytest

from ivr.domain.calls import CONFIRMATION, PRIMARY_QUESTION, Press
from ivr.domain.flow.recovery import keyed_answer
from ivr.domain.flow.script import SECOND_KEY_SECONDS
from ivr.domain.layouts import Layout
from tests.specimens import CALL, layout, recommend

LATE_MS = round(SECOND_KEY_SECONDS * 1000) + 1


def presses(*told: tuple[str, int | None] | tuple[str, int | None, str | None]) -> list[Press]:
    return [
        Press(CALL, number, key, moment, moment, *(rest or (PRIMARY_QUESTION,)))
        for number, (key, moment, *rest) in enumerate(told, start=1)
    ]


FOUND: dict[str, tuple[Layout, list[Press], str | None, int]] = {
    "nothing": (layout(), [], None, 0),
    "the first valid one": (layout(), presses(("7", 0), ("2", 900), ("1", 2000)), "2", 2),
    "one whose moment nobody saw": (layout(), presses(("2", None)), "2", 1),
    "none that was meant for another question": (
        layout(),
        presses(("7", 0), ("1", 5000, "solved-12"), ("2", 8000, CONFIRMATION)),
        None,
        0,
    ),
    "one of which nobody knows the question": (layout(), presses(("7", 0), ("3", None, None)), "3", 2),
    "ten by two keys": (recommend(), presses(("1", 100), ("0", 700)), "10", 1),
    "ten by the star": (recommend(), presses(("*", 100)), "*", 1),
    "ten, each key doubled": (recommend(), presses(("1", 100), ("1", 300), ("0", 700), ("0", 900)), "10", 1),
    "ten, of unknown moments": (recommend(), presses(("1", None), ("0", None)), "10", 1),
    "one, and nobody knows for how long": (recommend(), presses(("1", 100)), None, 0),
    "one, and a key to the next question": (recommend(), presses(("1", 100), ("2", 9000, CONFIRMATION)), "1", 1),
    "one, and a nought that came too late": (recommend(), presses(("1", 100), ("0", 100 + LATE_MS)), "1", 1),
    "one, and a nought in time": (recommend(), presses(("1", 100), ("0", 99 + LATE_MS)), "10", 1),
    "a copy begins the wait anew": (recommend(), presses(("1", 0), ("1", 500), ("0", 450 + LATE_MS)), "10", 1),
    "seventeen is nothing": (recommend(), presses(("1", 0), ("7", 900), ("8", 4000)), "8", 3),
    "one and the opt-out key": (recommend(), presses(("1", 0), ("#", 900)), None, 0),
    "two, which needs no second key": (recommend(), presses(("2", 0), ("0", 100)), "2", 1),
    "a short patience": (
        replace(recommend(), timeout_seconds=1.0),
        presses(("1", 0), ("0", 1001)),
        "1",
        1,
    ),
}  # fmt: skip


def test_one_is_an_answer_where_the_question_has_ended() -> None:
    found = keyed_answer(presses(("1", 100)), recommend(), has_ended=True)
    assert found is not None
    assert (found[0], found[1].number) == ("1", 1)


@pytest.mark.parametrize("what", FOUND)
def test_it_finds(what: str) -> None:
    asked, heard, answer, number = FOUND[what]
    found = keyed_answer(heard, asked)
    assert ((None, 0) if found is None else (found[0], found[1].number)) == (answer, number)
