"""A small design whose counts are what known parameters make one expect, so that a fit of it must find them again."""

from dataclasses import replace
from itertools import product

import numpy as np

from ivr.domain.kpi.instruments import Instrument
from ivr.domain.kpi.structural.answers import Answering
from ivr.domain.kpi.structural.calibration import blocks
from ivr.domain.kpi.structural.design import Design, Factor, Kinds, Layout, Stratum
from ivr.domain.kpi.structural.scales import make_scales

SCALE = {3: ("bad", "so-so", "good"), 5: ("very bad", "bad", "so-so", "good", "very good")}
NOBODY_DIFFERS = np.zeros((2, 2))


def layouts_of(categories):
    """Return a layout read from the best down, its mirror, and one of four other choices."""
    seconds = tuple(1.5 * (categories - place) for place in range(categories))
    down = {str(key): categories - key for key in range(1, categories + 1)}
    up = {str(key): key - 1 for key in range(1, categories + 1)}
    names = SCALE[categories]
    ahead = Instrument(names, keys=down, first_read=categories - 1, read_seconds=seconds)
    mirror = Instrument(names, keys=up, first_read=0, read_seconds=seconds[::-1])
    others = Instrument(
        ("no", "hardly", "mostly", "yes"),
        keys={"1": 0, "2": 1, "3": 2, "4": 3},
        first_read=3,
        read_seconds=(6.0, 4.5, 3.0, 1.5),
    )
    return Layout("ahead", None, ahead), Layout("mirror", None, mirror), Layout("others", None, others)


def empty_design(categories=3, agents=("",)):
    """Return a design of one cell an agent for every layout, stratum, delay and queue, without counts."""
    layouts = layouts_of(categories)
    kinds = np.array(list(product(range(2), range(3), range(2))))
    cells = np.array(list(product(range(len(layouts)), range(len(agents)), range(len(kinds)))))
    layout, agent, kind = cells.T
    size = len(cells)
    shares = {each.key: 1 / 3 for each in layouts}
    return Design(
        agents=tuple(agents),
        strata=(Stratum("north", None, shares), Stratum("south", None, shares)),
        layouts=layouts,
        delays=(0.0, 2.0, 4.0),
        factors=(
            Factor("queue", ("support", "billing")),
            *(Factor(name, ("all",)) for name in ("segment", "wait", "period")),
        ),
        neutral_categories=categories,
        kinds=Kinds(kinds[:, 0], kinds[:, 1], np.column_stack([kinds[:, 2], np.zeros((len(kinds), 3), dtype=np.intp)])),
        agent=agent,
        layout=layout,
        kind=kind,
        eligible=np.ones(size),
        offered=np.ones(size),
        rated=np.zeros((size, max(categories, 4))),
        later=np.ones((size, categories)),
        anyway=np.ones((size, categories)),
        weighted=np.ones(size),
    )


def known_vector(scales):
    """Return parameters that are nothing special: none is at its prior mean, and no bound is near."""
    vector = np.zeros(scales.size)
    categories = scales.neutral_categories
    values = {
        "neutral": np.linspace(-1.9, -0.3, categories - 1),
        "slope": 0.3,
        "curve": 0.1,
        "hazard": 0.07,
        "habit": 0.08,
        "primacy": 0.2,
        "stratum": 0.4,
        "queue": -0.6,
        "willing": 0.2,
        "delay": (-0.5, -1.1),
        "willing stratum": -0.2,
        "willing queue": 0.1,
        "layout 2": (-1.7, -0.9, 0.6),
    }
    for name, value in values.items():
        vector[scales.parts[name]] = value
    return vector


def with_expected(design, scales, vector, calls, *, effects=None, follow_ups=0.1, spread=NOBODY_DIFFERS):
    """Return the design with ``calls`` a cell, nine in ten offered, and the results that ``vector`` makes one expect.

    ``effects`` (agents x u, r) are added to every agent's S and willingness.
    """
    eta, psi = ((matrix @ vector)[design.kind] for matrix in scales.linear(design.kinds))
    if effects is not None:
        eta, psi = eta + effects[design.agent, 0], psi + effects[design.agent, 1]
    offered = np.full(len(design), 0.9 * calls)
    rated = np.zeros_like(design.rated)
    later, anyway = np.zeros_like(design.later), np.zeros_like(design.anyway)
    if effects is None:
        for block in blocks(design, scales, spread, vector):
            if block.kind == "rated":
                categories = block.probability.shape[1] - 1
                rated[block.rows, :categories] = 0.9 * calls * block.probability[:, :categories]
            table = {"later": later, "anyway": anyway}.get(block.kind)
            if table is not None:
                table[block.rows] = follow_ups * calls * block.probability
    else:
        for layout in range(len(design.layouts)):
            rows, answering = design.rows_of(layout), Answering.of(scales, vector, layout)
            shares = answering.rated(eta[rows], psi[rows]).value
            rated[rows, : shares.shape[1]] = 0.9 * calls * shares
            later[rows] = follow_ups * 0.9 * calls * answering.silent(eta[rows], psi[rows]).value
            anyway[rows] = follow_ups * 0.1 * calls * answering.opinion(eta[rows]).value
    eligible = np.full(len(design), float(calls))
    return replace(
        design, eligible=eligible, offered=offered, rated=rated, later=later, anyway=anyway, weighted=eligible
    )


def scales_of(design):
    """Return the parameters of a design whose reference is the layout read from the best down."""
    return make_scales(design, "ahead")
