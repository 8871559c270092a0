"""Endings: who hung up first, the agent or the caller."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ivr.domain.calls import EndedBy
from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.tallies import EndingCount
from ivr.domain.kpi.wilson import proportion


@dataclass(frozen=True, slots=True)
class Endings:
    """How many calls ended by whom; ``unseen`` ended in a way that nobody saw.

    ``agent_share`` is the agent's part of the calls that one of the two hung up. Whoever hangs up first leaves the
    caller no rating where the caller is not led on to it.
    """

    agent: int
    caller: int
    transfer: int
    unseen: int
    agent_share: Estimate

    @property
    def calls(self) -> int:
        """All of them."""
        return self.agent + self.caller + self.transfer + self.unseen


def endings(counts: Iterable[EndingCount]) -> Endings:
    """Add up ``counts``."""
    ended: Counter[EndedBy | None] = Counter()
    for each in counts:
        ended[each.ended_by] += each.calls
    agent, caller, transfer = ended[EndedBy.AGENT], ended[EndedBy.CALLER], ended[EndedBy.TRANSFER]
    return Endings(
        agent,
        caller,
        transfer,
        unseen=ended[EndedBy.UNKNOWN] + ended[None],
        agent_share=proportion(agent, agent + caller, of="calls that the agent or the caller hung up"),
    )
