"""Remarks about experiments: what the settings and the log say together, and what is seldom meant."""

from collections.abc import Sequence

from ivr.domain.experiment_lock import STOPS, DecisionKind, ExperimentDecision

_CLOSED = STOPS | {DecisionKind.ENDED}


def experiment_remarks(active: str, log: Sequence[ExperimentDecision]) -> tuple[str, ...]:
    """Return what to tell, a sentence each, where the settings name the experiment ``active``.

    That it was stopped comes first; then each other one that was started and is neither stopped nor at its end.
    """
    stopped = next((each for each in log if each.experiment == active and each.decision in STOPS), None)
    closed = {each.experiment for each in log if each.decision in _CLOSED}
    left = {each.experiment for each in log if each.decision is DecisionKind.STARTED} - closed - {active}
    return (
        *(() if stopped is None else (_stopped(stopped),)),
        *(
            f"experiment {key} was started and not stopped, and assigns no calls now that the settings name {active}; "
            f"stop it with `ivr experiments stop {key} --by NAME`"
            for key in sorted(left)
        ),
    )


def _stopped(stopped: ExperimentDecision) -> str:
    """Say what it means that the settings name an experiment that was ``stopped``."""
    return (
        f"the settings name the experiment {stopped.experiment}, which was stopped ({stopped.at:%Y-%m-%d %H:%M} UTC, "
        f"{stopped.who}), so everybody gets its control layout; set `experiment` to another one"
    )
