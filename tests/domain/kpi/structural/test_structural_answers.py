"""What an offered caller does: shares that add up, and derivatives that are the differences."""

import numpy as np
import pytest

from ivr.domain.kpi.structural.answers import CURVE, ETA, FIRST_THRESHOLD, HABIT, HAZARD, PSI, SLOPE, Answering
from ivr.domain.kpi.structural.opinion import Shape

ETAS, PSIS = np.array([-3.0, -1.0, 0.0, 1.2, 3.0]), np.array([1.0, -1.0, 0.3, 2.0, -2.5])
LAYOUTS = {
    "same scale": (np.array([-1.8, -0.5]), np.array([-1.6, -0.7]), 2),
    "more choices": (np.array([-2.2, -1.2, -0.1, 0.9]), np.array([-1.6, -0.6]), 0),
    "two choices": (np.array([-1.0]), np.array([-2.0, -1.3, -0.4, 0.3]), 1),
    "key 1 unknown": (np.array([-1.8, -0.5]), np.array([-1.6, -0.7]), None),
}


def answering(own, neutral, habit_category, *, slope=0.4, curve=0.15, habit=0.07, hazard=0.06):
    seconds = np.linspace(6.0, 1.5, len(own) + 1)
    return Answering(own, neutral, Shape(slope, curve), habit, hazard, habit_category, seconds)


def moved(made, place, step):
    """Return eta, psi and the answering with one local parameter moved."""
    eta, psi = ETAS.copy(), PSIS.copy()
    own, neutral = made.own.copy(), made.neutral.copy()
    named = {SLOPE: "slope", CURVE: "curve", HABIT: "habit", HAZARD: "hazard"}
    values = {"slope": made.shape.slope, "curve": made.shape.curve, "habit": made.habit, "hazard": made.hazard}
    if place == ETA:
        eta += step
    elif place == PSI:
        psi += step
    elif place in named:
        values[named[place]] += step
    elif place < FIRST_THRESHOLD + len(own):
        own[place - FIRST_THRESHOLD] += step
    else:
        neutral[place - FIRST_THRESHOLD - len(own)] += step
    return eta, psi, answering(own, neutral, made.habit_category, **values)


@pytest.mark.parametrize("name", LAYOUTS)
def test_pressed_and_silent_are_everybody(name):
    made = answering(*LAYOUTS[name])
    together = made.rated(ETAS, PSIS).value.sum(axis=1) + made.silent(ETAS, PSIS).value.sum(axis=1)
    # Both are quadrature, one over the layout's stretches, one over those of both scales.
    assert together == pytest.approx(1.0, abs=5e-4)


@pytest.mark.parametrize("name", LAYOUTS)
def test_silent_are_who_means_it_less_who_pressed(name):
    made = answering(*LAYOUTS[name])
    crossed = made.crossed(ETAS, PSIS)
    silent, opinion = made.silent(ETAS, PSIS).value, made.opinion(ETAS).value
    assert crossed.sum(axis=2) + silent == pytest.approx(opinion, abs=1e-14)
    assert opinion.sum(axis=1) == pytest.approx(1.0, abs=1e-14)
    assert crossed.sum(axis=1) == pytest.approx(made.rated(ETAS, PSIS).value, abs=5e-4)
    assert (silent > 0).all()


@pytest.mark.parametrize("kind", ["rated", "silent"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_local_derivatives_are_differences(name, kind):
    made = answering(*LAYOUTS[name])
    by, step = getattr(made, kind)(ETAS, PSIS).by, 1e-5
    assert by.shape[2] == made.locals
    for place in range(made.locals):
        ahead, behind = (
            getattr(other, kind)(eta, psi).value
            for eta, psi, other in (moved(made, place, step), moved(made, place, -step))
        )
        # The derivative by a bound is the integrand there, the difference that of the quadrature.
        assert by[:, :, place] == pytest.approx((ahead - behind) / (2 * step), abs=6e-4), place


def test_habit_moves_every_choice_to_key_1():
    own, neutral, _ = LAYOUTS["same scale"]
    without, with_habit = (answering(own, neutral, 2, habit=habit, hazard=0.0) for habit in (0.0, 0.1))
    before, after = without.rated(ETAS, PSIS).value, with_habit.rated(ETAS, PSIS).value
    assert after[:, :2] == pytest.approx(0.9 * before[:, :2])
    assert after.sum(axis=1) == pytest.approx(before.sum(axis=1))


def test_hang_ups_take_the_choices_that_are_read_late():
    own, neutral, _ = LAYOUTS["same scale"]
    patient, impatient = (answering(own, neutral, None, hazard=hazard) for hazard in (0.0, 0.1))
    kept = impatient.rated(ETAS, PSIS).value / patient.rated(ETAS, PSIS).value
    assert kept == pytest.approx(np.exp(-0.1 * impatient.seconds) * np.ones((len(ETAS), 1)))


def test_thresholds_that_coincide_are_differentiated_too():
    # A layout's thresholds start where the neutral ones do; its key 1 and its pace do not matter here.
    own = np.array([-1.5, -0.5])
    made = answering(own, own.copy(), 2, hazard=0.0, habit=0.0)
    by, step = made.silent(ETAS, PSIS).by, 1e-5
    for place in (FIRST_THRESHOLD + 2, FIRST_THRESHOLD + 3):
        ahead, behind = (
            other.silent(eta, psi).value for eta, psi, other in (moved(made, place, step), moved(made, place, -step))
        )
        assert by[:, :, place] == pytest.approx((ahead - behind) / (2 * step), abs=6e-4), place
