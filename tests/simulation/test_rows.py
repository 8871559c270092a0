"""Each row says one thing: its outcome, its moments, its key and its category agree."""

import re
from collections import Counter, defaultdict
from datetime import timedelta

import numpy as np
import pytest

from ivr.domain.calls import EndedBy, HandledCall
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.simulation.calls import Simulation, simulate
from ivr.simulation.outcomes import KINDS
from ivr.simulation.rows import WAIT_BOUNDS_SECONDS, handled_rows
from ivr.simulation.scenarios import SCENARIOS

from .bounds import close

READ_SECONDS = {
    "sequential-123": (1.5, 3.0, 4.5),
    "sparse-531": (1.5, 3.0, 4.5),
    "paced-123": (1.5, 6.0, 10.5),
    "reversed-123": (1.5, 3.0, 4.5),
}
KEYS = {"sequential-123": "321", "sparse-531": "135", "paced-123": "321", "reversed-123": "123"}


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate(SCENARIOS["S3"].sized(100, 200.0), 31)


@pytest.fixture(scope="module")
def rows(simulation: Simulation) -> list[HandledCall]:
    return list(handled_rows(simulation))


def own_choice_read(row: HandledCall) -> float:
    place = KEYS[row.layout].index(row.key)
    seconds = READ_SECONDS[row.layout]
    return seconds[place] if row.layout == "reversed-123" else seconds[2 - place]


def test_every_outcome_that_the_model_makes_is_there(rows: list[HandledCall]) -> None:
    assert {row.outcome for row in rows} == set(KINDS)


def test_a_call_is_offered_and_rated_as_it_was_drawn(simulation: Simulation, rows: list[HandledCall]) -> None:
    assert [DISPOSITIONS[row.outcome].offered for row in rows] == simulation.offered.tolist()
    assert [row.outcome is Outcome.RATED for row in rows] == simulation.rated.tolist()
    assert all(DISPOSITIONS[row.outcome].eligible and row.selection_probability == 1 for row in rows)


def test_a_rating_has_one_key_after_its_choice_was_read(rows: list[HandledCall]) -> None:
    rated = [row for row in rows if row.outcome is Outcome.RATED]
    for row in rated:
        assert row.key == KEYS[row.layout][row.category]
        (press,) = row.keys
        assert (press.call, press.number, press.key, press.lo_ms, press.hi_ms) == (
            row.call,
            1,
            row.key,
            row.press_ms,
            row.press_ms,
        )
        in_menu = row.press_ms / 1000 - 3
        assert own_choice_read(row) < in_menu <= own_choice_read(row) + 4
        assert row.options_heard == sum(seconds <= in_menu for seconds in READ_SECONDS[row.layout])
        assert row.asked_seconds == pytest.approx(row.delay_seconds + row.press_ms / 1000, abs=0.06)
    assert {row.options_heard for row in rated} == {1, 2, 3}


def test_who_did_not_rate_has_no_key_and_was_heard_as_far_as_the_outcome_says(rows: list[HandledCall]) -> None:
    heard = defaultdict(Counter)
    for row in rows:
        if row.outcome is Outcome.RATED:
            continue
        assert (row.key, row.category, row.press_ms, row.keys) == (None, None, None, ())
        heard[row.outcome][row.options_heard] += 1
        if DISPOSITIONS[row.outcome].offered:
            assert row.asked_seconds >= 0
        else:
            assert row.asked_seconds is None
        if row.outcome is Outcome.LEFT_BEFORE_PROMPT:
            assert row.asked_seconds <= row.delay_seconds
        if row.outcome is Outcome.LEFT_IN_INTRO:
            assert row.delay_seconds - 0.06 <= row.asked_seconds <= row.delay_seconds + 3.06
    assert set(heard[Outcome.NO_KEY]) == {3}
    assert set(heard[Outcome.LEFT_BEFORE_PROMPT]) == set(heard[Outcome.LEFT_IN_INTRO]) == {0}
    # Who leaves in the menu waits for a choice that is still to come, so never hears all.
    assert set(heard[Outcome.LEFT_IN_MENU]) == {0, 1, 2}
    for outcome in (Outcome.CALLER_LEFT_FIRST, Outcome.TRANSFERRED_AWAY, Outcome.UNAVAILABLE):
        assert set(heard[outcome]) == {None}


def test_the_longer_the_silence_the_more_leave_in_it(rows: list[HandledCall]) -> None:
    left = Counter(row.delay_seconds for row in rows if row.outcome is Outcome.LEFT_BEFORE_PROMPT)
    assert left[0.0] < left[2.0] < left[4.0]


def test_the_way_of_not_being_offered_is_chance(rows: list[HandledCall]) -> None:
    kinds = Counter(row.outcome for row in rows if not DISPOSITIONS[row.outcome].offered)
    total = sum(kinds.values())
    assert close(kinds[Outcome.CALLER_LEFT_FIRST] / total, 0.7, total)
    assert close(kinds[Outcome.TRANSFERRED_AWAY] / total, 0.2, total)
    ended = {row.outcome: row.ended_by for row in rows}
    assert ended[Outcome.CALLER_LEFT_FIRST] is EndedBy.CALLER
    assert ended[Outcome.TRANSFERRED_AWAY] is EndedBy.TRANSFER
    assert ended[Outcome.RATED] is EndedBy.AGENT


def test_the_arms_stand_with_their_probabilities(simulation: Simulation, rows: list[HandledCall]) -> None:
    allocations = {
        "north": "paced-123:0.0375 reversed-123:0.0375 sequential-123:0.8875 sparse-531:0.0375",
        "east": "paced-123:0.0375 reversed-123:0.0375 sequential-123:0.0375 sparse-531:0.8875",
        "south": "paced-123:0.8875 reversed-123:0.0375 sequential-123:0.0375 sparse-531:0.0375",
    }
    for row in rows:
        assert row.allocation == allocations[row.site]
        arms = dict(arm.split(":") for arm in row.allocation.split())
        assert row.layout_probability == float(arms[row.layout])
        assert row.delay_probability == 1 / 3
        assert row.experiment == "simulated"
    versions = {(row.layout, row.layout_version) for row in rows}
    assert len(versions) == len({layout for layout, _ in versions}) == len({version for _, version in versions}) == 4
    assert [row.layout for row in rows[:500]] == [
        simulation.scenario.instruments[number].layout for number in simulation.layout[:500]
    ]


def test_followups_stand_with_their_probability_and_the_neutral_answer(
    simulation: Simulation, rows: list[HandledCall]
) -> None:
    for number, row in enumerate(rows):
        assert row.followup_probability == (None if row.outcome is Outcome.RATED else 0.03)
        assert (row.followup is not None) == simulation.followed_up[number]
        answered = row.followup == "answered"
        assert row.followup_category == (simulation.contacts.category[number] if answered else None)
    assert {row.followup for row in rows} == {None, "sampled", "answered"}


def test_waits_stay_in_their_class(simulation: Simulation, rows: list[HandledCall]) -> None:
    for row, wait in zip(rows, simulation.contacts.wait, strict=True):
        low, high = WAIT_BOUNDS_SECONDS[wait]
        assert low <= row.wait_seconds <= high


def test_calls_are_spread_over_eight_weeks_in_working_hours(rows: list[HandledCall]) -> None:
    days = Counter(row.ended_at.date() for row in rows)
    assert len(days) == 56
    assert max(days) - min(days) == timedelta(days=55)
    assert all(8 <= row.ended_at.hour < 20 for row in rows)
    assert [row.ended_at for row in rows] == sorted(row.ended_at for row in rows)


def test_people_and_calls_have_names_of_their_own(simulation: Simulation, rows: list[HandledCall]) -> None:
    assert len({row.call for row in rows}) == len(rows)
    assert {row.call.pbx for row in rows} == {"simulated-S3-31"}
    assert all(re.fullmatch(r"\d{10}\.\d+", row.call.uniqueid) for row in rows)
    assert all(re.fullmatch(r"h1:[0-9a-f]{64}", row.caller) for row in rows)
    assert 0.1 < 1 - len({row.caller for row in rows}) / len(rows) < 0.2
    assert {row.agent for row in rows} == {f"agent-{number:03d}" for number in range(1, 101)}
    teams = {(row.agent, row.team, row.site) for row in rows}
    assert len(teams) == 100
    assert {team for _, team, _ in teams} == {f"{site}-{n}" for site in ("north", "east", "south") for n in (1, 2)}
    counts = Counter(row.agent for row in rows)
    assert [counts[name] for name in simulation.agents.names] == simulation.agents.calls.tolist()


def test_the_same_simulation_gives_the_same_rows_and_another_seed_other_ones(
    simulation: Simulation, rows: list[HandledCall]
) -> None:
    assert list(handled_rows(simulate(SCENARIOS["S3"].sized(100, 200.0), 31))) == rows
    other = simulate(SCENARIOS["S3"].sized(100, 200.0), 32)
    assert not np.array_equal(other.agents.calls, simulation.agents.calls)
    assert {row.caller for row in rows}.isdisjoint({row.caller for row in handled_rows(other)})
