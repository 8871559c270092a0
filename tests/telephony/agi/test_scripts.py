"""Both scripts with the real use cases behind them, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ivr.domain.calls import CallId
from ivr.domain.outcomes import Outcome
from ivr.telephony.agi.scripts import left_script, rate_script
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.note_left_keys import NoteLeftKeys
from ivr.usecases.ports import Line
from ivr.usecases.rate_call import RateCall, RatingRequest
from tests.memory_ledger import MemoryDirectory, MemoryEligibility, MemoryLedger, MemoryRefusals
from tests.specimens import NOON, offering
from tests.telephony.agi.fake_asterisk import Dial, FakeAsterisk, serving

ARGUMENTS = (
    "agi_callerid: +4930123456",
    "agi_language: de",
    "agi_arg_1: queue=sales%20north",
    "agi_arg_2: interface=",
    "agi_arg_3: dialed=PJSIP%2Fana-00000010",
    "agi_arg_4: linkedid=1700000000.0",
    "agi_arg_5: site=north",
    "agi_arg_6: language=en",
    "agi_arg_7: pbx=",
    "agi_arg_8: test=1",
)
KEYS = '"0123456789*#"'
CALL = CallId("madrid", "1700000000.1")


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
async def dial(ledger: MemoryLedger) -> AsyncIterator[Dial]:
    last_keys = LastKeys()
    directory = MemoryDirectory(people={"PJSIP/ana": "ana"})
    closing = CloseCalls(
        ledger=ledger,
        directory=directory,
        offering=offering(),
        queues=frozenset(),
        clock=lambda: NOON,
    )
    rate = RateCall(
        ledger=ledger,
        directory=directory,
        offering=offering(),
        eligibility=MemoryEligibility(),
        refusals=MemoryRefusals(),
        last_keys=last_keys,
        clock=lambda: NOON,
        closing=closing,
        longest_wait_seconds=60.0,
    )
    left = NoteLeftKeys(ledger=ledger, last_keys=last_keys, closing=closing)
    handlers = {
        "rate": rate_script(rate, lambda number: f"h1:{number[-3:]}", pbx="madrid"),
        "left": left_script(left, pbx="madrid"),
    }
    async with serving(handlers) as (_, dial):
        yield dial


async def hear_intro(asterisk: FakeAsterisk) -> None:
    await asterisk.ask("rate", *ARGUMENTS)
    await asterisk.answer('SET VARIABLE CHANNEL(language) "en"', "200 result=1")
    await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 8", "200 result=1")
    await asterisk.answer(f"STREAM FILE ivr-rating/intro {KEYS} 0", "200 result=0 endpos=24000")
    await asterisk.answer("GET VARIABLE IVR_KEYS", "200 result=0")
    await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 6", "200 result=1")


async def test_a_call_from_the_header_to_done(dial: Dial, ledger: MemoryLedger) -> None:
    asterisk = await dial()
    await hear_intro(asterisk)
    assert ledger.history == ["CallArrived", "RatingEntered", "Exposure"]
    await asterisk.answer(f"STREAM FILE ivr-rating/one {KEYS} 0", "200 result=49 endpos=8000")
    await asterisk.answer("GET VARIABLE IVR_KEYS", "200 result=1 (1)")
    await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 7", "200 result=1")
    assert ledger.history[3:] == ["Press 1 1", "Answer rated"]
    await asterisk.answer('STREAM FILE ivr-rating/thanks "" 0', "200 result=0 endpos=16000")
    await asterisk.answer("GET VARIABLE IVR_KEYS", "200 result=1 (1)")
    await asterisk.answer('SET VARIABLE IVR_KEYS_TAKEN "1"', "200 result=1")
    await asterisk.answer("SET VARIABLE IVR_RESULT done", "200 result=1")
    assert await asterisk.hear() == ""
    facts = await ledger.facts_of(CALL)
    assert facts is not None
    assert (facts.arrived.caller, facts.arrived.site, facts.arrived.language) == ("h1:456", "north", "en")
    assert (facts.arrived.linkedid, facts.arrived.test) == ("1700000000.0", True)
    assert facts.entered is not None
    assert (facts.entered.agent, facts.entered.queue) == ("ana", "sales north")
    assert facts.answer is not None
    assert (facts.answer.key, facts.answer.options_heard) == ("1", 1)


async def test_a_key_and_a_hang_up_in_one_breath(dial: Dial, ledger: MemoryLedger) -> None:
    asterisk, handler = await dial(), await dial()
    await hear_intro(asterisk)
    await asterisk.answer(f"STREAM FILE ivr-rating/one {KEYS} 0", "200 result=-1 endpos=1600\nHANGUP")
    await asterisk.hang_up()
    await handler.ask("left", "agi_arg_1: pbx=", "agi_arg_2: keys=3", "agi_arg_3: gone=1")
    await handler.answer("SET VARIABLE IVR_LEFT done", "200 result=1")
    row = ledger.rows[CALL]
    assert (row.outcome, row.key, row.category, row.options_heard) == (Outcome.RATED, "3", 0, 0)


async def test_a_ledger_that_fails_is_never_done(dial: Dial, ledger: MemoryLedger) -> None:
    ledger.fails = lambda fact: type(fact).__name__ == "Answer"
    asterisk = await dial()
    await hear_intro(asterisk)
    await asterisk.answer(f"STREAM FILE ivr-rating/one {KEYS} 0", "200 result=49 endpos=8000")
    await asterisk.answer("GET VARIABLE IVR_KEYS", "200 result=1 (1)")
    assert await asterisk.hear() == ""
    handler = await dial()
    ledger.fails = lambda fact: True
    await handler.ask("left", "agi_arg_1: pbx=", "agi_arg_2: keys=12", "agi_arg_3: gone=1")
    assert await handler.hear() == ""


async def test_many_calls_at_once_keep_apart(dial: Dial, ledger: MemoryLedger) -> None:
    async def call(number: int) -> None:
        key = "123"[number % 3]
        asterisk = await dial()
        await asterisk.ask("rate", *ARGUMENTS[2:], "agi_language: en", uniqueid=f"1.{number}")
        await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 8", "200 result=1")
        await asterisk.answer(f"STREAM FILE ivr-rating/intro {KEYS} 0", f"200 result={ord(key)} endpos=800")
        await asterisk.answer("GET VARIABLE IVR_KEYS", f"200 result=1 ({key})")
        await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 7", "200 result=1")
        await asterisk.hang_up()
        handler = await dial()
        await handler.ask(
            "left", "agi_arg_1: pbx=", f"agi_arg_2: keys={key}", "agi_arg_3: gone=1", uniqueid=f"1.{number}"
        )
        await handler.answer("SET VARIABLE IVR_LEFT done", "200 result=1")

    await asyncio.gather(*(call(number) for number in range(40)))
    assert {int(call.uniqueid[2:]): row.key for call, row in ledger.rows.items()} == {
        number: "123"[number % 3] for number in range(40)
    }


async def test_a_dialplan_that_names_its_asterisk_is_believed(dial: Dial, ledger: MemoryLedger) -> None:
    handler = await dial()
    await handler.ask("left", "agi_arg_1: pbx=lisbon", "agi_arg_2: keys=1", "agi_arg_3: gone=0")
    await handler.answer("SET VARIABLE IVR_LEFT done", "200 result=1")
    assert await ledger.facts_of(CallId("lisbon", "1700000000.1")) is not None


@pytest.mark.parametrize(
    ("told", "talk_seconds"),
    [
        (["talk_ms=9876", "talk=9"], 9.876),
        (["talk_ms=", "talk=9"], 9.0),
        (["talk_ms=0", "talk=0"], 0.0),
        (["talk_ms=", "talk="], None),
        (["talk_ms=-5", "talk=nine"], None),
    ],
)
async def test_the_talk_time_is_what_asterisk_tells(told: list[str], talk_seconds: float | None) -> None:
    heard: list[RatingRequest] = []

    async def rate(request: RatingRequest, _line: Line) -> Outcome:
        heard.append(request)
        return Outcome.RATED

    async with serving({"rate": rate_script(rate, lambda _number: None, pbx="madrid")}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("rate", *(f"agi_arg_{place}: {text}" for place, text in enumerate(told, start=1)))
        assert await asterisk.hear() == ""
    (request,) = heard
    assert request.talk_seconds == (None if talk_seconds is None else pytest.approx(talk_seconds))


@pytest.mark.parametrize(
    ("told", "consent"), [("yes", True), ("no", False), ("done", None), ("away", None), ("", None), ("NO!", None)]
)
async def test_the_dialplan_brings_what_was_said_to_the_invitation(told: str, consent: bool | None) -> None:
    heard: list[RatingRequest] = []

    async def rate(request: RatingRequest, _line: Line) -> Outcome:
        heard.append(request)
        return Outcome.RATED

    async with serving({"rate": rate_script(rate, lambda _number: None, pbx="madrid")}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("rate", f"agi_arg_1: invited={told}")
        assert await asterisk.hear() == ""
    assert [request.consent for request in heard] == [consent]


async def test_a_number_is_handed_to_the_follow_up_and_to_nobody_else() -> None:
    numbers: list[tuple[CallId, str]] = []
    told: list[RatingRequest] = []

    async def rate(request: RatingRequest, _line: Line) -> Outcome:
        told.append(request)
        return Outcome.RATED

    script = rate_script(
        rate,
        lambda _number: "h1:x",
        pbx="madrid",
        follow_up=lambda request, number: numbers.append((request.call, number)),
    )
    async with serving({"rate": script}) as (_, dial):
        known, unknown = await dial(), await dial()
        await known.ask("rate", *ARGUMENTS)
        assert await known.hear() == ""
        await unknown.ask("rate", "agi_callerid: unknown")
        assert await unknown.hear() == ""
    assert numbers == [(CALL, "+4930123456")]
    assert "30123456" not in str(told)
