"""The vector of parameters: its maps, its bounds, and which layouts are found to be a counterbalanced pair."""

from dataclasses import replace

import numpy as np
import pytest

from ivr.domain.kpi.structural.design import Layout
from ivr.domain.kpi.structural.scales import OWN, make_scales
from tests.domain.kpi.structural.small_design import empty_design, known_vector, layouts_of, scales_of


def rated_design(categories=3):
    design = empty_design(categories)
    return replace(design, rated=np.ones_like(design.rated))


def with_layouts(design, **changes):
    """Return the design with some layouts' instruments changed, by the layout's key."""
    layouts = tuple(
        Layout(each.key, each.version, replace(each.instrument, **changes.get(each.key, {}))) for each in design.layouts
    )
    return replace(design, layouts=layouts)


def test_parts_fill_the_vector_without_gap_or_overlap():
    scales = scales_of(rated_design())
    places = sorted(place for part in scales.parts.values() for place in range(part.start, part.stop))
    assert places == list(range(scales.size))
    assert (scales.prior_precision > 0).all()


@pytest.mark.parametrize("categories", [3, 5])
@pytest.mark.parametrize("layout", [0, 1, 2])
def test_local_map_gives_own_and_neutral_thresholds(categories, layout):
    scales = scales_of(rated_design(categories))
    vector = known_vector(scales)
    local = scales.local_map(layout) @ vector
    own = scales.layouts[layout].categories - 1
    assert local[: len(OWN)] == pytest.approx([0.3, 0.1, 0.07, 0.08])
    assert local[len(OWN) : len(OWN) + own] == pytest.approx(scales.thresholds(vector, layout))
    assert local[len(OWN) + own :] == pytest.approx(vector[scales.parts["neutral"]])


def test_a_mirrored_pair_is_moved_in_opposite_directions():
    scales = scales_of(rated_design())
    vector = known_vector(scales)
    neutral = vector[scales.parts["neutral"]]
    assert scales.direction == (1, -1, None)
    assert scales.has_mirror
    assert scales.thresholds(vector, 0) == pytest.approx(neutral - 0.2)
    assert scales.thresholds(vector, 1) == pytest.approx(neutral + 0.2)


@pytest.mark.parametrize(
    ("changes", "direction"),
    [
        ({"mirror": {"first_read": None}}, (1, None, None)),
        ({"ahead": {"first_read": None}}, (None, None, None)),
        ({"mirror": {"keys": {}}}, (1, None, None)),
        ({"ahead": {"keys": {}}}, (None, None, None)),
        ({"mirror": {"first_read": 1}}, (1, None, None)),
        ({"mirror": {"categories": ("poor", "fair", "good")}}, (1, None, None)),
    ],
)
def test_what_is_not_known_to_mirror_the_reference_does_not(changes, direction):
    scales = scales_of(with_layouts(rated_design(), **changes))
    assert scales.direction == direction
    assert not scales.has_mirror


def test_the_mirror_is_the_one_rated_on_most():
    design = rated_design()
    ahead, mirror, _ = design.layouts
    layouts = (ahead, mirror, Layout("mirror", "2", mirror.instrument))
    more = np.where(design.layout == 2, 3.0, 1.0)[:, None]
    scales = scales_of(replace(design, layouts=layouts, rated=design.rated * more))
    assert scales.direction == (1, None, -1)


def test_a_reference_that_nobody_heard_leaves_every_layout_its_own_thresholds():
    assert make_scales(rated_design(), "elsewhere").direction == (None, None, None)


def test_within_bounds_moves_only_what_is_out_of_them():
    scales = scales_of(rated_design())
    vector = known_vector(scales)
    assert scales.within_bounds(vector) == pytest.approx(vector, abs=0)
    for name, value in (("habit", -1.0), ("hazard", 9.0), ("neutral", (1.0, -1.0)), ("layout 2", (0.0, 0.0, 0.0))):
        vector[scales.parts[name]] = value
    bounded, bounds = scales.within_bounds(vector), scales.bounds()
    assert (bounds.directions @ vector < bounds.least).any()
    assert (bounds.directions @ bounded >= bounds.least - 1e-12).all()
    others = [scales.parts[name] for name in ("slope", "queue", "stratum", "delay")]
    assert all((bounded[part] == vector[part]).all() for part in others)


def test_linear_gives_eta_and_psi_of_a_cell():
    design = rated_design()
    scales = scales_of(design)
    vector = known_vector(scales)
    kinds = design.kinds
    opinion, willing = scales.linear(kinds)
    south_billing_late = np.flatnonzero((kinds.stratum == 1) & (kinds.delay == 2) & (kinds.mix[:, 0] == 1))
    assert (opinion @ vector)[south_billing_late] == pytest.approx(0.4 - 0.6)
    assert (willing @ vector)[south_billing_late] == pytest.approx(0.2 - 1.1 - 0.2 + 0.1)
    free = np.zeros(scales.size, dtype=bool)
    free[scales.linear_parts()] = True
    moved = (np.abs(opinion).sum(axis=0) > 0) | (np.abs(willing).sum(axis=0) > 0)
    moved[scales.parts["delay"]] = False
    assert (free == moved).all()


def test_eleven_choices_have_ten_ascending_thresholds_at_the_start():
    names = tuple(str(number) for number in range(11))
    layout = layouts_of(3)[0]
    eleven = Layout("ahead", None, replace(layout.instrument, categories=names, keys={"1": 1}, first_read=10))
    design = replace(rated_design(), layouts=(eleven, *layouts_of(3)[1:]), neutral_categories=11)
    scales = make_scales(design, "ahead")
    start = scales.start[scales.parts["neutral"]]
    assert len(start) == 10
    assert (np.diff(start) > 0.02).all()
    assert scales.within_bounds(scales.start) == pytest.approx(scales.start)
