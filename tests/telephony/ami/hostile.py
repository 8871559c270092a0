"""Input that no healthy Asterisk sends, with the answer it gets: what is read all the same, and what is thrown away.

Every case stands behind a sign-in and in front of a call that must be followed. Times are that of reading, ``AT``.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ivr.domain.calls import EndedBy
from ivr.telephony.ami.events import (
    AgentCompleted,
    AmiEvent,
    BridgeEntered,
    Channel,
    HangupRequested,
    HungUp,
    QueueJoined,
)
from ivr.telephony.ami.meter import Discard

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CAP = 65_536
END = b"\r\n\r\n"


@dataclass(frozen=True)
class Hostile:
    """``sent`` over the wire; ``events`` are read of it, and so much is ``discarded``."""

    name: str
    sent: bytes
    discarded: dict[Discard, int] = field(default_factory=dict)
    events: tuple[AmiEvent, ...] = ()


def _lines(*lines: str | bytes) -> bytes:
    return b"\r\n".join(line.encode() if isinstance(line, str) else line for line in lines) + END


_PUT_DOWN = HangupRequested("7.1", AT)
_MALFORMED = {Discard.MALFORMED: 1}
_OVERSIZED = {Discard.OVERSIZED: 1}
_COMPLETED = ("Event: AgentComplete", "Channel: PJSIP/t-1", "Uniqueid: 7.1", "Queue: q", "Interface: PJSIP/agent1")


def _completed(**times: float | None) -> AgentCompleted:
    caller = Channel("7.1", "PJSIP/t-1")
    return AgentCompleted(
        caller,
        None,
        "q",
        "PJSIP/agent1",
        EndedBy.UNKNOWN,
        hold_seconds=times.get("hold"),
        talk_seconds=times.get("talk"),
        at=AT,
    )


CORPUS = (
    # Too long, or without an end.
    Hostile("an endless line", b"x" * 300_000 + END, _OVERSIZED),
    Hostile("header lines without end", b"Event: Hangup\r\n" + b"X: y\r\n" * 40_000 + END, _OVERSIZED),
    Hostile("a frame over the cap", _lines("Event: HangupRequest", "Uniqueid: 7.1", b"X: " + b"x" * CAP), _OVERSIZED),
    Hostile("an unwanted one over the cap", _lines("Event: VarSet", b"Value: " + b"x" * CAP), _OVERSIZED),
    Hostile(
        "fifteen thousand headers under the cap",
        _lines("Event: HangupRequest", *["A: 1"] * 10_000, "Uniqueid: 7.1"),
        events=(_PUT_DOWN,),
    ),
    Hostile("a Uniqueid of six hundred bytes", _lines("Event: HangupRequest", "Uniqueid: " + "1" * 600), _MALFORMED),
    # Bytes that are no text.
    Hostile("a NUL in a value", _lines("Event: HangupRequest", b"Uniqueid: 7\0.1"), _MALFORMED),
    Hostile("nothing but NULs", b"\0" * 1000 + END, _MALFORMED),
    Hostile("a NUL in what nobody reads", _lines("Event: VarSet", b"Value: \0"), {Discard.UNWANTED: 1}),
    Hostile(
        "bytes that are no UTF-8",
        _lines("Event: QueueCallerJoin", "Uniqueid: 7.1", b"Channel: PJSIP/\xff\xfe-1", b"Queue: \xe7\x8e"),
        events=(QueueJoined(Channel("7.1", "PJSIP/\ufffd\ufffd-1"), "\ufffd", AT),),
    ),
    Hostile("random bytes", bytes(range(1, 256)).replace(b"\r\n", b"") + END, _MALFORMED),
    # Lines that are no headers, and headers that are not what they seem.
    Hostile(
        "header lines without a colon",
        _lines("Event: HangupRequest", "Uniqueid", "no colon here", ": no name", "Uniqueid: 7.1", ""),
        events=(_PUT_DOWN,),
    ),
    Hostile("a colon without a blank", _lines("Event: HangupRequest", "Uniqueid:7.1"), _MALFORMED),
    Hostile(
        "repeated headers: the first counts",
        _lines("Event: HangupRequest", "Uniqueid: 7.1", "Uniqueid: 7.2", "Event: Hangup"),
        events=(_PUT_DOWN,),
    ),
    Hostile(
        "a header inside a value",
        _lines("Event: HangupRequest", "Note: Uniqueid: 9.9", "Uniqueid: 7.1"),
        events=(_PUT_DOWN,),
    ),
    Hostile(
        "a lone CR and a lone LF end no line",
        _lines("Event: BridgeEnter", "Uniqueid: 7.1\nUniqueid: 9.9\rX: y"),
        events=(BridgeEntered("7.1\nUniqueid: 9.9\rX: y", AT),),
    ),
    Hostile("a frame with plain line ends", b"Event: HangupRequest\nUniqueid: 7.1\n\n" + END, {Discard.UNWANTED: 1}),
    Hostile("stray line ends between frames", b"\r\n" * 999 + _lines("", "", "Event: HangupRequest", "Uniqueid: 7.1"),
            events=(_PUT_DOWN,)),
    Hostile("three CRs before the LF", b"Event: HangupRequest\r\nUniqueid: 7.1\r\r\r\n\r\n",
            events=(HangupRequested("7.1\r\r", AT),)),
    Hostile("an ActionID that tries to be a line", _lines("Event: HangupRequest", "ActionID: \r", "Uniqueid: 7.1"),
            events=(_PUT_DOWN,)),
    # What kind of frame it is.
    Hostile("an event with no name", _lines("Event: ", "Uniqueid: 7.1"), _MALFORMED),
    Hostile("an event with not even a blank", _lines("Event:", "Uniqueid: 7.1"), _MALFORMED),
    Hostile("neither event nor response", _lines("Uniqueid: 7.1", "Event: HangupRequest"), _MALFORMED),
    Hostile("an action", _lines("Action: Originate", "Channel: PJSIP/x"), _MALFORMED),
    Hostile("a second greeting", b"Asterisk Call Manager/11.0.0" + END, _MALFORMED),
    Hostile("an event of no known kind", _lines("Event: Surprise", "Uniqueid: 7.1"), {Discard.UNWANTED: 1}),
    Hostile("a kind with more behind its name", _lines("Event: HangupRequest2", "Uniqueid: 7.1"),
            {Discard.UNWANTED: 1}),
    Hostile("a kind and nothing else", b"Event: Hangup" + END, _MALFORMED),
    Hostile("odd case", _lines("EVENT: hangupREQUEST", "uniqueID: 7.1"), events=(_PUT_DOWN,)),
    # Headers that an event must have, and numbers that are none.
    Hostile("an event without its Uniqueid", _lines("Event: Hangup", "Channel: PJSIP/t-1"), _MALFORMED),
    Hostile("an unknown channel", _lines("Event: Newchannel", "Channel: <unknown>", "Uniqueid: 7.1"), _MALFORMED),
    Hostile("a wait of no number", _lines(*_COMPLETED, "HoldTime: nan", "TalkTime: soon"), events=(_completed(),)),
    Hostile("an endless talk", _lines(*_COMPLETED, "HoldTime: -5", "TalkTime: 1e400"), events=(_completed(),)),
    Hostile("an end whose caller is gone",
            _lines("Event: AgentComplete", "DestChannel: PJSIP/agent1-2", "DestUniqueid: 7.2", *_COMPLETED[3:]),
            events=(_completed()._replace(caller=None, agent=Channel("7.2", "PJSIP/agent1-2")),)),
    Hostile("an end whose caller and agent are gone", _lines("Event: AgentComplete", *_COMPLETED[3:])),
    Hostile("an end of no queue", _lines("Event: AgentComplete", "Interface: PJSIP/agent1"), _MALFORMED),
    Hostile("a reason of no kind", _lines(*_COMPLETED, "Reason: boredom", "TalkTime: 60"),
            events=(_completed(talk=60.0),)),
    *(
        Hostile(f"the time {time}", _lines("Event: Hangup", f"Timestamp: {time}", "Uniqueid: 7.1"),
                events=(HungUp("7.1", AT),))
        for time in ("never", "inf", "-1", "1e300", "nan", "9999999999999")
    ),
    # Responses and lists that nobody waits for.
    Hostile("a response that nobody asked for", _lines("Response: Success", "ActionID: 1"), {Discard.UNASKED: 1}),
    Hostile("a response without an ActionID", _lines("Response: Error", "Message: no"), {Discard.UNASKED: 1}),
    Hostile("a refusal after the sign-in", _lines("Response: Error", "Message: Authentication failed"),
            {Discard.UNASKED: 1}),
)  # fmt: skip

GREETINGS = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "another service": b"SSH-2.0-OpenSSH_9.2\r\n",
    "an empty line": b"\r\n",
    "half the name": b"Asterisk Call Man\r\n",
    "an endless line": b"Asterisk Call Manager/" + b"1" * 300,
    "an endless line of something else": b"x" * 300,
    "NULs": b"\0" * 30,
    "frames without a greeting": b"Response: Success\r\n\r\n",
}
"""What is no greeting: the link is given up at the first byte that tells."""
