"""Experiment figures: everything that an experiment shows, in the order in which it has to be believed.

First whether the layouts have the shares that chance was to give them: if not, nothing else means anything and every
effect is withheld. Then who answers, then what is answered, then what the declared rule concludes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ivr.domain.experiments import PrimaryMetric
from ivr.domain.kpi.arm_effects import ArmEffects, DesignEffects, effects_of, without_effects
from ivr.domain.kpi.arms import ArmCount, Arms, arms_of
from ivr.domain.kpi.daily_looks import Looks, daily_looks
from ivr.domain.kpi.delay_effects import DelayFigures, delay_figures, weak_delays
from ivr.domain.kpi.drawn_arms import DrawTests, draw_tests
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.experiment_cells import CountedExperiment, ReplicateCell
from ivr.domain.kpi.experiment_verdicts import ALPHA, ArmVerdict, Terms, verdicts
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.replicates import DesignEffect, shares_design_effect
from ivr.domain.kpi.wilson import proportion
from ivr.domain.outcomes import DISPOSITIONS, Outcome

WITHHELD = "withheld, as the layouts have not the shares that chance was to give"
SHORTEST_DAYS = 1.0
"""Calls of less than a day tell nothing of how many come in a week."""


@dataclass(frozen=True, slots=True)
class StratumFigures:
    """One distribution over the layouts, and how many calls each layout got from it."""

    chances: Mapping[str, float]
    assigned: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """One layout; ``effects`` and ``verdict`` are None for the reference.

    ``looks`` are the effects at the end of each day with intervals that hold at all of them together; none for the
    reference, and where the effects are withheld.
    ``is_reversed``: the best answer is read first on one of the two and last on the other, so each may lose callers
    whom the other keeps.
    """

    layout: str
    scale: tuple[str, ...] | None
    calls: ArmCount
    response_rate: Estimate
    observed: Estimate
    effects: ArmEffects | None
    verdict: ArmVerdict | None
    is_reversed: bool = False
    looks: Looks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExperimentFigures:
    """What an experiment shows. ``mismatch`` says why every effect of the layouts is withheld, None where none is."""

    terms: Terms
    reference: str | None
    handled: int
    strata: tuple[StratumFigures, ...]
    draws: DrawTests
    response_design_effect: DesignEffect
    rating_design_effect: DesignEffect
    arms: tuple[ArmFigures, ...]
    delays: tuple[DelayFigures, ...]
    mismatch: str | None
    warnings: tuple[str, ...]


def experiment_figures(
    counted: CountedExperiment,
    instruments: Instruments,
    terms: Terms,
    *,
    reference: str | None,
    barred: str | None = None,
) -> ExperimentFigures:
    """Judge an experiment.

    ``reference`` is the layout that the others are compared with; where it was never given, or is None, the one with
    the most calls stands in. ``barred`` says why nothing may be concluded from these calls (a filter), None where it
    may.
    """
    arms = arms_of(counted.arms, instruments)
    draws = draw_tests(counted, arms, terms.unit)
    mismatch = draws.assigned.mismatch or draws.started.mismatch
    response, ratings = _design_effects(counted.replicates, instruments)
    effects = DesignEffects(response.value, ratings.value)
    compared_with = _reference(arms, reference)
    weeks = _weeks(counted)
    judged: Mapping[str, ArmVerdict] = {}
    looks: Mapping[str, Looks] = {}
    if compared_with is not None and mismatch is None:
        looks = _looks(terms, arms, counted, instruments, compared_with, effects)
    if compared_with is not None:
        judged = verdicts(
            terms,
            arms,
            counted.days,
            instruments,
            reference=compared_with,
            effects=effects,
            weeks=weeks,
            barred=barred,
            mismatch=None if mismatch is None else f"{WITHHELD}: {mismatch}",
        )
    begins = _begins_with_best(counted, instruments)
    turned = {layout for layout in begins if begins[layout] != begins.get(compared_with or layout, begins[layout])}
    rows = tuple(
        replace(
            _row(arms, layout, compared_with, effects, judged, mismatch),
            is_reversed=layout in turned,
            looks=looks.get(layout, {}),
        )
        for layout in arms.layouts()
    )
    delays = delay_figures(counted.arms, response.value, draws.delays.mismatch)
    notes = _Notes(counted, arms, draws, compared_with, reference, rows, delays)
    return ExperimentFigures(
        terms=terms,
        reference=compared_with,
        handled=sum(cell.calls for cell in counted.arms),
        strata=tuple(
            StratumFigures(arms.chances[each], {layout: count.assigned for layout, count in sorted(counts.items())})
            for each, counts in sorted(arms.strata.items())
        ),
        draws=draws,
        response_design_effect=response,
        rating_design_effect=ratings,
        arms=rows,
        delays=delays,
        mismatch=mismatch,
        warnings=tuple(notes.all()),
    )


def _looks(
    terms: Terms,
    arms: Arms,
    counted: CountedExperiment,
    instruments: Instruments,
    reference: str,
    effects: DesignEffects,
) -> Mapping[str, Looks]:
    """Return the looks by what decides, by who answers and by what is answered, at every layout that is compared."""
    layouts = [layout for layout in arms.layouts() if layout != reference and arms.shared(layout, reference)]
    metrics = (terms.primary_metric, PrimaryMetric.RESPONSE_RATE, PrimaryMetric.TOP_BOX)
    return daily_looks(
        tuple(dict.fromkeys(metrics)),
        layouts,
        counted.days,
        instruments,
        arms,
        reference=reference,
        effects=effects,
        alpha=ALPHA / max(1, len(layouts)),
        tuned_for=terms.tuned_for,
    )


def _reference(arms: Arms, wanted: str | None) -> str | None:
    layouts = arms.layouts()
    if wanted in layouts:
        return wanted
    return max(layouts, key=lambda layout: arms.total(layout).assigned, default=None)


def _row(
    arms: Arms,
    layout: str,
    reference: str | None,
    effects: DesignEffects,
    judged: Mapping[str, ArmVerdict],
    mismatch: str | None,
) -> ArmFigures:
    calls = arms.total(layout)
    if calls.rated and not calls.judged:
        observed = no_figure(Status.NOT_IDENTIFIED, "no rating whose layout has a definition here", method="wilson")
    else:
        observed = proportion(calls.best, calls.judged, of="ratings")
    if layout == reference or reference is None:
        found = None
    elif mismatch is not None:
        found = without_effects(Status.REFUSED, f"{WITHHELD}: {mismatch}")
    else:
        found = effects_of(arms, layout, reference, effects)
    return ArmFigures(
        layout=layout,
        scale=arms.scales.get(layout),
        calls=calls,
        response_rate=proportion(calls.rated, calls.eligible, of="eligible calls"),
        observed=observed,
        effects=found,
        verdict=judged.get(layout),
    )


def _design_effects(cells: Sequence[ReplicateCell], instruments: Instruments) -> tuple[DesignEffect, DesignEffect]:
    """Return the design effects of answering and of what is answered."""
    layouts = sorted({cell.layout for cell in cells if cell.layout is not None})
    column = {layout: number for number, layout in enumerate(layouts)}
    groups = sorted({cell.group for cell in cells})
    row = {group: number for number, group in enumerate(groups)}
    counts = np.zeros((4, len(groups), len(layouts)))
    for cell in cells:
        if cell.layout is None or cell.outcome is None or not DISPOSITIONS[cell.outcome].eligible:
            continue
        place = row[cell.group], column[cell.layout]
        counts[(1, *place)] += cell.calls
        if cell.outcome is not Outcome.RATED:
            continue
        counts[(0, *place)] += cell.calls
        instrument = instruments.of(cell.layout, cell.layout_version)
        if instrument is not None and cell.category is not None and 0 <= cell.category < len(instrument.categories):
            counts[(3, *place)] += cell.calls
            counts[(2, *place)] += cell.calls if cell.category == len(instrument.categories) - 1 else 0
    rated, eligible, best, judged = counts
    return shares_design_effect(rated, eligible), shares_design_effect(best, judged)


def _begins_with_best(counted: CountedExperiment, instruments: Instruments) -> Mapping[str, set[bool]]:
    """Return whether each layout reads the best answer first; of one whose order is not known, nothing."""
    begins: dict[str, set[bool]] = {}
    for cell in counted.arms:
        instrument = instruments.of(cell.layout, cell.layout_version)
        if cell.layout is not None and instrument is not None and instrument.first_read is not None:
            is_best = instrument.first_read == len(instrument.categories) - 1
            begins.setdefault(cell.layout, set()).add(is_best)
    return begins


def _weeks(counted: CountedExperiment) -> float | None:
    if counted.first_ended_at is None or counted.last_ended_at is None:
        return None
    days = (counted.last_ended_at - counted.first_ended_at).total_seconds() / 86400
    return days / 7 if days >= SHORTEST_DAYS else None


@dataclass(frozen=True, slots=True)
class _Notes:
    """The warnings, in plain words."""

    counted: CountedExperiment
    arms: Arms
    draws: DrawTests
    reference: str | None
    wanted: str | None
    rows: Sequence[ArmFigures]
    delays: tuple[DelayFigures, ...]

    def all(self) -> Iterator[str]:
        yield from self._of_draws()
        yield from self._of_calls()
        yield from self._of_answers()
        weak = weak_delays(self.delays)
        if weak is not None:
            yield weak

    def _of_draws(self) -> Iterator[str]:
        named = (
            ("assigned to the layouts", self.draws.assigned),
            ("that heard a prompt of the layouts", self.draws.started),
            ("assigned to the delays", self.draws.delays),
        )
        for name, tests in named:
            if tests.mismatch is not None:
                yield (
                    f"the {self.draws.unit}s {name} have not the shares that chance was to give: {tests.mismatch}; "
                    "the effects are withheld until the cause is found"
                )

    def _of_calls(self) -> Iterator[str]:
        if self.arms.without_layout:
            yield f"{self.arms.without_layout:,} calls have no layout stored with them, and are in no arm"
        apart = sum(arm.assigned for arm in self.arms.apart.values())
        if apart:
            yield (
                f"{apart:,} calls have no allocation that can be read: nobody knows with which chances they got their "
                "layout, so they are in no comparison"
            )
        if self.counted.several and self.draws.unit == "caller":
            yield f"{self.counted.several:,} callers were given more than one layout, and should have kept one"
        if self.wanted is not None and self.reference is not None and self.wanted != self.reference:
            yield f"no call had the reference layout {self.wanted}; {self.reference}, with the most calls, stands in"
        if len(self.rows) == 1:
            yield f"{self.rows[0].layout} is the only layout, so nothing is compared"
        if not self.counted.arms:
            yield "no counted call carries this experiment here"
        elif self.rows and not any(row.calls.rated for row in self.rows):
            yield "there are no ratings yet"

    def _of_answers(self) -> Iterator[str]:
        for row in self.rows:
            effects = row.effects
            if effects is None or not effects.has_other_answers:
                continue
            answered, best = effects.response.figure.estimate, effects.top_box.figure.estimate
            bounds = effects.lee_top_box
            if answered is None or best is None or bounds.lo is None or bounds.hi is None:
                continue
            more = "more" if answered > 0 else "fewer"
            yield (
                f"{more} callers answer {row.layout} ({answered:+.1f} points), so its ratings are of other callers: "
                f"its top-box differs by {best:+.1f} points as pressed, and by something from {bounds.lo:+.1f} to "
                f"{bounds.hi:+.1f} among those who answer either way"
            )
