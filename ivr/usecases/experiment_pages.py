"""The report of an experiment in the shape of its page."""

from collections.abc import Iterator
from dataclasses import replace

from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.arm_effects import ArmEffects
from ivr.domain.kpi.confidence_sequences import METHOD
from ivr.domain.kpi.drawn_arms import RatioTests
from ivr.domain.kpi.estimates import Estimate, no_figure
from ivr.domain.kpi.experiment_figures import ArmFigures
from ivr.domain.kpi.lee_bounds import LeeBounds
from ivr.usecases.enough_arm_ratings import with_enough_ratings
from ivr.usecases.enough_ratings import EnoughRatings
from ivr.usecases.experiment_answers import (
    ArmAnswer,
    DelayAnswer,
    EffectAnswer,
    EitherWay,
    ExperimentAnswer,
    RatioAnswer,
)
from ivr.usecases.page_reads import Sources
from ivr.usecases.read_experiments import summary_of
from ivr.usecases.report_experiment import ExperimentReport, report_experiment
from ivr.usecases.report_window import ReportWindow


async def experiment_report(key: str, sources: Sources, window: ReportWindow) -> ExperimentReport:
    """Return the whole report of the experiment ``key`` as far as it has enough ratings; raises ExperimentUnknown."""
    known = sources.experiments
    report = await report_experiment(
        key,
        known.counts,
        known.log,
        await known.defined(),
        sources.instruments,
        clock=sources.clock,
        window=window,
        reference_layout=sources.reference_layout,
    )
    # One layout is a narrow choice by nature.
    return with_enough_ratings(report, EnoughRatings(sources.drill_down_minimum))


async def experiment_answer(key: str, sources: Sources, window: ReportWindow) -> ExperimentAnswer:
    """Return what the page of the experiment ``key`` shows; raises ExperimentUnknown."""
    report = await experiment_report(key, sources, window)
    log = await sources.experiments.log.of(key)
    figures = report.figures
    draws = figures.draws
    ratios = (("assigned", draws.assigned), ("started", draws.started), ("delays", draws.delays))
    return ExperimentAnswer(
        summary=summary_of(key, await sources.experiments.defined(), log),
        computed_at=report.computed_at,
        handled=figures.handled,
        reference=figures.reference,
        unit=draws.unit.value,
        ratios=tuple(_ratio(what, draws.unit.value, tests) for what, tests in ratios),
        arms=tuple(_arm(row, figures.terms.primary_metric) for row in figures.arms),
        delays=tuple(
            DelayAnswer(
                row.delay_seconds,
                row.eligible,
                row.rated,
                row.response_rate,
                None if row.response is None else row.response.figure,
            )
            for row in figures.delays
        ),
        mismatch=figures.mismatch,
        warnings=report.warnings,
        allocations=tuple(span for span in await sources.layout_history.allocations() if span.experiment == key),
        decisions=tuple(replace(each, definition=None) for each in log),
        first_ended_at=report.first_ended_at,
        last_ended_at=report.last_ended_at,
    )


def _ratio(what: str, unit: str, tests: RatioTests) -> RatioAnswer:
    fixed, sequential = tests.fixed, tests.sequential
    return RatioAnswer(
        what,
        unit,
        dict(fixed.observed),
        dict(fixed.expected),
        fixed.p_value,
        sequential.p_value,
        tests.mismatch,
        tuple(dict.fromkeys((*fixed.reasons, *sequential.reasons))),
    )


def _arm(row: ArmFigures, primary: PrimaryMetric) -> ArmAnswer:
    verdict, effects = row.verdict, row.effects
    return ArmAnswer(
        layout=row.layout,
        assigned=row.calls.assigned,
        started=row.calls.started,
        eligible=row.calls.eligible,
        rated=row.calls.rated,
        response_rate=row.response_rate,
        observed=row.observed,
        effects=() if effects is None else tuple(_effects(row, effects, primary)),
        either_way=None if effects is None else _either_way(effects.lee_top_box),
        verdict=None if verdict is None else verdict.sentence,
        decided_on=None if verdict is None else verdict.decided_on,
        higher=None if verdict is None else verdict.higher,
        is_reversed=row.is_reversed,
    )


def _effects(row: ArmFigures, effects: ArmEffects, primary: PrimaryMetric) -> Iterator[EffectAnswer]:
    """Yield who answers, what is answered, and what decides where that is neither."""
    compared = {PrimaryMetric.RESPONSE_RATE: effects.response.figure, PrimaryMetric.TOP_BOX: effects.top_box.figure}
    if row.verdict is not None:
        compared.setdefault(primary, row.verdict.primary.figure)
    for metric, figure in compared.items():
        looks = row.looks.get(metric, ())
        yield EffectAnswer(metric, looks[-1].figure if looks else _no_look(figure), figure, looks)


def _no_look(figure: Estimate) -> Estimate:
    return no_figure(figure.status, *figure.reasons, unit=figure.unit, n=figure.n, method=METHOD)


def _either_way(bounds: LeeBounds) -> EitherWay:
    return EitherWay(bounds.lo, bounds.hi, bounds.interval_lo, bounds.interval_hi, bounds.status, bounds.reasons)
