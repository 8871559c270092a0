"""Experiment counts on both databases: what was drawn, what was given, and how it ended."""

from dataclasses import replace
from datetime import timedelta

from ivr.domain.calls import CallId
from ivr.domain.kpi.experiment_cells import ArmCell, CountedExperiment, DayCell, DrawnCell, ReplicateCell
from ivr.domain.outcomes import Outcome
from ivr.store.database import Database
from ivr.store.experiment_counts import SqlExperimentCounts
from ivr.store.ledger import SqlLedger
from ivr.usecases.report_window import ALL_CALLS, ReportWindow

from .samples import START, plain_row

DAY = timedelta(days=1)
HALVES = "a:0.5 b:0.5"
GIVEN = {
    "experiment": "trial",
    "site": "north",
    "queue": "sales",
    "layout": "a",
    "layout_version": "v1",
    "allocation": HALVES,
    "delay_seconds": 2.0,
    "delay_probability": 0.25,
}


def caller(letters: str) -> str:
    return "h1:" + letters.rjust(64, "0")


async def test_calls_are_counted_by_arm_day_draw_and_replicate_group(ledger: SqlLedger, database: Database) -> None:
    base = replace(plain_row(1, Outcome.RATED), ended_at=START, caller=caller("1ab"), **GIVEN)
    rows = [
        base,
        # The same caller again, on the next day, who leaves before the prompt.
        replace(
            base,
            call=CallId("default", "again"),
            ended_at=START + DAY,
            outcome=Outcome.LEFT_BEFORE_PROMPT,
            category=None,
            key=None,
        ),
        replace(base, call=CallId("default", "other"), caller=caller("2ab"), layout="b", category=0),
        # Somebody who was given both.
        replace(base, call=CallId("default", "both-1"), caller=caller("3cd")),
        replace(base, call=CallId("default", "both-2"), caller=caller("3cd"), layout="b"),
        # Nobody knows who this is, so the call stands for itself.
        replace(base, call=CallId("default", "call-77"), caller=None, delay_probability=None),
        replace(base, call=CallId("default", "of-another"), experiment="other"),
        replace(base, call=CallId("default", "of-none"), experiment=None),
        replace(base, call=CallId("default", "test"), test=True),
        replace(base, call=CallId("default", "excluded"), excluded=True),
        replace(base, call=CallId("default", "test-alone"), experiment="only-tests", test=True),
    ]
    for row in rows:
        await ledger.close(row)
    counts = SqlExperimentCounts(database)
    found = await counts.of("trial", ALL_CALLS)

    category = base.category
    arm = ArmCell("north", "sales", HALVES, "a", "v1", 2.0, 0.25, Outcome.RATED, category, 2)
    assert sorted(found.arms, key=str) == sorted(
        [
            arm,
            arm._replace(outcome=Outcome.LEFT_BEFORE_PROMPT, category=None, calls=1),
            arm._replace(layout="b", category=0, calls=1),
            arm._replace(layout="b", calls=1),
            arm._replace(delay_probability=None, calls=1),
        ],
        key=str,
    )
    day = DayCell("2026-03-01", HALVES, "a", "v1", Outcome.RATED, category, 3)
    assert sorted(found.days, key=str) == sorted(
        [
            day,
            day._replace(layout="b", category=0, calls=1),
            day._replace(layout="b", calls=1),
            day._replace(day="2026-03-02", outcome=Outcome.LEFT_BEFORE_PROMPT, category=None, calls=1),
        ],
        key=str,
    )
    drawn = DrawnCell(HALVES, "a", 2.0, 0.25, 2, 2)
    assert sorted(found.drawn, key=str) == sorted(
        [drawn, drawn._replace(layout="b", callers=1, started=1), DrawnCell(HALVES, "a", 2.0, None, 1, 1)], key=str
    )
    group = ReplicateCell("ab", "a", "v1", Outcome.RATED, category, 1)
    assert sorted(found.replicates, key=str) == sorted(
        [
            group,
            group._replace(outcome=Outcome.LEFT_BEFORE_PROMPT, category=None),
            group._replace(layout="b", category=0),
            group._replace(group="cd"),
            group._replace(group="cd", layout="b"),
            group._replace(group="77"),
        ],
        key=str,
    )
    assert found.several == 1
    assert (found.first_ended_at, found.last_ended_at) == (START, START + DAY)
    assert await counts.experiments() == ["other", "trial"]


async def test_the_window_and_its_filters_select(ledger: SqlLedger, database: Database) -> None:
    base = replace(plain_row(1, Outcome.RATED), ended_at=START, **GIVEN)
    for number, change in enumerate(
        [{}, {"ended_at": START + DAY}, {"queue": "support"}, {"site": "south"}, {"language": "fr"}]
    ):
        await ledger.close(replace(base, call=CallId("default", f"n{number}"), **change))
    counts = SqlExperimentCounts(database)
    windows = [
        (ALL_CALLS, 5),
        (ReportWindow(since=START + DAY), 1),
        (ReportWindow(until=START + DAY), 4),
        (ReportWindow(queue="support"), 1),
        (ReportWindow(site="north"), 4),
        (ReportWindow(language="fr"), 1),
    ]
    for window, calls in windows:
        found = await counts.of("trial", window)
        assert sum(cell.calls for cell in found.arms) == calls
        assert sum(cell.calls for cell in found.days) == calls
        assert sum(cell.calls for cell in found.replicates) == calls


async def test_a_caller_counts_once_by_the_first_call_and_once_by_the_first_prompt(
    ledger: SqlLedger, database: Database
) -> None:
    """A step of a ramp draws nobody anew, so whoever rings again under it is not another draw."""
    base = replace(plain_row(1, Outcome.LEFT_BEFORE_PROMPT), caller=caller("1"), category=None, key=None, **GIVEN)
    later = "a:0.6 b:0.4"
    changes = [
        {"ended_at": START, "allocation": HALVES},
        {"ended_at": START + DAY, "allocation": later, "outcome": Outcome.NO_KEY},
        {"ended_at": START + 2 * DAY, "allocation": later, "outcome": Outcome.NO_KEY},
    ]
    for number, change in enumerate(changes):
        await ledger.close(replace(base, call=CallId("default", f"n{number}"), **change))
    found = await SqlExperimentCounts(database).of("trial", ALL_CALLS)
    assert sorted(found.drawn, key=str) == [
        DrawnCell(HALVES, "a", 2.0, 0.25, 1, 0),
        DrawnCell(later, "a", 2.0, 0.25, 0, 1),
    ]
    assert found.several == 0


async def test_an_experiment_without_calls_is_empty(database: Database) -> None:
    counts = SqlExperimentCounts(database)
    assert await counts.of("nothing", ALL_CALLS) == CountedExperiment([], [], [], [])
    assert await counts.experiments() == []
