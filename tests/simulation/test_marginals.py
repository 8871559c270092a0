"""What was drawn has the shares that the model states, each computed here anew from its own formula."""

from dataclasses import replace

import numpy as np
import pytest

from ivr.simulation.calls import Simulation, simulate
from ivr.simulation.scenarios import SCENARIOS, Delay

from .bounds import FIVE, close, happened

S1, S3 = SCENARIOS["S1"], SCENARIOS["S3"]
LAYOUTS = ("sequential-123", "sparse-531", "paced-123", "reversed-123")
DISSATISFIED, MIDDLING, SATISFIED = range(3)


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.fixture(scope="module")
def s1() -> Simulation:
    return simulate(S1, 11)


@pytest.fixture(scope="module")
def s3() -> Simulation:
    return simulate(replace(S3, mean_calls=900.0), 12)


def expected_s(simulation: Simulation) -> np.ndarray:
    agents, contacts, scenario = simulation.agents, simulation.contacts, simulation.scenario
    quality = np.array([site.quality for site in scenario.sites])
    queues, waits = np.array([0, -0.5, -1, 0.4]), np.array([0, -0.3, -0.8])
    of_agent = (agents.effect + quality[agents.site])[contacts.agent]
    return of_agent + queues[contacts.queue] + waits[contacts.wait]


def test_the_neutral_scale_cuts_a_logistic_latent_at_its_two_thresholds(s3: Simulation) -> None:
    expected, category = expected_s(s3), s3.contacts.category
    below_first, below_second = logistic(-1.6 - expected), logistic(-0.6 - expected)
    assert happened(category == DISSATISFIED, below_first)
    assert happened(category == MIDDLING, below_second - below_first)
    assert happened(category == SATISFIED, 1 - below_second)


def test_agents_differ_as_they_should() -> None:
    agents = simulate(replace(S1, agents=5000, mean_calls=15.0), 3).agents
    assert abs(agents.effect.std() - 0.4) < FIVE * 0.4 / np.sqrt(2 * 5000)
    assert abs(agents.response.std() - 0.2) < FIVE * 0.2 / np.sqrt(2 * 5000)
    assert abs(agents.queue_mix.mean() - 0.25) < 1e-9
    # A Dirichlet share with concentration 3 of 12 has variance .25 * .75 / 13.
    assert abs(agents.queue_mix.var() - 0.25 * 0.75 / 13) < 0.001
    assert np.allclose(agents.wait_mix.mean(axis=0), [0.5, 0.3, 0.2], atol=FIVE * 0.151 / np.sqrt(5000))


@pytest.mark.parametrize(("name", "mean", "sigma"), [("S1", 300, 0.5), ("S2", 300, 0.8), ("S4", 1500, 0.8)])
def test_calls_of_an_agent_are_lognormal_with_the_stated_mean(name: str, mean: float, sigma: float) -> None:
    calls = simulate(replace(SCENARIOS[name], agents=400), 4).agents.calls
    spread = mean * np.sqrt(np.exp(sigma**2) - 1) / np.sqrt(400)
    assert abs(calls.mean() - mean) < FIVE * spread
    assert abs(np.log(calls).std() - sigma) < FIVE * sigma / np.sqrt(2 * 400)


def test_nobody_has_fewer_than_fifteen_calls() -> None:
    calls = simulate(replace(S3, mean_calls=20.0), 4).agents.calls
    assert calls.min() == 15


@pytest.mark.parametrize(
    ("layout", "reflex", "where", "pressed"),
    [
        # Callers whose opinion no layout can move: only the reflex takes them to the other end of the scale.
        ("sequential-123", 0.06, DISSATISFIED, SATISFIED),
        ("paced-123", 0.10, DISSATISFIED, SATISFIED),
        ("sparse-531", 0.06, SATISFIED, DISSATISFIED),
        ("reversed-123", 0.06, SATISFIED, DISSATISFIED),
    ],
)
def test_a_reflex_presses_key_1_whatever_it_means(
    s3: Simulation, layout: str, reflex: float, where: int, pressed: int
) -> None:
    at_layout = s3.layout == LAYOUTS.index(layout)
    satisfaction = s3.contacts.satisfaction
    sure = at_layout & (satisfaction < -2.5 if where == DISSATISFIED else satisfaction > 1)
    assert close(float(np.mean(s3.responses.category[sure] == pressed)), reflex, int(sure.sum()))
    assert np.isin(s3.responses.category[sure], (where, pressed)).all()


@pytest.mark.parametrize(
    ("layout", "reflex", "moved_by", "lower", "upper"),
    [
        ("sequential-123", (0, 0, 0.06), 0.15, -1.6, -0.6),
        ("sparse-531", (0.06, 0, 0), 0.15, -1.25, 0.3),
        ("paced-123", (0, 0, 0.10), 0.30, -1.6, -0.6),
        ("reversed-123", (0.06, 0, 0), -0.15, -1.6, -0.6),
    ],
)
def test_each_layout_cuts_at_its_thresholds_after_its_primacy(
    s3: Simulation, layout: str, reflex: tuple[float, ...], moved_by: float, lower: float, upper: float
) -> None:
    at_layout = s3.layout == LAYOUTS.index(layout)
    expected = expected_s(s3)[at_layout] + moved_by
    below = logistic(lower - expected), logistic(upper - expected)
    opinions = below[0], below[1] - below[0], 1 - below[1]
    for category, (opinion, by_reflex) in enumerate(zip(opinions, reflex, strict=True)):
        chances = by_reflex + (1 - sum(reflex)) * opinion
        assert happened(s3.responses.category[at_layout] == category, chances)


@pytest.mark.parametrize(("delay", "logit"), [(0, 0.0), (1, -0.45), (2, -1.0)])
def test_the_delay_and_satisfaction_decide_who_is_willing(s3: Simulation, delay: int, logit: float) -> None:
    arm = s3.delay == delay
    satisfaction = s3.contacts.satisfaction[arm]
    of_agent = s3.agents.response[s3.contacts.agent[arm]]
    chances = logistic(-0.1 + logit + of_agent + 0.5 * (satisfaction + 0.9))
    assert happened(s3.responses.willing[arm], chances)
    for satisfied in (satisfaction > 0.5, satisfaction < -1.5):
        assert happened(s3.responses.willing[arm][satisfied], chances[satisfied])


def test_with_a_u_shape_both_extremes_answer() -> None:
    simulation = simulate(SCENARIOS["u_shaped"], 5)
    distance = np.abs(simulation.contacts.satisfaction + 0.9)
    willing = simulation.responses.willing
    assert willing[distance > 3].mean() > willing[distance < 1].mean() + 0.2
    low, high = (simulation.contacts.satisfaction < -4), (simulation.contacts.satisfaction > 2.2)
    assert abs(willing[low].mean() - willing[high].mean()) < 0.1


@pytest.mark.parametrize(
    ("layout", "seconds"),
    [
        ("sequential-123", (4.5, 3.0, 1.5)),
        ("sparse-531", (4.5, 3.0, 1.5)),
        ("paced-123", (10.5, 6.0, 1.5)),
        ("reversed-123", (1.5, 3.0, 4.5)),
    ],
)
def test_a_willing_caller_stays_until_the_own_choice_has_been_read(
    s3: Simulation, layout: str, seconds: tuple[float, ...]
) -> None:
    for category, until in enumerate(seconds):
        these = (s3.layout == LAYOUTS.index(layout)) & (s3.responses.category == category) & s3.responses.willing
        left = s3.responses.gives_up[these]
        assert close(float(left.mean()), 1 - np.exp(-0.06 * until), len(left))
        assert (s3.responses.leave_seconds[these][left] < until).all()


def test_after_a_long_wait_callers_hang_up_sooner() -> None:
    simulation = simulate(SCENARIOS["wait_hang_up"], 6)
    responses, paced = simulation.responses, simulation.layout == LAYOUTS.index("paced-123")
    for wait, hazard in enumerate((0.06, 0.1, 0.16)):
        these = paced & responses.willing & (responses.category == SATISFIED) & (simulation.contacts.wait == wait)
        assert close(float(responses.gives_up[these].mean()), 1 - np.exp(-hazard * 1.5), int(these.sum()))


def test_most_agents_offer_by_chance(s1: Simulation) -> None:
    rates = s1.agents.offer_rate
    assert abs(rates.mean() - 0.92) < FIVE * np.sqrt(0.92 * 0.08 / 51 / 200)
    assert happened(s1.offered, rates[s1.contacts.agent])
    assert not s1.self_pressed.any()


def test_selective_agents_offer_by_category_and_press_themselves(s3: Simulation) -> None:
    assert s3.agents.selective.sum() == 20
    theirs = s3.agents.selective[s3.contacts.agent]
    for category, chance in enumerate((0.35, 0.60, 0.95)):
        these = theirs & (s3.contacts.category == category)
        assert close(float(s3.offered[these].mean()), chance, int(these.sum()))
    offered = theirs & s3.offered
    assert close(float(s3.self_pressed[offered].mean()), 0.06, int(offered.sum()))
    assert (s3.category[s3.self_pressed] == SATISFIED).all()
    assert s3.rated[s3.self_pressed].all()
    assert not (s3.self_pressed & ~theirs).any()


@pytest.mark.parametrize(("name", "count"), [("S2", 0), ("no_selective", 0), ("selective_30", 60)])
def test_the_share_of_selective_agents_is_exact(name: str, count: int) -> None:
    assert simulate(SCENARIOS[name].sized(None, 15.0), 1).agents.selective.sum() == count


def test_a_small_share_of_those_who_did_not_rate_is_followed_up(s3: Simulation) -> None:
    silent = ~s3.rated
    assert close(float(s3.followed_up[silent].mean()), 0.03, int(silent.sum()))
    assert close(float(s3.answered_followup[s3.followed_up].mean()), 0.5, int(s3.followed_up.sum()))
    assert not (s3.followed_up & s3.rated).any()
    assert not (s3.answered_followup & ~s3.followed_up).any()


def test_arms_have_their_probabilities_at_every_site_and_know_nothing_of_each_other(s3: Simulation) -> None:
    site = s3.agents.site[s3.contacts.agent]
    for number, old_layout in enumerate(range(3)):
        here = site == number
        for layout in range(4):
            chance = 0.85 * (layout == old_layout) + 0.0375
            assert close(float(np.mean(s3.layout[here] == layout)), chance, int(here.sum()))
            arm = here & (s3.layout == layout)
            for delay in range(3):
                assert close(float(np.mean(s3.delay[arm] == delay)), 1 / 3, int(arm.sum()))


def test_who_calls_again_hears_the_same_layout_at_a_site(s1: Simulation) -> None:
    order = np.argsort(s1.contacts.caller, kind="stable")
    caller, layout, delay = s1.contacts.caller[order], s1.layout[order], s1.delay[order]
    again = caller[1:] == caller[:-1]
    assert 0.05 < again.mean() < 0.2
    assert (layout[1:][again] == layout[:-1][again]).all()
    assert (delay[1:][again] == delay[:-1][again]).all()


def test_the_latents_have_one_spread_and_differ_in_shape() -> None:
    for name, skewness in (("S3", 0.0), ("probit", 0.0), ("skewed", -1.14)):
        latent = SCENARIOS[name].latent.draw(np.random.default_rng(1), 400_000)
        assert abs(latent.mean()) < 0.02
        assert abs(latent.std() - np.pi / np.sqrt(3)) < 0.02
        assert abs(np.mean((latent / latent.std()) ** 3) - skewness) < 0.05


def test_in_the_null_scenario_neither_layout_nor_delay_changes_anything() -> None:
    simulation = simulate(SCENARIOS["null"], 8)
    rated, best = simulation.rated, simulation.category == SATISFIED
    for arms, count in ((simulation.layout, 4), (simulation.delay, 3)):
        for arm in range(count):
            here = arms == arm
            assert close(float(rated[here].mean()), float(rated.mean()), int(here.sum()))
            raters = here & rated
            assert close(float(best[raters].mean()), float(best[rated].mean()), int(raters.sum()))
    assert (simulation.category == simulation.contacts.category).all()
    # Who answers says nothing of satisfaction.
    assert close(float(best[rated].mean()), float(best.mean()), int(rated.sum()))


def test_in_s1_the_layouts_do_differ(s1: Simulation) -> None:
    best = [np.mean(s1.category[s1.rated & (s1.layout == layout)] == SATISFIED) for layout in range(4)]
    sequential, sparse, paced, mirrored = best
    assert paced > sequential + 0.03 > mirrored + 0.06 > sparse + 0.06


def test_a_change_of_one_part_leaves_the_others_as_they_were() -> None:
    one = simulate(S3.sized(30, 50.0), 9)
    other = simulate(replace(S3.sized(30, 50.0), delays=(Delay(0.0, 1.0, 0.0),), selective_share=0.0), 9)
    assert (one.contacts.satisfaction == other.contacts.satisfaction).all()
    assert (one.layout == other.layout).all()
    assert (one.responses.category == other.responses.category).all()
    assert (one.delay != other.delay).any()
