"""Bars: met within two Monte-Carlo standard errors, missed where there is nothing, and silence where it is honest."""

import pytest

from benchmarks.fairness.bars import Limits, bars_of, verdict_of
from benchmarks.fairness.generators import generator_named
from benchmarks.fairness.means import Mean, mean_of, means_of
from benchmarks.fairness.tables import scenario_lines, summary_lines, summary_page

GOOD = {
    "corrected.ratio": 0.5,
    "corrected.coverage": 0.95,
    "corrected.bias": 0.005,
    "corrected.raw_bias": 0.06,
    "corrected.missing": 0.0,
    "standardised.tau_gain": 0.09,
    "standardised.missing": 0.0,
    "ok_of_enough": 0.99,
    "ok": 0.9,
    "not_identified": 0.0,
    "ranks.coverage": 0.95,
    "flags.recall": 0.9,
    "flags.false_discovery": 0.1,
    "flags.false": 0.01,
}
NOTHING = {
    "corrected.missing": 1.0,
    "not_identified": 1.0,
    "standardised.missing": 1.0,
    "ok": 0.0,
    "flags.recall": 0.0,
    "flags.false_discovery": 0.0,
}


def missed(name: str, scores: dict[str, float | None]) -> list[str]:
    return [bar.text for bar in bars_of(generator_named(name), means_of([scores])) if not bar.is_met]


def test_a_mean_carries_its_monte_carlo_error() -> None:
    mean = mean_of([1.0, 2.0, 4.0, 5.0, None])
    assert mean is not None
    # Variance 10 / 3 of four values.
    assert (mean.value, mean.seeds) == (3.0, 4)
    assert mean.standard_error == pytest.approx((10 / 3 / 4) ** 0.5)
    assert mean_of([0.5]) == Mean(0.5, None, 1)
    assert mean_of([None, None]) is None


def test_a_bar_may_be_missed_by_what_chance_misses_it_by() -> None:
    at_most, band = Limits(most=0.58), Limits(0.93, 0.97)
    assert at_most.hold(Mean(0.59, 0.005, 20))
    assert not at_most.hold(Mean(0.591, 0.005, 20))
    assert not at_most.hold(Mean(0.59, None, 1))
    assert band.hold(Mean(0.921, 0.005, 20))
    assert band.hold(Mean(0.979, 0.005, 20))
    assert not band.hold(Mean(0.981, 0.005, 20))
    assert (str(at_most), str(band), str(Limits(least=0.9))) == ("at most 0.58", "0.93 to 0.97", "at least 0.9")


def test_a_good_scenario_meets_its_bars_and_each_bar_can_be_missed() -> None:
    assert missed("S1", GOOD) == []
    worse = {
        "corrected.ratio": 0.6,
        "corrected.coverage": 0.9,
        "standardised.tau_gain": 0.07,
        "ok_of_enough": 0.94,
        "ranks.coverage": 0.99,
    }
    for score, value in worse.items():
        assert len(missed("S1", {**GOOD, score: value})) == 1, score
        assert len(missed("S1", {**GOOD, score: None})) == 1, score


def test_on_the_null_bias_and_false_flags_count() -> None:
    assert missed("null", {**GOOD, "corrected.ratio": 0.8}) == []
    assert missed("null", {**GOOD, "corrected.bias": -0.011}) == ["bias of corrected, absolute"]
    assert missed("null", {**GOOD, "flags.false": 0.04}) == ["agents flagged wrongly"]
    assert missed("null", {**GOOD, "standardised.tau_gain": None}) == []


def test_an_unseen_generator_may_be_answered_by_nothing_but_not_by_a_bad_number() -> None:
    assert missed("probit", GOOD) == []
    assert missed("probit", {**GOOD, "corrected.bias": -0.0201}) == ["bias of corrected, absolute (a third of raw)"]
    assert missed("probit", {**GOOD, "corrected.coverage": 0.89}) == ["coverage of corrected"]
    assert missed("probit", {**GOOD, "ok": 0.4}) == ["agents whose corrected is ok"]
    assert missed("probit", NOTHING) == []
    verdicts = [verdict_of(generator_named("probit"), means_of([scores])) for scores in (GOOD, NOTHING)]
    assert verdicts == ["met", "withheld"]


def test_where_nothing_can_be_known_a_number_is_wrong_however_good() -> None:
    assert missed("no_overlap", NOTHING) == []
    assert len(missed("no_overlap", GOOD)) == 3
    assert verdict_of(generator_named("no_overlap"), means_of([NOTHING])) == "not identified"
    # At one layout throughout agents can be ordered all the same.
    assert missed("one_layout_no_followup", {**NOTHING, "standardised.missing": 0.1}) == []
    assert missed("one_layout_no_followup", NOTHING) == ["agents without a standardised figure"]


def test_flags_count_where_a_floor_is_configured() -> None:
    assert generator_named("selective_30").offer_floor == 0.8
    assert generator_named("S3").offer_floor is None
    assert missed("selective_30", GOOD) == []
    assert missed("selective_30", {**GOOD, "flags.recall": 0.7}) == ["selective agents who are flagged"]
    assert missed("S3", {**GOOD, "corrected.ratio": 0.3, "standardised.tau_gain": 0.3, "flags.recall": 0.2}) == []


def test_a_scenario_of_another_size_is_not_held_against_the_bars_of_its_name() -> None:
    generator = generator_named("S1")
    small = type(generator)(generator.scenario.sized(20, None), generator.expected)
    assert {bar.text for bar in bars_of(small, means_of([GOOD]))} == {
        bar.text for bar in bars_of(generator_named("probit"), means_of([GOOD]))
    }


def test_the_tables_show_errors_bars_and_verdicts() -> None:
    generator, means = generator_named("S1"), means_of([GOOD, {**GOOD, "corrected.ratio": 0.6}])
    table = "\n".join(scenario_lines(generator, means, 2, {"import": 1.25}))
    assert "ok     RMSE of corrected / raw: 0.550 (0.0500) (at most 0.58)" in table
    assert "2 seeds" in table
    assert "import 1.2 s" in table
    (_, line) = list(summary_lines([(generator, means)]))
    assert line.startswith("S1")
    assert line.endswith("met")
    page = list(summary_page([(generator, means)]))
    assert len({row.count("|") for row in page}) == 1
    assert "0.550 (0.050)" in page[2]
