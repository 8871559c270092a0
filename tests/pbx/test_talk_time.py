"""The talk time comes from the dialplan, so a minimum holds also where nobody reads Asterisk's manager."""

from pathlib import Path

import pytest

from ivr.domain.outcomes import Outcome
from ivr.rig.call_centre import staff
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from ivr.rig.service import SERVE
from tests.pbx.lab import lab, only

RULES = '[queues."*"]\nminimum_talk_seconds = 2\n'


@pytest.mark.parametrize("extension", ["support", f"direct-{staff(1)[0].endpoint}"])
async def test_a_short_talk_is_told_from_a_long_one_without_the_manager(tmp_path: Path, extension: str) -> None:
    rules = tmp_path / "asking.toml"
    rules.write_text(RULES)
    alone = ("env", "-u", "IVR_AMI_SECRET", f"IVR_ASKING_FILE={rules}", *SERVE)
    steps = (Press("1", Anchor.FIRST_FRAME, 1500),)
    plans = [
        CallPlan(number, f"+44207946000{number}", extension, Behaviour.PRESSES, seconds, steps)
        for number, seconds in enumerate((1.2, 3.0), start=1)
    ]
    async with lab(tmp_path, experiment=only("sequential-123"), serve=alone) as centre:
        short, long = [record for plan in plans for record in await centre.floor.run_calls([plan], rate=1)]
        rows = await centre.rows()
    assert rows[short.uniqueid or ""].outcome is Outcome.TOO_SHORT
    assert rows[long.uniqueid or ""].outcome is Outcome.RATED
