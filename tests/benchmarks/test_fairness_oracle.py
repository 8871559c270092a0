"""The oracle knows the generator: its chances add up, its level is right, and it is nearer than anybody."""

import numpy as np
import pytest

from benchmarks.fairness.generators import GENERATORS
from benchmarks.fairness.oracle import _bin_chances, _event_chances, oracles_of
from ivr.simulation.calls import simulate
from ivr.simulation.scenarios import SCENARIOS
from ivr.simulation.truth import true_best, truth_document


@pytest.mark.parametrize("name", ["S1", "S3", "null", "u_shaped", "skewed"])
def test_the_chances_of_what_may_happen_to_a_call_add_up(name: str) -> None:
    chances = _bin_chances(SCENARIOS[name])
    assert chances.sum(axis=-1) == pytest.approx(np.ones(chances.shape[:-1]))
    assert chances.min() >= 0
    # Rated in one of three ways, not rated, not offered; the answers to follow-ups are parts of the last two.
    own = _event_chances(SCENARIOS[name], selective=True)
    assert own[..., [0, 1, 2, 6, 10]].sum(axis=-1) == pytest.approx(np.ones(own.shape[:-1]))
    assert own[..., 3:6].sum(axis=-1) == pytest.approx(own[..., 6])
    assert own[..., 7:10].sum(axis=-1) == pytest.approx(own[..., 10])
    normal = _event_chances(SCENARIOS[name], selective=False)
    assert normal[..., [0, 1, 2, 6]].sum(axis=-1) == pytest.approx(np.ones(normal.shape[:-1]))


def test_it_expects_what_the_truth_file_says_of_each_arm() -> None:
    simulation = simulate(SCENARIOS["S2"], 3)
    scenario, contacts = simulation.scenario, simulation.contacts
    chances, events = _bin_chances(scenario), _event_chances(scenario, selective=False)
    nearest = np.rint(simulation.agents.effect / scenario.agent_sigma / 8 * 60 + 30).astype(int)
    mood = np.rint(simulation.agents.response / scenario.response_sigma / 5 * 6 + 3).clip(0, 6).astype(int)
    calls = (contacts.queue, contacts.wait, simulation.agents.site[contacts.agent], nearest[contacts.agent])
    codes, counts = np.unique(np.stack([*calls, mood[contacts.agent]]), axis=1, return_counts=True)
    expected = np.zeros((4, 3, 3))
    for (queue, wait, site, quality, feeling), count in zip(codes.T, counts, strict=True):
        of_bins = chances[site, queue, wait, quality]
        expected += count * np.tensordot(of_bins, events[:, wait, feeling, :, :, :3], axes=1) / len(contacts)
    for number, arm in enumerate(truth_document(simulation)["arms"]):
        found = expected[number // 3, number % 3]
        # Agents stand on a grid here, so it is not the same to the last digit.
        assert found.sum() == pytest.approx(arm["response_if_offered"], abs=0.01)
        assert found / found.sum() == pytest.approx(arm["categories_of_raters"], abs=0.01)


@pytest.mark.parametrize("name", ["S1", "S3", "selective_30", "base_offer_half"])
def test_it_is_nearer_than_the_raw_share_and_farther_than_all_opinions(name: str) -> None:
    errors: dict[str, list[np.ndarray]] = {"raw": [], "oracle": [], "everybody": []}
    for seed in (1, 2, 3):
        simulation = simulate(SCENARIOS[name].sized(60, None), seed)
        truth = true_best(simulation.scenario, simulation.agents, simulation.contacts)
        agent, rated = simulation.contacts.agent, simulation.rated
        pressed = np.bincount(agent[rated & (simulation.category == 2)], minlength=60)
        errors["raw"].append(pressed / np.maximum(np.bincount(agent[rated], minlength=60), 1) - truth)
        for oracle, estimates in oracles_of(simulation).estimates.items():
            errors[oracle].append(np.array(list(estimates.values())) - truth)
    far = {of: np.sqrt(np.mean(np.concatenate(each) ** 2)) for of, each in errors.items()}
    assert far["everybody"] < 0.8 * far["oracle"] < 0.6 * far["raw"]
    assert abs(np.concatenate(errors["oracle"]).mean()) < 0.02


def test_it_leaves_nobody_out_however_few_the_calls() -> None:
    simulation = simulate(GENERATORS["two_agents"].scenario.sized(2, 15.0), 1)
    for estimates in oracles_of(simulation).estimates.values():
        assert list(estimates) == list(simulation.agents.names)
        assert all(0 < estimate < 1 for estimate in estimates.values())


def test_it_suspects_the_selective_and_nobody_where_none_is() -> None:
    simulation = simulate(SCENARIOS["selective_30"].sized(60, 600.0), 4)
    kinds = zip(simulation.agents.names, simulation.agents.selective, strict=True)
    selective = {name for name, is_selective in kinds if is_selective}
    suspected = oracles_of(simulation).suspected
    assert len(selective) == 18
    assert len(suspected & selective) >= 16
    assert len(suspected - selective) <= 2
    assert oracles_of(simulate(SCENARIOS["S2"].sized(20, None), 4)).suspected == frozenset()
