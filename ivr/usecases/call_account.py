"""The account of one call: what its page tells of it, as far as the reader may know."""

from dataclasses import dataclass
from datetime import date, datetime

from ivr.domain.call_replay import Replay
from ivr.domain.calls import Attribution, CallId, EndedBy, Invited
from ivr.domain.contests import ContestCase
from ivr.domain.key_roles import KeyPlayed
from ivr.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Talk:
    """An agent's talk with the caller, in seconds from the first prompt (from the talk's end, where none was played).

    ``end`` is None where nobody saw it.
    """

    agent: str | None
    queue: str | None
    start: float
    end: float | None
    ended_by: EndedBy | None
    is_credited: bool


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """How a question ended; ``asked`` is what it asked, None where its layout is not known."""

    question: str
    asked: str | None
    status: Outcome
    key: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class SpokenComment:
    """That a comment was recorded, after which question and for how long."""

    question: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallView:
    """A call as its page tells it; None is what is not known, or not for the reader.

    ``agent`` is the name of the one credited, ``agent_key`` the key. ``waits_from`` is when the caller began to wait,
    in the seconds of :class:`Talk`; ``replay`` what was played, None where no layout is known or nothing was played.
    ``why_not`` says why the reader cannot contest the rating.
    """

    call: CallId
    day: date
    ended_at: datetime | None
    is_own: bool
    is_imported: bool
    is_test: bool
    is_excluded: bool
    agent: str | None
    agent_key: str | None
    team: str | None
    is_named: bool
    attribution: Attribution
    agents: int
    queue: str | None
    site: str | None
    language: str | None
    outcome: Outcome
    category: str | None
    key: str | None
    ended_by: EndedBy
    wait_seconds: float | None
    talk_seconds: float | None
    waits_from: float | None
    talks: tuple[Talk, ...]
    experiment: str | None
    layout: str | None
    layout_version: str | None
    layout_probability: float | None
    allocation: str | None
    delay_seconds: float | None
    delay_probability: float | None
    selection_probability: float
    declined_by: str | None
    options_heard: int | None
    asked_seconds: float | None
    keys: tuple[KeyPlayed, ...]
    answers: tuple[GivenAnswer, ...]
    comments: tuple[SpokenComment, ...]
    invitation: Invited | None
    replay: Replay | None
    is_exact_layout: bool
    contest: ContestCase | None
    why_not: str | None


@dataclass(frozen=True, slots=True)
class OpenedTomorrow:
    """It is an own call of today."""

    day: date
