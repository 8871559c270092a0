from dataclasses import replace

import numpy as np
import pytest

from ivr.domain.kpi.structural.design import Factor, Kinds, Stratum
from ivr.domain.kpi.structural.overlap import agents_apart, anchored_layouts
from tests.domain.kpi.structural.small_design import empty_design

AHEAD, MIRROR, OTHERS = "ahead", "mirror", "others"


def drawn_in_strata(*drawn):
    """Return a design whose strata have ratings on the layouts that were drawn there, and on no others."""
    design = empty_design()
    rows = [
        row
        for row in range(len(design))
        if design.layouts[design.layout[row]].key in drawn[design.kinds.stratum[design.kind[row]]]
    ]
    rated = np.zeros_like(design.rated)
    rated[rows, 0] = 1.0
    shares = [dict.fromkeys(layouts, 1 / len(layouts)) for layouts in drawn]
    strata = tuple(Stratum(place, None, share) for place, share in zip(("north", "south"), shares, strict=True))
    return replace(design, strata=strata, rated=rated)


@pytest.mark.parametrize(
    ("drawn", "anchored"),
    [
        (((AHEAD, MIRROR), (MIRROR, OTHERS)), {AHEAD, MIRROR, OTHERS}),
        (((MIRROR, OTHERS), (AHEAD, MIRROR)), {AHEAD, MIRROR, OTHERS}),
        (((AHEAD, MIRROR), (AHEAD, OTHERS)), {AHEAD, MIRROR, OTHERS}),
        (((AHEAD,), (MIRROR, OTHERS)), {AHEAD}),
    ],
)
def test_layouts_are_compared_through_others_that_were_drawn_beside_both(drawn, anchored):
    assert anchored_layouts(drawn_in_strata(*drawn), AHEAD) == anchored


def test_a_layout_beside_another_without_known_chances_is_not_compared():
    design = drawn_in_strata((AHEAD, MIRROR), (MIRROR, OTHERS))
    unknown = (replace(design.strata[0], shares=None), design.strata[1])
    assert anchored_layouts(replace(design, strata=unknown), AHEAD) == {AHEAD}


def serving(*queues_of_agents, levels=4):
    """Return a design in which each agent has calls in the queues that are given."""
    cells = [(agent, queue) for agent, queues in enumerate(queues_of_agents) for queue in queues]
    agent, queue = np.array(cells).T
    design, zero = empty_design(), np.zeros(levels, dtype=np.intp)
    mix = np.column_stack([np.arange(levels), zero, zero, zero])
    counts = {name: getattr(design, name)[: len(cells)] for name in ("eligible", "offered", "rated", "later", "anyway")}
    return replace(
        design,
        **counts,
        agents=tuple(f"agent {number}" for number in range(len(queues_of_agents))),
        factors=(Factor("queue", tuple(f"queue {number}" for number in range(levels))), *design.factors[1:]),
        kinds=Kinds(zero, zero, mix),
        agent=agent,
        layout=np.zeros(len(cells), dtype=np.intp),
        kind=queue,
        weighted=counts["eligible"],
    )


@pytest.mark.parametrize(
    ("queues", "apart"),
    [
        (((0, 1), (1, 2), (2, 3)), set()),
        (((1, 2), (0, 1), (2, 3)), set()),
        (((0,), (0,), (3,)), {2}),
        (((0, 1), (1,), (2,), (3,)), {2, 3}),
        (((0,), (1,)), {0, 1}),
    ],
)
def test_agents_are_compared_through_queues_that_others_share_with_both(queues, apart):
    assert agents_apart(serving(*queues)) == apart
