"""The report of an experiment as plain JSON values, in the names that scripts rely on."""

from ivr.domain.kpi.comparisons import Comparison
from ivr.domain.kpi.delay_effects import DelayFigures
from ivr.domain.kpi.drawn_arms import RatioTests
from ivr.domain.kpi.experiment_figures import ArmFigures
from ivr.domain.kpi.experiment_verdicts import ArmVerdict
from ivr.domain.kpi.lee_bounds import LeeBounds
from ivr.domain.kpi.more_ratings import MoreRatings
from ivr.domain.kpi.replicates import DesignEffect
from ivr.domain.kpi.sample_ratio import SampleRatio
from ivr.usecases.figure_json import Json, estimate_json, judged_json, moment_json, window_json
from ivr.usecases.report_experiment import ExperimentReport


def experiment_json(report: ExperimentReport) -> Json:
    """Return the report; proportions are 0 to 1, differences percentage points, times ISO 8601 with an offset."""
    figures, terms = report.figures, report.figures.terms
    return {
        "experiment": report.experiment,
        **window_json(report.window),
        "computed_at": report.computed_at.isoformat(),
        "handled": figures.handled,
        "reference_layout": figures.reference,
        "terms": {
            "known": report.is_defined,
            "primary_metric": terms.primary_metric.value,
            "minimum_sample": terms.minimum_sample,
            "stop_rule": None if terms.stop_rule is None else terms.stop_rule.value,
            "unit": figures.draws.unit.value,
            "started_at": moment_json(report.started_at),
            "stopped_at": moment_json(report.stopped_at),
        },
        "allocation": [{"chances": dict(each.chances), "assigned": dict(each.assigned)} for each in figures.strata],
        "sample_ratio": {
            "mismatch": figures.mismatch,
            "assigned": _tests(figures.draws.assigned),
            "started": _tests(figures.draws.started),
            "delays": _tests(figures.draws.delays),
        },
        "design_effect": {
            "response_rate": _design_effect(figures.response_design_effect),
            "ratings": _design_effect(figures.rating_design_effect),
        },
        "arms": [_arm(row) for row in figures.arms],
        "delays": [_delay(row) for row in figures.delays],
        "warnings": list(report.warnings),
    }


def _arm(row: ArmFigures) -> Json:
    effects = row.effects
    return {
        "layout": row.layout,
        "categories": None if row.scale is None else list(row.scale),
        "assigned": row.calls.assigned,
        "started": row.calls.started,
        "eligible": row.calls.eligible,
        "rated": row.calls.rated,
        "ratings": list(row.calls.ratings),
        "response_rate": estimate_json(row.response_rate),
        "observed": estimate_json(row.observed),
        "against_reference": None
        if effects is None
        else {
            "response_rate": _comparison(effects.response),
            "top_box": _comparison(effects.top_box),
            "win_probability": _comparison(effects.win),
            "lee_top_box": _bounds(effects.lee_top_box),
            "lee_win_probability": _bounds(effects.lee_win),
        },
        "verdict": None if row.verdict is None else _verdict(row.verdict),
        "looks": {
            metric.value: [{"day": each.day} | estimate_json(each.figure) for each in looks]
            for metric, looks in row.looks.items()
        },
    }


def _verdict(verdict: ArmVerdict) -> Json:
    return {
        "decided_on": verdict.decided_on,
        "higher": verdict.higher,
        "sentence": verdict.sentence,
        "sequence": estimate_json(verdict.sequence),
        "p_value": verdict.p_value,
        "adjusted_p_value": verdict.adjusted_p_value,
        "more": None if verdict.more is None else _more(verdict.more),
    }


def _more(more: MoreRatings) -> Json:
    weeks = None if more.weeks is None else round(more.weeks, 1)
    return {"observations": more.more, "weeks": weeks} | judged_json(more)


def _comparison(comparison: Comparison) -> Json:
    return estimate_json(comparison.figure) | {"p_value": comparison.p_value}


def _bounds(bounds: LeeBounds) -> Json:
    return {
        "bounds": [bounds.lo, bounds.hi],
        "lo": bounds.interval_lo,
        "hi": bounds.interval_hi,
        "trimmed_share": bounds.trimmed_share,
        "unit": bounds.unit,
        "n": bounds.n,
        "method": bounds.method,
        **judged_json(bounds),
    }


def _tests(tests: RatioTests) -> Json:
    return {
        "observed": dict(tests.fixed.observed),
        "expected": {arm: round(count, 3) for arm, count in tests.fixed.expected.items()},
        "fixed": _test(tests.fixed),
        "sequential": _test(tests.sequential),
    }


def _test(test: SampleRatio) -> Json:
    return {
        "statistic": test.statistic,
        "degrees_of_freedom": test.degrees_of_freedom,
        "p_value": test.p_value,
        "method": test.method,
        **judged_json(test),
    }


def _design_effect(effect: DesignEffect) -> Json:
    return {"value": effect.value, "replicate_groups": effect.groups} | judged_json(effect)


def _delay(row: DelayFigures) -> Json:
    return {
        "delay_seconds": row.delay_seconds,
        "eligible": row.eligible,
        "rated": row.rated,
        "response_rate": estimate_json(row.response_rate),
        "against_shortest": None if row.response is None else _comparison(row.response),
    }
