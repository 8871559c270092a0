"""The mis-key correction: exact on expected counts, sound by simulation, silent where slips do not explain the keys."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instrument
from ivr.domain.kpi.mis_key_correction import ASSUMPTION, corrected_shares, tally_confirmations
from ivr.domain.kpi.mis_keys import ConfirmationCount


def slips(size: int, rate: float) -> np.ndarray:
    """Return the chance of each key (column) for each truth (row)."""
    return np.full((size, size), rate / (size - 1)) + np.eye(size) * (1 - rate - rate / (size - 1))


def expected(truth: tuple[float, ...], rate: float, n: int, share: float) -> tuple[list[int], list[list[int]]]:
    """Return the counts that a truth and a slip rate lead to, the extreme answers being confirmed."""
    matrix, size = slips(len(truth), rate), len(truth)
    joint = n * (matrix.T * np.array(truth)) @ matrix
    confirmed = np.zeros((size, size))
    confirmed[[0, -1]] = share * joint[[0, -1]]
    return [round(each) for each in joint.sum(axis=1)], np.rint(confirmed).astype(int).tolist()


def drawn(
    rng: np.random.Generator, truth: tuple[float, ...], rate: float, n: int, share: float
) -> tuple[list[int], list[list[int]]]:
    size = len(truth)
    meant = rng.choice(size, n, p=truth)

    def press() -> np.ndarray:
        other = (meant + rng.integers(1, size, n)) % size
        return np.where(rng.random(n) < rate, other, meant)

    first, second = press(), press()
    asked = ((first == 0) | (first == size - 1)) & (rng.random(n) < share)
    confirmed = np.zeros((size, size), dtype=int)
    np.add.at(confirmed, (first[asked], second[asked]), 1)
    return np.bincount(first, minlength=size).tolist(), confirmed.tolist()


@given(
    st.lists(st.floats(0.05, 1.0), min_size=2, max_size=6).map(lambda each: tuple(x / sum(each) for x in each)),
    st.floats(0, 0.04),
)
@settings(max_examples=60)
def test_from_the_expected_counts_the_truth_comes_back(truth: tuple[float, ...], rate: float) -> None:
    found = corrected_shares(*expected(truth, rate, 10**9, 0.2))
    assert found.slip_rate.estimate == pytest.approx(rate, abs=1e-5)
    assert [share.estimate for share in found.shares] == pytest.approx(truth, abs=1e-5)
    assert sum(share.estimate for share in found.shares) == pytest.approx(1)


def test_the_correction_inverts_the_matrix_of_slips() -> None:
    pressed, confirmed = expected((0.15, 0.15, 0.7), 0.04, 10**7, 0.2)
    found = corrected_shares(pressed, confirmed)
    by_hand = np.linalg.solve(slips(3, found.slip_rate.estimate).T, np.array(pressed) / sum(pressed))
    assert [share.estimate for share in found.shares] == pytest.approx(by_hand.tolist(), abs=1e-9)
    assert found.shares[2].estimate > pressed[2] / sum(pressed)  # slips had hidden content callers
    assert found.slip_rate.reasons == (ASSUMPTION,)


@pytest.mark.parametrize(
    ("truth", "rate", "n", "share"),
    [((0.15, 0.15, 0.7), 0.04, 1000, 0.2), ((0.05, 0.1, 0.85), 0.03, 2000, 0.1), ((0.3, 0.7), 0.05, 1000, 0.3)],
)
def test_the_intervals_cover(truth: tuple[float, ...], rate: float, n: int, share: float) -> None:
    rng, rounds = np.random.default_rng(20260302), 300
    rates, shares, told = 0, np.zeros(len(truth)), 0
    for _ in range(rounds):
        found = corrected_shares(*drawn(rng, truth, rate, n, share))
        if found.slip_rate.estimate is None:
            continue
        told += 1
        rates += found.slip_rate.lo <= rate <= found.slip_rate.hi
        shares += [each.lo <= x <= each.hi for each, x in zip(found.shares, truth, strict=True)]
    assert told > 0.98 * rounds
    assert rates / told > 0.92
    assert (shares / told).min() > 0.92


def test_no_differing_answer_still_leaves_room_for_slips() -> None:
    found = corrected_shares([100, 100, 800], [[10, 0, 0], [0, 0, 0], [0, 0, 80]])
    assert (found.slip_rate.estimate, found.slip_rate.lo) == (0.0, 0.0)
    assert found.slip_rate.hi > 0.01
    assert found.shares[2].estimate == 0.8
    assert found.shares[2].hi > 0.8248  # more than Wilson's limit without slips


def test_fewer_than_thirty_confirmations_say_nothing() -> None:
    found = corrected_shares([100, 100, 800], [[5, 0, 0], [0, 0, 0], [0, 1, 23]])
    assert {found.slip_rate.status, *(share.status for share in found.shares)} == {Status.INSUFFICIENT}
    assert found.slip_rate.reasons == ("29 confirmed answers; 30 are needed to tell slips",)
    assert len(found.shares) == 3


def test_changes_of_mind_are_not_taken_for_slips() -> None:
    # Half of the worst answers become the best when asked again, and no best one changes: slips would go both ways.
    found = corrected_shares([500, 200, 9300], [[200, 0, 200], [0, 0, 0], [0, 0, 1900]])
    assert (found.slip_rate.estimate, found.slip_rate.status) == (None, Status.NOT_IDENTIFIED)
    assert "change their minds" in found.slip_rate.reasons[0]
    too_many = corrected_shares([50, 5, 945], [[10, 0, 30], [0, 0, 0], [60, 0, 100]])
    assert too_many.slip_rate.status is Status.NOT_IDENTIFIED
    assert "more often than slips alone" in too_many.slip_rate.reasons[0]


def test_tables_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(ValueError, match="categories"):
        corrected_shares([10, 20], [[1, 2, 3]])
    with pytest.raises(ValueError, match="more confirmations"):
        corrected_shares([10, 20], [[9, 3], [0, 5]])


def test_confirmations_are_tallied_by_what_their_keys_meant() -> None:
    turned = Instrument(("worst", "middle", "best"), keys={"1": 2, "2": 1, "3": 0})
    counts = [
        ConfirmationCount("turned", "v1", 2, "1", 40),
        ConfirmationCount("turned", "v1", 2, "3", 2),
        ConfirmationCount("turned", "v1", 0, "3", 9),
        ConfirmationCount("turned", "v1", 0, "#", 1),
        ConfirmationCount("turned", "v1", None, "1", 1),
    ]
    assert tally_confirmations(counts, turned) == ((9, 0, 0), (0, 0, 0), (2, 0, 40))
