"""Every stream of the corpus holds the law, as it stands and under low limits; and the law finds each known fault."""

from pathlib import Path

import pytest

from ivr.telephony.agi import framing
from tests.telephony.agi import broken_framers
from tests.telephony.agi.framing_law import LawBroken, obey
from tests.telephony.agi.fuzz_input import HOSTILE, LOW, cut_input, lower_limits

STREAMS = sorted(path for path in HOSTILE.iterdir() if path.is_file())
HEADER = b"agi_network: yes\n\n"
FAULTS = {
    "OneLineOneReply": HEADER + b"200 result=1 (first\nsecond)\n",
    "DecodesEachPiece": HEADER + "200 result=1 (é)\n".encode(),
    "HoldsEverything": HEADER + b"200 result=0\n" * 100,
    "BeginsAnew": HEADER + b"hello\n",
    "BreaksOnNumbers": HEADER + b"200 result=1 (x)\n",
    "Impatient": HEADER + b"200 result=1 (x)\n",
}


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_a_stream_of_the_corpus_holds_the_law(path: Path) -> None:
    obey(*cut_input(path.read_bytes()))


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_a_stream_of_the_corpus_holds_the_law_under_low_limits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lower_limits(framing, monkeypatch.setattr)
    obey(*cut_input(path.read_bytes()), limits=LOW)


def test_low_limits_are_the_framing_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    lower_limits(framing, monkeypatch.setattr)
    assert obey(HEADER + b"200 result=1 (" + b"x" * LOW.line + b")\n", (7,), limits=LOW).lost_at is not None
    assert obey(b"agi_a: b\n" * LOW.header_lines, (7,), limits=LOW).lost_at is not None
    assert obey(HEADER + b"520-" + b"usage\n" * (LOW.reply // 6), (7,), limits=LOW).lost_at is not None


def test_every_known_fault_is_tried() -> None:
    faults = {name for name, kind in vars(broken_framers).items() if isinstance(kind, type) and _is_ours(kind)}
    assert faults == set(FAULTS)


def _is_ours(kind: type) -> bool:
    return kind.__module__ == broken_framers.__name__


@pytest.mark.parametrize("name", FAULTS)
def test_the_law_finds_a_known_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lower_limits(framing, monkeypatch.setattr)
    with pytest.raises((LawBroken, ValueError)):
        obey(FAULTS[name], (), framer=getattr(broken_framers, name), limits=LOW)
    obey(FAULTS[name], (), limits=LOW)
