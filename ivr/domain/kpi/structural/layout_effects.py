"""Layout effects: what a layout adds to the best category against the reference, for the same callers."""

import numpy as np

from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure
from ivr.domain.kpi.fit_options import METHOD
from ivr.domain.kpi.fitted import FittedLayout
from ivr.domain.kpi.structural.agent_figures import reference_number
from ivr.domain.kpi.structural.design import FloatArray
from ivr.domain.kpi.structural.levels import Mix, pressed_level
from ivr.domain.kpi.structural.search import Found
from ivr.domain.kpi.structural.standing import Standing
from ivr.domain.kpi.wilson import Z

FEWEST_RATINGS = 200
"""With fewer ratings that chance gave a layout, its effect is marked wide."""


def layout_effects(found: Found, standing: Standing, reference: str) -> tuple[FittedLayout, ...]:
    """Return one row a layout key, by the version that was rated on most."""
    design = found.design
    mix = _centre(found)
    base = reference_number(found, reference)
    rows = []
    for key in sorted({layout.key for layout in design.layouts}):
        number = reference_number(found, key)
        if key == reference:
            effect = Estimate(0.0, 0.0, 0.0, POINTS, _ratings(found, number), METHOD, Status.OK, ("the reference",))
        elif not _ratings(found, number):
            effect = no_figure(Status.INSUFFICIENT, "nobody has rated on it yet", unit=POINTS, method=METHOD)
        elif key not in standing.anchored:
            reason = "never drawn in the same place as a layout that leads to the reference"
            effect = no_figure(Status.NOT_IDENTIFIED, reason, unit=POINTS, method=METHOD)
        else:
            effect = _effect(found, mix, number, base)
        versions = sum(1 for layout in design.layouts if layout.key == key)
        notes = (f"{versions} versions sound different; the effect is that of the one rated on most",)
        rows.append(FittedLayout(key, effect, notes if versions > 1 else ()))
    return tuple(rows)


def _effect(found: Found, mix: Mix, number: int, base: int) -> Estimate:
    vector, effect = found.agents.shared, np.zeros(1)
    there = pressed_level(found.scales, mix, vector, effect, number)
    here = pressed_level(found.scales, mix, vector, effect, base)
    gradient: FloatArray = there.by_vector[0] - here.by_vector[0]
    covariance = found.uncertainty.shared_covariance * (found.design_effect or 1.0)
    reach = 100.0 * Z * float(np.sqrt(max(float(gradient @ covariance @ gradient), 0.0)))
    points = 100.0 * float(there.share[0] - here.share[0])
    ratings = _drawn_ratings(found, number)
    names = found.design.layouts[number].instrument.categories, found.design.layouts[base].instrument.categories
    reasons = () if names[0] == names[1] else ("its choices have other names: its scale is linked, not the same",)
    status = Status.OK
    if ratings < FEWEST_RATINGS:
        status = Status.WIDE
        reasons = (f"fewer than {FEWEST_RATINGS} ratings of callers whom chance could have given both", *reasons)
    return Estimate(points, points - reach, points + reach, POINTS, ratings, METHOD, status, reasons)


def _centre(found: Found) -> Mix:
    """Return the pooled mix of the whole centre, as of one agent in all strata."""
    mix = found.mix
    calls = found.design.by_agent(found.design.eligible)
    return Mix(mix.points, (calls @ mix.weights / calls.sum())[None, :])


def _ratings(found: Found, number: int) -> int:
    return round(float(found.design.rated[found.design.rows_of(number)].sum()))


def _drawn_ratings(found: Found, number: int) -> int:
    """Return the ratings of a layout in strata where chance could have given another."""
    design = found.design
    rows = design.rows_of(number)
    drawn = np.array([stratum.shares is not None and len(stratum.shares) > 1 for stratum in design.strata])
    return round(float((design.rated[rows].sum(axis=1) * drawn[design.kinds.stratum[design.kind[rows]]]).sum()))
