"""Signals: what is counted of an agent's calls to flag what looks odd; :mod:`ivr.domain.kpi.peer_flags` judges them."""

from enum import StrEnum


class Signal(StrEnum):
    """What is counted: the code of the flag."""

    LOW_OFFER_RATE = "low_offer_rate"
    AGENT_HANGS_UP_FIRST = "agent_hangs_up_first"
    TRANSFERS_BEFORE_RATING = "transfers_before_rating"
    EARLY_PRESSES = "early_presses"
    FEW_CALLERS = "few_callers"
    OFFERS_TO_THE_CONTENT = "offers_to_the_content"

    @property
    def is_low(self) -> bool:
        """Whether a low share is the telling one."""
        return self is Signal.LOW_OFFER_RATE
