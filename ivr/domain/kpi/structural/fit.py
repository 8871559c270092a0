"""The fit: from period cells to the figures of agents and layouts, or to the reason why there are none."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ivr.domain.kpi.estimates import POINTS, Status, no_figure
from ivr.domain.kpi.fit_options import METHOD, FitOptions
from ivr.domain.kpi.fitted import FittedAgent, FittedFigures, FittedLayout
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.period_cells import GroupCell, PeriodCell, Result
from ivr.domain.kpi.structural.agent_figures import agent_figures
from ivr.domain.kpi.structural.encoding import encode
from ivr.domain.kpi.structural.floors import below_floor
from ivr.domain.kpi.structural.layout_effects import layout_effects
from ivr.domain.kpi.structural.search import search
from ivr.domain.kpi.structural.shared_facts import shared_facts
from ivr.domain.kpi.structural.standing import Refusal, settled_standing, standing_of
from ivr.domain.kpi.structural.tabulated import NOBODY, Tabulated
from ivr.domain.outcomes import Outcome

ESTIMAND = (
    "the share of all eligible calls of an agent, at the case mix of the whole centre, that would choose the best "
    "category on the neutral scale"
)


def fit(
    cells: Sequence[PeriodCell], groups: Sequence[GroupCell], instruments: Instruments, options: FitOptions
) -> FittedFigures:
    """Return the figures of every agent among ``cells``; what cannot be known has a status and a reason."""
    table = Tabulated.of(cells)
    agents = table.agents
    ratings = _ratings(table, instruments)
    warnings = _not_counted(table)
    if not ratings:
        is_rated = bool((table.with_result(_is_rating) & (table.agent != NOBODY)).any())
        why = "no rating whose layout has a definition here" if is_rated else "nobody has rated yet"
        refusal = Refusal(Status.INSUFFICIENT, why)
        return _refused(agents, refusal, options.reference_layout, (), warnings)
    reference, other = _reference(ratings, options)
    warnings = (*other, *warnings)
    encoded = encode(table, instruments, _instrument(instruments, reference))
    there = encoded.design.by_agent(encoded.design.eligible) > 0
    design = encoded.design.of_agents(there)
    warnings += tuple(f"{count} {what}: left out" for what, count in encoded.left_out.items())
    sampled = table.count(table.with_result(lambda result: result.followup is not None))
    standing = standing_of(design, reference, sampled)
    layouts = sorted({layout.key for layout in design.layouts})
    if standing.everything is not None:
        return _refused(agents, standing.everything, reference, layouts, warnings)
    found = search(design, reference, groups, encoded.contacts, below_floor(design, options))
    if not found.calibration.converged:
        refusal = Refusal(
            Status.REFUSED, "the search for the parameters did not settle; the figures would be arbitrary"
        )
        return _refused(agents, refusal, reference, layouts, warnings)
    slope = found.scales.parts["slope"].start
    error = float(found.calibration.covariance[slope, slope] * (found.design_effect or 1.0)) ** 0.5
    standing = settled_standing(standing, float(design.later.sum() + design.anyway.sum()), error)
    if found.design_effect is None:
        warnings += ("callers cannot be told apart, so intervals take every call for another caller's",)
    known = agent_figures(found, standing, reference, options)
    return FittedFigures(
        method=METHOD,
        reference_layout=reference,
        estimand=ESTIMAND,
        agents=tuple(sorted((*known, *_without_calls(agents, known)), key=lambda row: row.agent)),
        layouts=layout_effects(found, standing, reference),
        facts=shared_facts(found, standing),
        warnings=warnings,
    )


def _ratings(table: Tabulated, instruments: Instruments) -> Mapping[str, int]:
    """Return how many ratings can be read, by layout."""
    ratings: Counter[str] = Counter()
    for number, result in enumerate(table.results):
        if not _is_rating(result) or result.category is None:
            continue
        rated = (table.result == number) & (table.agent != NOBODY)
        for contact, calls in table.by_contact(rated).items():
            instrument = instruments.of(contact.layout, contact.layout_version)
            if contact.layout is not None and instrument is not None:
                ratings[contact.layout] += round(calls) * (0 <= result.category < len(instrument.categories))
    return +ratings


def _is_rating(result: Result) -> bool:
    return result.outcome is Outcome.RATED


def _reference(ratings: Mapping[str, int], options: FitOptions) -> tuple[str, tuple[str, ...]]:
    """Return the layout that figures stand on: the configured one if it was rated on, else the one rated on most."""
    if options.reference_layout is not None and options.reference_layout in ratings:
        return options.reference_layout, ()
    most = min(ratings, key=lambda key: (-ratings[key], key))
    named = options.reference_layout or "no reference layout"
    return most, (f"{named} has no ratings, so the figures stand on {most}",)


def _instrument(instruments: Instruments, reference: str) -> Instrument:
    """Return what the reference layout is today; where it is no longer defined, what it was last noted as."""
    noted = {name: each for name, each in instruments.noted.items() if name[0] == reference}
    return instruments.of(reference, None) or noted[max(noted)]


def _not_counted(table: Tabulated) -> tuple[str, ...]:
    """Say how many calls are in no figure because nobody knows whose they are, or how they ended."""
    nobodys = table.count(table.agent == NOBODY)
    unknown = table.count(table.with_result(lambda result: result.outcome in (None, Outcome.UNKNOWN)))
    said = ((nobodys, "calls without an agent"), (unknown, "calls of which nobody knows how they ended"))
    return tuple(f"{count} {what}: left out" for count, what in said if count)


def _without_calls(agents: Sequence[str], known: Sequence[FittedAgent]) -> list[FittedAgent]:
    there = {each.agent for each in known}
    none = no_figure(Status.INSUFFICIENT, "no eligible call of this agent yet", method=METHOD)
    return [FittedAgent(agent, none, none) for agent in agents if agent not in there]


def _refused(
    agents: Sequence[str], refusal: Refusal, reference: str | None, layouts: Sequence[str], warnings: tuple[str, ...]
) -> FittedFigures:
    none = no_figure(refusal.status, refusal.reason, method=METHOD)
    no_effect = no_figure(refusal.status, refusal.reason, unit=POINTS, method=METHOD)
    return FittedFigures(
        method=METHOD,
        reference_layout=reference,
        estimand=ESTIMAND,
        agents=tuple(FittedAgent(agent, none, none) for agent in agents),
        layouts=tuple(FittedLayout(layout, no_effect) for layout in layouts),
        warnings=(*warnings, f"no fitted figures: {refusal.reason}"),
    )
