"""Tellings: the slope is the likelihood's, the information its variance, and a surface tells what computing tells."""

import numpy as np
import pytest

from ivr.domain.kpi.structural.answers import Answering, conditional, with_rest
from ivr.domain.kpi.structural.tellings import Telling
from tests.domain.kpi.structural.small_design import empty_design, known_vector, scales_of

SCALES = scales_of(empty_design())
ANSWERING = Answering.of(SCALES, known_vector(SCALES), 1)
AROUND = np.array([-1.0, 0.5]), np.array([-0.5, 0.4])
STEP = 1e-5


def pressed(eta, psi):
    return with_rest(ANSWERING.rated(eta, psi))


def silent(eta, psi):
    return conditional(ANSWERING.silent(eta, psi))


KINDS = pytest.mark.parametrize("shares", [pressed, silent])


def some_cells(number):
    rng = np.random.default_rng(7)
    return rng.uniform(-1.8, 1.2, number), rng.uniform(-1.2, 1.0, number), rng.poisson(3.0, (number, 4)).astype(float)


def telling_of(shares, counts):
    results = shares(np.zeros(1), np.zeros(1)).value.shape[1]
    return Telling.of(counts[:, :results], shares, *AROUND)


@KINDS
def test_slopes_are_the_likelihoods(shares):
    eta, psi, counts = some_cells(5)
    telling = telling_of(shares, counts)
    scores, _, _ = telling.told(eta, psi)
    # By eta, share and slope are two integrals by eight nodes each, and so a little apart.
    for effect, (d_eta, d_psi), apart in ((0, (STEP, 0.0), 0.01), (1, (0.0, STEP), 1e-6)):
        rise = telling.told(eta + d_eta, psi + d_psi).likelihood - telling.told(eta - d_eta, psi - d_psi).likelihood
        assert scores[:, effect] == pytest.approx(rise / (2 * STEP), abs=apart)


@KINDS
def test_information_is_the_variance_of_the_slope_of_a_call(shares):
    eta, psi, _ = some_cells(5)
    chances = shares(eta, psi).value
    of_results = np.eye(chances.shape[1])
    slopes = np.stack(
        [telling_of(shares, np.tile(result, (5, 1))).told(eta, psi).scores for result in of_results], axis=1
    )
    wanted = np.einsum("nk,nki,nkj->nij", chances, slopes, slopes)
    single = telling_of(shares, np.tile(of_results[0], (5, 1)))
    assert single.told(eta, psi).information == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    assert single.information(eta, psi)[:, :, :2] == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@KINDS
def test_many_cells_are_told_off_a_surface_what_few_are_told_exactly(shares):
    eta, psi, counts = some_cells(20_000)
    read = telling_of(shares, counts)
    few = telling_of(shares, counts[:200])
    for told, exact in zip(read.told(eta, psi), few.told(eta[:200], psi[:200]), strict=True):
        assert told[:200] == pytest.approx(exact, abs=0.02)
        assert not (told[:200] == exact).all()
    assert read.information(eta, psi)[:200] == pytest.approx(few.information(eta[:200], psi[:200]), abs=0.02)
