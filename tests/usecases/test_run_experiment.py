"""Starting and stopping an experiment, and the watch over it, on a log and counts in memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from ivr.domain.experiment_lock import STOPS, DecisionKind, ExperimentDecision, definition_of
from ivr.domain.experiments import Experiment, RampStep, Stratum, assign
from ivr.domain.guardrails import CallCount
from ivr.domain.outcomes import Outcome
from ivr.errors import ExperimentRefused
from ivr.usecases.offering import CurrentOffering, Offering
from ivr.usecases.run_experiment import RunExperiment
from ivr.usecases.watch_guardrail import LATENESS, CountedArms, WatchGuardrail
from tests.specimens import NOON, experiment, version

HOUR = timedelta(hours=1)
EVEN = {"sequential-123": 0.5, "paced-123": 0.5}
TRIAL = replace(experiment(EVEN), key="trial", control="sequential-123")


@dataclass
class MemoryDecisions:
    """The log as the store keeps it."""

    log: list[ExperimentDecision] = field(default_factory=list)

    async def of(self, experiment: str | None = None) -> Sequence[ExperimentDecision]:
        return [each for each in self.log if experiment in {None, each.experiment}]

    async def add(self, decision: ExperimentDecision) -> bool:
        kinds = STOPS if decision.decision in STOPS else {decision.decision}
        ramped = decision.decision is DecisionKind.RAMPED
        for there in await self.of(decision.experiment):
            if there.decision in kinds and (not ramped or there.reason == decision.reason):
                return False
        self.log.append(decision)
        return True


@dataclass
class MemoryCounts:
    """Closed calls, each with the moment of its end; notes what it was asked for."""

    calls: list[tuple[datetime, CallCount]] = field(default_factory=list)
    asked: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    async def of(self, experiment: str, since: datetime, until: datetime | None) -> Sequence[CallCount]:
        assert experiment == "trial"
        self.asked.append((since, until))
        return [count for at, count in self.calls if since <= at and (until is None or at < until)]


@dataclass
class MemoryAllocations:
    noted: list[Experiment] = field(default_factory=list)

    async def note(self, experiments: Sequence[Experiment], at: datetime) -> None:
        self.noted.extend(experiments)


@dataclass
class Meter:
    stopped: bool | None = None

    def experiment_stopped(self, *, stopped: bool) -> None:
        self.stopped = stopped


@dataclass
class House:
    """A service with its watch; several can share a log and the counts."""

    decisions: MemoryDecisions = field(default_factory=MemoryDecisions)
    counts: MemoryCounts = field(default_factory=MemoryCounts)
    allocations: MemoryAllocations = field(default_factory=MemoryAllocations)
    meter: Meter = field(default_factory=Meter)
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.running = RunExperiment(self.decisions, lambda: self.now)

    async def serve(self, trial: Experiment = TRIAL) -> None:
        started = await self.running.start(trial, who="serve: ivr")
        self.offering = CurrentOffering(Offering(started, {"sequential-123": version()}))
        self.watch = WatchGuardrail(
            decisions=self.decisions,
            counts=self.counts,
            allocations=self.allocations,
            offering=self.offering,
            clock=lambda: self.now,
            who="guardrail",
            meter=self.meter,
        )

    def given(self, at: datetime) -> set[str]:
        trial = self.offering().experiment
        return {
            assign(trial, site=None, queue=None, caller=f"h1:{number}", call="1.1", at=at).layout
            for number in range(64)
        }

    @property
    def kinds(self) -> list[DecisionKind]:
        return [each.decision for each in self.decisions.log]


def calls(layout: str, outcome: Outcome, number: int, at: datetime = NOON) -> tuple[datetime, CallCount]:
    return at, CallCount(None, "support", layout, 0.0, outcome, number)


HARM = [
    calls("sequential-123", Outcome.RATED, 1000),
    calls("paced-123", Outcome.RATED, 300),
    calls("paced-123", Outcome.LEFT_IN_MENU, 700),
]


async def test_the_first_start_locks_the_definition() -> None:
    house = House()
    await house.serve()
    assert house.decisions.log == [
        ExperimentDecision("trial", NOON, "serve: ivr", DecisionKind.STARTED, None, definition_of(TRIAL))
    ]
    assert house.offering().experiment == replace(TRIAL, started_at=NOON)


async def test_a_second_start_finds_it_as_it_stands() -> None:
    house = House()
    await house.serve()
    house.now = NOON + HOUR
    await house.serve()
    assert house.kinds == [DecisionKind.STARTED]
    assert house.offering().experiment.started_at == NOON


async def test_a_changed_experiment_is_refused_and_the_log_stays() -> None:
    house = House()
    await house.serve()
    with pytest.raises(ExperimentRefused, match=r'trial.toml: salt is "other", and was "salt" when'):
        await house.running.start(replace(TRIAL, salt="other"), who="Eve")
    assert house.kinds == [DecisionKind.STARTED]


async def test_a_stop_is_for_good_and_names_who_and_why() -> None:
    house = House()
    with pytest.raises(ExperimentRefused, match="trial has not been started, so nothing is to stop"):
        await house.running.stop("trial", who="Ada")
    await house.serve()
    house.now = NOON + HOUR
    assert await house.running.stop("trial", who="Ada", reason="enough") == NOON + HOUR
    assert house.decisions.log[-1] == ExperimentDecision("trial", NOON + HOUR, "Ada", DecisionKind.STOPPED, "enough")
    with pytest.raises(ExperimentRefused, match=r"trial has been stopped already \(2026-03-02 13:00 UTC, Ada\)"):
        await house.running.stop("trial", who="Bob")
    with pytest.raises(ExperimentRefused, match="a stopped one is not used again; write it anew, with a new key"):
        await house.running.start_anew(TRIAL, who="Bob")
    await house.serve()
    assert house.given(NOON + HOUR) == {"sequential-123"}
    assert house.given(NOON) == set(EVEN)


async def test_starting_by_hand_says_so_where_nothing_is_left_to_do() -> None:
    house = House()
    await house.running.start_anew(TRIAL, who="Ada", reason="pilot")
    assert (house.decisions.log[0].who, house.decisions.log[0].reason) == ("Ada", "pilot")
    with pytest.raises(ExperimentRefused, match="has been started already"):
        await house.running.start_anew(TRIAL, who="Bob")
    with pytest.raises(ExperimentRefused, match="salt is "):
        await house.running.start_anew(replace(TRIAL, salt="other"), who="Bob")


async def test_of_several_who_start_at_once_one_does_and_the_others_are_told() -> None:
    house = House()

    class SlowRead:
        """Everybody has looked before anybody adds."""

        async def of(self, experiment: str | None = None) -> Sequence[ExperimentDecision]:
            there = await house.decisions.of(experiment)
            await asyncio.sleep(0)
            return there

        async def add(self, decision: ExperimentDecision) -> bool:
            return await house.decisions.add(decision)

    running = RunExperiment(SlowRead(), lambda: house.now)
    who = ("Ada", "Bob", "Cem", "Eve")
    ended = await asyncio.gather(*(running.start_anew(TRIAL, who=each) for each in who), return_exceptions=True)
    assert ended[0] == replace(TRIAL, started_at=NOON)
    said = "experiment trial has been started already (2026-03-02 12:00 UTC, Ada); nothing is left to do"
    assert [str(each) for each in ended[1:]] == [said] * 3
    assert [each.who for each in house.decisions.log] == ["Ada"]


async def test_without_harm_the_watch_changes_nothing() -> None:
    house = House()
    await house.serve()
    house.counts.calls = [calls(layout, Outcome.LEFT_IN_MENU, 1000) for layout in EVEN]
    await house.watch.look()
    assert house.kinds == [DecisionKind.STARTED]
    assert house.given(NOON) == set(EVEN)
    assert house.meter.stopped is False


async def test_harm_stops_the_experiment_and_everybody_gets_the_control() -> None:
    house = House()
    await house.serve()
    house.counts.calls = HARM
    house.now = NOON + HOUR
    await house.watch.look()
    assert house.kinds == [DecisionKind.STARTED, DecisionKind.STOPPED_BY_GUARDRAIL]
    stop = house.decisions.log[-1]
    assert (stop.at, stop.who) == (NOON + HOUR, "guardrail")
    assert stop.reason is not None
    assert stop.reason.startswith("hang-ups of layout paced-123: 70.0 % of 1000 calls; of layout sequential-123: 0.0 %")
    assert house.given(NOON + HOUR) == {"sequential-123"}
    # A call of before that closes only now, never asked, keeps what it would have been given.
    assert house.given(NOON + HOUR - timedelta(seconds=1)) == set(EVEN)
    assert house.meter.stopped is True
    assert house.allocations.noted[-1].stopped_at == NOON + HOUR
    house.now += HOUR
    await house.watch.look()
    assert house.kinds == [DecisionKind.STARTED, DecisionKind.STOPPED_BY_GUARDRAIL]


async def test_another_service_follows_by_reading_the_log() -> None:
    one = House()
    other = House(decisions=one.decisions)
    await one.serve()
    await other.serve()
    one.counts.calls = HARM
    await one.watch.look()
    assert other.given(NOON) == set(EVEN)
    await other.watch.look()
    assert other.given(NOON) == {"sequential-123"}
    assert (one.offering().experiment, other.meter.stopped) == (other.offering().experiment, True)


async def test_a_person_s_stop_is_followed_too() -> None:
    house = House()
    await house.serve()
    await house.running.stop("trial", who="Ada")
    await house.watch.look()
    assert house.given(NOON) == {"sequential-123"}


async def test_a_new_offering_that_came_meanwhile_is_kept() -> None:
    house = House()
    await house.serve()
    await house.running.stop("trial", who="Ada")
    reloaded = Offering(replace(TRIAL, key="second", started_at=NOON), {})

    class Meanwhile(MemoryDecisions):
        async def of(self, experiment: str | None = None) -> Sequence[ExperimentDecision]:
            house.offering.exchange(reloaded)
            return house.decisions.log

    house.watch._decisions = Meanwhile()
    await house.watch.look()
    assert house.offering() is reloaded


async def test_steps_of_the_ramp_and_the_end_are_noted_once() -> None:
    steps = (RampStep(NOON + HOUR, 0.1), RampStep(NOON + 2 * HOUR, 0.5))
    house = House()
    await house.serve(replace(TRIAL, ramp=steps, ends=NOON + 4 * HOUR))
    for _ in range(12):
        await house.watch.look()
        house.now += HOUR / 2
    assert [(each.decision, each.reason, each.at) for each in house.decisions.log[1:]] == [
        (DecisionKind.RAMPED, "share 0.1 of the callers", NOON + HOUR),
        (DecisionKind.RAMPED, "share 0.5 of the callers", NOON + 2 * HOUR),
        (DecisionKind.ENDED, "its window ended 2026-03-02T16:00:00+00:00", NOON + 4 * HOUR),
    ]
    assert house.meter.stopped is False


async def test_calls_are_counted_by_stratum_and_step_of_the_ramp() -> None:
    strata = (Stratum("*", EVEN, {0.0: 1.0}), Stratum("*/sales", EVEN, {0.0: 1.0}, control="plain"))
    trial = replace(TRIAL, strata=strata, ramp=(RampStep(NOON + HOUR, 0.5),), started_at=NOON)
    support, sales = (
        CallCount("x", "support", "a", 0.0, Outcome.RATED, 1),
        CallCount("x", "sales", "a", 0.0, Outcome.RATED, 1),
    )
    counts = MemoryCounts([(NOON, support), (NOON + HOUR, support), (NOON + HOUR, sales), (NOON + 2 * HOUR, sales)])
    cells = await CountedArms(counts).of(trial, NOON + 3 * HOUR)
    told = [(cell.control, [(count.queue, count.calls) for count in cell.counts]) for cell in cells]
    assert told == [
        ("sequential-123", [("support", 1)]),
        ("sequential-123", [("support", 1)]),
        ("plain", [("sales", 2)]),
    ]


async def test_the_guardrail_counts_anew_where_a_layout_was_changed() -> None:
    house = House()
    await house.serve()
    house.counts.calls = HARM
    house.now = NOON + HOUR
    change = ExperimentDecision(
        "trial", NOON + HOUR / 2, "serve: ivr", DecisionKind.LAYOUT_CHANGED, "paced-123 1 -> 2", '{"paced-123":"2"}'
    )
    house.decisions.log.append(change)
    await house.watch.look()
    assert house.kinds == [DecisionKind.STARTED, DecisionKind.LAYOUT_CHANGED]
    house.counts.calls = [(NOON + HOUR / 2, count) for _, count in HARM]
    await house.watch.look()
    assert house.kinds[-1] is DecisionKind.STOPPED_BY_GUARDRAIL


async def test_old_calls_are_read_once_and_a_late_closing_is_still_seen() -> None:
    trial = replace(TRIAL, started_at=NOON)
    counts = MemoryCounts([calls("a", Outcome.RATED, 1, NOON + minute * HOUR / 60) for minute in range(600)])
    counted, now, read = CountedArms(counts), NOON, 0
    while now < NOON + 10 * HOUR:
        now += HOUR / 60
        counts.asked.clear()
        cells = await counted.of(trial, now)
        assert sum(each.calls for cell in cells for each in cell.counts) == 600
        assert len([each for cell in cells for each in cell.counts]) == 1
        since, until = counts.asked[-1]
        assert until is None
        assert now - since <= 2 * LATENESS
        read = max(read, len(counts.asked))
    assert read == 2
    counts.calls.append(calls("a", Outcome.RATED, 1, now - LATENESS / 2))
    cells = await counted.of(trial, now)
    assert sum(each.calls for cell in cells for each in cell.counts) == 601
