"""Departures change nothing at rest, and otherwise what they say and no more."""

import hashlib
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from ivr.simulation.calls import Simulation, simulate
from ivr.simulation.departures import AT_REST, Departures
from ivr.simulation.latent import Latent
from ivr.simulation.responses import Asked, opinion, willingness
from ivr.simulation.rows import handled_rows
from ivr.simulation.scenarios import SCENARIOS, Scenario
from ivr.simulation.truth import truth_document
from ivr.store.export_calls import write_csv

from .bounds import close

# The calls files of before there were departures.
BEFORE = {
    "S1": "09f4f0536bc11e193f058eadd7306080a58d021bd0cfa682f279c108dbb19887",
    "S3": "7427881c124135aa29afe69e4fed92c4300718c8717b7cc2376fa26efd3b7480",
    "drift": "ab64e74ef945a14a743c5536f0e86775fe48ec3443354708b2e8797125e2595c",
}


def departing(name: str, **departures: object) -> Scenario:
    return replace(SCENARIOS[name], departures=Departures(**departures))


def asked(satisfaction: np.ndarray, delay: int) -> Asked:
    count = len(satisfaction)
    none = np.zeros(count, dtype=np.intp)
    return Asked(satisfaction, none, np.full(count, delay), np.zeros(count), np.zeros(count), np.zeros(count))


@pytest.mark.parametrize("name", BEFORE)
def test_at_rest_every_byte_of_the_calls_is_as_it_was(name: str) -> None:
    target = BytesIO()
    write_csv(handled_rows(simulate(SCENARIOS[name].sized(40, 60.0), 1)), target)
    assert hashlib.sha256(target.getvalue()).hexdigest() == BEFORE[name]


def test_every_named_scenario_is_at_rest_and_its_truth_names_no_departure() -> None:
    assert {name for name, each in SCENARIOS.items() if each.departures != AT_REST} == set()
    assert "departures" not in truth_document(simulate(SCENARIOS["small_shop"], 1))["parameters"]
    other = simulate(departing("small_shop", followup_by_category=0.3), 1)
    assert truth_document(other)["parameters"]["departures"]["followup_by_category"] == 0.3


def test_a_silence_can_change_the_answer_and_who_gives_it() -> None:
    satisfaction = np.array([-2.0, -0.9, -0.72, 1.0])
    irritating = departing("S1", delay_on_opinion=-0.1)
    # The reference layout moves S by .15, four seconds by -.4: the third is satisfied without them, not with them.
    assert opinion(irritating, asked(satisfaction, 0)).tolist() == [0, 1, 2, 2]
    assert opinion(irritating, asked(satisfaction, 2)).tolist() == [0, 1, 1, 2]
    sifting = departing("S1", delay_on_slope=-0.05)
    plain = SCENARIOS["S1"]
    logit = [np.log(p / (1 - p)) for p in (willingness(each, asked(satisfaction, 2)) for each in (sifting, plain))]
    assert logit[0] - logit[1] == pytest.approx(-0.05 * 4.0 * (satisfaction + 0.9))


def test_willingness_can_hang_on_the_category() -> None:
    satisfaction = np.array([-3.0, -1.0, 2.0])
    stepped = departing("S1", response_by_category=(0.1, -0.4, 0.5))
    chances = [willingness(each, asked(satisfaction, 0)) for each in (stepped, SCENARIOS["S1"])]
    logit = [np.log(p / (1 - p)) for p in chances]
    assert logit[0] - logit[1] == pytest.approx([0.1, -0.4, 0.5])


def test_better_agents_can_have_willing_callers_and_hard_queues() -> None:
    plain = simulate(SCENARIOS["S2"], 2).agents
    willing = simulate(departing("S2", response_by_effect=0.6), 2).agents
    assert willing.response - plain.response == pytest.approx(0.6 * plain.effect)
    assert willing.queue_mix == pytest.approx(plain.queue_mix)
    sorted_out = simulate(departing("S2", queues_by_effect=1.0), 2).agents
    assert sorted_out.queue_mix.sum(axis=1) == pytest.approx(1.0)
    complaints, orders = 2, 3
    log_odds = np.log(sorted_out.queue_mix[:, complaints] / sorted_out.queue_mix[:, orders])
    before = np.log(plain.queue_mix[:, complaints] / plain.queue_mix[:, orders])
    # The two queues are 1.4 logits apart, the agents have a standard deviation of .4.
    assert log_odds - before == pytest.approx(1.4 * plain.effect / 0.4)
    assert np.array_equal(sorted_out.effect, plain.effect)


def test_the_satisfied_can_answer_the_follow_up_more() -> None:
    simulation = simulate(departing("S3", followup_by_category=0.3), 3)
    for category, chance in enumerate((0.5 * np.exp(-0.3), 0.5, 0.5 * np.exp(0.3))):
        those = simulation.followed_up & (simulation.contacts.category == category)
        assert close(float(simulation.answered_followup[those].mean()), chance, int(those.sum()))


def of_regulars(latent: Latent) -> Simulation:
    scenario = departing("S2", caller_correlation=0.5, numbers_a_call=0.25)
    return simulate(replace(scenario, latent=latent, agent_sigma=1e-9), 5)


@pytest.mark.parametrize("latent", Latent)
def test_regular_callers_are_alike_satisfied_and_everybody_together_as_before(latent: Latent) -> None:
    contacts = of_regulars(latent).contacts
    queues = np.array([each.effect for each in SCENARIOS["S2"].queues])[contacts.queue]
    waits = np.array([each.effect for each in SCENARIOS["S2"].waits])[contacts.wait]
    sites = np.array([each.quality for each in SCENARIOS["S2"].sites])[contacts.agent % 3]
    drawn = contacts.satisfaction - queues - waits - sites
    for bound in (-3.0, -1.0, 0.0, 1.5):
        share = float(np.mean(drawn >= bound))
        # Calls of one caller go together, so chance alone leaves more than it does to single calls.
        assert close(share, float(latent.above(np.array([bound]))[0]), len(drawn) // 6)
    order = np.argsort(contacts.caller, kind="stable")
    same = contacts.caller[order][1:] == contacts.caller[order][:-1]
    ranks = np.argsort(np.argsort(drawn))[order]
    correlation = np.corrcoef(ranks[1:][same], ranks[:-1][same])[0, 1]
    # Spearman's of a normal pair with .5 is 6 / pi asin(.25).
    assert correlation == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.03)
    assert 2.5 < len(drawn) / len(np.unique(contacts.caller)) < 5.0


@pytest.mark.parametrize(
    "departures",
    [
        {"delay_on_opinion": -0.1},
        {"delay_on_slope": -0.06},
        {"response_by_category": (0.1, -0.4, 0.5)},
        {"response_by_effect": 0.6, "queues_by_effect": 1.0},
    ],
)
def test_the_truth_of_an_arm_follows_a_departure(departures: dict[str, object]) -> None:
    scenario = departing("S3", **departures)
    document = truth_document(simulate(scenario, 6))
    delays = tuple(replace(each, probability=float(each.seconds == 4.0)) for each in scenario.delays)
    sites = tuple(replace(site, allocation=(1.0, 0.0, 0.0, 0.0)) for site in scenario.sites)
    everybody = simulate(replace(scenario, delays=delays, sites=sites), 6)
    rating = everybody.responses.willing & ~everybody.responses.gives_up
    arm = document["arms"][2]
    assert (arm["layout"], arm["delay_seconds"]) == ("sequential-123", 4.0)
    assert close(float(rating.mean()), arm["response_if_offered"], len(rating))
    for category, share in enumerate(arm["categories_of_raters"]):
        assert close(float(np.mean(everybody.responses.category[rating] == category)), share, int(rating.sum()))
