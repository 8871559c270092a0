"""Withholds what an experiment's layouts with few ratings in a window tell of single callers."""

from dataclasses import replace

from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.arm_effects import without_effects
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.experiment_figures import ArmFigures
from ivr.usecases.enough_ratings import EnoughRatings
from ivr.usecases.report_experiment import ExperimentReport


def with_enough_ratings(report: ExperimentReport, enough: EnoughRatings) -> ExperimentReport:
    """Return ``report`` without shares and categories of layouts with few ratings, and without effects that have them.

    The looks are left out there too: each but the last is of fewer ratings still. Who answered at all is told.
    """
    figures = report.figures
    arms = tuple(_withheld(row, enough) for row in figures.arms)
    return replace(report, figures=replace(figures, arms=arms))


def _withheld(row: ArmFigures, enough: EnoughRatings) -> ArmFigures:
    is_few = enough.are_few(row.calls.judged)
    told = replace(
        row,
        observed=enough.share(row.observed),
        calls=replace(row.calls, ratings=[]) if is_few else row.calls,
    )
    # What is compared are the strata that draw both, so an effect may be of few where the layouts are not.
    if row.effects is None or not enough.are_few(row.effects.fewest_ratings):
        return told
    response = row.effects.response
    effects = replace(without_effects(Status.REFUSED, enough.reason), response=response)
    told = replace(
        told,
        effects=effects,
        looks={metric: looks for metric, looks in row.looks.items() if metric is PrimaryMetric.RESPONSE_RATE},
    )
    if row.verdict is None or row.verdict.primary == response:
        return told
    verdict = replace(
        row.verdict,
        primary=effects.top_box,
        sequence=enough.withheld(row.verdict.sequence),
        p_value=None,
        adjusted_p_value=None,
        more=None,
    )
    return replace(told, verdict=verdict)
