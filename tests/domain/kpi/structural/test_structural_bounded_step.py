"""A step within bounds: the best point of a parabola over a polygon is reached, and nothing beyond a bound."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from ivr.domain.kpi.structural.bounded_step import Bounds, bounded_step

BOX = Bounds(np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 1.0]]), np.array([0.0, -1.0, 0.1]))
"""0 <= x <= 1, and z at least y + 0.1."""


def climbed(information, top, start):
    """Return where repeated steps up the parabola around ``top`` end."""
    here = np.array(start)
    for _ in range(30):
        step, reach = bounded_step(information, information @ (top - here), here, BOX)
        here = here + reach * step
        if np.abs(step).max() < 1e-12:
            return here
    raise AssertionError("the steps do not end")


def test_a_step_without_a_bound_in_its_way_is_newtons():
    information, slope = np.array([[2.0, 0.3, 0.0], [0.3, 1.0, 0.1], [0.0, 0.1, 3.0]]), np.array([0.1, -0.2, 0.1])
    step, reach = bounded_step(information, slope, np.array([0.5, 0.0, 2.0]), BOX)
    assert step == pytest.approx(np.linalg.solve(information, slope))
    assert reach == 1.0


def test_a_step_ends_at_the_first_bound():
    step, reach = bounded_step(np.eye(3), np.array([2.0, 0.0, 0.0]), np.array([0.5, 0.0, 2.0]), BOX)
    assert step == pytest.approx([2.0, 0.0, 0.0])
    assert reach == pytest.approx(0.25)


def test_a_touched_bound_is_kept_only_as_long_as_the_step_would_cross_it():
    outward, _ = bounded_step(np.eye(3), np.array([-1.0, 0.3, 0.4]), np.array([0.0, 0.0, 2.0]), BOX)
    inward, _ = bounded_step(np.eye(3), np.array([0.5, 0.3, 0.4]), np.array([0.0, 0.0, 2.0]), BOX)
    assert outward == pytest.approx([0.0, 0.3, 0.4])
    assert inward == pytest.approx([0.5, 0.3, 0.4])


@settings(max_examples=40, deadline=None)
@given(
    top=st.tuples(*[st.floats(-3, 3)] * 3),
    root=st.lists(st.floats(-1, 1), min_size=9, max_size=9),
    start=st.tuples(st.floats(0, 1), st.floats(-2, 2), st.floats(0.1, 2)),
)
@example(top=(-0.25, 0.0, -1.0), root=[1.0, 1.0, *[0.0] * 7], start=(0.0, 0.0, 1.0))
def test_steps_end_at_the_best_point_within_the_bounds(top, root, start):
    square = np.array(root).reshape(3, 3)
    information, goal = square.T @ square + 0.3 * np.eye(3), np.array(top)
    found = climbed(information, goal, (start[0], start[1], start[1] + start[2]))
    assert (BOX.directions @ found >= BOX.least - 1e-9).all()
    wanted = minimize(
        lambda x: (x - goal) @ information @ (x - goal) / 2,
        [0.5, 0.0, 1.0],
        jac=lambda x: information @ (x - goal),
        method="SLSQP",
        bounds=[(0.0, 1.0), (None, None), (None, None)],
        constraints={"type": "ineq", "fun": lambda x: x[2] - x[1] - 0.1},
        options={"ftol": 1e-14},
    ).x
    assert found == pytest.approx(wanted, abs=1e-4)
