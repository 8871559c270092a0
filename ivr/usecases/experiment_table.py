"""The report of an experiment as text for a terminal, and as rows of plain values for CSV."""

from collections.abc import Iterable, Iterator, Sequence

from ivr.domain.experiments import StopRule
from ivr.domain.kpi.arm_effects import ArmEffects
from ivr.domain.kpi.comparisons import POINTS, Comparison
from ivr.domain.kpi.drawn_arms import RatioTests
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.experiment_figures import ArmFigures
from ivr.domain.kpi.lee_bounds import LeeBounds
from ivr.domain.kpi.verdict_words import METRIC_NAMES
from ivr.usecases.report_experiment import ExperimentReport
from ivr.usecases.report_table import Table

_WIDE = "~"
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
_PARTS = ("estimate", "lo", "hi", "n", "status")


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
                _share(row.response_rate),
                _share(row.observed),
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
                *(_two_lines(difference_text(each.figure)) for each in _comparisons(row.effects)),
                _two_lines(lee_text(row.effects.lee_top_box)),
                "" if row.verdict is None else _two_lines(difference_text(row.verdict.sequence)),
                "" if row.verdict is None else p_text(row.verdict.adjusted_p_value),
            )
            for row in rows
            if row.effects is not None
        ),
        (
            f"points against the reference, 95 %; {_WIDE} a wide interval",
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
                _share(row.response_rate),
                "" if row.response is None else difference_text(row.response.figure),
            )
            for row in report.figures.delays
        ),
    )


def verdict_lines(report: ExperimentReport) -> tuple[str, ...]:
    """Say what is concluded of each layout."""
    return tuple(f"{row.layout}: {row.verdict.sentence}" for row in report.figures.arms if row.verdict is not None)


def difference_text(figure: Estimate) -> str:
    """Say a difference in a narrow cell: ``+4.1 (+0.3 to +8.0)``, a win probability ``.56 (.51 to .61)``."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return figure.status.value.replace("_", " ")
    text = f"{_number(figure.estimate, figure.unit)} ({_number(figure.lo, figure.unit)} to "
    text += f"{_number(figure.hi, figure.unit)})"
    return f"{text}{_WIDE}" if figure.status is Status.WIDE else text


def lee_text(bounds: LeeBounds) -> str:
    """Say Lee's bounds in a narrow cell, with their interval: ``+1.0 to +5.2 (-2.1 to +8.4)``."""
    if bounds.lo is None or bounds.hi is None or bounds.interval_lo is None or bounds.interval_hi is None:
        return bounds.status.value.replace("_", " ")
    lo, hi, least, most = (
        _number(each, bounds.unit) for each in (bounds.lo, bounds.hi, bounds.interval_lo, bounds.interval_hi)
    )
    return f"{lo} to {hi} ({least} to {most})"


def p_text(value: float | None) -> str:
    """Say a p-value; ``none`` where there is no test."""
    if value is None:
        return "none"
    return "< .001" if value < 0.001 else f"{value:.3f}".lstrip("0") if value < 1 else "1"


def experiment_records(report: ExperimentReport) -> Table:
    """Return a row a layout, one column a value, empty where there is none, full precision."""
    figures = ("response_rate", "observed", "response_points", "top_box_points", "win_probability", "sequence")
    bounds = ("lee_lo", "lee_hi", "lee_interval_lo", "lee_interval_hi", "lee_status")
    counts = ("layout", "assigned", "started", "eligible", "rated")
    return Table(
        (
            *counts,
            *(f"{figure}_{part}" for figure in figures for part in _PARTS),
            *bounds,
            *("p_value", "adjusted_p_value", "decided_on", "higher", "verdict"),
        ),
        tuple(_record(row) for row in report.figures.arms),
    )


def _record(row: ArmFigures) -> tuple[str, ...]:
    calls, effects, verdict = row.calls, row.effects, row.verdict
    lee = None if effects is None else effects.lee_top_box
    return (
        row.layout,
        *map(str, (calls.assigned, calls.started, calls.eligible, calls.rated)),
        *_values(row.response_rate),
        *_values(row.observed),
        *_values(None if effects is None else effects.response.figure),
        *_values(None if effects is None else effects.top_box.figure),
        *_values(None if effects is None else effects.win.figure),
        *_values(None if verdict is None else verdict.sequence),
        *(_value(None if lee is None else each) for each in _ends(lee)),
        "" if lee is None else lee.status.value,
        _value(None if verdict is None else verdict.p_value),
        _value(None if verdict is None else verdict.adjusted_p_value),
        "" if verdict is None else verdict.decided_on or "",
        "" if verdict is None else verdict.higher or "",
        "" if verdict is None else verdict.sentence,
    )


def _ends(lee: LeeBounds | None) -> Sequence[float | None]:
    return (None,) * 4 if lee is None else (lee.lo, lee.hi, lee.interval_lo, lee.interval_hi)


def _values(figure: Estimate | None) -> tuple[str, ...]:
    if figure is None:
        return ("",) * len(_PARTS)
    return (*(_value(each) for each in (figure.estimate, figure.lo, figure.hi)), str(figure.n), figure.status.value)


def _value(number: float | None) -> str:
    return "" if number is None else repr(number)


def _share(figure: Estimate) -> str:
    """Say a proportion in a narrow cell: ``30 % (29-31)``."""
    if figure.estimate is None or figure.lo is None or figure.hi is None:
        return figure.status.value.replace("_", " ")
    text = f"{100 * figure.estimate:.0f} % ({100 * figure.lo:.0f}-{100 * figure.hi:.0f})"
    return f"{text}{_WIDE}" if figure.status is Status.WIDE else text


def _number(value: float, unit: str) -> str:
    return f"{value:+.1f}" if unit == POINTS else f"{value:.3f}".lstrip("0")


def _ratio(tests: RatioTests) -> str:
    fixed, sequential = tests.fixed, tests.sequential
    if fixed.p_value is None and sequential.p_value is None:
        return f"{fixed.status.value.replace('_', ' ')}, {fixed.reasons[0]}"
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


def _two_lines(cell: str) -> str:
    """Put the interval below its figure."""
    return cell.replace(" (", "\n(")


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
