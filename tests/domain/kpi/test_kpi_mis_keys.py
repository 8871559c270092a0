"""The mis-key rate: confirmed ratings read by the key map that their callers heard."""

from random import Random

import pytest

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.mis_keys import MEANING, ConfirmationCount, mis_key_rate
from ivr.domain.kpi.wilson import wilson_interval

THREE = ("dissatisfied", "so-so", "satisfied")
STRAIGHT = Instrument(THREE, keys={"1": 0, "2": 1, "3": 2})
TURNED = Instrument(THREE, keys={"1": 2, "2": 1, "3": 0})
KNOWN = Instruments({"asked": STRAIGHT}, {("asked", "v1"): STRAIGHT, ("asked", "turned"): TURNED})


def confirmed(
    key: str, calls: int, *, category: int | None = 2, version: str | None = "v1", layout: str | None = "asked"
) -> ConfirmationCount:
    return ConfirmationCount(layout, version, category, key, calls)


def test_the_share_of_other_answers_has_its_wilson_interval() -> None:
    counts = [confirmed("3", 60), confirmed("2", 1), confirmed("1", 2), confirmed("1", 37, category=0)]
    figure = mis_key_rate(counts, KNOWN)
    assert figure.estimate == pytest.approx(0.03)
    assert (figure.lo, figure.hi) == wilson_interval(3, 100)
    assert (figure.n, figure.method, figure.unit, figure.status) == (100, "wilson", "proportion", Status.OK)
    assert figure.reasons == (MEANING,)


@pytest.mark.parametrize(
    ("version", "estimate"),
    [("v1", 1.0), ("turned", 0.0), (None, 1.0), ("never noted", 1.0)],
)
def test_a_key_means_what_it_meant_in_the_version_that_was_played(version: str | None, estimate: float) -> None:
    figure = mis_key_rate([confirmed("1", 20, category=2, version=version)], KNOWN)
    assert (figure.estimate, figure.n) == (estimate, 20)


def test_two_keys_of_one_category_are_no_mis_key() -> None:
    eleven = Instrument(tuple(map(str, range(11))), keys={**{str(each): each for each in range(11)}, "*": 10})
    figure = mis_key_rate(
        [confirmed("*", 20, category=10), confirmed("10", 20, category=10)], Instruments({"asked": eleven})
    )
    assert (figure.estimate, figure.n) == (0.0, 40)


def test_where_nobody_confirmed_the_reason_stands() -> None:
    figure = mis_key_rate([], KNOWN)
    assert (figure.estimate, figure.lo, figure.hi, figure.n) == (None, None, None, 0)
    assert (figure.status, figure.method) == (Status.INSUFFICIENT, "wilson")
    assert figure.reasons == ("nobody was asked to confirm and answered",)


def test_a_key_that_the_layout_does_not_have_is_another_answer_and_said() -> None:
    figure = mis_key_rate([confirmed("3", 19), confirmed("#", 1)], KNOWN)
    assert (figure.estimate, figure.n) == (0.05, 20)
    assert figure.reasons == (
        MEANING,
        "1 confirmed rating with a key that the layout does not have, counted as another answer",
    )


def test_what_cannot_be_read_is_left_out_and_counted() -> None:
    unreadable = [
        confirmed("1", 2, layout="gone"),
        confirmed("1", 3, layout=None),
        confirmed("1", 4, category=None),
        confirmed("1", 5, category=3),
    ]
    figure = mis_key_rate([*unreadable, confirmed("3", 20)], KNOWN)
    assert (figure.estimate, figure.n) == (0.0, 20)
    assert figure.reasons == (MEANING, "14 confirmed ratings left out: nobody knows what their keys meant")
    alone = mis_key_rate(unreadable, KNOWN)
    assert (alone.estimate, alone.n, alone.status) == (None, 0, Status.NOT_IDENTIFIED)
    without_keys = mis_key_rate([confirmed("3", 20)], Instruments.of_scales({"asked": THREE}))
    assert (without_keys.estimate, without_keys.status) == (None, Status.NOT_IDENTIFIED)


def test_few_are_wide() -> None:
    figure = mis_key_rate([confirmed("3", 9)], KNOWN)
    assert (figure.status, figure.reasons) == (Status.WIDE, ("fewer than 10 confirmed ratings: do not rank", MEANING))


def test_the_rate_is_not_below_the_slips_of_the_first_key_where_the_second_answers_differ() -> None:
    """Callers slip now and then at either key, and some change their mind: the expectation stays above the slips."""
    random = Random(20260303)
    slip, change = 0.04, 0.03
    pressed: dict[str, int] = {"1": 0, "3": 0}
    for _ in range(20_000):
        meant_best = random.random() >= slip  # of those whose first key said the best
        means_best = meant_best if random.random() >= change else not meant_best
        keyed_best = means_best if random.random() >= slip else not means_best
        pressed["3" if keyed_best else "1"] += 1
    figure = mis_key_rate([confirmed(key, calls) for key, calls in pressed.items()], KNOWN)
    assert figure.lo is not None
    assert figure.lo > slip
