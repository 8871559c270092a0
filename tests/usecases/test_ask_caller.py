"""Several questions in a call: what is durable before what, what is stored of each, and what a mishap costs."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.calls import CONFIRMATION, Answer, AskingEnded, CallId, Comment
from ivr.domain.flow.events import CallerLeft, KeyHeard, PromptFailed, Recorded
from ivr.domain.layouts import Layout
from ivr.domain.outcomes import Outcome
from ivr.usecases import ask_caller
from tests.memory_ledger import LedgerFailed
from tests.specimens import CALL, COMMENT, NOON, layout, questionnaire, recommend, solved
from tests.specimens import CONFIRMATION as ASKED_AGAIN
from tests.usecases.desk import Desk, once_rating, request
from tests.usecases.scripted_line import LEFT, LOST, PLAYED, key

RATED = (key("1"),)
SOLVED = (key("2", 6000),)


def desk_of(first: Layout, *further: Layout) -> Desk:
    return Desk(questionnaire(first, *further))


@pytest.fixture
def desk() -> Desk:
    return desk_of(replace(layout(), then=("solved-12", "recommend-11")), solved(), recommend())


@pytest.fixture
def speaking() -> Desk:
    return desk_of(replace(layout(), then=("comment", "solved-12"), comment=COMMENT), solved())


@pytest.fixture
def _nobody_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for last keys that nobody will bring."""
    monkeypatch.setattr(ask_caller, "LAST_KEYS_SECONDS", 0.01)


async def test_each_answer_is_durable_before_the_next_question(desk: Desk) -> None:
    script = (PLAYED, RATED, PLAYED, SOLVED, (key("1", 9000),), (key("0", 9500),))
    assert await desk.rate(request(), desk.line(*script)) is Outcome.RATED
    assert desk.history[3:] == [
        *("> intro", "> one", "Press 1 1", "Answer rated"),
        *("> solved", "> yes", "Press 2 2", "Answer solved-12 rated"),
        *("> recommend", "> hush", "Press 3 1", "Press 4 0", "Answer recommend-11 rated"),
        *("> thanks", "> done", "AskingEnded"),
    ]
    facts = await desk.facts()
    version = questionnaire(layout(then=("solved-12",)), solved()).further["solved-12"].version
    assert facts.further == (
        Answer(CALL, "recommend-11", Outcome.RATED, 0, "10", 10, 9000, questionnaire(recommend()).version),
        Answer(CALL, "solved-12", Outcome.RATED, 0, "2", 0, 6000, version),
    )
    assert facts.answer is not None
    assert facts.answer.version is None


async def test_every_press_tells_which_question_it_was_meant_for(desk: Desk) -> None:
    script = (PLAYED, (key("7"),), PLAYED, (key("1", 5000), key("2", 5001)), (key("1", 5200),), PLAYED, SOLVED)
    await desk.rate(request(), desk.line(*script))
    facts = await desk.facts()
    told = [(press.key, press.question) for press in facts.presses]
    assert told == [("7", "primary"), ("1", "primary"), ("2", "primary"), ("1", "solved-12"), ("2", "solved-12")]


async def test_a_correction_is_stored_and_answers_nothing(desk: Desk) -> None:
    gap = KeyHeard("2", 3105, 3350)
    line = desk.line(PLAYED, (key("3"),), (gap,), (key("1", 6000),), PLAYED)
    assert await desk.rate(request(), line) is Outcome.RATED
    facts = await desk.facts()
    assert facts.answer is not None
    assert facts.answer.key == "3"
    assert [(answer.question, answer.key) for answer in facts.further][-1] == ("solved-12", "1")
    assert [(press.key, press.question) for press in facts.presses] == [
        ("3", "primary"),
        ("2", "solved-12"),
        ("1", "solved-12"),
    ]


async def test_a_question_without_an_answer_does_not_wait_for_the_disk(desk: Desk) -> None:
    desk.ledger.yields = 30
    silence = [PLAYED] * 8
    assert await desk.rate(request(), desk.line(PLAYED, RATED, *silence)) is Outcome.RATED
    assert desk.history.index("> thanks") < desk.history.index("Answer solved-12 no_key") < desk.history.index("> done")
    assert await _further(desk) == {"solved-12": Outcome.NO_KEY}


async def test_who_leaves_in_a_further_question_has_rated(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), desk.line(PLAYED, RATED, PLAYED, LEFT)))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "1", gone=True)))
    assert await rating is Outcome.RATED
    await left
    assert await _further(desk) == {"solved-12": Outcome.LEFT_IN_MENU}
    assert desk.ledger.rows[CALL].outcome is Outcome.RATED
    assert "> done" not in desk.history


async def test_a_late_answer_begins_no_further_question(desk: Desk) -> None:
    """The answer is found after the caller had left: what was never reached leaves no trace."""
    rating = asyncio.create_task(desk.rate(request(), desk.line(PLAYED, LEFT)))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "1", gone=True)))
    assert await rating is Outcome.RATED
    await left
    assert await _further(desk) == {}
    assert "> solved" not in desk.history


@pytest.mark.usefixtures("_nobody_brings")
async def test_a_line_lost_in_a_further_question_leaves_the_rating(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, RATED, PLAYED, LOST)) is Outcome.RATED
    assert await _further(desk) == {}
    assert "> done" not in desk.history


async def test_a_prompt_that_fails_in_a_further_question_leads_to_the_thanks(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, RATED, (PromptFailed(),))) is Outcome.RATED
    assert await _further(desk) == {"solved-12": Outcome.UNAVAILABLE}
    assert desk.history.index("> thanks") < desk.history.index("> done")
    assert "> recommend" not in desk.history


async def test_a_further_answer_that_cannot_be_stored_is_never_done(desk: Desk) -> None:
    desk.ledger.fails = lambda fact: isinstance(fact, Answer) and fact.question == "solved-12"
    with pytest.raises(LedgerFailed):
        await desk.rate(request(), desk.line(PLAYED, RATED, PLAYED, SOLVED))
    assert "> done" not in desk.history
    assert "> recommend" not in desk.history
    assert (await desk.facts()).answer is not None


async def test_the_language_is_set_before_the_first_prompt(desk: Desk) -> None:
    line = desk.line(PLAYED, RATED)
    await desk.rate(request(CALL, language="fr"), line)
    assert line.languages == ["en"]


# Comments.


async def test_a_comment_is_durable_before_the_call_goes_on(speaking: Desk) -> None:
    recorded = (key("#", 9000), Recorded(4500, "file-1"))
    assert await speaking.rate(request(), speaking.line(PLAYED, RATED, PLAYED, recorded, PLAYED, SOLVED)) is (
        Outcome.RATED
    )
    assert speaking.history[6:9] == ["Answer rated", "> say", "> record"]
    assert set(speaking.history[9:11]) == {"Press 2 #", "Comment"}
    assert speaking.history[11] == "> solved"
    assert speaking.ledger.comments[CALL, "primary"] == Comment(
        CALL, "primary", "file-1", "wav", 4.5, recorded_at=NOON, keep_until=NOON + timedelta(days=60)
    )


@pytest.mark.usefixtures("_nobody_brings")
async def test_who_hangs_up_while_speaking_has_been_recorded(speaking: Desk) -> None:
    script = (PLAYED, RATED, PLAYED, (key("5", 8000), Recorded(2000, "file-1"), CallerLeft()))
    assert await speaking.rate(request(), speaking.line(*script)) is Outcome.RATED
    assert speaking.ledger.comments[CALL, "primary"].seconds == 2.0
    assert await speaking.presses() == "15"
    assert await _further(speaking) == {}
    assert "> solved" not in speaking.history


async def test_a_comment_that_cannot_be_recorded_costs_nothing_else(speaking: Desk) -> None:
    script = (PLAYED, RATED, PLAYED, (PromptFailed(),), PLAYED, SOLVED)
    assert await speaking.rate(request(), speaking.line(*script)) is Outcome.RATED
    assert speaking.ledger.comments == {}
    assert await _further(speaking) == {"solved-12": Outcome.RATED}


# The confirmation.


async def test_a_confirmation_is_stored_beside_the_answer_and_never_instead() -> None:
    desk = desk_of(replace(layout(), confirmation=ASKED_AGAIN))
    await desk.rate(request(), desk.line(PLAYED, RATED, PLAYED, (key("3", 6000),)))
    facts = await desk.facts()
    assert facts.answer is not None
    assert (facts.answer.key, facts.answer.category, facts.answer.press_ms) == ("1", 2, 3100)
    assert facts.further == (Answer(CALL, CONFIRMATION, Outcome.RATED, 0, "3", 0, 6000),)
    assert facts.exposure is not None
    assert facts.exposure.confirm_probability == 1.0
    await desk.closing.close_gone(CALL)
    row = desk.ledger.rows[CALL]
    assert (row.key, row.confirm_probability, row.confirm_key) == ("1", 1.0, "3")


async def test_a_share_of_the_calls_is_drawn_to_confirm_and_the_same_each_time() -> None:
    drawn = []
    for _ in range(2):
        desk = desk_of(replace(layout(), confirmation=replace(ASKED_AGAIN, probability=0.3)))
        calls = [CallId("default", f"17000{number:05}.1") for number in range(400)]
        for call in calls:
            await desk.rate(request(call), desk.line(PLAYED, RATED, PLAYED, (key("1", 6000),)))
        facts = [await desk.facts(call) for call in calls]
        assert {each.exposure.confirm_probability for each in facts if each.exposure} == {0.3}
        drawn.append([len(each.further) for each in facts])
    assert drawn[0] == drawn[1]
    assert 90 <= sum(drawn[0]) <= 150


# The opt-out lasts.


async def test_who_declines_by_key_is_not_asked_again(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, (key("9"),))) is Outcome.OPTED_OUT
    assert desk.refusals.callers == {"h1:ab": CALL}


async def test_who_declines_in_a_further_question_has_rated_and_is_not_asked_again(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, RATED, (key("9", 5000),))) is Outcome.RATED
    assert await _further(desk) == {"solved-12": Outcome.OPTED_OUT}
    assert desk.refusals.callers == {"h1:ab": CALL}


async def test_who_declines_to_comment_is_not_asked_again(speaking: Desk) -> None:
    assert await speaking.rate(request(), speaking.line(PLAYED, RATED, (key("9", 5000),))) is Outcome.RATED
    assert speaking.refusals.callers == {"h1:ab": CALL}


@pytest.mark.parametrize("changes", [{"caller": None}, {"test": True}], ids=["an unknown caller", "a test call"])
async def test_nobody_is_entered_who_is_nobody(desk: Desk, changes: dict[str, object]) -> None:
    assert await desk.rate(request(CALL, **changes), desk.line(PLAYED, (key("9"),))) is Outcome.OPTED_OUT
    assert desk.refusals.callers == {}


async def test_a_list_that_fails_does_not_hurt_the_call(desk: Desk) -> None:
    desk.refusals.is_broken = True
    assert await desk.rate(request(), desk.line(PLAYED, (key("9"),))) is Outcome.OPTED_OUT
    assert "> done" in desk.history


async def test_who_only_answers_is_entered_nowhere(desk: Desk) -> None:
    await desk.rate(request(), desk.line(PLAYED, RATED))
    assert desk.refusals.callers == {}


# The burden.


async def test_the_burden_of_the_call_is_stored_and_is_in_the_row(desk: Desk) -> None:
    await desk.rate(request(), desk.line(PLAYED, RATED))
    facts = await desk.facts()
    assert facts.asked_seconds is not None
    assert 0 <= facts.asked_seconds < 60
    await desk.closing.close_gone(CALL)
    assert desk.ledger.rows[CALL].asked_seconds == facts.asked_seconds


async def test_a_burden_that_cannot_be_stored_does_not_hurt_the_call(desk: Desk) -> None:
    desk.ledger.fails = lambda fact: isinstance(fact, AskingEnded)
    assert await desk.rate(request(), desk.line(PLAYED, RATED)) is Outcome.RATED
    assert "> done" in desk.history


async def test_the_dialplan_does_not_wait_for_the_burden(desk: Desk) -> None:
    desk.ledger.yields = 30
    await desk.rate(request(), desk.line(PLAYED, RATED))
    assert desk.history[-2:] == ["> done", "AskingEnded"]


async def _further(desk: Desk) -> dict[str, Outcome]:
    return {answer.question: answer.status for answer in (await desk.facts()).further}
