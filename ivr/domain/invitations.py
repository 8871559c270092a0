"""Invitations: what a caller hears before the queue, and what the agent is told, each drawn at random.

Both are drawn for purposes of their own, so they are independent of each other, of the layout and of the delay.
Whoever does not take part hears nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.draws import draw_within
from ivr.domain.experiments import Experiment, unit_of

NONE = "none"
"""The arm in which nothing is played; no prompt has it for its name."""


@dataclass(frozen=True, slots=True)
class InvitationAssignment:
    """What one call was given before its queue; ``invitation`` and ``script`` name prompts, or are :data:`NONE`."""

    experiment: str
    stratum: str
    invitation: str
    invitation_probability: float
    script: str
    script_probability: float


def assign_invitation(
    experiment: Experiment, *, site: str | None, queue: str | None, caller: str | None, call: str, at: datetime
) -> InvitationAssignment | None:
    """Assign an invitation and an agent's script; None where the experiment has neither for this call.

    ``caller`` and ``call`` are as in :func:`ivr.domain.experiments.assign`; ``at`` is when the caller is invited.
    """
    stratum = experiment.stratum(site, queue)
    if not (stratum.invitations or stratum.scripts) or not experiment.randomises(queue, at):
        return None
    share, unit = experiment.share_at(at), unit_of(experiment, caller, call)

    def drawn(arms: Mapping[str, float], purpose: str) -> tuple[str, float]:
        return draw_within(
            share, arms or {NONE: 1.0}, NONE, salt=experiment.salt, key=experiment.key, purpose=purpose, unit=unit
        )

    return InvitationAssignment(
        experiment.key, stratum.name, *drawn(stratum.invitations, "invitation"), *drawn(stratum.scripts, "script")
    )
