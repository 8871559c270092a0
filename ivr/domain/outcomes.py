"""Outcomes: the one disposition in which every handled call ends.

The columns follow AAPOR's Standard Definitions (I complete, R refusal, O other, NC non-contact,
U unknown eligibility); what we chose not to ask is sampling, not non-response.
"""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a handled call ended, as seen by the primary question."""

    RATED = "rated"
    NO_KEY = "no_key"
    INVALID_KEYS = "invalid_keys"
    OPTED_OUT = "opted_out"
    LEFT_IN_INTRO = "left_in_intro"
    LEFT_IN_MENU = "left_in_menu"
    LEFT_BEFORE_PROMPT = "left_before_prompt"
    CALLER_LEFT_FIRST = "caller_left_first"
    TRANSFERRED_AWAY = "transferred_away"
    UNAVAILABLE = "unavailable"
    NOT_SELECTED = "not_selected"
    THROTTLED = "throttled"
    DO_NOT_ASK = "do_not_ask"
    TOO_SHORT = "too_short"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Disposition:
    """What an outcome says of a call: True, False, or None where it cannot be known.

    ``offered``: the caller's leg reached the rating entry. ``started``: the first prompt frame was played.
    ``aapor`` is None where the call is not in the sample.
    """

    eligible: bool | None
    offered: bool | None
    started: bool | None
    aapor: str | None


_STARTED_COMPLETE = Disposition(eligible=True, offered=True, started=True, aapor="I")
_STARTED_OTHER = Disposition(eligible=True, offered=True, started=True, aapor="O")
_STARTED_REFUSAL = Disposition(eligible=True, offered=True, started=True, aapor="R")
_OFFERED_ONLY = Disposition(eligible=True, offered=True, started=False, aapor="NC")
_NOT_REACHED = Disposition(eligible=True, offered=False, started=False, aapor="NC")
_NOT_SAMPLED = Disposition(eligible=False, offered=False, started=False, aapor=None)
_UNKNOWN = Disposition(eligible=None, offered=None, started=None, aapor="U")

DISPOSITIONS: dict[Outcome, Disposition] = {
    Outcome.RATED: _STARTED_COMPLETE,
    Outcome.NO_KEY: _STARTED_OTHER,
    Outcome.INVALID_KEYS: _STARTED_OTHER,
    Outcome.OPTED_OUT: _STARTED_REFUSAL,
    Outcome.LEFT_IN_INTRO: _STARTED_REFUSAL,
    Outcome.LEFT_IN_MENU: _STARTED_REFUSAL,
    Outcome.LEFT_BEFORE_PROMPT: _OFFERED_ONLY,
    Outcome.CALLER_LEFT_FIRST: _NOT_REACHED,
    Outcome.TRANSFERRED_AWAY: _NOT_REACHED,
    Outcome.UNAVAILABLE: _NOT_REACHED,
    Outcome.NOT_SELECTED: _NOT_SAMPLED,
    Outcome.THROTTLED: _NOT_SAMPLED,
    Outcome.DO_NOT_ASK: _NOT_SAMPLED,
    Outcome.TOO_SHORT: _NOT_SAMPLED,
    Outcome.UNKNOWN: _UNKNOWN,
}
