"""Prospects: what a call of a queue can be given at a moment, with the chances of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.draws import mixed
from ivr.domain.experiments import Experiment
from ivr.domain.invitations import NONE


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a call can be given: each arm with its marginal probability, over taking part and the draw.

    ``experiment`` is None where nothing is left to chance, and ``why`` says why; it is None elsewhere. ``share``
    is how many take part. ``invitations`` and ``scripts`` are empty where the stratum has none.
    """

    experiment: str | None
    stratum: str
    control: str
    share: float
    layouts: Mapping[str, float]
    delays: Mapping[float, float]
    invitations: Mapping[str, float]
    scripts: Mapping[str, float]
    why: str | None = None


def prospect(experiment: Experiment, *, site: str | None, queue: str | None, at: datetime) -> Prospect:
    """Return what a call of ``queue`` at ``site`` can be given ``at`` a moment: what is drawn from for it."""
    stratum = experiment.stratum(site, queue)
    control = experiment.control_of(stratum)
    if not experiment.randomises(queue, at):
        why = _why_not(experiment, queue, at)
        return Prospect(None, stratum.name, control, 0.0, {control: 1.0}, {0.0: 1.0}, {}, {}, why)
    share = experiment.share_at(at)
    layouts, delays = experiment.given_in(stratum, at)
    invitations, scripts = (mixed(share, arms, NONE) if arms else {} for arms in (stratum.invitations, stratum.scripts))
    return Prospect(experiment.key, stratum.name, control, share, layouts, delays, invitations, scripts)


def _why_not(experiment: Experiment, queue: str | None, at: datetime) -> str:
    if experiment.queues and queue not in experiment.queues:
        return f"the experiment's queues are {', '.join(experiment.queues)}"
    if experiment.stopped_at is not None and at >= experiment.stopped_at:
        return f"the experiment was stopped at {experiment.stopped_at.isoformat(timespec='minutes')}"
    if experiment.ends is not None and at >= experiment.ends:
        return f"the experiment ended at {experiment.ends.isoformat(timespec='minutes')}"
    if not experiment.is_running_at(at):
        begins = max(moment for moment in (experiment.starts, experiment.started_at) if moment is not None)
        return f"the experiment begins at {begins.isoformat(timespec='minutes')}"
    return "no step of the ramp has been reached"
