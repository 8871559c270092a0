"""Consents: the question that an invitation may put, whether the caller wants to rate the call afterwards."""

from dataclasses import dataclass

from ivr.domain.layouts import DTMF_KEYS
from ivr.errors import ExperimentRefused

LONGEST_CONSENT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Consent:
    """The keys for yes and no, and how long an answer is waited for behind the invitation; it cannot be built wrong.

    The keys cut the invitation short. Who presses neither has said nothing, and is asked after the call.

    Raises:
        ExperimentRefused: with the fault and what to write instead.
    """

    yes: str
    no: str
    seconds: float = 4.0

    def __post_init__(self) -> None:
        for name, key in (("yes", self.yes), ("no", self.no)):
            if len(key) != 1 or key not in DTMF_KEYS:
                raise ExperimentRefused(f"consent: {name} is {key!r}; write one key of {' '.join(DTMF_KEYS)} as text")
        if self.yes == self.no:
            raise ExperimentRefused(f"consent: yes and no are both {self.yes}; give each a key of its own")
        if not 0 < self.seconds <= LONGEST_CONSENT_SECONDS:
            raise ExperimentRefused(
                f"consent: seconds is {self.seconds:g}; write seconds above 0, at most {LONGEST_CONSENT_SECONDS:g}"
            )

    @property
    def keys(self) -> str:
        """Both keys."""
        return self.yes + self.no
