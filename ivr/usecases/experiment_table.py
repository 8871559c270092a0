"""The report of an experiment as text for a terminal."""

from collections.abc import Iterable, Iterator

from ivr.domain.experiments import StopRule
from ivr.domain.kpi.arm_effects import ArmEffects
from ivr.domain.kpi.comparisons import Comparison
from ivr.domain.kpi.drawn_arms import RatioTests
from ivr.domain.kpi.experiment_figures import ArmFigures
from ivr.domain.kpi.lee_bounds import LeeBounds
from ivr.domain.kpi.verdict_words import METRIC_NAMES
from ivr.usecases.figure_text import WIDE, effect_text, narrow_text, status_text, two_lines
from ivr.usecases.report_experiment import ExperimentReport
from ivr.usecases.report_table import Table

_ANY_LOOK = "'at every look' holds however often one looks, 'p (Holm)' at one look planned beforehand"
_WHICH_COUNTS = {
    None: f"nothing decides here, as no rule is known: {_ANY_LOOK}",
    StopRule.NONE: f"nothing decides here, as the stop rule is none: {_ANY_LOOK}",
    StopRule.CONFIDENCE_SEQUENCE: "'at every look' counts, whenever one looks; 'p (Holm)' would count at one planned "
    "look alone, and decides nothing here",
    StopRule.FIXED_SAMPLE: "'p (Holm)' counts, on the planned day alone, when each layout has its minimum (the one "
    "above is today's); 'at every look' holds whenever one looks, and decides nothing here",
}
_EITHER_WAY = (
    "'either way': top-box among callers who would answer both layouts, if the one with fewer answers "
    "only loses callers"
)


def terms_text(report: ExperimentReport) -> str:
    """Say in a line what was declared, and since when it runs."""
    terms = report.figures.terms
    if not report.is_defined:
        return f"{report.experiment}: {report.figures.handled:,} calls; its terms are not known here"
    minimum = f"{terms.minimum_sample:,} ratings of each layout"
    rule = "" if terms.stop_rule is None else f", stop rule {terms.stop_rule.value}"
    moments = "".join(
        f", {word} {moment:%Y-%m-%d}"
        for word, moment in (("since", report.started_at), ("stopped", report.stopped_at))
        if moment is not None
    )
    metric = METRIC_NAMES[terms.primary_metric]
    return f"{report.experiment}: {report.figures.handled:,} calls; decided by {metric}, {minimum}{rule}{moments}"


def ratio_lines(report: ExperimentReport) -> tuple[str, ...]:
    """Say in a line each whether layouts and delays have the shares that chance was to give."""
    draws = report.figures.draws
    named = (("assigned", draws.assigned), ("prompt started", draws.started), ("delays", draws.delays))
    return tuple(f"{name}, by the {draws.unit.value}: {_ratio(tests)}" for name, tests in named)


def arm_table(report: ExperimentReport) -> Table:
    """Return the layouts' own figures."""
    return Table(
        ("layout", "assigned", "started", "eligible", "rated", "response", "top-box as pressed"),
        tuple(
            (
                row.layout,
                *(f"{count:,}" for count in (row.calls.assigned, row.calls.started, row.calls.eligible)),
                f"{row.calls.rated:,}",
                narrow_text(row.response_rate),
                narrow_text(row.observed),
            )
            for row in report.figures.arms
        ),
    )


def effect_table(report: ExperimentReport) -> Table:
    """Return what each layout changes against the reference; nothing where there is none to compare."""
    rows = [row for row in report.figures.arms if row.effects is not None]
    return Table(
        ("layout", "response", "top-box", "win probability", "either way", "at every look", "p (Holm)"),
        tuple(
            (
                row.layout,
                *(two_lines(narrow_text(each.figure)) for each in _comparisons(row.effects)),
                two_lines(lee_text(row.effects.lee_top_box)),
                "" if row.verdict is None else two_lines(narrow_text(row.verdict.sequence)),
                "" if row.verdict is None else p_text(row.verdict.adjusted_p_value),
            )
            for row in rows
            if row.effects is not None
        ),
        (
            f"points against the reference, 95 %; {WIDE} a wide interval",
            _WHICH_COUNTS[report.figures.terms.stop_rule],
            _EITHER_WAY,
            *_reversals(rows),
            *_reasons(rows),
        ),
    )


def delay_table(report: ExperimentReport) -> Table:
    """Return what each silence before the first prompt changes."""
    return Table(
        ("silence", "eligible", "rated", "response", "against the shortest"),
        tuple(
            (
                f"{row.delay_seconds:g} s",
                f"{row.eligible:,}",
                f"{row.rated:,}",
                narrow_text(row.response_rate),
                "" if row.response is None else narrow_text(row.response.figure),
            )
            for row in report.figures.delays
        ),
    )


def verdict_lines(report: ExperimentReport) -> tuple[str, ...]:
    """Say what is concluded of each layout."""
    return tuple(f"{row.layout}: {row.verdict.sentence}" for row in report.figures.arms if row.verdict is not None)


def lee_text(bounds: LeeBounds) -> str:
    """Say Lee's bounds in a narrow cell, with their interval: ``+1.0 to +5.2 (-2.1 to +8.4)``."""
    if bounds.lo is None or bounds.hi is None or bounds.interval_lo is None or bounds.interval_hi is None:
        return status_text(bounds.status)
    lo, hi, least, most = (
        effect_text(each, bounds.unit) for each in (bounds.lo, bounds.hi, bounds.interval_lo, bounds.interval_hi)
    )
    return f"{lo} to {hi} ({least} to {most})"


def p_text(value: float | None) -> str:
    """Say a p-value; ``none`` where there is no test."""
    if value is None:
        return "none"
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0") if value < 1 else "1"


def _ratio(tests: RatioTests) -> str:
    fixed, sequential = tests.fixed, tests.sequential
    if fixed.p_value is None and sequential.p_value is None:
        return f"{status_text(fixed.status)}, {fixed.reasons[0]}"
    verdict = f"chance fair? yes (p {_short_p(fixed.p_value or sequential.p_value)})"
    if tests.mismatch is not None:
        # Either of the two tests may have found it.
        least = min(each for each in (fixed.p_value, sequential.p_value) if each is not None)
        verdict = f"chance fair? NO, MISMATCH (p {_short_p(least)})"
    counts = ", ".join(
        f"{arm} {count:,} ({fixed.expected.get(arm, 0.0):,.0f})" for arm, count in sorted(fixed.observed.items())
    )
    return f"{verdict}; counted (expected): {counts}"


def _short_p(value: float | None) -> str:
    return p_text(value if value is None or value < 0.01 else round(value, 2)).removesuffix("0")


def _comparisons(effects: ArmEffects) -> tuple[Comparison, ...]:
    return effects.response, effects.top_box, effects.win


def _reversals(rows: Iterable[ArmFigures]) -> Iterator[str]:
    """Warn of Lee's bounds where his assumption does not hold."""
    names = [row.layout for row in rows if row.is_reversed]
    if names:
        yield (
            f"{', '.join(names)}: a layout read in another order than the reference loses some callers and wins "
            "others, so what 'either way' supposes does not hold: do not go by it"
        )


def _reasons(rows: Iterable[ArmFigures]) -> Iterator[str]:
    """Say each reason once, with the layouts that it is about."""
    about: dict[str, list[str]] = {}
    for row in rows:
        if row.effects is None:
            continue
        effects = row.effects
        figures = (effects.response.figure, effects.top_box.figure, effects.win.figure)
        for reason in dict.fromkeys(reason for figure in figures for reason in figure.reasons):
            about.setdefault(reason, []).append(row.layout)
    for reason, layouts in about.items():
        yield f"{', '.join(layouts)}: {reason}"
