"""What really happened in one call of a run, as the handset and SIPp recorded it."""

from dataclasses import dataclass
from datetime import datetime

from ivr.rig.plan import CallPlan
from ivr.rig.rtp import Frame


@dataclass(frozen=True, slots=True)
class SentKey:
    """One key that the handset really sent."""

    key: str
    up_at: datetime
    down_ms: int | None
    """Key-down from the first frame of the rating stage, negative before it; None where no frame came."""
    up_ms: int | None
    """Key-up likewise."""
    question: str | None = None
    """The question that the caller meant to answer, where the plan says so."""
    up: float = 0.0
    """Key-up on the rig's monotonic clock, in seconds; the same clock as a tape's."""


@dataclass(frozen=True, slots=True)
class AgentLeg:
    """One agent's part in a call."""

    agent: str
    answered_at: datetime
    left_at: datetime | None
    ended_by: str | None
    """``agent``, ``caller`` or ``transfer``; None where the end was not seen."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it went. Times are UTC, as read when it happened (about 10 ms late at most)."""

    plan: CallPlan
    call_id: str
    """The SIP Call-ID of the caller's leg."""
    uniqueid: str | None
    """Asterisk's id of the caller's channel; None where the call never reached the dialplan."""
    connected_at: datetime | None
    legs: tuple[AgentLeg, ...]
    agent_left_at: datetime | None
    """When the last agent was told to hang up: the rating stage begins here. None where there was no such moment."""
    first_frame_at: datetime | None
    """The first frame of audio of the rating stage."""
    sent: tuple[SentKey, ...]
    """Every key sent in the rating stage."""
    left_at: datetime | None
    left_by: str | None
    """``caller``, or ``pbx`` where Asterisk ended the call."""
    speech_ms: tuple[tuple[int, int], ...]
    """The stretches of sound heard in the rating stage, from its first frame."""
    fault: str | None
    """Why the call did not go as it could have (never answered, out of time); None where it did."""
    done: bool = True
    """Whether the caller could do everything that was planned."""
    sent_before: tuple[SentKey, ...] = ()
    """Every key sent before an agent had left: on the way to the agent, as a consent is."""
    spoken_seconds: tuple[float, ...] = ()
    """How long the caller spoke, each time."""
    agent_speech_ms: tuple[tuple[int, int], ...] = ()
    """The stretches of sound that the first agent heard, from the answer on. All agents have one ear: only where the
    calls follow one another is it this call's."""
    tape: tuple[Frame, ...] = ()
    """Every frame heard in the rating stage, where the floor keeps tapes."""

    @property
    def keys(self) -> str:
        """The keys that were sent in the rating stage, in order."""
        return "".join(press.key for press in self.sent)
