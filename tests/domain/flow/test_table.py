"""The table itself: complete, minimal, and the only thing that decides."""

from collections import defaultdict

import pytest

from ivr.domain.flow.bounces import BounceGuard
from ivr.domain.flow.events import AnswerKept, CallerLeft, Event, KeyHeard, LineLost, Played, PromptFailed
from ivr.domain.flow.machine import Flow, IllegalEvent
from ivr.domain.flow.table import ROWS, TABLE, Move, Phase, Trigger
from tests.specimens import layout, version


def event_for(trigger: Trigger, flow: Flow) -> Event:
    """Return an event for which ``flow`` pulls ``trigger``; keys come long after all that were heard, or as copies."""
    last = flow.guard.chains[-1]
    latest_ms = max(chain.last_ms or 0 for chain in flow.guard.chains)
    later_ms = latest_ms + 10_000
    events: dict[Trigger, Event] = {
        Trigger.PLAYED: Played(),
        Trigger.VALID_KEY: KeyHeard("1", later_ms, later_ms, 100),
        Trigger.OPT_OUT_KEY: KeyHeard("9", later_ms, later_ms, 100),
        Trigger.WRONG_KEY: KeyHeard("7", later_ms, later_ms, 100),
        Trigger.COPY: KeyHeard(last.key, last.last_ms, latest_ms, 100),
        Trigger.ANSWER_KEPT: AnswerKept(),
        Trigger.CALLER_LEFT: CallerLeft(),
        Trigger.LINE_LOST: LineLost(),
        Trigger.PROMPT_FAILED: PromptFailed(),
    }
    return events[trigger]


def every_state() -> list[Flow]:
    """Return every state that any sequence of events can reach."""
    before, _ = BounceGuard().hear(KeyHeard("5", 0, 0))
    start = Flow.begin(version(layout(max_tries=2)), 2.0, before)
    seen, waiting = {_identity(start): start}, [start]
    while waiting:
        flow = waiting.pop()
        for trigger in Trigger:
            if (flow.phase, trigger) in TABLE:
                after = flow.step(event_for(trigger, flow))
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
        for trigger in Trigger:
            if (flow.phase, trigger) in TABLE:
                led[flow.phase, trigger].add(flow.step(event_for(trigger, flow)).phase)
    assert led == {(row.phase, row.trigger): set(row.then) for row in ROWS}


def test_every_move_has_a_row() -> None:
    assert {row.move for row in ROWS} == set(Move)


def test_an_event_without_a_row_is_refused_and_changes_nothing() -> None:
    refused = set()
    for flow in STATES:
        for trigger in Trigger:
            if (flow.phase, trigger) not in TABLE:
                before = _identity(flow)
                with pytest.raises(IllegalEvent, match=f"phase {flow.phase}"):
                    flow.step(event_for(trigger, flow))
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
        for trigger in (Trigger.VALID_KEY, Trigger.OPT_OUT_KEY, Trigger.WRONG_KEY, Trigger.COPY):
            assert (phase, trigger) in TABLE


def test_without_an_opt_out_key_it_is_a_wrong_key() -> None:
    flow = Flow.begin(version(layout(opt_out_key=None)), 0).step(KeyHeard("9", 100, 100, 100))
    assert (flow.wrong_keys, flow.declined) == (1, False)
