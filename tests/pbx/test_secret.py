"""The shared secret in the path of a request, as a real Asterisk sends it."""

import asyncio
from pathlib import Path

from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from tests.pbx.lab import lab, only

SECRET = "7hVn0lJq_of-the-house"
PLAN = CallPlan(1, "+442079460001", "support", Behaviour.PRESSES, 0.5, (Press("1", Anchor.FIRST_FRAME, 3000),))


async def test_a_call_with_the_secret_is_rated_and_the_secret_is_in_no_log(tmp_path: Path) -> None:
    async with lab(tmp_path, experiment=only("sequential-123"), secret=SECRET) as centre:
        (record,) = await centre.run([PLAN], rate=1)
        row = (await centre.rows())[record.uniqueid or ""]
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(centre.environment["IVR_AGI_BIND"].split(":")[1])
        )
        writer.write(b"agi_network_script: wrong-secret-of-16/rate\nagi_uniqueid: 1.1\n\n")
        assert await reader.read() == b""
        writer.close()
        log = centre.service.log.read_text()
    assert (row.outcome, row.key) == (Outcome.RATED, "1")
    assert "call_closed" in log
    assert SECRET not in log
    assert "wrong-secret-of-16" not in log
