"""Calls: the facts that telephony reports of one caller's contact, each immutable and with a natural key.

Facts may come in any order and any number of times; :mod:`ivr.domain.closing` makes the call's one row of them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.experiments import Assignment
from ivr.domain.outcomes import Outcome

PRIMARY_QUESTION = "primary"
CONFIRMATION = "confirmation"
"""The question that asks an extreme answer once more. Further questions have their layouts' keys for names."""


@dataclass(frozen=True, slots=True, order=True)
class CallId:
    """A caller's channel: Asterisk's Uniqueid, unique within the Asterisk named ``pbx``."""

    pbx: str
    uniqueid: str

    def __str__(self) -> str:
        return f"{self.pbx}/{self.uniqueid}"


class EndedBy(StrEnum):
    """Who ended a leg's talk."""

    AGENT = "agent"
    CALLER = "caller"
    TRANSFER = "transfer"
    UNKNOWN = "unknown"


class Attribution(StrEnum):
    """Whether the credited agent is the only one whom the rating can be about."""

    CERTAIN = "certain"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A caller's channel is known; what was not known then is None and is filled by later facts.

    ``caller`` is a keyed hash (``h1:...``), never a number.
    """

    call: CallId
    linkedid: str | None = None
    arrived_at: datetime | None = None
    caller: str | None = None
    site: str | None = None
    segment: str | None = None
    language: str | None = None
    test: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """One agent's talk with the caller. Natural key: the call and the agent channel's Uniqueid (``leg``).

    ``agent`` is the person (or, where nobody is known for it, the interface) as resolved when the agent
    answered; it is never looked up again. ``ended_at`` is None while they talk.
    """

    call: CallId
    leg: str
    agent: str | None
    interface: str | None
    queue: str | None
    connected_at: datetime
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    wait_seconds: float | None = None
    talk_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RatingEntered:
    """The caller's leg reached the rating entry of the dialplan: the offer, as the PBX states it.

    ``agent`` and ``queue`` are what the dialplan knew; they stand in where no leg was seen on AMI. With
    ``agent_is_named`` the administrator names who is to be credited, and that stands above any leg.
    ``declined`` says why the caller is not asked, None where the caller is asked; ``declined_by`` names the rule.
    """

    call: CallId
    entered_at: datetime
    agent: str | None
    queue: str | None
    selection_probability: float
    declined: Outcome | None = None
    agent_is_named: bool = False
    declined_by: str | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """A layout is about to be played to the caller; stored before the first prompt.

    ``confirm_probability`` is the chance that an extreme answer is asked once more.
    """

    call: CallId
    assignment: Assignment
    layout_version: str
    exposed_at: datetime
    confirm_probability: float = 0.0


@dataclass(frozen=True, slots=True)
class Press:
    """A key as heard. Natural key: the call and ``number``, counted from 1 in the order of the presses.

    Key-up in milliseconds from the first prompt frame (negative in the silence before it), known to lie
    between ``lo_ms`` and ``hi_ms``; both are equal where the moment is known. None where it is not.
    ``question`` is the one that was being put, None where nobody knows.
    """

    call: CallId
    number: int
    key: str
    lo_ms: int | None
    hi_ms: int | None
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How a question ended. Natural key: the call and the question.

    ``options_heard`` counts options fully played when the key came or the caller left. ``key`` is what was keyed, two
    digits where the answer has two. ``version`` is that of a further question's layout; the exposure has the first's.
    """

    call: CallId
    question: str
    status: Outcome
    options_heard: int
    key: str | None = None
    category: int | None = None
    press_ms: int | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that the caller has spoken. Natural key: the call and the question that it was asked after.

    ``file`` is its name within the comments' folder, without the ending that ``format`` is; it is deleted after
    ``keep_until``. A voice is personal data: nothing of it stands in the ledger.
    """

    call: CallId
    question: str
    file: str
    format: str
    seconds: float
    recorded_at: datetime
    keep_until: datetime


@dataclass(frozen=True, slots=True)
class AskingEnded:
    """The caller was asked for so many seconds, from the first sound or silence to the last: the burden."""

    call: CallId
    asked_seconds: float


@dataclass(frozen=True, slots=True)
class Invited:
    """The caller was invited before the queue, or the agent was given a script, each at random. Key: the call.

    ``invitation`` and ``script`` name what was drawn ("none" is a variant too). ``consent`` is what the caller said
    to the invitation: True, False, or None where nothing was said or asked; ``consent_key`` is the key.
    """

    call: CallId
    invited_at: datetime
    experiment: str
    stratum: str
    invitation: str
    invitation_probability: float
    script: str
    script_probability: float
    consent_key: str | None = None
    consent: bool | None = None


@dataclass(frozen=True, slots=True)
class CallGone:
    """The caller's channel is no more, so the call can be closed."""

    call: CallId
    gone_at: datetime


Fact = CallArrived | Leg | RatingEntered | Exposure | Press | Answer | Comment | AskingEnded | Invited | CallGone


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Everything known of one call, in the order of the natural keys (legs by the moment they connected).

    ``answer`` is the primary question's, ``further`` are those of all others, the confirmation's among them.
    """

    arrived: CallArrived
    legs: tuple[Leg, ...] = ()
    entered: RatingEntered | None = None
    exposure: Exposure | None = None
    presses: tuple[Press, ...] = ()
    answer: Answer | None = None
    gone: CallGone | None = None
    further: tuple[Answer, ...] = ()
    asked_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class HandledCall:
    """The one row of a handled call, as closed: the columns of the calls file, typed.

    Proportions 0 to 1, seconds as floats, times with an offset; None where a column is empty.
    ``keys`` are the presses as heard.
    """

    call: CallId
    ended_at: datetime
    outcome: Outcome
    agent: str | None = None
    queue: str | None = None
    team: str | None = None
    site: str | None = None
    segment: str | None = None
    language: str | None = None
    legs: int = 1
    attribution: Attribution = Attribution.CERTAIN
    caller: str | None = None
    wait_seconds: float | None = None
    talk_seconds: float | None = None
    ended_by: EndedBy = EndedBy.UNKNOWN
    experiment: str | None = None
    layout: str | None = None
    layout_version: str | None = None
    layout_probability: float | None = None
    allocation: str | None = None
    delay_seconds: float | None = None
    delay_probability: float | None = None
    selection_probability: float = 1.0
    options_heard: int | None = None
    press_ms: int | None = None
    key: str | None = None
    category: int | None = None
    keys: tuple[Press, ...] = ()
    confirm_probability: float | None = None
    confirm_key: str | None = None
    followup: str | None = None
    followup_probability: float | None = None
    followup_category: int | None = None
    test: bool = False
    excluded: bool = False
    asked_seconds: float | None = None
