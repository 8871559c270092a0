"""The shipped dialplan gives the channel back as it took it."""

from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from tests.pbx.lab import DIALPLAN, lab, only

NOTE = "Set(FILE(${LEFT_BEHIND},,,al,u)=${UNIQUEID},${TIMEOUT(absolute)},${AGIEXITONHANGUP},"
# What an administrator may have around the rating: limits of the call's own, another AGI habit, two queues in a row.
AROUND = """
[ivr-rating]
exten => s,1,Set(TIMEOUT(absolute)=${LIMIT})
 same => n,Set(AGIEXITONHANGUP=no)
 same => n,Set(CHANNEL(language)=xx)
 same => n,Gosub(shipped,s,1(${ARG1}))
 same => n,@NOTE${IVR_RESULT},${CHANNEL(language)})
 same => n,Gosub(shipped,s,1(${ARG1}))
 same => n,Return()
exten => invite,1,Set(TIMEOUT(absolute)=${LIMIT})
 same => n,Set(AGIEXITONHANGUP=no)
 same => n,Gosub(shipped,invite,1(${ARG1}))
 same => n,@NOTE${IVR_INVITED},${IVR_KEYS})
 same => n,Set(TIMEOUT(absolute)=0)
 same => n,Gosub(shipped,invite,1(${ARG1}))
 same => n,Return()
exten => T,1,Set(FILE(${LEFT_BEHIND},,,al,u)=${UNIQUEID},own limit,,)
 same => n,Hangup()
""".replace("@NOTE", NOTE)


def _plan(key: str, after_ms: int) -> CallPlan:
    return CallPlan(1, "+442079460001", "support", Behaviour.PRESSES, 0.5, (Press(key, Anchor.FIRST_FRAME, after_ms),))


INVITING = 'invitations = { "intro" = 1.0 }\n[consent."intro"]\nyes = "1"\nno = "2"\nseconds = 2\n'


async def _left_behind(folder: Path, limit: str, plan: CallPlan | None = None) -> tuple[list[list[str]], list[Outcome]]:
    dialplan = folder / "around.conf"
    dialplan.write_text(DIALPLAN.read_text().replace("[ivr-rating]", "[shipped]") + AROUND)
    noted = folder / "left-behind"
    experiment = only("sequential-123").replace('key = "default"', 'key = "default"\ncontrol = "sequential-123"')
    variables = {"LIMIT": limit, "LEFT_BEHIND": str(noted)}
    async with lab(folder, dialplan=dialplan, variables=variables, experiment=experiment + INVITING) as centre:
        await centre.run([plan or _plan("1", 2000)], rate=1)
        rows = await centre.rows()
    return [line.split(",") for line in noted.read_text().split()], [row.outcome for row in rows.values()]


async def test_limits_are_restored_and_nobody_is_asked_twice(tmp_path: Path) -> None:
    ((_uniqueid, remaining, exit_on_hangup, result, language),), outcomes = await _left_behind(tmp_path, "120")
    assert 100 < float(remaining) < 119
    assert exit_on_hangup == "no"
    assert result == "done"
    assert language == "xx"
    assert outcomes == [Outcome.RATED]


async def test_no_limit_stays_no_limit(tmp_path: Path) -> None:
    ((_uniqueid, remaining, *_rest),), _outcomes = await _left_behind(tmp_path, "0")
    assert float(remaining) == 0


async def test_an_invited_channel_is_given_back_too_and_its_keys_are_no_answer(tmp_path: Path) -> None:
    consent = (Press("1", Anchor.FIRST_FRAME, 1500),)
    later = (Press("3", Anchor.FIRST_FRAME, 2000),)
    plan = CallPlan(1, "+442079460001", "invited-support", Behaviour.PRESSES, 0.5, later, before=consent)
    ((_, remaining, exit_on_hangup, invited, *keys), (*_, result, language)), outcomes = await _left_behind(
        tmp_path, "120", plan
    )
    assert 100 < float(remaining) < 119.5
    assert (exit_on_hangup, invited, keys) == ("no", "yes", [""])
    assert (result, language) == ("done", "xx")
    assert outcomes == [Outcome.RATED]
