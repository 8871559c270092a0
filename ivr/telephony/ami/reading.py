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

_LATEST = 4_102_444_800.0
"""The year 2100, in seconds since 1970."""
_ENDED_BY = {each.value: each for each in EndedBy}


class EventMangled(Exception):
    """An event lacks a header that it must have, or has one that cannot be right."""


def read_event(frame: Frame, read_at: datetime) -> AmiEvent | None:
    """Return what happened; None where the event is of no concern (a dial that was not answered, say).

    Raises :class:`EventMangled` where a header is missing or too long. A time that cannot be right is taken for none.
    """
    line = frame.first_line
    reader = _BY_LINE.get(line) or _BY_LINE.get(line.lower())
    if reader is None:
        return None
    stamp = _number(frame, "Timestamp")
    return reader(frame, read_at if stamp is None else datetime.fromtimestamp(stamp, UTC))


def _need(frame: Frame, name: str) -> str:
    value = frame.value(name)
    if value is None:
        raise EventMangled(f"{frame.first_line.decode('utf-8', 'replace')} without a usable {name}")
    return value


def _number(frame: Frame, name: str) -> float | None:
    """Return a count or a number of seconds; None where it is missing, or cannot be one."""
    text = frame.value(name)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < _LATEST else None  # neither infinite nor "nan" passes


def _caller(frame: Frame) -> Channel:
    return Channel(
        _need(frame, "Uniqueid"),
        _need(frame, "Channel"),
        frame.value("Linkedid"),
        frame.value("CallerIDNum"),
        frame.value("Language"),
    )


def _channel(frame: Frame) -> Channel:
    """Read a channel of whom nothing more is asked: a number that is not needed is not decoded either."""
    return Channel(_need(frame, "Uniqueid"), _need(frame, "Channel"))


def _agent(frame: Frame) -> Channel:
    return Channel(_need(frame, "DestUniqueid"), _need(frame, "DestChannel"))


def _dial_answered(frame: Frame, at: datetime) -> DialAnswered | None:
    # Without a Channel it was an Originate: nobody called.
    if frame.value("DialStatus") != "ANSWER" or frame.value("Channel") is None:
        return None
    return DialAnswered(_caller(frame), _agent(frame), at)


def _dial_began(frame: Frame, at: datetime) -> DialBegan | None:
    name = frame.value("Channel")
    return None if name is None else DialBegan(Channel(_need(frame, "Uniqueid"), name), _agent(frame), at)


def _agent_connected(frame: Frame, at: datetime) -> AgentConnected:
    return AgentConnected(
        caller=_caller(frame),
        agent=_agent(frame),
        queue=_need(frame, "Queue"),
        interface=_need(frame, "Interface"),
        hold_seconds=_number(frame, "HoldTime"),
        at=at,
    )


def _agent_completed(frame: Frame, at: datetime) -> AgentCompleted | None:
    queue, interface = _need(frame, "Queue"), _need(frame, "Interface")
    # Whoever's channel was gone before is not named; where both were, their own ends have told everything.
    has_caller, has_agent = frame.value("Uniqueid") is not None, frame.value("DestUniqueid") is not None
    if not (has_caller or has_agent):
        return None
    return AgentCompleted(
        caller=_caller(frame) if has_caller else None,
        agent=_agent(frame) if has_agent else None,
        queue=queue,
        interface=interface,
        reason=_ENDED_BY.get(frame.value("Reason") or "", EndedBy.UNKNOWN),
        hold_seconds=_number(frame, "HoldTime"),
        talk_seconds=_number(frame, "TalkTime"),
        at=at,
    )


def _blind_transferred(frame: Frame, at: datetime) -> BlindTransferred | None:
    if frame.value("Result") != "Success":
        return None
    return BlindTransferred(_need(frame, "TransfererUniqueid"), at)


_READERS: dict[str, Callable[[Frame, datetime], AmiEvent | None]] = {
    "Newchannel": lambda frame, at: ChannelCreated(_channel(frame), at),
    "QueueCallerJoin": lambda frame, at: QueueJoined(_caller(frame), _need(frame, "Queue"), at),
    "AgentCalled": lambda frame, at: AgentRang(_need(frame, "DestUniqueid"), at),
    "DialBegin": _dial_began,
    "DialEnd": _dial_answered,
    "AgentConnect": _agent_connected,
    "AgentComplete": _agent_completed,
    "BridgeEnter": lambda frame, at: BridgeEntered(_need(frame, "Uniqueid"), at),
    "BridgeLeave": lambda frame, at: BridgeLeft(_need(frame, "Uniqueid"), at),
    "BlindTransfer": _blind_transferred,
    "HangupRequest": lambda frame, at: HangupRequested(_need(frame, "Uniqueid"), at),
    "Hangup": lambda frame, at: HungUp(_need(frame, "Uniqueid"), at),
    "CoreShowChannel": lambda frame, _at: ChannelListed(
        _channel(frame), frame.value("Application"), _need(frame, "ActionID")
    ),
    "CoreShowChannelsComplete": lambda frame, _at: ChannelsListed(
        int(_number(frame, "ListItems") or 0), _need(frame, "ActionID")
    ),
}

_SPELT = {f"Event: {name}".encode(): reader for name, reader in _READERS.items()}
_BY_LINE = _SPELT | {line.lower(): reader for line, reader in _SPELT.items()}

WANTED = frozenset(name.lower().encode() for name in _READERS)
"""The names of the events that are read, in lower case; every other event is dropped undecoded."""
