"""A simulated population calls a real Asterisk: what its callers pressed is what the ledger holds."""

from ivr.bootstrap.demo import running_demo
from ivr.domain.calls import HandledCall
from ivr.rig.plan import Behaviour, Press
from ivr.simulation.scenarios import SCENARIOS


async def test_a_population_rates_through_sip_and_rtp_as_it_means_to() -> None:
    async with running_demo(lambda _text: None, keep=False, scenario=SCENARIOS["S3"], seed=5) as running:
        plans = running.demo.plan(30, 5)
        comparison = await running.demo.run(plans, rate=4)
    assert comparison.mismatches == 0
    rows: dict[int, HandledCall] = {
        call.record.plan.number: call.row
        for call in comparison.calls
        if call.record is not None and call.row is not None
    }
    assert len(rows) == 30
    for plan in plans:
        row = rows[plan.number]
        assert row.outcome in plan.outcomes, plan
        meant = [step.key for step in plan.steps if isinstance(step, Press)]
        assert [row.key] == (meant or [None])
    assert {plan.behaviour for plan in plans} >= {Behaviour.PRESSES, Behaviour.SILENT, Behaviour.LEAVES_IN_INTRO}
