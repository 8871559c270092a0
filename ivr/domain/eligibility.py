"""Eligibility: whether a caller is asked, or the reason why not."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.calls import CallId
from ivr.domain.draws import uniform
from ivr.domain.outcomes import Outcome
from ivr.errors import SettingsRefused

INVITATION = "invitation"
"""The rule by which a caller is not asked who said no to the invitation."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A caller at the rating entry who may be asked.

    ``caller`` is a keyed hash; ``talk_seconds`` is how long the credited agent talked; ``consent`` is what the caller
    said to the invitation before the queue. What nobody knows is None.
    A ``test`` call is asked whatever the rules say, and counts in none of them.
    """

    call: CallId
    at: datetime
    caller: str | None = None
    queue: str | None = None
    agent: str | None = None
    site: str | None = None
    language: str | None = None
    talk_seconds: float | None = None
    test: bool = False
    consent: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a candidate is asked.

    ``selection_probability`` is the chance that the caller had of being asked, 0 where a rule left none.
    ``declined`` is None where the caller is asked, else the outcome; ``declined_by`` names the rule in a word.
    """

    selection_probability: float
    declined: Outcome | None = None
    declined_by: str | None = None

    def consented(self, consent: bool | None) -> "Decision":  # noqa: FBT001 - yes, no, or nothing said
        """Return the decision on a caller who said ``consent`` to the invitation.

        A no counts as a refusal only of those who would have been asked: so all outcomes have one sampling weight.
        """
        if self.declined is not None or consent is not False:
            return self
        return Decision(self.selection_probability, Outcome.OPTED_OUT, INVITATION)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Asks a random share of the callers; the share is kept beside each call and weighs it later."""

    probability: float = 1.0
    salt: str = "sampling"

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise SettingsRefused(
                f"sampling_probability is {self.probability:g}; write a number above 0, at most 1 (1 asks everybody)"
            )

    def decline(self, call: str) -> Outcome | None:
        """Return why the caller is not asked, or None where the caller is."""
        return None if uniform(self.salt, call) < self.probability else Outcome.NOT_SELECTED
