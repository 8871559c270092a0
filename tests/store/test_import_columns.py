"""Decoding by column says of every line just what decoding it alone says."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import CallId, HandledCall, Press
from ivr.domain.outcomes import Outcome
from ivr.errors import ImportRefused
from ivr.store.calls_csv import COLUMNS, decode, encode
from ivr.store.import_columns import CallColumns, ColumnDecoder

from .samples import full_row, plain_row

GOOD = {
    "call_id": st.text("0123456789.", min_size=1, max_size=4),
    "pbx": st.sampled_from(["", "a", "b"]),
    "ended_at": st.sampled_from(["2026-03-01T10:00:00+01:00", "2026-03-01T10:00:00.5Z", "1970-01-01T00:00:00+00:00"]),
    "agent": st.sampled_from(["", "ann", "Ann, «Müller» 王"]),
    "queue": st.sampled_from(["sales", "0"]),
    "outcome": st.sampled_from([outcome.value for outcome in Outcome if outcome is not Outcome.RATED]),
    "legs": st.sampled_from(["", "1", "2.0"]),
    "attribution": st.sampled_from(["", "certain", "uncertain"]),
    "caller": st.sampled_from(["", "h1:" + "ab" * 32, "+49 30 123456", "anonymous"]),
    "wait_seconds": st.sampled_from(["", "0", "1e3", "12.5", "+.5"]),
    "talk_seconds": st.sampled_from(["", "61.25"]),
    "ended_by": st.sampled_from(["", "agent", "unknown"]),
    "allocation": st.sampled_from(["", "sequential-123:0.5 sparse-531:0.5"]),
    "layout_probability": st.sampled_from(["", "1", "0.5"]),
    "selection_probability": st.sampled_from(["", "0", "0.25"]),
    "category": st.sampled_from(["", "0", "2"]),
    "press_ms": st.sampled_from(["", "-350", "4100"]),
    "key": st.sampled_from(["", "5", "*", "10"]),
    "keys": st.sampled_from(["", "5@4100", "1@-350--20 2@ 5@1-2"]),
    "followup": st.sampled_from(["", "sampled", "answered"]),
    "test": st.sampled_from(["", "yes", "False"]),
    "excluded": st.sampled_from(["", "1", "no"]),
    "asked_seconds": st.sampled_from(["", "3.5"]),
}
BAD = {
    "ended_at": ["", "today", "2026-03-01T10:00:00"],
    "queue": [""],
    "outcome": ["", "rated", "Rated"],
    "call_id": ["", "x" * 256],
    "legs": ["0", "two"],
    "wait_seconds": ["-1", "nan"],
    "layout_probability": ["0", "1.1"],
    "selection_probability": ["2"],
    "allocation": ["a:2", "a b"],
    "key": ["11", "E"],
    "keys": ["5@3-1", "five"],
    "followup": ["perhaps"],
    "test": ["maybe"],
    "category": ["-1", "1.5"],
}
lines_of = st.lists(st.fixed_dictionaries(GOOD), min_size=1, max_size=6)


def pseudonym(text: str) -> str | None:
    return None if text == "anonymous" else text[::-1]


def decoder_of(header: tuple[str, ...]) -> ColumnDecoder:
    return ColumnDecoder(header, pseudonym)


def row_at(columns: CallColumns, place: int) -> HandledCall:
    """The record that a place of the columns says."""
    values = {name: column[place] for name, column in columns.values.items()}
    call = CallId(values.pop("pbx"), values.pop("uniqueid"))
    return HandledCall(call=call, keys=tuple(Press(call, *tail) for tail in columns.presses[place]), **values)


def cells_of(lines: list[dict[str, str]]) -> list[list[str]]:
    return [[line[column] for column in GOOD] for line in lines]


@given(lines=lines_of, again=lines_of)
def test_columns_say_what_rows_say(lines: list[dict[str, str]], again: list[dict[str, str]]) -> None:
    decoder = decoder_of(tuple(GOOD))
    for some in (lines, again):
        numbers = list(range(2, 2 + len(some)))
        columns = decoder.decode(numbers, cells_of(some))
        expected = [decode(line, number, pseudonym) for number, line in zip(numbers, some, strict=True)]
        assert [row_at(columns, place) for place in range(len(some))] == expected
        assert columns.keys() == [(row.call.pbx, row.call.uniqueid) for row in expected]


@given(lines=lines_of, data=st.data())
def test_columns_refuse_what_rows_refuse_in_the_same_words(lines: list[dict[str, str]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    column = data.draw(st.sampled_from(sorted(BAD)))
    lines[place] = {**lines[place], column: data.draw(st.sampled_from(BAD[column]))}
    if lines[place]["outcome"] == "rated":
        lines[place]["category"] = ""
    with pytest.raises(ImportRefused) as by_column:
        decoder_of(tuple(GOOD)).decode(list(range(2, 2 + len(lines))), cells_of(lines))
    with pytest.raises(ImportRefused) as by_row:
        decode(lines[place], place + 2, pseudonym)
    assert str(by_column.value) == str(by_row.value)


def test_every_column_of_the_file_is_decoded() -> None:
    rows = [full_row(CallId("default", "1")), plain_row(2, agent=None)]
    columns = ColumnDecoder(COLUMNS, str).decode([2, 3], [encode(row) for row in rows])
    assert [row_at(columns, 0), row_at(columns, 1)] == rows
    assert {*columns.values, "call", "keys"} == {field.name for field in fields(HandledCall)} | {"pbx", "uniqueid"}


def test_values_are_of_plain_types_that_every_driver_knows() -> None:
    row = replace(full_row(CallId("default", "1")), asked_seconds=3.5)
    columns = ColumnDecoder(COLUMNS, str).decode([2], [encode(row)])
    plain = {"str", "int", "float", "bool", "datetime"}
    assert {type(column[0]).__name__ for column in columns.values.values()} == plain


def test_some_of_the_calls_are_those_at_their_places() -> None:
    rows = [plain_row(number) for number in range(5)]
    columns = ColumnDecoder(COLUMNS, str).decode(list(range(2, 7)), [encode(row) for row in rows])
    assert [row_at(columns.only([1, 4]), place) for place in (0, 1)] == [rows[1], rows[4]]
    assert columns.only([1, 4]).lines == [3, 6]


def test_more_distinct_cells_than_are_remembered_are_decoded_alike() -> None:
    rows = [plain_row(number) for number in range(3)]
    decoder = ColumnDecoder(COLUMNS, str)
    for start in range(0, 60_000, 20_000):
        lines = [[*encode(rows[0])[:-1], f"{second}.5"] for second in range(start, start + 20_000)]
        asked = decoder.decode(list(range(len(lines))), lines).values["asked_seconds"]
        assert asked == [second + 0.5 for second in range(start, start + 20_000)]
    assert decoder.decode([1], [encode(rows[0])]).values["asked_seconds"] == [None]
