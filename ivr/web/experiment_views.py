"""Experiments in the words of their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.experiment_lock import DecisionKind, ExperimentDecision
from ivr.domain.experiments import PrimaryMetric, StopRule
from ivr.domain.kpi.estimates import POINTS
from ivr.usecases.declared_experiments import Declared, ExperimentState
from ivr.usecases.experiment_answers import ArmAnswer, DelayAnswer, RatioAnswer
from ivr.web.charts.marks import Segment, difference_reach, stack
from ivr.web.charts.shares import ShareBar, share_bars
from ivr.web.effect_views import EffectView, effect_of, effect_view, either_way_text
from ivr.web.figure_views import FigureView, share_view
from ivr.web.languages import Words
from ivr.web.layout_views import stratum_text
from ivr.web.marked import gettext


@dataclass(frozen=True, slots=True)
class ArmView:
    """One layout of an experiment."""

    layout: str
    is_reference: bool
    assigned: int
    eligible: int
    rated: int
    response: FigureView
    observed: FigureView
    effects: tuple[EffectView, ...]
    either_way: str | None
    is_reversed: bool
    verdict: str | None
    is_decided: bool


@dataclass(frozen=True, slots=True)
class RatioView:
    """Whether the shares were kept: ``verdict`` says so, ``is_wrong`` and ``is_tested`` whether it was so."""

    name: str
    verdict: str
    is_wrong: bool
    is_tested: bool
    bars: tuple[ShareBar, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StratumView:
    """The declared shares of a stratum; ``parts`` are drawn, ``layouts`` and ``delays`` told."""

    name: str
    layouts: tuple[tuple[str, float], ...]
    delays: tuple[tuple[float, float], ...]
    parts: tuple[Segment, ...]
    control: str


@dataclass(frozen=True, slots=True)
class DelayView:
    """One silence before the first prompt."""

    delay_seconds: float
    eligible: int
    rated: int
    response: FigureView
    effect: FigureView | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One decision."""

    at: datetime
    what: str
    who: str
    reason: str | None


METRICS = {
    PrimaryMetric.TOP_BOX: gettext("the share of ratings in the best category"),
    PrimaryMetric.TOP_TWO_BOX: gettext("the share of ratings in the best two categories"),
    PrimaryMetric.RESPONSE_RATE: gettext("the response rate"),
    PrimaryMetric.WIN_PROBABILITY: gettext("how often its rating is the higher one"),
}
RULES = {
    StopRule.NONE: gettext("Nothing is ever decided by itself: the rule is none."),
    StopRule.FIXED_SAMPLE: gettext("It is decided once, on the day on which every layout has that many ratings."),
    StopRule.CONFIDENCE_SEQUENCE: gettext(
        "From then on it may be decided at any look, by an interval that holds at all looks together."
    ),
}
STATES = {
    ExperimentState.CARRIED: gettext("known from calls alone"),
    ExperimentState.NOT_STARTED: gettext("not started"),
    ExperimentState.RUNNING: gettext("running"),
    ExperimentState.STOPPED: gettext("stopped"),
    ExperimentState.STOPPED_BY_GUARDRAIL: gettext("stopped by the guardrail"),
    ExperimentState.ENDED: gettext("ended"),
}
_DECISIONS = {
    DecisionKind.STARTED: gettext("started"),
    DecisionKind.RAMPED: gettext("more callers take part"),
    DecisionKind.STOPPED: gettext("stopped"),
    DecisionKind.STOPPED_BY_GUARDRAIL: gettext("stopped by the guardrail"),
    DecisionKind.ENDED: gettext("ended"),
    DecisionKind.LAYOUTS_NOTED: gettext("versions of the layouts noted"),
    DecisionKind.LAYOUT_CHANGED: gettext("a layout changed"),
}
_RATIOS = {
    "assigned": gettext("Layouts, over all who were assigned one"),
    "started": gettext("Layouts, over those who heard its first words"),
    "delays": gettext("Silences before the first words"),
}
_FEW = 0.001


def ratio_view(words: Words, ratio: RatioAnswer) -> RatioView:
    """Say whether the shares were kept."""
    p_value = ratio.p_value if ratio.p_value is not None else ratio.sequential_p_value
    is_tested = p_value is not None
    if ratio.mismatch is not None:
        verdict = words.gettext("No: %(why)s", why=words.sentence(ratio.mismatch))
    elif p_value is None:
        verdict = words.gettext("Not tested")
    else:
        verdict = words.gettext("Yes: chance explains the difference (p %(p)s)", p=p_text(words, p_value))
    return RatioView(
        words.gettext(_RATIOS[ratio.what]),
        verdict,
        ratio.mismatch is not None,
        is_tested,
        share_bars(ratio.observed, ratio.expected),
        words.sentences(ratio.reasons if ratio.mismatch is None else ()),
    )


def p_text(words: Words, p_value: float) -> str:
    """Say a p-value."""
    return f"< {words.number(_FEW, 3)}" if p_value < _FEW else words.number(p_value, 2 if p_value >= 0.01 else 3)


def arm_views(
    words: Words, arms: Sequence[ArmAnswer], reference: str | None, primary: PrimaryMetric | None
) -> tuple[ArmView, ...]:
    """Return the layouts, the reference first."""
    figures = [each.at_every_look for arm in arms for each in arm.effects if each.at_every_look.unit == POINTS]
    reach = difference_reach(figures)
    ordered = sorted(arms, key=lambda arm: (arm.layout != reference, arm.layout))
    return tuple(_arm(words, arm, reference, primary, reach) for arm in ordered)


def _arm(words: Words, arm: ArmAnswer, reference: str | None, primary: PrimaryMetric | None, reach: float) -> ArmView:
    return ArmView(
        layout=arm.layout,
        is_reference=arm.layout == reference,
        assigned=arm.assigned,
        eligible=arm.eligible,
        rated=arm.rated,
        response=share_view(words, arm.response_rate),
        observed=share_view(words, arm.observed),
        effects=tuple(effect_of(words, each, arm, primary, reach) for each in arm.effects),
        either_way=None if arm.either_way is None else either_way_text(words, arm.either_way),
        is_reversed=arm.is_reversed,
        verdict=None if arm.verdict is None else words.sentence(arm.verdict),
        is_decided=arm.decided_on is not None,
    )


def strata_views(words: Words, declared: Declared) -> tuple[StratumView, ...]:
    """Return the declared shares of each stratum; the one for every other call last."""
    ordered = sorted(declared.strata, key=lambda each: (each.name == "*", each.name))
    kinds = {layout: f"arm-{number % 6}" for number, layout in enumerate(arm_names(declared))}
    views = []
    for each in ordered:
        layouts = sorted(each.layouts.items(), key=lambda item: (-item[1], item[0]))
        parts = stack([(kinds[layout], layout, round(share * 10_000)) for layout, share in layouts])
        views.append(
            StratumView(
                stratum_text(words, each.name, is_only=len(ordered) == 1),
                tuple(layouts),
                tuple(sorted(each.delays.items())),
                parts,
                each.control or declared.control,
            )
        )
    return tuple(views)


def arm_names(declared: Declared) -> tuple[str, ...]:
    """Return every layout that is drawn, by name."""
    return tuple(sorted({layout for stratum in declared.strata for layout in stratum.layouts}))


def delay_views(words: Words, delays: Sequence[DelayAnswer]) -> tuple[DelayView, ...]:
    """Return the silences, the shortest first."""
    reach = difference_reach([each.effect for each in delays if each.effect is not None])
    return tuple(
        DelayView(
            each.delay_seconds,
            each.eligible,
            each.rated,
            share_view(words, each.response_rate),
            None if each.effect is None else effect_view(words, each.effect, reach),
        )
        for each in delays
    )


def log_rows(words: Words, decisions: Sequence[ExperimentDecision]) -> tuple[LogRow, ...]:
    """Return what was decided, the newest first."""
    return tuple(
        LogRow(each.at, words.gettext(_DECISIONS[each.decision]), each.who, each.reason) for each in reversed(decisions)
    )
