"""The drawing of a call: two scales on one axis, and keys where they came."""

from ivr.web.charts.call_timeline import LEFT, RIGHT, KeyPiece, Piece, call_chart

TALK = Piece(-120.0, -2.0, "talking", "ann", "ann, 118 s")
INTRO = Piece(0.0, 4.0, "spoken", "introduction", "introduction, 4 s")
KEY = KeyPiece(3.0, 3.0, "1", "answer", "key 1")


def test_nothing_known_is_no_drawing():
    assert call_chart([], [], []) is None


def test_a_call_of_one_part_has_the_whole_axis_and_no_break():
    for chart in (call_chart([TALK], [], []), call_chart([], [INTRO], [KEY])):
        assert chart.break_x is None
        assert float(chart.blocks[0].x) == LEFT
        assert float(chart.blocks[0].x) + float(chart.blocks[0].width) > RIGHT - 30


def test_both_parts_stand_apart_with_a_break_between_them():
    chart = call_chart([TALK], [INTRO], [KEY])
    talk, intro = chart.blocks
    assert float(talk.x) + float(talk.width) < float(chart.break_x) < float(intro.x)
    assert float(chart.zero_x) == float(intro.x)
    assert float(intro.x) < float(chart.keys[0].x) < float(intro.x) + float(intro.width)
    assert [tick.label for tick in chart.ticks[:3]] == ["0:00", "0:30", "1:00"]


def test_a_key_between_bounds_has_a_band_as_wide_as_they_are_apart():
    exact, between = call_chart([], [INTRO], [KEY, KeyPiece(1.0, 2.0, "2", "other", "key 2")]).keys
    assert exact.width is None
    assert abs(float(between.width) - (RIGHT - LEFT) / 4 / 1.02) < 1


def test_keys_too_near_to_each_other_stand_under_each_other():
    keys = [
        KeyPiece(3.0, 3.0, "1", "answer", ""),
        KeyPiece(3.05, 3.05, "1", "other", ""),
        KeyPiece(0.5, 0.5, "2", "", ""),
    ]
    first, second, _ = call_chart([], [INTRO], keys).keys
    assert float(second.y) > float(first.y)


def test_a_label_without_room_gives_way_to_its_short_form_and_then_to_nothing():
    wide = Piece(0.0, 10.0, "option", "1 satisfied", "", short="1")
    narrow, tiny = (
        Piece(10.0, 10.3, "option", "2 so-so", "", short="2"),
        Piece(10.3, 10.31, "option", "3 bad", "", short="3"),
    )
    assert [each.label for each in call_chart([], [wide, narrow, tiny], []).blocks] == ["1 satisfied", "2", ""]


def test_what_was_cut_short_has_its_mark_at_the_end():
    cut = Piece(0.0, 2.0, "spoken", "introduction", "", is_cut=True)
    block = call_chart([], [cut], []).blocks[0]
    assert float(block.cut_x) == float(block.x) + float(block.width)


def test_a_day_of_talk_still_has_few_ticks():
    chart = call_chart([Piece(-90_000.0, 0.0, "talking", "ann", "")], [], [])
    assert 2 <= len(chart.ticks) <= 10
