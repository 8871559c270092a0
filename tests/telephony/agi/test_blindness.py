"""Blindness: what the service sets on a caller's channel, for whoever watches the manager, tells no arm."""

from ivr.telephony.agi.scripts import rate_script
from ivr.usecases.close_calls import CloseCalls
from ivr.usecases.last_keys import LastKeys
from ivr.usecases.rate_call import RateCall
from tests.memory_ledger import MemoryDirectory, MemoryEligibility, MemoryLedger, MemoryRefusals
from tests.specimens import NOON, experiment, layout, offering, version
from tests.telephony.agi.fake_asterisk import serving

LINES = ("agi_callerid: +4930123456", "agi_language: en", "agi_arg_1: queue=sales")


async def commands_for(arm: str, delay_seconds: float) -> list[str]:
    """Return every command of a call that is given ``arm`` and presses 1 at the end of the first option."""
    offered = offering(experiment({arm: 1.0}, {delay_seconds: 1.0}), {arm: version(layout(key=arm))})
    ledger, last_keys = MemoryLedger(), LastKeys()
    closing = CloseCalls(
        ledger=ledger, directory=MemoryDirectory(), offering=offered, queues=frozenset(), clock=lambda: NOON
    )
    rate = RateCall(
        ledger=ledger,
        directory=MemoryDirectory(),
        offering=offered,
        eligibility=MemoryEligibility(),
        refusals=MemoryRefusals(),
        last_keys=last_keys,
        clock=lambda: NOON,
        closing=closing,
        longest_wait_seconds=60.0,
    )
    said: list[str] = []
    async with serving({"rate": rate_script(rate, lambda number: f"h1:{number[-3:]}", pbx="madrid")}) as (_, dial):
        asterisk = await dial()
        await asterisk.ask("rate", *LINES)
        while command := await asterisk.hear():
            said.append(command)
            pressed = "one" in command
            await asterisk.send(f"200 result={ord('1') if pressed else 0} endpos=8000\n")
    assert "Exposure" in ledger.history
    return said


async def test_no_variable_tells_the_arm() -> None:
    one = await commands_for("sequential-123", 0.0)
    other = await commands_for("arm-x7", 0.0)
    later = await commands_for("arm-x7", 3.875)
    for said in (one, other, later):
        assert any(command.startswith("SET VARIABLE IVR_RESULT done") for command in said)
        assert [command for command in said if "x7" in command or "sequential" in command or "3.875" in command] == []
    # The names of what is set are the same whatever was drawn; TIMEOUT(absolute) follows what is played.
    assert {command.split()[2] for command in one if command.startswith("SET VARIABLE")} == {
        command.split()[2] for command in later if command.startswith("SET VARIABLE")
    }
