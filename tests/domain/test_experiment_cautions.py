"""Cautions and counterbalance: what an experiment's figures will not carry."""

from dataclasses import replace

import pytest

from ivr.domain.counterbalance import is_reversed, reversed_pairs
from ivr.domain.experiment_cautions import cautions
from ivr.domain.experiments import Experiment, Stratum
from ivr.domain.layouts import Layout
from tests.specimens import experiment, layout


def reverse_of(original: Layout, key: str) -> Layout:
    best = original.best_category
    options = tuple(replace(option, category=best - option.category) for option in original.options)
    return replace(original, key=key, options=options)


SEQUENTIAL = layout()
REVERSED = reverse_of(SEQUENTIAL, "reversed-123")
PACED = layout(key="paced-123", pause_seconds=3.0)
SPARSE = replace(
    SEQUENTIAL,
    key="sparse-531",
    options=tuple(
        replace(option, press=press) for option, press in zip(SEQUENTIAL.options, ("5", "4", "1"), strict=True)
    ),
)
LAYOUTS = {each.key: each for each in (SEQUENTIAL, REVERSED, PACED, SPARSE)}


def test_a_reversed_layout_has_the_same_keys_in_the_same_order_with_the_opposite_meaning() -> None:
    assert is_reversed(SEQUENTIAL, REVERSED)
    assert is_reversed(REVERSED, SEQUENTIAL)
    # Pauses lie elsewhere than in the direction of the keys.
    assert is_reversed(PACED, REVERSED)
    assert reversed_pairs(LAYOUTS) == (("paced-123", "reversed-123"), ("reversed-123", "sequential-123"))


def test_what_is_no_counterbalance() -> None:
    read_backwards = replace(REVERSED, options=tuple(reversed(REVERSED.options)))
    in_german = replace(REVERSED, language="de")
    for other in (SEQUENTIAL, PACED, SPARSE, read_backwards, in_german):
        assert not is_reversed(SEQUENTIAL, other)


def trial(layouts: dict[str, float], delays: dict[float, float] | None = None) -> Experiment:
    strata = (Stratum("*", layouts, delays or {0.0: 0.9, 2.0: 0.1}),)
    return replace(experiment(), strata=strata, control="sequential-123")


SHIPPED = {"sequential-123": 0.6, "sparse-531": 0.2, "paced-123": 0.15, "reversed-123": 0.05}
CAUTIONS = {
    "leading": (
        trial({"sequential-123": 0.6, "paced-123": 0.3, "reversed-123": 0.1}),
        "stratum *: 30 % of the callers get a layout that leads to the best answer (paced-123); 20 % are enough",
    ),
    "no reverse": (
        trial({"sequential-123": 0.8, "sparse-531": 0.2}),
        "stratum *: no layout has its reverse beside it, so the habit of key 1 cannot be told from satisfaction",
    ),
    "a reverse that nobody gets": (
        trial({"sequential-123": 0.8, "sparse-531": 0.2, "reversed-123": 0.0}),
        "stratum *: no layout has its reverse",
    ),
    "no silence": (trial(SHIPPED, {0.0: 1.0}), "stratum *: no call has a silence before the first prompt"),
    "a control beside the arms": (
        replace(trial(SHIPPED), control="other"),
        "stratum *: the control other is not among its layouts, so nothing is compared with it there",
    ),
    "a control that leads": (
        replace(trial(SHIPPED), control="paced-123"),
        "stratum *: the control paced-123 leads callers to the best answer; name another control",
    ),
}


@pytest.mark.parametrize(("caused_by", "sentence"), CAUTIONS.values(), ids=CAUTIONS.keys())
def test_a_caution_is_told(caused_by: Experiment, sentence: str) -> None:
    (said,) = cautions(caused_by, LAYOUTS)
    assert said.startswith(f"experiment default, {sentence}")


def test_a_sound_experiment_has_none() -> None:
    assert cautions(trial(SHIPPED), LAYOUTS) == ()
    assert cautions(trial({"sequential-123": 1.0}), LAYOUTS) == ()
