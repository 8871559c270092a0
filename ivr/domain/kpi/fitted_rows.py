"""Rows with fitted figures: what a fit says of agents and layouts, joined to what is counted live."""

from collections.abc import Sequence
from dataclasses import replace

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.fitted import FittedAgent, FittedFigures
from ivr.domain.kpi.layouts import REFERENCE, LayoutFigures

_NOBODY = "calls without an agent have no figure of their own and are not in the fit"
_NOT_IN_FIT = "the fit knows no call of this agent: the next one will"
_LAYOUT_NOT_IN_FIT = "the fit knows no rating of this layout"


def with_fitted_agents(rows: Sequence[AgentFigures], figures: FittedFigures) -> tuple[AgentFigures, ...]:
    """Return ``rows`` with the fitted figures of each agent; a row that the fit does not know says so."""
    fitted = {each.agent: each for each in figures.agents}
    return tuple(_joined(row, None if row.agent is None else fitted.get(row.agent)) for row in rows)


def without_fitted_agents(rows: Sequence[AgentFigures], reason: str) -> tuple[AgentFigures, ...]:
    """Return ``rows`` with ``reason`` in the place of every fitted figure."""
    return tuple(_unfitted(row, Status.INSUFFICIENT, reason) for row in rows)


def with_fitted_layouts(rows: Sequence[LayoutFigures], figures: FittedFigures) -> tuple[LayoutFigures, ...]:
    """Return ``rows`` with the fitted effect of each layout; one that the fit does not know has none."""
    fitted = {each.layout: each for each in figures.layouts}
    joined = []
    for row in rows:
        found = None if row.layout is None else fitted.get(row.layout)
        if found is not None:
            # The reference layout is 0 by definition, and is told so.
            effect = row.effect_points if row.effect_points.method == REFERENCE else found.effect_points
            joined.append(replace(row, effect_points=effect, notes=(*row.notes, *found.notes)))
        elif row.effect_points.estimate is None or row.effect_points.method == REFERENCE:
            joined.append(row)
        else:
            joined.append(replace(row, effect_points=_no_effect(row.effect_points)))
    return tuple(joined)


def _joined(row: AgentFigures, fitted: FittedAgent | None) -> AgentFigures:
    if fitted is None and row.agent is None:
        return _unfitted(row, Status.NOT_IDENTIFIED, _NOBODY)
    if fitted is None:
        return _unfitted(row, Status.INSUFFICIENT, _NOT_IN_FIT)
    return replace(
        row,
        standardised=fitted.standardised,
        corrected=fitted.corrected,
        tier=fitted.tier,
        rank_interval=fitted.rank_interval,
        flags=fitted.flags,
        notes=(*row.notes, *fitted.notes),
        reliability=fitted.reliability,
        more_ratings=fitted.more_ratings,
    )


def _unfitted(row: AgentFigures, status: Status, reason: str) -> AgentFigures:
    none = no_figure(status, reason)
    return replace(row, standardised=none, corrected=none)


def _no_effect(pooled: Estimate) -> Estimate:
    return no_figure(Status.NOT_IDENTIFIED, _LAYOUT_NOT_IN_FIT, unit=pooled.unit, method=pooled.method)
