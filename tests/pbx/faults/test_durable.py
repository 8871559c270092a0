"""Durable before thanked, as the kernel saw it: the ledger's sync lies between the key and the next command."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ivr.rig.plan import Anchor, Press
from ivr.rig.service import SERVE
from tests.pbx.faults import staging
from tests.pbx.faults.record import FaultRecord
from tests.pbx.faults.verdict import judge
from tests.pbx.lab import lab

KEYS = ("1", "2", "3")
SYNC = re.compile(r"(fdatasync|fsync)(\(| resumed).*\) += 0$")
SYSTEM_CALLS = "fdatasync,fsync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg"


@dataclass(frozen=True, slots=True)
class Thanked:
    """What the kernel saw of one answer, as line numbers of the trace."""

    heard: int
    synced: int | None
    next_command: int
    thanks: int


async def test_the_kernel_syncs_before_the_thanks(tmp_path: Path, note: Callable[[FaultRecord], None]) -> None:
    trace = tmp_path / "trace"
    # -D: the service stays the rig's own child, so that signals reach it.
    strace = ("strace", "-D", "-f", "-s", "120", "-o", str(trace), "-e", f"trace={SYSTEM_CALLS}")
    plans = [
        staging.plan(number, (Press(key, Anchor.FIRST_FRAME, 1500 + 700 * number),)) for number, key in enumerate(KEYS)
    ]
    async with lab(tmp_path, experiment=staging.EXPERIMENT, serve=(*strace, *SERVE)) as centre:
        records = await centre.floor.run_calls(plans, rate=0.5)
        verdict = await judge(centre, "none; the service under `strace`", records)
        assert verdict.complaints == ()
    thanked = _thanked(trace.read_text(errors="replace").splitlines())
    assert len(thanked) == len(KEYS)
    for one in thanked:
        assert one.synced is not None, "nothing was synced between the key and the next command"
        assert one.heard < one.synced < one.next_command < one.thanks
    note(verdict.record)


def _thanked(lines: list[str]) -> list[Thanked]:
    """Find each answer: the reply with the key, the first sync after it, the next command, and the thanks.

    The calls come one after the other, so lines do not belong to two of them.
    """
    found: list[Thanked] = []
    heard: int | None = None
    for number, line in enumerate(lines):
        if re.search(r'(read|recv).*"200 result=1 \([123]\)', line):
            if heard is None:
                heard = number
        elif heard is not None and "STREAM FILE ivr-rating/thanks" in line:
            between = range(heard, number)
            command = next(i for i in between if re.search(r'(write|send).*"SET VARIABLE TIMEOUT', lines[i]))
            synced = next((i for i in range(heard, command) if SYNC.search(lines[i])), None)
            found.append(Thanked(heard, synced, command, number))
        elif "SET VARIABLE IVR_RESULT" in line:
            heard = None
    return found
