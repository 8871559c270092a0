"""When callers began to hear something else."""

from datetime import UTC, datetime, timedelta

from ivr.domain.kpi.layout_changes import LONG, Change, LayoutChange, layout_changes
from ivr.domain.kpi.series import Span

DAY = timedelta(days=1)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = BEGIN + 60 * DAY
OLD = Span("v1", BEGIN, END, 100)


def span(version: str, first: int, last: int, rated: int = 10) -> Span:
    return Span(version, BEGIN + first * DAY, BEGIN + last * DAY, rated)


def test_layouts_that_stay_as_they_are_change_nothing():
    assert layout_changes({"a": (OLD,), "b": (span("v9", 3, 58),)}) == ()


def test_a_new_version_is_told_with_its_first_call():
    found = layout_changes({"a": (span("v2", 30, 60), span("v1", 0, 29)), "b": (OLD,)})
    assert found == (LayoutChange("a", Change.NEW_VERSION, BEGIN + 30 * DAY),)


def test_layouts_that_come_and_go_are_told_in_the_order_of_time():
    found = layout_changes({"a": (span("v1", 0, 20),), "b": (span("v1", 25, 60),), "c": (OLD,)})
    assert found == (
        LayoutChange("a", Change.WENT, BEGIN + 20 * DAY),
        LayoutChange("b", Change.CAME, BEGIN + 25 * DAY),
    )


def test_a_layout_that_is_rarely_heard_may_begin_a_little_later():
    assert layout_changes({"a": (OLD,), "b": (span("v1", LONG.days - 1, 60 - LONG.days + 1),)}) == ()


def test_a_version_that_nobody_rated_changes_nothing():
    assert layout_changes({"a": (OLD, span("v2", 30, 31, rated=0))}) == ()
    assert layout_changes({"a": (span("v1", 0, 9, rated=0),)}) == ()
    assert layout_changes({}) == ()
