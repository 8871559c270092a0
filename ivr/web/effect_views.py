"""Effects of an experiment's layouts in words and drawings: at every look, at one look, and day by day."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.estimates import POINTS, Estimate
from ivr.domain.kpi.looks import Look
from ivr.usecases.experiment_answers import ArmAnswer, EffectAnswer, EitherWay
from ivr.web.charts.sequence import SequenceChart, sequence_chart
from ivr.web.figure_views import MINUS, FigureView, difference_view, n_text
from ivr.web.languages import Words
from ivr.web.marked import gettext

TOLD_LOOKS = 14
"""So many looks are told beside a drawing; the API tells all."""


@dataclass(frozen=True, slots=True)
class LookView:
    """One day of a table of looks."""

    day: str
    value: str
    interval: str
    n: str


@dataclass(frozen=True, slots=True)
class EffectView:
    """A layout against the reference by one metric; ``chart`` is None where there are too few looks to draw."""

    metric: str
    name: str
    is_primary: bool
    at_every_look: FigureView
    at_one_look: FigureView
    chart: SequenceChart | None
    ticks: Mapping[float, str]
    looks: tuple[LookView, ...]


_EFFECTS = {
    PrimaryMetric.TOP_BOX: gettext("Effect on the score"),
    PrimaryMetric.TOP_TWO_BOX: gettext("Effect on the best two categories"),
    PrimaryMetric.RESPONSE_RATE: gettext("Effect on the response rate"),
    PrimaryMetric.WIN_PROBABILITY: gettext("How often its rating is the higher one"),
}


def effect_of(
    words: Words, effect: EffectAnswer, arm: ArmAnswer, primary: PrimaryMetric | None, reach: float
) -> EffectView:
    """Put one effect of a layout into words; ``primary`` is the metric that decides."""
    is_primary = effect.metric is primary
    chart = sequence_chart(effect.looks, arm.decided_on if is_primary else None)
    return EffectView(
        effect.metric.value,
        words.gettext(_EFFECTS[effect.metric]),
        is_primary,
        effect_view(words, effect.at_every_look, reach),
        effect_view(words, effect.at_one_look, reach),
        chart,
        {} if chart is None else {tick.value: tick_text(words, effect, tick.value) for tick in chart.values},
        tuple(_look(words, each) for each in reversed(effect.looks[-TOLD_LOOKS:])),
    )


def effect_view(words: Words, figure: Estimate, reach: float) -> FigureView:
    """Say a difference in points to one decimal, or a probability."""
    view = difference_view(words, figure, reach)
    if view.value is None or figure.method == "reference":
        return view
    value, interval = _told(words, figure)
    whisker = view.whisker if figure.unit == POINTS else None
    return FigureView(view.status, value, interval, view.n, whisker, view.is_wide, view.reasons)


def _told(words: Words, figure: Estimate) -> tuple[str, str]:
    """Return a difference and its interval as text."""
    ends = [figure.estimate or 0.0, figure.lo or 0.0, figure.hi or 0.0]
    if figure.unit != POINTS:
        value, lo, hi = (words.number(end, 3) for end in ends)
        return value, words.gettext("%(lo)s to %(hi)s", lo=lo, hi=hi)
    value, lo, hi = (signed(words, end) for end in ends)
    return words.gettext("%(n)s points", n=value), words.gettext("%(lo)s to %(hi)s", lo=lo, hi=hi)


def signed(words: Words, points: float, decimals: int = 1) -> str:
    """Return points with their sign, to one decimal."""
    rounded = round(points, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return f"{sign}{words.number(abs(rounded), decimals)}"


def tick_text(words: Words, effect: EffectAnswer, value: float) -> str:
    """Return a value on the axis of an effect."""
    return signed(words, value, 0) if effect.at_every_look.unit == POINTS else words.number(value, 2)


def _look(words: Words, look: Look) -> LookView:
    figure = look.figure
    if figure.estimate is None:
        return LookView(look.day, words.gettext("none yet"), "; ".join(words.sentences(figure.reasons)), "")
    return LookView(look.day, *_told(words, figure), n_text(words, figure))


def either_way_text(words: Words, bounds: EitherWay) -> str | None:
    """Say what is left among callers who answer either way; None where nothing can be said."""
    if bounds.least is None or bounds.most is None or bounds.lo is None or bounds.hi is None:
        return None
    return words.gettext(
        "%(least)s to %(most)s points, with the play of chance %(lo)s to %(hi)s",
        least=signed(words, bounds.least),
        most=signed(words, bounds.most),
        lo=signed(words, bounds.lo),
        hi=signed(words, bounds.hi),
    )
