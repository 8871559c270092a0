"""The framing against a slow reader of the whole stream: any conversation, any cut, any end, any garbage in it."""

import itertools
import sys
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice, Reply
from ivr.telephony.agi.header import Header
from tests.telephony.agi.framing_law import LIMITS, obey
from tests.telephony.agi.reference_reader import Item, read

HEADER = b"agi_network: yes\nagi_network_script: rate\nagi_uniqueid: 1700000000.1\nagi_arg_1: queue=a: b\n\n"

EVERYTHING = HEADER + (
    b"200 result=1\n"
    b"HANGUP\n"
    b"200 result=49 endpos=8000\r\n"
    b"100 Trying...\n"
    b"100 result=0 Trying...\n"
    b"200 result= (timeout)\n"
    b"200 result=1 (Smith (sales)) endpos=7) endpos=8)\n"
    b"200 result=1 (first) endpos=12x\nHANGUP\n\r\n200 result=0\n520 \n\xc3\xa9\xe7\x8e\x8b\xff\n(last)) endpos=16000\n"
    b"HANGUP\n"
    b"510 Invalid or unknown command\n"
    b"511 Command Not Permitted on a dead channel or intercept routine\n"
    b"520 Invalid command syntax.  Proper usage not available.\n"
    b"520-Invalid command syntax.  Proper usage follows:\nUsage: STREAM FILE\n520-\n200 result=1 (\n)\nHANGUP\n"
    b"520 End of proper usage.\n"
    b"200 result=1 ()\n"
    b"200 result=-1 (hangup) endpos=0  \n"
    b"200 result=1 (\n\n)\n"
    b"200 result=-1 endpos=999999999999999999\n"
    b"HANGUP\n"
    b"200 result=1 (never to end\nHANGUP\n"
)

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)
line_ends = st.sampled_from(["\n", "\r\n"])
like_the_end = st.sampled_from(
    [") endpos=5 x", " endpos=5", "(", "((a)", ")x", "200 result=1", "HANGUP", "520 End", ""]
)
lines_of_values = text | like_the_end
numbers = st.none() | st.integers(-(10**9), 10**9)
positions = st.none() | st.integers(0, 10**17)


@st.composite
def successes(draw: st.DrawFn) -> tuple[bytes, list[Item]]:
    result, endpos, end = draw(numbers), draw(positions), draw(line_ends)
    lines = draw(st.none() | st.lists(lines_of_values, min_size=1, max_size=4).filter(_ends_only_at_its_end))
    value = None if lines is None else "\n".join(lines)
    spoken = "" if value is None else f" ({value})"
    played = "" if endpos is None else f" endpos={endpos}"
    number = "" if result is None else str(result)
    said = f"200 result={number}{spoken}{played}{end}"
    return said.encode(), [Reply(200, result, value, endpos)]


def _ends_only_at_its_end(lines: list[str]) -> bool:
    """Leave out what no reader could tell from an end, and white space that is Asterisk's as well as a value's."""
    return all(not _can_end(line) and line == line.rstrip() for line in lines[:-1])


def _can_end(line: str) -> bool:
    before, mark, number = line.rstrip().rpartition(" endpos=")
    return line.rstrip().endswith(")") or (mark != "" and before.endswith(")") and number.isdecimal())


@st.composite
def refusals(draw: st.DrawFn) -> tuple[bytes, list[Item]]:
    code, said, end = draw(st.sampled_from([510, 511, 520])), draw(text), draw(line_ends)
    value = said.removesuffix("\r")
    return f"{code} {value}{end}".encode(), [Reply(code, value=value.removesuffix("\r"))]


@st.composite
def usages(draw: st.DrawFn) -> tuple[bytes, list[Item]]:
    lines = draw(st.lists(lines_of_values.map(lambda line: "x" + line.rstrip("\r")), min_size=1, max_size=4))
    value = "\n".join([*lines, "520 End of proper usage."])
    return f"520-{value}{draw(line_ends)}".encode(), [Reply(520, value=value)]


trying: st.SearchStrategy[tuple[bytes, list[Item]]] = st.sampled_from([(b"100 Trying...\n", [])])
notices: st.SearchStrategy[tuple[bytes, list[Item]]] = st.sampled_from([(b"HANGUP\n", [HangupNotice()])])
parts = successes() | refusals() | usages() | trying | notices
conversations = st.lists(parts, max_size=6)
sizes = st.lists(st.integers(1, 60), max_size=8)
garbage = st.binary(max_size=12) | st.sampled_from(
    [b"\n", b"GET / HTTP/1.1\r\n", b"200 OK\n", b"\x16\x03\x01", b"\xff\n"]
)


@given(conversations, sizes)
def test_a_conversation_is_what_was_said_wherever_it_is_cut(
    said: list[tuple[bytes, list[Item]]], cuts: list[int]
) -> None:
    reading = obey(HEADER + b"".join(spoken for spoken, _ in said), cuts)
    (_, header), *rest = reading.items
    assert isinstance(header, Header)
    assert list(header.arguments()) == ["queue=a: b"]
    assert [item for _, item in rest] == [item for _, items in said for item in items]
    assert reading.lost_at is None


@given(conversations, sizes, st.integers(0, 600), garbage)
@example([], [], len(HEADER), b"200 result=1 (\n(\n)\n")
def test_an_end_or_garbage_anywhere_costs_nothing_that_came_before(
    said: list[tuple[bytes, list[Item]]], cuts: list[int], place: int, strange: bytes
) -> None:
    stream = HEADER + b"".join(spoken for spoken, _ in said)
    obey(stream[:place], cuts)
    obey(stream[:place] + strange + stream[place:], cuts)


headers = st.lists(
    st.tuples(st.sampled_from(["agi_x", "agi_y", "agi_arg_1", "agi_", "B", "", " agi_z", "agi_no_colon"]), text),
    max_size=8,
)


@given(headers, line_ends, sizes, st.booleans())
def test_a_header_of_any_lines_is_read_as_the_reference_reads_it(
    lines: list[tuple[str, str]], end: str, cuts: list[int], colon: bool
) -> None:
    block = "".join(f"{name}{': ' if colon else ''}{value}{end}" for name, value in lines)
    obey(f"{block}{end}HANGUP\n".encode(), cuts)


def test_the_long_transcript_holds_everything() -> None:
    items = [item for _, item in read(EVERYTHING, LIMITS).items]
    assert [item.code for item in items if isinstance(item, Reply)] == [200] * 5 + [510, 511, 520, 520] + [200] * 4
    assert sum(isinstance(item, HangupNotice) for item in items) == 3
    assert sum("\n" in (item.value or "") for item in items if isinstance(item, Reply)) == 3
    assert read(EVERYTHING, LIMITS).lost_at is None


def test_the_long_transcript_gives_the_same_in_every_two_pieces() -> None:
    whole = read(EVERYTHING, LIMITS)
    for cut in range(len(EVERYTHING) + 1):
        framer = Framer()
        first = framer.feed(EVERYTHING[:cut])
        assert first == whole.within(cut), cut
        assert first + framer.feed(EVERYTHING[cut:]) == whole.within(len(EVERYTHING)), cut


def test_the_long_transcript_gives_the_same_in_pieces_of_every_size_and_ends_well_everywhere() -> None:
    for size in range(1, len(EVERYTHING) + 1):
        obey(EVERYTHING, (size,))


LIMIT_CASES = {
    "a line": lambda more: HEADER + b"200 result=1 (" + b"x" * (LIMITS.line - 15 + more) + b")\n",
    "a line without end": lambda more: HEADER + b"510 " + b"x" * (LIMITS.line - 4 + more),
    "a header line": lambda more: b"agi_a: " + b"x" * (LIMITS.line - 7 + more) + b"\n\n",
    "lines of a header": lambda more: b"agi_a: b\n" * (LIMITS.header_lines - 1 + more) + b"\n",
    "a header": lambda more: (b"agi_a: " + b"x" * 4088 + b"\n") * 15 + b"agi_b: " + b"x" * (4088 + more) + b"\n\n",
    "a usage": lambda more: HEADER + b"520-" + (b"x" * 1023 + b"\n") * 63 + b"520 " + b"x" * (1016 + more) + b"\n",
    "a value": lambda more: HEADER + b"200 result=1 (" + (b"x" * 1023 + b"\n") * 63 + b"x" * (1009 + more) + b")\n",
}


@pytest.mark.parametrize("more", [-1, 0, 1])
@pytest.mark.parametrize("case", LIMIT_CASES)
def test_a_limit_is_held_to_the_byte(case: str, more: int) -> None:
    stream = LIMIT_CASES[case](more)
    for cuts in ((977,), (4096,), (len(stream) - 1, 1), (len(stream) // 2,)):
        reading = obey(stream, cuts)
        assert (reading.lost_at is not None) == (more > 0), reading.lost_at
    if more <= 0 and stream.endswith(b"\n"):
        obey(stream + EVERYTHING.removeprefix(HEADER), (4096,))


@given(garbage, sizes)
def test_a_lost_stream_stays_lost(strange: bytes, cuts: list[int]) -> None:
    framer = Framer()
    framer.feed(HEADER)
    with pytest.raises(FramingLost):
        framer.feed(strange + b"\nnothing of AGI\n200 OK\n" + b"520-" + b"x" * LIMITS.line * 2)
    found: list[Item] = []
    for piece in itertools.chain((EVERYTHING,), (EVERYTHING[start : start + 1] for start in range(300))):
        try:
            found += framer.feed(piece)
        except FramingLost:
            continue
    assert found == []


def work(stream: bytes, size: int) -> int:
    """Return how many steps of the interpreter the framing takes for ``stream``."""
    steps = 0

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return trace

    framer = Framer()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for piece in pieces:
            framer.feed(piece)
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("size", [1, 64, 1 << 20])
@pytest.mark.parametrize(
    "opening",
    [b"", b"200 result=1 (", b"520-"],
    ids=["replies", "value", "usage"],
)
def test_eight_times_the_stream_is_at_most_eight_times_the_work(opening: bytes, size: int) -> None:
    line = b"510 x (a) endpos=1 (b\n"
    once, eight_times = (work(HEADER + opening + line * lines, size) for lines in (100, 800))
    assert eight_times < 8.5 * once
