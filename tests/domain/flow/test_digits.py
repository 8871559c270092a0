"""Answers of two keys from presses that may be doubled: the one that was meant, or none; never another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.flow.bounces import CHAIN_MS, WINDOW_MS, BounceGuard
from ivr.domain.flow.digits import Digits
from ivr.domain.flow.events import KeyHeard

TO_TEN = frozenset(map(str, range(11)))
TO_TWELVE = frozenset(map(str, range(13)))


def keyed(text: str, answers: frozenset[str] = TO_TEN, guard: BounceGuard | None = None) -> Digits:
    """Key in ``text``: each character 100 ms after the one before, ``.`` is a second of nothing, ``|`` the time-out."""
    digits, moment_ms = Digits(answers, guard or BounceGuard()), 0
    for character in text:
        if character == "|":
            digits = digits.time_out()
        elif character == ".":
            moment_ms += 1000
        else:
            moment_ms += 100
            digits = digits.hear(KeyHeard(character, moment_ms, moment_ms))
    return digits


KEYED: dict[str, str | None] = {
    "7": "7",
    "0": "0",
    "1|": "1",
    "10": "10",
    "110": "10",
    "1111110": "10",
    "100": "10",
    "1100000": "10",
    "1010100": "10",
    "11|": "1",
    "11111111111|": "1",
    "1.0": "10",
    "1.1": None,
    "15": None,
    "7777": "7",
    "7.7": "7",
    "77.8": "7",
    "#": None,
    "1#": None,
    "|": None,
    "|5": None,
}


@pytest.mark.parametrize("text", KEYED)
def test_a_scale_that_ends_at_ten(text: str) -> None:
    digits = keyed(text)
    assert digits.is_over
    assert digits.answer == KEYED[text]


@pytest.mark.parametrize("text", ["", "1", "11", "1111"])
def test_a_one_waits_for_what_follows(text: str) -> None:
    digits = keyed(text)
    assert (digits.is_over, digits.answer) == (False, None)


KEYED_TO_TWELVE: dict[str, str | None] = {
    "1|": "1",
    "10": "10",
    "12": "12",
    "122": "12",
    "1.1": "11",
    "1.1111": "11",
    # Eleven, or a one that was doubled: nobody knows, so it is neither.
    "11|": None,
    "110": None,
    "112": None,
}


@pytest.mark.parametrize("text", KEYED_TO_TWELVE)
def test_a_scale_that_has_eleven(text: str) -> None:
    digits = keyed(text, TO_TWELVE)
    assert digits.is_over
    assert digits.answer == KEYED_TO_TWELVE[text]


def test_copies_of_the_last_answer_are_no_digit() -> None:
    heard, _ = BounceGuard().hear(KeyHeard("1", -300, -300))
    assert keyed("1111", guard=heard).keyed == ""
    assert keyed("1.10", guard=heard).answer == "10"
    assert keyed("11..10", guard=heard).answer == "10"


def test_a_digit_that_may_be_the_last_answer_s_copy_is_not_guessed() -> None:
    heard, _ = BounceGuard().hear(KeyHeard("0", -300, -300))
    digits = keyed("10", guard=heard)
    assert (digits.is_over, digits.answer) == (True, None)
    assert keyed("1.0", guard=heard).answer == "10"


def test_the_guard_goes_on_hearing_behind_the_end() -> None:
    digits = keyed("10000")
    _, is_copy = digits.guard.hear(KeyHeard("0", 900, 900))
    assert is_copy


counts = st.lists(st.integers(0, 500), max_size=10)


@st.composite
def typed(draw: st.DrawFn, answer: str, width_ms: int) -> list[KeyHeard]:
    """Return the keys of ``answer``, each up to elevenfold, in the order of their moments, between any bounds."""
    moments: list[tuple[int, str]] = []
    down_ms = 0
    for key in answer:
        moments += [(down_ms + copy_ms, key) for copy_ms in (0, *draw(counts))]
        down_ms += draw(st.integers(120, 900))
    slack = st.integers(0, width_ms)
    return [KeyHeard(key, moment - draw(slack), moment + draw(slack)) for moment, key in sorted(moments)]


def heard(answers: frozenset[str], presses: list[KeyHeard]) -> str | None:
    digits = Digits(answers)
    for press in presses:
        digits = digits.hear(press)
    return digits.time_out().answer


@given(st.data(), st.sampled_from(sorted(TO_TEN)), st.sampled_from([0, 50, 5000]))
def test_to_ten_what_was_meant_is_what_is_understood(data: st.DataObject, meant: str, width_ms: int) -> None:
    assert heard(TO_TEN, data.draw(typed(meant, width_ms))) == meant


@given(st.data(), st.sampled_from(sorted(TO_TWELVE)), st.sampled_from([0, 50, 5000]))
def test_to_twelve_it_is_that_or_nothing(data: st.DataObject, meant: str, width_ms: int) -> None:
    assert heard(TO_TWELVE, data.draw(typed(meant, width_ms))) in {meant, None}


@given(st.integers(WINDOW_MS + 1, CHAIN_MS * 3))
def test_a_slow_eleven_is_eleven(gap_ms: int) -> None:
    assert heard(TO_TWELVE, [KeyHeard("1", 0, 0), KeyHeard("1", gap_ms, gap_ms)]) == "11"
