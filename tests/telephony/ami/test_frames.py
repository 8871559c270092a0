"""Frames and actions: what is missing is None, and nothing can be smuggled into an action."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import SettingsRefused
from ivr.telephony.ami.actions import encoded, spell
from ivr.telephony.ami.frames import Frame


def parsed(text: str) -> Frame:
    frame = Frame.parse(text.replace("\n", "\r\n").encode())
    assert frame is not None
    return frame


def test_missing_empty_and_unknown_are_none() -> None:
    frame = parsed("Event: Newchannel\nAccountCode: \nCallerIDNum: <unknown>\nExten: 0")
    assert frame.value("uniqeid") is None
    assert frame.value("AccountCode") is None
    assert frame.value("CallerIDNum") is None
    assert frame.value("Exten") == "0"
    assert frame.number("Exten") == 0.0
    assert frame.number("Event") is None
    assert frame.values("nothing") == ()


def test_names_are_read_in_any_case_and_repeats_are_kept() -> None:
    frame = parsed("Event: X\nChanVariable: a=1\nChanVariable: b: 2\nChanVariable: c=3\nUniqueid: 1.2")
    assert frame.values("chanvariable") == ("a=1", "b: 2", "c=3")
    assert frame.value("CHANVARIABLE") == "a=1"
    assert frame.value("UNIQUEID") == "1.2"
    assert frame.event == "x"


def test_bytes_that_are_no_text_spoil_their_own_character_only() -> None:
    frame = Frame.parse(b"Event: X\r\nCallerIDName: a\xffb\r\nUniqueid: 1.2")
    assert frame is not None
    assert frame.value("CallerIDName") == "a\ufffdb"
    assert frame.value("Uniqueid") == "1.2"


def test_what_is_neither_event_nor_response_is_no_frame() -> None:
    assert Frame.parse(b"hello") is None
    assert Frame.parse(b"") is None


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
