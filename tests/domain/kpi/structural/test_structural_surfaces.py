"""A surface: read between its points with a small error, and at its edge beyond them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.kpi.structural.answers import Answering
from ivr.domain.kpi.structural.surfaces import surface
from tests.domain.kpi.structural.small_design import empty_design, known_vector, scales_of

SCALES = scales_of(empty_design())
ANSWERING = Answering.of(SCALES, known_vector(SCALES), 0)


def pressed(eta, psi):
    return ANSWERING.rated(eta, psi).value


READ = surface(pressed, np.array([-1.5, 0.5]), np.array([-1.0, 0.4]))


@settings(max_examples=50, deadline=None)
@given(eta=st.floats(-3.4, 2.4), psi=st.floats(-2.9, 2.3))
def test_a_point_is_read_to_a_few_ten_thousandths(eta, psi):
    point = np.array([eta]), np.array([psi])
    assert READ.at(*point) == pytest.approx(pressed(*point), abs=5e-4)


def test_points_of_the_grid_are_read_exactly():
    eta, psi = READ.points()
    assert READ.at(eta, psi)[: len(eta) - 1 : 7] == pytest.approx(pressed(eta, psi)[: len(eta) - 1 : 7], abs=2e-5)


def test_beyond_the_grid_its_edge_holds():
    far, near = READ.at(np.array([50.0]), np.array([0.0])), READ.at(np.array([3.6]), np.array([0.0]))
    assert np.isfinite(far).all()
    assert far == pytest.approx(near, abs=0.01)


@pytest.mark.parametrize("psi", [15.0, -15.0, 40.0])
def test_callers_of_whom_nobody_or_everybody_is_silent_have_a_surface_too(psi):
    read = surface(pressed, np.array([0.0]), np.array([psi]))
    found = read.at(np.array([0.0]), np.array([psi]))
    assert found == pytest.approx(pressed(np.array([0.0]), np.array([psi])), abs=1e-3)
