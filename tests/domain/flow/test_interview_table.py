"""The table of a whole call: complete, minimal, and the only thing that decides."""

from collections import defaultdict
from dataclasses import replace

import pytest

from ivr.domain.flow.commands import Hush, KeepAnswer, KeepComment, Play, Record
from ivr.domain.flow.conversation import State
from ivr.domain.flow.events import (
    AnswerKept,
    CallerLeft,
    CommentKept,
    Event,
    KeyHeard,
    LineLost,
    Played,
    PromptFailed,
    Recorded,
)
from ivr.domain.flow.interview import Interview
from ivr.domain.flow.interview_table import TURN, TURNS, Act, Cause, Part
from ivr.domain.flow.moves import IllegalEvent
from ivr.domain.layouts import BargeIn
from ivr.domain.timelines import LayoutVersion
from tests.specimens import COMMENT, CONFIRMATION, questionnaire, reason, solved

QUESTIONS = (Part.PRIMARY, Part.CONFIRMATION, Part.FURTHER)
KEYS = "1279"


def versions() -> list[LayoutVersion]:
    """Return calls in which each part follows each other that can follow it."""
    usual = replace(solved(max_tries=1), key="primary-12")
    further = solved(max_tries=1, then=("comment",), comment=COMMENT)
    return [
        questionnaire(replace(usual, confirmation=CONFIRMATION)),
        questionnaire(replace(usual, confirmation=CONFIRMATION, then=("solved-12",)), further),
        questionnaire(replace(usual, then=("reason-12", "solved-12")), further, reason(max_tries=1)),
        questionnaire(replace(usual, then=("comment",), comment=COMMENT, barge_in=BargeIn.everywhere(False))),
        questionnaire(
            replace(usual, then=("comment", "reason-12"), comment=COMMENT, confirmation=CONFIRMATION),
            reason(max_tries=1),
        ),
        questionnaire(replace(usual, then=("solved-12", "comment"), comment=COMMENT), further),
    ]


def events_for(interview: Interview) -> list[Event]:
    """Return all that can happen to the command of ``interview``."""
    chains = interview.guard.chains
    latest_ms = max((chain.last_ms or 0 for chain in chains), default=0)
    keys: list[Event] = [KeyHeard(key, latest_ms + 10_000, latest_ms + 10_000, 100) for key in KEYS]
    keys += [KeyHeard(chain.key, chain.last_ms, latest_ms, 100) for chain in chains]
    line: list[Event] = [CallerLeft(), LineLost(), PromptFailed()]
    match interview.command:
        case Play() | Hush():
            return [Played(), *keys, *line]
        case Record():
            return [Recorded(0, None), Recorded(900, "c-1"), *keys, *line]
        case KeepAnswer():
            return [AnswerKept(), *keys]
        case KeepComment():
            return [CommentKept(), *keys]
        case _:
            return [*keys, CallerLeft()]


def every_state() -> list[Interview]:
    """Return every state that any sequence of events can reach."""
    waiting = [Interview.begin(each, asks_again=asks) for each in versions() for asks in (True, False)]
    seen = {_identity(each): each for each in waiting}
    while waiting:
        interview = waiting.pop()
        for event in events_for(interview):
            after = interview.step(event) if interview.is_over else _after(interview, event)
            if _identity(after) not in seen:
                seen[_identity(after)] = after
                waiting.append(after)
    return list(seen.values())


def _after(interview: Interview, event: Event) -> Interview:
    return interview.step(event) if isinstance(event, AnswerKept | CommentKept) else interview.happened([event])


def _identity(interview: Interview) -> tuple[object, ...]:
    asked = interview.asked
    return (
        *(interview.agenda.first.version, interview.part, interview.item.name, interview.asks_again),
        tuple((item.name, item.is_comment) for item in interview.agenda.coming),
        *(type(interview.command), getattr(interview.command, "prompt", None), interview.declined, interview.reached),
        *(asked.phase, asked.position, asked.readings, asked.declined, asked.answer and asked.answer.key),
        bool(interview.guard.chains),
        interview.replayed_ms > 0,
    )


STATES = every_state()


def test_no_row_stands_twice() -> None:
    assert len(TURN) == len(TURNS)


def test_every_row_leads_to_all_that_it_says_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row is watched where the interview looks it up."""
    led: dict[tuple[Part, Cause], set[Part]] = defaultdict(set)

    class Watched(dict[tuple[Part, Cause], object]):
        def get(self, key: tuple[Part, Cause], default: object = None) -> object:
            looked_up.append(key)
            return super().get(key, default)

    looked_up: list[tuple[Part, Cause]] = []
    monkeypatch.setattr("ivr.domain.flow.interview.TURN", Watched(TURN))
    for interview in STATES:
        for event in events_for(interview):
            looked_up.clear()
            after = interview.step(event)
            for key in looked_up:
                led[key].add(after.part)
    assert led == {(turn.part, turn.cause): set(turn.then) for turn in TURNS}


def test_every_act_has_a_row() -> None:
    assert {turn.act for turn in TURNS} == set(Act)


def test_an_event_without_a_row_is_refused_and_changes_nothing() -> None:
    for interview in STATES:
        for event in (AnswerKept(), CommentKept(), Recorded(0, None)):
            if event not in events_for(interview) and not isinstance(interview.command, Record | KeepComment):
                before = _identity(interview)
                with pytest.raises(IllegalEvent, match=f"part {interview.part}|phase {interview.asked.phase}"):
                    interview.step(event)
                assert _identity(interview) == before


def test_every_state_of_a_caller_has_a_name_for_the_metrics() -> None:
    names = {interview.state for interview in STATES}
    assert names == set(State) - {State.SILENCE, State.SECOND_KEY}


def test_a_question_is_named_as_long_as_one_is_put() -> None:
    named = {interview.part: set[str | None]() for interview in STATES}
    for interview in STATES:
        named[interview.part].add(interview.question)
    assert named[Part.PRIMARY] == {"primary"}
    assert named[Part.CONFIRMATION] == {"confirmation"}
    assert named[Part.FURTHER] == {"solved-12", "reason-12"}
    assert named[Part.COMMENT] == named[Part.RECORDING] == {"primary", "solved-12"}
    assert named[Part.PARTING] == {None}
