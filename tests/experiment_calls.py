"""Calls of an experiment for tests, and their counts as the store would count them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from ivr.domain.kpi.experiment_cells import ArmCell, CountedExperiment, DayCell, DrawnCell, ReplicateCell
from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.outcomes import DISPOSITIONS, Outcome
from ivr.usecases.report_window import ReportWindow

THREE = ("dissatisfied", "so-so", "satisfied")
OTHER_THREE = ("dissatisfied", "satisfied", "very satisfied")
SCALES = Instruments(
    {
        "plain": Instrument(THREE),
        "paced": Instrument(THREE),
        "sparse": Instrument(OTHER_THREE),
        "five": Instrument(("1", "2", "3", "4", "5")),
    }
)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HALVES = "paced:0.5 plain:0.5"


@dataclass(frozen=True, slots=True)
class ExperimentCall:
    """One closed call of an experiment."""

    caller: str
    layout: str | None = "plain"
    outcome: Outcome | None = Outcome.RATED
    category: int | None = 2
    allocation: str | None = HALVES
    delay_seconds: float | None = 0.0
    delay_probability: float | None = 1.0
    ended_at: datetime = START
    site: str | None = None
    queue: str | None = "sales"
    version: str | None = None


def counted(calls: Iterable[ExperimentCall]) -> CountedExperiment:
    """Count calls."""
    every = list(calls)
    arms = Counter(
        (
            *(each.site, each.queue, each.allocation, each.layout, each.version),
            *(each.delay_seconds, each.delay_probability, each.outcome, each.category),
        )
        for each in every
    )
    days = Counter(
        (f"{each.ended_at:%Y-%m-%d}", each.allocation, each.layout, each.version, each.outcome, each.category)
        for each in every
    )
    heard: dict[tuple[object, ...], set[str | None]] = defaultdict(set)
    firsts: tuple[set[str], set[str]] = (set(), set())
    drawn: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
    for each in sorted(every, key=lambda call: (call.ended_at, call.caller)):
        heard[each.allocation, each.caller].add(each.layout)
        has_started = each.outcome is not None and DISPOSITIONS[each.outcome].started is True
        for place, (callers, counts) in enumerate(zip(firsts, (True, has_started), strict=True)):
            if counts and each.caller not in callers:
                callers.add(each.caller)
                key = (each.allocation, each.layout, each.delay_seconds, each.delay_probability)
                drawn[key][place] += 1
    replicates = Counter((each.caller[-2:], each.layout, each.version, each.outcome, each.category) for each in every)
    return CountedExperiment(
        arms=[ArmCell(*key, number) for key, number in arms.items()],
        days=[DayCell(*key, number) for key, number in sorted(days.items(), key=lambda item: item[0][0])],
        drawn=[DrawnCell(*key, *numbers) for key, numbers in drawn.items()],
        replicates=[ReplicateCell(*key, number) for key, number in replicates.items()],
        several=sum(len(layouts) > 1 for layouts in heard.values()),
        first_ended_at=min((each.ended_at for each in every), default=None),
        last_ended_at=max((each.ended_at for each in every), default=None),
    )


def drawn_calls(
    seed: int,
    number: int,
    *,
    layouts: dict[str, float],
    answers: dict[str, float],
    best: dict[str, float],
    days: int = 10,
    site: str | None = None,
    calls_of_one: int = 1,
) -> list[ExperimentCall]:
    """Draw calls: each caller keeps a layout, answers it with its chance, and is content with its chance."""
    rng = np.random.default_rng(seed)
    names = sorted(layouts)
    allocation = " ".join(f"{name}:{layouts[name]:.12g}" for name in names)
    calls = []
    for caller in range(number // calls_of_one):
        layout = names[int(rng.choice(len(names), p=[layouts[name] for name in names]))]
        delay = float(rng.choice([0.0, 2.0], p=[0.9, 0.1]))
        for _ in range(calls_of_one):
            rated = rng.random() < answers[layout] - 0.1 * (delay > 0)
            content = rng.random() < best[layout]
            calls.append(
                ExperimentCall(
                    caller=f"{site}-{caller}-{rng.integers(256):02x}" if calls_of_one == 1 else f"{caller:06x}",
                    layout=layout,
                    outcome=Outcome.RATED if rated else Outcome.NO_KEY,
                    category=(2 if content else int(rng.integers(2))) if rated else None,
                    allocation=allocation,
                    delay_seconds=delay,
                    delay_probability=0.1 if delay else 0.9,
                    ended_at=START + timedelta(days=float(rng.random() * days)),
                    site=site,
                )
            )
    return calls


@dataclass
class MemoryExperimentCounts:
    """Counts lists of calls by experiment."""

    calls: dict[str, Sequence[ExperimentCall]] = field(default_factory=dict)

    async def experiments(self) -> Sequence[str]:
        return sorted(self.calls)

    async def of(self, experiment: str, window: ReportWindow) -> CountedExperiment:
        return counted(
            call
            for call in self.calls.get(experiment, ())
            if (window.since is None or call.ended_at >= window.since)
            and (window.until is None or call.ended_at < window.until)
            and window.site in {None, call.site}
            and window.queue in {None, call.queue}
        )
