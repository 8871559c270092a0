"""From events to facts: which caller talked to which agent, from when to when, and who ended it.

A caller's channel is one that joined a queue, dialled, or talked to an agent; agents' own channels are not, nor
are the halves of Local channels. A leg is told twice, at its start and at its end, and the call's end once. Facts
come in the order of the events, and everything of a call is forgotten when its channel is gone.

Pure: who sits at an interface is asked for by :meth:`CallTracker.asks` and handed in with the event.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from ivr.domain.calls import CallArrived, CallGone, CallId, Fact, Leg
from ivr.telephony.ami.contacts import Contact, Contacts
from ivr.telephony.ami.events import (
    AgentCompleted,
    AgentConnected,
    AgentRang,
    BlindTransferred,
    BridgeEntered,
    BridgeLeft,
    CallEvent,
    Channel,
    ChannelCreated,
    ChannelListed,
    DialAnswered,
    DialBegan,
    HangupRequested,
    HungUp,
    QueueJoined,
)
from ivr.telephony.ami.talk import agreed_seconds
from ivr.usecases.ports import Pseudonym

_OUTGOING_HALVES = frozenset({"AppDial", "AppDial2", "AppQueue"})

_ASKING = frozenset({AgentConnected, AgentCompleted, DialBegan, DialAnswered})

Seats = Mapping[str, str | None]
"""Who sits at each interface that was asked for; None where nobody is entered."""
NO_SEATS: Seats = {}


class CallTracker:
    """Follows the calls of the Asterisk named ``pbx``.

    ``strangers``: whether a direct ``Dial()`` to an interface where nobody is entered makes a leg. Without it an
    outgoing or forwarded call is no handled call; a queue's member always makes a leg, entered or not.
    ``limit`` bounds the channels that are remembered.
    """

    def __init__(self, pbx: str, pseudonym: Pseudonym, *, strangers: bool = False, limit: int = 50_000) -> None:
        self._pbx = pbx
        self._pseudonym = pseudonym
        self._strangers = strangers
        self._limit = limit
        self._rung: dict[str, None] = {}  # in the order of ringing
        self.contacts = Contacts(limit)
        self._steps: dict[type[CallEvent], Callable[..., list[Fact]]] = {
            ChannelCreated: self._created,
            QueueJoined: self._joined,
            AgentRang: self._rang,
            DialBegan: self._dialled,
            DialAnswered: self._answered,
            AgentConnected: self._connected,
            AgentCompleted: self._completed,
            BridgeEntered: self._bridged,
            BridgeLeft: self._parted,
            BlindTransferred: self._transferred,
            HangupRequested: self._put_down,
            HungUp: self._gone,
        }

    def asks(self, event: CallEvent) -> tuple[str, ...]:
        """Return the interfaces whose persons :meth:`follow` needs to know for ``event``."""
        if type(event) not in _ASKING:
            return ()
        if isinstance(event, AgentConnected):
            return (event.interface,)
        if isinstance(event, AgentCompleted):
            if event.caller is None or event.agent is None:
                return ()
            contact = self.contacts.get(event.caller.uniqueid)
            met = contact is not None and contact.has_met(event.agent.uniqueid)
            return () if met else (event.interface,)
        if isinstance(event, DialBegan | DialAnswered) and self._is_direct(event):
            return event.caller.interface, event.agent.interface
        return ()

    def follow(self, event: CallEvent, seats: Seats) -> list[Fact]:
        """Take the next event and return the facts that it settles, in order."""
        return self._steps[type(event)](event, seats)

    def resume(self, live: Sequence[ChannelListed]) -> None:
        """Forget what is not ``live`` any more, after a gap, and take in callers whose arrival was not seen.

        Nothing is said of talks that ended in the gap: neither their end nor who ended them was seen, and
        what is None may be filled from queue_log.
        """
        uniqueids = frozenset(row.channel.uniqueid for row in live)
        self.contacts.retain(uniqueids)
        self._rung = {uniqueid: None for uniqueid in self._rung if uniqueid in uniqueids}
        for row in live:
            channel = row.channel
            if not (
                row.application in _OUTGOING_HALVES or channel.is_local or self.contacts.caller_of(channel.uniqueid)
            ):
                self.contacts.of(channel).counts = True

    def expect(self, uniqueid: str) -> None:
        """Have the end of the channel ``uniqueid`` told, whatever it did: its caller is asked for a rating."""
        self.contacts.of(Channel(uniqueid, name="")).counts = True

    def _created(self, event: ChannelCreated, _seats: Seats) -> list[Fact]:
        if not event.channel.is_local:
            self.contacts.of(event.channel).arrived_at = event.at
        return []

    def _joined(self, event: QueueJoined, _seats: Seats) -> list[Fact]:
        contact = self.contacts.of(event.caller)
        contact.waiting_since = event.at
        return self._tell_arrival(contact, event.caller)

    def _rang(self, event: AgentRang, _seats: Seats) -> list[Fact]:
        self._rung[event.agent] = None
        if len(self._rung) > self._limit:
            del self._rung[next(iter(self._rung))]
        self.contacts.forget(event.agent)
        return []

    def _dialled(self, event: DialBegan, seats: Seats) -> list[Fact]:
        if self._is_direct(event) and seats.get(event.caller.interface) is None:
            self.contacts.of(event.caller).counts = True
        self.contacts.forget(event.agent.uniqueid)
        return []

    def _answered(self, event: DialAnswered, seats: Seats) -> list[Fact]:
        """Begin the leg of a direct call; an agent who dials out is no caller."""
        interface = event.agent.interface
        stranger = seats.get(interface) is None and not self._strangers
        if stranger or seats.get(event.caller.interface) is not None or not self._is_direct(event):
            return []
        contact = self.contacts.of(event.caller)
        leg = Leg(
            call=self._call(event.caller),
            leg=event.agent.uniqueid,
            agent=_agent(interface, seats),
            interface=interface,
            queue=None,
            connected_at=event.at,
        )
        self.contacts.begin(contact, leg, event.agent)
        return [*self._tell_arrival(contact, event.caller), leg]

    def _connected(self, event: AgentConnected, seats: Seats) -> list[Fact]:
        contact = self.contacts.of(event.caller)
        if event.agent.uniqueid in contact.ended:
            return []
        since = contact.waiting_since
        waited = None if since is None else (event.at - since).total_seconds()
        leg = Leg(
            call=self._call(event.caller),
            leg=event.agent.uniqueid,
            agent=_agent(event.interface, seats),
            interface=event.interface,
            queue=event.queue,
            connected_at=event.at,
            wait_seconds=agreed_seconds(waited, event.hold_seconds),
        )
        self.contacts.begin(contact, leg, event.agent)
        return [*self._tell_arrival(contact, event.caller), leg]

    def _completed(self, event: AgentCompleted, seats: Seats) -> list[Fact]:
        if event.caller is None:
            return self._completed_by(event)
        contact = self.contacts.of(event.caller)
        if event.agent is None:
            return self._completed_with(contact, event)
        agent = event.agent.uniqueid
        arrival: list[Fact] = []
        if agent in contact.ended:
            return []
        if agent not in contact.talks:
            # The start fell into a gap: AgentComplete alone tells the whole leg.
            began_at = event.at - timedelta(seconds=event.talk_seconds or 0.0)
            start = AgentConnected(
                event.caller, event.agent, event.queue, event.interface, event.hold_seconds, began_at
            )
            arrival = self._connected(start, seats)[:-1]
        talk = self.contacts.end(contact, agent)
        return [*arrival, talk.ended(event.at, reason=event.reason, talk_seconds=event.talk_seconds)]

    def _completed_by(self, event: AgentCompleted) -> list[Fact]:
        """End the agent's talk, whoever the caller was; where there is none, the caller's channel has told it.

        The Linkedid is not asked: after an attended transfer it is that of another caller.
        """
        caller = None if event.agent is None else self.contacts.caller_of(event.agent.uniqueid)
        return [] if caller is None else self._completed(event._replace(caller=caller.channel), NO_SEATS)

    def _completed_with(self, contact: Contact, event: AgentCompleted) -> list[Fact]:
        """End the queue's talk with the interface; where there is none, the agent's channel has told it."""
        for agent, talk in contact.talks.items():
            if (talk.leg.interface, talk.leg.queue) == (event.interface, event.queue):
                self.contacts.end(contact, agent)
                return [talk.ended(event.at, reason=event.reason, talk_seconds=event.talk_seconds)]
        return []

    def _bridged(self, event: BridgeEntered, _seats: Seats) -> list[Fact]:
        for party, talk in self.contacts.talks_of(event.uniqueid):
            talk.bridged(party, event.at)
        return []

    def _parted(self, event: BridgeLeft, _seats: Seats) -> list[Fact]:
        for party, talk in self.contacts.talks_of(event.uniqueid):
            talk.parted(party, event.at)
        return []

    def _put_down(self, event: HangupRequested, _seats: Seats) -> list[Fact]:
        for party, talk in self.contacts.talks_of(event.uniqueid):
            talk.hung_up(party)
        return []

    def _transferred(self, event: BlindTransferred, _seats: Seats) -> list[Fact]:
        for _, talk in self.contacts.talks_of(event.transferer):
            talk.transferred = True
        return []

    def _gone(self, event: HungUp, _seats: Seats) -> list[Fact]:
        uniqueid = event.uniqueid
        self._rung.pop(uniqueid, None)
        caller = self.contacts.caller_of(uniqueid)
        if caller is not None:
            if caller.talks[uniqueid].plumbing:
                return []
            return [self.contacts.end(caller, uniqueid).ended(event.at)]
        contact = self.contacts.get(uniqueid)
        if contact is None:
            return []
        facts: list[Fact] = [talk.ended(event.at) for talk in contact.talks.values() if not talk.end_unseen]
        self.contacts.forget(uniqueid)
        return [*facts, CallGone(CallId(self._pbx, uniqueid), event.at)] if contact.counts else facts

    def _is_direct(self, event: DialBegan | DialAnswered) -> bool:
        """Whether Dial() itself dials: a queue's ringing and the insides of a Local channel are no direct calls."""
        contact = self.contacts.get(event.caller.uniqueid)
        agent = event.agent.uniqueid
        met = contact is not None and contact.has_met(agent)
        return not (event.caller.is_local or agent in self._rung or met)

    def _tell_arrival(self, contact: Contact, channel: Channel) -> list[Fact]:
        """Tell of the caller as ``channel`` is now: a dialplan sets the language after the channel came to be."""
        contact.counts = True
        if contact.told:
            return []
        contact.told = True
        return [
            CallArrived(
                self._call(channel),
                linkedid=channel.linkedid,
                arrived_at=contact.arrived_at,
                caller=None if channel.number is None else self._pseudonym(channel.number),
                language=channel.language,
            )
        ]

    def _call(self, channel: Channel) -> CallId:
        return CallId(self._pbx, channel.uniqueid)


def _agent(interface: str, seats: Seats) -> str | None:
    """Return who answered; None, and not a wrong agent, where the directory could not be asked."""
    return (seats[interface] or interface) if interface in seats else None
