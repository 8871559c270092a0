"""The demonstration as a user starts it, and the proof that its comparison can fail."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from ivr.bootstrap.demo import running_demo
from tests.pbx.lab import ivr_command

CALLS = 30

# The service with one fault: the ledger never gets to know of the first key that it is told.
DROPS_ONE_KEY = """
import asyncio
from ivr.domain.calls import Press
from ivr.store import ledger

record = ledger.SqlLedger.record
dropped = []


async def forgetful(self, *facts):
    for fact in facts:
        if isinstance(fact, Press) and not dropped:
            dropped.append(fact.call)
    await record(self, *(f for f in facts if not (isinstance(f, Press) and f.call in dropped)))


ledger.SqlLedger.record = forgetful
from ivr.cli import main
import sys

sys.argv = ["ivr", "serve"]
main()
"""


def test_thirty_calls_as_a_user_would_run_them() -> None:
    done = subprocess.run(
        ivr_command("demo", "--calls", str(CALLS), "--rate", "4", "--exit", "--json"),
        capture_output=True,
        text=True,
        timeout=300,
        cwd="/",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout)
    assert result["calls"] == CALLS
    assert result["mismatches"] == 0
    assert result["pressed"] == result["stored"]
    assert sum(result["outcomes"].values()) == result["handled"] == len(result["stored"])
    assert result["outcomes"]["rated"] == result["rated"]
    assert result["offered"] >= result["rated"] > 0
    # A believable mix: rated, silent, wrong, refused, and gone at several places.
    assert {"rated", "no_key", "invalid_keys", "opted_out", "caller_left_first"} <= set(result["outcomes"])
    assert {"left_in_intro", "left_in_menu", "left_before_prompt"} & set(result["outcomes"])
    # And those who are not asked, each for the reason that the rules give.
    assert {"too_short", "throttled", "do_not_ask", "unavailable", "transferred_away"} <= set(result["outcomes"])
    assert result["rated"] >= CALLS / 2


async def test_a_build_that_drops_one_key_shows_one_mismatch(tmp_path: Path) -> None:
    faulty = tmp_path / "faulty.py"
    faulty.write_text(DROPS_ONE_KEY)
    async with running_demo(lambda _text: None, keep=False, serve=(sys.executable, str(faulty))) as running:
        plans = [plan for plan in running.demo.plan(40, 5) if plan.behaviour.value == "presses"][:8]
        comparison = await running.demo.run(plans, rate=3)
    assert comparison.mismatches == 1
    (wrong,) = [call for call in comparison.calls if call.difference is not None]
    assert len(wrong.pressed) == 1
    assert wrong.stored == ""


async def test_two_demonstrations_do_not_meet() -> None:
    async with running_demo(lambda _text: None, keep=False) as one:
        starting = await asyncio.create_subprocess_exec(
            *ivr_command("demo", "--calls", "2", "--exit", "--json"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        plans = one.demo.plan(40, 9)[:3]
        comparison = await one.demo.run(plans, rate=2)
        output, errors = await asyncio.wait_for(starting.communicate(), 200)
    assert comparison.mismatches == 0
    assert starting.returncode == 0, errors.decode()[-1500:]
    assert json.loads(output)["mismatches"] == 0
