"""From AMI frames to events: Asterisk's header names are known in this file and nowhere behind it."""

from collections.abc import Callable
from datetime import UTC, datetime

from ivr.domain.calls import EndedBy
from ivr.telephony.ami.events import (
    AgentCompleted,
    AgentConnected,
    AgentRang,
    AmiEvent,
    BlindTransferred,
    BridgeEntered,
    BridgeLeft,
    Channel,
    ChannelCreated,
    ChannelListed,
    ChannelsListed,
    DialAnswered,
    DialBegan,
    HangupRequested,
    HungUp,
    QueueJoined,
)
from ivr.telephony.ami.frames import Frame


class EventMangled(Exception):
    """An event lacks a header that it must have."""


def read_event(frame: Frame, read_at: datetime) -> AmiEvent | None:
    """Return what happened; None where the event is of no concern (a dial that was not answered, say).

    Raises :class:`EventMangled` where a header is missing.
    """
    reader = _READERS.get(frame.event or "")
    if reader is None:
        return None
    stamp = frame.number("Timestamp")
    return reader(frame, read_at if stamp is None else datetime.fromtimestamp(stamp, UTC))


def _need(frame: Frame, name: str) -> str:
    value = frame.value(name)
    if value is None:
        raise EventMangled(f"{frame.event} without {name}")
    return value


def _channel(frame: Frame, prefix: str = "") -> Channel:
    return Channel(
        uniqueid=_need(frame, f"{prefix}Uniqueid"),
        name=_need(frame, f"{prefix}Channel"),
        linkedid=frame.value(f"{prefix}Linkedid"),
        number=frame.value(f"{prefix}CallerIDNum"),
        language=frame.value(f"{prefix}Language"),
    )


def _dial_answered(frame: Frame, at: datetime) -> DialAnswered | None:
    # Without a Channel it was an Originate: nobody called.
    if frame.value("DialStatus") != "ANSWER" or frame.value("Channel") is None:
        return None
    return DialAnswered(_channel(frame), _channel(frame, "Dest"), at)


def _dial_began(frame: Frame, at: datetime) -> DialBegan | None:
    if frame.value("Channel") is None:
        return None
    return DialBegan(_channel(frame), _channel(frame, "Dest"), at)


def _agent_connected(frame: Frame, at: datetime) -> AgentConnected:
    return AgentConnected(
        caller=_channel(frame),
        agent=_channel(frame, "Dest"),
        queue=_need(frame, "Queue"),
        interface=_need(frame, "Interface"),
        hold_seconds=frame.number("HoldTime"),
        at=at,
    )


def _agent_completed(frame: Frame, at: datetime) -> AgentCompleted:
    reason = frame.value("Reason")
    return AgentCompleted(
        caller=_channel(frame),
        agent=None if frame.value("DestUniqueid") is None else _channel(frame, "Dest"),
        queue=_need(frame, "Queue"),
        interface=_need(frame, "Interface"),
        reason=EndedBy(reason) if reason in set(EndedBy) else EndedBy.UNKNOWN,
        hold_seconds=frame.number("HoldTime"),
        talk_seconds=frame.number("TalkTime"),
        at=at,
    )


def _blind_transferred(frame: Frame, at: datetime) -> BlindTransferred | None:
    if frame.value("Result") != "Success":
        return None
    return BlindTransferred(_need(frame, "TransfererUniqueid"), at)


_READERS: dict[str, Callable[[Frame, datetime], AmiEvent | None]] = {
    "newchannel": lambda frame, at: ChannelCreated(_channel(frame), at),
    "queuecallerjoin": lambda frame, at: QueueJoined(_channel(frame), _need(frame, "Queue"), at),
    "agentcalled": lambda frame, at: AgentRang(_channel(frame), _channel(frame, "Dest"), at),
    "dialbegin": _dial_began,
    "dialend": _dial_answered,
    "agentconnect": _agent_connected,
    "agentcomplete": _agent_completed,
    "bridgeenter": lambda frame, at: BridgeEntered(_need(frame, "Uniqueid"), at),
    "bridgeleave": lambda frame, at: BridgeLeft(_need(frame, "Uniqueid"), at),
    "blindtransfer": _blind_transferred,
    "hanguprequest": lambda frame, at: HangupRequested(_need(frame, "Uniqueid"), at),
    "hangup": lambda frame, at: HungUp(_channel(frame), at),
    "coreshowchannel": lambda frame, _at: ChannelListed(
        _channel(frame), frame.value("Application"), _need(frame, "ActionID")
    ),
    "coreshowchannelscomplete": lambda frame, _at: ChannelsListed(
        int(frame.number("ListItems") or 0), _need(frame, "ActionID")
    ),
}

WANTED = frozenset(name.encode("ascii") for name in _READERS)
"""The names of the events that are read, in lower case; every other event is dropped undecoded."""
