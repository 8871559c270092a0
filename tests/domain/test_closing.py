"""Closing a call: each outcome, the precedence, and any completeness of what is known."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import (
    CONFIRMATION,
    PRIMARY_QUESTION,
    Answer,
    Attribution,
    CallArrived,
    CallFacts,
    CallGone,
    EndedBy,
    Exposure,
    HandledCall,
    Leg,
    Press,
    RatingEntered,
)
from ivr.domain.closing import DIRECT_QUEUE, close_call, credited, is_handled, talked_seconds
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome
from tests.specimens import CALL, assignment, at, layout, recommend

ARRIVED = CallArrived(CALL, "1700000000.1", at(0), "h1:ab", "north", "invoice", "en")
GONE = CallGone(CALL, at(90))
EXPOSURE = Exposure(CALL, assignment(), "v1", at(61))


def leg(
    number: int = 1,
    *,
    agent: str | None = "ana",
    queue: str | None = "sales",
    connected: float = 10,
    ended: float | None = 60,
    by: EndedBy | None = EndedBy.AGENT,
) -> Leg:
    return Leg(
        CALL,
        f"1700000000.{number + 1}",
        agent,
        None if agent is None else f"PJSIP/{agent}",
        queue,
        at(connected),
        None if ended is None else at(ended),
        by,
        wait_seconds=8.0,
        talk_seconds=None if ended is None else ended - connected,
    )


def entered(
    declined: Outcome | None = None, *, agent: str | None = "ana", queue: str | None = "sales"
) -> RatingEntered:
    return RatingEntered(CALL, at(60.5), agent, queue, 1.0 if declined is None else 0.5, declined)


def answer(status: Outcome = Outcome.RATED, key: str = "1", category: int = 2) -> Answer:
    if status is Outcome.RATED:
        return Answer(CALL, PRIMARY_QUESTION, status, 1, key, category, 4100)
    return Answer(CALL, PRIMARY_QUESTION, status, 2)


def press(number: int, key: str, lo_ms: int | None = 4100, hi_ms: int | None = 4100) -> Press:
    return Press(CALL, number, key, lo_ms, hi_ms)


def facts(
    *legs: Leg,
    entry: RatingEntered | None = None,
    exposure: Exposure | None = None,
    presses: tuple[Press, ...] = (),
    said: Answer | None = None,
    gone: CallGone | None = GONE,
) -> CallFacts:
    return CallFacts(ARRIVED, legs, entry, exposure, presses, said, gone)


def close(known: CallFacts, spoken: Layout | None = None) -> HandledCall:
    return close_call(
        known, assignment=assignment(), layout=layout() if spoken is None else spoken, layout_version="v1", team="blue"
    )


ASKED = facts(leg(), entry=entered(), exposure=EXPOSURE)

OUTCOMES = {
    Outcome.RATED: replace(ASKED, presses=(press(1, "1"),), answer=answer()),
    Outcome.NO_KEY: replace(ASKED, answer=answer(Outcome.NO_KEY)),
    Outcome.INVALID_KEYS: replace(ASKED, presses=(press(1, "7"),), answer=answer(Outcome.INVALID_KEYS)),
    Outcome.OPTED_OUT: replace(ASKED, presses=(press(1, "9"),), answer=answer(Outcome.OPTED_OUT)),
    Outcome.LEFT_IN_INTRO: replace(ASKED, answer=answer(Outcome.LEFT_IN_INTRO)),
    Outcome.LEFT_IN_MENU: replace(ASKED, answer=answer(Outcome.LEFT_IN_MENU)),
    Outcome.LEFT_BEFORE_PROMPT: replace(ASKED, answer=answer(Outcome.LEFT_BEFORE_PROMPT)),
    Outcome.UNKNOWN: ASKED,
    Outcome.CALLER_LEFT_FIRST: facts(leg(by=EndedBy.CALLER)),
    Outcome.TRANSFERRED_AWAY: facts(leg(by=EndedBy.TRANSFER)),
    Outcome.UNAVAILABLE: facts(leg(by=EndedBy.AGENT)),
    Outcome.NOT_SELECTED: facts(leg(), entry=entered(Outcome.NOT_SELECTED)),
    Outcome.THROTTLED: facts(leg(), entry=entered(Outcome.THROTTLED)),
    Outcome.DO_NOT_ASK: facts(leg(), entry=entered(Outcome.DO_NOT_ASK)),
    Outcome.TOO_SHORT: facts(leg(), entry=entered(Outcome.TOO_SHORT)),
}


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_comes_of_its_facts(outcome: Outcome) -> None:
    assert close(OUTCOMES[outcome]).outcome is outcome


@pytest.mark.parametrize("status", [outcome for outcome in Outcome if outcome is not Outcome.RATED])
@pytest.mark.parametrize("late", [press(2, "3"), press(2, "3", None, None), press(2, "3", -40, 60)])
def test_a_stored_valid_press_is_a_rating_whatever_the_flow_said(status: Outcome, late: Press) -> None:
    row = close(replace(ASKED, presses=(press(1, "7"), late), answer=answer(status)))
    assert (row.outcome, row.key, row.category) == (Outcome.RATED, "3", 0)
    assert row.options_heard == 2


def test_the_answer_is_not_replaced_by_another_key() -> None:
    row = close(replace(ASKED, presses=(press(1, "1"), press(2, "3")), answer=answer()))
    assert (row.key, row.category, row.press_ms, row.options_heard) == ("1", 2, 4100, 1)


def test_after_a_crash_the_first_valid_press_counts_and_what_nobody_saw_stays_empty() -> None:
    row = close(replace(ASKED, presses=(press(1, "7"), press(2, "2", 5000, 5000), press(3, "1"))))
    assert (row.outcome, row.key, row.category, row.press_ms) == (Outcome.RATED, "2", 1, 5000)
    assert row.options_heard is None


@pytest.mark.parametrize(("lo_ms", "hi_ms"), [(None, None), (100, 4000)])
def test_a_moment_within_bounds_is_no_moment(lo_ms: int | None, hi_ms: int | None) -> None:
    assert close(replace(ASKED, presses=(press(1, "2", lo_ms, hi_ms),))).press_ms is None


@pytest.mark.parametrize("presses", [(), (press(1, "7"),), (press(1, "9"),)])
def test_after_a_crash_without_a_valid_press_the_outcome_is_unknown(presses: tuple[Press, ...]) -> None:
    row = close(replace(ASKED, presses=presses))
    assert (row.outcome, row.key, row.category, row.options_heard) == (Outcome.UNKNOWN, None, None, None)


def test_a_key_of_a_caller_who_was_not_asked_is_no_rating() -> None:
    row = close(facts(leg(), entry=entered(Outcome.NOT_SELECTED), presses=(press(1, "1"),)))
    assert (row.outcome, row.key, row.selection_probability) == (Outcome.NOT_SELECTED, None, 0.5)


def test_a_layout_that_nobody_knows_any_more_leaves_the_answer_as_it_was() -> None:
    known = replace(ASKED, presses=(press(1, "1"),), answer=answer())
    row = close_call(known, assignment=assignment(), layout=None, layout_version="v0", team=None)
    assert (row.outcome, row.key, row.category, row.layout_version) == (Outcome.RATED, "1", 2, "v0")


def test_after_a_crash_an_answer_of_two_keys_is_put_together() -> None:
    known = replace(ASKED, presses=(press(1, "1", 5000, 5000), press(2, "0", 5400, 5400)))
    row = close(known, recommend())
    assert (row.outcome, row.key, row.category, row.press_ms) == (Outcome.RATED, "10", 10, 5000)


def test_a_press_that_another_question_was_asked_for_is_no_rating() -> None:
    further = replace(press(1, "1"), question="solved-12")
    assert close(replace(ASKED, presses=(further,))).outcome is Outcome.UNKNOWN


CONFIRMED = replace(ASKED, exposure=replace(EXPOSURE, confirm_probability=0.1), answer=answer())
AGAIN = Answer(CALL, CONFIRMATION, Outcome.RATED, 0, "3", 0, 9000)


def test_a_confirmation_stands_beside_the_answer() -> None:
    row = close(replace(CONFIRMED, further=(AGAIN, Answer(CALL, "solved-12", Outcome.RATED, 0, "2", 0, 12_000, "v2"))))
    assert (row.outcome, row.key, row.category, row.press_ms) == (Outcome.RATED, "1", 2, 4100)
    assert (row.confirm_probability, row.confirm_key) == (0.1, "3")


def test_an_extreme_answer_that_was_not_drawn_tells_the_chance_that_it_had() -> None:
    row = close(CONFIRMED)
    assert (row.confirm_probability, row.confirm_key) == (0.1, None)


@pytest.mark.parametrize(
    "known",
    [
        replace(CONFIRMED, answer=answer(key="2", category=1)),
        replace(CONFIRMED, answer=answer(Outcome.NO_KEY)),
        replace(CONFIRMED, answer=None),
        replace(CONFIRMED, exposure=EXPOSURE),
    ],
    ids=["a middle answer", "no answer", "unknown", "a layout without confirmation"],
)
def test_what_could_not_be_confirmed_has_no_chance_of_it(known: CallFacts) -> None:
    row = close(known)
    assert (row.confirm_probability, row.confirm_key) == (None, None)


@pytest.mark.parametrize(
    ("known", "probability"),
    [
        (replace(CONFIRMED, answer=answer(key="3", category=0)), 0.1),
        (replace(CONFIRMED, further=(AGAIN,)), 0.1),
        (replace(CONFIRMED, further=(replace(AGAIN, status=Outcome.NO_KEY, key=None, category=None),)), 0.1),
        (CONFIRMED, None),
    ],
    ids=["the worst", "confirmed", "asked once more", "it may have been a middle one"],
)
def test_of_a_layout_that_nobody_knows_any_more_an_extreme_is_told_by_what_was_asked(
    known: CallFacts, probability: float | None
) -> None:
    row = close_call(known, assignment=assignment(), layout=None, layout_version="v0", team=None)
    assert row.confirm_probability == probability


def test_a_recovered_answer_had_its_chance_too() -> None:
    row = close(replace(CONFIRMED, answer=None, presses=(press(1, "1"),)))
    assert (row.outcome, row.confirm_probability, row.confirm_key) == (Outcome.RATED, 0.1, None)


def test_the_burden_is_in_the_row() -> None:
    assert close(replace(ASKED, asked_seconds=12.5)).asked_seconds == 12.5
    assert close(ASKED).asked_seconds is None


@pytest.mark.parametrize(
    ("known", "seconds"),
    [
        (facts(), None),
        (facts(leg(connected=10, ended=None)), 50.5),
        (facts(leg(connected=10, ended=60)), 50.0),
        (facts(leg(1, connected=10, ended=30), leg(2, agent="bo", connected=35, ended=60)), 25.0),
    ],
    ids=["no leg", "a leg whose end is not seen yet", "a leg", "the last leg"],
)
def test_the_time_that_the_agent_talked(known: CallFacts, seconds: float | None) -> None:
    assert talked_seconds(known, at(60.5)) == seconds


@pytest.mark.parametrize("by", [EndedBy.UNKNOWN, None])
def test_a_leg_that_ended_nobody_knows_how_is_unknown(by: EndedBy | None) -> None:
    row = close(facts(leg(by=by)))
    assert (row.outcome, row.ended_by) == (Outcome.UNKNOWN, EndedBy.UNKNOWN)


def test_a_rating_entry_without_a_leg_is_a_handled_call() -> None:
    known = facts(entry=entered(agent="bo", queue="support"), exposure=EXPOSURE, said=answer(Outcome.NO_KEY))
    assert is_handled(known)
    row = close(known)
    assert (row.agent, row.queue, row.legs, row.attribution) == ("bo", "support", 1, Attribution.CERTAIN)
    assert (row.ended_at, row.ended_by, row.talk_seconds) == (at(60.5), EndedBy.AGENT, None)


def test_a_channel_that_no_agent_answered_is_not_handled_and_cannot_be_closed() -> None:
    assert not is_handled(facts())
    assert credited(facts()) == (None, DIRECT_QUEUE)
    with pytest.raises(ValueError, match="nobody handled"):
        close(facts(gone=None))


def test_a_blind_transfer_is_one_call_of_two_legs_and_the_last_agent_is_credited() -> None:
    first = leg(1, agent="ana", queue="sales", connected=10, ended=30, by=EndedBy.TRANSFER)
    second = leg(2, agent="bo", queue="support", connected=35, ended=60)
    row = close(facts(first, second, entry=entered(agent="bo", queue="support"), exposure=EXPOSURE, said=answer()))
    assert (row.agent, row.queue, row.legs, row.outcome) == ("bo", "support", 2, Outcome.RATED)
    assert (row.ended_by, row.talk_seconds, row.ended_at) == (EndedBy.AGENT, 25.0, at(60))
    assert row.attribution is Attribution.UNCERTAIN


def test_two_legs_of_one_agent_are_certain() -> None:
    row = close(facts(leg(1, connected=10, ended=20, by=EndedBy.TRANSFER), leg(2, connected=25)))
    assert (row.legs, row.attribution) == (2, Attribution.CERTAIN)


def test_a_leg_of_nobody_is_uncertain() -> None:
    row = close(facts(leg(agent=None)))
    assert (row.agent, row.attribution) == (None, Attribution.UNCERTAIN)


@pytest.mark.parametrize(
    ("known", "queue"),
    [
        (facts(leg(queue="sales"), entry=entered(queue="support")), "sales"),
        (facts(leg(queue=None), entry=entered(queue="support")), "support"),
        (facts(leg(queue=None), entry=entered(queue=None)), DIRECT_QUEUE),
        (facts(leg(queue=None)), DIRECT_QUEUE),
        (facts(entry=entered(queue=None)), DIRECT_QUEUE),
    ],
)
def test_a_direct_call_counts_for_the_queue_of_its_entry(known: CallFacts, queue: str) -> None:
    assert credited(known) == ("ana", queue)


def test_a_late_end_of_the_leg_does_not_say_that_the_caller_hung_up_or_talked_on() -> None:
    late = leg(connected=10, ended=85, by=EndedBy.CALLER)
    row = close(facts(late, entry=entered(), exposure=EXPOSURE, said=answer()))
    assert (row.ended_by, row.ended_at, row.talk_seconds) == (EndedBy.AGENT, at(60.5), 50.5)


def test_a_leg_that_began_after_the_rating_keeps_its_own_end() -> None:
    row = close(facts(leg(connected=70, ended=85), entry=entered(), exposure=EXPOSURE, said=answer()))
    assert (row.ended_at, row.talk_seconds) == (at(85), 15.0)


@pytest.mark.parametrize(
    ("known", "ended_at"),
    [
        (facts(leg(ended=None), entry=entered()), at(60.5)),
        (facts(leg(ended=None)), at(90)),
        (facts(leg(ended=None), gone=None), at(10)),
    ],
)
def test_a_leg_whose_end_nobody_saw_ended_when_the_caller_went_on_or_was_gone(
    known: CallFacts, ended_at: datetime
) -> None:
    assert close(known).ended_at == ended_at


def test_a_test_call_stays_marked() -> None:
    assert close(replace(ASKED, arrived=replace(ARRIVED, test=True))).test


@given(
    legs=st.lists(st.sampled_from([leg(1), leg(2, agent="bo", connected=30), leg(3, agent=None, ended=None)])),
    entry=st.none() | st.builds(entered, st.none() | st.just(Outcome.NOT_SELECTED)),
    exposure=st.none() | st.just(EXPOSURE),
    presses=st.lists(st.sampled_from("12379#"), max_size=4),
    said=st.none() | st.sampled_from([answer(), *(answer(each) for each in Outcome if each is not Outcome.RATED)]),
    gone=st.none() | st.just(GONE),
)
def test_any_facts_of_a_handled_call_close_to_one_consistent_row(
    legs: list[Leg],
    entry: RatingEntered | None,
    exposure: Exposure | None,
    presses: list[str],
    said: Answer | None,
    gone: CallGone | None,
) -> None:
    heard = tuple(press(number, key) for number, key in enumerate(presses, start=1))
    known = facts(*legs, entry=entry, exposure=exposure, presses=heard, said=said, gone=gone)
    if not is_handled(known):
        return
    row = close(known)
    assert row == close(known)
    is_rated = row.outcome is Outcome.RATED
    assert (row.key is not None, row.category is not None) == (is_rated, is_rated)
    assert is_rated or row.press_ms is None
    assert row.keys == heard
    if exposure is not None and any(layout().category_of(key) is not None for key in presses):
        assert is_rated


def test_an_agent_whom_the_dialplan_names_stands_above_the_leg() -> None:
    entry = replace(entered(agent="dora", queue="sales"), agent_is_named=True)
    row = close(facts(leg(1, agent="ana"), leg(2, agent="bo", connected=35, ended=60), entry=entry, exposure=EXPOSURE))
    assert (row.agent, row.attribution) == ("dora", Attribution.CERTAIN)
