"""Experiments: draws that are the same everywhere, with the shares that were promised."""

import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.draws import draw, uniform
from ivr.domain.experiments import Experiment, PrimaryMetric, StopRule, Stratum, Unit, assign
from ivr.errors import ExperimentRefused

LAYOUTS = {"sequential-123": 0.5, "sparse-531": 0.2, "reversed-123": 0.15, "paced-123": 0.15}
DELAYS = {0.0: 0.9, 2.0: 0.05, 4.0: 0.05}
TRIAL = Experiment(
    key="default",
    salt="default-1",
    unit=Unit.CALLER,
    strata=(Stratum("*", LAYOUTS, DELAYS),),
    primary_metric=PrimaryMetric.TOP_BOX,
    minimum_sample=1000,
    stop_rule=StopRule.NONE,
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALLERS = 40_000
# A right hash passes a bound of 4.5 standard deviations all but once in 150,000 tries, and the draws are fixed.
Z_BOUND = 4.5


def layout_and_delay(caller: str | None, call: str = "call", trial: Experiment = TRIAL) -> tuple[str, float]:
    given_to = assign(trial, site=None, queue=None, caller=caller, call=call, at=NOON)
    return given_to.layout, given_to.delay_seconds


@pytest.fixture(scope="module")
def drawn() -> Counter[tuple[str, float]]:
    return Counter(layout_and_delay(f"h1:{number:x}") for number in range(CALLERS))


def z_score(count: int, share: float, total: int = CALLERS) -> float:
    return (count - total * share) / math.sqrt(total * share * (1 - share))


def test_layouts_come_as_often_as_promised(drawn: Counter[tuple[str, float]]) -> None:
    for layout, share in LAYOUTS.items():
        count = sum(n for (key, _), n in drawn.items() if key == layout)
        assert abs(z_score(count, share)) < Z_BOUND, layout


def test_delays_come_as_often_as_promised(drawn: Counter[tuple[str, float]]) -> None:
    for delay, share in DELAYS.items():
        count = sum(n for (_, seconds), n in drawn.items() if seconds == delay)
        assert abs(z_score(count, share)) < Z_BOUND, delay


def test_layout_and_delay_are_drawn_independently(drawn: Counter[tuple[str, float]]) -> None:
    for layout, delay in product(LAYOUTS, DELAYS):
        joint = LAYOUTS[layout] * DELAYS[delay]
        assert abs(z_score(drawn[layout, delay], joint)) < Z_BOUND, (layout, delay)


def test_another_salt_draws_independently() -> None:
    other = replace(TRIAL, salt="default-2")
    callers = [f"h1:{number:x}" for number in range(10_000)]
    both = Counter((layout_and_delay(caller)[0], layout_and_delay(caller, trial=other)[0]) for caller in callers)
    for first, second in product(LAYOUTS, LAYOUTS):
        joint = LAYOUTS[first] * LAYOUTS[second]
        assert abs(z_score(both[first, second], joint, len(callers))) < Z_BOUND, (first, second)


GOLDEN_CALLERS = tuple(f"h1:{number:x}" for number in range(24))
GOLDEN = "se0 se4 sp0 se0 se0 se0 sp0 se0 se0 se0 pa0 se0 se0 se2 re0 sp0 sp4 se0 se0 sp0 sp0 se0 se0 se0"


def drawn_in_order() -> str:
    """Return the first letters of the layout and the delay of each golden caller."""
    both = (layout_and_delay(caller) for caller in GOLDEN_CALLERS)
    return " ".join(f"{layout[:2]}{delay:g}" for layout, delay in both)


def test_assignments_are_the_same_for_ever() -> None:
    assert drawn_in_order() == GOLDEN


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_assignments_are_the_same_in_another_process(seed: str) -> None:
    program = f"import runpy; print(runpy.run_path({__file__!r})['drawn_in_order']())"
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert other.stdout.strip() == GOLDEN


def test_the_order_in_which_arms_are_written_does_not_matter() -> None:
    turned = Stratum("*", dict(reversed(LAYOUTS.items())), dict(reversed(DELAYS.items())))
    trial = replace(TRIAL, strata=(turned,))
    for caller in GOLDEN_CALLERS:
        assert layout_and_delay(caller, trial=trial) == layout_and_delay(caller)


def test_the_probabilities_of_what_was_drawn_are_told() -> None:
    for caller in GOLDEN_CALLERS:
        given_to = assign(TRIAL, site="north", queue="support", caller=caller, call="1.1", at=NOON)
        assert given_to.layout_probability == LAYOUTS[given_to.layout]
        assert given_to.delay_probability == DELAYS[given_to.delay_seconds]
        assert given_to.allocation == "paced-123:0.15 reversed-123:0.15 sequential-123:0.5 sparse-531:0.2"
        assert (given_to.experiment, given_to.stratum) == ("default", "*")


def test_a_caller_who_rings_twice_hears_the_same() -> None:
    first = [layout_and_delay(caller, "1.1") for caller in GOLDEN_CALLERS]
    assert [layout_and_delay(caller, "2.2") for caller in GOLDEN_CALLERS] == first


def test_an_anonymous_caller_is_drawn_by_the_call() -> None:
    assert len({layout_and_delay(None, f"{number}.1") for number in range(100)}) > 4


def test_the_unit_call_draws_every_call_anew() -> None:
    by_call = replace(TRIAL, unit=Unit.CALL)
    assert len({layout_and_delay("h1:0", f"{number}.1", by_call) for number in range(100)}) > 4


def test_the_most_particular_stratum_counts() -> None:
    def only(name: str, layout: str) -> Stratum:
        return Stratum(name, {layout: 1.0}, {0.0: 1.0})

    trial = replace(TRIAL, strata=(only("*", "any"), only("north", "site"), only("north/sales", "queue")))

    def given_at(site: str | None, queue: str | None) -> str:
        return assign(trial, site=site, queue=queue, caller="h1:0", call="1.1", at=NOON).layout

    assert given_at("north", "sales") == "queue"
    assert given_at("north", "support") == "site"
    assert given_at("south", "sales") == "any"
    assert given_at(None, None) == "any"
    assert trial.layout_keys() == {"any", "site", "queue"}


def test_an_arm_of_probability_0_is_never_drawn() -> None:
    arms = {"a": 0.0, "b": 1.0, "c": 0.0}
    assert {draw(arms, str(number))[0] for number in range(1000)} == {"b"}


def test_shares_whose_sum_rounds_below_1_are_always_drawn() -> None:
    arms = dict.fromkeys("abcdefghij", 0.1)
    assert sum(arms.values()) < 1
    assert all(draw(arms, str(number))[1] == 0.1 for number in range(1000))


@given(st.lists(st.text(max_size=5), min_size=1, max_size=3), st.lists(st.text(max_size=5), min_size=1, max_size=3))
def test_no_two_identities_run_together(first: list[str], second: list[str]) -> None:
    assert 0 <= uniform(*first) < 1
    assert (uniform(*first) == uniform(*second)) == (first == second)


REFUSALS = {
    "sum below 1": ({"a": 0.5, "b": 0.4}, {0.0: 1.0}, "layouts sum to 0.9; change them so that they sum to 1"),
    "sum above 1": ({"a": 1.0}, {0.0: 1.0, 2.0: 0.1}, "delays sum to 1.1; change them"),
    "negative": ({"a": 1.5, "b": -0.5}, {0.0: 1.0}, "layouts: a = 1.5; write a probability from 0 to 1"),
    "no number": ({"a": float("nan")}, {0.0: 1.0}, "layouts: a = nan; write a probability"),
    "no layout": ({}, {0.0: 1.0}, "layouts is empty; write at least one arm"),
    "no delay": ({"a": 1.0}, {}, "delays is empty; write at least one arm"),
    "negative delay": ({"a": 1.0}, {-1.0: 1.0}, "delay -1; write seconds from 0 to 10"),
    "endless delay": ({"a": 1.0}, {11.0: 1.0}, "delay 11; write seconds from 0 to 10"),
    "two delays alike": (
        {"a": 1.0},
        {2.0: 0.5, 2.0000001: 0.5},
        "delay 2.0000001; write seconds from 0 to 10, with at most three decimals",
    ),
    "a sum a hair off": ({"a": 0.5, "b": 0.4999999}, {0.0: 1.0}, "layouts sum to 0.9999999; change them"),
}


@pytest.mark.parametrize(("layouts", "delays", "sentence"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_wrong_stratum_is_refused(layouts: dict[str, float], delays: dict[float, float], sentence: str) -> None:
    with pytest.raises(ExperimentRefused) as refused:
        Stratum("north", layouts, delays)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("stratum north: ")


def test_a_wrong_experiment_is_refused() -> None:
    anywhere = TRIAL.strata[0]
    with pytest.raises(ExperimentRefused, match="salt is empty; write any text, once, and keep it"):
        replace(TRIAL, salt="")
    with pytest.raises(ExperimentRefused, match="a stratum is named twice; name each once"):
        replace(TRIAL, strata=(anywhere, anywhere))
    with pytest.raises(ExperimentRefused, match=r'no stratum "\*"; add \[strata\."\*"\], it serves every other site'):
        replace(TRIAL, strata=(replace(anywhere, name="north"),))
