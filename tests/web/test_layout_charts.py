"""The drawings of layouts and experiments: places computed from values, without a browser."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure
from ivr.domain.kpi.looks import Look
from ivr.domain.previews import Part, PreviewLine
from ivr.web.charts.sequence import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, sequence_chart
from ivr.web.charts.shares import share_bars
from ivr.web.charts.spans import Lasting, span_chart
from ivr.web.charts.timeline import MARGIN, timeline_chart
from ivr.web.charts.timeline import WIDTH as LINE

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def _option(at: float, seconds: float, key: str, category: str) -> PreviewLine:
    return PreviewLine(Part.OPTION, at, seconds, "", key, category, "paced-123", 0, "x" if seconds else None)


INTRO = PreviewLine(Part.INTRO, 0.0, 4.0, "Please rate.", layout="paced-123")
WAIT = PreviewLine(Part.WAIT, 15.0, 5.0, "[waits]", layout="paced-123")
PACED = (
    PreviewLine(Part.PAUSE, -2.0, 2.0, "[silence before]", layout="paced-123"),
    INTRO,
    _option(4.0, 2.0, "1", "satisfied"),
    PreviewLine(Part.PAUSE, 6.0, 3.0, "[silence]", layout="paced-123"),
    _option(9.0, 2.0, "2", "so-so"),
    _option(11.0, 4.0, "3", "dissatisfied"),
    WAIT,
    PreviewLine(Part.REPLY, None, 2.0, "No key.", layout="paced-123"),
)


def test_a_timeline_is_true_to_scale_from_the_first_word_to_the_end_of_the_wait() -> None:
    chart = timeline_chart(PACED, "satisfied", "dissatisfied")
    assert [block.kind for block in chart.blocks] == ["intro", "best", "pause", "middle", "worst", "wait"]
    assert chart.seconds == 20.0
    a_second = (LINE - 2 * MARGIN) / 20
    for block in chart.blocks:
        assert float(block.x) == pytest.approx(MARGIN + a_second * block.begins, abs=0.01)
        assert float(block.width) == pytest.approx(a_second * (block.ends - block.begins), abs=0.01)
    # One block ends where the next begins.
    assert [block.ends for block in chart.blocks[:-1]] == [block.begins for block in chart.blocks[1:]]
    assert (chart.ticks[0].label, float(chart.ticks[0].x)) == ("0", MARGIN)


def test_a_scale_that_one_recording_reads_is_one_block_with_its_keys() -> None:
    lines = (INTRO, _option(4.0, 6.0, "1", "worst"), *(_option(10.0, 0.0, str(key), "x") for key in range(2, 6)), WAIT)
    chart = timeline_chart(lines, "x", "worst")
    (scale,) = [block for block in chart.blocks if block.keys]
    assert (scale.kind, scale.keys, scale.label, scale.ends) == ("several", "1 … 5", "", 10.0)


def test_labels_that_would_touch_stand_in_rows_or_are_left_out() -> None:
    lines = (INTRO, *(_option(4.0 + number / 10, 0.1, str(number), "a long category") for number in range(6)), WAIT)
    chart = timeline_chart(lines, "best", "worst")
    rows = [block.row for block in chart.blocks if block.label]
    assert rows == [0, 1, 2, None, None, None]
    assert chart.rows == 3


def test_further_questions_and_replies_are_not_on_the_line() -> None:
    further = PreviewLine(Part.INTRO, 0.0, 9.0, "And one more.", layout="solved-12", depth=1)
    chart = timeline_chart((*PACED, further), "satisfied", "dissatisfied")
    assert max(block.ends for block in chart.blocks) == 20.0


def test_versions_are_bars_from_day_to_day() -> None:
    first = Lasting("v1", NOON, NOON + timedelta(days=10), "10 ratings", "middle")
    second = Lasting("v2", NOON + timedelta(days=10), None, "5 ratings")
    chart = span_chart((first, second), NOON + timedelta(days=20), BERLIN)
    assert chart is not None
    one, two = chart.bars
    assert float(one.x) + float(one.width) == pytest.approx(float(two.x), abs=0.02)
    assert float(one.width) == pytest.approx(float(two.width), abs=0.02)
    assert (one.y, two.y) == (0.0, 30.0)
    assert all(left.day < right.day for left, right in zip(chart.ticks, chart.ticks[1:], strict=False))
    assert 2 <= len(chart.ticks) <= 7


def test_a_version_of_one_call_can_be_seen() -> None:
    chart = span_chart((Lasting("v1", NOON, NOON, "1 rating"),), NOON, BERLIN)
    assert chart is not None
    assert float(chart.bars[0].width) >= 3.0
    assert [tick.day for tick in chart.ticks] == [NOON.date()]
    assert span_chart((), NOON, BERLIN) is None


def _look(day: int, estimate: float, reach: float, unit: str = POINTS) -> Look:
    return Look(
        f"2026-03-{day:02}",
        Estimate(estimate, estimate - reach, estimate + reach, unit, 100 * day, "sequence", Status.OK),
    )


def test_a_sequence_has_its_band_and_no_difference_in_the_middle() -> None:
    chart = sequence_chart([_look(2, 5.0, 30.0), _look(3, 4.0, 12.0), _look(4, 4.0, 8.0)])
    assert chart is not None
    middle = (TOP + HEIGHT - BOTTOM) / 2
    assert float(chart.none_y) == pytest.approx(middle)
    line = [tuple(map(float, point.split(","))) for point in chart.line.split()]
    band = [tuple(map(float, point.split(","))) for point in chart.band.split()]
    assert [x for x, _ in line] == pytest.approx([LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT], abs=0.01)
    assert len(band) == 6
    assert band[0][0] == band[-1][0] == LEFT  # up along the one side, back along the other
    assert all(y < middle for _, y in line)  # above no difference is up
    assert all(TOP <= y <= HEIGHT - BOTTOM for _, y in band)  # what is far wider ends at the edge
    assert [tick.value for tick in chart.values if tick.is_none] == [0.0]


def test_a_probability_has_a_half_in_the_middle() -> None:
    chart = sequence_chart([_look(2, 0.6, 0.2, "probability"), _look(3, 0.6, 0.05, "probability")])
    assert chart is not None
    assert [tick.value for tick in chart.values if tick.is_none] == [0.5]


def test_looks_without_a_figure_are_no_points_and_one_is_no_line() -> None:
    none = Look("2026-03-01", no_figure(Status.INSUFFICIENT, "too few", unit=POINTS))
    chart = sequence_chart([none, _look(2, 1.0, 9.0), _look(3, 1.0, 8.0)])
    assert chart is not None
    assert len(chart.line.split()) == 2
    assert sequence_chart([none, _look(2, 1.0, 9.0)]) is None
    assert sequence_chart([]) is None


def test_the_day_of_the_decision_is_marked_where_it_is_drawn() -> None:
    looks = [_look(2, 5.0, 9.0), _look(4, 5.0, 4.0)]
    assert sequence_chart(looks, "2026-03-03").decided_x == f"{(LEFT + WIDTH - RIGHT) / 2:.2f}"
    assert sequence_chart(looks, "2026-04-03").decided_x is None


def test_shares_stand_beside_those_expected() -> None:
    bars = share_bars({"paced": 30, "plain": 70}, {"paced": 50.0, "plain": 50.0})
    assert [(bar.arm, bar.observed_share, bar.expected_share) for bar in bars] == [
        ("paced", 0.3, 0.5),
        ("plain", 0.7, 0.5),
    ]
    assert float(bars[0].width) < float(bars[0].mark) == float(bars[1].mark) < float(bars[1].width)
    assert share_bars({}, {}) == ()
