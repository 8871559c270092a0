"""What the layouts' pages are answered with: the figures, the versions, and what was decided of them."""

import pickle
from dataclasses import dataclass, field
from datetime import timedelta

from ivr.domain.allocation_spans import AllocationSpan
from ivr.domain.lifecycle import LayoutDecision, NotedVersion, Step, standing_of
from ivr.domain.outcomes import Outcome
from ivr.usecases.read_layouts import LayoutQuestion, LayoutsQuestion
from ivr.usecases.report_agents import report_agents
from ivr.usecases.report_layouts import layouts_of
from tests.memory_ports import NOON, MemoryTallies, StoredCall
from tests.read_here import ReadHere
from tests.web_site import INSTRUMENTS, Site


@dataclass
class MemoryHistory:
    """What was decided, in lists."""

    decided: list[LayoutDecision] = field(default_factory=list)
    given: list[AllocationSpan] = field(default_factory=list)

    async def standings(self, layout=None):
        versions = dict.fromkeys((each.layout, each.version) for each in self.decided)
        return [
            standing_of(
                NotedVersion(key, version, "en", "", {}, (), NOON),
                [each for each in self.decided if (each.layout, each.version) == (key, version)],
            )
            for key, version in versions
            if layout in {None, key}
        ]

    async def decisions(self, layout):
        return [each for each in self.decided if each.layout == layout]

    async def allocations(self):
        return self.given


def _site() -> Site:
    site = Site()
    site.tallies.calls += [
        *(StoredCall(category=2 if number % 2 else 0) for number in range(30)),
        *(StoredCall(layout="paced-123", layout_version="p1") for _ in range(20)),
        *(StoredCall(layout="paced-123", layout_version="p2", ended_at=NOON + timedelta(days=3)) for _ in range(5)),
        StoredCall(layout="paced-123", layout_version="p2", outcome=Outcome.NO_KEY, category=None),
    ]
    site.history = MemoryHistory(
        [
            LayoutDecision("paced-123", "p1", NOON, "ada", Step.DRAFTED),
            LayoutDecision("paced-123", "p1", NOON, "ada", Step.CHECKED),
            LayoutDecision("paced-123", "p1", NOON, "ben", Step.PUBLISHED),
            LayoutDecision("paced-123", "p1", NOON, "ben", Step.SIGNED, "agreed"),
            LayoutDecision("sparse-531", "s1", NOON, "ada", Step.DRAFTED),
        ],
        [
            AllocationSpan("default", "*", NOON, None, {"paced-123": 0.4, "sequential-123": 0.6}, {0.0: 1.0}),
            AllocationSpan("default", "north", NOON, None, {"sequential-123": 1.0}, {0.0: 1.0}),
        ],
    )
    return site


async def test_the_layouts_are_those_of_the_agents_report() -> None:
    site = _site()
    answer = await ReadHere(site.sources()).read(LayoutsQuestion())
    whole = await report_agents(site.tallies, INSTRUMENTS, clock=lambda: NOON, reference_layout="sequential-123")
    assert answer.report.layouts == layouts_of(whole).layouts
    assert answer.report.handled == whole.handled
    assert [each.layout for each in answer.standings] == ["paced-123", "sparse-531"]


async def test_one_layout_comes_with_its_history_and_can_be_sent() -> None:
    answer = await ReadHere(_site().sources()).read(LayoutQuestion("paced-123"))
    answer = pickle.loads(pickle.dumps(answer))
    assert answer.is_known
    assert [(span.version, span.rated) for span in answer.figures.series] == [("p1", 20), ("p2", 5)]
    assert answer.standings[0].signed_by == "ben"
    assert [each.step for each in answer.decisions] == [Step.DRAFTED, Step.CHECKED, Step.PUBLISHED, Step.SIGNED]
    assert [each.stratum for each in answer.allocations] == ["*"]


async def test_a_layout_that_nothing_knows_is_not_known() -> None:
    answer = await ReadHere(_site().sources()).read(LayoutQuestion("nothing"))
    assert not answer.is_known


async def test_a_leak_is_told_and_shows_no_figure() -> None:
    site = Site(tallies=MemoryTallies([StoredCall()], uncounted=1))
    answer = await ReadHere(site.sources()).read(LayoutQuestion("sequential-123"))
    assert answer.figures.response_rate.estimate is None
    assert "2 handled" in answer.warnings[0]


async def test_the_answer_holds_no_person() -> None:
    site = _site()
    site.periods.count("ana")
    await site.fit()
    answer = await ReadHere(site.sources()).read(LayoutsQuestion())
    assert answer.report.fitted.fit is not None
    assert answer.report.fitted.fit.figures.agents == ()
