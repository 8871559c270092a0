"""Shares that change at the turn of a month: new strata are new months then, and no figure may hang on which is."""

from tests.domain.kpi.structural.small_centre import AHEAD, MIRROR, drawn, fitted, with_contact

BEFORE, AFTER = f"{AHEAD}:0.5 {MIRROR}:0.5", f"{AHEAD}:0.5005 {MIRROR}:0.4995"


def widths(figures):
    return {agent.agent: agent.corrected.hi - agent.corrected.lo for agent in figures.agents}


def without_some(cells, groups):
    """Return the cells of a centre where one agent leaves at the turn and one begins."""
    months = sorted({cell.contact.period for cell in cells})
    agents = sorted({cell.agent for cell in cells})
    gone = {(agents[0], months[-1]), (agents[1], months[0])}
    return [cell for cell in cells if (cell.agent, cell.contact.period) not in gone], groups


def test_intervals_stay_as_they_are_where_the_shares_hardly_change():
    cells, groups = without_some(*drawn())
    first = min(cell.contact.period for cell in cells)
    same = widths(fitted(with_contact(cells, allocation=BEFORE), with_contact(groups, allocation=BEFORE)))
    changed = {"allocation": lambda contact: BEFORE if contact.period == first else AFTER}
    new = widths(fitted(with_contact(cells, **changed), with_contact(groups, **changed)))
    for agent, width in same.items():
        assert new[agent] < 1.2 * width
