"""Scores by hand: each number here was worked out with pencil and paper."""

import math

import pytest

from benchmarks.fairness.oracle import Oracles
from benchmarks.fairness.scored_agents import Figure, ScoredAgent, scored_agents
from benchmarks.fairness.scores import scores_of

TRUTH = (0.2, 0.4, 0.6, 0.8)
NO_ORACLES = Oracles({})
NO_FIGURE = Figure(status="not_identified")


def agent(number: int, truth: float, **more: object) -> ScoredAgent:
    figures = {
        "observed": Figure(truth + 0.1, truth, truth + 0.2, "ok"),
        "standardised": Figure(truth, truth, truth, "ok"),
        "corrected": Figure(truth, truth - 0.01, truth + 0.01, "ok"),
    }
    figures |= more.pop("figures", {})
    return ScoredAgent(
        **{
            "agent": f"agent-{number}",
            "rated": 100,
            "truth": truth,
            "true_standardised": truth,
            "is_selective": False,
            "figures": figures,
            **more,
        }
    )


def test_a_shift_is_all_bias_and_no_disorder() -> None:
    scores = scores_of([agent(n, truth) for n, truth in enumerate(TRUTH)], NO_ORACLES)
    assert scores["observed.bias"] == pytest.approx(0.1)
    assert scores["observed.rmse"] == pytest.approx(0.1)
    assert scores["observed.rmse_level_removed"] == pytest.approx(0.0)
    assert scores["observed.ratio"] == pytest.approx(1.0)
    assert scores["observed.width"] == pytest.approx(0.2)
    assert (scores["observed.coverage"], scores["observed.tau"], scores["observed.missing"]) == (1.0, 1.0, 0.0)
    assert (scores["corrected.bias"], scores["corrected.rmse"], scores["corrected.ratio"]) == (0.0, 0.0, 0.0)
    assert scores["standardised.tau_gain"] == 0.0


def test_an_interval_that_ends_at_the_truth_holds_it() -> None:
    agents = [
        agent(0, 0.5, figures={"corrected": Figure(0.4, 0.3, 0.5, "ok")}),
        agent(1, 0.5, figures={"corrected": Figure(0.4, 0.3, 0.49, "ok")}),
        agent(2, 0.5, figures={"corrected": Figure(0.6, 0.51, 0.7, "wide")}),
        agent(3, 0.5, figures={"corrected": NO_FIGURE}),
    ]
    assert scores_of(agents, NO_ORACLES)["corrected.coverage"] == pytest.approx(1 / 3)


def test_kendalls_tau_counts_ties() -> None:
    estimates = (0.3, 0.3, 0.5, 0.4)
    agents = [
        agent(n, truth, figures={"standardised": Figure(value, 0.0, 1.0, "ok")})
        for n, (truth, value) in enumerate(zip(TRUTH, estimates, strict=True))
    ]
    scores = scores_of(agents, NO_ORACLES)
    # Six pairs: four in order, one against it, one tied; tau-b = (4 - 1) / sqrt(5 * 6).
    assert scores["standardised.tau"] == pytest.approx(3 / math.sqrt(30))
    assert scores["standardised.tau_gain"] == pytest.approx(3 / math.sqrt(30) - 1)


def test_everybody_alike_is_no_order() -> None:
    agents = [agent(n, truth, figures={"standardised": Figure(0.5, 0.4, 0.6, "ok")}) for n, truth in enumerate(TRUTH)]
    scores = scores_of(agents, NO_ORACLES)
    assert (scores["standardised.tau"], scores["standardised.tau_gain"]) == (None, None)


def test_an_agent_without_a_figure_is_counted_and_left_out_on_both_sides_of_a_ratio() -> None:
    far_off = Figure(0.9, 0.8, 1.0, "ok")
    agents = [
        agent(0, 0.2, figures={"observed": far_off, "corrected": NO_FIGURE}),
        agent(1, 0.4, figures={"corrected": Figure(0.45, 0.4, 0.5, "ok")}),
    ]
    scores = scores_of(agents, NO_ORACLES)
    assert (scores["corrected.missing"], scores["not_identified"]) == (0.5, 0.5)
    assert scores["corrected.rmse"] == pytest.approx(0.05)
    assert scores["corrected.ratio"] == pytest.approx(0.05 / 0.1)
    assert scores["corrected.raw_bias"] == pytest.approx(0.1)
    assert scores["observed.bias"] == pytest.approx((0.7 + 0.1) / 2)


def test_no_figures_at_all_give_no_scores() -> None:
    none = {"corrected": NO_FIGURE, "standardised": NO_FIGURE, "observed": Figure(status="insufficient")}
    scores = scores_of([agent(n, truth, figures=none) for n, truth in enumerate(TRUTH)], NO_ORACLES)
    assert (scores["corrected.missing"], scores["not_identified"], scores["ok_of_enough"]) == (1.0, 1.0, 0.0)
    for score in ("bias", "rmse", "rmse_level_removed", "ratio", "coverage", "tau", "tau_gain", "bottom_tenth"):
        assert scores[f"corrected.{score}"] is None


def test_the_bottom_tenth_is_found_by_those_who_have_a_figure() -> None:
    agents = [agent(n, n / 20) for n in range(20)]
    assert scores_of(agents, NO_ORACLES)["corrected.bottom_tenth"] == 1.0
    agents[0] = agent(0, 0.0, figures={"corrected": NO_FIGURE})
    agents[1] = agent(1, 0.05, figures={"corrected": Figure(0.06, 0.0, 1.0, "ok")})
    assert scores_of(agents, NO_ORACLES)["corrected.bottom_tenth"] == 0.5
    agents[1] = agent(1, 0.05, figures={"corrected": Figure(0.9, 0.0, 1.0, "ok")})
    assert scores_of(agents, NO_ORACLES)["corrected.bottom_tenth"] == 0.0


def test_ok_asks_for_both_figures_of_those_with_thirty_ratings() -> None:
    wide = Figure(0.5, 0.1, 0.9, "wide")
    agents = [
        agent(0, 0.2),
        agent(1, 0.4, figures={"standardised": wide}),
        agent(2, 0.6, rated=29, figures={"corrected": wide}),
        agent(3, 0.8, rated=30),
    ]
    scores = scores_of(agents, NO_ORACLES)
    assert scores["ok_of_enough"] == pytest.approx(2 / 3)
    assert scores["ok"] == 0.75
    assert scores["enough_ratings"] == 0.75


def test_rank_intervals_are_held_against_both_orders_among_those_who_have_one() -> None:
    agents = [
        agent(0, 0.9, rank_lo=1, rank_hi=1),
        agent(1, 0.8, true_standardised=0.3, rank_lo=2, rank_hi=2),
        agent(2, 0.1, true_standardised=0.4, rank_lo=3, rank_hi=3),
        agent(3, 0.95, true_standardised=0.95),
    ]
    scores = scores_of(agents, NO_ORACLES)
    assert scores["ranks.missing"] == 0.25
    assert scores["ranks.coverage_of_truth"] == 1.0
    assert scores["ranks.coverage"] == pytest.approx(1 / 3)
    assert scores["ranks.width"] == 1.0


def test_flags_are_held_against_who_is_selective() -> None:
    agents = [
        agent(0, 0.2, is_selective=True, flags=("offers_selectively",)),
        agent(1, 0.4, is_selective=True),
        agent(2, 0.6, flags=("offers_selectively",)),
        agent(3, 0.7),
        agent(4, 0.8),
    ]
    scores = scores_of(agents, NO_ORACLES)
    assert (scores["flags.recall"], scores["flags.false_discovery"]) == (0.5, 0.5)
    assert scores["flags.false"] == pytest.approx(1 / 3)
    without = scores_of([agent(0, 0.2), agent(1, 0.4)], NO_ORACLES)
    assert (without["flags.recall"], without["flags.false_discovery"], without["flags.false"]) == (None, 0.0, 0.0)


def test_an_oracle_stands_beside_the_figures() -> None:
    agents = [agent(n, truth) for n, truth in enumerate(TRUTH)]
    estimates = {"oracle": {each.agent: each.truth + 0.02 for each in agents}}
    scores = scores_of(agents, Oracles(estimates, suspected=frozenset({"agent-1"})))
    assert scores["oracle.bias"] == pytest.approx(0.02)
    assert scores["oracle.ratio"] == pytest.approx(0.2)
    assert scores["oracle.coverage"] is None
    assert scores["oracle.false"] == 0.25


def test_the_commands_json_is_read_beside_the_truth() -> None:
    estimate = {"estimate": 0.7, "lo": 0.6, "hi": 0.8, "unit": "proportion", "n": 30, "status": "ok"}
    kpi = {
        "agents": [
            {
                "agent": "a",
                "observed": estimate,
                "standardised": {**estimate, "status": "wide"},
                "corrected": {**estimate, "estimate": None, "lo": None, "hi": None, "status": "not_identified"},
                "rank_interval": [2, 5],
                "flags": ["offers_selectively"],
            },
            {"agent": None, "observed": estimate},
        ]
    }
    true = {"rated": 30, "truth": 0.6, "standardised": 0.65, "selective": True}
    first, second = scored_agents(kpi, {"agents": [{"agent": "a", **true}, {"agent": "b", **true}]})
    assert first.figures["observed"] == Figure(0.7, 0.6, 0.8, "ok")
    assert first.figures["corrected"] == NO_FIGURE
    assert (first.rank_lo, first.rank_hi, first.flags) == (2, 5, ("offers_selectively",))
    assert second.figures["observed"] == Figure()
    assert (second.rank_lo, second.flags) == (None, ())
