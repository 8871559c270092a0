"""Reports one experiment: whether its counts can be believed, what each layout changes, and what its rule concludes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.experiment_lock import STOPS, DecisionKind, ExperimentDecision, definition_of
from ivr.domain.experiments import Experiment
from ivr.domain.heard_versions import changed_at
from ivr.domain.kpi.experiment_figures import ExperimentFigures, experiment_figures
from ivr.domain.kpi.experiment_verdicts import Terms
from ivr.domain.kpi.instruments import Instruments
from ivr.usecases.declared_experiments import Declared, declared_of, moment_of
from ivr.usecases.known_experiments import require_known
from ivr.usecases.ports import Clock, ExperimentCounts, ExperimentLog
from ivr.usecases.report_window import ALL_CALLS, ReportWindow


@dataclass(frozen=True, slots=True)
class ExperimentReport:
    """The figures of one experiment; the moments are None where the log does not tell them.

    ``is_defined``: what was declared before its start is known, from the log or from its file.
    """

    experiment: str
    window: ReportWindow
    computed_at: datetime
    is_defined: bool
    started_at: datetime | None
    stopped_at: datetime | None
    figures: ExperimentFigures
    warnings: tuple[str, ...]
    first_ended_at: datetime | None = None
    last_ended_at: datetime | None = None


async def report_experiment(
    key: str,
    counts: ExperimentCounts,
    decisions: ExperimentLog,
    experiments: Mapping[str, Experiment],
    instruments: Instruments,
    *,
    clock: Clock,
    window: ReportWindow = ALL_CALLS,
    reference_layout: str | None = None,
) -> ExperimentReport:
    """Compute the report of the experiment that calls carry as ``key``.

    What was declared is what the log has locked; of one that was never started, what its file says (``experiments``).
    One that neither knows (an imported one) is reported all the same, and nothing is concluded of it.

    Raises:
        ExperimentUnknown: neither a file nor the log nor a call knows ``key``.
    """
    await require_known(key, experiments, counts, decisions)
    log = await decisions.of(key)
    declared = declared_of(experiments.get(key), log)
    counted = await counts.of(key, window)
    reference = reference_layout if declared is None else declared.control
    terms = Terms() if declared is None else _terms(declared)
    barred = None if window == ALL_CALLS else "these are not all of its calls; ask without a window and filters"
    figures = experiment_figures(counted, instruments, terms, reference=reference, barred=barred)
    return ExperimentReport(
        experiment=key,
        window=window,
        computed_at=clock(),
        is_defined=declared is not None,
        started_at=moment_of(log, {DecisionKind.STARTED}),
        stopped_at=moment_of(log, STOPS),
        figures=figures,
        warnings=(*_warnings(key, experiments.get(key), declared, log), *figures.warnings),
        first_ended_at=counted.first_ended_at,
        last_ended_at=counted.last_ended_at,
    )


def _terms(declared: Declared) -> Terms:
    return Terms(declared.primary_metric, declared.minimum_sample, declared.stop_rule, declared.unit)


def _warnings(
    key: str, experiment: Experiment | None, declared: Declared | None, log: Sequence[ExperimentDecision]
) -> list[str]:
    told: list[str] = []
    if declared is None:
        told.append(
            f"{key} has no file and no log here, so its primary metric, minimum sample and stop rule are not known: "
            "the top-box stands in for the metric, and nothing is decided"
        )
    elif not declared.is_locked:
        told.append(f"{key} is not started here, so its terms are not locked: `ivr experiments start {key} --by NAME`")
    elif experiment is not None and definition_of(experiment) != declared.definition:
        told.append(f"{key}.toml is not what it was at the start; what was locked then is what counts here")
    changed = changed_at(log)
    if changed is not None:
        told.append(
            f"a layout of {key} was changed on {changed:%Y-%m-%d %H:%M} UTC, and calls before and after it heard "
            f"different things; look at those since then with --from {changed:%Y-%m-%dT%H:%M}Z"
        )
    return told
