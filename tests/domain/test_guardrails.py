"""Guardrails: no false stop however often one looks, and a true rise is found."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest

from ivr.domain.guardrails import FALSE_STOPS, CallCount, Cell, Guardrail, Harm, Rise, rises
from ivr.domain.kpi.confidence_sequences import half_width
from ivr.domain.outcomes import Outcome
from ivr.errors import ExperimentRefused

CONTROL = "sequential-123"
LAYOUTS = {CONTROL: 0.6, "sparse-531": 0.2, "paced-123": 0.15, "reversed-123": 0.05}
DELAYS = {0.0: 0.9, 2.0: 0.05, 4.0: 0.05}
OUTCOMES = (Outcome.RATED, Outcome.LEFT_IN_MENU, Outcome.UNKNOWN)


def counts(layout: str, rated: int, hung_up: int = 0, faults: int = 0, delay_seconds: float = 0.0) -> list[CallCount]:
    numbers = zip(OUTCOMES, (rated, hung_up, faults), strict=True)
    return [CallCount(None, "support", layout, delay_seconds, outcome, calls) for outcome, calls in numbers if calls]


def found(cells: Mapping[str, Sequence[CallCount]], guardrail: Guardrail | None = None) -> dict[tuple[Harm, str], Rise]:
    told = rises(guardrail or Guardrail(), [Cell(CONTROL, counted) for counted in cells.values()])
    return {(rise.harm, rise.arm): rise for rise in told}


def test_the_published_half_width() -> None:
    # Waudby-Smith et al. 2021, eq. 9 with rho of N* = 5000, as GrowthBook's gbstats computes it.
    assert half_width(1.0, 1000, 0.05, 5000) == pytest.approx(0.10638, abs=5e-6)


def test_the_half_width_shrinks_with_calls_and_grows_with_certainty() -> None:
    widths = [half_width(0.5, calls, 0.01) for calls in (100, 1000, 10_000, 100_000)]
    assert all(later < earlier for earlier, later in pairwise(widths))
    assert half_width(0.5, 1000, 0.001) > half_width(0.5, 1000, 0.01)


def test_the_figures_of_a_rise() -> None:
    cells = {"*": [*counts(CONTROL, 8000, 2000, 100), *counts("paced-123", 1000, 1000)]}
    rise = found(cells)[Harm.HANG_UPS, "layout paced-123"]
    assert (rise.rate, rise.calls, rise.control_rate, rise.control_calls) == (0.5, 2000, 0.2, 10_000)
    assert rise.control == f"layout {CONTROL}"
    assert rise.at_least is not None
    assert 0.25 < rise.at_least < 0.3
    assert rise.is_breach
    assert str(rise).startswith(
        "hang-ups of layout paced-123: 50.0 % of 2000 calls; of layout sequential-123: 20.0 % of 10000; at least 2"
    )
    faults = found(cells)[Harm.FAULTS, "layout paced-123"]
    assert (faults.rate, faults.control_calls, faults.is_breach) == (0.0, 10_100, False)


def test_delays_are_compared_with_the_shortest() -> None:
    cells = {"*": [*counts(CONTROL, 9000, 1000), *counts(CONTROL, 500, 500, delay_seconds=4.0)]}
    rise = found(cells)[Harm.HANG_UPS, "delay 4 s"]
    assert (rise.control, rise.is_breach) == ("delay 0 s", True)
    assert {arm for _, arm in found(cells)} == {"delay 4 s"}


def test_too_few_calls_give_no_bound() -> None:
    cells = {"*": [*counts(CONTROL, 9000, 1000), *counts("paced-123", 0, 199)]}
    rise = found(cells)[Harm.HANG_UPS, "layout paced-123"]
    assert (rise.at_least, rise.is_breach) == (None, False)
    assert "too few calls for a bound" in str(rise)
    assert found(cells, Guardrail(minimum=199))[Harm.HANG_UPS, "layout paced-123"].is_breach


def test_calls_that_were_never_offered_are_no_calls() -> None:
    away = [
        CallCount(None, None, layout, 0.0, outcome, 10_000)
        for layout in (CONTROL, "paced-123")
        for outcome in (Outcome.NOT_SELECTED, Outcome.THROTTLED, Outcome.CALLER_LEFT_FIRST, Outcome.TRANSFERRED_AWAY)
    ]
    cells = {"*": [*counts(CONTROL, 900, 100), *counts("paced-123", 900, 100)]}
    assert found({"*": [*cells["*"], *away]}) == found(cells)


def test_every_kind_of_hang_up_and_fault_counts() -> None:
    def with_outcome(outcome: Outcome) -> dict[str, list[CallCount]]:
        return {"*": [*counts(CONTROL, 10_000), CallCount(None, None, "paced-123", 0.0, outcome, 1000)]}

    for outcome in (Outcome.LEFT_IN_INTRO, Outcome.LEFT_IN_MENU, Outcome.LEFT_BEFORE_PROMPT):
        assert found(with_outcome(outcome))[Harm.HANG_UPS, "layout paced-123"].is_breach
    for outcome in (Outcome.UNAVAILABLE, Outcome.UNKNOWN):
        assert found(with_outcome(outcome))[Harm.FAULTS, "layout paced-123"].is_breach
    for outcome in (Outcome.NO_KEY, Outcome.INVALID_KEYS, Outcome.OPTED_OUT, Outcome.RATED):
        assert not any(rise.is_breach for rise in found(with_outcome(outcome)).values())


def test_strata_are_compared_within_themselves() -> None:
    # Simpson's paradox: paced is given where callers hang up more anyhow, and is no worse in either place.
    cells = {
        "calm": [*counts(CONTROL, 9000, 1000), *counts("paced-123", 900, 100)],
        "busy": [*counts(CONTROL, 400, 600), *counts("paced-123", 4000, 6000)],
    }
    rise = found(cells, Guardrail(hang_up_rise=0.05))[Harm.HANG_UPS, "layout paced-123"]
    assert rise.rate - rise.control_rate > 0.3
    assert not rise.is_breach
    assert found({"*": [*cells["calm"], *cells["busy"]]})[Harm.HANG_UPS, "layout paced-123"].is_breach


def test_each_stratum_has_its_own_control() -> None:
    german = [*counts("rating-de", 900, 100), *counts("paced-de", 300, 700)]
    told = {
        (rise.harm, rise.arm): rise
        for rise in rises(
            Guardrail(),
            [Cell(CONTROL, [*counts(CONTROL, 900, 100), *counts("paced-123", 900, 100)]), Cell("rating-de", german)],
        )
    }
    assert told[Harm.HANG_UPS, "layout paced-de"].control == "layout rating-de"
    assert [rise.arm for rise in told.values() if rise.is_breach] == ["layout paced-de"]
    assert {arm for _, arm in told} == {"layout paced-123", "layout paced-de"}


def test_without_its_control_beside_it_an_arm_is_compared_with_all_others() -> None:
    cells = {"*": [*counts("sparse-531", 9000, 1000), *counts("paced-123", 300, 700)]}
    rise = found(cells)[Harm.HANG_UPS, "layout paced-123"]
    assert (rise.control, rise.control_calls, rise.is_breach) == ("all others", 10_000, True)


def test_one_arm_alone_has_nothing_to_be_compared_with() -> None:
    assert rises(Guardrail(), []) == []
    assert rises(Guardrail(), [Cell(CONTROL, counts(CONTROL, 100, 900))]) == []
    lonely = found({"*": counts("paced-123", 100, 900)})
    assert {rise.at_least for rise in lonely.values()} == {None}


def looks(
    rng: np.random.Generator, rates: Mapping[tuple[str, float], tuple[float, float]], calls: int, number: int
) -> np.ndarray:
    """Return cumulated counts by look, arm and outcome; ``rates`` are those of hang-ups and of faults."""
    chances = np.array(
        [
            LAYOUTS[layout] * DELAYS[delay] * share
            for (layout, delay), (hang_ups, faults) in rates.items()
            for share in ((1 - hang_ups) * (1 - faults), hang_ups * (1 - faults), faults)
        ]
    )
    return rng.multinomial(calls, chances, size=number).cumsum(axis=0)


def stopped_at(cumulated: np.ndarray, arms: Sequence[tuple[str, float]], guardrail: Guardrail) -> int | None:
    """Return the look that stops, None where none does."""
    for number, look in enumerate(cumulated):
        cell = [
            CallCount(None, None, layout, delay, outcome, int(calls))
            for ((layout, delay), outcome), calls in zip(
                ((arm, outcome) for arm in arms for outcome in OUTCOMES), look, strict=True
            )
            if calls
        ]
        if any(rise.is_breach for rise in rises(guardrail, [Cell(CONTROL, cell)])):
            return number
    return None


ARMS = [(layout, delay) for layout in LAYOUTS for delay in DELAYS]


@pytest.mark.parametrize(("hang_ups", "faults"), [(0.2, 0.01), (0.02, 0.002)])
def test_looking_often_stops_no_experiment_whose_arms_rise_no_further_than_the_margin(
    hang_ups: float, faults: float
) -> None:
    """The worst case that the null allows: each layout but the control lies exactly at the margin."""
    guardrail = Guardrail(hang_up_rise=0.05, fault_rise=0.02, minimum=100)
    rng = np.random.default_rng(20260302)
    rates = {
        (layout, delay): (hang_ups, faults) if layout == CONTROL else (hang_ups + 0.05, faults + 0.02)
        for layout, delay in ARMS
    }
    stops = [stopped_at(looks(rng, rates, 400, 60), ARMS, guardrail) for _ in range(150)]
    false_stops = sum(stop is not None for stop in stops)
    # The share is bounded by FALSE_STOPS; 3 standard errors of 150 experiments are allowed on top.
    assert false_stops / 150 <= FALSE_STOPS + 3 * (FALSE_STOPS * (1 - FALSE_STOPS) / 150) ** 0.5


def test_a_true_rise_is_found_soon() -> None:
    guardrail = Guardrail(hang_up_rise=0.1, fault_rise=0.02, minimum=100)
    rng = np.random.default_rng(20260303)
    plain = dict.fromkeys(ARMS, (0.2, 0.01))
    hang_ups = {arm: (0.5, 0.01) if arm[0] == "reversed-123" else rates for arm, rates in plain.items()}
    faults = {arm: (0.2, 0.9) if arm[0] == "reversed-123" else rates for arm, rates in plain.items()}
    for harmful, latest in ((hang_ups, 25), (faults, 12)):
        found_at = [stopped_at(looks(rng, harmful, 400, 60), ARMS, guardrail) for _ in range(25)]
        assert all(stop is not None and stop <= latest for stop in found_at), found_at


@pytest.mark.parametrize(
    ("change", "name"),
    [({"hang_up_rise": 0.0}, "hang_up_rise"), ({"fault_rise": 1.0}, "fault_rise"), ({"minimum": 0}, "minimum")],
)
def test_a_guardrail_that_makes_no_sense_is_refused(change: dict[str, float], name: str) -> None:
    with pytest.raises(ExperimentRefused, match=f"guardrail: {name} is ") as refused:
        Guardrail(**change)
    assert refused.value.place == ("guardrail", name)
