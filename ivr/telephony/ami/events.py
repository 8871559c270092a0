"""The events that make up a call, as values: no header's name is known from here on inwards.

Times are Asterisk's own where manager.conf has ``timestampevents = yes``, otherwise the moment of reading.

They are named tuples: a busy PBX makes thousands a second, and a frozen dataclass takes three times as long to make.
Two of different kinds may be equal, so kinds are told apart by type.
"""

import re
from datetime import datetime
from typing import NamedTuple

from ivr.domain.calls import EndedBy

_SUFFIX = re.compile(r"-[0-9a-f]{8,}(;[12])?$")


class Channel(NamedTuple):
    """A channel as Asterisk showed it in one event, as far as the event is asked for it.

    ``number`` is a caller's number, and is never printed; it is read of those whose arrival may be told by the event.
    """

    uniqueid: str
    name: str
    linkedid: str | None = None
    number: str | None = None
    language: str | None = None

    def __repr__(self) -> str:
        return f"Channel({self.uniqueid!r}, {self.name!r})"

    @property
    def interface(self) -> str:
        """What the channel was made for: ``PJSIP/agent1`` of ``PJSIP/agent1-0000002a``."""
        return _SUFFIX.sub("", self.name)

    @property
    def is_local(self) -> bool:
        """Whether it is one half of a Local channel: plumbing, nobody's telephone."""
        return self.name.startswith("Local/")


class ChannelCreated(NamedTuple):
    """A channel came to be: a caller arrived, or an agent's telephone is about to ring."""

    channel: Channel
    at: datetime


class QueueJoined(NamedTuple):
    """A caller began to wait in a queue."""

    caller: Channel
    queue: str
    at: datetime


class AgentRang(NamedTuple):
    """A queue rings an agent's channel ``agent``, named by its Uniqueid, for a caller."""

    agent: str
    at: datetime


class DialBegan(NamedTuple):
    """A channel dials another: Dial(), or a queue ringing an agent."""

    caller: Channel
    agent: Channel
    at: datetime


class DialAnswered(NamedTuple):
    """The dialled side answered."""

    caller: Channel
    agent: Channel
    at: datetime


class AgentConnected(NamedTuple):
    """A queue joined an agent and a caller. ``hold_seconds``: whole seconds in the queue, by Asterisk."""

    caller: Channel
    agent: Channel
    queue: str
    interface: str
    hold_seconds: float | None
    at: datetime


class AgentCompleted(NamedTuple):
    """A queue says that an agent's talk is over. ``talk_seconds``: whole seconds, by Asterisk.

    ``caller`` or ``agent`` is None where that channel was gone before Asterisk wrote the event, which happens to the
    one who hung up first: the agent is then named by the interface only, the caller by the agent's channel.
    """

    caller: Channel | None
    agent: Channel | None
    queue: str
    interface: str
    reason: EndedBy
    hold_seconds: float | None
    talk_seconds: float | None
    at: datetime


class BridgeEntered(NamedTuple):
    """A channel began to hear the others of its bridge."""

    uniqueid: str
    at: datetime


class BridgeLeft(NamedTuple):
    """A channel hears them no more."""

    uniqueid: str
    at: datetime


class BlindTransferred(NamedTuple):
    """A party sent the other one elsewhere and left."""

    transferer: str
    at: datetime


class HangupRequested(NamedTuple):
    """The far end of a channel hung up: of two parties, the first to be seen here ended the talk."""

    uniqueid: str
    at: datetime


class HungUp(NamedTuple):
    """A channel is no more."""

    uniqueid: str
    at: datetime


class ChannelListed(NamedTuple):
    """One row of the list of live channels."""

    channel: Channel
    application: str | None
    action_id: str


class ChannelsListed(NamedTuple):
    """The list of live channels is at its end; it should have had ``rows`` rows."""

    rows: int
    action_id: str


CallEvent = (
    ChannelCreated
    | QueueJoined
    | AgentRang
    | DialBegan
    | DialAnswered
    | AgentConnected
    | AgentCompleted
    | BridgeEntered
    | BridgeLeft
    | BlindTransferred
    | HangupRequested
    | HungUp
)
AmiEvent = CallEvent | ChannelListed | ChannelsListed
