"""Copies of one press: known as such whatever their bounds, in one question, in two, and never more than that."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.flow.bounces import CHAIN_MS, MOST_IN_CHAIN, WINDOW_MS, BounceGuard
from ivr.domain.flow.commands import Finish, KeepAnswer
from ivr.domain.flow.events import AnswerKept, Event, KeyHeard, Played
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.table import Phase
from ivr.domain.layouts import DTMF_KEYS, Layout
from ivr.domain.outcomes import Outcome
from tests.specimens import layout, version


def at(moment_ms: int, key: str = "1") -> KeyHeard:
    return KeyHeard(key, moment_ms, moment_ms)


def within(lo_ms: int, hi_ms: int, key: str = "1") -> KeyHeard:
    return KeyHeard(key, lo_ms, hi_ms)


UNSEEN = KeyHeard("1", None, None)

HEARD: dict[str, tuple[list[KeyHeard], list[bool]]] = {
    "one press": ([at(0)], [False]),
    "a nervous finger": ([at(0), at(250)], [False, True]),
    "eleven of one press": ([at(50 * n) for n in range(11)], [False] + [True] * 10),
    "a nervous finger on a faulty line": (
        [at(250 * press + 45 * n) for press in range(2) for n in range(11)],
        [False] + [True] * 21,
    ),
    "at the window's end": ([at(0), at(WINDOW_MS)], [False, True]),
    "past the window": ([at(0), at(WINDOW_MS + 1)], [False, False]),
    "from copy to copy": ([at(0), at(500), at(1000)], [False, True, True]),
    "the chain has an end": ([at(0), at(500), at(1000), at(1500), at(1600)], [False, True, True, False, True]),
    "at the chain's end": ([at(0), at(600), at(CHAIN_MS), at(CHAIN_MS + 1)], [False, True, True, False]),
    "slow and deliberate": ([at(2000 * n) for n in range(4)], [False] * 4),
    "another key": ([at(0), at(10, "2")], [False, False]),
    "two keys whose copies are mixed": (
        [at(0), at(200, "0"), at(210), at(260, "0"), at(310), at(320, "0")],
        [False, False, True, True, True, True],
    ),
    "wide bounds that reach the window": ([at(0), within(500, 9000)], [False, True]),
    "wide bounds that do not": ([at(0), within(WINDOW_MS + 1, 9000)], [False, False]),
    "in one prompt that no key cuts short": ([within(0, 5000), within(0, 5000), within(0, 5000)], [False, True, True]),
    "in one prompt and the next": (
        [within(0, 5000), within(5000, 9000), within(9000, 12_000)],
        [False, True, False],
    ),
    "found when the caller had left": ([at(0), UNSEEN, UNSEEN], [False, True, True]),
    "after one that nobody saw": ([UNSEEN, at(60_000)], [False, True]),
    "another one that nobody saw": ([at(0), KeyHeard("2", None, None)], [False, False]),
    "whatever the clock says": ([at(0)] * (MOST_IN_CHAIN + 2), [False] + [True] * (MOST_IN_CHAIN - 1) + [False, True]),
}


@pytest.mark.parametrize("what", HEARD)
def test_what_is_a_copy(what: str) -> None:
    presses, expected = HEARD[what]
    assert listen(BounceGuard(), presses)[1] == expected


def listen(guard: BounceGuard, presses: list[KeyHeard]) -> tuple[BounceGuard, list[bool]]:
    said = []
    for press in presses:
        guard, is_copy = guard.hear(press)
        said.append(is_copy)
    return guard, said


@dataclass(frozen=True)
class Train:
    """One press with its copies, as they really came and as they were heard."""

    moments: tuple[int, ...]
    heard: tuple[KeyHeard, ...]


@st.composite
def trains(draw: st.DrawFn, keys: str = DTMF_KEYS, width_ms: int = 6000) -> Train:
    """Return up to eleven of one press within half a second, each known between any bounds around its moment."""
    key = draw(st.sampled_from(keys))
    moments = sorted(draw(st.lists(st.integers(0, 500), min_size=1, max_size=11)))
    slack = st.integers(0, width_ms)
    heard = tuple(KeyHeard(key, moment - draw(slack), moment + draw(slack)) for moment in moments)
    return Train(tuple(moments), heard)


@given(trains())
def test_of_one_press_all_but_the_first_are_copies_whatever_their_bounds(train: Train) -> None:
    assert listen(BounceGuard(), list(train.heard))[1] == [False] + [True] * (len(train.heard) - 1)


@given(st.lists(st.tuples(st.sampled_from("123"), st.integers(WINDOW_MS + 1, 5000)), max_size=20))
def test_presses_that_are_surely_apart_all_count(slow: list[tuple[str, int]]) -> None:
    moment_ms, presses = 0, []
    for key, gap_ms in slow:
        moment_ms += gap_ms
        presses.append(at(moment_ms, key))
    assert listen(BounceGuard(), presses)[1] == [False] * len(presses)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=200))
def test_somebody_who_goes_on_pressing_is_heard_again(gaps: list[int]) -> None:
    moments = [sum(gaps[: number + 1]) for number in range(len(gaps))]
    said = listen(BounceGuard(), [at(moment) for moment in moments])[1]
    counted = [moment for moment, is_copy in zip(moments, said, strict=True) if not is_copy]
    for began, after in zip(counted, [*counted[1:], None], strict=True):
        in_chain = [moment for moment in moments if moment >= began and (after is None or moment < after)]
        assert in_chain[-1] - began <= CHAIN_MS


keys_of_a_question = st.sampled_from([("1", "2", "3"), ("4", "5", "6"), ("3", "2", "1"), ("1", "5", "9")])


@st.composite
def questions(draw: st.DrawFn) -> Layout:
    """Return a question with some keys and one to decline, so that what answers one may decline the next."""
    spoken = layout(barge_in=draw(st.booleans()), max_tries=draw(st.integers(1, 3)), opt_out_key=None)
    keys = draw(keys_of_a_question)
    options = tuple(
        type(option)(key, option.category, option.prompt) for option, key in zip(spoken.options, keys, strict=True)
    )
    free = sorted({"1", "4", "7", "0"} - set(keys))
    return type(spoken)(
        **{name: getattr(spoken, name) for name in spoken.__slots__ if name not in {"options", "opt_out_key"}},
        options=options,
        opt_out_key=draw(st.sampled_from([None, *free])),
    )


def walk(flow: Flow, events: list[Event]) -> Flow:
    """Give the keys one by one, keep an answer at once; stop where the events end."""
    for event in events:
        if flow.phase is Phase.KEEPING:
            flow = flow.step(AnswerKept())
        if flow.phase is Phase.ENDED:
            return flow.step(event) if isinstance(event, KeyHeard) else flow
        flow = flow.step(event)
    return flow


@given(questions(), questions(), trains(width_ms=0), st.integers(0, 11), st.data())
def test_one_press_answers_one_question(
    first: Layout, second: Layout, train: Train, cut: int, data: st.DataObject
) -> None:
    """The copies that come too late for the first question answer, decline and spoil nothing in the second."""
    key = data.draw(st.sampled_from([option.press for option in first.options]))
    heard = [at(moment, key) for moment in train.moments]
    asked = walk(Flow.begin(version(first), 0.0), [*heard[: max(cut, 1)]])
    assert asked.answer is not None
    assert asked.answer.key == key
    again = Flow.begin(version(second), guard=asked.guard)
    after = walk(again, [*heard[max(cut, 1) :]])
    assert (after.answer, after.declined, after.wrong_keys, after.readings) == (None, False, 0, 1)
    wanted = data.draw(st.sampled_from([option.press for option in second.options]))
    in_earnest = walk(after, [at(train.moments[-1] + CHAIN_MS + WINDOW_MS, wanted)])
    assert isinstance(in_earnest.command, KeepAnswer)
    assert in_earnest.command.key == wanted


@given(questions(), trains(keys="8"), st.integers(1, 4))
def test_eleven_of_a_wrong_key_use_up_one_try(spoken: Layout, train: Train, times: int) -> None:
    flow = Flow.begin(version(spoken), 0.0)
    for number in range(times):
        later_ms = 20_000 * number
        flow = walk(flow, [KeyHeard("8", press.lo_ms + later_ms, press.hi_ms + later_ms) for press in train.heard])
        if flow.phase is Phase.ENDED:
            assert isinstance(flow.command, Finish)
            assert flow.command.status is Outcome.INVALID_KEYS
            return
        assert flow.wrong_keys == number + 1


def test_what_a_copy_cuts_short_is_played_again_and_what_it_does_not_is_not() -> None:
    heard, _ = BounceGuard().hear(at(0))
    cut_short = Flow.begin(version(layout()), guard=heard)
    assert cut_short.step(at(100)).command == cut_short.command
    to_its_end = Flow.begin(version(layout(barge_in=False)), guard=heard)
    after = to_its_end.step(within(100, 3000))
    assert after.command == to_its_end.step(Played()).command
    assert after.step(within(100, 3000)).command == after.command, "two keys of one prompt do not skip the next"
