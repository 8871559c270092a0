"""Agents' figures: standardised share, corrected level, rank interval, tier, flags and what each rests on."""

from dataclasses import dataclass

import numpy as np

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.fit_options import METHOD, FitOptions
from ivr.domain.kpi.fitted import FittedAgent
from ivr.domain.kpi.normal_shrinkage import ratings_wanted
from ivr.domain.kpi.posterior_ranks import rank_summary
from ivr.domain.kpi.structural.agents import FEWEST_AGENTS
from ivr.domain.kpi.structural.design import FloatArray
from ivr.domain.kpi.structural.levels import neutral_level, pressed_level
from ivr.domain.kpi.structural.posterior import Posterior, posterior
from ivr.domain.kpi.structural.search import Found
from ivr.domain.kpi.structural.standing import Refusal, Standing
from ivr.domain.kpi.tiers import posterior_tiers
from ivr.domain.kpi.wilson import FEWEST_TO_RANK

SELECTIVE_OFFERING = "selective_offering"
"""The flag of an agent who brings the rating to content callers rather than to all."""
DRAWS = 1000
_WIDEST = 0.5
FEWEST_COMPARED = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """An agent among the others: tier and rank interval, None where there is none."""

    tier: int | None
    ranks: tuple[int | None, int | None]


_NO_PLACE = _Place(None, (None, None))


def agent_figures(found: Found, standing: Standing, reference: str, options: FitOptions) -> tuple[FittedAgent, ...]:
    """Return one row an agent, in the order of the design."""
    design, scales, mix, vector = found.design, found.scales, found.mix, found.agents.shared
    anchor = reference_number(found, reference)
    standardised = posterior(found, lambda effect: pressed_level(scales, mix, vector, effect, anchor))
    corrected = posterior(found, lambda effect: neutral_level(scales, mix, vector, effect))
    ratings = np.rint(design.by_agent(design.rated.sum(axis=1))).astype(np.int64)
    known = [n for n in range(len(design.agents)) if ratings[n] >= FEWEST_TO_RANK and n not in standing.agents]
    places = _places(standardised, known, options.seed)
    flagged = found.offering.flagged(design.by_agent(design.eligible))
    reliability = _reliability(found, standardised)
    common = _common_reasons(found)
    rows = []
    for number, agent in enumerate(design.agents):
        n = int(ratings[number])
        refusal = standing.agents.get(number) or _too_few(n)
        place = places.get(number, _NO_PLACE)
        rows.append(
            FittedAgent(
                agent,
                _figure(standardised, number, n, refusal, common),
                _figure(corrected, number, n, refusal or standing.level, (*common, *standing.cautions)),
                place.tier,
                place.ranks,
                (SELECTIVE_OFFERING,) if flagged[number] else (),
                _notes(found, number, is_flagged=bool(flagged[number])),
                None if refusal else float(reliability[number]),
                None if refusal else ratings_wanted(float(reliability[number]), n),
            )
        )
    return tuple(rows)


def reference_number(found: Found, reference: str) -> int:
    """Return the number of the reference layout, that of the version rated on most."""
    design = found.design
    numbers = [number for number, layout in enumerate(design.layouts) if layout.key == reference]
    return max(numbers, key=lambda number: (float(design.rated[design.rows_of(number)].sum()), -number))


def _figure(
    figures: Posterior, number: int, ratings: int, refusal: Refusal | None, reasons: tuple[str, ...]
) -> Estimate:
    agents = len(figures.estimate)
    if refusal is not None:
        return no_figure(refusal.status, refusal.reason, n=ratings, method=METHOD)
    lo, hi = float(figures.lo[number]), float(figures.hi[number])
    status = Status.OK
    if ratings < FEWEST_TO_RANK:
        status, reasons = Status.WIDE, (f"fewer than {FEWEST_TO_RANK} ratings: do not rank", *reasons)
    elif agents < FEWEST_COMPARED:
        status, reasons = Status.WIDE, (f"fewer than {FEWEST_COMPARED} agents: nobody to compare with", *reasons)
    elif hi - lo > _WIDEST:
        status, reasons = Status.WIDE, ("the interval is too wide to act on", *reasons)
    return Estimate(float(figures.estimate[number]), lo, hi, "proportion", ratings, METHOD, status, reasons)


def _too_few(ratings: int) -> Refusal | None:
    return None if ratings else Refusal(Status.INSUFFICIENT, "no rating of this agent yet")


def _places(figures: Posterior, known: list[int], seed: int) -> dict[int, _Place]:
    if len(known) < 2:
        return {}
    draws = figures.draws(DRAWS, np.random.default_rng(seed))
    ranks = rank_summary(draws if len(known) == draws.shape[1] else draws[:, known])
    tiers = posterior_tiers(ranks).tiers
    return {
        number: _Place(tier, (int(lo), int(hi)))
        for number, tier, lo, hi in zip(known, tiers, ranks.lo, ranks.hi, strict=True)
    }


def _reliability(found: Found, standardised: Posterior) -> FloatArray:
    """Return how much of the difference between agents is signal, 0 to 1.

    What all figures share moves them together and tells nobody apart; what an agent's site or layouts share does not.
    """
    between = float(found.agents.spread.between[0, 0])
    weight = found.offering.probability
    noise: FloatArray = (1.0 - weight) * standardised.plain.apart(standardised.shared_covariance)
    noise = noise + weight * standardised.selective.apart(standardised.shared_covariance)
    return np.clip(1.0 - noise / max(between, 1e-9), 0.0, 1.0)


def _common_reasons(found: Found) -> tuple[str, ...]:
    reasons = []
    if not found.scales.has_mirror:
        reasons.append(
            "no mirrored layout is among the ratings, so how much key 1 and the first choice flatter is assumed "
            "(the interval allows for it), not measured"
        )
    if len(found.design.agents) < FEWEST_AGENTS:
        reasons.append(f"fewer than {FEWEST_AGENTS} agents: how much agents usually differ is assumed, not measured")
    return tuple(reasons)


def _notes(found: Found, number: int, *, is_flagged: bool) -> tuple[str, ...]:
    probability = float(found.offering.probability[number])
    notes = []
    if is_flagged:
        sure = "over .99" if probability > 0.99 else f"{probability:.2f}"
        notes.append(
            f"probably brings the rating to content callers rather than to all (probability {sure}); "
            "the figures allow for it"
        )
    if found.below_floor[number]:
        notes.append("fewer calls reach the rating than the configured floor says")
    return tuple(notes)
