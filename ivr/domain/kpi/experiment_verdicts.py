"""Verdicts: what an experiment's own rule says of each layout, by the metric that was declared before the start.

With a fixed sample there is one look: on the day on which every layout had the minimum. With a confidence sequence each
day is a look, from the day on which both sides had it; the first at which the interval leaves no difference out
decides. Days are replayed from the counts, so whoever looks a month later reads the same verdict. Several layouts
beside one reference share one chance of a false claim: Holm for the one look, an alpha divided by their number for the
sequence. Who looks at other calls than the rule was made for (a filter, a window) gets no verdict.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.domain.experiments import PrimaryMetric, StopRule, Unit
from ivr.domain.kpi.arm_effects import DesignEffects, compare
from ivr.domain.kpi.arms import Arms
from ivr.domain.kpi.comparisons import Comparison, no_comparison
from ivr.domain.kpi.confidence_sequences import TUNED_FOR, comparison_sequence
from ivr.domain.kpi.daily_looks import cumulated_days
from ivr.domain.kpi.estimates import POINTS, Estimate, Status
from ivr.domain.kpi.experiment_cells import DayCell
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.more_ratings import MoreRatings, more_for_comparison, more_for_sequence
from ivr.domain.kpi.multiplicity import holm
from ivr.domain.kpi.verdict_words import decided, lacking_ratings, more_wanted, undecided
from ivr.domain.kpi.win_probability import UNIT as WIN_UNIT

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Terms:
    """What was declared before the start; ``minimum_sample`` and ``stop_rule`` are None where nobody knows them."""

    primary_metric: PrimaryMetric = PrimaryMetric.TOP_BOX
    minimum_sample: int | None = None
    stop_rule: StopRule | None = None
    unit: Unit | None = None

    @property
    def tuned_for(self) -> float:
        """How many observations of both sides the sequence is tightest for: the declared minimum of each."""
        return TUNED_FOR if self.minimum_sample is None else 2.0 * self.minimum_sample


@dataclass(frozen=True, slots=True)
class ArmVerdict:
    """What is concluded of one layout by the primary metric.

    ``sequence`` is today's difference with an interval that holds at all looks; ``p_value`` that of one look, and
    ``adjusted_p_value`` the same after Holm. ``decided_on`` is the day (UTC) of the decision and ``higher`` the layout
    that it is for: None before it, and where it found no difference.
    """

    primary: Comparison
    sequence: Estimate
    p_value: float | None
    adjusted_p_value: float | None
    more: MoreRatings | None
    decided_on: str | None
    higher: str | None
    sentence: str


def verdicts(
    terms: Terms,
    arms: Arms,
    days: Iterable[DayCell],
    instruments: Instruments,
    *,
    reference: str,
    effects: DesignEffects,
    weeks: float | None,
    barred: str | None = None,
    mismatch: str | None = None,
) -> Mapping[str, ArmVerdict]:
    """Return the verdict on each layout but the reference.

    ``weeks`` is how long the calls took to come; ``barred`` says why nothing may be concluded, ``mismatch`` why nothing
    may even be shown; None where it may.
    """
    judge = _Judge(terms, arms, reference, effects, weeks)
    layouts = [layout for layout in arms.layouts() if layout != reference]
    if mismatch is not None:
        return dict.fromkeys(layouts, judge.withheld(mismatch))
    today = {layout: judge.primary(arms, layout) for layout in layouts}
    adjusted = dict(zip(layouts, holm([today[layout].p_value for layout in layouts]), strict=True))
    alpha = ALPHA / max(1, len([layout for layout in layouts if arms.shared(layout, reference)]))
    found = {} if barred is not None else judge.decisions(layouts, cumulated_days(days, instruments, arms), alpha)
    return {
        layout: judge.verdict(layout, today[layout], adjusted[layout], alpha, found.get(layout), barred)
        for layout in layouts
    }


@dataclass(frozen=True, slots=True)
class _Decision:
    day: str
    figure: Estimate
    higher: str | None


@dataclass(frozen=True, slots=True)
class _Judge:
    terms: Terms
    arms: Arms
    reference: str
    effects: DesignEffects
    weeks: float | None

    def primary(self, arms: Arms, layout: str) -> Comparison:
        return compare(self.terms.primary_metric, arms, layout, self.reference, self.effects)

    def withheld(self, mismatch: str) -> ArmVerdict:
        is_win = self.terms.primary_metric is PrimaryMetric.WIN_PROBABILITY
        primary = no_comparison(Status.REFUSED, mismatch, unit=WIN_UNIT if is_win else POINTS)
        sequence = self.sequence(primary, ALPHA)
        return ArmVerdict(primary, sequence, None, None, None, None, None, f"nothing is concluded: {mismatch}")

    def sequence(self, comparison: Comparison, alpha: float) -> Estimate:
        return comparison_sequence(comparison, alpha=alpha, tuned_for=self.terms.tuned_for)

    def decisions(
        self, layouts: Sequence[str], looks: Iterable[tuple[str, Arms]], alpha: float
    ) -> Mapping[str, _Decision]:
        """Return what was decided of which layout on which day."""
        minimum, rule = self.terms.minimum_sample, self.terms.stop_rule
        found: dict[str, _Decision] = {}
        if minimum is None or rule not in {StopRule.FIXED_SAMPLE, StopRule.CONFIDENCE_SEQUENCE}:
            return found
        for day, arms in looks:
            rated = {layout: arms.placed(layout).rated for layout in (*layouts, self.reference)}
            if rule is StopRule.FIXED_SAMPLE:
                if min(rated.values()) >= minimum:
                    return self._at_one_look(layouts, day, arms)
                continue
            for layout in layouts:
                if layout not in found and min(rated[layout], rated[self.reference]) >= minimum:
                    figure = self.sequence(self.primary(arms, layout), alpha)
                    higher = self._higher(layout, figure)
                    if higher is not None:
                        found[layout] = _Decision(day, figure, higher)
        return found

    def _at_one_look(self, layouts: Sequence[str], day: str, arms: Arms) -> Mapping[str, _Decision]:
        compared = {layout: self.primary(arms, layout) for layout in layouts}
        adjusted = holm([compared[layout].p_value for layout in layouts])
        return {
            layout: _Decision(
                day, compared[layout].figure, self._ahead(layout, compared[layout]) if p < ALPHA else None
            )
            for layout, p in zip(layouts, adjusted, strict=True)
            if p is not None
        }

    def _ahead(self, layout: str, comparison: Comparison) -> str | None:
        if not comparison.difference:
            return None
        return layout if comparison.difference > 0 else self.reference

    def _higher(self, layout: str, figure: Estimate) -> str | None:
        none = 0.5 if self.terms.primary_metric is PrimaryMetric.WIN_PROBABILITY else 0.0
        if figure.lo is None or figure.hi is None or figure.lo <= none <= figure.hi:
            return None
        return layout if figure.lo > none else self.reference

    def verdict(
        self,
        layout: str,
        today: Comparison,
        adjusted: float | None,
        alpha: float,
        decision: _Decision | None,
        barred: str | None,
    ) -> ArmVerdict:
        more = None if decision is not None or barred is not None else self._more(today, alpha)
        return ArmVerdict(
            primary=today,
            sequence=self.sequence(today, alpha),
            p_value=today.p_value,
            adjusted_p_value=adjusted,
            more=more,
            decided_on=None if decision is None else decision.day,
            higher=None if decision is None else decision.higher,
            sentence=self._sentence(layout, today, decision, more, barred),
        )

    def _more(self, today: Comparison, alpha: float) -> MoreRatings:
        per_week = None if self.weeks is None else today.n / self.weeks
        if self.terms.stop_rule is StopRule.FIXED_SAMPLE:
            return more_for_comparison(today, per_week=per_week, alpha=alpha)
        return more_for_sequence(today, alpha=alpha, tuned_for=self.terms.tuned_for, per_week=per_week)

    def _sentence(
        self, layout: str, today: Comparison, decision: _Decision | None, more: MoreRatings | None, barred: str | None
    ) -> str:
        if barred is not None:
            return f"nothing is concluded: {barred}"
        if decision is not None:
            lower = self.reference if decision.higher == layout else layout
            return decided(self.terms.primary_metric, decision.day, decision.higher, lower, decision.figure)
        if today.difference is None:
            return f"not decided: {today.figure.reasons[0]}"
        wanted = more_wanted(self.terms.primary_metric, layout, self.reference, more)
        return undecided(self.terms.stop_rule, self.terms.minimum_sample, self._lacking(layout), wanted)

    def _lacking(self, layout: str) -> str | None:
        waits_for = self.arms.layouts() if self.terms.stop_rule is StopRule.FIXED_SAMPLE else (layout, self.reference)
        rated = {each: self.arms.placed(each).rated for each in waits_for}
        least = min(sorted(rated), key=lambda each: rated[each])
        minimum = self.terms.minimum_sample
        if minimum is None or rated[least] >= minimum:
            return None
        return lacking_ratings(least, rated[least], minimum, self.weeks)
