"""The shipped dialplan gives the channel back as it took it."""

from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from tests.pbx.lab import DIALPLAN, lab

# What an administrator may have around the rating: limits of the call's own, another AGI habit, two queues in a row.
AROUND = """
[ivr-rating]
exten => s,1,Set(TIMEOUT(absolute)=${LIMIT})
 same => n,Set(AGIEXITONHANGUP=no)
 same => n,Gosub(shipped,s,1(${ARG1}))
 same => n,Set(FILE(${LEFT_BEHIND},,,al,u)=${UNIQUEID},${TIMEOUT(absolute)},${AGIEXITONHANGUP},${IVR_RESULT})
 same => n,Gosub(shipped,s,1(${ARG1}))
 same => n,Return()
exten => T,1,Set(FILE(${LEFT_BEHIND},,,al,u)=${UNIQUEID},own limit,,)
 same => n,Hangup()
"""


def _plan(key: str, after_ms: int) -> CallPlan:
    return CallPlan(1, "+442079460001", "support", Behaviour.PRESSES, 0.5, (Press(key, Anchor.FIRST_FRAME, after_ms),))


async def _left_behind(folder: Path, limit: str) -> tuple[list[list[str]], list[Outcome]]:
    dialplan = folder / "around.conf"
    dialplan.write_text(DIALPLAN.read_text().replace("[ivr-rating]", "[shipped]") + AROUND)
    noted = folder / "left-behind"
    async with lab(folder, dialplan=dialplan, variables={"LIMIT": limit, "LEFT_BEHIND": str(noted)}) as centre:
        await centre.run([_plan("1", 2000)], rate=1)
        rows = await centre.rows()
    return [line.split(",") for line in noted.read_text().split()], [row.outcome for row in rows.values()]


async def test_limits_are_restored_and_nobody_is_asked_twice(tmp_path: Path) -> None:
    ((_uniqueid, remaining, exit_on_hangup, result),), outcomes = await _left_behind(tmp_path, "120")
    assert 100 < float(remaining) < 119
    assert exit_on_hangup == "no"
    assert result == "done"
    assert outcomes == [Outcome.RATED]


async def test_no_limit_stays_no_limit(tmp_path: Path) -> None:
    ((_uniqueid, remaining, *_rest),), _outcomes = await _left_behind(tmp_path, "0")
    assert float(remaining) == 0
