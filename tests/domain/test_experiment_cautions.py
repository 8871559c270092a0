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


IN_LITHUANIAN = replace(SEQUENTIAL, key="trys-lt", language="lt")
BACK_IN_LITHUANIAN = replace(REVERSED, key="atbulas-lt", language="lt")
ALL = {**LAYOUTS, "trys-lt": IN_LITHUANIAN, "atbulas-lt": BACK_IN_LITHUANIAN}
LITHUANIAN = {"trys-lt": 0.9, "atbulas-lt": 0.1}


def with_place(
    name: str, layouts: dict[str, float], control: str | None = None, queues: tuple[str, ...] = ()
) -> Experiment:
    placed = Stratum(name, layouts, {0.0: 0.9, 2.0: 0.1}, control=control)
    return replace(trial(SHIPPED), strata=(*trial(SHIPPED).strata, placed), queues=queues)


PLACES = {
    "a control in another language": (
        with_place("*/pagalba", LITHUANIAN),
        (),
        (
            "*/pagalba: callers who take no part hear en (sequential-123) and the others lt; "
            'write control = "trys-lt" in this stratum'
        ),
    ),
    "two languages": (
        with_place("*/pagalba", {"trys-lt": 0.9, "sequential-123": 0.05, "reversed-123": 0.05}),
        (),
        "*/pagalba: its layouts are in en and lt, so chance decides which language a caller hears; give each",
    ),
    "a queue of the settings without slash": (
        with_place("pagalba", LITHUANIAN, "trys-lt"),
        ("pagalba", "support"),
        'pagalba: pagalba is a queue and reads as a site; write [strata."*/pagalba"]',
    ),
    "a queue of the experiment without slash": (
        with_place("pagalba", LITHUANIAN, "trys-lt", ("pagalba",)),
        (),
        'pagalba: pagalba is a queue and reads as a site; write [strata."*/pagalba"]',
    ),
    "a queue that has no part": (
        with_place("vilnius/pagalba", LITHUANIAN, "trys-lt", ("support",)),
        ("pagalba", "support"),
        (
            "vilnius/pagalba: its queue pagalba is not among the experiment's queues, so everybody there gets the "
            "control trys-lt; add it to queues, or write one of support"
        ),
    ),
    "a queue that does not count": (
        with_place("*/pagalb", LITHUANIAN, "trys-lt"),
        ("pagalba", "support"),
        (
            "*/pagalb: its queue pagalb is not among the settings' queues, so its calls do not count; "
            "add it there, or write one of pagalba, support"
        ),
    ),
    "one layout alone": (
        with_place("*/pagalba", {"trys-lt": 1.0}, "trys-lt"),
        ("pagalba",),
        "*/pagalba: trys-lt stands alone, so its key habit cannot be told apart; give 5 % to its reverse",
    ),
}


@pytest.mark.parametrize(("caused_by", "queues", "sentence"), PLACES.values(), ids=PLACES.keys())
def test_a_stratum_that_does_what_nobody_means_is_told(
    caused_by: Experiment, queues: tuple[str, ...], sentence: str
) -> None:
    (said,) = cautions(caused_by, ALL, queues)
    assert said.startswith(f"experiment default, stratum {sentence}")


def test_a_stratum_of_another_language_with_its_own_control_is_sound() -> None:
    assert cautions(with_place("*/pagalba", LITHUANIAN, "trys-lt", ("pagalba",)), ALL, ("pagalba",)) == ()
    assert cautions(with_place("vilnius", LITHUANIAN, "trys-lt"), ALL, ("pagalba",)) == ()


def test_one_layout_alone_in_several_strata_is_told_once() -> None:
    places = tuple(Stratum(name, {"sequential-123": 1.0}, {0.0: 0.9, 2.0: 0.1}) for name in ("*", "vilnius"))
    (said,) = cautions(replace(trial(SHIPPED), strata=places), ALL)
    assert said.startswith("experiment default, stratum *: sequential-123 stands alone, so its key habit")


def test_a_queue_of_the_experiment_that_does_not_count_is_told() -> None:
    (said,) = cautions(replace(trial(SHIPPED), queues=("support", "sales")), ALL, ("support",))
    assert said.startswith("experiment default, queues: sales is not among the settings' queues, so its calls do not")
