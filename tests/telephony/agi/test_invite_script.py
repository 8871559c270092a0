"""The script ``invite`` with the real use case behind it, over real sockets."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from ivr.domain.calls import CallId
from ivr.domain.consents import Consent
from ivr.domain.experiments import Stratum
from ivr.telephony.agi.scripts import invite_script
from ivr.usecases.invite_caller import InviteCaller
from tests.memory_ledger import MemoryLedger
from tests.specimens import NOON, experiment, offering
from tests.telephony.agi.fake_asterisk import Dial, FakeAsterisk, serving

CALL = CallId("madrid", "1700000000.1")
ARGUMENTS = (
    "agi_callerid: +4930123456",
    "agi_language: en",
    "agi_arg_1: queue=sales%20north",
    "agi_arg_2: linkedid=1700000000.0",
    "agi_arg_3: site=north",
    "agi_arg_4: language=en",
    "agi_arg_5: pbx=",
    "agi_arg_6: test=1",
)
OK = "200 result=1"


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
async def dial(ledger: MemoryLedger) -> AsyncIterator[Dial]:
    arms = Stratum("*", {"sequential-123": 1.0}, {0.0: 1.0}, {"stay": 1.0}, {"ask-name": 1.0})
    drawn = replace(experiment(), strata=(arms,), control="sequential-123", consents={"stay": Consent("1", "2", 3.0)})
    invite = InviteCaller(
        ledger=ledger,
        offering=offering(drawn),
        prompt_length=lambda _prompt, language: 5000 if language == "en" else None,
        clock=lambda: NOON,
    )
    script = invite_script(invite, lambda number: f"h1:{number[-3:]}", pbx="madrid")
    async with serving({"invite": script}) as (_, dial):
        yield dial


async def hear_invitation(asterisk: FakeAsterisk, reply: str, keys: str = "") -> None:
    await asterisk.ask("invite", *ARGUMENTS)
    await asterisk.answer('SET VARIABLE IVR_AGENT_SCRIPT "ivr-rating/ask-name"', OK)
    await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 10", OK)
    await asterisk.answer('STREAM FILE ivr-rating/stay "12" 0', reply)
    await asterisk.answer("GET VARIABLE IVR_KEYS", f"200 result=1 ({keys})" if keys else "200 result=0")


async def test_a_caller_who_declines_in_the_prompt(dial: Dial, ledger: MemoryLedger) -> None:
    asterisk = await dial()
    await hear_invitation(asterisk, "200 result=50 endpos=8000", "2")
    await asterisk.answer('SET VARIABLE IVR_INVITED "no"', OK)
    assert await asterisk.hear() == ""
    invited = ledger.invitations[CALL]
    assert (invited.invitation, invited.script, invited.consent_key, invited.consent) == (
        "stay",
        "ask-name",
        "2",
        False,
    )
    facts = await ledger.facts_of(CALL)
    assert facts is not None
    assert (facts.arrived.caller, facts.arrived.site, facts.arrived.linkedid, facts.arrived.test) == (
        "h1:456",
        "north",
        "1700000000.0",
        True,
    )


async def test_a_caller_who_answers_in_the_silence_behind_it(dial: Dial, ledger: MemoryLedger) -> None:
    asterisk = await dial()
    await hear_invitation(asterisk, "200 result=0 endpos=40000")
    await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 8", OK)
    await asterisk.answer('STREAM FILE ivr-rating/silence "12" 216000', "200 result=49 endpos=220000")
    await asterisk.answer("GET VARIABLE IVR_KEYS", "200 result=1 (1)")
    await asterisk.answer('SET VARIABLE IVR_INVITED "yes"', OK)
    assert await asterisk.hear() == ""
    assert ledger.invitations[CALL].consent is True


async def test_a_caller_who_hangs_up_was_invited(dial: Dial, ledger: MemoryLedger) -> None:
    asterisk = await dial()
    await asterisk.ask("invite", *ARGUMENTS)
    await asterisk.answer('SET VARIABLE IVR_AGENT_SCRIPT "ivr-rating/ask-name"', OK)
    await asterisk.answer("SET VARIABLE TIMEOUT(absolute) 10", OK)
    assert (await asterisk.hear()).startswith("STREAM FILE")
    await asterisk.send("200 result=-1 endpos=800\nHANGUP\n")
    await asterisk.hang_up()
    assert ledger.invitations[CALL].consent_key is None


async def test_a_prompt_that_asterisk_lacks_lets_the_caller_go_on(dial: Dial, ledger: MemoryLedger) -> None:
    asterisk = await dial()
    await hear_invitation(asterisk, "200 result=-1 endpos=0")
    await asterisk.answer('SET VARIABLE IVR_INVITED "done"', OK)


async def test_a_ledger_that_fails_plays_nothing(dial: Dial, ledger: MemoryLedger) -> None:
    ledger.fails = lambda _fact: True
    asterisk = await dial()
    await asterisk.ask("invite", *ARGUMENTS)
    assert await asterisk.hear() == ""
