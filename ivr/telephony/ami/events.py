"""The events that make up a call, as values: no header's name is known from here on inwards.

Times are Asterisk's own where manager.conf has ``timestampevents = yes``, otherwise the moment of reading.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from ivr.domain.calls import EndedBy

_SUFFIX = re.compile(r"-[0-9a-f]{8,}(;[12])?$")


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as Asterisk showed it in one event. ``number`` is a caller's number and is never printed."""

    uniqueid: str
    name: str
    linkedid: str | None = None
    number: str | None = field(default=None, repr=False)
    language: str | None = None

    @property
    def interface(self) -> str:
        """What the channel was made for: ``PJSIP/agent1`` of ``PJSIP/agent1-0000002a``."""
        return _SUFFIX.sub("", self.name)

    @property
    def is_local(self) -> bool:
        """Whether it is one half of a Local channel: plumbing, nobody's telephone."""
        return self.name.startswith("Local/")


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A channel came to be: a caller arrived, or an agent's telephone is about to ring."""

    channel: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class QueueJoined:
    """A caller began to wait in a queue."""

    caller: Channel
    queue: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AgentRang:
    """A queue rings an agent for a caller."""

    caller: Channel
    agent: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class DialBegan:
    """A channel dials another: Dial(), or a queue ringing an agent."""

    caller: Channel
    agent: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class DialAnswered:
    """The dialled side answered."""

    caller: Channel
    agent: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class AgentConnected:
    """A queue joined an agent and a caller. ``hold_seconds``: whole seconds in the queue, by Asterisk."""

    caller: Channel
    agent: Channel
    queue: str
    interface: str
    hold_seconds: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AgentCompleted:
    """A queue says that an agent's talk is over. ``talk_seconds``: whole seconds, by Asterisk.

    ``agent`` is None where the agent's channel was gone before Asterisk wrote the event: it then names the
    interface only.
    """

    caller: Channel
    agent: Channel | None
    queue: str
    interface: str
    reason: EndedBy
    hold_seconds: float | None
    talk_seconds: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class BridgeEntered:
    """A channel began to hear the others of its bridge."""

    uniqueid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BridgeLeft:
    """A channel hears them no more."""

    uniqueid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BlindTransferred:
    """A party sent the other one elsewhere and left."""

    transferer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HangupRequested:
    """The far end of a channel hung up: of two parties, the first to be seen here ended the talk."""

    uniqueid: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HungUp:
    """A channel is no more."""

    channel: Channel
    at: datetime


@dataclass(frozen=True, slots=True)
class ChannelListed:
    """One row of the list of live channels."""

    channel: Channel
    application: str | None
    action_id: str


@dataclass(frozen=True, slots=True)
class ChannelsListed:
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
