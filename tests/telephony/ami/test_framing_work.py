"""The framing's work grows with the bytes, whatever they are and however they are cut: counted, not timed."""

import sys
from types import FrameType
from typing import SupportsIndex

import pytest

from ivr.telephony.ami.framing import Framer
from ivr.telephony.ami.protocol import READ_BYTES
from ivr.telephony.ami.reading import WANTED
from tests.telephony.ami.fake_manager import GREETING, wire

FLOODS = {
    "empty lines": b"\r\n\r\n",
    "line ends": b"\r\n",
    "CRs": b"\r",
    "half ends": b"\n\r",
    "an endless line": b"x",
    "endless headers": b"X: y\r\n",
    "tiny frames": b"x\r\n\r\n",
    "tiny events": b"Event: x\r\n\r\n",
    "tiny events of ever new kinds": b"".join(wire(f"Event: {number}") for number in range(2000)),
    "tiny events that are wanted": wire("Event: Hangup\nX: 1"),
    "tiny responses": wire("Response: x\nX: 1"),
    "usual events": wire("Event: VarSet\nPrivilege: dialplan,all\nValue: " + "v" * 400),
    "frames over the cap": b"Event: Hangup\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    "frames of NULs": b"\0\0\0\0\r\n\r\n",
}


class CountingBuffer(bytearray):
    """Counts the bytes that are looked at, copied or moved."""

    visited = 0

    def __iadd__(self, data: object) -> "CountingBuffer":  # type: ignore[override,misc]
        self.visited += len(data)  # type: ignore[arg-type]
        super().__iadd__(data)  # type: ignore[arg-type]
        return self

    def __delitem__(self, part: SupportsIndex | slice) -> None:
        super().__delitem__(part)
        self.visited += len(self)

    def __bytes__(self) -> bytes:
        # Copied here, then searched and copied once more to cut it up.
        self.visited += 3 * len(self)
        return bytes(memoryview(self))

    def find(self, sought: bytes, start: int = 0) -> int:  # type: ignore[override]
        found = super().find(sought, start)
        self.visited += (len(self) if found < 0 else found) - start
        return found


def visited(data: bytes, step: int) -> int:
    framer = Framer(WANTED)
    framer.feed(GREETING)
    framer._buffer = buffer = CountingBuffer()
    for at in range(0, len(data), step):
        framer.feed(data[at : at + step])
    return buffer.visited


def calls(data: bytes) -> int:
    """Return how many functions were called to read ``data``, those of the interpreter included."""
    framer = Framer(WANTED)
    framer.feed(GREETING)
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for at in range(0, len(data), READ_BYTES):
            framer.feed(data[at : at + READ_BYTES])
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("unit", FLOODS.values(), ids=FLOODS.keys())
@pytest.mark.parametrize("step", [1, 7, 4096, READ_BYTES, 300_000])
def test_each_byte_is_visited_a_few_times(unit: bytes, step: int) -> None:
    size = 100_000 if step < 4096 else 1_000_000
    data = (unit * (size // len(unit) + 1))[:size]
    # Up to three bytes of each read are looked at again; that is all that the cuts may cost.
    assert visited(data, step) <= 7 * len(data) + 8 * (len(data) // step)


@pytest.mark.parametrize("unit", FLOODS.values(), ids=FLOODS.keys())
def test_twice_the_bytes_cost_twice_the_steps(unit: bytes) -> None:
    small = (unit * (READ_BYTES * 4 // len(unit) + 1))[: READ_BYTES * 4]
    once, twice = calls(small), calls(small + small)
    assert twice <= 2.1 * once + 100
    assert once <= 6 * READ_BYTES, "a few steps for the smallest frame, which is four bytes long"
