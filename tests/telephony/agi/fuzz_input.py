"""What an input of the fuzzer means, and where its inputs lie; needed without the fuzzer as well."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.telephony.agi.reference_reader import Limits

HOSTILE = Path(__file__).parent / "hostile"
"""Streams to begin with, each with a name; and what once broke the law, as ``crash-...``, so that it stays mended."""
WORDS = Path(__file__).parent / "agi.dict"
LOW = Limits(line=96, header_lines=6, header=200, reply=240)
MARK = b"\xff"


def cut_input(data: bytes) -> tuple[bytes, tuple[int, ...]]:
    """Return the stream of ``data`` and the sizes of its pieces; no size means byte by byte."""
    stream, mark, sizes = data.rpartition(MARK)
    return (stream, tuple(sizes)) if mark else (data, ())


def lower_limits(framing: ModuleType, put: Callable[[ModuleType, str, int], None] = setattr) -> None:
    """Let the framing module work with the limits ``LOW``."""
    put(framing, "LONGEST_LINE", LOW.line)
    put(framing, "MOST_HEADER_LINES", LOW.header_lines)
    put(framing, "LONGEST_HEADER", LOW.header)
    put(framing, "LONGEST_REPLY", LOW.reply)
