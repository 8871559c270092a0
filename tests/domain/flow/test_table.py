"""The table of one question: complete, minimal, and the only thing that decides."""

from collections import defaultdict
from dataclasses import replace

import pytest

from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.events import AnswerKept, CallerLeft, CommentKept, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.flow.machine import Flow
from ivr.domain.flow.moves import IllegalEvent
from ivr.domain.flow.table import ROWS, TABLE, Move, Phase, Trigger
from ivr.domain.layouts import Layout
from tests.specimens import layout, version

KEY_TRIGGERS = (
    Trigger.VALID_KEY,
    Trigger.FIRST_KEY,
    Trigger.REPEAT_KEY,
    Trigger.OPT_OUT_KEY,
    Trigger.WRONG_KEY,
    Trigger.COPY,
)


def spoken(first: str) -> Layout:
    """Return a question with the answers ``first``, 2 and 10, a repeat key and an opt-out key."""
    usual = layout(max_tries=2)
    options = tuple(
        replace(option, press=press) for option, press in zip(usual.options, (first, "2", "10"), strict=True)
    )
    return replace(usual, options=options, repeat_key="*", max_repeats=1)


def event_for(trigger: Trigger, flow: Flow) -> Event:
    """Return an event for which ``flow`` pulls ``trigger``; keys come long after all that were heard, or as copies."""
    last = flow.guard.chains[-1]
    latest_ms = max(chain.last_ms or 0 for chain in flow.guard.chains)
    later_ms = latest_ms + 10_000

    def key(letter: str) -> KeyHeard:
        return KeyHeard(letter, later_ms, later_ms, 100)

    events: dict[Trigger, Event] = {
        Trigger.PLAYED: Played(),
        Trigger.VALID_KEY: key("0" if flow.phase is Phase.COLLECTING else "2"),
        Trigger.FIRST_KEY: key("1"),
        Trigger.REPEAT_KEY: key("*"),
        Trigger.OPT_OUT_KEY: key("9"),
        Trigger.WRONG_KEY: key("7"),
        Trigger.COPY: KeyHeard(last.key, last.last_ms, latest_ms, 100),
        Trigger.ANSWER_KEPT: AnswerKept(),
        Trigger.CALLER_LEFT: CallerLeft(),
        Trigger.LINE_LOST: LineLost(),
        Trigger.PROMPT_FAILED: PromptFailed(),
    }
    return events[trigger]


def pulls(trigger: Trigger, flow: Flow) -> bool:
    """Say whether the table has a row, and ``flow`` an event for it."""
    is_used_up = flow.repeats == 1 or flow.declined
    return (flow.phase, trigger) in TABLE and not (trigger is Trigger.REPEAT_KEY and is_used_up)


def every_state() -> list[Flow]:
    """Return every state that any sequence of events can reach, where 1 is an answer by itself and where it is none."""
    before, _ = BounceGuard().hear(KeyHeard("5", 0, 0))
    waiting = [Flow.begin(version(spoken(first)), 2.0, guard=before) for first in ("1", "3")]
    seen = {_identity(flow): flow for flow in waiting}
    while waiting:
        flow = waiting.pop()
        for trigger in Trigger:
            if pulls(trigger, flow):
                after = flow.step(event_for(trigger, flow))
                if _identity(after) not in seen:
                    seen[_identity(after)] = after
                    waiting.append(after)
    return list(seen.values())


def _identity(flow: Flow) -> tuple[object, ...]:
    return (
        *(flow.version.version, flow.phase, flow.steps, flow.position, flow.command, flow.readings, flow.repeats),
        *(flow.options_heard, min(flow.wrong_keys, 3), flow.declined, flow.answer and flow.answer.key),
    )


STATES = every_state()


def test_no_row_stands_twice() -> None:
    assert len(TABLE) == len(ROWS)


def test_every_row_is_reached_and_leads_to_all_that_it_says_and_nothing_else() -> None:
    led: dict[tuple[Phase, Trigger], set[Phase]] = defaultdict(set)
    for flow in STATES:
        for trigger in Trigger:
            if pulls(trigger, flow):
                led[flow.phase, trigger].add(flow.step(event_for(trigger, flow)).phase)
    assert led == {(row.phase, row.trigger): set(row.then) for row in ROWS}


def test_every_move_has_a_row() -> None:
    assert {row.move for row in ROWS} == set(Move)


def test_an_event_without_a_row_is_refused_and_changes_nothing() -> None:
    refused = set()
    for flow in STATES:
        for trigger in set(Trigger) - set(KEY_TRIGGERS):
            if (flow.phase, trigger) not in TABLE:
                before = _identity(flow)
                with pytest.raises(IllegalEvent, match=f"phase {flow.phase}"):
                    flow.step(event_for(trigger, flow))
                assert _identity(flow) == before
                refused.add((flow.phase, trigger))
    line = (Trigger.PLAYED, Trigger.CALLER_LEFT, Trigger.LINE_LOST, Trigger.PROMPT_FAILED)
    assert refused == {
        (Phase.LISTENING, Trigger.ANSWER_KEPT),
        (Phase.COLLECTING, Trigger.ANSWER_KEPT),
        *((Phase.KEEPING, trigger) for trigger in line),
        *((Phase.ENDED, trigger) for trigger in (*line, Trigger.ANSWER_KEPT)),
    }


def test_what_no_question_knows_is_refused() -> None:
    with pytest.raises(IllegalEvent, match="CommentKept in phase listening"):
        Flow.begin(version()).step(CommentKept())


def test_a_key_is_never_refused() -> None:
    """While an answer of two is collected, no key is a first one."""
    missing = {(phase, trigger) for phase in Phase for trigger in KEY_TRIGGERS if (phase, trigger) not in TABLE}
    assert missing == {(Phase.COLLECTING, Trigger.FIRST_KEY)}
    for flow in STATES:
        for key in "0123456789*#":
            flow.step(KeyHeard(key, None, None))


def test_without_an_opt_out_key_it_is_a_wrong_key() -> None:
    flow = Flow.begin(version(layout(opt_out_key=None))).step(KeyHeard("9", 100, 100, 100))
    assert (flow.wrong_keys, flow.declined) == (1, False)
