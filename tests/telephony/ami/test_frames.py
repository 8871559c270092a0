"""Frames and actions: what is missing is None, and nothing can be smuggled into an action."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import SettingsRefused
from ivr.telephony.ami.actions import encoded, spell
from ivr.telephony.ami.frames import Frame


def parsed(text: str) -> Frame:
    return Frame(text.replace("\n", "\r\n").encode())


def test_missing_empty_and_unknown_are_none() -> None:
    frame = parsed("Event: Newchannel\nAccountCode: \nCallerIDNum: <unknown>\nExten: 0")
    assert frame.value("uniqeid") is None
    assert frame.value("AccountCode") is None
    assert frame.value("CallerIDNum") is None
    assert frame.value("Exten") == "0"


def test_names_are_read_in_any_case_and_the_first_of_a_repeated_one_counts() -> None:
    frame = parsed("EVENT: X\nchanvariable: a=1\nChanVariable: b: 2\nchanvariable: c=3\nUNIQUEID: 1.2")
    assert frame.value("chanvariable") == "a=1"
    assert frame.value("ChanVariable") == "b: 2", "spelt as Asterisk spells it comes before spelt otherwise"
    assert frame.value("Uniqueid") == "1.2"
    assert frame.value("Event") == "X"
    assert frame.first_line == b"EVENT: X"


def test_a_name_is_found_as_a_header_only() -> None:
    frame = parsed("Event: X\nNote: Uniqueid: 9\nDestUniqueid: 8\n Uniqueid: 7\nUniqueid:6\nLinkedid: 5")
    assert frame.value("Uniqueid") is None
    assert frame.value("DestUniqueid") == "8"
    assert frame.value("Linkedid") == "5"
    assert parsed("Event: X").value("Uniqueid") is None


def test_a_value_longer_than_any_of_asterisk_s_is_not_used() -> None:
    assert parsed("Event: X\nQueue: " + "q" * 512).value("Queue") == "q" * 512
    assert parsed("Event: X\nQueue: " + "q" * 513).value("Queue") is None


def test_bytes_that_are_no_text_spoil_their_own_character_only() -> None:
    frame = Frame(b"Event: X\r\nCallerIDName: a\xffb\r\nUniqueid: 1.2")
    assert frame.value("CallerIDName") == "a\ufffdb"
    assert frame.value("Uniqueid") == "1.2"


_NAMES = st.text("AbzÄß", min_size=1, max_size=4)
_VALUES = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=8), _NAMES)
def test_a_value_is_what_a_plain_reading_of_the_lines_gives(headers: list[tuple[str, str]], name: str) -> None:
    frame = parsed("\n".join(["Event: X", *(f"{header}: {value}" for header, value in headers)]))
    exact = [value for header, value in headers if header == name]
    folded = [value for header, value in headers if header.encode().lower() == name.encode().lower()]
    expected = next(iter(exact or folded), None)
    assert frame.value(name) == (None if expected in {"", "<unknown>"} else expected)


def test_a_frame_never_prints_a_number() -> None:
    assert "15551234567" not in repr(parsed("Event: X\nCallerIDNum: 15551234567"))


_TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]))


@given(value=_TEXT)
async def test_an_action_carries_any_one_line_value(value: str) -> None:
    action = spell("Login", Secret=value)
    lines = encoded(action).decode().split("\r\n")
    assert lines == ["Action: Login", f"ActionID: {action.id}", f"Secret: {value}", "", ""]


@given(head=_TEXT, tail=_TEXT, char=st.sampled_from("\r\n\0"))
async def test_a_line_break_is_refused_and_not_repeated(head: str, tail: str, char: str) -> None:
    for name, fields in (("Login", {"Secret": head + char + tail}), ("Ping", {"X" + char: "1"}), ("Pi" + char, {})):
        with pytest.raises(SettingsRefused) as refusal:
            spell(name, **fields)
        assert "line break" in str(refusal.value)
    with pytest.raises(SettingsRefused) as refusal:
        spell("Login", Secret="hunter2" + char)
    assert "hunter2" not in str(refusal.value)


async def test_no_two_actions_share_an_id() -> None:
    assert len({spell("Ping").id for _ in range(100)}) == 100
