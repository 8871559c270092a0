"""Shared facts: the figures of the whole centre that explain the agents', each with its interval."""

from collections.abc import Mapping

import numpy as np

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.fit_options import METHOD
from ivr.domain.kpi.structural.levels import neutral_level
from ivr.domain.kpi.structural.search import Found
from ivr.domain.kpi.structural.standing import Standing
from ivr.domain.kpi.wilson import Z

_MOSTLY_ASSUMED = 0.5
_UNITS = {
    "key_habit": ("habit", "proportion"),
    "primacy": ("primacy", "logits"),
    "response_slope": ("slope", "logits of response for each logit of satisfaction"),
    "hang_up_hazard": ("hazard", "hang-ups per second"),
}


def shared_facts(found: Found, standing: Standing) -> Mapping[str, Estimate]:
    """Return the level of the centre, the habit of key 1, primacy, how response hangs on satisfaction, and hang-ups."""
    facts = {"level": _level(found, standing)}
    covariance = found.calibration.covariance * (found.design_effect or 1.0)
    ratings = round(float(found.design.rated.sum()))
    reasons = () if found.scales.has_mirror else ("no mirrored layout: assumed rather than measured",)
    for name, (part, unit) in _UNITS.items():
        place = found.scales.parts[part].start
        value, reach = float(found.calibration.vector[place]), Z * float(np.sqrt(covariance[place, place]))
        least = 0.0 if part in {"habit", "hazard"} else -np.inf
        said = reasons if part in {"habit", "primacy"} else ()
        if found.scales.prior_precision[place] * found.calibration.covariance[place, place] > _MOSTLY_ASSUMED:
            said = (*said, "mostly assumed: these calls tell less of it than what is usual elsewhere")
        lo, hi = max(value - reach, least), value + reach
        facts[name] = Estimate(value, lo, hi, unit, ratings, METHOD, Status.OK, said)
    return facts


def _level(found: Found, standing: Standing) -> Estimate:
    """Return the mean level of all eligible calls."""
    calls = found.design.by_agent(found.design.eligible)
    if standing.level is not None:
        return no_figure(standing.level.status, standing.level.reason, n=round(float(calls.sum())), method=METHOD)
    vector = found.agents.shared
    weight = found.offering.probability
    plain = neutral_level(found.scales, found.mix, vector, found.agents.effects[:, 0])
    selective = neutral_level(found.scales, found.mix, vector, found.offering.effects[:, 0])
    share = calls / calls.sum()
    value = float(share @ ((1.0 - weight) * plain.share + weight * selective.share))
    gradient = share @ (plain.by_vector + plain.by_effect[:, None] * found.uncertainty.by_shared[:, 0])
    own = float((share * plain.by_effect) ** 2 @ found.uncertainty.covariance[:, 0, 0])
    inflation = found.design_effect or 1.0
    reach = Z * float(np.sqrt((gradient @ found.uncertainty.shared_covariance @ gradient + own) * inflation))
    lo, hi = max(value - reach, 0.0), min(value + reach, 1.0)
    return Estimate(value, lo, hi, "proportion", round(float(calls.sum())), METHOD, Status.OK, standing.cautions)
