"""The fit: from period cells to the figures of agents and layouts, or to the reason why there are none."""

from collections import Counter
from collections.abc import Sequence

from ivr.domain.kpi.estimates import Status, no_figure
from ivr.domain.kpi.fit_options import METHOD, FitOptions
from ivr.domain.kpi.fitted import FittedAgent, FittedFigures, FittedLayout
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.period_cells import GroupCell, PeriodCell
from ivr.domain.kpi.structural.agent_figures import agent_figures
from ivr.domain.kpi.structural.encoding import encode
from ivr.domain.kpi.structural.floors import below_floor
from ivr.domain.kpi.structural.layout_effects import layout_effects
from ivr.domain.kpi.structural.search import search
from ivr.domain.kpi.structural.shared_facts import shared_facts
from ivr.domain.kpi.structural.standing import Refusal, standing_of
from ivr.domain.outcomes import Outcome

ESTIMAND = (
    "the share of all eligible calls of an agent, at the case mix of the whole centre, that would choose the best "
    "category on the neutral scale"
)


def fit(
    cells: Sequence[PeriodCell], groups: Sequence[GroupCell], instruments: Instruments, options: FitOptions
) -> FittedFigures:
    """Return the figures of every agent among ``cells``; what cannot be known has a status and a reason."""
    agents = sorted({cell.agent for cell in cells if cell.agent is not None})
    reference, warnings = _reference(cells, instruments, options)
    if reference is None:
        refusal = Refusal(Status.INSUFFICIENT, "no rating whose layout has a definition here")
        return _refused(agents, refusal, options.reference_layout, (), ())
    instrument = instruments.of(reference, None) or next(iter(instruments.noted.values()))
    encoded = encode(cells, instruments, instrument, agents)
    design = encoded.design
    warnings += tuple(f"{count} {what}: left out" for what, count in encoded.left_out.items())
    standing = standing_of(design, reference, cells)
    layouts = sorted({layout.key for layout in design.layouts})
    if standing.everything is not None:
        return _refused(agents, standing.everything, reference, layouts, warnings)
    found = search(design, reference, groups, encoded.contacts, below_floor(design, options))
    if not found.calibration.converged:
        refusal = Refusal(
            Status.REFUSED, "the search for the parameters did not settle; the figures would be arbitrary"
        )
        return _refused(agents, refusal, reference, layouts, warnings)
    if found.design_effect is None:
        warnings += ("callers cannot be told apart, so intervals take every call for another caller's",)
    return FittedFigures(
        method=METHOD,
        reference_layout=reference,
        estimand=ESTIMAND,
        agents=agent_figures(found, standing, reference, options),
        layouts=layout_effects(found, standing, reference),
        facts=shared_facts(found, standing),
        warnings=warnings,
    )


def _reference(
    cells: Sequence[PeriodCell], instruments: Instruments, options: FitOptions
) -> tuple[str | None, tuple[str, ...]]:
    """Return the layout that figures stand on: the configured one if it was rated on, else the one rated on most."""
    ratings: Counter[str] = Counter()
    for cell in cells:
        contact = cell.contact
        known = instruments.of(contact.layout, contact.layout_version)
        if cell.result.outcome is Outcome.RATED and contact.layout is not None and known is not None:
            ratings[contact.layout] += cell.calls
    if not ratings:
        return None, ()
    if options.reference_layout in ratings:
        return options.reference_layout, ()
    most = min(ratings, key=lambda key: (-ratings[key], key))
    named = options.reference_layout or "no reference layout"
    return most, (f"{named} has no ratings, so the figures stand on {most}",)


def _refused(
    agents: Sequence[str], refusal: Refusal, reference: str | None, layouts: Sequence[str], warnings: tuple[str, ...]
) -> FittedFigures:
    none = no_figure(refusal.status, refusal.reason, method=METHOD)
    no_effect = no_figure(refusal.status, refusal.reason, unit="percentage points", method=METHOD)
    return FittedFigures(
        method=METHOD,
        reference_layout=reference,
        estimand=ESTIMAND,
        agents=tuple(FittedAgent(agent, none, none) for agent in agents),
        layouts=tuple(FittedLayout(layout, no_effect) for layout in layouts),
        warnings=(*warnings, f"no fitted figures: {refusal.reason}"),
    )
