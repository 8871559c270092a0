"""One agent's talk while it lasts: when it began and ended, and who ended it.

Three witnesses are heard. The bridge says when the two stopped hearing each other; the first HangupRequest says
which telephone was put down; AgentComplete says both, in whole seconds. In Asterisk 22.10 they agree, but
AgentComplete may come before or after the bridge's event of the same moment, and versions are reported in which
it comes only at the end of the whole call, with the reason ``caller`` and too long a talk. So the bridge and the
first HangupRequest are believed, and AgentComplete where they are silent.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from ivr.domain.calls import EndedBy, Leg

_ROUNDING_SECONDS = 2.0


def agreed_seconds(seen: float | None, reported: float | None) -> float | None:
    """Return what was seen; what Asterisk reports where nothing was seen, or the two differ by more than rounding.

    They differ so when the events were read in a burst, long after they happened and without a time of their own.
    """
    if seen is None or (reported is not None and abs(seen - reported) > _ROUNDING_SECONDS):
        return reported
    return seen


@dataclass(slots=True)
class Talk:
    """A leg that has not ended. ``plumbing``: the agent is reached through a Local channel.

    Such a channel may be optimised away while the two go on talking, so only the caller's side tells of the end.
    ``end_unseen``: the agent's channel went in a gap of the events.
    """

    leg: Leg
    plumbing: bool = False
    joined_at: datetime | None = None
    parted_at: datetime | None = None
    parted_first: EndedBy | None = None
    hung_up_first: EndedBy | None = None
    transferred: bool = False
    end_unseen: bool = False

    def bridged(self, party: EndedBy, at: datetime) -> None:
        """``party`` hears the other now."""
        if self.joined_at is None:
            self.joined_at = at
        if self.parted_first is party:
            # Parked and taken back: they talk on.
            self.parted_at = self.parted_first = None

    def parted(self, party: EndedBy, at: datetime) -> None:
        """``party`` left the bridge."""
        if self.parted_at is None and not (self.plumbing and party is EndedBy.AGENT):
            self.parted_at, self.parted_first = at, party

    def hung_up(self, party: EndedBy) -> None:
        """``party`` put the telephone down; of no concern once they have parted."""
        if self.parted_at is None:
            self.hung_up_first = self.hung_up_first or party

    def ended(self, at: datetime, *, reason: EndedBy | None = None, talk_seconds: float | None = None) -> Leg:
        """Return the leg as it ended, at ``at`` at the latest; ``reason`` and ``talk_seconds`` as reported."""
        began_at = self.joined_at or self.leg.connected_at
        ended_at = self.parted_at or at
        seen = max(0.0, (ended_at - began_at).total_seconds())
        return replace(
            self.leg,
            ended_at=ended_at,
            ended_by=self._ended_by(reason),
            talk_seconds=seen if self.parted_at else agreed_seconds(seen, talk_seconds),
        )

    def _ended_by(self, reason: EndedBy | None) -> EndedBy:
        if self.transferred or reason is EndedBy.TRANSFER:
            return EndedBy.TRANSFER
        parted_first = None if self.plumbing else self.parted_first
        return self.hung_up_first or reason or parted_first or EndedBy.UNKNOWN
