"""What must hold for the framing whatever comes: one law, used by the property tests and by the fuzzer.

* Nothing but ``FramingLost`` is raised.
* After each piece exactly those items are out that the pieces so far complete: what the reference reads in them. So
  nothing depends on where the stream is cut, nothing comes early, and an end of file costs only what is incomplete.
* It is lost where the reference says so, and hands out nothing from then on.
* What it holds back is bounded by the limits.
"""

from collections.abc import Iterable, Iterator
from itertools import cycle

from ivr.telephony.agi import framing
from ivr.telephony.agi.framing import FramingLost
from tests.telephony.agi.reference_reader import Item, Limits, Reading, read

LIMITS = Limits(framing.LONGEST_LINE, framing.MOST_HEADER_LINES, framing.LONGEST_HEADER, framing.LONGEST_REPLY)

_AFTERWARDS = (b"\n", b"200 result=0\n", b")\n", b"520 End of proper usage.\n", b"agi_network: yes\n\n", b"HANGUP\n")


class LawBroken(AssertionError):
    """The framing did what it must not; the text says what."""


def in_pieces(stream: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    """Cut ``stream`` into pieces of ``sizes``, again from the first size on; without a size, byte by byte."""
    start = 0
    for size in cycle(tuple(sizes) or (1,)):
        if start >= len(stream):
            return
        yield stream[start : start + max(size, 1)]
        start += max(size, 1)


def obey(stream: bytes, sizes: Iterable[int], *, framer: type = framing.Framer, limits: Limits = LIMITS) -> Reading:
    """Feed ``stream`` in pieces of ``sizes`` and in one; return what the reference reads in it.

    Raises:
        LawBroken: the framing did something else.
    """
    reading = read(stream, limits)
    _feed(framer(), in_pieces(stream, sizes), reading, limits)
    _feed(framer(), (stream,) if stream else (), reading, limits)
    return reading


def _feed(framer: framing.Framer, pieces: Iterable[bytes], reading: Reading, limits: Limits) -> None:
    fed, given = 0, 0
    for piece in pieces:
        fed += len(piece)
        is_lost = reading.lost_at is not None and reading.lost_at <= fed
        due = reading.within(fed)
        try:
            found = framer.feed(piece)
        except FramingLost as fault:
            if not is_lost:
                raise LawBroken(f"lost at byte {fed} ({fault}); the reference reads on: {due}") from fault
            _stays_lost(framer)
            return
        if is_lost:
            raise LawBroken(f"reads on at byte {fed} ({found}); the reference is lost at {reading.lost_at}")
        if found != due[given:]:
            raise LawBroken(f"at byte {fed} came {found}, not {due[given:]}")
        given = len(due)
        if (held := held_back(framer)) > limits.line + limits.header + limits.reply:
            raise LawBroken(f"holds {held} bytes and characters at byte {fed}")


def _stays_lost(framer: framing.Framer) -> None:
    found: list[Item] = []
    for piece in _AFTERWARDS:
        try:
            found += framer.feed(piece)
        except FramingLost:
            continue
    if found:
        raise LawBroken(f"handed out {found} after it was lost")


def held_back(framer: object) -> int:
    """Return how many bytes and characters ``framer`` keeps in its attributes."""
    names = {*getattr(framer, "__dict__", ()), *(name for kind in type(framer).__mro__ for name in _slots(kind))}
    return sum(_size(getattr(framer, name, None)) for name in names)


def _slots(kind: type) -> tuple[str, ...]:
    return tuple(getattr(kind, "__slots__", ()))


def _size(value: object) -> int:
    match value:
        case str() | bytes() | bytearray():
            return len(value)
        case dict():
            return sum(_size(key) + _size(each) for key, each in value.items())
        case list() | tuple() | set():
            return sum(map(_size, value))
        case _:
            return 0
