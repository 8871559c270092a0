"""The willing share between two bounds: against adaptive quadrature, and its derivatives by differences."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit

from ivr.domain.kpi.structural.opinion import CENTRE, Shape, willing_between

BOUNDS = ((-np.inf, -1.6), (-1.6, -0.6), (-0.6, np.inf), (-4.0, 1.0), (2.0, 2.02), (-8.0, -5.0))
SHAPES = (Shape(0.0, 0.0), Shape(0.5, 0.0), Shape(-0.6, 0.4), Shape(0.2, -0.5))
POINTS = ((0.0, 0.0), (1.5, -1.0), (-2.5, 2.0), (-1.0, -3.0))


def willing_at(s, psi, shape):
    away = s - CENTRE
    return expit(psi + shape.slope * away + shape.curve * (np.sqrt(away**2 + 0.25) - 1.4))


def by_quadrature(lower, upper, eta, psi, shape):
    def integrand(s):
        p = expit(s - eta)
        return p * (1 - p) * willing_at(s, psi, shape)

    cuts = np.clip([lower, eta - 3.0, CENTRE, eta + 3.0, upper], max(lower, eta - 40), min(upper, eta + 40))
    cuts = np.unique(cuts)
    return sum(quad(integrand, a, b, epsabs=1e-13, epsrel=1e-12)[0] for a, b in pairwise(cuts))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("lower", "upper"), BOUNDS)
def test_share_is_the_integral(lower, upper, shape):
    for eta, psi in POINTS:
        found = willing_between(lower, upper, np.array([eta]), np.array([psi]), shape).share[0]
        assert found == pytest.approx(by_quadrature(lower, upper, eta, psi, shape), abs=1e-3)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("lower", "upper"), BOUNDS[:5])
def test_derivatives_are_those_of_the_integral(lower, upper, shape):
    step = 1e-4

    def share(point):
        low, high, eta, psi, slope, curve = point
        return by_quadrature(low, high, eta, psi, Shape(slope, curve))

    for eta, psi in POINTS:
        found = willing_between(lower, upper, np.array([eta]), np.array([psi]), shape)
        point = np.array([lower, upper, eta, psi, *shape])
        named = (found.by_lower, found.by_upper, found.by_eta, found.by_psi, found.by_slope, found.by_curve)
        for place, derivative in enumerate(named):
            if not np.isfinite(point[place]):
                assert derivative[0] == 0
                continue
            ahead, behind = point.copy(), point.copy()
            ahead[place] += step
            behind[place] -= step
            assert derivative[0] == pytest.approx((share(ahead) - share(behind)) / (2 * step), abs=4e-3)


@settings(max_examples=60, deadline=None)
@given(
    lower=st.floats(-30, 30),
    width=st.floats(0, 60),
    eta=st.floats(-15, 15),
    psi=st.floats(-25, 25),
    slope=st.floats(-3, 3),
    curve=st.floats(-2, 2),
)
def test_share_is_a_share_wherever_it_is_asked(lower, width, eta, psi, slope, curve):
    found = willing_between(lower, lower + width, np.array([eta]), np.array([psi]), Shape(slope, curve))
    assert all(np.isfinite(each).all() for each in found)
    mass = expit(lower + width - eta) - expit(lower - eta)
    assert 0 <= found.share[0] <= mass + 1e-10


def test_neighbouring_stretches_add_up():
    eta, psi, shape = np.array([0.3, -2.0]), np.array([0.5, -1.0]), Shape(0.4, 0.2)
    apart = [willing_between(a, b, eta, psi, shape).share for a, b in ((-np.inf, -1.0), (-1.0, 0.5), (0.5, np.inf))]
    whole = willing_between(-np.inf, np.inf, eta, psi, shape).share
    assert sum(apart) == pytest.approx(whole, abs=2e-3)
