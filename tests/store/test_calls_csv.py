from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.calls import Attribution, CallId, EndedBy, HandledCall, Press
from ivr.domain.outcomes import Outcome
from ivr.errors import ImportRefused
from ivr.store.calls_csv import COLUMNS, decode, differing_columns, encode
from ivr.store.press_text import parse_presses, presses_text

from .samples import CALLER, START, full_row, plain_row

CALL = CallId("default", "1")
MINIMAL = {"call_id": "1", "ended_at": "2026-03-01T10:00:00+01:00", "agent": "", "queue": "sales", "outcome": "no_key"}


def as_it_is(text: str) -> str:
    return text


def there_and_back(row: HandledCall) -> HandledCall:
    return decode(dict(zip(COLUMNS, encode(row), strict=True)), 2, as_it_is)


def test_the_columns_are_the_contracts() -> None:
    assert ",".join(COLUMNS) == (
        "call_id,pbx,team,site,segment,language,ended_at,agent,queue,legs,attribution,caller,wait_seconds,"
        "talk_seconds,ended_by,experiment,layout,layout_version,layout_probability,allocation,delay_seconds,"
        "delay_probability,selection_probability,outcome,options_heard,press_ms,key,category,keys,"
        "confirm_probability,confirm_key,followup,followup_probability,followup_category,test,excluded,"
        "asked_seconds"
    )
    assert len(COLUMNS) == len(fields(HandledCall)) + 1  # a call's key is two columns


@pytest.mark.parametrize("row", [full_row(CALL), plain_row(1), plain_row(2, Outcome.RATED, agent=None)])
def test_a_row_comes_back_as_it_was(row: HandledCall) -> None:
    assert there_and_back(row) == row


_texts = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=255)
_decimals = st.none() | st.floats(0, allow_infinity=False, allow_nan=False)
_probabilities = st.none() | st.floats(0, 1)
_chances = st.none() | st.floats(0, 1, exclude_min=True)
_counts = st.none() | st.integers(0, 2**31 - 1)
_presses = st.lists(
    st.tuples(
        st.sampled_from("0123456789*#ABCD"),
        st.none() | st.tuples(*[st.integers(1 - 2**31, 2**31 - 1)] * 2).map(sorted),
    ),
    max_size=5,
).map(
    lambda heard: tuple(
        Press(CALL, number, key, *(bounds or (None, None))) for number, (key, bounds) in enumerate(heard, 1)
    )
)


@given(
    row=st.builds(
        HandledCall,
        call=st.just(CALL),
        ended_at=st.floats(0, 2.5e11).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        outcome=st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.RATED]),
        agent=_texts,
        queue=_texts.filter(bool),
        team=_texts,
        site=_texts,
        segment=_texts,
        language=_texts,
        legs=st.integers(1, 2**31 - 1),
        attribution=st.sampled_from(Attribution),
        caller=st.none() | st.just(CALLER),
        wait_seconds=_decimals,
        talk_seconds=_decimals,
        ended_by=st.sampled_from(EndedBy),
        experiment=_texts,
        layout=_texts,
        layout_version=_texts,
        layout_probability=_chances,
        delay_seconds=_decimals,
        delay_probability=_chances,
        selection_probability=st.floats(0, 1),
        options_heard=_counts,
        press_ms=st.none() | st.integers(1 - 2**31, 2**31 - 1),
        key=st.none() | st.sampled_from("0123456789*#ABCD"),
        category=_counts,
        keys=_presses,
        confirm_probability=_probabilities,
        followup=st.none() | st.sampled_from(["sampled", "answered"]),
        followup_probability=_probabilities,
        followup_category=_counts,
        test=st.booleans(),
        excluded=st.booleans(),
    )
)
def test_any_row_comes_back_to_the_last_digit(row: HandledCall) -> None:
    assert there_and_back(row) == row


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("1@", (None, None)),
        ("1@0", (0, 0)),
        ("1@4100", (4100, 4100)),
        ("1@-350", (-350, -350)),
        ("1@100-200", (100, 200)),
        ("1@-350-120", (-350, 120)),
        ("1@-350--20", (-350, -20)),
    ],
)
def test_each_form_of_a_press_has_one_reading(text: str, bounds: tuple[int | None, int | None]) -> None:
    presses = (Press(CALL, 1, "1", *bounds),)
    assert parse_presses(text, CALL) == presses
    assert presses_text(presses) == text


@pytest.mark.parametrize("text", ["1", "1@a", "E@1", "12@1", "1@5-3", "1@1-2-3", "1@-", "1@1-", "@5", "1@9999999999"])
def test_what_is_no_press_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no press|before it begins|out of range"):
        parse_presses(text, CALL)


def test_empty_cells_have_the_contracts_defaults() -> None:
    row = decode({**dict.fromkeys(COLUMNS, ""), **MINIMAL}, 2, as_it_is)
    assert row == HandledCall(CALL, datetime(2026, 3, 1, 9, tzinfo=UTC), Outcome.NO_KEY, queue="sales")


def test_a_moment_keeps_its_instant_whatever_its_offset() -> None:
    there = START.astimezone(timezone(timedelta(hours=5, minutes=45)))
    row = replace(plain_row(0), ended_at=there)
    assert there_and_back(row).ended_at == START
    assert differing_columns(there_and_back(row), plain_row(0)) == []


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"ended_at": "2026-03-01T10:00:00"}, 'ended_at is "2026-03-01T10:00:00"; write a time with its offset'),
        ({"ended_at": "yesterday"}, "write a time with its offset"),
        ({"ended_at": "0001-01-01T00:00:00+14:00"}, "write a year from 1970"),
        ({"outcome": "happy"}, 'outcome is "happy"; write one of rated, no_key'),
        ({"outcome": "RATED"}, "write one of rated"),
        ({"call_id": ""}, "call_id is empty; every call needs one"),
        ({"queue": ""}, "queue is empty; every call needs one"),
        ({"outcome": ""}, "outcome is empty"),
        ({"legs": "0"}, "write a whole number from 1 up"),
        ({"legs": "2.5"}, "write a whole number from 1 up"),
        ({"legs": "99999999999"}, "write a whole number from 1 up"),
        ({"attribution": "maybe"}, "write one of certain, uncertain"),
        ({"ended_by": "nobody"}, "write one of agent, caller, transfer, unknown"),
        ({"talk_seconds": "-1"}, "write a number from 0 up"),
        ({"talk_seconds": "nan"}, "write a number from 0 up"),
        ({"talk_seconds": "1e999"}, "write a number from 0 up"),
        ({"talk_seconds": "1,5"}, "write a number from 0 up"),
        ({"wait_seconds": "1_000"}, "write a number from 0 up"),
        ({"layout_probability": "0"}, "write a probability above 0"),
        ({"selection_probability": "1.01"}, "write a probability from 0 to 1"),
        ({"allocation": "sparse-531"}, "write each layout with its probability"),
        ({"allocation": "sparse-531:2"}, "write each layout with its probability"),
        ({"key": "55"}, "write one key"),
        ({"key": "x"}, "write one key"),
        ({"category": "-1"}, "write a whole number from 0 up"),
        ({"category": "good"}, "write a whole number from 0 up"),
        ({"press_ms": "soon"}, "write a whole number"),
        ({"keys": "5"}, 'keys: "5" is no press; write key@ms'),
        ({"followup": "asked"}, "write one of sampled, answered"),
        ({"test": "maybe"}, "write true or false"),
        ({"agent": "a\0b"}, "plain text"),
        ({"agent": "a" * 256}, "at most 255 characters"),
        ({"outcome": "rated"}, "the call is rated but category is empty"),
    ],
)
def test_a_bad_value_is_refused_with_line_and_remedy(cells: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        decode({**MINIMAL, **cells}, 17, as_it_is)
    assert str(refused.value).startswith("line 17: ")
    assert sentence in str(refused.value)
    assert "nothing of the file was kept" in str(refused.value)


def test_a_callers_number_is_never_in_a_refusal() -> None:
    with pytest.raises(ImportRefused) as refused:
        decode({**MINIMAL, "caller": "+4930123456" + "7" * 300}, 2, as_it_is)
    assert "4930123456" not in str(refused.value)


def test_whole_numbers_may_look_like_a_data_frames() -> None:
    row = decode({**MINIMAL, "outcome": "rated", "category": "2.0", "key": "1", "test": "0"}, 2, as_it_is)
    assert (row.category, row.test) == (2, False)
