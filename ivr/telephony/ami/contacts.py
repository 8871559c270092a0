"""The callers that are on the PBX now, each with the talks that have not ended; bounded."""

from dataclasses import dataclass, field
from datetime import datetime

from ivr.domain.calls import EndedBy, Leg
from ivr.telephony.ami.events import Channel
from ivr.telephony.ami.talk import Talk


@dataclass(slots=True)
class Contact:
    """A channel that is, or may turn out to be, a caller's.

    ``counts``: it joined a queue, dialled or talked to an agent, so that its end is told. ``told``: its arrival
    was told. ``talks`` by the agent channel's Uniqueid; ``ended`` holds those that are over.
    """

    channel: Channel
    arrived_at: datetime | None = None
    waiting_since: datetime | None = None
    counts: bool = False
    told: bool = False
    talks: dict[str, Talk] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def has_met(self, agent: str) -> bool:
        """Whether there is or was a talk with the agent's channel ``agent``."""
        return agent in self.talks or agent in self.ended


class Contacts:
    """Contacts by Uniqueid, and the caller of each agent's channel.

    At most ``limit`` are remembered: a channel whose end is never seen must not stay for ever. The oldest goes
    first; ``forgotten`` counts them.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._by_uniqueid: dict[str, Contact] = {}
        self._caller_of: dict[str, str] = {}
        self.forgotten = 0

    def __len__(self) -> int:
        return len(self._by_uniqueid)

    def get(self, uniqueid: str) -> Contact | None:
        """Return the contact, or None."""
        return self._by_uniqueid.get(uniqueid)

    def of(self, channel: Channel) -> Contact:
        """Return the channel's contact, made now where there is none."""
        contact = self._by_uniqueid.get(channel.uniqueid)
        if contact is None:
            if len(self._by_uniqueid) >= self._limit:
                self.forget(next(iter(self._by_uniqueid)))
                self.forgotten += 1
            contact = self._by_uniqueid[channel.uniqueid] = Contact(channel)
        return contact

    def begin(self, contact: Contact, leg: Leg, agent: Channel) -> None:
        """Open the talk of ``leg``, or correct the one that is open under the same key."""
        known = contact.talks.get(leg.leg)
        if known is not None:
            known.leg = leg
            return
        self.forget(leg.leg)
        contact.talks[leg.leg] = Talk(leg, plumbing=agent.is_local)
        self._caller_of[leg.leg] = contact.channel.uniqueid

    def end(self, contact: Contact, agent: str) -> Talk:
        """Take the talk with the agent's channel ``agent`` off the contact."""
        contact.ended.add(agent)
        self._caller_of.pop(agent, None)
        return contact.talks.pop(agent)

    def forget(self, uniqueid: str) -> None:
        """Forget a contact and its talks; nothing where it is not known."""
        contact = self._by_uniqueid.pop(uniqueid, None)
        for agent in () if contact is None else contact.talks:
            self._caller_of.pop(agent, None)

    def retain(self, live: frozenset[str]) -> None:
        """Forget contacts that are not ``live``; of the others, mark the talks whose agent is not there any more."""
        for uniqueid in [known for known in self._by_uniqueid if known not in live]:
            self.forget(uniqueid)
        for contact in self._by_uniqueid.values():
            for agent, talk in contact.talks.items():
                talk.end_unseen = agent not in live and not talk.plumbing

    def caller_of(self, agent: str) -> Contact | None:
        """Return the contact that talks to the agent's channel ``agent``, or None."""
        caller = self._caller_of.get(agent)
        return None if caller is None else self._by_uniqueid[caller]

    def talks_of(self, uniqueid: str) -> list[tuple[EndedBy, Talk]]:
        """Return the open talks of a channel, with the part it plays in each."""
        caller = self.caller_of(uniqueid)
        if caller is not None:
            return [(EndedBy.AGENT, caller.talks[uniqueid])]
        contact = self._by_uniqueid.get(uniqueid)
        return [] if contact is None else [(EndedBy.CALLER, talk) for talk in contact.talks.values()]
