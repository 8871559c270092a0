"""Reports as plain JSON values, in the names that scripts rely on."""

from dataclasses import fields

from ivr.domain.kpi.aapor import OutcomeRates
from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.layouts import LayoutFigures
from ivr.domain.kpi.response import Dispositions
from ivr.domain.kpi.series import Span
from ivr.usecases.figure_json import Json, estimate_json, moment_json, window_json
from ivr.usecases.find_fit import FitStanding
from ivr.usecases.report_agents import AgentReport
from ivr.usecases.report_layouts import LayoutReport


def report_json(report: AgentReport) -> Json:
    """Return the agents' report; proportions are 0 to 1, times ISO 8601 with an offset."""
    return window_json(report.window) | {
        "reference_layout": report.reference_layout,
        "estimand": report.estimand,
        "computed_at": report.computed_at.isoformat(),
        "handled": report.handled,
        "in_progress": report.in_progress,
        "totals": calls_json(report.totals)
        | {
            "response_rate": estimate_json(report.response_rate),
            "outcome_rates": _outcome_rates(report.outcome_rates),
        },
        "agents": [agent_json(row) for row in report.agents],
        "layouts": [layout_json(row) for row in report.layouts],
        "fit": fit_json(report.fitted),
        "warnings": list(report.warnings),
    }


def layout_report_json(report: LayoutReport) -> Json:
    """Return the layouts' report, each layout as in the agents' report."""
    return window_json(report.window) | {
        "reference_layout": report.reference_layout,
        "computed_at": report.computed_at.isoformat(),
        "handled": report.handled,
        "burden_seconds": estimate_json(report.burden_seconds),
        "layouts": [layout_json(row) for row in report.layouts],
        "fit": fit_json(report.fitted),
        "warnings": list(report.warnings),
    }


def _outcome_rates(rates: OutcomeRates) -> Json:
    """Return the rates of the AAPOR's standard definitions by their names in lower case."""
    return {each.name: estimate_json(getattr(rates, each.name)) for each in fields(rates)}


def fit_json(fitted: FitStanding) -> Json | None:
    """Return where the fitted figures come from; None where there are none."""
    fit = fitted.fit
    if fit is None:
        return None
    return {
        "computed_at": fit.computed_at.isoformat(),
        "age_seconds": None if fitted.age_seconds is None else round(fitted.age_seconds),
        "method": fit.figures.method,
        "months": {"from": fit.months.first, "to": fit.months.last},
        "handled": fit.handled,
        "stale": fitted.stale is not None,
        "facts": {name: estimate_json(figure) for name, figure in fit.figures.facts.items()},
        "warnings": [*fitted.warnings, *(() if fitted.stale is None else (fitted.stale,))],
    }


def agent_json(row: AgentFigures) -> Json:
    """Return one agent's figures."""
    return (
        {"agent": row.agent, "team": row.team}
        | calls_json(row.calls)
        | {
            "response_rate": estimate_json(row.response_rate),
            "observed": estimate_json(row.observed),
            "appraisal": estimate_json(row.appraisal),
            "standardised": estimate_json(row.standardised),
            "corrected": estimate_json(row.corrected),
            "utility": None if row.utility is None else estimate_json(row.utility),
            "bounds": [row.bounds.lo, row.bounds.hi],
            "tier": row.tier,
            "rank_interval": list(row.rank_interval),
            "flags": list(row.flags),
            "reliability": row.reliability,
            "more_ratings": row.more_ratings,
            "weeks_needed": row.weeks_needed,
            "notes": list(row.notes),
        }
    )


def layout_json(row: LayoutFigures) -> Json:
    """Return one layout's figures."""
    return (
        {"layout": row.layout, "versions": list(row.versions)}
        | calls_json(row.calls)
        | {
            "response_rate": estimate_json(row.response_rate),
            "break_off": estimate_json(row.break_off),
            "observed": estimate_json(row.observed),
            "shares": [
                {"category": each.category, "name": each.name} | estimate_json(each.share) for each in row.shares
            ],
            "effect_points": estimate_json(row.effect_points),
            "burden_seconds": estimate_json(row.burden_seconds),
            "mis_key_rate": estimate_json(row.mis_key_rate),
            "leads": list(row.leads),
            "signed_by": row.signed_by,
            "series": [_span(each) for each in row.series],
            "notes": list(row.notes),
        }
    )


def _span(span: Span) -> Json:
    since, until = moment_json(span.since), moment_json(span.until)
    return {"version": span.version, "from": since, "to": until, "rated": span.rated}


def calls_json(calls: Dispositions) -> Json:
    """Return how many calls got how far, and how each ended."""
    return {
        "handled": calls.handled,
        "eligible": calls.eligible,
        "offered": calls.offered,
        "started": calls.started,
        "rated": calls.rated,
        "outcomes": {outcome.value: count for outcome, count in calls.outcomes.items()},
    }
