"""Framing as a table of raw bytes, and the same items wherever the stream is cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.telephony.agi import framing
from ivr.telephony.agi.framing import (
    LONGEST_HEADER,
    LONGEST_LINE,
    LONGEST_REPLY,
    MOST_HEADER_LINES,
    Framer,
    FramingLost,
    HangupNotice,
    Reply,
)
from ivr.telephony.agi.header import Header

HEADER = b"agi_network: yes\nagi_uniqueid: 1700000000.1\n\n"
USAGE = "Invalid command syntax.  Proper usage follows:\nUsage: STREAM FILE <filename> <escape digits>\nEnd"

REPLIES: dict[bytes, list[Reply | HangupNotice]] = {
    b"200 result=0\n": [Reply(200, 0)],
    b"200 result=1\r\n": [Reply(200, 1)],
    b"200 result=-1\n": [Reply(200, -1)],
    b"200 result=\n": [Reply(200)],
    b"200 result= (timeout)\n": [Reply(200, None, "timeout")],
    b"200 result=49 endpos=8000\n": [Reply(200, 49, None, 8000)],
    b"200 result=-1 (hangup) endpos=1600\n": [Reply(200, -1, "hangup", 1600)],
    b"200 result=1 (123)\n": [Reply(200, 1, "123")],
    b"200 result=1 ()\n": [Reply(200, 1, "")],
    b"200 result=1 (Smith (sales))\n": [Reply(200, 1, "Smith (sales)")],
    b"200 result=1 (first\nsecond\n\nthird)\n": [Reply(200, 1, "first\nsecond\n\nthird")],
    b"200 result=1 (first\nHANGUP)\n": [Reply(200, 1, "first\nHANGUP")],
    b"200 result=1 (\xff\xc3\xa9)\n": [Reply(200, 1, "\ufffdé")],
    b"100 Trying...\n200 result=0\n": [Reply(200, 0)],
    b"510 Invalid or unknown command\n": [Reply(510, value="Invalid or unknown command")],
    b"511 Command Not Permitted on a dead channel\n": [Reply(511, value="Command Not Permitted on a dead channel")],
    b"520 Invalid command syntax.  Proper usage not available.\n": [
        Reply(520, value="Invalid command syntax.  Proper usage not available.")
    ],
    b"520-" + USAGE.encode().removesuffix(b"End") + b"520 End of proper usage.\n": [
        Reply(520, value=USAGE.removesuffix("End") + "520 End of proper usage.")
    ],
    b"HANGUP\n": [HangupNotice()],
    b"HANGUP\nHANGUP\n": [HangupNotice(), HangupNotice()],
    b"200 result=-1 endpos=0\nHANGUP\n511 dead\n": [Reply(200, -1, None, 0), HangupNotice(), Reply(511, value="dead")],
    b"HANGUP\n200 result=1 (a\nb)\nHANGUP\n": [HangupNotice(), Reply(200, 1, "a\nb"), HangupNotice()],
    b"200 result=1 (unfinished": [],
    b"520-Invalid\nusage\n": [],
}

LOST = [
    b"\n",
    b"hello\n",
    b"200\n",
    b"200 OK\n",
    b"200 result=abc\n",
    b"200 result=0 endpos=\n",
    b"200 result=" + b"9" * 5000 + b"\n",
    b"200 result=0 endpos=" + b"9" * 5000 + b"\n",
    b"1000 Trying\n",
    b"5101\n",
    b"hangup\n",
    b"agi_late: header\n",
    b"x" * (LONGEST_LINE + 1),
    b"200 result=1 (" + b"x" * LONGEST_LINE + b")\n",
    b"200 result=1 (" + b"line\n" * (LONGEST_REPLY // 5 + 1),
    b"520-" + b"line\n" * (LONGEST_REPLY // 5 + 1),
]

HEADERS_LOST = [
    b"GET / HTTP/1.1\r\n",
    b"\x16\x03\x01\x02\x00\n",
    b"agi_without_colon\n",
    b"name: value\n",
    b"x" * (LONGEST_LINE + 1),
    b"".join(b"agi_arg_%d: x\n" % number for number in range(MOST_HEADER_LINES + 1)),
    b"".join(b"agi_arg_%d: %s\n" % (number, b"x" * 4000) for number in range(LONGEST_HEADER // 4000 + 1)),
]


def in_session() -> Framer:
    framer = Framer()
    assert framer.feed(HEADER) == [Header("agi_network: yes\nagi_uniqueid: 1700000000.1")]
    return framer


def byte_by_byte(framer: Framer, stream: bytes) -> list[dict[str, str] | Reply | HangupNotice]:
    return [item for byte in stream for item in framer.feed(bytes([byte]))]


@pytest.mark.parametrize(("stream", "items"), REPLIES.items())
def test_a_reply_is_what_asterisk_meant(stream: bytes, items: list[Reply | HangupNotice]) -> None:
    assert in_session().feed(stream) == items


@pytest.mark.parametrize("stream", REPLIES)
def test_after_a_whole_reply_the_next_one_is_in_step(stream: bytes) -> None:
    if REPLIES[stream]:
        framer = in_session()
        framer.feed(stream)
        assert framer.feed(b"200 result=7\n") == [Reply(200, 7)]


@pytest.mark.parametrize("stream", LOST, ids=lambda stream: stream[:24])
def test_what_is_no_reply_ends_the_framing(stream: bytes) -> None:
    with pytest.raises(FramingLost):
        in_session().feed(stream)


@pytest.mark.parametrize("stream", LOST, ids=lambda stream: stream[:24])
def test_what_is_no_reply_ends_the_framing_also_byte_by_byte(stream: bytes) -> None:
    with pytest.raises(FramingLost):
        byte_by_byte(in_session(), stream)


@pytest.mark.parametrize("stream", HEADERS_LOST, ids=lambda stream: stream[:24])
def test_what_is_no_header_ends_the_framing(stream: bytes) -> None:
    with pytest.raises(FramingLost):
        Framer().feed(stream)


def test_a_header_block_as_asterisk_sends_it() -> None:
    block = b"agi_request: agi://127.0.0.1/rate\nagi_callerid: unknown\nagi_dnid: \nagi_arg_1: queue=a: b\n\nHANGUP\n"
    header, notice = Framer().feed(block)
    assert isinstance(header, Header)
    names = ("agi_request", "agi_callerid", "agi_dnid", "agi_arg_1", "agi_call", "request")
    assert [header.value(name) for name in names] == [
        "agi://127.0.0.1/rate",
        "unknown",
        "",
        "queue=a: b",
        None,
        None,
    ]
    assert list(header.arguments()) == ["queue=a: b"]
    assert notice == HangupNotice()


def test_a_caller_s_name_with_a_line_end_in_it_costs_nothing_but_the_name() -> None:
    block = b"agi_calleridname: A\nB: C\nagent\nagi_arg_1: queue=a\n\n"
    (header,) = Framer().feed(block)
    assert isinstance(header, Header)
    assert (header.value("agi_calleridname"), list(header.arguments())) == ("A", ["queue=a"])


def test_lines_that_a_caller_s_name_brings_identify_no_call_and_are_no_arguments() -> None:
    header = Header(
        "agi_uniqueid: 1.1\nagi_calleridname: A\nagi_uniqueid: 2.2\nagi_arg_1: agent=eve\nagi_arg_9: agent=eve\n"
        "agi_threadid: 5\nagi_arg_1: queue=a\nagi_arg_2: agent=bob"
    )
    assert header.value("agi_uniqueid") == "1.1"
    assert list(header.arguments()) == ["agent=bob", "queue=a"]
    assert "eve" not in repr(header)


def test_a_header_without_lines_has_no_values() -> None:
    assert Header("").value("agi_uniqueid") is None
    assert list(Header("").arguments()) == []
    assert list(Header("agi_arg_1: a\nagi_arg_2: b").arguments()) == ["b", "a"]
    assert list(Header("agi_uniqueid: 1.1\nagi_arg_1").arguments()) == [""]


def test_the_limits_themselves_are_allowed() -> None:
    value = b"x" * (LONGEST_LINE - len(b"200 result=1 ()"))
    assert in_session().feed(b"200 result=1 (" + value + b")\n") == [Reply(200, 1, value.decode())]
    lines = [b"agi_arg_%d: x\n" % number for number in range(MOST_HEADER_LINES - 1)]
    assert len(Framer().feed(b"".join(lines) + b"\n")) == 1


whole = st.sampled_from([stream for stream in REPLIES if REPLIES[stream]])


@given(st.lists(whole, max_size=6), st.lists(st.integers(0, 400), max_size=40))
def test_wherever_the_stream_is_cut_the_items_are_the_same(streams: list[bytes], cuts: list[int]) -> None:
    data = HEADER + b"".join(streams)
    edges = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    framer = Framer()
    found = [item for start, end in itertools.pairwise(edges) for item in framer.feed(data[start:end])]
    assert found == Framer().feed(data)
    assert found[1:] == [item for stream in streams for item in REPLIES[stream]]


@given(st.lists(whole, max_size=4))
def test_byte_by_byte_the_items_are_the_same(streams: list[bytes]) -> None:
    data = HEADER + b"".join(streams)
    assert byte_by_byte(Framer(), data) == Framer().feed(data)


@given(st.binary(max_size=300))
def test_garbage_is_refused_or_waited_for_but_nothing_else_breaks(data: bytes) -> None:
    for framer in (Framer(), in_session()):
        try:
            framer.feed(data)
        except FramingLost:
            continue


@given(st.text(alphabet="0123456789*#ABCD", max_size=200))
def test_every_value_of_keys_comes_back(keys: str) -> None:
    assert in_session().feed(f"200 result=1 ({keys})\n".encode()) == [Reply(200, 1, keys)]


def test_a_long_value_is_read_whole_only_where_it_can_end(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole_of = framing._whole

    def counted(text: str) -> Reply | None:
        read.append(len(text))
        return whole_of(text)

    monkeypatch.setattr(framing, "_whole", counted)
    lines = LONGEST_REPLY // 5 - 10
    (reply,) = in_session().feed(b"200 result=1 (" + b"line\n" * lines + b")\n")
    assert reply == Reply(200, 1, "line\n" * lines)
    assert len(read) == 2


def test_a_line_that_ends_like_a_reply_is_none() -> None:
    framer = in_session()
    assert framer.feed(b"100 Trying ") == []
    assert framer.feed(b"200 result=1\n") == []
    assert framer.feed(b"200 result=0\n") == [Reply(200, 0)]
