"""Asking a caller: what is durable before what, and what reaches the ledger in every mishap."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from ivr.domain.calls import Answer, CallArrived, CallGone, CallId, Exposure, Fact, Invited, Leg, Press, RatingEntered
from ivr.domain.eligibility import Candidate, Decision
from ivr.domain.flow.events import CallerLeft, Event, KeyHeard, PromptFailed
from ivr.domain.outcomes import Outcome
from ivr.usecases import ask_caller
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.note_left_keys import NoteLeftKeys
from ivr.usecases.ports import Line
from tests.memory_ledger import LedgerFailed
from tests.specimens import CALL, NOON, at, recommend, version
from tests.usecases.desk import Desk, once_rating, request, until
from tests.usecases.scripted_line import LEFT, LOST, PLAYED, BrokenLine, HangingLine, ScriptedLine, key


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def _nobody_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for last keys that nobody will bring."""
    monkeypatch.setattr(ask_caller, "LAST_KEYS_SECONDS", 0.01)


async def test_each_step_is_durable_before_the_next_depends_on_it(desk: Desk) -> None:
    outcome = await desk.rate(request(), desk.line(PLAYED, (key("1"),)))
    assert outcome is Outcome.RATED
    assert desk.history == [
        "CallArrived",
        "RatingEntered",
        "Exposure",
        "> intro",
        "> one",
        "Press 1 1",
        "Answer rated",
        "> thanks",
        "> done",
        "AskingEnded",
    ]


async def test_a_silent_caller_is_stored_and_let_go(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line()) is Outcome.NO_KEY
    assert desk.history[-3:] == ["Answer no_key", "> done", "AskingEnded"]
    answer = await desk.answer()
    assert answer is not None
    assert (answer.key, answer.category, answer.press_ms, answer.options_heard) == (None, None, None, 3)


async def test_a_wrong_key_does_not_wait_for_the_disk(desk: Desk) -> None:
    desk.ledger.yields = 20
    await desk.rate(request(), desk.line(PLAYED, (key("7"),), PLAYED, (key("2"),)))
    assert desk.history.index("> invalid") < desk.history.index("Press 1 7")
    assert desk.history.index("Press 1 7") < desk.history.index("Answer rated") < desk.history.index("> thanks")
    assert desk.history.index("Press 2 2") < desk.history.index("> thanks")


async def test_presses_are_numbered_as_heard_bounces_included(desk: Desk) -> None:
    await desk.rate(request(), desk.line(PLAYED, (key("2"), key("2", 3150), key("3", 3200)), (key("1", 4000),)))
    facts = await desk.ledger.facts_of(CALL)
    assert facts is not None
    assert [(press.number, press.key, press.lo_ms) for press in facts.presses] == [
        (1, "2", 3100),
        (2, "2", 3150),
        (3, "3", 3200),
        (4, "1", 4000),
    ]
    assert facts.answer is not None
    assert (facts.answer.key, facts.answer.category) == ("2", 1)


async def test_a_caller_outside_the_sample_is_stored_and_not_asked() -> None:
    desk = Desk(sampling=1e-9)
    assert await desk.rate(request(), desk.line()) is Outcome.NOT_SELECTED
    assert desk.history == ["> done", "CallArrived", "RatingEntered"]
    facts = await desk.ledger.facts_of(CALL)
    assert facts is not None
    assert facts.entered is not None
    assert (facts.entered.declined, facts.entered.selection_probability) == (Outcome.NOT_SELECTED, 1e-9)


@pytest.mark.parametrize(
    ("changes", "agent"),
    [
        ({}, "ana"),
        ({"interface": "PJSIP/stranger"}, "PJSIP/stranger"),
        ({"agent": "bo"}, "bo"),
        ({"interface": None}, None),
    ],
)
async def test_the_agent_is_who_the_dialplan_names_or_who_sits_there(
    desk: Desk, changes: dict[str, object], agent: str | None
) -> None:
    await desk.rate(request(CALL, **changes), desk.line())
    facts = await desk.ledger.facts_of(CALL)
    assert facts is not None
    assert facts.entered is not None
    assert facts.entered.agent == agent


@pytest.mark.parametrize(
    ("consent", "sampling", "outcome", "declined_by"),
    [
        (True, 1.0, Outcome.NO_KEY, None),
        (None, 1.0, Outcome.NO_KEY, None),
        (False, 1.0, Outcome.OPTED_OUT, "invitation"),
        (False, 1e-9, Outcome.NOT_SELECTED, None),
    ],
)
async def test_who_said_no_to_the_invitation_is_not_asked(
    consent: bool | None, sampling: float, outcome: Outcome, declined_by: str | None
) -> None:
    """Only who would have been asked can refuse, so that all outcomes have one weight."""
    desk = Desk(sampling=sampling)
    await desk.ledger.record(Invited(CALL, NOON, "default", "*", "invite", 0.5, "none", 1.0, consent=consent))
    assert await desk.rate(request(), desk.line()) is outcome
    entered = (await desk.facts()).entered
    assert entered is not None
    assert (entered.declined_by, entered.selection_probability) == (declined_by, sampling)
    assert ("> intro" in desk.history) == (outcome is Outcome.NO_KEY)
    assert "> done" in desk.history
    assert desk.refusals.callers == {}
    await desk.closing.close_gone(CALL)
    assert desk.ledger.rows[CALL].outcome is outcome


async def test_a_rule_that_declines_is_stored_with_its_name(desk: Desk) -> None:
    desk.eligibility.decision = Decision(0.0, Outcome.THROTTLED, "throttle")
    assert await desk.rate(request(), desk.line()) is Outcome.THROTTLED
    entered = (await desk.facts()).entered
    assert entered is not None
    assert (entered.declined, entered.declined_by, entered.selection_probability) == (Outcome.THROTTLED, "throttle", 0)


LEG = Leg(CALL, "1700000000.2", "ana", "PJSIP/ana", "sales", at(-40))


@pytest.mark.parametrize(
    ("told", "legs", "seconds"),
    [(12.5, (LEG,), 12.5), (None, (LEG,), 40.0), (None, (replace(LEG, talk_seconds=39.0),), 39.0), (None, (), None)],
    ids=["as the dialplan says", "a leg that is not seen to have ended", "a leg", "nobody knows"],
)
async def test_eligibility_is_told_who_calls_and_how_long_the_agent_talked(
    desk: Desk, told: float | None, legs: tuple[Leg, ...], seconds: float | None
) -> None:
    await desk.ledger.record(CallArrived(CALL), *legs)
    await desk.rate(request(CALL, talk_seconds=told, site="north", test=True), desk.line())
    assert desk.eligibility.candidates == [
        Candidate(CALL, NOON, "h1:ab", "sales", "ana", "north", "en", talk_seconds=seconds, test=True)
    ]


async def test_the_silence_comes_before_the_first_prompt() -> None:
    desk = Desk(delay=2.0)
    await desk.rate(request(), desk.line((key("1", -500, None),)))
    assert desk.history[3:5] == ["> hush", "Press 1 1"]
    answer = await desk.answer()
    assert answer is not None
    assert (answer.press_ms, answer.options_heard) == (-500, 0)


# The caller leaves: the hang-up handler brings the last keys in time, late or never.


async def test_last_keys_brought_at_once_are_taken_in_order(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), desk.line(PLAYED, (key("7"),), LEFT)))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "783", gone=True)))
    assert await rating is Outcome.RATED
    await left
    assert await desk.presses() == "783"
    assert desk.history[-2:] == ["CallGone", "closed rated"]
    assert "> done" not in desk.history
    row = desk.ledger.rows[CALL]
    assert (row.key, row.category, row.press_ms) == ("3", 0, None)


@pytest.mark.usefixtures("_nobody_brings")
async def test_a_caller_who_left_has_left_although_nobody_brings_last_keys(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, LEFT)) is Outcome.LEFT_IN_MENU


async def test_a_caller_who_left_a_lost_line_has_left(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), desk.line(PLAYED, LOST)))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "", gone=True)))
    assert await rating is Outcome.LEFT_IN_MENU
    await left


@pytest.mark.usefixtures("_nobody_brings")
async def test_a_line_that_is_lost_without_a_hang_up_is_no_caller_who_left(desk: Desk) -> None:
    """Asterisk takes the caller back from a service that is too slow, and asks by itself."""
    assert await desk.rate(request(), desk.line(PLAYED, LOST)) is Outcome.UNKNOWN
    assert await desk.answer() is None
    await desk.closing.close_gone(CALL)
    assert desk.ledger.rows[CALL].outcome is Outcome.UNKNOWN


@pytest.mark.usefixtures("_nobody_brings")
async def test_an_answer_stands_although_the_line_was_lost_in_the_thanks(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, (key("1"),), LEFT)) is Outcome.RATED
    assert "> done" not in desk.history


async def test_a_hang_up_does_not_overtake_the_entry(desk: Desk) -> None:
    """The caller leaves while the directory is asked who sits there."""
    asking = asyncio.Event()
    desk.directory.person_at = _slow(asking)  # type: ignore[method-assign]
    rating = asyncio.create_task(desk.rate(request(), desk.line(LEFT)))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "", gone=True)))
    await asyncio.sleep(0)
    asking.set()
    assert await rating is Outcome.LEFT_IN_INTRO
    await left
    assert desk.ledger.rows[CALL].outcome is Outcome.LEFT_IN_INTRO


@pytest.mark.usefixtures("_nobody_brings")
async def test_last_keys_brought_late_are_added_and_the_call_is_closed_anew(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, LEFT)) is Outcome.LEFT_IN_MENU
    await desk.left(CALL, "2", gone=True)
    row = desk.ledger.rows[CALL]
    assert (row.outcome, row.key, row.category) == (Outcome.RATED, "2", 1)


async def test_keys_after_the_flow_had_ended_are_brought_by_the_dialplan(desk: Desk) -> None:
    await desk.rate(request(), desk.line())
    await desk.left(CALL, "3", gone=False)
    assert desk.ledger.rows[CALL].outcome is Outcome.RATED
    await desk.left(CALL, "3", gone=True)
    assert desk.ledger.rows[CALL].outcome is Outcome.RATED
    assert await desk.presses() == "3"


async def test_no_key_is_taken_twice_when_the_store_repeats_what_was_heard(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), desk.line(PLAYED, (key("1"),), LEFT)))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "1", gone=True)))
    assert await rating is Outcome.RATED
    await left
    assert await desk.presses() == "1"


async def test_a_key_returned_while_the_line_went_takes_its_place_among_the_stored(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), desk.line(PLAYED, (key("3", 3500), CallerLeft()))))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "831", gone=True)))
    assert await rating is Outcome.RATED
    await left
    facts = await desk.ledger.facts_of(CALL)
    assert facts is not None
    assert [(press.key, press.lo_ms) for press in facts.presses] == [("8", None), ("3", 3500), ("1", None)]
    assert facts.answer is not None
    assert (facts.answer.key, facts.answer.press_ms) == ("3", 3500)


@pytest.mark.usefixtures("_nobody_brings")
async def test_a_returned_key_counts_also_where_nobody_brings_the_store(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line(PLAYED, (key("3"), CallerLeft()))) is Outcome.RATED
    assert await desk.presses() == "3"


async def test_a_late_wrong_key_does_not_move_the_place_where_the_caller_left() -> None:
    desk = Desk(delay=2.0)
    rating = asyncio.create_task(desk.rate(request(), desk.line(LEFT)))
    left = asyncio.create_task(once_rating(desk, lambda: desk.left(CALL, "77", gone=True)))
    assert await rating is Outcome.LEFT_BEFORE_PROMPT
    await left
    assert await desk.presses() == "77"
    assert desk.ledger.rows[CALL].outcome is Outcome.LEFT_BEFORE_PROMPT


async def test_a_valid_key_after_the_flow_has_ended_in_the_same_breath_is_a_rating(desk: Desk) -> None:
    outcome = await desk.rate(request(), desk.line(PLAYED, (key("9"), key("9"), key("1"))))
    assert outcome is Outcome.OPTED_OUT
    await desk.left(CALL, "991", gone=True)
    assert desk.ledger.rows[CALL].outcome is Outcome.RATED


async def test_a_call_that_was_closed_while_its_last_keys_were_waited_for_is_closed_anew(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), desk.line(PLAYED, LEFT)))
    await once_rating(desk, lambda: desk.closing.close_gone(CALL))
    assert desk.ledger.rows[CALL].outcome is Outcome.UNKNOWN
    await desk.last_keys.bring(CALL, "")
    await rating
    assert desk.ledger.rows[CALL].outcome is Outcome.LEFT_IN_MENU


# The ledger fails: the fault reaches the caller of the use case, and the dialplan is never told that all is done.

FAILURES: dict[str, Callable[[Fact], bool]] = {
    "entry": lambda fact: isinstance(fact, RatingEntered),
    "exposure": lambda fact: isinstance(fact, Exposure),
    "wrong press": lambda fact: isinstance(fact, Press) and fact.key == "7",
    "valid press": lambda fact: isinstance(fact, Press) and fact.key == "1",
    "answer": lambda fact: isinstance(fact, Answer),
    "everything after the exposure": lambda fact: isinstance(fact, Press | Answer),
}


@pytest.mark.usefixtures("_nobody_brings")
@pytest.mark.parametrize("fails", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("script", [(PLAYED, (key("7"),), PLAYED, (key("1"),)), (PLAYED, (key("7"), key("1")), LEFT)])
async def test_a_failing_ledger_is_never_done(desk: Desk, fails: Callable[[Fact], bool], script: object) -> None:
    desk.ledger.fails = fails
    with pytest.raises(LedgerFailed):
        await desk.rate(request(), desk.line(*script))  # type: ignore[misc]
    assert "> done" not in desk.history
    assert "> thanks" not in desk.history


async def test_an_outcome_that_could_not_be_stored_is_never_done(desk: Desk) -> None:
    desk.ledger.fails = lambda fact: isinstance(fact, Answer)
    with pytest.raises(LedgerFailed):
        await desk.rate(request(), desk.line())
    assert "> done" not in desk.history


# Who is not to be asked is let go whatever becomes of the ledger: else the dialplan would ask by itself.

DO_NOT_ASK = Decision(0.0, Outcome.DO_NOT_ASK, "do_not_ask")


async def test_who_is_not_to_be_asked_is_let_go_although_the_record_fails(desk: Desk) -> None:
    desk.eligibility.decision = DO_NOT_ASK
    desk.ledger.fails = lambda fact: isinstance(fact, RatingEntered)
    with capture_logs() as logs:
        assert await desk.rate(request(), desk.line()) is Outcome.DO_NOT_ASK
    assert desk.history == ["> done"]
    assert [line["event"] for line in logs] == ["entry_not_stored"]


async def test_who_is_not_to_be_asked_is_let_go_although_the_record_hangs(desk: Desk) -> None:
    desk.eligibility.decision = DO_NOT_ASK
    desk.ledger.record = _never  # type: ignore[method-assign]
    rating = asyncio.create_task(desk.rate(request(), desk.line()))
    await until(lambda: "> done" in desk.history)
    rating.cancel()
    await asyncio.wait([rating])


@pytest.mark.parametrize("read", ["invitation_of", "facts_of"])
@pytest.mark.parametrize("how", ["hangs", "fails"])
async def test_who_may_be_asked_is_not_known_in_time_and_nobody_is_asked(read: str, how: str) -> None:
    desk = Desk(longest_wait_seconds=0.01)
    setattr(desk.ledger, read, _never if how == "hangs" else _fails)
    assert await desk.rate(request(), desk.line()) is Outcome.NOT_SELECTED
    assert desk.history == ["> done", "CallArrived", "RatingEntered"]
    assert desk.eligibility.candidates == []


@pytest.mark.parametrize("how", ["hangs", "fails"])
async def test_a_directory_that_says_nothing_leaves_the_interface(how: str) -> None:
    desk = Desk(longest_wait_seconds=1.0)
    setattr(desk.directory, "person_at", _never if how == "hangs" else _fails)  # noqa: B010 - a method is replaced
    assert await desk.rate(request(), desk.line(PLAYED, (key("1"),))) is Outcome.RATED
    entered = (await desk.facts()).entered
    assert entered is not None
    assert entered.agent == "PJSIP/ana"


@pytest.mark.parametrize("known", [None, True])
async def test_a_no_that_the_dialplan_brings_holds_beside_the_ledger(desk: Desk, known: bool | None) -> None:
    await desk.ledger.record(Invited(CALL, NOON, "default", "*", "invite", 0.5, "none", 1.0, consent=known))
    assert await desk.rate(request(consent=False), desk.line()) is Outcome.OPTED_OUT
    entered = (await desk.facts()).entered
    assert entered is not None
    assert entered.declined_by == "invitation"


async def _never(*_arguments: object) -> None:
    await asyncio.Event().wait()


async def _fails(*_arguments: object) -> None:
    raise LedgerFailed("read")


async def test_before_the_exposure_is_stored_nothing_is_played(desk: Desk) -> None:
    desk.ledger.fails = FAILURES["exposure"]
    with pytest.raises(LedgerFailed):
        await desk.rate(request(), desk.line())
    assert desk.history == []


async def test_what_was_heard_of_a_broken_line_is_stored_before_anybody_else_numbers_keys(desk: Desk) -> None:
    desk.ledger.yields = 20
    with pytest.raises(RuntimeError, match="broke"):
        await desk.rate(request(), BrokenLine(desk.history, PLAYED, (key("7"),)))
    assert await desk.presses() == "7"
    await desk.left(CALL, "71", gone=True)
    assert await desk.presses() == "71"
    assert desk.ledger.rows[CALL].outcome is Outcome.RATED


async def test_a_rating_that_is_cancelled_leaves_what_it_had_heard(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), HangingLine(desk.history, PLAYED, (key("7"),))))
    await until(lambda: "Press 1 7" in desk.history)
    rating.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rating
    await asyncio.wait_for(desk.left(CALL, "7", gone=True), 5)
    assert (await desk.presses(), desk.ledger.rows[CALL].outcome) == ("7", Outcome.UNKNOWN)


async def test_a_prompt_that_cannot_be_played_is_stored_and_left_to_the_dialplan(desk: Desk) -> None:
    assert await desk.rate(request(), desk.line((PromptFailed(),))) is Outcome.UNAVAILABLE
    assert desk.history[-2:] == ["Answer unavailable", "AskingEnded"]


async def test_many_callers_at_once_do_not_mix(desk: Desk) -> None:
    calls = [CallId("default", f"17000000{number:02}.1") for number in range(60)]
    scripts: list[list[Sequence[Event]]] = [
        [PLAYED, (KeyHeard("7", number, number),), PLAYED, (KeyHeard(str(1 + number % 3), number, number),)]
        if number % 2
        else [PLAYED, (KeyHeard(str(1 + number % 3), number, number),)]
        for number in range(60)
    ]
    lines: list[Line] = [ScriptedLine([], *script) for script in scripts]
    outcomes = await asyncio.gather(*(desk.rate(request(call), line) for call, line in zip(calls, lines, strict=True)))
    assert set(outcomes) == {Outcome.RATED}
    for number, call in enumerate(calls):
        wanted = str(1 + number % 3)
        assert await desk.presses(call) == (f"7{wanted}" if number % 2 else wanted)
        answer = await desk.answer(call)
        assert answer is not None
        assert (answer.key, answer.press_ms) == (wanted, number)


async def test_the_service_starts_anew_between_the_flow_and_the_last_keys(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), HangingLine(desk.history, PLAYED, (key("8"),))))
    await until(lambda: "Press 1 8" in desk.history)
    rating.cancel()
    await asyncio.wait([rating])
    after_restart = NoteLeftKeys(ledger=desk.ledger, last_keys=LastKeys(), closing=desk.closing)
    await after_restart(CALL, "81", gone=True)
    row = desk.ledger.rows[CALL]
    assert (row.outcome, row.key, [press.key for press in row.keys]) == (Outcome.RATED, "1", ["8", "1"])


async def test_a_service_that_dies_in_the_wait_for_a_second_key_makes_no_one_of_a_ten() -> None:
    desk = Desk(version(replace(recommend(), key="sequential-123")))
    rating = asyncio.create_task(desk.rate(request(), HangingLine(desk.history, PLAYED, (key("1"),))))
    await until(lambda: "Press 1 1" in desk.history)
    rating.cancel()
    await asyncio.wait([rating])
    await desk.closing.close_gone(CALL)
    row = desk.ledger.rows[CALL]
    assert (row.outcome, row.key) == (Outcome.UNKNOWN, None)


async def test_the_service_starts_anew_and_the_caller_is_gone(desk: Desk) -> None:
    rating = asyncio.create_task(desk.rate(request(), HangingLine(desk.history, PLAYED, (key("8"),))))
    await until(lambda: "Press 1 8" in desk.history)
    rating.cancel()
    await asyncio.wait([rating])
    await desk.ledger.record(CallGone(CALL, NOON))
    assert await desk.closing.close_all_but("default", frozenset()) == 1
    assert desk.ledger.rows[CALL].outcome is Outcome.UNKNOWN


def _slow(asking: asyncio.Event) -> Callable[[str, object], Awaitable[str]]:
    async def person_at(_interface: str, _at: object) -> str:
        await asking.wait()
        return "ana"

    return person_at
