"""A blind transfer (REFER) between two queues on a real Asterisk: one call, two legs, one outcome."""

from pathlib import Path

from ivr.domain.calls import Attribution
from ivr.domain.outcomes import Outcome
from ivr.rig.plan import Anchor, Behaviour, CallPlan, Press
from tests.pbx.lab import lab


async def test_a_blind_transfer_is_one_call_and_credits_the_last_agent(tmp_path: Path) -> None:
    plans = [
        CallPlan(
            number,
            f"+4420794600{number:02d}",
            "support",
            Behaviour.TRANSFERRED,
            talk_seconds=0.8,
            steps=(Press("1", Anchor.FIRST_FRAME, 2000),),
            transfer_to="sales",
        )
        for number in range(1, 6)
    ]
    async with lab(tmp_path) as centre:
        records = await centre.run(plans, rate=2)
        rows = await centre.rows()
    assert len(rows) == len(plans)
    for record in records:
        row = rows[record.uniqueid or ""]
        first, last = record.legs
        assert (first.ended_by, last.ended_by) == ("transfer", "agent")
        assert row.legs == 2
        assert row.outcome is Outcome.RATED
        assert row.agent == f"PJSIP/{last.agent}"
        assert row.queue == "sales"
        expected = Attribution.CERTAIN if first.agent == last.agent else Attribution.UNCERTAIN
        assert row.attribution is expected
