"""Direct standardisation: a published case, the metamorphic rules, and strata without support."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.kpi.direct_standardisation import StratumCount, standardise
from ivr.domain.kpi.estimates import Status

MEN = {"A": (512, 825), "B": (353, 560), "C": (120, 325), "D": (138, 417), "E": (53, 191), "F": (22, 373)}
WOMEN = {"A": (89, 108), "B": (17, 25), "C": (202, 593), "D": (131, 375), "E": (94, 393), "F": (24, 341)}
COUNTS = st.lists(st.tuples(st.integers(5, 60), st.floats(0.05, 0.95)), min_size=2, max_size=6)


def _counts(table):
    return {name: StratumCount(best, n) for name, (best, n) in table.items()}


def test_berkeley_admissions_at_the_mix_of_all_applicants():
    """Freedman, Pisani and Purves, Statistics, chapter 2: 44 and 35 % as they are, 39 and 43 % weighted."""
    mix = {major: MEN[major][1] + WOMEN[major][1] for major in MEN}
    men, women = standardise(_counts(MEN), mix).share, standardise(_counts(WOMEN), mix).share
    assert (round(100 * men.estimate), round(100 * women.estimate)) == (39, 43)
    assert (men.n, women.n) == (2691, 1835)
    assert women.lo < women.estimate < women.hi


def test_the_variance_is_what_repeated_samples_show_and_the_interval_holds_the_truth():
    rng = np.random.default_rng(1)
    shares, sizes, weights = np.array([0.9, 0.6, 0.3]), np.array([40, 80, 60]), np.array([0.2, 0.3, 0.5])
    mix = dict(zip("abc", weights, strict=True))
    found = [
        standardise(
            {
                k: StratumCount(int(x), int(n))
                for k, x, n in zip("abc", rng.binomial(sizes, shares), sizes, strict=True)
            },
            mix,
        )
        for _ in range(2000)
    ]
    truth = float(weights @ shares)
    assert np.mean([each.variance for each in found]) == pytest.approx(
        np.var([each.share.estimate for each in found]), rel=0.08
    )
    assert 0.935 <= np.mean([each.share.lo <= truth <= each.share.hi for each in found]) <= 0.965


@given(COUNTS, st.integers(0, 5))
def test_the_metamorphic_rules(rows, turn):
    counts = {f"s{at}": StratumCount(max(1, min(n - 1, round(n * share))), n) for at, (n, share) in enumerate(rows)}
    mix = {name: at + 1.0 for at, name in enumerate(counts)}
    whole = standardise(counts, mix)
    names = list(counts)
    turned = names[turn % len(names) :] + names[: turn % len(names)]
    assert standardise({name: counts[name] for name in turned}, {name: mix[name] for name in turned}) == whole
    scaled = standardise(counts, {name: 7 * weight for name, weight in mix.items()})
    assert scaled.share.estimate == pytest.approx(whole.share.estimate, abs=1e-12)
    many = standardise({name: StratumCount(10 * each.best, 10 * each.ratings) for name, each in counts.items()}, mix)
    assert many.variance == pytest.approx(whole.variance / 10, rel=1e-9)
    others = standardise(
        {name: StratumCount(each.ratings - each.best, each.ratings) for name, each in counts.items()}, mix
    )
    assert others.share.estimate == pytest.approx(1 - whole.share.estimate, abs=1e-12)


def test_a_stratum_without_ratings_is_named():
    found = standardise({"sales": StratumCount(4, 9)}, {"sales": 1, "help": 1, "night": 1, "fax": 1, "vip": 1})
    assert (found.share.status, found.share.estimate, found.variance) == (Status.NOT_IDENTIFIED, None, None)
    assert found.unsupported == ("fax", "help", "night", "vip")
    assert "no ratings in fax, help, night and 1 more" in found.share.reasons[0]
    assert standardise({"sales": StratumCount(9, 20)}, {"sales": 1, "help": 0}).share.status is Status.OK


def test_where_all_are_best_the_interval_still_has_a_width():
    found = standardise({"a": StratumCount(12, 12), "b": StratumCount(12, 12)}, {"a": 1, "b": 1}).share
    assert found.estimate == 1.0
    assert found.lo == pytest.approx(0.862, abs=0.001)  # Wilson of 24 of 24


@pytest.mark.parametrize(
    ("counts", "mix", "status", "reason"),
    [
        ({}, {"a": 1}, Status.INSUFFICIENT, "no ratings"),
        ({"a": StratumCount(3, 2)}, {"a": 1}, Status.REFUSED, "more best ratings"),
        ({"a": StratumCount(1, 2)}, {"a": 0}, Status.REFUSED, "no mix"),
        ({"a": StratumCount(1, 2)}, {"a": 2, "b": -1}, Status.REFUSED, "no mix"),
        ({"a": StratumCount(1, 2)}, {"a": float("nan")}, Status.REFUSED, "no mix"),
        ({"a": StratumCount(1, 2)}, {}, Status.REFUSED, "no mix"),
        ({"a": StratumCount(1, 2)}, {"a": 1}, Status.WIDE, "do not rank"),
    ],
)
def test_where_there_is_no_figure_it_says_why(counts, mix, status, reason):
    found = standardise(counts, mix).share
    assert found.status is status
    assert reason in found.reasons[0]
