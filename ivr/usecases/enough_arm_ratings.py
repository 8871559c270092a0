"""Withholds what an experiment's layouts with few ratings in a window tell of single callers."""

from dataclasses import replace

from ivr.domain.kpi.arm_effects import without_effects
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.experiment_figures import ArmFigures
from ivr.usecases.enough_ratings import EnoughRatings
from ivr.usecases.report_experiment import ExperimentReport


def with_enough_ratings(report: ExperimentReport, enough: EnoughRatings) -> ExperimentReport:
    """Return ``report`` without shares and categories of layouts with few ratings, and without effects that have them.

    The looks of a window are left out there too: each but the last is of fewer ratings still.
    """
    figures = report.figures
    few = {row.layout for row in figures.arms if enough.are_few(row.calls.judged)}
    if not few:
        return report
    arms = tuple(_withheld(row, few, figures.reference, enough) for row in figures.arms)
    return replace(report, figures=replace(figures, arms=arms))


def _withheld(row: ArmFigures, few: set[str], reference: str | None, enough: EnoughRatings) -> ArmFigures:
    is_few = row.layout in few
    told = replace(
        row,
        observed=enough.share(row.observed),
        calls=replace(row.calls, ratings=[]) if is_few else row.calls,
    )
    if row.effects is None or not few & {row.layout, reference}:
        return told
    effects = without_effects(Status.REFUSED, enough.reason)
    verdict = row.verdict and replace(
        row.verdict,
        primary=effects.top_box,
        sequence=enough.withheld(row.verdict.sequence),
        p_value=None,
        adjusted_p_value=None,
        more=None,
    )
    return replace(told, effects=effects, verdict=verdict, looks={})
