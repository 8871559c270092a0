"""Whatever a caller does: the flow ends, once, and no valid key is lost."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.commands import Finish, Hush, KeepAnswer, Play
from ivr.domain.flow.events import AnswerKept, CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.table import Phase
from ivr.domain.layouts import DTMF_KEYS, MOST_TRIES, Layout
from ivr.domain.outcomes import Outcome
from tests.specimens import layout, version

layouts = st.builds(
    layout,
    pause_seconds=st.sampled_from([0.0, 3.0]),
    max_tries=st.integers(1, MOST_TRIES),
    barge_in=st.booleans(),
    opt_out_key=st.sampled_from([None, "9", "#"]),
)


@st.composite
def presses(draw: st.DrawFn) -> list[Event]:
    """Return one press of any key and copies of it; the moments count from the key before."""
    key = draw(st.sampled_from(DTMF_KEYS + "A"))
    width_ms = draw(st.sampled_from([0, 0, 60, 3000]))
    heard_ms = draw(st.none() | st.integers(0, 4000))
    gaps = [draw(st.integers(0, 4000)), *draw(st.lists(st.integers(0, 900), max_size=3))]
    return [KeyHeard(key, gap_ms, gap_ms + width_ms, heard_ms) for gap_ms in gaps]


def in_order(parts: list[list[Event]]) -> list[Event]:
    """Put the moments of the keys one after the other, as a line tells them."""
    events: list[Event] = []
    now_ms = -2000
    for event in (event for part in parts for event in part):
        told = event
        if isinstance(event, KeyHeard) and event.lo_ms is not None and event.hi_ms is not None:
            told = replace(event, lo_ms=now_ms + event.lo_ms, hi_ms=now_ms + event.hi_ms)
            now_ms += event.lo_ms
        events.append(told)
    return events


ends: st.SearchStrategy[list[Event]] = st.sampled_from([[CallerLeft()], [LineLost()], [PromptFailed()]])
happenings = st.lists(st.just([Played()]) | presses() | ends | st.just([Played()]), max_size=40).map(in_order)
keys = st.lists(presses(), min_size=1, max_size=8).map(in_order)


def converse(spoken: Layout, delay_seconds: float, events: list[Event], guard: BounceGuard | None = None) -> list[Flow]:
    """Give ``events`` as a line would, one for each command that plays; a caller who does nothing more hears it out."""
    flow = Flow.begin(version(spoken), delay_seconds, guard)
    states = [flow]
    waiting = list(events)
    while flow.phase is not Phase.ENDED:
        match flow.command:
            case KeepAnswer():
                flow = flow.step(AnswerKept())
            case Play() | Hush():
                flow = flow.step(waiting.pop(0) if waiting else Played())
            case Finish():
                raise AssertionError("Finish before the end")
        states.append(flow)
        assert len(states) < longest(spoken) + copies(events, guard), "the flow does not end"
    return states


def longest(spoken: Layout) -> int:
    """Return more steps than any caller can make of ``spoken``: all readings, the farewells, the answer, the thanks."""
    reading = 1 + 2 * len(spoken.options)
    return 2 + spoken.max_tries * (reading + 1) + 8


def copies(events: list[Event], guard: BounceGuard | None = None) -> int:
    """Return how many of ``events`` could be copies; what each has cut short is played again."""
    guard, count = guard or BounceGuard(), 0
    for event in events:
        if isinstance(event, KeyHeard):
            guard, is_copy = guard.hear(event)
            count += is_copy
    return count


@given(layouts, st.sampled_from([0.0, 2.0]), happenings)
def test_it_ends_within_a_bound_with_exactly_one_finish(spoken: Layout, delay: float, events: list[Event]) -> None:
    states = converse(spoken, delay, events)
    assert [isinstance(flow.command, Finish) for flow in states] == [False] * (len(states) - 1) + [True]


@given(layouts, st.sampled_from([0.0, 2.0]), happenings)
def test_the_first_valid_key_is_the_answer(spoken: Layout, delay: float, events: list[Event]) -> None:
    states = converse(spoken, delay, events)
    pairs = itertools.pairwise(states)
    taken = next((after.answer for before, after in pairs if before.answer is None and after.answer), None)
    first_valid = _first_valid_before_the_end(spoken, delay, events)
    assert (None if taken is None else taken.key) == first_valid
    finish = states[-1].command
    assert isinstance(finish, Finish)
    assert (finish.status is Outcome.RATED) == (first_valid is not None)


def _first_valid_before_the_end(spoken: Layout, delay: float, events: list[Event]) -> str | None:
    """Walk again, only to see which events came before the end."""
    flow = Flow.begin(version(spoken), delay)
    for event in events:
        if flow.phase is not Phase.LISTENING:
            return None
        if isinstance(event, KeyHeard) and spoken.category_of(event.key) is not None:
            return event.key
        flow = flow.step(event)
    return None


@given(layouts, st.sampled_from([0.0, 2.0]), happenings)
def test_options_heard_only_grow_and_never_pass_the_menu(spoken: Layout, delay: float, events: list[Event]) -> None:
    heard = [flow.options_heard for flow in converse(spoken, delay, events)]
    assert heard == sorted(heard)
    assert heard[-1] <= len(spoken.options)


@given(layouts, happenings)
def test_the_options_are_begun_at_most_max_tries_times(spoken: Layout, events: list[Event]) -> None:
    states = converse(spoken, 0.0, events)
    begun = 0
    for before, after in zip([None, *states], states, strict=False):
        is_first = isinstance(after.command, Play) and after.command.prompt == "one"
        if is_first and (before is None or before.command is not after.command):
            begun += 1
    assert begun <= spoken.max_tries
    assert all(flow.readings <= spoken.max_tries for flow in states)


@given(layouts, happenings)
def test_the_outcome_follows_the_precedence(spoken: Layout, events: list[Event]) -> None:
    last = converse(spoken, 0.0, events)[-1]
    finish = last.command
    assert isinstance(finish, Finish)
    if last.answer is not None:
        assert finish.status is Outcome.RATED
    elif last.declined:
        assert finish.status is Outcome.OPTED_OUT
    elif finish.status is Outcome.NO_KEY:
        assert last.wrong_keys == 0
    elif finish.status is Outcome.INVALID_KEYS:
        assert last.wrong_keys > 0
    else:
        assert finish.status in {Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU, Outcome.UNAVAILABLE, Outcome.UNKNOWN}


@given(layouts, keys, keys)
def test_keys_after_the_answer_never_change_it(spoken: Layout, before: list[KeyHeard], after: list[KeyHeard]) -> None:
    flow = Flow.begin(version(spoken), 0.0)
    for key in before:
        flow = flow.step(key)
    answer = flow.answer
    if answer is None:
        return
    for key in after:
        flow = flow.step(key)
    assert flow.answer == answer
    assert flow.step(AnswerKept()).step(CallerLeft()).command == Finish(Outcome.RATED, flow.options_heard)


@given(layouts, happenings)
def test_a_copy_answers_nothing_declines_nothing_and_uses_up_no_try(spoken: Layout, events: list[Event]) -> None:
    states = converse(spoken, 0.0, events)
    for before, after, event in zip(states, states[1:], _played_to(states, events), strict=False):
        if isinstance(event, KeyHeard) and before.guard.hear(event)[1]:
            assert (after.answer, after.declined) == (before.answer, before.declined)
            assert (after.wrong_keys, after.guard) == (before.wrong_keys, before.guard.hear(event)[0])


def _played_to(states: list[Flow], events: list[Event]) -> list[Event]:
    """Return the event that each state was given."""
    waiting = list(events)
    return [
        AnswerKept() if isinstance(flow.command, KeepAnswer) else waiting.pop(0) if waiting else Played()
        for flow in states[:-1]
    ]


@given(layouts, happenings)
def test_every_key_is_in_the_guard_whatever_it_did(spoken: Layout, events: list[Event]) -> None:
    states = converse(spoken, 0.0, events)
    heard = {event.key for event in _played_to(states, events) if isinstance(event, KeyHeard)}
    assert {chain.key for chain in states[-1].guard.chains} == heard
