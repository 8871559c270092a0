"""Framing: the same frames however the network cuts the bytes; caps, filters, greetings."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.framing import Framer, NotAManager
from ivr.telephony.ami.meter import Discard
from ivr.telephony.ami.reading import WANTED
from tests.telephony.ami.fake_manager import GREETING, TRANSCRIPTS, transcript, wire

ALL = frozenset({b"newchannel", b"hangup"})


def frames_of(data: bytes, cuts: list[int], wanted: frozenset[bytes] = WANTED) -> list[bytes]:
    framer = Framer(wanted)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [frame for lo, hi in itertools.pairwise(edges) for frame in framer.feed(data[lo:hi])]


@given(st.lists(st.integers(min_value=0), max_size=40))
def test_any_cut_of_a_recorded_call_gives_the_same_frames(cuts: list[int]) -> None:
    data = transcript("queue_agent_leaves")
    assert frames_of(data, cuts) == frames_of(data, [])


def test_every_single_cut_gives_the_same_frames() -> None:
    data = GREETING + wire("Event: Newchannel\nCallerIDName: 王小明", "Response: Success", "Event: Hangup\nX: é")
    whole = frames_of(data, [])
    assert len(whole) == 3
    assert all(frames_of(data, [cut]) == whole for cut in range(len(data)))
    assert frames_of(data, list(range(len(data)))) == whole


def test_a_name_cut_in_the_middle_of_a_character_stays_whole() -> None:
    data = GREETING + wire("Event: Newchannel\nCallerIDName: 李娜 Агент")
    cut = data.index("娜".encode()) + 1
    (frame,) = frames_of(data, [cut])
    assert Frame(frame).value("CallerIDName") == "李娜 Агент"


@given(st.integers(min_value=1, max_value=64), st.integers(min_value=60, max_value=140))
def test_a_frame_over_the_cap_is_dropped_and_the_next_one_read(step: int, size: int) -> None:
    framer = Framer(ALL, max_frame_bytes=100)
    big = b"Event: Hangup\r\nX: " + b"x" * (size - 18)
    data = GREETING + big + b"\r\n\r\n" + wire("Event: Newchannel")
    got = [frame for at in range(0, len(data), step) for frame in framer.feed(data[at : at + step])]
    assert got == ([big] if size <= 100 else []) + [b"Event: Newchannel"]
    assert framer.discarded == ({Discard.OVERSIZED: 1} if size > 100 else {})


def test_an_endless_frame_does_not_fill_the_memory() -> None:
    framer = Framer(ALL, max_frame_bytes=1000)
    framer.feed(GREETING)
    for _ in range(1000):
        assert framer.feed(b"x" * 1000) == []
        assert len(framer._buffer) <= 2003


def test_events_nobody_asked_for_are_dropped_and_counted() -> None:
    framer = Framer(ALL)
    assert framer.feed(
        GREETING + wire("Event: VarSet\nA: Event: Hangup", "EVENT: HANGUP\nX: 1", "Response: Error")
    ) == [
        b"EVENT: HANGUP\r\nX: 1",
        b"Response: Error",
    ]
    assert framer.discarded == {Discard.UNWANTED: 1}


def test_a_kind_that_is_known_is_still_looked_at() -> None:
    """What was once judged by its head must not let a later one of its kind in unseen."""
    framer = Framer(ALL, max_frame_bytes=200)
    known = b"Event: Hangup\r\nPrivilege: call,all\r\nUniqueid: "
    unwanted = b"Event: VarSet\r\nPrivilege: dialplan,all\r\nValue: "
    end = b"\r\n\r\n"
    assert framer.feed(GREETING + known + b"1" + end + unwanted + b"1" + end) == [known + b"1"]
    assert framer.feed(known + b"2\0" + end) == []
    assert framer.feed(known + b"3" * 200 + end) == []
    assert framer.feed(unwanted + b"3" * 200 + end + known + b"4" + end) == [known + b"4"]
    assert framer.discarded == {Discard.UNWANTED: 1, Discard.MALFORMED: 1, Discard.OVERSIZED: 2}


def test_ever_new_kinds_do_not_fill_the_memory() -> None:
    framer = Framer(ALL)
    framer.feed(GREETING)
    for number in range(3000):
        framer.feed(wire(f"Event: Kind{number}\nX: 1"))
    assert framer.discarded == {Discard.UNWANTED: 3000}
    assert len(framer._verdicts) <= 512


def test_stray_empty_lines_make_no_frames() -> None:
    assert frames_of(GREETING + b"\r\n\r\nEvent: Hangup\r\n\r\n\r\n\r\n\r\nResponse: X\r\n\r\n", []) == [
        b"Event: Hangup",
        b"Response: X",
    ]


@pytest.mark.parametrize("first", [b"SSH-2.0-x\r\n", b"HTTP/1.1 400 Bad\r\n", b"\r\n", b"Asterisk Call Man\r\n"])
def test_another_service_is_told_from_a_manager(first: bytes) -> None:
    with pytest.raises(NotAManager):
        frames_of(first, [])


def test_a_greeting_may_come_byte_by_byte() -> None:
    framer = Framer(ALL)
    for byte in GREETING:
        assert framer.greeting is None
        framer.feed(bytes([byte]))
    assert framer.greeting == "Asterisk Call Manager/11.0.0"


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_recorded_frames_read_as_they_are_written(path: Path) -> None:
    """Our reading of a frame against a plain reading of the same lines."""
    data = transcript(path.stem)
    names = frozenset(line.split(b": ")[1].lower() for line in data.split(b"\r\n") if line.startswith(b"Event: "))
    frames = frames_of(data, [], wanted=names)
    assert len(frames) > 15
    for raw in frames:
        expected: dict[str, str] = {}
        for line in raw.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            expected.setdefault(name, value)
        read = {name: Frame(raw).value(name) for name in expected}
        assert read == {name: None if value in {"", "<unknown>"} else value for name, value in expected.items()}
