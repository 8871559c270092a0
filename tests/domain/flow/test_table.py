"""The table itself: complete, minimal, and the only thing that decides."""

from collections import defaultdict

import pytest

from ivr.domain.flow.events import AnswerKept, CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.flow.machine import Flow, IllegalEvent
from ivr.domain.flow.table import ROWS, TABLE, Move, Phase, Trigger
from tests.specimens import layout, version

EVENTS: dict[Trigger, Event] = {
    Trigger.PLAYED: Played(),
    Trigger.VALID_KEY: KeyHeard("1", 100, 100, 100),
    Trigger.OPT_OUT_KEY: KeyHeard("9", 100, 100, 100),
    # Its moment is known so badly that it is never taken for a bounce of the one before.
    Trigger.WRONG_KEY: KeyHeard("7", 100, 1000, 100),
    Trigger.ANSWER_KEPT: AnswerKept(),
    Trigger.CALLER_LEFT: CallerLeft(),
    Trigger.LINE_LOST: LineLost(),
    Trigger.PROMPT_FAILED: PromptFailed(),
}


def every_state() -> list[Flow]:
    """Return every state that any sequence of events can reach."""
    start = Flow.begin(version(layout(max_tries=2)), 2.0)
    seen, waiting = {_identity(start): start}, [start]
    while waiting:
        flow = waiting.pop()
        for trigger, event in EVENTS.items():
            if (flow.phase, trigger) in TABLE:
                after = flow.step(event)
                if _identity(after) not in seen:
                    seen[_identity(after)] = after
                    waiting.append(after)
    return list(seen.values())


def _identity(flow: Flow) -> tuple[object, ...]:
    return (
        *(flow.phase, flow.steps, flow.position, flow.command, flow.readings),
        *(flow.options_heard, flow.wrong_keys, flow.declined, flow.answer),
    )


STATES = every_state()


def test_no_row_stands_twice() -> None:
    assert len(TABLE) == len(ROWS)


def test_every_row_is_reached_and_leads_to_all_that_it_says_and_nothing_else() -> None:
    led: dict[tuple[Phase, Trigger], set[Phase]] = defaultdict(set)
    for flow in STATES:
        for trigger, event in EVENTS.items():
            if (flow.phase, trigger) in TABLE:
                led[flow.phase, trigger].add(flow.step(event).phase)
    assert led == {(row.phase, row.trigger): set(row.then) for row in ROWS}


def test_every_move_has_a_row() -> None:
    assert {row.move for row in ROWS} == set(Move)


def test_an_event_without_a_row_is_refused_and_changes_nothing() -> None:
    refused = set()
    for flow in STATES:
        for trigger, event in EVENTS.items():
            if (flow.phase, trigger) not in TABLE:
                before = _identity(flow)
                with pytest.raises(IllegalEvent, match=f"phase {flow.phase}"):
                    flow.step(event)
                assert _identity(flow) == before
                refused.add((flow.phase, trigger))
    assert refused == {
        (Phase.LISTENING, Trigger.ANSWER_KEPT),
        (Phase.KEEPING, Trigger.PLAYED),
        (Phase.KEEPING, Trigger.CALLER_LEFT),
        (Phase.KEEPING, Trigger.LINE_LOST),
        (Phase.KEEPING, Trigger.PROMPT_FAILED),
        (Phase.THANKING, Trigger.ANSWER_KEPT),
        (Phase.ENDED, Trigger.PLAYED),
        (Phase.ENDED, Trigger.ANSWER_KEPT),
        (Phase.ENDED, Trigger.LINE_LOST),
        (Phase.ENDED, Trigger.PROMPT_FAILED),
    }


def test_a_key_is_never_refused() -> None:
    for phase in Phase:
        for trigger in (Trigger.VALID_KEY, Trigger.OPT_OUT_KEY, Trigger.WRONG_KEY):
            assert (phase, trigger) in TABLE


def test_without_an_opt_out_key_it_is_a_wrong_key() -> None:
    flow = Flow.begin(version(layout(opt_out_key=None)), 0).step(KeyHeard("9", 100, 100, 100))
    assert (flow.wrong_keys, flow.declined) == (1, False)
